// SPDX-License-Identifier: Apache-2.0
// Reading golden values: a JSON file with a list `vectors` of {id, kind, exact, note, input, expect}. Arrays are
// {shape, dtype, data} in row-major order; floats are C99 hexadecimal strings, "inf", "-inf" or "nan", so that no
// decimal conversion stands between the reference and us.
#pragma once

#include <bit>
#include <boost/json.hpp>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace aeq_test {

[[nodiscard]] inline std::string text_of(const boost::json::value& value) {
  const auto& text = value.as_string();
  return {text.data(), text.size()};
}

/// A number: an integer, or a float as text. float32 values are exact in the text, so going through double is, too.
template <class T>
[[nodiscard]] T number_of(const boost::json::value& value) {
  if (value.is_string()) return static_cast<T>(std::strtod(value.as_string().c_str(), nullptr));
  if (value.is_double()) return static_cast<T>(value.as_double());
  if (value.is_bool()) return static_cast<T>(value.as_bool() ? 1 : 0);
  return static_cast<T>(value.to_number<std::int64_t>());
}

template <class T>
[[nodiscard]] std::vector<T> numbers_of(const boost::json::value& list) {
  std::vector<T> result;
  for (const auto& value : list.as_array()) result.push_back(number_of<T>(value));
  return result;
}

/// An array of the file. Elements are kept as the file has them until a type is asked for.
struct golden_array {
  std::vector<std::size_t> shape;
  std::string dtype;
  boost::json::array data;

  explicit golden_array(const boost::json::value& value)
      : shape(numbers_of<std::size_t>(value.at("shape"))),
        dtype(text_of(value.at("dtype"))),
        data(value.at("data").as_array()) {}

  template <class T>
  [[nodiscard]] std::vector<T> as() const {
    std::vector<T> result;
    for (const auto& value : data) result.push_back(number_of<T>(value));
    return result;
  }
};

/// One vector of a golden file.
struct golden_vector {
  std::string id;
  std::string kind;
  bool exact = true;
  boost::json::object input;
  boost::json::object expect;

  [[nodiscard]] golden_array input_array(std::string_view name) const { return golden_array(input.at(name)); }
  [[nodiscard]] golden_array expected_array(std::string_view name) const { return golden_array(expect.at(name)); }
};

[[nodiscard]] inline std::vector<golden_vector> read_golden(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const boost::json::value all = boost::json::parse(text);
  std::vector<golden_vector> result;
  for (const auto& entry : all.at("vectors").as_array()) {
    golden_vector next;
    next.id = text_of(entry.at("id"));
    next.kind = text_of(entry.at("kind"));
    const auto& fields = entry.as_object();
    if (const auto* exact = fields.if_contains("exact")) next.exact = exact->as_bool();
    if (const auto* input = fields.if_contains("input"); input != nullptr && input->is_object()) {
      next.input = input->as_object();
    }
    if (const auto* expect = fields.if_contains("expect"); expect != nullptr && expect->is_object()) {
      next.expect = expect->as_object();
    }
    result.push_back(std::move(next));
  }
  return result;
}

/// Same bits; any NaN equals any other, because what makes them differ is not arithmetic.
template <std::floating_point T>
[[nodiscard]] bool same_bits(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<bits>(a) == std::bit_cast<bits>(b);
}

/// How many vectors of a kind were equal, and how many were left out and why.
struct golden_count {
  int equal = 0;
  int total = 0;
  int left_out = 0;

  void count(bool is_equal) {
    ++total;
    if (is_equal) ++equal;
  }
};

}  // namespace aeq_test
