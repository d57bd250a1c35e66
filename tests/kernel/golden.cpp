// SPDX-License-Identifier: Apache-2.0
// Scales, zero points, integers and packed bytes against golden values, bit for bit. The values were made by running
// the Python AEQ 0.10: a difference here is a difference in every model that we write.
#include <doctest/doctest.h>

#include <aeq/core/half.hpp>
#include <aeq/kernel/quantize.hpp>
#include <aeq/scheme/fit.hpp>
#include <aeq/scheme/packing.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

using aeq_test::golden_array;
using aeq_test::golden_count;
using aeq_test::golden_vector;
using aeq_test::same_bits;

/// The vectors of one kind; none, and a line that says so, where the golden values are not at hand.
std::vector<golden_vector> vectors_of_kind(std::string_view kind) {
  std::vector<golden_vector> result;
  const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
  if (!path) return result;
  for (auto& vector : aeq_test::read_golden(*path)) {
    if (vector.kind == kind) result.push_back(std::move(vector));
  }
  CHECK_FALSE(result.empty());
  return result;
}

void report(const std::string& kind, const golden_count& count) {
  if (count.total == 0) return;
  MESSAGE(kind << ": " << count.equal << " of " << count.total << " equal, " << count.left_out << " left out");
  CHECK(count.equal == count.total);
}

/// "TENSORWISE", "CHANNELWISE", "BLOCKWISE_32".
aeq::granularity_descriptor granularity_of(const std::string& name) {
  if (name == "CHANNELWISE") return aeq::channelwise::descriptor;
  if (name.starts_with("BLOCKWISE_")) {
    return {aeq::granularity_kind::blockwise, static_cast<std::uint16_t>(std::stoi(name.substr(10)))};
  }
  return aeq::tensorwise::descriptor;
}

aeq::format_descriptor format_of(const boost::json::object& input) {
  aeq::format_descriptor format;
  format.kind = input.at("signed").as_bool() ? aeq::number_kind::signed_integer : aeq::number_kind::unsigned_integer;
  format.bits = aeq_test::number_of<std::uint8_t>(input.at("num_bits"));
  format.zero = input.at("symmetric").as_bool() ? aeq::symmetric : aeq::asymmetric;
  if (const auto* name = input.if_contains("granularity")) {
    format.granularity = granularity_of(aeq_test::text_of(*name));
  }
  return format;
}

template <class T>
bool fit_is_golden(const golden_vector& vector) {
  const auto lowest = vector.input_array("min").as<T>();
  const auto highest = vector.input_array("max").as<T>();
  const auto scale = vector.expected_array("scale").as<T>();
  const auto stored_scale = aeq_test::numbers_of<float>(vector.expect.at("scale_f32"));
  const auto zero_point = vector.expected_array("zero_point").as<std::int32_t>();
  const aeq::format_descriptor format = format_of(vector.input);
  bool equal = scale.size() == lowest.size();
  for (std::size_t i = 0; equal && i < lowest.size(); ++i) {
    const auto ours = aeq::min_max_fit::fit(aeq::range<T>{lowest[i], highest[i]}, format);
    CAPTURE(i);
    CHECK(same_bits(ours.scale, scale[i]));
    CHECK(same_bits(static_cast<float>(ours.scale), stored_scale[i]));
    CHECK(ours.zero_point == zero_point[i]);
    equal = same_bits(ours.scale, scale[i]) && same_bits(static_cast<float>(ours.scale), stored_scale[i]) &&
            ours.zero_point == zero_point[i];
  }
  return equal;
}

/// Where the parameter of the value at `flat` stands: on axes where the parameters are fewer than the values they are
/// spread, 1 over all and n over n blocks. Parameters of rank 1 stand on `axis`.
std::size_t parameter_index(std::size_t flat, const std::vector<std::size_t>& values,
                            const std::vector<std::size_t>& parameters, std::size_t axis) {
  std::vector<std::size_t> place(values.size());
  for (std::size_t i = values.size(); i-- > 0;) {
    place[i] = flat % values[i];
    flat /= values[i];
  }
  if (parameters.size() != values.size()) return parameters.at(0) == 1 ? 0 : place.at(axis);
  std::size_t index = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t values_per_parameter = values[i] / parameters[i];
    index = index * parameters[i] + place[i] / values_per_parameter;
  }
  return index;
}

template <class T>
bool integers_are_golden(const golden_vector& vector) {
  const golden_array x = vector.input_array("x");
  const golden_array scale = vector.input_array("scale");
  const golden_array zero_point = vector.input_array("zero_point");
  const auto values = x.as<T>();
  const auto scales = scale.as<T>();
  const auto zero_points = zero_point.as<T>();
  const auto expected = vector.expected_array("q").as<std::int32_t>();
  const auto& axis_field = vector.input.at("quantized_dimension");
  const std::size_t axis = axis_field.is_null() ? 0 : aeq_test::number_of<std::size_t>(axis_field);
  const aeq::quantized_limits<T> limits(format_of(vector.input));
  bool equal = values.size() == expected.size();
  for (std::size_t i = 0; i < values.size() && i < expected.size(); ++i) {
    const T s = scales[parameter_index(i, x.shape, scale.shape, axis)];
    const T z = zero_points[parameter_index(i, x.shape, zero_point.shape, axis)];
    const std::int32_t ours = aeq::quantize_value(values[i], s, z, limits);
    CAPTURE(i);
    CHECK(ours == expected[i]);
    equal = equal && ours == expected[i];
  }
  return equal;
}

template <class T>
bool reals_are_golden(const golden_vector& vector) {
  const golden_array q = vector.input_array("q");
  const auto integers = q.as<std::int64_t>();
  const auto scale = vector.input_array("scale").as<T>();
  const auto zero_point = vector.input_array("zero_point").as<std::int64_t>();
  const auto expected = vector.expected_array("x").as<T>();
  bool equal = integers.size() == expected.size();
  for (std::size_t i = 0; i < integers.size() && i < expected.size(); ++i) {
    const T ours = aeq::dequantize_value(integers[i], scale.at(0), zero_point.at(0));
    equal = equal && same_bits(ours, expected[i]);
  }
  return equal;
}

std::vector<std::uint8_t> bytes_of_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST_SUITE_BEGIN("kernel/golden");

TEST_CASE("scales and zero points are the golden ones") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("scale_zp")) {
    CAPTURE(vector.id);
    if (!vector.input.at("clip").is_null()) {  // the clip of an algorithm that shrinks ranges, not of this fit
      ++count.left_out;
      continue;
    }
    const bool wide = vector.input_array("min").dtype == "float64";
    count.count(wide ? fit_is_golden<double>(vector) : fit_is_golden<float>(vector));
  }
  report("scale_zp", count);
}

TEST_CASE("quantized integers are the golden ones") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("quantize")) {
    CAPTURE(vector.id);
    const bool wide = vector.input_array("x").dtype == "float64" || vector.input_array("scale").dtype == "float64";
    count.count(wide ? integers_are_golden<double>(vector) : integers_are_golden<float>(vector));
  }
  report("quantize", count);
}

TEST_CASE("dequantized values are the golden ones") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("dequantize")) {
    CAPTURE(vector.id);
    const bool wide = vector.input_array("zero_point").dtype == "int32";
    const bool equal = wide ? reals_are_golden<double>(vector) : reals_are_golden<float>(vector);
    if (vector.id == "dq_int8_zp8_wrap") {
      // The Python tool's difference wraps in int8 here. Ours does not, on purpose.
      ++count.left_out;
      CHECK_FALSE(equal);
      CHECK(aeq::dequantize_value(127, 0x1.99999ap-4f, -128) == 255 * 0x1.99999ap-4f);
      continue;
    }
    CHECK(equal);
    count.count(equal);
  }
  report("dequantize", count);
}

TEST_CASE("packed bytes are the golden ones") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("pack")) {
    CAPTURE(vector.id);
    const auto values = aeq_test::numbers_of<std::int8_t>(vector.input.at("q"));
    const int bits = aeq_test::number_of<int>(vector.input.at("num_bits"));
    const auto expected = bytes_of_hex(aeq_test::text_of(vector.expect.at("hex")));
    if (bits >= 8) {  // nothing to pack, only a size to know
      CHECK(aeq::packed_bytes(values.size(), bits) == expected.size());
      ++count.left_out;
      continue;
    }
    std::vector<std::uint8_t> packed(aeq::packed_bytes(values.size(), bits), 0xee);
    if (bits == 2) aeq::pack<2>(values, packed);
    if (bits == 4) aeq::pack<4>(values, packed);
    CHECK(packed == expected);
    count.count(packed == expected);
  }
  report("pack", count);
}

TEST_CASE("float16 bits are the golden ones") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("fp16")) {
    CAPTURE(vector.id);
    std::vector<std::uint16_t> bits;
    for (const float x : vector.input_array("x").as<float>()) bits.push_back(aeq::float16_bits(x));
    const auto expected = aeq_test::numbers_of<std::uint16_t>(vector.expect.at("bits"));
    CHECK(bits == expected);
    count.count(bits == expected);
  }
  report("fp16", count);
}

TEST_CASE("bfloat16 bits are the golden ones, doubles through float32") {
  golden_count count;
  for (const auto& vector : vectors_of_kind("bf16")) {
    CAPTURE(vector.id);
    std::vector<std::uint16_t> bits;
    for (const double x : vector.input_array("x").as<double>()) {
      bits.push_back(aeq::bfloat16_bits(static_cast<float>(x)));
    }
    const auto expected = aeq_test::numbers_of<std::uint16_t>(vector.expect.at("bits"));
    CHECK(bits == expected);
    count.count(bits == expected);
  }
  report("bf16", count);
}

TEST_SUITE_END();

}  // namespace
