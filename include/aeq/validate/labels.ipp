// SPDX-License-Identifier: Apache-2.0
// Labels: the definitions.
#pragma once

#include <aeq/validate/labels.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>

#include <aeq/calibrate/npy.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::validate {

AEQ_INLINE std::vector<std::int64_t> load_labels(const std::string& path) {
  const std::shared_ptr<const io::input_file> file = io::input_file::open(path);
  const auto fail = [&](const std::string& what) {
    throw error(error_code::bad_input,
                path + ": " + what + "; labels are an .npy file of integers, one per sample: shape [samples]");
  };
  if (!calibrate::is_npy(file->bytes())) fail("is no .npy file");
  const calibrate::npy_header header = calibrate::parse_npy(file->bytes(), path);
  const bool is_integer = header.type_name.starts_with("int") || header.type_name.starts_with("uint");
  if (!is_integer) fail("holds " + header.type_name);
  const std::vector<std::uint64_t>& shape = header.shape;
  if (shape.empty() || shape.size() > 2 || (shape.size() == 2 && shape[1] != 1)) {
    fail("has shape " + calibrate::shape_text(shape));
  }
  const std::span<const std::uint8_t> data = file->bytes().subspan(header.header_bytes);
  if (data.size() != header.data_bytes) fail("is not as long as its type and shape say");
  std::vector<std::int64_t> labels(static_cast<std::size_t>(shape[0]));
  const std::size_t width = header.item_bytes;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::uint64_t bits = 0;
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t at = header.big_endian ? k : width - 1 - k;  // from the high byte down
      bits = bits << 8u | data[i * width + at];
    }
    const std::uint64_t sign = std::uint64_t(1) << (8 * width - 1);
    if (header.type_name[0] == 'i' && width < 8) bits = (bits ^ sign) - sign;
    labels[i] = std::bit_cast<std::int64_t>(bits);
  }
  return labels;
}

AEQ_INLINE std::size_t place_of_largest(std::span<const float> values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

}  // namespace aeq::inline AEQ_ABI::validate
