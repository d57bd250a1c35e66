// SPDX-License-Identifier: Apache-2.0
// What differs between two models or descriptions: the definitions.
#pragma once

#include <aeq/model/difference.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <aeq/core/byte_order.hpp>
#include <aeq/core/half.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/gzip.hpp>
#include <aeq/io/number.hpp>
#include <aeq/io/python_json.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/model/reader.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// An element of a constant as a number: sub-byte types unpacked, types without a number byte by byte.
class constant_values {
 public:
  constant_values(std::span<const std::uint8_t> data, tensor_type type) : data_(data), type_(type) {
    switch (type) {
      case tensor_type::int4:
      case tensor_type::int2: bits_ = static_cast<std::size_t>(bits_of(type)); break;
      case tensor_type::string:
      case tensor_type::resource:
      case tensor_type::variant:
      case tensor_type::bfloat16:
      case tensor_type::uint4:
      case tensor_type::float8_e4m3fn:
      case tensor_type::float8_e5m2: break;
      default: bits_ = static_cast<std::size_t>(bits_of(type)); break;
    }
  }

  [[nodiscard]] std::uint64_t size() const { return std::uint64_t(data_.size()) * 8 / bits_; }

  [[nodiscard]] double operator[](std::uint64_t index) const {
    switch (type_) {
      case tensor_type::int4: return signed_bits(index, 2);
      case tensor_type::int2: return signed_bits(index, 4);
      case tensor_type::float32: return static_cast<double>(at<float>(index));
      case tensor_type::float64: return at<double>(index);
      case tensor_type::float16: return static_cast<double>(float_from_float16(at<std::uint16_t>(index)));
      case tensor_type::int8: return at<std::int8_t>(index);
      case tensor_type::int16: return at<std::int16_t>(index);
      case tensor_type::int32: return at<std::int32_t>(index);
      case tensor_type::int64: return static_cast<double>(at<std::int64_t>(index));
      case tensor_type::uint16: return at<std::uint16_t>(index);
      case tensor_type::uint32: return at<std::uint32_t>(index);
      case tensor_type::uint64: return static_cast<double>(at<std::uint64_t>(index));
      case tensor_type::boolean: return at<std::uint8_t>(index) != 0 ? 1 : 0;
      case tensor_type::complex64: return static_cast<double>(at<float>(2 * index));  // the real part
      case tensor_type::complex128: return at<double>(2 * index);
      default: return at<std::uint8_t>(index);
    }
  }

 private:
  template <class T>
  [[nodiscard]] T at(std::uint64_t index) const {
    return load_little<T>(data_.data() + index * sizeof(T));
  }
  [[nodiscard]] double signed_bits(std::uint64_t index, std::uint64_t per_byte) const {
    const auto byte = data_[static_cast<std::size_t>(index / per_byte)];
    const int limit = 1 << bits_;
    const int value = byte >> (bits_ * (index % per_byte)) & (limit - 1);
    return value < limit / 2 ? value : value - limit;
  }

  std::span<const std::uint8_t> data_;
  tensor_type type_;
  std::size_t bits_ = 8;
};

class comparison {
 public:
  using json = boost::json::value;
  using constants = std::function<std::optional<constant_difference>(std::string_view path)>;

  comparison(const difference_options& options, constants read) : options_(options), read_(std::move(read)) {}

  void compare(const json& a, const json& b, const std::string& path, std::string_view container) {
    if (a.is_object() && b.is_object()) {
      compare_maps(a.get_object(), b.get_object(), path, container);
    } else if (a.is_array() && b.is_array()) {
      const auto& x = a.get_array();
      const auto& y = b.get_array();
      if (x.size() != y.size()) {
        report(path, std::to_string(x.size()) + " entries vs " + std::to_string(y.size()) + " entries");
      }
      const std::string name = path.substr(path.rfind('/') + 1);
      for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        compare(x[i], y[i], path + "[" + std::to_string(i) + "]", name);
      }
    } else if (!equal(a, b) && !close(a, b)) {
      report(path, shortened(a) + " vs " + shortened(b));
    }
  }

  std::vector<std::string> take() { return std::move(differences_); }

 private:
  using object = boost::json::object;

  void report(const std::string& path, const std::string& message) {
    differences_.push_back((path.empty() ? "/" : path) + ": " + message);
  }

  /// On one line, cut after 160 characters.
  static std::string shortened(const json& value) {
    std::string text = io::json_line(value);
    std::size_t end = 0;
    for (int characters = 0; characters < 160 && end < text.size(); ++characters) {
      end += std::max<std::size_t>(io::utf8_character_bytes(std::string_view(text).substr(end)), 1);
    }
    if (end >= text.size()) return text;
    return text.substr(0, end) + "...";
  }

  /// Present for the reader of a description only: "layout" is about the file, "flexbuffer" and "hex" repeat what the
  /// digest next to them stands for.
  static bool is_compared(std::string_view key) { return key != "layout" && key != "flexbuffer" && key != "hex"; }

  void compare_maps(const object& a, const object& b, const std::string& path, std::string_view container) {
    const bool skip_digest = a.contains("sha256") && b.contains("sha256") && constants_are_close(a, b, path);
    for (const auto& [key, value] : a) compare_member({key.data(), key.size()}, a, b, path, container, skip_digest);
    for (const auto& [key, value] : b) {
      if (!a.contains(key)) compare_member({key.data(), key.size()}, a, b, path, container, skip_digest);
    }
  }

  void compare_member(std::string_view key, const object& a, const object& b, const std::string& path,
                      std::string_view container, bool skip_digest) {
    if (!is_compared(key) || (skip_digest && key == "sha256")) return;
    if (options_.ignore_names && key == "name" && (container == "tensors" || container == "subgraphs")) return;
    const std::string where = path + "/" + std::string(key);
    const json* x = a.if_contains(key);
    const json* y = b.if_contains(key);
    if (x != nullptr && y != nullptr) return compare(*x, *y, where, {});
    report(where, std::string("only in ") + (x != nullptr ? "A: " : "B: ") + shortened(x != nullptr ? *x : *y));
  }

  /// Whether digests that differ stand for values that are near enough; if they are not, says how far they are apart.
  bool constants_are_close(const object& a, const object& b, const std::string& path) {
    if (!read_ || equal(a.at("sha256"), b.at("sha256"))) return false;
    const auto found = read_(path);
    if (!found) return false;
    if (found->worst <= options_.max_delta) return true;
    std::array<char, 40> worst{};
    std::snprintf(worst.data(), worst.size(), "%.9g", std::isnan(found->worst) ? std::abs(found->worst) : found->worst);
    report(path, std::to_string(found->different) + " of " + std::to_string(found->elements) +
                     " elements differ, by at most " + worst.data());
    return false;
  }

  // Scalars: true is 1, and 1 is 1.0.
  static bool is_number(const json& value) { return value.is_number() || value.is_bool(); }
  static json plain(const json& value) { return value.is_bool() ? json(value.get_bool() ? 1 : 0) : value; }
  static bool equal(const json& a, const json& b) {
    if (is_number(a) && is_number(b)) {
      const json x = plain(a);
      const json y = plain(b);
      if (x.is_double() || y.is_double()) return x.to_number<double>() == y.to_number<double>();
      return x == y;  // integers of either kind by their value
    }
    return a == b;
  }

  static std::optional<double> parsed_hex_float(std::string_view text) {
    const double sign = text.starts_with('-') ? -1 : 1;
    if (sign < 0) text.remove_prefix(1);
    if (text == "inf" || text == "nan") return std::numeric_limits<double>::infinity();
    if (!text.starts_with("0x0") && !text.starts_with("0x1")) return std::nullopt;
    text.remove_prefix(2);
    const std::size_t mark = text.find('p');
    if (mark == std::string_view::npos || mark + 2 >= text.size()) return std::nullopt;
    if (text[mark + 1] != '+' && text[mark + 1] != '-') return std::nullopt;
    const std::optional<double> value = io::parsed_hexadecimal(text);
    return value ? std::optional(sign * *value) : std::nullopt;
  }
  /// Neighbouring floats have neighbouring numbers; -0 and 0 share one.
  static std::int64_t order(double value) {
    const auto bits = std::bit_cast<std::int32_t>(static_cast<float>(value));
    return bits >= 0 ? bits : -std::int64_t(bits & 0x7fffffff);
  }
  [[nodiscard]] bool close(const json& a, const json& b) const {
    if (options_.ulps == 0 || !a.is_string() || !b.is_string()) return false;
    const auto x = parsed_hex_float({a.get_string().data(), a.get_string().size()});
    const auto y = parsed_hex_float({b.get_string().data(), b.get_string().size()});
    if (!x || !y || !std::isfinite(*x) || !std::isfinite(*y)) return false;
    return std::abs(order(*x) - order(*y)) <= options_.ulps;
  }

  difference_options options_;
  constants read_;
  std::vector<std::string> differences_;
};

/// The tensor of a path "/subgraphs[1]/tensors[2]/constant".
[[nodiscard]] AEQ_INLINE const tensor* tensor_at(const model& m, std::string_view path) {
  const auto number_after = [&](std::string_view before) -> std::optional<std::size_t> {
    if (!path.starts_with(before)) return std::nullopt;
    path.remove_prefix(before.size());
    std::size_t number = 0;
    const auto [end, state] = std::from_chars(path.data(), path.data() + path.size(), number);
    if (state != std::errc()) return std::nullopt;
    path.remove_prefix(static_cast<std::size_t>(end - path.data()));
    return number;
  };
  const auto graph = number_after("/subgraphs[");
  const auto index = graph ? number_after("]/tensors[") : std::nullopt;
  if (!index || path != "]/constant" || *graph >= m.subgraphs.size()) return nullptr;
  const auto& tensors = m.subgraphs[*graph].tensors;
  return *index < tensors.size() ? &tensors[*index] : nullptr;
}

[[nodiscard]] AEQ_INLINE std::optional<constant_difference> compare_constants(const model& a, const model& b,
                                                                              std::string_view path) {
  const tensor* x = tensor_at(a, path);
  const tensor* y = tensor_at(b, path);
  if (x == nullptr || y == nullptr || x->type != y->type) return std::nullopt;
  const constant_values left(a.buffers[x->buffer].data, x->type);
  const constant_values right(b.buffers[y->buffer].data, y->type);
  if (left.size() != right.size()) return std::nullopt;
  constant_difference result{0, left.size(), 0};
  for (std::uint64_t i = 0; i < left.size(); ++i) {
    const double delta = std::abs(left[i] - right[i]);
    if (delta == 0) continue;
    ++result.different;
    if (!std::isnan(result.worst) && !(delta <= result.worst)) result.worst = delta;
  }
  if (a.file) a.file->let_go(a.buffers[x->buffer].data);
  if (b.file) b.file->let_go(b.buffers[y->buffer].data);
  return result;
}

}  // namespace detail

AEQ_INLINE description::description(boost::json::value content, std::optional<model> made_from)
    : source(std::move(made_from)), content_(std::make_shared<const boost::json::value>(std::move(content))) {}

AEQ_INLINE description load_description(const std::string& path, warnings& notes) {
  if (path.ends_with(".litertlm")) {
    throw error(error_code::bad_input,
                path + ": .litertlm files are not supported yet; a .tflite, .json or .json.gz file is wanted");
  }
  if (path.ends_with(".json") || path.ends_with(".json.gz")) {
    boost::json::parse_options options;
    options.max_depth = 256;
    boost::json::error_code failed;
    auto content = boost::json::parse(io::read_text(path), failed, {}, options);
    if (failed) throw error(error_code::bad_input, path + ": is no JSON: " + failed.message());
    return {std::move(content), std::nullopt};
  }
  model m = read(path, notes);
  boost::json::value content = describe(m);
  return {std::move(content), std::move(m)};
}

AEQ_INLINE std::vector<std::string> differences(const description& a, const description& b,
                                                const difference_options& options) {
  detail::comparison::constants read_constants;
  if (a.source && b.source) {
    read_constants = [&](std::string_view path) { return detail::compare_constants(*a.source, *b.source, path); };
  }
  detail::comparison compared(options, std::move(read_constants));
  compared.compare(a.content(), b.content(), "", {});
  return compared.take();
}

AEQ_INLINE std::vector<std::string> differences(const std::string& path_a, const std::string& path_b, warnings& notes,
                                                const difference_options& options) {
  const description a = load_description(path_a, notes);
  return differences(a, load_description(path_b, notes), options);
}

}  // namespace aeq::inline AEQ_ABI::model
