// SPDX-License-Identifier: Apache-2.0
// All of <aeq/aeq.hpp> in one file, made from include/aeq by tools/amalgamate.sh. Do not edit.
#pragma once

#ifndef AEQ_SINGLE_KERNELS
#define AEQ_SINGLE_KERNELS

// ---- aeq/kernels.hpp
// The freestanding umbrella: number formats, schemes, the op catalogue, kernels and the kernel table. No heap, no
// exceptions, no RTTI, no iostreams, no static constructors.

// ---- aeq/config.hpp
// The only place that defines settings. Define one before the first aeq header to override it.

// ---- aeq/version.hpp
// The only place that states the version; the build files, the tool and the inline namespace read it from here.

#define AEQ_VERSION_MAJOR 0
#define AEQ_VERSION_MINOR 1
#define AEQ_VERSION_PATCH 0

// The same as text, "0.1.0".
#define AEQ_STRINGIZE_TOKENS(major, minor, patch) #major "." #minor "." #patch
#define AEQ_STRINGIZE_VERSION(major, minor, patch) AEQ_STRINGIZE_TOKENS(major, minor, patch)
#define AEQ_VERSION_STRING AEQ_STRINGIZE_VERSION(AEQ_VERSION_MAJOR, AEQ_VERSION_MINOR, AEQ_VERSION_PATCH)

// ---- aeq/config.hpp
#if !defined(__cplusplus) || __cplusplus < 202002L
#error "aeq needs C++20: compile with -std=c++20 or newer"
#endif

#if !defined(__has_attribute)
#error "aeq needs g++ 12, clang 14, or a newer one"
#elif !__has_attribute(unavailable)
#error "aeq needs g++ 12, clang 14, or a newer one: its compile errors are said by the attribute unavailable"
#endif

#if defined(__FAST_MATH__)
#error "aeq computes to the last bit: compile without -ffast-math (it reorders and approximates float arithmetic)"
#endif

// AEQ_FREESTANDING: 1 keeps everything that needs an operating system, a heap or exceptions out of <aeq/aeq.hpp>.
// Default: what the compiler says of itself (-ffreestanding).
#ifndef AEQ_FREESTANDING
#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#define AEQ_FREESTANDING 0
#else
#define AEQ_FREESTANDING 1
#endif
#endif

// AEQ_PORTABLE_LOOPS: 1 leaves the vectorized variants of the host's hot loops out. The bits are the same either way.
#ifndef AEQ_PORTABLE_LOOPS
#define AEQ_PORTABLE_LOOPS 0
#endif

// AEQ_SEPARATE_COMPILATION: 1 makes the headers declare the host's functions without defining them, which spares every
// source file Boost, FlatBuffers and the quantizer's own insides. One source file of the program then defines them (in
// CMake and Meson, linking aeq::compiled does it). Default: 0, header-only. Where AEQ_FREESTANDING is 1 it has no
// effect: there is no host's part.
#if !defined(AEQ_SEPARATE_COMPILATION) || AEQ_FREESTANDING
#undef AEQ_SEPARATE_COMPILATION
#define AEQ_SEPARATE_COMPILATION 0
#endif

// AEQ_IMPLEMENTATION: defined, in one source file before <aeq/aeq.hpp>, makes it define what is not inline:
// Boost.JSON's functions, for who does not link its library, and with AEQ_SEPARATE_COMPILATION the host's functions.

// AEQ_LINKS_BOOST_JSON: 1 says that the program links Boost.JSON's library, so that AEQ_IMPLEMENTATION leaves it out.
#ifndef AEQ_LINKS_BOOST_JSON
#define AEQ_LINKS_BOOST_JSON 0
#endif

// Not settings: what the headers make of them.

// Whether this source file sees the definitions in the *.ipp files, and what stands before each of them.
#if !AEQ_SEPARATE_COMPILATION || defined(AEQ_IMPLEMENTATION)
#define AEQ_DEFINITIONS 1
#else
#define AEQ_DEFINITIONS 0
#endif
#if AEQ_SEPARATE_COMPILATION
#define AEQ_INLINE
#else
#define AEQ_INLINE inline
#endif

// The inline namespace aeq::AEQ_ABI, such as aeq::v0_1_0: versions, and settings that change code, differ in its name
// and so link together.
#define AEQ_JOIN_TOKENS(major, minor, patch, loops, mode) v##major##_##minor##_##patch##loops##mode
#define AEQ_JOIN(major, minor, patch, loops, mode) AEQ_JOIN_TOKENS(major, minor, patch, loops, mode)
#if AEQ_PORTABLE_LOOPS
#define AEQ_ABI_LOOPS _portable
#else
#define AEQ_ABI_LOOPS
#endif
#if AEQ_SEPARATE_COMPILATION
#define AEQ_ABI_MODE _compiled
#else
#define AEQ_ABI_MODE
#endif
#define AEQ_ABI AEQ_JOIN(AEQ_VERSION_MAJOR, AEQ_VERSION_MINOR, AEQ_VERSION_PATCH, AEQ_ABI_LOOPS, AEQ_ABI_MODE)

// ---- aeq/core/constexpr_math.hpp
// The few functions of <cmath> that quantization needs, as constant expressions and without a C library. Freestanding.

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace aeq::inline AEQ_ABI {

template <std::floating_point T>
[[nodiscard]] constexpr bool is_nan(T value) noexcept {
  return value != value;  // NOLINT(misc-redundant-expression): only NaN differs from itself
}

template <std::floating_point T>
[[nodiscard]] constexpr bool is_finite(T value) noexcept {
  return value - value == T(0);  // NOLINT(misc-redundant-expression): else it is NaN
}

template <std::floating_point T>
[[nodiscard]] constexpr T absolute(T value) noexcept {
  using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr bits sign = bits(1) << (sizeof(T) * 8 - 1);
  return std::bit_cast<T>(static_cast<bits>(std::bit_cast<bits>(value) & ~sign));
}

/// The larger value; NaN if either is NaN (unlike std::max and fmax).
template <std::floating_point T>
[[nodiscard]] constexpr T maximum(T a, T b) noexcept {
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  return a < b ? b : a;
}

/// The smaller value; NaN if either is NaN.
template <std::floating_point T>
[[nodiscard]] constexpr T minimum(T a, T b) noexcept {
  if (is_nan(a)) return a;
  if (is_nan(b)) return b;
  return b < a ? b : a;
}

/// Nearest integer, halves to the even one, whatever rounding mode the machine is in. NaN and infinities pass.
template <std::floating_point T>
[[nodiscard]] constexpr T round_half_even(T value) noexcept {
  // From 2^(mantissa bits) on every value is an integer already.
  constexpr T whole = T(std::uint64_t(1) << (std::numeric_limits<T>::digits - 1));
  const T size = absolute(value);
  if (!(size < whole)) return value;
  const auto floor = static_cast<std::int64_t>(size);
  const T rest = size - static_cast<T>(floor);
  const bool up = rest > T(0.5) || (rest == T(0.5) && (floor & 1) != 0);
  const T rounded = static_cast<T>(floor + (up ? 1 : 0));
  return value < T(0) ? -rounded : rounded;
}

/// 2^exponent, exact for normal results.
template <std::floating_point T>
[[nodiscard]] constexpr T power_of_two(int exponent) noexcept {
  T value = 1;
  for (; exponent > 0; --exponent) value *= T(2);
  for (; exponent < 0; ++exponent) value /= T(2);
  return value;
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/core/half.hpp
// IEEE binary16 and bfloat16 as bit patterns: conversions from and to float32. Freestanding, constexpr.
// Rounding: to nearest, halves to even. (spec: numerics, sections 1.4 and 5.8)

namespace aeq::inline AEQ_ABI {

/// float32 → binary16 bits. Overflow gives infinity, small values become subnormals or zero, a NaN stays a quiet NaN.
[[nodiscard]] constexpr std::uint16_t float16_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | ((size >> 13) & 0x1ffu));
  if (size >= 0x47800000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 2^16 and above
  std::uint32_t result = 0;
  std::uint32_t rest = 0;     // what is cut off, as a fraction of 2^32
  if (size >= 0x38800000u) {  // 2^-14: normal in binary16
    result = (size - 0x38000000u) >> 13;
    rest = size << 19;
  } else if (size >= 0x33000000u) {  // 2^-25: half of the smallest subnormal
    const std::uint32_t exponent = size >> 23;
    const std::uint32_t mantissa = (size & 0x7fffffu) | 0x800000u;
    const std::uint32_t shift = 126u - exponent;  // 14 to 24: multiples of 2^-24 remain
    result = mantissa >> shift;
    rest = mantissa << (32u - shift);
  }
  if (rest > 0x80000000u || (rest == 0x80000000u && (result & 1u) != 0)) ++result;
  return static_cast<std::uint16_t>(sign | result);
}

/// binary16 bits → float32, exact.
[[nodiscard]] constexpr float float_from_float16(std::uint16_t half) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1fu) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
  const float size = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -size : size;
}

/// float32 → bfloat16 bits. A NaN stays a quiet NaN.
[[nodiscard]] constexpr std::uint16_t bfloat16_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

[[nodiscard]] constexpr float float_from_bfloat16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/core/status.hpp
// What the setup of a kernel answers: ready, or the one thing that it can't work with. Freestanding code has no
// exceptions; a status that nobody looks at is a warning.

#include <string_view>

namespace aeq::inline AEQ_ABI {

enum class [[nodiscard]] status : std::uint8_t{
    ready,             ///< evaluate may be called
    wrong_operands,    ///< too few, too many, or one that the op needs is absent
    wrong_type,        ///< an operand's element type
    wrong_shape,       ///< ranks or extents that do not go together, or too little data for the shape
    wrong_parameters,  ///< scales or zero points
    wrong_options,     ///< options of the op
    small_workspace,   ///< fewer bytes than workspace_bytes said
    wrong_data         ///< values that the op has no result for: an index out of range, a divisor of zero
};

/// In words, for messages: "an operand's type".
[[nodiscard]] constexpr std::string_view name_of(status value) noexcept {
  switch (value) {
    case status::ready: return "ready";
    case status::wrong_operands: return "number of operands, or an absent one";
    case status::wrong_type: return "type of an operand";
    case status::wrong_shape: return "shape of an operand";
    case status::wrong_parameters: return "scales or zero points of an operand";
    case status::wrong_options: return "options of the op";
    case status::small_workspace: return "workspace is too small";
    case status::wrong_data: return "data of an operand";
  }
  return "?";
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/core/text.hpp
// Text at compile time: a string as a template argument, and names put together from parts. Freestanding.

#include <array>
#include <cstddef>

namespace aeq::inline AEQ_ABI {

/// A string literal that can be a template argument: `field<"shape">`.
template <std::size_t Size>
struct fixed_string {
  char characters[Size]{};
  consteval fixed_string(const char (&literal)[Size]) {
    for (std::size_t i = 0; i < Size; ++i) characters[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {characters, Size - 1}; }
};

/// Text of at most `Capacity` characters, built in a constant expression. Longer text is cut.
template <std::size_t Capacity>
class short_text {
 public:
  constexpr short_text() = default;
  constexpr short_text(std::string_view text) { append(text); }

  constexpr short_text& append(std::string_view text) {
    for (const char c : text) {
      if (size_ < Capacity) characters_[size_++] = c;
    }
    return *this;
  }
  constexpr short_text& append_number(unsigned value) {
    if (value >= 10) append_number(value / 10);
    const char digit = static_cast<char>('0' + value % 10);
    return append({&digit, 1});
  }
  [[nodiscard]] constexpr std::string_view view() const { return {characters_.data(), size_}; }

 private:
  std::array<char, Capacity> characters_{};
  std::size_t size_ = 0;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/core/type_list.hpp
// A list of types, and looking one up by category. Freestanding.

namespace aeq::inline AEQ_ABI {

template <class... Types>
struct type_list {
  static constexpr std::size_t size = sizeof...(Types);
};

namespace detail {

template <class List, class... More>
struct concatenate {
  using type = List;
};
template <class... Left, class... Right, class... More>
struct concatenate<type_list<Left...>, type_list<Right...>, More...>
    : concatenate<type_list<Left..., Right...>, More...> {};

template <class... Items>
type_list<Items...> listed(const type_list<Items...>*);

template <class Item>
concept is_list = requires(const Item* item) {
  detail::listed(item);
};

template <class Item>
struct as_list {
  using type = type_list<Item>;
};
template <is_list Item>
struct as_list<Item> {
  using type = decltype(detail::listed(static_cast<const Item*>(nullptr)));
};

template <class Category, class Default, class... Policies>
struct find_policy {
  using type = Default;
};
template <class Category, class Default, class First, class... Rest>
struct find_policy<Category, Default, First, Rest...>
    : std::conditional_t<std::is_same_v<typename First::category, Category>, std::type_identity<First>,
                         find_policy<Category, Default, Rest...>> {};

}  // namespace detail

/// One flat list of all items; an item may itself be a list, or a struct that derives from one (compilers then print
/// the struct's name where they would print the whole list).
template <class... Items>
using flat_list = typename detail::concatenate<type_list<>, typename detail::as_list<Items>::type...>::type;

/// The first of `Policies` whose `category` is `Category`; `Default` if there is none. The order of a pack of policies
/// of different categories therefore does not matter.
template <class Category, class Default, class... Policies>
using policy_or = typename detail::find_policy<Category, Default, Policies...>::type;

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/activation.hpp
// Fused activations that are a clamp. (spec: kernels, section 1) Freestanding.

// ---- aeq/kernel/options.hpp
// Options of the catalogue's ops as one struct, so that all kernels have one signature. A kernel reads the fields of
// its op; the others keep their defaults. Names and numbers are the schema's. Freestanding. (spec: tflite_schema,
// section 4)

#include <span>

// ---- aeq/kernel/operand.hpp
// Operands of a kernel: views of memory that someone else owns, with all that a kernel may ask of a tensor.
// Freestanding. (spec: kernels, section 1; tflite_schema, section 3)

namespace aeq::inline AEQ_ABI {

/// What the elements of a tensor are. 2- and 4-bit integers are packed (scheme/packing.hpp).
enum class element_type : std::uint8_t {
  absent,  ///< no tensor: an optional operand that the op does not have
  float32,
  float16,  ///< as bits (core/half.hpp)
  int2,
  int4,
  int8,
  uint8,
  int16,
  int32,
  int64,
  boolean  ///< a byte, 0 or 1
};

/// As numpy calls it.
[[nodiscard]] constexpr std::string_view name_of(element_type type) noexcept {
  switch (type) {
    case element_type::absent: return "none";
    case element_type::float32: return "float32";
    case element_type::float16: return "float16";
    case element_type::int2: return "int2";
    case element_type::int4: return "int4";
    case element_type::int8: return "int8";
    case element_type::uint8: return "uint8";
    case element_type::int16: return "int16";
    case element_type::int32: return "int32";
    case element_type::int64: return "int64";
    case element_type::boolean: return "bool";
  }
  return "?";
}

/// Bits of an element in memory.
[[nodiscard]] constexpr int bits_of(element_type type) noexcept {
  switch (type) {
    case element_type::absent: return 0;
    case element_type::int2: return 2;
    case element_type::int4: return 4;
    case element_type::int8:
    case element_type::uint8:
    case element_type::boolean: return 8;
    case element_type::float16:
    case element_type::int16: return 16;
    case element_type::float32:
    case element_type::int32: return 32;
    case element_type::int64: return 64;
  }
  return 0;
}

/// A tensor as a kernel sees it. Byte is std::byte for results, const std::byte for the rest.
template <class Byte>
requires std::is_same_v<std::remove_const_t<Byte>, std::byte>
struct basic_operand {
  element_type type = element_type::absent;
  bool is_constant = false;               ///< the same data at every call
  std::span<Byte> data{};                 ///< aligned for its type; holds shape x bits, rounded up to whole bytes
  std::span<const std::int32_t> shape{};  ///< outermost first; empty for a scalar; no extent is negative

  /// real = (integer - zero_point) * scale. No scale: not quantized. One, or one per index of `channel_axis`, or one
  /// per block of `block_elements` neighbours along the last axis.
  std::span<const float> scale{};
  std::span<const std::int32_t> zero_point{};  ///< as many as scales, or none where all are 0
  std::int32_t channel_axis = 0;
  std::int32_t block_elements = 0;  ///< 0: no blocks

  [[nodiscard]] constexpr bool present() const noexcept { return type != element_type::absent; }

  /// Product of the extents; 1 for a scalar, 0 if the operand is absent.
  [[nodiscard]] constexpr std::size_t elements() const noexcept {
    if (!present()) return 0;
    std::size_t product = 1;
    for (const std::int32_t extent : shape) product *= static_cast<std::size_t>(extent);
    return product;
  }

  /// Whether `data` holds all elements of the shape.
  [[nodiscard]] constexpr bool is_complete() const noexcept {
    const auto bits = static_cast<std::size_t>(bits_of(type));
    return data.size() >= (elements() * bits + 7) / 8;
  }

  /// The elements as what they are. T has the bits of `type`; for packed integers it is std::uint8_t, a byte of them.
  template <class T>
  [[nodiscard]] auto values() const noexcept {
    using value = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return std::span<value>(reinterpret_cast<value*>(data.data()), data.size() / sizeof(T));
  }
};

using operand = basic_operand<const std::byte>;
using result_operand = basic_operand<std::byte>;

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/options.hpp
namespace aeq::inline AEQ_ABI {

enum class window_padding : std::uint8_t { same, valid };
enum class fused_activation : std::uint8_t { none, relu, relu_n1_to_1, relu6, tanh, sign_bit };

struct operation_options {
  // convolutions and pools
  window_padding padding = window_padding::same;
  std::int32_t stride_height = 1;
  std::int32_t stride_width = 1;
  std::int32_t dilation_height = 1;
  std::int32_t dilation_width = 1;
  std::int32_t filter_height = 1;  ///< pools; a convolution's is in its weight's shape
  std::int32_t filter_width = 1;
  // all with a fused activation
  fused_activation activation = fused_activation::none;
  // ops with a weight
  bool keep_num_dims = false;               ///< FULLY_CONNECTED
  bool asymmetric_quantize_inputs = false;  ///< dynamic range
  bool adj_x = false;                       ///< BATCH_MATMUL
  bool adj_y = false;
  element_type quantized_bias_type = element_type::absent;  ///< 16-bit activations; absent: int64
  // the rest
  bool pot_scale_int16 = true;  ///< ADD, SUB
  bool keep_dims = false;       ///< reductions
  bool align_corners = false;   ///< resizing
  bool half_pixel_centers = false;
  bool approximate = false;  ///< GELU
  float beta = 1;            ///< SOFTMAX
  std::int32_t axis = 0;     ///< CONCATENATION, GATHER, PACK, UNPACK
  std::int32_t batch_dims = 0;
  std::int32_t block_size = 1;  ///< SPACE_TO_DEPTH
  std::int32_t begin_mask = 0;  ///< STRIDED_SLICE
  std::int32_t end_mask = 0;
  std::int32_t ellipsis_mask = 0;
  std::int32_t new_axis_mask = 0;
  std::int32_t shrink_axis_mask = 0;
  bool offset = false;
  bool repeats_edge = false;                  ///< MIRROR_PAD: SYMMETRIC, else REFLECT
  std::span<const std::int32_t> new_shape{};  ///< RESHAPE without a second input
  std::span<const std::int32_t> squeeze_dims{};
  float alpha = 0;          ///< LEAKY_RELU, LOCAL_RESPONSE_NORMALIZATION
  std::int32_t radius = 0;  ///< LOCAL_RESPONSE_NORMALIZATION
  float bias = 0;
  float min = 0;  ///< FAKE_QUANT
  float max = 0;
  std::int32_t num_bits = 0;
  bool narrow_range = false;
  std::int32_t seq_dim = 0;  ///< REVERSE_SEQUENCE
  std::int32_t batch_dim = 0;
  bool exclusive = false;  ///< CUMSUM
  bool reverse = false;
  float cell_clip = 0;  ///< LSTM; 0: no clipping
  float proj_clip = 0;
  bool time_major = false;
  bool merge_outputs = false;
  std::int32_t rank = 0;  ///< SVDF
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/activation.hpp
namespace aeq::inline AEQ_ABI::kernel {

struct clamp_range {
  float low = std::numeric_limits<float>::lowest();
  float high = std::numeric_limits<float>::max();
};

/// Whether an activation is a clamp, or none at all.
[[nodiscard]] constexpr bool is_clamp(fused_activation activation) noexcept {
  return activation == fused_activation::none || activation == fused_activation::relu ||
         activation == fused_activation::relu_n1_to_1 || activation == fused_activation::relu6;
}

[[nodiscard]] constexpr clamp_range clamp_of(fused_activation activation) noexcept {
  switch (activation) {
    case fused_activation::relu: return {0, std::numeric_limits<float>::max()};
    case fused_activation::relu_n1_to_1: return {-1, 1};
    case fused_activation::relu6: return {0, 6};
    default: return {};
  }
}

/// min(max(x, low), high); a NaN becomes a limit, as in LiteRT, where comparisons with it are false.
[[nodiscard]] constexpr float clamped(float x, const clamp_range& limits) noexcept {
  const float raised = limits.low < x ? x : limits.low;
  return raised < limits.high ? raised : limits.high;
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/arg_extreme.hpp
// ARG_MAX and ARG_MIN. Freestanding. (spec: kernels, section 6)

// ---- aeq/kernel/extents.hpp
// Shapes and small lists of integers that ops read: extents, axes, indices. Freestanding.

#include <algorithm>
#include <cstring>

// ---- aeq/kernel/kernel.hpp
// The form of every kernel that the table can hold: three functions, and two that most do without. Freestanding, no
// allocation, no exceptions.
//
//   workspace_bytes   how much memory it wants besides its operands
//   setup             looks at everything once, and prepares (multipliers, tables) what evaluate reads
//   evaluate          computes; as often as wanted; cannot fail
//   scratch_bytes     may be null: how much memory evaluate wants that need not survive it
//   check             may be null: whether evaluate can work with the data that the inputs have now (indices, divisors)
//
// Setup sees types, shapes, scales and the data of constant inputs. It returns a status, and only after status::ready
// may evaluate be called, with operands that differ in nothing but the data of those that are not constant. Who does
// not trust that data calls check before each evaluate. The workspace is the caller's, aligned for any scalar type, and
// left alone between setup and evaluate: what setup wrote is there, the rest is scratch. Operands do not overlap,
// unless the kernel says that they may.

// ---- aeq/kernel/work_sharing.hpp
// How a kernel hands out pieces of its work without knowing of threads: whoever calls it says who computes them.
// Freestanding.

namespace aeq::inline AEQ_ABI {

/// Who does independent pieces of work. The default does them one after the other on the calling thread. Results do not
/// depend on who computes which piece.
struct work_sharing {
  using piece_function = void (*)(const void* task, std::size_t index) noexcept;
  using run_function = void (*)(void* workers, std::size_t pieces, piece_function piece, const void* task) noexcept;

  void* workers = nullptr;
  run_function run = nullptr;
  std::size_t width = 1;  ///< how many pieces are computed at a time

  /// Calls task(index) for each index below `pieces`; returns when all are done. The task must not throw.
  template <class Task>
  void for_each(std::size_t pieces, const Task& task) const noexcept {
    if (run == nullptr || width < 2 || pieces < 2) {
      for (std::size_t i = 0; i < pieces; ++i) task(i);
      return;
    }
    run(
        workers, pieces, [](const void* t, std::size_t i) noexcept { (*static_cast<const Task*>(t))(i); }, &task);
  }

  /// Calls task(begin, end) for parts of [0, count), each of `least` items or more (but for the last), so that small
  /// work stays on one thread.
  template <class Task>
  void for_ranges(std::size_t count, std::size_t least, const Task& task) const noexcept {
    const std::size_t floor = std::max<std::size_t>(least, 1);
    const std::size_t most = width < 2 || run == nullptr ? 1 : std::min(4 * width, count / floor);
    if (most < 2) {
      if (count != 0) task(std::size_t(0), count);
      return;
    }
    const std::size_t each = (count + most - 1) / most;
    for_each((count + each - 1) / each, [&](std::size_t i) { task(i * each, std::min(count, (i + 1) * each)); });
  }
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/kernel.hpp
namespace aeq::inline AEQ_ABI {

/// One call of an op: inputs and outputs in the op's order (an absent optional input is an operand that is not
/// present), its options, and what evaluate may use besides.
struct kernel_arguments {
  std::span<const operand> inputs{};
  std::span<const result_operand> outputs{};
  operation_options options{};
  std::span<std::byte> scratch{};  ///< as much as scratch_bytes said; shared with other kernels between calls
  work_sharing share{};            ///< who computes; by default the calling thread alone
};

using workspace_function = std::size_t (*)(const kernel_arguments&) noexcept;
using setup_function = status (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;
using evaluate_function = void (*)(const kernel_arguments&, std::span<std::byte> workspace) noexcept;

using check_function = status (*)(const kernel_arguments&) noexcept;

/// A kernel in a row of the table; all null where there is none.
struct kernel_functions {
  workspace_function workspace_bytes = nullptr;
  setup_function setup = nullptr;
  evaluate_function evaluate = nullptr;
  workspace_function scratch_bytes = nullptr;
  check_function check = nullptr;

  [[nodiscard]] constexpr bool present() const noexcept { return evaluate != nullptr; }
};

namespace detail {

template <class Kernel>
constexpr std::size_t no_bytes(const kernel_arguments&) noexcept {
  return 0;
}

}  // namespace detail

/// The functions of a type that has them as static members; workspace_bytes, scratch_bytes and check may be missing.
template <class Kernel>
[[nodiscard]] constexpr kernel_functions functions_of() {
  kernel_functions result{&detail::no_bytes<void>, &Kernel::setup, &Kernel::evaluate};
  if constexpr (requires { &Kernel::workspace_bytes; }) result.workspace_bytes = &Kernel::workspace_bytes;
  if constexpr (requires { &Kernel::scratch_bytes; }) result.scratch_bytes = &Kernel::scratch_bytes;
  if constexpr (requires { &Kernel::check; }) result.check = &Kernel::check;
  return result;
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/extents.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Kernels that walk along axes know so many.
inline constexpr std::size_t max_rank = 8;

/// A shape of at most max_rank extents.
struct extents {
  std::array<std::int32_t, max_rank> values{};
  std::size_t rank = 0;

  [[nodiscard]] constexpr std::span<const std::int32_t> span() const noexcept { return {values.data(), rank}; }
  /// Appends one; false if it is negative or too large, or if there are max_rank already.
  [[nodiscard]] constexpr bool push(std::int64_t extent) noexcept {
    if (rank == max_rank || extent < 0 || extent > std::numeric_limits<std::int32_t>::max()) return false;
    values[rank++] = static_cast<std::int32_t>(extent);
    return true;
  }
  [[nodiscard]] constexpr bool push(std::span<const std::int32_t> shape) noexcept {
    return std::all_of(shape.begin(), shape.end(), [&](std::int32_t extent) { return push(extent); });
  }
};

[[nodiscard]] constexpr bool same_shape(std::span<const std::int32_t> a, std::span<const std::int32_t> b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// An extent of a shape, as an unsigned number.
[[nodiscard]] constexpr std::size_t extent_of(std::span<const std::int32_t> shape, std::size_t axis) noexcept {
  return static_cast<std::size_t>(shape[axis]);
}

/// Product of the extents of axes [begin, end).
[[nodiscard]] constexpr std::size_t product_of(std::span<const std::int32_t> shape, std::size_t begin,
                                               std::size_t end) noexcept {
  std::size_t product = 1;
  for (std::size_t axis = begin; axis < end; ++axis) product *= extent_of(shape, axis);
  return product;
}

/// Elements from one index of each axis to the next. `shape` has at most max_rank extents.
using stride_list = std::array<std::ptrdiff_t, max_rank>;
[[nodiscard]] constexpr stride_list strides_of(std::span<const std::int32_t> shape) noexcept {
  stride_list strides{};
  std::ptrdiff_t step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

/// Axis as an index: negative ones count from the end. False if there is none of this number.
[[nodiscard]] constexpr bool to_axis(std::int64_t axis, std::size_t rank, std::size_t& index) noexcept {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) return false;
  index = static_cast<std::size_t>(axis < 0 ? axis + r : axis);
  return true;
}

/// Types that indices, axes and extents come in.
[[nodiscard]] constexpr bool is_index(element_type type) noexcept {
  return type == element_type::int32 || type == element_type::int64 || type == element_type::int16 ||
         type == element_type::int8;
}

/// The element of an index operand, which must be complete.
[[nodiscard]] inline std::int64_t index_at(const operand& values, std::size_t i) noexcept {
  switch (values.type) {
    case element_type::int64: return values.values<std::int64_t>()[i];
    case element_type::int16: return values.values<std::int16_t>()[i];
    case element_type::int8: return values.values<std::int8_t>()[i];
    default: return values.values<std::int32_t>()[i];
  }
}

/// Whether an operand is a list of integers: one axis, or none and so one element.
[[nodiscard]] constexpr bool is_index_list(const operand& values) noexcept {
  return is_index(values.type) && values.shape.size() < 2 && values.is_complete();
}

/// Bytes of an element; 0 for packed integers.
[[nodiscard]] constexpr std::size_t bytes_of(element_type type) noexcept {
  return static_cast<std::size_t>(bits_of(type)) / 8;
}

/// The element that stands for 0: the zero point, where an 8- or 16-bit operand is quantized with one scale.
[[nodiscard]] inline std::array<std::byte, 8> zero_element(const operand& x) noexcept {
  std::array<std::byte, 8> bytes{};
  const std::int32_t point = x.zero_point.empty() ? 0 : x.zero_point[0];
  if (bytes_of(x.type) == 1) bytes[0] = static_cast<std::byte>(point & 0xff);
  if (x.type == element_type::int16) {
    const auto value = static_cast<std::int16_t>(point);
    std::memcpy(bytes.data(), &value, sizeof(value));
  }
  return bytes;
}

/// Whether operands hold the elements of their shapes, in no more axes than kernels walk along, and there are as many
/// of them as said. The first check of most setups.
[[nodiscard]] constexpr status operands_are_whole(const kernel_arguments& call, std::size_t inputs,
                                                  std::size_t outputs) noexcept {
  if (call.inputs.size() != inputs || call.outputs.size() != outputs) return status::wrong_operands;
  const auto is_whole = [](const auto& value) { return value.shape.size() <= max_rank && value.is_complete(); };
  const auto is_present = [](const auto& value) { return value.present(); };
  if (!std::all_of(call.inputs.begin(), call.inputs.end(), is_present) ||
      !std::all_of(call.outputs.begin(), call.outputs.end(), is_present)) {
    return status::wrong_operands;
  }
  return std::all_of(call.inputs.begin(), call.inputs.end(), is_whole) &&
                 std::all_of(call.outputs.begin(), call.outputs.end(), is_whole)
             ? status::ready
             : status::wrong_shape;
}

/// An op whose output has a shape that follows from the inputs' shapes and from the data of the inputs that
/// `Geometry::data_inputs` has bits for: `Geometry::shape(inputs, options, result)` says it. What setup asks where that
/// data is constant, and check where it is not.
template <class Geometry>
[[nodiscard]] status shape_is_as_said(const kernel_arguments& call) noexcept {
  extents wanted;
  const status known = Geometry::shape(call.inputs, call.options, wanted);
  if (known != status::ready) return known;
  return same_shape(wanted.span(), call.outputs[0].shape) ? status::ready : status::wrong_shape;
}
template <class Geometry>
[[nodiscard]] status shape_is_as_said_if_known(const kernel_arguments& call) noexcept {
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    if ((Geometry::data_inputs >> i & 1u) != 0 && !call.inputs[i].is_constant) return status::ready;
  }
  return shape_is_as_said<Geometry>(call);
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/arg_extreme.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// y = index of the greatest (least) element of x along an axis, the first of equal ones; int32 or int64. Inputs: x
/// (float32, int32, int8, uint8, bool; raw values), axis.
template <bool Greatest>
struct arg_extreme {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (inputs[1].elements() != 1 || !inputs[1].is_complete()) return status::wrong_shape;
    const auto x = inputs[0].shape;
    std::size_t axis = 0;
    if (!to_axis(index_at(inputs[1], 0), x.size(), axis)) return status::wrong_data;
    if (x[axis] == 0) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (k != axis && !result.push(x[k])) return status::wrong_shape;
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (type != element_type::int32 && type != element_type::int64) return status::wrong_type;
    switch (call.inputs[0].type) {
      case element_type::float32:
      case element_type::int32:
      case element_type::int8:
      case element_type::uint8:
      case element_type::boolean: return shape_is_as_said_if_known<arg_extreme>(call);
      default: return status::wrong_type;
    }
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<arg_extreme>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return of_type<float>(call);
      case element_type::int32: return of_type<std::int32_t>(call);
      case element_type::int8: return of_type<std::int8_t>(call);
      default: return of_type<std::uint8_t>(call);
    }
  }

 private:
  template <class T>
  static void of_type(const kernel_arguments& call) noexcept {
    const operand& input = call.inputs[0];
    std::size_t axis = 0;
    (void)to_axis(index_at(call.inputs[1], 0), input.shape.size(), axis);
    const std::size_t extent = extent_of(input.shape, axis);
    const std::size_t inner = product_of(input.shape, axis + 1, input.shape.size());
    const auto x = input.values<T>();
    for (std::size_t i = 0; i < call.outputs[0].elements(); ++i) {
      const T* first = x.data() + i / inner * extent * inner + i % inner;
      std::size_t best = 0;
      for (std::size_t k = 1; k < extent; ++k) {
        const T value = first[k * inner];
        if (Greatest ? value > first[best * inner] : value < first[best * inner]) best = k;
      }
      if (call.outputs[0].type == element_type::int64) {
        call.outputs[0].values<std::int64_t>()[i] = static_cast<std::int64_t>(best);
      } else {
        call.outputs[0].values<std::int32_t>()[i] = static_cast<std::int32_t>(best);
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/batch_matmul.hpp
// BATCH_MATMUL. (spec: kernels, section 2) Freestanding.

// ---- aeq/kernel/bias.hpp
// What ops with a weight have in common: operands that are complete float32, and a bias that may be absent.
// Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Whether an operand is there, float32, and has data for its shape.
template <class Byte>
[[nodiscard]] constexpr status check_float(const basic_operand<Byte>& value) noexcept {
  if (!value.present()) return status::wrong_operands;
  if (value.type != element_type::float32) return status::wrong_type;
  return value.is_complete() ? status::ready : status::wrong_shape;
}

[[nodiscard]] constexpr bool has_input(const kernel_arguments& call, std::size_t index) noexcept {
  return call.inputs.size() > index && call.inputs[index].present();
}

/// Input `index`, if it is present: as many float32 as there are channels.
[[nodiscard]] constexpr status check_bias(const kernel_arguments& call, std::size_t index,
                                          std::size_t channels) noexcept {
  if (!has_input(call, index)) return status::ready;
  const status type = check_float(call.inputs[index]);
  if (type != status::ready) return type;
  return call.inputs[index].elements() == channels ? status::ready : status::wrong_shape;
}

/// Null if there is no bias.
[[nodiscard]] inline const float* bias_of(const kernel_arguments& call, std::size_t index) noexcept {
  return has_input(call, index) ? call.inputs[index].values<float>().data() : nullptr;
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/batch_matmul.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Extents of products of matrices: rows x depth times depth x columns.
struct batch_matmul_geometry {
  std::size_t rows = 0;
  std::size_t depth = 0;
  std::size_t columns = 0;
};

/// From the shapes of the two factors; false if they do not go together. The axes before the last two are batches.
[[nodiscard]] constexpr bool batch_matmul_geometry_of(std::span<const std::int32_t> a, std::span<const std::int32_t> b,
                                                      const operation_options& options,
                                                      batch_matmul_geometry& g) noexcept {
  if (a.size() < 2 || b.size() < 2) return false;
  const auto last = [](std::span<const std::int32_t> s, bool is_last) {
    return static_cast<std::size_t>(s[s.size() - (is_last ? 1 : 2)]);
  };
  g.rows = last(a, options.adj_x);
  g.depth = last(a, !options.adj_x);
  g.columns = last(b, !options.adj_y);
  return g.depth == last(b, options.adj_y);
}

/// Where the matrix of a factor starts that goes into product number `batch`; extents of 1 repeat.
///
/// factor, product: whole shapes; the factor's fits the product's (setup has looked).
[[nodiscard]] constexpr std::size_t matrix_offset(std::span<const std::int32_t> factor,
                                                  std::span<const std::int32_t> product, std::size_t batch) noexcept {
  const std::size_t missing = product.size() - factor.size();
  std::size_t stride =
      static_cast<std::size_t>(factor[factor.size() - 1]) * static_cast<std::size_t>(factor[factor.size() - 2]);
  std::size_t offset = 0;
  for (std::size_t i = product.size() - 2; i-- > missing;) {
    const auto extent = static_cast<std::size_t>(factor[i - missing]);
    const auto of = static_cast<std::size_t>(product[i]);
    if (extent != 1) offset += batch % of * stride;
    batch /= of;
    stride *= extent;
  }
  return offset;
}

/// y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n], float32; sums in the order of k.
///
/// a: [..., M, K], with adj_x [..., K, M]; b: [..., K, N], with adj_y [..., N, K]; y: [..., M, N]. The axes before
/// follow numpy's rules of broadcasting.
struct batch_matmul_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(a), check_float(b), check_float(y)}) {
      if (s != status::ready) return s;
    }
    batch_matmul_geometry g;
    if (!batch_matmul_geometry_of(a.shape, b.shape, call.options, g)) return status::wrong_shape;
    const std::size_t rank = y.shape.size();
    if (rank != (a.shape.size() > b.shape.size() ? a.shape.size() : b.shape.size())) return status::wrong_shape;
    if (static_cast<std::size_t>(y.shape[rank - 2]) != g.rows ||
        static_cast<std::size_t>(y.shape[rank - 1]) != g.columns) {
      return status::wrong_shape;
    }
    for (std::size_t i = 3; i <= rank; ++i) {
      const auto extent = [i](std::span<const std::int32_t> s) { return i <= s.size() ? s[s.size() - i] : 1; };
      const std::int32_t p = extent(a.shape), q = extent(b.shape), r = extent(y.shape);
      if ((p != r && p != 1) || (q != r && q != 1) || (p == 1 && q == 1 && r != 1)) return status::wrong_shape;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& left = call.inputs[0];
    const operand& right = call.inputs[1];
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    if (!batch_matmul_geometry_of(left.shape, right.shape, call.options, g) || product.elements() == 0) return;
    const float* const a = left.values<float>().data();
    const float* const b = right.values<float>().data();
    float* const y = product.values<float>().data();
    const std::size_t a_row = call.options.adj_x ? 1 : g.depth, a_step = call.options.adj_x ? g.rows : 1;
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t all_rows = product.elements() / g.columns;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(all_rows, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const float* const from = a + matrix_offset(left.shape, product.shape, row / g.rows) + row % g.rows * a_row;
        const float* const by = b + matrix_offset(right.shape, product.shape, row / g.rows);
        for (std::size_t n = 0; n < g.columns; ++n) {
          float sum = 0;
          for (std::size_t k = 0; k < g.depth; ++k) sum += from[k * a_step] * by[n * b_column + k * b_step];
          y[row * g.columns + n] = sum;
        }
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/broadcast.hpp
// Ops that repeat: BROADCAST_TO, TILE, FILL, ZEROS_LIKE; and those that say shapes: BROADCAST_ARGS, SHAPE, RANK. Any
// element of whole bytes. Freestanding.

// ---- aeq/kernel/strided_copy.hpp
// Moving elements from one arrangement of axes to another: what transposing, slicing, tiling, reversing and joining
// have in common. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// to[to_offset + sum i_k * to_k] = from[from_offset + sum i_k * from_k] for all i_k below extent_k. Offsets and
/// strides count elements; strides may be 0 (from) or negative. Places written to differ from each other and from those
/// read.
class strided_copy {
 public:
  static constexpr std::size_t max_axes = 16;

  std::ptrdiff_t from_offset = 0;
  std::ptrdiff_t to_offset = 0;

  /// Adds an axis inside of those before. Neighbours that are one run in memory become one axis.
  constexpr void axis(std::size_t extent, std::ptrdiff_t from, std::ptrdiff_t to) noexcept {
    if (extent == 0) is_empty_ = true;
    if (extent <= 1) return;
    const auto length = static_cast<std::ptrdiff_t>(extent);
    if (count_ > 0) {
      one& outer = axes_[count_ - 1];
      if (outer.from == from * length && outer.to == to * length) {
        outer = {outer.extent * length, from, to};
        return;
      }
    }
    axes_[count_++] = {length, from, to};
  }

  /// Elements of 1, 2, 4 or 8 bytes.
  void run(std::size_t element_bytes, const std::byte* from, std::byte* to, const work_sharing& share) const noexcept {
    if (is_empty_) return;
    switch (element_bytes) {
      case 1: return run_as<std::uint8_t>(from, to, share);
      case 2: return run_as<std::uint16_t>(from, to, share);
      case 4: return run_as<std::uint32_t>(from, to, share);
      default: return run_as<std::uint64_t>(from, to, share);
    }
  }

 private:
  struct one {
    std::ptrdiff_t extent = 1;
    std::ptrdiff_t from = 0;
    std::ptrdiff_t to = 0;
  };

  template <class Element>
  void run_as(const std::byte* from, std::byte* to, const work_sharing& share) const noexcept {
    const auto* source = reinterpret_cast<const Element*>(from) + from_offset;
    auto* target = reinterpret_cast<Element*>(to) + to_offset;
    if (count_ < 2) {
      copy_row(source, target, count_ == 0 ? one{} : axes_[0]);
      return;
    }
    std::ptrdiff_t inside = 1;  // elements of one index of the outermost axis
    for (std::size_t k = 1; k < count_; ++k) inside *= axes_[k].extent;
    constexpr std::size_t least = 32768;  // elements that are worth another thread
    share.for_ranges(static_cast<std::size_t>(axes_[0].extent), least / static_cast<std::size_t>(inside) + 1,
                     [&](std::size_t begin, std::size_t end) {
                       const auto b = static_cast<std::ptrdiff_t>(begin);
                       const auto rows = static_cast<std::ptrdiff_t>(end) - b;
                       walk(source + b * axes_[0].from, target + b * axes_[0].to, rows);
                     });
  }

  /// All axes, with `rows` indices of the outermost.
  template <class Element>
  void walk(const Element* source, Element* target, std::ptrdiff_t rows) const noexcept {
    const one& inner = axes_[count_ - 1];
    const one& middle = axes_[count_ - 2];
    const bool is_turned = inner.from != 1 && middle.from == 1;  // the two innermost axes change places
    std::array<std::ptrdiff_t, max_axes> index{};
    for (;;) {
      const std::ptrdiff_t count = count_ == 2 ? rows : middle.extent;
      if (is_turned) {
        turn(source, target, count, middle, inner);
      } else {
        for (std::ptrdiff_t i = 0; i < count; ++i) copy_row(source + i * middle.from, target + i * middle.to, inner);
      }
      std::size_t k = count_ - 2;
      for (;;) {  // the next index of the axes around
        if (k == 0) return;
        --k;
        source += axes_[k].from;
        target += axes_[k].to;
        const std::ptrdiff_t extent = k == 0 ? rows : axes_[k].extent;
        if (++index[k] < extent) break;
        source -= axes_[k].from * extent;
        target -= axes_[k].to * extent;
        index[k] = 0;
      }
    }
  }

  /// In squares, so that what is read together is used while it is near.
  template <class Element>
  static void turn(const Element* source, Element* target, std::ptrdiff_t count, const one& middle,
                   const one& inner) noexcept {
    constexpr std::ptrdiff_t side = 16;
    for (std::ptrdiff_t i = 0; i < count; i += side) {
      const std::ptrdiff_t rows = std::min(side, count - i);
      for (std::ptrdiff_t j = 0; j < inner.extent; j += side) {
        const one columns{std::min(side, inner.extent - j), inner.from, inner.to};
        for (std::ptrdiff_t r = i; r < i + rows; ++r) {
          copy_row(source + r * middle.from + j * inner.from, target + r * middle.to + j * inner.to, columns);
        }
      }
    }
  }

  template <class Element>
  static void copy_row(const Element* source, Element* target, const one& row) noexcept {
    if (row.from == 1 && row.to == 1 && row.extent > 7) {
      std::memmove(target, source, static_cast<std::size_t>(row.extent) * sizeof(Element));
    } else if (row.from == 0 && row.to == 1) {
      std::fill_n(target, row.extent, *source);
    } else {
      for (std::ptrdiff_t i = 0; i < row.extent; ++i) target[i * row.to] = source[i * row.from];
    }
  }

  std::array<one, max_axes> axes_{};
  std::size_t count_ = 0;
  bool is_empty_ = false;
};

/// Writes one element of 1, 2, 4 or 8 bytes `count` times.
inline void fill_elements(std::size_t element_bytes, const std::byte* element, std::byte* to, std::size_t count,
                          const work_sharing& share) noexcept {
  share.for_ranges(count, 65536, [&](std::size_t begin, std::size_t end) {
    strided_copy repeat;
    repeat.to_offset = static_cast<std::ptrdiff_t>(begin);
    repeat.axis(end - begin, 0, 1);
    repeat.run(element_bytes, element, to, {});
  });
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/broadcast.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// x repeated along the axes where it has extent 1, or which it lacks in front. Inputs: x, shape (a list).
struct broadcast_to {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    const std::size_t rank = inputs[1].elements();
    if (inputs[1].shape.size() != 1 || x.size() > rank) return status::wrong_shape;
    for (std::size_t k = 0; k < rank; ++k) {
      const std::int64_t wanted = index_at(inputs[1], k);
      if (!result.push(wanted)) return status::wrong_data;
      if (k + x.size() < rank) continue;
      const std::int32_t extent = x[k + x.size() - rank];
      if (extent != wanted && extent != 1) return status::wrong_data;
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<broadcast_to>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<broadcast_to>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    const std::size_t missing = y.shape.size() - x.shape.size();
    strided_copy move;
    for (std::size_t k = 0; k < y.shape.size(); ++k) {
      const bool repeats = k < missing || x.shape[k - missing] == 1;
      move.axis(extent_of(y.shape, k), repeats ? 0 : from[k - missing], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// x repeated multiples[k] times along axis k. Inputs: x, multiples (a list).
struct tile {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (inputs[1].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t times = index_at(inputs[1], k);
      if (times < 0 || times > std::numeric_limits<std::int32_t>::max() || !result.push(times * x[k])) {
        return status::wrong_data;
      }
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<tile>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<tile>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.axis(static_cast<std::size_t>(index_at(call.inputs[1], k)), 0, to[k] * x.shape[k]);
      move.axis(extent_of(x.shape, k), from[k], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// A tensor of one value. Inputs: shape (a list), value.
struct fill {
  static constexpr std::uint32_t data_inputs = 1;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[0])) return status::wrong_type;
    if (inputs[0].shape.size() != 1) return status::wrong_shape;
    for (std::size_t k = 0; k < inputs[0].elements(); ++k) {
      if (!result.push(index_at(inputs[0], k))) return status::wrong_data;
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[1].type != call.outputs[0].type || bytes_of(call.inputs[1].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[0])) return status::wrong_type;
    if (call.inputs[1].elements() != 1) return status::wrong_shape;
    return shape_is_as_said_if_known<fill>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<fill>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& value = call.inputs[1];
    const result_operand& y = call.outputs[0];
    fill_elements(bytes_of(value.type), value.data.data(), y.data.data(), y.elements(), call.share);
  }
};

struct zeros_like {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type) return status::wrong_type;
    return same_shape(call.inputs[0].shape, call.outputs[0].shape) ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    std::fill(call.outputs[0].data.begin(), call.outputs[0].data.end(), std::byte(0));
  }
};

/// An element of an int32 or int64 result.
inline void put_index(const result_operand& y, std::size_t i, std::int64_t value) noexcept {
  if (y.type == element_type::int64) {
    y.values<std::int64_t>()[i] = value;
  } else {
    y.values<std::int32_t>()[i] = static_cast<std::int32_t>(value);
  }
}
[[nodiscard]] constexpr bool is_int32_or_int64(element_type type) noexcept {
  return type == element_type::int32 || type == element_type::int64;
}

/// The shape of x, as a list (SHAPE), or how many axes it has (RANK). Looks at no data.
template <bool IsRank>
struct shape_of {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const auto rank = static_cast<std::int64_t>(inputs[0].shape.size());
    return IsRank || result.push(rank) ? status::ready : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1 || !call.inputs[0].present()) return status::wrong_operands;
    if (!is_int32_or_int64(call.outputs[0].type)) return status::wrong_type;
    return call.outputs[0].is_complete() ? shape_is_as_said<shape_of>(call) : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].shape;
    if (IsRank) {
      put_index(call.outputs[0], 0, static_cast<std::int64_t>(x.size()));
    } else {
      for (std::size_t k = 0; k < x.size(); ++k) put_index(call.outputs[0], k, x[k]);
    }
  }
};

/// The shape of two operands together, whose shapes are the inputs (lists).
struct broadcast_args {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (inputs[0].shape.size() != 1 || inputs[1].shape.size() != 1) return status::wrong_shape;
    return result.push(std::max(inputs[0].shape[0], inputs[1].shape[0])) ? status::ready : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (!is_int32_or_int64(type) || call.inputs[0].type != type || call.inputs[1].type != type) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<broadcast_args>(call); known != status::ready) return known;
    return call.inputs[0].is_constant && call.inputs[1].is_constant ? check(call) : status::ready;
  }

  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.outputs[0].elements(); ++k) {
      const std::int64_t a = extent_from_right(call.inputs[0], k);
      const std::int64_t b = extent_from_right(call.inputs[1], k);
      if (a != b && a != 1 && b != 1) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const std::size_t rank = call.outputs[0].elements();
    for (std::size_t k = 0; k < rank; ++k) {
      const std::int64_t a = extent_from_right(call.inputs[0], k);
      const std::int64_t b = extent_from_right(call.inputs[1], k);
      put_index(call.outputs[0], rank - 1 - k, a == 1 ? b : a);
    }
  }

 private:
  static std::int64_t extent_from_right(const operand& shape, std::size_t k) noexcept {
    const std::size_t rank = shape.elements();
    return k < rank ? index_at(shape, rank - 1 - k) : 1;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/concatenation.hpp
// CONCATENATION and PACK: tensors one behind the other. Any element of whole bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Along `axis` of the options, which the inputs have (CONCATENATION) or which is new (PACK). All operands have the
/// same type, shape but for that axis, and scales.
template <bool IsNew>
struct joined {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.empty()) return status::wrong_operands;
    const auto first = inputs[0].shape;
    if (first.size() + (IsNew ? 1 : 0) > max_rank) return status::wrong_shape;
    std::size_t axis = 0;
    if (!to_axis(options.axis, first.size() + (IsNew ? 1 : 0), axis)) return status::wrong_options;
    std::int64_t together = 0;
    for (const operand& x : inputs) {
      if (!x.present() || x.type != inputs[0].type) return status::wrong_type;
      if (x.shape.size() != first.size()) return status::wrong_shape;
      for (std::size_t k = 0; k < first.size(); ++k) {
        if ((IsNew || k != axis) && x.shape[k] != first[k]) return status::wrong_shape;
      }
      together += IsNew ? 1 : x.shape[axis];
    }
    for (std::size_t k = 0; k < first.size() + (IsNew ? 1 : 0); ++k) {
      const std::int64_t extent = k == axis ? together : first[k < axis || !IsNew ? k : k - 1];
      if (!result.push(extent)) return status::wrong_shape;
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (call.inputs.empty()) return status::wrong_operands;
    if (call.inputs[0].type != y.type || bytes_of(y.type) == 0) return status::wrong_type;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    for (const operand& x : call.inputs) {
      if (y.type == element_type::int16 || (x.scale.empty() && y.scale.empty())) continue;
      if (!std::equal(x.scale.begin(), x.scale.end(), y.scale.begin(), y.scale.end()) ||
          !std::equal(x.zero_point.begin(), x.zero_point.end(), y.zero_point.begin(), y.zero_point.end())) {
        return status::wrong_parameters;
      }
    }
    return shape_is_as_said<joined>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t outer = product_of(y.shape, 0, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    std::size_t begin = 0;
    for (const operand& x : call.inputs) {
      const std::size_t count = (IsNew ? 1 : extent_of(x.shape, axis)) * inner;
      strided_copy move;
      move.to_offset = static_cast<std::ptrdiff_t>(begin);
      move.axis(outer, static_cast<std::ptrdiff_t>(count),
                static_cast<std::ptrdiff_t>(extent_of(y.shape, axis) * inner));
      move.axis(count, 1, 1);
      move.run(bytes_of(y.type), x.data.data(), y.data.data(), call.share);
      begin += count;
    }
  }
};
using concatenation = joined<false>;
using pack_axis = joined<true>;

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/conv_2d.hpp
// CONV_2D and DEPTHWISE_CONV_2D: their geometry, and float32. (spec: kernels, section 2) Freestanding.

// ---- aeq/kernel/window.hpp
// Windows of convolutions and pools along one axis. (spec: kernels, section 1, padding) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Tap t of window o stands at input position o * stride - before + t * dilation, which may lie outside: in the
/// padding.
struct window_axis {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t filter = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  ///< padded positions in front

  /// Taps [first, last) are those inside; none: first == last.
  struct taps {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  [[nodiscard]] constexpr std::int64_t start(std::int64_t output) const noexcept { return output * stride - before; }
  [[nodiscard]] constexpr taps inside(std::int64_t output) const noexcept {
    const std::int64_t at = start(output);
    const std::int64_t first = at < 0 ? (-at + dilation - 1) / dilation : 0;
    std::int64_t last = at < inputs ? (inputs - at + dilation - 1) / dilation : 0;
    if (last > filter) last = filter;
    return {first < last ? first : last, last};
  }
};

/// Where windows lie; false if there are no such windows, or more than an int32 counts.
[[nodiscard]] constexpr bool place_windows(window_padding padding, std::int64_t inputs, std::int64_t filter,
                                           std::int64_t stride, std::int64_t dilation, window_axis& result) noexcept {
  if (inputs < 0 || filter < 1 || stride < 1 || dilation < 1) return false;
  if (padding != window_padding::same && padding != window_padding::valid) return false;
  const std::int64_t reach = (filter - 1) * dilation + 1;
  std::int64_t outputs =
      padding == window_padding::same ? (inputs + stride - 1) / stride : (inputs + stride - reach) / stride;
  if (outputs < 0) outputs = 0;
  const std::int64_t total = (outputs - 1) * stride + reach - inputs;
  const std::int64_t before = total > 0 ? total / 2 : 0;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (outputs > most || before > most) return false;
  result = {inputs, outputs, filter, stride, dilation, before};
  return true;
}

/// A window over height and width of [batches, height, width, channels].
struct window_plane {
  window_axis rows{};
  window_axis columns{};
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/conv_2d.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Extents of a convolution over [batches, height, width, channels].
struct conv_2d_geometry {
  std::size_t batches = 0;
  std::size_t input_channels = 0;
  std::size_t output_channels = 0;
  std::size_t groups = 1;  ///< CONV_2D: each reads its share of the input channels, and writes its of the output's
  std::size_t depth = 0;   ///< CONV_2D: input channels of a group
  window_plane windows{};

  [[nodiscard]] std::size_t output_pixels() const noexcept {
    return batches * static_cast<std::size_t>(windows.rows.outputs) * static_cast<std::size_t>(windows.columns.outputs);
  }
};

namespace detail {

[[nodiscard]] constexpr status place_conv(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                          const operation_options& o, conv_2d_geometry& g) noexcept {
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(x[3]);
  const bool placed = place_windows(o.padding, x[1], w[1], o.stride_height, o.dilation_height, g.windows.rows) &&
                      place_windows(o.padding, x[2], w[2], o.stride_width, o.dilation_width, g.windows.columns);
  return placed ? status::ready : status::wrong_options;
}

}  // namespace detail

/// Geometry from the shapes of input and weight [O, height, width, I]. I divides the input's channels.
[[nodiscard]] constexpr status conv_2d_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                   const operation_options& options, conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || w[1] < 1 || w[2] < 1 || w[3] < 1) return status::wrong_shape;
  if (x[3] < 1 || x[3] % w[3] != 0) return status::wrong_shape;
  g.depth = static_cast<std::size_t>(w[3]);
  g.groups = static_cast<std::size_t>(x[3] / w[3]);
  g.output_channels = static_cast<std::size_t>(w[0]);
  if (g.output_channels % g.groups != 0) return status::wrong_shape;
  return detail::place_conv(x, w, options, g);
}

/// The same for DEPTHWISE_CONV_2D: weight [1, height, width, O], O a multiple of the input's channels.
[[nodiscard]] constexpr status depthwise_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                     const operation_options& options, conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || w[0] != 1 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  if (x[3] < 1 || w[3] % x[3] != 0) return status::wrong_shape;
  g.output_channels = static_cast<std::size_t>(w[3]);
  g.groups = g.input_channels = static_cast<std::size_t>(x[3]);
  g.depth = 1;
  return detail::place_conv(x, w, options, g);
}

namespace detail {

using geometry_function = status (*)(std::span<const std::int32_t>, std::span<const std::int32_t>,
                                     const operation_options&, conv_2d_geometry&) noexcept;

/// What both float convolutions ask of their operands: input, weight, bias (may be absent), output of the shape.
[[nodiscard]] inline status check_conv_float(const kernel_arguments& call, geometry_function geometry) noexcept {
  if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
  const operand& x = call.inputs[0];
  const operand& w = call.inputs[1];
  const result_operand& y = call.outputs[0];
  for (const status s : {check_float(x), check_float(w), check_float(y)}) {
    if (s != status::ready) return s;
  }
  conv_2d_geometry g;
  const status placed = geometry(x.shape, w.shape, call.options, g);
  if (placed != status::ready) return placed;
  if (y.shape.size() != 4 || y.shape[0] != x.shape[0] || y.shape[1] != g.windows.rows.outputs ||
      y.shape[2] != g.windows.columns.outputs || static_cast<std::size_t>(y.shape[3]) != g.output_channels) {
    return status::wrong_shape;
  }
  const status bias = check_bias(call, 2, g.output_channels);
  if (bias != status::ready) return bias;
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// Calls pixel(input image, output row, output column, output pixel) for all output pixels, rows shared out.
template <class Pixel>
void for_output_pixels(const kernel_arguments& call, const conv_2d_geometry& g, std::size_t work_of_pixel,
                       const Pixel& pixel) noexcept {
  const auto rows = static_cast<std::size_t>(g.windows.rows.outputs);
  const auto columns = static_cast<std::size_t>(g.windows.columns.outputs);
  if (columns == 0) return;
  constexpr std::size_t worth = 32768;  // multiplications that are worth another thread
  const std::size_t least = work_of_pixel < worth ? worth / (columns * work_of_pixel + 1) + 1 : 1;
  call.share.for_ranges(g.batches * rows, least, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        pixel(row / rows, static_cast<std::int64_t>(row % rows), static_cast<std::int64_t>(column),
              row * columns + column);
      }
    }
  });
}

}  // namespace detail

/// y[b, oy, ox, n] = clamp(sum over ky, kx, i of x[b, iy, ix, group(n) * I + i] * w[n, ky, kx, i] + bias[n]), float32,
/// with iy = oy * stride - before + ky * dilation; what lies outside of x is left out. Sums in the order of ky, kx, i.
///
/// x: [B, H, W, groups * I]; w: [N, KH, KW, I], groups divide N; bias: N elements, may be absent; y: [B, OH, OW, N].
struct conv_2d_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &conv_2d_geometry_of);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const operand& weight = call.inputs[1];
    conv_2d_geometry g;
    if (conv_2d_geometry_of(input.shape, weight.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t group_outputs = g.output_channels / g.groups;
    const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
    detail::for_output_pixels(
        call, g, taps * g.depth * g.output_channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::size_t n = 0; n < g.output_channels; ++n) {
            float sum = 0;
            for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
              for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
                const std::int64_t iy = rows.start(row) + ky * rows.dilation;
                const std::int64_t ix = columns.start(column) + kx * columns.dilation;
                const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                           static_cast<std::size_t>(columns.inputs) +
                                       static_cast<std::size_t>(ix);
                const float* const from = x + at * g.input_channels + n / group_outputs * g.depth;
                const float* const by = w + (n * taps + static_cast<std::size_t>(ky * columns.filter + kx)) * g.depth;
                for (std::size_t i = 0; i < g.depth; ++i) sum += from[i] * by[i];
              }
            }
            if (bias != nullptr) sum += bias[n];
            y[pixel * g.output_channels + n] = clamped(sum, limits);
          }
        });
  }
};

/// y[b, oy, ox, c * M + m] = clamp(sum over ky, kx of x[b, iy, ix, c] * w[0, ky, kx, c * M + m] + bias[c * M + m]),
/// float32, windows as in conv_2d_float.
///
/// x: [B, H, W, C]; w: [1, KH, KW, C * M]; bias: C * M elements, may be absent; y: [B, OH, OW, C * M].
struct depthwise_conv_2d_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &depthwise_geometry_of);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const operand& weight = call.inputs[1];
    conv_2d_geometry g;
    if (depthwise_geometry_of(input.shape, weight.shape, call.options, g) != status::ready) return;
    if (g.output_channels == 0) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t multiplier = g.output_channels / g.input_channels;
    const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
    detail::for_output_pixels(
        call, g, taps * g.output_channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          float* const to = y + pixel * g.output_channels;
          for (std::size_t n = 0; n < g.output_channels; ++n) to[n] = 0;
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const std::int64_t iy = rows.start(row) + ky * rows.dilation;
              const std::int64_t ix = columns.start(column) + kx * columns.dilation;
              const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                         static_cast<std::size_t>(columns.inputs) +
                                     static_cast<std::size_t>(ix);
              const float* const from = x + at * g.input_channels;
              const float* const by = w + static_cast<std::size_t>(ky * columns.filter + kx) * g.output_channels;
              for (std::size_t c = 0, n = 0; c < g.input_channels; ++c) {
                for (std::size_t m = 0; m < multiplier; ++m, ++n) to[n] += from[c] * by[n];
              }
            }
          }
          for (std::size_t n = 0; n < g.output_channels; ++n) {
            to[n] = clamped(bias != nullptr ? to[n] + bias[n] : to[n], limits);
          }
        });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/copy.hpp
// Ops whose output has the bytes of their first input: RESHAPE and its kin. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Copies the first input; of any type. The other inputs have been looked at when the output got its shape.
struct copy {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.empty() || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = (y.elements() * static_cast<std::size_t>(bits_of(y.type)) + 7) / 8;
    std::copy_n(call.inputs[0].data.begin(), bytes, y.data.begin());
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/elementwise.hpp
// Ops that take one element at a time. (spec: kernels, section 4) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[i] = Function::of(x[i]), float32; y may be x.
template <class Function>
struct unary_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].values<float>();
    const auto y = call.outputs[0].values<float>();
    constexpr std::size_t least = 16384;  // elements that are worth another thread
    call.share.for_ranges(call.outputs[0].elements(), least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) y[i] = Function::of(x[i]);
    });
  }
};

struct relu {
  [[nodiscard]] static constexpr float of(float x) noexcept { return x > 0 ? x : 0; }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/embedding_lookup.hpp
// EMBEDDING_LOOKUP. (spec: kernels, section 2) Freestanding.

// ---- aeq/scheme/packing.hpp
// Packing of 2- and 4-bit integers: flat over the whole tensor, first element in the low bits, two's complement, the
// last byte filled with zeros. Freestanding, constexpr. (spec: numerics, section 2.3)

namespace aeq::inline AEQ_ABI {

/// Bytes that `elements` integers of `bits` (2, 4, 8, 16, 32, 64) take in the file.
[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t elements, int bits) noexcept {
  if (bits < 8) {
    const std::size_t per_byte = 8u / static_cast<unsigned>(bits);
    return elements / per_byte + (elements % per_byte != 0 ? 1 : 0);
  }
  return elements * (static_cast<unsigned>(bits) / 8u);
}

/// Packs integers, one per int8, into `packed`, which holds packed_bytes(values.size(), Bits) bytes.
template <int Bits>
requires(Bits == 2 || Bits == 4) constexpr void pack(std::span<const std::int8_t> values,
                                                     std::span<std::uint8_t> packed) noexcept {
  constexpr std::size_t per_byte = 8 / Bits;
  constexpr unsigned mask = (1u << Bits) - 1u;
  const std::size_t whole = values.size() / per_byte;
  for (std::size_t i = 0; i < whole; ++i) {
    unsigned byte = 0;
    for (std::size_t j = 0; j < per_byte; ++j) {
      byte |= (static_cast<unsigned>(values[i * per_byte + j]) & mask) << (j * Bits);
    }
    packed[i] = static_cast<std::uint8_t>(byte);
  }
  unsigned byte = 0;
  for (std::size_t i = whole * per_byte; i < values.size(); ++i) {
    byte |= (static_cast<unsigned>(values[i]) & mask) << ((i - whole * per_byte) * Bits);
  }
  if (whole * per_byte < values.size()) packed[whole] = static_cast<std::uint8_t>(byte);
}

/// The integer at `index` of packed data.
template <int Bits>
requires(Bits == 2 || Bits == 4) [[nodiscard]] constexpr std::int8_t
    unpack(std::span<const std::uint8_t> packed, std::size_t index) noexcept {
  constexpr std::size_t per_byte = 8 / Bits;
  const unsigned field = (packed[index / per_byte] >> ((index % per_byte) * Bits)) & ((1u << Bits) - 1u);
  constexpr unsigned sign = 1u << (Bits - 1);
  return static_cast<std::int8_t>(static_cast<int>(field ^ sign) - static_cast<int>(sign));
}

/// Unpacks into one int8 per value.
template <int Bits>
constexpr void unpack_all(std::span<const std::uint8_t> packed, std::span<std::int8_t> values) noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = unpack<Bits>(packed, i);
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/embedding_lookup.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// y[i, ...] = table[indices[i], ...], the bytes as they are; or, where the table is int8, int4 or int2 and y float32,
/// its integers times the scale of the table, or of the row.
///
/// indices: [n], int32; table: [R, ...], rows of whole bytes, zero points 0; y: [n, ...]. Check looks at the indices.
struct embedding_lookup {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& indices = call.inputs[0];
    const operand& table = call.inputs[1];
    const result_operand& y = call.outputs[0];
    if (!table.present() || !y.present()) return status::wrong_operands;
    if (indices.type != element_type::int32) return status::wrong_type;
    if (!indices.is_complete() || !table.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (indices.shape.size() != 1 || table.shape.empty() || y.shape.size() != table.shape.size() ||
        y.shape[0] != indices.shape[0] || !std::equal(y.shape.begin() + 1, y.shape.end(), table.shape.begin() + 1) ||
        row_elements(table) * static_cast<std::size_t>(bits_of(table.type)) % 8 != 0) {
      return status::wrong_shape;
    }
    if (y.type == table.type) return status::ready;
    const bool is_integer =
        table.type == element_type::int8 || table.type == element_type::int4 || table.type == element_type::int2;
    if (!is_integer || y.type != element_type::float32) return status::wrong_type;
    const bool per_row = table.channel_axis == 0 && table.scale.size() == static_cast<std::size_t>(table.shape[0]);
    if (table.block_elements != 0 || (table.scale.size() != 1 && !per_row)) return status::wrong_parameters;
    const bool is_symmetric =
        std::all_of(table.zero_point.begin(), table.zero_point.end(), [](std::int32_t zero) { return zero == 0; });
    return is_symmetric ? status::ready : status::wrong_parameters;
  }

  static status check(const kernel_arguments& call) noexcept {
    const std::int32_t rows = call.inputs[1].shape[0];
    for (std::size_t i = 0; i < call.inputs[0].elements(); ++i) {
      const std::int32_t row = call.inputs[0].values<std::int32_t>()[i];
      if (row < 0 || row >= rows) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& table = call.inputs[1];
    const result_operand& y = call.outputs[0];
    const auto indices = call.inputs[0].values<std::int32_t>();
    const std::size_t elements = row_elements(table);
    const std::size_t bytes = elements * static_cast<std::size_t>(bits_of(table.type)) / 8;
    for (std::size_t i = 0; i < call.inputs[0].elements(); ++i) {
      const auto row = static_cast<std::size_t>(indices[i]);
      const auto from = table.data.subspan(row * bytes, bytes);
      if (y.type == table.type) {
        std::copy(from.begin(), from.end(), y.data.begin() + static_cast<std::ptrdiff_t>(i * bytes));
        continue;
      }
      const float scale = table.scale[table.scale.size() == 1 ? 0 : row];
      const std::span<const std::uint8_t> packed(reinterpret_cast<const std::uint8_t*>(from.data()), from.size());
      float* const to = y.values<float>().data() + i * elements;
      for (std::size_t k = 0; k < elements; ++k) {
        const std::int8_t value = table.type == element_type::int8   ? static_cast<std::int8_t>(packed[k])
                                  : table.type == element_type::int4 ? unpack<4>(packed, k)
                                                                     : unpack<2>(packed, k);
        to[k] = static_cast<float>(value) * scale;
      }
    }
  }

 private:
  [[nodiscard]] static std::size_t row_elements(const operand& table) noexcept {
    std::size_t product = 1;
    for (const std::int32_t extent : table.shape.subspan(1)) product *= static_cast<std::size_t>(extent);
    return product;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/fully_connected.hpp
// FULLY_CONNECTED. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp((sum over k of x[b, k] * w[n, k]) + bias[n]), float32; sums in the order of k.
///
/// x: any shape of B * K elements; w: [N, K]; bias: N elements, may be absent; y: any shape of B * N elements.
struct fully_connected_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    if (w.shape.size() != 2) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || y.elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    const status bias = check_bias(call, 2, channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    const clamp_range limits = clamp_of(call.options.activation);
    call.share.for_ranges(call.outputs[0].elements(), 32768 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const float* const from = x + i / channels * depth;
        const float* const by = w + i % channels * depth;
        float sum = 0;
        for (std::size_t k = 0; k < depth; ++k) sum += from[k] * by[k];
        if (bias != nullptr) sum += bias[i % channels];
        y[i] = clamped(sum, limits);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/gather.hpp
// GATHER, GATHER_ND, SCATTER_ND and DYNAMIC_UPDATE_SLICE: elements at places that data name. Freestanding. (spec:
// kernels, section 6)

namespace aeq::inline AEQ_ABI::kernel {

/// y[batch, outer, i, inner] = x[batch, outer, indices[batch, i], inner]: batch are the first `batch_dims` axes, which
/// x and indices share; outer those up to `axis`. Any element of whole bytes.
struct gather {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto indices = inputs[1].shape;
    places at;
    if (!places_of(x.size(), indices.size(), options, at)) return status::wrong_options;
    if (!same_shape(x.first(at.batch), indices.first(at.batch))) return status::wrong_shape;
    return result.push(x.first(at.axis)) && result.push(indices.subspan(at.batch)) &&
                   result.push(x.subspan(at.axis + 1))
               ? status::ready
               : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  static status check(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[0].shape;
    places at;
    (void)places_of(x.size(), call.inputs[1].shape.size(), call.options, at);
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t index = index_at(call.inputs[1], i);
      if (index < 0 || index >= x[at.axis]) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& indices = call.inputs[1];
    std::byte* y = call.outputs[0].data.data();
    places at;
    (void)places_of(x.shape.size(), indices.shape.size(), call.options, at);
    const std::size_t batches = product_of(x.shape, 0, at.batch);
    const std::size_t outer = product_of(x.shape, at.batch, at.axis);
    const std::size_t extent = extent_of(x.shape, at.axis);
    const std::size_t run = product_of(x.shape, at.axis + 1, x.shape.size()) * bytes_of(x.type);
    const std::size_t count = product_of(indices.shape, at.batch, indices.shape.size());
    if (run == 0 || count == 0) return;
    call.share.for_ranges(batches * outer * count, 65536 / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t k = begin; k < end; ++k) {
        const std::size_t row = k / count;  // of batches and outer axes together
        const auto index = static_cast<std::size_t>(index_at(indices, row / outer * count + k % count));
        std::memcpy(y + k * run, x.data.data() + (row * extent + index) * run, run);
      }
    });
  }

 private:
  struct places {
    std::size_t batch = 0;
    std::size_t axis = 0;
  };
  static bool places_of(std::size_t x, std::size_t indices, const operation_options& options, places& at) noexcept {
    const std::int64_t batch =
        options.batch_dims < 0 ? options.batch_dims + static_cast<std::int64_t>(indices) : options.batch_dims;
    if (!to_axis(options.axis, x, at.axis) || batch < 0 || batch > static_cast<std::int64_t>(indices)) return false;
    at.batch = static_cast<std::size_t>(batch);
    return at.batch <= at.axis;
  }
};

/// The place that a row of indices [..., depth] names in the first `depth` axes of a shape, in runs of the other axes;
/// false if there is none.
[[nodiscard]] inline bool place_of(const operand& indices, std::size_t row, std::span<const std::int32_t> shape,
                                   std::size_t& place) noexcept {
  const std::size_t depth = extent_of(indices.shape, indices.shape.size() - 1);
  place = 0;
  for (std::size_t k = 0; k < depth; ++k) {
    const std::int64_t index = index_at(indices, row * depth + k);
    if (index < 0 || index >= shape[k]) return false;
    place = place * extent_of(shape, k) + static_cast<std::size_t>(index);
  }
  return true;
}

/// y[..., :] = x[indices[..., 0], indices[..., 1], …, :]. Any element of whole bytes.
struct gather_nd {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto indices = inputs[1].shape;
    if (indices.empty() || extent_of(indices, indices.size() - 1) > x.size()) return status::wrong_shape;
    return result.push(indices.first(indices.size() - 1)) &&
                   result.push(x.subspan(extent_of(indices, indices.size() - 1)))
               ? status::ready
               : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather_nd>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  static status check(const kernel_arguments& call) noexcept {
    const auto indices = call.inputs[1].shape;
    const std::size_t rows = product_of(indices, 0, indices.size() - 1);
    for (std::size_t row = 0; row < rows; ++row) {
      std::size_t place = 0;
      if (!place_of(call.inputs[1], row, call.inputs[0].shape, place)) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& indices = call.inputs[1];
    const std::size_t rows = product_of(indices.shape, 0, indices.shape.size() - 1);
    const std::size_t run =
        product_of(x.shape, extent_of(indices.shape, indices.shape.size() - 1), x.shape.size()) * bytes_of(x.type);
    if (run == 0) return;
    call.share.for_ranges(rows, 65536 / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        std::size_t place = 0;
        if (!place_of(indices, row, x.shape, place)) continue;
        std::memcpy(call.outputs[0].data.data() + row * run, x.data.data() + place * run, run);
      }
    });
  }
};

/// y = x, with `update` from element `start` on; a start that leaves too little room is moved back. Inputs: x, update,
/// start (a list). y may be x. Any element of whole bytes.
struct dynamic_update_slice {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& update = call.inputs[1];
    if (x.type != call.outputs[0].type || x.type != update.type || bytes_of(x.type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[2])) return status::wrong_type;
    if (!same_shape(x.shape, call.outputs[0].shape) || update.shape.size() != x.shape.size() ||
        call.inputs[2].elements() != x.shape.size()) {
      return status::wrong_shape;
    }
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      if (update.shape[k] > x.shape[k]) return status::wrong_shape;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const operand& update = call.inputs[1];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    if (y.data.data() != x.data.data()) {
      strided_copy all;
      all.axis(x.elements(), 1, 1);
      all.run(bytes, x.data.data(), y.data.data(), call.share);
    }
    const stride_list from = strides_of(update.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      const std::int64_t most = x.shape[k] - update.shape[k];
      const std::int64_t start = std::clamp<std::int64_t>(index_at(call.inputs[2], k), 0, most);
      move.to_offset += static_cast<std::ptrdiff_t>(start) * to[k];
      move.axis(extent_of(update.shape, k), from[k], to[k]);
    }
    move.run(bytes, update.data.data(), y.data.data(), call.share);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/normalize.hpp
// Rows along the last axis: LOG_SOFTMAX, L2_NORMALIZATION, LOCAL_RESPONSE_NORMALIZATION. Freestanding, but for the C
// library's functions. (spec: kernels, sections 4 and 6)

#include <cmath>

namespace aeq::inline AEQ_ABI::kernel {

/// y row = Row::compute(x row), float32; x and y have one shape.
template <class Row>
struct rows_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || !same_shape(x.shape, y.shape)) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const auto x = call.inputs[0].values<float>();
    const auto y = call.outputs[0].values<float>();
    const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
    if (depth == 0) return;
    call.share.for_ranges(call.inputs[0].elements() / depth, 8192 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        Row::compute(x.subspan(row * depth, depth), y.subspan(row * depth, depth), call.options);
      }
    });
  }
};

/// x - max - log(sum of exp(x - max)). y may be x.
struct log_softmax_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    const float highest = *std::max_element(x.begin(), x.end());
    float sum = 0;
    for (const float value : x) sum += std::exp(value - highest);
    const float logarithm = std::log(sum);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - highest - logarithm;
  }
};

/// x / root of the sum of squares, which is taken for 1e-6 if it is less. y may be x.
struct l2_normalization_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    float sum = 0;
    for (const float value : x) sum += value * value;
    constexpr float least = 1e-6f;
    const float root = std::max(std::sqrt(sum), least);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] / root;
  }
};

/// x * (bias + alpha * sum of the squares of the neighbours up to `radius` away)^-beta.
struct local_response_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options& options) noexcept {
    const auto radius = static_cast<std::size_t>(std::max(options.radius, 0));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t begin = i - std::min(i, radius);
      const std::size_t end = i + std::min(x.size() - i, radius + 1);
      float sum = 0;
      for (std::size_t k = begin; k < end; ++k) sum += x[k] * x[k];
      y[i] = x[i] * std::pow(options.bias + options.alpha * sum, -options.beta);
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/pad.hpp
// PAD, PADV2 and MIRROR_PAD. Any element of whole bytes. Freestanding. (spec: kernels, section 6)

namespace aeq::inline AEQ_ABI::kernel {

/// paddings [rank, 2]: how many elements stand before and behind those of x, axis by axis; negative ones are cut off.
[[nodiscard]] inline status padded_shape(std::span<const operand> inputs, extents& result) noexcept {
  const auto x = inputs[0].shape;
  const operand& paddings = inputs[1];
  if (!is_index(paddings.type)) return status::wrong_type;
  if (x.size() > max_rank || paddings.shape.size() != 2 || paddings.shape[1] != 2 || !paddings.is_complete() ||
      extent_of(paddings.shape, 0) != x.size()) {
    return status::wrong_shape;
  }
  for (std::size_t k = 0; k < x.size(); ++k) {
    constexpr std::int64_t limit = std::int64_t(1) << 32u;
    const std::int64_t before = index_at(paddings, 2 * k);
    const std::int64_t behind = index_at(paddings, 2 * k + 1);
    if (before > limit || before < -limit || behind > limit || behind < -limit) return status::wrong_data;
    if (!result.push(before + x[k] + behind)) return status::wrong_data;
  }
  return status::ready;
}

/// The rest is the third input (PADV2), or 0 (PAD): the zero point, if x is quantized. Inputs: x, paddings, value.
template <bool HasValue>
struct pad_with {
  static constexpr std::size_t inputs = HasValue ? 3 : 2;
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> in, const operation_options&, extents& result) noexcept {
    return in.size() == inputs ? padded_shape(in, result) : status::wrong_operands;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, inputs, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (HasValue && (call.inputs[2].type != x.type || call.inputs[2].elements() != 1)) return status::wrong_type;
    if (x.zero_point.size() > 1) return status::wrong_parameters;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<pad_with>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<pad_with>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    const std::array<std::byte, 8> zero = zero_element(x);
    const std::byte* value = HasValue ? call.inputs[2].data.data() : zero.data();
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    bool is_same = true;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      const auto before = static_cast<std::ptrdiff_t>(index_at(call.inputs[1], 2 * k));
      const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -before);  // of x that stays
      const std::ptrdiff_t last = std::min<std::ptrdiff_t>(x.shape[k], y.shape[k] - before);
      move.from_offset += first * from[k];
      move.to_offset += std::max<std::ptrdiff_t>(0, before) * to[k];
      move.axis(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, last - first)), from[k], to[k]);
      is_same = is_same && before == 0 && x.shape[k] == y.shape[k];
    }
    if (!is_same) fill_elements(bytes, value, y.data.data(), y.elements(), call.share);
    move.run(bytes, x.data.data(), y.data.data(), call.share);
  }
};
using pad = pad_with<false>;
using pad_v2 = pad_with<true>;

/// What stands before and behind is x in a mirror: with its edge (repeats_edge) or without. Inputs: x, paddings.
struct mirror_pad {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (const status known = padded_shape(inputs, result); known != status::ready) return known;
    for (std::size_t k = 0; k < inputs[0].shape.size(); ++k) {
      const std::int64_t most = inputs[0].shape[k] - (options.repeats_edge ? 0 : 1);
      for (std::size_t side = 0; side < 2; ++side) {
        const std::int64_t padding = index_at(inputs[1], 2 * k + side);
        if (padding < 0 || padding > std::max<std::int64_t>(most, 0)) return status::wrong_data;
      }
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<mirror_pad>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<mirror_pad>(call); }

  /// x goes to the middle; then, from the innermost axis outwards, what is there already is mirrored along the axis.
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t rank = x.shape.size();
    const std::size_t bytes = bytes_of(x.type);
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    const auto before = [&](std::size_t k) { return static_cast<std::ptrdiff_t>(index_at(call.inputs[1], 2 * k)); };
    strided_copy middle;
    for (std::size_t k = 0; k < rank; ++k) {
      middle.to_offset += before(k) * to[k];
      middle.axis(extent_of(x.shape, k), from[k], to[k]);
    }
    middle.run(bytes, x.data.data(), y.data.data(), call.share);
    const std::ptrdiff_t edge = call.options.repeats_edge ? 0 : 1;
    for (std::size_t axis = rank; axis-- > 0;) {
      const std::ptrdiff_t behind = y.shape[axis] - x.shape[axis] - before(axis);
      for (const bool is_before : {true, false}) {
        strided_copy mirror;
        for (std::size_t k = 0; k < rank; ++k) {
          const std::ptrdiff_t first = k < axis ? before(k) : 0;
          mirror.from_offset += first * to[k];
          mirror.to_offset += first * to[k];
          if (k != axis) {
            mirror.axis(extent_of(k < axis ? x.shape : std::span<const std::int32_t>(y.shape), k), to[k], to[k]);
          } else if (is_before) {
            mirror.from_offset += (before(k) + edge) * to[k];
            mirror.to_offset += (before(k) - 1) * to[k];
            mirror.axis(static_cast<std::size_t>(before(k)), to[k], -to[k]);
          } else {
            const std::ptrdiff_t end = before(k) + x.shape[k];
            mirror.from_offset += (end - 1 - edge) * to[k];
            mirror.to_offset += end * to[k];
            mirror.axis(static_cast<std::size_t>(behind), -to[k], to[k]);
          }
        }
        mirror.run(bytes, y.data.data(), y.data.data(), call.share);
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/pool_2d.hpp
// AVERAGE_POOL_2D, MAX_POOL_2D and L2_POOL_2D. (spec: kernels, section 6) Freestanding, but for the C library's sqrtf.

namespace aeq::inline AEQ_ABI::kernel {

/// Geometry of a pool; its filter is in the options.
[[nodiscard]] constexpr status pool_2d_geometry_of(std::span<const std::int32_t> x, const operation_options& o,
                                                   conv_2d_geometry& g) noexcept {
  if (x.size() != 4) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = g.output_channels = static_cast<std::size_t>(x[3]);
  const bool placed = place_windows(o.padding, x[1], o.filter_height, o.stride_height, 1, g.windows.rows) &&
                      place_windows(o.padding, x[2], o.filter_width, o.stride_width, 1, g.windows.columns);
  return placed ? status::ready : status::wrong_options;
}

/// The mean of a window's values, without the padding.
struct average_pool {
  static constexpr float first = 0;
  [[nodiscard]] static constexpr float join(float sum, float x) noexcept { return sum + x; }
  [[nodiscard]] static float finish(float sum, float count) noexcept { return sum / count; }
};

struct max_pool {
  static constexpr float first = std::numeric_limits<float>::lowest();
  [[nodiscard]] static constexpr float join(float highest, float x) noexcept { return highest < x ? x : highest; }
  [[nodiscard]] static float finish(float highest, float) noexcept { return highest; }
};

/// The root of the mean of squares.
struct l2_pool {
  static constexpr float first = 0;
  [[nodiscard]] static constexpr float join(float sum, float x) noexcept { return sum + x * x; }
  [[nodiscard]] static float finish(float sum, float count) noexcept { return std::sqrt(sum / count); }
};

/// y[b, oy, ox, c] = clamp(Pool over the window's values of channel c), float32, in the order of the rows.
///
/// x: [B, H, W, C]; y: [B, OH, OW, C].
template <class Pool>
struct pool_2d_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_2d_geometry g;
    const status placed = pool_2d_geometry_of(x.shape, call.options, g);
    if (placed != status::ready) return placed;
    if (y.shape.size() != 4 || y.shape[0] != x.shape[0] || y.shape[1] != g.windows.rows.outputs ||
        y.shape[2] != g.windows.columns.outputs || y.shape[3] != x.shape[3]) {
      return status::wrong_shape;
    }
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    conv_2d_geometry g;
    if (pool_2d_geometry_of(input.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.output_channels;
    detail::for_output_pixels(
        call, g, static_cast<std::size_t>(rows.filter * columns.filter) * channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          float* const to = y + pixel * channels;
          for (std::size_t c = 0; c < channels; ++c) to[c] = Pool::first;
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const auto iy = static_cast<std::size_t>(rows.start(row) + ky);
              const auto ix = static_cast<std::size_t>(columns.start(column) + kx);
              const float* const from =
                  x + ((image * static_cast<std::size_t>(rows.inputs) + iy) * static_cast<std::size_t>(columns.inputs) +
                       ix) *
                          channels;
              for (std::size_t c = 0; c < channels; ++c) to[c] = Pool::join(to[c], from[c]);
            }
          }
          const auto count = static_cast<float>((ys.last - ys.first) * (xs.last - xs.first));
          for (std::size_t c = 0; c < channels; ++c) to[c] = clamped(Pool::finish(to[c], count), limits);
        });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/quantize.hpp
// Quantize and dequantize. Freestanding, constexpr; the vectorized variants on the host give the same bits.
//
//   q = clamp(rint(x / scale + zero_point), lowest, highest)       x = (q - zero_point) * scale
//
// A true division, the zero point added before rounding, halves to even, all in T. NaN becomes 0, infinities saturate,
// x / 0 saturates by sign and 0 / 0 becomes 0. (spec: numerics, sections 1.5 and 1.6)

// ---- aeq/scheme/fit.hpp
// Fit: from a range of values to a scale and a zero point. Freestanding, constexpr.
// Every operation is rounded in T, the type of the statistics. (spec: numerics, sections 1.2 and 1.4)

// ---- aeq/scheme/number_format.hpp
// Number formats: bits, symmetry, granularity. A type per format for compile time, a descriptor that says the same at
// run time. Freestanding. (spec: numerics, section 1.1)

// ---- aeq/scheme/granularity.hpp
// Granularity: how many values share one scale. Tags for people, a descriptor for the engine. Freestanding.

namespace aeq::inline AEQ_ABI {

enum class granularity_kind : std::uint8_t { tensorwise, channelwise, blockwise };

struct granularity_descriptor {
  granularity_kind kind = granularity_kind::tensorwise;
  std::uint16_t block_elements = 0;  ///< values per scale along the last axis, blockwise only
  friend constexpr bool operator==(const granularity_descriptor&, const granularity_descriptor&) = default;
};

/// One scale for the whole tensor.
struct tensorwise {
  static constexpr granularity_descriptor descriptor{granularity_kind::tensorwise, 0};
};

/// One scale per index of the op's channel axis (op/catalogue.hpp names it).
struct channelwise {
  static constexpr granularity_descriptor descriptor{granularity_kind::channelwise, 0};
};

/// One scale per `Elements` neighbours along the last axis of a rank-2 weight. A number that no descriptor can say
/// becomes 0, which known_block_size refuses with a sentence.
template <int Elements>
struct blockwise {
  static constexpr granularity_descriptor descriptor{
      granularity_kind::blockwise,
      Elements > 0 && Elements <= 0xFFFF ? static_cast<std::uint16_t>(Elements) : std::uint16_t(0)};
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/number_format.hpp
namespace aeq::inline AEQ_ABI {

enum class symmetry : std::uint8_t { symmetric, asymmetric };
inline constexpr symmetry symmetric = symmetry::symmetric;    ///< zero point 0
inline constexpr symmetry asymmetric = symmetry::asymmetric;  ///< zero point anywhere in the range

enum class number_kind : std::uint8_t { floating, signed_integer, unsigned_integer };

struct format_descriptor {
  number_kind kind = number_kind::floating;
  std::uint8_t bits = 32;
  symmetry zero = symmetric;
  granularity_descriptor granularity{};

  friend constexpr bool operator==(const format_descriptor&, const format_descriptor&) = default;

  [[nodiscard]] constexpr bool is_integer() const { return kind != number_kind::floating; }
  [[nodiscard]] constexpr bool is_symmetric() const { return zero == symmetric; }

  /// Smallest integer of the format: -2^(bits-1), 0 if unsigned.
  [[nodiscard]] constexpr std::int64_t lowest() const {
    return kind == number_kind::unsigned_integer ? 0 : -(std::int64_t(1) << (bits - 1));
  }
  /// Largest integer of the format.
  [[nodiscard]] constexpr std::int64_t highest() const {
    return (std::int64_t(1) << (kind == number_kind::unsigned_integer ? bits : bits - 1)) - 1;
  }
  /// Smallest integer that quantizing produces: symmetric formats of 8 bits and more leave `lowest` out, so that
  /// negating a value cannot overflow. Never enters the scale.
  [[nodiscard]] constexpr std::int64_t lowest_quantized() const {
    return lowest() + (is_symmetric() && bits >= 8 ? 1 : 0);
  }
};

namespace detail {

/// Widths that no descriptor can say become 0, which storable_bits refuses with a sentence; the compiler's own words
/// would be of narrowing.
[[nodiscard]] constexpr std::uint8_t described_bits(int bits) {
  return bits > 0 && bits <= 64 ? static_cast<std::uint8_t>(bits) : std::uint8_t(0);
}

}  // namespace detail

/// Signed two's complement integers with a scale, and a zero point if asymmetric.
template <int Bits, symmetry Symmetry, class Granularity>
struct integer {
  static constexpr format_descriptor descriptor{number_kind::signed_integer, detail::described_bits(Bits), Symmetry,
                                                Granularity::descriptor};
};

/// Unsigned integers: graph inputs and outputs only, 8 bits, asymmetric.
template <int Bits, symmetry Symmetry, class Granularity>
struct unsigned_integer {
  static constexpr format_descriptor descriptor{number_kind::unsigned_integer, detail::described_bits(Bits), Symmetry,
                                                Granularity::descriptor};
};

struct float32 {
  static constexpr format_descriptor descriptor{number_kind::floating, 32, symmetric, tensorwise::descriptor};
};

struct float16 {
  static constexpr format_descriptor descriptor{number_kind::floating, 16, symmetric, tensorwise::descriptor};
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/fit.hpp
namespace aeq::inline AEQ_ABI {

template <std::floating_point T>
struct range {
  T lowest = 0;
  T highest = 0;
};

/// real = (integer - zero_point) * scale
template <std::floating_point T>
struct scale_zero_point {
  T scale = 0;
  std::int32_t zero_point = 0;
  friend constexpr bool operator==(const scale_zero_point&, const scale_zero_point&) = default;
};

/// A range narrower than this is widened to it, so that no scale is 0.
inline constexpr double smallest_range = 1e-9;

/// A blockwise scale is stored as float16 after a round trip through bfloat16. Values up to 2^-25 become 0, values from
/// 65408 on become infinite.
template <std::floating_point T>
[[nodiscard]] constexpr T blockwise_scale(T scale) noexcept {
  const float eight_bits = float_from_bfloat16(bfloat16_bits(static_cast<float>(scale)));
  return static_cast<T>(float_from_float16(float16_bits(eight_bits)));
}

/// Categories of the optional policies of a scheme: how a range becomes a scale, and kernels of its own
/// (table/handler.hpp).
struct fit_category {};
struct kernels_category {};

/// The scale spans the range: symmetric max(|lowest|, |highest|) / highest integer; asymmetric the range together with
/// 0, over the number of steps. The zero point of a finite range lies in the format's range; NaN gives scale NaN, zero
/// point 0.
struct min_max_fit {
  using category = fit_category;

  template <std::floating_point T>
  [[nodiscard]] static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) noexcept {
    scale_zero_point<T> result;
    const T floor = static_cast<T>(smallest_range);
    if (format.is_symmetric()) {
      const T bound = maximum(maximum(absolute(values.lowest), absolute(values.highest)), floor);
      result.scale = bound / static_cast<T>(format.highest());
    } else {
      const T highest = maximum(values.highest, T(0));
      const T lowest = minimum(values.lowest, T(0));
      const T bound = maximum(highest - lowest, floor);
      result.scale = bound / static_cast<T>(format.highest() - format.lowest());
      const T zero = round_half_even(static_cast<T>(format.lowest()) - lowest / result.scale);
      result.zero_point = is_finite(zero) ? static_cast<std::int32_t>(zero) : 0;
    }
    if (format.granularity.kind == granularity_kind::blockwise) result.scale = blockwise_scale(result.scale);
    return result;
  }
};

/// As min_max_fit, with the scale rounded up to a power of two: requantization becomes a shift. A blockwise scale of 0
/// stays 0, and one above 2^15 becomes infinite, because that is what its float16 in the file says.
struct power_of_two_fit {
  using category = fit_category;

  template <std::floating_point T>
  [[nodiscard]] static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) noexcept {
    scale_zero_point<T> result = min_max_fit::fit(values, format);
    if (!is_finite(result.scale) || result.scale == T(0)) return result;
    T power = power_of_two<T>(-64);
    while (power < result.scale) power *= T(2);
    result.scale = format.granularity.kind == granularity_kind::blockwise ? blockwise_scale(power) : power;
    if (!format.is_symmetric()) {
      const T lowest = minimum(values.lowest, T(0));
      result.zero_point = static_cast<std::int32_t>(round_half_even(static_cast<T>(format.lowest()) - lowest / power));
    }
    return result;
  }
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/quantize.hpp
namespace aeq::inline AEQ_ABI {

/// The limits of quantized integers, in the type that the kernel computes in.
template <std::floating_point T>
struct quantized_limits {
  T lowest = 0;
  T highest = 0;

  constexpr quantized_limits(const format_descriptor& format)
      : lowest(static_cast<T>(format.lowest_quantized())), highest(static_cast<T>(format.highest())) {}
};

/// One value → one integer of at most 32 bits. A limit that T rounds up to 2^31 saturates at 2^31 - 1.
template <std::floating_point T>
[[nodiscard]] constexpr std::int32_t quantize_value(T value, T scale, T zero_point,
                                                    const quantized_limits<T>& limits) noexcept {
  T quotient = 0;
  if (scale == T(0)) {  // a constant expression may not divide by zero
    if (value == T(0) || is_nan(value)) return 0;
    quotient = value > T(0) ? std::numeric_limits<T>::infinity() : -std::numeric_limits<T>::infinity();
  } else {
    quotient = value / scale;
  }
  T steps = round_half_even(quotient + zero_point);
  if (is_nan(steps)) return 0;
  if (steps < limits.lowest) steps = limits.lowest;
  if (steps > limits.highest) steps = limits.highest;
  if (steps >= T(2147483648.0)) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(steps);
}

/// A run of values with one scale. `result` has as many elements as `values`; Integer holds the format's bits.
template <std::floating_point T, std::integral Integer>
constexpr void quantize_run(std::span<const T> values, scale_zero_point<T> parameters, const format_descriptor& format,
                            std::span<Integer> result) noexcept {
  const quantized_limits<T> limits(format);
  const T zero = static_cast<T>(parameters.zero_point);
  for (std::size_t i = 0; i < values.size(); ++i) {
    result[i] = static_cast<Integer>(quantize_value(values[i], parameters.scale, zero, limits));
  }
}

/// One integer → one real value. T is double where the zero point is a runtime tensor's (int32), float in weights.
template <std::floating_point T>
[[nodiscard]] constexpr T dequantize_value(std::int64_t value, T scale, std::int64_t zero_point) noexcept {
  return static_cast<T>(value - zero_point) * scale;
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/reduce.hpp
// Reductions over axes: MEAN, SUM, REDUCE_PROD, REDUCE_MAX, REDUCE_MIN, REDUCE_ANY, REDUCE_ALL. Freestanding.
// (spec: kernels, section 6)

namespace aeq::inline AEQ_ABI::kernel {

/// Which axes of x go: those that the second input names, negative ones counted from the end, none twice.
struct reduced_axes {
  std::array<bool, max_rank> goes{};
  std::size_t rank = 0;

  [[nodiscard]] status read(std::span<const std::int32_t> x, const operand& axes) noexcept {
    if (!is_index(axes.type)) return status::wrong_type;
    if (x.size() > max_rank || !is_index_list(axes)) return status::wrong_shape;
    rank = x.size();
    for (std::size_t i = 0; i < axes.elements(); ++i) {
      std::size_t axis = 0;
      if (!to_axis(index_at(axes, i), rank, axis)) return status::wrong_data;
      goes[axis] = true;
    }
    return status::ready;
  }
};

/// Axes as a loop over x meets them: neighbours of one kind are one axis; those of extent 1 are left out.
struct reduction_walk {
  struct axis {
    std::size_t extent = 1;
    bool goes = false;
  };
  std::array<axis, max_rank> axes{};
  std::size_t count = 0;
  std::size_t reduced = 1;  ///< elements of x per element of y

  reduction_walk(std::span<const std::int32_t> x, const reduced_axes& which) noexcept {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::size_t extent = extent_of(x, k);
      if (which.goes[k]) reduced *= extent;
      if (extent == 1) continue;
      if (count > 0 && axes[count - 1].goes == which.goes[k]) {
        axes[count - 1].extent *= extent;
      } else {
        axes[count++] = {extent, which.goes[k]};
      }
    }
  }
};

// What is done with the elements. `first` is what no element gives.

struct add_elements {
  template <class T>
  static constexpr T first = T(0);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>) {  // wraps
      using bits = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<bits>(a) + static_cast<bits>(b));
    } else {
      return a + b;
    }
  }
};
struct multiply_elements {
  template <class T>
  static constexpr T first = T(1);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    } else {
      return a * b;
    }
  }
};
struct greatest_element {
  template <class T>
  static constexpr T first = std::numeric_limits<T>::lowest();
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return a < b ? b : a;
  }
};
struct least_element {
  template <class T>
  static constexpr T first = std::numeric_limits<T>::max();
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return b < a ? b : a;
  }
};
struct any_element {
  template <class T>
  static constexpr T first = T(0);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return static_cast<T>(a != 0 || b != 0);
  }
};
struct every_element {
  template <class T>
  static constexpr T first = T(1);
  template <class T>
  [[nodiscard]] static constexpr T join(T a, T b) noexcept {
    return static_cast<T>(a != 0 && b != 0);
  }
};

/// y = join of x along the walk. Sums of a row run in eight lanes, which are joined at its end: as fast as memory, and
/// the same at any number of threads.
template <class Join, class T>
class reducer {
 public:
  reducer(const reduction_walk& walk, std::span<const T> x, std::span<T> y) noexcept : walk_(walk), x_(x), y_(y) {
    std::size_t kept = 1, all = 1;
    for (std::size_t k = walk.count; k-- > 0;) {
      inputs_[k] = all;
      results_[k] = kept;
      all *= walk.axes[k].extent;
      if (!walk.axes[k].goes) kept *= walk.axes[k].extent;
    }
  }

  void run(const work_sharing& share) const noexcept {
    std::fill(y_.begin(), y_.end(), Join::template first<T>);
    if (x_.empty()) return;
    constexpr std::size_t least = 32768;  // elements of x that are worth another thread
    if (walk_.count == 0 || walk_.axes[0].goes) return along(0, 0, 0);
    share.for_ranges(walk_.axes[0].extent, least / inputs_[0] + 1, [&](std::size_t begin, std::size_t end) {
      if (walk_.count == 1) return kept_run(begin, begin, end - begin);
      for (std::size_t i = begin; i < end; ++i) along(1, i * inputs_[0], i * results_[0]);
    });
  }

 private:
  void along(std::size_t k, std::size_t from, std::size_t to) const noexcept {
    if (k == walk_.count) return kept_run(from, to, 1);
    const reduction_walk::axis axis = walk_.axes[k];
    if (k + 1 == walk_.count) return axis.goes ? row(from, to, axis.extent) : kept_run(from, to, axis.extent);
    for (std::size_t i = 0; i < axis.extent; ++i) {
      along(k + 1, from + i * inputs_[k], to + (axis.goes ? 0 : i * results_[k]));
    }
  }

  void kept_run(std::size_t from, std::size_t to, std::size_t count) const noexcept {
    const T* x = x_.data() + from;
    T* y = y_.data() + to;
    for (std::size_t i = 0; i < count; ++i) y[i] = Join::join(y[i], x[i]);
  }

  void row(std::size_t from, std::size_t to, std::size_t count) const noexcept {
    constexpr std::size_t width = 8;
    const T* x = x_.data() + from;
    std::array<T, width> lanes;
    lanes.fill(Join::template first<T>);
    std::size_t i = 0;
    for (; i + width <= count; i += width) {
      for (std::size_t k = 0; k < width; ++k) lanes[k] = Join::join(lanes[k], x[i + k]);
    }
    for (; i < count; ++i) lanes[0] = Join::join(lanes[0], x[i]);
    T joined = lanes[0];
    for (std::size_t k = 1; k < width; ++k) joined = Join::join(joined, lanes[k]);
    y_[to] = Join::join(y_[to], joined);
  }

  const reduction_walk& walk_;
  std::span<const T> x_;
  std::span<T> y_;
  std::array<std::size_t, max_rank> inputs_{};   // elements of x per index of an axis
  std::array<std::size_t, max_rank> results_{};  // of y
};

/// Inputs: x, axes. float32, int32, int64; extremes also of int8, uint8, int16 whose input and output have one scale;
/// any and all of bool. IsMean divides by the number of elements (integers toward zero).
template <class Join, bool IsMean = false>
struct reduce {
  static constexpr std::uint32_t data_inputs = 2;
  static constexpr bool is_extreme = std::is_same_v<Join, greatest_element> || std::is_same_v<Join, least_element>;
  static constexpr bool is_logical = std::is_same_v<Join, any_element> || std::is_same_v<Join, every_element>;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    reduced_axes which;
    if (const status known = which.read(inputs[0].shape, inputs[1]); known != status::ready) return known;
    for (std::size_t k = 0; k < which.rank; ++k) {
      if (!which.goes[k]) {
        (void)result.push(inputs[0].shape[k]);
      } else if (options.keep_dims) {
        (void)result.push(1);
      }
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type || !takes(x.type)) return status::wrong_type;
    const bool same = std::equal(x.scale.begin(), x.scale.end(), y.scale.begin(), y.scale.end()) &&
                      std::equal(x.zero_point.begin(), x.zero_point.end(), y.zero_point.begin(), y.zero_point.end());
    if (is_extreme && !same) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<reduce>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return of_type<float>(call);
      case element_type::int32: return of_type<std::int32_t>(call);
      case element_type::int64: return of_type<std::int64_t>(call);
      case element_type::int16: return of_type<std::int16_t>(call);
      case element_type::int8: return of_type<std::int8_t>(call);
      default: return of_type<std::uint8_t>(call);
    }
  }

 private:
  [[nodiscard]] static constexpr bool takes(element_type type) noexcept {
    if (is_logical) return type == element_type::boolean;
    switch (type) {
      case element_type::float32:
      case element_type::int32:
      case element_type::int64: return true;
      case element_type::int8:
      case element_type::uint8:
      case element_type::int16: return is_extreme;
      default: return false;
    }
  }

  template <class T>
  static void of_type(const kernel_arguments& call) noexcept {
    constexpr bool is_small = sizeof(T) < 4;
    if constexpr (is_logical ? std::is_same_v<T, std::uint8_t> : (is_extreme || !is_small)) {
      const operand& x = call.inputs[0];
      const result_operand& y = call.outputs[0];
      reduced_axes which;
      (void)which.read(x.shape, call.inputs[1]);
      const reduction_walk walk(x.shape, which);
      const std::span<T> results = y.template values<T>().first(y.elements());
      reducer<Join, T>(walk, x.template values<T>().first(x.elements()), results).run(call.share);
      if constexpr (IsMean) {
        const auto count = static_cast<T>(walk.reduced);
        if (std::is_integral_v<T> && count == 0) return;
        for (T& value : results) value /= count;
      }
    }
  }
};

using reduce_mean = reduce<add_elements, true>;
using reduce_sum = reduce<add_elements>;
using reduce_prod = reduce<multiply_elements>;
using reduce_max = reduce<greatest_element>;
using reduce_min = reduce<least_element>;
using reduce_any = reduce<any_element>;
using reduce_all = reduce<every_element>;

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/resize.hpp
// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. Freestanding, but for the C library's functions.
// (spec: kernels, section 6)

namespace aeq::inline AEQ_ABI::kernel {

/// Images [B, H, W, C] and a size of two, the new height and width.
struct resize_geometry {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (inputs[1].type != element_type::int32) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (x.size() != 4 || inputs[1].shape.size() != 1 || inputs[1].elements() != 2 || !inputs[1].is_complete()) {
      return status::wrong_shape;
    }
    const auto size = inputs[1].values<std::int32_t>();
    if (size[0] < 1 || size[1] < 1) return status::wrong_data;
    const bool fits = result.push(x[0]) && result.push(size[0]) && result.push(size[1]) && result.push(x[3]);
    return fits ? status::ready : status::wrong_shape;
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<resize_geometry>(call); }

  static status setup_of_both(const kernel_arguments& call) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type) return status::wrong_type;
    if (x.shape.size() != 4 || call.outputs[0].shape.size() != 4) return status::wrong_shape;
    if (x.shape[1] < 1 || x.shape[2] < 1) return status::wrong_shape;
    if (call.options.align_corners && call.options.half_pixel_centers) return status::wrong_options;
    return shape_is_as_said_if_known<resize_geometry>(call);
  }

  /// Positions of x per position of y along one axis.
  [[nodiscard]] static float ratio(std::int32_t from, std::int32_t to, const operation_options& options) noexcept {
    return options.align_corners && to > 1 ? static_cast<float>(from - 1) / static_cast<float>(to - 1)
                                           : static_cast<float>(from) / static_cast<float>(to);
  }
};

/// Between the four nearest positions, float32.
struct resize_bilinear_float : resize_geometry {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != element_type::float32) return status::wrong_type;
    return setup_of_both(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const float* x = input.values<float>().data();
    float* y = output.values<float>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    if (columns * channels == 0) return;
    const auto all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = at(row % rows, row_ratio, input.shape[1], call.options.half_pixel_centers);
        const float* above = x + row / rows * image + v.low * width * channels;
        const float* below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = at(column, column_ratio, input.shape[2], call.options.half_pixel_centers);
          const float* corner[] = {above + h.low * channels, below + h.low * channels, above + h.high * channels,
                                   below + h.high * channels};
          const float weight[] = {(1 - v.rest) * (1 - h.rest), v.rest * (1 - h.rest), (1 - v.rest) * h.rest,
                                  v.rest * h.rest};
          float* to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            to[c] = corner[0][c] * weight[0] + corner[1][c] * weight[1] + corner[2][c] * weight[2] +
                    corner[3][c] * weight[3];
          }
        }
      }
    });
  }

 private:
  struct place {
    std::size_t low = 0;
    std::size_t high = 0;
    float rest = 0;  ///< of `high`
  };
  [[nodiscard]] static place at(std::size_t position, float scale, std::int32_t size, bool half_pixel) noexcept {
    const auto p = static_cast<float>(position);
    const float exact = half_pixel ? (p + 0.5f) * scale - 0.5f : p * scale;
    const float last = static_cast<float>(size - 1);
    const float low = std::clamp(std::floor(exact), 0.0f, last);
    const float high = std::clamp(std::ceil(exact), 0.0f, last);
    return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), exact - low};
  }
};

/// The nearest position; elements of whole bytes.
struct resize_nearest_neighbor : resize_geometry {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return setup_of_both(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const std::size_t pixel = extent_of(input.shape, 3) * bytes_of(input.type);
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t image = extent_of(input.shape, 1) * width * pixel;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    if (columns * pixel == 0) return;
    const auto all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 32768 / (columns * pixel) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t v = at(row % rows, row_ratio, input.shape[1], call.options);
        const std::byte* from = input.data.data() + row / rows * image + v * width * pixel;
        std::byte* to = output.data.data() + row * columns * pixel;
        for (std::size_t column = 0; column < columns; ++column) {
          std::memcpy(to + column * pixel, from + at(column, column_ratio, input.shape[2], call.options) * pixel,
                      pixel);
        }
      }
    });
  }

 private:
  [[nodiscard]] static std::size_t at(std::size_t position, float scale, std::int32_t size,
                                      const operation_options& options) noexcept {
    const float exact = (static_cast<float>(position) + (options.half_pixel_centers ? 0.5f : 0.0f)) * scale;
    const float nearest = options.align_corners ? std::round(exact) : std::floor(exact);
    return static_cast<std::size_t>(std::clamp(nearest, 0.0f, static_cast<float>(size - 1)));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/slice.hpp
// SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK: parts of a tensor. Any element of whole bytes. Freestanding. (spec:
// kernels, section 6)

namespace aeq::inline AEQ_ABI::kernel {

/// The part of each axis of x that an op takes: `count` elements from `begin` on, `step` apart.
struct slice_region {
  struct part {
    std::int64_t begin = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
  };
  std::array<part, max_rank> axes{};

  void copy(const kernel_arguments& call) const noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::ptrdiff_t inside = 1;
    stride_list to{};
    for (std::size_t k = x.shape.size(); k-- > 0;) {
      to[k] = inside;
      inside *= static_cast<std::ptrdiff_t>(axes[k].count);
    }
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.from_offset += strides[k] * axes[k].begin;
      move.axis(static_cast<std::size_t>(axes[k].count), strides[k] * axes[k].step, to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), call.share);
  }
};

/// An op that takes a region of its first input; the other inputs, all lists of integers, say which.
/// Region::of(inputs, options, region, shape) looks at them.
template <class Region>
struct region_copy {
  static constexpr std::uint32_t data_inputs = Region::data_inputs;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    slice_region region;
    if (inputs.size() != Region::inputs) return status::wrong_operands;
    return Region::of(inputs, options, region, result);
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, Region::inputs, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!std::all_of(call.inputs.begin() + 1, call.inputs.end(), is_index_list)) return status::wrong_type;
    return shape_is_as_said_if_known<region_copy>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<region_copy>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    slice_region region;
    extents shape;
    if (Region::of(call.inputs, call.options, region, shape) == status::ready) region.copy(call);
  }
};

/// Inputs: x, begin, size; size -1: to the end.
struct slice_of_sizes {
  static constexpr std::size_t inputs = 3;
  static constexpr std::uint32_t data_inputs = 6;

  static status of(std::span<const operand> in, const operation_options&, slice_region& region,
                   extents& result) noexcept {
    const auto x = in[0].shape;
    if (!is_index_list(in[1]) || !is_index_list(in[2])) return status::wrong_type;
    if (x.size() > max_rank || in[1].elements() != x.size() || in[2].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t begin = index_at(in[1], k);
      std::int64_t size = index_at(in[2], k);
      if (begin < 0 || begin > x[k]) return status::wrong_data;
      if (size == -1) size = x[k] - begin;
      if (size < 0 || size > x[k] - begin) return status::wrong_data;
      region.axes[k] = {begin, 1, size};
      if (!result.push(size)) return status::wrong_shape;
    }
    return status::ready;
  }
};
using slice = region_copy<slice_of_sizes>;

/// Inputs: x, begin, end, strides, with the masks of the options, as numpy indexes: bit k of begin_mask and end_mask
/// leaves a bound of the k-th entry away, shrink_axis_mask takes one element and drops the axis, new_axis_mask makes an
/// axis of 1 and looks at no axis of x, ellipsis_mask stands for as many whole axes as are missing. With `offset`, end
/// counts from begin.
struct slice_of_strides {
  static constexpr std::size_t inputs = 4;
  static constexpr std::uint32_t data_inputs = 14;

  static status of(std::span<const operand> in, const operation_options& options, slice_region& region,
                   extents& result) noexcept {
    const auto x = in[0].shape;
    for (std::size_t k = 1; k < 4; ++k) {
      if (!is_index_list(in[k])) return status::wrong_type;
      if (in[k].elements() != in[1].elements()) return status::wrong_shape;
    }
    const std::size_t entries = in[1].elements();
    if (x.size() > max_rank || entries > 2 * max_rank) return status::wrong_shape;
    const auto is_set = [](std::int32_t mask, std::size_t k) {
      return (static_cast<std::uint32_t>(mask) >> k & 1u) != 0;
    };
    std::size_t named = 0;  // axes of x that entries speak of
    std::size_t ellipses = 0;
    for (std::size_t k = 0; k < entries; ++k) {
      if (is_set(options.ellipsis_mask, k)) {
        ++ellipses;
      } else if (!is_set(options.new_axis_mask, k)) {
        ++named;
      }
    }
    if (named > x.size() || ellipses > 1) return status::wrong_options;
    std::size_t axis = 0;
    const auto take_all = [&](std::size_t count) {
      for (; count > 0; --count, ++axis) {
        region.axes[axis] = {0, 1, x[axis]};
        if (!result.push(x[axis])) return false;
      }
      return true;
    };
    for (std::size_t k = 0; k < entries; ++k) {
      if (is_set(options.ellipsis_mask, k)) {
        if (!take_all(x.size() - named)) return status::wrong_shape;
      } else if (is_set(options.new_axis_mask, k)) {
        if (!result.push(1)) return status::wrong_shape;
      } else {
        const entry e{index_at(in[1], k),          index_at(in[2], k),
                      index_at(in[3], k),          is_set(options.begin_mask, k),
                      is_set(options.end_mask, k), options.offset};
        const bool shrinks = is_set(options.shrink_axis_mask, k);
        const status known = shrinks ? e.one(x[axis], region.axes[axis]) : e.many(x[axis], region.axes[axis]);
        if (known != status::ready) return known;
        if (!shrinks && !result.push(region.axes[axis].count)) return status::wrong_shape;
        ++axis;
      }
    }
    return take_all(x.size() - axis) ? status::ready : status::wrong_shape;
  }

 private:
  struct entry {
    std::int64_t begin, end, stride;
    bool from_edge, to_edge, is_size;

    [[nodiscard]] status one(std::int64_t extent, slice_region::part& part) const noexcept {
      std::int64_t index = from_edge ? 0 : begin;
      if (index < 0) index += extent;
      if (index < 0 || index >= extent) return status::wrong_data;
      part = {index, 1, 1};
      return stride > 0 ? status::ready : status::wrong_data;
    }

    [[nodiscard]] status many(std::int64_t extent, slice_region::part& part) const noexcept {
      constexpr std::int64_t limit = std::int64_t(1) << 40u;  // sums stay far from overflowing
      if (stride == 0 || stride > limit || stride < -limit || begin > limit || begin < -limit || end > limit ||
          end < -limit) {
        return status::wrong_data;
      }
      const std::int64_t lowest = stride > 0 ? 0 : -1;
      const std::int64_t highest = stride > 0 ? extent : extent - 1;
      const auto place = [&](std::int64_t index) {
        return std::clamp(index < 0 ? index + extent : index, lowest, std::max(lowest, highest));
      };
      const std::int64_t first = from_edge ? (stride > 0 ? 0 : highest) : place(begin);
      std::int64_t last = 0;
      if (to_edge) {
        last = stride > 0 ? extent : -1;
      } else {
        last = is_size ? std::clamp(first + end, lowest, std::max(lowest, highest)) : place(end);
      }
      const std::int64_t span = stride > 0 ? last - first : first - last;
      const std::int64_t step = stride > 0 ? stride : -stride;
      part = {first, stride, span > 0 ? (span + step - 1) / step : 0};
      return status::ready;
    }
  };
};
using strided_slice = region_copy<slice_of_strides>;

/// Outputs one behind the other along an axis. SPLIT: inputs axis, x; equal parts. SPLIT_V: inputs x, sizes, axis; the
/// extents of the outputs along the axis are the sizes. UNPACK: x; each output is one index of the axis.
template <std::size_t Data, std::size_t Axis>  // which input is x, and which the axis; the same: an option is
struct split_axis {
  [[nodiscard]] static bool axis_of(std::span<const operand> inputs, const operation_options& options,
                                    std::size_t& axis) noexcept {
    const std::int64_t number = Axis == Data ? options.axis : index_at(inputs[Axis], 0);
    return to_axis(number, inputs[Data].shape.size(), axis);
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    constexpr std::size_t inputs = Axis == Data ? 1 : Data == 0 ? 3 : 2;
    if (const status whole = operands_are_whole(call, inputs, call.outputs.size()); whole != status::ready) {
      return whole;
    }
    const operand& x = call.inputs[Data];
    if (bytes_of(x.type) == 0) return status::wrong_type;
    for (const result_operand& y : call.outputs) {
      if (y.type != x.type) return status::wrong_type;
    }
    if (Axis == Data) return check(call);
    if (!is_index_list(call.inputs[Axis]) || call.inputs[Axis].elements() != 1) return status::wrong_type;
    return call.inputs[Axis].is_constant ? check(call) : status::ready;
  }

  /// The outputs together are x.
  static status check(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[Data].shape;
    std::size_t axis = 0;
    if (!axis_of(call.inputs, call.options, axis)) return Axis == Data ? status::wrong_options : status::wrong_data;
    std::size_t together = 0;
    for (const result_operand& y : call.outputs) {
      if (Axis == Data) {
        if (y.shape.size() + 1 != x.size()) return status::wrong_shape;
        if (!same_shape(y.shape.first(axis), x.first(axis))) return status::wrong_shape;
        if (!same_shape(y.shape.subspan(axis), x.subspan(axis + 1))) return status::wrong_shape;
        ++together;
      } else {
        if (y.shape.size() != x.size()) return status::wrong_shape;
        for (std::size_t k = 0; k < x.size(); ++k) {
          if (k != axis && y.shape[k] != x[k]) return status::wrong_shape;
        }
        together += extent_of(y.shape, axis);
      }
    }
    return together == extent_of(x, axis) ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[Data];
    std::size_t axis = 0;
    if (!axis_of(call.inputs, call.options, axis)) return;
    const std::size_t outer = product_of(x.shape, 0, axis);
    const std::size_t inner = product_of(x.shape, axis + 1, x.shape.size());
    std::size_t begin = 0;
    for (const result_operand& y : call.outputs) {
      const std::size_t count = Axis == Data ? 1 : extent_of(y.shape, axis);
      strided_copy move;
      move.from_offset = static_cast<std::ptrdiff_t>(begin * inner);
      move.axis(outer, static_cast<std::ptrdiff_t>(extent_of(x.shape, axis) * inner),
                static_cast<std::ptrdiff_t>(count * inner));
      move.axis(count * inner, 1, 1);
      move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
      begin += count;
    }
  }
};
using split = split_axis<1, 0>;
using split_v = split_axis<0, 2>;
using unpack_axis = split_axis<0, 0>;

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/softmax.hpp
// SOFTMAX over the last axis. (spec: kernels, section 4) Freestanding, but for the C library's expf.

namespace aeq::inline AEQ_ABI::kernel {

/// y = exp((x - max) * beta) / sum of these, float32, along the last axis; sums in order. y may be x.
struct softmax_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || x.elements() != y.elements()) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const auto x = input.values<float>();
    const auto y = call.outputs[0].values<float>();
    const auto depth = static_cast<std::size_t>(input.shape.back());
    if (depth == 0) return;
    const float beta = call.options.beta;
    call.share.for_ranges(input.elements() / depth, 4096 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const auto from = x.subspan(row * depth, depth);
        const auto to = y.subspan(row * depth, depth);
        float highest = from[0];
        for (const float value : from) highest = highest < value ? value : highest;
        float sum = 0;
        for (std::size_t i = 0; i < depth; ++i) {
          to[i] = std::exp((from[i] - highest) * beta);
          sum += to[i];
        }
        for (float& value : to) value /= sum;
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/space.hpp
// SPACE_TO_DEPTH, DEPTH_TO_SPACE, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: blocks of space as channels, or as images.
// Any element of whole bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// With b = block_size, deep [N, H, W, b * b * C] and wide [N, b * H, b * W, C] are the same image:
/// deep[n, h, w, (i * b + j) * C + c] = wide[n, h * b + i, w * b + j, c].
template <bool ToDepth>
struct space_depth {
  static constexpr std::uint32_t data_inputs = 0;

  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const std::int64_t block = options.block_size;
    if (x.size() != 4) return status::wrong_shape;
    if (block < 1 || block > 32768) return status::wrong_options;
    const std::int64_t square = block * block;
    bool fits = result.push(x[0]);
    if (ToDepth) {
      if (x[1] % block != 0 || x[2] % block != 0) return status::wrong_shape;
      fits = fits && result.push(x[1] / block) && result.push(x[2] / block) && result.push(x[3] * square);
    } else {
      if (x[3] % square != 0) return status::wrong_shape;
      fits = fits && result.push(x[1] * block) && result.push(x[2] * block) && result.push(x[3] / square);
    }
    return fits ? status::ready : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return shape_is_as_said<space_depth>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::span<const std::int32_t> deep = ToDepth ? y.shape : x.shape;
    const std::span<const std::int32_t> wide = ToDepth ? x.shape : y.shape;
    const stride_list d = strides_of(deep);
    const stride_list w = strides_of(wide);
    const std::ptrdiff_t block = call.options.block_size;
    const auto blocks = static_cast<std::size_t>(block);
    strided_copy move;
    const auto axis = [&](std::size_t extent, std::ptrdiff_t in_deep, std::ptrdiff_t in_wide) {
      move.axis(extent, ToDepth ? in_wide : in_deep, ToDepth ? in_deep : in_wide);
    };
    axis(extent_of(deep, 0), d[0], w[0]);
    axis(extent_of(deep, 1), d[1], w[1] * block);
    if (ToDepth) {  // the order of what is written
      axis(extent_of(deep, 2), d[2], w[2] * block);
      axis(blocks, block * wide[3], w[1]);
    } else {
      axis(blocks, block * wide[3], w[1]);
      axis(extent_of(deep, 2), d[2], w[2] * block);
    }
    axis(blocks, wide[3], w[2]);
    axis(extent_of(wide, 3), 1, 1);
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};
using space_to_depth = space_depth<true>;
using depth_to_space = space_depth<false>;

/// Inputs: x, block (a list of M extents), paddings or crops [M, 2]. wide [N, S_1, …, S_M, …] is taken apart into
/// batched [N * blocks, …], whose image (k_1, …, k_M), the last of them fastest and before all the index n, has every
/// block_i-th element of wide along axis i, from element k_i - before_i on. Elements out of wide's range are 0, or the
/// zero point (to batch), or are left out (to space).
template <bool ToBatch>
struct space_batch {
  static constexpr std::uint32_t data_inputs = 6;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const operand& block = inputs[1];
    const operand& margins = inputs[2];
    if (!is_index_list(block) || !is_index(margins.type)) return status::wrong_type;
    const std::size_t axes = block.elements();
    if (x.size() > max_rank || axes + 1 > x.size() || block.shape.size() != 1 || !margins.is_complete() ||
        margins.elements() != 2 * axes) {
      return status::wrong_shape;
    }
    constexpr std::int64_t limit = std::int64_t(1) << 31u;
    std::int64_t blocks = 1;
    for (std::size_t k = 0; k < axes; ++k) {
      const std::int64_t size = index_at(block, k);
      if (size < 1 || size >= limit || (blocks *= size) >= limit) return status::wrong_data;
    }
    if (!ToBatch && x[0] % blocks != 0) return status::wrong_shape;
    if (!result.push(ToBatch ? x[0] * blocks : x[0] / blocks)) return status::wrong_shape;
    for (std::size_t k = 0; k < axes; ++k) {
      const std::int64_t size = index_at(block, k);
      const std::int64_t before = index_at(margins, 2 * k);
      const std::int64_t behind = index_at(margins, 2 * k + 1);
      if (before < 0 || before >= limit || behind < 0 || behind >= limit) return status::wrong_data;
      const std::int64_t extent = ToBatch ? x[k + 1] + before + behind : x[k + 1] * size - before - behind;
      if (ToBatch && extent % size != 0) return status::wrong_shape;
      if (!result.push(ToBatch ? extent / size : extent)) return status::wrong_shape;
    }
    return result.push(x.subspan(axes + 1)) ? status::ready : status::wrong_shape;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (x.shape.size() != call.outputs[0].shape.size()) return status::wrong_shape;
    if (x.zero_point.size() > 1) return status::wrong_parameters;
    return shape_is_as_said_if_known<space_batch>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<space_batch>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const operand& block = call.inputs[1];
    const std::size_t axes = block.elements();
    const std::size_t bytes = bytes_of(x.type);
    if (ToBatch) fill_elements(bytes, zero_element(x).data(), y.data.data(), y.elements(), call.share);
    const std::span<const std::int32_t> wide = ToBatch ? x.shape : std::span<const std::int32_t>(y.shape);
    const std::span<const std::int32_t> batched = ToBatch ? std::span<const std::int32_t>(y.shape) : x.shape;
    const stride_list w = strides_of(wide);
    const stride_list b = strides_of(batched);
    std::size_t blocks = 1;
    for (std::size_t k = 0; k < axes; ++k) blocks *= static_cast<std::size_t>(index_at(block, k));
    call.share.for_each(blocks, [&](std::size_t number) {
      strided_copy move;
      std::ptrdiff_t in_wide = 0;
      std::ptrdiff_t in_batched = static_cast<std::ptrdiff_t>(number) * wide[0] * b[0];
      std::array<std::ptrdiff_t, max_rank> phase{};
      for (std::size_t k = axes; k-- > 0;) {
        const auto size = static_cast<std::size_t>(index_at(block, k));
        phase[k] = static_cast<std::ptrdiff_t>(number % size);
        number /= size;
      }
      const auto axis = [&](std::size_t extent, std::ptrdiff_t step_wide, std::ptrdiff_t step_batched) {
        move.axis(extent, ToBatch ? step_wide : step_batched, ToBatch ? step_batched : step_wide);
      };
      axis(extent_of(wide, 0), w[0], b[0]);
      for (std::size_t k = 0; k < axes; ++k) {
        const auto size = static_cast<std::ptrdiff_t>(index_at(block, k));
        const auto start = phase[k] - static_cast<std::ptrdiff_t>(index_at(call.inputs[2], 2 * k));
        // Elements start + i * size that lie in wide.
        const std::ptrdiff_t first = start >= 0 ? 0 : (-start + size - 1) / size;
        const std::ptrdiff_t room = wide[k + 1] - start;
        const std::ptrdiff_t last = std::min<std::ptrdiff_t>(room <= 0 ? 0 : (room + size - 1) / size, batched[k + 1]);
        in_wide += (start + first * size) * w[k + 1];
        in_batched += first * b[k + 1];
        axis(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, last - first)), size * w[k + 1], b[k + 1]);
      }
      axis(product_of(wide, axes + 1, wide.size()), 1, 1);
      move.from_offset = ToBatch ? in_wide : in_batched;
      move.to_offset = ToBatch ? in_batched : in_wide;
      move.run(bytes, x.data.data(), y.data.data(), {});
    });
  }
};
using space_to_batch_nd = space_batch<true>;
using batch_to_space_nd = space_batch<false>;

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/transpose.hpp
// TRANSPOSE and the reversals. Any element of whole bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[i_0, i_1, …] = x[…], where axis k of y is axis permutation[k] of x. x: rank 8 at most; permutation: a list.
struct transpose {
  static constexpr std::uint32_t data_inputs = 2;

  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (x.size() > max_rank || inputs[1].elements() != x.size()) return status::wrong_shape;
    std::uint32_t seen = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      std::size_t axis = 0;
      if (!to_axis(index_at(inputs[1], k), x.size(), axis) || (seen >> axis & 1u) != 0) return status::wrong_data;
      seen |= 1u << axis;
      if (!result.push(x[axis])) return status::wrong_shape;
    }
    return status::ready;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.inputs[0].type;
    if (type != call.outputs[0].type || bytes_of(type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (call.inputs[1].elements() != call.inputs[0].shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<transpose>(call);
  }

  static status check(const kernel_arguments& call) noexcept { return shape_is_as_said<transpose>(call); }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < y.shape.size(); ++k) {
      std::size_t axis = 0;
      (void)to_axis(index_at(call.inputs[1], k), x.shape.size(), axis);
      move.axis(extent_of(y.shape, k), from[axis], to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), y.data.data(), call.share);
  }
};

/// REVERSE_V2: the listed axes run backwards.
struct reverse {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (!same_shape(x.shape, call.outputs[0].shape)) return status::wrong_shape;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.inputs[1].elements(); ++k) {
      std::size_t axis = 0;
      if (!to_axis(index_at(call.inputs[1], k), call.inputs[0].shape.size(), axis)) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::array<bool, max_rank> is_turned{};
    for (std::size_t k = 0; k < call.inputs[1].elements(); ++k) {
      std::size_t axis = 0;
      (void)to_axis(index_at(call.inputs[1], k), x.shape.size(), axis);
      is_turned[axis] = true;
    }
    strided_copy move;
    for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
      if (is_turned[axis]) move.from_offset += strides[axis] * (x.shape[axis] - 1);
      move.axis(extent_of(x.shape, axis), is_turned[axis] ? -strides[axis] : strides[axis], strides[axis]);
    }
    move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), call.share);
  }
};

/// REVERSE_SEQUENCE: of each index b of `batch_dim`, the first lengths[b] elements along `seq_dim` run backwards.
struct reverse_sequence {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& lengths = call.inputs[1];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index_list(lengths)) return status::wrong_type;
    std::size_t along = 0, batch = 0;
    if (!to_axis(call.options.seq_dim, x.shape.size(), along) ||
        !to_axis(call.options.batch_dim, x.shape.size(), batch) || along == batch) {
      return status::wrong_options;
    }
    if (!same_shape(x.shape, call.outputs[0].shape)) return status::wrong_shape;
    if (lengths.elements() != extent_of(x.shape, batch)) return status::wrong_shape;
    return lengths.is_constant ? check(call) : status::ready;
  }

  static status check(const kernel_arguments& call) noexcept {
    std::size_t along = 0;
    (void)to_axis(call.options.seq_dim, call.inputs[0].shape.size(), along);
    for (std::size_t b = 0; b < call.inputs[1].elements(); ++b) {
      const std::int64_t length = index_at(call.inputs[1], b);
      if (length < 0 || length > call.inputs[0].shape[along]) return status::wrong_data;
    }
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const stride_list strides = strides_of(x.shape);
    std::size_t along = 0, batch = 0;
    (void)to_axis(call.options.seq_dim, x.shape.size(), along);
    (void)to_axis(call.options.batch_dim, x.shape.size(), batch);
    call.share.for_each(extent_of(x.shape, batch), [&](std::size_t b) {
      const std::int64_t length = index_at(call.inputs[1], b);
      for (const bool is_turned : {true, false}) {  // the part that is turned, and what stays behind it
        const std::int64_t begin = is_turned ? 0 : length;
        const std::int64_t count = is_turned ? length : x.shape[along] - length;
        strided_copy move;
        move.from_offset = strides[batch] * static_cast<std::ptrdiff_t>(b);
        move.to_offset = move.from_offset + strides[along] * begin;
        move.from_offset += strides[along] * (is_turned ? length - 1 : begin);
        for (std::size_t axis = 0; axis < x.shape.size(); ++axis) {
          if (axis == batch) continue;
          const std::ptrdiff_t step = strides[axis];
          if (axis == along) {
            move.axis(static_cast<std::size_t>(count), is_turned ? -step : step, step);
          } else {
            move.axis(extent_of(x.shape, axis), step, step);
          }
        }
        move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), {});
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/transpose_conv.hpp
// TRANSPOSE_CONV. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// The convolution that this one turns round: from y's pixels to x's. Its input channels are y's.
[[nodiscard]] constexpr status transpose_conv_geometry_of(std::span<const std::int32_t> x,
                                                          std::span<const std::int32_t> w,
                                                          std::span<const std::int32_t> y, const operation_options& o,
                                                          conv_2d_geometry& g) noexcept {
  if (x.size() != 4 || w.size() != 4 || y.size() != 4 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  if (y[0] != x[0] || y[3] != w[0] || w[3] != x[3]) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(y[3]);
  g.output_channels = g.depth = static_cast<std::size_t>(x[3]);
  if (!place_windows(o.padding, y[1], w[1], o.stride_height, 1, g.windows.rows) ||
      !place_windows(o.padding, y[2], w[2], o.stride_width, 1, g.windows.columns)) {
    return status::wrong_options;
  }
  return g.windows.rows.outputs == x[1] && g.windows.columns.outputs == x[2] ? status::ready : status::wrong_shape;
}

/// y[b, oy, ox, n] = clamp(sum over iy, ix, i of x[b, iy, ix, i] * w[n, ky, kx, i] + bias[n]), float32, over all iy and
/// ix for which ky = oy + before - iy * stride and kx alike lie in the filter. Sums in the order of iy, ix, i.
///
/// inputs: shape of y, int32; w: [N, KH, KW, I]; x: [B, H, W, I]; bias: N elements, may be absent. y: [B, OH, OW, N].
struct transpose_conv_float {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 3 || call.inputs.size() > 4 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& w = call.inputs[1];
    const operand& x = call.inputs[2];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_2d_geometry g;
    const status placed = transpose_conv_geometry_of(x.shape, w.shape, y.shape, call.options, g);
    if (placed != status::ready) return placed;
    const status bias = check_bias(call, 3, g.input_channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& weight = call.inputs[1];
    const operand& input = call.inputs[2];
    const result_operand& output = call.outputs[0];
    conv_2d_geometry g;
    if (transpose_conv_geometry_of(input.shape, weight.shape, output.shape, call.options, g) != status::ready) return;
    const float* const x = input.values<float>().data();
    const float* const w = weight.values<float>().data();
    float* const y = output.values<float>().data();
    const float* const bias = bias_of(call, 3);
    const clamp_range limits = clamp_of(call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.input_channels;
    const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
    call.share.for_ranges(g.batches * height, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const reached ys = reached_by(rows, static_cast<std::int64_t>(row % height));
        for (std::size_t column = 0; column < width; ++column) {
          const reached xs = reached_by(columns, static_cast<std::int64_t>(column));
          for (std::size_t n = 0; n < channels; ++n) {
            float sum = 0;
            for (std::int64_t iy = ys.first; iy < ys.last; ++iy) {
              for (std::int64_t ix = xs.first; ix < xs.last; ++ix) {
                const std::int64_t ky = static_cast<std::int64_t>(row % height) - rows.start(iy);
                const std::int64_t kx = static_cast<std::int64_t>(column) - columns.start(ix);
                const float* const from =
                    x + ((row / height * static_cast<std::size_t>(rows.outputs) + static_cast<std::size_t>(iy)) *
                             static_cast<std::size_t>(columns.outputs) +
                         static_cast<std::size_t>(ix)) *
                            g.depth;
                const float* const by =
                    w + ((n * static_cast<std::size_t>(rows.filter) + static_cast<std::size_t>(ky)) *
                             static_cast<std::size_t>(columns.filter) +
                         static_cast<std::size_t>(kx)) *
                            g.depth;
                for (std::size_t i = 0; i < g.depth; ++i) sum += from[i] * by[i];
              }
            }
            if (bias != nullptr) sum += bias[n];
            y[(row * width + column) * channels + n] = clamped(sum, limits);
          }
        }
      }
    });
  }

 private:
  /// Windows [first, last) have a tap at a position.
  struct reached {
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  [[nodiscard]] static constexpr reached reached_by(const window_axis& axis, std::int64_t position) noexcept {
    const std::int64_t at = position + axis.before;
    const std::int64_t first = at < axis.filter ? 0 : (at - axis.filter) / axis.stride + 1;
    return {first, std::min(at / axis.stride + 1, axis.outputs)};
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/op/catalogue.hpp
// The op catalogue: per op, as data, its operands' roles, its output constraint, its channel axis, its fixed output and
// what it allows. Materialization, policy, docs and the interpreter read it. Freestanding.
// (spec: quantization, sections 3, 4.3 and 5.3)

// ---- aeq/op/code.hpp
// The builtin operators of the .tflite schema, and the two virtual operations of a recipe. Freestanding.
// (spec: tflite_schema, section 3; quantization, section 3)

namespace aeq::inline AEQ_ABI::op {

/// BuiltinOperator of the schema, lower case; an underscore follows where C++ has the word. Negative: virtual
/// operations that stand for the inputs and outputs of a subgraph.
// clang-format off
enum class code : std::int32_t {
  graph_output = -2,
  graph_input = -1,
  add, average_pool_2d, concatenation, conv_2d, depthwise_conv_2d, depth_to_space, dequantize, embedding_lookup,
  floor, fully_connected, hashtable_lookup, l2_normalization, l2_pool_2d, local_response_normalization, logistic,
  lsh_projection, lstm, max_pool_2d, mul, relu, relu_n1_to_1, relu6, reshape, resize_bilinear, rnn, softmax,
  space_to_depth, svdf, tanh, concat_embeddings, skip_gram, call, custom, embedding_lookup_sparse, pad,
  unidirectional_sequence_rnn, gather, batch_to_space_nd, space_to_batch_nd, transpose, mean, sub, div, squeeze,
  unidirectional_sequence_lstm, strided_slice, bidirectional_sequence_rnn, exp, topk_v2, split, log_softmax,
  delegate, bidirectional_sequence_lstm, cast, prelu, maximum, arg_max, minimum, less, neg, padv2, greater,
  greater_equal, less_equal, select, slice, sin, transpose_conv, sparse_to_dense, tile, expand_dims, equal,
  not_equal, log, sum, sqrt, rsqrt, shape, pow, arg_min, fake_quant, reduce_prod, reduce_max, pack, logical_or,
  one_hot, logical_and, logical_not, unpack, reduce_min, floor_div, reduce_any, square, zeros_like, fill, floor_mod,
  range, resize_nearest_neighbor, leaky_relu, squared_difference, mirror_pad, abs, split_v, unique, ceil, reverse_v2,
  add_n, gather_nd, cos, where, rank, elu, reverse_sequence, matrix_diag, quantize, matrix_set_diag, round,
  hard_swish, if_, while_, non_max_suppression_v4, non_max_suppression_v5, scatter_nd, select_v2, densify,
  segment_sum, batch_matmul, placeholder_for_greater_op_codes, cumsum, call_once, broadcast_to, rfft2d, conv_3d,
  imag, real, complex_abs, hashtable, hashtable_find, hashtable_import, hashtable_size, reduce_all,
  conv_3d_transpose, var_handle, read_variable, assign_variable, broadcast_args, random_standard_normal, bucketize,
  random_uniform, multinomial, gelu, dynamic_update_slice, relu_0_to_1, unsorted_segment_prod, unsorted_segment_max,
  unsorted_segment_sum, atan2, unsorted_segment_min, sign, bitcast, bitwise_xor, right_shift, stablehlo_logistic,
  stablehlo_add, stablehlo_divide, stablehlo_multiply, stablehlo_maximum, stablehlo_reshape, stablehlo_clamp,
  stablehlo_concatenate, stablehlo_broadcast_in_dim, stablehlo_convolution, stablehlo_slice, stablehlo_custom_call,
  stablehlo_reduce, stablehlo_abs, stablehlo_and, stablehlo_cosine, stablehlo_exponential, stablehlo_floor,
  stablehlo_log, stablehlo_minimum, stablehlo_negate, stablehlo_or, stablehlo_power, stablehlo_remainder,
  stablehlo_rsqrt, stablehlo_select, stablehlo_subtract, stablehlo_tanh, stablehlo_scatter, stablehlo_compare,
  stablehlo_convert, stablehlo_dynamic_slice, stablehlo_dynamic_update_slice, stablehlo_pad, stablehlo_iota,
  stablehlo_dot_general, stablehlo_reduce_window, stablehlo_sort, stablehlo_while, stablehlo_gather,
  stablehlo_transpose, dilate, stablehlo_rng_bit_generator, reduce_window, stablehlo_composite, stablehlo_shift_left,
  stablehlo_cbrt, stablehlo_case,
};
// clang-format on

inline constexpr std::int32_t code_count = 210;

namespace detail {
// clang-format off
inline constexpr std::array<std::string_view, code_count> code_names{
    "ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE", "DEQUANTIZE",
    "EMBEDDING_LOOKUP", "FLOOR", "FULLY_CONNECTED", "HASHTABLE_LOOKUP", "L2_NORMALIZATION", "L2_POOL_2D",
    "LOCAL_RESPONSE_NORMALIZATION", "LOGISTIC", "LSH_PROJECTION", "LSTM", "MAX_POOL_2D", "MUL", "RELU",
    "RELU_N1_TO_1", "RELU6", "RESHAPE", "RESIZE_BILINEAR", "RNN", "SOFTMAX", "SPACE_TO_DEPTH", "SVDF", "TANH",
    "CONCAT_EMBEDDINGS", "SKIP_GRAM", "CALL", "CUSTOM", "EMBEDDING_LOOKUP_SPARSE", "PAD",
    "UNIDIRECTIONAL_SEQUENCE_RNN", "GATHER", "BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND", "TRANSPOSE", "MEAN", "SUB",
    "DIV", "SQUEEZE", "UNIDIRECTIONAL_SEQUENCE_LSTM", "STRIDED_SLICE", "BIDIRECTIONAL_SEQUENCE_RNN", "EXP",
    "TOPK_V2", "SPLIT", "LOG_SOFTMAX", "DELEGATE", "BIDIRECTIONAL_SEQUENCE_LSTM", "CAST", "PRELU", "MAXIMUM",
    "ARG_MAX", "MINIMUM", "LESS", "NEG", "PADV2", "GREATER", "GREATER_EQUAL", "LESS_EQUAL", "SELECT", "SLICE", "SIN",
    "TRANSPOSE_CONV", "SPARSE_TO_DENSE", "TILE", "EXPAND_DIMS", "EQUAL", "NOT_EQUAL", "LOG", "SUM", "SQRT", "RSQRT",
    "SHAPE", "POW", "ARG_MIN", "FAKE_QUANT", "REDUCE_PROD", "REDUCE_MAX", "PACK", "LOGICAL_OR", "ONE_HOT",
    "LOGICAL_AND", "LOGICAL_NOT", "UNPACK", "REDUCE_MIN", "FLOOR_DIV", "REDUCE_ANY", "SQUARE", "ZEROS_LIKE", "FILL",
    "FLOOR_MOD", "RANGE", "RESIZE_NEAREST_NEIGHBOR", "LEAKY_RELU", "SQUARED_DIFFERENCE", "MIRROR_PAD", "ABS",
    "SPLIT_V", "UNIQUE", "CEIL", "REVERSE_V2", "ADD_N", "GATHER_ND", "COS", "WHERE", "RANK", "ELU",
    "REVERSE_SEQUENCE", "MATRIX_DIAG", "QUANTIZE", "MATRIX_SET_DIAG", "ROUND", "HARD_SWISH", "IF", "WHILE",
    "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "SCATTER_ND", "SELECT_V2", "DENSIFY", "SEGMENT_SUM",
    "BATCH_MATMUL", "PLACEHOLDER_FOR_GREATER_OP_CODES", "CUMSUM", "CALL_ONCE", "BROADCAST_TO", "RFFT2D", "CONV_3D",
    "IMAG", "REAL", "COMPLEX_ABS", "HASHTABLE", "HASHTABLE_FIND", "HASHTABLE_IMPORT", "HASHTABLE_SIZE", "REDUCE_ALL",
    "CONV_3D_TRANSPOSE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "BROADCAST_ARGS",
    "RANDOM_STANDARD_NORMAL", "BUCKETIZE", "RANDOM_UNIFORM", "MULTINOMIAL", "GELU", "DYNAMIC_UPDATE_SLICE",
    "RELU_0_TO_1", "UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_SUM", "ATAN2",
    "UNSORTED_SEGMENT_MIN", "SIGN", "BITCAST", "BITWISE_XOR", "RIGHT_SHIFT", "STABLEHLO_LOGISTIC", "STABLEHLO_ADD",
    "STABLEHLO_DIVIDE", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM", "STABLEHLO_RESHAPE", "STABLEHLO_CLAMP",
    "STABLEHLO_CONCATENATE", "STABLEHLO_BROADCAST_IN_DIM", "STABLEHLO_CONVOLUTION", "STABLEHLO_SLICE",
    "STABLEHLO_CUSTOM_CALL", "STABLEHLO_REDUCE", "STABLEHLO_ABS", "STABLEHLO_AND", "STABLEHLO_COSINE",
    "STABLEHLO_EXPONENTIAL", "STABLEHLO_FLOOR", "STABLEHLO_LOG", "STABLEHLO_MINIMUM", "STABLEHLO_NEGATE",
    "STABLEHLO_OR", "STABLEHLO_POWER", "STABLEHLO_REMAINDER", "STABLEHLO_RSQRT", "STABLEHLO_SELECT",
    "STABLEHLO_SUBTRACT", "STABLEHLO_TANH", "STABLEHLO_SCATTER", "STABLEHLO_COMPARE", "STABLEHLO_CONVERT",
    "STABLEHLO_DYNAMIC_SLICE", "STABLEHLO_DYNAMIC_UPDATE_SLICE", "STABLEHLO_PAD", "STABLEHLO_IOTA",
    "STABLEHLO_DOT_GENERAL", "STABLEHLO_REDUCE_WINDOW", "STABLEHLO_SORT", "STABLEHLO_WHILE", "STABLEHLO_GATHER",
    "STABLEHLO_TRANSPOSE", "DILATE", "STABLEHLO_RNG_BIT_GENERATOR", "REDUCE_WINDOW", "STABLEHLO_COMPOSITE",
    "STABLEHLO_SHIFT_LEFT", "STABLEHLO_CBRT", "STABLEHLO_CASE"
};
// clang-format on
}  // namespace detail

/// The schema's name of a builtin operator ("CONV_2D"); empty for a number that the schema does not know.
[[nodiscard]] constexpr std::string_view builtin_name(code value) noexcept {
  const auto number = static_cast<std::int32_t>(value);
  if (value == code::graph_input) return "INPUT";
  if (value == code::graph_output) return "OUTPUT";
  if (number < 0 || number >= code_count) return {};
  return detail::code_names[static_cast<std::size_t>(number)];
}

}  // namespace aeq::inline AEQ_ABI::op

// ---- aeq/op/configuration.hpp
// The default policy's configurations: families of schemes that runtimes have kernels for. The catalogue says per op
// which of them it allows. Freestanding. (spec: quantization, section 4.3)

// ---- aeq/scheme/scheme.hpp
// A scheme: activation format x weight format x compute precision x execution mode, and optional policies.
// Freestanding.

// ---- aeq/scheme/compute.hpp
// Compute precision and execution mode, the two other axes of a scheme. Freestanding.

namespace aeq::inline AEQ_ABI {

/// The arithmetic that the op's inner loop runs in.
enum class compute : std::uint8_t { integer, floating };

/// Who quantizes the activations, and when.
enum class execution : std::uint8_t {
  dynamic_range,  ///< the kernel, at run time, from each input's own range; weights are integers in the file
  weight_only,    ///< nobody: a DEQUANTIZE turns the stored weights into floats
  static_range    ///< the file: scales and zero points from calibration
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/scheme.hpp
namespace aeq::inline AEQ_ABI {

/// A scheme put together from its four axes. A scheme of one's own is any struct with the same members:
///
///     struct my_scheme {
///       static constexpr std::string_view name = "my_scheme";   // the JSON recipe's name for it
///       using activation = aeq::float32;
///       using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
///       static constexpr auto compute_precision = aeq::compute::integer;
///       static constexpr auto execution_mode = aeq::execution::dynamic_range;
///       using policies = aeq::type_list<aeq::power_of_two_fit>;  // optional
///     };
///     static_assert(aeq::verify<my_scheme>());
///
/// or one that derives from an alias: `struct my_scheme : aeq::scheme<...> { static constexpr ... name = ...; };`
template <class Activation, class Weight, compute Compute, execution Mode, class... Policies>
struct scheme {
  using activation = Activation;
  using weight = Weight;
  static constexpr compute compute_precision = Compute;
  static constexpr execution execution_mode = Mode;
  using policies = type_list<Policies...>;
};

/// What a scheme says, as data.
struct scheme_descriptor {
  std::string_view name;
  format_descriptor activation{};
  format_descriptor weight{};
  compute compute_precision = compute::floating;
  execution execution_mode = execution::weight_only;

  /// Same formats, compute and mode; the name does not count.
  [[nodiscard]] constexpr bool same_arithmetic(const scheme_descriptor& other) const {
    return activation == other.activation && weight == other.weight && compute_precision == other.compute_precision &&
           execution_mode == other.execution_mode;
  }
};

namespace detail {

constexpr void append_format(short_text<64>& text, char role, const format_descriptor& format, symmetry usual) {
  text.append({&role, 1});
  switch (format.kind) {
    case number_kind::floating: text.append("fp"); break;
    case number_kind::signed_integer: text.append("i"); break;
    case number_kind::unsigned_integer: text.append("u"); break;
  }
  text.append_number(format.bits);
  if (!format.is_integer()) return;
  if (role == 'w' && format.granularity.kind == granularity_kind::tensorwise) text.append("t");
  if (format.granularity.kind == granularity_kind::blockwise) {
    text.append("b").append_number(format.granularity.block_elements);
  }
  if (format.zero != usual) text.append(format.is_symmetric() ? "_symmetric" : "_asymmetric");
}

}  // namespace detail

/// The published recipe's name of a combination: "dynamic_wi8_afp32", "weight_only_wi4t_asymmetric_afp32",
/// "static_wi8_ai8". Channelwise weights, symmetric weights and asymmetric 8-bit activations go without saying.
[[nodiscard]] constexpr short_text<64> derived_name(const format_descriptor& activation,
                                                    const format_descriptor& weight, execution mode) {
  short_text<64> text;
  switch (mode) {
    case execution::dynamic_range: text.append("dynamic_"); break;
    case execution::weight_only: text.append("weight_only_"); break;
    case execution::static_range: text.append("static_"); break;
  }
  detail::append_format(text, 'w', weight, symmetric);
  text.append("_");
  detail::append_format(text, 'a', activation, activation.bits == 8 ? asymmetric : symmetric);
  return text;
}

namespace detail {

template <class Scheme>
struct scheme_name {
  static constexpr short_text<64> derived =
      derived_name(Scheme::activation::descriptor, Scheme::weight::descriptor, Scheme::execution_mode);
  static constexpr std::string_view value = derived.view();
};
template <class Scheme>
requires requires {
  std::string_view(Scheme::name);
}
struct scheme_name<Scheme> {
  static constexpr std::string_view value = Scheme::name;
};

template <class Scheme>
struct scheme_policies {
  using type = type_list<>;
};
template <class Scheme>
requires requires {
  typename Scheme::policies;
}
struct scheme_policies<Scheme> {
  using type = flat_list<typename Scheme::policies>;
};

template <class Category, class Default, class List>
struct policy_in_list;
template <class Category, class Default, class... Policies>
struct policy_in_list<Category, Default, type_list<Policies...>> {
  using type = policy_or<Category, Default, Policies...>;
};

}  // namespace detail

/// The policies that a scheme names, as a type_list.
template <class Scheme>
using policies_of = typename detail::scheme_policies<Scheme>::type;

/// The policy of `Category` that a scheme names in its `policies`, or `Default`.
template <class Scheme, class Category, class Default>
using policy_of = typename detail::policy_in_list<Category, Default, policies_of<Scheme>>::type;

template <class Scheme>
inline constexpr std::string_view name_of_scheme = detail::scheme_name<Scheme>::value;

template <class Scheme>
inline constexpr scheme_descriptor descriptor_of{name_of_scheme<Scheme>, Scheme::activation::descriptor,
                                                 Scheme::weight::descriptor, Scheme::compute_precision,
                                                 Scheme::execution_mode};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/op/configuration.hpp
namespace aeq::inline AEQ_ABI::op {

/// Sets, as bits.
enum : std::uint8_t { allow_symmetric = 1, allow_asymmetric = 2 };
enum : std::uint8_t { allow_tensorwise = 1, allow_channelwise = 2, allow_blockwise = 4 };

/// A number format with some of its properties left open.
struct format_family {
  number_kind kind = number_kind::floating;
  std::uint8_t bits = 32;
  std::uint8_t symmetries = allow_symmetric;
  std::uint8_t granularities = allow_tensorwise;

  [[nodiscard]] constexpr bool contains(const format_descriptor& f) const {
    if (f.kind != kind || f.bits != bits) return false;
    if (!f.is_integer()) return true;
    const std::uint8_t symmetry = f.is_symmetric() ? allow_symmetric : allow_asymmetric;
    const auto granularity = static_cast<std::uint8_t>(1u << static_cast<unsigned>(f.granularity.kind));
    return (symmetries & symmetry) != 0 && (granularities & granularity) != 0;
  }
};

struct configuration {
  std::string_view name;
  format_family activation;
  format_family weight;
  compute compute_precision = compute::integer;
  execution execution_mode = execution::dynamic_range;
};

/// Index into `configurations`, and bit in a set of them.
enum class configuration_id : std::uint8_t {
  dynamic_wi8,
  dynamic_wi4,
  dynamic_wi4_blockwise,
  dynamic_wi2,
  dynamic_wi2_blockwise,
  weight_only_wi8,
  weight_only_wi4,
  weight_only_wfp16,
  static_wi8_ai8,
  static_wi8_ai16,
  static_wi4_ai8,
  static_wi4_ai16,
  static_wi8_au8
};

namespace detail {
inline constexpr std::uint8_t per_tensor_or_channel = allow_tensorwise | allow_channelwise;
inline constexpr std::uint8_t either_symmetry = allow_symmetric | allow_asymmetric;

[[nodiscard]] constexpr format_family weights(std::uint8_t bits, std::uint8_t symmetries, std::uint8_t granularities) {
  return {number_kind::signed_integer, bits, symmetries, granularities};
}
inline constexpr format_family float_activation{};
inline constexpr format_family int8_activation{number_kind::signed_integer, 8, either_symmetry, allow_tensorwise};
inline constexpr format_family int16_activation{number_kind::signed_integer, 16, allow_symmetric, allow_tensorwise};
inline constexpr format_family uint8_activation{number_kind::unsigned_integer, 8, allow_asymmetric, allow_tensorwise};
}  // namespace detail

inline constexpr std::array<configuration, 13> configurations{{
    {"dynamic_wi8_afp32", detail::float_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi4_afp32", detail::float_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi4_afp32_blockwise", detail::float_activation, detail::weights(4, allow_symmetric, allow_blockwise),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi2_afp32", detail::float_activation, detail::weights(2, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::dynamic_range},
    {"dynamic_wi2_afp32_blockwise", detail::float_activation, detail::weights(2, allow_symmetric, allow_blockwise),
     compute::integer, execution::dynamic_range},
    {"weightonly_wi8_afp32", detail::float_activation,
     detail::weights(8, detail::either_symmetry, detail::per_tensor_or_channel), compute::floating,
     execution::weight_only},
    {"weightonly_wi4_afp32", detail::float_activation,
     detail::weights(4, detail::either_symmetry, detail::per_tensor_or_channel), compute::floating,
     execution::weight_only},
    {"weightonly_wfp16_afp32",
     detail::float_activation,
     {number_kind::floating, 16, 0, 0},
     compute::floating,
     execution::weight_only},
    {"static_wi8_ai8", detail::int8_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi8_ai16", detail::int16_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi4_ai8", detail::int8_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi4_ai16", detail::int16_activation, detail::weights(4, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
    {"static_wi8_au8", detail::uint8_activation, detail::weights(8, allow_symmetric, detail::per_tensor_or_channel),
     compute::integer, execution::static_range},
}};

/// A set of configurations.
struct configuration_set {
  std::uint16_t bits = 0;

  constexpr configuration_set() = default;
  constexpr configuration_set(configuration_id id)
      : bits(static_cast<std::uint16_t>(1u << static_cast<unsigned>(id))) {}
  [[nodiscard]] constexpr bool contains(configuration_id id) const { return (bits & configuration_set(id).bits) != 0; }
  [[nodiscard]] friend constexpr configuration_set operator|(configuration_set a, configuration_set b) {
    configuration_set both;
    both.bits = static_cast<std::uint16_t>(a.bits | b.bits);
    return both;
  }
  [[nodiscard]] friend constexpr configuration_set operator-(configuration_set a, configuration_set b) {
    configuration_set rest;
    rest.bits = static_cast<std::uint16_t>(a.bits & ~b.bits);
    return rest;
  }
};

}  // namespace aeq::inline AEQ_ABI::op

// ---- aeq/op/role.hpp
// Roles of operands and constraints between an op's inputs and outputs, as data. Freestanding.
// (spec: quantization, section 5.3)

namespace aeq::inline AEQ_ABI::op {

enum class role : std::uint8_t {
  activation,  ///< quantized with the activation format
  weight,      ///< quantized with the weight format where it is constant
  bias,        ///< static range: int32 (int64) at scale input x weight; else float
  index,       ///< positions, axes, ids: never quantized
  shape,       ///< a shape, sizes, paddings: never quantized
  condition    ///< a mask: never quantized
};

[[nodiscard]] constexpr std::string_view name_of(role value) noexcept {
  switch (value) {
    case role::activation: return "activation";
    case role::weight: return "weight";
    case role::bias: return "bias";
    case role::index: return "index";
    case role::shape: return "shape";
    case role::condition: return "condition";
  }
  return "?";
}

/// How the parameters of an op's inputs and outputs hang together under static quantization.
enum class constraint : std::uint8_t {
  free,            ///< each operand has its own
  same_as_input,   ///< outputs take the input's
  same_as_output,  ///< inputs take the output's
  fixed_output     ///< the output's are constants of the op, per bit width
};

[[nodiscard]] constexpr std::string_view name_of(constraint value) noexcept {
  switch (value) {
    case constraint::free: return "free";
    case constraint::same_as_input: return "same scale as input";
    case constraint::same_as_output: return "same scale over all inputs";
    case constraint::fixed_output: return "fixed scale and zero point";
  }
  return "?";
}

/// Which axis of the weight has a scale per index where the granularity is channelwise.
enum class channel_axis : std::uint8_t {
  none,           ///< channelwise means tensorwise
  first,          ///< 0
  fourth,         ///< 3
  matrix_columns  ///< last, or last but one if the op says adj_y
};

}  // namespace aeq::inline AEQ_ABI::op

// ---- aeq/op/catalogue.hpp
namespace aeq::inline AEQ_ABI::op {

/// The output of a fixed_output op at 8 bits: scale 2^-scale_shift, zero point; at 16 bits every such op has 2^-15 and
/// 0.
struct fixed_parameters {
  std::uint8_t scale_shift = 0;
  std::int16_t zero_point = 0;
};

inline constexpr std::size_t listed_operands = 4;

struct operation_descriptor {
  code builtin = code::add;
  std::string_view name;  ///< the recipe's name; differs from the schema's for CONV_2D_TRANSPOSE only
  constraint output = constraint::free;
  std::array<role, listed_operands> inputs{};  ///< inputs beyond these are activations
  configuration_set allowed{};
  channel_axis channels = channel_axis::none;
  fixed_parameters fixed{};

  [[nodiscard]] constexpr role input_role(std::size_t index) const {
    return index < listed_operands ? inputs[index] : role::activation;
  }
  /// Position of the first input with a role; -1 if there is none.
  [[nodiscard]] constexpr int position(role wanted) const {
    for (std::size_t i = 0; i < listed_operands; ++i) {
      if (inputs[i] == wanted) return static_cast<int>(i);
    }
    return -1;
  }
  /// An op with a weight: constants of it take the weight format, and it has dynamic range and weight only forms.
  [[nodiscard]] constexpr bool has_weight() const { return position(role::weight) >= 0; }
  [[nodiscard]] constexpr bool is_virtual() const {
    return builtin == code::graph_input || builtin == code::graph_output;
  }
};

namespace detail {

using enum role;
using id = configuration_id;
using roles = std::array<role, listed_operands>;

inline constexpr roles plain{};
inline constexpr roles filter{activation, weight, bias, activation};

inline constexpr configuration_set static8 = id::static_wi8_ai8;
inline constexpr configuration_set static8_16 = static8 | id::static_wi8_ai16;
inline constexpr configuration_set static4 = configuration_set(id::static_wi4_ai8) | id::static_wi4_ai16;
inline constexpr configuration_set eight_bit_weight = static8_16 | id::dynamic_wi8 | id::weight_only_wi8;
inline constexpr configuration_set four_bit_weight = configuration_set(id::dynamic_wi4) | id::weight_only_wi4;
inline constexpr configuration_set half_weight = id::weight_only_wfp16;
inline constexpr configuration_set all_channels = eight_bit_weight | four_bit_weight | id::dynamic_wi2 | half_weight;
inline constexpr configuration_set graph_edge = static8_16 | static4 | id::static_wi8_au8;

constexpr std::array<operation_descriptor, 50> make_catalogue() {
  using c = code;
  using k = constraint;
  using a = channel_axis;
  // clang-format off
  return {{
      {c::graph_output, "OUTPUT", k::free, plain, graph_edge},
      {c::graph_input, "INPUT", k::free, plain, graph_edge},
      {c::add, "ADD", k::free, plain, static8_16},
      {c::average_pool_2d, "AVERAGE_POOL_2D", k::same_as_input, plain, static8_16},
      {c::concatenation, "CONCATENATION", k::same_as_output, plain, static8_16},
      {c::conv_2d, "CONV_2D", k::free, filter, all_channels | static4, a::first},
      {c::depthwise_conv_2d, "DEPTHWISE_CONV_2D", k::free, filter, eight_bit_weight | half_weight, a::fourth},
      {c::embedding_lookup, "EMBEDDING_LOOKUP", k::free, {index, weight},
       (all_channels - static8_16) | id::dynamic_wi4_blockwise, a::first},
      {c::fully_connected, "FULLY_CONNECTED", k::free, filter,
       all_channels | static4 | id::dynamic_wi4_blockwise | id::dynamic_wi2_blockwise, a::first},
      {c::logistic, "LOGISTIC", k::fixed_output, plain, static8_16, a::none, {8, -128}},
      {c::max_pool_2d, "MAX_POOL_2D", k::same_as_input, plain, static8_16},
      {c::mul, "MUL", k::free, plain, static8_16},
      {c::relu, "RELU", k::free, plain, static8_16},
      {c::reshape, "RESHAPE", k::same_as_input, {activation, shape}, static8_16},
      {c::resize_bilinear, "RESIZE_BILINEAR", k::same_as_input, {activation, shape}, static8_16},
      {c::softmax, "SOFTMAX", k::fixed_output, plain, static8_16, a::none, {8, -128}},
      {c::space_to_depth, "SPACE_TO_DEPTH", k::same_as_input, plain, static8},
      {c::tanh, "TANH", k::fixed_output, plain, static8_16, a::none, {7, 0}},
      {c::pad, "PAD", k::same_as_input, {activation, shape}, static8_16},
      {c::gather, "GATHER", k::same_as_input, {activation, index}, static8_16},
      {c::transpose, "TRANSPOSE", k::same_as_input, {activation, index}, static8_16},
      {c::mean, "MEAN", k::free, {activation, index}, static8_16},
      {c::sub, "SUB", k::free, plain, static8_16},
      {c::div, "DIV", k::free, plain, static8_16},
      {c::strided_slice, "STRIDED_SLICE", k::same_as_input, {activation, index, index, index}, static8_16},
      {c::split, "SPLIT", k::same_as_input, {index}, static8_16},
      {c::maximum, "MAXIMUM", k::same_as_output, plain, static8_16},
      {c::padv2, "PADV2", k::same_as_output, {activation, shape}, static8_16},
      {c::select, "SELECT", k::same_as_output, {condition}, static8_16},
      {c::slice, "SLICE", k::same_as_input, {activation, index, shape}, static8_16},
      {c::transpose_conv, "CONV_2D_TRANSPOSE", k::free, {shape, weight, activation, bias},
       eight_bit_weight | half_weight, a::first},
      {c::equal, "EQUAL", k::free, plain, static8_16},
      {c::not_equal, "NOT_EQUAL", k::free, plain, static8_16},
      {c::sum, "SUM", k::free, {activation, index}, static8_16},
      {c::sqrt, "SQRT", k::free, plain, static8_16},
      {c::rsqrt, "RSQRT", k::free, plain, static8_16},
      {c::pack, "PACK", k::same_as_output, plain, static8_16},
      {c::unpack, "UNPACK", k::same_as_input, plain, static8_16},
      {c::reduce_min, "REDUCE_MIN", k::same_as_input, {activation, index}, static8_16},
      {c::resize_nearest_neighbor, "RESIZE_NEAREST_NEIGHBOR", k::same_as_input, {activation, shape}, static8_16},
      {c::squared_difference, "SQUARED_DIFFERENCE", k::free, plain, static8},
      {c::mirror_pad, "MIRROR_PAD", k::same_as_input, {activation, shape}, static8_16},
      {c::gather_nd, "GATHER_ND", k::same_as_input, {activation, index}, static8_16},
      {c::hard_swish, "HARD_SWISH", k::free, plain, static8},
      {c::select_v2, "SELECT_V2", k::same_as_output, {condition}, static8_16},
      {c::batch_matmul, "BATCH_MATMUL", k::free, {weight, weight}, eight_bit_weight | id::weight_only_wi4,
       a::matrix_columns},
      {c::broadcast_to, "BROADCAST_TO", k::same_as_input, {activation, shape}, static8_16},
      {c::gelu, "GELU", k::free, plain, static8_16},
      {c::dynamic_update_slice, "DYNAMIC_UPDATE_SLICE", k::same_as_output, {activation, activation, index}, static8_16},
      {c::stablehlo_composite, "STABLEHLO_COMPOSITE", k::free, plain, static8_16},
  }};
  // clang-format on
}

}  // namespace detail

/// 48 operators and the two virtual operations, ordered by code.
inline constexpr std::array<operation_descriptor, 50> catalogue = detail::make_catalogue();

/// Where the catalogue has an operator; catalogue.size() if it has not.
[[nodiscard]] constexpr std::size_t position_of(code builtin) noexcept {
  std::size_t low = 0;
  std::size_t high = catalogue.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (catalogue[middle].builtin < builtin) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < catalogue.size() && catalogue[low].builtin == builtin ? low : catalogue.size();
}

/// The catalogue's entry of an operator; null if recipes can't name it (it is then never quantized).
[[nodiscard]] constexpr const operation_descriptor* find(code builtin) noexcept {
  const std::size_t position = position_of(builtin);
  return position < catalogue.size() ? &catalogue[position] : nullptr;
}

/// The entry with a recipe's operation name; null if there is none.
[[nodiscard]] constexpr const operation_descriptor* find(std::string_view recipe_name) noexcept {
  for (const operation_descriptor& entry : catalogue) {
    if (entry.name == recipe_name) return &entry;
  }
  return nullptr;
}

/// The configurations that contain a scheme: for an op with a weight, and for one without. The latter does not look at
/// the weight format, but for blocks, which only ops with a blockwise kernel take.
struct matching_configurations {
  configuration_set with_weight{};
  configuration_set without_weight{};
};

[[nodiscard]] constexpr matching_configurations configurations_of(const scheme_descriptor& s) {
  const bool blocks = s.weight.granularity.kind == granularity_kind::blockwise;
  matching_configurations result;
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    const configuration& c = configurations[i];
    if (c.compute_precision != s.compute_precision || c.execution_mode != s.execution_mode) continue;
    if (!c.activation.contains(s.activation)) continue;
    const auto id = static_cast<configuration_id>(i);
    if (c.weight.contains(s.weight)) result.with_weight = result.with_weight | id;
    if (!blocks) result.without_weight = result.without_weight | id;
  }
  return result;
}

/// Whether one of the configurations that an op allows contains a scheme.
[[nodiscard]] constexpr bool allows(const operation_descriptor& operation, const matching_configurations& matching) {
  const configuration_set& set = operation.has_weight() ? matching.with_weight : matching.without_weight;
  return (operation.allowed.bits & set.bits) != 0;
}
[[nodiscard]] constexpr bool allows(const operation_descriptor& operation, const scheme_descriptor& s) {
  return allows(operation, configurations_of(s));
}

/// A type per op: `op::conv_2d`.
template <code Builtin>
requires(position_of(Builtin) < catalogue.size())  // no pointer: g++'s undefined sanitizer does not fold its comparison
    struct operation {
  static constexpr code builtin = Builtin;
  static constexpr const operation_descriptor& descriptor = catalogue[position_of(Builtin)];
};

using graph_input = operation<code::graph_input>;
using graph_output = operation<code::graph_output>;
using add = operation<code::add>;
using average_pool_2d = operation<code::average_pool_2d>;
using concatenation = operation<code::concatenation>;
using conv_2d = operation<code::conv_2d>;
using depthwise_conv_2d = operation<code::depthwise_conv_2d>;
using embedding_lookup = operation<code::embedding_lookup>;
using fully_connected = operation<code::fully_connected>;
using logistic = operation<code::logistic>;
using max_pool_2d = operation<code::max_pool_2d>;
using mul = operation<code::mul>;
using relu = operation<code::relu>;
using reshape = operation<code::reshape>;
using resize_bilinear = operation<code::resize_bilinear>;
using softmax = operation<code::softmax>;
using space_to_depth = operation<code::space_to_depth>;
using tanh = operation<code::tanh>;
using pad = operation<code::pad>;
using gather = operation<code::gather>;
using transpose = operation<code::transpose>;
using mean = operation<code::mean>;
using sub = operation<code::sub>;
using div = operation<code::div>;
using strided_slice = operation<code::strided_slice>;
using split = operation<code::split>;
using maximum = operation<code::maximum>;
using padv2 = operation<code::padv2>;
using select = operation<code::select>;
using slice = operation<code::slice>;
using conv_2d_transpose = operation<code::transpose_conv>;
using equal = operation<code::equal>;
using not_equal = operation<code::not_equal>;
using sum = operation<code::sum>;
using sqrt = operation<code::sqrt>;
using rsqrt = operation<code::rsqrt>;
using pack = operation<code::pack>;
using unpack = operation<code::unpack>;
using reduce_min = operation<code::reduce_min>;
using resize_nearest_neighbor = operation<code::resize_nearest_neighbor>;
using squared_difference = operation<code::squared_difference>;
using mirror_pad = operation<code::mirror_pad>;
using gather_nd = operation<code::gather_nd>;
using hard_swish = operation<code::hard_swish>;
using select_v2 = operation<code::select_v2>;
using batch_matmul = operation<code::batch_matmul>;
using broadcast_to = operation<code::broadcast_to>;
using gelu = operation<code::gelu>;
using dynamic_update_slice = operation<code::dynamic_update_slice>;
using stablehlo_composite = operation<code::stablehlo_composite>;

}  // namespace aeq::inline AEQ_ABI::op

// ---- aeq/op/concepts.hpp
// Which op takes which scheme: the relation as a concept, and one named concept per reason why not. Freestanding.

// ---- aeq/scheme/concepts.hpp
// What a type must be to serve as a number format or a scheme: one named concept per requirement. Freestanding.
// The sentences that a user reads when one of them fails are in scheme/requirements.hpp; what is asked of a fit is in
// scheme/fit_concepts.hpp.

// ---- aeq/scheme/builtin.hpp
// The built-in schemes: every combination that the default policy allows (spec: quantization, section 4.3), under the
// names of the published recipes. Freestanding.

namespace aeq::inline AEQ_ABI {

template <int Bits, class Granularity>
using dynamic_range_scheme =
    scheme<float32, integer<Bits, symmetric, Granularity>, compute::integer, execution::dynamic_range>;

template <int Bits, symmetry Symmetry, class Granularity>
using weight_only_scheme =
    scheme<float32, integer<Bits, Symmetry, Granularity>, compute::floating, execution::weight_only>;

template <class Activation, int WeightBits, class Granularity>
using static_range_scheme =
    scheme<Activation, integer<WeightBits, symmetric, Granularity>, compute::integer, execution::static_range>;

using ai8 = integer<8, asymmetric, tensorwise>;
using ai8_symmetric = integer<8, symmetric, tensorwise>;
using ai16 = integer<16, symmetric, tensorwise>;
using au8 = unsigned_integer<8, asymmetric, tensorwise>;

using dynamic_wi8_afp32 = dynamic_range_scheme<8, channelwise>;
using dynamic_wi4_afp32 = dynamic_range_scheme<4, channelwise>;
using dynamic_wi2_afp32 = dynamic_range_scheme<2, channelwise>;
using weight_only_wi8_afp32 = weight_only_scheme<8, symmetric, channelwise>;
using weight_only_wi4_afp32 = weight_only_scheme<4, symmetric, channelwise>;
using weight_only_wfp16_afp32 = scheme<float32, float16, compute::floating, execution::weight_only>;
using static_wi8_ai8 = static_range_scheme<ai8, 8, channelwise>;
using static_wi8_ai16 = static_range_scheme<ai16, 8, channelwise>;
using static_wi4_ai8 = static_range_scheme<ai8, 4, channelwise>;
using static_wi4_ai16 = static_range_scheme<ai16, 4, channelwise>;
using static_wi8_au8 = static_range_scheme<au8, 8, channelwise>;

template <int Bits>
using dynamic_blockwise_schemes =
    type_list<dynamic_range_scheme<Bits, blockwise<32>>, dynamic_range_scheme<Bits, blockwise<64>>,
              dynamic_range_scheme<Bits, blockwise<128>>, dynamic_range_scheme<Bits, blockwise<256>>>;

template <int Bits>
using weight_only_schemes =
    type_list<weight_only_scheme<Bits, symmetric, channelwise>, weight_only_scheme<Bits, symmetric, tensorwise>,
              weight_only_scheme<Bits, asymmetric, channelwise>, weight_only_scheme<Bits, asymmetric, tensorwise>>;

template <int WeightBits>
using static_schemes =
    type_list<static_range_scheme<ai8, WeightBits, channelwise>, static_range_scheme<ai8, WeightBits, tensorwise>,
              static_range_scheme<ai8_symmetric, WeightBits, channelwise>,
              static_range_scheme<ai8_symmetric, WeightBits, tensorwise>,
              static_range_scheme<ai16, WeightBits, channelwise>, static_range_scheme<ai16, WeightBits, tensorwise>>;

/// A struct, so that compilers print its name instead of all of them.
struct builtin_schemes
    : flat_list<dynamic_wi8_afp32, dynamic_range_scheme<8, tensorwise>,                                //
                dynamic_wi4_afp32, dynamic_range_scheme<4, tensorwise>, dynamic_blockwise_schemes<4>,  //
                dynamic_wi2_afp32, dynamic_range_scheme<2, tensorwise>, dynamic_blockwise_schemes<2>,  //
                weight_only_schemes<8>, weight_only_schemes<4>, weight_only_wfp16_afp32,               //
                static_schemes<8>, static_schemes<4>,                                                  //
                static_wi8_au8, static_range_scheme<au8, 8, tensorwise>> {};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/fit_concepts.hpp
// What is asked of a fit: that it can be called as the quantizer calls it, at compile time too, and that what it gives
// for some ranges is a scale and a zero point of the format. Freestanding.

namespace aeq::inline AEQ_ABI {

/// A fit turns a range into a scale and a zero point, in float and in double: statistics come as either.
template <class Fit>
concept range_fit = requires(range<float> narrow, range<double> wide, const format_descriptor& format) {
  { Fit::fit(narrow, format) } -> std::same_as<scale_zero_point<float>>;
  { Fit::fit(wide, format) } -> std::same_as<scale_zero_point<double>>;
};

namespace detail {

/// A scheme's own static `fit`, wrapped so that it is a policy like any other.
template <class Scheme>
struct own_fit {
  using category = fit_category;
  template <std::floating_point T>
  requires requires(range<T> values, const format_descriptor& format) { Scheme::fit(values, format); }
  [[nodiscard]] static constexpr auto fit(range<T> values, const format_descriptor& format) {
    return Scheme::fit(values, format);
  }
};

/// Any member `fit`, callable as we call it or not: one with wrong parameters must fail usable_fit. Asking only whether
/// the right call works would take min_max_fit instead of it without a word.
template <class Scheme>
concept declares_fit = requires(range<float> values, const format_descriptor& format) {
  Scheme::fit(values, format);
}
|| requires(range<double> values, const format_descriptor& format) {
  Scheme::fit(values, format);
}
|| requires {
  &Scheme::fit;
}
|| requires {
  &Scheme::template fit<float>;
};

template <class Scheme>
struct fit_of_scheme {
  using type = policy_of<Scheme, fit_category, min_max_fit>;
};
template <class Scheme>
requires declares_fit<Scheme>
struct fit_of_scheme<Scheme> {
  using type = own_fit<Scheme>;
};

}  // namespace detail

/// The fit of a scheme: its own `fit`, else the one in its `policies`, else min_max_fit.
template <class Scheme>
using fit_of = typename detail::fit_of_scheme<Scheme>::type;

template <class Scheme>
concept usable_fit = range_fit<fit_of<Scheme>>;

namespace detail {

/// Ranges that every fit is tried on: around zero, on one side of it, small, large, and of zeros only.
template <class T>
inline constexpr std::array<range<T>, 8> probe_ranges{{{T(-1), T(1)},
                                                       {T(-0.5), T(2)},
                                                       {T(0), T(6)},
                                                       {T(-3), T(0)},
                                                       {T(0.25), T(4)},
                                                       {T(-1e-3), T(1e-3)},
                                                       {T(-1000), T(500)},
                                                       {T(0), T(0)}}};

struct fit_findings {
  bool positive_scale = true;
  bool zero_point_in_range = true;
};

/// Tried where the format is an integer one. Blocks keep their scale as float16, which is 0 for a range of zeros.
template <class Fit, class T>
constexpr void try_fit(const format_descriptor& format, fit_findings& found) {
  if (!format.is_integer()) return;
  const bool blocks = format.granularity.kind == granularity_kind::blockwise;
  for (const range<T>& probe : probe_ranges<T>) {
    const scale_zero_point<T> fitted = Fit::fit(probe, format);
    if (!blocks || probe.lowest != probe.highest) {
      const T stored =
          blocks ? static_cast<T>(float_from_float16(float16_bits(static_cast<float>(fitted.scale)))) : fitted.scale;
      found.positive_scale &= is_finite(stored) && stored > T(0);
    }
    const std::int64_t lowest = format.is_symmetric() ? 0 : format.lowest();
    const std::int64_t highest = format.is_symmetric() ? 0 : format.highest();
    found.zero_point_in_range &= fitted.zero_point >= lowest && fitted.zero_point <= highest;
  }
}

template <class Scheme>
[[nodiscard]] constexpr fit_findings try_fits() {
  fit_findings found;
  using fit = fit_of<Scheme>;
  try_fit<fit, float>(Scheme::weight::descriptor, found);
  try_fit<fit, double>(Scheme::weight::descriptor, found);
  try_fit<fit, float>(Scheme::activation::descriptor, found);
  try_fit<fit, double>(Scheme::activation::descriptor, found);
  return found;
}

/// Ours are tried by tests, so that the built-in schemes need not be tried in every source file.
template <class Scheme>
concept fit_of_ours = std::is_same_v<fit_of<Scheme>, min_max_fit> || std::is_same_v<fit_of<Scheme>, power_of_two_fit>;

}  // namespace detail

/// The fit works in constant expressions, which is how the next two requirements look at what it gives. One that does
/// not come to an end fails here too.
template <class Scheme>
concept constant_fit = detail::fit_of_ours<Scheme> || requires {
  typename std::bool_constant<detail::try_fits<Scheme>().positive_scale>;
};

/// Finite and above 0, also as the float16 that a blockwise scale is stored in: integers are values divided by it.
template <class Scheme>
concept positive_scale = detail::fit_of_ours<Scheme> || detail::try_fits<Scheme>()
.positive_scale;

/// 0 where the format is symmetric (the file stores no zero point then, and kernels leave it out), else an integer of
/// the format, so that 0 is exactly one of them.
template <class Scheme>
concept zero_point_in_range = detail::fit_of_ours<Scheme> || detail::try_fits<Scheme>()
.zero_point_in_range;

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/concepts.hpp
namespace aeq::inline AEQ_ABI {

// Members. A member that is there but cannot be read in a constant expression is as bad as none.

/// A type that describes itself: bits, kind, symmetry, granularity. Not asked: that it is one of ours; an accelerator's
/// own format may add members.
template <class Format>
concept number_format = requires {
  { Format::descriptor } -> std::convertible_to<format_descriptor>;
  typename std::bool_constant<(format_descriptor(Format::descriptor).bits >= 0)>;
};

/// Has any of a scheme's four members. What has none of them is something else that came to the wrong place, and hears
/// one sentence instead of four.
template <class Scheme>
concept scheme_type = requires {
  typename Scheme::activation;
}
|| requires {
  typename Scheme::weight;
}
|| requires {
  Scheme::compute_precision;
}
|| requires {
  Scheme::execution_mode;
};

template <class Scheme>
concept activation_format = requires {
  requires number_format<typename Scheme::activation>;
};

template <class Scheme>
concept weight_format = requires {
  requires number_format<typename Scheme::weight>;
};

template <class Scheme>
concept compute_member = requires {
  { Scheme::compute_precision } -> std::convertible_to<compute>;
  typename std::bool_constant<(Scheme::compute_precision == compute::integer)>;
};

template <class Scheme>
concept execution_member = requires {
  { Scheme::execution_mode } -> std::convertible_to<execution>;
  typename std::bool_constant<(Scheme::execution_mode == execution::static_range)>;
};

/// The four members every scheme has. Checked first: the others read them.
template <class Scheme>
concept scheme_members =
    activation_format<Scheme> && weight_format<Scheme> && compute_member<Scheme> && execution_member<Scheme>;

// The name. It is what JSON recipes, listings and errors know a scheme by.

namespace detail {

template <class Scheme>
concept declares_name = requires {
  Scheme::name;
}
|| requires {
  &Scheme::name;
};

/// Long enough for every derived name; with an op's name before it a row's name is not cut.
inline constexpr std::size_t longest_name = 64;

[[nodiscard]] constexpr bool usable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || name.size() > longest_name || !is_letter(name.front())) return false;
  for (const char c : name) {
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '.') return false;
  }
  return true;
}

template <class Scheme, class... Builtin>
[[nodiscard]] consteval bool is_named_alone(const type_list<Builtin...>*) {
  return ((std::is_same_v<Scheme, Builtin> || name_of_scheme<Builtin> != name_of_scheme<Scheme>)&&...);
}

}  // namespace detail

/// A `name` is a constant text. Without one a scheme has the name that its formats give it.
template <class Scheme>
concept name_text = !detail::declares_name<Scheme> || requires {
  typename std::bool_constant<std::string_view(Scheme::name).empty()>;
};

/// A letter, then letters, digits, '_', '-' and '.', 64 characters at most: nothing that JSON, a shell or a file name
/// would have to escape, and no ':', which stands between op and scheme in a row's name.
template <class Scheme>
concept name_characters = !detail::declares_name<Scheme> || detail::usable_name(Scheme::name);

/// No built-in scheme has this name. A recipe that says it would get the built-in one, with the built-in fit.
template <class Scheme>
concept own_name = detail::is_named_alone<Scheme>(static_cast<const builtin_schemes*>(nullptr));

// Policies. Each is looked up by its category, so that what has none, an unknown one or one that is taken would be
// ignored without a word.

namespace detail {

template <class Policy>
concept has_category = requires {
  typename Policy::category;
};

template <class Policy>
concept has_known_category = std::is_same_v<typename Policy::category, fit_category> ||
    std::is_same_v<typename Policy::category, kernels_category>;

template <class... Policies>
[[nodiscard]] consteval bool all_have_a_category(const type_list<Policies...>*) {
  return (has_category<Policies> && ...);
}
template <class... Policies>
[[nodiscard]] consteval bool all_are_known(const type_list<Policies...>*) {
  return (has_known_category<Policies> && ...);
}
template <class Category, class... Policies>
[[nodiscard]] consteval int policies_of_category(const type_list<Policies...>*) {
  return (int(std::is_same_v<typename Policies::category, Category>) + ... + 0);
}

template <class Scheme>
inline constexpr const policies_of<Scheme>* policies_pointer = nullptr;

}  // namespace detail

/// `policies` is a type (an object or a member named `policy` would be overlooked).
template <class Scheme>
concept policy_list = !requires {
  Scheme::policies;
}
&&!requires {
  typename Scheme::policy;
}
&&!requires {
  Scheme::policy;
};

template <class Scheme>
concept policy_category = detail::all_have_a_category(detail::policies_pointer<Scheme>);

template <class Scheme>
concept known_category = detail::all_are_known(detail::policies_pointer<Scheme>);

/// At most one policy of a category. A scheme's own `fit` counts as one.
template <class Scheme>
concept one_policy_per_category = detail::policies_of_category<fit_category>(detail::policies_pointer<Scheme>)
+ int(detail::declares_fit<Scheme>) <= 1 &&
    detail::policies_of_category<kernels_category>(detail::policies_pointer<Scheme>) <= 1;

template <class Scheme>
concept usable_policies =
    policy_list<Scheme> && policy_category<Scheme> && known_category<Scheme> && one_policy_per_category<Scheme>;

// Formats.

namespace detail {

[[nodiscard]] constexpr bool storable(const format_descriptor& f) {
  if (!f.is_integer()) return f.bits == 16 || f.bits == 32;
  return f.bits == 2 || f.bits == 4 || f.bits == 8 || f.bits == 16;
}

[[nodiscard]] constexpr bool usable_activation_bits(const format_descriptor& f) {
  return f.is_integer() ? f.bits == 8 || f.bits == 16 : f.bits == 32;
}

[[nodiscard]] constexpr bool usable_weight_bits(const format_descriptor& f) {
  return f.is_integer() ? f.bits == 2 || f.bits == 4 || f.bits == 8 : f.bits == 16;
}

[[nodiscard]] constexpr bool known_block(const granularity_descriptor& g) {
  return g.kind != granularity_kind::blockwise || g.block_elements == 32 || g.block_elements == 64 ||
         g.block_elements == 128 || g.block_elements == 256;
}

[[nodiscard]] constexpr bool usable_unsigned(const format_descriptor& f) {
  return f.kind != number_kind::unsigned_integer || (f.bits == 8 && !f.is_symmetric());
}

}  // namespace detail

/// Integers of 2, 4, 8 or 16 bits, floats of 16 or 32: what the file format stores.
template <class Scheme>
concept storable_bits =
    detail::storable(Scheme::activation::descriptor) && detail::storable(Scheme::weight::descriptor);

/// 8 or 16 bits where activations are integers, 32 where they are floats.
template <class Scheme>
concept activation_bits = detail::usable_activation_bits(Scheme::activation::descriptor);

/// 2, 4 or 8 bits where weights are integers, 16 where they are floats: 16-bit integers have no kernel, and float32 is
/// what a weight is before quantization.
template <class Scheme>
concept weight_bits = detail::usable_weight_bits(Scheme::weight::descriptor);

/// Integer weights are signed: no kernel reads unsigned ones.
template <class Scheme>
concept signed_weight = Scheme::weight::descriptor.kind != number_kind::unsigned_integer;

/// Unsigned activations have 8 bits and a zero point: the form of graph inputs and outputs.
template <class Scheme>
concept unsigned_activation = detail::usable_unsigned(Scheme::activation::descriptor);

/// Blocks of 32, 64, 128 or 256.
template <class Scheme>
concept known_block_size = detail::known_block(Scheme::weight::descriptor.granularity);

/// One scale per activation tensor: no kernel takes more.
template <class Scheme>
concept tensorwise_activation = Scheme::activation::descriptor.granularity.kind == granularity_kind::tensorwise;

/// 16-bit activations have zero point 0: the kernels leave the zero point out.
template <class Scheme>
concept symmetric_wide_activation =
    !Scheme::activation::descriptor.is_integer() || Scheme::activation::descriptor.bits != 16 ||
    Scheme::activation::descriptor.is_symmetric();

/// Blockwise scales come without zero points.
template <class Scheme>
concept symmetric_blocks = Scheme::weight::descriptor.granularity.kind != granularity_kind::blockwise ||
                           Scheme::weight::descriptor.is_symmetric();

/// Integer kernels multiply weights without subtracting a zero point.
template <class Scheme>
concept symmetric_integer_weight =
    Scheme::compute_precision != compute::integer || !Scheme::weight::descriptor.is_integer() ||
    Scheme::weight::descriptor.is_symmetric();

/// Static range: integer activations; the other modes: float activations.
template <class Scheme>
concept activation_fits_mode = (Scheme::execution_mode ==
                                execution::static_range) == Scheme::activation::descriptor.is_integer();

/// Weight only computes in floats, the other modes in integers.
template <class Scheme>
concept compute_fits_mode = (Scheme::execution_mode == execution::weight_only) ==
                            (Scheme::compute_precision == compute::floating);

/// Integer arithmetic needs integer weights.
template <class Scheme>
concept integer_weight = Scheme::compute_precision != compute::integer || Scheme::weight::descriptor.is_integer();

/// A scheme that the quantizer, the interpreter and a recipe can work with.
template <class Scheme>
concept quantization_scheme =
    scheme_members<Scheme> && name_text<Scheme> && name_characters<Scheme> && own_name<Scheme> &&
    usable_policies<Scheme> && storable_bits<Scheme> && activation_bits<Scheme> && weight_bits<Scheme> &&
    signed_weight<Scheme> && unsigned_activation<Scheme> && known_block_size<Scheme> && tensorwise_activation<Scheme> &&
    symmetric_wide_activation<Scheme> && symmetric_blocks<Scheme> && symmetric_integer_weight<Scheme> &&
    activation_fits_mode<Scheme> && compute_fits_mode<Scheme> && integer_weight<Scheme> && usable_fit<Scheme> &&
    constant_fit<Scheme> && positive_scale<Scheme> && zero_point_in_range<Scheme>;

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/op/concepts.hpp
namespace aeq::inline AEQ_ABI {

/// A type from the catalogue.
template <class Op>
concept operation_type = requires {
  { Op::descriptor } -> std::convertible_to<const op::operation_descriptor&>;
};

/// Not a scheme where the op is expected and an op where the scheme is: recipes and verify name the scheme first,
/// relations (supports) the op.
template <class Op, class Scheme>
concept argument_order = !(scheme_members<Op> && operation_type<Scheme>);

namespace detail {

/// Whether an op allows any configuration that agrees with a scheme in the aspects that are asked.
template <class Op, class Scheme>
[[nodiscard]] consteval bool some_configuration(bool mode, bool activation, bool weight_bits) {
  constexpr scheme_descriptor s = descriptor_of<Scheme>;
  for (std::size_t i = 0; i < op::configurations.size(); ++i) {
    if (!Op::descriptor.allowed.contains(static_cast<op::configuration_id>(i))) continue;
    const op::configuration& c = op::configurations[i];
    const bool weight_agrees =
        !Op::descriptor.has_weight() || (c.weight.bits == s.weight.bits && c.weight.kind == s.weight.kind);
    if (mode && c.execution_mode != s.execution_mode) continue;
    if (activation && !c.activation.contains(s.activation)) continue;
    if (weight_bits && !weight_agrees) continue;
    return true;
  }
  return false;
}

}  // namespace detail

/// Dynamic range and weight only need an op with a weight; EMBEDDING_LOOKUP has no static form.
template <class Op, class Scheme>
concept mode_of_operation = detail::some_configuration<Op, Scheme>(true, false, false);

/// The op has a kernel for activations of this format.
template <class Op, class Scheme>
concept activation_of_operation = detail::some_configuration<Op, Scheme>(true, true, false);

/// The op has a kernel for weights of this width.
template <class Op, class Scheme>
concept weight_bits_of_operation = detail::some_configuration<Op, Scheme>(true, true, true);

/// Everything else that the catalogue asks: symmetry and granularity of the weight.
template <class Op, class Scheme>
concept granularity_of_operation = op::allows(Op::descriptor, descriptor_of<Scheme>);

/// The catalogue allows the scheme on the op.
template <class Op, class Scheme>
concept supports = operation_type<Op> && quantization_scheme<Scheme> && granularity_of_operation<Op, Scheme>;

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/op/requirements.hpp
// Why an op does not take a scheme: one sentence per requirement of op/concepts.hpp (scheme/requirements.hpp says how).
// Freestanding.

// ---- aeq/scheme/requirements.hpp
// Why a type is no scheme: one sentence per requirement of scheme/concepts.hpp, and the functions that say them.
// Freestanding.
//
// broken::ID is a function that can't be called: its attribute makes every compiler that we know print one line with
// the template arguments (the scheme, the op, the numbers at stake) and the sentence. A static_assert prints its types
// in other lines, and a second error where its value is asserted once more. Doors that users touch call the checks
// before any constrained code, because a constraint that fails hides the sentence. A list macro could write this
// shorter, but compilers then bury the sentence in expansion notes.

// ---- aeq/scheme/accumulator.hpp
// The accumulator of a scheme's inner product, and how deep a product it can hold. Freestanding.
// 8-bit activations accumulate in 32 bits, 16-bit ones in 64, as LiteRT's kernels do (spec: kernels, section 2).

namespace aeq::inline AEQ_ABI {

/// Bits of an activation inside the kernel: dynamic range quantizes to 8 at run time.
[[nodiscard]] constexpr int computed_activation_bits(const scheme_descriptor& s) {
  return s.execution_mode == execution::dynamic_range ? 8 : s.activation.bits;
}

/// Bits of the accumulator, sign included; 0 where the arithmetic is floating.
[[nodiscard]] constexpr int accumulator_bits(const scheme_descriptor& s) {
  if (s.compute_precision == compute::floating) return 0;
  return computed_activation_bits(s) > 8 ? 64 : 32;
}

/// The largest magnitude of (activation - zero point) x weight. With a zero point the difference takes as many bits as
/// the activation has, without one less. Dynamic range counts as with one: kernels may choose it at run time.
[[nodiscard]] constexpr std::uint64_t largest_product(const scheme_descriptor& s) {
  const int bits = computed_activation_bits(s);
  const bool zero_point = s.execution_mode == execution::dynamic_range || !s.activation.is_symmetric();
  const std::uint64_t activation = zero_point ? (std::uint64_t(1) << bits) - 1 : std::uint64_t(1) << (bits - 1);
  return activation * static_cast<std::uint64_t>(-s.weight.lowest_quantized());
}

/// How many products a sum may have so that no accumulator overflows; no limit where the arithmetic is floating.
///
/// Static range adds an integer bias to the same accumulator. The products then get one half of its range, so that any
/// bias of magnitude below 2^(bits - 2) fits beside them: 2^30 for 8-bit activations. A larger bias is a property of
/// the model and not of the scheme. Dynamic range adds its bias in floats.
[[nodiscard]] constexpr std::uint64_t deepest_product(const scheme_descriptor& s) {
  const int bits = accumulator_bits(s);
  if (bits == 0) return std::numeric_limits<std::uint64_t>::max();
  const bool integer_bias = s.execution_mode == execution::static_range;
  const std::uint64_t room = integer_bias ? std::uint64_t(1) << (bits - 2) : (std::uint64_t(1) << (bits - 1)) - 1;
  return room / largest_product(s);
}

/// No sum of `Depth` products of the scheme can overflow, bias included (deepest_product says which).
template <class Scheme, std::uint64_t Depth>
concept accumulator_fits = Depth <= deepest_product(descriptor_of<Scheme>);

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/scheme/requirements.hpp
namespace aeq::inline AEQ_ABI {

/// A requirement's id, which is also the name of its concept, its function in `broken`, its test and its row in
/// docs/custom_policies.md, and its sentence.
struct requirement {
  std::string_view id;
  std::string_view sentence;
};

namespace broken {

#define AEQ_SCHEME_TYPE                                                                                        \
  "aeq: scheme_type: this is no scheme: it has none of the members activation, weight, compute_precision and " \
  "execution_mode; take an aeq::scheme<...> or a struct with these four"
template <class Scheme>
__attribute__((unavailable(AEQ_SCHEME_TYPE))) consteval bool scheme_type() {
  return false;
}

#define AEQ_ACTIVATION_FORMAT                                                                                     \
  "aeq: activation_format: the member activation is missing or is no number format with a constexpr descriptor; " \
  "write using activation = aeq::float32 or aeq::integer<8, aeq::asymmetric, aeq::tensorwise>"
template <class Scheme>
__attribute__((unavailable(AEQ_ACTIVATION_FORMAT))) consteval bool activation_format() {
  return false;
}

#define AEQ_WEIGHT_FORMAT                                                                                       \
  "aeq: weight_format: the member weight is missing or is no number format with a constexpr descriptor; write " \
  "using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise> or a like one"
template <class Scheme>
__attribute__((unavailable(AEQ_WEIGHT_FORMAT))) consteval bool weight_format() {
  return false;
}

#define AEQ_COMPUTE_MEMBER                                                                                        \
  "aeq: compute_member: the member compute_precision is missing or is no constant of aeq::compute; write static " \
  "constexpr auto compute_precision = aeq::compute::integer or floating"
template <class Scheme>
__attribute__((unavailable(AEQ_COMPUTE_MEMBER))) consteval bool compute_member() {
  return false;
}

#define AEQ_EXECUTION_MEMBER                                                                                       \
  "aeq: execution_member: the member execution_mode is missing or is no constant of aeq::execution; write static " \
  "constexpr auto execution_mode = aeq::execution::dynamic_range, weight_only or static_range"
template <class Scheme>
__attribute__((unavailable(AEQ_EXECUTION_MEMBER))) consteval bool execution_member() {
  return false;
}

#define AEQ_NAME_TEXT \
  "aeq: name_text: the name is no constant text; write static constexpr std::string_view name = \"my_scheme\""
template <class Scheme>
__attribute__((unavailable(AEQ_NAME_TEXT))) consteval bool name_text() {
  return false;
}

#define AEQ_NAME_CHARACTERS                                                                                     \
  "aeq: name_characters: the name is empty, longer than 64 characters, or has one that recipes and file names " \
  "cannot have; begin with a letter and take letters, digits, underscores, dashes and dots"
template <class Scheme>
__attribute__((unavailable(AEQ_NAME_CHARACTERS))) consteval bool name_characters() {
  return false;
}

#define AEQ_OWN_NAME                                                                                        \
  "aeq: own_name: a built-in scheme has this name, and recipes would get that one; write static constexpr " \
  "std::string_view name with another text (without a name a scheme is called after its formats)"
template <class Scheme>
__attribute__((unavailable(AEQ_OWN_NAME))) consteval bool own_name() {
  return false;
}

#define AEQ_POLICY_LIST                                                                                            \
  "aeq: policy_list: policies is an object, or is called policy, and would be overlooked; write using policies = " \
  "aeq::type_list<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_POLICY_LIST))) consteval bool policy_list() {
  return false;
}

#define AEQ_POLICY_CATEGORY                                                                                        \
  "aeq: policy_category: a type in policies has no category and would never be looked up; write using category = " \
  "aeq::fit_category or aeq::kernels_category in it, or take aeq::power_of_two_fit or aeq::kernels<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_POLICY_CATEGORY))) consteval bool policy_category() {
  return false;
}

#define AEQ_KNOWN_CATEGORY                                                                         \
  "aeq: known_category: a policy has a category that nothing looks up; take aeq::fit_category or " \
  "aeq::kernels_category"
template <class Scheme>
__attribute__((unavailable(AEQ_KNOWN_CATEGORY))) consteval bool known_category() {
  return false;
}

#define AEQ_ONE_POLICY_PER_CATEGORY                                                                                  \
  "aeq: one_policy_per_category: two policies are of one category, or a fit policy stands beside a member fit, and " \
  "one of them would be overlooked; keep one"
template <class Scheme>
__attribute__((unavailable(AEQ_ONE_POLICY_PER_CATEGORY))) consteval bool one_policy_per_category() {
  return false;
}

#define AEQ_STORABLE_BITS \
  "aeq: storable_bits: a format has bits that no file stores; integers take 2, 4, 8 or 16 bits, floats 16 or 32"
template <class Scheme, int ActivationBits, int WeightBits>
__attribute__((unavailable(AEQ_STORABLE_BITS))) consteval bool storable_bits() {
  return false;
}

#define AEQ_ACTIVATION_BITS \
  "aeq: activation_bits: no kernel has activations of this width; take integer<8, ...>, integer<16, ...> or float32"
template <class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_ACTIVATION_BITS))) consteval bool activation_bits() {
  return false;
}

#define AEQ_WEIGHT_BITS                                                                                            \
  "aeq: weight_bits: no kernel has weights of this width; take integer<2, ...>, integer<4, ...>, integer<8, ...> " \
  "or float16"
template <class Scheme, int WeightBits>
__attribute__((unavailable(AEQ_WEIGHT_BITS))) consteval bool weight_bits() {
  return false;
}

#define AEQ_SIGNED_WEIGHT \
  "aeq: signed_weight: no kernel has unsigned weights; take integer<...> in place of unsigned_integer<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_SIGNED_WEIGHT))) consteval bool signed_weight() {
  return false;
}

#define AEQ_UNSIGNED_ACTIVATION \
  "aeq: unsigned_activation: unsigned activations have 8 bits and a zero point; take aeq::au8, or a signed format"
template <class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_UNSIGNED_ACTIVATION))) consteval bool unsigned_activation() {
  return false;
}

#define AEQ_KNOWN_BLOCK_SIZE \
  "aeq: known_block_size: blocks of this size have no kernel; take blockwise<32>, <64>, <128> or <256>"
template <class Scheme, int BlockElements>
__attribute__((unavailable(AEQ_KNOWN_BLOCK_SIZE))) consteval bool known_block_size() {
  return false;
}

#define AEQ_TENSORWISE_ACTIVATION \
  "aeq: tensorwise_activation: activations have one scale per tensor; make the activation format tensorwise"
template <class Scheme>
__attribute__((unavailable(AEQ_TENSORWISE_ACTIVATION))) consteval bool tensorwise_activation() {
  return false;
}

#define AEQ_SYMMETRIC_WIDE_ACTIVATION \
  "aeq: symmetric_wide_activation: 16-bit activations have zero point 0; make the activation format symmetric"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_WIDE_ACTIVATION))) consteval bool symmetric_wide_activation() {
  return false;
}

#define AEQ_SYMMETRIC_BLOCKS \
  "aeq: symmetric_blocks: blockwise weights have no zero points; make the weight format symmetric"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_BLOCKS))) consteval bool symmetric_blocks() {
  return false;
}

#define AEQ_SYMMETRIC_INTEGER_WEIGHT                                                                                 \
  "aeq: symmetric_integer_weight: integer kernels do not subtract a weight's zero point; make the weight symmetric " \
  "or compute in floats"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_INTEGER_WEIGHT))) consteval bool symmetric_integer_weight() {
  return false;
}

#define AEQ_ACTIVATION_FITS_MODE                                                                                   \
  "aeq: activation_fits_mode: execution::static_range needs integer activations, the other modes float32; change " \
  "the mode or the activation format"
template <class Scheme>
__attribute__((unavailable(AEQ_ACTIVATION_FITS_MODE))) consteval bool activation_fits_mode() {
  return false;
}

#define AEQ_COMPUTE_FITS_MODE                                                                         \
  "aeq: compute_fits_mode: execution::weight_only computes in compute::floating, the other modes in " \
  "compute::integer; change one of the two"
template <class Scheme>
__attribute__((unavailable(AEQ_COMPUTE_FITS_MODE))) consteval bool compute_fits_mode() {
  return false;
}

#define AEQ_INTEGER_WEIGHT                                                                                          \
  "aeq: integer_weight: compute::integer needs integer weights; take integer<...>, or execution::weight_only with " \
  "compute::floating"
template <class Scheme>
__attribute__((unavailable(AEQ_INTEGER_WEIGHT))) consteval bool integer_weight() {
  return false;
}

#define AEQ_USABLE_FIT                                                                                   \
  "aeq: usable_fit: fit cannot be called with a range<T> and a format_descriptor, or does not return a " \
  "scale_zero_point<T>, for both float and double; write it as a static template over T, as aeq::min_max_fit does"
template <class Scheme>
__attribute__((unavailable(AEQ_USABLE_FIT))) consteval bool usable_fit() {
  return false;
}

#define AEQ_CONSTANT_FIT                                                                                             \
  "aeq: constant_fit: fit cannot be evaluated at compile time, or does not end, for a range such as {-1, 1} or {0, " \
  "0}; declare it constexpr and take the functions of core/constexpr_math.hpp"
template <class Scheme>
__attribute__((unavailable(AEQ_CONSTANT_FIT))) consteval bool constant_fit() {
  return false;
}

#define AEQ_POSITIVE_SCALE                                                                                           \
  "aeq: positive_scale: fit gives a scale that is 0, negative or not finite for a range such as {-1, 1} or {0, 0}; " \
  "give at least aeq::smallest_range over the number of steps"
template <class Scheme>
__attribute__((unavailable(AEQ_POSITIVE_SCALE))) consteval bool positive_scale() {
  return false;
}

#define AEQ_ZERO_POINT_IN_RANGE                                                                                \
  "aeq: zero_point_in_range: fit gives a zero point outside the format, or one that is not 0 for a symmetric " \
  "format; clamp it to format.lowest() and format.highest(), and give 0 where format.is_symmetric()"
template <class Scheme>
__attribute__((unavailable(AEQ_ZERO_POINT_IN_RANGE))) consteval bool zero_point_in_range() {
  return false;
}

#define AEQ_ACCUMULATOR_FITS                                                                                \
  "aeq: accumulator_fits: a sum of Depth products can overflow the accumulator; take at most DeepestDepth " \
  "products, or narrower formats"
template <class Scheme, std::uint64_t Depth, std::uint64_t DeepestDepth>
__attribute__((unavailable(AEQ_ACCUMULATOR_FITS))) consteval bool accumulator_fits() {
  return false;
}

}  // namespace broken

/// The requirements on a scheme, in the order of checking.
inline constexpr std::array scheme_requirements{requirement{"scheme_type", AEQ_SCHEME_TYPE},
                                                requirement{"activation_format", AEQ_ACTIVATION_FORMAT},
                                                requirement{"weight_format", AEQ_WEIGHT_FORMAT},
                                                requirement{"compute_member", AEQ_COMPUTE_MEMBER},
                                                requirement{"execution_member", AEQ_EXECUTION_MEMBER},
                                                requirement{"name_text", AEQ_NAME_TEXT},
                                                requirement{"name_characters", AEQ_NAME_CHARACTERS},
                                                requirement{"own_name", AEQ_OWN_NAME},
                                                requirement{"policy_list", AEQ_POLICY_LIST},
                                                requirement{"policy_category", AEQ_POLICY_CATEGORY},
                                                requirement{"known_category", AEQ_KNOWN_CATEGORY},
                                                requirement{"one_policy_per_category", AEQ_ONE_POLICY_PER_CATEGORY},
                                                requirement{"storable_bits", AEQ_STORABLE_BITS},
                                                requirement{"activation_bits", AEQ_ACTIVATION_BITS},
                                                requirement{"weight_bits", AEQ_WEIGHT_BITS},
                                                requirement{"signed_weight", AEQ_SIGNED_WEIGHT},
                                                requirement{"unsigned_activation", AEQ_UNSIGNED_ACTIVATION},
                                                requirement{"known_block_size", AEQ_KNOWN_BLOCK_SIZE},
                                                requirement{"tensorwise_activation", AEQ_TENSORWISE_ACTIVATION},
                                                requirement{"symmetric_wide_activation", AEQ_SYMMETRIC_WIDE_ACTIVATION},
                                                requirement{"symmetric_blocks", AEQ_SYMMETRIC_BLOCKS},
                                                requirement{"symmetric_integer_weight", AEQ_SYMMETRIC_INTEGER_WEIGHT},
                                                requirement{"activation_fits_mode", AEQ_ACTIVATION_FITS_MODE},
                                                requirement{"compute_fits_mode", AEQ_COMPUTE_FITS_MODE},
                                                requirement{"integer_weight", AEQ_INTEGER_WEIGHT},
                                                requirement{"usable_fit", AEQ_USABLE_FIT},
                                                requirement{"constant_fit", AEQ_CONSTANT_FIT},
                                                requirement{"positive_scale", AEQ_POSITIVE_SCALE},
                                                requirement{"zero_point_in_range", AEQ_ZERO_POINT_IN_RANGE},
                                                requirement{"accumulator_fits", AEQ_ACCUMULATOR_FITS}};

#undef AEQ_SCHEME_TYPE
#undef AEQ_ACTIVATION_FORMAT
#undef AEQ_WEIGHT_FORMAT
#undef AEQ_COMPUTE_MEMBER
#undef AEQ_EXECUTION_MEMBER
#undef AEQ_NAME_TEXT
#undef AEQ_NAME_CHARACTERS
#undef AEQ_OWN_NAME
#undef AEQ_POLICY_LIST
#undef AEQ_POLICY_CATEGORY
#undef AEQ_KNOWN_CATEGORY
#undef AEQ_ONE_POLICY_PER_CATEGORY
#undef AEQ_STORABLE_BITS
#undef AEQ_ACTIVATION_BITS
#undef AEQ_WEIGHT_BITS
#undef AEQ_SIGNED_WEIGHT
#undef AEQ_UNSIGNED_ACTIVATION
#undef AEQ_KNOWN_BLOCK_SIZE
#undef AEQ_TENSORWISE_ACTIVATION
#undef AEQ_SYMMETRIC_WIDE_ACTIVATION
#undef AEQ_SYMMETRIC_BLOCKS
#undef AEQ_SYMMETRIC_INTEGER_WEIGHT
#undef AEQ_ACTIVATION_FITS_MODE
#undef AEQ_COMPUTE_FITS_MODE
#undef AEQ_INTEGER_WEIGHT
#undef AEQ_USABLE_FIT
#undef AEQ_CONSTANT_FIT
#undef AEQ_POSITIVE_SCALE
#undef AEQ_ZERO_POINT_IN_RANGE
#undef AEQ_ACCUMULATOR_FITS

namespace detail {

/// All of them, each asked: && would leave the errors behind the first to the compiler's mood.
template <class... Bools>
consteval bool all_true(Bools... each) {
  return (each && ...);
}

template <class Scheme>
consteval bool verify_members() {
  bool all = true;
  if constexpr (!activation_format<Scheme>) all = broken::activation_format<Scheme>();
  if constexpr (!weight_format<Scheme>) all = broken::weight_format<Scheme>();
  if constexpr (!compute_member<Scheme>) all = broken::compute_member<Scheme>();
  if constexpr (!execution_member<Scheme>) all = broken::execution_member<Scheme>();
  return all;
}

template <class Scheme>
consteval bool verify_name() {
  if constexpr (!name_text<Scheme>) {
    return broken::name_text<Scheme>();
  } else if constexpr (!name_characters<Scheme>) {
    return broken::name_characters<Scheme>();
  } else if constexpr (scheme_members<Scheme>) {
    if constexpr (!own_name<Scheme>) return broken::own_name<Scheme>();
  }
  return true;
}

template <class Scheme>
consteval bool verify_policies() {
  if constexpr (!policy_list<Scheme>) {
    return broken::policy_list<Scheme>();
  } else if constexpr (!policy_category<Scheme>) {
    return broken::policy_category<Scheme>();
  } else if constexpr (!known_category<Scheme>) {
    return broken::known_category<Scheme>();
  } else if constexpr (!one_policy_per_category<Scheme>) {
    return broken::one_policy_per_category<Scheme>();
  }
  return true;
}

/// Each of the two formats by itself. A width that no file stores is not also one that no kernel has.
template <class Scheme>
consteval bool verify_formats() {
  constexpr int activation = Scheme::activation::descriptor.bits;
  constexpr int weight = Scheme::weight::descriptor.bits;
  constexpr int block = Scheme::weight::descriptor.granularity.block_elements;
  bool all = true;
  if constexpr (!storable_bits<Scheme>) {
    all = broken::storable_bits<Scheme, activation, weight>();
  } else {
    if constexpr (!activation_bits<Scheme>) all = broken::activation_bits<Scheme, activation>();
    if constexpr (!weight_bits<Scheme>) all = broken::weight_bits<Scheme, weight>();
  }
  if constexpr (!signed_weight<Scheme>) all = broken::signed_weight<Scheme>();
  if constexpr (!unsigned_activation<Scheme>) all = broken::unsigned_activation<Scheme, activation>();
  if constexpr (!known_block_size<Scheme>) all = broken::known_block_size<Scheme, block>();
  if constexpr (!tensorwise_activation<Scheme>) all = broken::tensorwise_activation<Scheme>();
  if constexpr (!symmetric_wide_activation<Scheme>) all = broken::symmetric_wide_activation<Scheme>();
  if constexpr (!symmetric_blocks<Scheme>) all = broken::symmetric_blocks<Scheme>();
  return all;
}

/// The four axes together.
template <class Scheme>
consteval bool verify_combination() {
  bool all = true;
  if constexpr (!symmetric_integer_weight<Scheme>) all = broken::symmetric_integer_weight<Scheme>();
  if constexpr (!activation_fits_mode<Scheme>) all = broken::activation_fits_mode<Scheme>();
  if constexpr (!compute_fits_mode<Scheme>) all = broken::compute_fits_mode<Scheme>();
  if constexpr (!integer_weight<Scheme>) all = broken::integer_weight<Scheme>();
  return all;
}

template <class Scheme>
consteval bool verify_fit() {
  bool all = true;
  if constexpr (!usable_fit<Scheme>) {
    all = broken::usable_fit<Scheme>();
  } else if constexpr (storable_bits<Scheme>) {
    if constexpr (!constant_fit<Scheme>) {
      all = broken::constant_fit<Scheme>();
    } else {
      if constexpr (!positive_scale<Scheme>) all = broken::positive_scale<Scheme>();
      if constexpr (!zero_point_in_range<Scheme>) all = broken::zero_point_in_range<Scheme>();
    }
  }
  return all;
}

}  // namespace detail

/// Whether `Scheme` is a scheme. Where it is not, it fails to compile, with one error per requirement that is broken.
template <class Scheme>
consteval bool verify_scheme() {
  if constexpr (!scheme_type<Scheme>) {
    return broken::scheme_type<Scheme>();
  } else {
    bool all = detail::verify_members<Scheme>();
    all &= detail::verify_name<Scheme>();
    all &= detail::verify_policies<Scheme>();
    if constexpr (scheme_members<Scheme>) {
      all &= detail::verify_formats<Scheme>();
      all &= detail::verify_combination<Scheme>();
      if constexpr (usable_policies<Scheme>) all &= detail::verify_fit<Scheme>();
    }
    return all;
  }
}

/// Asks whether a sum of `Depth` products of the scheme fits its accumulator; compiles only where no sum can overflow.
template <class Scheme, std::uint64_t Depth>
consteval bool verify_accumulator() {
  if constexpr (!quantization_scheme<Scheme>) {
    verify_scheme<Scheme>();
  } else if constexpr (!accumulator_fits<Scheme, Depth>) {
    broken::accumulator_fits<Scheme, Depth, deepest_product(descriptor_of<Scheme>)>();
  }
  return true;  // A false would add nothing but an error without a sentence.
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/op/requirements.hpp
namespace aeq::inline AEQ_ABI {

namespace broken {

#define AEQ_ARGUMENT_ORDER                                                                                           \
  "aeq: argument_order: a scheme stands where an op is expected, and an op where a scheme is; write verify<Scheme, " \
  "Op>, add<Scheme, Op> and supports<Op, Scheme>"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_ARGUMENT_ORDER))) consteval bool argument_order() {
  return false;
}

#define AEQ_OPERATION_TYPE \
  "aeq: operation_type: this is no op of the catalogue; take one of aeq::op, such as aeq::op::conv_2d"
template <class Op>
__attribute__((unavailable(AEQ_OPERATION_TYPE))) consteval bool operation_type() {
  return false;
}

#define AEQ_MODE_OF_OPERATION                                                                                          \
  "aeq: mode_of_operation: the op has no form for this execution mode; dynamic_range and weight_only need an op with " \
  "a weight, EMBEDDING_LOOKUP has no static_range"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_MODE_OF_OPERATION))) consteval bool mode_of_operation() {
  return false;
}

#define AEQ_ACTIVATION_OF_OPERATION                                                                               \
  "aeq: activation_of_operation: no kernel of the op takes activations of this format; docs/operations.md lists " \
  "those that it takes"
template <class Op, class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_ACTIVATION_OF_OPERATION))) consteval bool activation_of_operation() {
  return false;
}

#define AEQ_WEIGHT_BITS_OF_OPERATION                                                                                 \
  "aeq: weight_bits_of_operation: no kernel of the op takes weights of this width in this mode; docs/operations.md " \
  "lists those that it takes"
template <class Op, class Scheme, int WeightBits>
__attribute__((unavailable(AEQ_WEIGHT_BITS_OF_OPERATION))) consteval bool weight_bits_of_operation() {
  return false;
}

#define AEQ_GRANULARITY_OF_OPERATION                                                                           \
  "aeq: granularity_of_operation: no kernel of the op takes this granularity or symmetry of the weight; take " \
  "channelwise or tensorwise, symmetric"
template <class Op, class Scheme>
__attribute__((unavailable(AEQ_GRANULARITY_OF_OPERATION))) consteval bool granularity_of_operation() {
  return false;
}

}  // namespace broken

/// The requirements on a pair of op and scheme, in the order of checking.
inline constexpr std::array operation_requirements{
    requirement{"argument_order", AEQ_ARGUMENT_ORDER},
    requirement{"operation_type", AEQ_OPERATION_TYPE},
    requirement{"mode_of_operation", AEQ_MODE_OF_OPERATION},
    requirement{"activation_of_operation", AEQ_ACTIVATION_OF_OPERATION},
    requirement{"weight_bits_of_operation", AEQ_WEIGHT_BITS_OF_OPERATION},
    requirement{"granularity_of_operation", AEQ_GRANULARITY_OF_OPERATION}};

#undef AEQ_ARGUMENT_ORDER
#undef AEQ_OPERATION_TYPE
#undef AEQ_MODE_OF_OPERATION
#undef AEQ_ACTIVATION_OF_OPERATION
#undef AEQ_WEIGHT_BITS_OF_OPERATION
#undef AEQ_GRANULARITY_OF_OPERATION

/// Whether an op takes a scheme. Where it does not, it fails to compile with the first requirement that the pair
/// breaks: the later ones stand behind the earlier, so that one mistake is one error.
template <class Op, class Scheme>
consteval bool verify_operation() {
  if constexpr (!argument_order<Op, Scheme>) {
    return broken::argument_order<Op, Scheme>();
  } else if constexpr (!operation_type<Op>) {
    return broken::operation_type<Op>();
  } else if constexpr (!quantization_scheme<Scheme>) {
    return verify_scheme<Scheme>();
  } else if constexpr (!mode_of_operation<Op, Scheme>) {
    return broken::mode_of_operation<Op, Scheme>();
  } else if constexpr (!activation_of_operation<Op, Scheme>) {
    return broken::activation_of_operation<Op, Scheme, Scheme::activation::descriptor.bits>();
  } else if constexpr (!weight_bits_of_operation<Op, Scheme>) {
    return broken::weight_bits_of_operation<Op, Scheme, Scheme::weight::descriptor.bits>();
  } else if constexpr (!granularity_of_operation<Op, Scheme>) {
    return broken::granularity_of_operation<Op, Scheme>();
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/handler.hpp
// Op handlers: what a pair of op and scheme has of its own, which is a fit and, where there is one, a kernel.
// Freestanding.
//
// A handler is thin: everything that a scheme_descriptor or the catalogue can say at run time stays out of it, and what
// it has is data, so that the table instantiates something per scheme and per kernel, and nothing per pair.

// ---- aeq/table/concepts.hpp
// What a scheme must be to have rows in the kernel table, and what its own kernels must be: one named concept per
// requirement. Freestanding. The sentences are in table/requirements.hpp.

namespace aeq::inline AEQ_ABI {

/// The policy by which a scheme brings kernels of its own, one per op:
///
///     struct my_fully_connected {
///       using operation = aeq::op::fully_connected;
///       static std::size_t workspace_bytes(const aeq::kernel_arguments&) noexcept;  // may be left out: 0
///       static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte> workspace) noexcept;
///       static void evaluate(const aeq::kernel_arguments&, std::span<std::byte> workspace) noexcept;
///     };
///     using policies = aeq::type_list<aeq::kernels<my_fully_connected>>;
template <class... Kernels>
struct kernels {
  using category = kernels_category;
  using list = type_list<Kernels...>;
};

template <class Scheme>
using kernel_policy_of = policy_of<Scheme, kernels_category, kernels<>>;

/// Kernels of ours for a scheme, for the ops that it brings none for. There is none yet.
template <class Scheme>
using builtin_kernels = kernels<>;

/// A policy of kernels_category says which kernels.
template <class Scheme>
concept kernel_list = requires {
  requires detail::is_list<typename kernel_policy_of<Scheme>::list>;
};

template <class Scheme>
using kernel_list_of = flat_list<typename kernel_policy_of<Scheme>::list>;

// One kernel.

/// It says which op it is for: one that runs, which the two that stand for a graph's edges do not.
template <class Kernel>
concept kernel_operation = requires {
  requires operation_type<typename Kernel::operation>;
  requires !Kernel::operation::descriptor.is_virtual();
};

namespace detail {

/// Any member workspace_bytes, of the right form or not: a wrong one must not pass for none.
template <class Kernel>
concept declares_workspace = requires {
  Kernel::workspace_bytes;
}
|| requires {
  &Kernel::workspace_bytes;
};

}  // namespace detail

/// workspace_bytes may be missing, but not be something else. A static_cast picks one of several overloads, and refuses
/// a function that is not noexcept: nobody would catch what it throws.
template <class Kernel>
concept kernel_workspace = !detail::declares_workspace<Kernel> || requires {
  static_cast<workspace_function>(&Kernel::workspace_bytes);
};

template <class Kernel>
concept kernel_setup = requires {
  static_cast<setup_function>(&Kernel::setup);
};

template <class Kernel>
concept kernel_evaluate = requires {
  static_cast<evaluate_function>(&Kernel::evaluate);
};

/// The op takes the scheme; otherwise there is no row that the kernel could stand in.
template <class Kernel, class Scheme>
concept kernel_of_supported_operation = supports<typename Kernel::operation, Scheme>;

// All of them.

namespace detail {

template <class Kernel, class Scheme>
concept usable_kernel = kernel_operation<Kernel> && kernel_workspace<Kernel> && kernel_setup<Kernel> &&
    kernel_evaluate<Kernel> && kernel_of_supported_operation<Kernel, Scheme>;

template <class Scheme, class... Kernels>
[[nodiscard]] consteval bool all_are_usable(const type_list<Kernels...>*) {
  return (usable_kernel<Kernels, Scheme> && ...);
}

template <class... Kernels>
[[nodiscard]] consteval bool no_operation_twice(const type_list<Kernels...>*) {
  const op::code operations[] = {Kernels::operation::builtin..., op::code::graph_input};
  for (std::size_t i = 0; i < sizeof...(Kernels); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (operations[i] == operations[j]) return false;
    }
  }
  return true;
}

template <class Scheme>
inline constexpr const kernel_list_of<Scheme>* kernels_pointer = nullptr;

}  // namespace detail

/// A second kernel for an op would never run.
template <class Scheme>
concept one_kernel_per_operation = detail::no_operation_twice(detail::kernels_pointer<Scheme>);

template <class Scheme>
concept usable_kernels = kernel_list<Scheme> &&
    detail::all_are_usable<Scheme>(detail::kernels_pointer<Scheme>) && one_kernel_per_operation<Scheme>;

// The scheme in a table.

namespace detail {

[[nodiscard]] consteval bool some_operation_allows(const scheme_descriptor& s) {
  const op::matching_configurations matching = op::configurations_of(s);
  for (const op::operation_descriptor& operation : op::catalogue) {
    if (op::allows(operation, matching)) return true;
  }
  return false;
}

}  // namespace detail

/// Some op takes the scheme. One that none takes would quantize nothing, without a word.
template <class Scheme>
concept some_operation = detail::some_operation_allows(descriptor_of<Scheme>);

/// Rows, recipes and listings know schemes by name. The same type twice is harmless.
template <class... Schemes>
concept distinct_names = (detail::is_named_alone<Schemes>(static_cast<const type_list<Schemes...>*>(nullptr)) && ...);

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/handler.hpp
namespace aeq::inline AEQ_ABI {

using fit_float = scale_zero_point<float> (*)(range<float>, const format_descriptor&);
using fit_double = scale_zero_point<double> (*)(range<double>, const format_descriptor&);

/// From ranges to parameters, for statistics in float and in double.
struct fit_functions {
  fit_float narrow = nullptr;
  fit_double wide = nullptr;
};

/// The instantiation behind all schemes with one fit.
template <range_fit Fit>
struct shared_handler {
  static constexpr fit_functions fits{&Fit::template fit<float>, &Fit::template fit<double>};
};

/// A kernel, and the op that it is for.
struct kernel_entry {
  op::code operation = op::code::add;
  kernel_functions functions{};
};

namespace detail {

template <class List>
struct kernel_entries;
template <class... Kernels>
struct kernel_entries<type_list<Kernels...>> {
  static constexpr std::array<kernel_entry, sizeof...(Kernels)> value{
      kernel_entry{Kernels::operation::builtin, functions_of<Kernels>()}...};
};

}  // namespace detail

/// The kernels of a scheme as data: its own first, then ours. The first one for an op is the op's.
template <class Scheme>
inline constexpr auto kernels_of =
    detail::kernel_entries<flat_list<kernel_list_of<Scheme>, typename builtin_kernels<Scheme>::list>>::value;

namespace detail {

[[nodiscard]] constexpr kernel_functions kernel_for(op::code operation, std::span<const kernel_entry> of_scheme) {
  for (const kernel_entry& entry : of_scheme) {
    if (entry.operation == operation) return entry.functions;
  }
  return {};
}

}  // namespace detail

/// The handler of an op under a scheme, for who knows both at compile time. The table has the same in its rows.
template <operation_type Op, quantization_scheme Scheme>
requires supports<Op, Scheme> && usable_kernels<Scheme>
struct op_handler : shared_handler<fit_of<Scheme>> {
  /// All null where there is none.
  static constexpr kernel_functions kernel = detail::kernel_for(Op::builtin, kernels_of<Scheme>);
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/kernel_table.hpp
// The kernel table: every (op, scheme) that the catalogue allows, sorted by key, in constant memory. Freestanding.

// ---- aeq/table/descriptor.hpp
// A row of the kernel table, and its one derived name. Freestanding.

// ---- aeq/table/key.hpp
// The key of a row of the kernel table: op and scheme. Freestanding.

#include <compare>

namespace aeq::inline AEQ_ABI {

struct table_key {
  op::code operation = op::code::add;
  std::uint16_t scheme = 0;  ///< position in the table's list of schemes
  friend constexpr auto operator<=>(const table_key&, const table_key&) = default;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/descriptor.hpp
namespace aeq::inline AEQ_ABI {

struct table_row {
  table_key key{};
  const op::operation_descriptor* operation = nullptr;
  const scheme_descriptor* scheme = nullptr;
  fit_functions fits{};
  kernel_functions kernel{};  ///< all null where there is none
};

/// "conv_2d:static_wi8_ai8": in listings, errors, logs, test titles and docs.
[[nodiscard]] constexpr short_text<112> name_of(const op::operation_descriptor& operation,
                                                const scheme_descriptor& scheme) {
  short_text<112> text;
  for (const char c : operation.name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    text.append({&lower, 1});
  }
  return text.append(":").append(scheme.name);
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/requirements.hpp
// Why a scheme has no place in a table, or a kernel none in a row: one sentence per requirement of table/concepts.hpp
// (scheme/requirements.hpp says how). And `verify`, which asks everything of a policy that can be asked. Freestanding.

namespace aeq::inline AEQ_ABI {

namespace broken {

#define AEQ_SOME_OPERATION                                                                                   \
  "aeq: some_operation: no op of the catalogue takes this combination of formats, so that nothing would be " \
  "quantized; take one that docs/operations.md lists"
template <class Scheme>
__attribute__((unavailable(AEQ_SOME_OPERATION))) consteval bool some_operation() {
  return false;
}

#define AEQ_DISTINCT_NAMES "aeq: distinct_names: two schemes of the table have one name; give each its own"
template <class... Schemes>
__attribute__((unavailable(AEQ_DISTINCT_NAMES))) consteval bool distinct_names() {
  return false;
}

#define AEQ_KERNEL_LIST \
  "aeq: kernel_list: a policy of aeq::kernels_category has no list of kernels; take aeq::kernels<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_KERNEL_LIST))) consteval bool kernel_list() {
  return false;
}

#define AEQ_KERNEL_OPERATION                                                                  \
  "aeq: kernel_operation: a kernel does not say which op it is for; write using operation = " \
  "aeq::op::fully_connected, or another op that runs"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_OPERATION))) consteval bool kernel_operation() {
  return false;
}

#define AEQ_KERNEL_WORKSPACE                                                                       \
  "aeq: kernel_workspace: workspace_bytes of a kernel has another form; write static std::size_t " \
  "workspace_bytes(const aeq::kernel_arguments&) noexcept, or leave it out"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_WORKSPACE))) consteval bool kernel_workspace() {
  return false;
}

#define AEQ_KERNEL_SETUP                                                                                       \
  "aeq: kernel_setup: setup of a kernel is missing or has another form; write static aeq::status setup(const " \
  "aeq::kernel_arguments&, std::span<std::byte>) noexcept"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_SETUP))) consteval bool kernel_setup() {
  return false;
}

#define AEQ_KERNEL_EVALUATE                                                                                      \
  "aeq: kernel_evaluate: evaluate of a kernel is missing or has another form; write static void evaluate(const " \
  "aeq::kernel_arguments&, std::span<std::byte>) noexcept"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_EVALUATE))) consteval bool kernel_evaluate() {
  return false;
}

#define AEQ_KERNEL_OF_SUPPORTED_OPERATION                                                                         \
  "aeq: kernel_of_supported_operation: the kernel's op does not take the scheme, so that the kernel would never " \
  "run; take a scheme that docs/operations.md lists for the op, or leave the kernel out"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_OF_SUPPORTED_OPERATION))) consteval bool kernel_of_supported_operation() {
  return false;
}

#define AEQ_ONE_KERNEL_PER_OPERATION \
  "aeq: one_kernel_per_operation: two kernels of the scheme are for one op, and one would never run; keep one"
template <class Scheme>
__attribute__((unavailable(AEQ_ONE_KERNEL_PER_OPERATION))) consteval bool one_kernel_per_operation() {
  return false;
}

}  // namespace broken

/// The requirements on schemes in a table and on their kernels, in the order of checking.
inline constexpr std::array table_requirements{
    requirement{"some_operation", AEQ_SOME_OPERATION},
    requirement{"distinct_names", AEQ_DISTINCT_NAMES},
    requirement{"kernel_list", AEQ_KERNEL_LIST},
    requirement{"kernel_operation", AEQ_KERNEL_OPERATION},
    requirement{"kernel_workspace", AEQ_KERNEL_WORKSPACE},
    requirement{"kernel_setup", AEQ_KERNEL_SETUP},
    requirement{"kernel_evaluate", AEQ_KERNEL_EVALUATE},
    requirement{"kernel_of_supported_operation", AEQ_KERNEL_OF_SUPPORTED_OPERATION},
    requirement{"one_kernel_per_operation", AEQ_ONE_KERNEL_PER_OPERATION}};

#undef AEQ_SOME_OPERATION
#undef AEQ_DISTINCT_NAMES
#undef AEQ_KERNEL_LIST
#undef AEQ_KERNEL_OPERATION
#undef AEQ_KERNEL_WORKSPACE
#undef AEQ_KERNEL_SETUP
#undef AEQ_KERNEL_EVALUATE
#undef AEQ_KERNEL_OF_SUPPORTED_OPERATION
#undef AEQ_ONE_KERNEL_PER_OPERATION

namespace detail {

template <class Scheme, class Kernel>
consteval bool verify_kernel() {
  bool all = true;
  if constexpr (!kernel_operation<Kernel>) {
    all = broken::kernel_operation<Kernel, Scheme>();
  } else if constexpr (!kernel_of_supported_operation<Kernel, Scheme>) {
    all = broken::kernel_of_supported_operation<Kernel, Scheme>();
  }
  if constexpr (!kernel_workspace<Kernel>) all = broken::kernel_workspace<Kernel, Scheme>();
  if constexpr (!kernel_setup<Kernel>) all = broken::kernel_setup<Kernel, Scheme>();
  if constexpr (!kernel_evaluate<Kernel>) all = broken::kernel_evaluate<Kernel, Scheme>();
  return all;
}

template <class Scheme, class... Kernels>
consteval bool verify_kernels(const type_list<Kernels...>*) {
  const bool all = all_true(verify_kernel<Scheme, Kernels>()...);
  if constexpr ((kernel_operation<Kernels> && ...)) {
    if constexpr (!one_kernel_per_operation<Scheme>) return broken::one_kernel_per_operation<Scheme>();
  }
  return all;
}

/// All that a table asks of a scheme by itself.
template <class Scheme>
consteval bool verify_policy() {
  if constexpr (!quantization_scheme<Scheme>) {
    return verify_scheme<Scheme>();
  } else {
    bool all = true;
    if constexpr (!some_operation<Scheme>) all = broken::some_operation<Scheme>();
    if constexpr (!kernel_list<Scheme>) {
      all = broken::kernel_list<Scheme>();
    } else if constexpr (some_operation<Scheme>) {
      all &= verify_kernels<Scheme>(kernels_pointer<Scheme>);
    }
    return all;
  }
}

}  // namespace detail

/// Asks everything of a policy: `static_assert(aeq::verify<my_scheme>());` behind the struct's closing brace. Compiles
/// where all is well; else the compiler prints one error per broken requirement, all of them at once. With ops also
/// whether each takes the scheme: `aeq::verify<my_scheme, aeq::op::conv_2d, aeq::op::fully_connected>()`.
template <class Scheme, class... Ops>
consteval bool verify() {
  if constexpr ((!argument_order<Ops, Scheme> || ...)) {
    static_cast<void>(detail::all_true(verify_operation<Ops, Scheme>()...));
  } else if constexpr (detail::verify_policy<Scheme>()) {
    static_cast<void>(detail::all_true(verify_operation<Ops, Scheme>()...));
  }
  return true;  // A false would add nothing but an error without a sentence.
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/kernel_table.hpp
namespace aeq::inline AEQ_ABI {

/// A kernel table without its type: what the quantizer works with.
class kernel_table_view {
 public:
  constexpr kernel_table_view(std::span<const table_row> rows, std::span<const scheme_descriptor> schemes)
      : rows_(rows), schemes_(schemes) {}

  [[nodiscard]] constexpr std::span<const table_row> rows() const { return rows_; }
  [[nodiscard]] constexpr std::span<const scheme_descriptor> schemes() const { return schemes_; }

  /// The row of a key, null if the op does not take the scheme.
  [[nodiscard]] constexpr const table_row* find(table_key key) const {
    std::size_t low = 0;
    std::size_t high = rows_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (rows_[middle].key < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < rows_.size() && rows_[low].key == key ? &rows_[low] : nullptr;
  }

  /// The row of an op under the scheme with a name; null if there is none.
  [[nodiscard]] constexpr const table_row* find(op::code operation, std::string_view scheme) const {
    for (std::size_t i = 0; i < schemes_.size(); ++i) {
      if (schemes_[i].name == scheme) return find({operation, static_cast<std::uint16_t>(i)});
    }
    return nullptr;
  }

  /// The row of an op under the first scheme with the same formats, compute and mode. Custom schemes are found by name
  /// only: they come after the built-in ones, whose arithmetic they may share.
  [[nodiscard]] constexpr const table_row* find(op::code operation, const scheme_descriptor& like) const {
    for (std::size_t i = 0; i < schemes_.size(); ++i) {
      if (schemes_[i].same_arithmetic(like)) return find({operation, static_cast<std::uint16_t>(i)});
    }
    return nullptr;
  }

 private:
  std::span<const table_row> rows_;
  std::span<const scheme_descriptor> schemes_;
};

namespace detail {

template <class List>
struct table_storage;

template <class... Schemes>
struct table_storage<type_list<Schemes...>> {
  static constexpr std::size_t scheme_count = sizeof...(Schemes);
  static constexpr std::array<scheme_descriptor, scheme_count> schemes{descriptor_of<Schemes>...};
  static constexpr std::array<fit_functions, scheme_count> fits{shared_handler<fit_of<Schemes>>::fits...};
  static constexpr std::array<std::span<const kernel_entry>, scheme_count> kernels{
      std::span<const kernel_entry>(kernels_of<Schemes>)...};
  static constexpr std::array<op::matching_configurations, scheme_count> matching{
      op::configurations_of(descriptor_of<Schemes>)...};

  static constexpr std::size_t row_count = [] {
    std::size_t count = 0;
    for (const op::operation_descriptor& operation : op::catalogue) {
      for (const op::matching_configurations& of_scheme : matching) count += op::allows(operation, of_scheme) ? 1u : 0u;
    }
    return count;
  }();

  static constexpr std::array<table_row, row_count> rows = [] {
    std::array<table_row, row_count> result{};
    std::size_t next = 0;
    for (const op::operation_descriptor& operation : op::catalogue) {
      for (std::size_t s = 0; s < scheme_count; ++s) {
        if (!op::allows(operation, matching[s])) continue;
        result[next++] = {{operation.builtin, static_cast<std::uint16_t>(s)},
                          &operation,
                          &schemes[s],
                          fits[s],
                          kernel_for(operation.builtin, kernels[s])};
      }
    }
    return result;
  }();
};

template <class... Schemes>
consteval bool verify_list(const type_list<Schemes...>*) {
  return all_true(verify_policy<Schemes>()...);
}

/// Ours are verified by tests, once, and not in every source file.
template <class Item>
consteval bool verify_item() {
  if constexpr (std::is_same_v<Item, builtin_schemes>) {
    return true;
  } else if constexpr (is_list<Item>) {
    return verify_list(static_cast<const Item*>(nullptr));
  } else {
    return verify_policy<Item>();
  }
}

/// Built-in names are distinct, and no scheme of one's own has one (own_name).
template <class... Schemes>
consteval bool verify_names(const type_list<Schemes...>*) {
  if constexpr (!distinct_names<Schemes...>) return broken::distinct_names<Schemes...>();
  return true;
}

template <class Item>
using own_items = std::conditional_t<std::is_same_v<Item, builtin_schemes>, type_list<>, Item>;

template <class... Items>
consteval bool verify_table() {
  if constexpr (all_true(verify_item<Items>()...)) {
    return verify_names(static_cast<const flat_list<own_items<Items>...>*>(nullptr));
  } else {
    return false;
  }
}

}  // namespace detail

/// The table of the given schemes, or lists of schemes: `kernel_table<builtin_schemes, my_scheme>`. A type that is no
/// scheme is a compile error that names the broken requirement.
template <class... Schemes>
class kernel_table {
 public:
  using schemes = flat_list<Schemes...>;

  [[nodiscard]] static constexpr kernel_table_view view() {
    if constexpr (detail::verify_table<Schemes...>()) {
      using storage = detail::table_storage<schemes>;
      return {storage::rows, storage::schemes};
    } else {
      return {{}, {}};
    }
  }
  constexpr operator kernel_table_view() const { return view(); }
};

/// The table of the built-in schemes: a constant, unless AEQ_SEPARATE_COMPILATION is 1. Then only the source file that
/// defines it compiles its rows, which takes a second (g++ 12), and `kernel_table<builtin_schemes>::view()` is the
/// constant.
#if !AEQ_SEPARATE_COMPILATION
[[nodiscard]] constexpr kernel_table_view builtin_table() {
  return kernel_table<builtin_schemes>::view();
}
#elif AEQ_DEFINITIONS
[[nodiscard]] kernel_table_view builtin_table() {
  return kernel_table<builtin_schemes>::view();
}
#else
[[nodiscard]] kernel_table_view builtin_table();
#endif

}  // namespace aeq::inline AEQ_ABI

#endif  // AEQ_SINGLE_KERNELS

// ---- aeq/aeq.hpp
// Everything: the freestanding part, and on a host the quantizer. The same include line serves both.

#if !AEQ_FREESTANDING

// ---- aeq/calibrate/calibration.hpp
// Calibration: an engine runs samples, and what its tensors hold is observed. Any engine and any range of samples will
// do. (spec: numerics, section 7.1)

#include <string>
#include <unordered_set>
#include <vector>

// ---- aeq/calibrate/observations.hpp
// What calibration has seen of each tensor so far, and how ranges come from it. (spec: numerics, sections 7.2 and 7.3)
//
// Observations can be saved, gone on with, and merged. For minmax, percentile and entropy it does not matter in which
// order and parts samples came: the bits are the same. A moving average depends on the order; merging A and B gives,
// but for rounding, what A gives when it goes on with the samples of B.

#include <optional>
#include <unordered_map>
#include <utility>

// ---- aeq/calibrate/histogram.hpp
// How often values of a tensor occur. Bins are as wide as a power of two and begin at zero; when a larger value comes,
// they get wider by joining neighbours. So what a histogram holds follows from the values alone, in whatever order and
// parts they came: adding and merging are associative, and exact.

namespace aeq::inline AEQ_ABI::calibrate {

class histogram {
 public:
  static constexpr std::size_t most_bins = 2048;  ///< on either side of zero; the larger side uses more than half
  static constexpr int least_exponent = -126;
  static constexpr int most_exponent = 117;

  struct limits {
    double lowest = 0;
    double highest = 0;
    friend bool operator==(const limits&, const limits&) = default;
  };

  histogram() = default;
  /// From its parts: bin i of `positive` counts values from i * 2^exponent on, and `negative` likewise downwards.
  histogram(int exponent, std::uint64_t zeros, std::vector<std::uint64_t> negative,
            std::vector<std::uint64_t> positive);

  /// Counts values, whose bounded ones are no larger in magnitude than `largest`. Unbounded values and NaN are left
  /// out.
  void add(std::span<const float> values, float largest);
  void merge(const histogram& other);

  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] std::uint64_t zeros() const { return zeros_; }
  [[nodiscard]] const std::vector<std::uint64_t>& negative() const { return negative_; }
  [[nodiscard]] const std::vector<std::uint64_t>& positive() const { return positive_; }

  /// The range that `percent` of the values lie in, when as many are cut off below as above. Within a bin values count
  /// as evenly spread. `all` is the range of all values.
  [[nodiscard]] limits percentile(double percent, limits all) const;

  /// The range, bounded by one magnitude on both sides, whose values in 8 bits resemble all values most, by the
  /// Kullback-Leibler divergence. Zeros, which every scale represents, do not count.
  [[nodiscard]] limits least_divergence(limits all) const;

  friend bool operator==(const histogram&, const histogram&) = default;

 private:
  void widen(int exponent);

  int exponent_ = least_exponent;
  std::uint64_t zeros_ = 0;
  std::vector<std::uint64_t> negative_;  ///< the last bin, if there is one, is not empty
  std::vector<std::uint64_t> positive_;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/statistics.hpp
// Statistics: what calibration has seen of each activation. (spec: numerics, sections 7.2 to 7.4)

namespace aeq::inline AEQ_ABI::calibrate {

/// The least and greatest value of a tensor. Statistics keep the type that they were computed in, because every scale
/// is computed in the type of its statistics.
struct tensor_range {
  double lowest = 0;
  double highest = 0;
  bool wide = false;                ///< float64; else both are values of float32
  std::vector<std::int32_t> shape;  ///< of the arrays that the range comes from: ones, or none for a scalar

  friend bool operator==(const tensor_range&, const tensor_range&) = default;
};

/// Ranges by the names of tensors, in the order of being added.
class statistics {
 public:
  /// The range of a tensor; null if there is none.
  [[nodiscard]] const tensor_range* find(std::string_view tensor) const {
    const auto place = index_.find(std::string(tensor));
    return place == index_.end() ? nullptr : &entries_[place->second].second;
  }
  /// Adds a range, or replaces the one that a tensor has.
  void set(std::string_view tensor, tensor_range range) {
    const auto [place, is_new] = index_.emplace(std::string(tensor), entries_.size());
    if (is_new) {
      entries_.emplace_back(std::string(tensor), std::move(range));
    } else {
      entries_[place->second].second = std::move(range);
    }
  }
  [[nodiscard]] const std::vector<std::pair<std::string, tensor_range>>& entries() const { return entries_; }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::vector<std::pair<std::string, tensor_range>> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/warning.hpp
// Warnings: collected, handed to whoever asked, never printed by the library.

namespace aeq::inline AEQ_ABI {

struct warning {
  std::string place;    ///< a file, a JSON pointer, an op or a tensor
  std::string message;  ///< what is wrong and what to do
};

class warnings {
 public:
  void add(std::string place, std::string message) { all_.push_back({std::move(place), std::move(message)}); }
  [[nodiscard]] const std::vector<warning>& all() const { return all_; }
  [[nodiscard]] bool empty() const { return all_.empty(); }

 private:
  std::vector<warning> all_;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/calibrate/observations.hpp
namespace aeq::inline AEQ_ABI::calibrate {

enum class range_kind : std::uint8_t {
  minmax,          ///< the least and the greatest value of all samples
  moving_average,  ///< of each sample's least and greatest, 0.95 of what was and 0.05 of what is (the Python tool's)
  percentile,      ///< what a share of all values lies in
  entropy          ///< what leaves the distribution of values most as it is in 8 bits
};

/// How ranges come from what is seen.
struct range_method {
  range_kind kind = range_kind::minmax;
  double percent = 100;  ///< of values within the range, for percentile: above 50, at most 100

  [[nodiscard]] bool wants_histogram() const { return kind == range_kind::percentile || kind == range_kind::entropy; }
  friend bool operator==(const range_method&, const range_method&) = default;
};

/// "minmax", "moving-average", "percentile=99.9", "entropy".
[[nodiscard]] std::string to_text(const range_method& method);
/// Nothing if the text is none of these.
[[nodiscard]] std::optional<range_method> parse_range_method(std::string_view text);
inline constexpr std::string_view range_methods_text =
    "minmax, moving-average, percentile=P with 50 < P <= 100, entropy";

/// What has been seen of a tensor.
struct observed {
  bool seen = false;          ///< else the rest means nothing
  tensor_range range;         ///< of all samples, or their moving average
  std::uint64_t samples = 0;  ///< 0: not known, which a file of another tool does not say
  /// Of the first sample, for moving averages; nothing if it is not known.
  std::optional<histogram::limits> first;
  histogram counts;  ///< of floats, for methods that want it

  friend bool operator==(const observed&, const observed&) = default;
};

class observations {
 public:
  observations() = default;
  explicit observations(const range_method& method) : method_(method) {}

  /// The place of a tensor, which gets one if it has none yet.
  std::size_t place_of(std::string_view tensor);

  /// Takes what a tensor is in a sample. Floats that are NaN or infinite are left out of ranges, and told by `tell`. A
  /// tensor without elements is passed over. `again`: the sample has shown it before; an average takes the first alone.
  void observe(std::size_t place, const operand& value, std::uint64_t sample_number, bool again = false);

  /// Counts a sample of which all tensors have been observed.
  void count_sample() { ++samples_; }

  /// Goes on where `later` began. Both have the same method. Throws error (bad_input) that says why they can't be
  /// merged; the names are those of the files.
  void merge(const observations& later, const std::string& name, const std::string& later_name);

  /// The ranges, in the order in which tensors were seen first.
  [[nodiscard]] statistics ranges() const;

  /// Adds a warning for each tensor that had NaN or infinities, with the first sample that brought them.
  void tell(warnings& notes) const;

  [[nodiscard]] const range_method& method() const { return method_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] const std::vector<std::pair<std::string, observed>>& entries() const { return entries_; }
  [[nodiscard]] const observed* find(std::string_view tensor) const;

  /// For who reads them from a file.
  void set(std::string_view tensor, observed what) { entries_[place_of(tensor)].second = std::move(what); }
  void set_method(const range_method& method) { method_ = method; }
  void set_samples(std::uint64_t samples) { samples_ = samples; }

 private:
  /// Floats of a tensor that are none.
  struct odd_values {
    std::uint64_t nans = 0;
    std::uint64_t infinities = 0;
    std::uint64_t samples = 0;
    std::uint64_t first_sample = 0;
  };
  void take(observed& into, const tensor_range& of_sample, bool again) const;

  range_method method_;
  std::uint64_t samples_ = 0;
  std::vector<std::pair<std::string, observed>> entries_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::size_t, odd_values> odd_;
  std::vector<float> floats_;  ///< of half floats
};

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/sample.hpp
// Samples: what a model is fed, whoever made it. A dataset (dataset.hpp) reads samples from files; any range of samples
// of one's own serves as well.

#include <ranges>

namespace aeq::inline AEQ_ABI::calibrate {

/// One call of a model: a value for every input of one of its signatures, in the order of the inputs. Data and shapes
/// belong to someone else and must live until the next sample is asked for.
struct sample {
  std::size_t signature = 0;  ///< its place among the signatures
  std::vector<operand> inputs;
};

/// What calibration takes: samples one after the other.
template <class Range>
concept sample_range = std::ranges::input_range<Range> && std::convertible_to < std::ranges::range_reference_t<Range>,
const sample& > ;

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/execute/engine.hpp
// What calibration and validation ask of whoever runs a model: our interpreter, LiteRT, or an engine of one's own.

#include <functional>

namespace aeq::inline AEQ_ABI::execute {

/// An input or output of a signature.
struct port {
  std::string name;         ///< the signature's; the tensor's where a model has no signatures
  std::string tensor_name;  ///< empty if the tensor has no name
  std::size_t tensor = 0;   ///< index in the signature's subgraph
  element_type type = element_type::float32;
  std::vector<std::int32_t> shape;  ///< -1 where any extent will do
  std::vector<float> scale;         ///< none: not quantized
  std::vector<std::int32_t> zero_point;
};

/// A way of calling a model. A model without signatures has one with an empty key, which is its first subgraph.
struct signature {
  std::string key;
  std::size_t subgraph = 0;
  std::vector<port> inputs;
  std::vector<port> outputs;
};

/// A tensor with the data that it has just got. Valid during the call that hands it over.
struct tensor_view {
  std::size_t subgraph = 0;
  std::size_t tensor = 0;
  const operand* value = nullptr;
};

/// Sees tensors when they have been computed: a subgraph's inputs first, then each op's outputs, in the order of the
/// ops. Bodies of loops show theirs in every round.
using tensor_visitor = std::function<void(const tensor_view&)>;

/// Runs one model. `run` takes a value per input of the signature, in its order, throws aeq::error where a value does
/// not fit, and shows every tensor that has data to the visitor (which may be empty); `output` is an output's value
/// until the next run. State (variables, caches of keys and values) stays from run to run until `reset`.
template <class Engine>
concept inference_engine = requires(Engine& engine, const Engine& constant, std::size_t index,
                                    std::span<const operand> inputs, const tensor_visitor& visitor) {
  { constant.signatures() } -> std::convertible_to<std::span<const signature>>;
  engine.run(index, inputs, visitor);
  { constant.output(index) } -> std::convertible_to<operand>;
  engine.reset();
};

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/io/error.hpp
// The one exception of the public API: a code and a sentence that names the place and what would be accepted.

#include <stdexcept>

namespace aeq::inline AEQ_ABI {

/// What went wrong; the value is the tool's exit code.
enum class error_code : int {
  check_failed = 1,     ///< a comparison or threshold did not hold
  wrong_usage = 2,      ///< arguments that make no sense
  bad_input = 3,        ///< a model, recipe, policy or data file that can't be used
  not_quantizable = 4,  ///< the model can't be quantized as asked
  io = 5                ///< reading or writing failed
};

[[nodiscard]] constexpr std::string_view name_of(error_code code) noexcept {
  switch (code) {
    case error_code::check_failed: return "check failed";
    case error_code::wrong_usage: return "wrong usage";
    case error_code::bad_input: return "bad input";
    case error_code::not_quantizable: return "not quantizable";
    case error_code::io: return "input/output";
  }
  return "unknown";
}

class error : public std::runtime_error {
 public:
  error(error_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] error_code code() const noexcept { return code_; }

 private:
  error_code code_;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/io/progress.hpp
// Progress of long work, as bytes done of bytes in all.

#include <atomic>
#include <mutex>

namespace aeq::inline AEQ_ABI {

/// Counts work from many threads and tells a listener now and then, from one thread at a time.
class progress {
 public:
  using listener = std::function<void(std::uint64_t done_bytes, std::uint64_t all_bytes)>;

  progress() = default;
  explicit progress(listener tell) : tell_(std::move(tell)) {}

  void expect(std::uint64_t bytes) { all_ += bytes; }
  void advance(std::uint64_t bytes) {
    const std::uint64_t done = done_ += bytes;
    if (!tell_) return;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock.owns_lock()) tell_(done, all_);
  }
  /// Tells the final state; call it when the work is over.
  void finish() {
    if (tell_) tell_(all_, all_);
  }

 private:
  listener tell_;
  std::mutex mutex_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> all_ = 0;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/model/model.hpp
// A model in memory: its metadata as plain structs to edit, its weights and option tables as views of the file.
//
// Copying a model copies metadata only. Views stay valid as long as any copy lives: `storage` keeps what they look at.

#include <memory>

// ---- aeq/io/file.hpp
// Reading files: mapped where the system can map them, else read into memory. One of the two places that call the
// operating system (the other is io/atomic_file.hpp).

#include <cstdlib>

namespace aeq::inline AEQ_ABI::io {

/// The text of errno.
[[nodiscard]] std::string system_message(int number);

namespace detail {

/// What a pipe or a device held.
struct read_bytes {
  struct release {
    void operator()(std::uint8_t* memory) const noexcept { std::free(memory); }
  };
  std::unique_ptr<std::uint8_t, release> bytes;
  std::size_t size = 0;
};

}  // namespace detail

/// A size for messages: "640 bytes", "12 KiB", "3 MiB"; large ones are rounded up.
[[nodiscard]] std::string amount(std::uint64_t bytes);

/// How much of an input may be read into memory, and what else would be accepted, for the message.
struct read_limit {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  std::string_view remedy = {};
};

/// The content of a file, read only, at a fixed address as long as this lives. "-" is standard input; what can't be
/// mapped (a pipe, a device) is read to its end.
class input_file {
 public:
  /// Throws error (io) where the file can't be opened or read, error (bad_input) where it would have to be read into
  /// memory and is longer than the limit. What is mapped has no limit.
  [[nodiscard]] static std::shared_ptr<const input_file> open(const std::string& path, read_limit limit = {});

  /// Content that is in memory already; `name` is for messages.
  [[nodiscard]] static std::shared_ptr<const input_file> from_memory(std::vector<std::uint8_t> bytes, std::string name);

  struct private_key {};
  input_file(private_key, std::string name) : name_(std::move(name)) {}
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file();

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return content_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Tells the system that a part, which has been read, will not be needed soon. Its pages leave this process in large
  /// steps (each call to the system makes all processors forget addresses): when a part reaches or passes a multiple of
  /// `step`, whatever lies up to a step around it goes. The content stays valid: it comes back when it is read.
  void let_go(std::span<const std::uint8_t> part) const noexcept;

  /// Throws error (io) if the file was written since it was opened, by its size or time of change: what was read of it
  /// may be of two minds. Another file of the same name does not count.
  void check_unchanged() const;

 private:
  /// What tells that a file was written.
  struct state {
    std::int64_t bytes = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const state&, const state&) = default;
  };
  [[nodiscard]] state state_now() const;
  [[nodiscard]] bool is_mapped() const { return opened_ >= 0; }

  std::string name_;
  int opened_ = -1;  ///< while it is mapped
  state state_;
  std::span<const std::uint8_t> content_;  ///< the mapping, or one of the next two
  std::vector<std::uint8_t> owned_;
  detail::read_bytes read_;
};

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/enums.hpp
// Enumerations of the .tflite schema that the house works with. (spec: tflite_schema, section 3)

namespace aeq::inline AEQ_ABI::model {

// clang-format off
enum class tensor_type : std::int8_t {
  float32, float16, int32, uint8, int64, string, boolean, int16, complex64, int8, float64, complex128, uint64, resource,
  variant, uint32, uint16, int4, bfloat16, int2, uint4, float8_e4m3fn, float8_e5m2
};

struct tensor_type_facts {
  std::string_view name;
  std::uint8_t bits;  ///< per element; 0 where elements have no fixed size
};

inline constexpr std::array<tensor_type_facts, 23> tensor_types{{
    {"FLOAT32", 32}, {"FLOAT16", 16}, {"INT32", 32}, {"UINT8", 8}, {"INT64", 64}, {"STRING", 0}, {"BOOL", 8},
    {"INT16", 16}, {"COMPLEX64", 64}, {"INT8", 8}, {"FLOAT64", 64}, {"COMPLEX128", 128}, {"UINT64", 64},
    {"RESOURCE", 0}, {"VARIANT", 0}, {"UINT32", 32}, {"UINT16", 16}, {"INT4", 4}, {"BFLOAT16", 16}, {"INT2", 2},
    {"UINT4", 4}, {"FLOAT8_E4M3FN", 8}, {"FLOAT8_E5M2", 8}}};
// clang-format on

[[nodiscard]] constexpr bool is_known(tensor_type type) noexcept {
  return static_cast<int>(type) >= 0 && static_cast<std::size_t>(type) < tensor_types.size();
}
[[nodiscard]] constexpr std::string_view name_of(tensor_type type) noexcept {
  return is_known(type) ? tensor_types[static_cast<std::size_t>(type)].name : std::string_view("?");
}
/// Bits of one element, 0 where elements have no fixed size.
[[nodiscard]] constexpr int bits_of(tensor_type type) noexcept {
  return is_known(type) ? tensor_types[static_cast<std::size_t>(type)].bits : 0;
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/model.hpp
namespace flatbuffers {
class Table;
}

namespace aeq::inline AEQ_ABI::model {

/// A member of a union: its discriminator and its table, which may be absent.
struct union_view {
  std::uint8_t type = 0;
  const flatbuffers::Table* table = nullptr;
};

/// A vector of tables; view.hpp defines it, over that of FlatBuffers.
struct table_vector;

/// Makes the bytes of a buffer from `offset` on, as many as `into` has. Called from several threads at once, each piece
/// once; after it the producer may let go of what the piece was made from.
using byte_producer = std::function<void(std::uint64_t offset, std::span<std::uint8_t> into)>;

/// The content of a buffer: none, bytes that exist (in the file or in `storage`), or bytes made while writing.
struct buffer {
  bool present = false;                ///< false: no data, the buffer of an activation
  std::span<const std::uint8_t> data;  ///< where `produce` is set: what the buffer held before
  std::uint64_t size = 0;              ///< bytes
  std::shared_ptr<const byte_producer> produce;
  std::uint32_t unit_bytes = 1;  ///< `produce` is asked for whole units
  /// Filled in by `produce`: the scales and zero points of the tensors on this buffer, which hold zeros until then.
  std::shared_ptr<const std::vector<scale_zero_point<float>>> late_scales;
};

struct quantization {
  std::vector<float> min;
  std::vector<float> max;
  std::vector<float> scale;
  std::vector<std::int64_t> zero_point;
  std::int32_t quantized_dimension = 0;
  union_view details;

  /// Whether values have a scale: numbers in the vector, or per block in a tensor.
  [[nodiscard]] bool has_scale() const { return !scale.empty() || details.type != 0; }
};

struct tensor {
  std::optional<std::string> name;
  tensor_type type = tensor_type::float32;
  std::vector<std::int32_t> shape;
  std::vector<std::int32_t> shape_signature;  ///< -1 where the size is open; empty if the shape says all
  std::uint32_t buffer = 0;
  std::optional<aeq::model::quantization> quantization;
  bool is_variable = false;
  bool has_rank = false;
  std::uint32_t external_buffer = 0;
  const flatbuffers::Table* sparsity = nullptr;
  const table_vector* variant_tensors = nullptr;
};

struct operation {
  std::uint32_t code = 0;            ///< index into operator_codes
  std::vector<std::int32_t> inputs;  ///< tensor indices, -1: left out
  std::vector<std::int32_t> outputs;
  std::vector<std::int32_t> intermediates;
  std::vector<std::uint8_t> mutating_variable_inputs;
  union_view options;
  union_view options_2;
  bool has_custom_options = false;
  std::span<const std::uint8_t> custom_options;
  std::int8_t custom_options_format = 0;
  std::int32_t debug_metadata_index = -1;
};

struct operator_code {
  op::code builtin = op::code::add;  ///< the larger of the schema's two fields
  std::optional<std::string> custom_code;
  std::int32_t version = 1;
};

struct subgraph {
  std::optional<std::string> name;
  std::vector<tensor> tensors;
  std::vector<std::int32_t> inputs;
  std::vector<std::int32_t> outputs;
  std::vector<operation> operations;
  std::int32_t debug_metadata_index = -1;
};

struct metadata_entry {
  std::optional<std::string> name;
  std::uint32_t buffer = 0;
};

struct tensor_map {
  std::optional<std::string> name;
  std::uint32_t tensor = 0;
};

struct signature {
  std::optional<std::string> key;
  std::uint32_t subgraph = 0;
  std::vector<tensor_map> inputs;
  std::vector<tensor_map> outputs;
};

struct model {
  std::uint32_t version = 3;
  std::optional<std::string> description;
  std::vector<operator_code> operator_codes;
  std::vector<aeq::model::subgraph> subgraphs;
  std::vector<aeq::model::buffer> buffers;
  std::vector<std::int32_t> metadata_buffer;
  std::vector<metadata_entry> metadata;
  std::vector<aeq::model::signature> signatures;
  const table_vector* external_buffer_groups = nullptr;
  const table_vector* external_buffers = nullptr;

  std::shared_ptr<const io::input_file> file;                             ///< null for a model made in memory
  std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> storage;  ///< bytes made here that views look at

  model() { buffers.emplace_back(); }

  [[nodiscard]] const std::string& file_name() const;
  [[nodiscard]] op::code builtin(const operation& o) const { return operator_codes[o.code].builtin; }

  /// Whether a tensor has data of its own (a weight, a bias, a shape) and is no activation. Buffer 0 means none,
  /// whatever it holds.
  [[nodiscard]] bool is_constant(const tensor& t) const { return t.buffer != 0 && buffers[t.buffer].size > 0; }
};

/// Elements of a shape: 1 for a scalar. Shapes of a read model are checked not to overflow.
[[nodiscard]] std::uint64_t element_count(std::span<const std::int32_t> shape);

/// "tensor 'name'" or "tensor 7".
[[nodiscard]] std::string label(const subgraph& graph, std::size_t index);

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/recipe/plan.hpp
// What a recipe decides for each op of a model.

// ---- aeq/recipe/rule.hpp
// A rule of a recipe: which ops (a regular expression over scopes, an operation), which algorithm, which configuration.
// (spec: quantization, section 2.1)

namespace aeq::inline AEQ_ABI::recipe {

/// How numbers are chosen. `no_quantize` leaves an op as it is.
enum class algorithm : std::uint8_t { no_quantize, min_max_uniform_quantize, float_casting };

inline constexpr std::array<std::string_view, 3> algorithm_names{"no_quantize", "min_max_uniform_quantize",
                                                                 "float_casting"};
[[nodiscard]] constexpr std::string_view name_of(algorithm value) {
  return algorithm_names[static_cast<std::size_t>(value)];
}

/// The configuration of weights or activations, as the JSON has it. Widths that no scheme has (3 bits) are kept: a rule
/// with skip_checks may use them.
struct tensor_config {
  int num_bits = 8;
  bool symmetric = true;
  granularity_descriptor granularity{};
  number_kind dtype = number_kind::signed_integer;
  std::string algorithm_params;  ///< JSON object, empty if there are none

  [[nodiscard]] format_descriptor format() const {
    return {dtype, static_cast<std::uint8_t>(num_bits), symmetric ? aeq::symmetric : aeq::asymmetric, granularity};
  }
  friend bool operator==(const tensor_config&, const tensor_config&) = default;
};

struct op_config {
  std::optional<tensor_config> activation;
  std::optional<tensor_config> weight;
  compute compute_precision = compute::floating;
  bool explicit_dequantize = false;
  bool skip_checks = false;
  std::uint64_t min_weight_elements = 0;

  friend bool operator==(const op_config&, const op_config&) = default;

  /// The execution mode that the combination spells; none for float computation without explicit dequantization.
  [[nodiscard]] std::optional<execution> mode() const {
    if (compute_precision == compute::integer) return activation ? execution::static_range : execution::dynamic_range;
    if (!activation && explicit_dequantize) return execution::weight_only;
    return std::nullopt;
  }
};

struct rule {
  std::string regex;
  std::string operation = "*";
  aeq::recipe::algorithm algorithm = aeq::recipe::algorithm::no_quantize;
  std::string scheme;  ///< name of a scheme of the kernel table; empty: `config` says it all
  op_config config;
  std::string place;  ///< where it was written, for messages: "recipe.json: /3"

  /// Same meaning; where it was written does not count.
  friend bool operator==(const rule& a, const rule& b) {
    return a.regex == b.regex && a.operation == b.operation && a.algorithm == b.algorithm && a.scheme == b.scheme &&
           a.config == b.config;
  }
};

/// The configuration that spells a scheme. Float weights are written channelwise, as the Python tool writes them.
[[nodiscard]] inline op_config config_of(const scheme_descriptor& scheme) {
  const auto tensor = [](const format_descriptor& format) {
    tensor_config config{format.bits, format.is_symmetric(), format.granularity, format.kind, {}};
    if (!format.is_integer()) config.granularity = channelwise::descriptor;
    return config;
  };
  op_config config;
  if (scheme.activation.is_integer()) config.activation = tensor(scheme.activation);
  config.weight = tensor(scheme.weight);
  config.compute_precision = scheme.compute_precision;
  config.explicit_dequantize = scheme.execution_mode == execution::weight_only;
  return config;
}

/// The algorithm that turns values into a scheme's weights.
[[nodiscard]] constexpr algorithm algorithm_of(const scheme_descriptor& scheme) {
  return scheme.weight.is_integer() ? algorithm::min_max_uniform_quantize : algorithm::float_casting;
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/plan.hpp
namespace aeq::inline AEQ_ABI::recipe {

inline constexpr std::size_t no_rule = static_cast<std::size_t>(-1);

struct decision {
  const op::operation_descriptor* operation = nullptr;  ///< null: an operator that recipes can't name
  std::size_t rule = no_rule;  ///< position of the winning rule in recipe::rules(); no_rule if none applies
  bool quantize = false;       ///< false also for a winning no_quantize rule
  aeq::recipe::algorithm algorithm = aeq::recipe::algorithm::no_quantize;
  std::string scheme_name;     ///< of the table's row; derived from the formats where skip_checks found no row
  scheme_descriptor scheme{};  ///< its `name` is empty; `scheme_name` has it
  fit_functions fits{};
  std::uint64_t min_weight_elements = 0;
  std::string reason;  ///< why the op stays as it is, where a rule matched but can't apply
};

/// The decisions of one subgraph: per operator, and for its inputs and outputs as a whole.
struct subgraph_plan {
  std::vector<decision> operations;
  decision inputs;
  decision outputs;
};

struct plan {
  std::vector<subgraph_plan> subgraphs;
  bool needs_calibration = false;  ///< some rule wants activation ranges, whether or not it won an op
};

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/calibrate/calibration.hpp
namespace aeq::inline AEQ_ABI::calibrate {

/// Tensors by name.
using tensor_names = std::unordered_set<std::string>;

/// The activations whose ranges a plan needs: inputs and outputs of ops with a static scheme, and inputs and outputs of
/// subgraphs where they have one.
[[nodiscard]] tensor_names needed_tensors(const model::model& m, const recipe::plan& plan);

struct collect_options {
  const tensor_names* tensors = nullptr;  ///< null: all activations that have a name
  progress* tell = nullptr;               ///< counts samples; who calls says how many to expect
  warnings* notes = nullptr;              ///< gets inputs that hold infinities
};

/// What an engine shows of one sample after the other, by the names of tensors.
class collector {
 public:
  collector(const model::model& m, observations& into, const tensor_names* only);

  /// A sample begins: looks for NaN in its inputs. Throws error (bad_input) that names input and sample.
  void begin(const execute::signature& called, const sample& s, warnings* notes);
  void take(const execute::tensor_view& shown);
  void end();
  /// Number of the sample that has begun, from 0.
  [[nodiscard]] std::uint64_t number() const { return number_ - 1; }

 private:
  static constexpr std::size_t not_wanted = static_cast<std::size_t>(-1);
  static constexpr std::size_t not_shown = static_cast<std::size_t>(-2);
  [[nodiscard]] std::size_t place_of(std::size_t graph, std::size_t tensor);

  const model::model& model_;
  observations& into_;
  const tensor_names* only_;
  std::vector<std::vector<std::size_t>> places_;  ///< of each subgraph's tensors
  std::vector<std::uint64_t> last_;               ///< sample that filled a place last, from 1
  std::uint64_t number_ = 0;
  std::unordered_set<std::string> told_;
};

/// Runs the samples, in their order, and observes them. State of the model stays from sample to sample, and is reset
/// where another signature begins. Throws what the engine throws, with the number of the sample, and error (bad_input)
/// for a sample that holds NaN or fits no signature.
template <execute::inference_engine Engine, sample_range Samples>
void collect(Engine& engine, const model::model& m, Samples&& samples, observations& into,
             const collect_options& options = {}) {
  collector seen(m, into, options.tensors);
  const execute::tensor_visitor visitor = [&](const execute::tensor_view& shown) { seen.take(shown); };
  std::size_t last_signature = static_cast<std::size_t>(-1);
  for (const sample& s : samples) {
    const auto& signatures = engine.signatures();
    if (s.signature >= signatures.size()) {
      throw error(error_code::bad_input, m.file_name() + ": sample " + std::to_string(seen.number() + 1) +
                                             " is for signature " + std::to_string(s.signature) + " of " +
                                             std::to_string(signatures.size()));
    }
    if (s.signature != last_signature) engine.reset();
    last_signature = s.signature;
    seen.begin(signatures[s.signature], s, options.notes);
    try {
      engine.run(s.signature, s.inputs, visitor);
    } catch (const error& e) {
      throw error(e.code(), std::string(e.what()) + " (in sample " + std::to_string(seen.number()) + ")");
    }
    seen.end();
    if (options.tell != nullptr) options.tell->advance(1);
  }
  engine.reset();
  if (options.tell != nullptr) options.tell->finish();
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/dataset.hpp
// Datasets: samples from files, one in memory at a time.
//
// What is a dataset:
//   X.npz            stacked: arrays named after the inputs (or their tensors), `signature/input` where a model has
//   several
//                    signatures, `arr_0`, `arr_1`, ... for the inputs in order; shape [samples, input shape], or
//                    [samples, input shape without its leading 1]; an array of exactly the input's shape is one sample
//                    or an array per sample and input: `signature/index/input`, samples in the order of the indices
//   X.npy            a stacked array for the only input
//   X.bin, X.raw     elements of the only input, sample after sample, in the machine's byte order
//   a folder         of .npz files; or of .npy files, named after inputs or with data of the only input each; or of
//   .bin
//                    and .raw files; in the order of their names
//   random, random:N N samples of random numbers for each signature (4 if N is left out)
//
// An input takes data of its own type; one that is quantized takes float32 too, which its scale then turns into
// integers. An open extent that leads counts as 1 where samples are told apart.

#include <iterator>

namespace aeq::inline AEQ_ABI::calibrate {

struct dataset_options {
  std::uint64_t samples = 0;  ///< take the first so many of each signature; 0: all
};

/// An input range of samples, signature by signature as the file has them. It can be gone through again.
class dataset {
 public:
  /// Looks at names, types and shapes of what `data` holds ("-": standard input), but for arrays per sample, which are
  /// looked at when it is their turn. Throws error (io, bad_input) that names the file, the array, and what would be
  /// accepted; error (wrong_usage) for random numbers of which there are none.
  dataset(const std::string& data, std::vector<execute::signature> signatures, dataset_options options = {});
  dataset(dataset&&) noexcept;
  dataset& operator=(dataset&&) noexcept;
  ~dataset();

  /// The next sample, which is valid until the next call; null at the end. Throws error (io, bad_input).
  [[nodiscard]] const sample* next();
  /// Makes `next` begin again.
  void rewind();

  /// How many samples there are in all.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] const std::vector<execute::signature>& signatures() const;
  [[nodiscard]] bool is_random() const;
  /// The path that it was opened by.
  [[nodiscard]] const std::string& name() const;

  class iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = sample;
    using iterator_concept = std::input_iterator_tag;

    explicit iterator(dataset& of) : of_(&of), at_(of.next()) {}
    [[nodiscard]] const sample& operator*() const { return *at_; }
    iterator& operator++() {
      at_ = of_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_ == nullptr; }

   private:
    dataset* of_;
    const sample* at_;
  };
  [[nodiscard]] iterator begin() {
    rewind();
    return iterator(*this);
  }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

/// Whether a name of data asks for random numbers: "random", "random:16".
[[nodiscard]] bool is_random_data(const std::string& data);

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/observations_json.hpp
// Observations as files, so that calibration can go on with them and merge them: "qsv/1" with more in it. Who wants
// ranges alone reads such a file as any other one (statistics_json.hpp).
//
//     {"format": "qsv/1", "ranges": "moving-average", "samples": 24, "tensors": {"x": {"min": ..., "max": ...,
//     "samples": 24,
//      "first": {"min": ..., "max": ...}}}}
//
// `first` is for moving averages. Percentile and entropy have `seen`, the range of all values, and `histogram`:
// exponent, zeros, negative, positive (histogram.hpp).

namespace aeq::inline AEQ_ABI::calibrate {

/// What a file holds. One that has ranges alone, such as the Python tool's, does not say by which method they came.
struct saved_observations {
  observations seen;
  bool says_method = false;
};

/// Reads statistics of any kind; `name` is for messages. Throws error (bad_input) that names the tensor.
[[nodiscard]] saved_observations parse_observations(std::string_view text, const std::string& name);

/// Reads a file; a name that ends in .gz says that it is compressed. Throws error (io, bad_input).
[[nodiscard]] saved_observations load_observations(const std::string& path);

/// The text of a file.
[[nodiscard]] std::string to_text(const observations& all);

/// What to go on with. `wanted`: the method that is asked for; nothing: the file's, minmax if it does not say one.
/// Throws error (io, bad_input) where the file is of another method, or lacks what the method needs.
[[nodiscard]] observations resume_from(const std::string& path, const std::optional<range_method>& wanted);

/// What several files hold together, in their order; at least one. Files that say no method go with the others; if none
/// says one the ranges are joined (minmax). Throws error (io, bad_input).
[[nodiscard]] observations merge_saved(std::span<const std::string> paths);

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/execute/interpreter.hpp
// The built-in engine: runs a model op by op with the house's own kernels.

namespace aeq::inline AEQ_ABI::execute {

struct interpreter_options {
  unsigned threads = 0;                                ///< 0: one per processor
  std::uint64_t max_memory = std::uint64_t(8) << 30u;  ///< bytes of activations, folded constants and workspaces
  std::uint64_t max_operations = 100'000'000;          ///< ops per run, so that a loop without end ends
};

/// Models inference_engine. Shapes are worked out before a run where they follow from the inputs' shapes; the tensors
/// then share one arena. Ops whose operands are all constant run once. Equal inputs give equal outputs at any number of
/// threads.
///
/// Everything throws aeq::error (bad_input) naming model, op and tensor: an op that there is no kernel for, operands
/// that it does not take, an index out of range, a limit of the options that is passed.
class interpreter {
 public:
  /// Keeps a copy of the model's metadata; looks at no op before its subgraph is first run.
  explicit interpreter(model::model source, const interpreter_options& options = {});
  interpreter(interpreter&&) noexcept;
  interpreter& operator=(interpreter&&) noexcept;
  ~interpreter();

  [[nodiscard]] std::span<const signature> signatures() const;

  /// Runs a signature on one value per input: of the input's type, with a shape that agrees with its open or fixed
  /// extents.
  void run(std::size_t signature, std::span<const operand> inputs, const tensor_visitor& visitor = {});

  /// Value of output `index` of the signature that ran last; valid until the next run.
  [[nodiscard]] operand output(std::size_t index) const;

  /// Variables and states as they were before the first run.
  void reset();

  /// Bytes that runs have needed at most: arenas, values of their own, workspaces; without the model's weights.
  [[nodiscard]] std::uint64_t peak_memory() const;

 private:
  class machine;
  std::unique_ptr<machine> machine_;
};

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/model/difference.hpp
// What differs between two models, or between descriptions of models: one line each, by the rules and in the words of
// the conformance corpus' `oracle.py diff`.

// ---- aeq/io/json_forward.hpp
// Names of Boost.JSON, for declarations that only pass its values. Who makes or looks at a value includes Boost.JSON.

namespace boost::json {

class array;
class object;
class value;

}  // namespace boost::json

// ---- aeq/model/difference.hpp
namespace aeq::inline AEQ_ABI::model {

struct difference_options {
  bool ignore_names = false;  ///< of tensors and subgraphs
  std::int64_t ulps = 0;      ///< tolerance for floats, in steps of float32
  double max_delta = 0;       ///< tolerance for an element of a constant; only where both sides are models
};

/// How far two constants are apart.
struct constant_difference {
  std::uint64_t different = 0;  ///< elements; NaN differs from all
  std::uint64_t elements = 0;
  double worst = 0;  ///< the largest distance; NaN if there is one
};

/// A description, and the model it was made from if there is one.
class description {
 public:
  description(boost::json::value content, std::optional<model> made_from);

  [[nodiscard]] const boost::json::value& content() const { return *content_; }

  std::optional<model> source;

 private:
  std::shared_ptr<const boost::json::value> content_;  // of a type that is declared only
};

/// Reads what a file says about a model: a .tflite, or a description of one (.json, .json.gz).
[[nodiscard]] description load_description(const std::string& path, warnings& notes);

/// What differs, in the order of A's description; empty if the two mean the same. Constants of two models are compared
/// element by element where their digests differ.
[[nodiscard]] std::vector<std::string> differences(const description& a, const description& b,
                                                   const difference_options& options = {});

[[nodiscard]] std::vector<std::string> differences(const std::string& path_a, const std::string& path_b,
                                                   warnings& notes, const difference_options& options = {});

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/dump.hpp
// The canonical description of a model as JSON: all that a reader sees, nothing of how the file is laid out (except
// under "layout"), so that two models mean the same exactly if their descriptions are equal. The format, tflite-dump/1,
// is that of the conformance corpus; option tables are walked through their descriptors.

namespace aeq::inline AEQ_ABI::model {

/// The description of a model that was read from a file. Throws error (bad_input) for a file whose description would be
/// out of all proportion.
[[nodiscard]] boost::json::object describe(const model& m);

/// The description as text: what `aeq inspect --json` prints.
[[nodiscard]] std::string dump_text(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/reader.hpp
// Reading a .tflite file: verified metadata becomes structs, weights and option tables stay views of the file.

namespace aeq::inline AEQ_ABI::model {

/// Reads a model. Throws error (bad_input) that names the file and the place in it. `notes` gets what is odd but
/// harmless.
[[nodiscard]] model read(std::shared_ptr<const io::input_file> file, warnings& notes);

/// Reads the model at `path`; "-" is standard input.
[[nodiscard]] model read(const std::string& path, warnings& notes);

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/summary.hpp
// A model for people to read: what `aeq inspect` prints. Plain text in aligned columns; long names are cut in the
// middle.

namespace aeq::inline AEQ_ABI::model {

/// Tables of a model's signatures, subgraphs, operators, tensors and constants.
[[nodiscard]] std::string summary_text(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/writer.hpp
// Writing a .tflite file as a stream: the metadata is built first, with room for the place of every buffer; then each
// buffer goes straight to its place in the file, in pieces, on all processors; last, the metadata, whose late scales
// are known by then. Memory: the metadata and a few pieces.
//
// The buffers' vectors come after the metadata: FlatBuffers' offsets point forward. Below 2 GB everything is inline;
// beyond, large buffers lie after the flatbuffer and are found by offset and size (spec: tflite_schema, section 2.1).

// ---- aeq/io/atomic_file.hpp
// Writing files that appear whole or not at all: a nameless file in the target's folder (a named one where the system
// has no such thing), filled from any number of threads, given its name at the end.
//
// A process that is killed leaves nothing, but for two cases in which its file has a name beside the target's,
// TARGET.aeq-0.part: on a file system without nameless files, and in the moment between giving the new file a name and
// replacing the old one, which the system can't do in one step. The next run that needs such a name takes the file of a
// dead one away; it knows it by the lock that nobody holds.

namespace aeq::inline AEQ_ABI::io {

struct write_options {
  bool overwrite = false;  ///< replace an existing file
  bool sync = false;       ///< wait until the disk has it
};

/// Where an output goes: pieces at offsets, then commit. Without commit nothing remains.
class output_file {
 public:
  /// Starts writing `path`; "-" is standard output. Throws error (io) where the file exists and may not be replaced, or
  /// can't be created.
  output_file(std::string path, write_options options);
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file();

  /// Writes a piece; pieces may come from several threads and in any order. Throws error (io).
  void write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes);

  /// Sets the length; what is not written reads as zero.
  void resize(std::uint64_t bytes);

  /// Gives the file its name. Throws error (io); the target is then as it was.
  void commit();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[noreturn]] void fail(const char* what) const;
  [[nodiscard]] static std::string folder_of(const std::string& path);
  void create_temporary(const std::string& folder);
  void create_for_stream();
  void give_name();
  template <class Create>
  void take_name(const Create& create);
  [[nodiscard]] bool lock();
  [[nodiscard]] static bool remove_left_behind(const std::string& name);
  void copy_to_stream();

  std::string path_;
  write_options options_;
  int temporary_ = -1;
  int stream_ = -1;
  std::string temporary_name_;
};

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/writer.hpp
namespace aeq::inline AEQ_ABI::model {

struct save_options {
  io::write_options file{};
  unsigned threads = 0;  ///< 0: one per processor
  aeq::progress* progress = nullptr;
};

/// The bytes of a model's file, for models that fit in memory.
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const model& m, unsigned threads = 0);

/// Writes a model to `path` ("-": standard output). The file appears whole or not at all. Returns its size in bytes.
/// Throws error (io).
std::uint64_t write(const model& m, const std::string& path, const save_options& options = {});

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/quantize/pipeline.hpp
// From a model and a plan to the quantized model: materialize, resolve sharing, instruct, transform. One direction.

// ---- aeq/quantize/instruction.hpp
// Instructions: the rules of a tensor merged into the fewest edits of the graph. (spec: quantization, section 7)

// ---- aeq/quantize/rules.hpp
// What materialization says of each tensor: how its producer leaves it and how each consumer wants it.
// (spec: quantization, section 5.1)

// ---- aeq/quantize/parameters.hpp
// The quantization parameters of a tensor: format, scales, zero points, and for a constant where its integers come
// from.

// ---- aeq/quantize/weight.hpp
// A constant as the loops see it: float32 values in the file, laid out as [lead, channels, trail].

namespace aeq::inline AEQ_ABI::quantize {

/// Which values share a scale: those of equal channel. Element i has channel (i / trail) % channels.
struct weight_layout {
  std::uint64_t lead = 1;
  std::uint64_t channels = 1;
  std::uint64_t trail = 1;

  friend bool operator==(const weight_layout&, const weight_layout&) = default;

  [[nodiscard]] std::uint64_t elements() const { return lead * channels * trail; }
  [[nodiscard]] std::uint64_t channel_of(std::uint64_t element) const { return element / trail % channels; }
};

/// One scale for all.
[[nodiscard]] weight_layout layout_of(std::span<const std::int32_t> shape);
/// A scale per index of an axis.
[[nodiscard]] weight_layout layout_of(std::span<const std::int32_t> shape, std::uint32_t axis);
/// A scale per block of neighbours.
[[nodiscard]] weight_layout block_layout(std::span<const std::int32_t> shape, std::uint32_t block_elements);

/// Views the model's bytes: it lives no longer than some copy of the model does.
class weight {
 public:
  weight(const model::model& m, const model::tensor& t, std::string name, weight_layout layout);

  /// The same values, laid out otherwise.
  [[nodiscard]] weight with_layout(const weight_layout& layout) const {
    weight result = *this;
    result.layout_ = layout;
    return result;
  }

  [[nodiscard]] const weight_layout& layout() const { return layout_; }
  [[nodiscard]] std::uint32_t buffer() const { return buffer_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  /// For messages: "model.tflite: tensor 'dense/kernel'".
  [[nodiscard]] const std::string& name() const { return name_; }

  /// `count` values from `first` on. They stay where they are if the processor can read them there, else they are
  /// copied into `scratch`.
  [[nodiscard]] const float* values(std::uint64_t first, std::size_t count, std::vector<float>& scratch) const;

  /// The values have been read and are not needed soon.
  void let_go(std::uint64_t first, std::uint64_t count) const;

 private:
  std::span<const std::uint8_t> bytes_;
  std::uint32_t buffer_;
  std::shared_ptr<const io::input_file> file_;
  std::string name_;
  weight_layout layout_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/parameters.hpp
namespace aeq::inline AEQ_ABI::quantize {

/// When the scales of constants are found.
enum class scale_time : std::uint8_t {
  at_once,       ///< before the model is edited: it can be looked at
  while_writing  ///< where possible, with each channel's integers: the weights are read once
};

/// Two tensors are compatible, and a dequantize/quantize pair vanishes, where their parameters are equal: every member
/// counts. (spec: quantization, section 5.1)
struct tensor_parameters {
  format_descriptor format{};
  std::optional<std::uint32_t> axis;       ///< a scale per index of this axis; none: one scale
  std::vector<std::int32_t> scale_shape;   ///< as the scales lie over the tensor: ones except at the axis
  std::vector<double> scale;               ///< float32 values, or float64 where the statistics are
  bool wide = false;                       ///< the scales are float64, and so is what is computed with them
  std::vector<std::int32_t> zero_point;    ///< one per scale
  std::vector<std::uint16_t> block_scale;  ///< blockwise: float16 bits, one per block, in place of `scale`
  std::shared_ptr<const weight> source;    ///< a constant: the values that its integers are made from
  fit_float fit = nullptr;                 ///< a constant: what turns its ranges into scales
  bool late = false;                       ///< the scales are found while the integers are made; none are here

  [[nodiscard]] bool is_blockwise() const { return format.granularity.kind == granularity_kind::blockwise; }

  friend bool operator==(const tensor_parameters& a, const tensor_parameters& b);

 private:
  /// Constants: the same bytes come out, in whatever shape the scales lie over them. Activations: same axis and shape.
  static bool same_placing(const tensor_parameters& a, const tensor_parameters& b);
};

using parameters = std::shared_ptr<const tensor_parameters>;

/// Equal parameters, or none on both sides.
[[nodiscard]] bool same(const parameters& a, const parameters& b);

/// The type of a tensor stored in a format: 2, 4, up to 8, 16, 32 or 64 bits.
[[nodiscard]] constexpr model::tensor_type storage_type(const format_descriptor& format) {
  using t = model::tensor_type;
  if (!format.is_integer()) return format.bits == 16 ? t::float16 : t::float32;
  if (format.bits == 2) return t::int2;
  if (format.bits == 4) return t::int4;
  if (format.bits <= 8) return format.kind == number_kind::unsigned_integer ? t::uint8 : t::int8;
  if (format.bits <= 16) return t::int16;
  return format.bits <= 32 ? t::int32 : t::int64;
}

/// Bits that an element takes in the file.
[[nodiscard]] constexpr int storage_bits(const format_descriptor& format) {
  return model::bits_of(storage_type(format));
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/rules.hpp
namespace aeq::inline AEQ_ABI::quantize {

enum class transformation : std::uint8_t {
  no_quantize,       ///< stays float
  quantize_tensor,   ///< the tensor itself becomes integers
  add_quantize,      ///< a QUANTIZE behind the tensor
  add_dequantize,    ///< the tensor becomes integers (or float16), a DEQUANTIZE behind it
  duplicate_buffer,  ///< the tensor gets a buffer of its own
  duplicate_tensor   ///< some consumers get a copy of the tensor
};

[[nodiscard]] constexpr std::string_view name_of(transformation t) {
  switch (t) {
    case transformation::no_quantize: return "NO_QUANTIZE";
    case transformation::quantize_tensor: return "QUANTIZE_TENSOR";
    case transformation::add_quantize: return "ADD_QUANTIZE";
    case transformation::add_dequantize: return "ADD_DEQUANTIZE";
    case transformation::duplicate_buffer: return "DUPLICATE_BUFFER";
    case transformation::duplicate_tensor: return "DUPLICATE_TENSOR";
  }
  return "?";
}

/// The inputs or outputs of a subgraph, where an operator's position stands.
inline constexpr std::int32_t graph_edge = -1;

/// What one op wants of a tensor: transformations in order, all with the same parameters.
struct tensor_rule {
  std::int32_t operation = graph_edge;
  std::vector<transformation> transformations;
  parameters params;  ///< null: none
};

/// Everything that is wanted of a tensor. Consumers in the order of visiting: operators, then the graph's outputs; an
/// op that reads the tensor twice is listed twice.
struct tensor_rules {
  std::optional<tensor_rule> producer;
  std::vector<tensor_rule> consumers;
};

/// Rules of every tensor, by subgraph and tensor.
using model_rules = std::vector<std::vector<tensor_rules>>;

/// Writes the rules of one subgraph's tensors.
class rule_writer {
 public:
  explicit rule_writer(std::vector<tensor_rules>& rules) : rules_(&rules) {}

  void consume(std::int32_t tensor, std::int32_t operation, transformation t, parameters p = nullptr) const {
    (*rules_)[static_cast<std::size_t>(tensor)].consumers.push_back({operation, {t}, std::move(p)});
  }
  void produce(std::int32_t tensor, std::int32_t operation, transformation t, parameters p = nullptr) const {
    (*rules_)[static_cast<std::size_t>(tensor)].producer = tensor_rule{operation, {t}, std::move(p)};
  }

 private:
  std::vector<tensor_rules>* rules_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/instruction.hpp
namespace aeq::inline AEQ_ABI::quantize {

/// An edit: what happens to a tensor on its way to some of its consumers.
struct instruction {
  transformation kind = transformation::no_quantize;
  std::vector<std::int32_t> consumers;  ///< operators of the original graph; graph_edge per graph output
  parameters params;
};

/// What the instructions of a tensor need to know of it.
struct tensor_uses {
  std::int32_t producer = graph_edge;   ///< operator of the original graph
  bool producer_is_free = false;        ///< the catalogue leaves the producer's output parameters free
  std::vector<std::int32_t> consumers;  ///< graph_edge per graph output first, then an operator per slot
};

/// The instructions of one tensor, in the order of carrying them out. `name` is for the message of a contradiction.
[[nodiscard]] std::vector<instruction> instructions_of(const tensor_rules& rules, const tensor_uses& uses,
                                                       const std::string& name);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/materialize.hpp
// Materialization: decisions of the recipe become rules of tensors. Reads the op catalogue and the decision's scheme;
// nothing here is instantiated per scheme. (spec: quantization, section 5)

namespace aeq::inline AEQ_ABI::quantize {

/// How a model is quantized, apart from what the recipe says.
struct pipeline_options {
  unsigned threads = 0;               ///< 0: one per processor; the result does not depend on it
  aeq::progress* progress = nullptr;  ///< is told of weights read
  scale_time when = scale_time::at_once;
  const calibrate::statistics* statistics = nullptr;  ///< ranges of activations; null: none are known
  warnings* notes = nullptr;                          ///< gets what is odd but harmless; null: nobody wants it
};

/// The rules of every tensor. Ranges of weights are found here, in one pass over them, but for those that can wait
/// until they are written. Throws error (not_quantizable).
[[nodiscard]] model_rules materialize(const model::model& m, const recipe::plan& plan, const pipeline_options& options);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform.hpp
// Carrying out the instructions of all tensors, in the order that fixes the ids of new tensors and the places of new
// operators. (spec: quantization, section 8.1)

namespace aeq::inline AEQ_ABI::quantize {

/// Instructions of every tensor, by subgraph and tensor.
using model_instructions = std::vector<std::vector<std::vector<instruction>>>;

/// Edits the model. `uses` are those of the model before any edit.
void transform(model::model& m, const model_instructions& instructions,
               const std::vector<std::vector<tensor_uses>>& uses);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/pipeline.hpp
namespace aeq::inline AEQ_ABI::quantize {

/// Who produces and who reads each tensor, by subgraph and tensor.
[[nodiscard]] std::vector<std::vector<tensor_uses>> uses_of(const model::model& m);

/// The instructions of every tensor. Throws error (not_quantizable).
[[nodiscard]] model_instructions instruct(const model::model& m, const model_rules& rules,
                                          const std::vector<std::vector<tensor_uses>>& uses);

/// The quantized model: edited metadata, and producers for the weights, which are quantized while it is written. The
/// source model is unchanged and must not be needed: what is viewed is kept. With scale_time::while_writing its scales
/// are zeros until the writer fills them in; the file is the same. Throws error (not_quantizable).
[[nodiscard]] model::model quantize_model(model::model m, const recipe::plan& plan,
                                          const pipeline_options& options = {});

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantizer.hpp
// The facade: load a model, give it a recipe, save the quantized model.
//
//     aeq::quantizer q("model.tflite");
//     q.load_recipe("dynamic_wi8_afp32");
//     q.save("quantized.tflite");

// ---- aeq/recipe/policy.hpp
// Policies: which configuration an op may have, be it spelt out or the one that a scheme stands for. The default one is
// the op catalogue's; one's own replaces it for min_max_uniform_quantize. (spec: quantization, sections 4.1 to 4.3)

namespace aeq::inline AEQ_ABI::recipe {

/// Configurations of a tensor: one width and kind, several symmetries and granularities.
struct tensor_family {
  int num_bits = 8;
  number_kind dtype = number_kind::signed_integer;
  std::vector<bool> symmetric;
  std::vector<granularity_descriptor> granularity;

  [[nodiscard]] bool contains(const tensor_config& config) const;
};

/// A named family of configurations.
struct policy_config {
  std::string name;
  std::optional<tensor_family> activation;
  tensor_family weight;
  compute compute_precision = compute::floating;
  bool explicit_dequantize = false;
};

/// A configuration in words: "dynamic range, weights int8 symmetric CHANNELWISE".
[[nodiscard]] std::string describe(const op_config& config);

/// Which configurations ops may have.
class policy {
 public:
  /// The default policy.
  policy();

  /// A policy that allows nothing yet.
  [[nodiscard]] static policy empty() { return policy(nothing{}); }

  /// Lets ops of the catalogue have the configurations of a family.
  void allow(policy_config config, const std::vector<op::code>& operations);

  /// Nothing if the op may have the configuration, else the reason why not.
  [[nodiscard]] std::optional<std::string> allows(algorithm by, const op::operation_descriptor& operation,
                                                  const op_config& config) const;

  [[nodiscard]] const std::vector<policy_config>& configs() const { return configs_; }

 private:
  struct nothing {};
  explicit policy(nothing) {}

  [[nodiscard]] const std::vector<std::size_t>& of(const op::operation_descriptor& operation) const {
    return by_operation_[op::position_of(operation.builtin)];
  }

  /// Why none of the op's configurations is this one: the first requirement that all of them break.
  [[nodiscard]] std::string refusal(const op::operation_descriptor& operation, const op_config& config) const;

  std::vector<policy_config> configs_;
  std::array<std::vector<std::size_t>, op::catalogue.size()> by_operation_;  ///< positions in configs_
};

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/recipe.hpp
// A recipe: rules in groups of one regular expression each. (spec: quantization, sections 2.4 and 2.5)

namespace aeq::inline AEQ_ABI::recipe {

/// Rules in the order in which they are asked; of those that match and suit an op, the last decides.
class recipe {
 public:
  /// A rule that another took the place of.
  struct replaced_rule {
    rule old;
    std::string by;  ///< place of the rule that came instead
  };

  /// Adds a rule. Rules of one regular expression are a group, which keeps the position of its first rule; in it, a
  /// rule takes the place of the one for the same operation, and a rule for "*" the place of all.
  void add(rule added);

  /// Adds all rules of another recipe, in its order.
  void update(const recipe& other);

  /// A scheme for ops, given as types and checked by the compiler: `add<static_wi8_ai8, op::conv_2d>("block1/.*")`.
  /// Without ops the rule is for all that take the scheme. Defined in recipe/typed.hpp.
  template <class Scheme, class... Ops>
  void add(std::string regex, std::uint64_t min_weight_elements = 0);

  /// Leaves ops as they are: `leave<op::conv_2d>("block1/.*")`; without ops, all. Defined in recipe/typed.hpp.
  template <class... Ops>
  void leave(std::string regex);

  /// All rules, group by group.
  [[nodiscard]] std::vector<rule> rules() const;
  [[nodiscard]] bool empty() const { return groups_.empty(); }

  /// Rules that later ones of the same regular expression replaced: they have no effect.
  [[nodiscard]] const std::vector<replaced_rule>& replaced() const { return replaced_; }

  /// Whether some rule wants ranges of activations, matching ops or not.
  [[nodiscard]] bool needs_calibration() const;

  /// Same rules in the same order.
  friend bool operator==(const recipe& a, const recipe& b) { return a.groups_ == b.groups_; }

 private:
  std::vector<std::vector<rule>> groups_;
  std::unordered_map<std::string, std::size_t> positions_;  ///< of a regular expression's group
  std::vector<replaced_rule> replaced_;
  std::size_t added_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/quantizer.hpp
namespace aeq::inline AEQ_ABI {

/// Quantizes one model. Every member throws aeq::error, and only that.
class quantizer {
 public:
  /// Reads the model at `path` ("-": standard input). `table` says which schemes recipes may name; pass
  /// kernel_table<builtin_schemes, my_scheme>() for schemes of your own.
  explicit quantizer(const std::string& path, kernel_table_view table = builtin_table());
  explicit quantizer(model::model source, kernel_table_view table = builtin_table());

  /// The recipe of a name ("dynamic_wi8_afp32") or of a JSON file.
  void load_recipe(const std::string& name_or_path);
  void set_recipe(recipe::recipe r) { recipe_ = std::move(r); }

  /// Adds rules to those that are there; later rules win.
  void update_recipe(const recipe::recipe& more) { recipe_.update(more); }

  /// Which ops may have which configuration, from a JSON file, in place of the default policy. Load it before the
  /// recipe, which is checked against it.
  void load_policy(const std::string& path);

  /// The ranges of activations, which static recipes need: from a file that calibration saved, ours or the Python
  /// tool's.
  void load_statistics(const std::string& path);
  void set_statistics(calibrate::statistics ranges) { statistics_ = std::move(ranges); }

  /// What the recipe does to each op. Warnings tell of rules that do nothing.
  [[nodiscard]] recipe::plan plan();

  /// The quantized model, whose weights are quantized while it is written. `threads` 0: one per processor; the result
  /// does not depend on it.
  [[nodiscard]] model::model quantize(unsigned threads = 0, progress* tell = nullptr);
  [[nodiscard]] model::model quantize(const recipe::plan& decisions, unsigned threads = 0, progress* tell = nullptr);

  /// Quantizes and writes to `path` ("-": standard output). The file appears whole or not at all. Returns its size in
  /// bytes.
  std::uint64_t save(const std::string& path, const model::save_options& options = {});
  std::uint64_t save(const recipe::plan& decisions, const std::string& path, const model::save_options& options = {});

  [[nodiscard]] const model::model& source() const { return source_; }
  [[nodiscard]] const recipe::recipe& current_recipe() const { return recipe_; }
  /// Makes `save` throw error (bad_input) where there are warnings, before anything is written.
  void set_strict(bool warnings_are_errors) { strict_ = warnings_are_errors; }

  /// Warnings of reading the model, loading the recipe, the last plan and the last quantization.
  [[nodiscard]] const warnings& notes() const { return notes_; }

 private:
  kernel_table_view table_;
  recipe::policy policy_;
  recipe::recipe recipe_;
  calibrate::statistics statistics_;
  warnings loading_notes_;
  warnings notes_;
  model::model source_;
  bool strict_ = false;
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/recipe/builtin.hpp
// The recipes that go by a name: those of the Python tool that this version can do, the ready ones of recipes/, and
// every scheme. (spec: quantization, sections 2.6 and 3.1)

// ---- aeq/recipe/json.hpp
// Recipes as JSON: all spellings that the format has had. (spec: quantization, sections 2.1, 2.2 and 2.6)
//
// Stricter than the Python tool: words that it does not know, keys that are nearly known ones and keys that stand twice
// are errors here. More lenient: execution_mode and channel_wise of older files are understood.

namespace aeq::inline AEQ_ABI::recipe {

/// What a recipe is checked against, and who hears of doubtful things in it.
struct load_options {
  kernel_table_view table = builtin_table();  ///< its schemes can be named
  const policy* checks = nullptr;             ///< null: the default policy
  warnings* doubts = nullptr;
};

/// The recipe that a JSON text says; `file` is its name in messages. Throws error (bad_input; not_quantizable for an
/// algorithm that this version does not have).
[[nodiscard]] recipe parse(std::string_view text, const std::string& file, const load_options& options = {});

/// The recipe of a JSON file; "-" is standard input. Throws error (io, bad_input, not_quantizable).
[[nodiscard]] recipe load(const std::string& path, const load_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/builtin.hpp
namespace aeq::inline AEQ_ABI::recipe {

/// A rule of a built-in recipe: a scheme for one operation or all. Without a scheme it is a no_quantize rule.
struct builtin_rule {
  std::string_view operation = "*";
  const scheme_descriptor* scheme = nullptr;
  std::uint64_t min_weight_elements = 0;
};

inline constexpr std::size_t most_builtin_rules = 3;

struct builtin_recipe {
  std::string_view name;
  std::string_view summary;
  std::array<builtin_rule, most_builtin_rules> rules{};
  std::size_t rule_count = 1;
};

/// A recipe of the Python tool that this version can't do.
struct unavailable_recipe {
  std::string_view name;
  std::string_view reason;
};

namespace detail {

template <class Scheme>
[[nodiscard]] constexpr builtin_recipe whole_model(std::string_view name, std::string_view summary,
                                                   std::uint64_t min_weight_elements = 0) {
  return {name, summary, {{{"*", &descriptor_of<Scheme>, min_weight_elements}}}, 1};
}

template <int Bits, int Elements>
using dynamic_blocks = dynamic_range_scheme<Bits, blockwise<Elements>>;

inline constexpr std::string_view with_rotation =
    "needs the algorithm DECOMPOSED_HADAMARD_ROTATION, which this version does not have";
inline constexpr std::string_view for_litertlm = "is a mapping of recipes for the parts of a .litertlm file";

}  // namespace detail

inline constexpr std::array builtin_recipes{
    detail::whole_model<dynamic_wi8_afp32>("dynamic_wi8_afp32",
                                           "int8 weights; int8 arithmetic, activations at run time"),
    detail::whole_model<dynamic_wi8_afp32>("dynamic_wi8c_afp32", "as dynamic_wi8_afp32"),
    detail::whole_model<dynamic_wi4_afp32>("dynamic_wi4_afp32",
                                           "int4 weights; integer arithmetic, activations at run time"),
    detail::whole_model<dynamic_wi4_afp32>("dynamic_wi4c_afp32", "as dynamic_wi4_afp32"),
    detail::whole_model<dynamic_wi2_afp32>("dynamic_wi2c_afp32",
                                           "int2 weights; integer arithmetic, activations at run time"),
    detail::whole_model<detail::dynamic_blocks<8, 32>>("dynamic_wi8b32_afp32",
                                                       "int8 weights in blocks of 32: no op takes them"),
    detail::whole_model<detail::dynamic_blocks<8, 64>>("dynamic_wi8b64_afp32",
                                                       "int8 weights in blocks of 64: no op takes them"),
    detail::whole_model<detail::dynamic_blocks<4, 32>>("dynamic_wi4b32_afp32", "int4 weights in blocks of 32"),
    detail::whole_model<detail::dynamic_blocks<4, 64>>("dynamic_wi4b64_afp32", "int4 weights in blocks of 64"),
    detail::whole_model<detail::dynamic_blocks<2, 32>>("dynamic_wi2b32_afp32",
                                                       "int2 weights in blocks of 32, fully connected only"),
    detail::whole_model<detail::dynamic_blocks<2, 64>>("dynamic_wi2b64_afp32",
                                                       "int2 weights in blocks of 64, fully connected only"),
    detail::whole_model<dynamic_wi8_afp32>("dynamic_legacy_wi8_afp32",
                                           "as dynamic_wi8_afp32, without weights of fewer than 1024 values", 1024),
    detail::whole_model<weight_only_wi8_afp32>("weight_only_wi8_afp32", "int8 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_wi4_afp32>("weight_only_wi4_afp32", "int4 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_wfp16_afp32>("weight_only_wfp16_afp32",
                                                 "float16 weights in the file, float arithmetic"),
    detail::whole_model<static_wi8_ai8>("static_wi8_ai8", "int8 weights and activations; needs calibration"),
    detail::whole_model<static_wi8_ai16>("static_wi8_ai16", "int8 weights, int16 activations; needs calibration"),
    detail::whole_model<static_wi8_ai8>("default_a8w8", "as static_wi8_ai8"),
    detail::whole_model<static_wi8_ai16>("default_a16w8", "as static_wi8_ai16"),
    detail::whole_model<dynamic_wi8_afp32>("default_af32w8int", "as dynamic_wi8_afp32"),
    detail::whole_model<weight_only_scheme<8, asymmetric, channelwise>>(
        "default_af32w8float", "asymmetric int8 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_scheme<4, asymmetric, channelwise>>(
        "default_af32w4float", "asymmetric int4 weights in the file, float arithmetic"),
    builtin_recipe{"sample_advanced_usage",
                   "static int8, fully connected layers weight only int4, convolutions left float; needs calibration",
                   {{{"*", &descriptor_of<static_wi8_ai8>},
                     {"FULLY_CONNECTED", &descriptor_of<weight_only_wi4_afp32>},
                     {"CONV_2D"}}},
                   3},
};

inline constexpr std::array<unavailable_recipe, 10> unavailable_recipes{{
    {"dynamic_wi8c_hr_afp32", detail::with_rotation},
    {"dynamic_wi4c_hr_afp32", detail::with_rotation},
    {"dynamic_wi2c_hr_afp32", detail::with_rotation},
    {"dynamic_wi8_afp32_hadamard", detail::with_rotation},
    {"dynamic_wi4_afp32_hadamard", detail::with_rotation},
    {"dynamic_wi8_afp32_litertlm", detail::for_litertlm},
    {"gemma4_mixed48", detail::for_litertlm},
    {"gemma4_mixed48_hr", detail::for_litertlm},
    {"gemma4_mixed48_b32", detail::for_litertlm},
    {"gemma4_mixed48_b64", detail::for_litertlm},
}};

/// The built-in recipe with a name; null if there is none.
[[nodiscard]] constexpr const builtin_recipe* find_builtin(std::string_view name) {
  for (const builtin_recipe& known : builtin_recipes) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

/// The names of all built-in recipes.
[[nodiscard]] std::vector<std::string_view> builtin_names();

/// A built-in recipe as rules.
[[nodiscard]] recipe make(const builtin_recipe& known);

/// A recipe by name or by path: a built-in recipe, a scheme of the table (for all ops), else a JSON file; "-" is
/// standard input. Names may end as the Python tool's files do: _recipe, .json. Throws error.
[[nodiscard]] recipe open(std::string_view name_or_path, const load_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/policy_json.hpp
// Policies as JSON: {"configs": {name: config}, "ops_per_config": {name: [op, ...]}}. (spec: quantization, section 4.1)

namespace aeq::inline AEQ_ABI::recipe {

/// The policy that a JSON text says; `file` is its name in messages. Configurations that no op lists are left out.
/// Throws error (bad_input).
[[nodiscard]] policy parse_policy(std::string_view text, const std::string& file);

/// The policy of a JSON file. Throws error (io, bad_input).
[[nodiscard]] policy load_policy(const std::string& path);

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/save.hpp
// Recipes written as JSON, the way the Python tool exports them. (spec: quantization, section 2.6)

namespace aeq::inline AEQ_ABI::recipe {

/// The rules in order, defaults written out. A rule of a scheme that is not built in names it: "scheme".
[[nodiscard]] boost::json::array to_json(const recipe& saved);

/// The text of a recipe file. What `parse` makes of it equals the recipe.
[[nodiscard]] std::string to_text(const recipe& saved);

/// Writes the text to `path` ("-": standard output). The file appears whole or not at all. Returns its size in bytes.
/// Throws error (io).
std::uint64_t save(const recipe& saved, const std::string& path, const io::write_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/typed.hpp
// Recipes in C++: schemes and ops are types, and a pair that does not fit does not compile.

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

template <class Scheme, class List>
inline constexpr bool is_listed = false;
template <class Scheme, class... Schemes>
inline constexpr bool is_listed<Scheme, type_list<Schemes...>> = (std::is_same_v<Scheme, Schemes> || ...);

/// A built-in scheme is spelt out, so that the Python tool can read the saved rule; any other goes by its name.
template <class Scheme>
[[nodiscard]] rule typed_rule(const std::string& regex, std::string_view operation) {
  constexpr scheme_descriptor scheme = descriptor_of<Scheme>;
  rule made{regex, std::string(operation), algorithm_of(scheme), {}, config_of(scheme), {}};
  if constexpr (!is_listed<Scheme, flat_list<builtin_schemes>>) made.scheme = scheme.name;
  return made;
}

template <class Op>
consteval bool verify_operation_type() {
  if constexpr (!operation_type<Op>) return broken::operation_type<Op>();
  return true;
}

}  // namespace detail

template <class Scheme, class... Ops>
void recipe::add(std::string regex, std::uint64_t min_weight_elements) {
  const auto add_rule = [&](rule made) {
    made.config.min_weight_elements = min_weight_elements;
    add(std::move(made));
  };
  if constexpr (sizeof...(Ops) == 0) {
    if constexpr (aeq::detail::verify_policy<Scheme>()) add_rule(detail::typed_rule<Scheme>(regex, "*"));
  } else {
    if constexpr ((verify_operation<Ops, Scheme>() && ...)) {
      (add_rule(detail::typed_rule<Scheme>(regex, Ops::descriptor.name)), ...);
    }
  }
}

template <class... Ops>
void recipe::leave(std::string regex) {
  if constexpr (sizeof...(Ops) == 0) {
    add(rule{std::move(regex), "*", algorithm::no_quantize, {}, {}, {}});
  } else if constexpr ((detail::verify_operation_type<Ops>() && ...)) {
    (add(rule{regex, std::string(Ops::descriptor.name), algorithm::no_quantize, {}, {}, {}}), ...);
  }
}

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS

// ---- aeq/calibrate/histogram.ipp
// How often values of a tensor occur: the definitions.

#include <numeric>

// ---- aeq/calibrate/range_loops.hpp
// The hot loop of calibration: the least and greatest of many floats, at the speed of memory. This is the portable
// variant; all variants give the same bits.

namespace aeq::inline AEQ_ABI::calibrate {

/// From here on a float stands for infinity: models fill with such numbers what is to be left out. (spec: numerics,
/// section 7.2)
inline constexpr float unbounded = 3e38f;

/// What a run of floats holds.
struct float_range {
  float lowest = 0;
  float highest = 0;
  std::size_t nans = 0;
  std::size_t infinities = 0;
};

/// The first look at floats. Where `magnitude_bits` shows something unbounded, the other two mean nothing.
struct float_scan {
  float lowest = 0;
  float highest = 0;
  std::uint32_t magnitude_bits = 0;
};

struct range_loops {
  const char* name;
  /// Of `count` floats, which is at least 1.
  float_scan (*scan)(const float* values, std::size_t count);
};

namespace portable {

inline void scan_one(float_scan& s, float value) {
  s.lowest = value < s.lowest ? value : s.lowest;
  s.highest = value > s.highest ? value : s.highest;
  s.magnitude_bits = std::max(s.magnitude_bits, std::bit_cast<std::uint32_t>(value) & 0x7fffffffu);
}

inline float_scan scan(const float* values, std::size_t count) {
  float_scan s{values[0], values[0], 0};
  for (std::size_t i = 0; i < count; ++i) scan_one(s, values[i]);
  return s;
}

}  // namespace portable

inline constexpr range_loops portable_loops{"portable", &portable::scan};

/// Where something is unbounded. The least of the values above -3e38, the greatest of those below 3e38; where there is
/// none, or it is infinite, those of all values, of which a NaN makes NaN.
[[nodiscard]] inline float_range careful_range(const float* values, std::size_t count) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  float_range r{infinity, -infinity, 0, 0};
  float lowest_of_all = infinity;
  float highest_of_all = -infinity;
  for (std::size_t i = 0; i < count; ++i) {
    const float v = values[i];
    if (v > -unbounded && v < r.lowest) r.lowest = v;
    if (v < unbounded && v > r.highest) r.highest = v;
    lowest_of_all = v < lowest_of_all ? v : lowest_of_all;
    highest_of_all = v > highest_of_all ? v : highest_of_all;
    r.nans += v != v ? 1u : 0u;
    r.infinities += v == infinity || v == -infinity ? 1u : 0u;
  }
  const float nan = std::numeric_limits<float>::quiet_NaN();
  if (r.lowest == infinity) r.lowest = r.nans > 0 ? nan : lowest_of_all;
  if (r.highest == -infinity) r.highest = r.nans > 0 ? nan : highest_of_all;
  return r;
}

/// The range of `count` floats, which is at least 1. A zero is +0.
[[nodiscard]] inline float_range range_of(const float* values, std::size_t count, const range_loops& loops) {
  float_range r;
  if (const float_scan s = loops.scan(values, count); s.magnitude_bits < std::bit_cast<std::uint32_t>(unbounded)) {
    r = {s.lowest, s.highest, 0, 0};
  } else {
    r = careful_range(values, count);
  }
  r.lowest += 0.0f;
  r.highest += 0.0f;
  return r;
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/histogram.ipp
namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE histogram::histogram(int exponent, std::uint64_t zeros, std::vector<std::uint64_t> negative,
                                std::vector<std::uint64_t> positive)
    : exponent_(exponent), zeros_(zeros), negative_(std::move(negative)), positive_(std::move(positive)) {
  for (std::vector<std::uint64_t>* side : {&negative_, &positive_}) {
    while (!side->empty() && side->back() == 0) side->pop_back();
  }
}

AEQ_INLINE void histogram::widen(int exponent) {
  if (exponent <= exponent_) return;
  const int by = exponent - exponent_;
  for (std::vector<std::uint64_t>* side : {&negative_, &positive_}) {
    for (std::size_t i = 0; i < side->size(); ++i) {
      const std::size_t to = by < 32 ? i >> by : 0;
      const std::uint64_t moved = std::exchange((*side)[i], 0);
      (*side)[to] += moved;
    }
    while (!side->empty() && side->back() == 0) side->pop_back();
  }
  exponent_ = exponent;
}

AEQ_INLINE void histogram::add(std::span<const float> values, float largest) {
  constexpr int bits_of_bins = 11;
  if (largest > 0 && largest < unbounded) {
    widen(std::clamp(std::ilogb(largest) - bits_of_bins + 1, least_exponent, most_exponent));
  }
  std::array<std::uint64_t, 2 * most_bins> counts{};
  const float per_width = std::ldexp(1.0f, -exponent_);  // a power of two: the product is exact, or less than 1
  std::uint64_t zeros = 0;
  for (const float v : values) {
    const float size = std::fabs(v);
    if (!(size < unbounded)) continue;
    zeros += size == 0 ? 1u : 0u;
    const std::size_t bin = std::min(static_cast<std::size_t>(size * per_width), most_bins - 1);
    ++counts[(v < 0 ? most_bins : 0) + bin];
  }
  counts[0] -= zeros;  // zeros, of either sign, are counted apart
  zeros_ += zeros;
  const auto take = [&](std::size_t from, std::vector<std::uint64_t>& side) {
    std::size_t used = most_bins;
    while (used > 0 && counts[from + used - 1] == 0) --used;
    side.resize(std::max(side.size(), used));
    for (std::size_t i = 0; i < used; ++i) side[i] += counts[from + i];
  };
  take(0, positive_);
  take(most_bins, negative_);
}

AEQ_INLINE void histogram::merge(const histogram& other) {
  widen(other.exponent_);
  histogram copy = other;
  copy.widen(exponent_);
  zeros_ += copy.zeros_;
  const auto take = [](const std::vector<std::uint64_t>& from, std::vector<std::uint64_t>& side) {
    side.resize(std::max(side.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) side[i] += from[i];
  };
  take(copy.negative_, negative_);
  take(copy.positive_, positive_);
}

AEQ_INLINE std::uint64_t histogram::count() const {
  const auto sum = [](const std::vector<std::uint64_t>& side) {
    return std::accumulate(side.begin(), side.end(), std::uint64_t(0));
  };
  return sum(negative_) + zeros_ + sum(positive_);
}

AEQ_INLINE histogram::limits histogram::percentile(double percent, limits all) const {
  const double width = std::ldexp(1.0, exponent_);
  const double cut = static_cast<double>(count()) * (100.0 - percent) / 200.0;
  if (!(cut > 0)) return all;
  // The magnitude, seen from one end, below which the cut ends; `far` is the side of that end.
  const auto end_of_cut = [&](const std::vector<std::uint64_t>& far, const std::vector<std::uint64_t>& near) {
    double left = cut;
    const auto inside = [&](double n) {
      if (left < n) return true;
      left -= n;
      return false;
    };
    for (std::size_t i = far.size(); i-- > 0;) {
      const auto n = static_cast<double>(far[i]);
      if (inside(n)) return (static_cast<double>(i) + 1 - left / n) * width;
    }
    if (inside(static_cast<double>(zeros_))) return 0.0;
    for (std::size_t i = 0; i < near.size(); ++i) {
      const auto n = static_cast<double>(near[i]);
      if (inside(n)) return -(static_cast<double>(i) + left / n) * width;
    }
    return 0.0;
  };
  const double lowest = -end_of_cut(negative_, positive_);
  const double highest = end_of_cut(positive_, negative_);
  return {std::clamp(lowest, all.lowest, all.highest), std::clamp(highest, all.lowest, all.highest)};
}

AEQ_INLINE histogram::limits histogram::least_divergence(limits all) const {
  const std::size_t bins = std::max(negative_.size(), positive_.size());
  const std::size_t levels = negative_.empty() || positive_.empty() ? 256 : 128;
  // Sums over the bins before one: of values, of bins that hold some, and of n log n.
  std::vector<double> values(bins + 1);
  std::vector<double> filled(bins + 1);
  std::vector<double> logs(bins + 1);
  const auto at = [](const std::vector<std::uint64_t>& side, std::size_t i) { return i < side.size() ? side[i] : 0; };
  const auto n_log_n = [](double n) { return n > 0 ? n * std::log(n) : 0.0; };
  for (std::size_t i = 0; i < bins; ++i) {
    const auto n = static_cast<double>(at(negative_, i) + at(positive_, i));
    values[i + 1] = values[i] + n;
    filled[i + 1] = filled[i] + (n > 0 ? 1 : 0);
    logs[i + 1] = logs[i] + n_log_n(n);
  }
  const double count = values[bins];
  double least = std::numeric_limits<double>::infinity();
  std::size_t best = bins;
  std::size_t last = bins;  // bins up to the last one that holds something
  for (std::size_t kept = bins; kept >= levels && count > 0; --kept) {
    const double cut = count - values[kept];
    while (last > 0 && (last > kept || values[last] == values[last - 1])) --last;
    if (last == 0) break;
    // Values that are cut count as the last ones that are kept in what is wanted, and not at all in what levels hold.
    double divergence = logs[last - 1] + n_log_n(values[last] - values[last - 1] + cut);
    std::size_t from = 0;
    for (std::size_t level = 0; level < levels; ++level) {
      const std::size_t to = kept * (level + 1) / levels;
      const double inside = values[to] - values[from];
      if (inside > 0) {
        const double wanted = inside + (from < last && last <= to ? cut : 0.0);
        divergence -= wanted * std::log(inside / (filled[to] - filled[from]));
      }
      from = to;
    }
    divergence = divergence / count + std::log(values[kept] / count);
    if (divergence < least) {
      least = divergence;
      best = kept;
    }
  }
  if (best == bins) return all;
  const double bound = std::ldexp(static_cast<double>(best), exponent_);
  return {std::max(all.lowest, -bound), std::min(all.highest, bound)};
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/observations.ipp
// What calibration has seen of each tensor: the definitions.

#include <charconv>
#include <system_error>

// ---- aeq/calibrate/range_loops_avx2.hpp
// Inside: the loop over activations for x86-64 processors with AVX2. Compiled behind a function target: no compiler
// flag is needed, and a processor without it gets the portable variant.

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_RANGES 1
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_RANGES 0
#endif

namespace aeq::inline AEQ_ABI::calibrate {

#if AEQ_HAS_AVX2_RANGES
namespace avx2 {

__attribute__((target("avx2"))) inline float_scan scan(const float* values, std::size_t count) {
  constexpr std::size_t chains = 4;  // independent ones hide the latency of min and max
  constexpr std::size_t step = 8 * chains;
  if (count < step) return portable::scan(values, count);
  const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
  __m256 low[chains];
  __m256 high[chains];
  __m256i bits[chains];
  for (std::size_t k = 0; k < chains; ++k) {
    low[k] = high[k] = _mm256_loadu_ps(values);
    bits[k] = _mm256_setzero_si256();
  }
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    for (std::size_t k = 0; k < chains; ++k) {
      const __m256 v = _mm256_loadu_ps(values + i + 8 * k);
      low[k] = _mm256_min_ps(low[k], v);
      high[k] = _mm256_max_ps(high[k], v);
      bits[k] = _mm256_max_epu32(bits[k], _mm256_and_si256(magnitude, _mm256_castps_si256(v)));
    }
  }
  alignas(32) float lows[step];
  alignas(32) float highs[step];
  alignas(32) std::uint32_t sizes[step];
  for (std::size_t k = 0; k < chains; ++k) {
    _mm256_store_ps(lows + 8 * k, low[k]);
    _mm256_store_ps(highs + 8 * k, high[k]);
    _mm256_store_si256(reinterpret_cast<__m256i*>(sizes + 8 * k), bits[k]);
  }
  float_scan s{lows[0], highs[0], sizes[0]};
  for (std::size_t k = 1; k < step; ++k) {
    s.lowest = lows[k] < s.lowest ? lows[k] : s.lowest;
    s.highest = highs[k] > s.highest ? highs[k] : s.highest;
    s.magnitude_bits = sizes[k] > s.magnitude_bits ? sizes[k] : s.magnitude_bits;
  }
  for (; i < count; ++i) portable::scan_one(s, values[i]);
  return s;
}

}  // namespace avx2

inline constexpr range_loops avx2_loops{"avx2", &avx2::scan};
#endif

/// The fastest variant that this processor has.
[[nodiscard]] inline const range_loops& best_loops() {
#if AEQ_HAS_AVX2_RANGES
  static const bool available = __builtin_cpu_supports("avx2") != 0;
  if (available) return avx2_loops;
#endif
  return portable_loops;
}

}  // namespace aeq::inline AEQ_ABI::calibrate

#undef AEQ_HAS_AVX2_RANGES

// ---- aeq/io/python_json.hpp
// Text exactly as the Python tools of this field print it, so that files can be compared byte for byte: JSON with lists
// and maps of scalars on one line, floats in hexadecimal, bytes that are no UTF-8 as escapes.

namespace aeq::inline AEQ_ABI::io {

/// Bytes of the well-formed UTF-8 character that `text` starts with; 0 if it starts with none.
[[nodiscard]] constexpr std::size_t utf8_character_bytes(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return 0;
  if (byte(0) < 0x80) return 1;
  const std::size_t size = byte(0) < 0xc2 ? 0 : byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : byte(0) < 0xf5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (byte(0) == 0xe0 && byte(1) < 0xa0) return 0;  // could be shorter
  if (byte(0) == 0xed && byte(1) > 0x9f) return 0;  // a surrogate
  if (byte(0) == 0xf0 && byte(1) < 0x90) return 0;  // could be shorter
  if (byte(0) == 0xf4 && byte(1) > 0x8f) return 0;  // beyond Unicode
  return size;
}

[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t size = utf8_character_bytes(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// UTF-8 whatever the bytes are: those that are no character become \xNN. (Python: errors="backslashreplace")
[[nodiscard]] std::string escaped_utf8(std::string_view bytes);

/// A float exactly, in the shortest hexadecimal form: 0x1.8p+1, -0x0p+0, inf, nan.
[[nodiscard]] std::string hex_float(double value);

/// A float in decimal, the shortest text that reads back the same: 1.5, 1e-05, 1e+16, NaN, Infinity.
[[nodiscard]] std::string python_float(double value);

/// Indented by one space, a list or map of scalars on one line; the last character is a newline.
[[nodiscard]] std::string json_lines(const boost::json::value& value);

/// All on one line: {"a": [1, 2]}.
[[nodiscard]] std::string json_line(const boost::json::value& value);

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/calibrate/observations.ipp
namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE std::string to_text(const range_method& method) {
  switch (method.kind) {
    case range_kind::minmax: return "minmax";
    case range_kind::moving_average: return "moving-average";
    case range_kind::entropy: return "entropy";
    case range_kind::percentile: break;
  }
  std::string percent = io::python_float(method.percent);
  if (percent.ends_with(".0")) percent.resize(percent.size() - 2);
  return "percentile=" + percent;
}

AEQ_INLINE std::optional<range_method> parse_range_method(std::string_view text) {
  if (text == "minmax") return range_method{range_kind::minmax};
  if (text == "moving-average") return range_method{range_kind::moving_average};
  if (text == "entropy") return range_method{range_kind::entropy};
  constexpr std::string_view prefix = "percentile=";
  if (!text.starts_with(prefix)) return std::nullopt;
  range_method method{range_kind::percentile};
  const char* const end = text.data() + text.size();
  const auto [last, problem] = std::from_chars(text.data() + prefix.size(), end, method.percent);
  if (problem != std::errc() || last != end || !(method.percent > 50 && method.percent <= 100)) return std::nullopt;
  return method;
}

namespace detail {

/// 0.95 of what was and 1 - 0.95 of what is, each operation rounded in the type of the range. Products of floats are
/// exact in double, and `volatile` keeps those of doubles from being contracted with the sum.
[[nodiscard]] AEQ_INLINE double averaged(double old, double sample, bool wide) {
  constexpr double keep = 0.95;
  constexpr double give = 1.0 - keep;
  if (wide) {
    const volatile double kept = keep * old;
    const volatile double given = give * sample;
    return kept + given;
  }
  const auto kept = static_cast<float>(static_cast<double>(static_cast<float>(keep)) * old);
  const auto given = static_cast<float>(static_cast<double>(static_cast<float>(give)) * sample);
  return static_cast<double>(kept + given);
}

/// The least, or the greatest; a value that is not finite counts only where there is no other.
[[nodiscard]] AEQ_INLINE double lesser(double a, double b) {
  if (!std::isfinite(b)) return a;
  return std::isfinite(a) ? std::min(a, b) : b;
}
[[nodiscard]] AEQ_INLINE double greater(double a, double b) {
  if (!std::isfinite(b)) return a;
  return std::isfinite(a) ? std::max(a, b) : b;
}

template <class Integer>
[[nodiscard]] histogram::limits limits_of(std::span<const Integer> values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return {static_cast<double>(*lowest), static_cast<double>(*highest)};
}

}  // namespace detail

AEQ_INLINE std::size_t observations::place_of(std::string_view tensor) {
  const auto [place, is_new] = index_.emplace(std::string(tensor), entries_.size());
  if (is_new) entries_.emplace_back(std::string(tensor), observed{});
  return place->second;
}

AEQ_INLINE const observed* observations::find(std::string_view tensor) const {
  const auto place = index_.find(std::string(tensor));
  return place == index_.end() ? nullptr : &entries_[place->second].second;
}

AEQ_INLINE void observations::take(observed& into, const tensor_range& of_sample, bool again) const {
  if (!into.seen) {
    into.seen = true;
    into.samples = 1;
    into.range = of_sample;
    if (method_.kind == range_kind::moving_average) into.first = {of_sample.lowest, of_sample.highest};
    return;
  }
  if (into.samples != 0 && !again) ++into.samples;
  tensor_range& all = into.range;
  all.wide = all.wide || of_sample.wide;
  if (method_.kind == range_kind::moving_average) {
    all.lowest = detail::averaged(all.lowest, of_sample.lowest, all.wide);
    all.highest = detail::averaged(all.highest, of_sample.highest, all.wide);
  } else {
    all.lowest = detail::lesser(all.lowest, of_sample.lowest);
    all.highest = detail::greater(all.highest, of_sample.highest);
  }
}

AEQ_INLINE void observations::observe(std::size_t place, const operand& value, std::uint64_t sample_number,
                                      bool again) {
  if (again && method_.kind == range_kind::moving_average) return;
  const std::size_t count = value.elements();
  if (count == 0 || !value.is_complete()) return;
  observed& into = entries_[place].second;
  tensor_range of_sample;
  of_sample.shape.assign(value.shape.size(), 1);
  const auto set = [&](histogram::limits found) {
    of_sample.lowest = found.lowest;
    of_sample.highest = found.highest;
    of_sample.wide = true;
  };
  std::span<const float> floats;
  switch (value.type) {
    case element_type::float32: floats = value.values<float>().first(count); break;
    case element_type::float16: {
      const auto halves = value.values<std::uint16_t>().first(count);
      floats_.resize(count);
      for (std::size_t i = 0; i < count; ++i) floats_[i] = float_from_float16(halves[i]);
      floats = floats_;
      break;
    }
    case element_type::boolean:
    case element_type::uint8: set(detail::limits_of(value.values<std::uint8_t>().first(count))); break;
    case element_type::int8: set(detail::limits_of(value.values<std::int8_t>().first(count))); break;
    case element_type::int16: set(detail::limits_of(value.values<std::int16_t>().first(count))); break;
    case element_type::int32: set(detail::limits_of(value.values<std::int32_t>().first(count))); break;
    case element_type::int64: set(detail::limits_of(value.values<std::int64_t>().first(count))); break;
    case element_type::absent:
    case element_type::int2:
    case element_type::int4: return;
  }
  if (!floats.empty()) {
    const float_range r = range_of(floats.data(), floats.size(), best_loops());
    of_sample.lowest = static_cast<double>(r.lowest);
    of_sample.highest = static_cast<double>(r.highest);
    if (r.nans + r.infinities > 0) {
      const auto odd = odd_.try_emplace(place, odd_values{0, 0, 0, sample_number}).first;
      odd->second.nans += r.nans;
      odd->second.infinities += r.infinities;
      ++odd->second.samples;
    }
    if (method_.wants_histogram()) into.counts.add(floats, std::max(std::fabs(r.lowest), std::fabs(r.highest)));
  }
  take(into, of_sample, again);
}

AEQ_INLINE void observations::merge(const observations& later, const std::string& name, const std::string& later_name) {
  if (method_ != later.method_) {
    throw error(error_code::bad_input, name + " holds ranges of the method " + to_text(method_) + ", " + later_name +
                                           " of " + to_text(later.method_) +
                                           "; statistics of one method can be merged");
  }
  for (const auto& [tensor, other] : later.entries_) {
    observed& into = entries_[place_of(tensor)].second;
    if (!other.seen) continue;
    if (!into.seen) {
      into = other;
      continue;
    }
    tensor_range& all = into.range;
    const bool wide = all.wide || other.range.wide;
    if (method_.kind == range_kind::moving_average) {
      if (!other.first || other.samples == 0) {
        throw error(error_code::bad_input,
                    later_name + ": tensor \"" + io::escaped_utf8(tensor) +
                        "\": the file does not say how its moving average began; such a file can only come first");
      }
      // Going on with the samples of `other` from here would keep this much of what is here...
      const double kept = std::pow(0.95, static_cast<double>(other.samples));
      // ... and give its first sample the share of one that is not the first.
      const auto join = [&](double mine, double theirs, double first) {
        const double joined = theirs + kept * (mine - first);
        return wide ? joined : static_cast<double>(static_cast<float>(joined));
      };
      all.lowest = join(all.lowest, other.range.lowest, other.first->lowest);
      all.highest = join(all.highest, other.range.highest, other.first->highest);
    } else {
      all.lowest = detail::lesser(all.lowest, other.range.lowest);
      all.highest = detail::greater(all.highest, other.range.highest);
      into.counts.merge(other.counts);
    }
    all.wide = wide;
    into.samples = into.samples == 0 || other.samples == 0 ? 0 : into.samples + other.samples;
  }
  samples_ += later.samples_;
}

AEQ_INLINE statistics observations::ranges() const {
  statistics result;
  for (const auto& [tensor, what] : entries_) {
    if (!what.seen) continue;
    tensor_range range = what.range;
    if (method_.wants_histogram() && what.counts.count() > 0) {
      const histogram::limits all{range.lowest, range.highest};
      const histogram::limits chosen = method_.kind == range_kind::percentile
                                           ? what.counts.percentile(method_.percent, all)
                                           : what.counts.least_divergence(all);
      const auto rounded = [&](double v) {
        return (range.wide ? v : static_cast<double>(static_cast<float>(v))) + 0.0;
      };
      range.lowest = rounded(chosen.lowest);
      range.highest = rounded(chosen.highest);
    }
    result.set(tensor, std::move(range));
  }
  return result;
}

AEQ_INLINE void observations::tell(warnings& notes) const {
  for (std::size_t place = 0; place < entries_.size(); ++place) {
    const auto found = odd_.find(place);
    if (found == odd_.end()) continue;
    const odd_values& odd = found->second;
    std::string what;
    if (odd.nans > 0) what = std::to_string(odd.nans) + " times NaN";
    if (odd.infinities > 0) what += (what.empty() ? "" : " and ") + std::to_string(odd.infinities) + " times infinity";
    notes.add("tensor \"" + io::escaped_utf8(entries_[place].first) + "\"",
              "holds " + what + ", first in sample " + std::to_string(odd.first_sample) + " and in " +
                  std::to_string(odd.samples) + " of them; its range leaves that out");
  }
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/file.ipp
// Reading files: the definitions.

#include <cerrno>
#include <new>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string system_message(int number) {
  return std::strerror(number);
}

AEQ_INLINE std::string amount(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024;
  constexpr std::uint64_t mib = 1024 * kib;
  const auto in = [&](std::uint64_t unit, const char* name) {
    return std::to_string(bytes / unit + (bytes % unit != 0 ? 1 : 0)) + name;
  };
  if (bytes >= 10 * mib || (bytes >= mib && bytes % mib == 0)) return in(mib, " MiB");
  if (bytes >= 10 * kib || (bytes >= kib && bytes % kib == 0)) return in(kib, " KiB");
  return std::to_string(bytes) + " bytes";
}

namespace detail {

/// A file descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// Reads to the end. Large pieces of memory grow without being copied: the system moves their pages.
[[nodiscard]] AEQ_INLINE read_bytes read_to_end(int file, const std::string& name, read_limit limit) {
  constexpr std::size_t step = std::size_t(1) << 16;
  read_bytes result;
  std::size_t room = 0;
  const auto resize = [&](std::size_t bytes) {
    void* moved = std::realloc(result.bytes.get(), std::max<std::size_t>(bytes, 1));
    if (moved == nullptr) throw std::bad_alloc();
    static_cast<void>(result.bytes.release());
    result.bytes.reset(static_cast<std::uint8_t*>(moved));
    room = bytes;
  };
  for (;;) {
    if (result.size == room) {
      const std::size_t growth = std::max(step, room / 2);
      resize(growth > limit.bytes - room ? static_cast<std::size_t>(limit.bytes) + step : room + growth);
    }
    const ssize_t got = ::read(file, result.bytes.get() + result.size, room - result.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw error(error_code::io, name + ": can't be read: " + system_message(errno));
    if (got == 0) break;
    result.size += static_cast<std::size_t>(got);
    if (result.size > limit.bytes) {
      const std::string accepted = limit.remedy.empty() ? std::string() : "; " + std::string(limit.remedy);
      throw error(error_code::bad_input, name + ": is larger than " + amount(limit.bytes) + accepted);
    }
  }
  resize(result.size);
  return result;
}

}  // namespace detail

AEQ_INLINE std::shared_ptr<const input_file> input_file::open(const std::string& path, read_limit limit) {
  auto file = std::make_shared<input_file>(private_key{}, path == "-" ? "standard input" : path);
  if (path == "-") {
    file->read_ = detail::read_to_end(STDIN_FILENO, file->name_, limit);
    file->content_ = {file->read_.bytes.get(), file->read_.size};
    return file;
  }
  detail::descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) throw error(error_code::io, path + ": can't be opened: " + system_message(errno));
  struct stat facts {};
  if (::fstat(opened.number(), &facts) != 0) throw error(error_code::io, path + ": " + system_message(errno));
  if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path + ": is a folder; a file is wanted");
  if (S_ISREG(facts.st_mode) && facts.st_size > 0) {
    const auto size = static_cast<std::size_t>(facts.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, opened.number(), 0);
    if (address != MAP_FAILED) {
      file->content_ = {static_cast<const std::uint8_t*>(address), size};
      file->opened_ = opened.release();
      file->state_ = {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
      return file;
    }
  }
  file->read_ = detail::read_to_end(opened.number(), path, limit);
  file->content_ = {file->read_.bytes.get(), file->read_.size};
  return file;
}

AEQ_INLINE input_file::state input_file::state_now() const {
  struct stat facts {};
  if (::fstat(opened_, &facts) != 0) throw error(error_code::io, name_ + ": " + system_message(errno));
  return {facts.st_size, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

AEQ_INLINE void input_file::check_unchanged() const {
  if (!is_mapped() || state_ == state_now()) return;
  throw error(error_code::io, name_ + ": was changed while it was read; run again when nobody writes it");
}

AEQ_INLINE std::shared_ptr<const input_file> input_file::from_memory(std::vector<std::uint8_t> bytes,
                                                                     std::string name) {
  auto file = std::make_shared<input_file>(private_key{}, std::move(name));
  file->owned_ = std::move(bytes);
  file->content_ = file->owned_;
  return file;
}

AEQ_INLINE input_file::~input_file() {
  if (!is_mapped()) return;
  ::munmap(const_cast<std::uint8_t*>(content_.data()), content_.size());
  ::close(opened_);
}

AEQ_INLINE void input_file::let_go(std::span<const std::uint8_t> part) const noexcept {
  constexpr std::uintptr_t step = std::uintptr_t(1) << 24;
  if (!is_mapped() || part.empty()) return;
  const auto origin = reinterpret_cast<std::uintptr_t>(content_.data());
  const auto first = reinterpret_cast<std::uintptr_t>(part.data()) - origin;
  const auto last = first + part.size();
  if (first > content_.size() || last > content_.size()) return;  // not of this file
  if (first / step == last / step && first % step != 0) return;
  const std::uintptr_t begin = first / step * step - (first >= step ? step : 0);
  const std::uintptr_t end = std::min<std::uintptr_t>((last / step + 1) * step, content_.size());
  ::madvise(reinterpret_cast<void*>(origin + begin), end - begin, MADV_DONTNEED);
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/model.ipp
// A model in memory: the definitions.

namespace aeq::inline AEQ_ABI::model {

AEQ_INLINE const std::string& model::file_name() const {
  static const std::string none = "model";
  return file ? file->name() : none;
}

AEQ_INLINE std::uint64_t element_count(std::span<const std::int32_t> shape) {
  std::uint64_t count = 1;
  for (const std::int32_t size : shape) count *= static_cast<std::uint64_t>(size < 0 ? 0 : size);
  return count;
}

AEQ_INLINE std::string label(const subgraph& graph, std::size_t index) {
  const tensor& t = graph.tensors[index];
  if (t.name && !t.name->empty()) return "tensor '" + *t.name + "'";
  return "tensor " + std::to_string(index);
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/calibrate/calibration.ipp
// Calibration: the definitions.

namespace aeq::inline AEQ_ABI::calibrate {

AEQ_INLINE tensor_names needed_tensors(const model::model& m, const recipe::plan& plan) {
  tensor_names needed;
  const auto is_static = [](const recipe::decision& d) {
    return d.quantize && d.scheme.execution_mode == execution::static_range;
  };
  for (std::size_t g = 0; g < m.subgraphs.size() && g < plan.subgraphs.size(); ++g) {
    const model::subgraph& graph = m.subgraphs[g];
    const recipe::subgraph_plan& decisions = plan.subgraphs[g];
    const auto add = [&](const std::vector<std::int32_t>& tensors) {
      for (const std::int32_t i : tensors) {
        if (i < 0) continue;
        const model::tensor& t = graph.tensors[static_cast<std::size_t>(i)];
        if (t.name && !m.is_constant(t)) needed.insert(*t.name);
      }
    };
    for (std::size_t i = 0; i < graph.operations.size() && i < decisions.operations.size(); ++i) {
      if (!is_static(decisions.operations[i])) continue;
      add(graph.operations[i].inputs);
      add(graph.operations[i].outputs);
    }
    if (is_static(decisions.inputs)) add(graph.inputs);
    if (is_static(decisions.outputs)) add(graph.outputs);
  }
  return needed;
}

AEQ_INLINE collector::collector(const model::model& m, observations& into, const tensor_names* only)
    : model_(m), into_(into), only_(only) {
  for (const model::subgraph& g : m.subgraphs) places_.emplace_back(g.tensors.size(), not_shown);
}

AEQ_INLINE std::size_t collector::place_of(std::size_t graph, std::size_t tensor) {
  const model::tensor& t = model_.subgraphs[graph].tensors[tensor];
  if (!t.name || t.name->empty() || model_.is_constant(t)) return not_wanted;
  if (only_ != nullptr && !only_->contains(*t.name)) return not_wanted;
  const std::size_t place = into_.place_of(*t.name);
  last_.resize(std::max(last_.size(), place + 1));
  return place;
}

AEQ_INLINE void collector::begin(const execute::signature& called, const sample& s, warnings* notes) {
  for (std::size_t i = 0; i < s.inputs.size() && i < called.inputs.size(); ++i) {
    const operand& value = s.inputs[i];
    if (value.type != element_type::float32 || value.elements() == 0 || !value.is_complete()) continue;
    const float_range r = range_of(value.values<float>().data(), value.elements(), best_loops());
    if (r.nans + r.infinities == 0) continue;
    const std::string input = "input '" + io::escaped_utf8(called.inputs[i].name) + "'" +
                              (called.key.empty() ? "" : " of signature '" + io::escaped_utf8(called.key) + "'");
    if (r.nans > 0) {
      throw error(error_code::bad_input, model_.file_name() + ": " + input + " holds NaN in sample " +
                                             std::to_string(number_) + " of the data; numbers are accepted");
    }
    if (notes != nullptr && told_.insert(input).second) {
      notes->add(input, "holds infinity in sample " + std::to_string(number_) + " of the data; ranges leave that out");
    }
  }
  ++number_;
}

AEQ_INLINE void collector::take(const execute::tensor_view& shown) {
  std::size_t& place = places_[shown.subgraph][shown.tensor];
  if (place == not_shown) place = place_of(shown.subgraph, shown.tensor);
  if (place == not_wanted || shown.value == nullptr) return;
  // A tensor that is shown again, in another round of a loop, and another one of the same name are of the same sample:
  // the Python tool's average takes the first alone.
  const bool again = last_[place] == number_;
  last_[place] = number_;
  into_.observe(place, *shown.value, number_ - 1, again);
}

AEQ_INLINE void collector::end() {
  into_.count_sample();
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/dataset.ipp
// Datasets: the definitions.

#include <map>

// ---- aeq/calibrate/array_names.hpp
// Which input an array of a dataset is for: its name says it. Included by definitions only.

namespace aeq::inline AEQ_ABI::calibrate::detail {

/// An input of a signature, by places.
struct input_place {
  std::size_t signature = 0;
  std::size_t input = 0;
  friend bool operator==(const input_place&, const input_place&) = default;
};

/// What an array is for.
struct array_target {
  input_place place;
  bool is_one_sample = false;  ///< else it holds samples one after the other
  std::uint64_t index = 0;     ///< of the sample
};

class array_names {
 public:
  /// The signatures must live as long as this.
  explicit array_names(const std::vector<execute::signature>& signatures);

  /// Throws error (bad_input) for a name that is no input's, or that of several; `file` is for the message.
  [[nodiscard]] array_target find(const std::string& name, const std::string& file) const;

  /// Whether `find` would find it, as an array that holds samples one after the other.
  [[nodiscard]] bool knows_stacked(const std::string& name) const;

  /// "'x' and 'y'", for messages: the names that are accepted.
  [[nodiscard]] std::string accepted() const;

 private:
  struct entry {
    input_place place;
    bool is_tensor = false;  ///< the name of a tensor, which counts for less than that of an input
    bool is_ambiguous = false;
  };
  using index = std::unordered_map<std::string, entry>;
  static void add(index& names, const std::string& name, const entry& made);
  [[nodiscard]] const entry* numbered(std::string_view name, entry& made) const;
  [[nodiscard]] bool find_sample(std::string_view name, array_target& found) const;

  const std::vector<execute::signature>& signatures_;
  index stacked_;
  std::vector<index> inputs_;  ///< of each signature
};

}  // namespace aeq::inline AEQ_ABI::calibrate::detail

// ---- aeq/calibrate/array_stream.hpp
// An array of a dataset, read sample by sample into what an input of a model takes. Included by definitions only.

// ---- aeq/calibrate/npy.hpp
// The .npy format of NumPy: a header that says type and shape, then the elements. Reading takes versions 1.0 to 3.0,
// writing makes version 1.0.

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

// ---- aeq/calibrate/npz.hpp
// The .npz format of NumPy, a zip archive of .npy arrays, stored or deflated. The directory is read from the mapped
// file; an entry is unpacked when and as far as it is asked for, so that no array needs to be in memory whole.
//
// Every byte is untrusted: offsets and sizes are checked against the file, entries may not overlap, what an entry
// unpacks to is never more than its size in the directory, and its checksum must fit.

namespace aeq::inline AEQ_ABI::calibrate {

/// An entry as the directory has it.
struct npz_entry {
  std::string name;  ///< without ".npy"
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  ///< unpacked
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< where the next entry, or the directory, begins
  std::uint32_t checksum = 0;
  bool deflated = false;
};

/// The content of an entry from its beginning to its end.
class npz_stream {
 public:
  npz_stream(npz_stream&&) noexcept;
  npz_stream& operator=(npz_stream&&) noexcept;
  ~npz_stream();

  /// Unpacks the next bytes. With the last ones the checksum is compared. Throws error (bad_input) for damaged data and
  /// for more bytes than there are.
  void read(std::span<std::uint8_t> into);

  /// Bytes that are not yet read.
  [[nodiscard]] std::uint64_t left() const;

 private:
  friend class npz_file;
  struct state;
  explicit npz_stream(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

class npz_file {
 public:
  /// Reads the directory. Throws error (bad_input) that says what is damaged, or what kind of archive would be
  /// accepted.
  explicit npz_file(std::shared_ptr<const io::input_file> file);

  /// In the order of the directory. Names are unique.
  [[nodiscard]] const std::vector<npz_entry>& entries() const { return entries_; }
  [[nodiscard]] const std::string& name() const { return file_->name(); }

  /// Starts unpacking an entry, which is one of `entries()`. Throws error (bad_input).
  [[nodiscard]] npz_stream open(const npz_entry& entry) const;

 private:
  std::shared_ptr<const io::input_file> file_;
  std::vector<npz_entry> entries_;
};

/// Whether bytes are the beginning of a zip archive.
[[nodiscard]] bool is_npz(std::span<const std::uint8_t> start) noexcept;

/// Writes an archive that NumPy reads, array by array. The same arrays make the same bytes: entries have no time.
class npz_writer {
 public:
  /// Starts writing `path`; "-" is standard output. `deflated` compresses, as numpy.savez_compressed does. Throws error
  /// (io).
  npz_writer(std::string path, io::write_options options = {}, bool deflated = false);

  /// Adds an array in C order under a name without ".npy". Throws error (io), and error (wrong_usage) for a name that
  /// is there already, a type that NumPy does not have, and data that are not as long as type and shape want.
  void add(const std::string& name, element_type type, std::span<const std::int32_t> shape,
           std::span<const std::byte> data);

  /// Writes the directory and gives the file its name; without it no file appears. Throws error (io).
  void finish();

 private:
  void append(std::span<const std::uint8_t> bytes);

  io::output_file file_;
  std::vector<npz_entry> entries_;
  std::unordered_set<std::string> names_;
  std::uint64_t size_ = 0;
  bool deflated_ = false;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/array_stream.hpp
namespace aeq::inline AEQ_ABI::calibrate::detail {

/// How an array is cut into samples.
struct stacking {
  std::uint64_t count = 0;
  std::vector<std::int32_t> shape;  ///< of each
};

/// What an operand of a sample looks at.
struct input_storage {
  std::vector<std::uint8_t> bytes;
  std::vector<std::int32_t> shape;
};

/// Throws error (bad_input) for an input whose type no data can be given for; `name` is that of the data.
void check_can_be_given(const execute::port& input, const std::string& name);

class array_stream {
 public:
  /// An array of an .npz file.
  array_stream(const npz_file& archive, const npz_entry& entry);
  /// An .npy file; `path` is for messages.
  array_stream(std::shared_ptr<const io::input_file> file, const std::string& path);
  /// Raw elements of an input.
  array_stream(std::shared_ptr<const io::input_file> file, const std::string& path, const execute::port& input);

  /// How it is cut into samples for an input. Throws error (bad_input) that says which types and shapes the input
  /// takes.
  [[nodiscard]] stacking as_stack(const execute::port& input) const;
  /// Its shape, if it is one sample for an input. Throws error (bad_input).
  [[nodiscard]] std::vector<std::int32_t> as_one_sample(const execute::port& input) const;

  /// Reads the next elements, as many as `shape` has, into `storage`, and gives a view of them. Floats for an integer
  /// input are quantized by its scale. Throws error (bad_input).
  [[nodiscard]] operand read(const std::vector<std::int32_t>& shape, const execute::port& input, input_storage& into);

 private:
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_shape(const execute::port& input, bool stacked) const;
  void check(const execute::port& input) const;
  [[nodiscard]] std::vector<std::int32_t> tail(std::size_t from) const;
  void read_bytes(std::span<std::uint8_t> into);

  std::string name_;  ///< "data.npz: array 'x'"
  npy_header header_;
  std::optional<npz_stream> packed_;
  std::shared_ptr<const io::input_file> file_;
  std::span<const std::uint8_t> left_;
  std::vector<std::uint8_t> raw_;  ///< floats that become integers
};

}  // namespace aeq::inline AEQ_ABI::calibrate::detail

// ---- aeq/calibrate/random.hpp
// Random numbers as NumPy's default_rng makes them, so that dummy data are those of the Python tool. (spec: numerics,
// section 9)

namespace aeq::inline AEQ_ABI::calibrate {

class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed);

  [[nodiscard]] std::uint64_t next_64();
  /// Half of a 64-bit number; the other half comes next time.
  [[nodiscard]] std::uint32_t next_32();
  /// In [0, 1).
  [[nodiscard]] double uniform();
  /// Of the normal distribution with mean 0 and variance 1.
  [[nodiscard]] double normal();

  /// Fills a tensor: floats are normal, 8 and 16 bit integers take all values, truth values both, and 32 and 64 bit
  /// integers, which are mostly places to look up, are 0 and 1. (The Python tool's take all values.)
  void fill(element_type type, std::span<std::byte> data);

 private:
  struct wide {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  void step();

  wide state_;
  wide increment_;
  std::uint32_t kept_ = 0;
  bool has_kept_ = false;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/folder.hpp
// Folders: what is in them.

namespace aeq::inline AEQ_ABI::io {

[[nodiscard]] bool is_folder(const std::string& path);

/// The paths of the files in a folder, by name; not those of folders within it, and none whose name starts with a dot.
/// Throws error (io).
[[nodiscard]] std::vector<std::string> files_in(const std::string& folder);

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/calibrate/dataset.ipp
namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Samples of one signature that follow each other.
struct sample_group {
  std::size_t signature = 0;
  std::uint64_t count = 0;
};

/// Arrays that belong together: of an .npz file, or one or more .npy files.
struct array_set {
  std::string file;
  std::vector<std::string> names;
  std::function<array_stream(std::size_t)> open;
};

/// Memory for the data of a sample.
using sample_storage = std::vector<input_storage>;

/// The samples of a set of arrays, in one of the two layouts.
class array_samples {
 public:
  array_samples(array_set arrays, const std::vector<execute::signature>& signatures, const array_names& names)
      : arrays_(std::move(arrays)), signatures_(signatures) {
    for (std::size_t a = 0; a < arrays_.names.size(); ++a) place(a, names);
    if (groups_.empty()) fail("holds no arrays; accepted are " + names.accepted());
    for (group& g : groups_) finish(g);
  }

  [[nodiscard]] std::vector<sample_group> groups() const {
    std::vector<sample_group> all;
    for (const group& g : groups_) all.push_back({g.signature, g.count});
    return all;
  }

  /// Reads a sample of a group; of each group from the first on.
  void read(std::size_t number, std::uint64_t index, sample& into, sample_storage& storage) {
    group& g = groups_[number];
    const std::vector<execute::port>& inputs = signatures_[g.signature].inputs;
    into.signature = g.signature;
    into.inputs.resize(inputs.size());
    storage.resize(inputs.size());
    if (g.is_stacked && index == 0) {
      for (std::size_t i = 0; i < inputs.size(); ++i) g.open[i].emplace(arrays_.open(*g.stacked[i]));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (g.is_stacked) {
        into.inputs[i] = g.open[i]->read(g.shapes[i], inputs[i], storage[i]);
        if (index + 1 == g.count) g.open[i].reset();
      } else {
        const std::size_t array = *g.next_sample->second[i];
        array_stream one = arrays_.open(array);
        into.inputs[i] = one.read(one.as_one_sample(inputs[i]), inputs[i], storage[i]);
      }
    }
    if (!g.is_stacked) ++g.next_sample;
  }

 private:
  using arrays_of_inputs = std::vector<std::optional<std::size_t>>;
  struct group {
    std::size_t signature = 0;
    bool is_stacked = true;
    std::uint64_t count = 0;
    arrays_of_inputs stacked;
    std::vector<std::vector<std::int32_t>> shapes;  ///< of a sample's inputs, where they are stacked
    std::vector<std::optional<array_stream>> open;
    std::map<std::uint64_t, arrays_of_inputs> samples;
    std::map<std::uint64_t, arrays_of_inputs>::const_iterator next_sample;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, arrays_.file + ": " + what);
  }
  [[nodiscard]] std::string shown(std::size_t array) const {
    return "'" + io::escaped_utf8(arrays_.names[array].substr(0, 200)) + "'";
  }
  [[nodiscard]] std::string shown(const group& g, std::size_t input) const {
    const execute::signature& s = signatures_[g.signature];
    return "input '" + io::escaped_utf8(s.inputs[input].name) + "'" +
           (signatures_.size() > 1 ? " of signature '" + io::escaped_utf8(s.key) + "'" : std::string());
  }

  void place(std::size_t array, const array_names& names) {
    const array_target target = names.find(arrays_.names[array], arrays_.file);
    const std::size_t s = target.place.signature;
    auto g = std::find_if(groups_.begin(), groups_.end(), [&](const group& other) { return other.signature == s; });
    if (g == groups_.end()) {
      g = groups_.insert(g, group{});
      g->signature = s;
      g->is_stacked = !target.is_one_sample;
      g->stacked.resize(signatures_[s].inputs.size());
    }
    if (g->is_stacked == target.is_one_sample) {
      fail("array " + shown(array) +
           (target.is_one_sample ? " is one sample, other arrays hold several"
                                 : " holds several samples, other arrays one each") +
           "; either is accepted, both together are not");
    }
    arrays_of_inputs& into = target.is_one_sample ? g->samples[target.index] : g->stacked;
    into.resize(signatures_[s].inputs.size());
    std::optional<std::size_t>& slot = into[target.place.input];
    if (slot) fail("arrays " + shown(*slot) + " and " + shown(array) + " are for the same input");
    slot = array;
  }

  void want_all(const group& g, const arrays_of_inputs& arrays, const std::string& where) const {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (!arrays[i]) fail(where + "no array is for " + shown(g, i));
    }
  }

  void finish(group& g) {
    const std::vector<execute::port>& inputs = signatures_[g.signature].inputs;
    if (!g.is_stacked) {
      for (const auto& [index, arrays] : g.samples) want_all(g, arrays, "sample " + std::to_string(index) + ": ");
      g.count = g.samples.size();
      g.next_sample = g.samples.begin();
      return;
    }
    want_all(g, g.stacked, "");
    g.open.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const array_stream array = arrays_.open(*g.stacked[i]);
      stacking found = array.as_stack(inputs[i]);
      if (found.count == 0) fail("array " + shown(*g.stacked[i]) + " holds no samples");
      if (i > 0 && found.count != g.count) {
        fail("arrays " + shown(*g.stacked[0]) + " and " + shown(*g.stacked[i]) + " hold " + std::to_string(g.count) +
             " and " + std::to_string(found.count) + " samples; as many of each are wanted");
      }
      g.count = found.count;
      g.shapes.push_back(std::move(found.shape));
    }
  }

  array_set arrays_;
  const std::vector<execute::signature>& signatures_;
  std::vector<group> groups_;
};

}  // namespace detail

struct dataset::inside {
  /// A file, or files that belong together.
  struct part {
    std::function<detail::array_set()> open;
    std::vector<detail::sample_group> groups;
  };

  std::string name;
  std::vector<execute::signature> signatures;
  detail::array_names names;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  ///< samples of a signature
  std::uint64_t all = 0;
  bool is_random = false;
  std::vector<part> parts;

  // Where we are.
  std::size_t part_number = 0;
  std::size_t group_number = 0;
  std::uint64_t index = 0;
  std::unique_ptr<detail::array_samples> opened;
  std::optional<random_numbers> numbers;
  sample current;
  detail::sample_storage storage;

  inside(const std::string& data, std::vector<execute::signature> described, dataset_options options)
      : name(data), signatures(std::move(described)), names(signatures) {
    if (options.samples != 0) most = options.samples;
    if (is_random_data(data)) {
      find_random(data);
    } else if (io::is_folder(data)) {
      find_folder(data);
    } else {
      find_file(data);
    }
    // Looks at each part once, so that what can't be read is said before any work is done.
    std::vector<std::uint64_t> left(signatures.size(), most);
    for (part& p : parts) {
      if (!is_random) p.groups = detail::array_samples(p.open(), signatures, names).groups();
      for (detail::sample_group& g : p.groups) {
        g.count = std::min(g.count, left[g.signature]);
        left[g.signature] -= g.count;
        all += g.count;
      }
    }
  }

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name + ": " + what); }

  /// The only input, for data that have no names.
  [[nodiscard]] const execute::port& only_input(const std::string& file) const {
    if (signatures.size() == 1 && signatures[0].inputs.size() == 1) return signatures[0].inputs[0];
    throw error(error_code::bad_input, file + ": holds one array without a name, and the model has more inputs than " +
                                           "one; an .npz file with arrays named " + names.accepted() + " is accepted");
  }

  void find_random(const std::string& data) {
    is_random = true;
    constexpr std::uint64_t usual = 4;
    std::uint64_t count = usual;
    if (const std::size_t colon = data.find(':'); colon != std::string::npos) {
      const char* const end = data.data() + data.size();
      const auto [last, problem] = std::from_chars(data.data() + colon + 1, end, count);
      if (problem != std::errc() || last != end || count == 0) {
        throw error(error_code::wrong_usage, data + ": random:N wants a number of samples, such as random:16");
      }
    }
    part made;
    for (std::size_t s = 0; s < signatures.size(); ++s) {
      for (const execute::port& in : signatures[s].inputs) detail::check_can_be_given(in, name);
      made.groups.push_back({s, count});
    }
    parts.push_back(std::move(made));
  }

  void find_file(const std::string& path) {
    const auto file = io::input_file::open(path);
    if (is_npz(file->bytes())) {
      parts.push_back({[file] { return npz_arrays(file); }, {}});
    } else {
      add_unnamed(path, file);
    }
  }

  /// A file without names in it: .npy, or raw.
  void add_unnamed(const std::string& path, const std::shared_ptr<const io::input_file>& known = nullptr) {
    const execute::port& in = only_input(path);
    parts.push_back({[path, known, &in] {
                       const auto file = known ? known : io::input_file::open(path);
                       const bool is_array = is_npy(file->bytes());
                       if (!is_array && !path.ends_with(".bin") && !path.ends_with(".raw")) {
                         throw error(error_code::bad_input,
                                     path +
                                         ": is neither .npz nor .npy; raw elements are accepted in a file whose name "
                                         "ends in .bin or .raw");
                       }
                       return detail::array_set{path, {"arr_0"}, [file, path, is_array, &in](std::size_t) {
                                                  return is_array ? detail::array_stream(file, path)
                                                                  : detail::array_stream(file, path, in);
                                                }};
                     },
                     {}});
  }

  void find_folder(const std::string& folder) {
    std::vector<std::string> archives;
    std::vector<std::string> arrays;
    std::vector<std::string> raw;
    for (std::string& path : io::files_in(folder)) {
      if (path.ends_with(".npz")) {
        archives.push_back(std::move(path));
      } else if (path.ends_with(".npy")) {
        arrays.push_back(std::move(path));
      } else if (path.ends_with(".bin") || path.ends_with(".raw")) {
        raw.push_back(std::move(path));
      }
    }
    const int kinds = int(!archives.empty()) + int(!arrays.empty()) + int(!raw.empty());
    if (kinds == 0) fail("is a folder without .npz, .npy, .bin or .raw files");
    if (kinds > 1) fail("is a folder with .npz, .npy or raw files side by side; one kind is wanted");
    for (const std::string& path : archives) {
      parts.push_back({[path] { return npz_arrays(io::input_file::open(path)); }, {}});
    }
    for (const std::string& path : raw) add_unnamed(path);
    if (arrays.empty()) return;
    const bool are_named =
        std::all_of(arrays.begin(), arrays.end(), [&](const std::string& p) { return names.knows_stacked(stem(p)); });
    const bool one_input = signatures.size() == 1 && signatures[0].inputs.size() == 1;
    if (one_input && !are_named) {
      for (const std::string& path : arrays) add_unnamed(path);
      return;
    }
    parts.push_back({[folder, arrays] {
                       detail::array_set set{folder, {}, {}};
                       for (const std::string& path : arrays) set.names.push_back(stem(path));
                       set.open = [arrays](std::size_t i) {
                         return detail::array_stream(io::input_file::open(arrays[i]), arrays[i]);
                       };
                       return set;
                     },
                     {}});
  }

  [[nodiscard]] static std::string stem(const std::string& path) {
    const std::string file = path.substr(path.rfind('/') + 1);
    return file.substr(0, file.size() - 4);
  }

  [[nodiscard]] static detail::array_set npz_arrays(const std::shared_ptr<const io::input_file>& file) {
    const auto archive = std::make_shared<const npz_file>(file);
    detail::array_set set{file->name(), {}, {}};
    for (const npz_entry& e : archive->entries()) set.names.push_back(e.name);
    set.open = [archive](std::size_t i) { return detail::array_stream(*archive, archive->entries()[i]); };
    return set;
  }

  const sample* next() {
    for (;; ++part_number, group_number = 0) {
      if (part_number == parts.size()) return nullptr;
      const part& p = parts[part_number];
      for (; group_number < p.groups.size(); ++group_number, index = 0) {
        if (index == p.groups[group_number].count) continue;
        read(p);
        ++index;
        return &current;
      }
      opened.reset();
    }
  }

  void read(const part& p) {
    if (is_random) return make_random(p.groups[group_number].signature);
    if (!opened) opened = std::make_unique<detail::array_samples>(p.open(), signatures, names);
    opened->read(group_number, index, current, storage);
  }

  void make_random(std::size_t signature) {
    constexpr std::uint64_t seed = 666;
    const std::vector<execute::port>& inputs = signatures[signature].inputs;
    if (index == 0) numbers.emplace(seed);
    current.signature = signature;
    current.inputs.resize(inputs.size());
    storage.resize(inputs.size());
    std::vector<std::size_t> order(inputs.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return inputs[a].name < inputs[b].name; });
    for (const std::size_t i : order) {
      detail::input_storage& room = storage[i];
      room.shape = inputs[i].shape;
      for (std::int32_t& extent : room.shape) extent = extent < 0 ? 1 : extent;
      operand& made = current.inputs[i];
      made = {.type = inputs[i].type, .shape = room.shape};
      room.bytes.resize(made.elements() * static_cast<std::size_t>(bits_of(made.type)) / 8);
      const std::span<std::byte> bytes = std::as_writable_bytes(std::span(room.bytes));
      numbers->fill(made.type, bytes);
      made.data = bytes;
    }
  }
};

AEQ_INLINE dataset::dataset(const std::string& data, std::vector<execute::signature> signatures,
                            dataset_options options)
    : inside_(std::make_unique<inside>(data, std::move(signatures), options)) {}
AEQ_INLINE dataset::dataset(dataset&&) noexcept = default;
AEQ_INLINE dataset& dataset::operator=(dataset&&) noexcept = default;
AEQ_INLINE dataset::~dataset() = default;

AEQ_INLINE const sample* dataset::next() {
  return inside_->next();
}
AEQ_INLINE void dataset::rewind() {
  inside_->part_number = 0;
  inside_->group_number = 0;
  inside_->index = 0;
  inside_->opened.reset();
}
AEQ_INLINE std::uint64_t dataset::size() const {
  return inside_->all;
}
AEQ_INLINE const std::vector<execute::signature>& dataset::signatures() const {
  return inside_->signatures;
}
AEQ_INLINE bool dataset::is_random() const {
  return inside_->is_random;
}
AEQ_INLINE const std::string& dataset::name() const {
  return inside_->name;
}

AEQ_INLINE bool is_random_data(const std::string& data) {
  return data == "random" || data.starts_with("random:");
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/observations_json.ipp
// Observations as files: the definitions.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

// ---- aeq/calibrate/statistics_json.hpp
// Statistics as files: our own ("qsv/1", floats in hexadecimal, so that nothing is rounded), and those that the Python
// tool saves, whose numbers have lost their type and are taken as float64. (spec: numerics, sections 7.4 and 7.7)

namespace aeq::inline AEQ_ABI::calibrate {

/// Reads statistics of either kind; `name` is for messages. Only ranges are taken. Throws error (bad_input) that names
/// the tensor and what would be accepted.
[[nodiscard]] statistics parse_statistics(std::string_view text, const std::string& name);

/// Reads a file of statistics; a name that ends in .gz says that it is compressed. Throws error (io, bad_input).
[[nodiscard]] statistics load_statistics(const std::string& path);

/// The text of a "qsv/1" file.
[[nodiscard]] std::string to_text(const statistics& all);

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/gzip.hpp
// Reading gzip-compressed files whole, up to a size that the caller sets: a small file can claim to hold terabytes.

namespace aeq::inline AEQ_ABI::io {

/// What the largest text file that we read (a description, statistics) may hold when unpacked.
inline constexpr std::uint64_t text_limit_bytes = std::uint64_t(1) << 30;

/// The content of gzip data, which may have several members. `name` is for messages. Throws error (bad_input) for
/// damaged data and for a content longer than `limit_bytes`.
[[nodiscard]] std::string gunzip(std::span<const std::uint8_t> bytes, const std::string& name,
                                 std::uint64_t limit_bytes = text_limit_bytes);

/// The content of a text file; a name that ends in .gz says that it is compressed.
[[nodiscard]] std::string read_text(const std::string& path, std::uint64_t limit_bytes = text_limit_bytes);

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/calibrate/observations_json.ipp
namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

class observations_reader {
 public:
  explicit observations_reader(const std::string& name) : reader_(name) {}

  saved_observations read(std::string_view text) {
    saved_observations result;
    std::vector<std::pair<std::string, observed>> entries;
    reader_.read(text, [&](std::string_view tensor, const boost::json::value& entry) {
      entries.emplace_back(std::string(tensor), read_entry(tensor, entry));
    });
    const boost::json::object& file = reader_.file();
    if (const boost::json::value* ranges = file.if_contains("ranges"); ranges != nullptr && is_ours()) {
      const std::string said = ranges->is_string() ? std::string(ranges->get_string()) : std::string();
      const std::optional<range_method> method = parse_range_method(said);
      if (!method) reader_.fail("/ranges: is no method; known are " + std::string(range_methods_text));
      result.seen.set_method(*method);
      result.says_method = true;
    }
    if (is_ours()) {
      if (const boost::json::value* n = file.if_contains("samples"))
        result.seen.set_samples(natural("", *n, "samples"));
    } else if (const boost::json::value* metadata = file.if_contains("metadata");
               metadata != nullptr && metadata->is_object()) {
      const boost::json::value* n = metadata->get_object().if_contains("num_samples_calibrated");
      if (n != nullptr && n->is_int64() && n->get_int64() >= 0) {
        result.seen.set_samples(static_cast<std::uint64_t>(n->get_int64()));
      }
    }
    for (auto& [tensor, what] : entries) result.seen.set(tensor, std::move(what));
    return result;
  }

 private:
  [[nodiscard]] bool is_ours() const { return reader_.file().contains("format"); }

  [[nodiscard]] std::uint64_t natural(std::string_view tensor, const boost::json::value& v, const char* key) const {
    if (v.is_uint64()) return v.get_uint64();
    if (v.is_int64() && v.get_int64() >= 0) return static_cast<std::uint64_t>(v.get_int64());
    const std::string what = std::string("\"") + key + "\" is no number of samples or values";
    if (tensor.empty()) reader_.fail(what);
    reader_.fail(tensor, what);
  }

  observed read_entry(std::string_view tensor, const boost::json::value& entry) {
    observed result;
    result.seen = true;
    result.range = *reader_.read_range(tensor, entry);
    const boost::json::object& all = entry.get_object();
    if (const boost::json::value* n = all.if_contains("samples")) result.samples = natural(tensor, *n, "samples");
    if (const boost::json::value* first = all.if_contains("first")) {
      const tensor_range r = *reader_.read_range(tensor, *first);
      result.first = {r.lowest, r.highest};
    }
    const boost::json::value* seen = all.if_contains("seen");
    const boost::json::value* counts = all.if_contains("histogram");
    if ((seen == nullptr) != (counts == nullptr))
      reader_.fail(tensor, "has one of \"seen\" and \"histogram\"; both are wanted");
    if (seen != nullptr) {
      result.range = *reader_.read_range(tensor, *seen);
      result.counts = read_histogram(tensor, *counts);
    }
    return result;
  }

  histogram read_histogram(std::string_view tensor, const boost::json::value& v) const {
    const boost::json::object* all = v.if_object();
    const auto wanted = [&](const char* key) -> const boost::json::value& {
      const boost::json::value* found = all == nullptr ? nullptr : all->if_contains(key);
      if (found == nullptr) reader_.fail(tensor, std::string("\"histogram\" has no \"") + key + "\"");
      return *found;
    };
    const boost::json::value& exponent = wanted("exponent");
    if (!exponent.is_int64() || exponent.get_int64() < histogram::least_exponent ||
        exponent.get_int64() > histogram::most_exponent) {
      reader_.fail(tensor, "\"histogram\": \"exponent\" is not from " + std::to_string(histogram::least_exponent) +
                               " to " + std::to_string(histogram::most_exponent));
    }
    const auto side = [&](const char* key) {
      const boost::json::array* bins = wanted(key).if_array();
      if (bins == nullptr || bins->size() > histogram::most_bins) {
        reader_.fail(tensor, std::string("\"histogram\": \"") + key + "\" is no list of at most " +
                                 std::to_string(histogram::most_bins) + " numbers");
      }
      std::vector<std::uint64_t> counts;
      for (const boost::json::value& n : *bins) counts.push_back(natural(tensor, n, key));
      return counts;
    };
    return {static_cast<int>(exponent.get_int64()), natural(tensor, wanted("zeros"), "zeros"), side("negative"),
            side("positive")};
  }

  statistics_reader reader_;
};

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const tensor_range& range) {
  return {{"min", json_of(range.lowest, range)}, {"max", json_of(range.highest, range)}};
}

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const histogram& counts) {
  return {{"exponent", counts.exponent()},
          {"zeros", counts.zeros()},
          {"negative", boost::json::array(counts.negative().begin(), counts.negative().end())},
          {"positive", boost::json::array(counts.positive().begin(), counts.positive().end())}};
}

}  // namespace detail

AEQ_INLINE saved_observations parse_observations(std::string_view text, const std::string& name) {
  return detail::observations_reader(name).read(text);
}

AEQ_INLINE saved_observations load_observations(const std::string& path) {
  return parse_observations(io::read_text(path), path);
}

AEQ_INLINE std::string to_text(const observations& all) {
  const statistics ranges = all.ranges();
  boost::json::object tensors;
  for (const auto& [name, range] : ranges.entries()) {
    const observed& what = *all.find(name);
    boost::json::object entry = detail::json_of(range);
    entry["samples"] = what.samples;
    if (what.first) {
      tensor_range first = range;
      first.lowest = what.first->lowest;
      first.highest = what.first->highest;
      entry["first"] = detail::json_of(first);
    }
    if (what.counts != histogram()) {
      entry["seen"] = detail::json_of(what.range);
      entry["histogram"] = detail::json_of(what.counts);
    }
    tensors[name] = std::move(entry);
  }
  const boost::json::object file{
      {"format", "qsv/1"}, {"ranges", to_text(all.method())}, {"samples", all.samples()}, {"tensors", tensors}};
  return io::json_lines(file);
}

namespace detail {

/// Ranges of a file that does not say how they came, as those of a method.
AEQ_INLINE void adopt(saved_observations& saved, const range_method& method, const std::string& path) {
  if (method.wants_histogram()) {
    throw error(error_code::bad_input, path + ": holds ranges alone; " + to_text(method) +
                                           " can go on from what aeq calibrate --ranges " + to_text(method) + " wrote");
  }
  saved.seen.set_method(method);
}

}  // namespace detail

AEQ_INLINE observations resume_from(const std::string& path, const std::optional<range_method>& wanted) {
  saved_observations saved = load_observations(path);
  if (!saved.says_method) {
    detail::adopt(saved, wanted.value_or(range_method()), path);
  } else if (wanted && *wanted != saved.seen.method()) {
    throw error(error_code::bad_input, path + ": holds ranges of the method " + to_text(saved.seen.method()) +
                                           "; calibration by " + to_text(*wanted) + " can't go on from them");
  }
  return std::move(saved.seen);
}

AEQ_INLINE observations merge_saved(std::span<const std::string> paths) {
  std::vector<saved_observations> all;
  std::optional<range_method> method;
  for (const std::string& path : paths) {
    all.push_back(load_observations(path));
    if (all.back().says_method && !method) method = all.back().seen.method();
  }
  observations result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].says_method) detail::adopt(all[i], method.value_or(range_method()), paths[i]);
    if (i == 0) {
      result = std::move(all[i].seen);
    } else {
      result.merge(all[i].seen, i == 1 ? paths[0] : "what was merged before", paths[i]);
    }
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/execute/graph.hpp
// A subgraph made ready to run for given shapes of its inputs: where each tensor lies, and the ops as calls of kernels.
//
// Inside: interpreter.ipp includes it, other headers do not.

// ---- aeq/execute/memory.hpp
// Memory that is counted against a limit for as long as it is held.
//
// Inside: the interpreter's definitions include it, other headers do not.

// ---- aeq/execute/arena.hpp
// Where tensors lie while they live: one block of memory for all, in which those that do not live at the same time
// share room.

namespace aeq::inline AEQ_ABI::execute {

/// Room that is wanted from step `first` to step `last`, both included.
struct lifetime {
  std::size_t bytes = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

struct arena_plan {
  std::vector<std::size_t> offsets;  ///< one per lifetime, multiples of arena_alignment
  std::size_t bytes = 0;             ///< of the whole arena
};

inline constexpr std::size_t arena_alignment = 64;

/// Gives each lifetime the smallest hole that it fits in, in the order of their beginnings. Time: n log n. Sizes must
/// add up to less than 2^63.
[[nodiscard]] arena_plan plan_arena(std::span<const lifetime> wanted);

/// Memory aligned for every kernel, not initialized.
class aligned_bytes {
 public:
  aligned_bytes() = default;
  explicit aligned_bytes(std::size_t bytes)
      : data_(bytes == 0 ? nullptr : static_cast<std::byte*>(::operator new(bytes, std::align_val_t(arena_alignment)))),
        bytes_(bytes) {}

  [[nodiscard]] std::span<std::byte> span() const { return {data_.get(), bytes_}; }
  [[nodiscard]] std::size_t size() const { return bytes_; }

 private:
  struct release {
    void operator()(std::byte* data) const { ::operator delete(data, std::align_val_t(arena_alignment)); }
  };
  std::unique_ptr<std::byte[], release> data_;
  std::size_t bytes_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/memory.hpp
namespace aeq::inline AEQ_ABI::execute::detail {

/// How many bytes are in use, and have been at most.
class memory_account {
 public:
  explicit memory_account(std::uint64_t limit) : limit_(limit) {}

  /// Whether there is room for so many more.
  [[nodiscard]] bool has_room(std::uint64_t bytes) const { return bytes <= limit_ - std::min(limit_, used_); }
  void take(std::uint64_t bytes) {
    used_ += bytes;
    peak_ = std::max(peak_, used_);
  }
  void give_back(std::uint64_t bytes) { used_ -= bytes; }

  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  [[nodiscard]] std::uint64_t used() const { return used_; }
  [[nodiscard]] std::uint64_t peak() const { return peak_; }

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  std::uint64_t peak_ = 0;
};

/// Memory that an account knows of; the account must live longer.
class counted_memory {
 public:
  counted_memory() = default;
  counted_memory(counted_memory&& other) noexcept
      : account_(std::exchange(other.account_, nullptr)), bytes_(std::move(other.bytes_)) {}
  counted_memory& operator=(counted_memory&& other) noexcept {
    release();
    account_ = std::exchange(other.account_, nullptr);
    bytes_ = std::move(other.bytes_);
    return *this;
  }
  ~counted_memory() { release(); }

  /// Has room for `bytes` afterwards. Where there was less, what was held is lost, also if this throws: aeq::error that
  /// begins with what `who()` says, bad_input where the limit is passed.
  template <class Who>
  void reserve(memory_account& account, std::uint64_t bytes, const Who& who) {
    if (bytes <= size()) return;
    release();
    if (!account.has_room(bytes)) {
      throw error(error_code::bad_input, who() + ": wants " + std::to_string(bytes) + " bytes, " +
                                             std::to_string(account.used()) + " are in use and the limit is " +
                                             std::to_string(account.limit()) +
                                             "; raise it if the model is meant to be so large");
    }
    try {
      bytes_ = aligned_bytes(static_cast<std::size_t>(bytes));
    } catch (const std::bad_alloc&) {
      throw error(error_code::io, who() + ": the system has no " + std::to_string(bytes) + " bytes of memory left");
    }
    account_ = &account;
    account.take(bytes);
  }

  void release() {
    if (account_ != nullptr) account_->give_back(bytes_.size());
    account_ = nullptr;
    bytes_ = aligned_bytes();
  }

  [[nodiscard]] std::span<std::byte> span() const { return bytes_.span(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  memory_account* account_ = nullptr;
  aligned_bytes bytes_;
};

}  // namespace aeq::inline AEQ_ABI::execute::detail

// ---- aeq/execute/operation.hpp
// What the interpreter knows of an op: its kernel on numbers that are not quantized, and how shapes follow from shapes.

namespace aeq::inline AEQ_ABI::execute {

using shape = std::vector<std::int32_t>;

/// Shapes of an op's outputs from its inputs. An input's shape is known; its data only where `shape_inputs` asks for it
/// (it is empty else). Answers status::wrong_… where the op has no such result; extents fit an int32 and none is
/// negative.
using shape_function = status (*)(std::span<const operand> inputs, const operation_options& options,
                                  std::span<shape> outputs);

/// What an output may share with the op's first input, if both have as many bytes.
enum class storage : std::uint8_t {
  own,        ///< nothing
  in_place,   ///< the memory, where nobody needs the input any more: the kernel may overwrite it as it reads
  same_bytes  ///< the memory, always: the output has the input's bytes, and the kernel is not called then
};

/// An op as the interpreter runs it.
struct operation {
  op::code code = op::code::add;
  kernel_functions kernel{};
  shape_function shapes = nullptr;
  std::uint32_t shape_inputs = 0;  ///< bit i: the data of input i decides the shape
  storage output = storage::own;
};

/// Bits for `shape_inputs`.
template <class... Index>
[[nodiscard]] constexpr std::uint32_t data_of_inputs(Index... index) {
  return ((std::uint32_t(1) << index) | ... | 0u);
}

/// The op with a code; null if we have none. Ops that call subgraphs or hold state are the interpreter's own.
[[nodiscard]] const operation* find_operation(op::code code);

/// All of them, for listings and tests.
[[nodiscard]] std::vector<operation> all_operations();

namespace detail {

/// An extent that was computed in 64 bits; false if it is none.
[[nodiscard]] constexpr bool to_extent(std::int64_t value, std::int32_t& extent) {
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) return false;
  extent = static_cast<std::int32_t>(value);
  return true;
}

using kernel::is_index;
using kernel::to_axis;
/// The element of an index operand, which must be complete.
[[nodiscard]] inline std::int64_t integer_at(const operand& values, std::size_t i) {
  return kernel::index_at(values, i);
}

/// Numpy's rules, right aligned: the shape of two operands together; false if an extent does not fit.
[[nodiscard]] inline bool broadcast(std::span<const std::int32_t> a, std::span<const std::int32_t> b, shape& result) {
  const std::size_t rank = a.size() > b.size() ? a.size() : b.size();
  shape both(rank, 1);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int32_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int32_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) return false;
    both[rank - 1 - i] = x == 1 ? y : x;
  }
  result = std::move(both);
  return true;
}

// Shapes that several families have.

/// Of a kernel that says the shape of its one output.
template <class Kernel>
status shape_of_kernel(std::span<const operand> inputs, const operation_options& options, std::span<shape> outputs) {
  kernel::extents result;
  if (outputs.size() != 1) return status::wrong_operands;
  const status known = Kernel::shape(inputs, options, result);
  if (known == status::ready) outputs[0].assign(result.span().begin(), result.span().end());
  return known;
}

/// The row of such a kernel.
template <class Kernel>
[[nodiscard]] constexpr operation row_of(op::code code, storage output = storage::own) {
  return {code, functions_of<Kernel>(), &shape_of_kernel<Kernel>, Kernel::data_inputs, output};
}

inline status shape_of_first(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.empty() || outputs.size() != 1) return status::wrong_operands;
  outputs[0].assign(inputs[0].shape.begin(), inputs[0].shape.end());
  return status::ready;
}

inline status shape_of_two(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  return broadcast(inputs[0].shape, inputs[1].shape, outputs[0]) ? status::ready : status::wrong_shape;
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/slot.hpp
// The tensors of a subgraph as the interpreter holds them, and the data of constants and variables.
//
// Inside: the interpreter's definitions include it, other headers do not.

namespace aeq::inline AEQ_ABI::execute::detail {

/// A tensor of a subgraph.
struct slot {
  element_type type = element_type::absent;
  shape extents;
  bool is_constant = false;
  bool is_variable = false;
  bool has_shape = false;  ///< extents are known before a run
  bool written = false;    ///< while a graph is made ready: it is an input, or some op before has it as output
  std::string problem;     ///< why it can't be read, for constants and variables of which that is known
  std::span<std::byte> data;
  counted_memory own;  ///< where the tensor is in no arena and in no file
  std::vector<float> scale;
  std::vector<std::int32_t> zero_point;
  std::int32_t channel_axis = 0;
  std::int32_t block_elements = 0;

  [[nodiscard]] operand view() const {
    return {type, is_constant, data, extents, scale, zero_point, channel_axis, block_elements};
  }
};

/// Bytes of a value; nothing if they are 2^60 or more, or an extent is open.
[[nodiscard]] std::optional<std::uint64_t> size_of(element_type type, std::span<const std::int32_t> extents);

/// What a model's buffers hold, aligned for their elements.
class buffer_store {
 public:
  /// The model and the account must live as long as this.
  buffer_store(const model::model& source, memory_account& account) : model_(source), account_(account) {}

  /// The bytes of buffer `number`, in the file if they lie well there; else a copy, or what its producer makes. They
  /// are never written to: kernels see constants as const only.
  [[nodiscard]] std::span<std::byte> get(std::size_t number, std::size_t alignment);

 private:
  const model::model& model_;
  memory_account& account_;
  std::unordered_map<std::size_t, counted_memory> made_;
};

/// The slots of subgraph `number`, with data where it is constant or variable.
[[nodiscard]] std::vector<slot> make_slots(const model::model& source, std::size_t number, buffer_store& buffers,
                                           memory_account& account);

/// A variable tensor as it is before the first run: zeros; of int8, zero points.
void reset_variable(slot& s);

}  // namespace aeq::inline AEQ_ABI::execute::detail

// ---- aeq/execute/graph.hpp
namespace aeq::inline AEQ_ABI::execute::detail {

/// Ops that are no kernels.
enum class control : std::uint8_t { none, call, call_once, if_, while_, variable, read_variable, assign_variable };

struct step {
  std::size_t number = 0;  ///< of the operator in its subgraph
  op::code code = op::code::add;
  const execute::operation* what = nullptr;  ///< null for control
  control flow = control::none;
  operation_options options;
  std::vector<std::int32_t> inputs;   ///< tensors, -1: left out
  std::vector<std::int32_t> outputs;  ///< of the op; then, if it has state, those of its inputs that are variables
  std::size_t results = 0;            ///< how many of `outputs` are the op's
  std::vector<std::int32_t> graphs;   ///< that control calls
  std::size_t variable = 0;

  bool is_folded = false;   ///< has been computed; its outputs are constants
  bool is_dynamic = false;  ///< shapes are known when it runs only
  bool is_alias = false;    ///< outputs lie where the input lies
  std::vector<operand> input_views;
  std::vector<result_operand> output_views;
  counted_memory workspace;
  std::size_t scratch = 0;
  bool is_set_up = false;
  std::vector<shape> set_up_for;  ///< a dynamic step: shapes of its operands when it was set up
};

class graph;

/// What a graph needs from the machine that it is a part of.
class environment {
 public:
  virtual ~environment() = default;
  /// Prepares a called graph and says the shapes of its outputs; false if they are known in a run only.
  virtual bool shapes_of_call(std::size_t graph, std::span<const shape> inputs, std::span<shape> outputs) = 0;
  virtual std::size_t variable(const std::string& container, const std::string& name) = 0;
  virtual memory_account& memory() = 0;
  virtual buffer_store& buffers() = 0;
  virtual std::span<std::byte> scratch(std::size_t bytes) = 0;
  /// Counts an op that is made ready or run; throws when there have been too many.
  virtual void count(const graph& g, const step& s) = 0;
  virtual work_sharing share() = 0;
};

class graph {
 public:
  graph(const model::model& source, std::size_t number, environment& around);

  /// Makes everything ready for inputs of these shapes, one per input of the subgraph. Does nothing if it is already.
  void prepare(std::span<const shape> inputs);

  /// A dynamic step right before it runs: shapes, memory, setup.
  void prepare_step(step& s);
  /// Checks the data, and evaluates.
  void evaluate(step& s);
  /// Gives an output of a dynamic step a shape, and memory to it.
  void resize(std::size_t tensor, std::span<const std::int32_t> extents);

  [[nodiscard]] operand view(std::int32_t tensor) const {
    return tensor < 0 ? operand() : slots_[static_cast<std::size_t>(tensor)].view();
  }
  [[nodiscard]] std::span<step> steps() { return steps_; }
  [[nodiscard]] slot& at(std::size_t tensor) { return slots_[tensor]; }
  [[nodiscard]] const slot& at(std::size_t tensor) const { return slots_[tensor]; }
  [[nodiscard]] const model::subgraph& source() const { return model_.subgraphs[number_]; }
  [[nodiscard]] std::size_t number() const { return number_; }
  void reset_variables();

  /// "m.tflite: FULLY_CONNECTED 3 ('name of its output')", the beginning of messages.
  [[nodiscard]] std::string place(const step& s) const;

 private:
  void make_steps();
  [[nodiscard]] std::string unreadable(std::int32_t tensor) const;
  void begin(step& s);
  void forget_run();
  [[nodiscard]] bool infer(step& s, bool is_running);
  [[nodiscard]] bool infer_control(const step& s, std::span<shape> results);
  void fold(step& s);
  void plan_memory();
  void bind(step& s);
  void setup(step& s);
  void own(std::size_t tensor, const step* s);
  [[nodiscard]] std::size_t bytes_of(std::size_t tensor, const step* s) const;
  [[noreturn]] void fail(const step& s, const std::string& sentence) const;
  [[noreturn]] void fail(const step& s, status why) const;

  const model::model& model_;
  std::size_t number_;
  environment& around_;
  std::vector<slot> slots_;
  std::vector<step> steps_;
  std::vector<std::int32_t> kept_;  ///< tensors that are read after a run
  std::vector<shape> prepared_for_;
  bool is_prepared_ = false;
  counted_memory arena_;
};

}  // namespace aeq::inline AEQ_ABI::execute::detail

// ---- aeq/execute/signatures.hpp
// The ways of calling a model, and whether values fit them.

namespace aeq::inline AEQ_ABI::execute {

/// The signatures of a model; for a model that has none, its first subgraph under an empty key and the names of its
/// tensors. Types that no kernel takes are element_type::absent.
[[nodiscard]] std::vector<signature> signatures_of(const model::model& m);

/// What elements of a tensor are; element_type::absent where no kernel takes them.
[[nodiscard]] element_type element_type_of(model::tensor_type type);

/// "float32 [1, -1, 8]", for messages.
[[nodiscard]] std::string described(element_type type, std::span<const std::int32_t> extents);

/// Throws aeq::error (bad_input) naming the input unless there is one complete value per input, of its type and shape.
void check_inputs(const model::model& m, const signature& called, std::span<const operand> inputs);

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/thread_pool.hpp
// Threads that stay, for loops that are too short to start threads for (the kernels of one op).

#include <condition_variable>
#include <stop_token>
#include <thread>

// ---- aeq/io/parallel.hpp
// Parallel loops over independent pieces of work. What a piece computes may not depend on who computes it: results are
// the same at any number of threads.

#include <exception>

namespace aeq::inline AEQ_ABI {

/// Threads to use: what is asked for, else one per processor.
[[nodiscard]] inline unsigned thread_count(unsigned asked) {
  return asked != 0 ? asked : std::max(1u, std::thread::hardware_concurrency());
}

/// Calls work(i) for every i < count on up to `threads` threads, in order of i as threads get free. The first exception
/// stops the rest and is thrown here. One piece, or one thread: no thread is started.
template <class Work>
void parallel_for(std::size_t count, unsigned threads, const Work& work) {
  const auto helpers = static_cast<unsigned>(std::min<std::size_t>(thread_count(threads), count));
  if (helpers <= 1) {
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> pool;
    pool.reserve(helpers - 1);
    for (unsigned i = 1; i < helpers; ++i) pool.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/execute/thread_pool.hpp
namespace aeq::inline AEQ_ABI::execute {

/// Waiting threads, one less than asked for (0: one per processor): the one that calls works too. One loop at a time.
class thread_pool {
 public:
  explicit thread_pool(unsigned threads = 0) {
    const unsigned helpers = thread_count(threads) - 1;
    threads_.reserve(helpers);
    for (unsigned i = 0; i < helpers; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { wait_for_work(stop); });
    }
  }
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;
  ~thread_pool() {
    for (std::jthread& thread : threads_) thread.request_stop();
    wake_.notify_all();
  }

  [[nodiscard]] std::size_t width() const { return threads_.size() + 1; }

  /// This pool as kernels see it; valid while the pool lives.
  [[nodiscard]] work_sharing share() {
    if (threads_.empty()) return {};
    return {this,
            [](void* pool, std::size_t pieces, work_sharing::piece_function piece, const void* task) noexcept {
              static_cast<thread_pool*>(pool)->run(pieces, piece, task);
            },
            width()};
  }

 private:
  void run(std::size_t pieces, work_sharing::piece_function piece, const void* task) noexcept {
    {
      const std::lock_guard lock(mutex_);
      piece_ = piece;
      task_ = task;
      pieces_ = pieces;
      next_ = 0;
      busy_ = threads_.size();
      ++round_;
    }
    wake_.notify_all();
    work();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

  void work() noexcept {
    for (std::size_t i = next_++; i < pieces_; i = next_++) piece_(task_, i);
  }

  void wait_for_work(const std::stop_token& stop) noexcept {
    std::uint64_t seen = 0;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [&] { return round_ != seen; })) return;
        seen = round_;
      }
      work();
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable done_;
  work_sharing::piece_function piece_ = nullptr;
  const void* task_ = nullptr;
  std::size_t pieces_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::size_t busy_ = 0;
  std::uint64_t round_ = 0;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/model/consistency.hpp
// After the layout, the content: indices in range, sizes that agree, no cycles between subgraphs. Everything behind the
// reader may rely on it. (spec: tflite_schema, sections 2.1 and 5)

namespace aeq::inline AEQ_ABI::model {

/// The subgraphs that an op runs, by its option table: branches, bodies, decompositions.
[[nodiscard]] std::vector<std::int32_t> called_subgraphs(const operation& o);

/// Throws error (bad_input) that names the file and the place if the parts of a model do not fit together.
void check_consistency(const model& m);

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/execute/interpreter.ipp
namespace aeq::inline AEQ_ABI::execute {

class interpreter::machine final : detail::environment {
 public:
  machine(model::model source, const interpreter_options& options)
      : model_(std::move(source)),
        options_(options),
        signatures_((model::check_consistency(model_), signatures_of(model_))),
        pool_(options.threads),
        memory_(options.max_memory),
        buffers_(model_, memory_),
        graphs_(model_.subgraphs.size()),
        has_run_once_(model_.subgraphs.size(), false) {
    check_signatures();
  }

  [[nodiscard]] std::span<const signature> signatures() const { return signatures_; }
  [[nodiscard]] std::uint64_t peak_memory() const { return memory_.peak(); }

  void run(std::size_t number, std::span<const operand> inputs, const tensor_visitor& visitor) {
    last_ = nullptr;
    if (number >= signatures_.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": has " + std::to_string(signatures_.size()) +
                                               " signatures, none of number " + std::to_string(number));
    }
    const signature& called = signatures_[number];
    check_inputs(model_, called, inputs);
    operations_left_ = options_.max_operations;
    depth_ = 0;
    detail::graph& g = at(called.subgraph);
    // A signature may list its inputs in another order than its subgraph does, and may leave some out.
    std::vector<operand> values(g.source().inputs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto tensor = static_cast<std::size_t>(g.source().inputs[i]);
      for (std::size_t k = 0; k < called.inputs.size(); ++k) {
        if (called.inputs[k].tensor == tensor) values[i] = inputs[k];
      }
      if (!values[i].present() && !g.at(tensor).is_constant && !g.at(tensor).is_variable) {
        throw error(error_code::bad_input, model_.file_name() + ": signature '" + called.key + "' gives no value to " +
                                               model::label(g.source(), tensor));
      }
    }
    visitor_ = visitor ? &visitor : nullptr;
    run_graph(g, values);
    last_ = &called;
  }

  [[nodiscard]] operand output(std::size_t index) const {
    if (last_ == nullptr || index >= last_->outputs.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": there is no output " + std::to_string(index) +
                                               (last_ == nullptr ? ", for no run has ended well" : ""));
    }
    return graphs_[last_->subgraph]->view(static_cast<std::int32_t>(last_->outputs[index].tensor));
  }

  void reset() {
    for (const auto& g : graphs_) {
      if (g != nullptr) g->reset_variables();
    }
    for (value& variable : variables_) variable = value();
    std::fill(has_run_once_.begin(), has_run_once_.end(), false);
  }

 private:
  /// A value outside of any graph: a variable, or what a loop carries.
  struct value {
    element_type type = element_type::absent;  ///< absent: none yet
    shape extents;
    std::size_t bytes = 0;
    detail::counted_memory memory;

    template <class Who>
    void assign(detail::memory_account& account, const operand& from, const Who& who) {
      type = element_type::absent;
      memory.reserve(account, from.data.size(), who);
      type = from.type;
      extents.assign(from.shape.begin(), from.shape.end());
      bytes = from.data.size();
      std::copy(from.data.begin(), from.data.end(), memory.span().begin());
    }
    [[nodiscard]] operand view() const { return {type, false, memory.span().first(bytes), extents, {}, {}, 0, 0}; }
  };

  /// Graphs that are made ready or run within each other: calls take room on the thread's stack.
  class descent {
   public:
    explicit descent(machine& of) : depth_(of.depth_) {
      if (depth_ == most) {
        throw error(error_code::bad_input,
                    of.model_.file_name() + ": subgraphs call each other more than " + std::to_string(most) + " deep");
      }
      ++depth_;
    }
    descent(const descent&) = delete;
    descent& operator=(const descent&) = delete;
    ~descent() { --depth_; }

   private:
    static constexpr std::size_t most = 200;
    std::size_t& depth_;
  };

  /// Values can be given to the inputs of a subgraph only.
  void check_signatures() const {
    for (const signature& s : signatures_) {
      const std::vector<std::int32_t>& inputs = model_.subgraphs[s.subgraph].inputs;
      for (const port& p : s.inputs) {
        if (std::find(inputs.begin(), inputs.end(), static_cast<std::int32_t>(p.tensor)) == inputs.end()) {
          throw error(error_code::bad_input, model_.file_name() + ": signature '" + s.key + "', input '" + p.name +
                                                 "' is no input of subgraph " + std::to_string(s.subgraph));
        }
      }
    }
  }

  detail::graph& at(std::size_t number) {
    if (graphs_[number] == nullptr) {
      graphs_[number] = std::make_unique<detail::graph>(model_, number, static_cast<detail::environment&>(*this));
    }
    return *graphs_[number];
  }

  // What graphs ask for.

  bool shapes_of_call(std::size_t number, std::span<const shape> inputs, std::span<shape> outputs) override {
    detail::graph& callee = at(number);
    if (inputs.size() != callee.source().inputs.size() || outputs.size() != callee.source().outputs.size())
      return false;
    const descent deeper(*this);
    callee.prepare(inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const detail::slot& output = callee.at(static_cast<std::size_t>(callee.source().outputs[i]));
      if (!output.has_shape) return false;
      outputs[i] = output.extents;
    }
    return true;
  }

  std::size_t variable(const std::string& container, const std::string& name) override {
    const std::pair<std::string, std::string> key(container, name);
    const auto found = std::find(variable_names_.begin(), variable_names_.end(), key);
    if (found != variable_names_.end()) return static_cast<std::size_t>(found - variable_names_.begin());
    variable_names_.push_back(key);
    variables_.emplace_back();
    return variables_.size() - 1;
  }

  detail::memory_account& memory() override { return memory_; }
  detail::buffer_store& buffers() override { return buffers_; }
  work_sharing share() override { return pool_.share(); }

  std::span<std::byte> scratch(std::size_t bytes) override {
    scratch_.reserve(memory_, bytes, [&] { return model_.file_name() + ": scratch memory of an op"; });
    return scratch_.span().first(bytes);
  }

  void count(const detail::graph& g, const detail::step& s) override {
    if (operations_left_-- == 0) {
      operations_left_ = 0;
      throw error(error_code::bad_input, g.place(s) + ": " + std::to_string(options_.max_operations) +
                                             " ops have run, and the model has not ended; raise the limit if it is "
                                             "meant to take so many");
    }
  }

  // Running.

  void visit(const detail::graph& g, std::int32_t tensor) const {
    if (visitor_ == nullptr || tensor < 0) return;
    const operand seen = g.view(tensor);
    (*visitor_)({g.number(), static_cast<std::size_t>(tensor), &seen});
  }

  void run_graph(detail::graph& g, std::span<const operand> inputs) {
    const descent deeper(*this);
    std::vector<shape> shapes;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const detail::slot& s = g.at(static_cast<std::size_t>(g.source().inputs[i]));
      shapes.push_back(inputs[i].present() ? shape(inputs[i].shape.begin(), inputs[i].shape.end()) : s.extents);
    }
    g.prepare(shapes);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto tensor = g.source().inputs[i];
      const detail::slot& s = g.at(static_cast<std::size_t>(tensor));
      if (inputs[i].present() && !s.is_constant) {
        if (!std::ranges::equal(s.extents, inputs[i].shape)) {  // a variable, or an input that is listed twice
          throw error(error_code::bad_input,
                      model_.file_name() + ": " + model::label(g.source(), static_cast<std::size_t>(tensor)) +
                          ", input " + std::to_string(i) + " of subgraph " + std::to_string(g.number()) + ", holds " +
                          described(s.type, s.extents) + ", not " + described(inputs[i].type, inputs[i].shape));
        }
        std::copy_n(inputs[i].data.begin(), s.data.size(), s.data.begin());
      }
      visit(g, tensor);
    }
    for (detail::step& s : g.steps()) {
      count(g, s);
      run_step(g, s);
      for (std::size_t i = 0; i < s.results; ++i) visit(g, s.outputs[i]);
    }
  }

  void run_step(detail::graph& g, detail::step& s) {
    if (s.is_folded || s.is_alias) return;
    if (s.flow != detail::control::none) return run_control(g, s);
    if (s.is_dynamic) g.prepare_step(s);
    g.evaluate(s);
  }

  [[noreturn]] void fail(const detail::graph& g, const detail::step& s, const std::string& sentence) const {
    throw error(error_code::bad_input, g.place(s) + ": " + sentence);
  }

  void run_control(detail::graph& g, detail::step& s) {
    using detail::control;
    std::vector<operand> inputs;
    for (const std::int32_t tensor : s.inputs) inputs.push_back(g.view(tensor));
    switch (s.flow) {
      case control::call:
        if (s.graphs.size() != 1) fail(g, s, "names no subgraph to call");
        return call(g, s, s.graphs[0], inputs);
      case control::call_once:
        if (s.graphs.size() != 1) fail(g, s, "names no subgraph to call");
        if (has_run_once_[static_cast<std::size_t>(s.graphs[0])]) return;
        check_count(g, s, at(static_cast<std::size_t>(s.graphs[0])), 0, 0);
        run_graph(at(static_cast<std::size_t>(s.graphs[0])), {});
        has_run_once_[static_cast<std::size_t>(s.graphs[0])] = true;
        return;
      case control::if_: {
        if (s.graphs.size() != 2 || inputs.empty()) fail(g, s, "wants a condition and two subgraphs");
        const bool condition = truth(g, s, inputs[0]);
        return call(g, s, s.graphs[condition ? 0 : 1], std::span<const operand>(inputs).subspan(1));
      }
      case control::while_: return loop(g, s, inputs);
      case control::variable: {
        const auto number = static_cast<std::int32_t>(s.variable);
        if (s.results != 1 || g.at(static_cast<std::size_t>(s.outputs[0])).type != element_type::int32) {
          fail(g, s, "wants one output for a variable");
        }
        std::memcpy(g.at(static_cast<std::size_t>(s.outputs[0])).data.data(), &number, sizeof number);
        return;
      }
      case control::read_variable: {
        if (s.results != 1) fail(g, s, "has one output");
        const value& variable = variable_of(g, s, inputs);
        if (variable.type == element_type::absent) fail(g, s, "reads a variable that nothing has been assigned to");
        return store(g, s, 0, variable.view());
      }
      case control::assign_variable:
        if (inputs.size() < 2 || !inputs[1].present()) fail(g, s, "wants a variable and a value");
        return variable_of(g, s, inputs).assign(memory_, inputs[1], [&] { return g.place(s); });
      case control::none: return;
    }
  }

  [[nodiscard]] bool truth(const detail::graph& g, const detail::step& s, const operand& condition) const {
    if (condition.type != element_type::boolean || condition.elements() != 1)
      fail(g, s, "the condition is no single bool");
    return condition.data[0] != std::byte(0);
  }

  [[nodiscard]] value& variable_of(const detail::graph& g, const detail::step& s, std::span<const operand> inputs) {
    if (inputs.empty() || inputs[0].type != element_type::int32 || inputs[0].data.size() < 4) {
      fail(g, s, "wants a variable");
    }
    const auto number = static_cast<std::size_t>(inputs[0].values<std::int32_t>()[0]);
    if (number >= variables_.size()) fail(g, s, "wants a variable");
    return variables_[number];
  }

  /// Puts a value into an output of a step.
  void store(detail::graph& g, detail::step& s, std::size_t result, const operand& from) {
    const auto tensor = static_cast<std::size_t>(s.outputs[result]);
    if (g.at(tensor).type != from.type)
      fail(g, s, "output " + std::to_string(result) + " gets a value of another type");
    if (s.is_dynamic) g.resize(tensor, from.shape);
    if (!std::ranges::equal(g.at(tensor).extents, from.shape)) {
      fail(g, s, "output " + std::to_string(result) + " gets a value of another shape than expected");
    }
    std::copy(from.data.begin(), from.data.end(), g.at(tensor).data.begin());
  }

  void check_count(const detail::graph& g, const detail::step& s, const detail::graph& callee, std::size_t inputs,
                   std::size_t outputs) const {
    if (callee.source().inputs.size() != inputs || callee.source().outputs.size() != outputs) {
      fail(g, s,
           "gives subgraph " + std::to_string(callee.number()) + " " + std::to_string(inputs) + " inputs for " +
               std::to_string(outputs) + " outputs; it has " + std::to_string(callee.source().inputs.size()) + " and " +
               std::to_string(callee.source().outputs.size()));
    }
  }

  void check_types(const detail::graph& g, const detail::step& s, const detail::graph& callee,
                   std::span<const operand> inputs) const {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const detail::slot& input = callee.at(static_cast<std::size_t>(callee.source().inputs[i]));
      if (input.type != inputs[i].type || input.type == element_type::absent) {
        fail(g, s,
             "input " + std::to_string(i) + " of subgraph " + std::to_string(callee.number()) +
                 " has another type than the value for it");
      }
    }
  }

  void call(detail::graph& g, detail::step& s, std::int32_t number, std::span<const operand> inputs) {
    detail::graph& callee = at(static_cast<std::size_t>(number));
    check_count(g, s, callee, inputs.size(), s.results);
    check_types(g, s, callee, inputs);
    run_graph(callee, inputs);
    for (std::size_t i = 0; i < s.results; ++i) store(g, s, i, callee.view(callee.source().outputs[i]));
  }

  void loop(detail::graph& g, detail::step& s, std::span<const operand> inputs) {
    if (s.graphs.size() != 2) fail(g, s, "wants two subgraphs, a condition and a body");
    detail::graph& condition = at(static_cast<std::size_t>(s.graphs[0]));
    detail::graph& body = at(static_cast<std::size_t>(s.graphs[1]));
    check_count(g, s, condition, inputs.size(), 1);
    check_count(g, s, body, inputs.size(), inputs.size());
    if (s.results != inputs.size()) fail(g, s, "has as many outputs as inputs");
    std::vector<value> carried(inputs.size());
    std::vector<operand> views(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].present()) fail(g, s, "leaves an input out");
      carried[i].assign(memory_, inputs[i], [&] { return g.place(s); });
      views[i] = carried[i].view();
    }
    while (true) {
      count(g, s);  // rounds may be without ops
      check_types(g, s, condition, views);
      run_graph(condition, views);
      if (!truth(g, s, condition.view(condition.source().outputs[0]))) break;
      check_types(g, s, body, views);
      run_graph(body, views);
      for (std::size_t i = 0; i < carried.size(); ++i) {
        carried[i].assign(memory_, body.view(body.source().outputs[i]), [&] { return g.place(s); });
        views[i] = carried[i].view();
      }
    }
    for (std::size_t i = 0; i < carried.size(); ++i) store(g, s, i, views[i]);
  }

  model::model model_;
  interpreter_options options_;
  std::vector<signature> signatures_;
  thread_pool pool_;
  detail::memory_account memory_;
  detail::buffer_store buffers_;
  std::vector<std::unique_ptr<detail::graph>> graphs_;
  std::vector<bool> has_run_once_;
  std::vector<value> variables_;
  std::vector<std::pair<std::string, std::string>> variable_names_;
  detail::counted_memory scratch_;
  const tensor_visitor* visitor_ = nullptr;
  std::uint64_t operations_left_ = 0;
  std::size_t depth_ = 0;
  const signature* last_ = nullptr;
};

AEQ_INLINE interpreter::interpreter(model::model source, const interpreter_options& options)
    : machine_(std::make_unique<machine>(std::move(source), options)) {}
AEQ_INLINE interpreter::interpreter(interpreter&&) noexcept = default;
AEQ_INLINE interpreter& interpreter::operator=(interpreter&&) noexcept = default;
AEQ_INLINE interpreter::~interpreter() = default;

AEQ_INLINE std::span<const signature> interpreter::signatures() const {
  return machine_->signatures();
}
AEQ_INLINE void interpreter::run(std::size_t signature, std::span<const operand> inputs,
                                 const tensor_visitor& visitor) {
  machine_->run(signature, inputs, visitor);
}
AEQ_INLINE operand interpreter::output(std::size_t index) const {
  return machine_->output(index);
}
AEQ_INLINE void interpreter::reset() {
  machine_->reset();
}
AEQ_INLINE std::uint64_t interpreter::peak_memory() const {
  return machine_->peak_memory();
}

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/model/difference.ipp
// What differs between two models or descriptions: the definitions.

#include <cstdio>

#include <boost/json/parse.hpp>

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
    T value{};
    std::memcpy(&value, data_.data() + index * sizeof(T), sizeof(T));
    return value;
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
    double value = 0;
    const auto [end, state] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
    if (end != text.data() + text.size() || state != std::errc()) return std::nullopt;
    return sign * value;
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

// ---- aeq/model/dump.ipp
// The canonical description of a model as JSON: the definitions.

#include <flatbuffers/flatbuffers.h>

// ---- aeq/io/flexbuffer.hpp
// FlexBuffers, the schema-less format of custom operators' options, as JSON values. Nothing says which options are in
// this format, so this decides it as FlatBuffers' Python package does: positions outside the data are cut off or
// counted from the end like slices of a Python list, and what then can't be read is no FlexBuffer.

namespace aeq::inline AEQ_ABI::io {

/// The content of a FlexBuffer: floats as hexadecimal text, maps in their order. None if the data is no FlexBuffer.
[[nodiscard]] std::optional<boost::json::value> decode_flexbuffer(std::span<const std::uint8_t> bytes);

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/io/sha256.hpp
// SHA-256 (FIPS 180-4) of bytes that come in pieces. For naming content, not for keeping secrets.

namespace aeq::inline AEQ_ABI::io {

/// Two lower case digits a byte.
[[nodiscard]] std::string hex_text(std::span<const std::uint8_t> bytes);

class sha256 {
 public:
  static constexpr std::size_t digest_bytes = 32;

  sha256& update(std::span<const std::uint8_t> bytes);

  /// The digest of all that came; afterwards nothing more may be added.
  [[nodiscard]] std::array<std::uint8_t, digest_bytes> finish();

 private:
  static constexpr std::size_t block_bytes = 64;

  void add_block(const std::uint8_t* block);

  // The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, block_bytes> block_{};
  std::size_t held_ = 0;
  std::uint64_t total_bytes_ = 0;
};

/// The digest of bytes that are all there, as 64 hex digits.
[[nodiscard]] std::string sha256_text(std::span<const std::uint8_t> bytes);

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/schema.hpp
// The .tflite schema as data: one constexpr descriptor per FlatBuffer table. Reading, verifying, writing and describing
// a model all walk these; there is no generated code. (spec: tflite_schema, section 2)
//
// A field's position in its table's list is its id.
//
// Inside: definitions (*.ipp) include it, other headers do not.

namespace aeq::inline AEQ_ABI::model::schema {

enum class field_type : std::uint8_t {
  boolean,
  int8,
  uint8,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  string,
  table,       ///< `table` says which
  union_type,  ///< discriminator; the value is the next field
  union_value  ///< `alternatives` says which
};

struct table_descriptor;
struct union_descriptor;

struct field_descriptor {
  std::string_view name;
  field_type type = field_type::int32;
  bool is_vector = false;
  std::int64_t default_value = 0;
  const table_descriptor* table = nullptr;
  const union_descriptor* alternatives = nullptr;
  std::uint8_t alignment = 0;  ///< of a vector's elements, where the schema forces one
  bool deprecated = false;     ///< copied if a file has it, but nobody reads it: no part of a description
};

struct table_descriptor {
  std::string_view name;
  std::span<const field_descriptor> fields;
};

/// Members by discriminator; 0 is none.
struct union_descriptor {
  std::string_view name;
  std::span<const table_descriptor> members;
};

constexpr field_descriptor scalar(std::string_view name, field_type type, std::int64_t default_value = 0) {
  return {name, type, false, default_value, nullptr, nullptr, 0, false};
}
constexpr field_descriptor deprecated(field_descriptor field) {
  field.deprecated = true;
  return field;
}
constexpr field_descriptor vector_of(std::string_view name, field_type element, std::uint8_t alignment = 0) {
  return {name, element, true, 0, nullptr, nullptr, alignment, false};
}
constexpr field_descriptor table(std::string_view name, const table_descriptor& descriptor) {
  return {name, field_type::table, false, 0, &descriptor, nullptr, 0, false};
}
constexpr field_descriptor tables(std::string_view name, const table_descriptor& descriptor) {
  return {name, field_type::table, true, 0, &descriptor, nullptr, 0, false};
}
constexpr field_descriptor union_type(std::string_view name) {
  return {name, field_type::union_type, false, 0, nullptr, nullptr, 0, false};
}
constexpr field_descriptor union_value(std::string_view name, const union_descriptor& alternatives) {
  return {name, field_type::union_value, false, 0, nullptr, &alternatives, 0, false};
}

}  // namespace aeq::inline AEQ_ABI::model::schema

// ---- aeq/model/tables.hpp
// The tables that make up a model, as data. (spec: tflite_schema, section 2)
//
// Inside: definitions (*.ipp) include it, other headers do not.

// ---- aeq/model/options.hpp
// The 126 + 23 option tables of operators, as data. (spec: tflite_schema, section 4)
//
// Inside: definitions (*.ipp) include it, other headers do not.

namespace aeq::inline AEQ_ABI::model::schema {

namespace detail {
using t = field_type;

// clang-format off

inline constexpr std::array conv2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("fused_activation_function", t::int8), scalar("dilation_w_factor", t::int32, 1),
    scalar("dilation_h_factor", t::int32, 1), scalar("quantized_bias_type", t::int8)};
inline constexpr std::array depthwise_conv2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("depth_multiplier", t::int32), scalar("fused_activation_function", t::int8),
    scalar("dilation_w_factor", t::int32, 1), scalar("dilation_h_factor", t::int32, 1)};
inline constexpr std::array concat_embeddings_options{
    scalar("num_channels", t::int32), vector_of("num_columns_per_channel", t::int32),
    vector_of("embedding_dim_per_channel", t::int32)};
inline constexpr std::array lsh_projection_options{scalar("type", t::int8)};
inline constexpr std::array pool2_d_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("filter_width", t::int32), scalar("filter_height", t::int32), scalar("fused_activation_function", t::int8)};
inline constexpr std::array svdf_options{
    scalar("rank", t::int32), scalar("fused_activation_function", t::int8),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array rnn_options{
    scalar("fused_activation_function", t::int8), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array fully_connected_options{
    scalar("fused_activation_function", t::int8), scalar("weights_format", t::int8),
    scalar("keep_num_dims", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean),
    scalar("quantized_bias_type", t::int8), vector_of("quant_spec", t::uint8)};
inline constexpr std::array softmax_options{scalar("beta", t::float32)};
inline constexpr std::array concatenation_options{
    scalar("axis", t::int32), scalar("fused_activation_function", t::int8)};
inline constexpr std::array add_options{
    scalar("fused_activation_function", t::int8), scalar("pot_scale_int16", t::boolean, 1)};
inline constexpr std::array l2_norm_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array local_response_normalization_options{
    scalar("radius", t::int32), scalar("bias", t::float32), scalar("alpha", t::float32), scalar("beta", t::float32)};
inline constexpr std::array lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("kernel_type", t::int8), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array resize_bilinear_options{
    deprecated(scalar("new_height", t::int32)), deprecated(scalar("new_width", t::int32)),
    scalar("align_corners", t::boolean), scalar("half_pixel_centers", t::boolean)};
inline constexpr std::array call_options{scalar("subgraph", t::uint32)};
inline constexpr std::array reshape_options{vector_of("new_shape", t::int32)};
inline constexpr std::array skip_gram_options{
    scalar("ngram_size", t::int32), scalar("max_skip_size", t::int32), scalar("include_all_ngrams", t::boolean)};
inline constexpr std::array space_to_depth_options{scalar("block_size", t::int32)};
inline constexpr std::array embedding_lookup_sparse_options{scalar("combiner", t::int8)};
inline constexpr std::array mul_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array gather_options{scalar("axis", t::int32), scalar("batch_dims", t::int32)};
inline constexpr std::array reducer_options{scalar("keep_dims", t::boolean)};
inline constexpr std::array sub_options{
    scalar("fused_activation_function", t::int8), scalar("pot_scale_int16", t::boolean, 1)};
inline constexpr std::array div_options{scalar("fused_activation_function", t::int8)};
inline constexpr std::array squeeze_options{vector_of("squeeze_dims", t::int32)};
inline constexpr std::array sequence_rnn_options{
    scalar("time_major", t::boolean), scalar("fused_activation_function", t::int8),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array strided_slice_options{
    scalar("begin_mask", t::int32), scalar("end_mask", t::int32), scalar("ellipsis_mask", t::int32),
    scalar("new_axis_mask", t::int32), scalar("shrink_axis_mask", t::int32), scalar("offset", t::boolean)};
inline constexpr std::array split_options{scalar("num_splits", t::int32)};
inline constexpr std::array cast_options{scalar("in_data_type", t::int8), scalar("out_data_type", t::int8)};
inline constexpr std::array arg_max_options{scalar("output_type", t::int8)};
inline constexpr std::array transpose_conv_options{
    scalar("padding", t::int8), scalar("stride_w", t::int32), scalar("stride_h", t::int32),
    scalar("fused_activation_function", t::int8), scalar("quantized_bias_type", t::int8)};
inline constexpr std::array sparse_to_dense_options{scalar("validate_indices", t::boolean)};
inline constexpr std::array shape_options{scalar("out_type", t::int8)};
inline constexpr std::array arg_min_options{scalar("output_type", t::int8)};
inline constexpr std::array fake_quant_options{
    scalar("min", t::float32), scalar("max", t::float32), scalar("num_bits", t::int32),
    scalar("narrow_range", t::boolean)};
inline constexpr std::array pack_options{scalar("values_count", t::int32), scalar("axis", t::int32)};
inline constexpr std::array one_hot_options{scalar("axis", t::int32)};
inline constexpr std::array unpack_options{scalar("num", t::int32), scalar("axis", t::int32)};
inline constexpr std::array bidirectional_sequence_lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("merge_outputs", t::boolean), scalar("time_major", t::boolean, 1),
    scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array bidirectional_sequence_rnn_options{
    scalar("time_major", t::boolean), scalar("fused_activation_function", t::int8),
    scalar("merge_outputs", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array unidirectional_sequence_lstm_options{
    scalar("fused_activation_function", t::int8), scalar("cell_clip", t::float32), scalar("proj_clip", t::float32),
    scalar("time_major", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean),
    scalar("diagonal_recurrent_tensors", t::boolean)};
inline constexpr std::array resize_nearest_neighbor_options{
    scalar("align_corners", t::boolean), scalar("half_pixel_centers", t::boolean)};
inline constexpr std::array leaky_relu_options{scalar("alpha", t::float32)};
inline constexpr std::array mirror_pad_options{scalar("mode", t::int8)};
inline constexpr std::array split_v_options{scalar("num_splits", t::int32)};
inline constexpr std::array unique_options{scalar("idx_out_type", t::int8, 2)};
inline constexpr std::array reverse_sequence_options{scalar("seq_dim", t::int32), scalar("batch_dim", t::int32)};
inline constexpr std::array if_options{
    scalar("then_subgraph_index", t::int32), scalar("else_subgraph_index", t::int32)};
inline constexpr std::array while_options{
    scalar("cond_subgraph_index", t::int32), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array depth_to_space_options{scalar("block_size", t::int32)};
inline constexpr std::array batch_mat_mul_options{
    scalar("adj_x", t::boolean), scalar("adj_y", t::boolean), scalar("asymmetric_quantize_inputs", t::boolean)};
inline constexpr std::array cumsum_options{scalar("exclusive", t::boolean), scalar("reverse", t::boolean)};
inline constexpr std::array call_once_options{scalar("init_subgraph_index", t::int32)};
inline constexpr std::array conv3_d_options{
    scalar("padding", t::int8), scalar("stride_d", t::int32), scalar("stride_w", t::int32),
    scalar("stride_h", t::int32), scalar("fused_activation_function", t::int8),
    scalar("dilation_d_factor", t::int32, 1), scalar("dilation_w_factor", t::int32, 1),
    scalar("dilation_h_factor", t::int32, 1)};
inline constexpr std::array hashtable_options{
    scalar("table_id", t::int32), scalar("key_dtype", t::int8), scalar("value_dtype", t::int8)};
inline constexpr std::array var_handle_options{scalar("container", t::string), scalar("shared_name", t::string)};
inline constexpr std::array random_options{scalar("seed", t::int64), scalar("seed2", t::int64)};
inline constexpr std::array bucketize_options{vector_of("boundaries", t::float32)};
inline constexpr std::array gelu_options{scalar("approximate", t::boolean)};
inline constexpr std::array stablehlo_concatenate_options{scalar("dimension", t::int64)};
inline constexpr std::array stablehlo_broadcast_in_dim_options{vector_of("broadcast_dimensions", t::int64)};
inline constexpr std::array stablehlo_slice_options{
    vector_of("start_indices", t::int64), vector_of("limit_indices", t::int64), vector_of("strides", t::int64)};
inline constexpr std::array stablehlo_convolution_options{
    vector_of("window_strides", t::int64), vector_of("padding", t::int64), vector_of("lhs_dilation", t::int64),
    vector_of("rhs_dilation", t::int64), vector_of("window_reversal", t::boolean),
    scalar("input_batch_dimension", t::int64), scalar("input_feature_dimension", t::int64),
    vector_of("input_spatial_dimensions", t::int64), scalar("kernel_input_feature_dimension", t::int64),
    scalar("kernel_output_feature_dimension", t::int64), vector_of("kernel_spatial_dimensions", t::int64),
    scalar("output_batch_dimension", t::int64), scalar("output_feature_dimension", t::int64),
    vector_of("output_spatial_dimensions", t::int64), scalar("feature_group_count", t::int64),
    scalar("batch_group_count", t::int64), vector_of("precision_config", t::uint32)};
inline constexpr std::array stablehlo_custom_call_options{
    scalar("call_target_name", t::string), scalar("has_side_effect", t::boolean), scalar("backend_config", t::string),
    scalar("api_version", t::int32), vector_of("called_computations", t::int32),
    vector_of("custom_attributes", t::uint8)};
inline constexpr std::array stablehlo_reduce_options{
    vector_of("dimensions", t::int64), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_scatter_options{
    scalar("indices_are_sorted", t::boolean), vector_of("update_window_dims", t::int64),
    vector_of("inserted_window_dims", t::int64), vector_of("scatter_dims_to_operand_dims", t::int64),
    scalar("index_vector_dim", t::int64), scalar("unique_indices", t::boolean),
    scalar("update_computation_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_compare_options{
    scalar("comparison_direction", t::uint32), scalar("compare_type", t::uint32)};
inline constexpr std::array stablehlo_dynamic_slice_options{vector_of("slice_sizes", t::int64)};
inline constexpr std::array stablehlo_pad_options{
    vector_of("edge_padding_low", t::int64), vector_of("edge_padding_high", t::int64),
    vector_of("interior_padding", t::int64)};
inline constexpr std::array stablehlo_iota_options{scalar("iota_dimension", t::int64)};
inline constexpr std::array stablehlo_dot_general_options{
    vector_of("lhs_batching_dimensions", t::int64), vector_of("rhs_batching_dimensions", t::int64),
    vector_of("lhs_contracting_dimensions", t::int64), vector_of("rhs_contracting_dimensions", t::int64),
    vector_of("precision_config", t::uint32)};
inline constexpr std::array stablehlo_reduce_window_options{
    vector_of("window_dimensions", t::int64), vector_of("window_strides", t::int64),
    vector_of("base_dilations", t::int64), vector_of("window_dilations", t::int64), vector_of("padding", t::int64),
    scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_sort_options{
    scalar("dimension", t::int64), scalar("is_stable", t::boolean), scalar("comparator_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_while_options{
    scalar("cond_subgraph_index", t::int32), scalar("body_subgraph_index", t::int32)};
inline constexpr std::array stablehlo_gather_options{
    vector_of("offset_dims", t::int64), vector_of("collapsed_slice_dims", t::int64),
    vector_of("start_index_map", t::int64), scalar("index_vector_dim", t::int64), vector_of("slice_sizes", t::int64),
    scalar("indices_are_sorted", t::boolean)};
inline constexpr std::array stablehlo_transpose_options{vector_of("permutation", t::int64)};
inline constexpr std::array stablehlo_rng_bit_generator_options{scalar("algorithm", t::int8)};
inline constexpr std::array reduce_window_options{scalar("reduce_function", t::int32)};
inline constexpr std::array stable_hlo_composite_options{
    scalar("name", t::string), scalar("decomposition_subgraph_index", t::int32),
    vector_of("composite_attributes", t::uint8), scalar("composite_attributes_format", t::int8),
    scalar("version", t::int32)};
inline constexpr std::array stablehlo_case_options{vector_of("branch_subgraph_indices", t::int32)};
// clang-format on

}  // namespace detail

inline constexpr std::array<table_descriptor, 127> builtin_options_members{
    {{"NONE", {}},
     {"Conv2DOptions", detail::conv2_d_options},
     {"DepthwiseConv2DOptions", detail::depthwise_conv2_d_options},
     {"ConcatEmbeddingsOptions", detail::concat_embeddings_options},
     {"LSHProjectionOptions", detail::lsh_projection_options},
     {"Pool2DOptions", detail::pool2_d_options},
     {"SVDFOptions", detail::svdf_options},
     {"RNNOptions", detail::rnn_options},
     {"FullyConnectedOptions", detail::fully_connected_options},
     {"SoftmaxOptions", detail::softmax_options},
     {"ConcatenationOptions", detail::concatenation_options},
     {"AddOptions", detail::add_options},
     {"L2NormOptions", detail::l2_norm_options},
     {"LocalResponseNormalizationOptions", detail::local_response_normalization_options},
     {"LSTMOptions", detail::lstm_options},
     {"ResizeBilinearOptions", detail::resize_bilinear_options},
     {"CallOptions", detail::call_options},
     {"ReshapeOptions", detail::reshape_options},
     {"SkipGramOptions", detail::skip_gram_options},
     {"SpaceToDepthOptions", detail::space_to_depth_options},
     {"EmbeddingLookupSparseOptions", detail::embedding_lookup_sparse_options},
     {"MulOptions", detail::mul_options},
     {"PadOptions", {}},
     {"GatherOptions", detail::gather_options},
     {"BatchToSpaceNDOptions", {}},
     {"SpaceToBatchNDOptions", {}},
     {"TransposeOptions", {}},
     {"ReducerOptions", detail::reducer_options},
     {"SubOptions", detail::sub_options},
     {"DivOptions", detail::div_options},
     {"SqueezeOptions", detail::squeeze_options},
     {"SequenceRNNOptions", detail::sequence_rnn_options},
     {"StridedSliceOptions", detail::strided_slice_options},
     {"ExpOptions", {}},
     {"TopKV2Options", {}},
     {"SplitOptions", detail::split_options},
     {"LogSoftmaxOptions", {}},
     {"CastOptions", detail::cast_options},
     {"DequantizeOptions", {}},
     {"MaximumMinimumOptions", {}},
     {"ArgMaxOptions", detail::arg_max_options},
     {"LessOptions", {}},
     {"NegOptions", {}},
     {"PadV2Options", {}},
     {"GreaterOptions", {}},
     {"GreaterEqualOptions", {}},
     {"LessEqualOptions", {}},
     {"SelectOptions", {}},
     {"SliceOptions", {}},
     {"TransposeConvOptions", detail::transpose_conv_options},
     {"SparseToDenseOptions", detail::sparse_to_dense_options},
     {"TileOptions", {}},
     {"ExpandDimsOptions", {}},
     {"EqualOptions", {}},
     {"NotEqualOptions", {}},
     {"ShapeOptions", detail::shape_options},
     {"PowOptions", {}},
     {"ArgMinOptions", detail::arg_min_options},
     {"FakeQuantOptions", detail::fake_quant_options},
     {"PackOptions", detail::pack_options},
     {"LogicalOrOptions", {}},
     {"OneHotOptions", detail::one_hot_options},
     {"LogicalAndOptions", {}},
     {"LogicalNotOptions", {}},
     {"UnpackOptions", detail::unpack_options},
     {"FloorDivOptions", {}},
     {"SquareOptions", {}},
     {"ZerosLikeOptions", {}},
     {"FillOptions", {}},
     {"BidirectionalSequenceLSTMOptions", detail::bidirectional_sequence_lstm_options},
     {"BidirectionalSequenceRNNOptions", detail::bidirectional_sequence_rnn_options},
     {"UnidirectionalSequenceLSTMOptions", detail::unidirectional_sequence_lstm_options},
     {"FloorModOptions", {}},
     {"RangeOptions", {}},
     {"ResizeNearestNeighborOptions", detail::resize_nearest_neighbor_options},
     {"LeakyReluOptions", detail::leaky_relu_options},
     {"SquaredDifferenceOptions", {}},
     {"MirrorPadOptions", detail::mirror_pad_options},
     {"AbsOptions", {}},
     {"SplitVOptions", detail::split_v_options},
     {"UniqueOptions", detail::unique_options},
     {"ReverseV2Options", {}},
     {"AddNOptions", {}},
     {"GatherNdOptions", {}},
     {"CosOptions", {}},
     {"WhereOptions", {}},
     {"RankOptions", {}},
     {"ReverseSequenceOptions", detail::reverse_sequence_options},
     {"MatrixDiagOptions", {}},
     {"QuantizeOptions", {}},
     {"MatrixSetDiagOptions", {}},
     {"HardSwishOptions", {}},
     {"IfOptions", detail::if_options},
     {"WhileOptions", detail::while_options},
     {"DepthToSpaceOptions", detail::depth_to_space_options},
     {"NonMaxSuppressionV4Options", {}},
     {"NonMaxSuppressionV5Options", {}},
     {"ScatterNdOptions", {}},
     {"SelectV2Options", {}},
     {"DensifyOptions", {}},
     {"SegmentSumOptions", {}},
     {"BatchMatMulOptions", detail::batch_mat_mul_options},
     {"CumsumOptions", detail::cumsum_options},
     {"CallOnceOptions", detail::call_once_options},
     {"BroadcastToOptions", {}},
     {"Rfft2dOptions", {}},
     {"Conv3DOptions", detail::conv3_d_options},
     {"HashtableOptions", detail::hashtable_options},
     {"HashtableFindOptions", {}},
     {"HashtableImportOptions", {}},
     {"HashtableSizeOptions", {}},
     {"VarHandleOptions", detail::var_handle_options},
     {"ReadVariableOptions", {}},
     {"AssignVariableOptions", {}},
     {"RandomOptions", detail::random_options},
     {"BucketizeOptions", detail::bucketize_options},
     {"GeluOptions", detail::gelu_options},
     {"DynamicUpdateSliceOptions", {}},
     {"UnsortedSegmentProdOptions", {}},
     {"UnsortedSegmentMaxOptions", {}},
     {"UnsortedSegmentMinOptions", {}},
     {"UnsortedSegmentSumOptions", {}},
     {"ATan2Options", {}},
     {"SignOptions", {}},
     {"BitcastOptions", {}},
     {"BitwiseXorOptions", {}},
     {"RightShiftOptions", {}}}};
inline constexpr union_descriptor builtin_options{"BuiltinOptions", builtin_options_members};

inline constexpr std::array<table_descriptor, 24> builtin_options_2_members{
    {{"NONE", {}},
     {"StablehloConcatenateOptions", detail::stablehlo_concatenate_options},
     {"StablehloBroadcastInDimOptions", detail::stablehlo_broadcast_in_dim_options},
     {"StablehloSliceOptions", detail::stablehlo_slice_options},
     {"StablehloConvolutionOptions", detail::stablehlo_convolution_options},
     {"StablehloCustomCallOptions", detail::stablehlo_custom_call_options},
     {"StablehloReduceOptions", detail::stablehlo_reduce_options},
     {"StablehloScatterOptions", detail::stablehlo_scatter_options},
     {"StablehloCompareOptions", detail::stablehlo_compare_options},
     {"StablehloDynamicSliceOptions", detail::stablehlo_dynamic_slice_options},
     {"StablehloPadOptions", detail::stablehlo_pad_options},
     {"StablehloIotaOptions", detail::stablehlo_iota_options},
     {"StablehloDotGeneralOptions", detail::stablehlo_dot_general_options},
     {"StablehloReduceWindowOptions", detail::stablehlo_reduce_window_options},
     {"StablehloSortOptions", detail::stablehlo_sort_options},
     {"StablehloWhileOptions", detail::stablehlo_while_options},
     {"StablehloGatherOptions", detail::stablehlo_gather_options},
     {"StablehloTransposeOptions", detail::stablehlo_transpose_options},
     {"DilateOptions", {}},
     {"StablehloRngBitGeneratorOptions", detail::stablehlo_rng_bit_generator_options},
     {"ReduceWindowOptions", detail::reduce_window_options},
     {"StableHLOCompositeOptions", detail::stable_hlo_composite_options},
     {"StablehloShiftLeftOptions", {}},
     {"StablehloCaseOptions", detail::stablehlo_case_options}}};
inline constexpr union_descriptor builtin_options_2{"BuiltinOptions2", builtin_options_2_members};

}  // namespace aeq::inline AEQ_ABI::model::schema

// ---- aeq/model/tables.hpp
namespace aeq::inline AEQ_ABI::model::schema {

namespace detail {

inline constexpr std::array int32_vector_fields{vector_of("values", t::int32)};
inline constexpr std::array uint16_vector_fields{vector_of("values", t::uint16, 4)};
inline constexpr std::array uint8_vector_fields{vector_of("values", t::uint8, 4)};
inline constexpr std::array<table_descriptor, 4> sparse_index_members{{{"NONE", {}},
                                                                       {"Int32Vector", int32_vector_fields},
                                                                       {"Uint16Vector", uint16_vector_fields},
                                                                       {"Uint8Vector", uint8_vector_fields}}};
inline constexpr union_descriptor sparse_index{"SparseIndexVector", sparse_index_members};

inline constexpr std::array dimension_metadata_fields{
    scalar("format", t::int8),         scalar("dense_size", t::int32),
    union_type("array_segments_type"), union_value("array_segments", sparse_index),
    union_type("array_indices_type"),  union_value("array_indices", sparse_index)};
inline constexpr table_descriptor dimension_metadata{"DimensionMetadata", dimension_metadata_fields};

inline constexpr std::array sparsity_fields{vector_of("traversal_order", t::int32), vector_of("block_map", t::int32),
                                            tables("dim_metadata", dimension_metadata)};

inline constexpr std::array custom_quantization_fields{vector_of("custom", t::uint8, 16)};
inline constexpr std::array blockwise_fields{scalar("scales", t::int32), scalar("zero_points", t::int32),
                                             scalar("block_size", t::int32), vector_of("block_shape", t::int32)};
inline constexpr std::array multi_axis_fields{scalar("scales", t::int32), scalar("zero_points", t::int32),
                                              scalar("block_size", t::int32),
                                              vector_of("quantized_dimensions", t::int32)};

}  // namespace detail

inline constexpr table_descriptor sparsity_parameters{"SparsityParameters", detail::sparsity_fields};

inline constexpr table_descriptor blockwise_quantization{"BlockwiseQuantization", detail::blockwise_fields};
inline constexpr std::array<table_descriptor, 4> quantization_details_members{
    {{"NONE", {}},
     {"CustomQuantization", detail::custom_quantization_fields},
     blockwise_quantization,
     {"MultiAxisQuantization", detail::multi_axis_fields}}};
inline constexpr union_descriptor quantization_details{"QuantizationDetails", quantization_details_members};
inline constexpr std::uint8_t blockwise_details = 2;

namespace detail {

inline constexpr std::array quantization_fields{
    vector_of("min", t::float32),           vector_of("max", t::float32), vector_of("scale", t::float32),
    vector_of("zero_point", t::int64),      union_type("details_type"),   union_value("details", quantization_details),
    scalar("quantized_dimension", t::int32)};

inline constexpr std::array variant_fields{vector_of("shape", t::int32), scalar("type", t::int8),
                                           scalar("has_rank", t::boolean)};

}  // namespace detail

inline constexpr table_descriptor quantization_parameters{"QuantizationParameters", detail::quantization_fields};
inline constexpr table_descriptor variant_sub_type{"VariantSubType", detail::variant_fields};

namespace detail {

inline constexpr std::array tensor_fields{vector_of("shape", t::int32),
                                          scalar("type", t::int8),
                                          scalar("buffer", t::uint32),
                                          scalar("name", t::string),
                                          table("quantization", quantization_parameters),
                                          scalar("is_variable", t::boolean),
                                          table("sparsity", sparsity_parameters),
                                          vector_of("shape_signature", t::int32),
                                          scalar("has_rank", t::boolean),
                                          tables("variant_tensors", variant_sub_type),
                                          scalar("external_buffer", t::uint32)};

inline constexpr std::array operator_fields{scalar("opcode_index", t::uint32),
                                            vector_of("inputs", t::int32),
                                            vector_of("outputs", t::int32),
                                            union_type("builtin_options_type"),
                                            union_value("builtin_options", builtin_options),
                                            vector_of("custom_options", t::uint8),
                                            scalar("custom_options_format", t::int8),
                                            vector_of("mutating_variable_inputs", t::boolean),
                                            vector_of("intermediates", t::int32),
                                            scalar("large_custom_options_offset", t::uint64),
                                            scalar("large_custom_options_size", t::uint64),
                                            union_type("builtin_options_2_type"),
                                            union_value("builtin_options_2", builtin_options_2),
                                            scalar("debug_metadata_index", t::int32, -1)};

inline constexpr std::array operator_code_fields{scalar("deprecated_builtin_code", t::int8),
                                                 scalar("custom_code", t::string), scalar("version", t::int32, 1),
                                                 scalar("builtin_code", t::int32)};

inline constexpr std::array buffer_fields{vector_of("data", t::uint8, 16), scalar("offset", t::uint64),
                                          scalar("size", t::uint64)};
inline constexpr std::array metadata_fields{scalar("name", t::string), scalar("buffer", t::uint32)};
inline constexpr std::array tensor_map_fields{scalar("name", t::string), scalar("tensor_index", t::uint32)};
inline constexpr std::array external_group_fields{scalar("name", t::string)};
inline constexpr std::array external_buffer_fields{scalar("id", t::uint32), scalar("group", t::uint32),
                                                   scalar("offset", t::uint64), scalar("length", t::uint64),
                                                   scalar("packing", t::string)};

}  // namespace detail

inline constexpr table_descriptor tensor{"Tensor", detail::tensor_fields};
inline constexpr table_descriptor operation{"Operator", detail::operator_fields};
inline constexpr table_descriptor operator_code{"OperatorCode", detail::operator_code_fields};
inline constexpr table_descriptor buffer{"Buffer", detail::buffer_fields};
inline constexpr table_descriptor metadata{"Metadata", detail::metadata_fields};
inline constexpr table_descriptor tensor_map{"TensorMap", detail::tensor_map_fields};
inline constexpr table_descriptor external_buffer_group{"ExternalBufferGroup", detail::external_group_fields};
inline constexpr table_descriptor external_buffer{"ExternalBuffer", detail::external_buffer_fields};

namespace detail {

inline constexpr std::array subgraph_fields{
    tables("tensors", tensor),      vector_of("inputs", t::int32), vector_of("outputs", t::int32),
    tables("operators", operation), scalar("name", t::string),     scalar("debug_metadata_index", t::int32, -1)};
inline constexpr std::array signature_fields{tables("inputs", tensor_map), tables("outputs", tensor_map),
                                             scalar("signature_key", t::string), scalar("deprecated_tag", t::string),
                                             scalar("subgraph_index", t::uint32)};

}  // namespace detail

inline constexpr table_descriptor subgraph{"SubGraph", detail::subgraph_fields};
inline constexpr table_descriptor signature{"SignatureDef", detail::signature_fields};

namespace detail {

inline constexpr std::array model_fields{scalar("version", t::uint32),
                                         tables("operator_codes", operator_code),
                                         tables("subgraphs", subgraph),
                                         scalar("description", t::string),
                                         tables("buffers", buffer),
                                         vector_of("metadata_buffer", t::int32),
                                         tables("metadata", metadata),
                                         tables("signature_defs", signature),
                                         tables("external_buffer_groups", external_buffer_group),
                                         tables("external_buffers", external_buffer)};

}  // namespace detail

inline constexpr table_descriptor model{"Model", detail::model_fields};

}  // namespace aeq::inline AEQ_ABI::model::schema

// ---- aeq/model/view.hpp
// Typed access to FlatBuffer tables through their descriptors: view<schema::tensor>(t).get<"shape">(). The field's id,
// type and default come from the descriptor at compile time; an unknown name does not compile.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings FlatBuffers.

namespace aeq::inline AEQ_ABI::model {

// (A type of its own: model.hpp names it without FlatBuffers.)
struct table_vector : flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>> {};

namespace detail {

/// Position of a field's slot in a vtable.
[[nodiscard]] constexpr flatbuffers::voffset_t slot(std::size_t field) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * field);
}

template <schema::field_type Type>
struct scalar_of;
template <>
struct scalar_of<schema::field_type::boolean> {
  using type = std::uint8_t;
};
template <>
struct scalar_of<schema::field_type::int8> {
  using type = std::int8_t;
};
template <>
struct scalar_of<schema::field_type::uint8> {
  using type = std::uint8_t;
};
template <>
struct scalar_of<schema::field_type::uint16> {
  using type = std::uint16_t;
};
template <>
struct scalar_of<schema::field_type::int32> {
  using type = std::int32_t;
};
template <>
struct scalar_of<schema::field_type::uint32> {
  using type = std::uint32_t;
};
template <>
struct scalar_of<schema::field_type::int64> {
  using type = std::int64_t;
};
template <>
struct scalar_of<schema::field_type::uint64> {
  using type = std::uint64_t;
};
template <>
struct scalar_of<schema::field_type::float32> {
  using type = float;
};
template <>
struct scalar_of<schema::field_type::union_type> {
  using type = std::uint8_t;
};

[[nodiscard]] constexpr bool is_scalar(schema::field_type type) {
  return type < schema::field_type::string || type == schema::field_type::union_type;
}

/// Calls f with a std::type_identity of a scalar field's C++ type.
template <class Function>
constexpr decltype(auto) with_scalar(schema::field_type type, const Function& f) {
  using t = schema::field_type;
  switch (type) {
    case t::int8: return f(std::type_identity<std::int8_t>{});
    case t::uint16: return f(std::type_identity<std::uint16_t>{});
    case t::int32: return f(std::type_identity<std::int32_t>{});
    case t::uint32: return f(std::type_identity<std::uint32_t>{});
    case t::int64: return f(std::type_identity<std::int64_t>{});
    case t::uint64: return f(std::type_identity<std::uint64_t>{});
    case t::float32: return f(std::type_identity<float>{});
    default: return f(std::type_identity<std::uint8_t>{});  // boolean, uint8, discriminators
  }
}

[[nodiscard]] constexpr std::size_t field_id(const schema::table_descriptor& descriptor, std::string_view name) {
  for (std::size_t i = 0; i < descriptor.fields.size(); ++i) {
    if (descriptor.fields[i].name == name) return i;
  }
  throw "the table has no field of this name";
}

}  // namespace detail

template <const schema::table_descriptor& Descriptor>
class view {
 public:
  explicit view(const flatbuffers::Table* table) : table_(table) {}

  /// A scalar's value; a string as std::optional<std::string_view>; a vector, table or union value as a pointer, null
  /// if absent.
  template <fixed_string Name>
  [[nodiscard]] auto get() const {
    constexpr std::size_t id = detail::field_id(Descriptor, Name.view());
    constexpr schema::field_descriptor field = Descriptor.fields[id];
    constexpr flatbuffers::voffset_t slot = detail::slot(id);
    if constexpr (field.type == schema::field_type::table && field.is_vector) {
      return table_->GetPointer<const table_vector*>(slot);
    } else if constexpr (field.type == schema::field_type::table || field.type == schema::field_type::union_value) {
      return table_->GetPointer<const flatbuffers::Table*>(slot);
    } else if constexpr (field.type == schema::field_type::string) {
      const auto* text = table_->GetPointer<const flatbuffers::String*>(slot);
      return text != nullptr ? std::optional<std::string_view>({text->c_str(), text->size()}) : std::nullopt;
    } else if constexpr (field.is_vector) {
      using element = typename detail::scalar_of<field.type>::type;
      return table_->GetPointer<const flatbuffers::Vector<element>*>(slot);
    } else {
      using value = typename detail::scalar_of<field.type>::type;
      return table_->GetField<value>(slot, static_cast<value>(field.default_value));
    }
  }

 private:
  const flatbuffers::Table* table_;
};

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/dump.ipp
namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// block_size → blockSize.
[[nodiscard]] AEQ_INLINE std::string camel_case(std::string_view name) {
  std::string result;
  bool raise = false;
  for (const char c : name) {
    if (c == '_') {
      raise = true;
      continue;
    }
    result += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = false;
  }
  return result;
}

class describer {
 public:
  explicit describer(const model& m) : model_(m), buffer_numbers_(m.buffers.size()) {
    if (m.file == nullptr)
      throw error(error_code::wrong_usage, "only a model that was read from a file can be described");
    const std::uint64_t file_bytes = m.file->bytes().size();
    hash_budget_ = 4 * file_bytes;
    text_budget_ = 16 * file_bytes + (std::uint64_t(1) << 20);
  }

  boost::json::object describe() {
    return {{"format", "tflite-dump/1"},
            {"version", model_.version},
            {"description", text(model_.description)},
            {"subgraphs", list(model_.subgraphs, [&](const subgraph& g) { return graph(g); })},
            {"signatures", list(model_.signatures, [&](const signature& s) { return of_signature(s); })},
            {"metadata", list(model_.metadata, [&](const metadata_entry& e) { return of_metadata(e); })},
            {"layout", layout()}};
  }

 private:
  using json = boost::json::value;
  using object = boost::json::object;

  template <class Range, class Function>
  static boost::json::array list(const Range& range, const Function& f) {
    boost::json::array result;
    for (const auto& item : range) result.push_back(f(item));
    return result;
  }
  static boost::json::array numbers(std::span<const std::int32_t> values) {
    return list(values, [](std::int32_t v) { return json(v); });
  }

  // Tables of a hostile file may point at one vector many times.
  void spend(std::uint64_t& budget, std::uint64_t amount) const {
    if (amount > budget) {
      throw error(error_code::bad_input,
                  model_.file_name() +
                      ": the tables point at the same data over and over; a description would be "
                      "many times as large as the file");
    }
    budget -= amount;
  }

  json text(const std::optional<std::string>& value) {
    if (!value) return nullptr;
    return json(io::escaped_utf8(*value));
  }

  /// The digest of bytes of the file, whose pages then leave this process again.
  std::string digest(std::span<const std::uint8_t> bytes) {
    const auto [known, is_new] = digests_.try_emplace({bytes.data(), bytes.size()});
    if (is_new) {
      spend(hash_budget_, bytes.size());
      known->second = stream_digest(bytes);
    }
    return known->second;
  }
  std::string stream_digest(std::span<const std::uint8_t> bytes) const {
    constexpr std::size_t piece = std::size_t(4) << 20;
    io::sha256 sum;
    if (bytes.size() < piece) return io::hex_text(sum.update(bytes).finish());
    for (std::size_t done = 0; done < bytes.size(); done += piece) {
      const auto part = bytes.subspan(done, std::min(piece, bytes.size() - done));
      sum.update(part);
      model_.file->let_go(part);
    }
    return io::hex_text(sum.finish());
  }

  object blob(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t spelled_out_bytes = 64;
    object result{{"bytes", bytes.size()}, {"sha256", digest(bytes)}};
    if (bytes.size() <= spelled_out_bytes) result.emplace("hex", io::hex_text(bytes));
    return result;
  }
  object options_blob(std::span<const std::uint8_t> bytes) {
    object result = blob(bytes);
    spend(text_budget_, bytes.size());
    if (auto content = io::decode_flexbuffer(bytes)) result.emplace("flexbuffer", *std::move(content));
    return result;
  }

  // --- tables by their descriptors ---

  template <class T>
  static json number(T value) {
    if constexpr (std::is_same_v<T, float>) {
      return json(io::hex_float(value));
    } else {
      return json(value);
    }
  }

  /// A field's value; null where it is absent or an empty list, which is the same to every reader.
  json field_value(const flatbuffers::Table* table, const schema::table_descriptor& descriptor, std::size_t id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    const flatbuffers::voffset_t at = slot(id);
    const auto nested = [&](const flatbuffers::Table* inner, const schema::table_descriptor& type) -> json {
      object members = fields(inner, type);
      return members.empty() ? json() : json(std::move(members));
    };
    if (field.type == schema::field_type::table) {
      if (field.is_vector) return tables(table->GetPointer<const table_vector*>(at), *field.table);
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(at);
      return inner == nullptr ? json() : nested(inner, *field.table);
    }
    if (field.type == schema::field_type::union_value) {
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(at);
      const auto type = table->GetField<std::uint8_t>(slot(id - 1), 0);
      if (inner == nullptr || type == 0 || type >= field.alternatives->members.size()) return {};
      return nested(inner, field.alternatives->members[type]);
    }
    if (field.type == schema::field_type::string) {
      const auto* value = table->GetPointer<const flatbuffers::String*>(at);
      if (value == nullptr) return {};
      spend(text_budget_, value->size());
      return json(io::escaped_utf8({value->c_str(), value->size()}));
    }
    if (field.is_vector && field.type == schema::field_type::uint8) {
      const auto* bytes = table->GetPointer<const flatbuffers::Vector<std::uint8_t>*>(at);
      if (bytes == nullptr) return {};
      const std::span<const std::uint8_t> content(bytes->Data(), bytes->size());
      return field.name == "composite_attributes" ? options_blob(content) : blob(content);
    }
    return with_scalar(field.type, [&]<class T>(std::type_identity<T>) -> json {
      const bool is_boolean = field.type == schema::field_type::boolean;
      if (!field.is_vector) {
        const T value = table->GetField<T>(at, static_cast<T>(field.default_value));
        return is_boolean ? json(value != T{}) : number(value);
      }
      const auto* values = table->GetPointer<const flatbuffers::Vector<T>*>(at);
      if (values == nullptr || values->size() == 0) return {};
      spend(text_budget_, values->size());
      boost::json::array result;
      result.reserve(values->size());
      for (flatbuffers::uoffset_t i = 0; i < values->size(); ++i) {
        result.push_back(is_boolean ? json(values->Get(i) != T{}) : number(static_cast<T>(values->Get(i))));
      }
      return result;
    });
  }

  json tables(const table_vector* all, const schema::table_descriptor& descriptor) {
    if (all == nullptr || all->size() == 0) return {};
    spend(text_budget_, all->size());
    boost::json::array result;
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) result.push_back(fields(all->Get(i), descriptor));
    return result;
  }

  /// All fields that are there or have a default, by name.
  object fields(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    std::vector<std::pair<std::string, json>> found;
    for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
      if (descriptor.fields[id].deprecated) continue;
      json value = field_value(table, descriptor, id);
      if (!value.is_null()) found.emplace_back(camel_case(descriptor.fields[id].name), std::move(value));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    object result;
    for (auto& [name, value] : found) result.emplace(name, std::move(value));
    return result;
  }

  /// A union's member behind its name; null if it is absent. A field that is called "type" itself takes the name's
  /// place.
  json of_union(const union_view& value, const schema::union_descriptor& alternatives) {
    if (value.table == nullptr || value.type == 0 || value.type >= alternatives.members.size()) return {};
    const schema::table_descriptor& member = alternatives.members[value.type];
    object result{{"type", member.name}};
    for (auto& [name, content] : fields(value.table, member)) result.insert_or_assign(name, std::move(content));
    return result;
  }

  // --- parts of a model ---

  object graph(const subgraph& g) {
    std::size_t next_tensor = 0;
    std::size_t next_operation = 0;
    return {{"name", text(g.name)},
            {"inputs", numbers(g.inputs)},
            {"outputs", numbers(g.outputs)},
            {"tensors", list(g.tensors, [&](const tensor& t) { return of_tensor(next_tensor++, t); })},
            {"operators", list(g.operations, [&](const operation& o) { return of_operation(next_operation++, o); })}};
  }

  object of_tensor(std::size_t index, const tensor& t) {
    object result{{"index", index}, {"name", text(t.name)}, {"type", name_of(t.type)}, {"shape", numbers(t.shape)}};
    if (!t.shape_signature.empty()) result.emplace("shape_signature", numbers(t.shape_signature));
    if (t.is_variable) result.emplace("is_variable", true);
    if (t.has_rank) result.emplace("has_rank", true);
    if (t.sparsity != nullptr) result.emplace("sparsity", fields(t.sparsity, schema::sparsity_parameters));
    if (json variants = tables(t.variant_tensors, schema::variant_sub_type); !variants.is_null()) {
      result.emplace("variant_tensors", std::move(variants));
    }
    result.emplace("constant", constant(t.buffer));
    result.emplace("quantization", t.quantization ? of_quantization(*t.quantization) : json());
    return result;
  }

  /// The content of a buffer, which is numbered by first use. Here buffer 0 counts if it holds something.
  json constant(std::uint32_t buffer) {
    const std::span<const std::uint8_t> data = model_.buffers[buffer].data;
    if (data.empty()) return nullptr;
    std::optional<std::size_t>& number = buffer_numbers_[buffer];
    if (!number) number = numbered_buffers_++;
    object result{{"buffer", *number}};
    for (auto& [name, value] : blob(data)) result.emplace(name, std::move(value));
    return result;
  }

  json of_quantization(const quantization& q) {
    object result;
    const auto floats = [&](std::string_view name, const std::vector<float>& values) {
      if (!values.empty()) result.emplace(name, list(values, [](float v) { return json(io::hex_float(v)); }));
    };
    floats("min", q.min);
    floats("max", q.max);
    floats("scale", q.scale);
    if (!q.zero_point.empty()) {
      result.emplace("zero_point", list(q.zero_point, [](std::int64_t v) { return json(v); }));
    }
    if (q.quantized_dimension != 0) result.emplace("quantized_dimension", q.quantized_dimension);
    if (json details = of_union(q.details, schema::quantization_details); !details.is_null()) {
      result.emplace("details", std::move(details));
    }
    return result.empty() ? json() : json(std::move(result));
  }

  static std::string code_name(const operator_code& code) {
    std::string name(op::builtin_name(code.builtin));
    if (name.empty()) name = std::to_string(static_cast<std::int32_t>(code.builtin));
    if (code.custom_code) name += ":" + io::escaped_utf8(*code.custom_code);
    return name;
  }

  object of_operation(std::size_t index, const operation& o) {
    const operator_code& code = model_.operator_codes[o.code];
    spend(text_budget_, code.custom_code ? code.custom_code->size() : 0);
    object result{{"index", index},
                  {"op", code_name(code)},
                  {"version", code.version},
                  {"inputs", numbers(o.inputs)},
                  {"outputs", numbers(o.outputs)}};
    if (!o.intermediates.empty()) result.emplace("intermediates", numbers(o.intermediates));
    const auto is_set = [](std::uint8_t flag) { return flag != 0; };
    if (std::any_of(o.mutating_variable_inputs.begin(), o.mutating_variable_inputs.end(), is_set)) {
      result.emplace("mutating_variable_inputs",
                     list(o.mutating_variable_inputs, [&](std::uint8_t flag) { return json(is_set(flag)); }));
    }
    const auto add = [&](std::string_view name, json value) {
      if (!value.is_null()) result.emplace(name, std::move(value));
    };
    add("options", of_union(o.options, schema::builtin_options));
    add("options2", of_union(o.options_2, schema::builtin_options_2));
    if (!o.custom_options.empty()) result.emplace("custom_options", options_blob(o.custom_options));
    if (o.debug_metadata_index != -1) result.emplace("debug_metadata_index", o.debug_metadata_index);
    return result;
  }

  object of_signature(const signature& s) {
    const auto entry = [&](const tensor_map& m) { return object{{"name", text(m.name)}, {"tensor", m.tensor}}; };
    return {{"key", text(s.key)},
            {"subgraph", s.subgraph},
            {"inputs", list(s.inputs, entry)},
            {"outputs", list(s.outputs, entry)}};
  }

  object of_metadata(const metadata_entry& e) {
    const std::span<const std::uint8_t> data = model_.buffers[e.buffer].data;
    return {{"name", text(e.name)}, {"content", data.empty() ? json() : json(blob(data))}};
  }

  /// Facts about the file that no comparison looks at.
  object layout() {
    const std::span<const std::uint8_t> bytes = model_.file->bytes();
    const auto root = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
    const view<schema::model> file(reinterpret_cast<const flatbuffers::Table*>(bytes.data() + root));
    std::size_t buffers = 0;
    std::size_t outside = 0;
    if (const table_vector* all = file.get<"buffers">(); all != nullptr) {
      buffers = all->size();
      for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) {
        if (view<schema::buffer>(all->Get(i)).get<"offset">() > 1) ++outside;
      }
    }
    return {{"file_bytes", bytes.size()},
            {"file_sha256", stream_digest(bytes)},
            {"buffers", buffers},
            {"buffers_outside_flatbuffer", outside},
            {"operator_codes", list(model_.operator_codes, [](const operator_code& code) {
               return json(code_name(code) + " v" + std::to_string(code.version));
             })}};
  }

  const model& model_;
  std::vector<std::optional<std::size_t>> buffer_numbers_;
  std::size_t numbered_buffers_ = 0;
  std::map<std::pair<const std::uint8_t*, std::size_t>, std::string> digests_;
  std::uint64_t hash_budget_ = 0;
  std::uint64_t text_budget_ = 0;
};

}  // namespace detail

AEQ_INLINE boost::json::object describe(const model& m) {
  return detail::describer(m).describe();
}

AEQ_INLINE std::string dump_text(const model& m) {
  return io::json_lines(describe(m));
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/reader.ipp
// Reading a .tflite file: the definitions.

// ---- aeq/model/verifier.hpp
// Nothing in a model file is believed before this has walked it: every table, vector and string that the schema knows
// lies inside the file. Fields that the schema does not know are reported on the way.

namespace flatbuffers {
class Table;
}

namespace aeq::inline AEQ_ABI::model {

/// What FlatBuffers can address; the rest of a longer file holds external buffers only.
inline constexpr std::uint64_t flatbuffer_limit = (std::uint64_t(1) << 31) - 2;

/// How much a model file holds, each thing counted as often as something points at it.
struct file_content {
  std::uint64_t tensors = 0;
  std::uint64_t operations = 0;
  std::uint64_t buffers = 0;
  std::uint64_t small_tables = 0;  ///< signatures, their parts, operator codes, metadata
  std::uint64_t subgraphs = 0;
  std::uint64_t vector_bytes = 0;  ///< of vectors and strings, without the data of buffers
  std::uint64_t buffer_bytes = 0;  ///< data of buffers inside the flatbuffer
};

class verifier {
 public:
  verifier() = delete;

  /// Walks the model at the start of `bytes`. Throws error (bad_input) that names the table and field. `unknown` gets a
  /// warning per (table, field id) that the schema does not know, `content` what was met.
  static const flatbuffers::Table* verify(std::span<const std::uint8_t> bytes, const std::string& file,
                                          warnings& unknown, file_content& content);
};

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/reader.ipp
namespace aeq::inline AEQ_ABI::model {

namespace detail {

class reader {
 public:
  reader(std::shared_ptr<const io::input_file> file, warnings& notes) : notes_(notes) {
    result_.file = std::move(file);
    bytes_ = result_.file->bytes();
  }

  model read() {
    file_content content;
    const view<schema::model> root(verifier::verify(bytes_, result_.file->name(), notes_, content));
    check_size(content);
    result_.version = root.get<"version">();
    if (result_.version != 3) {
      fail("model.version: " + std::to_string(result_.version) + "; version 3 is the one that is known");
    }
    result_.description = text(root.get<"description">());
    result_.operator_codes = list_of<operator_code>(
        root.get<"operator_codes">(), [&](const auto* t) { return code(view<schema::operator_code>(t)); });
    result_.buffers = list_of<buffer>(root.get<"buffers">(), [&, number = std::size_t(0)](const auto* t) mutable {
      return read_buffer(view<schema::buffer>(t), number++);
    });
    result_.subgraphs =
        list_of<subgraph>(root.get<"subgraphs">(), [&](const auto* t) { return graph(view<schema::subgraph>(t)); });
    result_.metadata_buffer = copy(root.get<"metadata_buffer">());
    result_.metadata = list_of<metadata_entry>(root.get<"metadata">(), [&](const auto* t) {
      const view<schema::metadata> v(t);
      return metadata_entry{text(v.get<"name">()), v.get<"buffer">()};
    });
    result_.signatures = list_of<signature>(root.get<"signature_defs">(), [&](const auto* t) {
      const view<schema::signature> v(t);
      return signature{text(v.get<"signature_key">()), v.get<"subgraph_index">(), tensor_maps(v.get<"inputs">()),
                       tensor_maps(v.get<"outputs">())};
    });
    result_.external_buffer_groups = root.get<"external_buffer_groups">();
    result_.external_buffers = root.get<"external_buffers">();
    check_consistency(result_);
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, result_.file->name() + ": " + what);
  }

  /// Hostile files can point at one thing many times: what is copied stays in proportion to the file.
  void check_size(const file_content& content) {
    constexpr std::uint64_t mib = std::uint64_t(1) << 20;
    const std::uint64_t file_bytes = bytes_.size();
    const std::uint64_t tables = content.tensors * sizeof(tensor) + content.operations * sizeof(operation) +
                                 content.buffers * sizeof(buffer) + content.subgraphs * sizeof(subgraph) +
                                 content.small_tables * sizeof(signature);
    // A tensor of 40 bytes takes 320 here; a place in a list, 4 bytes, may name a tensor again.
    const bool is_hostile = content.vector_bytes > 4 * file_bytes + mib || tables > 32 * file_bytes + 4 * mib ||
                            content.buffer_bytes > 16 * file_bytes;
    if (is_hostile) point_at_the_same();
    outside_bytes_ = 16 * file_bytes;
    outside_options_ = 4 * file_bytes;
  }
  [[noreturn]] void point_at_the_same() const {
    fail("the tables point at the same data over and over; in memory they would be many times as large as the file");
  }

  template <class T, class Function>
  static std::vector<T> list_of(const table_vector* all, Function f) {
    std::vector<T> result;
    if (all == nullptr) return result;
    result.reserve(all->size());
    for (flatbuffers::uoffset_t i = 0; i < all->size(); ++i) result.push_back(f(all->Get(i)));
    return result;
  }

  template <class T>
  static std::vector<T> copy(const flatbuffers::Vector<T>* values) {
    if (values == nullptr) return {};
    std::vector<T> result(values->size());
    for (flatbuffers::uoffset_t i = 0; i < values->size(); ++i) result[i] = values->Get(i);
    return result;
  }

  static std::optional<std::string> text(std::optional<std::string_view> value) {
    if (!value) return std::nullopt;
    return std::string(*value);
  }

  std::vector<tensor_map> tensor_maps(const table_vector* all) {
    return list_of<tensor_map>(all, [&](const auto* t) {
      const view<schema::tensor_map> v(t);
      return tensor_map{text(v.get<"name">()), v.get<"tensor_index">()};
    });
  }

  operator_code code(view<schema::operator_code> v) {
    const std::int8_t old = v.get<"deprecated_builtin_code">();
    const std::int32_t builtin = std::max(v.get<"builtin_code">(), std::int32_t{old});
    return {static_cast<op::code>(builtin), text(v.get<"custom_code">()), v.get<"version">()};
  }

  buffer read_buffer(view<schema::buffer> v, std::size_t number) {
    buffer b;
    if (const auto* data = v.get<"data">(); data != nullptr) {
      b.present = true;
      b.data = {data->Data(), data->size()};
    } else if (v.get<"offset">() > 1) {  // 1: a place holder that nobody filled
      b.present = true;
      b.data = outside(v.get<"offset">(), v.get<"size">(), outside_bytes_,
                       [&] { return "buffers[" + std::to_string(number) + "]"; });
    }
    b.size = b.data.size();
    return b;
  }

  /// Bytes outside of the flatbuffer, which are taken off `budget`; `place` says whose, for messages.
  template <class Place>
  std::span<const std::uint8_t> outside(std::uint64_t offset, std::uint64_t size, std::uint64_t& budget,
                                        const Place& place) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      fail(place() + ": bytes " + std::to_string(offset) + " to " + std::to_string(offset) + " + " +
           std::to_string(size) + " lie outside the file of " + std::to_string(bytes_.size()) + " bytes");
    }
    if (size > budget) point_at_the_same();
    budget -= size;
    return bytes_.subspan(offset, size);
  }

  subgraph graph(view<schema::subgraph> v) {
    subgraph g;
    g.name = text(v.get<"name">());
    g.inputs = copy(v.get<"inputs">());
    g.outputs = copy(v.get<"outputs">());
    g.debug_metadata_index = v.get<"debug_metadata_index">();
    g.tensors =
        list_of<tensor>(v.get<"tensors">(), [&](const auto* t) { return read_tensor(view<schema::tensor>(t)); });
    g.operations = list_of<operation>(v.get<"operators">(),
                                      [&](const auto* t) { return read_operation(view<schema::operation>(t)); });
    return g;
  }

  tensor read_tensor(view<schema::tensor> v) {
    tensor t;
    t.name = text(v.get<"name">());
    t.type = static_cast<tensor_type>(v.get<"type">());
    t.shape = copy(v.get<"shape">());
    t.shape_signature = copy(v.get<"shape_signature">());
    t.buffer = v.get<"buffer">();
    t.is_variable = v.get<"is_variable">() != 0;
    t.has_rank = v.get<"has_rank">() != 0;
    t.external_buffer = v.get<"external_buffer">();
    t.sparsity = v.get<"sparsity">();
    t.variant_tensors = v.get<"variant_tensors">();
    if (const auto* table = v.get<"quantization">(); table != nullptr) {
      const view<schema::quantization_parameters> q(table);
      t.quantization = quantization{copy(q.get<"min">()),           copy(q.get<"max">()),
                                    copy(q.get<"scale">()),         copy(q.get<"zero_point">()),
                                    q.get<"quantized_dimension">(), {q.get<"details_type">(), q.get<"details">()}};
    }
    return t;
  }

  operation read_operation(view<schema::operation> v) {
    operation o;
    o.code = v.get<"opcode_index">();
    o.inputs = copy(v.get<"inputs">());
    o.outputs = copy(v.get<"outputs">());
    o.intermediates = copy(v.get<"intermediates">());
    o.mutating_variable_inputs = copy(v.get<"mutating_variable_inputs">());
    o.options = {v.get<"builtin_options_type">(), v.get<"builtin_options">()};
    o.options_2 = {v.get<"builtin_options_2_type">(), v.get<"builtin_options_2">()};
    o.custom_options_format = v.get<"custom_options_format">();
    o.debug_metadata_index = v.get<"debug_metadata_index">();
    if (const auto* data = v.get<"custom_options">(); data != nullptr) {
      o.has_custom_options = true;
      o.custom_options = {data->Data(), data->size()};
    } else if (v.get<"large_custom_options_offset">() > 1) {
      o.has_custom_options = true;
      o.custom_options = outside(v.get<"large_custom_options_offset">(), v.get<"large_custom_options_size">(),
                                 outside_options_, [] { return std::string("large_custom_options of an operator"); });
    }
    return o;
  }

  model result_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t outside_bytes_ = 0;    ///< of buffers, that may still come
  std::uint64_t outside_options_ = 0;  ///< of operators, likewise
  warnings& notes_;
};

}  // namespace detail

AEQ_INLINE model read(std::shared_ptr<const io::input_file> file, warnings& notes) {
  return detail::reader(std::move(file), notes).read();
}

AEQ_INLINE model read(const std::string& path, warnings& notes) {
  return read(io::input_file::open(path), notes);
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/model/summary.ipp
// A model as tables for people: the definitions.

#include <set>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// Characters of UTF-8 text: bytes that don't continue one.
[[nodiscard]] AEQ_INLINE std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// A text from a file, fit for a terminal: no control characters, at most `limit` characters.
[[nodiscard]] AEQ_INLINE std::string shown(std::string_view bytes, std::size_t limit = 48) {
  const std::string text = io::escaped_utf8(bytes);
  std::vector<std::string> characters;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view one = rest.substr(0, std::max<std::size_t>(io::utf8_character_bytes(rest), 1));
    rest.remove_prefix(one.size());
    const auto lead = static_cast<unsigned char>(one[0]);
    const bool is_c1 = lead == 0xc2 && static_cast<unsigned char>(one[1]) < 0xa0;
    if (lead >= 0x20 && lead != 0x7f && !is_c1) {
      characters.emplace_back(one);
    } else {
      for (const char c : one) {
        std::array<char, 5> escape{};
        std::snprintf(escape.data(), escape.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        characters.emplace_back(escape.data());
      }
    }
  }
  const bool is_cut = characters.size() > limit;
  const std::size_t head = is_cut ? limit / 2 : characters.size();
  const std::size_t tail = is_cut ? characters.size() - (limit - 1 - head) : characters.size();
  std::string result;
  for (std::size_t i = 0; i < head; ++i) result += characters[i];
  if (is_cut) result += "…";
  for (std::size_t i = tail; i < characters.size(); ++i) result += characters[i];
  return result;
}

[[nodiscard]] AEQ_INLINE std::string quoted_name(const std::optional<std::string>& name) {
  return name ? "'" + shown(*name) + "'" : "(no name)";
}

/// 1536 → "1.5 KiB".
[[nodiscard]] AEQ_INLINE std::string size_text(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

[[nodiscard]] AEQ_INLINE std::string number_text(float value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", static_cast<double>(value));
  return text.data();
}

/// "1 tensor", "2 tensors".
[[nodiscard]] AEQ_INLINE std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// "1, 2, -"; long lists are cut. -1 stands for an operand that is left out.
[[nodiscard]] AEQ_INLINE std::string indices_text(std::span<const std::int32_t> values, std::size_t limit = 12) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), limit); ++i) {
    if (i > 0) text += ", ";
    text += values[i] == -1 ? "-" : std::to_string(values[i]);
  }
  if (values.size() > limit) text += ", … (" + std::to_string(values.size()) + ")";
  return values.empty() ? "-" : text;
}

[[nodiscard]] AEQ_INLINE std::string shape_text(const tensor& t) {
  const std::vector<std::int32_t>& sizes = t.shape_signature.empty() ? t.shape : t.shape_signature;
  std::string text = "[";
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i == 12) return text + ", …]";
    text += (i > 0 ? ", " : "") + (sizes[i] < 0 ? std::string("?") : std::to_string(sizes[i]));
  }
  return text + "]";
}

/// Rows of cells in aligned columns, two spaces apart.
class columns {
 public:
  /// Right-aligned columns are those whose title starts with '>'.
  explicit columns(std::vector<std::string> titles) {
    for (std::string& title : titles) {
      right_.push_back(title.starts_with('>'));
      if (right_.back()) title.erase(0, 1);
    }
    add(std::move(titles));
  }
  void add(std::vector<std::string> cells) {
    cells.resize(right_.size());
    rows_.push_back(std::move(cells));
  }
  [[nodiscard]] std::string text(std::string_view indent) const {
    std::vector<std::size_t> widths(right_.size());
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], character_count(row[i]));
    }
    std::string result;
    for (const auto& row : rows_) {
      std::string line(indent);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string fill(widths[i] - character_count(row[i]), ' ');
        line += (i > 0 ? "  " : "") + (right_[i] ? fill + row[i] : row[i] + fill);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      result += line + "\n";
    }
    return result;
  }
  [[nodiscard]] bool empty() const { return rows_.size() < 2; }

 private:
  std::vector<bool> right_;
  std::vector<std::vector<std::string>> rows_;
};

class summarizer {
 public:
  explicit summarizer(const model& m) : model_(m) {}

  std::string text() {
    overview();
    weights();
    for (const signature& s : model_.signatures) of_signature(s);
    for (std::size_t i = 0; i < model_.subgraphs.size(); ++i) graph(i);
    metadata();
    return std::move(text_);
  }

 private:
  void line(const std::string& content) { text_ += content + "\n"; }

  void overview() {
    std::size_t tensors = 0;
    std::size_t operations = 0;
    for (const subgraph& g : model_.subgraphs) {
      tensors += g.tensors.size();
      operations += g.operations.size();
    }
    line(shown(model_.file_name(), 200) + (model_.file ? ": " + size_text(model_.file->bytes().size()) : ""));
    if (model_.description && !model_.description->empty()) line("description: " + shown(*model_.description, 200));
    line(counted(model_.subgraphs.size(), "subgraph") + ", " + counted(operations, "operator") + ", " +
         counted(tensors, "tensor") + ", " + counted(model_.buffers.size(), "buffer") + ", " +
         counted(model_.signatures.size(), "signature"));
  }

  /// Buffers that tensors share are counted once, for the first of them.
  void weights() {
    struct total {
      std::size_t tensors = 0;
      std::uint64_t elements = 0;
      std::uint64_t bytes = 0;
    };
    std::map<std::pair<std::string, std::string>, total> by_type;
    std::set<std::uint32_t> seen;
    for (const subgraph& g : model_.subgraphs) {
      for (const tensor& t : g.tensors) {
        if (!model_.is_constant(t) || !seen.insert(t.buffer).second) continue;
        total& sum = by_type[{std::string(name_of(t.type)), granularity(t)}];
        ++sum.tensors;
        sum.elements += element_count(t.shape);
        sum.bytes += model_.buffers[t.buffer].size;
      }
    }
    std::vector<std::pair<std::pair<std::string, std::string>, total>> rows(by_type.begin(), by_type.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    columns table({"constants", "quantization", ">tensors", ">elements", ">size"});
    for (const auto& [kind, sum] : rows) {
      table.add(
          {kind.first, kind.second, std::to_string(sum.tensors), std::to_string(sum.elements), size_text(sum.bytes)});
    }
    if (!table.empty()) text_ += "\n" + table.text("");
  }

  /// Which values share a scale.
  static std::string granularity(const tensor& t) {
    if (!t.quantization || !t.quantization->has_scale()) return "-";
    const quantization& q = *t.quantization;
    if (q.details.type == schema::blockwise_details) {
      if (q.details.table == nullptr) return "per block";
      return "per block of " +
             std::to_string(view<schema::blockwise_quantization>(q.details.table).get<"block_size">());
    }
    if (q.details.type != 0 && q.scale.empty()) {
      return q.details.type < schema::quantization_details.members.size()
                 ? std::string(schema::quantization_details.members[q.details.type].name)
                 : "details " + std::to_string(q.details.type);
    }
    if (q.scale.size() == 1) return "per tensor";
    return "per channel, axis " + std::to_string(q.quantized_dimension);
  }

  static std::string quantization_text(const tensor& t) {
    if (!t.quantization || !t.quantization->has_scale()) return "";
    const quantization& q = *t.quantization;
    std::string text = std::to_string(bits_of(t.type)) + " bits " + granularity(t);
    if (q.details.type == schema::blockwise_details && q.details.table != nullptr) {
      const view<schema::blockwise_quantization> blocks(q.details.table);
      text += ", scales in tensor " + std::to_string(blocks.get<"scales">());
      if (blocks.get<"zero_points">() >= 0)
        text += ", zero points in tensor " + std::to_string(blocks.get<"zero_points">());
      return text;
    }
    if (!q.scale.empty()) text += ", scale " + range_text(q.scale, number_text);
    if (!q.zero_point.empty()) {
      text += ", zero point " + range_text(q.zero_point, [](std::int64_t z) { return std::to_string(z); });
    }
    return text;
  }

  template <class T, class Function>
  static std::string range_text(const std::vector<T>& values, const Function& print) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return *least == *most || values.size() == 1 ? print(*least) : print(*least) + " … " + print(*most);
  }

  void of_signature(const signature& s) {
    line("\nsignature " + quoted_name(s.key) + ", subgraph " + std::to_string(s.subgraph));
    columns table({"", "name", ">tensor", "type", "shape"});
    const auto add = [&](const std::string& what, const std::vector<tensor_map>& maps) {
      for (const tensor_map& m : maps) {
        const tensor& t = model_.subgraphs[s.subgraph].tensors[m.tensor];
        table.add({what, quoted_name(m.name), std::to_string(m.tensor), std::string(name_of(t.type)), shape_text(t)});
      }
    };
    add("input", s.inputs);
    add("output", s.outputs);
    if (!table.empty()) text_ += table.text("  ");
  }

  [[nodiscard]] std::string operation_name(const operation& o) const {
    const operator_code& code = model_.operator_codes[o.code];
    std::string name(op::builtin_name(code.builtin));
    if (name.empty()) name = "operator " + std::to_string(static_cast<std::int32_t>(code.builtin));
    if (code.custom_code && !code.custom_code->empty()) name += ":" + shown(*code.custom_code);
    constexpr schema::table_descriptor composite = schema::builtin_options_2_members[21];
    static_assert(composite.name == "StableHLOCompositeOptions");
    if (o.options_2.table != nullptr && o.options_2.type == 21) {
      constexpr flatbuffers::voffset_t at = slot(field_id(composite, "name"));
      if (const auto* of = o.options_2.table->GetPointer<const flatbuffers::String*>(at); of != nullptr) {
        name += ":" + shown({of->c_str(), of->size()});
      }
    }
    return name;
  }

  void graph(std::size_t number) {
    const subgraph& g = model_.subgraphs[number];
    line("\nsubgraph " + std::to_string(number) + " " + quoted_name(g.name) + ": " +
         counted(g.operations.size(), "operator") + ", " + counted(g.tensors.size(), "tensor"));
    boundary(g);
    kinds(g);
    columns operations({">#", "operator", ">version", "inputs → outputs"});
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const operation& o = g.operations[i];
      operations.add({std::to_string(i), operation_name(o), std::to_string(model_.operator_codes[o.code].version),
                      indices_text(o.inputs) + " → " + indices_text(o.outputs)});
    }
    if (!operations.empty()) text_ += "\n" + operations.text("  ");
    columns tensors({">#", "tensor", "type", "shape", ">data", "quantization"});
    for (std::size_t i = 0; i < g.tensors.size(); ++i) {
      const tensor& t = g.tensors[i];
      const std::string data = model_.is_constant(t) ? size_text(model_.buffers[t.buffer].size)
                               : t.is_variable       ? "variable"
                                                     : "";
      tensors.add({std::to_string(i), t.name ? shown(*t.name) : "(no name)", std::string(name_of(t.type)),
                   shape_text(t), data, quantization_text(t)});
    }
    if (!tensors.empty()) text_ += "\n" + tensors.text("  ");
  }

  void boundary(const subgraph& g) {
    columns table({"", ">tensor", "name", "type", "shape", "quantization"});
    const auto add = [&](const std::string& what, const std::vector<std::int32_t>& indices) {
      for (const std::int32_t index : indices) {
        const tensor& t = g.tensors[static_cast<std::size_t>(index)];
        table.add({what, std::to_string(index), quoted_name(t.name), std::string(name_of(t.type)), shape_text(t),
                   quantization_text(t)});
      }
    };
    add("input", g.inputs);
    add("output", g.outputs);
    if (!table.empty()) text_ += table.text("  ");
  }

  void kinds(const subgraph& g) {
    std::map<std::string, std::size_t> counts;
    for (const operation& o : g.operations) ++counts[operation_name(o)];
    std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    columns table({">count", "kind"});
    for (const auto& [kind, count] : rows) table.add({std::to_string(count), kind});
    if (!table.empty()) text_ += "\n" + table.text("  ");
  }

  void metadata() {
    columns table({"metadata", ">size"});
    for (const metadata_entry& e : model_.metadata) {
      table.add({quoted_name(e.name), size_text(model_.buffers[e.buffer].size)});
    }
    if (!table.empty()) text_ += "\n" + table.text("");
  }

  const model& model_;
  std::string text_;
};

}  // namespace detail

AEQ_INLINE std::string summary_text(const model& m) {
  return detail::summarizer(m).text();
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/io/atomic_file.ipp
// Writing files that appear whole or not at all: the definitions.

#include <sys/file.h>

namespace aeq::inline AEQ_ABI::io {

namespace detail {

/// What helps against a failure to write; empty where nobody can say.
[[nodiscard]] AEQ_INLINE std::string remedy_of(int number) {
  switch (number) {
    case ENOENT: return "; make the folder first";
    case ENOTDIR: return "; name a file in a folder";
    case EACCES:
    case EPERM:
    case EROFS: return "; name a folder that may be written";
    case EEXIST: return "; allow overwriting (--overwrite), or name another file";
    case EISDIR: return "; name a file";
    case ENAMETOOLONG: return "; name a file with a shorter name";
    case ENOSPC:
    case EDQUOT: return "; free room there, or name a file elsewhere";
    case EFBIG: return "; raise the limit of file sizes, or name a file elsewhere";
    default: return {};
  }
}

}  // namespace detail

AEQ_INLINE output_file::output_file(std::string path, write_options options)
    : path_(std::move(path)), options_(options) {
  struct stat facts {};
  if (path_ == "-") {
    stream_ = STDOUT_FILENO;
  } else if (::stat(path_.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode)) {
    if (S_ISDIR(facts.st_mode)) throw error(error_code::io, path_ + ": is a folder; name a file");
    stream_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);  // a pipe or a device has no earlier content to protect
    if (stream_ < 0) fail("can't be opened");
  } else if (!options_.overwrite && ::stat(path_.c_str(), &facts) == 0) {
    throw error(error_code::io, path_ + ": exists; allow overwriting (--overwrite), or name another file");
  }
  if (stream_ >= 0) {
    create_for_stream();
  } else {
    create_temporary(folder_of(path_));
  }
}

AEQ_INLINE output_file::~output_file() {
  if (temporary_ >= 0) ::close(temporary_);
  if (!temporary_name_.empty()) ::unlink(temporary_name_.c_str());
  if (stream_ > STDERR_FILENO) ::close(stream_);
}

AEQ_INLINE void output_file::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(temporary_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("can't be written");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

AEQ_INLINE void output_file::resize(std::uint64_t bytes) {
  if (::ftruncate(temporary_, static_cast<off_t>(bytes)) != 0) fail("can't be written");
}

AEQ_INLINE void output_file::commit() {
  if (stream_ >= 0) {
    copy_to_stream();
    return;
  }
  if (options_.sync && ::fsync(temporary_) != 0) fail("can't be synced");
  give_name();
  if (!options_.sync) return;
  const std::string folder = folder_of(path_);
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;  // a folder that may be written but not read
  ::fsync(opened);         // the name too
  ::close(opened);
}

/// The target is the new file after this, or as it was.
AEQ_INLINE void output_file::give_name() {
  if (temporary_name_.empty()) {
    const std::string self = "/proc/self/fd/" + std::to_string(temporary_);
    const auto link_as = [&](const std::string& name) {
      return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
    };
    if (!options_.overwrite) {
      if (!link_as(path_)) fail("can't be created");
      return;
    }
    static_cast<void>(lock());
    take_name(link_as);
  }
  if (!options_.overwrite) {
#ifdef RENAME_NOREPLACE
    // Where there are no nameless files there may be no links either, as on FAT.
    if (::renameat2(AT_FDCWD, temporary_name_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) == 0) {
      temporary_name_.clear();
      return;
    }
#endif
    if (::link(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be created");
    return;
  }
  if (::rename(temporary_name_.c_str(), path_.c_str()) != 0) fail("can't be replaced");
  temporary_name_.clear();
}

AEQ_INLINE void output_file::fail(const char* what) const {
  const int number = errno;
  const std::string place = path_ == "-" ? "standard output" : path_;
  throw error(error_code::io, place + ": " + what + ": " + system_message(number) + detail::remedy_of(number));
}

AEQ_INLINE std::string output_file::folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

AEQ_INLINE void output_file::create_temporary(const std::string& folder) {
  constexpr mode_t readable = 0666;
  if (::access("/proc/self/fd", X_OK) == 0) {  // by which the file gets its name
    temporary_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, readable);
    if (temporary_ >= 0) return;
    if (errno == ENOENT || errno == EACCES || errno == EROFS || errno == ENOTDIR) fail("can't be created");
  }
  take_name([&](const std::string& name) {
    temporary_ = ::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, readable);
    if (temporary_ < 0) return false;
    if (lock()) return true;
    ::close(std::exchange(temporary_, -1));  // somebody took it for one that was left behind
    errno = EEXIST;
    return false;
  });
}

/// What goes to a pipe or a device is made in a file without a name first.
AEQ_INLINE void output_file::create_for_stream() {
  const char* wished = std::getenv("TMPDIR");
  const std::string folder = wished != nullptr && *wished != '\0' ? wished : "/tmp";
  std::string name = folder + "/aeq.XXXXXX";
  temporary_ = ::mkostemp(name.data(), O_CLOEXEC);
  if (temporary_ < 0) {
    const int number = errno;
    if (stream_ > STDERR_FILENO) ::close(stream_);
    throw error(error_code::io, path_ + ": the folder for temporary files, " + folder +
                                    " (TMPDIR), can't be written: " + system_message(number));
  }
  ::unlink(name.c_str());
}

/// Calls `create` with names beside the target until one is free; that one is `temporary_name_` then.
template <class Create>
void output_file::take_name(const Create& create) {
  constexpr int most = 1000;
  constexpr std::size_t longest = 200;  // systems end names at 255 bytes
  const std::size_t name_begin = path_.rfind('/') + 1;
  const std::string beside = path_.substr(0, name_begin) + path_.substr(name_begin, longest);
  for (int i = 0; i < most; ++i) {
    const std::string name = beside + ".aeq-" + std::to_string(i) + ".part";
    for (int again = 0; again < 2; ++again) {
      if (create(name)) {
        temporary_name_ = name;
        return;
      }
      if (errno != EEXIST) fail("can't be created");
      if (!remove_left_behind(name)) break;
    }
  }
  fail("can't be created");
}

/// Shows that the process that writes the file is alive. False if somebody removed the file before.
AEQ_INLINE bool output_file::lock() {
  const bool locked = ::flock(temporary_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;  // or there are no locks
  struct stat facts {};
  return locked && ::fstat(temporary_, &facts) == 0 && facts.st_nlink > 0;
}

/// Removes the unfinished file of a process that is no more. False where its process may be alive, or it can't be told.
AEQ_INLINE bool output_file::remove_left_behind(const std::string& name) {
  const int file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return errno == ENOENT;
  struct stat here {};
  struct stat named {};
  // Who holds the lock of the file that has the name is the only one to remove it.
  const bool done = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::fstat(file, &here) == 0 && S_ISREG(here.st_mode) &&
                    ::lstat(name.c_str(), &named) == 0 && here.st_ino == named.st_ino && here.st_dev == named.st_dev &&
                    ::unlink(name.c_str()) == 0;
  ::close(file);
  return done;
}

AEQ_INLINE void output_file::copy_to_stream() {
  std::vector<std::uint8_t> piece(std::size_t(1) << 20);
  off_t offset = 0;
  for (;;) {
    const ssize_t got = ::pread(temporary_, piece.data(), piece.size(), offset);
    if (got < 0) fail("can't be written");
    if (got == 0) return;
    offset += got;
    for (std::size_t done = 0; done < static_cast<std::size_t>(got);) {
      const ssize_t written = ::write(stream_, piece.data() + done, static_cast<std::size_t>(got) - done);
      if (written < 0 && errno != EINTR) fail("can't be written");
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/writer.ipp
// Writing a .tflite file as a stream: the definitions.

// ---- aeq/model/table_copy.hpp
// Copying a table of any kind into a file under construction, field by field as its descriptor says.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings FlatBuffers.

namespace aeq::inline AEQ_ABI::model::detail {

using any_offset = flatbuffers::Offset<flatbuffers::Table>;

/// Copies a table and everything below it. The source has been verified.
inline any_offset copy_table(flatbuffers::FlatBufferBuilder& to, const flatbuffers::Table* from,
                             const schema::table_descriptor& descriptor) {
  struct child {
    flatbuffers::voffset_t slot;
    flatbuffers::uoffset_t offset;
  };
  std::vector<child> children;  // a table can't be built while another is open
  const auto add_child = [&](std::size_t id, flatbuffers::uoffset_t offset) { children.push_back({slot(id), offset}); };

  for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    if ((!field.is_vector && is_scalar(field.type)) || from->GetOptionalFieldOffset(slot(id)) == 0) continue;
    if (field.type == schema::field_type::string) {
      const auto* text = from->GetPointer<const flatbuffers::String*>(slot(id));
      add_child(id, to.CreateString(text->c_str(), text->size()).o);
    } else if (field.type == schema::field_type::union_value) {
      const auto type = from->GetField<std::uint8_t>(slot(id - 1), 0);
      if (type == 0 || type >= field.alternatives->members.size()) continue;
      add_child(
          id,
          copy_table(to, from->GetPointer<const flatbuffers::Table*>(slot(id)), field.alternatives->members[type]).o);
    } else if (field.type == schema::field_type::table && field.is_vector) {
      std::vector<any_offset> items;
      for (const flatbuffers::Table* item : *from->GetPointer<const table_vector*>(slot(id))) {
        items.push_back(copy_table(to, item, *field.table));
      }
      add_child(id, to.CreateVector(items).o);
    } else if (field.type == schema::field_type::table) {
      add_child(id, copy_table(to, from->GetPointer<const flatbuffers::Table*>(slot(id)), *field.table).o);
    } else {
      add_child(id, with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
                  const auto* values = from->GetPointer<const flatbuffers::Vector<T>*>(slot(id));
                  if (field.alignment != 0) to.ForceVectorAlignment(values->size(), sizeof(T), field.alignment);
                  return to.CreateVector(values->data(), values->size()).o;
                }));
    }
  }

  const auto start = to.StartTable();
  for (const child& c : children) to.AddOffset(c.slot, any_offset(c.offset));
  for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    if (field.is_vector || !is_scalar(field.type)) continue;
    if (field.type == schema::field_type::union_type &&
        from->GetField<std::uint8_t>(slot(id), 0) >= descriptor.fields[id + 1].alternatives->members.size()) {
      continue;
    }
    with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
      const T usual = static_cast<T>(field.default_value);
      to.AddElement<T>(slot(id), from->GetField<T>(slot(id), usual), usual);
    });
  }
  return any_offset(to.EndTable(start));
}

}  // namespace aeq::inline AEQ_ABI::model::detail

// ---- aeq/model/writer.ipp
namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// Builds the metadata of a model as a FlatBuffer in which every buffer's data, offset and size are place holders.
class metadata_builder {
 public:
  /// `outside` tells which buffers lie after the flatbuffer.
  metadata_builder(const model& m, const std::vector<bool>& outside) : model_(m), outside_(outside) {}

  flatbuffers::FlatBufferBuilder build() {
    const auto codes = all(model_.operator_codes, [&](const operator_code& c) { return add_code(c); });
    const auto graphs = all(model_.subgraphs, [&](const subgraph& g) { return add_graph(g); });
    std::vector<any_offset> buffer_offsets;
    for (std::size_t i = 0; i < model_.buffers.size(); ++i) buffer_offsets.push_back(add_buffer(i));
    const auto buffers = to_.CreateVector(buffer_offsets).o;
    const auto metadata = all(model_.metadata, [&](const metadata_entry& e) { return add_metadata(e); });
    const auto signatures = all(model_.signatures, [&](const signature& s) { return add_signature(s); });
    const auto groups = copied(model_.external_buffer_groups, schema::external_buffer_group);
    const auto externals = copied(model_.external_buffers, schema::external_buffer);
    const auto metadata_buffer = vector(model_.metadata_buffer);
    const auto description = text(model_.description);

    const auto start = to_.StartTable();
    put<schema::model, "version">(model_.version);
    link<schema::model, "operator_codes">(codes);
    link<schema::model, "subgraphs">(graphs);
    link<schema::model, "description">(description);
    link<schema::model, "buffers">(buffers);
    link<schema::model, "metadata_buffer">(metadata_buffer);
    if (!model_.metadata.empty()) link<schema::model, "metadata">(metadata);
    if (!model_.signatures.empty()) link<schema::model, "signature_defs">(signatures);
    link<schema::model, "external_buffer_groups">(groups);
    link<schema::model, "external_buffers">(externals);
    to_.Finish(any_offset(to_.EndTable(start)), "TFL3");
    return std::move(to_);
  }

 private:
  using offset = flatbuffers::uoffset_t;  // 0: absent

  template <const schema::table_descriptor& Table, fixed_string Field, class T>
  void put(T value) {
    constexpr std::size_t id = field_id(Table, Field.view());
    constexpr schema::field_descriptor field = Table.fields[id];
    using stored = typename scalar_of<field.type>::type;
    to_.AddElement<stored>(slot(id), static_cast<stored>(value), static_cast<stored>(field.default_value));
  }

  template <const schema::table_descriptor& Table, fixed_string Field>
  void link(offset target) {
    if (target != 0) to_.AddOffset(slot(field_id(Table, Field.view())), any_offset(target));
  }

  template <class List, class Function>
  offset all(const List& items, const Function& add) {
    std::vector<any_offset> offsets;
    offsets.reserve(items.size());
    for (const auto& item : items) offsets.push_back(any_offset(add(item)));
    return to_.CreateVector(offsets).o;
  }

  template <class T>
  offset vector(const std::vector<T>& values, bool even_if_empty = false) {
    if (values.empty() && !even_if_empty) return 0;
    return to_.CreateVector(values.data(), values.size()).o;
  }

  offset text(const std::optional<std::string>& value) {
    return value ? to_.CreateString(value->data(), value->size()).o : 0;
  }

  offset copied(const table_vector* tables, const schema::table_descriptor& descriptor) {
    if (tables == nullptr) return 0;
    std::vector<any_offset> offsets;
    for (const flatbuffers::Table* t : *tables) offsets.push_back(copy_table(to_, t, descriptor));
    return to_.CreateVector(offsets).o;
  }

  /// A union's table; 0 where it is absent or of a kind that the schema does not know.
  offset copied(const union_view& value, const schema::union_descriptor& alternatives) {
    if (value.table == nullptr || value.type == 0 || value.type >= alternatives.members.size()) return 0;
    return copy_table(to_, value.table, alternatives.members[value.type]).o;
  }
  static std::uint8_t known_type(const union_view& value, const schema::union_descriptor& alternatives) {
    return value.type < alternatives.members.size() ? value.type : std::uint8_t(0);
  }

  offset add_code(const operator_code& c) {
    constexpr std::int32_t beyond_old_field = 127;
    const auto custom_code = text(c.custom_code);
    const auto builtin = static_cast<std::int32_t>(c.builtin);
    const auto start = to_.StartTable();
    put<schema::operator_code, "deprecated_builtin_code">(std::min(builtin, beyond_old_field));
    link<schema::operator_code, "custom_code">(custom_code);
    put<schema::operator_code, "version">(c.version);
    put<schema::operator_code, "builtin_code">(builtin);
    return to_.EndTable(start);
  }

  offset add_graph(const subgraph& g) {
    const auto tensors = all(g.tensors, [&](const tensor& t) { return add_tensor(t); });
    const auto operations = all(g.operations, [&](const operation& o) { return add_operation(o); });
    const auto inputs = vector(g.inputs, true);
    const auto outputs = vector(g.outputs, true);
    const auto name = text(g.name);
    const auto start = to_.StartTable();
    link<schema::subgraph, "tensors">(tensors);
    link<schema::subgraph, "inputs">(inputs);
    link<schema::subgraph, "outputs">(outputs);
    link<schema::subgraph, "operators">(operations);
    link<schema::subgraph, "name">(name);
    put<schema::subgraph, "debug_metadata_index">(g.debug_metadata_index);
    return to_.EndTable(start);
  }

  offset add_quantization(const quantization& q) {
    const auto min = vector(q.min);
    const auto max = vector(q.max);
    const auto scale = vector(q.scale);
    const auto zero_point = vector(q.zero_point);
    const auto details = copied(q.details, schema::quantization_details);
    const auto start = to_.StartTable();
    link<schema::quantization_parameters, "min">(min);
    link<schema::quantization_parameters, "max">(max);
    link<schema::quantization_parameters, "scale">(scale);
    link<schema::quantization_parameters, "zero_point">(zero_point);
    put<schema::quantization_parameters, "details_type">(known_type(q.details, schema::quantization_details));
    link<schema::quantization_parameters, "details">(details);
    put<schema::quantization_parameters, "quantized_dimension">(q.quantized_dimension);
    return to_.EndTable(start);
  }

  offset add_tensor(const tensor& t) {
    const auto shape = vector(t.shape, true);
    const auto name = text(t.name);
    const auto quantization = t.quantization ? add_quantization(*t.quantization) : 0;
    const auto sparsity = t.sparsity != nullptr ? copy_table(to_, t.sparsity, schema::sparsity_parameters).o : 0;
    const auto shape_signature = vector(t.shape_signature);
    const auto variants = copied(t.variant_tensors, schema::variant_sub_type);
    const auto start = to_.StartTable();
    link<schema::tensor, "shape">(shape);
    put<schema::tensor, "type">(static_cast<std::int8_t>(t.type));
    put<schema::tensor, "buffer">(t.buffer);
    link<schema::tensor, "name">(name);
    link<schema::tensor, "quantization">(quantization);
    put<schema::tensor, "is_variable">(t.is_variable);
    link<schema::tensor, "sparsity">(sparsity);
    link<schema::tensor, "shape_signature">(shape_signature);
    put<schema::tensor, "has_rank">(t.has_rank);
    link<schema::tensor, "variant_tensors">(variants);
    put<schema::tensor, "external_buffer">(t.external_buffer);
    return to_.EndTable(start);
  }

  offset add_operation(const operation& o) {
    const auto inputs = vector(o.inputs, true);
    const auto outputs = vector(o.outputs, true);
    const auto options = copied(o.options, schema::builtin_options);
    const auto options_2 = copied(o.options_2, schema::builtin_options_2);
    const auto custom = o.has_custom_options ? to_.CreateVector(o.custom_options.data(), o.custom_options.size()).o : 0;
    const auto mutating = vector(o.mutating_variable_inputs);
    const auto intermediates = vector(o.intermediates);
    const auto start = to_.StartTable();
    put<schema::operation, "opcode_index">(o.code);
    link<schema::operation, "inputs">(inputs);
    link<schema::operation, "outputs">(outputs);
    put<schema::operation, "builtin_options_type">(known_type(o.options, schema::builtin_options));
    link<schema::operation, "builtin_options">(options);
    link<schema::operation, "custom_options">(custom);
    put<schema::operation, "custom_options_format">(o.custom_options_format);
    link<schema::operation, "mutating_variable_inputs">(mutating);
    link<schema::operation, "intermediates">(intermediates);
    put<schema::operation, "builtin_options_2_type">(known_type(o.options_2, schema::builtin_options_2));
    link<schema::operation, "builtin_options_2">(options_2);
    put<schema::operation, "debug_metadata_index">(o.debug_metadata_index);
    return to_.EndTable(start);
  }

  any_offset add_buffer(std::size_t index) {
    const auto start = to_.StartTable();
    if (model_.buffers[index].present && !outside_[index]) {
      put_place_holder<flatbuffers::uoffset_t>(field_id(schema::buffer, "data"));
    } else if (model_.buffers[index].present) {
      put_place_holder<std::uint64_t>(field_id(schema::buffer, "offset"));
      put_place_holder<std::uint64_t>(field_id(schema::buffer, "size"));
    }
    return any_offset(to_.EndTable(start));
  }
  template <class T>
  void put_place_holder(std::size_t id) {
    to_.AddElement<T>(slot(id), T(1), T(0));
  }

  offset add_metadata(const metadata_entry& e) {
    const auto name = text(e.name);
    const auto start = to_.StartTable();
    link<schema::metadata, "name">(name);
    put<schema::metadata, "buffer">(e.buffer);
    return to_.EndTable(start);
  }

  offset add_tensor_map(const tensor_map& m) {
    const auto name = text(m.name);
    const auto start = to_.StartTable();
    link<schema::tensor_map, "name">(name);
    put<schema::tensor_map, "tensor_index">(m.tensor);
    return to_.EndTable(start);
  }

  offset add_signature(const signature& s) {
    const auto inputs = all(s.inputs, [&](const tensor_map& m) { return add_tensor_map(m); });
    const auto outputs = all(s.outputs, [&](const tensor_map& m) { return add_tensor_map(m); });
    const auto key = text(s.key);
    const auto start = to_.StartTable();
    link<schema::signature, "inputs">(inputs);
    link<schema::signature, "outputs">(outputs);
    link<schema::signature, "signature_key">(key);
    put<schema::signature, "subgraph_index">(s.subgraph);
    return to_.EndTable(start);
  }

  const model& model_;
  const std::vector<bool>& outside_;
  flatbuffers::FlatBufferBuilder to_;
};

/// A laid out file: its metadata with every place filled in, and where the buffers go.
struct layout {
  flatbuffers::FlatBufferBuilder metadata;
  std::vector<std::uint64_t> content_at;  ///< position of each buffer's bytes
  std::vector<bool> outside;
  std::uint64_t file_bytes = 0;
  bool fits = true;  ///< the flatbuffer stays below 2 GB
};

[[nodiscard]] AEQ_INLINE std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

inline constexpr std::uint64_t content_alignment = 16;
inline constexpr std::uint64_t small_buffer = 1024;  ///< stays inline even in a file past 2 GB

[[nodiscard]] AEQ_INLINE layout lay_out(const model& m, bool external) {
  layout result;
  result.outside.resize(m.buffers.size());
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    result.outside[i] = external && m.buffers[i].present && m.buffers[i].size >= small_buffer;
  }
  result.metadata = metadata_builder(m, result.outside).build();
  result.content_at.resize(m.buffers.size());

  std::uint64_t end = result.metadata.GetSize();
  const auto place = [&](bool outside) {
    for (std::size_t i = 0; i < m.buffers.size(); ++i) {
      if (!m.buffers[i].present || result.outside[i] != outside) continue;
      const std::uint64_t length_prefix = outside ? 0 : sizeof(flatbuffers::uoffset_t);
      result.content_at[i] = round_up(end + length_prefix, content_alignment);
      end = result.content_at[i] + m.buffers[i].size;
    }
  };
  place(false);
  end = round_up(end, content_alignment);
  result.fits = end < flatbuffer_limit;
  if (external) {
    place(true);
    end = round_up(end, content_alignment);
  }
  result.file_bytes = end;
  return result;
}

/// Writes the places of the buffers into the metadata. Only for a layout that fits.
AEQ_INLINE void fill_places(layout& l, const model& m) {
  std::uint8_t* bytes = l.metadata.GetBufferPointer();
  const view<schema::model> root(flatbuffers::GetRoot<flatbuffers::Table>(bytes));
  const table_vector* tables = root.get<"buffers">();
  const auto fill = [&](const flatbuffers::Table* table, std::size_t id, auto value) {
    auto* field = const_cast<std::uint8_t*>(table->GetAddressOf(slot(id)));
    flatbuffers::WriteScalar(field, value);
  };
  for (flatbuffers::uoffset_t i = 0; i < tables->size(); ++i) {
    if (!m.buffers[i].present) continue;
    const flatbuffers::Table* table = tables->Get(i);
    if (l.outside[i]) {
      fill(table, field_id(schema::buffer, "offset"), l.content_at[i]);
      fill(table, field_id(schema::buffer, "size"), m.buffers[i].size);
    } else {
      constexpr std::size_t id = field_id(schema::buffer, "data");
      const auto here = static_cast<std::uint64_t>(table->GetAddressOf(slot(id)) - bytes);
      fill(table, id, static_cast<flatbuffers::uoffset_t>(l.content_at[i] - sizeof(flatbuffers::uoffset_t) - here));
    }
  }
}

}  // namespace detail

namespace detail {

/// A part of a buffer: what one call of a producer makes, or one write copies.
struct piece {
  std::size_t buffer;
  std::uint64_t offset;
  std::uint64_t size;
};

inline constexpr std::uint64_t piece_bytes = std::uint64_t(1) << 19;

[[nodiscard]] AEQ_INLINE std::vector<piece> cut(const model& m) {
  std::vector<piece> pieces;
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    const std::uint64_t unit = m.buffers[i].unit_bytes;
    const std::uint64_t step = std::max(unit, piece_bytes / unit * unit);
    for (std::uint64_t at = 0; at < m.buffers[i].size; at += step) {
      pieces.push_back({i, at, std::min(step, m.buffers[i].size - at)});
    }
  }
  return pieces;
}

AEQ_INLINE void fill_piece(const model& m, const piece& p, std::span<std::uint8_t> into) {
  const buffer& b = m.buffers[p.buffer];
  if (b.produce) {
    (*b.produce)(p.offset, into);
  } else if (!into.empty()) {
    std::memcpy(into.data(), b.data.data() + p.offset, into.size());
  }
}

/// The length in front of an inline buffer's bytes.
[[nodiscard]] AEQ_INLINE std::array<std::uint8_t, 4> length_prefix(std::uint64_t size) {
  std::array<std::uint8_t, 4> bytes{};
  flatbuffers::WriteScalar(bytes.data(), static_cast<flatbuffers::uoffset_t>(size));
  return bytes;
}

/// Writes the scales that producing the content has found over the zeros that keep their places in the metadata.
AEQ_INLINE void fill_late_scales(layout& l, const model& m) {
  const bool any =
      std::any_of(m.buffers.begin(), m.buffers.end(), [](const buffer& b) { return b.late_scales != nullptr; });
  if (!any) return;
  const auto set = [](const auto* list, std::size_t i, auto value) {
    using vector = std::remove_const_t<std::remove_pointer_t<decltype(list)>>;
    const_cast<vector*>(list)->Mutate(static_cast<flatbuffers::uoffset_t>(i), value);
  };
  const view<schema::model> root(flatbuffers::GetRoot<flatbuffers::Table>(l.metadata.GetBufferPointer()));
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    const std::vector<tensor>& tensors = m.subgraphs[g].tensors;
    const view<schema::subgraph> graph(root.get<"subgraphs">()->Get(static_cast<flatbuffers::uoffset_t>(g)));
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      const auto& late = m.buffers[tensors[t].buffer].late_scales;
      // (A tensor that nobody reads may lie on the buffer with scales of its own.)
      if (!late || !tensors[t].quantization || tensors[t].quantization->scale.size() != late->size()) continue;
      const view<schema::tensor> written(graph.get<"tensors">()->Get(static_cast<flatbuffers::uoffset_t>(t)));
      const view<schema::quantization_parameters> q(written.get<"quantization">());
      for (std::size_t i = 0; i < late->size(); ++i) {
        set(q.get<"scale">(), i, (*late)[i].scale);
        set(q.get<"zero_point">(), i, static_cast<std::int64_t>((*late)[i].zero_point));
      }
    }
  }
}

[[nodiscard]] AEQ_INLINE layout lay_out(const model& m) {
  layout l = lay_out(m, false);
  if (!l.fits) l = lay_out(m, true);
  if (!l.fits) {
    throw error(error_code::not_quantizable, m.file_name() + ": its metadata alone passes 2 GB; the format ends there");
  }
  fill_places(l, m);
  return l;
}

}  // namespace detail

AEQ_INLINE std::vector<std::uint8_t> to_bytes(const model& m, unsigned threads) {
  detail::layout l = detail::lay_out(m);
  std::vector<std::uint8_t> file(l.file_bytes);
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    if (!m.buffers[i].present || l.outside[i]) continue;
    const auto prefix = detail::length_prefix(m.buffers[i].size);
    std::memcpy(file.data() + l.content_at[i] - prefix.size(), prefix.data(), prefix.size());
  }
  const std::vector<detail::piece> pieces = detail::cut(m);
  parallel_for(pieces.size(), l.file_bytes < detail::piece_bytes ? 1 : threads, [&](std::size_t i) {
    const detail::piece& p = pieces[i];
    detail::fill_piece(m, p, {file.data() + l.content_at[p.buffer] + p.offset, static_cast<std::size_t>(p.size)});
  });
  if (m.file) m.file->check_unchanged();
  detail::fill_late_scales(l, m);
  std::memcpy(file.data(), l.metadata.GetBufferPointer(), l.metadata.GetSize());
  return file;
}

AEQ_INLINE std::uint64_t write(const model& m, const std::string& path, const save_options& options) {
  io::output_file file(path, options.file);
  detail::layout l = detail::lay_out(m);
  constexpr std::uint64_t one_write = 4 * detail::piece_bytes;
  if (l.file_bytes <= one_write) {
    file.write_at(0, to_bytes(m, options.threads));
    file.commit();
    return l.file_bytes;
  }
  file.resize(l.file_bytes);
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    if (!m.buffers[i].present || l.outside[i]) continue;
    const auto prefix = detail::length_prefix(m.buffers[i].size);
    file.write_at(l.content_at[i] - prefix.size(), prefix);
  }
  const std::vector<detail::piece> pieces = detail::cut(m);
  if (options.progress != nullptr) options.progress->expect(l.file_bytes);
  parallel_for(pieces.size(), options.threads, [&](std::size_t i) {
    const detail::piece& p = pieces[i];
    const buffer& b = m.buffers[p.buffer];
    if (b.produce) {
      thread_local std::vector<std::uint8_t> bytes;
      bytes.resize(static_cast<std::size_t>(p.size));
      (*b.produce)(p.offset, bytes);
      file.write_at(l.content_at[p.buffer] + p.offset, bytes);
    } else {
      const auto part = b.data.subspan(static_cast<std::size_t>(p.offset), static_cast<std::size_t>(p.size));
      file.write_at(l.content_at[p.buffer] + p.offset, part);
      if (m.file) m.file->let_go(part);
    }
    if (options.progress != nullptr) options.progress->advance(p.size);
  });
  if (options.progress != nullptr) options.progress->finish();
  detail::fill_late_scales(l, m);
  file.write_at(0, {l.metadata.GetBufferPointer(), l.metadata.GetSize()});
  if (m.file) m.file->check_unchanged();
  file.commit();
  return l.file_bytes;
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/quantize/weight.ipp
// Layouts of shapes, and floats as they lie in the file.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape) {
  return {1, 1, model::element_count(shape)};
}

AEQ_INLINE weight_layout layout_of(std::span<const std::int32_t> shape, std::uint32_t axis) {
  return {model::element_count(shape.first(axis)), static_cast<std::uint64_t>(shape[axis]),
          model::element_count(shape.subspan(axis + 1))};
}

AEQ_INLINE weight_layout block_layout(std::span<const std::int32_t> shape, std::uint32_t block_elements) {
  return {1, model::element_count(shape) / block_elements, block_elements};
}

AEQ_INLINE weight::weight(const model::model& m, const model::tensor& t, std::string name, weight_layout layout)
    : bytes_(m.buffers[t.buffer].data), buffer_(t.buffer), file_(m.file), name_(std::move(name)), layout_(layout) {}

AEQ_INLINE const float* weight::values(std::uint64_t first, std::size_t count, std::vector<float>& scratch) const {
  const std::uint8_t* place = bytes_.data() + first * sizeof(float);
  const bool aligned = reinterpret_cast<std::uintptr_t>(place) % alignof(float) == 0;
  if (aligned && std::endian::native == std::endian::little) return reinterpret_cast<const float*>(place);
  scratch.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t one[sizeof(float)];
    std::memcpy(one, place + i * sizeof(float), sizeof(float));
    scratch[i] = std::bit_cast<float>(flatbuffers::EndianScalar(std::bit_cast<std::uint32_t>(one)));
  }
  return scratch.data();
}

AEQ_INLINE void weight::let_go(std::uint64_t first, std::uint64_t count) const {
  if (file_) file_->let_go(bytes_.subspan(first * sizeof(float), count * sizeof(float)));
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/parameters.ipp
// When parameters are equal.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE bool operator==(const tensor_parameters& a, const tensor_parameters& b) {
  return a.format.kind == b.format.kind && a.format.bits == b.format.bits && a.format.zero == b.format.zero &&
         a.format.granularity.block_elements == b.format.granularity.block_elements &&
         tensor_parameters::same_placing(a, b) && a.scale == b.scale && a.zero_point == b.zero_point &&
         a.block_scale == b.block_scale && a.fit == b.fit;
}

AEQ_INLINE bool tensor_parameters::same_placing(const tensor_parameters& a, const tensor_parameters& b) {
  if (!a.source || !b.source) return a.source == b.source && a.axis == b.axis && a.scale_shape == b.scale_shape;
  const bool same_shape = a.format.is_integer() || a.scale_shape == b.scale_shape;
  return a.source->buffer() == b.source->buffer() && a.source->layout() == b.source->layout() && same_shape;
}

AEQ_INLINE bool same(const parameters& a, const parameters& b) {
  return a == b || (a && b && *a == *b);
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/instruction.ipp
// Merging the rules of a tensor, step by step.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Consumers of equal rule at a depth of their lists. A group stands for its first member.
struct consumer_group {
  std::vector<std::size_t> members;  ///< positions in tensor_rules::consumers
  std::size_t parent = 0;
};

/// Groups of consumers that want the same at `depth`, of those that were in one group before.
AEQ_INLINE std::vector<consumer_group> group_consumers(const std::vector<tensor_rule>& consumers, std::size_t depth,
                                                       std::vector<std::size_t>& group_of) {
  std::vector<consumer_group> groups;
  std::vector<std::size_t> now = group_of;
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    if (consumers[i].transformations.size() <= depth) continue;
    const auto matches = [&](const consumer_group& g) {
      const tensor_rule& first = consumers[g.members.front()];
      return g.parent == group_of[i] && first.transformations[depth] == consumers[i].transformations[depth] &&
             same(first.params, consumers[i].params);
    };
    auto place = std::find_if(groups.begin(), groups.end(), matches);
    if (place == groups.end()) {
      groups.push_back({{}, group_of[i]});
      place = groups.end() - 1;
    }
    place->members.push_back(i);
    now[i] = static_cast<std::size_t>(place - groups.begin());
  }
  group_of = std::move(now);
  return groups;
}

[[nodiscard]] AEQ_INLINE instruction instruction_of(const std::vector<tensor_rule>& consumers,
                                                    const consumer_group& group, std::size_t depth) {
  const tensor_rule& first = consumers[group.members.front()];
  instruction result{first.transformations[depth], {}, first.params};
  for (const std::size_t i : group.members) result.consumers.push_back(consumers[i].operation);
  return result;
}

/// Takes each of `gone` out of `from` once: the first ones that are equal.
AEQ_INLINE void remove_each(std::vector<std::int32_t>& from, const std::vector<std::int32_t>& gone) {
  std::unordered_map<std::int32_t, std::size_t> counts;
  for (const std::int32_t c : gone) ++counts[c];
  std::erase_if(from, [&](std::int32_t c) {
    const auto left = counts.find(c);
    return left != counts.end() && left->second > 0 && left->second-- > 0;
  });
}

/// First-level instructions meet the producer: a dequantize and quantize of equal parameters vanish, of different ones
/// become a requantize. (7.2)
AEQ_INLINE std::vector<instruction> meet_producer(const tensor_rule& producer, std::vector<std::int32_t> all_consumers,
                                                  std::vector<instruction> first_level) {
  std::vector<instruction> result;
  const bool dequantizes = producer.transformations.front() == transformation::add_dequantize;
  for (instruction& i : first_level) {
    if (dequantizes && i.kind == transformation::add_quantize) {
      remove_each(all_consumers, i.consumers);
      const bool equal = same(producer.params, i.params);
      result.push_back({transformation::quantize_tensor, i.consumers, producer.params});
      if (!equal) result.push_back(std::move(i));
    } else if (dequantizes && i.kind == transformation::no_quantize) {
      remove_each(all_consumers, i.consumers);
      result.push_back({transformation::add_dequantize, std::move(i.consumers), producer.params});
    } else {
      result.push_back(std::move(i));
    }
  }
  if (!all_consumers.empty()) {
    result.insert(result.begin(), {producer.transformations.front(), std::move(all_consumers), producer.params});
  }
  return result;
}

/// The original tensor serves one of the groups that disagree; copies with buffers of their own need no second one.
/// (7.3)
AEQ_INLINE void drop_needless_duplicates(std::vector<instruction>& list) {
  const auto last = std::find_if(list.rbegin(), list.rend(),
                                 [](const instruction& i) { return i.kind == transformation::duplicate_tensor; });
  if (last != list.rend()) list.erase(std::next(last).base());
  const auto copied = [&](std::int32_t consumer) {
    return std::any_of(list.begin(), list.end(), [&](const instruction& i) {
      return i.kind == transformation::duplicate_tensor &&
             std::find(i.consumers.begin(), i.consumers.end(), consumer) != i.consumers.end();
    });
  };
  std::erase_if(list, [&](const instruction& i) {
    return i.kind == transformation::duplicate_buffer && std::all_of(i.consumers.begin(), i.consumers.end(), copied);
  });
}

/// A producer whose output parameters are free writes in its only consumer's scale: no requantize is needed. (7.4)
AEQ_INLINE void fuse_requantize(const tensor_uses& uses, std::vector<instruction>& list) {
  if (list.size() != 2 || list[0].kind != transformation::quantize_tensor ||
      list[1].kind != transformation::add_quantize || list[0].consumers != list[1].consumers) {
    return;
  }
  if (uses.producer < 0 || !uses.producer_is_free || !list[0].params || !list[1].params) return;
  if (!list[0].params->format.is_integer() || !list[1].params->format.is_integer()) return;
  tensor_parameters with_other_scale = *list[0].params;
  with_other_scale.scale = list[1].params->scale;
  with_other_scale.scale_shape = list[1].params->scale_shape;
  with_other_scale.zero_point = list[1].params->zero_point;
  if (!(with_other_scale == *list[1].params)) return;
  list[0].params = list[1].params;
  list.pop_back();
}

}  // namespace detail

AEQ_INLINE std::vector<instruction> instructions_of(const tensor_rules& rules, const tensor_uses& uses,
                                                    const std::string& name) {
  std::vector<instruction> first_level;
  std::vector<instruction> deeper;
  std::vector<std::size_t> group_of(rules.consumers.size(), 0);
  std::size_t depths = 0;
  for (const tensor_rule& r : rules.consumers) depths = std::max(depths, r.transformations.size());
  for (std::size_t depth = 0; depth < depths; ++depth) {
    for (const detail::consumer_group& g : detail::group_consumers(rules.consumers, depth, group_of)) {
      (depth == 0 ? first_level : deeper).push_back(detail::instruction_of(rules.consumers, g, depth));
    }
  }
  std::vector<instruction> list = rules.producer
                                      ? detail::meet_producer(*rules.producer, uses.consumers, std::move(first_level))
                                      : std::move(first_level);
  if (rules.producer && rules.producer->operation >= 0 && uses.consumers.empty() &&
      rules.producer->transformations.front() == transformation::add_dequantize) {
    // Nobody reads it: it still comes out as integers.
    list.push_back({transformation::quantize_tensor, {}, rules.producer->params});
  }
  list.insert(list.end(), std::make_move_iterator(deeper.begin()), std::make_move_iterator(deeper.end()));
  detail::drop_needless_duplicates(list);

  const bool duplicates = std::any_of(list.begin(), list.end(),
                                      [](const instruction& i) { return i.kind == transformation::duplicate_tensor; });
  const auto has = [&](transformation a, transformation b) {
    return std::any_of(list.begin(), list.end(), [&](const instruction& i) { return i.kind == a || i.kind == b; });
  };
  using t = transformation;
  if (!duplicates && !rules.producer && has(t::no_quantize, t::no_quantize) &&
      has(t::quantize_tensor, t::add_dequantize)) {
    throw error(error_code::not_quantizable, name + ": is wanted both as it is and quantized");
  }
  detail::fuse_requantize(uses, list);
  return list;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/materialize.ipp
// Op by op: which inputs take which parameters; constants that are wanted alike share them.

// ---- aeq/quantize/activations.hpp
// Parameters of activations, from their ranges. Ops that fix or hand on their output's parameters change the ranges on
// the way, so that whoever reads the output computes the same: this works on a copy of the caller's statistics.
// Included by definitions only. (spec: quantization, section 5.1; numerics, section 7.4)

namespace aeq::inline AEQ_ABI::quantize::detail {

class activations {
 public:
  /// `known` may be null: no tensor has a range.
  activations(const model::model& m, const calibrate::statistics* known) : model_(m), known_(known) {}

  /// The parameters of a tensor in a format. Throws error (not_quantizable) that names a tensor without a range, or
  /// with one that is not finite.
  [[nodiscard]] parameters fitted(std::size_t graph, std::int32_t tensor, const format_descriptor& format,
                                  const fit_functions& fits) const;

  /// The range of a tensor; null if it has none.
  [[nodiscard]] const calibrate::tensor_range* range(std::size_t graph, std::int32_t tensor) const;

  /// From now on a tensor has another range.
  void set_range(std::size_t graph, std::int32_t tensor, calibrate::tensor_range range);

  /// From now on a tensor has the range that parameters represent.
  void set_range(std::size_t graph, std::int32_t tensor, const tensor_parameters& represented);

  /// Whether some tensor of a subgraph has a range.
  [[nodiscard]] bool knows_some_of(std::size_t graph) const;

  /// "model.tflite: tensor 'x'", for messages.
  [[nodiscard]] std::string name(std::size_t graph, std::int32_t tensor) const;

 private:
  [[nodiscard]] static std::uint64_t key(std::size_t graph, std::int32_t tensor) {
    return (static_cast<std::uint64_t>(graph) << 32) | static_cast<std::uint32_t>(tensor);
  }

  const model::model& model_;
  const calibrate::statistics* known_;
  std::unordered_map<std::uint64_t, calibrate::tensor_range> changed_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/quantize/algorithm/float_casting.hpp
// float_casting: weights become IEEE binary16; a DEQUANTIZE turns them back for the op. (spec: numerics, section 5.8)

namespace aeq::inline AEQ_ABI::quantize {

/// The parameters of a float32 weight of the given shape that becomes float16.
[[nodiscard]] parameters cast_to_float16(weight source, std::vector<std::int32_t> shape);

/// The parameters of a weight that is float16 already: its data stays, and a DEQUANTIZE is what its op lacks.
[[nodiscard]] parameters keep_float16();

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/composite.hpp
// STABLEHLO_COMPOSITE: a decomposition subgraph is quantized only where its composite is. (spec: quantization,
// section 5.6)

namespace aeq::inline AEQ_ABI::quantize {

/// Composites that are quantized as an op; others stay as they are.
inline constexpr std::array<std::string_view, 3> quantizable_composites{"odml.npu_call", "odml.rms_norm",
                                                                        "odml.l2_norm"};

/// Whether a STABLEHLO_COMPOSITE is one of those.
[[nodiscard]] bool is_quantizable_composite(const model::operation& o);

/// Subgraphs in which nothing is quantized, whatever the plan says: decompositions of composites that stay as they are.
[[nodiscard]] std::vector<bool> skipped_subgraphs(const model::model& m, const recipe::plan& plan);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/constants.hpp
// Parameters of constants: ops that want the same of one buffer share them. Included by definitions only.
// (spec: quantization, sections 2.1 and 5.2)

#include <tuple>

// ---- aeq/quantize/algorithm/min_max_uniform_quantize.hpp
// min_max_uniform_quantize: each group of values spans its own range. (spec: numerics, sections 2.1 and 5.1)
//
// A model that is saved at once is read once: a channel's range, scale and integers are found together while it is in
// the cache (encoder.hpp). What can't wait, or is wanted before, gets its ranges here, in one pass over all such
// weights, in pieces, on all processors; the encoders then read it a second time.

// ---- aeq/quantize/weight_loops.hpp
// The hot loops over weights: ranges and quantization of runs of float32. This is the portable variant and the choice
// between variants; all give the same bits as kernel/quantize.hpp.
//
// A weight is seen as [lead, channels, trail]: `trail` neighbours share a scale (a run); where trail is 1, a row of
// `channels` neighbours has a scale each (columns).

namespace aeq::inline AEQ_ABI::quantize {

/// Smallest and largest of some floats, and the largest magnitude as bits: from 0x7f800000 on, something was infinite
/// or NaN, and the other two mean nothing.
struct run_range {
  float lowest = 0;
  float highest = 0;
  std::uint32_t magnitude_bits = 0;

  [[nodiscard]] bool finite() const { return magnitude_bits < 0x7f800000u; }
};

struct weight_loops {
  const char* name;
  /// The range of `count` values, which is at least 1.
  run_range (*range)(const float* values, std::size_t count);
  /// Widens ranges[i] by values[i].
  void (*widen)(const float* values, std::size_t count, run_range* ranges);
  /// Quantizes a run with one scale into int8; limits as in quantized_limits.
  void (*quantize_run)(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                       float highest, std::int8_t* result);
  /// Quantizes a row with a scale and zero point per value.
  void (*quantize_columns)(const float* values, std::size_t count, const float* scales, const float* zero_points,
                           float lowest, float highest, std::int8_t* result);
  /// float32 → binary16 bits.
  void (*to_float16)(const float* values, std::size_t count, std::uint16_t* result);
};

namespace portable {

inline void widen_one(run_range& r, float value) {
  r.lowest = value < r.lowest ? value : r.lowest;
  r.highest = value > r.highest ? value : r.highest;
  const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(value) & 0x7fffffffu;
  r.magnitude_bits = magnitude > r.magnitude_bits ? magnitude : r.magnitude_bits;
}

inline run_range range(const float* values, std::size_t count) {
  run_range r{values[0], values[0], 0};
  for (std::size_t i = 0; i < count; ++i) widen_one(r, values[i]);
  return r;
}

inline void widen(const float* values, std::size_t count, run_range* ranges) {
  for (std::size_t i = 0; i < count; ++i) widen_one(ranges[i], values[i]);
}

/// Clamps first and rounds then, which is the same since the limits are integers. Adding 1.5 * 2^23 leaves no room for
/// a fraction: the sum is rounded to the nearest integer, halves to even.
inline std::int8_t quantize_one(float value, float scale, float zero_point, float lowest, float highest) {
  constexpr float whole = 12582912.0f;
  float steps = value / scale + zero_point;
  if (steps != steps) steps = 0.0f;
  steps = steps < lowest ? lowest : steps;
  steps = steps > highest ? highest : steps;
  return static_cast<std::int8_t>((steps + whole) - whole);
}

#if defined(__clang__)
#define AEQ_DIVISION_BY_ZERO_IS_MEANT __attribute__((no_sanitize("float-divide-by-zero")))
#else
#define AEQ_DIVISION_BY_ZERO_IS_MEANT
#endif

AEQ_DIVISION_BY_ZERO_IS_MEANT
inline void quantize_run(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                         float highest, std::int8_t* result) {
  for (std::size_t i = 0; i < count; ++i) result[i] = quantize_one(values[i], scale, zero_point, lowest, highest);
}

AEQ_DIVISION_BY_ZERO_IS_MEANT
inline void quantize_columns(const float* values, std::size_t count, const float* scales, const float* zero_points,
                             float lowest, float highest, std::int8_t* result) {
  for (std::size_t i = 0; i < count; ++i) {
    result[i] = quantize_one(values[i], scales[i], zero_points[i], lowest, highest);
  }
}

#undef AEQ_DIVISION_BY_ZERO_IS_MEANT

inline void to_float16(const float* values, std::size_t count, std::uint16_t* result) {
  for (std::size_t i = 0; i < count; ++i) result[i] = float16_bits(values[i]);
}

}  // namespace portable

inline constexpr weight_loops portable_loops{
    "portable",           &portable::range, &portable::widen, &portable::quantize_run, &portable::quantize_columns,
    &portable::to_float16};

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/algorithm/min_max_uniform_quantize.hpp
namespace aeq::inline AEQ_ABI::quantize {

/// Collects constants whose ranges are wanted, and finds them all at once.
class min_max_ranges {
 public:
  explicit min_max_ranges(scale_time when) : when_(when) {}

  /// Takes the parameters of a constant, complete but for scales and zero points, which come with `compute`.
  void add(std::shared_ptr<tensor_parameters> p, fit_functions fits);

  /// Finds the ranges of everything added since the last call. Throws error (not_quantizable) that names a tensor with
  /// NaN or infinite values.
  void compute(unsigned threads, aeq::progress* tell);

 private:
  struct job {
    std::shared_ptr<tensor_parameters> target;
    fit_functions fits;
    std::vector<run_range> ranges;  ///< per channel; unused where blockwise
    std::unique_ptr<std::mutex> merging;

    [[nodiscard]] const weight& source() const { return *target->source; }
  };
  /// Channels [begin, end) of a job with one lead; values [begin, end) of a single channel; leads [begin, end)
  /// otherwise.
  struct piece {
    job* owner;
    std::uint64_t begin;
    std::uint64_t end;
  };

  static constexpr std::uint64_t piece_elements = std::uint64_t(1) << 18;

  /// A channel is one run of values, of a size that stays in the cache between finding its range and quantizing it, and
  /// ends with a byte.
  [[nodiscard]] static bool can_wait(const tensor_parameters& p);

  /// All values share a range, which may be put together from those of pieces.
  [[nodiscard]] static bool one_range(const job& j);

  static void prepare(job& j, std::vector<piece>& pieces);
  static std::uint64_t measure(const piece& p);
  static void measure_leads(job& j, const float* values, std::uint64_t leads);
  static void set(job& j, std::uint64_t channel, const run_range& r);
  static void merge(job& j, std::uint64_t channel, const run_range& r);
  static void merge_into(run_range& into, const run_range& r);
  static void finish(job& j);

  /// The range of no values: widening it by one gives that one.
  static constexpr run_range nothing{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                                     0};

  scale_time when_;
  std::vector<std::unique_ptr<job>> waiting_;
};

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/constants.hpp
namespace aeq::inline AEQ_ABI::quantize::detail {

/// An operator and what is decided for it.
struct decided_operation {
  std::size_t graph;
  std::int32_t position;
  const model::operation& operation;
  const recipe::decision& decision;
};

class constants {
 public:
  constants(const model::model& m, scale_time when) : model_(m), ranges_(when) {}

  /// A constant that an op with a weight reads: the weight format, with scales along the op's channel axis. Scales are
  /// there after `compute`. Throws error (not_quantizable) where the shape does not fit the granularity.
  parameters in_weight_format(const decided_operation& at, std::int32_t tensor);

  /// A constant that an op without a weight reads: the activation format, one scale. Scales as above.
  parameters in_activation_format(std::size_t graph, std::int32_t tensor, const recipe::decision& d);

  /// A constant with the parameters of an activation.
  [[nodiscard]] parameters like_activation(std::size_t graph, std::int32_t tensor, const parameters& like) const;

  parameters as_float16(std::size_t graph, std::int32_t tensor);

  /// Finds the scales of everything asked for since the last call. Throws error (not_quantizable).
  void compute(unsigned threads, aeq::progress* tell) { ranges_.compute(threads, tell); }

  /// "model.tflite: tensor 3 "conv/weights"", for messages.
  [[nodiscard]] std::string name(std::size_t graph, std::int32_t tensor) const;

 private:
  static constexpr std::int32_t whole_tensor = -1;

  /// What makes two parameters of constants the same. The peer's cache looks at less: it hands one op's scales to
  /// another with a different channel axis.
  struct format_key {
    format_descriptor format;
    fit_float fit;
    friend bool operator<(const format_key& a, const format_key& b) { return a.tie() < b.tie(); }

   private:
    [[nodiscard]] std::tuple<number_kind, std::uint8_t, symmetry, granularity_kind, std::uint16_t, std::uintptr_t> tie()
        const {
      return {format.kind,
              format.bits,
              format.zero,
              format.granularity.kind,
              format.granularity.block_elements,
              reinterpret_cast<std::uintptr_t>(fit)};
    }
  };
  using constant_key = std::tuple<std::uint32_t, format_key, std::int32_t, std::vector<std::int32_t>>;

  [[nodiscard]] const model::tensor& tensor(std::size_t graph, std::int32_t index) const {
    return model_.subgraphs[graph].tensors[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] std::int32_t scale_axis(const decided_operation& at, std::int32_t tensor) const;
  parameters ranged(std::size_t graph, std::int32_t tensor, const format_descriptor& format, const fit_functions& fits,
                    std::int32_t axis);

  const model::model& model_;
  std::map<constant_key, parameters> known_;
  min_max_ranges ranges_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/quantize/selection.hpp
// Selection: which operands of an op a decision is about, and whether it changes anything.
// (spec: quantization, sections 4.4, 5.1 and 5.4)

namespace aeq::inline AEQ_ABI::quantize {

/// Whether the decision for an op stores an input in the weight format: a constant of float32 values that is a weight,
/// or an activation of an op with a weight. What is quantized already, sparse, empty or too small stays.
[[nodiscard]] bool takes_weight_format(const model::model& m, const model::tensor& t, const recipe::decision& d,
                                       std::size_t slot);

/// Whether a decision changes an op at all.
[[nodiscard]] bool changes(const model::model& m, const model::subgraph& g, const model::operation& o,
                           const recipe::decision& d);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/static_range.hpp
// Static range: ops whose activations are integers. Each op's constraint says how the parameters of its operands hang
// together. Included by definitions only. (spec: quantization, sections 5.1, 5.3 and 5.4)

namespace aeq::inline AEQ_ABI::quantize::detail {

class static_range {
 public:
  static_range(const model::model& m, constants& shared, activations& ranges)
      : model_(m), constants_(shared), activations_(ranges) {}

  /// The rules of one op's operands. Throws error (not_quantizable).
  void materialize(const decided_operation& at, const rule_writer& rules);

  /// The rule of a subgraph's input: it arrives as integers.
  void materialize_input(std::size_t graph, std::int32_t tensor, const recipe::decision& d, const rule_writer& rules);
  /// The rule of a subgraph's output: it leaves as integers.
  void materialize_output(std::size_t graph, std::int32_t tensor, const recipe::decision& d, const rule_writer& rules);

  /// Biases follow from the scales of inputs and weights: call it when those of the weights are there. `notes`, unless
  /// null, gets biases that are too large for their scale.
  void finish_biases(warnings* notes);

 private:
  struct operand {
    std::int32_t tensor;
    bool takes_part;  ///< else it stays as it is
  };
  /// A bias whose scale is the product of two others.
  struct pending_bias {
    std::shared_ptr<tensor_parameters> target;
    parameters input;
    parameters weight;
  };

  [[nodiscard]] const model::tensor& tensor(std::size_t graph, std::int32_t index) const {
    return model_.subgraphs[graph].tensors[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] bool stays_float(const decided_operation& at) const;
  [[nodiscard]] std::vector<operand> inputs_of(const decided_operation& at) const;
  [[nodiscard]] std::vector<operand> outputs_of(const decided_operation& at) const;
  [[nodiscard]] static std::int32_t only_one(const decided_operation& at, const std::vector<operand>& operands,
                                             const char* what);

  [[nodiscard]] parameters of_input(const decided_operation& at, std::int32_t tensor);
  [[nodiscard]] parameters of_activation(const decided_operation& at, std::int32_t tensor) const;
  [[nodiscard]] parameters fixed_output(const decided_operation& at) const;
  [[nodiscard]] parameters stored(const decided_operation& at, std::int32_t tensor) const;
  void hand_on(const decided_operation& at, const std::vector<operand>& inputs, const std::vector<operand>& outputs,
               const parameters& p);
  void add_bias(const decided_operation& at, const std::vector<parameters>& of_inputs, std::size_t slot,
                const rule_writer& rules);

  const model::model& model_;
  constants& constants_;
  activations& activations_;
  std::vector<pending_bias> biases_;
};

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/quantize/materialize.ipp
namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

class materializer {
 public:
  materializer(const model::model& m, const recipe::plan& plan, const pipeline_options& options)
      : model_(m),
        plan_(plan),
        skipped_(skipped_subgraphs(m, plan)),
        // A bias wants the scales of its weight before anything is written.
        constants_(m, has_static(plan) ? scale_time::at_once : options.when),
        activations_(m, options.statistics),
        static_range_(m, constants_, activations_),
        bodies_(control_flow_bodies(m)),
        options_(options) {
    for (const model::subgraph& g : m.subgraphs) rules_.emplace_back(g.tensors.size());
  }

  model_rules run() {
    if (options_.statistics == nullptr || options_.statistics->empty()) refuse_static();
    for (graph_ = 0; graph_ < model_.subgraphs.size(); ++graph_) {
      const recipe::subgraph_plan& decisions = decisions_here();
      const rule_writer rules(rules_[graph_]);
      for (std::size_t i = 0; i < graph().operations.size(); ++i) {
        const auto position = static_cast<std::int32_t>(i);
        const decided_operation at{graph_, position, graph().operations[i], decisions.operations[i]};
        is_static(at.decision) ? static_range_.materialize(at, rules) : materialize(at, rules);
      }
      materialize_edges(decisions, rules);
    }
    constants_.compute(options_.threads, options_.progress);
    static_range_.finish_biases(options_.notes);
    return std::move(rules_);
  }

 private:
  [[nodiscard]] const model::subgraph& graph() const { return model_.subgraphs[graph_]; }
  [[nodiscard]] const model::tensor& tensor(std::int32_t index) const {
    return graph().tensors[static_cast<std::size_t>(index)];
  }

  [[nodiscard]] static bool is_static(const recipe::decision& d) {
    return d.quantize && d.scheme.execution_mode == execution::static_range;
  }
  [[nodiscard]] static bool has_static(const recipe::plan& plan) {
    return std::any_of(plan.subgraphs.begin(), plan.subgraphs.end(), [](const recipe::subgraph_plan& g) {
      return std::any_of(g.operations.begin(), g.operations.end(), is_static);
    });
  }

  /// Throws error (not_quantizable) if some decision needs statistics.
  void refuse_static() const {
    const auto refuse = [&](const recipe::decision& d) {
      if (!is_static(d)) return;
      throw error(error_code::not_quantizable,
                  model_.file_name() + ": the recipe's scheme " + d.scheme_name +
                      " needs the ranges of activations; give statistics that a calibration saved (--stats FILE), or "
                      "choose a dynamic range or weight only recipe, which needs none");
    };
    for (std::size_t g = 0; g < plan_.subgraphs.size(); ++g) {
      if (skipped_[g] || bodies_[g]) continue;
      for (const recipe::decision& d : plan_.subgraphs[g].operations) refuse(d);
      refuse(plan_.subgraphs[g].inputs);
      refuse(plan_.subgraphs[g].outputs);
    }
  }

  /// Subgraphs that WHILE, IF and their like run: the caller hands over floats.
  [[nodiscard]] static std::vector<bool> control_flow_bodies(const model::model& m) {
    std::vector<bool> result(m.subgraphs.size(), false);
    for (const model::subgraph& g : m.subgraphs) {
      for (const model::operation& o : g.operations) {
        if (m.builtin(o) == op::code::stablehlo_composite) continue;
        for (const std::int32_t body : model::called_subgraphs(o)) {
          if (body >= 0) result[static_cast<std::size_t>(body)] = true;
        }
      }
    }
    return result;
  }

  /// The plan's decisions for the subgraph, without those that can't be carried out.
  [[nodiscard]] const recipe::subgraph_plan& decisions_here() {
    const recipe::subgraph_plan& planned = plan_.subgraphs[graph_];
    if (!skipped_[graph_] && !bodies_[graph_]) return planned;
    changed_ = skipped_[graph_] ? recipe::subgraph_plan{} : planned;
    changed_.operations.resize(graph().operations.size());
    changed_.inputs = {};
    changed_.outputs = {};
    if (skipped_[graph_] || activations_.knows_some_of(graph_)) return changed_;
    bool left = false;
    for (recipe::decision& d : changed_.operations) {
      if (!is_static(d)) continue;
      d = {};
      left = true;
    }
    if (left && options_.notes != nullptr) {
      options_.notes->add(model_.file_name() + ": subgraph " + std::to_string(graph_),
                          "stays float, for the statistics have no ranges of its tensors: calibration does not visit "
                          "the bodies of WHILE, IF and their like");
    }
    return changed_;
  }

  void materialize_edges(const recipe::subgraph_plan& decisions, const rule_writer& rules) {
    for (const std::int32_t t : graph().inputs) {
      if (is_static(decisions.inputs)) {
        static_range_.materialize_input(graph_, t, decisions.inputs, rules);
      } else {
        rules.produce(t, graph_edge, transformation::no_quantize);
      }
    }
    for (const std::int32_t t : graph().outputs) {
      if (is_static(decisions.outputs)) {
        static_range_.materialize_output(graph_, t, decisions.outputs, rules);
      } else {
        rules.consume(t, graph_edge, transformation::no_quantize);
      }
    }
  }

  /// Dynamic range and weight only: constants alone change.
  void materialize(const decided_operation& at, const rule_writer& rules) {
    const recipe::decision& d = at.decision;
    const std::vector<std::int32_t>& inputs = at.operation.inputs;
    for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
      if (inputs[slot] < 0) continue;
      parameters p = d.quantize ? input_parameters(at, slot) : nullptr;
      const bool dequantized = d.scheme.execution_mode == execution::weight_only;
      const transformation t = !p            ? transformation::no_quantize
                               : dequantized ? transformation::add_dequantize
                                             : transformation::quantize_tensor;
      rules.consume(inputs[slot], at.position, t, std::move(p));
    }
    for (const std::int32_t t : at.operation.outputs) {
      if (t >= 0) rules.produce(t, at.position, transformation::no_quantize);
    }
  }

  /// The parameters of an input that is to be quantized; null for one that stays as it is.
  parameters input_parameters(const decided_operation& at, std::size_t slot) {
    const std::int32_t index = at.operation.inputs[slot];
    if (!takes_weight_format(model_, tensor(index), at.decision, slot)) return nullptr;
    if (at.decision.algorithm != recipe::algorithm::float_casting) return constants_.in_weight_format(at, index);
    const bool is_float16 = tensor(index).type == model::tensor_type::float16;
    return is_float16 ? keep_float16() : constants_.as_float16(at.graph, index);
  }

  const model::model& model_;
  const recipe::plan& plan_;
  model_rules rules_;
  std::size_t graph_ = 0;
  std::vector<bool> skipped_;
  recipe::subgraph_plan changed_;
  constants constants_;
  activations activations_;
  static_range static_range_;
  std::vector<bool> bodies_;
  const pipeline_options& options_;
};

}  // namespace detail

AEQ_INLINE model_rules materialize(const model::model& m, const recipe::plan& plan, const pipeline_options& options) {
  return detail::materializer(m, plan, options).run();
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform.ipp
// The order of tensors, and what each instruction leaves for the next.

// ---- aeq/model/editor.hpp
// Editing a model: new tensors, buffers, operator codes, and operators at the right places.

#include <deque>
#include <initializer_list>
#include <list>

namespace aeq::inline AEQ_ABI::model {

/// Adds parts to a model. The model must outlive it.
class editor {
 public:
  /// `changing`: buffers of the model whose content will not stay what it is.
  explicit editor(model& m, const std::vector<bool>& changing = {});

  std::uint32_t add_buffer(buffer b);

  /// A buffer with these bytes: one of the model that does not change, or one that this made earlier; else a new one.
  std::uint32_t add_constant(std::vector<std::uint8_t> bytes);

  std::int32_t add_tensor(std::size_t graph, tensor t);

  /// The first operator code with a builtin; a new one of version 1 if there is none.
  std::uint32_t code(op::code builtin);

  /// An option table of int32 fields, each {id, value}, that lives as long as the model.
  const flatbuffers::Table* add_table(std::initializer_list<std::pair<std::size_t, std::int32_t>> fields);

  [[nodiscard]] model& edited() { return model_; }

 private:
  using buffers_by_hash = std::unordered_multimap<std::size_t, std::uint32_t>;

  std::span<const std::uint8_t> keep(std::vector<std::uint8_t> bytes);
  [[nodiscard]] buffers_by_hash& of_size(std::uint64_t bytes);

  model& model_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_size_;  ///< whose content nobody has looked at yet
  std::unordered_map<std::uint64_t, buffers_by_hash> by_content_;
  std::unordered_map<op::code, std::uint32_t> codes_;  ///< those that were asked for
};

/// New operators of one subgraph, gathered in the gaps between the original ones; `commit` puts them in. An operator is
/// known by its original position, or by a number beyond those that `insert` returns.
class insertions {
 public:
  explicit insertions(std::size_t originals) : gaps_(originals + 1) {}

  /// Right before an original operator, behind what was put there earlier.
  std::int32_t before(std::int32_t consumer, operation o);

  /// Right behind an operator; -1: at the very start.
  std::int32_t after(std::int32_t producer, operation o);

  void commit(subgraph& g);

 private:
  struct insertion {
    operation what;
    std::size_t gap;
    std::list<std::int32_t>::iterator place;
  };

  std::int32_t place(operation o, std::size_t gap, std::list<std::int32_t>::iterator before);

  std::vector<std::list<std::int32_t>> gaps_;  ///< gap i lies before original operator i
  std::deque<insertion> inserted_;
};

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/quantize/transform/add_dequantize.hpp
// ADD_DEQUANTIZE: a tensor becomes integers or float16, and a DEQUANTIZE op behind it gives the listed consumers
// floats.

// ---- aeq/quantize/transform/context.hpp
// What a transformation works on, and the edits that several of them share. (spec: quantization, section 8)

namespace aeq::inline AEQ_ABI::quantize {

/// Who reads which tensor: inputs of operators, outputs of subgraphs and of signatures. Where a list is long its
/// tensors are looked up rather than searched for, so that an edit of each of n operands takes no n squared steps.
class operand_lists {
 public:
  /// The model must outlive it, and its operators stay where they are.
  explicit operand_lists(model::model& m) : model_(m), signatures_(m.subgraphs.size()) {}

  /// `operation`, or graph_edge for the subgraph's outputs, reads tensor `to` in place of `from`, in every slot.
  void replace(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to);

  /// The same in the first slot that reads `from`.
  void replace_first(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to);

 private:
  /// Slots by the tensor in them.
  using slots = std::set<std::pair<std::int32_t, std::size_t>>;
  /// Outputs of signatures of a subgraph, by tensor.
  using outputs = std::unordered_multimap<std::uint32_t, model::tensor_map*>;

  void replace_some(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to, std::size_t most);
  void replace_in_signatures(std::size_t graph, std::int32_t from, std::int32_t to);

  model::model& model_;
  std::map<std::pair<std::size_t, std::int32_t>, slots> long_lists_;
  std::vector<std::optional<outputs>> signatures_;
};

/// One instruction about to be carried out.
struct transform_context {
  model::editor& edit;
  model::insertions& inserted;  ///< of the subgraph
  operand_lists& operands;
  std::size_t graph;
  std::int32_t tensor;    ///< the tensor now; an earlier instruction may have put another in its place
  std::int32_t producer;  ///< the operator now, as model::insertions numbers them; -1: none
  const instruction& what;

  [[nodiscard]] model::subgraph& subgraph() const { return edit.edited().subgraphs[graph]; }
  [[nodiscard]] model::tensor& tensor_at(std::int32_t index) const {
    return subgraph().tensors[static_cast<std::size_t>(index)];
  }
  /// The name that new tensors add their suffix to.
  [[nodiscard]] std::string name() const;
};

/// What a transformation put in the place of the tensor, for the listed consumers.
struct transformed {
  std::optional<std::int32_t> tensor;
  std::optional<std::int32_t> operation;
};

namespace detail {

/// A float activation with the shape of a tensor.
[[nodiscard]] model::tensor like(const model::tensor& t, std::string name);

/// Listed consumers read another tensor, in every slot.
void rewire(const transform_context& c, std::int32_t to);

/// A one-input, one-output operator: before the first listed consumer, or right behind the producer where a graph
/// output is among them. Returns it as model::insertions numbers it.
std::int32_t insert(const transform_context& c, op::code builtin, std::int32_t input, std::int32_t output);

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/add_dequantize.hpp
namespace aeq::inline AEQ_ABI::quantize {

transformed add_dequantize(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/add_quantize.hpp
// ADD_QUANTIZE: a QUANTIZE op behind a tensor; the listed consumers read its output.

namespace aeq::inline AEQ_ABI::quantize {

transformed add_quantize(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/duplicate.hpp
// DUPLICATE_BUFFER and DUPLICATE_TENSOR: constants that are wanted in two ways. The copies view the same bytes of the
// file until one of them is quantized.

namespace aeq::inline AEQ_ABI::quantize {

transformed duplicate_buffer(const transform_context& c);
transformed duplicate_tensor(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/quantize_tensor.hpp
// QUANTIZE_TENSOR: a tensor changes its type, gets scales, and its constant data is made anew while writing.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Turns tensor `index` into what the parameters say.
void quantize_in_place(const transform_context& c, std::int32_t index);

}  // namespace detail

transformed quantize_tensor(const transform_context& c);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform.ipp
namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

AEQ_INLINE transformed carry_out(const transform_context& c) {
  switch (c.what.kind) {
    case transformation::no_quantize: break;
    case transformation::quantize_tensor: return quantize_tensor(c);
    case transformation::add_quantize: return add_quantize(c);
    case transformation::add_dequantize: return add_dequantize(c);
    case transformation::duplicate_buffer: return duplicate_buffer(c);
    case transformation::duplicate_tensor: return duplicate_tensor(c);
  }
  return {};
}

[[nodiscard]] AEQ_INLINE bool share_consumer(const std::unordered_set<std::int32_t>& consumers, const instruction& b) {
  return std::any_of(b.consumers.begin(), b.consumers.end(), [&](std::int32_t c) { return consumers.contains(c); });
}

/// Tensors in the order of processing: those of one buffer together, activations as if they shared one.
[[nodiscard]] AEQ_INLINE std::vector<std::pair<std::size_t, std::size_t>> processing_order(const model::model& m) {
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> buckets;
  std::unordered_map<std::uint32_t, std::size_t> bucket_of;
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const model::tensor& tensor = m.subgraphs[g].tensors[t];
      const std::uint32_t key = m.is_constant(tensor) ? tensor.buffer : 0;
      const auto [place, is_new] = bucket_of.emplace(key, buckets.size());
      if (is_new) buckets.emplace_back();
      buckets[place->second].emplace_back(g, t);
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (auto& bucket : buckets) order.insert(order.end(), bucket.begin(), bucket.end());
  return order;
}

/// Buffers whose content some instruction makes anew: nothing may come to share them.
[[nodiscard]] AEQ_INLINE std::vector<bool> changing_buffers(const model::model& m,
                                                            const model_instructions& instructions) {
  std::vector<bool> changing(m.buffers.size(), false);
  for (std::size_t g = 0; g < instructions.size(); ++g) {
    for (std::size_t t = 0; t < instructions[g].size(); ++t) {
      for (const instruction& i : instructions[g][t]) {
        if (i.params && i.params->source) changing[m.subgraphs[g].tensors[t].buffer] = true;
      }
    }
  }
  return changing;
}

}  // namespace detail

AEQ_INLINE void transform(model::model& m, const model_instructions& instructions,
                          const std::vector<std::vector<tensor_uses>>& uses) {
  model::editor edit(m, detail::changing_buffers(m, instructions));
  std::vector<model::insertions> inserted;
  for (const model::subgraph& g : m.subgraphs) inserted.emplace_back(g.operations.size());
  operand_lists operands(m);

  for (const auto& [graph, tensor] : detail::processing_order(m)) {
    const std::vector<instruction>& list = instructions[graph][tensor];
    struct place {
      std::int32_t tensor;
      std::int32_t producer;
    };
    std::vector<place> now(list.size(), {static_cast<std::int32_t>(tensor), uses[graph][tensor].producer});
    for (std::size_t i = 0; i < list.size(); ++i) {
      const transformed done =
          detail::carry_out({edit, inserted[graph], operands, graph, now[i].tensor, now[i].producer, list[i]});
      if (!done.tensor || i + 1 == list.size()) continue;
      const std::unordered_set<std::int32_t> consumers(list[i].consumers.begin(), list[i].consumers.end());
      for (std::size_t later = i + 1; later < list.size(); ++later) {
        if (!detail::share_consumer(consumers, list[later])) continue;
        now[later].tensor = *done.tensor;
        if (done.operation) now[later].producer = *done.operation;
      }
    }
  }
  for (std::size_t g = 0; g < inserted.size(); ++g) inserted[g].commit(m.subgraphs[g]);
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/pipeline.ipp
// The steps of the pipeline, one after the other.

// ---- aeq/quantize/sharing.hpp
// Sharing: where the readers of a constant disagree the tensor is duplicated, where tensors on one buffer disagree the
// buffer is. (spec: quantization, section 6)

namespace aeq::inline AEQ_ABI::quantize {

/// Puts DUPLICATE_TENSOR and DUPLICATE_BUFFER in front of the rules that need them.
void resolve_sharing(const model::model& m, model_rules& rules);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/pipeline.ipp
namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE std::vector<std::vector<tensor_uses>> uses_of(const model::model& m) {
  std::vector<std::vector<tensor_uses>> all;
  for (const model::subgraph& g : m.subgraphs) {
    std::vector<tensor_uses>& uses = all.emplace_back(g.tensors.size());
    for (const std::int32_t t : g.outputs) uses[static_cast<std::size_t>(t)].consumers.push_back(graph_edge);
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const model::operation& o = g.operations[i];
      const op::operation_descriptor* entry = op::find(m.builtin(o));
      for (const std::int32_t t : o.outputs) {
        if (t < 0) continue;
        uses[static_cast<std::size_t>(t)].producer = static_cast<std::int32_t>(i);
        uses[static_cast<std::size_t>(t)].producer_is_free = entry != nullptr && entry->output == op::constraint::free;
      }
      for (const std::int32_t t : o.inputs) {
        if (t >= 0) uses[static_cast<std::size_t>(t)].consumers.push_back(static_cast<std::int32_t>(i));
      }
    }
  }
  return all;
}

AEQ_INLINE model_instructions instruct(const model::model& m, const model_rules& rules,
                                       const std::vector<std::vector<tensor_uses>>& uses) {
  model_instructions result(m.subgraphs.size());
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const std::string name = m.file_name() + ": " + model::label(m.subgraphs[g], t);
      result[g].push_back(instructions_of(rules[g][t], uses[g][t], name));
    }
  }
  return result;
}

AEQ_INLINE model::model quantize_model(model::model m, const recipe::plan& plan, const pipeline_options& options) {
  model_rules rules = materialize(m, plan, options);
  resolve_sharing(m, rules);
  const std::vector<std::vector<tensor_uses>> uses = uses_of(m);
  const model_instructions instructions = instruct(m, rules, uses);
  transform(m, instructions, uses);
  return m;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/recipe/policy.ipp
// The default policy, and why an op may not have a configuration.

// ---- aeq/recipe/spelling.hpp
// The words of recipe and policy files, and the nearest word to a misspelt one. (spec: quantization, section 2.1)

namespace aeq::inline AEQ_ABI::recipe {

template <class Value>
struct spelling {
  std::string_view name;
  Value value;
};

inline constexpr std::array<spelling<granularity_descriptor>, 6> granularity_spellings{{
    {"TENSORWISE", tensorwise::descriptor},
    {"CHANNELWISE", channelwise::descriptor},
    {"BLOCKWISE_32", blockwise<32>::descriptor},
    {"BLOCKWISE_64", blockwise<64>::descriptor},
    {"BLOCKWISE_128", blockwise<128>::descriptor},
    {"BLOCKWISE_256", blockwise<256>::descriptor},
}};

inline constexpr std::array<spelling<number_kind>, 3> number_kind_spellings{{
    {"INT", number_kind::signed_integer},
    {"UINT", number_kind::unsigned_integer},
    {"FLOAT", number_kind::floating},
}};

inline constexpr std::array<spelling<compute>, 2> compute_spellings{{
    {"INTEGER", compute::integer},
    {"FLOAT", compute::floating},
}};

/// Of older recipe files, in place of compute_precision and explicit_dequantize.
inline constexpr std::array<spelling<execution>, 3> execution_spellings{{
    {"DRQ", execution::dynamic_range},
    {"WEIGHT_ONLY", execution::weight_only},
    {"SRQ", execution::static_range},
}};

/// Algorithms of the format that this version does not have.
inline constexpr std::array<std::string_view, 7> unavailable_algorithms{"OCTAV",
                                                                        "MSE",
                                                                        "GPTQ",
                                                                        "HADAMARD_ROTATION",
                                                                        "DECOMPOSED_HADAMARD_ROTATION",
                                                                        "OSCAR",
                                                                        "dequantized_weight_recovery"};

/// Whether a scheme is built in: a configuration says all of it.
[[nodiscard]] bool is_builtin(const scheme_descriptor& scheme);

/// The word of a table for a value; empty if it has none.
template <class Table, class Value>
[[nodiscard]] constexpr std::string_view spell(const Table& table, const Value& value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

/// The words of a table.
template <class Table>
[[nodiscard]] std::vector<std::string_view> words(const Table& table) {
  std::vector<std::string_view> result;
  for (const auto& entry : table) result.push_back(entry.name);
  return result;
}

/// Insertions, removals and replacements that turn one text into the other; `free_ends` leaves out what stands before
/// and behind the best place for `a` within `b`. Letters of either case count as equal.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, bool free_ends = false);

/// The word nearest to `wanted`, if it is near enough to be what was meant: a third of the letters may differ. Empty if
/// none is.
template <class Words>
[[nodiscard]] std::string_view nearest(std::string_view wanted, const Words& words) {
  constexpr std::size_t longest = 64;
  std::string_view best;
  std::size_t smallest = std::numeric_limits<std::size_t>::max();
  if (wanted.size() > longest) return best;
  for (const std::string_view word : words) {
    const std::size_t distance = edit_distance(wanted, word);
    if (distance < smallest && 3 * distance <= std::max(wanted.size(), word.size())) {
      smallest = distance;
      best = word;
    }
  }
  return best;
}

/// "a, b and c are accepted", and the nearest of them.
template <class Words>
[[nodiscard]] std::string accepted(std::string_view wanted, const Words& words) {
  std::string text;
  std::size_t left = std::size(words);
  for (const std::string_view word : words) {
    text += word;
    if (--left > 0) text += left == 1 ? " and " : ", ";
  }
  text += std::size(words) == 1 ? " is accepted" : " are accepted";
  const std::string_view meant = nearest(wanted, words);
  if (!meant.empty()) text += "; \"" + std::string(meant) + "\" is the nearest";
  return text;
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/policy.ipp
namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

[[nodiscard]] AEQ_INLINE tensor_family family(const op::format_family& f) {
  tensor_family result{f.bits, f.kind, {}, {}};
  if ((f.symmetries & op::allow_symmetric) != 0) result.symmetric.push_back(true);
  if ((f.symmetries & op::allow_asymmetric) != 0) result.symmetric.push_back(false);
  for (const spelling<granularity_descriptor>& g : granularity_spellings) {
    if ((f.granularities & (1u << static_cast<unsigned>(g.value.kind))) != 0) result.granularity.push_back(g.value);
  }
  return result;
}

[[nodiscard]] AEQ_INLINE bool mode_agrees(const policy_config& allowed, const op_config& config) {
  return allowed.compute_precision == config.compute_precision &&
         allowed.explicit_dequantize == config.explicit_dequantize &&
         allowed.activation.has_value() == config.activation.has_value();
}
[[nodiscard]] AEQ_INLINE bool activation_agrees(const policy_config& allowed, const op_config& config) {
  return !allowed.activation || allowed.activation->contains(*config.activation);
}

[[nodiscard]] AEQ_INLINE bool takes_blocks(const op::operation_descriptor& operation) {
  return operation.builtin == op::code::fully_connected || operation.builtin == op::code::embedding_lookup;
}

[[nodiscard]] AEQ_INLINE std::optional<std::string> blocks_refused(const op::operation_descriptor& operation,
                                                                   const op_config& config) {
  if (!config.weight || config.weight->granularity.kind != granularity_kind::blockwise) return std::nullopt;
  if (takes_blocks(operation) && !config.activation && config.weight->symmetric) return std::nullopt;
  return std::string(operation.name) +
         " does not take this blockwise weight: FULLY_CONNECTED and EMBEDDING_LOOKUP do, with symmetric weights and "
         "float activations";
}

[[nodiscard]] AEQ_INLINE std::optional<std::string> allows_casting(const op::operation_descriptor& operation,
                                                                   const op_config& config) {
  const bool known = operation.allowed.contains(op::configuration_id::weight_only_wfp16);
  if (!known) {
    return std::string(operation.name) +
           " can't have float_casting; FULLY_CONNECTED, CONV_2D, DEPTHWISE_CONV_2D, CONV_2D_TRANSPOSE and "
           "EMBEDDING_LOOKUP can";
  }
  const bool fits = config.compute_precision == compute::floating && !config.activation && config.weight &&
                    config.weight->num_bits == 16 && config.weight->dtype == number_kind::floating;
  if (fits) return std::nullopt;
  return "float_casting takes weights of 16 bits and dtype FLOAT, compute_precision FLOAT and no "
         "activation_tensor_config; this is " +
         describe(config);
}

}  // namespace detail

AEQ_INLINE std::string describe(const op_config& config) {
  const auto tensor = [](const tensor_config& t) {
    std::string text = t.dtype == number_kind::floating         ? "float"
                       : t.dtype == number_kind::signed_integer ? "int"
                                                                : "uint";
    text += std::to_string(t.num_bits);
    if (t.dtype == number_kind::floating) return text;
    return text + (t.symmetric ? " symmetric " : " asymmetric ") +
           std::string(spell(granularity_spellings, t.granularity));
  };
  const std::optional<execution> mode = config.mode();
  std::string text = !mode                               ? "float computation without explicit_dequantize"
                     : *mode == execution::dynamic_range ? "dynamic range"
                     : *mode == execution::weight_only   ? "weight only"
                                                         : "static range";
  if (config.compute_precision == compute::integer && config.explicit_dequantize) text += " with explicit_dequantize";
  if (config.activation) text += ", activations " + tensor(*config.activation);
  if (config.weight) text += ", weights " + tensor(*config.weight);
  return text;
}

AEQ_INLINE bool tensor_family::contains(const tensor_config& config) const {
  return config.num_bits == num_bits && config.dtype == dtype &&
         std::find(symmetric.begin(), symmetric.end(), config.symmetric) != symmetric.end() &&
         std::find(granularity.begin(), granularity.end(), config.granularity) != granularity.end();
}

AEQ_INLINE policy::policy() {
  for (std::size_t i = 0; i < op::configurations.size(); ++i) {
    const op::configuration& c = op::configurations[i];
    if (c.weight.kind == number_kind::floating) continue;  // float_casting's, which has a check of its own
    policy_config config{std::string(c.name),
                         {},
                         detail::family(c.weight),
                         c.compute_precision,
                         c.execution_mode == execution::weight_only};
    if (c.activation.kind != number_kind::floating) config.activation = detail::family(c.activation);
    std::vector<op::code> operations;
    for (const op::operation_descriptor& entry : op::catalogue) {
      if (entry.allowed.contains(static_cast<op::configuration_id>(i))) operations.push_back(entry.builtin);
    }
    allow(std::move(config), operations);
  }
}

AEQ_INLINE void policy::allow(policy_config config, const std::vector<op::code>& operations) {
  for (const op::code operation : operations) {
    const std::size_t position = op::position_of(operation);
    if (position < by_operation_.size()) by_operation_[position].push_back(configs_.size());
  }
  configs_.push_back(std::move(config));
}

AEQ_INLINE std::optional<std::string> policy::allows(algorithm by, const op::operation_descriptor& operation,
                                                     const op_config& config) const {
  if (by == algorithm::no_quantize || config.skip_checks) return std::nullopt;
  if (by == algorithm::float_casting) return detail::allows_casting(operation, config);
  if (operation.has_weight() && (!config.weight || config.weight->dtype != number_kind::signed_integer)) {
    return std::string(operation.name) +
           " needs integer weights with min_max_uniform_quantize; float_casting makes float16 ones";
  }
  for (const std::size_t i : of(operation)) {
    if (!detail::mode_agrees(configs_[i], config) || !detail::activation_agrees(configs_[i], config)) continue;
    if (operation.has_weight() && !configs_[i].weight.contains(*config.weight)) continue;
    return detail::blocks_refused(operation, config);
  }
  return refusal(operation, config);
}

AEQ_INLINE std::string policy::refusal(const op::operation_descriptor& operation, const op_config& config) const {
  std::string_view broken = "granularity_of_operation";
  const auto none = [&](const auto& agrees) {
    return std::none_of(of(operation).begin(), of(operation).end(), agrees);
  };
  const auto mode = [&](std::size_t i) { return detail::mode_agrees(configs_[i], config); };
  const auto activation = [&](std::size_t i) { return mode(i) && detail::activation_agrees(configs_[i], config); };
  const auto bits = [&](std::size_t i) {
    return activation(i) && (!operation.has_weight() || configs_[i].weight.num_bits == config.weight->num_bits);
  };
  if (none(mode)) {
    broken = "mode_of_operation";
  } else if (none(activation)) {
    broken = "activation_of_operation";
  } else if (none(bits)) {
    broken = "weight_bits_of_operation";
  }
  std::string text = std::string(operation.name) + " does not take " + describe(config) + ": ";
  for (const requirement& r : operation_requirements) {
    constexpr std::string_view prefix = "aeq: ";
    if (r.id == broken) text += std::string_view(r.sentence).substr(prefix.size());
  }
  std::string names;
  for (const std::size_t i : of(operation)) {
    if (!none(mode) && !mode(i)) continue;
    if (!names.empty()) names += ", ";
    names += configs_[i].name;
  }
  return text + "; the policy allows it " + (names.empty() ? "nothing" : names);
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/recipe.ipp
// How rules of one regular expression take each other's place.

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE void recipe::add(rule added) {
  if (added.place.empty()) added.place = "rule " + std::to_string(added_);
  ++added_;
  const auto [known, is_new] = positions_.try_emplace(added.regex, groups_.size());
  if (is_new) groups_.emplace_back();
  std::vector<rule>& group = groups_[known->second];
  if (added.operation == "*") {
    for (rule& old : group) replaced_.push_back({std::move(old), added.place});
    group.clear();
  }
  for (rule& old : group) {
    if (old.operation != added.operation) continue;
    replaced_.push_back({std::exchange(old, std::move(added)), {}});
    replaced_.back().by = old.place;
    return;
  }
  group.push_back(std::move(added));
}

AEQ_INLINE void recipe::update(const recipe& other) {
  replaced_.insert(replaced_.end(), other.replaced_.begin(), other.replaced_.end());
  for (rule& r : other.rules()) add(std::move(r));
}

AEQ_INLINE std::vector<rule> recipe::rules() const {
  std::vector<rule> all;
  for (const std::vector<rule>& group : groups_) all.insert(all.end(), group.begin(), group.end());
  return all;
}

AEQ_INLINE bool recipe::needs_calibration() const {
  for (const std::vector<rule>& group : groups_) {
    for (const rule& r : group) {
      if (r.config.compute_precision == compute::integer && r.config.activation) return true;
    }
  }
  return false;
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/quantizer.ipp
// The facade's way through the floors below it.

// ---- aeq/quantize/model_view.hpp
// A model as recipe::resolve sees it: kinds of ops and the names around them, nothing else.

// ---- aeq/recipe/resolve.hpp
// From a recipe to a plan: which rule each op of a model gets, and what is doubtful about the recipe.
// (spec: quantization, section 2.4)

// ---- aeq/recipe/scope.hpp
// Scopes: the text by which an op is known to a recipe, and the regular expressions that are searched in it.
// (spec: quantization, section 2.3)
//
// Expressions are those of Python's re module; Boost.Regex searches them after a translation. Names are searched as
// bytes of UTF-8: a letter beyond ASCII is matched by itself, but `.` takes one byte of it, \w takes none and (?i) sees
// no upper and lower case in it.

namespace aeq::inline AEQ_ABI::recipe {

inline constexpr std::size_t scope_characters = 10'000;

/// The scope of an op: names of its outputs, each followed by ';'; of its inputs where no output has a name. At most
/// `scope_characters` characters; `cut` tells whether there were more.
template <class Names>
[[nodiscard]] std::string scope_of(const Names& outputs, const Names& inputs, bool* cut = nullptr) {
  constexpr std::size_t most_bytes = 4 * scope_characters;  // as many characters, whatever they are
  std::string scope;
  const auto join = [&](const Names& names) {
    for (const std::string_view name : names) {
      if (!name.empty()) scope.append(name.substr(0, most_bytes + 1)) += ';';
      if (scope.size() > most_bytes) return;
    }
  };
  join(outputs);
  if (scope.empty()) join(inputs);
  if (cut != nullptr) *cut = false;
  if (scope.size() <= scope_characters) return scope;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < scope.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(scope[i]) & 0xc0) != 0x80;
    if (!starts_character || characters++ < scope_characters) continue;
    scope.resize(i);
    if (cut != nullptr) *cut = true;
    break;
  }
  return scope;
}

/// A regular expression without .* at its ends, where it changes nothing; empty if it is found in every scope.
[[nodiscard]] constexpr std::string_view core_of(std::string_view regex) {
  while (regex.starts_with(".*") && !regex.starts_with(".*?") && !regex.starts_with(".*+")) regex.remove_prefix(2);
  while (regex.ends_with(".*") && !regex.ends_with("\\.*")) regex.remove_suffix(2);
  return regex;
}

/// Steps that all searches for a recipe's expressions in a model's scopes may take together, some tens of seconds on a
/// machine of today. A character that is looked at is a step; a hundred thousand rules that name layers of a thousand
/// ops take some millions.
inline constexpr std::uint64_t most_search_steps = 4'000'000'000;

namespace detail {
struct compiled_regex;
}  // namespace detail

/// A compiled regular expression of a rule.
class scope_pattern {
 public:
  /// `place` names the rule in errors. Throws error (bad_input).
  scope_pattern(std::string_view source, std::string place);

  /// Whether the expression is found anywhere in a scope. Throws error (bad_input) for an expression that takes too
  /// many steps.
  [[nodiscard]] bool matches(const std::string& scope) const;

  /// The same, in at most `steps` steps, of which it leaves what it did not need. Nothing, and no step left, if they do
  /// not suffice.
  [[nodiscard]] std::optional<bool> matches(const std::string& scope, std::uint64_t& steps) const;

  /// Lists of texts in lower case: of each list, one stands in every scope that matches (in either case).
  [[nodiscard]] const std::vector<std::vector<std::string>>& required() const { return required_; }

  /// Throws error (bad_input) that names the rule, shows its expression and says `what`.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  static constexpr std::size_t longest = 100'000;

  std::string place_;
  std::string source_;
  std::string literal_;                                     ///< searched where there is no `compiled_`
  std::shared_ptr<const detail::compiled_regex> compiled_;  ///< shared by copies
  std::vector<std::vector<std::string>> required_;
};

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/resolve.hpp
namespace aeq::inline AEQ_ABI::recipe {

/// What a recipe needs to know of an operator.
struct operation_facts {
  op::code code = op::code::custom;
  std::string scope;  ///< scope_of(names of outputs, names of inputs)
  std::string label;  ///< for messages: "model.tflite: subgraph 0: CONV_2D 3"
};

/// A model as a recipe sees it. The scopes of a subgraph's edges are its joined input (output) names.
template <class View>
concept model_view = requires(const View& model, std::size_t graph, std::size_t index) {
  { model.subgraph_count() } -> std::convertible_to<std::size_t>;
  { model.operation_count(graph) } -> std::convertible_to<std::size_t>;
  { model.operation(graph, index) } -> std::convertible_to<operation_facts>;
  { model.input_scope(graph) } -> std::convertible_to<std::string>;
  { model.output_scope(graph) } -> std::convertible_to<std::string>;
};

namespace detail {

/// A model_view without its type, so that resolving it is compiled once.
class any_model_view {
 public:
  any_model_view() = default;
  any_model_view(const any_model_view&) = delete;
  any_model_view& operator=(const any_model_view&) = delete;
  virtual ~any_model_view() = default;

  [[nodiscard]] virtual std::size_t subgraph_count() const = 0;
  [[nodiscard]] virtual std::size_t operation_count(std::size_t graph) const = 0;
  [[nodiscard]] virtual operation_facts operation(std::size_t graph, std::size_t index) const = 0;
  [[nodiscard]] virtual std::string input_scope(std::size_t graph) const = 0;
  [[nodiscard]] virtual std::string output_scope(std::size_t graph) const = 0;
};

template <model_view View>
class model_view_of final : public any_model_view {
 public:
  explicit model_view_of(const View& model) : model_(model) {}

  [[nodiscard]] std::size_t subgraph_count() const override { return model_.subgraph_count(); }
  [[nodiscard]] std::size_t operation_count(std::size_t graph) const override { return model_.operation_count(graph); }
  [[nodiscard]] operation_facts operation(std::size_t graph, std::size_t index) const override {
    return model_.operation(graph, index);
  }
  [[nodiscard]] std::string input_scope(std::size_t graph) const override { return model_.input_scope(graph); }
  [[nodiscard]] std::string output_scope(std::size_t graph) const override { return model_.output_scope(graph); }

 private:
  const View& model_;
};

/// `steps`: for all searches of the recipe's expressions.
[[nodiscard]] plan resolve_any(const recipe& r, const policy& checks, kernel_table_view table,
                               const any_model_view& model, warnings& doubts, std::uint64_t steps = most_search_steps);

}  // namespace detail

/// Decides for every op of a model, and for the inputs and outputs of its subgraphs. Rules that do nothing become
/// warnings. Throws error: not_quantizable where a rule wins that can't be done, bad_input for a regular expression
/// that takes too many steps, or for all of them together (most_search_steps).
template <model_view View>
[[nodiscard]] plan resolve(const recipe& r, const policy& checks, kernel_table_view table, const View& model,
                           warnings& doubts) {
  return detail::resolve_any(r, checks, table, detail::model_view_of<View>(model), doubts);
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/quantize/model_view.hpp
namespace aeq::inline AEQ_ABI::quantize {

class recipe_view {
 public:
  /// `doubts` hears of the first scope that is cut. (recipe::scope_characters)
  explicit recipe_view(const model::model& m, warnings* doubts = nullptr) : model_(m), doubts_(doubts) {}

  [[nodiscard]] std::size_t subgraph_count() const { return model_.subgraphs.size(); }
  [[nodiscard]] std::size_t operation_count(std::size_t graph) const {
    return model_.subgraphs[graph].operations.size();
  }

  [[nodiscard]] recipe::operation_facts operation(std::size_t graph, std::size_t index) const;
  [[nodiscard]] std::string input_scope(std::size_t graph) const;
  [[nodiscard]] std::string output_scope(std::size_t graph) const;

 private:
  using tensor_names = std::vector<std::string_view>;

  [[nodiscard]] std::string place(std::size_t graph) const;
  [[nodiscard]] std::string scope(const tensor_names& outputs, const tensor_names& inputs,
                                  const std::string& whose) const;

  /// Names of tensors that are there and have one.
  [[nodiscard]] tensor_names names(std::size_t graph, std::span<const std::int32_t> tensors) const;

  const model::model& model_;
  mutable warnings* doubts_;  ///< null also where it has heard
};

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantizer.ipp
namespace aeq::inline AEQ_ABI {

AEQ_INLINE quantizer::quantizer(const std::string& path, kernel_table_view table) : table_(table) {
  source_ = model::read(path, loading_notes_);
  notes_ = loading_notes_;
}

AEQ_INLINE quantizer::quantizer(model::model source, kernel_table_view table)
    : table_(table), source_(std::move(source)) {}

AEQ_INLINE void quantizer::load_recipe(const std::string& name_or_path) {
  recipe_ = recipe::open(name_or_path, {table_, &policy_, &loading_notes_});
  notes_ = loading_notes_;
}

AEQ_INLINE void quantizer::load_policy(const std::string& path) {
  policy_ = recipe::load_policy(path);
}

AEQ_INLINE void quantizer::load_statistics(const std::string& path) {
  statistics_ = calibrate::load_statistics(path);
}

AEQ_INLINE recipe::plan quantizer::plan() {
  if (recipe_.empty()) throw error(error_code::wrong_usage, "the recipe has no rules; load one first");
  notes_ = loading_notes_;  // asking again does not say everything twice
  const std::vector<recipe::rule> rules = recipe_.rules();
  const bool names_count =
      std::any_of(rules.begin(), rules.end(), [](const recipe::rule& r) { return !recipe::core_of(r.regex).empty(); });
  const quantize::recipe_view view(source_, names_count ? &notes_ : nullptr);
  return recipe::resolve(recipe_, policy_, table_, view, notes_);
}

AEQ_INLINE model::model quantizer::quantize(unsigned threads, progress* tell) {
  return quantize(plan(), threads, tell);
}

AEQ_INLINE model::model quantizer::quantize(const recipe::plan& decisions, unsigned threads, progress* tell) {
  return quantize::quantize_model(source_, decisions,
                                  {.threads = threads, .progress = tell, .statistics = &statistics_, .notes = &notes_});
}

AEQ_INLINE std::uint64_t quantizer::save(const std::string& path, const model::save_options& options) {
  return save(plan(), path, options);
}

AEQ_INLINE std::uint64_t quantizer::save(const recipe::plan& decisions, const std::string& path,
                                         const model::save_options& options) {
  try {
    const model::model quantized = quantize::quantize_model(source_, decisions,
                                                            {.threads = options.threads,
                                                             .progress = options.progress,
                                                             .when = quantize::scale_time::while_writing,
                                                             .statistics = &statistics_,
                                                             .notes = &notes_});
    if (strict_ && !notes_.empty()) {
      const warning& first = notes_.all().front();
      throw error(error_code::bad_input,
                  first.place + ": " + first.message + " (a warning, which strictness makes an error)");
    }
    return model::write(quantized, path, options);
  } catch (const error&) {
    if (source_.file) source_.file->check_unchanged();  // what was found wrong may be of a file half written
    throw;
  }
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/recipe/json.ipp
// From a recipe's JSON to its rules.

#include <boost/json/serialize.hpp>

// ---- aeq/recipe/json_reader.hpp
// Reading JSON that a person wrote: bounded depth and size, no key twice, and errors that say where and what would be
// accepted.
//
// Inside: definitions (*.ipp) include it, other headers do not, for it brings Boost.JSON.

#include <boost/json/parser.hpp>

namespace aeq::inline AEQ_ABI::recipe::detail {

inline constexpr std::size_t json_depth = 32;
inline constexpr std::size_t json_bytes = std::size_t(1) << 26;

/// Finds keys that stand twice in one object of a text that a parser has accepted: it silently keeps one of them. (A
/// handler of Boost.JSON's basic_parser could do it while parsing, and would have every user compile a second parser.)
class key_watcher {
 public:
  explicit key_watcher(std::string_view text) : text_(text) {}

  /// The JSON pointer of the first such key; empty if there is none.
  [[nodiscard]] std::string run() {
    for (at_ = 0; at_ < text_.size(); ++at_) {
      switch (text_[at_]) {
        case '{':
        case '[': levels_.push_back({{}, {}, 0, text_[at_] == '[', text_[at_] == '{'}); break;
        case '}':
        case ']': levels_.pop_back(); break;
        case ',':
          ++levels_.back().index;
          levels_.back().wants_key = !levels_.back().is_array;
          break;
        case '"': {
          const std::string_view quoted = take_string();
          if (!levels_.empty() && levels_.back().wants_key && !add(quoted)) return pointer();
          break;
        }
        default: break;
      }
    }
    return {};
  }

 private:
  struct level {
    std::set<std::string> keys;
    std::string key;  ///< of the member being read
    std::size_t index;
    bool is_array;
    bool wants_key;
  };

  /// From one quotation mark to the other, at which it leaves.
  std::string_view take_string() {
    const std::size_t begin = at_;
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    return text_.substr(begin, at_ + 1 - begin);
  }
  bool add(std::string_view quoted) {
    level& l = levels_.back();
    l.wants_key = false;
    l.key = quoted.substr(1, quoted.size() - 2);
    if (l.key.find('\\') != std::string::npos) {
      const boost::json::value key = boost::json::parse({quoted.data(), quoted.size()});
      l.key.assign(key.get_string().data(), key.get_string().size());
    }
    return l.keys.insert(l.key).second;
  }
  [[nodiscard]] std::string pointer() const {
    std::string text;
    for (const level& l : levels_) text += '/' + (l.is_array ? std::to_string(l.index) : l.key);
    return text;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<level> levels_;
};

/// Line and column of a byte, counted from 1.
[[nodiscard]] inline std::string line_of(std::string_view text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i < byte && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    if (text[i] == '\n') ++line;
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Throws error (bad_input).
[[nodiscard]] inline boost::json::value parse_json(std::string_view text, const std::string& file) {
  const auto fail = [&](const std::string& what) { throw error(error_code::bad_input, file + ": " + what); };
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.size() > json_bytes) fail("is larger than " + std::to_string(json_bytes >> 20) + " MiB");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) fail("is empty; JSON is wanted");
  boost::json::parse_options options;
  options.max_depth = json_depth;
  boost::json::error_code problem;

  boost::json::parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), problem);
  if (problem == boost::json::error::too_deep) fail("is nested deeper than " + std::to_string(json_depth) + " levels");
  if (problem || read < text.size()) {
    const std::string what = problem ? problem.message() : "more text behind the end";
    fail("is no JSON (" + line_of(text, read) + "): " + what);
  }
  const std::string duplicate = key_watcher(text).run();
  if (!duplicate.empty()) fail(duplicate + ": this key stands twice; keep one");
  return parser.release();
}

/// A value and where it stands.
class json_node {
 public:
  json_node(const boost::json::value& value, const std::string& file, std::string pointer = {})
      : value_(&value), file_(&file), pointer_(std::move(pointer)) {}

  [[nodiscard]] const boost::json::value& value() const { return *value_; }
  /// "recipe.json: /0/regex"
  [[nodiscard]] std::string place() const { return pointer_.empty() ? *file_ : *file_ + ": " + pointer_; }

  [[noreturn]] void fail(const std::string& what, error_code code = error_code::bad_input) const {
    throw error(code, place() + ": " + what);
  }
  /// For a value that is not what is wanted: it is shown, cut if it is long.
  [[noreturn]] void refuse(const std::string& why) const {
    constexpr std::size_t shown = 60;
    std::string text = boost::json::serialize(*value_);
    if (text.size() > shown) text = text.substr(0, shown) + "...";
    fail(text + " " + why);
  }

  [[nodiscard]] const boost::json::object& object(const char* what) const {
    if (!value_->is_object()) refuse(std::string("is no object; ") + what + " is wanted");
    return value_->get_object();
  }
  [[nodiscard]] const boost::json::array& array(const char* what) const {
    if (!value_->is_array()) refuse(std::string("is no list; ") + what + " is wanted");
    return value_->get_array();
  }
  [[nodiscard]] std::string_view string() const {
    if (!value_->is_string()) refuse("is no text");
    return {value_->get_string().data(), value_->get_string().size()};
  }
  [[nodiscard]] bool boolean() const {
    if (!value_->is_bool()) refuse("is neither true nor false");
    return value_->get_bool();
  }
  /// A whole number within bounds; 8.0 is one.
  [[nodiscard]] std::int64_t integer(std::int64_t lowest, std::int64_t highest, const char* are_accepted) const {
    std::int64_t number = 0;
    bool whole = true;
    if (value_->is_int64()) {
      number = value_->get_int64();
    } else if (value_->is_double() && std::abs(value_->get_double()) <= 0x1p53 &&
               value_->get_double() == std::floor(value_->get_double())) {
      number = static_cast<std::int64_t>(value_->get_double());
    } else {
      whole = value_->is_uint64();
      if (whole) refuse(std::string("is too large; ") + are_accepted);
    }
    if (!whole) refuse(std::string("is no integer; ") + are_accepted);
    if (number < lowest || number > highest) refuse(std::string("is out of range; ") + are_accepted);
    return number;
  }
  template <class Table>
  [[nodiscard]] auto word(const Table& table) const {
    const std::string_view text = string();
    for (const auto& entry : table) {
      if (entry.name == text) return entry.value;
    }
    refuse("is unknown; " + accepted(text, words(table)));
  }

  /// A member; null where there is none.
  [[nodiscard]] const boost::json::value* find(std::string_view key) const {
    return value_->get_object().if_contains({key.data(), key.size()});
  }
  [[nodiscard]] json_node member(std::string_view key) const {
    const boost::json::value* found = find(key);
    if (found == nullptr) fail("\"" + std::string(key) + "\" is missing");
    return {*found, *file_, pointer_ + '/' + escaped(key)};
  }
  [[nodiscard]] json_node element(std::size_t index) const {
    return {value_->get_array()[index], *file_, pointer_ + '/' + std::to_string(index)};
  }

 private:
  [[nodiscard]] static std::string escaped(std::string_view key) {
    std::string text;
    for (const char c : key) {
      if (c == '~') {
        text += "~0";
      } else if (c == '/') {
        text += "~1";
      } else {
        text += c;
      }
    }
    return text;
  }

  const boost::json::value* value_;
  const std::string* file_;
  std::string pointer_;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail

// ---- aeq/recipe/json.ipp
namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

inline constexpr std::array<std::string_view, 5> rule_keys{"regex", "operation", "algorithm_key", "op_config",
                                                           "scheme"};
inline constexpr std::array<std::string_view, 7> op_config_keys{
    "activation_tensor_config", "weight_tensor_config", "compute_precision", "explicit_dequantize", "skip_checks",
    "min_weight_elements",      "execution_mode"};
inline constexpr std::array<std::string_view, 7> tensor_config_keys{
    "num_bits", "symmetric", "granularity", "dtype", "algorithm_params", "block_size", "channel_wise"};

template <class Keys>
[[nodiscard]] bool is_one_of(std::string_view key, const Keys& keys) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

/// A member that must be there. A misspelt one is pointed at.
[[nodiscard]] AEQ_INLINE json_node required(const json_node& node, std::string_view key) {
  if (node.find(key) != nullptr) return node.member(key);
  std::string text = "\"" + std::string(key) + "\" is missing";
  for (const auto& member : node.value().get_object()) {
    const std::string_view other(member.key().data(), member.key().size());
    if (nearest(other, std::array{key}).empty()) continue;
    text += "; \"" + std::string(other) + "\" may be meant for it";
  }
  node.fail(text);
}

[[nodiscard]] AEQ_INLINE tensor_config read_tensor_config(const json_node& node) {
  tensor_config config;
  const auto& members = node.object("a tensor configuration with num_bits");
  config.num_bits = static_cast<int>(required(node, "num_bits").integer(1, 64, "2, 4, 8 or 16 are accepted"));
  if (node.find("symmetric") != nullptr) config.symmetric = node.member("symmetric").boolean();
  if (node.find("granularity") != nullptr) config.granularity = node.member("granularity").word(granularity_spellings);
  if (node.find("dtype") != nullptr) config.dtype = node.member("dtype").word(number_kind_spellings);
  if (node.find("channel_wise") != nullptr) {
    const json_node older = node.member("channel_wise");
    const granularity_descriptor meant = older.boolean() ? channelwise::descriptor : tensorwise::descriptor;
    if (node.find("granularity") != nullptr && config.granularity != meant) older.refuse("contradicts granularity");
    config.granularity = meant;
  }
  if (node.find("block_size") != nullptr) {
    const json_node older = node.member("block_size");
    constexpr const char* sizes = "0, 32, 64, 128 and 256 are accepted";
    const std::int64_t size = older.integer(0, 256, sizes);
    const granularity_descriptor meant{granularity_kind::blockwise, static_cast<std::uint16_t>(size)};
    if (size != 0 && spell(granularity_spellings, meant).empty())
      older.refuse(std::string("is no block size; ") + sizes);
    if (size != 0) config.granularity = meant;
  }
  boost::json::object params;
  if (node.find("algorithm_params") != nullptr) params = node.member("algorithm_params").object("parameters by name");
  for (const auto& member : members) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_one_of(key, tensor_config_keys)) continue;
    const std::string_view meant = nearest(key, tensor_config_keys);
    if (!meant.empty()) node.member(key).fail("this key is unknown; \"" + std::string(meant) + "\" is the nearest");
    params[member.key()] = member.value();  // where older files had parameters
  }
  if (!params.empty()) {
    config.algorithm_params = boost::json::serialize(params);
    if (boost::json::serialize(boost::json::parse(config.algorithm_params)) != config.algorithm_params) {
      node.fail("a number among the parameters of the algorithm has more digits than can be kept; write it shorter");
    }
  }
  return config;
}

/// Turns execution_mode into what it stands for.
AEQ_INLINE void read_execution_mode(const json_node& node, op_config& config) {
  const json_node older = node.member("execution_mode");
  const execution mode = older.word(execution_spellings);
  const compute precision = mode == execution::weight_only ? compute::floating : compute::integer;
  const bool dequantize = mode == execution::weight_only;
  if (node.find("compute_precision") != nullptr && config.compute_precision != precision) {
    older.refuse("contradicts compute_precision");
  }
  if (node.find("explicit_dequantize") != nullptr && config.explicit_dequantize != dequantize) {
    older.refuse("contradicts explicit_dequantize");
  }
  if (config.activation.has_value() != (mode == execution::static_range)) {
    older.refuse(config.activation ? "contradicts activation_tensor_config, which SRQ has"
                                   : "needs an activation_tensor_config");
  }
  config.compute_precision = precision;
  config.explicit_dequantize = dequantize;
}

[[nodiscard]] AEQ_INLINE std::uint64_t read_min_weight_elements(const json_node& node) {
  if (node.find("min_weight_elements") == nullptr) return 0;
  return static_cast<std::uint64_t>(
      node.member("min_weight_elements")
          .integer(0, std::numeric_limits<std::int64_t>::max(), "0 and more are accepted"));
}

[[nodiscard]] AEQ_INLINE op_config read_op_config(const json_node& node) {
  op_config config;
  for (const auto& member : node.object("an op configuration with weight_tensor_config")) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_one_of(key, op_config_keys)) continue;
    node.member(key).fail("this key is unknown; " + accepted(key, op_config_keys));
  }
  config.weight = read_tensor_config(required(node, "weight_tensor_config"));
  if (node.find("activation_tensor_config") != nullptr) {
    config.activation = read_tensor_config(node.member("activation_tensor_config"));
  }
  if (node.find("compute_precision") != nullptr) {
    config.compute_precision = node.member("compute_precision").word(compute_spellings);
  }
  if (node.find("explicit_dequantize") != nullptr) {
    config.explicit_dequantize = node.member("explicit_dequantize").boolean();
  }
  if (node.find("skip_checks") != nullptr) config.skip_checks = node.member("skip_checks").boolean();
  config.min_weight_elements = read_min_weight_elements(node);
  if (node.find("execution_mode") != nullptr) read_execution_mode(node, config);

  const bool integer_activation = config.activation && config.activation->dtype == number_kind::signed_integer;
  if (integer_activation && config.weight->dtype == number_kind::floating) {
    node.member("weight_tensor_config").member("dtype").refuse("does not go with integer activations; INT does");
  }
  if (integer_activation && config.weight->dtype == number_kind::signed_integer &&
      config.compute_precision != compute::integer) {
    node.fail(
        "integer activations and weights want \"compute_precision\": \"INTEGER\"; without "
        "activation_tensor_config FLOAT means weights only");
  }
  return config;
}

class rule_reader {
 public:
  explicit rule_reader(const load_options& options) : options_(options) {
    if (options.checks == nullptr) default_policy_.emplace();
  }

  [[nodiscard]] rule read(const json_node& node) const {
    rule r;
    r.place = node.place();
    if (!node.value().is_object())
      node.refuse("is no rule, which is an object with regex, operation and algorithm_key");
    r.regex = required(node, "regex").string();
    static_cast<void>(scope_pattern(r.regex, r.place));
    const op::operation_descriptor* operation = read_operation(required(node, "operation"), r);
    if (node.find("scheme") != nullptr) {
      if (node.find("algorithm_key") != nullptr) node.member("scheme").refuse("stands beside algorithm_key; keep one");
      read_scheme(node, node.member("scheme"), operation, r);
    } else {
      read_algorithm(node, operation, r);
    }
    for (const auto& member : node.value().get_object()) doubt_key(node, {member.key().data(), member.key().size()});
    return r;
  }

 private:
  [[nodiscard]] const policy& rules() const { return default_policy_ ? *default_policy_ : *options_.checks; }

  static const op::operation_descriptor* read_operation(const json_node& node, rule& r) {
    r.operation = node.string();
    if (r.operation == "*") return nullptr;
    const op::operation_descriptor* known = op::find(std::string_view(r.operation));
    if (known != nullptr || r.operation == custom_operation) return known;
    std::vector<std::string_view> names{"*"};
    for (const op::operation_descriptor& entry : op::catalogue) names.push_back(entry.name);
    const std::string_view meant = nearest(r.operation, names);
    node.refuse("is no operation of a recipe; " + (meant.empty()
                                                       ? "names such as CONV_2D, INPUT, OUTPUT and * are accepted"
                                                       : "\"" + std::string(meant) + "\" is the nearest"));
  }

  void read_algorithm(const json_node& node, const op::operation_descriptor* operation, rule& r) const {
    const json_node key = required(node, "algorithm_key");
    const std::string_view text = key.string();
    const auto known = std::find(algorithm_names.begin(), algorithm_names.end(), text);
    if (known == algorithm_names.end()) {
      if (is_one_of(text, unavailable_algorithms)) {
        key.fail("this version does not have " + std::string(text) +
                     "; it has min_max_uniform_quantize, float_casting and no_quantize",
                 error_code::not_quantizable);
      }
      if (scheme_named(text) != nullptr) return read_scheme(node, key, operation, r);
      std::vector<std::string_view> names(algorithm_names.begin(), algorithm_names.end());
      for (const scheme_descriptor& s : options_.table.schemes()) {
        if (!is_builtin(s)) names.push_back(s.name);
      }
      key.refuse("is unknown; " + accepted(text, names));
    }
    r.algorithm = static_cast<algorithm>(known - algorithm_names.begin());
    if (r.algorithm == algorithm::no_quantize) return;
    const json_node config = required(node, "op_config");
    r.config = read_op_config(config);
    if (r.operation == "*" || r.config.skip_checks) return;
    if (operation == nullptr) node.member("operation").refuse("can only be left alone: no_quantize");
    if (const auto reason = rules().allows(r.algorithm, *operation, r.config)) config.fail(*reason);
  }

  [[nodiscard]] const scheme_descriptor* scheme_named(std::string_view name) const {
    for (const scheme_descriptor& s : options_.table.schemes()) {
      if (s.name == name) return &s;
    }
    return nullptr;
  }

  void read_scheme(const json_node& node, const json_node& key, const op::operation_descriptor* operation,
                   rule& r) const {
    const std::string_view name = key.string();
    const scheme_descriptor* scheme = scheme_named(name);
    if (scheme == nullptr) {
      std::vector<std::string_view> names;
      for (const scheme_descriptor& s : options_.table.schemes()) names.push_back(s.name);
      const std::string_view meant = nearest(name, names);
      key.refuse("is no scheme of the kernel table" +
                 (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
    }
    r.algorithm = algorithm_of(*scheme);
    r.config = config_of(*scheme);
    if (!is_builtin(*scheme)) r.scheme = name;
    if (node.find("op_config") != nullptr) {
      const json_node config = node.member("op_config");
      for (const auto& member : config.object("min_weight_elements")) {
        if (member.key() == "min_weight_elements") continue;
        config.member({member.key().data(), member.key().size()})
            .fail("the scheme " + std::string(name) + " says this; only min_weight_elements is accepted beside it");
      }
      r.config.min_weight_elements = read_min_weight_elements(config);
    }
    if (r.operation == "*") return;
    if (operation == nullptr) node.member("operation").refuse("can only be left alone: no_quantize");
    if (options_.table.find(operation->builtin, name) == nullptr) {
      key.refuse("is no scheme that " + r.operation + " takes");
    }
    if (const auto reason = rules().allows(r.algorithm, *operation, r.config)) key.fail(*reason);
  }

  void doubt_key(const json_node& node, std::string_view key) const {
    if (options_.doubts == nullptr || is_one_of(key, rule_keys)) return;
    const std::string_view meant = nearest(key, rule_keys);
    options_.doubts->add(node.member(key).place(),
                         "this key is unknown and has no effect" +
                             (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
  }

  static constexpr std::string_view custom_operation = "CUSTOM_OP";

  const load_options& options_;
  std::optional<policy> default_policy_;
};

}  // namespace detail

AEQ_INLINE recipe parse(std::string_view text, const std::string& file, const load_options& options) {
  const boost::json::value document = detail::parse_json(text, file);
  const detail::json_node root(document, file);
  if (document.is_object()) {
    if (root.find("regex") != nullptr) root.fail("a recipe is a list of rules; put this one in [ and ]");
    root.fail(
        "this is a mapping for a .litertlm file, which has a recipe for each model type; for a .tflite file a list "
        "of rules is accepted");
  }
  if (!document.is_array()) root.refuse("is no recipe, which is a list of rules");
  if (document.get_array().empty()) root.fail("the recipe has no rules; at least one is wanted");
  recipe result;
  const detail::rule_reader reader(options);
  for (std::size_t i = 0; i < document.get_array().size(); ++i) result.add(reader.read(root.element(i)));
  return result;
}

AEQ_INLINE recipe load(const std::string& path, const load_options& options) {
  const std::shared_ptr<const io::input_file> file = io::input_file::open(path, {detail::json_bytes});
  const auto bytes = file->bytes();
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file->name(), options);
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/builtin.ipp
// From a name to a recipe.

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE std::vector<std::string_view> builtin_names() {
  std::vector<std::string_view> names;
  for (const builtin_recipe& known : builtin_recipes) names.push_back(known.name);
  return names;
}

AEQ_INLINE recipe make(const builtin_recipe& known) {
  recipe made;
  for (std::size_t i = 0; i < known.rule_count; ++i) {
    const builtin_rule& from = known.rules[i];
    rule to{".*", std::string(from.operation), algorithm::no_quantize, {}, {}, {}};
    to.place = std::string(known.name) + ": /" + std::to_string(i);
    if (from.scheme != nullptr) {
      to.algorithm = algorithm_of(*from.scheme);
      to.config = config_of(*from.scheme);
      to.config.min_weight_elements = from.min_weight_elements;
    }
    made.add(std::move(to));
  }
  return made;
}

namespace detail {

[[nodiscard]] AEQ_INLINE std::optional<recipe> named(std::string_view name, kernel_table_view table) {
  if (const builtin_recipe* known = find_builtin(name)) return make(*known);
  for (const unavailable_recipe& known : unavailable_recipes) {
    if (known.name == name) {
      throw error(error_code::not_quantizable, "the recipe " + std::string(name) + " " + std::string(known.reason));
    }
  }
  for (const scheme_descriptor& scheme : table.schemes()) {
    if (scheme.name != name) continue;
    rule to{".*", "*", algorithm_of(scheme), {}, config_of(scheme), std::string(name) + ": /0"};
    if (!is_builtin(scheme)) to.scheme = name;
    recipe made;
    made.add(std::move(to));
    return made;
  }
  return std::nullopt;
}

}  // namespace detail

AEQ_INLINE recipe open(std::string_view name_or_path, const load_options& options) {
  if (auto known = detail::named(name_or_path, options.table)) return *std::move(known);
  try {
    return load(std::string(name_or_path), options);
  } catch (const error& problem) {
    const bool plain = name_or_path != "-" && name_or_path.find('/') == std::string_view::npos;
    if (problem.code() != error_code::io || !plain) throw;
    std::string_view name = name_or_path;
    for (const std::string_view ending : {".json", "_recipe"}) {
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    }
    if (auto known = detail::named(name, options.table)) return *std::move(known);
    std::vector<std::string_view> names = builtin_names();
    for (const scheme_descriptor& scheme : options.table.schemes()) names.push_back(scheme.name);
    const std::string_view meant = nearest(name, names);
    throw error(problem.code(),
                std::string(problem.what()) + "; nor is there a built-in recipe of this name" +
                    (meant.empty() ? std::string() : ", \"" + std::string(meant) + "\" is the nearest"));
  }
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/policy_json.ipp
// From a policy's JSON to the policy.

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

inline constexpr std::array<std::string_view, 4> policy_config_keys{"activation_tensor_config", "weight_tensor_config",
                                                                    "explicit_dequantize", "compute_precision"};
inline constexpr std::array<std::string_view, 4> policy_tensor_keys{"num_bits", "symmetric", "granularity", "dtype"};

template <class Keys>
void refuse_other_keys(const json_node& node, const Keys& keys, const char* what) {
  for (const auto& member : node.object(what)) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    node.member(key).fail("this key is unknown; " + accepted(key, keys));
  }
}

/// Calls `read` for each element of a list, and for a lone value.
template <class Read>
void each(const json_node& node, const Read& read) {
  if (!node.value().is_array()) return read(node);
  for (std::size_t i = 0; i < node.value().get_array().size(); ++i) read(node.element(i));
}

[[nodiscard]] AEQ_INLINE tensor_family read_tensor_family(const json_node& node) {
  refuse_other_keys(node, policy_tensor_keys, "a tensor configuration");
  tensor_family family;
  family.num_bits = static_cast<int>(node.member("num_bits").integer(1, 64, "2, 4, 8 or 16 are accepted"));
  family.dtype = node.member("dtype").word(number_kind_spellings);
  each(node.member("symmetric"), [&](const json_node& one) { family.symmetric.push_back(one.boolean()); });
  each(node.member("granularity"),
       [&](const json_node& one) { family.granularity.push_back(one.word(granularity_spellings)); });
  return family;
}

[[nodiscard]] AEQ_INLINE policy_config read_policy_config(const json_node& node, std::string_view name) {
  refuse_other_keys(node, policy_config_keys, "a configuration");
  policy_config config;
  config.name = name;
  if (node.find("activation_tensor_config") != nullptr) {
    config.activation = read_tensor_family(node.member("activation_tensor_config"));
  }
  config.weight = read_tensor_family(node.member("weight_tensor_config"));
  config.explicit_dequantize = node.member("explicit_dequantize").boolean();
  config.compute_precision = node.member("compute_precision").word(compute_spellings);
  return config;
}

}  // namespace detail

AEQ_INLINE policy parse_policy(std::string_view text, const std::string& file) {
  const boost::json::value document = detail::parse_json(text, file);
  const detail::json_node root(document, file);
  static_cast<void>(root.object("a policy with configs and ops_per_config"));
  const detail::json_node configs = root.member("configs");
  const detail::json_node lists = root.member("ops_per_config");
  const auto& known = configs.object("configurations by name");
  policy result = policy::empty();
  for (const auto& member : lists.object("operations by name of configuration")) {
    const std::string_view name(member.key().data(), member.key().size());
    const detail::json_node list = lists.member(name);
    if (!known.contains(member.key())) {
      std::vector<std::string_view> names;
      for (const auto& config : known) names.emplace_back(config.key().data(), config.key().size());
      const std::string_view meant = nearest(name, names);
      list.fail("there is no such configuration in configs" +
                (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
    }
    std::vector<op::code> operations;
    for (std::size_t i = 0; i < list.array("operations").size(); ++i) {
      const detail::json_node one = list.element(i);
      const op::operation_descriptor* operation = op::find(one.string());
      if (operation == nullptr) {
        std::vector<std::string_view> names;
        for (const op::operation_descriptor& entry : op::catalogue) names.push_back(entry.name);
        const std::string_view meant = nearest(one.string(), names);
        one.refuse("is no operation of a recipe" +
                   (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
      }
      if (std::find(operations.begin(), operations.end(), operation->builtin) == operations.end()) {
        operations.push_back(operation->builtin);
      }
    }
    result.allow(detail::read_policy_config(configs.member(name), name), operations);
  }
  return result;
}

AEQ_INLINE policy load_policy(const std::string& path) {
  const std::shared_ptr<const io::input_file> file = io::input_file::open(path, {detail::json_bytes});
  const auto bytes = file->bytes();
  return parse_policy({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file->name());
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/save.ipp
// From a recipe to its JSON.

#include <boost/json/string.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

[[nodiscard]] AEQ_INLINE boost::json::string text_value(std::string_view text) {
  return boost::json::string(text.data(), text.size());
}

[[nodiscard]] AEQ_INLINE boost::json::object to_json(const tensor_config& config) {
  boost::json::object object;
  object["num_bits"] = config.num_bits;
  object["symmetric"] = config.symmetric;
  object["granularity"] = text_value(spell(granularity_spellings, config.granularity));
  object["dtype"] = text_value(spell(number_kind_spellings, config.dtype));
  if (!config.algorithm_params.empty()) object["algorithm_params"] = boost::json::parse(config.algorithm_params);
  return object;
}

[[nodiscard]] AEQ_INLINE boost::json::object to_json(const op_config& config) {
  boost::json::object object;
  if (config.activation) object["activation_tensor_config"] = to_json(*config.activation);
  if (config.weight) object["weight_tensor_config"] = to_json(*config.weight);
  object["compute_precision"] = text_value(spell(compute_spellings, config.compute_precision));
  object["explicit_dequantize"] = config.explicit_dequantize;
  object["skip_checks"] = config.skip_checks;
  object["min_weight_elements"] = config.min_weight_elements;
  return object;
}

/// One member or element a line, indented by two spaces.
AEQ_INLINE void write_indented(const boost::json::value& value, std::string& indent, std::string& into) {
  const bool is_object = value.is_object();
  const bool is_empty = is_object ? value.get_object().empty() : !value.is_array() || value.get_array().empty();
  if (is_empty) {
    into += io::json_line(value);
    return;
  }
  indent += "  ";
  std::string_view before = "\n";
  const auto line = [&] {
    into.append(before) += indent;
    before = ",\n";
  };
  into += is_object ? '{' : '[';
  if (is_object) {
    for (const auto& member : value.get_object()) {
      line();
      into += io::json_line(boost::json::value(member.key())) + ": ";
      write_indented(member.value(), indent, into);
    }
  } else {
    for (const boost::json::value& element : value.get_array()) {
      line();
      write_indented(element, indent, into);
    }
  }
  indent.resize(indent.size() - 2);
  into += '\n' + indent;
  into += is_object ? '}' : ']';
}

}  // namespace detail

AEQ_INLINE boost::json::array to_json(const recipe& saved) {
  boost::json::array rules;
  for (const rule& r : saved.rules()) {
    boost::json::object object;
    object["regex"] = detail::text_value(r.regex);
    object["operation"] = detail::text_value(r.operation);
    if (r.scheme.empty()) {
      object["algorithm_key"] = detail::text_value(name_of(r.algorithm));
      object["op_config"] = detail::to_json(r.config);
    } else {
      object["scheme"] = detail::text_value(r.scheme);
      if (r.config.min_weight_elements > 0) {
        object["op_config"] = boost::json::object{{"min_weight_elements", r.config.min_weight_elements}};
      }
    }
    rules.push_back(std::move(object));
  }
  return rules;
}

AEQ_INLINE std::string to_text(const recipe& saved) {
  std::string text;
  std::string indent;
  detail::write_indented(to_json(saved), indent, text);
  return text += '\n';
}

AEQ_INLINE std::uint64_t save(const recipe& saved, const std::string& path, const io::write_options& options) {
  const std::string text = to_text(saved);
  io::output_file file(path, options);
  file.write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.commit();
  return text.size();
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/io/python_json.ipp
// Text exactly as the Python tools of this field print it: the definitions.

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string escaped_utf8(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t size = utf8_character_bytes(bytes);
    if (size == 0) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      result += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      result += bytes.substr(0, size);
    }
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

AEQ_INLINE std::string hex_float(double value) {
  if (std::isnan(value)) return "nan";
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const std::string sign = bits >> 63 != 0 ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  std::uint64_t fraction = bits & ((std::uint64_t(1) << 52) - 1);
  const int stored = static_cast<int>(bits >> 52 & 0x7ff);
  std::string text = sign + (stored == 0 ? "0x0" : "0x1");
  const int exponent = stored != 0 ? stored - 1023 : fraction != 0 ? -1022 : 0;
  if (fraction != 0) text += '.';
  for (; fraction != 0; fraction = fraction << 4 & ((std::uint64_t(1) << 52) - 1)) {
    text += "0123456789abcdef"[fraction >> 48];
  }
  return text + 'p' + (exponent < 0 ? '-' : '+') + std::to_string(std::abs(exponent));
}

AEQ_INLINE std::string python_float(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = scientific.find('e');
  const int exponent = std::atoi(scientific.data() + mark + 1);
  if (exponent < -4 || exponent >= 16) return std::string(scientific);
  const auto fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
  std::string text(buffer.data(), static_cast<std::size_t>(fixed - buffer.data()));
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

namespace detail {

class python_json_writer {
 public:
  explicit python_json_writer(std::string& into) : into_(into) {}

  void quoted(std::string_view text) {
    into_ += '"';
    for (const char c : text) {
      switch (c) {
        case '"': into_ += "\\\""; break;
        case '\\': into_ += "\\\\"; break;
        case '\n': into_ += "\\n"; break;
        case '\r': into_ += "\\r"; break;
        case '\t': into_ += "\\t"; break;
        case '\f': into_ += "\\f"; break;
        case '\b': into_ += "\\b"; break;
        default:
          if (static_cast<unsigned char>(c) < 0x20) {
            into_ += static_cast<unsigned char>(c) < 0x10 ? "\\u000" : "\\u001";
            into_ += "0123456789abcdef"[c & 15];
          } else {
            into_ += c;
          }
      }
    }
    into_ += '"';
  }

  void scalar(const boost::json::value& value) {
    switch (value.kind()) {
      case boost::json::kind::null: into_ += "null"; break;
      case boost::json::kind::bool_: into_ += value.get_bool() ? "true" : "false"; break;
      case boost::json::kind::int64: into_ += std::to_string(value.get_int64()); break;
      case boost::json::kind::uint64: into_ += std::to_string(value.get_uint64()); break;
      case boost::json::kind::double_: into_ += python_float(value.get_double()); break;
      case boost::json::kind::string: quoted({value.get_string().data(), value.get_string().size()}); break;
      default: break;
    }
  }

  void one_line(const boost::json::value& value) { write(value, nullptr); }

  /// One member or element a line, unless all are scalars; `indent` is what stands before them. Without indent all is
  /// one line.
  void write(const boost::json::value& value, std::string* indent) {
    if (value.is_object()) {
      const boost::json::object& members = value.get_object();
      const bool flat = std::all_of(members.begin(), members.end(), [](const auto& m) { return is_scalar(m.value()); });
      list(members, flat ? nullptr : indent, "{}", [&](const auto& member) -> const boost::json::value& {
        quoted({member.key().data(), member.key().size()});
        into_ += ": ";
        return member.value();
      });
    } else if (value.is_array()) {
      const boost::json::array& elements = value.get_array();
      const bool flat = std::all_of(elements.begin(), elements.end(), [](const auto& e) { return is_scalar(e); });
      list(elements, flat ? nullptr : indent, "[]",
           [](const boost::json::value& element) -> const boost::json::value& { return element; });
    } else {
      scalar(value);
    }
  }

 private:
  static bool is_scalar(const boost::json::value& value) { return !value.is_structured(); }

  template <class Range, class Head>
  void list(const Range& range, std::string* indent, std::string_view brackets, const Head& head) {
    into_ += brackets[0];
    if (indent != nullptr) *indent += ' ';
    bool first = true;
    for (const auto& item : range) {
      if (indent != nullptr) {
        into_ += first ? "\n" : ",\n";
        into_ += *indent;
      } else if (!first) {
        into_ += ", ";
      }
      first = false;
      write(head(item), indent);
    }
    if (indent != nullptr) {
      indent->pop_back();
      into_ += '\n';
      into_ += *indent;
    }
    into_ += brackets[1];
  }

  std::string& into_;
};

}  // namespace detail

AEQ_INLINE std::string json_lines(const boost::json::value& value) {
  std::string text;
  std::string indent;
  detail::python_json_writer(text).write(value, &indent);
  return text += '\n';
}

AEQ_INLINE std::string json_line(const boost::json::value& value) {
  std::string text;
  detail::python_json_writer(text).one_line(value);
  return text;
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/calibrate/array_names.ipp
// Which input an array of a dataset is for: the definitions.

namespace aeq::inline AEQ_ABI::calibrate::detail {

AEQ_INLINE void array_names::add(index& names, const std::string& name, const entry& made) {
  const auto [place, is_new] = names.emplace(name, made);
  entry& there = place->second;
  if (is_new || there.place == made.place || (made.is_tensor && !there.is_tensor)) return;
  if (there.is_tensor && !made.is_tensor) {
    there = made;
  } else {
    there.is_ambiguous = true;
  }
}

AEQ_INLINE array_names::array_names(const std::vector<execute::signature>& signatures) : signatures_(signatures) {
  inputs_.resize(signatures.size());
  for (std::size_t s = 0; s < signatures.size(); ++s) {
    for (std::size_t i = 0; i < signatures[s].inputs.size(); ++i) {
      const execute::port& in = signatures[s].inputs[i];
      for (const bool is_tensor : {false, true}) {
        const std::string& name = is_tensor ? in.tensor_name : in.name;
        add(stacked_, name, {{s, i}, is_tensor});
        add(stacked_, signatures[s].key + "/" + name, {{s, i}, is_tensor});
        add(inputs_[s], name, {{s, i}, is_tensor});
      }
    }
  }
}

/// arr_0, arr_1, ...: what numpy.savez calls arrays that are given without names.
AEQ_INLINE const array_names::entry* array_names::numbered(std::string_view name, entry& made) const {
  constexpr std::string_view prefix = "arr_";
  if (signatures_.size() != 1 || !name.starts_with(prefix)) return nullptr;
  const char* const end = name.data() + name.size();
  const auto [last, problem] = std::from_chars(name.data() + prefix.size(), end, made.place.input);
  if (problem != std::errc() || last != end || made.place.input >= signatures_[0].inputs.size()) return nullptr;
  return &made;
}

/// signature/index/input; where a model has one signature its key may be left out.
AEQ_INLINE bool array_names::find_sample(std::string_view name, array_target& found) const {
  const auto try_rest = [&](std::size_t s, std::string_view rest) {
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos) return false;
    const auto [last, problem] = std::from_chars(rest.data(), rest.data() + slash, found.index);
    if (problem != std::errc() || last != rest.data() + slash) return false;
    const auto in = inputs_[s].find(std::string(rest.substr(slash + 1)));
    if (in == inputs_[s].end() || in->second.is_ambiguous) return false;
    found.place = in->second.place;
    found.is_one_sample = true;
    return true;
  };
  for (std::size_t s = 0; s < signatures_.size(); ++s) {
    const std::string prefix = signatures_[s].key + "/";
    if (name.starts_with(prefix) && try_rest(s, name.substr(prefix.size()))) return true;
  }
  return signatures_.size() == 1 && try_rest(0, name);
}

AEQ_INLINE bool array_names::knows_stacked(const std::string& name) const {
  entry made;
  const auto place = stacked_.find(name);
  return place != stacked_.end() ? !place->second.is_ambiguous : numbered(name, made) != nullptr;
}

AEQ_INLINE std::string array_names::accepted() const {
  constexpr std::size_t shown = 8;
  std::string text;
  std::size_t count = 0;
  for (const execute::signature& s : signatures_) {
    for (const execute::port& in : s.inputs) {
      if (++count > shown) continue;
      text += count == 1 ? "'" : ", '";
      text += io::escaped_utf8((signatures_.size() > 1 ? s.key + "/" : std::string()) + in.name) + "'";
    }
  }
  if (count > shown) text += " and " + std::to_string(count - shown) + " more";
  return count == 0 ? "none" : text;
}

AEQ_INLINE array_target array_names::find(const std::string& name, const std::string& file) const {
  const std::string shown = file + ": array '" + io::escaped_utf8(name.substr(0, 200)) + "'";
  array_target found;
  if (const auto place = stacked_.find(name); place != stacked_.end()) {
    if (place->second.is_ambiguous) {
      throw error(error_code::bad_input, shown + " could be for more than one input; accepted are " + accepted());
    }
    found.place = place->second.place;
    return found;
  }
  if (find_sample(name, found)) return found;
  entry made;
  if (numbered(name, made) != nullptr) {
    found.place = made.place;
    return found;
  }
  std::vector<std::string_view> words;
  constexpr std::size_t most = 1000;  // comparing with more takes too long
  for (const auto& [word, of] : stacked_) {
    if (words.size() < most) words.push_back(word);
  }
  std::sort(words.begin(), words.end());  // so that of two that are as near the same one is named each time
  const std::string_view last = std::string_view(name).substr(name.rfind('/') + 1);
  std::string_view meant = recipe::nearest(name, words);
  if (meant.empty()) meant = recipe::nearest(last, words);
  std::string text = shown + " is for no input of the model; arrays named " + accepted() +
                     ", or SIGNATURE/INDEX/INPUT for each sample, are accepted";
  if (!meant.empty()) text += "; '" + io::escaped_utf8(meant) + "' is the nearest";
  throw error(error_code::bad_input, text);
}

}  // namespace aeq::inline AEQ_ABI::calibrate::detail

// ---- aeq/calibrate/npy.ipp
// The .npy format: the definitions.

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

inline constexpr std::string_view npy_magic = "\x93NUMPY";

struct npy_type {
  char kind;  ///< boolean, signed, unsigned, floating
  std::uint32_t bytes;
  std::string_view name;
  element_type type;
};

// clang-format off
inline constexpr std::array<npy_type, 12> npy_types{{
    {'b', 1, "bool", element_type::boolean}, {'i', 1, "int8", element_type::int8}, {'u', 1, "uint8", element_type::uint8},
    {'i', 2, "int16", element_type::int16}, {'u', 2, "uint16", element_type::absent}, {'i', 4, "int32", element_type::int32},
    {'u', 4, "uint32", element_type::absent}, {'i', 8, "int64", element_type::int64}, {'u', 8, "uint64", element_type::absent},
    {'f', 2, "float16", element_type::float16}, {'f', 4, "float32", element_type::float32},
    {'f', 8, "float64", element_type::absent}}};
// clang-format on

template <class Extent>
[[nodiscard]] std::string listed_extents(std::span<const Extent> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 0) text += ", ";
    text += std::cmp_less(shape[i], 0) ? std::string("?") : std::to_string(shape[i]);
  }
  return text + "]";
}

/// Reads the text of a header, which is a dictionary in Python's spelling with three known keys.
class npy_header_reader {
 public:
  npy_header_reader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  npy_header read() {
    expect('{');
    while (!taken('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        read_type();
      } else if (key == "fortran_order") {
        result_.fortran_order = truth();
      } else if (key == "shape") {
        read_shape();
      } else {
        fail("has the unknown key '" + io::escaped_utf8(key) + "'");
      }
      if (!taken(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("goes on after its end");
    if (result_.type_name.empty() || !has_shape_) fail("lacks 'descr' or 'shape'");
    count_bytes();
    return result_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, name_ + ": the header of the array is damaged: it " + what);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool taken(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!taken(c)) fail(std::string("lacks a ") + c + " at byte " + std::to_string(at_));
  }
  bool taken_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  std::string_view quoted() {
    skip_space();
    const char mark = at_ < text_.size() ? text_[at_] : '\0';
    if (mark != '\'' && mark != '"') fail("lacks a text at byte " + std::to_string(at_));
    const std::size_t end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) fail("has a text without end");
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return inside;
  }
  bool truth() {
    if (taken_word("True")) return true;
    if (taken_word("False")) return false;
    fail("wants True or False at byte " + std::to_string(at_));
  }

  void read_type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') {
      throw error(error_code::bad_input, name_ + ": its elements are records; an array of numbers is wanted");
    }
    const std::string_view descr = quoted();
    std::uint32_t bytes = 0;
    const bool long_enough = descr.size() >= 3;
    if (long_enough) std::from_chars(descr.data() + 2, descr.data() + descr.size(), bytes);
    for (const npy_type& known : npy_types) {
      if (!long_enough || descr[1] != known.kind || bytes != known.bytes) continue;
      if (descr != std::string{descr[0], descr[1]} + std::to_string(bytes)) continue;
      if (std::string_view("<>|=").find(descr[0]) == std::string_view::npos) continue;
      result_.type = known.type;
      result_.type_name = known.name;
      result_.item_bytes = known.bytes;
      result_.big_endian = descr[0] == '>' || (descr[0] != '<' && std::endian::native == std::endian::big);
      return;
    }
    std::string accepted;
    for (const npy_type& known : npy_types) accepted += (accepted.empty() ? "" : ", ") + std::string(known.name);
    throw error(error_code::bad_input, name_ + ": its elements are '" + io::escaped_utf8(descr.substr(0, 100)) + "'; " +
                                           accepted + " can be read");
  }

  void read_shape() {
    expect('(');
    has_shape_ = true;
    result_.shape.clear();
    while (!taken(')')) {
      skip_space();
      std::uint64_t extent = 0;
      const auto [end, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (problem != std::errc()) fail("wants an extent at byte " + std::to_string(at_));
      at_ = static_cast<std::size_t>(end - text_.data());
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2
      result_.shape.push_back(extent);
      if (result_.shape.size() > 64) fail("has more than 64 dimensions");
      if (!taken(',')) {
        expect(')');
        break;
      }
    }
  }

  void count_bytes() {
    constexpr std::uint64_t most = std::uint64_t(1) << 62;
    std::uint64_t bytes = result_.item_bytes;
    const bool is_empty = std::find(result_.shape.begin(), result_.shape.end(), 0u) != result_.shape.end();
    for (const std::uint64_t extent : result_.shape) {
      if (is_empty) break;
      if (bytes > most / extent) fail("claims more elements than any file holds");
      bytes *= extent;
    }
    result_.data_bytes = is_empty ? 0 : bytes;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  bool has_shape_ = false;
  npy_header result_;
};

}  // namespace detail

AEQ_INLINE bool is_npy(std::span<const std::uint8_t> start) noexcept {
  return start.size() >= detail::npy_magic.size() &&
         std::equal(detail::npy_magic.begin(), detail::npy_magic.end(), start.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

AEQ_INLINE std::size_t npy_header_bytes(std::span<const std::uint8_t> start, const std::string& name) {
  if (!is_npy(start)) throw error(error_code::bad_input, name + ": is no .npy array");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(start[i]); };
  if (start.size() < 10) throw error(error_code::bad_input, name + ": the array is cut off");
  if (byte(6) < 1 || byte(6) > 3 || byte(7) != 0) {
    throw error(error_code::bad_input, name + ": is version " + std::to_string(byte(6)) + "." +
                                           std::to_string(byte(7)) + " of .npy; 1.0, 2.0 and 3.0 can be read");
  }
  if (byte(6) == 1) return 10 + (byte(8) | byte(9) << 8);
  if (start.size() < npy_prefix_bytes) throw error(error_code::bad_input, name + ": the array is cut off");
  const std::size_t length = byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  constexpr std::size_t longest = std::size_t(1) << 20;
  if (length > longest) throw error(error_code::bad_input, name + ": the header of the array is longer than 1 MiB");
  return npy_prefix_bytes + length;
}

AEQ_INLINE npy_header parse_npy(std::span<const std::uint8_t> header, const std::string& name) {
  const std::size_t length = npy_header_bytes(header, name);
  if (header.size() < length) throw error(error_code::bad_input, name + ": the array is cut off");
  const std::size_t begin = header[6] == 1 ? 10 : npy_prefix_bytes;
  const std::string_view text(reinterpret_cast<const char*>(header.data()) + begin, length - begin);
  npy_header result = detail::npy_header_reader(text, name).read();
  result.header_bytes = length;
  return result;
}

AEQ_INLINE std::string_view numpy_name(element_type type) noexcept {
  for (const detail::npy_type& known : detail::npy_types) {
    if (known.type == type && type != element_type::absent) return known.name;
  }
  return {};
}

AEQ_INLINE std::string shape_text(std::span<const std::int32_t> shape) {
  return detail::listed_extents(shape);
}
AEQ_INLINE std::string shape_text(std::span<const std::uint64_t> shape) {
  return detail::listed_extents(shape);
}

AEQ_INLINE std::string npy_header_text(element_type type, std::span<const std::int32_t> shape) {
  const auto known = std::find_if(detail::npy_types.begin(), detail::npy_types.end(),
                                  [&](const detail::npy_type& t) { return t.type == type; });
  if (type == element_type::absent || known == detail::npy_types.end()) {
    throw error(error_code::wrong_usage, "an element type that NumPy does not have can't be written as .npy");
  }
  std::string text = "{'descr': '";
  text += known->bytes == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  text += known->kind + std::to_string(known->bytes) + "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : " ") + std::to_string(shape[i]) + (i + 1 < shape.size() || shape.size() == 1 ? "," : "");
  }
  text += "), }";
  constexpr std::size_t alignment = 64;  // of the elements, in the file
  constexpr std::size_t prefix = 10;
  const std::size_t padded = (prefix + text.size() + 1 + alignment - 1) / alignment * alignment;
  text.append(padded - prefix - text.size() - 1, ' ');
  text += '\n';
  const std::string length{static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return std::string(detail::npy_magic) + std::string("\x01\0", 2) + length + text;
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/npz.ipp
// The .npz format: the definitions.

#include <zlib.h>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

inline constexpr std::uint32_t zip_local = 0x04034b50;
inline constexpr std::uint32_t zip_central = 0x02014b50;
inline constexpr std::uint32_t zip_end = 0x06054b50;
inline constexpr std::uint32_t zip64_end = 0x06064b50;
inline constexpr std::uint32_t zip64_locator = 0x07064b50;
inline constexpr std::uint64_t zip_local_bytes = 30;
inline constexpr std::uint64_t zip_central_bytes = 46;
inline constexpr std::uint64_t zip_end_bytes = 22;
inline constexpr std::uint64_t zip64_end_bytes = 56;
inline constexpr std::uint64_t zip64_locator_bytes = 20;
inline constexpr std::uint32_t in_zip64 = 0xffffffffu;  ///< the number stands in a zip64 field
inline constexpr std::uint64_t deflate_most_ratio = 1032;

/// The bytes of an archive, read with checks.
class zip_bytes {
 public:
  zip_bytes(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name_ + ": " + what); }

  [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  void want(std::uint64_t at, std::uint64_t count) const {
    if (!holds(at, count)) fail("the .npz archive is damaged or cut off");
  }
  [[nodiscard]] std::uint64_t number(std::uint64_t at, unsigned count) const {
    want(at, count);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i) value |= std::uint64_t(bytes_[static_cast<std::size_t>(at) + i]) << (8 * i);
    return value;
  }
  [[nodiscard]] std::string_view text(std::uint64_t at, std::uint64_t count) const {
    want(at, count);
    return {reinterpret_cast<const char*>(bytes_.data()) + at, static_cast<std::size_t>(count)};
  }
  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
};

struct zip_directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

[[nodiscard]] AEQ_INLINE zip_directory find_directory(const zip_bytes& file) {
  constexpr std::uint64_t longest_comment = 65535;
  const std::uint64_t size = file.size();
  if (size < zip_end_bytes) file.fail("is too short for an .npz archive");
  const std::uint64_t first = size - zip_end_bytes - std::min(longest_comment, size - zip_end_bytes);
  for (std::uint64_t at = size - zip_end_bytes;; --at) {
    if (file.number(at, 4) == zip_end && at + zip_end_bytes + file.number(at + 20, 2) == size) {
      zip_directory found{file.number(at + 16, 4), file.number(at + 12, 4), file.number(at + 10, 2)};
      std::uint64_t disks = file.number(at + 4, 2) | file.number(at + 6, 2);
      std::uint64_t last = at;  // the directory ends here or before
      if (at >= zip64_locator_bytes && file.number(at - zip64_locator_bytes, 4) == zip64_locator) {
        const std::uint64_t wide = file.number(at - zip64_locator_bytes + 8, 8);
        if (wide > at - zip64_locator_bytes || !file.holds(wide, zip64_end_bytes) ||
            file.number(wide, 4) != zip64_end) {
          file.fail("the .npz archive is damaged: its zip64 directory is not where it should be");
        }
        found = {file.number(wide + 48, 8), file.number(wide + 40, 8), file.number(wide + 32, 8)};
        disks = file.number(wide + 16, 4) | file.number(wide + 20, 4);
        last = wide;
      }
      if (disks != 0) file.fail("is one of several parts of a zip archive; a whole one is wanted");
      if (found.offset > last || found.bytes > last - found.offset) {
        file.fail("the .npz archive is damaged: its directory does not lie within it");
      }
      return found;
    }
    if (at == first) break;
  }
  file.fail("is no .npz archive, or is cut off: it has no directory at its end");
}

/// Takes the 64-bit numbers of an entry from its extra field.
AEQ_INLINE void read_zip64(const zip_bytes& file, std::uint64_t at, std::uint64_t end, npz_entry& entry) {
  while (end - at >= 4) {
    const std::uint64_t id = file.number(at, 2);
    const std::uint64_t bytes = file.number(at + 2, 2);
    at += 4;
    if (bytes > end - at) return;
    if (id == 1) {
      std::uint64_t from = at;
      for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
        if (*number != in_zip64) continue;
        if (at + bytes - from < 8) file.fail("the .npz archive is damaged: an entry lacks a size or place");
        *number = file.number(from, 8);
        from += 8;
      }
      return;
    }
    at += bytes;
  }
}

}  // namespace detail

AEQ_INLINE bool is_npz(std::span<const std::uint8_t> start) noexcept {
  if (start.size() < 4 || start[0] != 'P' || start[1] != 'K') return false;
  return (start[2] == 3 && start[3] == 4) || (start[2] == 5 && start[3] == 6);  // the latter: an empty one
}

AEQ_INLINE npz_file::npz_file(std::shared_ptr<const io::input_file> file) : file_(std::move(file)) {
  const detail::zip_bytes bytes(file_->bytes(), file_->name());
  const detail::zip_directory directory = detail::find_directory(bytes);
  const std::uint64_t directory_end = directory.offset + directory.bytes;
  std::unordered_set<std::string> names;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (directory_end - at < detail::zip_central_bytes || bytes.number(at, 4) != detail::zip_central) {
      bytes.fail("the .npz archive is damaged: its directory ends after " + std::to_string(i) + " of " +
                 std::to_string(directory.entries) + " entries");
    }
    const std::uint64_t name_bytes = bytes.number(at + 28, 2);
    const std::uint64_t extra_bytes = bytes.number(at + 30, 2);
    const std::uint64_t all = detail::zip_central_bytes + name_bytes + extra_bytes + bytes.number(at + 32, 2);
    if (all > directory_end - at) bytes.fail("the .npz archive is damaged: an entry reaches beyond the directory");
    const std::string full(bytes.text(at + detail::zip_central_bytes, name_bytes));
    const std::string shown = "entry '" + io::escaped_utf8(full.substr(0, 200)) + "'";
    npz_entry entry;
    entry.packed_bytes = bytes.number(at + 20, 4);
    entry.bytes = bytes.number(at + 24, 4);
    entry.offset = bytes.number(at + 42, 4);
    entry.checksum = static_cast<std::uint32_t>(bytes.number(at + 16, 4));
    const std::uint64_t flags = bytes.number(at + 8, 2);
    const std::uint64_t method = bytes.number(at + 10, 2);
    const std::uint64_t extra = at + detail::zip_central_bytes + name_bytes;
    detail::read_zip64(bytes, extra, extra + extra_bytes, entry);
    at += all;
    if (full.ends_with('/') && entry.bytes == 0) continue;  // a folder
    if (!full.ends_with(".npy")) bytes.fail(shown + " is no .npy array; an .npz archive holds nothing else");
    if ((flags & 1) != 0) bytes.fail(shown + " is encrypted; numpy.savez writes what is wanted");
    if (method != 0 && method != 8) {
      bytes.fail(shown + " is compressed by method " + std::to_string(method) +
                 "; stored and deflated entries, as numpy.savez and numpy.savez_compressed write them, can be read");
    }
    entry.deflated = method == 8;
    entry.name = full.substr(0, full.size() - 4);
    if (entry.offset > directory.offset || directory.offset - entry.offset < detail::zip_local_bytes ||
        entry.packed_bytes > directory.offset - entry.offset - detail::zip_local_bytes) {
      bytes.fail("the .npz archive is damaged: " + shown + " does not lie before the directory");
    }
    const bool plausible = entry.deflated ? entry.bytes / detail::deflate_most_ratio <= entry.packed_bytes
                                          : entry.bytes == entry.packed_bytes;
    if (!plausible) bytes.fail("the .npz archive is damaged: the sizes of " + shown + " contradict each other");
    if (!names.insert(entry.name).second) bytes.fail("has " + shown + " twice");
    entries_.push_back(std::move(entry));
  }
  // Entries that lie over each other make a small file hold more than it could.
  std::vector<npz_entry*> in_place;
  for (npz_entry& e : entries_) in_place.push_back(&e);
  std::sort(in_place.begin(), in_place.end(),
            [](const npz_entry* a, const npz_entry* b) { return a->offset < b->offset; });
  for (std::size_t i = 0; i < in_place.size(); ++i) {
    npz_entry& e = *in_place[i];
    e.end = i + 1 < in_place.size() ? in_place[i + 1]->offset : directory.offset;
    if (e.end - e.offset < detail::zip_local_bytes + e.packed_bytes) {
      bytes.fail("the .npz archive is damaged: entry '" + io::escaped_utf8(e.name.substr(0, 200)) +
                 ".npy' lies over the next one");
    }
  }
}

struct npz_stream::state {
  std::shared_ptr<const io::input_file> file;
  std::string name;
  std::span<const std::uint8_t> packed;  ///< what is not yet taken
  std::uint64_t left = 0;
  std::uint32_t checksum = 0;  ///< of what is read
  std::uint32_t wanted = 0;
  bool deflated = false;
  bool started = false;
  z_stream zlib{};

  state() = default;
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (started) inflateEnd(&zlib);
  }

  [[noreturn]] void fail(const std::string& what) const {
    file->check_unchanged();
    throw error(error_code::bad_input, name + ": " + what);
  }

  void read(std::span<std::uint8_t> into) {
    if (into.size() > left) fail("the array is cut off");
    if (deflated) {
      inflate_into(into);
    } else {
      std::copy_n(packed.begin(), into.size(), into.begin());
      take(into.size());
    }
    constexpr std::size_t piece = std::size_t(1) << 30;  // zlib counts in 32 bits
    for (std::size_t at = 0; at < into.size(); at += piece) {
      const auto count = static_cast<uInt>(std::min(piece, into.size() - at));
      checksum = static_cast<std::uint32_t>(crc32(checksum, into.data() + at, count));
    }
    left -= into.size();
    if (left == 0 && checksum != wanted) fail("the array is damaged: its checksum is wrong");
  }

 private:
  void take(std::size_t count) {
    file->let_go(packed.first(count));
    packed = packed.subspan(count);
  }

  void inflate_into(std::span<std::uint8_t> into) {
    constexpr std::size_t piece = std::size_t(1) << 20;
    while (!into.empty()) {
      const std::size_t offered = std::min(piece, packed.size());
      const std::size_t room = std::min(piece, into.size());
      zlib.next_in = const_cast<Bytef*>(packed.data());
      zlib.avail_in = static_cast<uInt>(offered);
      zlib.next_out = into.data();
      zlib.avail_out = static_cast<uInt>(room);
      const int result = inflate(&zlib, Z_NO_FLUSH);
      const std::size_t made = room - zlib.avail_out;
      const std::size_t taken = offered - zlib.avail_in;
      take(taken);
      into = into.subspan(made);
      if (into.empty()) return;
      if (result != Z_OK || (made == 0 && taken == 0)) {
        fail("the array is damaged or cut off" + (zlib.msg != nullptr ? std::string(": ") + zlib.msg : std::string()));
      }
    }
  }
};

AEQ_INLINE npz_stream::npz_stream(std::unique_ptr<state> made) : state_(std::move(made)) {}
AEQ_INLINE npz_stream::npz_stream(npz_stream&&) noexcept = default;
AEQ_INLINE npz_stream& npz_stream::operator=(npz_stream&&) noexcept = default;
AEQ_INLINE npz_stream::~npz_stream() = default;
AEQ_INLINE void npz_stream::read(std::span<std::uint8_t> into) {
  if (!into.empty()) state_->read(into);
}
AEQ_INLINE std::uint64_t npz_stream::left() const {
  return state_->left;
}

AEQ_INLINE npz_stream npz_file::open(const npz_entry& entry) const {
  const detail::zip_bytes bytes(file_->bytes(), file_->name());
  auto made = std::make_unique<npz_stream::state>();
  made->name = file_->name() + ": '" + io::escaped_utf8(entry.name.substr(0, 200)) + "'";
  made->file = file_;
  if (bytes.number(entry.offset, 4) != detail::zip_local) made->fail("the array is not where the directory says");
  const std::uint64_t name_bytes = bytes.number(entry.offset + 26, 2);
  const std::uint64_t begin = entry.offset + detail::zip_local_bytes + name_bytes + bytes.number(entry.offset + 28, 2);
  if (begin > entry.end || entry.packed_bytes > entry.end - begin) made->fail("the array lies over the next one");
  if (bytes.text(entry.offset + detail::zip_local_bytes, name_bytes) != entry.name + ".npy") {
    made->fail("the array has another name than in the directory");
  }
  made->packed = file_->bytes().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.packed_bytes));
  made->left = entry.bytes;
  made->wanted = entry.checksum;
  made->deflated = entry.deflated;
  if (entry.deflated) {
    constexpr int raw = -15;
    if (inflateInit2(&made->zlib, raw) != Z_OK) throw error(error_code::io, made->name + ": zlib can't be started");
    made->started = true;
  }
  return npz_stream(std::move(made));
}

namespace detail {

/// Little-endian numbers, one behind the other.
class zip_record {
 public:
  zip_record& number(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
    return *this;
  }
  zip_record& text(std::string_view more) {
    for (const char c : more) bytes.push_back(static_cast<std::uint8_t>(c));
    return *this;
  }
  std::vector<std::uint8_t> bytes;
};

inline constexpr std::uint64_t zip_year_1980 = (1u << 5 | 1u) << 16;  ///< January 1st, 0:00: the format's zero

[[nodiscard]] inline std::uint64_t zip_flags(std::string_view name) {
  constexpr std::uint64_t names_are_utf8 = 1u << 11;
  return io::is_utf8(name) ? names_are_utf8 : 0;
}

[[nodiscard]] AEQ_INLINE std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> first,
                                                            std::span<const std::uint8_t> second) {
  z_stream stream{};
  constexpr int raw = -15;
  constexpr int usual_memory = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw error(error_code::io, "zlib can't be started");
  }
  const std::unique_ptr<z_stream, void (*)(z_stream*)> ends(&stream, [](z_stream* s) { deflateEnd(s); });
  constexpr std::size_t piece = std::size_t(1) << 20;
  std::vector<std::uint8_t> result;
  std::size_t size = 0;
  const auto feed = [&](std::span<const std::uint8_t> part, bool is_last) {
    do {
      const std::size_t offered = std::min(piece, part.size());
      stream.next_in = const_cast<Bytef*>(part.data());
      stream.avail_in = static_cast<uInt>(offered);
      part = part.subspan(offered);
      int state = Z_OK;
      do {
        result.resize(size + piece);
        stream.next_out = result.data() + size;
        stream.avail_out = static_cast<uInt>(piece);
        state = deflate(&stream, is_last && part.empty() ? Z_FINISH : Z_NO_FLUSH);
        size += piece - stream.avail_out;
      } while (stream.avail_out == 0 && state != Z_STREAM_END);
    } while (!part.empty());
  };
  feed(first, false);
  feed(second, true);
  result.resize(size);
  return result;
}

}  // namespace detail

AEQ_INLINE npz_writer::npz_writer(std::string path, io::write_options options, bool deflated)
    : file_(std::move(path), options), deflated_(deflated) {}

AEQ_INLINE void npz_writer::append(std::span<const std::uint8_t> bytes) {
  file_.write_at(size_, bytes);
  size_ += bytes.size();
}

AEQ_INLINE void npz_writer::add(const std::string& name, element_type type, std::span<const std::int32_t> shape,
                                std::span<const std::byte> data) {
  const auto wrong = [&](const std::string& what) {
    throw error(error_code::wrong_usage, file_.path() + ": array '" + io::escaped_utf8(name) + "' " + what);
  };
  const std::string header = npy_header_text(type, shape);
  const operand content{.type = type, .data = data, .shape = shape};
  if (data.size() * 8 != content.elements() * static_cast<std::size_t>(bits_of(type))) {
    wrong("is not as long as its type and shape say");
  }
  if (name.size() > 60'000) wrong("has too long a name");
  if (!names_.insert(name).second) wrong("is there twice");

  const std::span<const std::uint8_t> head(reinterpret_cast<const std::uint8_t*>(header.data()), header.size());
  const std::span<const std::uint8_t> body(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  npz_entry entry{.name = name, .offset = size_, .deflated = deflated_};
  entry.bytes = head.size() + body.size();
  uLong checksum = crc32(0, head.data(), static_cast<uInt>(head.size()));
  constexpr std::size_t piece = std::size_t(1) << 30;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    checksum = crc32(checksum, body.data() + at, static_cast<uInt>(std::min(piece, body.size() - at)));
  }
  entry.checksum = static_cast<std::uint32_t>(checksum);
  std::vector<std::uint8_t> packed;
  if (deflated_) packed = detail::deflated(head, body);
  entry.packed_bytes = deflated_ ? packed.size() : entry.bytes;

  const bool wide = std::max(entry.bytes, entry.packed_bytes) >= detail::in_zip64;
  detail::zip_record local;
  local.number(detail::zip_local, 4).number(wide ? 45 : 20, 2).number(detail::zip_flags(name), 2);
  local.number(deflated_ ? 8 : 0, 2).number(detail::zip_year_1980, 4).number(entry.checksum, 4);
  local.number(wide ? detail::in_zip64 : entry.packed_bytes, 4).number(wide ? detail::in_zip64 : entry.bytes, 4);
  local.number(name.size() + 4, 2).number(wide ? 20 : 0, 2).text(name).text(".npy");
  if (wide) local.number(1, 2).number(16, 2).number(entry.bytes, 8).number(entry.packed_bytes, 8);
  append(local.bytes);
  if (deflated_) {
    append(packed);
  } else {
    append(head);
    append(body);
  }
  entries_.push_back(std::move(entry));
}

AEQ_INLINE void npz_writer::finish() {
  const std::uint64_t directory = size_;
  for (const npz_entry& e : entries_) {
    detail::zip_record extra;
    const auto in_32_bits = [&](std::uint64_t value) {
      if (value < detail::in_zip64) return value;
      extra.number(value, 8);
      return std::uint64_t(detail::in_zip64);
    };
    const std::uint64_t bytes = in_32_bits(e.bytes);  // in the order that the field wants
    const std::uint64_t packed_bytes = in_32_bits(e.packed_bytes);
    const std::uint64_t offset = in_32_bits(e.offset);
    const std::uint64_t needs = extra.bytes.empty() ? 20 : 45;
    constexpr std::uint64_t made_on_unix = 3u << 8;
    constexpr std::uint64_t file_for_all = 0100644u << 16;
    detail::zip_record record;
    record.number(detail::zip_central, 4).number(made_on_unix | needs, 2).number(needs, 2);
    record.number(detail::zip_flags(e.name), 2).number(e.deflated ? 8 : 0, 2).number(detail::zip_year_1980, 4);
    record.number(e.checksum, 4).number(packed_bytes, 4).number(bytes, 4).number(e.name.size() + 4, 2);
    record.number(extra.bytes.empty() ? 0 : extra.bytes.size() + 4, 2).number(0, 2).number(0, 2).number(0, 2);
    record.number(file_for_all, 4).number(offset, 4).text(e.name).text(".npy");
    if (!extra.bytes.empty()) record.number(1, 2).number(extra.bytes.size(), 2);
    append(record.bytes);
    append(extra.bytes);
  }
  const std::uint64_t directory_bytes = size_ - directory;
  const bool wide = entries_.size() >= 0xffff || directory >= detail::in_zip64 || directory_bytes >= detail::in_zip64;
  detail::zip_record end;
  if (wide) {
    const std::uint64_t here = size_;
    end.number(detail::zip64_end, 4).number(detail::zip64_end_bytes - 12, 8).number(45, 2).number(45, 2);
    end.number(0, 4).number(0, 4).number(entries_.size(), 8).number(entries_.size(), 8);
    end.number(directory_bytes, 8).number(directory, 8);
    end.number(detail::zip64_locator, 4).number(0, 4).number(here, 8).number(1, 4);
  }
  const auto at_most = [](std::uint64_t value, std::uint64_t most) { return std::min(value, most); };
  end.number(detail::zip_end, 4).number(0, 2).number(0, 2);
  end.number(at_most(entries_.size(), 0xffff), 2).number(at_most(entries_.size(), 0xffff), 2);
  end.number(at_most(directory_bytes, detail::in_zip64), 4).number(at_most(directory, detail::in_zip64), 4);
  end.number(0, 2);
  append(end.bytes);
  file_.commit();
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/calibrate/array_stream.ipp
// An array of a dataset, read sample by sample: the definitions.

namespace aeq::inline AEQ_ABI::calibrate::detail {

[[nodiscard]] AEQ_INLINE bool fits(std::span<const std::uint64_t> shape, std::span<const std::int32_t> wanted) {
  return std::equal(shape.begin(), shape.end(), wanted.begin(), wanted.end(),
                    [](std::uint64_t n, std::int32_t m) { return m < 0 || std::cmp_equal(n, m); });
}

/// Floats to integers of a tensor: rounded, halves to even, then moved by the zero point. (As the Python side of the
/// conformance tests does it, and in that order.)
template <class Integer>
void quantize_input(std::span<const std::uint8_t> floats, float scale, std::int32_t zero_point,
                    std::span<std::uint8_t> result) {
  constexpr auto lowest = static_cast<float>(std::numeric_limits<Integer>::min());
  constexpr auto highest = static_cast<float>(std::numeric_limits<Integer>::max());
  const std::size_t count = floats.size() / sizeof(float);
  for (std::size_t i = 0; i < count; ++i) {
    float value = 0;
    std::memcpy(&value, floats.data() + i * sizeof(float), sizeof(float));
    float steps = round_half_even(value / scale) + static_cast<float>(zero_point);
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
  constexpr std::uint64_t most_bytes = std::uint64_t(1) << 32;
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

// ---- aeq/calibrate/random.ipp
// Random numbers as NumPy's: the definitions.

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Layers of the normal distribution, of equal area.
struct normal_layers {
  static constexpr double tail = 3.6541528853610088;  ///< the last layer begins here
  std::array<std::uint64_t, 256> surely{};            ///< below it a number lies within its layer
  std::array<double, 256> width{};
  std::array<double, 256> height{};

  normal_layers() {
    constexpr double area = 0.004928673233974655;
    constexpr double two_52 = 4503599627370496.0;
    const double q = area / std::exp(-tail * tail / 2);
    surely[0] = static_cast<std::uint64_t>(tail / q * two_52);
    surely[1] = 0;
    width[0] = q / two_52;
    width[255] = tail / two_52;
    height[0] = 1;
    height[255] = std::exp(-tail * tail / 2);
    double outer = tail;
    for (std::size_t i = 254; i >= 1; --i) {
      const double x = std::sqrt(-2 * std::log(area / outer + std::exp(-outer * outer / 2)));
      surely[i + 1] = static_cast<std::uint64_t>(x / outer * two_52);
      width[i] = x / two_52;
      height[i] = std::exp(-x * x / 2);
      outer = x;
    }
  }
};

[[nodiscard]] AEQ_INLINE const normal_layers& layers() {
  static const normal_layers made;
  return made;
}

/// Four words of entropy spread over 256 bits.
[[nodiscard]] AEQ_INLINE std::array<std::uint64_t, 4> spread_seed(std::uint64_t seed) {
  std::array<std::uint32_t, 4> pool{};
  std::uint32_t a = 0x43b0d7e5u;
  const auto hash = [&](std::uint32_t value) {
    value ^= a;
    a *= 0x931e8875u;
    value *= a;
    return value ^ value >> 16;
  };
  for (std::size_t i = 0; i < 4; ++i) {
    pool[i] = hash(i < 2 ? static_cast<std::uint32_t>(seed >> (32 * i) & 0xffffffffu) : 0u);
  }
  for (std::size_t from = 0; from < 4; ++from) {
    for (std::size_t to = 0; to < 4; ++to) {
      if (from == to) continue;
      const std::uint32_t mixed = 0xca01f9ddu * pool[to] - 0x4973f715u * hash(pool[from]);
      pool[to] = mixed ^ mixed >> 16;
    }
  }
  std::array<std::uint64_t, 4> words{};
  std::uint32_t b = 0x8b51f9ddu;
  for (std::size_t i = 0; i < 8; ++i) {
    std::uint32_t value = pool[i % 4] ^ b;
    b *= 0x58f38dedu;
    value *= b;
    value ^= value >> 16;
    words[i / 2] |= static_cast<std::uint64_t>(value) << (32 * (i % 2));
  }
  return words;
}

/// The upper half of a product.
[[nodiscard]] constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t half = 0xffffffffu;
  const std::uint64_t low = (a & half) * (b & half);
  const std::uint64_t first = (a >> 32) * (b & half) + (low >> 32);
  const std::uint64_t second = (a & half) * (b >> 32) + (first & half);
  return (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32);
}

}  // namespace detail

AEQ_INLINE random_numbers::random_numbers(std::uint64_t seed) {
  const std::array<std::uint64_t, 4> words = detail::spread_seed(seed);
  increment_ = {words[2] << 1 | words[3] >> 63, words[3] << 1 | 1};
  step();
  state_.low += words[1];
  state_.high += words[0] + (state_.low < words[1] ? 1 : 0);
  step();
}

AEQ_INLINE void random_numbers::step() {
  constexpr std::uint64_t high = 2549297995355413924u;
  constexpr std::uint64_t low = 4865540595714422341u;
  wide next;
  next.low = state_.low * low;
  next.high = detail::high_product(state_.low, low) + state_.high * low + state_.low * high;
  next.low += increment_.low;
  next.high += increment_.high + (next.low < increment_.low ? 1 : 0);
  state_ = next;
}

AEQ_INLINE std::uint64_t random_numbers::next_64() {
  step();
  return std::rotr(state_.high ^ state_.low, static_cast<int>(state_.high >> 58));
}

AEQ_INLINE std::uint32_t random_numbers::next_32() {
  if (std::exchange(has_kept_, false)) return kept_;
  const std::uint64_t both = next_64();
  kept_ = static_cast<std::uint32_t>(both >> 32);
  has_kept_ = true;
  return static_cast<std::uint32_t>(both & 0xffffffffu);
}

AEQ_INLINE double random_numbers::uniform() {
  constexpr double two_53 = 9007199254740992.0;
  return static_cast<double>(next_64() >> 11) / two_53;
}

AEQ_INLINE double random_numbers::normal() {
  const detail::normal_layers& all = detail::layers();
  for (;;) {
    const std::uint64_t bits = next_64();
    const auto layer = static_cast<std::size_t>(bits & 0xff);
    const std::uint64_t m = bits >> 9 & ((std::uint64_t(1) << 52) - 1);
    double x = static_cast<double>(m) * all.width[layer];
    if ((bits >> 8 & 1) != 0) x = -x;
    if (m < all.surely[layer]) return x;
    if (layer == 0) {
      double u = 0;
      double v = 0;
      do {
        u = -std::log1p(-uniform()) / all.tail;
        v = -std::log1p(-uniform());
      } while (!(2 * v > u * u));
      return (m >> 8 & 1) != 0 ? -(all.tail + u) : all.tail + u;
    }
    const double height = (all.height[layer - 1] - all.height[layer]) * uniform() + all.height[layer];
    if (height < std::exp(-x * x / 2)) return x;
  }
}

AEQ_INLINE void random_numbers::fill(element_type type, std::span<std::byte> data) {
  const std::size_t bytes = static_cast<std::size_t>(bits_of(type)) / 8;
  const std::size_t count = bytes == 0 ? 0 : data.size() / bytes;
  const auto put = [&](std::size_t i, auto value) { std::memcpy(data.data() + i * bytes, &value, sizeof(value)); };
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    switch (type) {
      case element_type::float32: put(i, static_cast<float>(normal())); break;
      case element_type::float16: put(i, float16_bits(static_cast<float>(normal()))); break;
      case element_type::int8:
      case element_type::uint8: {
        if (i % 4 == 0) word = next_32();
        const auto byte = static_cast<std::uint8_t>(word >> (8 * (i % 4)) & 0xff);
        put(i, static_cast<std::uint8_t>(type == element_type::int8 ? byte ^ 0x80 : byte));
        break;
      }
      case element_type::int16:
        if (i % 2 == 0) word = next_32();
        put(i, static_cast<std::uint16_t>((word >> (16 * (i % 2)) & 0xffff) ^ 0x8000));
        break;
      case element_type::boolean: put(i, static_cast<std::uint8_t>(next_32() >> 31 == 0 ? 1 : 0)); break;
      case element_type::int32: put(i, static_cast<std::int32_t>(next_32() >> 31)); break;
      case element_type::int64: put(i, static_cast<std::int64_t>(next_32() >> 31)); break;
      case element_type::absent:
      case element_type::int2:
      case element_type::int4: break;
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/folder.ipp
// Folders: the definitions.

#include <filesystem>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE bool is_folder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

AEQ_INLINE std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code problem;
  std::filesystem::directory_iterator at(folder, problem);
  for (; !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    std::error_code ignored;
    const bool is_file = !at->is_directory(ignored);
    if (is_file && !at->path().filename().native().starts_with('.')) paths.push_back(at->path().string());
  }
  if (problem) throw error(error_code::io, folder + ": can't be read: " + problem.message());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/calibrate/statistics_json.ipp
// Statistics as files, the definitions.

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Builds values as Boost's own handler does, but for numbers, which it rounds wrongly: their text is read here.
struct exact_number_handler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  using code = boost::json::error_code;
  using text = boost::json::string_view;

  boost::json::value_stack stack;
  std::string number;

  bool on_document_begin(code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return true; }
  bool on_object_end(std::size_t n, code&) {
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t n, code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(text part, std::size_t, code&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(text part, std::size_t, code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(text part, std::size_t, code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(text part, code&) {
    number.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t value, text, code&) {
    number.clear();
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, text, code&) {
    number.clear();
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double rounded, text part, code&) {
    number.append(part.data(), part.size());
    double exact = rounded;
    const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), exact);
    stack.push_double(problem == std::errc() ? exact : rounded);  // out of range: Boost's infinity or zero is right
    number.clear();
    return true;
  }
  bool on_bool(bool value, code&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(text, code&) { return true; }
  bool on_comment(text, code&) { return true; }
};

/// Python writes NaN, Infinity and -Infinity as bare words, which are no JSON: they become texts.
inline std::string quote_bare_words(std::string_view text) {
  constexpr std::array<std::string_view, 3> words{"-Infinity", "Infinity", "NaN"};
  std::string result;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    std::size_t taken = 1;
    if (in_string) {
      if (c == '\\') taken = 2;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == 'N' || c == 'I' || c == '-') {
      for (const std::string_view word : words) {
        if (!text.substr(i).starts_with(word)) continue;
        result.append(1, '"').append(word).append(1, '"');
        i += word.size();
        taken = 0;
        break;
      }
    }
    result.append(text.substr(i, taken));
    i += taken;
  }
  return result;
}

class statistics_reader {
 public:
  explicit statistics_reader(std::string name) : name_(std::move(name)) {}

  /// Calls each(tensor, entry) for every tensor.
  template <class Each>
  void read(std::string_view text, const Each& each) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    all_ = parse(text);
    const boost::json::object* tensors = all_.if_object();
    if (tensors == nullptr) fail("is no object; statistics are an object with an entry for each tensor");
    const boost::json::value* format = tensors->if_contains("format");
    if (format != nullptr && format->is_string()) {
      if (format->get_string() != "qsv/1") {
        fail("/format: \"" + std::string(format->get_string()) + "\" is unknown; \"qsv/1\" is known");
      }
      tensors = member(*tensors, "tensors");
    } else if (tensors->contains("model_qsvs")) {
      tensors = member(*tensors, "model_qsvs");
    }
    for (const auto& [key, value] : *tensors) each(std::string_view(key.data(), key.size()), value);
  }

  statistics read(std::string_view text) {
    statistics result;
    read(text, [&](std::string_view tensor, const boost::json::value& entry) {
      if (const std::optional<tensor_range> range = read_range(tensor, entry)) result.set(tensor, *range);
    });
    return result;
  }

  /// The file as a whole, after `read`.
  [[nodiscard]] const boost::json::object& file() const { return all_.get_object(); }

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name_ + ": " + what); }
  [[noreturn]] void fail(std::string_view tensor, const std::string& what) const {
    fail("tensor \"" + io::escaped_utf8(tensor) + "\": " + what);
  }

  /// The range of an entry, or of what an entry has that looks like one.
  std::optional<tensor_range> read_range(std::string_view tensor, const boost::json::value& entry) const {
    if (!entry.is_object()) fail(tensor, "is no object; {\"min\": ..., \"max\": ...} is wanted");
    const boost::json::value* lowest = entry.get_object().if_contains("min");
    const boost::json::value* highest = entry.get_object().if_contains("max");
    if (lowest == nullptr || highest == nullptr) fail(tensor, "has no \"min\" and \"max\"");
    const number_in_array low = read_number(tensor, "min", *lowest);
    const number_in_array high = read_number(tensor, "max", *highest);
    return tensor_range{low.value, high.value, low.wide || high.wide, low.shape};
  }

 private:
  struct number_in_array {
    double value = 0;
    bool wide = true;
    std::vector<std::int32_t> shape;
  };

  boost::json::value parse(std::string_view text) const {
    const std::string quoted = quote_bare_words(text);
    boost::json::error_code problem;
    boost::json::basic_parser<exact_number_handler> parser(boost::json::parse_options{});
    const std::size_t taken = parser.write_some(false, quoted.data(), quoted.size(), problem);
    if (problem || taken < quoted.size()) {
      fail("is no JSON: " + (problem ? problem.message() : "more text behind the end") + ", near byte " +
           std::to_string(taken));
    }
    return parser.handler().stack.release();
  }

  const boost::json::object* member(const boost::json::object& all, const char* key) const {
    const boost::json::value* found = all.if_contains(key);
    if (found == nullptr || !found->is_object()) fail(std::string("/") + key + ": an object of tensors is wanted");
    return &found->get_object();
  }

  number_in_array read_number(std::string_view tensor, const char* key, const boost::json::value& v) const {
    number_in_array result;
    const boost::json::value* inner = &v;
    const auto one = [&](bool is_one) {
      if (!is_one) fail(tensor, std::string("\"") + key + "\" holds more or less than one number; one is wanted");
    };
    if (const boost::json::object* typed = v.if_object()) {
      const boost::json::value* type = typed->if_contains("dtype");
      result.wide = type == nullptr || !type->is_string() || type->get_string() != "float32";
      if (const boost::json::value* shape = typed->if_contains("shape"); shape != nullptr && shape->is_array()) {
        for (const boost::json::value& n : shape->get_array()) {
          one(n.is_int64() && n.get_int64() == 1);
          result.shape.push_back(1);
        }
      }
      if (const boost::json::value* bytes = typed->if_contains("base64"); bytes != nullptr && bytes->is_string()) {
        result.value = float_of_base64(tensor, key, bytes->get_string(), result.wide);
        return result;
      }
      const boost::json::value* values = typed->if_contains("values");
      one(values != nullptr && values->is_array() && values->get_array().size() == 1);
      inner = &values->get_array()[0];
    } else {
      while (const boost::json::array* list = inner->if_array()) {
        one(list->size() == 1);
        result.shape.push_back(1);
        inner = &list->front();
      }
    }
    result.value = float_of(tensor, key, *inner);
    return result;
  }

  double float_of(std::string_view tensor, const char* key, const boost::json::value& v) const {
    if (v.is_int64()) return static_cast<double>(v.get_int64());
    if (v.is_uint64()) return static_cast<double>(v.get_uint64());
    if (v.is_double()) return v.get_double();
    if (v.is_string()) {
      std::string_view text(v.get_string().data(), v.get_string().size());
      const bool negative = text.starts_with('-');
      if (negative) text.remove_prefix(1);
      const double sign = negative ? -1.0 : 1.0;
      if (text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
      if (text == "inf" || text == "Infinity") return sign * std::numeric_limits<double>::infinity();
      if (text.starts_with("0x") && !text.starts_with("0x-")) {
        text.remove_prefix(2);
        double value = 0;
        const char* const last = text.data() + text.size();
        const auto [end, problem] = std::from_chars(text.data(), last, value, std::chars_format::hex);
        if (problem == std::errc() && end == last) return sign * value;
      }
    }
    fail(tensor, std::string("\"") + key + "\" is no number");
  }

  double float_of_base64(std::string_view tensor, const char* key, std::string_view text, bool wide) const {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint64_t bits = 0;
    std::size_t bytes = 0;
    std::uint32_t group = 0;
    int group_bits = 0;
    while (text.ends_with('=')) text.remove_suffix(1);
    for (const char c : text) {
      const std::size_t digit = digits.find(c);
      if (digit == std::string_view::npos || bytes > 8) break;
      group = (group << 6) | static_cast<std::uint32_t>(digit);
      group_bits += 6;
      if (group_bits < 8) continue;
      group_bits -= 8;
      if (bytes < 8) bits |= std::uint64_t((group >> group_bits) & 0xffu) << (8 * bytes);
      ++bytes;
    }
    if (bytes != (wide ? 8u : 4u)) {
      fail(tensor, std::string("\"") + key + "\": its base64 text is not one number of its type");
    }
    return wide ? std::bit_cast<double>(bits)
                : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }

  std::string name_;
  boost::json::value all_;
};

[[nodiscard]] inline boost::json::object json_of(double value, const tensor_range& range) {
  boost::json::array shape;
  for (const std::int32_t n : range.shape) shape.emplace_back(n);
  return {{"dtype", range.wide ? "float64" : "float32"},
          {"shape", std::move(shape)},
          {"values", boost::json::array{boost::json::string(io::hex_float(value))}}};
}

}  // namespace detail

AEQ_INLINE statistics parse_statistics(std::string_view text, const std::string& name) {
  return detail::statistics_reader(name).read(text);
}

AEQ_INLINE statistics load_statistics(const std::string& path) {
  return parse_statistics(io::read_text(path), path);
}

AEQ_INLINE std::string to_text(const statistics& all) {
  boost::json::object tensors;
  for (const auto& [name, range] : all.entries()) {
    boost::json::object entry;
    entry["min"] = detail::json_of(range.lowest, range);
    entry["max"] = detail::json_of(range.highest, range);
    tensors[name] = std::move(entry);
  }
  boost::json::object file;
  file["format"] = "qsv/1";
  file["tensors"] = std::move(tensors);
  return io::json_lines(file);
}

}  // namespace aeq::inline AEQ_ABI::calibrate

// ---- aeq/io/gzip.ipp
// Reading gzip-compressed files: the definitions.

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string gunzip(std::span<const std::uint8_t> bytes, const std::string& name, std::uint64_t limit_bytes) {
  z_stream stream{};
  constexpr int gzip_only = 16 + 15;
  if (inflateInit2(&stream, gzip_only) != Z_OK) throw error(error_code::io, name + ": zlib can't be started");
  const std::unique_ptr<z_stream, void (*)(z_stream*)> ends(&stream, [](z_stream* s) { inflateEnd(s); });

  constexpr std::size_t step = std::size_t(1) << 16;
  constexpr std::size_t piece = std::size_t(1) << 30;  // zlib counts in 32 bits
  std::string content;
  std::size_t taken = 0;
  for (;;) {
    const std::size_t offered = std::min(piece, bytes.size() - taken);
    stream.next_in = const_cast<Bytef*>(bytes.data() + taken);
    stream.avail_in = static_cast<uInt>(offered);
    const std::size_t size = content.size();
    content.resize(size + step);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + size);
    stream.avail_out = static_cast<uInt>(step);
    const int state = inflate(&stream, Z_NO_FLUSH);
    content.resize(size + step - stream.avail_out);
    taken += offered - stream.avail_in;
    if (content.size() > limit_bytes) {
      throw error(error_code::bad_input,
                  name + ": holds more than " + std::to_string(limit_bytes) + " bytes when unpacked");
    }
    if (state == Z_STREAM_END) {
      while (taken < bytes.size() && bytes[taken] == 0) ++taken;  // padding of a tape or block device
      if (taken == bytes.size()) return content;
      if (inflateReset(&stream) != Z_OK) throw error(error_code::io, name + ": zlib can't be started again");
      continue;
    }
    const bool stuck = content.size() == size && taken == bytes.size();
    if (state != Z_OK || stuck) {
      throw error(error_code::bad_input, name + ": is no gzip file, or is damaged or cut off" +
                                             (stream.msg != nullptr ? std::string(": ") + stream.msg : std::string()));
    }
  }
}

AEQ_INLINE std::string read_text(const std::string& path, std::uint64_t limit_bytes) {
  const auto file = input_file::open(path, {limit_bytes});
  if (path.ends_with(".gz")) return gunzip(file->bytes(), path, limit_bytes);
  if (file->bytes().size() > limit_bytes) {
    throw error(error_code::bad_input, path + ": is longer than " + std::to_string(limit_bytes) + " bytes");
  }
  return {file->bytes().begin(), file->bytes().end()};
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/execute/arena.ipp
namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// Free room by place and by size; neighbours are joined.
class free_room {
 public:
  /// Takes `bytes` (not 0) from the smallest hole that has them, or from the end.
  std::size_t take(std::size_t bytes) {
    const auto smallest = by_size_.lower_bound({bytes, 0});
    if (smallest != by_size_.end()) {
      const auto [size, offset] = *smallest;
      remove(by_offset_.find(offset));
      if (size > bytes) add(offset + bytes, size - bytes);
      return offset;
    }
    std::size_t offset = end_;
    if (!by_offset_.empty()) {  // a hole at the end grows
      const auto last = std::prev(by_offset_.end());
      if (last->first + last->second == end_) {
        offset = last->first;
        remove(last);
      }
    }
    end_ = offset + bytes;
    return offset;
  }

  void give_back(std::size_t offset, std::size_t bytes) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = remove(next);
    }
    if (next != by_offset_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        offset = before->first;
        bytes += before->second;
        remove(before);
      }
    }
    add(offset, bytes);
  }

  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  using places = std::map<std::size_t, std::size_t>;

  void add(std::size_t offset, std::size_t bytes) {
    by_offset_.emplace(offset, bytes);
    by_size_.emplace(bytes, offset);
  }
  places::iterator remove(places::iterator hole) {
    by_size_.erase({hole->second, hole->first});
    return by_offset_.erase(hole);
  }

  places by_offset_;
  std::set<std::pair<std::size_t, std::size_t>> by_size_;
  std::size_t end_ = 0;
};

}  // namespace detail

AEQ_INLINE arena_plan plan_arena(std::span<const lifetime> wanted) {
  arena_plan plan;
  plan.offsets.assign(wanted.size(), 0);
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  // Among those that begin together the large ones choose first.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (wanted[a].first != wanted[b].first) return wanted[a].first < wanted[b].first;
    if (wanted[a].bytes != wanted[b].bytes) return wanted[a].bytes > wanted[b].bytes;
    return a < b;
  });
  const auto rounded = [&](std::size_t i) {
    return (wanted[i].bytes + arena_alignment - 1) / arena_alignment * arena_alignment;
  };
  detail::free_room room;
  std::multimap<std::size_t, std::size_t> ends;  // last step, index
  for (const std::size_t i : order) {
    while (!ends.empty() && ends.begin()->first < wanted[i].first) {
      const std::size_t ended = ends.begin()->second;
      room.give_back(plan.offsets[ended], rounded(ended));
      ends.erase(ends.begin());
    }
    if (rounded(i) == 0) continue;
    plan.offsets[i] = room.take(rounded(i));
    ends.emplace(wanted[i].last, i);
  }
  plan.bytes = room.end();
  return plan;
}

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/operation.ipp
// The list of ops: one file per family, joined here.

// ---- aeq/execute/family/convolution.hpp
// Ops with windows: convolutions and pools.
//
// Inside: operation.ipp includes it, other headers do not.

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

inline status store_shape(const kernel::conv_2d_geometry& g, shape& y) {
  const std::int64_t extents[] = {static_cast<std::int64_t>(g.batches), g.windows.rows.outputs,
                                  g.windows.columns.outputs, static_cast<std::int64_t>(g.output_channels)};
  y.resize(4);
  for (std::size_t i = 0; i < 4; ++i) {
    if (!to_extent(extents[i], y[i])) return status::wrong_shape;
  }
  return status::ready;
}

template <auto Geometry>
status shape_of_conv_2d(std::span<const operand> inputs, const operation_options& options, std::span<shape> outputs) {
  if (inputs.size() < 2 || outputs.size() != 1) return status::wrong_operands;
  kernel::conv_2d_geometry g;
  const status placed = Geometry(inputs[0].shape, inputs[1].shape, options, g);
  return placed == status::ready ? store_shape(g, outputs[0]) : placed;
}

inline status shape_of_pool_2d(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.size() != 1 || outputs.size() != 1) return status::wrong_operands;
  kernel::conv_2d_geometry g;
  const status placed = kernel::pool_2d_geometry_of(inputs[0].shape, options, g);
  return placed == status::ready ? store_shape(g, outputs[0]) : placed;
}

/// The first input holds the shape.
inline status shape_of_transpose_conv(std::span<const operand> inputs, const operation_options& options,
                                      std::span<shape> outputs) {
  if (inputs.size() < 3 || outputs.size() != 1) return status::wrong_operands;
  if (inputs[0].type != element_type::int32) return status::wrong_type;
  if (inputs[0].shape.size() != 1 || inputs[0].shape[0] != 4) return status::wrong_shape;
  shape y(4);
  for (std::size_t i = 0; i < 4; ++i) {
    if (!to_extent(integer_at(inputs[0], i), y[i])) return status::wrong_data;
  }
  kernel::conv_2d_geometry g;
  const status placed = kernel::transpose_conv_geometry_of(inputs[2].shape, inputs[1].shape, y, options, g);
  if (placed == status::ready) outputs[0] = std::move(y);
  return placed;
}

}  // namespace detail

namespace family {

inline constexpr std::array convolution{
    operation{op::code::conv_2d, functions_of<kernel::conv_2d_float>(),
              &detail::shape_of_conv_2d<&kernel::conv_2d_geometry_of>},
    operation{op::code::depthwise_conv_2d, functions_of<kernel::depthwise_conv_2d_float>(),
              &detail::shape_of_conv_2d<&kernel::depthwise_geometry_of>},
    operation{op::code::transpose_conv, functions_of<kernel::transpose_conv_float>(), &detail::shape_of_transpose_conv,
              data_of_inputs(0)},
    operation{op::code::average_pool_2d, functions_of<kernel::pool_2d_float<kernel::average_pool>>(),
              &detail::shape_of_pool_2d},
    operation{op::code::max_pool_2d, functions_of<kernel::pool_2d_float<kernel::max_pool>>(),
              &detail::shape_of_pool_2d},
    operation{op::code::l2_pool_2d, functions_of<kernel::pool_2d_float<kernel::l2_pool>>(), &detail::shape_of_pool_2d},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/family/elementwise.hpp
// Ops on one element at a time, with or without broadcasting.
//
// Inside: operation.ipp includes it, other headers do not.

namespace aeq::inline AEQ_ABI::execute::family {

inline constexpr std::array elementwise{
    operation{op::code::relu, functions_of<kernel::unary_float<kernel::relu>>(), &detail::shape_of_first, 0,
              storage::in_place},
};

}  // namespace aeq::inline AEQ_ABI::execute::family

// ---- aeq/execute/family/matrix.hpp
// Ops with a weight, or with two matrices.
//
// Inside: operation.ipp includes it, other headers do not.

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

inline status shape_of_fully_connected(std::span<const operand> inputs, const operation_options& options,
                                       std::span<shape> outputs) {
  if (inputs.size() < 2 || outputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  const auto w = inputs[1].shape;
  if (w.size() != 2 || w[1] == 0) return status::wrong_shape;
  if (options.keep_num_dims) {
    if (x.empty() || x.back() != w[1]) return status::wrong_shape;
    outputs[0].assign(x.begin(), x.end());
    outputs[0].back() = w[0];
    return status::ready;
  }
  const std::size_t elements = inputs[0].elements();
  const auto depth = static_cast<std::size_t>(w[1]);
  std::int32_t rows = 0;
  if (elements % depth != 0 || !to_extent(static_cast<std::int64_t>(elements / depth), rows))
    return status::wrong_shape;
  outputs[0] = {rows, w[0]};
  return status::ready;
}

inline status shape_of_batch_matmul(std::span<const operand> inputs, const operation_options& options,
                                    std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  const auto a = inputs[0].shape;
  const auto b = inputs[1].shape;
  kernel::batch_matmul_geometry g;
  shape batches;
  if (!kernel::batch_matmul_geometry_of(a, b, options, g) ||
      !broadcast(a.first(a.size() - 2), b.first(b.size() - 2), batches)) {
    return status::wrong_shape;
  }
  batches.push_back(static_cast<std::int32_t>(g.rows));
  batches.push_back(static_cast<std::int32_t>(g.columns));
  outputs[0] = std::move(batches);
  return status::ready;
}

inline status shape_of_embedding_lookup(std::span<const operand> inputs, const operation_options&,
                                        std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  if (inputs[0].shape.size() != 1 || inputs[1].shape.empty()) return status::wrong_shape;
  outputs[0].assign(inputs[1].shape.begin(), inputs[1].shape.end());
  outputs[0][0] = inputs[0].shape[0];
  return status::ready;
}

}  // namespace detail

namespace family {

inline constexpr std::array matrix{
    operation{op::code::fully_connected, functions_of<kernel::fully_connected_float>(),
              &detail::shape_of_fully_connected},
    operation{op::code::batch_matmul, functions_of<kernel::batch_matmul_float>(), &detail::shape_of_batch_matmul},
    operation{op::code::embedding_lookup, functions_of<kernel::embedding_lookup>(), &detail::shape_of_embedding_lookup},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/family/movement.hpp
// Ops that move elements and compute nothing.
//
// Inside: operation.ipp includes it, other headers do not.

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// The second input has the shape, else the options; one extent may be -1. (spec: kernels, section 6)
inline status shape_of_reshape(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.empty() || inputs.size() > 2 || outputs.size() != 1) return status::wrong_operands;
  shape wanted;
  if (inputs.size() == 2 && inputs[1].present()) {
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (inputs[1].shape.size() != 1) return status::wrong_shape;
    for (std::size_t i = 0; i < inputs[1].elements(); ++i) {
      const std::int64_t extent = integer_at(inputs[1], i);
      std::int32_t fits = -1;
      if (extent != -1 && !to_extent(extent, fits)) return status::wrong_data;
      wanted.push_back(fits);
    }
  } else {
    wanted.assign(options.new_shape.begin(), options.new_shape.end());
  }
  const std::size_t elements = inputs[0].elements();
  std::size_t known = 1;
  std::int32_t* open = nullptr;
  for (std::int32_t& extent : wanted) {
    if (extent < -1 || (extent == -1 && open != nullptr)) return status::wrong_shape;
    if (extent == -1) {
      open = &extent;
    } else {
      known *= static_cast<std::size_t>(extent);
      if (known > std::size_t(1) << 40u) return status::wrong_shape;
    }
  }
  if (open != nullptr) {
    if (known == 0 || elements % known != 0) return status::wrong_shape;
    if (!to_extent(static_cast<std::int64_t>(elements / known), *open)) return status::wrong_shape;
  } else if (known != elements) {
    return status::wrong_shape;
  }
  outputs[0] = std::move(wanted);
  return status::ready;
}

/// The listed axes of extent 1 go; all of them, if none is listed.
inline status shape_of_squeeze(std::span<const operand> inputs, const operation_options& options,
                               std::span<shape> outputs) {
  if (inputs.size() != 1 || outputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  std::vector<bool> goes(x.size(), false);
  for (std::size_t k = 0; k < x.size() && options.squeeze_dims.empty(); ++k) goes[k] = x[k] == 1;
  for (const std::int32_t number : options.squeeze_dims) {
    std::size_t axis = 0;
    if (!to_axis(number, x.size(), axis)) return status::wrong_options;
    if (x[axis] != 1) return status::wrong_shape;
    goes[axis] = true;
  }
  outputs[0].clear();
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!goes[k]) outputs[0].push_back(x[k]);
  }
  return status::ready;
}

/// A new axis of extent 1 at the place that the second input names.
inline status shape_of_expand_dims(std::span<const operand> inputs, const operation_options&,
                                   std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.size() != 1) return status::wrong_operands;
  if (!is_index(inputs[1].type) || inputs[1].elements() != 1) return status::wrong_type;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[1], 0), inputs[0].shape.size() + 1, axis)) return status::wrong_data;
  outputs[0].assign(inputs[0].shape.begin(), inputs[0].shape.end());
  outputs[0].insert(outputs[0].begin() + static_cast<std::ptrdiff_t>(axis), 1);
  return status::ready;
}

/// Inputs: axis, x. As many equal parts as there are outputs.
inline status shape_of_split(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 2 || outputs.empty()) return status::wrong_operands;
  if (!is_index(inputs[0].type) || inputs[0].elements() != 1) return status::wrong_type;
  const auto x = inputs[1].shape;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[0], 0), x.size(), axis)) return status::wrong_data;
  const auto parts = static_cast<std::int64_t>(outputs.size());
  if (x[axis] % parts != 0) return status::wrong_shape;
  for (shape& output : outputs) {
    output.assign(x.begin(), x.end());
    output[axis] = static_cast<std::int32_t>(x[axis] / parts);
  }
  return status::ready;
}

/// Inputs: x, sizes, axis. One size may be -1: what is left.
inline status shape_of_split_v(std::span<const operand> inputs, const operation_options&, std::span<shape> outputs) {
  if (inputs.size() != 3 || outputs.empty()) return status::wrong_operands;
  if (!is_index(inputs[1].type) || !is_index(inputs[2].type) || inputs[2].elements() != 1) return status::wrong_type;
  const auto x = inputs[0].shape;
  std::size_t axis = 0;
  if (!to_axis(integer_at(inputs[2], 0), x.size(), axis)) return status::wrong_data;
  if (inputs[1].elements() != outputs.size()) return status::wrong_shape;
  std::int64_t left = x[axis];
  std::size_t open = outputs.size();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::int64_t size = integer_at(inputs[1], i);
    if (size < -1 || size > left || (size == -1 && open != outputs.size())) return status::wrong_data;
    outputs[i].assign(x.begin(), x.end());
    outputs[i][axis] = static_cast<std::int32_t>(size);
    if (size == -1) {
      open = i;
    } else {
      left -= size;
    }
  }
  if (open != outputs.size()) {
    outputs[open][axis] = static_cast<std::int32_t>(left);
  } else if (left != 0) {
    return status::wrong_data;
  }
  return status::ready;
}

inline status shape_of_unpack(std::span<const operand> inputs, const operation_options& options,
                              std::span<shape> outputs) {
  if (inputs.size() != 1) return status::wrong_operands;
  const auto x = inputs[0].shape;
  std::size_t axis = 0;
  if (!to_axis(options.axis, x.size(), axis)) return status::wrong_options;
  if (outputs.size() != static_cast<std::size_t>(x[axis])) return status::wrong_operands;
  for (shape& output : outputs) {
    output.assign(x.begin(), x.end());
    output.erase(output.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return status::ready;
}

}  // namespace detail

namespace family {

inline constexpr std::array movement{
    detail::row_of<kernel::broadcast_args>(op::code::broadcast_args),
    detail::row_of<kernel::broadcast_to>(op::code::broadcast_to),
    detail::row_of<kernel::concatenation>(op::code::concatenation),
    detail::row_of<kernel::depth_to_space>(op::code::depth_to_space),
    operation{op::code::dynamic_update_slice, functions_of<kernel::dynamic_update_slice>(), &detail::shape_of_first, 0,
              storage::in_place},
    operation{op::code::expand_dims, functions_of<kernel::copy>(), &detail::shape_of_expand_dims, data_of_inputs(1),
              storage::same_bytes},
    detail::row_of<kernel::fill>(op::code::fill),
    detail::row_of<kernel::gather>(op::code::gather),
    detail::row_of<kernel::gather_nd>(op::code::gather_nd),
    detail::row_of<kernel::mirror_pad>(op::code::mirror_pad),
    detail::row_of<kernel::pack_axis>(op::code::pack),
    detail::row_of<kernel::pad>(op::code::pad),
    detail::row_of<kernel::pad_v2>(op::code::padv2),
    detail::row_of<kernel::shape_of<true>>(op::code::rank),
    operation{op::code::reshape, functions_of<kernel::copy>(), &detail::shape_of_reshape, data_of_inputs(1),
              storage::same_bytes},
    operation{op::code::reverse_sequence, functions_of<kernel::reverse_sequence>(), &detail::shape_of_first},
    operation{op::code::reverse_v2, functions_of<kernel::reverse>(), &detail::shape_of_first},
    detail::row_of<kernel::shape_of<false>>(op::code::shape),
    detail::row_of<kernel::slice>(op::code::slice),
    detail::row_of<kernel::space_to_batch_nd>(op::code::space_to_batch_nd),
    detail::row_of<kernel::batch_to_space_nd>(op::code::batch_to_space_nd),
    detail::row_of<kernel::space_to_depth>(op::code::space_to_depth),
    operation{op::code::split, functions_of<kernel::split>(), &detail::shape_of_split, data_of_inputs(0)},
    operation{op::code::split_v, functions_of<kernel::split_v>(), &detail::shape_of_split_v, data_of_inputs(1, 2)},
    operation{op::code::squeeze, functions_of<kernel::copy>(), &detail::shape_of_squeeze, 0, storage::same_bytes},
    detail::row_of<kernel::strided_slice>(op::code::strided_slice),
    detail::row_of<kernel::tile>(op::code::tile),
    detail::row_of<kernel::transpose>(op::code::transpose),
    operation{op::code::unpack, functions_of<kernel::unpack_axis>(), &detail::shape_of_unpack},
    operation{op::code::zeros_like, functions_of<kernel::zeros_like>(), &detail::shape_of_first},
};

}  // namespace family

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/family/reduction.hpp
// Ops that take rows or axes together, and ops on images.
//
// Inside: operation.ipp includes it, other headers do not.

namespace aeq::inline AEQ_ABI::execute::family {

inline constexpr std::array reduction{
    execute::detail::row_of<kernel::arg_extreme<true>>(op::code::arg_max),
    execute::detail::row_of<kernel::arg_extreme<false>>(op::code::arg_min),
    operation{op::code::l2_normalization, functions_of<kernel::rows_float<kernel::l2_normalization_row>>(),
              &execute::detail::shape_of_first, 0, storage::in_place},
    operation{op::code::local_response_normalization, functions_of<kernel::rows_float<kernel::local_response_row>>(),
              &execute::detail::shape_of_first},
    operation{op::code::log_softmax, functions_of<kernel::rows_float<kernel::log_softmax_row>>(),
              &execute::detail::shape_of_first, 0, storage::in_place},
    execute::detail::row_of<kernel::reduce_mean>(op::code::mean),
    execute::detail::row_of<kernel::reduce_all>(op::code::reduce_all),
    execute::detail::row_of<kernel::reduce_any>(op::code::reduce_any),
    execute::detail::row_of<kernel::reduce_max>(op::code::reduce_max),
    execute::detail::row_of<kernel::reduce_min>(op::code::reduce_min),
    execute::detail::row_of<kernel::reduce_prod>(op::code::reduce_prod),
    execute::detail::row_of<kernel::resize_bilinear_float>(op::code::resize_bilinear),
    execute::detail::row_of<kernel::resize_nearest_neighbor>(op::code::resize_nearest_neighbor),
    operation{op::code::softmax, functions_of<kernel::softmax_float>(), &execute::detail::shape_of_first, 0,
              storage::in_place},
    execute::detail::row_of<kernel::reduce_sum>(op::code::sum),
};

}  // namespace aeq::inline AEQ_ABI::execute::family

// ---- aeq/execute/operation.ipp
namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// Every family's ops. An op stands in one family only (tested).
[[nodiscard]] AEQ_INLINE std::array<std::span<const operation>, 5> families() {
  return {family::convolution, family::elementwise, family::matrix, family::movement, family::reduction};
}

}  // namespace detail

AEQ_INLINE const operation* find_operation(op::code code) {
  for (const std::span<const operation> family : detail::families()) {
    const auto found =
        std::find_if(family.begin(), family.end(), [&](const operation& candidate) { return candidate.code == code; });
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

AEQ_INLINE std::vector<operation> all_operations() {
  std::vector<operation> all;
  for (const std::span<const operation> family : detail::families())
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/slot.ipp
namespace aeq::inline AEQ_ABI::execute::detail {

AEQ_INLINE std::optional<std::uint64_t> size_of(element_type type, std::span<const std::int32_t> extents) {
  constexpr std::uint64_t most = std::uint64_t(1) << 56u;  // elements of 64 bits, in 2^60 bytes less one
  std::uint64_t elements = 1;
  bool is_empty = false;
  for (const std::int32_t extent : extents) {
    if (extent < 0) return std::nullopt;
    is_empty |= extent == 0;
    if (extent == 0) continue;
    if (elements > most / static_cast<std::uint64_t>(extent)) return std::nullopt;
    elements *= static_cast<std::uint64_t>(extent);
  }
  return is_empty ? 0 : (elements * static_cast<std::uint64_t>(bits_of(type)) + 7) / 8;
}

AEQ_INLINE std::span<std::byte> buffer_store::get(std::size_t number, std::size_t alignment) {
  if (const auto found = made_.find(number); found != made_.end()) return found->second.span();
  const model::buffer& b = model_.buffers[number];
  if (b.produce == nullptr && reinterpret_cast<std::uintptr_t>(b.data.data()) % alignment == 0) {
    return {reinterpret_cast<std::byte*>(const_cast<std::uint8_t*>(b.data.data())), b.data.size()};
  }
  counted_memory memory;
  memory.reserve(account_, b.size, [&] { return model_.file_name() + ": buffer " + std::to_string(number); });
  const std::span<std::uint8_t> into(reinterpret_cast<std::uint8_t*>(memory.span().data()), memory.size());
  if (b.produce != nullptr) {
    (*b.produce)(0, into);
  } else {
    std::copy(b.data.begin(), b.data.end(), into.begin());
  }
  return made_.emplace(number, std::move(memory)).first->second.span();
}

AEQ_INLINE void reset_variable(slot& s) {
  const bool has_zero_point = s.type == element_type::int8 && s.zero_point.size() == 1;
  const auto value = static_cast<std::byte>(has_zero_point ? static_cast<std::int8_t>(s.zero_point[0]) : 0);
  std::fill(s.data.begin(), s.data.end(), value);
}

/// Scales that a tensor of their own holds, one per block of neighbours.
AEQ_INLINE void read_blocks(const model::model& source, const model::subgraph& g, const model::tensor& t,
                            buffer_store& buffers, slot& s) {
  const model::view<model::schema::blockwise_quantization> blocks(t.quantization->details.table);
  const model::tensor& scales = g.tensors[static_cast<std::size_t>(blocks.get<"scales">())];
  const std::int32_t block = blocks.get<"block_size">();
  const std::uint64_t elements = model::element_count(t.shape);
  const std::uint64_t count = model::element_count(scales.shape);
  const bool is_half = scales.type == model::tensor_type::float16;
  if (blocks.get<"zero_points">() >= 0 || (!is_half && scales.type != model::tensor_type::float32) ||
      !source.is_constant(scales) || scales.sparsity != nullptr || block < 1 || t.shape.empty() ||
      t.shape.back() % block != 0 || count == 0 || elements / count != static_cast<std::uint64_t>(block) ||
      elements % count != 0) {
    s.problem = "has scales of blocks that the built-in engine does not take";
    return;
  }
  const std::span<std::byte> from = buffers.get(scales.buffer, is_half ? 2 : 4);
  s.block_elements = block;
  s.scale.resize(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < s.scale.size(); ++i) {
    if (is_half) {
      std::uint16_t bits = 0;
      std::memcpy(&bits, from.data() + 2 * i, sizeof bits);
      s.scale[i] = float_from_float16(bits);
    } else {
      std::memcpy(&s.scale[i], from.data() + 4 * i, sizeof(float));
    }
  }
}

AEQ_INLINE void read_quantization(const model::model& source, const model::subgraph& g, const model::tensor& t,
                                  buffer_store& buffers, slot& s) {
  const model::quantization& q = *t.quantization;
  s.scale = q.scale;
  s.channel_axis = q.quantized_dimension;
  for (const std::int64_t zero : q.zero_point) s.zero_point.push_back(static_cast<std::int32_t>(zero));
  const model::buffer& b = source.buffers[t.buffer];
  if (b.late_scales != nullptr && b.late_scales->size() == s.scale.size()) {  // its producer has found them by now
    s.zero_point.resize(s.scale.size());
    for (std::size_t i = 0; i < s.scale.size(); ++i) {
      s.scale[i] = (*b.late_scales)[i].scale;
      s.zero_point[i] = (*b.late_scales)[i].zero_point;
    }
  }
  if (q.details.type == model::schema::blockwise_details && q.details.table != nullptr) {
    read_blocks(source, g, t, buffers, s);
  } else if (q.details.type != 0 && s.is_constant) {
    s.problem = "has quantization parameters of a kind that the built-in engine does not take";
  }
}

AEQ_INLINE std::vector<slot> make_slots(const model::model& source, std::size_t number, buffer_store& buffers,
                                        memory_account& account) {
  const model::subgraph& g = source.subgraphs[number];
  std::vector<char> is_made(g.tensors.size(), 0);
  for (const std::int32_t t : g.inputs) is_made[static_cast<std::size_t>(t)] = 1;
  for (const model::operation& o : g.operations) {
    for (const std::int32_t t : o.outputs) {
      if (t >= 0) is_made[static_cast<std::size_t>(t)] = 1;
    }
  }
  std::vector<slot> slots(g.tensors.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const model::tensor& t = g.tensors[i];
    slot& s = slots[i];
    s.type = element_type_of(t.type);
    s.is_variable = t.is_variable;
    // Without elements there is no data to tell a constant by: such as the shape of a scalar.
    const bool is_empty = is_made[i] == 0 && std::find(t.shape.begin(), t.shape.end(), 0) != t.shape.end();
    s.is_constant = !s.is_variable && (source.is_constant(t) || is_empty);
    std::optional<std::uint64_t> bytes;
    if (s.is_constant || s.is_variable) {
      s.extents = t.shape;
      s.has_shape = true;
      bytes = size_of(s.type, s.extents);
      if (!bytes) s.problem = "has data and an open shape";
      if (t.sparsity != nullptr) s.problem = "is stored sparsely, and the built-in engine takes dense constants only";
    }
    if (s.is_constant && s.problem.empty() && !is_empty) {
      const auto element = static_cast<std::size_t>(bits_of(s.type)) / 8;
      const std::span<std::byte> held = buffers.get(t.buffer, std::max<std::size_t>(element, 1));
      if (held.size() < *bytes) {
        s.problem = "has less data than its shape says";
      } else {
        s.data = held.first(static_cast<std::size_t>(*bytes));
      }
    }
    if (t.quantization) read_quantization(source, g, t, buffers, s);
    if (s.is_variable && s.problem.empty()) {
      s.own.reserve(account, *bytes, [&] { return source.file_name() + ": " + model::label(g, i); });
      s.data = s.own.span();
      reset_variable(s);
    }
  }
  return slots;
}

}  // namespace aeq::inline AEQ_ABI::execute::detail

// ---- aeq/execute/options.hpp
// From an operator's option table in the file to the options that kernels read.

namespace aeq::inline AEQ_ABI::execute {

/// Options of an operator; fields that its table lacks have their defaults. Vectors are views of the model's file.
/// Throws nothing: a value that an enumeration lacks becomes one that no kernel accepts.
[[nodiscard]] operation_options options_of(const model::operation& operation);

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/execute/graph.ipp
namespace aeq::inline AEQ_ABI::execute::detail {

inline constexpr std::uint8_t var_handle_options = 111;
inline constexpr model::schema::table_descriptor var_handle_table =
    model::schema::builtin_options_members[var_handle_options];
static_assert(var_handle_table.name == "VarHandleOptions");

[[nodiscard]] AEQ_INLINE control control_of(op::code code) {
  switch (code) {
    case op::code::call:
    case op::code::stablehlo_composite: return control::call;
    case op::code::call_once: return control::call_once;
    case op::code::if_: return control::if_;
    case op::code::while_: return control::while_;
    case op::code::var_handle: return control::variable;
    case op::code::read_variable: return control::read_variable;
    case op::code::assign_variable: return control::assign_variable;
    default: return control::none;
  }
}

/// Whether an op writes to those of its inputs that are variables.
[[nodiscard]] AEQ_INLINE bool has_state(op::code code) {
  switch (code) {
    case op::code::lstm:
    case op::code::unidirectional_sequence_lstm:
    case op::code::bidirectional_sequence_lstm:
    case op::code::rnn:
    case op::code::unidirectional_sequence_rnn:
    case op::code::bidirectional_sequence_rnn:
    case op::code::svdf: return true;
    default: return false;
  }
}

AEQ_INLINE graph::graph(const model::model& source, std::size_t number, environment& around)
    : model_(source),
      number_(number),
      around_(around),
      slots_(make_slots(source, number, around.buffers(), around.memory())),
      kept_(source.subgraphs[number].outputs) {
  for (const model::signature& s : source.signatures) {  // which may list other outputs than their subgraph
    if (s.subgraph != number) continue;
    for (const model::tensor_map& entry : s.outputs) kept_.push_back(static_cast<std::int32_t>(entry.tensor));
  }
  make_steps();
}

AEQ_INLINE std::string graph::place(const step& s) const {
  std::string text = model_.file_name() + ": " + std::string(op::builtin_name(s.code)) + " " + std::to_string(s.number);
  if (s.results > 0 && s.outputs[0] >= 0) {
    text += " (" + model::label(source(), static_cast<std::size_t>(s.outputs[0])) + ")";
  }
  return text;
}

AEQ_INLINE void graph::fail(const step& s, const std::string& sentence) const {
  throw error(error_code::bad_input, place(s) + ": " + sentence);
}

AEQ_INLINE void graph::fail(const step& s, status why) const {
  std::string types;
  const auto add = [&](std::int32_t tensor) {
    if (!types.empty() && !types.ends_with("> ")) types += ", ";
    if (tensor < 0) {
      types += "none";
      return;
    }
    const model::tensor& t = source().tensors[static_cast<std::size_t>(tensor)];
    const slot& seen = slots_[static_cast<std::size_t>(tensor)];
    types +=
        seen.type == element_type::absent ? std::string(model::name_of(t.type)) : described(seen.type, seen.extents);
  };
  for (const std::int32_t tensor : s.inputs) add(tensor);
  types += " -> ";
  for (std::size_t i = 0; i < s.results; ++i) add(s.outputs[i]);
  fail(s, "the built-in engine can't run this: " + std::string(name_of(why)) + " (" + types + ")");
}

/// Gives a tensor memory of its own, for the shape that it has now.
AEQ_INLINE void graph::own(std::size_t tensor, const step* s) {
  slot& at = slots_[tensor];
  const std::size_t bytes = bytes_of(tensor, s);
  at.own.reserve(around_.memory(), bytes,
                 [&] { return s != nullptr ? place(*s) : model_.file_name() + ": " + model::label(source(), tensor); });
  at.data = at.own.span().first(bytes);
}

AEQ_INLINE void graph::reset_variables() {
  for (slot& s : slots_) {
    if (s.is_variable) reset_variable(s);
  }
}

AEQ_INLINE void graph::make_steps() {
  const model::subgraph& from = source();
  steps_.resize(from.operations.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const model::operation& o = from.operations[i];
    step& s = steps_[i];
    s.number = i;
    s.code = model_.builtin(o);
    s.inputs = o.inputs;
    s.outputs = o.outputs;
    s.results = o.outputs.size();
    s.flow = control_of(s.code);
    if (std::find(s.outputs.begin(), s.outputs.end(), -1) != s.outputs.end()) {
      fail(s, "leaves an output out, which the built-in engine does not take");
    }
    if (s.flow == control::none) {
      s.what = find_operation(s.code);
      if (s.what == nullptr) {
        const model::operator_code& code = model_.operator_codes[o.code];
        fail(s, "the built-in engine does not have this op" +
                    (code.custom_code ? " (custom op '" + *code.custom_code + "')" : std::string()) +
                    "; try the other one, --engine litert=PATH");
      }
      s.options = options_of(o);
    } else {
      s.graphs = model::called_subgraphs(o);
      if (s.flow == control::variable) {
        std::string container, name;
        if (o.options.type == var_handle_options && o.options.table != nullptr) {
          const model::view<var_handle_table> options(o.options.table);
          container = options.get<"container">().value_or("");
          name = options.get<"shared_name">().value_or("");
        }
        s.variable = around_.variable(container, name);
      }
    }
    for (std::size_t k = 0; has_state(s.code) && k < s.inputs.size(); ++k) {
      const std::int32_t tensor = s.inputs[k];
      if (tensor >= 0 && slots_[static_cast<std::size_t>(tensor)].is_variable) s.outputs.push_back(tensor);
    }
  }
}

AEQ_INLINE void graph::forget_run() {
  for (slot& s : slots_) s.written = false;
  for (step& s : steps_) {
    // What was folded, or was no constant in the first place.
    for (std::size_t i = 0; i < s.results; ++i) {
      slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
      if (output.is_variable || model_.is_constant(source().tensors[static_cast<std::size_t>(s.outputs[i])])) continue;
      output.is_constant = output.has_shape = false;
      output.data = {};
      output.own.release();
    }
    s.is_folded = s.is_dynamic = s.is_alias = s.is_set_up = false;
    s.workspace.release();
  }
  arena_.release();
}

/// Why a tensor can't be read: it has no value, and gets none before the next step. Nothing if it can.
AEQ_INLINE std::string graph::unreadable(std::int32_t tensor) const {
  const auto t = static_cast<std::size_t>(tensor);
  const slot& s = slots_[t];
  const auto because = [&](const std::string& why) { return model::label(source(), t) + " " + why; };
  if (s.type == element_type::absent) {
    return because("has the type " + std::string(model::name_of(source().tensors[t].type)) +
                   ", which the built-in engine does not take");
  }
  if (!s.problem.empty()) return because(s.problem);
  if (s.is_constant || s.is_variable || s.written) return {};
  return because(source().tensors[t].external_buffer != 0
                     ? "has its data in an external buffer, which the built-in engine does not read"
                     : "has no value: it is no input, and no op before computes it");
}

/// Looks at the operands of a step whose predecessors are ready.
AEQ_INLINE void graph::begin(step& s) {
  around_.count(*this, s);
  for (const std::int32_t tensor : s.inputs) {
    if (tensor < 0) continue;
    if (const std::string why = unreadable(tensor); !why.empty()) fail(s, why);
  }
  for (std::size_t i = 0; i < s.results; ++i) {
    slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
    if (output.is_constant || output.is_variable || output.written) {
      fail(s, model::label(source(), static_cast<std::size_t>(s.outputs[i])) + " has a value already");
    }
    if (output.type == element_type::absent) fail(s, status::wrong_type);
    output.written = true;
  }
}

AEQ_INLINE void graph::prepare(std::span<const shape> inputs) {
  const model::subgraph& from = source();
  if (is_prepared_ && std::equal(inputs.begin(), inputs.end(), prepared_for_.begin(), prepared_for_.end())) return;
  is_prepared_ = false;
  forget_run();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    slot& s = slots_[static_cast<std::size_t>(from.inputs[i])];
    if (s.is_constant || s.is_variable) continue;
    s.extents = inputs[i];
    s.has_shape = s.written = true;
  }
  for (step& s : steps_) {
    begin(s);
    s.is_dynamic = !infer(s, false);
    if (!s.is_dynamic) fold(s);
  }
  for (const std::int32_t tensor : kept_) {
    if (const std::string why = unreadable(tensor); !why.empty()) {
      throw error(error_code::bad_input,
                  model_.file_name() + ": output of subgraph " + std::to_string(number_) + ": " + why);
    }
  }
  plan_memory();
  for (step& s : steps_) {
    if (s.is_dynamic || s.is_folded || s.is_alias || s.flow != control::none) continue;
    bind(s);
    setup(s);
  }
  prepared_for_.assign(inputs.begin(), inputs.end());
  is_prepared_ = true;
}

/// Shapes of the outputs of a step that is no kernel.
AEQ_INLINE bool graph::infer_control(const step& s, std::span<shape> results) {
  if (s.flow == control::variable) return true;  // scalars
  std::vector<shape> inputs;
  for (const std::int32_t tensor : s.inputs) {
    if (tensor < 0 || !slots_[static_cast<std::size_t>(tensor)].has_shape) return false;
    inputs.push_back(slots_[static_cast<std::size_t>(tensor)].extents);
  }
  const auto called = [&](std::size_t i, std::span<const shape> values, std::span<shape> into) {
    return around_.shapes_of_call(static_cast<std::size_t>(s.graphs[i]), values, into);
  };
  switch (s.flow) {
    case control::call: return s.graphs.size() == 1 && called(0, inputs, results);
    case control::if_: {
      if (s.graphs.size() != 2 || inputs.empty()) return false;
      const std::span<const shape> values = std::span<const shape>(inputs).subspan(1);
      std::vector<shape> others(results.size());
      return called(0, values, results) && called(1, values, others) && std::ranges::equal(results, others);
    }
    case control::while_: {  // if a round changes no shape, no number of rounds does
      std::vector<shape> condition(1);
      return s.graphs.size() == 2 && called(0, inputs, condition) && called(1, inputs, results) &&
             std::ranges::equal(results, inputs);
    }
    default: return false;
  }
}

/// Shapes of a step's outputs, if they are known now.
AEQ_INLINE bool graph::infer(step& s, bool is_running) {
  std::vector<shape> results(s.results);
  if (s.flow != control::none) {
    if (!infer_control(s, results)) return false;
  } else {
    std::vector<operand> inputs;
    for (std::size_t i = 0; i < s.inputs.size(); ++i) {
      operand input = view(s.inputs[i]);
      if (input.present()) {
        if (!is_running && !slots_[static_cast<std::size_t>(s.inputs[i])].has_shape) return false;
        const bool is_wanted = i < 32 && (s.what->shape_inputs >> i & 1u) != 0;
        if (is_wanted && !is_running && !input.is_constant) return false;
        if (!is_wanted) input.data = {};
      }
      inputs.push_back(input);
    }
    const status result = s.what->shapes(inputs, s.options, results);
    if (result != status::ready) fail(s, result);
  }
  for (std::size_t i = 0; i < s.results; ++i) {
    slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
    output.extents = std::move(results[i]);
    output.has_shape = !is_running;
    if (!size_of(output.type, output.extents)) fail(s, status::wrong_shape);
  }
  return true;
}

AEQ_INLINE std::size_t graph::bytes_of(std::size_t tensor, const step* s) const {
  const std::optional<std::uint64_t> bytes = size_of(slots_[tensor].type, slots_[tensor].extents);
  if (!bytes && s != nullptr) fail(*s, status::wrong_shape);
  return static_cast<std::size_t>(bytes.value_or(std::uint64_t(1) << 62u));
}

/// A step whose inputs are constant runs now; so does one that looks at shapes only.
AEQ_INLINE void graph::fold(step& s) {
  if (s.flow != control::none) return;
  const bool looks_at_shapes = s.code == op::code::shape || s.code == op::code::rank;
  const bool is_constant =
      !s.inputs.empty() && s.results == s.outputs.size() &&
      std::all_of(s.inputs.begin(), s.inputs.end(), [&](std::int32_t tensor) {
        return tensor < 0 || looks_at_shapes || slots_[static_cast<std::size_t>(tensor)].is_constant;
      });
  if (!is_constant) return;
  if (s.what->output == storage::same_bytes && s.results == 1 && !looks_at_shapes) {
    slot& input = slots_[static_cast<std::size_t>(s.inputs[0])];
    slot& output = slots_[static_cast<std::size_t>(s.outputs[0])];
    const std::size_t bytes = bytes_of(static_cast<std::size_t>(s.outputs[0]), &s);
    if (input.data.size() < bytes) fail(s, status::wrong_shape);
    output.data = input.data.first(bytes);
  } else {
    for (const std::int32_t tensor : s.outputs) own(static_cast<std::size_t>(tensor), &s);
    bind(s);
    setup(s);
    evaluate(s);
    s.workspace.release();
  }
  for (const std::int32_t tensor : s.outputs) slots_[static_cast<std::size_t>(tensor)].is_constant = true;
  s.is_folded = true;
}

/// Lays all tensors of known size out in the arena.
AEQ_INLINE void graph::plan_memory() {
  const model::subgraph& from = source();
  const std::size_t end = steps_.size() + 1;
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> last_use(slots_.size(), 0);
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    for (const std::int32_t tensor : steps_[k].inputs) {
      if (tensor >= 0) last_use[static_cast<std::size_t>(tensor)] = k + 1;
    }
  }
  for (const std::int32_t tensor : kept_) last_use[static_cast<std::size_t>(tensor)] = end;

  std::vector<lifetime> storages;
  std::vector<std::size_t> storage_of(slots_.size(), none);
  const auto add = [&](std::size_t tensor, std::size_t first, const step* s) {
    storage_of[tensor] = storages.size();
    storages.push_back({bytes_of(tensor, s), first, std::max(first, last_use[tensor])});
  };
  for (const std::int32_t tensor : from.inputs) {
    const auto t = static_cast<std::size_t>(tensor);
    if (storage_of[t] == none && slots_[t].has_shape && !slots_[t].is_constant && !slots_[t].is_variable) {
      add(t, 0, nullptr);
    }
  }
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    step& s = steps_[k];
    if (s.is_dynamic || s.is_folded) continue;
    const std::size_t now = k + 1;
    for (std::size_t i = 0; i < s.results; ++i) {
      const auto output = static_cast<std::size_t>(s.outputs[i]);
      const auto input = s.inputs.empty() || s.inputs[0] < 0 ? none : static_cast<std::size_t>(s.inputs[0]);
      const std::size_t shared = input == none ? none : storage_of[input];
      const bool may_share = s.what != nullptr && s.what->output != storage::own && s.results == 1 && shared != none &&
                             bytes_of(input, &s) == bytes_of(output, &s);
      if (may_share) {
        lifetime& life = storages[shared];
        const bool others_are_elsewhere = std::all_of(s.inputs.begin() + 1, s.inputs.end(), [&](std::int32_t other) {
          return other < 0 || other == s.inputs[0] || storage_of[static_cast<std::size_t>(other)] != shared;
        });
        const bool same = s.what->output == storage::same_bytes;
        if (same || (life.last <= now && others_are_elsewhere)) {
          storage_of[output] = shared;
          life.last = std::max({life.last, now, last_use[output]});
          s.is_alias = same;
          continue;
        }
      }
      add(output, now, &s);
    }
  }
  std::uint64_t sum = 0;
  for (const lifetime& life : storages) {
    sum += life.bytes + arena_alignment;
    if (sum >= std::uint64_t(1) << 62u)
      throw error(error_code::bad_input, model_.file_name() + ": tensors of 2^62 bytes");
  }
  const arena_plan plan = plan_arena(storages);
  arena_.reserve(around_.memory(), plan.bytes,
                 [&] { return model_.file_name() + ": the tensors of subgraph " + std::to_string(number_); });
  for (std::size_t t = 0; t < slots_.size(); ++t) {
    if (storage_of[t] != none)
      slots_[t].data = arena_.span().subspan(plan.offsets[storage_of[t]], bytes_of(t, nullptr));
  }
}

/// Makes the kernel's views of the operands.
AEQ_INLINE void graph::bind(step& s) {
  s.input_views.clear();
  s.output_views.clear();
  for (const std::int32_t tensor : s.inputs) s.input_views.push_back(view(tensor));
  for (const std::int32_t tensor : s.outputs) {
    const slot& o = slots_[static_cast<std::size_t>(tensor)];
    s.output_views.push_back(
        {o.type, false, o.data, o.extents, o.scale, o.zero_point, o.channel_axis, o.block_elements});
  }
}

AEQ_INLINE void graph::setup(step& s) {
  const kernel_arguments call{s.input_views, s.output_views, s.options, {}, around_.share()};
  const std::size_t bytes = s.what->kernel.workspace_bytes(call);
  s.workspace.reserve(around_.memory(), bytes, [&] { return place(s); });
  s.scratch = s.what->kernel.scratch_bytes == nullptr ? 0 : s.what->kernel.scratch_bytes(call);
  const status result = s.what->kernel.setup(call, s.workspace.span());
  if (result != status::ready) fail(s, result);
}

AEQ_INLINE void graph::resize(std::size_t tensor, std::span<const std::int32_t> extents) {
  slots_[tensor].extents.assign(extents.begin(), extents.end());
  own(tensor, nullptr);
}

AEQ_INLINE void graph::prepare_step(step& s) {
  (void)infer(s, true);
  for (std::size_t i = 0; i < s.results; ++i) own(static_cast<std::size_t>(s.outputs[i]), &s);
  bind(s);
  // In a loop shapes are mostly those of the last round.
  std::vector<shape> shapes;
  for (const operand& o : s.input_views) shapes.emplace_back(o.shape.begin(), o.shape.end());
  for (const result_operand& o : s.output_views) shapes.emplace_back(o.shape.begin(), o.shape.end());
  if (s.is_set_up && shapes == s.set_up_for) return;
  s.is_set_up = false;
  setup(s);
  s.set_up_for = std::move(shapes);
  s.is_set_up = true;
}

AEQ_INLINE void graph::evaluate(step& s) {
  const kernel_arguments call{s.input_views, s.output_views, s.options, around_.scratch(s.scratch), around_.share()};
  if (s.what->kernel.check != nullptr) {
    const status result = s.what->kernel.check(call);
    if (result != status::ready) fail(s, result);
  }
  s.what->kernel.evaluate(call, s.workspace.span());
}

}  // namespace aeq::inline AEQ_ABI::execute::detail

// ---- aeq/execute/signatures.ipp
namespace aeq::inline AEQ_ABI::execute {

AEQ_INLINE element_type element_type_of(model::tensor_type type) {
  using from = model::tensor_type;
  switch (type) {
    case from::float32: return element_type::float32;
    case from::float16: return element_type::float16;
    case from::int2: return element_type::int2;
    case from::int4: return element_type::int4;
    case from::int8: return element_type::int8;
    case from::uint8: return element_type::uint8;
    case from::int16: return element_type::int16;
    case from::int32: return element_type::int32;
    case from::resource: return element_type::int32;  // a variable's number
    case from::int64: return element_type::int64;
    case from::boolean: return element_type::boolean;
    default: return element_type::absent;
  }
}

namespace detail {

[[nodiscard]] AEQ_INLINE port port_of(const model::subgraph& g, std::size_t tensor, const std::string* name) {
  const model::tensor& t = g.tensors[tensor];
  port p;
  p.tensor_name = t.name.value_or("");
  p.name = name != nullptr ? *name : p.tensor_name;
  p.tensor = tensor;
  p.type = element_type_of(t.type);
  p.shape = t.shape_signature.empty() ? t.shape : t.shape_signature;
  if (t.quantization) {
    p.scale = t.quantization->scale;
    for (const std::int64_t zero : t.quantization->zero_point) p.zero_point.push_back(static_cast<std::int32_t>(zero));
  }
  return p;
}

}  // namespace detail

AEQ_INLINE std::vector<signature> signatures_of(const model::model& m) {
  std::vector<signature> result;
  for (const model::signature& s : m.signatures) {
    const model::subgraph& g = m.subgraphs[s.subgraph];
    signature made{s.key.value_or(""), s.subgraph, {}, {}};
    const auto add = [&](const std::vector<model::tensor_map>& from, std::vector<port>& into) {
      for (const model::tensor_map& entry : from) {
        const std::string name = entry.name.value_or("");
        into.push_back(detail::port_of(g, entry.tensor, &name));
      }
    };
    add(s.inputs, made.inputs);
    add(s.outputs, made.outputs);
    result.push_back(std::move(made));
  }
  if (result.empty() && !m.subgraphs.empty()) {
    const model::subgraph& g = m.subgraphs[0];
    signature made;
    for (const std::int32_t t : g.inputs)
      made.inputs.push_back(detail::port_of(g, static_cast<std::size_t>(t), nullptr));
    for (const std::int32_t t : g.outputs)
      made.outputs.push_back(detail::port_of(g, static_cast<std::size_t>(t), nullptr));
    result.push_back(std::move(made));
  }
  return result;
}

AEQ_INLINE std::string described(element_type type, std::span<const std::int32_t> extents) {
  std::string text(name_of(type));
  text += " [";
  for (std::size_t i = 0; i < extents.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
  return text + "]";
}

AEQ_INLINE void check_inputs(const model::model& m, const signature& called, std::span<const operand> inputs) {
  const std::string place = m.file_name() + ": signature '" + called.key + "'";
  if (inputs.size() != called.inputs.size()) {
    throw error(error_code::bad_input, place + ": got " + std::to_string(inputs.size()) + " values for " +
                                           std::to_string(called.inputs.size()) + " inputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const port& wanted = called.inputs[i];
    bool fits = wanted.type != element_type::absent && inputs[i].type == wanted.type &&
                inputs[i].shape.size() == wanted.shape.size();
    for (std::size_t k = 0; fits && k < wanted.shape.size(); ++k) {
      const std::int32_t extent = inputs[i].shape[k];
      fits = extent >= 0 && (wanted.shape[k] < 0 || wanted.shape[k] == extent);
    }
    if (!fits || !inputs[i].is_complete()) {
      throw error(error_code::bad_input, place + ", input '" + wanted.name + "': takes " +
                                             described(wanted.type, wanted.shape) + ", not " +
                                             described(inputs[i].type, inputs[i].shape) +
                                             (fits ? ", for which there is too little data" : ""));
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/model/consistency.ipp
// Whether the parts of a model fit together: the definitions.

namespace aeq::inline AEQ_ABI::model {

namespace detail {

class consistency {
 public:
  explicit consistency(const model& m) : model_(m) {}

  void check() {
    if (model_.subgraphs.empty()) fail("subgraphs", "a model has one at least");
    for (std::size_t i = 0; i < model_.operator_codes.size(); ++i) {
      if (static_cast<std::int32_t>(model_.operator_codes[i].builtin) < 0) {
        fail("operator_codes[" + std::to_string(i) + "]", "a builtin code may not be negative");
      }
    }
    for (std::size_t i = 0; i < model_.subgraphs.size(); ++i) check_graph(i);
    for (std::size_t i = 0; i < model_.metadata.size(); ++i) {
      if (model_.metadata[i].buffer >= model_.buffers.size()) {
        fail("metadata[" + std::to_string(i) + "]", "buffer " + std::to_string(model_.metadata[i].buffer) +
                                                        " does not exist; there are " +
                                                        std::to_string(model_.buffers.size()));
      }
    }
    for (std::size_t i = 0; i < model_.signatures.size(); ++i) check_signature(i);
    check_calls();
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& what) const {
    throw error(error_code::bad_input, model_.file_name() + ": " + place + ": " + what);
  }

  static std::string at(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

  void check_index(const std::string& place, std::int64_t index, std::size_t count, bool may_be_left_out) const {
    if (index >= 0 && static_cast<std::uint64_t>(index) < count) return;
    if (may_be_left_out && index == -1) return;
    fail(place, "tensor " + std::to_string(index) + " does not exist; there are " + std::to_string(count));
  }

  void check_graph(std::size_t number) const {
    const subgraph& g = model_.subgraphs[number];
    const std::string graph = at("subgraphs", number);
    for (std::size_t i = 0; i < g.tensors.size(); ++i) check_tensor(graph + "." + at("tensors", i), g, g.tensors[i]);
    for (const std::int32_t i : g.inputs) check_index(graph + ".inputs", i, g.tensors.size(), false);
    for (const std::int32_t i : g.outputs) check_index(graph + ".outputs", i, g.tensors.size(), false);
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const operation& o = g.operations[i];
      const std::string place = graph + "." + at("operators", i);
      if (o.code >= model_.operator_codes.size()) {
        fail(place, "operator code " + std::to_string(o.code) + " does not exist; there are " +
                        std::to_string(model_.operator_codes.size()));
      }
      for (const std::int32_t t : o.inputs) check_index(place + ".inputs", t, g.tensors.size(), true);
      for (const std::int32_t t : o.outputs) check_index(place + ".outputs", t, g.tensors.size(), true);
      for (const std::int32_t t : o.intermediates) check_index(place + ".intermediates", t, g.tensors.size(), true);
    }
  }

  void check_tensor(const std::string& place, const subgraph& g, const tensor& t) const {
    if (!is_known(t.type)) {
      fail(place, "tensor type " + std::to_string(static_cast<int>(t.type)) + " is unknown; 0 to 22 are known");
    }
    if (t.buffer >= model_.buffers.size()) {
      fail(place, "buffer " + std::to_string(t.buffer) + " does not exist; there are " +
                      std::to_string(model_.buffers.size()));
    }
    // As bytes of the widest type, 16, and as an int64.
    constexpr std::uint64_t most_elements = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / 16;
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int32_t size : t.shape) {
      if (size < -1) fail(place + ".shape", std::to_string(size) + " is no size");
      empty |= size <= 0;
      if (empty) continue;
      if (count > most_elements / static_cast<std::uint64_t>(size)) {
        fail(place + ".shape", "the sizes multiply to more elements than can be counted");
      }
      count *= static_cast<std::uint64_t>(size);
    }
    if (!t.shape_signature.empty() && t.shape_signature.size() != t.shape.size()) {
      fail(place + ".shape_signature", "has " + std::to_string(t.shape_signature.size()) + " sizes, the shape has " +
                                           std::to_string(t.shape.size()));
    }
    check_data(place, t, empty ? 0 : count);
    if (t.quantization) check_quantization(place + ".quantization", g, t, *t.quantization);
  }

  void check_data(const std::string& place, const tensor& t, std::uint64_t elements) const {
    const buffer& b = model_.buffers[t.buffer];
    const int bits = bits_of(t.type);
    if (t.buffer == 0 || b.size == 0 || bits == 0 || t.sparsity != nullptr) return;
    const std::uint64_t needed = packed_bytes(elements, bits);
    if (b.size < needed) {
      fail(place, "its shape takes " + std::to_string(needed) + " bytes, its buffer holds " + std::to_string(b.size));
    }
    if (t.is_variable) fail(place, "is a variable and has data; it can only be one of the two");
  }

  void check_quantization(const std::string& place, const subgraph& g, const tensor& t, const quantization& q) const {
    if (!q.scale.empty() && !q.zero_point.empty() && q.scale.size() != q.zero_point.size()) {
      fail(place, std::to_string(q.scale.size()) + " scales and " + std::to_string(q.zero_point.size()) +
                      " zero points; their numbers must be the same");
    }
    if (q.scale.size() > 1) {
      const std::int32_t axis = q.quantized_dimension;
      if (axis < 0 || static_cast<std::size_t>(axis) >= t.shape.size()) {
        fail(place, "quantized dimension " + std::to_string(axis) + " does not exist; the rank is " +
                        std::to_string(t.shape.size()));
      }
      if (q.scale.size() != static_cast<std::size_t>(t.shape[static_cast<std::size_t>(axis)])) {
        fail(place, std::to_string(q.scale.size()) + " scales for a dimension of " +
                        std::to_string(t.shape[static_cast<std::size_t>(axis)]));
      }
    }
    if (q.details.type == schema::blockwise_details && q.details.table != nullptr) {
      const view<schema::blockwise_quantization> blocks(q.details.table);
      check_index(place + ".details.scales", blocks.get<"scales">(), g.tensors.size(), false);
      check_index(place + ".details.zero_points", blocks.get<"zero_points">(), g.tensors.size(), true);
      if (blocks.get<"block_size">() < 0) fail(place + ".details", "a block size may not be negative");
    }
  }

  void check_signature(std::size_t number) const {
    const signature& s = model_.signatures[number];
    const std::string place = at("signature_defs", number);
    if (s.subgraph >= model_.subgraphs.size()) {
      fail(place, "subgraph " + std::to_string(s.subgraph) + " does not exist; there are " +
                      std::to_string(model_.subgraphs.size()));
    }
    const std::size_t count = model_.subgraphs[s.subgraph].tensors.size();
    for (const tensor_map& m : s.inputs) check_index(place + ".inputs", m.tensor, count, false);
    for (const tensor_map& m : s.outputs) check_index(place + ".outputs", m.tensor, count, false);
  }

  /// Depth first over calls; colours: 0 new, 1 on the way, 2 done.
  void check_calls() const {
    std::vector<char> colour(model_.subgraphs.size(), 0);
    std::vector<std::vector<std::int32_t>> calls(model_.subgraphs.size());
    for (std::size_t g = 0; g < model_.subgraphs.size(); ++g) {
      for (std::size_t i = 0; i < model_.subgraphs[g].operations.size(); ++i) {
        for (const std::int32_t target : called_subgraphs(model_.subgraphs[g].operations[i])) {
          if (target < 0 || static_cast<std::size_t>(target) >= model_.subgraphs.size()) {
            fail(at("subgraphs", g) + "." + at("operators", i), "subgraph " + std::to_string(target) +
                                                                    " does not exist; there are " +
                                                                    std::to_string(model_.subgraphs.size()));
          }
          calls[g].push_back(target);
        }
      }
    }
    struct step {
      std::size_t graph;
      std::size_t next;
    };
    for (std::size_t start = 0; start < calls.size(); ++start) {
      if (colour[start] != 0) continue;
      std::vector<step> way{{start, 0}};
      colour[start] = 1;
      while (!way.empty()) {
        step& now = way.back();
        if (now.next == calls[now.graph].size()) {
          colour[now.graph] = 2;
          way.pop_back();
          continue;
        }
        const auto target = static_cast<std::size_t>(calls[now.graph][now.next++]);
        if (colour[target] == 1) fail(at("subgraphs", target), "calls itself, directly or through others");
        if (colour[target] == 0) {
          colour[target] = 1;
          way.push_back({target, 0});
        }
      }
    }
  }

  const model& model_;
};

}  // namespace detail

AEQ_INLINE std::vector<std::int32_t> called_subgraphs(const operation& o) {
  std::vector<std::int32_t> result;
  const auto add = [&](const union_view& options, const schema::union_descriptor& members) {
    if (options.table == nullptr || options.type >= members.members.size()) return;
    const schema::table_descriptor& table = members.members[options.type];
    for (std::size_t id = 0; id < table.fields.size(); ++id) {
      const schema::field_descriptor& field = table.fields[id];
      const bool names_subgraph = field.name.ends_with("subgraph_index") || field.name == "subgraph";
      if (!names_subgraph || field.is_vector) continue;
      // An absent index of a StableHLO region means none.
      if (options.table->GetOptionalFieldOffset(detail::slot(id)) == 0 && &members == &schema::builtin_options_2)
        continue;
      result.push_back(options.table->GetField<std::int32_t>(detail::slot(id), 0));
    }
  };
  add(o.options, schema::builtin_options);
  add(o.options_2, schema::builtin_options_2);
  return result;
}

AEQ_INLINE void check_consistency(const model& m) {
  detail::consistency(m).check();
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/io/flexbuffer.ipp
// FlexBuffers as JSON values: the definitions.

namespace aeq::inline AEQ_ABI::io {

namespace detail {

class flexbuffer_reader {
 public:
  explicit flexbuffer_reader(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), size_(static_cast<std::int64_t>(bytes.size())), budget_(8 * size_ + 1024) {}

  /// None if the data is no FlexBuffer or its root is null.
  std::optional<boost::json::value> read() {
    if (size_ < 3) return std::nullopt;
    const std::int64_t width = bytes_.back();
    const reference root = packed(at(-(2 + width)), width, bytes_[bytes_.size() - 2]);
    boost::json::value result = value(root, 0);
    if (!good_ || result.is_null()) return std::nullopt;
    return result;
  }

 private:
  enum class type : std::uint8_t {
    null,
    int_,
    uint,
    float_,
    key,
    string,
    indirect_int,
    indirect_uint,
    indirect_float,
    map,
    vector,
    vector_int,
    vector_uint,
    vector_float,
    vector_key,
    vector_string,
    vector_int2,
    vector_float4 = 24,
    blob,
    boolean,
    vector_bool = 36
  };
  struct reference {
    std::int64_t position;
    std::int64_t parent_width;
    std::int64_t width;
    type kind;
  };
  /// Elements of equal type; `width` is not known to be one of 1, 2, 4, 8.
  struct typed_vector {
    std::int64_t position;
    std::int64_t width;
    std::int64_t size;
    type element;
  };

  static constexpr int depth_limit = 128;
  // Numbers beyond it behave alike, and their sums and products stay within 64 bits.
  static constexpr std::int64_t far_away = std::int64_t(1) << 48;

  template <class T = boost::json::value>
  T bad() {
    good_ = false;
    return T{};
  }
  /// Time and memory stay in proportion to the data, though its parts may be shared.
  bool spend(std::int64_t amount) {
    budget_ -= amount;
    if (budget_ < 0) good_ = false;
    return good_;
  }

  static std::int64_t clamped(std::int64_t number) { return std::clamp(number, -far_away, far_away); }
  [[nodiscard]] std::int64_t at(std::int64_t position) const {
    return clamped(position >= 0 ? position : size_ + position);
  }
  [[nodiscard]] std::span<const std::uint8_t> slice(std::int64_t first, std::int64_t last) const {
    const auto edge = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size_ : i, 0, size_); };
    const std::int64_t from = edge(first);
    const std::int64_t to = std::max(from, edge(last));
    return bytes_.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  }

  std::uint64_t number(std::span<const std::uint8_t> bytes) {
    if (bytes.empty() || bytes.size() > 8 || !std::has_single_bit(bytes.size())) return bad<std::uint64_t>();
    std::uint64_t result = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) result = result << 8 | bytes[i];
    return result;
  }
  std::int64_t signed_number(std::span<const std::uint8_t> bytes) {
    const std::uint64_t bits = number(bytes);
    if (!good_) return 0;
    const auto shift = static_cast<int>(64 - 8 * bytes.size());
    return static_cast<std::int64_t>(bits << shift) >> shift;
  }
  boost::json::value real(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != 4 && bytes.size() != 8) return bad();
    const std::uint64_t bits = number(bytes);
    const double value = bytes.size() == 8
                             ? std::bit_cast<double>(bits)
                             : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return boost::json::value(hex_float(value));
  }
  /// A size or distance; beyond what a Python sequence can have it is an error only where a length is asked for.
  std::int64_t distance(std::span<const std::uint8_t> bytes) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(number(bytes), static_cast<std::uint64_t>(far_away)));
  }
  std::int64_t indirect(std::int64_t position, std::int64_t offset, std::int64_t width) {
    const std::int64_t back = distance(slice(position + offset, position + offset + width));
    return at(position + offset - back);
  }
  std::int64_t target(const reference& r) { return indirect(r.position, 0, r.parent_width); }
  std::int64_t stored_size(std::int64_t position, std::int64_t width) {
    const auto bytes = slice(position - width, position);
    if (bytes.size() == 8 && bytes[7] >= 0x80) return bad<std::int64_t>();
    return distance(bytes);
  }

  reference packed(std::int64_t position, std::int64_t parent_width, std::uint8_t packed_type) {
    const int kind = packed_type >> 2;
    if (kind > 26 && kind != 36) good_ = false;
    return {position, parent_width, std::int64_t(1) << (packed_type & 3), static_cast<type>(kind)};
  }

  boost::json::value value(const reference& r, int depth) {
    if (!good_ || depth > depth_limit || !spend(1)) return bad();
    const auto own = [&] { return slice(r.position, r.position + r.parent_width); };
    const auto far = [&] {
      const std::int64_t there = target(r);
      return slice(there, there + r.width);
    };
    switch (r.kind) {
      case type::null: return nullptr;
      case type::boolean: return number(own()) != 0;
      case type::int_: return signed_number(own());
      case type::indirect_int: return signed_number(far());
      case type::uint: return number(own());
      case type::indirect_uint: return number(far());
      case type::float_: return real(own());
      case type::indirect_float: return real(far());
      case type::string: {
        const std::string_view text = sized_text(r);
        return good_ && is_utf8(text) ? boost::json::value(text) : bad();
      }
      case type::key: return r.width == 1 ? boost::json::value(key(target(r))) : bad();
      case type::blob: {
        const std::string_view text = sized_text(r);
        return good_ ? boost::json::value(escaped_utf8(text)) : bad();
      }
      case type::map: return map(r, depth);
      case type::vector: return vector(r, depth);
      default: return typed(r);
    }
  }

  std::string_view view(std::span<const std::uint8_t> bytes) {
    if (!spend(static_cast<std::int64_t>(bytes.size()))) return {};
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string_view sized_text(const reference& r) {
    const std::int64_t there = target(r);
    const std::int64_t size = stored_size(there, r.width);
    return good_ ? view(slice(there, there + size)) : std::string_view();
  }
  /// The text up to the next zero byte: ASCII.
  std::string_view key(std::int64_t position) {
    if (!good_) return {};
    const auto rest = slice(position, far_away);
    const auto zero = std::find(rest.begin(), rest.end(), std::uint8_t(0));
    if (!spend(zero - rest.begin()) || zero == rest.end()) return bad<std::string_view>();
    const std::string_view text = view(slice(position, position + (zero - rest.begin())));
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
      return bad<std::string_view>();
    }
    return text;
  }

  /// An element of an untyped vector; none past its end or past the end of the data.
  std::optional<reference> element(std::int64_t position, std::int64_t width, std::int64_t size, std::int64_t index) {
    if (index >= size) return std::nullopt;
    std::int64_t where = position + size * width + index;
    if (where < 0) where += size_;
    if (where < 0 || where >= size_) return std::nullopt;
    return packed(at(position + index * width), width, bytes_[static_cast<std::size_t>(where)]);
  }

  boost::json::value vector(const reference& r, int depth) {
    const std::int64_t position = target(r);
    const std::int64_t size = stored_size(position, r.width);
    boost::json::array result;
    for (std::int64_t i = 0; good_; ++i) {
      const auto e = element(position, r.width, size, i);
      if (!e) break;
      result.push_back(value(*e, depth + 1));
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  boost::json::value map(const reference& r, int depth) {
    const std::int64_t position = target(r);
    const std::int64_t size = stored_size(position, r.width);
    const std::int64_t keys_width = distance(slice(position - 2 * r.width, position - r.width));
    const std::int64_t keys = indirect(position, -3 * r.width, r.width);
    const std::int64_t key_count = good_ ? stored_size(keys, keys_width) : 0;
    boost::json::object result;
    for (std::int64_t i = 0; good_ && i < key_count; ++i) {
      const auto e = element(position, r.width, size, i);
      if (!e || !good_) break;
      const std::string_view name = key(indirect(at(clamped(keys + i * keys_width)), 0, keys_width));
      boost::json::value content = value(*e, depth + 1);
      if (good_) result.insert_or_assign(name, std::move(content));
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  boost::json::value typed(const reference& r) {
    typed_vector v{target(r), r.width, 0, type::int_};
    const int kind = static_cast<int>(r.kind);
    if (kind >= static_cast<int>(type::vector_int2) && kind <= static_cast<int>(type::vector_float4)) {
      const int number_of_fixed = kind - static_cast<int>(type::vector_int2);
      v.element = static_cast<type>(number_of_fixed % 3 + 1);
      v.size = number_of_fixed / 3 + 2;
    } else {
      v.element = static_cast<type>(kind - static_cast<int>(type::vector_int) + 1);
      v.size = stored_size(v.position, v.width);
    }
    boost::json::array result;
    if (!good_ || v.size == 0) return good_ ? boost::json::value(std::move(result)) : bad();
    if (v.element == type::key || v.element == type::string) {  // old vectors of strings are read as keys
      for (std::int64_t i = 0; i < v.size && good_ && spend(1); ++i) {
        result.emplace_back(key(indirect(at(clamped(v.position + i * v.width)), 0, v.width)));
      }
      return good_ ? boost::json::value(std::move(result)) : bad();
    }
    const auto bytes = slice(v.position, clamped(v.position + v.size * v.width));
    const auto count = static_cast<std::size_t>(v.size);
    const std::size_t width = bytes.size() / count;
    if (width == 0 || width * count != bytes.size() || !spend(v.size)) return bad();
    for (std::size_t i = 0; i < count && good_; ++i) {
      const auto one = bytes.subspan(i * width, width);
      switch (v.element) {
        case type::int_: result.emplace_back(signed_number(one)); break;
        case type::uint: result.emplace_back(number(one)); break;
        case type::float_: result.push_back(real(one)); break;
        default: result.emplace_back(number(one) != 0); break;
      }
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  std::span<const std::uint8_t> bytes_;
  std::int64_t size_;
  std::int64_t budget_;
  bool good_ = true;
};

}  // namespace detail

AEQ_INLINE std::optional<boost::json::value> decode_flexbuffer(std::span<const std::uint8_t> bytes) {
  return detail::flexbuffer_reader(bytes).read();
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/io/sha256.ipp
// SHA-256: the definitions.

namespace aeq::inline AEQ_ABI::io {

namespace detail {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
inline constexpr std::array<std::uint32_t, 64> sha256_constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

}  // namespace detail

AEQ_INLINE std::string hex_text(std::span<const std::uint8_t> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  return text;
}

AEQ_INLINE sha256& sha256::update(std::span<const std::uint8_t> bytes) {
  total_bytes_ += bytes.size();
  if (held_ > 0) {
    const std::size_t taken = std::min(bytes.size(), block_bytes - held_);
    std::copy_n(bytes.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += taken;
    bytes = bytes.subspan(taken);
    if (held_ < block_bytes) return *this;
    add_block(block_.data());
    held_ = 0;
  }
  for (; bytes.size() >= block_bytes; bytes = bytes.subspan(block_bytes)) add_block(bytes.data());
  std::copy(bytes.begin(), bytes.end(), block_.begin());
  held_ = bytes.size();
  return *this;
}

AEQ_INLINE std::array<std::uint8_t, sha256::digest_bytes> sha256::finish() {
  const std::uint64_t total_bits = total_bytes_ * 8;
  std::array<std::uint8_t, block_bytes + 8> padding{0x80};
  const std::size_t zeros_end = held_ < block_bytes - 8 ? block_bytes - 8 - held_ : 2 * block_bytes - 8 - held_;
  for (std::size_t i = 0; i < 8; ++i) padding[zeros_end + i] = static_cast<std::uint8_t>(total_bits >> (56 - 8 * i));
  update(std::span(padding).first(zeros_end + 8));
  std::array<std::uint8_t, digest_bytes> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

AEQ_INLINE void sha256::add_block(const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = static_cast<std::uint32_t>(block[4 * i]) << 24 | static_cast<std::uint32_t>(block[4 * i + 1]) << 16 |
           static_cast<std::uint32_t>(block[4 * i + 2]) << 8 | block[4 * i + 3];
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t a = w[i - 15];
    const std::uint32_t b = w[i - 2];
    w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3)) + w[i - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10));
  }
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) +
                                detail::sha256_constants[i] + w[i];
    const std::uint32_t second =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const std::array<std::uint32_t, 8> result{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state_[i] += result[i];
}

AEQ_INLINE std::string sha256_text(std::span<const std::uint8_t> bytes) {
  return hex_text(sha256().update(bytes).finish());
}

}  // namespace aeq::inline AEQ_ABI::io

// ---- aeq/model/verifier.ipp
// Walking a model file before it is believed: the definitions.

namespace aeq::inline AEQ_ABI::model {

namespace detail {

/// One walk over a file.
class verification {
 public:
  explicit verification(std::span<const std::uint8_t> bytes)
      : size_(bytes.size()),
        // A table takes 8 bytes at least, but small ones may be shared.
        checks_(bytes.data(), bytes.size(), 64,
                static_cast<flatbuffers::uoffset_t>(std::max<std::size_t>(1'000'000, bytes.size() / 4)), true),
        slots_to_read_(bytes.size() / sizeof(flatbuffers::voffset_t)) {}

  bool check(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    if (!table->VerifyTableStart(checks_)) return false;
    count(descriptor);
    for (std::size_t id = 0; id < descriptor.fields.size(); ++id) {
      if (!check_field(table, descriptor, id)) return false;
    }
    note_unknown(table, descriptor);
    return checks_.EndTable();
  }

  /// Where the last check failed: ".subgraphs[0].tensors[2]".
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const file_content& content() const { return content_; }
  /// What the schema does not know: name of the table or union, id of the field or member.
  [[nodiscard]] const std::set<std::pair<std::string, std::size_t>>& unknown() const { return unknown_; }

 private:
  void count(const schema::table_descriptor& descriptor) {
    if (&descriptor == &schema::tensor) {
      ++content_.tensors;
    } else if (&descriptor == &schema::operation) {
      ++content_.operations;
    } else if (&descriptor == &schema::buffer) {
      ++content_.buffers;
    } else if (&descriptor == &schema::subgraph) {
      ++content_.subgraphs;
    } else {
      ++content_.small_tables;
    }
  }
  void count_vector(std::uint64_t bytes) { content_.vector_bytes += bytes; }

  // The path is put together on the way back from a failure only.
  bool fail(std::string_view field) {
    path_ = "." + std::string(field) + path_;
    return false;
  }
  bool fail(std::string_view field, std::size_t index) {
    path_ = "." + std::string(field) + "[" + std::to_string(index) + "]" + path_;
    return false;
  }

  bool check_field(const flatbuffers::Table* table, const schema::table_descriptor& descriptor, std::size_t id) {
    const schema::field_descriptor& field = descriptor.fields[id];
    const flatbuffers::voffset_t slot = detail::slot(id);
    if (!field.is_vector && is_scalar(field.type)) {
      const bool inside = with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
        if constexpr (requires { table->VerifyField<T>(checks_, slot, sizeof(T)); }) {
          return table->VerifyField<T>(checks_, slot, sizeof(T));
        } else {
          return table->VerifyField<T>(checks_, slot);
        }
      });
      return inside || fail(field.name);
    }
    if (!table->VerifyOffset(checks_, slot)) return fail(field.name);
    if (field.type == schema::field_type::string) {
      const auto* text = table->GetPointer<const flatbuffers::String*>(slot);
      if (!checks_.VerifyString(text)) return fail(field.name);
      if (text != nullptr) count_vector(text->size());
      return true;
    }
    if (field.type == schema::field_type::union_value) return check_union(table, field, id);
    if (field.type == schema::field_type::table && !field.is_vector) {
      const auto* inner = table->GetPointer<const flatbuffers::Table*>(slot);
      return inner == nullptr || check(inner, *field.table) || fail(field.name);
    }
    if (field.type == schema::field_type::table) {
      // (Not yet a table_vector: its place may be misaligned.)
      const auto* inner = table->GetPointer<const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>>*>(slot);
      if (inner == nullptr) return true;
      if (!checks_.VerifyVector(inner)) return fail(field.name);
      count_vector(inner->size() * sizeof(flatbuffers::uoffset_t));
      for (flatbuffers::uoffset_t i = 0; i < inner->size(); ++i) {
        if (!check(inner->Get(i), *field.table)) return fail(field.name, i);
      }
      return true;
    }
    const bool inside = with_scalar(field.type, [&]<class T>(std::type_identity<T>) {
      const auto* values = table->GetPointer<const flatbuffers::Vector<T>*>(slot);
      if (!checks_.VerifyVector(values)) return false;
      if (values == nullptr) return true;
      if (&descriptor == &schema::buffer) {
        content_.buffer_bytes += values->size();
      } else {
        count_vector(values->size() * sizeof(T));
      }
      // FlatBuffers' verifier looks at the place of the length only.
      return reinterpret_cast<std::uintptr_t>(values->Data()) % alignof(T) == 0;
    });
    return inside || fail(field.name);
  }

  bool check_union(const flatbuffers::Table* table, const schema::field_descriptor& field, std::size_t id) {
    const auto* inner = table->GetPointer<const flatbuffers::Table*>(slot(id));
    const auto type = table->GetField<std::uint8_t>(slot(id - 1), 0);
    if (inner == nullptr || type == 0) return true;
    if (type >= field.alternatives->members.size()) {
      unknown_.emplace(field.alternatives->name, type);
      return true;
    }
    return check(inner, field.alternatives->members[type]) || fail(field.name);
  }

  void note_unknown(const flatbuffers::Table* table, const schema::table_descriptor& descriptor) {
    const std::uint8_t* layout = table->GetVTable();
    const std::size_t slots = (flatbuffers::ReadScalar<flatbuffers::voffset_t>(layout) - 4u) / 2u;
    if (slots <= descriptor.fields.size() || unknown_.size() >= most_unknown) return;
    if (!seen_layouts_.insert(layout).second) return;
    // Layouts that do not overlap have no more slots in all than the file has room for.
    for (std::size_t id = descriptor.fields.size(); id < slots && slots_to_read_ > 0; ++id, --slots_to_read_) {
      if (table->GetOptionalFieldOffset(slot(id)) != 0) unknown_.emplace(descriptor.name, id);
    }
  }

  static constexpr std::size_t most_unknown = 100;  // enough for any newer schema

  std::size_t size_;
  flatbuffers::Verifier checks_;
  std::string path_;
  std::set<std::pair<std::string, std::size_t>> unknown_;
  std::unordered_set<const std::uint8_t*> seen_layouts_;
  std::size_t slots_to_read_;
  file_content content_;
};

}  // namespace detail

AEQ_INLINE const flatbuffers::Table* verifier::verify(std::span<const std::uint8_t> bytes, const std::string& file,
                                                      warnings& unknown, file_content& content) {
  if (bytes.size() < 8) {
    throw error(error_code::bad_input,
                file + ": " + std::to_string(bytes.size()) + " bytes are no model; a .tflite file is wanted");
  }
  if (!std::equal(bytes.begin() + 4, bytes.begin() + 8, "TFL3")) {
    throw error(error_code::bad_input, file + ": byte 4: the identifier TFL3 of a .tflite file is missing");
  }
  detail::verification walk(bytes.first(std::min<std::uint64_t>(bytes.size(), flatbuffer_limit)));
  const auto root = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data());
  const bool root_inside = root >= 8 && root % 4 == 0 && root < walk.size() - 4;
  const auto* table = reinterpret_cast<const flatbuffers::Table*>(bytes.data() + (root_inside ? root : 0));
  if (!root_inside || !walk.check(table, schema::model)) {
    throw error(error_code::bad_input, file + ": model" + walk.path() +
                                           ": reaches outside the file, or is not laid out as the .tflite schema says; "
                                           "the file is damaged or cut off");
  }
  for (const auto& [name, id] : walk.unknown()) {
    unknown.add(file, "table " + name + ", field " + std::to_string(id) +
                          ": newer than the schema that this version knows; it is left out of what is written");
  }
  content = walk.content();
  return table;
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/quantize/activations.ipp
// Parameters of activations, the definitions.

namespace aeq::inline AEQ_ABI::quantize::detail {

AEQ_INLINE std::string activations::name(std::size_t graph, std::int32_t tensor) const {
  return model_.file_name() + ": " + model::label(model_.subgraphs[graph], static_cast<std::size_t>(tensor));
}

AEQ_INLINE const calibrate::tensor_range* activations::range(std::size_t graph, std::int32_t tensor) const {
  if (const auto place = changed_.find(key(graph, tensor)); place != changed_.end()) return &place->second;
  const model::tensor& t = model_.subgraphs[graph].tensors[static_cast<std::size_t>(tensor)];
  return known_ != nullptr && t.name ? known_->find(*t.name) : nullptr;
}

AEQ_INLINE void activations::set_range(std::size_t graph, std::int32_t tensor, calibrate::tensor_range range) {
  changed_.insert_or_assign(key(graph, tensor), std::move(range));
}

AEQ_INLINE void activations::set_range(std::size_t graph, std::int32_t tensor, const tensor_parameters& p) {
  const double scale = p.scale.front();
  const double zero = p.zero_point.front();
  const double highest = (static_cast<double>(p.format.highest()) - zero) * scale;
  const double lowest = p.format.is_symmetric() ? -highest : (static_cast<double>(p.format.lowest()) - zero) * scale;
  set_range(graph, tensor, {lowest, highest, true, {}});
}

AEQ_INLINE bool activations::knows_some_of(std::size_t graph) const {
  const std::size_t count = model_.subgraphs[graph].tensors.size();
  for (std::size_t i = 0; i < count; ++i) {
    const model::tensor& t = model_.subgraphs[graph].tensors[i];
    if (!model_.is_constant(t) && range(graph, static_cast<std::int32_t>(i)) != nullptr) return true;
  }
  return false;
}

AEQ_INLINE parameters activations::fitted(std::size_t graph, std::int32_t tensor, const format_descriptor& format,
                                          const fit_functions& fits) const {
  const calibrate::tensor_range* r = range(graph, tensor);
  if (r == nullptr) {
    throw error(error_code::not_quantizable,
                name(graph, tensor) +
                    ": the statistics have no range for it; calibrate with data that reaches it, or "
                    "leave the ops around it out with a no_quantize rule");
  }
  if (!std::isfinite(r->lowest) || !std::isfinite(r->highest)) {
    throw error(error_code::not_quantizable, name(graph, tensor) + ": its range in the statistics is " +
                                                 std::to_string(r->lowest) + " to " + std::to_string(r->highest) +
                                                 ", which has no scale; mend the data, or leave the ops around it out "
                                                 "with a no_quantize rule");
  }
  auto p = std::make_shared<tensor_parameters>();
  p->format = format;
  p->scale_shape = r->shape;
  p->wide = r->wide;
  if (r->wide) {
    const scale_zero_point<double> fit = fits.wide({r->lowest, r->highest}, format);
    p->scale = {fit.scale};
    p->zero_point = {fit.zero_point};
  } else {
    const aeq::range<float> floats{static_cast<float>(r->lowest), static_cast<float>(r->highest)};
    const scale_zero_point<float> fit = fits.narrow(floats, format);
    p->scale = {static_cast<double>(fit.scale)};
    p->zero_point = {fit.zero_point};
  }
  return p;
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/quantize/algorithm/float_casting.ipp
// Parameters without scales.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE parameters cast_to_float16(weight source, std::vector<std::int32_t> shape) {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  // The peer compares whole arrays: one buffer that is seen in two shapes becomes two.
  p->scale_shape = std::move(shape);
  p->source = std::make_shared<const weight>(std::move(source));
  return p;
}

AEQ_INLINE parameters keep_float16() {
  auto p = std::make_shared<tensor_parameters>();
  p->format = float16::descriptor;
  return p;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/composite.ipp
// Which composites a plan selects, and which decompositions stay as they are.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

inline constexpr std::uint8_t composite_options = 21;
inline constexpr model::schema::table_descriptor composite_table =
    model::schema::builtin_options_2_members[composite_options];

struct composite {
  std::string_view name;
  std::int32_t decomposition = -1;
};

[[nodiscard]] AEQ_INLINE composite composite_of(const model::operation& o) {
  if (o.options_2.type != composite_options || o.options_2.table == nullptr) return {};
  const model::view<composite_table> options(o.options_2.table);
  return {options.get<"name">().value_or(""), options.get<"decomposition_subgraph_index">()};
}

}  // namespace detail

AEQ_INLINE bool is_quantizable_composite(const model::operation& o) {
  const std::string_view name = detail::composite_of(o).name;
  return std::find(quantizable_composites.begin(), quantizable_composites.end(), name) != quantizable_composites.end();
}

AEQ_INLINE std::vector<bool> skipped_subgraphs(const model::model& m, const recipe::plan& plan) {
  std::vector<bool> skipped(m.subgraphs.size(), false);
  std::vector<std::size_t> to_visit;
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) to_visit.push_back(g);
  while (!to_visit.empty()) {
    const std::size_t g = to_visit.back();
    to_visit.pop_back();
    for (std::size_t i = 0; i < m.subgraphs[g].operations.size(); ++i) {
      const model::operation& o = m.subgraphs[g].operations[i];
      if (m.builtin(o) != op::code::stablehlo_composite) continue;
      const detail::composite c = detail::composite_of(o);
      const bool selected = !skipped[g] && is_quantizable_composite(o) && plan.subgraphs[g].operations[i].quantize;
      if (selected || c.decomposition < 0) continue;
      const auto target = static_cast<std::size_t>(c.decomposition);
      if (skipped[target]) continue;
      skipped[target] = true;
      to_visit.push_back(target);  // what it calls is skipped with it
    }
  }
  return skipped;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/algorithm/min_max_uniform_quantize.ipp
// Ranges of pieces of weights, on all processors.

// ---- aeq/quantize/encoder.hpp
// Producers of a constant's new bytes: quantized, packed and cast while the file is written, piece by piece.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Throws error (not_quantizable) where a range is not one.
void refuse_if_not_finite(const weight& source, const run_range& r);

}  // namespace detail

/// Bytes that a constant takes in the format of its parameters.
[[nodiscard]] std::uint64_t encoded_bytes(const tensor_parameters& p);

/// Makes a buffer hold a constant in the format of its parameters: produced while it is written.
void encode_into(model::buffer& into, const parameters& p);

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/weight_loops_avx2.hpp
// Inside: the loops over weights for x86-64 processors with AVX2 and F16C. Compiled behind function targets: no
// compiler flag is needed, and a processor without them gets the portable variant.

#if defined(__x86_64__) && !AEQ_PORTABLE_LOOPS
#define AEQ_HAS_AVX2_LOOPS 1
#include <cpuid.h>
#include <immintrin.h>
#else
#define AEQ_HAS_AVX2_LOOPS 0
#endif

namespace aeq::inline AEQ_ABI::quantize {

#if AEQ_HAS_AVX2_LOOPS
namespace avx2 {

#define AEQ_AVX2 __attribute__((target("avx2,f16c")))

AEQ_AVX2 inline float lowest_of(__m256 v) {
  __m128 m = _mm_min_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_min_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_min_ss(m, _mm_shuffle_ps(m, m, 1)));
}
AEQ_AVX2 inline float highest_of(__m256 v) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
}
AEQ_AVX2 inline std::uint32_t highest_of(__m256i v) {
  __m128i m = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0x4e));
  m = _mm_max_epu32(m, _mm_shuffle_epi32(m, 0xb1));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(m));
}

AEQ_AVX2 inline run_range range(const float* values, std::size_t count) {
  constexpr std::size_t step = 32;  // four independent chains hide the latency of min and max
  if (count < step) return portable::range(values, count);
  const __m256i magnitude = _mm256_set1_epi32(0x7fffffff);
  __m256 low0 = _mm256_loadu_ps(values), low1 = low0, low2 = low0, low3 = low0;
  __m256 high0 = low0, high1 = low0, high2 = low0, high3 = low0;
  __m256i bits0 = _mm256_setzero_si256(), bits1 = bits0, bits2 = bits0, bits3 = bits0;
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const __m256 a = _mm256_loadu_ps(values + i), b = _mm256_loadu_ps(values + i + 8);
    const __m256 c = _mm256_loadu_ps(values + i + 16), d = _mm256_loadu_ps(values + i + 24);
    low0 = _mm256_min_ps(low0, a), low1 = _mm256_min_ps(low1, b);
    low2 = _mm256_min_ps(low2, c), low3 = _mm256_min_ps(low3, d);
    high0 = _mm256_max_ps(high0, a), high1 = _mm256_max_ps(high1, b);
    high2 = _mm256_max_ps(high2, c), high3 = _mm256_max_ps(high3, d);
    bits0 = _mm256_max_epu32(bits0, _mm256_and_si256(magnitude, _mm256_castps_si256(a)));
    bits1 = _mm256_max_epu32(bits1, _mm256_and_si256(magnitude, _mm256_castps_si256(b)));
    bits2 = _mm256_max_epu32(bits2, _mm256_and_si256(magnitude, _mm256_castps_si256(c)));
    bits3 = _mm256_max_epu32(bits3, _mm256_and_si256(magnitude, _mm256_castps_si256(d)));
  }
  run_range r{lowest_of(_mm256_min_ps(_mm256_min_ps(low0, low1), _mm256_min_ps(low2, low3))),
              highest_of(_mm256_max_ps(_mm256_max_ps(high0, high1), _mm256_max_ps(high2, high3))),
              highest_of(_mm256_max_epu32(_mm256_max_epu32(bits0, bits1), _mm256_max_epu32(bits2, bits3)))};
  for (; i < count; ++i) portable::widen_one(r, values[i]);
  return r;
}

/// clamp(rint(x / scale + zero_point)) of eight values as int32, NaN as 0.
AEQ_AVX2 inline __m256i quantize_eight(__m256 x, __m256 scale, __m256 zero_point, __m256 lowest, __m256 highest) {
  __m256 steps = _mm256_add_ps(_mm256_div_ps(x, scale), zero_point);
  steps = _mm256_and_ps(steps, _mm256_cmp_ps(steps, steps, _CMP_ORD_Q));
  steps = _mm256_round_ps(steps, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(steps, lowest), highest));
}

/// Four times eight int32, which fit in int8, in order.
AEQ_AVX2 inline void store_bytes(__m256i a, __m256i b, __m256i c, __m256i d, std::int8_t* result) {
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  const __m256i in_order = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(result), in_order);
}

AEQ_AVX2 inline void quantize_run(const float* values, std::size_t count, float scale, float zero_point, float lowest,
                                  float highest, std::int8_t* result) {
  const __m256 s = _mm256_set1_ps(scale), z = _mm256_set1_ps(zero_point);
  const __m256 low = _mm256_set1_ps(lowest), high = _mm256_set1_ps(highest);
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const float* x = values + i;
    store_bytes(quantize_eight(_mm256_loadu_ps(x), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 8), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 16), s, z, low, high),
                quantize_eight(_mm256_loadu_ps(x + 24), s, z, low, high), result + i);
  }
  portable::quantize_run(values + i, count - i, scale, zero_point, lowest, highest, result + i);
}

AEQ_AVX2 inline void quantize_columns(const float* values, std::size_t count, const float* scales,
                                      const float* zero_points, float lowest, float highest, std::int8_t* result) {
  const __m256 low = _mm256_set1_ps(lowest), high = _mm256_set1_ps(highest);
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i q[4];
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t at = i + 8 * k;
      q[k] = quantize_eight(_mm256_loadu_ps(values + at), _mm256_loadu_ps(scales + at),
                            _mm256_loadu_ps(zero_points + at), low, high);
    }
    store_bytes(q[0], q[1], q[2], q[3], result + i);
  }
  portable::quantize_columns(values + i, count - i, scales + i, zero_points + i, lowest, highest, result + i);
}

AEQ_AVX2 inline void to_float16(const float* values, std::size_t count, std::uint16_t* result) {
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(result + i), halves);
  }
  portable::to_float16(values + i, count - i, result + i);
}

#undef AEQ_AVX2

}  // namespace avx2

inline constexpr weight_loops avx2_loops{
    "avx2", &avx2::range, &portable::widen, &avx2::quantize_run, &avx2::quantize_columns, &avx2::to_float16};

[[nodiscard]] inline bool has_avx2_and_f16c() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool f16c = __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
  return f16c && __builtin_cpu_supports("avx2");
}
#endif

/// The fastest variant that this processor has.
[[nodiscard]] inline const weight_loops& best_loops() {
#if AEQ_HAS_AVX2_LOOPS
  static const bool available = has_avx2_and_f16c();
  if (available) return avx2_loops;
#endif
  return portable_loops;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/algorithm/min_max_uniform_quantize.ipp
namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE void min_max_ranges::add(std::shared_ptr<tensor_parameters> p, fit_functions fits) {
  p->fit = fits.narrow;
  p->late = when_ == scale_time::while_writing && can_wait(*p);
  if (p->late) return;
  waiting_.push_back(std::make_unique<job>(job{p, fits, {}, {}}));
}

AEQ_INLINE void min_max_ranges::compute(unsigned threads, aeq::progress* tell) {
  std::vector<piece> pieces;
  // In the order of the file, which is the order that memory and disk like.
  std::sort(waiting_.begin(), waiting_.end(),
            [](const auto& a, const auto& b) { return a->source().bytes().data() < b->source().bytes().data(); });
  for (const auto& j : waiting_) prepare(*j, pieces);
  if (tell != nullptr) {
    for (const auto& j : waiting_) tell->expect(j->source().layout().elements() * sizeof(float));
  }
  const bool small = pieces.size() <= waiting_.size() && pieces.size() < 16;
  parallel_for(pieces.size(), small ? 1 : threads, [&](std::size_t i) {
    const std::uint64_t bytes = measure(pieces[i]);
    if (tell != nullptr) tell->advance(bytes);
  });
  for (const auto& j : waiting_) finish(*j);
  waiting_.clear();
}

AEQ_INLINE bool min_max_ranges::can_wait(const tensor_parameters& p) {
  constexpr std::uint64_t cached_elements = std::uint64_t(1) << 16;
  const weight_layout& l = p.source->layout();
  return !p.is_blockwise() && p.format.bits <= 8 && l.lead == 1 && l.channels > 1 && l.trail <= cached_elements &&
         l.trail * static_cast<unsigned>(storage_bits(p.format)) % 8 == 0;
}

AEQ_INLINE bool min_max_ranges::one_range(const job& j) {
  return j.source().layout().channels == 1 && !j.target->is_blockwise();
}

AEQ_INLINE void min_max_ranges::prepare(job& j, std::vector<piece>& pieces) {
  const weight_layout& l = j.source().layout();
  if (j.target->is_blockwise()) {
    j.target->block_scale.resize(l.channels);
  } else {
    j.ranges.assign(l.channels, nothing);
  }
  j.merging = std::make_unique<std::mutex>();
  const std::uint64_t all = one_range(j) ? l.elements() : l.lead == 1 ? l.channels : l.lead;
  const std::uint64_t each = l.elements() / std::max<std::uint64_t>(all, 1);
  const std::uint64_t step = std::max<std::uint64_t>(1, piece_elements / std::max<std::uint64_t>(each, 1));
  for (std::uint64_t i = 0; i < all; i += step) pieces.push_back({&j, i, std::min(all, i + step)});
}

AEQ_INLINE std::uint64_t min_max_ranges::measure(const piece& p) {
  thread_local std::vector<float> scratch;
  job& j = *p.owner;
  const weight_layout& l = j.source().layout();
  const std::uint64_t each = one_range(j) ? 1 : l.lead == 1 ? l.trail : l.channels * l.trail;
  const std::uint64_t first = p.begin * each;
  const std::uint64_t count = (p.end - p.begin) * each;
  const float* values = j.source().values(first, count, scratch);
  const weight_loops& loops = best_loops();
  if (one_range(j)) {
    merge(j, 0, loops.range(values, count));
  } else if (l.lead == 1) {
    for (std::uint64_t c = p.begin; c < p.end; ++c) {
      set(j, c, loops.range(values + (c - p.begin) * l.trail, l.trail));
    }
  } else {
    measure_leads(j, values, p.end - p.begin);
  }
  j.source().let_go(first, count);
  return count * sizeof(float);
}

AEQ_INLINE void min_max_ranges::set(job& j, std::uint64_t channel, const run_range& r) {
  if (!j.target->is_blockwise()) {
    j.ranges[channel] = r;
    return;
  }
  detail::refuse_if_not_finite(j.source(), r);
  const range<float> values{r.lowest, r.highest};
  j.target->block_scale[channel] = float16_bits(j.fits.narrow(values, j.target->format).scale);
}

AEQ_INLINE void min_max_ranges::merge(job& j, std::uint64_t channel, const run_range& r) {
  const std::lock_guard lock(*j.merging);
  merge_into(j.ranges[channel], r);
}

AEQ_INLINE void min_max_ranges::merge_into(run_range& into, const run_range& r) {
  into.lowest = std::min(into.lowest, r.lowest);
  into.highest = std::max(into.highest, r.highest);
  into.magnitude_bits = std::max(into.magnitude_bits, r.magnitude_bits);
}

AEQ_INLINE void min_max_ranges::measure_leads(job& j, const float* values, std::uint64_t leads) {
  const weight_layout& l = j.source().layout();
  const weight_loops& loops = best_loops();
  std::vector<run_range> local(l.channels, nothing);
  for (std::uint64_t lead = 0; lead < leads; ++lead) {
    const float* row = values + lead * l.channels * l.trail;
    if (l.trail == 1) {
      loops.widen(row, l.channels, local.data());
    } else {
      for (std::uint64_t c = 0; c < l.channels; ++c) merge_into(local[c], loops.range(row + c * l.trail, l.trail));
    }
  }
  const std::lock_guard lock(*j.merging);
  for (std::uint64_t c = 0; c < l.channels; ++c) merge_into(j.ranges[c], local[c]);
}

AEQ_INLINE void min_max_ranges::finish(job& j) {
  tensor_parameters& p = *j.target;
  if (p.is_blockwise()) return;
  p.scale.reserve(j.ranges.size());
  p.zero_point.reserve(j.ranges.size());
  for (const run_range& r : j.ranges) {
    detail::refuse_if_not_finite(j.source(), r);
    const scale_zero_point<float> fitted = j.fits.narrow({r.lowest, r.highest}, p.format);
    p.scale.push_back(static_cast<double>(fitted.scale));
    p.zero_point.push_back(fitted.zero_point);
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/constants.ipp
// Parameters of constants, the definitions.

namespace aeq::inline AEQ_ABI::quantize::detail {

/// BATCH_MATMUL's adj_y. One answer serves both operands, as in the peer.
[[nodiscard]] AEQ_INLINE bool adjoint_right(const model::operation& o) {
  constexpr std::uint8_t batch_matmul_options = 101;
  constexpr std::size_t adj_y =
      model::detail::field_id(model::schema::builtin_options_members[batch_matmul_options], "adj_y");
  return o.options.type == batch_matmul_options && o.options.table != nullptr &&
         o.options.table->GetField<std::uint8_t>(model::detail::slot(adj_y), 0) != 0;
}

AEQ_INLINE std::string constants::name(std::size_t graph, std::int32_t tensor) const {
  return model_.file_name() + ": " + model::label(model_.subgraphs[graph], static_cast<std::size_t>(tensor));
}

AEQ_INLINE parameters constants::as_float16(std::size_t graph, std::int32_t index) {
  const model::tensor& t = tensor(graph, index);
  parameters& known = known_[{t.buffer, {float16::descriptor, nullptr}, whole_tensor, t.shape}];
  if (!known) known = cast_to_float16(weight(model_, t, name(graph, index), layout_of(t.shape)), t.shape);
  return known;
}

AEQ_INLINE parameters constants::in_weight_format(const decided_operation& at, std::int32_t index) {
  return ranged(at.graph, index, at.decision.scheme.weight, at.decision.fits, scale_axis(at, index));
}

AEQ_INLINE parameters constants::in_activation_format(std::size_t graph, std::int32_t index,
                                                      const recipe::decision& d) {
  return ranged(graph, index, d.scheme.activation, d.fits, whole_tensor);
}

AEQ_INLINE parameters constants::like_activation(std::size_t graph, std::int32_t index, const parameters& like) const {
  const model::tensor& t = tensor(graph, index);
  auto p = std::make_shared<tensor_parameters>(*like);
  p->source = std::make_shared<const weight>(model_, t, name(graph, index), layout_of(t.shape));
  p->fit = nullptr;
  return p;
}

AEQ_INLINE parameters constants::ranged(std::size_t graph, std::int32_t index, const format_descriptor& format,
                                        const fit_functions& fits, std::int32_t axis) {
  const model::tensor& t = tensor(graph, index);
  parameters& known = known_[{t.buffer, {format, fits.narrow}, axis, t.shape}];
  if (known) return known;
  auto p = std::make_shared<tensor_parameters>();
  p->format = format;
  p->scale_shape.assign(t.shape.size(), 1);
  weight_layout layout = layout_of(t.shape);
  if (axis != whole_tensor) {
    const auto place = static_cast<std::size_t>(axis);
    p->axis = static_cast<std::uint32_t>(axis);
    p->scale_shape[place] = t.shape[place];
    layout = layout_of(t.shape, *p->axis);
  }
  if (p->is_blockwise()) {
    layout = block_layout(t.shape, format.granularity.block_elements);
    p->scale_shape = {t.shape[0], t.shape[1] / format.granularity.block_elements};
  }
  p->source = std::make_shared<const weight>(model_, t, name(graph, index), layout);
  ranges_.add(p, fits);
  known = std::move(p);
  return known;
}

/// The axis whose indices have a scale each; `whole_tensor` if there is one scale. (spec: numerics, section 2.1)
AEQ_INLINE std::int32_t constants::scale_axis(const decided_operation& at, std::int32_t index) const {
  const std::vector<std::int32_t>& shape = tensor(at.graph, index).shape;
  const granularity_descriptor& granularity = at.decision.scheme.weight.granularity;
  const auto rank = static_cast<std::int32_t>(shape.size());
  const auto fail = [&](const std::string& why) {
    throw error(error_code::not_quantizable, name(at.graph, index) + ": can't be quantized " + why + " for " +
                                                 std::string(at.decision.operation->name) + " " +
                                                 std::to_string(at.position) +
                                                 "; choose another granularity, or leave the op out with a "
                                                 "no_quantize rule");
  };
  if (granularity.kind == granularity_kind::tensorwise || rank == 0) return whole_tensor;
  if (granularity.kind == granularity_kind::blockwise) {
    if (rank != 2) fail("in blocks: its rank is " + std::to_string(rank) + ", 2 is wanted,");
    if (shape[1] % granularity.block_elements != 0) {
      fail("in blocks of " + std::to_string(granularity.block_elements) + ": its last dimension " +
           std::to_string(shape[1]) + " is no multiple,");
    }
    return 1;
  }
  std::int32_t axis = whole_tensor;
  switch (at.decision.operation->channels) {
    case op::channel_axis::none: return whole_tensor;
    case op::channel_axis::first: axis = 0; break;
    case op::channel_axis::fourth: axis = 3; break;
    case op::channel_axis::matrix_columns: axis = adjoint_right(at.operation) ? rank - 2 : rank - 1; break;
  }
  if (axis < 0 || axis >= rank) fail("channelwise: it has no axis " + std::to_string(axis) + ",");
  return axis;
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/quantize/selection.ipp
// Roles, types and sizes of operands, asked in turn.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Ops whose weight may be left alone for being small.
[[nodiscard]] constexpr bool has_size_limit(op::code c) {
  return c == op::code::fully_connected || c == op::code::conv_2d || c == op::code::depthwise_conv_2d ||
         c == op::code::transpose_conv;
}

}  // namespace detail

AEQ_INLINE bool takes_weight_format(const model::model& m, const model::tensor& t, const recipe::decision& d,
                                    std::size_t slot) {
  const op::operation_descriptor& operation = *d.operation;
  const bool is_weight = operation.input_role(slot) == op::role::weight;
  const bool is_activation = operation.input_role(slot) == op::role::activation && operation.has_weight();
  if (!(is_weight || is_activation) || !m.is_constant(t)) return false;
  const bool casts = d.algorithm == recipe::algorithm::float_casting;
  if (casts && !is_weight) return false;
  if (casts && t.type == model::tensor_type::float16) return true;  // lacks its DEQUANTIZE
  if (t.type != model::tensor_type::float32 || t.sparsity != nullptr) return false;
  if (t.quantization && t.quantization->has_scale()) return false;
  const std::uint64_t elements = model::element_count(t.shape);
  const bool too_small =
      is_weight && !casts && detail::has_size_limit(operation.builtin) && elements < d.min_weight_elements;
  return elements != 0 && !too_small;
}

AEQ_INLINE bool changes(const model::model& m, const model::subgraph& g, const model::operation& o,
                        const recipe::decision& d) {
  if (!d.quantize) return false;
  if (d.scheme.execution_mode == execution::static_range) return true;
  for (std::size_t slot = 0; slot < o.inputs.size(); ++slot) {
    if (o.inputs[slot] < 0) continue;
    if (takes_weight_format(m, g.tensors[static_cast<std::size_t>(o.inputs[slot])], d, slot)) return true;
  }
  return false;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/static_range.ipp
// Static range, the definitions.

namespace aeq::inline AEQ_ABI::quantize::detail {

[[nodiscard]] AEQ_INLINE std::string place_of(const model::model& m, const decided_operation& at) {
  return m.file_name() + ": subgraph " + std::to_string(at.graph) + ": " + std::string(at.decision.operation->name) +
         ' ' + std::to_string(at.position);
}

[[nodiscard]] AEQ_INLINE bool has_numeric_scales(const model::tensor& t) {
  return t.type != model::tensor_type::float32 && t.quantization && !t.quantization->scale.empty();
}

/// An op between integers needs an integer weight: one that can't be, or shall not be, keeps its op float.
AEQ_INLINE bool static_range::stays_float(const decided_operation& at) const {
  if (at.decision.operation->builtin == op::code::stablehlo_composite) return !is_quantizable_composite(at.operation);
  for (std::size_t slot = 0; slot < at.operation.inputs.size(); ++slot) {
    const std::int32_t index = at.operation.inputs[slot];
    if (index < 0 || at.decision.operation->input_role(slot) != op::role::weight) continue;
    const model::tensor& t = tensor(at.graph, index);
    if (!model_.is_constant(t) || has_numeric_scales(t)) continue;
    if (!takes_weight_format(model_, t, at.decision, slot)) return true;
  }
  return false;
}

AEQ_INLINE std::vector<static_range::operand> static_range::inputs_of(const decided_operation& at) const {
  std::vector<operand> result;
  for (std::size_t slot = 0; slot < at.operation.inputs.size(); ++slot) {
    const std::int32_t index = at.operation.inputs[slot];
    const op::role role = at.decision.operation->input_role(slot);
    const bool carries_values = role == op::role::activation || role == op::role::weight;
    result.push_back(
        {index, index >= 0 && carries_values && tensor(at.graph, index).type == model::tensor_type::float32});
  }
  return result;
}

AEQ_INLINE std::vector<static_range::operand> static_range::outputs_of(const decided_operation& at) const {
  std::vector<operand> result;
  for (const std::int32_t index : at.operation.outputs) {
    result.push_back({index, index >= 0 && tensor(at.graph, index).type == model::tensor_type::float32});
  }
  return result;
}

AEQ_INLINE std::int32_t static_range::only_one(const decided_operation& at, const std::vector<operand>& operands,
                                               const char* what) {
  std::int32_t found = -1;
  int count = 0;
  for (const operand& o : operands) {
    if (!o.takes_part) continue;
    found = o.tensor;
    ++count;
  }
  if (count == 1) return found;
  throw error(error_code::not_quantizable, std::string(at.decision.operation->name) + ' ' +
                                               std::to_string(at.position) + " has " + std::to_string(count) +
                                               " float " + what + ", where 1 is wanted");
}

AEQ_INLINE parameters static_range::of_activation(const decided_operation& at, std::int32_t index) const {
  return activations_.fitted(at.graph, index, at.decision.scheme.activation, at.decision.fits);
}

AEQ_INLINE parameters static_range::of_input(const decided_operation& at, std::int32_t index) {
  if (!model_.is_constant(tensor(at.graph, index))) return of_activation(at, index);
  return at.decision.operation->has_weight() ? constants_.in_weight_format(at, index)
                                             : constants_.in_activation_format(at.graph, index, at.decision);
}

AEQ_INLINE parameters static_range::fixed_output(const decided_operation& at) const {
  const op::fixed_parameters& fixed = at.decision.operation->fixed;
  const std::uint8_t bits = at.decision.scheme.activation.bits;
  if (bits != 8 && bits != 16) {
    throw error(error_code::not_quantizable, place_of(model_, at) + ": its output has no fixed scale at " +
                                                 std::to_string(bits) + " bits; 8 and 16 are wanted");
  }
  auto p = std::make_shared<tensor_parameters>();
  p->format = {number_kind::signed_integer, bits, bits == 8 ? asymmetric : symmetric, tensorwise::descriptor};
  p->wide = true;
  p->scale = {bits == 8 ? 1.0 / static_cast<double>(1u << fixed.scale_shift) : 1.0 / 32768};
  p->zero_point = {bits == 8 ? fixed.zero_point : 0};
  return p;
}

/// Parameters of a constant for an activation that takes them over.
[[nodiscard]] AEQ_INLINE parameters without_source(const parameters& p) {
  if (!p->source) return p;
  auto copy = std::make_shared<tensor_parameters>(*p);
  copy->source = nullptr;
  copy->fit = nullptr;
  return copy;
}

/// Outputs carry the input's parameters, and whoever reads them computes the same.
AEQ_INLINE void static_range::hand_on(const decided_operation& at, const std::vector<operand>& inputs,
                                      const std::vector<operand>& outputs, const parameters& p) {
  const std::int32_t from = only_one(at, inputs, "inputs");
  const calibrate::tensor_range* range = activations_.range(at.graph, from);
  for (const operand& o : outputs) {
    if (!o.takes_part) continue;
    if (range != nullptr && !model_.is_constant(tensor(at.graph, from))) {
      activations_.set_range(at.graph, o.tensor, *range);
    } else {
      constants_.compute(1, nullptr);  // a constant input: its scale is wanted now
      activations_.set_range(at.graph, o.tensor, *p);
    }
  }
}

/// The parameters that a tensor of integers has in the model.
AEQ_INLINE parameters static_range::stored(const decided_operation& at, std::int32_t index) const {
  const model::tensor& t = tensor(at.graph, index);
  if (!has_numeric_scales(t)) return nullptr;
  auto p = std::make_shared<tensor_parameters>();
  p->format = {number_kind::signed_integer, static_cast<std::uint8_t>(model::bits_of(t.type)), symmetric,
               tensorwise::descriptor};
  for (const float s : t.quantization->scale) p->scale.push_back(static_cast<double>(s));
  return p;
}

AEQ_INLINE void static_range::add_bias(const decided_operation& at, const std::vector<parameters>& of_inputs,
                                       std::size_t slot, const rule_writer& rules) {
  const std::int32_t index = at.operation.inputs[slot];
  const model::tensor& t = tensor(at.graph, index);
  const int weight_slot = at.decision.operation->position(op::role::weight);
  const int input_slot = at.decision.operation->position(op::role::activation);
  const auto of_slot = [&](int s) -> parameters {
    const auto place = static_cast<std::size_t>(s);
    if (s < 0 || place >= of_inputs.size() || at.operation.inputs[place] < 0) return nullptr;
    return of_inputs[place] ? of_inputs[place] : stored(at, at.operation.inputs[place]);
  };
  const parameters input = of_slot(input_slot);
  const parameters weight_parameters = of_slot(weight_slot);
  if (!input || !weight_parameters || t.type != model::tensor_type::float32) {
    rules.consume(index, at.position, transformation::no_quantize);
    return;
  }
  if (!model_.is_constant(t)) {
    throw error(error_code::not_quantizable,
                place_of(model_, at) + ": its bias, " +
                    model::label(model_.subgraphs[at.graph], static_cast<std::size_t>(index)) +
                    ", is computed while the model runs; a constant is wanted. Leave the op out with a no_quantize "
                    "rule");
  }
  auto p = std::make_shared<tensor_parameters>();
  const bool wide_input = storage_bits(input->format) > 8;
  p->format = {number_kind::signed_integer, static_cast<std::uint8_t>(wide_input ? 64 : 32), symmetric,
               tensorwise::descriptor};
  p->source = std::make_shared<const weight>(model_, t, constants_.name(at.graph, index), layout_of(t.shape));
  biases_.push_back({p, input, weight_parameters});
  rules.consume(index, at.position, transformation::quantize_tensor, std::move(p));
}

/// A bias beyond 2^31 steps of its scale is cut off: the layer then computes something else.
AEQ_INLINE void warn_of_saturation(const tensor_parameters& p, warnings& notes) {
  std::vector<float> scratch;
  const std::uint64_t elements = p.source->layout().elements();
  const float* values = p.source->values(0, elements, scratch);
  std::uint64_t cut = 0;
  for (std::uint64_t i = 0; i < elements; ++i) {
    const double scale = p.scale[p.source->layout().channel_of(i)];
    if (std::abs(static_cast<double>(values[i])) >= 2147483647.5 * scale) ++cut;
  }
  if (cut == 0) return;
  notes.add(p.source->name(), std::to_string(cut) + " of " + std::to_string(elements) +
                                  " values of this bias are too large for its scale (that of the input times that of "
                                  "the weight) and are cut off; are the ranges of its input right?");
}

AEQ_INLINE void static_range::finish_biases(warnings* notes) {
  for (const pending_bias& b : biases_) {
    tensor_parameters& p = *b.target;
    p.wide = b.input->wide || b.weight->wide;
    const std::vector<double>& x = b.input->scale;
    const std::vector<double>& w = b.weight->scale;
    const std::size_t count = std::max(x.size(), w.size());
    for (std::size_t i = 0; i < count; ++i) {
      const double a = x[x.size() == 1 ? 0 : i];
      const double c = w[w.size() == 1 ? 0 : i];
      p.scale.push_back(p.wide ? a * c : static_cast<double>(static_cast<float>(a) * static_cast<float>(c)));
      p.zero_point.push_back(0);
    }
    p.scale_shape = {static_cast<std::int32_t>(count)};
    if (count > 1) p.axis = 0;
    const std::uint64_t elements = p.source->layout().elements();
    if (count > 1 && elements != count) {
      throw error(error_code::not_quantizable, p.source->name() + ": a bias of " + std::to_string(elements) +
                                                   " elements does not go with a weight of " + std::to_string(count) +
                                                   " channels");
    }
    if (count > 1) {
      const weight_layout per_channel{1, count, 1};
      p.source = std::make_shared<const weight>(p.source->with_layout(per_channel));
    }
    if (notes != nullptr) warn_of_saturation(p, *notes);
  }
  biases_.clear();
}

AEQ_INLINE void static_range::materialize(const decided_operation& at, const rule_writer& rules) {
  const bool leave = stays_float(at);
  std::vector<operand> inputs = inputs_of(at);
  std::vector<operand> outputs = outputs_of(at);
  if (leave) {
    for (operand& o : inputs) o.takes_part = false;
    for (operand& o : outputs) o.takes_part = false;
  }
  const auto any = [](const std::vector<operand>& all) {
    return std::any_of(all.begin(), all.end(), [](const operand& o) { return o.takes_part; });
  };
  const bool takes_part = any(inputs) || any(outputs);
  const op::constraint constraint = takes_part ? at.decision.operation->output : op::constraint::free;

  parameters common;  // of all operands that take part, but for fixed_output: of the outputs
  switch (constraint) {
    case op::constraint::free: break;
    case op::constraint::same_as_input:
      common = of_input(at, only_one(at, inputs, "inputs"));
      hand_on(at, inputs, outputs, common);
      break;
    case op::constraint::same_as_output: common = of_activation(at, only_one(at, outputs, "outputs")); break;
    case op::constraint::fixed_output: common = fixed_output(at); break;
  }

  std::vector<parameters> of_inputs(inputs.size());
  for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
    const operand& o = inputs[slot];
    if (o.tensor < 0) continue;
    const bool is_bias = at.decision.operation->input_role(slot) == op::role::bias;
    if (!o.takes_part && (leave || !is_bias)) {
      rules.consume(o.tensor, at.position, transformation::no_quantize);
    } else if (is_bias) {
      add_bias(at, of_inputs, slot, rules);
    } else {
      const bool constant = model_.is_constant(tensor(at.graph, o.tensor));
      if (constraint == op::constraint::same_as_output) {
        of_inputs[slot] = constant ? constants_.like_activation(at.graph, o.tensor, common) : common;
      } else {
        of_inputs[slot] = constraint == op::constraint::same_as_input ? common : of_input(at, o.tensor);
      }
      rules.consume(o.tensor, at.position, constant ? transformation::quantize_tensor : transformation::add_quantize,
                    of_inputs[slot]);
    }
  }
  for (const operand& o : outputs) {
    if (o.tensor < 0) continue;
    if (!o.takes_part) {
      rules.produce(o.tensor, at.position, transformation::no_quantize);
      continue;
    }
    rules.produce(o.tensor, at.position, transformation::add_dequantize,
                  constraint == op::constraint::free ? of_activation(at, o.tensor) : without_source(common));
    if (constraint == op::constraint::fixed_output) activations_.set_range(at.graph, o.tensor, *common);
  }
}

AEQ_INLINE void static_range::materialize_input(std::size_t graph, std::int32_t index, const recipe::decision& d,
                                                const rule_writer& rules) {
  if (tensor(graph, index).type != model::tensor_type::float32) {
    rules.produce(index, graph_edge, transformation::no_quantize);
  } else {
    rules.produce(index, graph_edge, transformation::add_dequantize,
                  activations_.fitted(graph, index, d.scheme.activation, d.fits));
  }
}

AEQ_INLINE void static_range::materialize_output(std::size_t graph, std::int32_t index, const recipe::decision& d,
                                                 const rule_writer& rules) {
  if (tensor(graph, index).type != model::tensor_type::float32) {
    rules.consume(index, graph_edge, transformation::no_quantize);
  } else if (model_.is_constant(tensor(graph, index))) {
    rules.consume(index, graph_edge, transformation::quantize_tensor, constants_.in_activation_format(graph, index, d));
  } else {
    rules.consume(index, graph_edge, transformation::add_quantize,
                  activations_.fitted(graph, index, d.scheme.activation, d.fits));
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize::detail

// ---- aeq/model/editor.ipp
// Editing a model: the definitions.

namespace aeq::inline AEQ_ABI::model {

namespace detail {

[[nodiscard]] AEQ_INLINE std::size_t hash_of(std::span<const std::uint8_t> bytes) {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace detail

AEQ_INLINE editor::editor(model& m, const std::vector<bool>& changing) : model_(m) {
  for (std::size_t i = 1; i < m.buffers.size(); ++i) {
    const bool stays = i >= changing.size() || !changing[i];
    if (stays && m.buffers[i].present && !m.buffers[i].produce) {
      by_size_[m.buffers[i].size].push_back(static_cast<std::uint32_t>(i));
    }
  }
}

AEQ_INLINE std::uint32_t editor::add_buffer(buffer b) {
  model_.buffers.push_back(std::move(b));
  return static_cast<std::uint32_t>(model_.buffers.size() - 1);
}

/// Buffers of a size by their content, which is only read where a constant of the size is added.
AEQ_INLINE editor::buffers_by_hash& editor::of_size(std::uint64_t bytes) {
  buffers_by_hash& known = by_content_[bytes];
  if (const auto unread = by_size_.find(bytes); unread != by_size_.end()) {
    for (const std::uint32_t i : unread->second) known.emplace(detail::hash_of(model_.buffers[i].data), i);
    by_size_.erase(unread);
  }
  return known;
}

AEQ_INLINE std::uint32_t editor::add_constant(std::vector<std::uint8_t> bytes) {
  buffers_by_hash& known = of_size(bytes.size());
  const std::size_t hash = detail::hash_of(bytes);
  const auto [first, last] = known.equal_range(hash);
  std::uint32_t found = 0;
  for (auto i = first; i != last; ++i) {
    const buffer& b = model_.buffers[i->second];
    const bool equal = std::equal(bytes.begin(), bytes.end(), b.data.begin(), b.data.end());
    if (equal && (found == 0 || i->second < found)) found = i->second;
  }
  if (found != 0) return found;
  buffer b;
  b.present = true;
  b.size = bytes.size();
  b.data = keep(std::move(bytes));
  const std::uint32_t index = add_buffer(std::move(b));
  known.emplace(hash, index);
  return index;
}

AEQ_INLINE std::int32_t editor::add_tensor(std::size_t graph, tensor t) {
  std::vector<tensor>& tensors = model_.subgraphs[graph].tensors;
  tensors.push_back(std::move(t));
  return static_cast<std::int32_t>(tensors.size() - 1);
}

AEQ_INLINE std::uint32_t editor::code(op::code builtin) {
  const auto [known, is_new] = codes_.try_emplace(builtin);
  if (!is_new) return known->second;
  const auto place = std::find_if(model_.operator_codes.begin(), model_.operator_codes.end(),
                                  [&](const operator_code& c) { return c.builtin == builtin; });
  known->second = static_cast<std::uint32_t>(place - model_.operator_codes.begin());
  if (place == model_.operator_codes.end()) model_.operator_codes.push_back({builtin, std::nullopt, 1});
  return known->second;
}

AEQ_INLINE const flatbuffers::Table* editor::add_table(
    std::initializer_list<std::pair<std::size_t, std::int32_t>> fields) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto start = builder.StartTable();
  for (const auto& [id, value] : fields) {
    builder.AddElement<std::int32_t>(static_cast<flatbuffers::voffset_t>(4 + 2 * id), value, 0);
  }
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start)));
  const auto bytes = keep({builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()});
  return flatbuffers::GetRoot<flatbuffers::Table>(bytes.data());
}

AEQ_INLINE std::span<const std::uint8_t> editor::keep(std::vector<std::uint8_t> bytes) {
  model_.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
  return *model_.storage.back();
}

AEQ_INLINE std::int32_t insertions::before(std::int32_t consumer, operation o) {
  const auto gap = static_cast<std::size_t>(consumer);
  return place(std::move(o), gap, gaps_[gap].end());
}

AEQ_INLINE std::int32_t insertions::after(std::int32_t producer, operation o) {
  const auto originals = static_cast<std::int32_t>(gaps_.size()) - 1;
  if (producer < originals) {
    const auto gap = static_cast<std::size_t>(producer) + 1;
    return place(std::move(o), gap, gaps_[gap].begin());
  }
  const insertion& earlier = inserted_[static_cast<std::size_t>(producer - originals)];
  return place(std::move(o), earlier.gap, std::next(earlier.place));
}

AEQ_INLINE void insertions::commit(subgraph& g) {
  if (inserted_.empty()) return;
  std::vector<operation> result;
  result.reserve(g.operations.size() + inserted_.size());
  for (std::size_t i = 0; i < gaps_.size(); ++i) {
    for (const std::int32_t k : gaps_[i]) result.push_back(std::move(inserted_[static_cast<std::size_t>(k)].what));
    if (i < g.operations.size()) result.push_back(std::move(g.operations[i]));
  }
  g.operations = std::move(result);
}

AEQ_INLINE std::int32_t insertions::place(operation o, std::size_t gap, std::list<std::int32_t>::iterator before) {
  const auto number = static_cast<std::int32_t>(inserted_.size());
  inserted_.push_back({std::move(o), gap, gaps_[gap].insert(before, number)});
  return number + static_cast<std::int32_t>(gaps_.size()) - 1;
}

}  // namespace aeq::inline AEQ_ABI::model

// ---- aeq/quantize/transform/context.ipp
// Names, wiring and insertions.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE void operand_lists::replace(std::size_t graph, std::int32_t operation, std::int32_t from, std::int32_t to) {
  replace_some(graph, operation, from, to, static_cast<std::size_t>(-1));
  if (operation == graph_edge) replace_in_signatures(graph, from, to);
}

AEQ_INLINE void operand_lists::replace_first(std::size_t graph, std::int32_t operation, std::int32_t from,
                                             std::int32_t to) {
  replace_some(graph, operation, from, to, 1);
}

AEQ_INLINE void operand_lists::replace_some(std::size_t graph, std::int32_t operation, std::int32_t from,
                                            std::int32_t to, std::size_t most) {
  constexpr std::size_t short_list = 64;
  if (from == to) return;
  model::subgraph& g = model_.subgraphs[graph];
  std::vector<std::int32_t>& list =
      operation == graph_edge ? g.outputs : g.operations[static_cast<std::size_t>(operation)].inputs;
  if (list.size() <= short_list) {
    for (std::size_t i = 0; i < list.size() && most > 0; ++i) {
      if (list[i] != from) continue;
      list[i] = to;
      --most;
    }
    return;
  }
  const auto [known, is_new] = long_lists_.try_emplace({graph, operation});
  slots& of_tensors = known->second;
  for (std::size_t i = 0; is_new && i < list.size(); ++i) of_tensors.emplace(list[i], i);
  for (; most > 0; --most) {
    const auto first = of_tensors.lower_bound({from, 0});
    if (first == of_tensors.end() || first->first != from) return;
    const std::size_t slot = first->second;
    list[slot] = to;
    of_tensors.erase(first);
    of_tensors.emplace(to, slot);
  }
}

AEQ_INLINE void operand_lists::replace_in_signatures(std::size_t graph, std::int32_t from, std::int32_t to) {
  if (!signatures_[graph]) {
    outputs& all = signatures_[graph].emplace();
    for (model::signature& s : model_.signatures) {
      if (s.subgraph != graph) continue;
      for (model::tensor_map& m : s.outputs) all.emplace(m.tensor, &m);
    }
  }
  outputs& all = *signatures_[graph];
  std::vector<model::tensor_map*> moved;
  const auto [first, last] = all.equal_range(static_cast<std::uint32_t>(from));
  for (auto i = first; i != last; ++i) moved.push_back(i->second);
  all.erase(first, last);
  for (model::tensor_map* m : moved) {
    m->tensor = static_cast<std::uint32_t>(to);
    all.emplace(m->tensor, m);
  }
}

AEQ_INLINE std::string transform_context::name() const {
  const std::optional<std::string>& given = tensor_at(tensor).name;
  return given && !given->empty() ? *given : "tensor_" + std::to_string(tensor);
}

namespace detail {

AEQ_INLINE model::tensor like(const model::tensor& t, std::string name) {
  model::tensor result;
  result.name = std::move(name);
  result.shape = t.shape;
  result.shape_signature = t.shape_signature;
  return result;
}

AEQ_INLINE void rewire(const transform_context& c, std::int32_t to) {
  const std::vector<std::int32_t>& consumers = c.what.consumers;
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    if (i > 0 && consumers[i] == consumers[i - 1]) continue;  // listed once per slot
    c.operands.replace(c.graph, consumers[i], c.tensor, to);
  }
}

AEQ_INLINE std::int32_t insert(const transform_context& c, op::code builtin, std::int32_t input, std::int32_t output) {
  model::operation o;
  o.code = c.edit.code(builtin);
  o.inputs = {input};
  o.outputs = {output};
  const std::int32_t first = *std::min_element(c.what.consumers.begin(), c.what.consumers.end());
  const bool consumer_comes_first = first <= c.producer;  // an original producer behind a consumer: no valid order
  if (first == graph_edge ||
      (consumer_comes_first && c.producer < static_cast<std::int32_t>(c.subgraph().operations.size()))) {
    return c.inserted.after(c.producer, std::move(o));
  }
  return c.inserted.before(first, std::move(o));
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/add_dequantize.ipp
// The new tensor and operator, and who reads it.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE transformed add_dequantize(const transform_context& c) {
  const std::int32_t result = c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_dequant"));
  detail::quantize_in_place(c, c.tensor);
  const std::int32_t operation = detail::insert(c, op::code::dequantize, c.tensor, result);
  detail::rewire(c, result);
  return {result, operation};
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/add_quantize.ipp
// The new tensor and operator, and who reads it.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE transformed add_quantize(const transform_context& c) {
  const std::int32_t result = c.edit.add_tensor(c.graph, detail::like(c.tensor_at(c.tensor), c.name() + "_quantized"));
  detail::quantize_in_place(c, result);
  const std::int32_t operation = detail::insert(c, op::code::quantize, c.tensor, result);
  detail::rewire(c, result);
  return {result, operation};
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/duplicate.ipp
// Copies of buffers and tensors.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// A new buffer with the bytes that a buffer of the source model has.
AEQ_INLINE std::uint32_t copy_buffer(const transform_context& c, std::uint32_t index) {
  const model::buffer& from = c.edit.edited().buffers[index];
  model::buffer copy;
  copy.present = from.present;
  copy.data = from.data;
  copy.size = from.data.size();
  return c.edit.add_buffer(std::move(copy));
}

}  // namespace detail

AEQ_INLINE transformed duplicate_buffer(const transform_context& c) {
  const std::uint32_t copy = detail::copy_buffer(c, c.tensor_at(c.tensor).buffer);
  c.tensor_at(c.tensor).buffer = copy;
  return {};
}

AEQ_INLINE transformed duplicate_tensor(const transform_context& c) {
  model::tensor copy = detail::like(c.tensor_at(c.tensor), "");
  const std::size_t number = c.subgraph().tensors.size();
  copy.name = c.name() + "_duplicated_" + std::to_string(number);
  copy.type = c.tensor_at(c.tensor).type;
  copy.buffer = detail::copy_buffer(c, c.tensor_at(c.tensor).buffer);
  const std::int32_t result = c.edit.add_tensor(c.graph, std::move(copy));
  // A consumer is listed once per slot that it reads the tensor in.
  bool outputs_done = false;
  for (const std::int32_t consumer : c.what.consumers) {
    if (consumer != graph_edge) {
      c.operands.replace_first(c.graph, consumer, c.tensor, result);
    } else if (!std::exchange(outputs_done, true)) {
      c.operands.replace(c.graph, graph_edge, c.tensor, result);
    }
  }
  return {result, std::nullopt};
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/transform/quantize_tensor.ipp
// Type, scales and producer of a tensor.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// The scales of a blockwise tensor lie in a constant float16 tensor of their own.
AEQ_INLINE model::quantization blockwise_quantization(const transform_context& c, const tensor_parameters& p) {
  std::vector<std::uint8_t> bytes(p.block_scale.size() * sizeof(std::uint16_t));
  for (std::size_t i = 0; i < p.block_scale.size(); ++i) {
    flatbuffers::WriteScalar(bytes.data() + i * sizeof(std::uint16_t), p.block_scale[i]);
  }
  model::tensor scales;
  scales.name = c.name() + "_scales";
  scales.type = model::tensor_type::float16;
  scales.shape = p.scale_shape;
  scales.buffer = c.edit.add_constant(std::move(bytes));
  const std::int32_t index = c.edit.add_tensor(c.graph, std::move(scales));

  constexpr const model::schema::table_descriptor& table = model::schema::blockwise_quantization;
  model::quantization q;
  q.details.type = model::schema::blockwise_details;
  q.details.table =
      c.edit.add_table({{model::detail::field_id(table, "scales"), index},
                        {model::detail::field_id(table, "zero_points"), -1},
                        {model::detail::field_id(table, "block_size"), p.format.granularity.block_elements}});
  return q;
}

AEQ_INLINE void quantize_in_place(const transform_context& c, std::int32_t index) {
  const parameters& p = c.what.params;
  if (!p) return;
  if (p->format.is_integer()) {
    model::quantization q;
    if (p->is_blockwise()) {
      q = blockwise_quantization(c, *p);
    } else {
      for (const double s : p->scale) q.scale.push_back(static_cast<float>(s));
      q.zero_point.assign(p->zero_point.begin(), p->zero_point.end());
      q.quantized_dimension = static_cast<std::int32_t>(p->axis.value_or(0));
    }
    if (p->late) {  // room for what the encoder will find
      q.scale.resize(p->source->layout().channels);
      q.zero_point.resize(p->source->layout().channels);
    }
    c.tensor_at(index).quantization = std::move(q);
  }
  model::tensor& t = c.tensor_at(index);
  t.type = storage_type(p->format);
  if (!p->source || t.buffer == 0) return;
  encode_into(c.edit.edited().buffers[t.buffer], p);
}

}  // namespace detail

AEQ_INLINE transformed quantize_tensor(const transform_context& c) {
  detail::quantize_in_place(c, c.tensor);
  return {};
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/quantize/sharing.ipp
// Which rules can live together, and the duplicates where they can't.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

[[nodiscard]] AEQ_INLINE bool leaves_source_float(transformation t) {
  return t == transformation::add_quantize || t == transformation::no_quantize;
}
[[nodiscard]] AEQ_INLINE bool turns_source_into_integers(transformation t) {
  return t == transformation::quantize_tensor || t == transformation::add_dequantize;
}

/// Whether one tensor can serve both.
[[nodiscard]] AEQ_INLINE bool compatible(const tensor_rule& a, const tensor_rule& b) {
  const bool equal_params = same(a.params, b.params);
  if (a.transformations == b.transformations && equal_params) return true;
  const transformation first = a.transformations.front();
  const transformation second = b.transformations.front();
  if (leaves_source_float(first) && leaves_source_float(second)) return true;
  return turns_source_into_integers(first) && turns_source_into_integers(second) && equal_params;
}

/// Whether two tensors can stay on one buffer.
[[nodiscard]] AEQ_INLINE bool compatible(const tensor_rules& a, const tensor_rules& b) {
  if (a.producer.has_value() != b.producer.has_value() || a.consumers.empty() != b.consumers.empty()) return false;
  if (a.producer && !compatible(*a.producer, *b.producer)) return false;
  return a.consumers.empty() || compatible(a.consumers.front(), b.consumers.front());
}

struct tensor_place {
  std::size_t graph;
  std::size_t tensor;
};

}  // namespace detail

AEQ_INLINE void resolve_sharing(const model::model& m, model_rules& rules) {
  std::vector<std::vector<detail::tensor_place>> tensors_of(m.buffers.size());
  for (std::size_t g = 0; g < m.subgraphs.size(); ++g) {
    for (std::size_t t = 0; t < m.subgraphs[g].tensors.size(); ++t) {
      const model::tensor& tensor = m.subgraphs[g].tensors[t];
      const tensor_rules& wanted = rules[g][t];
      // A tensor that nobody reads has no say.
      if (m.is_constant(tensor) && (!wanted.consumers.empty() || wanted.producer)) {
        tensors_of[tensor.buffer].push_back({g, t});
      }
    }
  }
  for (const std::vector<detail::tensor_place>& tensors : tensors_of) {
    if (tensors.empty()) continue;
    const auto rules_of = [&](const detail::tensor_place& p) -> tensor_rules& { return rules[p.graph][p.tensor]; };
    std::vector<bool> split(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::vector<tensor_rule>& consumers = rules_of(tensors[i]).consumers;
      split[i] = std::any_of(consumers.begin(), consumers.end(),
                             [&](const tensor_rule& r) { return !detail::compatible(consumers.front(), r); });
    }
    bool split_buffer = split[0];
    for (std::size_t i = 1; i < tensors.size(); ++i) {
      split_buffer = split_buffer || split[i] || !detail::compatible(rules_of(tensors[0]), rules_of(tensors[i]));
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      for (tensor_rule& r : rules_of(tensors[i]).consumers) {
        std::vector<transformation>& list = r.transformations;
        // The last tensor keeps the buffer.
        if (split_buffer && i + 1 < tensors.size()) list.insert(list.begin(), transformation::duplicate_buffer);
        if (split[i]) list.insert(list.begin(), transformation::duplicate_tensor);
      }
    }
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/recipe/spelling.ipp
// Which schemes are built in, and how far two words are apart.

namespace aeq::inline AEQ_ABI::recipe {

AEQ_INLINE bool is_builtin(const scheme_descriptor& scheme) {
  for (const scheme_descriptor& s : builtin_table().schemes()) {
    if (s.name == scheme.name && s.same_arithmetic(scheme)) return true;
  }
  return false;
}

AEQ_INLINE std::size_t edit_distance(std::string_view a, std::string_view b, bool free_ends) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = free_ends ? 0 : j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return free_ends ? *std::min_element(row.begin(), row.end()) : row.back();
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/scope.ipp
// Regular expressions over scopes: the translation for Boost.Regex, and the search.

#include <boost/regex.hpp>

// ---- aeq/recipe/required_texts.hpp
// What a scope must contain for a regular expression to be found in it.
//
// Inside: definitions (*.ipp) include it, other headers do not.

namespace aeq::inline AEQ_ABI::recipe::detail {

[[nodiscard]] constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Of the texts in one list, one stands in every scope that is matched; a list for each such claim.
using required_lists = std::vector<std::vector<std::string>>;

/// Finds what every scope contains that an expression of Python's matches, whatever the case of its letters:
/// "(conv|dense)_1.*/kernel" requires "conv" or "dense", and "_1", and "/kernel". Where in doubt it claims nothing.
/// (Case is given up because (?i) then needs no care; letters beyond ASCII, whose case depends on the locale, are taken
/// for unknown.)
class required_texts_reader {
 public:
  explicit required_texts_reader(std::string_view source) : source_(source) {}

  /// In lower case, the longest texts first.
  [[nodiscard]] required_lists run() {
    required_lists all = alternatives(0);
    if (at_ != source_.size()) return {};
    constexpr std::size_t most_lists = 8;
    std::stable_sort(all.begin(), all.end(), [](const texts& a, const texts& b) { return shortest(a) > shortest(b); });
    if (all.size() > most_lists) all.resize(most_lists);
    return all;
  }

 private:
  using texts = std::vector<std::string>;
  static constexpr std::size_t most_texts = 64;
  static constexpr int deepest = 50;

  [[nodiscard]] bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  [[nodiscard]] char here() const { return at_ < source_.size() ? source_[at_] : '\0'; }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  /// Ends the reading without a result: the end is never reached.
  required_lists give_up() {
    at_ = source_.size() + 1;
    return {};
  }

  /// What one of several sequences requires: the longest of each.
  [[nodiscard]] required_lists alternatives(int depth) {
    if (depth > deepest) return give_up();
    required_lists first = sequence(depth);
    if (here() != '|') return first;
    texts all = longest(first);
    bool known = !all.empty();
    while (here() == '|') {
      ++at_;
      const texts next = longest(sequence(depth));
      known = known && !next.empty() && all.size() + next.size() <= most_texts;
      if (known) all.insert(all.end(), next.begin(), next.end());
    }
    if (!known) return {};
    return {all};
  }

  /// What parts that stand one behind the other require.
  [[nodiscard]] required_lists sequence(int depth) {
    required_lists all;
    std::string run;
    const auto end_run = [&] {
      if (!run.empty()) all.push_back({std::exchange(run, {})});
    };
    while (at_ < source_.size() && here() != '|' && here() != ')') {
      std::optional<char> character;
      required_lists of_group;
      if (here() == '\\') {
        character = escape();
      } else if (here() == '[') {
        character_class();
      } else if (here() == '(') {
        of_group = group(depth);
      } else if (std::string_view(".^$").find(here()) != std::string_view::npos) {
        ++at_;
      } else if (fewest_repetitions()) {
        return give_up();  // of nothing
      } else if (at_ < source_.size()) {
        character = source_[at_++];
      }
      const std::optional<bool> repeated = fewest_repetitions();
      const bool is_needed = !repeated || *repeated;
      const bool is_known = character && static_cast<unsigned char>(*character) < 0x80;
      if (is_known && is_needed) run += lower_case(*character);
      if (!is_known || repeated) end_run();
      if (is_needed) std::move(of_group.begin(), of_group.end(), std::back_inserter(all));
    }
    end_run();
    return all;
  }

  [[nodiscard]] static std::size_t shortest(const texts& some) {
    std::size_t size = some.empty() ? 0 : some.front().size();
    for (const std::string& text : some) size = std::min(size, text.size());
    return size;
  }
  [[nodiscard]] static texts longest(const required_lists& lists) {
    texts best;
    for (const texts& some : lists) {
      if (shortest(some) > shortest(best)) best = some;
    }
    return best;
  }

  /// Skips *, +, ?, {2,3}; whether the repeated part must stand there at least once.
  [[nodiscard]] std::optional<bool> fewest_repetitions() {
    std::optional<bool> needed;
    for (;;) {
      bool once = here() == '+';
      std::size_t end = at_ + 1;
      if (here() == '{') {
        std::string_view least = digits(end);
        const bool comma = end < source_.size() && source_[end] == ',';
        if (comma) ++end;
        if (comma) static_cast<void>(digits(end));
        if (end >= source_.size() || source_[end] != '}' || (least.empty() && !comma)) return needed;
        ++end;
        once = least.find_first_not_of('0') != std::string_view::npos;
      } else if (here() != '*' && here() != '+' && here() != '?') {
        return needed;
      }
      // (A lazy or possessive suffix reads as one more repetition, of at least none: +? is taken for *.)
      needed = needed.value_or(true) && once;
      at_ = end;
    }
  }
  [[nodiscard]] std::string_view digits(std::size_t& end) const {
    const std::size_t begin = end;
    while (end < source_.size() && is_digit(source_[end])) ++end;
    return source_.substr(begin, end - begin);
  }

  /// The character that an escape stands for, if that is plain.
  [[nodiscard]] std::optional<char> escape() {
    const char c = at_ + 1 < source_.size() ? source_[at_ + 1] : '0';
    if (is_digit(c) || c == 'x' || c == 'u' || c == 'U') {
      give_up();
      return std::nullopt;
    }
    at_ += 2;
    if (is_letter(c)) return std::nullopt;
    return c;
  }

  void character_class() {
    ++at_;
    if (here() == '^') ++at_;
    for (bool first = true; at_ < source_.size(); first = false) {
      const char c = source_[at_++];
      if (c == ']' && !first) return;
      if (c == '\\') ++at_;
    }
    give_up();
  }

  [[nodiscard]] required_lists group(int depth) {
    bool counts = true;
    if (starts("(?P<")) {
      at_ = std::min(source_.find('>', at_), source_.size());
    } else if (starts("(?P=")) {
      at_ = source_.find(')', at_);
      if (at_ == std::string_view::npos) return give_up();
      ++at_;
      return {};
    } else if (starts("(?=") || starts("(?!")) {
      counts = false;
      at_ += 2;
    } else if (starts("(?<=") || starts("(?<!")) {
      counts = false;
      at_ += 3;
    } else if (starts("(?>")) {
      at_ += 2;
    } else if (starts("(?")) {
      at_ += 2;
      while (is_letter(here()) || here() == '-') ++at_;
      if (here() == ')') {
        ++at_;
        return {};
      }
      if (here() != ':') return give_up();  // a comment, a condition
    }
    ++at_;
    required_lists inner = alternatives(depth + 1);
    if (here() != ')') return give_up();
    ++at_;
    if (!counts) return {};
    return inner;
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail

// ---- aeq/recipe/scope.ipp
namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

struct compiled_regex {
  boost::regex expression;
};

/// A place in a scope for Boost.Regex, which counts what is looked at: each comparison of places and each character is
/// a step. (Boost bounds the steps of one search only, and does not tell them.)
class counted_place {
 public:
  struct no_step_left {};
  using iterator_category = std::random_access_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counted_place() = default;
  counted_place(const char* at, std::uint64_t& steps) : at_(at), steps_(&steps) {}

  reference operator*() const {
    step();
    return *at_;
  }
  counted_place& operator++() {
    ++at_;
    return *this;
  }
  counted_place& operator--() {
    --at_;
    return *this;
  }
  counted_place operator++(int) {
    counted_place old = *this;
    ++at_;
    return old;
  }
  counted_place operator--(int) {
    counted_place old = *this;
    --at_;
    return old;
  }
  counted_place& operator+=(difference_type n) {
    at_ += n;
    return *this;
  }
  counted_place& operator-=(difference_type n) {
    at_ -= n;
    return *this;
  }
  friend counted_place operator+(counted_place a, difference_type n) { return a += n; }
  friend counted_place operator-(counted_place a, difference_type n) { return a -= n; }
  friend difference_type operator-(const counted_place& a, const counted_place& b) { return a.at_ - b.at_; }
  friend bool operator==(const counted_place& a, const counted_place& b) {
    a.step();
    return a.at_ == b.at_;
  }
  friend auto operator<=>(const counted_place& a, const counted_place& b) { return a.at_ <=> b.at_; }

 private:
  void step() const {
    if (steps_ == nullptr) return;
    if (*steps_ == 0) throw no_step_left();
    --*steps_;
  }

  const char* at_ = nullptr;
  std::uint64_t* steps_ = nullptr;
};

/// What a regular expression has that can't be used; becomes an error that names the rule.
struct unusable_regex : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Rewrites Python's regular expressions for Boost's Perl syntax: what Python takes literally is escaped, what only one
/// of them knows is refused.
class regex_translator {
 public:
  explicit regex_translator(std::string_view source) : source_(source) {}

  std::string run() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      switch (c) {
        case '\\': escape(false); break;
        case '[': character_class(); break;
        case '(': group(); break;
        case '{': braces(); break;
        case '}':
        case ']': literal(c); break;
        default: take(); break;
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool more(std::size_t ahead = 0) const { return at_ + ahead < source_.size(); }
  [[nodiscard]] bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_octal(char c) { return c >= '0' && c <= '7'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  [[noreturn]] void fail(const std::string& what) const {
    throw unusable_regex(what + " at position " + std::to_string(at_));
  }
  void take(std::size_t count = 1) {
    result_.append(source_.substr(at_, count));
    at_ += count;
  }
  void literal(char c) {
    result_ += '\\';
    result_ += c;
    ++at_;
  }

  void escape(bool in_class) {
    if (!more(1)) fail("a backslash with nothing behind it");
    const char c = source_[at_ + 1];
    if (is_digit(c)) return number(in_class);
    if (!is_letter(c)) {
      // Boost gives \< \> \` \' a meaning, Python none; they need no backslash.
      const bool plain = c == '<' || c == '>' || c == '`' || c == '\'';
      if (plain) ++at_;
      return take(plain ? 1 : 2);
    }
    switch (c) {
      case 'x': return code_point(2, in_class);
      case 'u': return code_point(4, in_class);
      case 'U': return code_point(8, in_class);
      case 'Z': result_ += "\\z"; break;
      case 'b': result_ += in_class ? "\\x08" : "\\b"; break;
      case 'A':
      case 'B':
        if (in_class) fail("an escape that a character class can't have");
        [[fallthrough]];
      case 'd':
      case 'D':
      case 's':
      case 'S':
      case 'w':
      case 'W':
      case 'a':
      case 'f':
      case 'n':
      case 'r':
      case 't':
      case 'v':
        result_ += '\\';
        // Boost reads \v as any vertical space.
        if (c == 'v')
          result_ += "x0B";
        else
          result_ += c;
        break;
      default: fail(std::string("the unknown escape \\") + c);
    }
    if (c == 'Z' && in_class) fail("an escape that a character class can't have");
    at_ += 2;
  }

  /// \0, \012 and \123 are characters, \1 to \99 groups.
  void number(bool in_class) {
    std::size_t digits = 1;
    while (digits < 3 && more(1 + digits) && is_digit(source_[at_ + 1 + digits])) ++digits;
    const std::string_view text = source_.substr(at_ + 1, digits);
    const bool all_octal = text.find_first_of("89") == std::string_view::npos;
    if (text[0] == '0' || in_class || (digits == 3 && all_octal)) {
      unsigned value = 0;
      std::size_t used = 0;
      for (; used < digits && is_octal(text[used]); ++used) value = value * 8 + static_cast<unsigned>(text[used] - '0');
      if (used == 0 || value > 0xff) fail("no octal escape");
      at_ += 1 + used;
      return character(value, in_class);
    }
    const std::size_t used = digits < 2 ? digits : 2;
    result_ += "\\g{";
    result_.append(text.substr(0, used));
    result_ += '}';
    at_ += 1 + used;
  }

  void code_point(std::size_t digits, bool in_class) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = more(2 + i) ? static_cast<char>(source_[at_ + 2 + i] | 0x20) : ' ';
      const std::size_t digit = hexadecimal.find(c);
      if (digit == std::string_view::npos)
        fail("an escape that wants " + std::to_string(digits) + " hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    at_ += 2 + digits;
    character(value, in_class);
  }

  void byte(std::uint32_t value) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    result_ += "\\x";
    result_ += hexadecimal[value >> 4 & 15];
    result_ += hexadecimal[value & 15];
  }

  void character(std::uint32_t value, bool in_class) {
    if (value < 0x80) return byte(value);
    if (in_class) fail("a character beyond ASCII in a class; write alternatives, (?:a|b), instead: before it,");
    if (value > 0x10ffff) fail("an escape beyond Unicode: before it,");
    result_ += "(?:";
    if (value < 0x800) {
      byte(0xc0 | value >> 6);
    } else {
      if (value < 0x10000) {
        byte(0xe0 | value >> 12);
      } else {
        byte(0xf0 | value >> 18);
        byte(0x80 | (value >> 12 & 0x3f));
      }
      byte(0x80 | (value >> 6 & 0x3f));
    }
    byte(0x80 | (value & 0x3f));
    result_ += ')';
  }

  void character_class() {
    take();
    if (more() && source_[at_] == '^') take();
    bool first = true;
    for (; more(); first = false) {
      const char c = source_[at_];
      if (c == ']' && !first) return take();
      if (c == '\\') {
        escape(true);
      } else if (c == '[' || c == ']') {
        literal(c);
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        fail("a character beyond ASCII in a class; write alternatives, (?:a|b), instead,");
      } else {
        take();
      }
    }
    fail("a character class without its ]");
  }

  /// {2}, {2,}, {,3} and {2,3} repeat; any other brace is a character.
  void braces() {
    std::size_t end = at_ + 1;
    const auto digits = [&] {
      const std::size_t begin = end;
      while (end < source_.size() && is_digit(source_[end])) ++end;
      return source_.substr(begin, end - begin);
    };
    const std::string_view least = digits();
    const bool comma = end < source_.size() && source_[end] == ',';
    if (comma) ++end;
    const std::string_view most = comma ? digits() : least;
    const bool repeats = end < source_.size() && source_[end] == '}' && (!least.empty() || comma);
    if (!repeats) return literal('{');
    constexpr std::size_t longest = 5;
    if (least.size() > longest || most.size() > longest) fail("a repetition above 99999");
    result_ += '{';
    result_.append(least.empty() ? std::string_view("0") : least);
    if (comma) result_ += ',';
    if (comma) result_.append(most);
    result_ += '}';
    at_ = end + 1;
  }

  void group() {
    if (!starts("(?")) return take();
    if (starts("(?P<")) {
      result_ += "(?<";
      at_ += 4;
      const std::size_t begin = at_;
      name('>');
      if (!names_.insert(source_.substr(begin, at_ - begin)).second)
        fail("a group name for the second time before it,");
      return;
    }
    if (starts("(?P=")) {
      result_ += "\\k<";
      at_ += 4;
      name(')');
      result_.back() = '>';
      return;
    }
    if (starts("(?#")) {
      const std::size_t end = source_.find(')', at_);
      if (end == std::string_view::npos) fail("a comment without its )");
      at_ = end + 1;
      return;
    }
    if (starts("(?(")) {
      take(3);
      if (more() && is_digit(source_[at_])) return;
      result_ += '<';
      name(')');
      result_.back() = '>';
      result_ += ')';
      return;
    }
    for (const std::string_view known : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}) {
      if (starts(known)) return take(known.size());
    }
    flags();
  }

  void name(char end) {
    const std::size_t length = source_.substr(at_).find(end);
    const std::string_view text = source_.substr(at_, length);
    bool valid = length != std::string_view::npos && !text.empty() && !is_digit(text[0]);
    for (const char c : text) valid = valid && (is_letter(c) || is_digit(c) || c == '_');
    if (!valid) fail("a group name that is none; letters, digits and _ are accepted,");
    take(text.size() + 1);
  }

  /// (?i) at the start, (?i:…) anywhere.
  void flags() {
    std::size_t end = at_ + 2;
    std::string kept;
    bool off = false;
    for (; end < source_.size() && (is_letter(source_[end]) || source_[end] == '-'); ++end) {
      const char c = source_[end];
      if (c == '-') off = true;
      if ((c == 'u' || c == 'a') && !off) continue;  // \w and \d mean ASCII here in any case
      if (c != 'i' && c != 'm' && c != 's' && c != '-') break;
      kept += c;
    }
    const char last = end < source_.size() ? source_[end] : ' ';
    const bool whole = last == ')' && at_ == 0 && !off;
    if (end == at_ + 2 || (last != ':' && !whole)) {
      fail(
          "an unknown group; (?:…), (?=…), (?!…), (?<=…), (?<!…), (?>…), (?P<name>…), (?P=name), (?#…) and the flags "
          "i, "
          "m, s (with ) at the start only) are accepted: what begins");
    }
    if (!(whole && kept.empty())) result_ += "(?" + kept + last;
    at_ = end + 1;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::string result_;
  std::set<std::string_view> names_;  ///< of groups
};

}  // namespace detail

AEQ_INLINE scope_pattern::scope_pattern(std::string_view source, std::string place)
    : place_(std::move(place)), source_(source) {
  if (source.size() > longest) fail("is longer than " + std::to_string(longest) + " characters; split the rule");
  const std::string_view core = core_of(source);
  std::string lowered;
  if (core.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos) {
    literal_ = core;
    for (const char c : core) lowered += detail::lower_case(c);
    if (!lowered.empty()) required_.push_back({std::move(lowered)});
    return;
  }
  required_ = detail::required_texts_reader(source).run();
  try {
    compiled_ = std::make_shared<const detail::compiled_regex>(detail::compiled_regex{boost::regex(
        detail::regex_translator(source).run(), boost::regex::perl | boost::regex::no_mod_s | boost::regex::no_mod_m)});
  } catch (const detail::unusable_regex& problem) {
    fail(std::string("can't be used: it has ") + problem.what());
  } catch (const boost::regex_error& problem) {
    std::string what = problem.what();
    what = what.substr(0, what.find("  The error occurred"));
    fail("is no regular expression: " + what);
  } catch (const std::runtime_error& problem) {
    fail(std::string("is no regular expression: ") + problem.what());
  }
}

AEQ_INLINE bool scope_pattern::matches(const std::string& scope) const {
  std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
  return *matches(scope, steps);
}

AEQ_INLINE std::optional<bool> scope_pattern::matches(const std::string& scope, std::uint64_t& steps) const {
  // What a search costs before its first character, and what a text's costs that is compared eight characters at once.
  constexpr std::uint64_t to_begin = 40;
  const std::uint64_t beforehand = compiled_ ? to_begin : 1 + scope.size() / 8;
  steps -= std::min(steps, beforehand);
  if (steps == 0) return std::nullopt;
  if (!compiled_) return scope.find(literal_) != std::string::npos;
  try {
    const detail::counted_place begin(scope.data(), steps);
    boost::match_results<detail::counted_place> ignored;
    return boost::regex_search(begin, begin + static_cast<std::ptrdiff_t>(scope.size()), ignored, compiled_->expression,
                               boost::match_not_dot_newline | boost::match_any);
  } catch (const detail::counted_place::no_step_left&) {
    return std::nullopt;
  } catch (const std::runtime_error&) {
    constexpr std::size_t shown = 80;
    fail("takes too many steps on \"" + scope.substr(0, shown) + "\"; write it without nested repetitions");
  }
}

AEQ_INLINE void scope_pattern::fail(const std::string& what) const {
  constexpr std::size_t shown = 80;
  std::string text = source_.substr(0, shown);
  if (source_.size() > shown) text += "...";
  throw error(error_code::bad_input, place_ + "/regex: \"" + text + "\" " + what);
}

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/recipe/resolve.ipp
// Resolution: which rules match and suit an op, the last of them, and what is doubtful about the others.

// ---- aeq/recipe/pattern_index.hpp
// Which of many patterns a scope may match, by one pass over the scope.
//
// Inside: definitions (*.ipp) include it, other headers do not.

namespace aeq::inline AEQ_ABI::recipe::detail {

/// Recipes of a hundred thousand rules exist: a rule for each layer of a large model. Trying each pattern on each scope
/// then takes minutes. Here a pattern is known by the texts of one of its lists (scope_pattern::required), the rarest
/// one, and a text by the rarest 8 (4, 2, 1) characters in it. All places of a scope are looked up; where such
/// characters stand the text is compared.
class pattern_index {
 public:
  /// `patterns` outlive the index.
  explicit pattern_index(std::span<const scope_pattern> patterns) : found_in_(patterns.size(), 0) {
    constexpr std::size_t most_counters = std::size_t(1) << 22;
    std::vector<std::uint32_t> uses(std::bit_ceil(std::min(64 * patterns.size(), most_counters)));
    for (const scope_pattern& pattern : patterns) {
      for (const std::vector<std::string>& list : pattern.required()) {
        for (const std::string& text : list) {
          for_each_window(text, [&](std::uint64_t key, std::size_t) { ++uses[hash(key, uses.size())]; });
        }
      }
    }
    std::vector<entry> entries;
    std::vector<entry> rarest;
    for (std::size_t p = 0; p < patterns.size(); ++p) {
      std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
      for (const std::vector<std::string>& list : patterns[p].required()) {
        std::uint64_t all_uses = 0;
        entries.clear();
        for (const std::string& text : list) all_uses += add_entry(entries, uses, text, p);
        if (all_uses >= fewest) continue;
        fewest = all_uses;
        rarest.swap(entries);
      }
      if (patterns[p].required().empty()) {
        anywhere_.push_back(static_cast<std::uint32_t>(p));
        continue;
      }
      for (const entry& e : rarest) tables_[level_of(e.text->size())].entries.push_back(e);
    }
    for (table& t : tables_) {
      std::sort(t.entries.begin(), t.entries.end(), [](const entry& a, const entry& b) { return a.key < b.key; });
      t.filter.resize(std::bit_ceil(16 * t.entries.size()));
      for (const entry& e : t.entries) t.filter[hash(e.key, t.filter.size())] = true;
    }
  }

  /// Positions of the patterns that may be found in a scope, ascending; valid until the next call. `charge(pattern,
  /// characters)` hears of what was compared for a pattern.
  template <class Charge>
  [[nodiscard]] std::span<const std::uint32_t> candidates(std::string_view scope, const Charge& charge) {
    ++scopes_;
    candidates_.clear();
    lowered_.assign(scope);
    for (char& c : lowered_) c = lower_case(c);
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < lowered_.size(); ++i) {
      last = last << 8 | static_cast<unsigned char>(lowered_[i]);
      for (std::size_t level = 0; level < tables_.size() && i + 1 >= width_of(level); ++level) {
        if (!tables_[level].entries.empty())
          look_up(tables_[level], key_of(last, level), i + 1 - width_of(level), charge);
      }
    }
    std::sort(candidates_.begin(), candidates_.end());
    const auto middle = static_cast<std::ptrdiff_t>(candidates_.size());
    candidates_.insert(candidates_.end(), anywhere_.begin(), anywhere_.end());
    std::inplace_merge(candidates_.begin(), candidates_.begin() + middle, candidates_.end());
    return candidates_;
  }

 private:
  /// A required text, and the window by which it is found.
  struct entry {
    std::uint64_t key;
    const std::string* text;
    std::uint32_t at;  ///< of the window in the text
    std::uint32_t pattern;
  };
  struct table {
    std::vector<entry> entries;  ///< by key
    std::vector<bool> filter;    ///< by the key's hash: some entry may have it
  };

  static constexpr std::size_t width_of(std::size_t level) { return std::size_t(1) << level; }
  static std::size_t level_of(std::size_t text_bytes) {
    return text_bytes >= 8 ? 3 : text_bytes >= 4 ? 2 : text_bytes >= 2 ? 1 : 0;
  }
  /// The last characters of a window of 8, as one number.
  static std::uint64_t key_of(std::uint64_t window, std::size_t level) {
    return window & (~std::uint64_t(0) >> (64 - 8 * width_of(level)));
  }
  static std::size_t hash(std::uint64_t key, std::size_t power_of_two) {
    constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>((key * golden) >> 32) & (power_of_two - 1);
  }

  /// Adds a text with its rarest window, and says how often that is used; a shorter window counts for more, for it
  /// stands in more scopes.
  static std::uint64_t add_entry(std::vector<entry>& entries, const std::vector<std::uint32_t>& uses,
                                 const std::string& text, std::size_t pattern) {
    entry& added = entries.emplace_back(entry{0, &text, 0, static_cast<std::uint32_t>(pattern)});
    std::uint32_t fewest = std::numeric_limits<std::uint32_t>::max();
    for_each_window(text, [&](std::uint64_t key, std::size_t at) {
      const std::uint32_t count = uses[hash(key, uses.size())];
      if (count >= fewest) return;
      fewest = count;
      added.key = key;
      added.at = static_cast<std::uint32_t>(at);
    });
    constexpr std::uint64_t by_level[] = {64, 16, 4, 1};
    return by_level[level_of(text.size())] * fewest;
  }

  /// The windows of a text, of a long one the last.
  template <class Do>
  static void for_each_window(const std::string& text, const Do& each) {
    constexpr std::size_t most = 256;
    const std::size_t level = level_of(text.size());
    const std::size_t width = width_of(level);
    std::uint64_t last = 0;
    for (std::size_t i = text.size() > most ? text.size() - most : 0; i < text.size(); ++i) {
      last = last << 8 | static_cast<unsigned char>(text[i]);
      if (i + 1 >= width) each(key_of(last, level), i + 1 - width);
    }
  }

  template <class Charge>
  void look_up(const table& t, std::uint64_t key, std::size_t i, const Charge& charge) {
    if (!t.filter[hash(key, t.filter.size())]) return;
    auto e = std::lower_bound(t.entries.begin(), t.entries.end(), key,
                              [](const entry& a, std::uint64_t wanted) { return a.key < wanted; });
    for (; e != t.entries.end() && e->key == key; ++e) {
      charge(e->pattern, found_in_[e->pattern] == scopes_ ? 1 : e->text->size());
      if (found_in_[e->pattern] == scopes_ || i < e->at || lowered_.compare(i - e->at, e->text->size(), *e->text) != 0)
        continue;
      found_in_[e->pattern] = scopes_;
      candidates_.push_back(e->pattern);
    }
  }

  std::array<table, 4> tables_;          ///< by width of the window
  std::vector<std::uint32_t> anywhere_;  ///< patterns that require no text
  std::vector<std::uint64_t> found_in_;  ///< by pattern: number of the last scope that has a text of it
  std::vector<std::uint32_t> candidates_;
  std::string lowered_;
  std::uint64_t scopes_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::recipe::detail

// ---- aeq/recipe/resolve.ipp
namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

/// What rules have in common that say the same of an op.
struct meaning {
  const rule* example;  ///< its regex, operation and place do not count
  friend bool operator==(const meaning& a, const meaning& b) {
    return a.example->algorithm == b.example->algorithm && a.example->scheme == b.example->scheme &&
           a.example->config == b.example->config;
  }
};

struct meaning_hash {
  std::size_t operator()(const meaning& m) const {
    const rule& r = *m.example;
    std::uint64_t seed = std::hash<std::string>()(r.scheme);
    const auto add = [&](std::uint64_t value) { seed = (seed ^ value) * 0x9e3779b97f4a7c15; };
    const auto add_tensor = [&](const std::optional<tensor_config>& t) {
      if (!t) return add(0);
      add(static_cast<std::uint64_t>(t->num_bits) << 8 | static_cast<std::uint64_t>(t->dtype) << 4 |
          (t->symmetric ? 2u : 0u) | 1u);
      add(static_cast<std::uint64_t>(t->granularity.kind) << 32 | t->granularity.block_elements);
      add(std::hash<std::string>()(t->algorithm_params));
    };
    add_tensor(r.config.activation);
    add_tensor(r.config.weight);
    add(static_cast<std::uint64_t>(r.algorithm) << 8 | static_cast<std::uint64_t>(r.config.compute_precision) << 4 |
        (r.config.explicit_dequantize ? 2u : 0u) | (r.config.skip_checks ? 1u : 0u));
    add(r.config.min_weight_elements);
    return static_cast<std::size_t>(seed >> 32 ^ seed);
  }
};

class resolver {
 public:
  resolver(const recipe& r, const policy& checks, kernel_table_view table, std::uint64_t steps)
      : rules_(r.rules()), checks_(checks), table_(table), counts_(rules_.size()), all_steps_(steps), steps_(steps) {
    std::unordered_map<meaning, std::uint32_t, meaning_hash> meanings;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const rule& one = rules_[i];
      // Rules of one regex stand together.
      if (i == 0 || one.regex != rules_[i - 1].regex) {
        first_rule_.push_back(i);
        patterns_.emplace_back(one.regex, one.place);
      }
      pattern_of_.push_back(patterns_.size() - 1);
      const op::operation_descriptor* named =
          one.operation == "*" ? nullptr : op::find(std::string_view(one.operation));
      operation_of_.push_back(one.operation == "*" ? every_operation
                              : named == nullptr   ? no_operation
                                                   : op::position_of(named->builtin));
      meaning_of_.push_back(
          meanings.try_emplace(meaning{&one}, static_cast<std::uint32_t>(meanings.size())).first->second);
      if (!one.scheme.empty() && !table_has(one.scheme)) {
        throw error(error_code::bad_input, one.place + ": the kernel table has no scheme \"" + one.scheme + "\"");
      }
    }
    first_rule_.push_back(rules_.size());
    index_.emplace(patterns_);
    operations_.resize(patterns_.size());
    steps_of_.resize(patterns_.size());
  }

  [[nodiscard]] decision decide(const operation_facts& facts) {
    decision d;
    const std::size_t position = op::position_of(facts.code);
    if (position == op::catalogue.size()) {
      d.reason = "recipes can't name this operator";
      return d;
    }
    d.operation = &op::catalogue[position];
    std::size_t refused = no_rule;
    for (const std::uint32_t p : matches(facts.scope)) {
      operations_[p] |= bit(position);
      spend(p, steps_of_a_rule * (first_rule_[p + 1] - first_rule_[p]));
      for (std::size_t i = first_rule_[p]; i < first_rule_[p + 1]; ++i) {
        if (operation_of_[i] != every_operation && operation_of_[i] != position) continue;
        ++counts_[i].matched;
        if (verdict_of(i, position).refusal) {
          counts_[i].refused |= bit(position);
          refused = i;
          continue;
        }
        ++counts_[i].applicable;
        d.rule = i;
      }
    }
    if (d.rule == no_rule) {
      if (refused != no_rule) d.reason = rules_[refused].place + ": " + *verdict_of(refused, position).refusal;
      return d;
    }
    ++counts_[d.rule].won;
    take(verdict_of(d.rule, position), facts.label, d);
    return d;
  }

  /// What is doubtful about the recipe, now that all ops are decided.
  void doubt(const recipe& r, warnings& doubts) const {
    for (const recipe::replaced_rule& one : r.replaced()) {
      doubts.add(one.old.place, "has no effect: the rule at " + one.by + ", of the same regex, takes its place");
    }
    std::size_t searched = 0;
    constexpr std::size_t most_searches = 20;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const counts& c = counts_[i];
      if (c.matched == 0) {
        doubts.add(rules_[i].place, nothing_matched(i, searched++ < most_searches));
      } else if (c.applicable == 0) {
        doubts.add(rules_[i].place, "suits none of the " + std::to_string(c.matched) +
                                        " operations that it matches: " + some_refusal(i));
      } else if (c.won == 0) {
        doubts.add(rules_[i].place, "has no effect: later rules decide all " + std::to_string(c.applicable) +
                                        " operations that it suits");
      }
    }
  }

 private:
  /// What a rule means for an op.
  struct verdict {
    std::optional<std::string> refusal;  ///< the rule can't apply to the op
    std::string problem;                 ///< it applies, but what it says can't be done
    decision made;
  };
  struct counts {
    std::size_t matched = 0;
    std::size_t applicable = 0;
    std::size_t won = 0;
    std::uint64_t refused = 0;  ///< ops of the catalogue that it matches and does not suit, as bits
  };

  static constexpr std::uint64_t steps_of_a_rule = 4;
  static constexpr std::size_t every_operation = op::catalogue.size();
  static constexpr std::size_t no_operation = op::catalogue.size() + 1;
  static_assert(op::catalogue.size() <= 64);
  static constexpr std::uint64_t bit(std::size_t position) { return std::uint64_t(1) << position; }

  [[nodiscard]] bool table_has(std::string_view scheme) const {
    return std::any_of(table_.schemes().begin(), table_.schemes().end(),
                       [&](const scheme_descriptor& s) { return s.name == scheme; });
  }

  /// Counts steps for a pattern. Throws error (bad_input) where none is left, and names the rule with the most.
  void spend(std::size_t pattern, std::uint64_t steps) {
    steps_of_[pattern] += steps;
    if (steps < steps_) {
      steps_ -= steps;
      return;
    }
    const auto worst = std::max_element(steps_of_.begin(), steps_of_.end());
    patterns_[static_cast<std::size_t>(worst - steps_of_.begin())].fail(
        "takes the most steps of all expressions on the names of this model (" + std::to_string(*worst) +
        "), which together take more than " + std::to_string(all_steps_) +
        "; write it without nested repetitions, put more of the names into it, or use fewer rules");
  }

  /// The patterns that are found in a scope, ascending. Equal scopes are searched once, as long as that takes no more
  /// than some megabytes.
  const std::vector<std::uint32_t>& matches(const std::string& scope) {
    constexpr std::size_t most_kept = std::size_t(1) << 28;
    const auto known = found_.find(scope);
    if (known != found_.end()) return known->second;
    std::vector<std::uint32_t> found;
    for (const std::uint32_t p : index_->candidates(scope, [&](std::size_t q, std::uint64_t n) { spend(q, n); })) {
      std::uint64_t left = steps_;
      const std::optional<bool> here = patterns_[p].matches(scope, left);
      spend(p, steps_ - left);  // throws where nothing came back
      if (*here) found.push_back(p);
    }
    constexpr std::size_t most_named = 1000;
    constexpr std::size_t named_bytes = 160;
    if (scopes_.size() < most_named && !scope.empty()) scopes_.push_back(scope.substr(0, named_bytes));
    if (kept_ < most_kept) {
      kept_ += 64 + sizeof(std::uint32_t) * found.size() + scope.size();
      return found_.emplace(scope, std::move(found)).first->second;
    }
    return last_found_ = std::move(found);
  }

  const verdict& verdict_of(std::size_t i, std::size_t position) {
    const auto [place, is_new] = verdicts_.try_emplace(meaning_of_[i] * op::catalogue.size() + position);
    if (is_new) judge(rules_[i], op::catalogue[position], place->second);
    return place->second;
  }

  void judge(const rule& r, const op::operation_descriptor& operation, verdict& v) const {
    decision& d = v.made;
    d.algorithm = r.algorithm;
    if (r.algorithm == algorithm::no_quantize) return;
    d.quantize = true;
    d.min_weight_elements = r.config.min_weight_elements;
    if (!r.scheme.empty()) {
      const table_row* row = table_.find(operation.builtin, r.scheme);
      if (row == nullptr) {
        v.refusal = std::string(operation.name) + " does not take the scheme " + r.scheme;
        return;
      }
      // A policy speaks of formats and modes, which a scheme of one's own has like any other.
      op_config spelt = config_of(*row->scheme);
      spelt.skip_checks = r.config.skip_checks;
      v.refusal = checks_.allows(algorithm_of(*row->scheme), operation, spelt);
      if (v.refusal) {
        v.refusal = "the scheme " + r.scheme + ": " + *v.refusal;
        return;
      }
      return adopt(*row->scheme, row->scheme->name, row->fits, d);
    }
    v.refusal = checks_.allows(r.algorithm, operation, r.config);
    if (v.refusal) return;
    const std::optional<execution> mode = mode_of(r);
    scheme_descriptor like{"", float32::descriptor, integer<8, symmetric, channelwise>::descriptor,
                           r.config.compute_precision, mode.value_or(execution::weight_only)};
    if (r.algorithm == algorithm::float_casting) like.compute_precision = compute::floating;
    if (r.config.activation) like.activation = format_of(*r.config.activation);
    const format_descriptor weight = r.config.weight ? weight_of(r) : like.weight;
    if (operation.has_weight()) like.weight = weight;  // others do not look at it
    const table_row* row = mode ? table_.find(operation.builtin, like) : nullptr;
    if (row != nullptr && is_builtin(*row->scheme)) return adopt(*row->scheme, row->scheme->name, row->fits, d);
    like.weight = weight;
    adopt(like, derived_name(like.activation, like.weight, like.execution_mode).view(),
          shared_handler<min_max_fit>::fits, d);
    v.problem = problem_of(r, operation);
  }

  static void adopt(const scheme_descriptor& scheme, std::string_view name, const fit_functions& fits, decision& d) {
    d.scheme = scheme;
    d.scheme.name = {};
    d.scheme_name = name;
    d.fits = fits;
  }

  /// float_casting does not look at explicit_dequantize.
  [[nodiscard]] static std::optional<execution> mode_of(const rule& r) {
    return r.algorithm == algorithm::float_casting ? execution::weight_only : r.config.mode();
  }
  [[nodiscard]] static format_descriptor format_of(const tensor_config& config) {
    return config.dtype == number_kind::floating ? float32::descriptor : config.format();
  }
  [[nodiscard]] static format_descriptor weight_of(const rule& r) {
    if (r.algorithm == algorithm::float_casting) return float16::descriptor;
    return format_of(*r.config.weight);
  }

  /// What no check has refused (skip_checks, or a policy of one's own), but nothing can do. Empty if it can be done.
  [[nodiscard]] static std::string problem_of(const rule& r, const op::operation_descriptor& operation) {
    constexpr int fewest_bits = 2;
    constexpr int most_bits = 16;
    const auto unusable = [](const std::optional<tensor_config>& t) {
      return t && (t->dtype == number_kind::floating || t->num_bits < fewest_bits || t->num_bits > most_bits);
    };
    if (r.algorithm == algorithm::float_casting) {
      if (operation.allowed.contains(op::configuration_id::weight_only_wfp16)) return {};
      return "float_casting has no form for " + std::string(operation.name);
    }
    if (!mode_of(r)) {
      return "float computation of quantized values needs \"explicit_dequantize\": true, or \"compute_precision\": "
             "\"INTEGER\"";
    }
    if (unusable(r.config.activation)) return "activations are integers of 2 to 16 bits, or have no configuration";
    if (!operation.has_weight()) return {};
    if (!r.config.weight || unusable(r.config.weight) || r.config.weight->dtype != number_kind::signed_integer) {
      return "weights are signed integers of 2 to 16 bits";
    }
    return {};
  }

  void take(const verdict& v, const std::string& label, decision& d) const {
    if (!v.problem.empty()) {
      throw error(error_code::not_quantizable, label + ": can't have what " + rules_[d.rule].place + " says (" +
                                                   describe(rules_[d.rule].config) + "): " + v.problem);
    }
    const std::size_t winner = d.rule;
    const op::operation_descriptor* operation = d.operation;
    d = v.made;
    d.rule = winner;
    d.operation = operation;
    if (!d.quantize) d.reason = rules_[winner].place + ": no_quantize";
  }

  /// Why a rule suits no op: for an op with a weight, if there is one.
  [[nodiscard]] std::string some_refusal(std::size_t i) const {
    std::string text;
    for (std::size_t o = 0; o < op::catalogue.size(); ++o) {
      if ((counts_[i].refused & bit(o)) == 0) continue;
      const std::string& refusal = *verdicts_.at(meaning_of_[i] * op::catalogue.size() + o).refusal;
      if (text.empty() || op::catalogue[o].has_weight()) text = refusal;
    }
    return text;
  }

  [[nodiscard]] std::string nothing_matched(std::size_t i, bool search) const {
    const std::uint64_t present = operations_[pattern_of_[i]];
    if (present == 0) return "matches no operation" + (search ? nearest_scopes(rules_[i].regex) : std::string());
    std::string names;
    for (std::size_t o = 0; o < op::catalogue.size(); ++o) {
      if ((present & bit(o)) == 0 || op::catalogue[o].is_virtual()) continue;
      names += (names.empty() ? "" : ", ") + std::string(op::catalogue[o].name);
    }
    return "matches no operation: where its regex is found there is no " + rules_[i].operation +
           (names.empty() ? std::string() : ", but " + names);
  }

  /// The scopes that come nearest to a regular expression's text, if any comes near.
  [[nodiscard]] std::string nearest_scopes(std::string_view regex) const {
    constexpr std::size_t compared = 48;
    constexpr std::size_t shown = 3;
    std::string wanted;
    for (const char c : regex.substr(0, compared)) {
      if (std::string_view("^$.*+?\\()[]{}").find(c) == std::string_view::npos) wanted += c;
    }
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& scope : scopes_) {
      const std::size_t distance = edit_distance(wanted, scope, true);
      if (3 * distance <= wanted.size() + 2) near.emplace_back(distance, scope);
    }
    std::sort(near.begin(), near.end());
    if (near.size() > shown) near.resize(shown);
    std::string text;
    for (const auto& [distance, scope] : near) text += (text.empty() ? "; near it are \"" : ", \"") + scope + '"';
    return text;
  }

  std::vector<rule> rules_;
  const policy& checks_;
  kernel_table_view table_;
  std::vector<scope_pattern> patterns_;
  std::vector<std::size_t> first_rule_;    ///< by pattern, and behind the last: the rules of a pattern stand together
  std::vector<std::size_t> pattern_of_;    ///< by rule
  std::vector<std::size_t> operation_of_;  ///< by rule: position in the catalogue, every_operation or no_operation
  std::vector<std::size_t> meaning_of_;    ///< by rule
  std::optional<pattern_index> index_;
  std::unordered_map<std::size_t, verdict> verdicts_;  ///< by meaning and op
  std::vector<counts> counts_;                         ///< by rule
  std::vector<std::uint64_t> operations_;              ///< by pattern: ops in whose scope it was found, as bits
  std::unordered_map<std::string, std::vector<std::uint32_t>> found_;
  std::vector<std::uint32_t> last_found_;
  std::size_t kept_ = 0;
  std::uint64_t all_steps_;              ///< that searches may take
  std::uint64_t steps_;                  ///< that are left of them
  std::vector<std::uint64_t> steps_of_;  ///< by pattern: taken
  std::vector<std::string> scopes_;      ///< some, to name in warnings
};

AEQ_INLINE plan resolve_any(const recipe& r, const policy& checks, kernel_table_view table, const any_model_view& model,
                            warnings& doubts, std::uint64_t steps) {
  if (r.empty()) throw error(error_code::bad_input, "the recipe has no rules; at least one is wanted");
  plan result;
  result.needs_calibration = r.needs_calibration();
  resolver decide(r, checks, table, steps);
  for (std::size_t g = 0; g < model.subgraph_count(); ++g) {
    subgraph_plan& decisions = result.subgraphs.emplace_back();
    const std::string graph = "subgraph " + std::to_string(g);
    for (std::size_t i = 0; i < model.operation_count(g); ++i) {
      decisions.operations.push_back(decide.decide(model.operation(g, i)));
    }
    decisions.inputs = decide.decide({op::code::graph_input, model.input_scope(g), graph + ": its inputs"});
    decisions.outputs = decide.decide({op::code::graph_output, model.output_scope(g), graph + ": its outputs"});
  }
  decide.doubt(r, doubts);
  return result;
}

}  // namespace detail

}  // namespace aeq::inline AEQ_ABI::recipe

// ---- aeq/quantize/model_view.ipp
// Scopes and places of ops.

namespace aeq::inline AEQ_ABI::quantize {

AEQ_INLINE recipe::operation_facts recipe_view::operation(std::size_t graph, std::size_t index) const {
  const model::operation& o = model_.subgraphs[graph].operations[index];
  const op::code code = model_.builtin(o);
  std::string label = place(graph) + std::string(op::builtin_name(code)) + " " + std::to_string(index);
  std::string scope_of_it = scope(names(graph, o.outputs), names(graph, o.inputs), label);
  return {code, std::move(scope_of_it), std::move(label)};
}

AEQ_INLINE std::string recipe_view::input_scope(std::size_t graph) const {
  return scope(names(graph, model_.subgraphs[graph].inputs), {}, place(graph) + "INPUT");
}

AEQ_INLINE std::string recipe_view::output_scope(std::size_t graph) const {
  return scope({}, names(graph, model_.subgraphs[graph].outputs), place(graph) + "OUTPUT");
}

AEQ_INLINE std::string recipe_view::scope(const tensor_names& outputs, const tensor_names& inputs,
                                          const std::string& whose) const {
  bool cut = false;
  std::string text = recipe::scope_of(outputs, inputs, &cut);
  if (cut && doubts_ != nullptr) {
    std::exchange(doubts_, nullptr)
        ->add(whose, "its scope is cut after " + std::to_string(recipe::scope_characters) +
                         " characters: a regex can't find what is behind them (other operations are not checked)");
  }
  return text;
}

AEQ_INLINE std::string recipe_view::place(std::size_t graph) const {
  const std::string subgraph = model_.subgraphs.size() > 1 ? "subgraph " + std::to_string(graph) + ": " : "";
  return model_.file_name() + ": " + subgraph;
}

AEQ_INLINE recipe_view::tensor_names recipe_view::names(std::size_t graph,
                                                        std::span<const std::int32_t> tensors) const {
  tensor_names result;
  for (const std::int32_t t : tensors) {
    if (t < 0) continue;
    const auto& name = model_.subgraphs[graph].tensors[static_cast<std::size_t>(t)].name;
    if (name && !name->empty()) result.push_back(*name);
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::quantize

// ---- aeq/execute/options.ipp
// Fields are found by their names in the schema, which mean the same in every option table that has them.

namespace aeq::inline AEQ_ABI::execute {

namespace detail {

/// A field's value in the three forms that options have.
struct field_value {
  std::int32_t integer = 0;
  float real = 0;
  std::span<const std::int32_t> list{};
};

struct field_reader {
  std::string_view name;
  void (*set)(operation_options&, const field_value&);
};

template <auto Member>
void set_integer(operation_options& options, const field_value& value) {
  options.*Member = static_cast<std::remove_reference_t<decltype(options.*Member)>>(value.integer);
}
template <auto Member>
void set_flag(operation_options& options, const field_value& value) {
  options.*Member = value.integer != 0;
}
template <auto Member>
void set_real(operation_options& options, const field_value& value) {
  options.*Member = value.real;
}
template <auto Member>
void set_list(operation_options& options, const field_value& value) {
  options.*Member = value.list;
}

AEQ_INLINE void set_bias_type(operation_options& options, const field_value& value) {
  const auto type = static_cast<model::tensor_type>(value.integer);
  options.quantized_bias_type = type == model::tensor_type::int32   ? element_type::int32
                                : type == model::tensor_type::int64 ? element_type::int64
                                                                    : element_type::absent;
}

inline constexpr std::array<field_reader, 47> field_readers{{
    {"padding", &set_integer<&operation_options::padding>},
    {"stride_h", &set_integer<&operation_options::stride_height>},
    {"stride_w", &set_integer<&operation_options::stride_width>},
    {"dilation_h_factor", &set_integer<&operation_options::dilation_height>},
    {"dilation_w_factor", &set_integer<&operation_options::dilation_width>},
    {"filter_height", &set_integer<&operation_options::filter_height>},
    {"filter_width", &set_integer<&operation_options::filter_width>},
    {"fused_activation_function", &set_integer<&operation_options::activation>},
    {"keep_num_dims", &set_flag<&operation_options::keep_num_dims>},
    {"asymmetric_quantize_inputs", &set_flag<&operation_options::asymmetric_quantize_inputs>},
    {"adj_x", &set_flag<&operation_options::adj_x>},
    {"adj_y", &set_flag<&operation_options::adj_y>},
    {"quantized_bias_type", &set_bias_type},
    {"pot_scale_int16", &set_flag<&operation_options::pot_scale_int16>},
    {"keep_dims", &set_flag<&operation_options::keep_dims>},
    {"align_corners", &set_flag<&operation_options::align_corners>},
    {"half_pixel_centers", &set_flag<&operation_options::half_pixel_centers>},
    {"approximate", &set_flag<&operation_options::approximate>},
    {"beta", &set_real<&operation_options::beta>},
    {"axis", &set_integer<&operation_options::axis>},
    {"batch_dims", &set_integer<&operation_options::batch_dims>},
    {"block_size", &set_integer<&operation_options::block_size>},
    {"begin_mask", &set_integer<&operation_options::begin_mask>},
    {"end_mask", &set_integer<&operation_options::end_mask>},
    {"ellipsis_mask", &set_integer<&operation_options::ellipsis_mask>},
    {"new_axis_mask", &set_integer<&operation_options::new_axis_mask>},
    {"shrink_axis_mask", &set_integer<&operation_options::shrink_axis_mask>},
    {"offset", &set_flag<&operation_options::offset>},
    {"mode", &set_flag<&operation_options::repeats_edge>},
    {"new_shape", &set_list<&operation_options::new_shape>},
    {"squeeze_dims", &set_list<&operation_options::squeeze_dims>},
    {"alpha", &set_real<&operation_options::alpha>},
    {"radius", &set_integer<&operation_options::radius>},
    {"bias", &set_real<&operation_options::bias>},
    {"min", &set_real<&operation_options::min>},
    {"max", &set_real<&operation_options::max>},
    {"num_bits", &set_integer<&operation_options::num_bits>},
    {"narrow_range", &set_flag<&operation_options::narrow_range>},
    {"seq_dim", &set_integer<&operation_options::seq_dim>},
    {"batch_dim", &set_integer<&operation_options::batch_dim>},
    {"exclusive", &set_flag<&operation_options::exclusive>},
    {"reverse", &set_flag<&operation_options::reverse>},
    {"cell_clip", &set_real<&operation_options::cell_clip>},
    {"proj_clip", &set_real<&operation_options::proj_clip>},
    {"time_major", &set_flag<&operation_options::time_major>},
    {"merge_outputs", &set_flag<&operation_options::merge_outputs>},
    {"rank", &set_integer<&operation_options::rank>},
}};

[[nodiscard]] AEQ_INLINE field_value value_of(const flatbuffers::Table& table,
                                              const model::schema::field_descriptor& field, std::size_t id) {
  using model::schema::field_type;
  const flatbuffers::voffset_t slot = model::detail::slot(id);
  field_value value;
  if (field.is_vector) {
    if (field.type == field_type::int32) {
      const auto* list = table.GetPointer<const flatbuffers::Vector<std::int32_t>*>(slot);
      if (list != nullptr) value.list = {reinterpret_cast<const std::int32_t*>(list->Data()), list->size()};
    }
  } else if (field.type == field_type::float32) {
    value.real = table.GetField<float>(slot, static_cast<float>(field.default_value));
  } else if (model::detail::is_scalar(field.type)) {
    model::detail::with_scalar(field.type, [&]<class Scalar>(std::type_identity<Scalar>) {
      const auto held = table.GetField<Scalar>(slot, static_cast<Scalar>(field.default_value));
      value.integer = static_cast<std::int32_t>(+held);
    });
  }
  return value;
}

}  // namespace detail

AEQ_INLINE operation_options options_of(const model::operation& operation) {
  operation_options options;
  const auto& members = model::schema::builtin_options_members;
  if (operation.options.table == nullptr || operation.options.type >= members.size()) return options;
  const model::schema::table_descriptor& table = members[operation.options.type];
  for (std::size_t id = 0; id < table.fields.size(); ++id) {
    for (const detail::field_reader& reader : detail::field_readers) {
      if (reader.name != table.fields[id].name) continue;
      reader.set(options, detail::value_of(*operation.options.table, table.fields[id], id));
      break;
    }
  }
  return options;
}

}  // namespace aeq::inline AEQ_ABI::execute

// ---- aeq/quantize/encoder.ipp
// The encoders: integers of 2 to 64 bits, binary16.

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Packs four-bit integers eight at a time: the same bytes as pack<4>.
AEQ_INLINE void pack_four_bits(std::span<const std::int8_t> values, std::span<std::uint8_t> packed) {
  std::size_t i = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; i + 8 <= values.size(); i += 8) {
      std::uint64_t x = 0;
      std::memcpy(&x, values.data() + i, sizeof x);
      x &= 0x0f0f0f0f0f0f0f0fu;
      x = (x | (x >> 4)) & 0x00ff00ff00ff00ffu;
      x = (x | (x >> 8)) & 0x0000ffff0000ffffu;
      const auto four = static_cast<std::uint32_t>(x | (x >> 16));
      std::memcpy(packed.data() + i / 2, &four, sizeof four);
    }
  }
  pack<4>(values.subspan(i), packed.subspan(i / 2));
}

AEQ_INLINE void refuse_if_not_finite(const weight& source, const run_range& r) {
  if (r.finite()) return;
  throw error(error_code::not_quantizable, source.name() +
                                               ": holds NaN or infinite values, which have no scale; mend the "
                                               "model, or leave its op out with a no_quantize rule");
}

using scale_vector = std::vector<scale_zero_point<float>>;

/// Quantizes pieces of a weight with parameters that are known by then, or finds them on the way and leaves them in
/// `late`.
class integer_encoder {
 public:
  explicit integer_encoder(parameters p, std::shared_ptr<scale_vector> late = nullptr)
      : parameters_(std::move(p)), source_(*parameters_->source), late_(std::move(late)) {}

  void operator()(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const int bits = storage_bits(parameters_->format);
    const auto per_byte = static_cast<std::uint64_t>(bits < 8 ? 8 / bits : 1);
    const std::uint64_t first = bits < 8 ? offset * per_byte : offset / static_cast<std::uint64_t>(bits / 8);
    const std::uint64_t wanted = bits < 8 ? into.size() * per_byte : into.size() / static_cast<std::uint64_t>(bits / 8);
    const std::uint64_t count = std::min(wanted, source_.layout().elements() - first);
    if (bits == 8) {
      quantize(first, count, reinterpret_cast<std::int8_t*>(into.data()));
    } else if (bits < 8) {
      constexpr std::uint64_t about = 8192;  // a multiple of every number of elements per byte
      const std::uint64_t trail = source_.layout().trail;
      const std::uint64_t step = late_ ? std::max<std::uint64_t>(1, about / trail) * trail : about;
      std::vector<std::int8_t> integers(std::min(step, count));
      for (std::uint64_t done = 0; done < count; done += step) {
        const std::uint64_t n = std::min(step, count - done);
        quantize(first + done, n, integers.data());
        const std::span<const std::int8_t> values(integers.data(), n);
        const auto packed = into.subspan(done / per_byte, packed_bytes(n, bits));
        bits == 4 ? pack_four_bits(values, packed) : pack<2>(values, packed);
      }
    } else {
      quantize_wide(first, count, into.data());
    }
    source_.let_go(first, count);
  }

 private:
  [[nodiscard]] float scale(std::uint64_t channel) const {
    return parameters_->is_blockwise() ? float_from_float16(parameters_->block_scale[channel])
                                       : static_cast<float>(parameters_->scale[channel]);
  }
  [[nodiscard]] float zero_point(std::uint64_t channel) const {
    return parameters_->is_blockwise() ? 0.0f : static_cast<float>(parameters_->zero_point[channel]);
  }

  /// Calls f(first, count, channel) for each run of neighbours that share a scale.
  template <class Function>
  void each_run(std::uint64_t first, std::uint64_t count, const Function& f) const {
    const weight_layout& layout = source_.layout();
    for (std::uint64_t i = first; i < first + count;) {
      const std::uint64_t end = std::min(first + count, (i / layout.trail + 1) * layout.trail);
      f(i, end - i, layout.channel_of(i));
      i = end;
    }
  }

  void quantize(std::uint64_t first, std::uint64_t count, std::int8_t* result) const {
    if (parameters_->wide) {
      quantize_wide(first, count, reinterpret_cast<std::uint8_t*>(result));
      return;
    }
    thread_local std::vector<float> scratch;
    const quantized_limits<float> limits(parameters_->format);
    const weight_loops& loops = best_loops();
    const float* values = source_.values(first, count, scratch);
    if (late_) {
      measure_and_quantize(first, count, values, limits, result);
      return;
    }
    if (source_.layout().trail == 1 && source_.layout().channels > 1) {
      quantize_columns(first, count, values, limits, result);
      return;
    }
    each_run(first, count, [&](std::uint64_t at, std::uint64_t n, std::uint64_t channel) {
      loops.quantize_run(values + (at - first), n, scale(channel), zero_point(channel), limits.lowest, limits.highest,
                         result + (at - first));
    });
  }

  /// Whole channels: each one's range, scale and integers while its values are in the cache.
  void measure_and_quantize(std::uint64_t first, std::uint64_t count, const float* values,
                            const quantized_limits<float>& limits, std::int8_t* result) const {
    const weight_loops& loops = best_loops();
    each_run(first, count, [&](std::uint64_t at, std::uint64_t n, std::uint64_t channel) {
      const run_range r = loops.range(values + (at - first), n);
      refuse_if_not_finite(source_, r);
      const scale_zero_point<float> fitted = parameters_->fit({r.lowest, r.highest}, parameters_->format);
      (*late_)[channel] = fitted;
      loops.quantize_run(values + (at - first), n, fitted.scale, static_cast<float>(fitted.zero_point), limits.lowest,
                         limits.highest, result + (at - first));
    });
  }

  void quantize_columns(std::uint64_t first, std::uint64_t count, const float* values,
                        const quantized_limits<float>& limits, std::int8_t* result) const {
    const std::uint64_t channels = source_.layout().channels;
    const std::uint64_t kept = std::min(channels, count);  // a piece may be a small part of a row
    std::vector<float> scales(kept);
    std::vector<float> zero_points(kept);
    const bool all = kept == channels;
    for (std::uint64_t c = 0; all && c < channels; ++c) {
      scales[c] = scale(c);
      zero_points[c] = zero_point(c);
    }
    for (std::uint64_t i = first; i < first + count;) {
      const std::uint64_t channel = i % channels;
      const std::uint64_t n = std::min(first + count - i, channels - channel);
      for (std::uint64_t c = 0; !all && c < n; ++c) {
        scales[c] = scale(channel + c);
        zero_points[c] = zero_point(channel + c);
      }
      const std::uint64_t at = all ? channel : 0;
      best_loops().quantize_columns(values + (i - first), n, scales.data() + at, zero_points.data() + at, limits.lowest,
                                    limits.highest, result + (i - first));
      i += n;
    }
  }

  /// Any number of bits, and scales of either type: activations' constants and biases, which are small.
  void quantize_wide(std::uint64_t first, std::uint64_t count, std::uint8_t* result) const {
    parameters_->wide ? quantize_in<double>(first, count, result) : quantize_in<float>(first, count, result);
  }

  template <class T>
  void quantize_in(std::uint64_t first, std::uint64_t count, std::uint8_t* result) const {
    constexpr std::uint8_t widest = 32;  // a bias of 64 bits holds integers of 32 (spec: numerics, section 3.1)
    std::vector<float> scratch;
    format_descriptor format = parameters_->format;
    format.bits = std::min(format.bits, widest);
    const quantized_limits<T> limits(format);
    const float* values = source_.values(first, count, scratch);
    const auto bytes = static_cast<std::uint64_t>(std::max(storage_bits(parameters_->format), 8) / 8);
    each_run(first, count, [&](std::uint64_t at, std::uint64_t n, std::uint64_t channel) {
      const T s =
          parameters_->is_blockwise() ? static_cast<T>(scale(channel)) : static_cast<T>(parameters_->scale[channel]);
      const T zero = parameters_->is_blockwise() ? T(0) : static_cast<T>(parameters_->zero_point[channel]);
      for (std::uint64_t i = at - first; i < at - first + n; ++i) {
        const std::int32_t q = quantize_value(static_cast<T>(values[i]), s, zero, limits);
        const std::int64_t little = flatbuffers::EndianScalar(static_cast<std::int64_t>(q));
        std::memcpy(result + i * bytes, &little, static_cast<std::size_t>(bytes));
      }
    });
  }

  parameters parameters_;
  const weight& source_;
  std::shared_ptr<scale_vector> late_;
};

/// Casts pieces of a weight to binary16.
class float16_encoder {
 public:
  explicit float16_encoder(parameters p) : parameters_(std::move(p)), source_(*parameters_->source) {}

  void operator()(std::uint64_t offset, std::span<std::uint8_t> into) const {
    const std::uint64_t first = offset / sizeof(std::uint16_t);
    const std::uint64_t count = into.size() / sizeof(std::uint16_t);
    std::vector<float> scratch;
    std::vector<std::uint16_t> halves(count);
    best_loops().to_float16(source_.values(first, count, scratch), count, halves.data());
    for (std::uint64_t i = 0; i < count; ++i) flatbuffers::WriteScalar(into.data() + 2 * i, halves[i]);
    source_.let_go(first, count);
  }

 private:
  parameters parameters_;
  const weight& source_;
};

}  // namespace detail

AEQ_INLINE std::uint64_t encoded_bytes(const tensor_parameters& p) {
  return packed_bytes(p.source->layout().elements(), storage_bits(p.format));
}

AEQ_INLINE void encode_into(model::buffer& into, const parameters& p) {
  into.size = encoded_bytes(*p);
  if (!p->format.is_integer()) {
    into.produce = std::make_shared<const model::byte_producer>(detail::float16_encoder(p));
  } else if (!p->late) {
    into.produce = std::make_shared<const model::byte_producer>(detail::integer_encoder(p));
  } else if (!into.late_scales) {  // a second tensor on the buffer shares what the first one's encoder finds
    const auto found = std::make_shared<detail::scale_vector>(p->source->layout().channels);
    into.late_scales = found;
    into.unit_bytes =
        static_cast<std::uint32_t>(p->source->layout().trail * static_cast<unsigned>(storage_bits(p->format)) / 8);
    into.produce = std::make_shared<const model::byte_producer>(detail::integer_encoder(p, found));
  }
}

}  // namespace aeq::inline AEQ_ABI::quantize

#endif  // AEQ_DEFINITIONS

// ---- aeq/aeq.hpp
#endif

#if !AEQ_FREESTANDING && defined(AEQ_IMPLEMENTATION) && !AEQ_LINKS_BOOST_JSON
#include <boost/json/src.hpp>
#endif
