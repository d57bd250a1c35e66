// SPDX-License-Identifier: Apache-2.0
// Models of one op each, and what LiteRT's reference kernels gave for them. Integer arithmetic that the interpreter
// does not have is refused; what it runs, it must run as they do.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>

#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

using aeq::element_type;
using aeq_test::number_of;

template <class T>
std::vector<std::byte> bytes_of(const boost::json::array& data) {
  std::vector<std::byte> bytes(data.size() * sizeof(T));
  for (std::size_t i = 0; i < data.size(); ++i) {
    const T number = number_of<T>(data[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &number, sizeof(T));
  }
  return bytes;
}

std::vector<std::byte> bytes_of(element_type type, const boost::json::array& data) {
  switch (type) {
    case element_type::float32: return bytes_of<float>(data);
    case element_type::int8: return bytes_of<std::int8_t>(data);
    case element_type::boolean:
    case element_type::uint8: return bytes_of<std::uint8_t>(data);
    case element_type::int16: return bytes_of<std::int16_t>(data);
    case element_type::int32: return bytes_of<std::int32_t>(data);
    default: return bytes_of<std::int64_t>(data);
  }
}

}  // namespace

TEST_CASE("Models of one op with integers answer as LiteRT does, or are refused") {
  const auto path = aeq_test::shared_file_or_skip("spec/golden_kernels.json");
  if (!path) return;
  std::ifstream file(*path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const boost::json::value all = boost::json::parse(text);
  int equal = 0, run = 0;
  std::map<std::string, int> refused;
  for (const auto& entry : all.at("cases").as_array()) {
    const std::string name = aeq_test::text_of(entry.at("name"));
    const std::string op = aeq_test::text_of(entry.at("op"));
    CAPTURE(name);
    const auto& outputs = entry.at("outputs").as_array();
    if (aeq_test::text_of(outputs[0].at("dtype")) == "float32") continue;
    aeq::warnings notes;
    const auto model = path->parent_path() / aeq_test::text_of(entry.at("model"));
    aeq::execute::interpreter engine(aeq::model::read(model.string(), notes));
    const auto& ports = engine.signatures()[0].inputs;
    std::vector<std::vector<std::byte>> data;
    std::vector<std::vector<std::int32_t>> shapes;
    std::vector<aeq::operand> inputs;
    for (const auto& input : entry.at("inputs").as_array()) {
      data.push_back(bytes_of(ports[data.size()].type, input.at("data").as_array()));
      shapes.push_back(aeq_test::numbers_of<std::int32_t>(input.at("shape")));
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
      inputs.push_back({ports[i].type, false, data[i], shapes[i], {}, {}, 0, 0});
    }
    try {
      engine.run(0, inputs);
    } catch (const aeq::error& refusal) {
      CHECK(std::string(refusal.what()).find("the built-in engine") != std::string::npos);
      ++refused[op];
      continue;
    }
    ++run;
    bool is_equal = true;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const aeq::operand got = engine.output(i);
      const std::vector<std::byte> wanted = bytes_of(got.type, outputs[i].at("data").as_array());
      is_equal = is_equal && std::equal(wanted.begin(), wanted.end(), got.data.begin(), got.data.end());
    }
    CHECK(is_equal);
    if (is_equal) ++equal;
  }
  std::string left_out;
  for (const auto& [op, count] : refused) left_out += " " + op + " " + std::to_string(count);
  MESSAGE(equal << " of " << run << " equal; refused:" << left_out);
  CHECK(run >= 19);  // as many as there were kernels for when this was written
}
