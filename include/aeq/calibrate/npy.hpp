// SPDX-License-Identifier: Apache-2.0
// The .npy format of NumPy: a header that says type and shape, then the elements. Reading takes versions 1.0 to 3.0,
// writing makes version 1.0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// What the header of an array says.
struct npy_header {
  element_type type = element_type::absent;  ///< absent: a type that no tensor of ours has, such as float64
  std::string type_name;                     ///< as NumPy calls it: "float32"
  std::uint32_t item_bytes = 0;              ///< of one element
  bool big_endian = false;                   ///< elements stand with their high byte first
  bool fortran_order = false;                ///< the first index runs fastest
  std::vector<std::uint64_t> shape;
  std::size_t header_bytes = 0;  ///< the elements follow it
  std::uint64_t data_bytes = 0;  ///< of all elements
};

/// So many bytes tell how long a header is.
inline constexpr std::size_t npy_prefix_bytes = 12;

/// Whether bytes are the beginning of an array.
[[nodiscard]] bool is_npy(std::span<const std::uint8_t> start) noexcept;

/// The length of a header, whose first bytes are given: npy_prefix_bytes of them, or all that there are. `name` is for
/// messages. Throws error (bad_input) where they begin no array.
[[nodiscard]] std::size_t npy_header_bytes(std::span<const std::uint8_t> start, const std::string& name);

/// Reads a header of which all bytes are given. Throws error (bad_input) for a damaged one, and for elements that are
/// no numbers.
[[nodiscard]] npy_header parse_npy(std::span<const std::uint8_t> header, const std::string& name);

/// "float32", "bool"; "" for what NumPy does not have.
[[nodiscard]] std::string_view numpy_name(element_type type) noexcept;

/// "[1, 28, 28]"; -1, an extent that is open, as "?".
[[nodiscard]] std::string shape_text(std::span<const std::int32_t> shape);
[[nodiscard]] std::string shape_text(std::span<const std::uint64_t> shape);

/// The header of an array in C order. Throws error (wrong_usage) for a type that NumPy does not have.
[[nodiscard]] std::string npy_header_text(element_type type, std::span<const std::int32_t> shape);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/npy.ipp>
#endif
