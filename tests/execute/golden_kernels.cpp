// SPDX-License-Identifier: Apache-2.0
// Models of one op each, run by the interpreter, against what LiteRT's reference kernels answered: bit for bit.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <aeq/execute/interpreter.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>

#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

using aeq::element_type;

/// Float sums, which the interpreter's fast loops add in another order than LiteRT's reference kernels, and functions
/// of the C library: within 1e-6 of the value, and of 1. Where they happen to be equal they count as equal.
constexpr std::string_view other_order[] = {
    "fc_float",
    "conv_float",
    "dwconv_float",
    "tconv_float",
    "bmm_float",
    "sum_float",
    "softmax_float",
    "avgpool_float",
    "mean_float",
    "dequant_int8_pc_then_fc",
    "dequant_float16_then_fc",
};

/// Answers that are defects of LiteRT's reference kernels (spec: kernels, section 0), which ours must not repeat.
constexpr std::string_view defects[] = {"sum_int8_hw", "fc_hybrid_int4_blockwise32"};

bool is_listed(std::string_view name, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

template <class T>
std::vector<std::byte> bytes_of(const boost::json::array& data) {
  std::vector<std::byte> bytes(data.size() * sizeof(T));
  for (std::size_t i = 0; i < data.size(); ++i) {
    const T number = aeq_test::number_of<T>(data[i]);
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

enum class answer { equal, near, different, refused };

answer compare(const aeq::operand& got, const boost::json::value& expected) {
  if (name_of(got.type) != aeq_test::text_of(expected.at("dtype"))) return answer::different;
  if (!std::ranges::equal(got.shape, aeq_test::numbers_of<std::int32_t>(expected.at("shape")))) {
    return answer::different;
  }
  const std::vector<std::byte> wanted = bytes_of(got.type, expected.at("data").as_array());
  if (std::ranges::equal(wanted, got.data)) return answer::equal;
  if (got.type != element_type::float32) return answer::different;
  std::vector<float> floats(wanted.size() / sizeof(float));
  std::memcpy(floats.data(), wanted.data(), wanted.size());
  const auto values = got.values<float>();
  for (std::size_t i = 0; i < floats.size(); ++i) {
    if (!(std::fabs(values[i] - floats[i]) <= 1e-6f * (1 + std::fabs(floats[i])))) return answer::different;
  }
  return answer::near;
}

/// The worst answer over a case's outputs; what is refused says so in `why`.
answer run(const boost::json::value& entry, const std::string& model, std::string& why) {
  aeq::warnings notes;
  aeq::execute::interpreter engine(aeq::model::read(model, notes));
  const auto& ports = engine.signatures()[0].inputs;
  std::vector<std::vector<std::byte>> data;
  std::vector<std::vector<std::int32_t>> shapes;
  for (const auto& input : entry.at("inputs").as_array()) {
    data.push_back(bytes_of(ports[data.size()].type, input.at("data").as_array()));
    shapes.push_back(aeq_test::numbers_of<std::int32_t>(input.at("shape")));
  }
  std::vector<aeq::operand> inputs;
  for (std::size_t i = 0; i < data.size(); ++i) {
    inputs.push_back({ports[i].type, false, data[i], shapes[i], {}, {}, 0, 0});
  }
  try {
    engine.run(0, inputs);
  } catch (const aeq::error& refusal) {
    why = refusal.what();
    return answer::refused;
  }
  answer worst = answer::equal;
  const auto& outputs = entry.at("outputs").as_array();
  for (std::size_t i = 0; i < outputs.size(); ++i) worst = std::max(worst, compare(engine.output(i), outputs[i]));
  return worst;
}

}  // namespace

TEST_SUITE_BEGIN("execute/golden_kernels");

TEST_CASE("Models that tests/tools/golden_ops.py made answer as LiteRT's reference kernels did") {
  const std::filesystem::path folder = aeq_test::tests_folder() / "execute" / "golden";
  std::ifstream file(folder / "golden.json", std::ios::binary);
  const boost::json::value all =
      boost::json::parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  for (const auto& entry : all.at("cases").as_array()) {
    const std::string name = aeq_test::text_of(entry.at("name"));
    CAPTURE(name);
    std::string why;
    const answer got = run(entry, (folder / aeq_test::text_of(entry.at("model"))).string(), why);
    CAPTURE(why);
    CHECK(got == answer::equal);
  }
  CHECK(all.at("cases").as_array().size() == 17);
}

TEST_CASE("Models of one op answer as LiteRT's reference kernels do, bit for bit") {
  const auto path = aeq_test::shared_file_or_skip("spec/golden_kernels.json");
  if (!path) return;
  std::ifstream file(*path, std::ios::binary);
  const boost::json::value all =
      boost::json::parse(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  std::size_t equal = 0, near = 0, wrong = 0, total = 0;
  std::vector<std::string> names;
  for (const auto& entry : all.at("cases").as_array()) {
    const std::string name = aeq_test::text_of(entry.at("name"));
    names.push_back(name);
    CAPTURE(name);
    ++total;
    std::string why;
    const answer got = run(entry, (path->parent_path() / aeq_test::text_of(entry.at("model"))).string(), why);
    CAPTURE(why);
    if (got == answer::refused) CHECK(why.find("the built-in engine") != std::string::npos);
    if (is_listed(name, defects)) {
      CHECK((got == answer::refused || got == answer::different));
      ++wrong;
    } else if (is_listed(name, other_order)) {
      CHECK(got <= answer::near);
      ++(got == answer::equal ? equal : near);
    } else {
      CHECK(got == answer::equal);
      ++equal;
    }
  }
  for (const auto list : {std::span<const std::string_view>(other_order), std::span<const std::string_view>(defects)}) {
    for (const std::string_view name : list) {
      CAPTURE(name);
      CHECK(std::find(names.begin(), names.end(), name) != names.end());
    }
  }
  MESSAGE(equal << " of " << total << " cases equal bit for bit, " << near << " float ones within 1e-6, " << wrong
                << " where LiteRT errs");
}

TEST_SUITE_END();
