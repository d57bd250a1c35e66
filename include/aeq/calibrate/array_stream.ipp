// SPDX-License-Identifier: Apache-2.0
// An array of a dataset, read sample by sample: the definitions.
#pragma once

#include <aeq/calibrate/array_stream.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate::detail {

[[nodiscard]] AEQ_INLINE bool fits(std::span<const std::uint64_t> shape, std::span<const std::int32_t> wanted) {
  return std::equal(shape.begin(), shape.end(), wanted.begin(), wanted.end(),
                    [](std::uint64_t n, std::int32_t m) { return m < 0 || std::cmp_equal(n, m); });
}

/// Floats to integers of a tensor, as the Python tool gives floats to a quantized input: divided by the scale, moved by
/// the zero point, rounded, halves to even. Where a signed type has its zero in the middle its lowest integer stays
/// unused.
template <class Integer>
void quantize_input(std::span<const std::uint8_t> floats, float scale, std::int32_t zero_point,
                    std::span<std::uint8_t> result) {
  constexpr auto highest = static_cast<float>(std::numeric_limits<Integer>::max());
  const bool is_narrow = std::is_signed_v<Integer> && zero_point == 0;
  const float lowest = static_cast<float>(std::numeric_limits<Integer>::min()) + (is_narrow ? 1.0f : 0.0f);
  const std::size_t count = floats.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, floats.data() + i * sizeof(float), sizeof(float));
    float steps = round_half_even(value / scale + static_cast<float>(zero_point));
    steps = is_nan(steps) ? 0.0f : std::clamp(steps, lowest, highest);
    const auto made = steps >= highest ? std::numeric_limits<Integer>::max() : static_cast<Integer>(steps);
    std::memcpy(result.data() + i * sizeof(Integer), &made, sizeof(Integer));
  }
}

AEQ_INLINE void check_can_be_given(const execute::port& input, const std::string& name) {
  if (!numpy_name(input.type).empty()) return;
  throw error(error_code::bad_input, name + ": input '" + io::escaped_utf8(input.name) +
                                         "' of the model has a type that no data can be given for; float32, float16, "
                                         "bool and integers of 8 bits or more can be given");
}

AEQ_INLINE array_stream::array_stream(const npz_file& archive, const npz_entry& entry)
    : name_(archive.name() + ": array '" + io::escaped_utf8(entry.name.substr(0, 200)) + "'"),
      packed_(archive.open(entry)) {
  std::vector<std::uint8_t> start(static_cast<std::size_t>(std::min<std::uint64_t>(npy_prefix_bytes, entry.bytes)));
  packed_->read(start);
  const std::size_t length = npy_header_bytes(start, name_);
  if (length < start.size() || length > entry.bytes) fail("its header is damaged");
  start.resize(length);
  packed_->read(std::span(start).subspan(npy_prefix_bytes));
  header_ = parse_npy(start, name_);
  if (header_.data_bytes != packed_->left()) fail("is not as long as its type and shape say");
}

AEQ_INLINE array_stream::array_stream(std::shared_ptr<const io::input_file> file, const std::string& path)
    : name_(path), header_(parse_npy(file->bytes(), path)), file_(std::move(file)) {
  left_ = file_->bytes().subspan(header_.header_bytes);
  if (header_.data_bytes != left_.size()) fail("is not as long as its type and shape say");
}

AEQ_INLINE array_stream::array_stream(std::shared_ptr<const io::input_file> file, const std::string& path,
                                      const execute::port& input)
    : name_(path), file_(std::move(file)) {
  check_can_be_given(input, name_);
  header_.type = input.type;
  header_.type_name = numpy_name(input.type);
  header_.big_endian = std::endian::native == std::endian::big;
  header_.item_bytes = static_cast<std::uint32_t>(bits_of(input.type)) / 8;
  std::uint64_t bytes = header_.item_bytes;
  header_.shape.push_back(0);
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    const std::int32_t extent = i == 0 && input.shape[i] < 0 ? 1 : input.shape[i];
    if (extent <= 0) fail("raw elements can't be given for an input of shape " + shape_text(input.shape));
    header_.shape.push_back(static_cast<std::uint64_t>(extent));
    if (bytes > std::numeric_limits<std::uint32_t>::max()) fail("the input's shape is too large");
    bytes *= static_cast<std::uint64_t>(extent);
  }
  left_ = file_->bytes();
  if (left_.size() % bytes != 0) {
    fail("holds " + std::to_string(left_.size()) + " bytes of raw elements; a multiple of " + std::to_string(bytes) +
         ", a sample of " + header_.type_name + " " + shape_text(input.shape) + ", is accepted");
  }
  header_.shape[0] = left_.size() / bytes;
  header_.data_bytes = left_.size();
}

AEQ_INLINE void array_stream::fail(const std::string& what) const {
  if (file_) file_->check_unchanged();
  throw error(error_code::bad_input, name_ + ": " + what);
}

AEQ_INLINE void array_stream::check(const execute::port& input) const {
  check_can_be_given(input, name_);
  const bool takes_floats = input.scale.size() == 1 && input.scale[0] != 0 && input.type != element_type::float32;
  if (header_.type != input.type && !(takes_floats && header_.type == element_type::float32)) {
    fail("holds " + header_.type_name + "; input '" + io::escaped_utf8(input.name) + "' takes " +
         std::string(numpy_name(input.type)) + (takes_floats ? ", or float32, which its scale makes integers" : ""));
  }
  const auto is_long = [](std::uint64_t n) { return n > 1; };
  if (header_.fortran_order && std::count_if(header_.shape.begin(), header_.shape.end(), is_long) > 1) {
    fail("is stored in Fortran's order of elements; C's is accepted (numpy.ascontiguousarray)");
  }
}

/// The extents from one on.
AEQ_INLINE std::vector<std::int32_t> array_stream::tail(std::size_t from) const {
  std::vector<std::int32_t> extents;
  for (std::size_t i = from; i < header_.shape.size(); ++i) {
    constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
    if (header_.shape[i] > most) fail("has the shape " + shape_text(header_.shape) + ", which no tensor has");
    extents.push_back(static_cast<std::int32_t>(header_.shape[i]));
  }
  return extents;
}

AEQ_INLINE void array_stream::fail_shape(const execute::port& input, bool stacked) const {
  std::string text = "has the shape " + shape_text(header_.shape) + "; input '" + io::escaped_utf8(input.name) +
                     "' takes " + shape_text(input.shape);
  if (stacked) {
    const std::string inside = shape_text(input.shape).substr(1);
    text += " for one sample, [samples" + (inside == "]" ? inside : ", " + inside);
    if (!input.shape.empty() && (input.shape[0] == 1 || input.shape[0] < 0)) {
      const std::string rest = shape_text(std::span(input.shape).subspan(1)).substr(1);
      text += " or [samples" + (rest == "]" ? rest : ", " + rest);
    }
    text += " for several";
  }
  fail(text);
}

AEQ_INLINE stacking array_stream::as_stack(const execute::port& input) const {
  check(input);
  const std::span<const std::uint64_t> shape = header_.shape;
  const std::span<const std::int32_t> wanted = input.shape;
  if (shape.size() == wanted.size() + 1 && fits(shape.subspan(1), wanted)) {
    if (shape[0] != 0 && header_.data_bytes == 0) fail("has no elements");
    return {shape[0], tail(1)};
  }
  if (shape.size() != wanted.size()) fail_shape(input, true);
  const bool leads_open = !wanted.empty() && wanted[0] < 0;
  if (fits(shape, wanted) && (!leads_open || shape[0] == 1)) {
    if (header_.data_bytes == 0) fail("has no elements");
    return {1, tail(0)};
  }
  if (wanted.empty() || (!leads_open && wanted[0] != 1) || !fits(shape.subspan(1), wanted.subspan(1))) {
    fail_shape(input, true);
  }
  if (shape[0] != 0 && header_.data_bytes == 0) fail("has no elements");
  std::vector<std::int32_t> one = tail(1);
  one.insert(one.begin(), 1);
  return {shape[0], std::move(one)};
}

AEQ_INLINE std::vector<std::int32_t> array_stream::as_one_sample(const execute::port& input) const {
  check(input);
  if (!fits(header_.shape, input.shape)) fail_shape(input, false);
  if (header_.data_bytes == 0) fail("has no elements");
  return tail(0);
}

AEQ_INLINE void array_stream::read_bytes(std::span<std::uint8_t> into) {
  if (packed_) return packed_->read(into);
  if (into.size() > left_.size()) fail("is cut off");
  std::copy_n(left_.begin(), into.size(), into.begin());
  file_->let_go(left_.first(into.size()));
  left_ = left_.subspan(into.size());
}

AEQ_INLINE operand array_stream::read(const std::vector<std::int32_t>& shape, const execute::port& input,
                                      input_storage& into) {
  constexpr std::uint64_t most_bytes = std::min<std::uint64_t>(
      std::uint64_t(1) << 32, static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max()));
  std::uint64_t count = 1;  // cannot overflow: it is a part of the elements that are there
  for (const std::int32_t extent : shape) count *= static_cast<std::uint64_t>(extent);
  const std::uint64_t bytes = count * header_.item_bytes;
  if (bytes > most_bytes) fail("a sample of it is larger than " + io::amount(most_bytes));
  const bool becomes_integer = header_.type != input.type;
  std::vector<std::uint8_t>& read_into = becomes_integer ? raw_ : into.bytes;
  read_into.resize(static_cast<std::size_t>(bytes));
  read_bytes(read_into);
  if (header_.big_endian != (std::endian::native == std::endian::big) && header_.item_bytes > 1) {
    for (std::size_t i = 0; i + header_.item_bytes <= read_into.size(); i += header_.item_bytes) {
      std::reverse(read_into.begin() + static_cast<std::ptrdiff_t>(i),
                   read_into.begin() + static_cast<std::ptrdiff_t>(i + header_.item_bytes));
    }
  }
  if (becomes_integer) {
    into.bytes.resize(static_cast<std::size_t>(count) * static_cast<std::size_t>(bits_of(input.type)) / 8);
    const float scale = input.scale[0];
    const std::int32_t zero_point = input.zero_point.empty() ? 0 : input.zero_point[0];
    switch (input.type) {
      case element_type::int8: quantize_input<std::int8_t>(raw_, scale, zero_point, into.bytes); break;
      case element_type::uint8: quantize_input<std::uint8_t>(raw_, scale, zero_point, into.bytes); break;
      case element_type::int16: quantize_input<std::int16_t>(raw_, scale, zero_point, into.bytes); break;
      case element_type::int32: quantize_input<std::int32_t>(raw_, scale, zero_point, into.bytes); break;
      default: fail("its floats can't be made into integers of the input's type");
    }
  }
  if (input.type == element_type::boolean) {
    for (std::uint8_t& truth : into.bytes) truth = truth != 0 ? 1 : 0;
  }
  into.shape = shape;
  return {.type = input.type, .data = std::as_bytes(std::span(into.bytes)), .shape = into.shape};
}

}  // namespace aeq::inline AEQ_ABI::calibrate::detail
