// SPDX-License-Identifier: Apache-2.0
// All of <aeq/kernels.hpp> in one file, made from include/aeq by tools/amalgamate.sh. Do not edit.
#pragma once

#ifndef AEQ_SINGLE_KERNELS
#define AEQ_SINGLE_KERNELS

// ---- aeq/kernels.hpp
// The freestanding umbrella: number formats, schemes, the op catalogue, kernels and the kernel table. No heap, no
// exceptions, no RTTI, no iostreams, no static constructors.

// ---- aeq/config.hpp
// The only place that defines settings. Define one before the first aeq header to override it.

#include <cfloat>

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

#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16 && FLT_EVAL_METHOD != 32
#error "aeq computes to the last bit: float arithmetic must be done as float. On 32-bit x86: -msse2 -mfpmath=sse"
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

// AEQ_PORTABLE_LOOPS: 1 leaves the vectorized variants of the host's hot loops out. Quantized bits are the same either
// way; sums of the interpreter's float ops may differ in their last bits, since some processors round products and sums
// at once.
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
    const auto bits = static_cast<std::uint64_t>(bits_of(type));  // in 32 bits they would have no room from 512 MB on
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
  std::int32_t stride_depth = 1;  ///< CONV_3D
  std::int32_t dilation_depth = 1;
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

/// min(max(x, low), high); NaN passes, as in LiteRT, where comparisons with it are false.
[[nodiscard]] constexpr float clamped(float x, const clamp_range& limits) noexcept {
  const float raised = x < limits.low ? limits.low : x;
  return raised > limits.high ? limits.high : raised;
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
  std::span<std::byte> scratch{};            ///< as much as scratch_bytes said; shared with other kernels between calls
  work_sharing share{};                      ///< who computes; by default the calling thread alone
  std::span<const operand> intermediates{};  ///< tensors on the way, which say scales and zero points and have no data
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

/// The functions of our kernels are templates of nothing: a source file compiles those that it uses, and including all
/// of them stays cheap.
struct when_used;

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
  // (A template has no address before its type is said; a function of another type is an error, not absent.)
  if constexpr (
      requires { &Kernel::workspace_bytes; } || requires(workspace_function f) { f = &Kernel::workspace_bytes; }) {
    result.workspace_bytes = &Kernel::workspace_bytes;
  }
  if constexpr (
      requires { &Kernel::scratch_bytes; } || requires(workspace_function f) { f = &Kernel::scratch_bytes; }) {
    result.scratch_bytes = &Kernel::scratch_bytes;
  }
  if constexpr (
      requires { &Kernel::check; } || requires(check_function f) { f = &Kernel::check; }) {
    result.check = &Kernel::check;
  }
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
template <class Operand>
[[nodiscard]] std::array<std::byte, 8> zero_element(const Operand& x) noexcept {
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

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<arg_extreme>(call);
  }

  template <class = when_used>
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

// ---- aeq/kernel/arithmetic.hpp
// Where two runtimes compute the same op differently, an arithmetic says which of them a kernel equals bit for bit.
// (spec: kernels, section 0) Freestanding.
//
// A kernel that does not differ takes none. One that does is a template over an arithmetic and asks it by the name of
// what differs; whoever adds such a kernel adds the name to both.

namespace aeq::inline AEQ_ABI::arithmetic {

/// LiteRT's reference kernels, without their defects. The host's.
struct litert {
  /// FULLY_CONNECTED multiplies its sums by a double, and rounds once.
  static constexpr bool real_fully_connected = true;
  /// MUL and PRELU make their factors of the scales in float32,
  static constexpr bool products_in_float = true;
  /// but SUB in double.
  static constexpr bool difference_in_float = false;
  /// LOGISTIC and TANH of 8 bits are tables of float results.
  static constexpr bool real_sigmoids = true;
  /// What the tables of SOFTMAX on 16 bits are made in.
  using softmax_table = double;
};

/// tflite-micro's reference kernels. Firmware's.
struct tflm {
  static constexpr bool real_fully_connected = false;  ///< a fixed-point multiplier, as for convolutions
  static constexpr bool products_in_float = false;
  static constexpr bool difference_in_float = true;
  static constexpr bool real_sigmoids = false;  ///< fixed-point exponentials
  using softmax_table = float;
};

}  // namespace aeq::inline AEQ_ABI::arithmetic

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

/// Whether the shapes of both factors and of the product go together.
[[nodiscard]] constexpr bool batch_matmul_fits(const kernel_arguments& call) noexcept {
  const std::span<const std::int32_t> a = call.inputs[0].shape;
  const std::span<const std::int32_t> b = call.inputs[1].shape;
  const std::span<const std::int32_t> y = call.outputs[0].shape;
  batch_matmul_geometry g;
  if (!batch_matmul_geometry_of(a, b, call.options, g)) return false;
  const std::size_t rank = y.size();
  if (rank != (a.size() > b.size() ? a.size() : b.size())) return false;
  if (static_cast<std::size_t>(y[rank - 2]) != g.rows || static_cast<std::size_t>(y[rank - 1]) != g.columns) {
    return false;
  }
  for (std::size_t i = 3; i <= rank; ++i) {
    const auto extent = [i](std::span<const std::int32_t> s) { return i <= s.size() ? s[s.size() - i] : 1; };
    const std::int32_t p = extent(a), q = extent(b), r = extent(y);
    if ((p != r && p != 1) || (q != r && q != 1) || (p == 1 && q == 1 && r != 1)) return false;
  }
  return true;
}

/// y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n], float32; sums in the order of k.
///
/// a: [..., M, K], with adj_x [..., K, M]; b: [..., K, N], with adj_y [..., N, K]; y: [..., M, N]. The axes before
/// follow numpy's rules of broadcasting.
struct batch_matmul_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(a), check_float(b), check_float(y)}) {
      if (s != status::ready) return s;
    }
    return batch_matmul_fits(call) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
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

// ---- aeq/kernel/binary.hpp
// Arithmetic of two operands, element by element with broadcasting, and comparisons. (spec: kernels, section 3)
// Freestanding, but for the C library's functions of float.
//
// float32: one rounding per operation; a fused activation clamps, and `none` clamps to the finite numbers, so that an
// infinite sum becomes the largest one, as in the reference. Integers wrap; they are divided toward zero, and by zero
// only where nobody called check (the result is 0 then).

// ---- aeq/core/elementary.hpp
// The C math library's functions that float kernels need, by the compiler's names for them: <cmath> brings a hundred
// more, and costs every source file a tenth of a second. Freestanding; who links a kernel that uses one links the
// library (-lm).

namespace aeq::inline AEQ_ABI::elementary {

[[nodiscard]] inline float floor(float x) noexcept {
  return __builtin_floorf(x);
}
[[nodiscard]] inline float ceil(float x) noexcept {
  return __builtin_ceilf(x);
}
[[nodiscard]] inline double ceil(double x) noexcept {
  return __builtin_ceil(x);
}
/// Halves away from zero.
[[nodiscard]] inline float round(float x) noexcept {
  return __builtin_roundf(x);
}
[[nodiscard]] inline double round(double x) noexcept {
  return __builtin_round(x);
}
[[nodiscard]] inline float copysign(float size, float sign) noexcept {
  return __builtin_copysignf(size, sign);
}
[[nodiscard]] inline float fmod(float x, float y) noexcept {
  return __builtin_fmodf(x, y);
}

[[nodiscard]] inline float sqrt(float x) noexcept {
  return __builtin_sqrtf(x);
}
[[nodiscard]] inline float exp(float x) noexcept {
  return __builtin_expf(x);
}
[[nodiscard]] inline double exp(double x) noexcept {
  return __builtin_exp(x);
}
[[nodiscard]] inline float expm1(float x) noexcept {
  return __builtin_expm1f(x);
}
[[nodiscard]] inline float log(float x) noexcept {
  return __builtin_logf(x);
}
[[nodiscard]] inline float pow(float x, float y) noexcept {
  return __builtin_powf(x, y);
}
[[nodiscard]] inline double pow(double x, double y) noexcept {
  return __builtin_pow(x, y);
}
[[nodiscard]] inline float tanh(float x) noexcept {
  return __builtin_tanhf(x);
}
[[nodiscard]] inline float sin(float x) noexcept {
  return __builtin_sinf(x);
}
[[nodiscard]] inline float cos(float x) noexcept {
  return __builtin_cosf(x);
}
[[nodiscard]] inline float atan2(float y, float x) noexcept {
  return __builtin_atan2f(y, x);
}
/// 1 - erf(x)
[[nodiscard]] inline float erfc(float x) noexcept {
  return __builtin_erfcf(x);
}

}  // namespace aeq::inline AEQ_ABI::elementary

// ---- aeq/kernel/elementwise.hpp
// How ops on single elements walk: rows of neighbours, in blocks that compilers vectorize without being asked to, with
// or without broadcasting. What is computed is in unary.hpp, binary.hpp and their like. Freestanding.

// ---- aeq/kernel/pieces.hpp
// Elements of any type as numbers of one: 64 of them at a time, as int64 or float. What is computed seldom is computed
// in these, and so is compiled once for all types. Freestanding.

// ---- aeq/scheme/packing.hpp
// Packing of 2- and 4-bit integers: flat over the whole tensor, first element in the low bits, two's complement, the
// last byte filled with zeros. Freestanding, constexpr. (spec: numerics, section 2.3)

namespace aeq::inline AEQ_ABI {

/// Bytes that `elements` integers of `bits` (2, 4, 8, 16, 32, 64) take in the file.
template <std::integral Count>
[[nodiscard]] constexpr Count packed_bytes(Count elements, int bits) noexcept {
  if (bits < 8) {
    const auto per_byte = static_cast<Count>(8 / bits);
    return static_cast<Count>(elements / per_byte + (elements % per_byte != 0 ? 1 : 0));
  }
  return static_cast<Count>(elements * static_cast<Count>(bits / 8));
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
  const unsigned field =
      (static_cast<unsigned>(packed[index / per_byte]) >> ((index % per_byte) * Bits)) & ((1u << Bits) - 1u);
  constexpr unsigned sign = 1u << (Bits - 1);
  return static_cast<std::int8_t>(static_cast<int>(field ^ sign) - static_cast<int>(sign));
}

/// Unpacks into one int8 per value.
template <int Bits>
constexpr void unpack_all(std::span<const std::uint8_t> packed, std::span<std::int8_t> values) noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = unpack<Bits>(packed, i);
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/pieces.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Elements that are worth another thread.
inline constexpr std::size_t elements_per_thread = 16384;

/// Elements between two types are handed over in pieces of so many.
inline constexpr std::size_t piece_elements = 64;
using float_piece = std::array<float, piece_elements>;
using integer_piece = std::array<std::int64_t, piece_elements>;

[[nodiscard]] constexpr bool is_float(element_type type) noexcept {
  return type == element_type::float32 || type == element_type::float16;
}

template <class T, class Number>
void load_as(const operand& x, std::size_t begin, std::size_t n, std::array<Number, piece_elements>& piece) noexcept {
  const T* from = reinterpret_cast<const T*>(x.data.data()) + begin;
  for (std::size_t i = 0; i < n; ++i)
    piece[i] = static_cast<Number>(from[i]);  // NOLINT(bugprone-signed-char-misuse): numbers
}

/// n elements, 64 at most, of an operand of integers or truth values.
inline void load(const operand& x, std::size_t begin, std::size_t n, integer_piece& piece) noexcept {
  switch (x.type) {
    case element_type::int2:
    case element_type::int4: {
      const auto packed = x.values<std::uint8_t>();
      for (std::size_t i = 0; i < n; ++i) {  // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
        piece[i] = x.type == element_type::int2 ? unpack<2>(packed, begin + i) : unpack<4>(packed, begin + i);
      }
      return;
    }
    case element_type::int8: return load_as<std::int8_t>(x, begin, n, piece);
    case element_type::uint8:
    case element_type::boolean: return load_as<std::uint8_t>(x, begin, n, piece);
    case element_type::int16: return load_as<std::int16_t>(x, begin, n, piece);
    case element_type::int32: return load_as<std::int32_t>(x, begin, n, piece);
    default: return load_as<std::int64_t>(x, begin, n, piece);
  }
}

/// n elements, 64 at most, of an operand of floats.
inline void load(const operand& x, std::size_t begin, std::size_t n, float_piece& piece) noexcept {
  if (x.type == element_type::float32) return load_as<float>(x, begin, n, piece);
  const auto halves = x.values<std::uint16_t>();
  for (std::size_t i = 0; i < n; ++i) piece[i] = float_from_float16(halves[begin + i]);
}

/// A number as an integer: wrapped, if it is one; a float toward zero and to the limits, NaN to the highest.
template <class T>
[[nodiscard]] constexpr T to_integer(std::int64_t value) noexcept {
  return static_cast<T>(value);
}
template <class T>
[[nodiscard]] constexpr T to_integer(float value) noexcept {
  constexpr auto lowest = static_cast<float>(std::numeric_limits<T>::min());
  constexpr auto beyond = static_cast<float>(std::uint64_t(1) << std::numeric_limits<T>::digits);
  if (!(value < beyond)) return std::numeric_limits<T>::max();
  return value <= lowest ? std::numeric_limits<T>::min() : static_cast<T>(value);
}

template <class T, class Number>
void store_as(const result_operand& y, std::size_t begin, std::size_t n,
              const std::array<Number, piece_elements>& piece) noexcept {
  T* to = reinterpret_cast<T*>(y.data.data()) + begin;
  for (std::size_t i = 0; i < n; ++i) to[i] = to_integer<T>(piece[i]);
}

/// n numbers, 64 at most, as elements of a result of whole bytes.
template <class Number>
void store(const result_operand& y, std::size_t begin, std::size_t n,
           const std::array<Number, piece_elements>& piece) noexcept {
  switch (y.type) {
    case element_type::float32: {
      const auto to = y.values<float>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = static_cast<float>(piece[i]);
      return;
    }
    case element_type::float16: {
      const auto to = y.values<std::uint16_t>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = float16_bits(static_cast<float>(piece[i]));
      return;
    }
    case element_type::boolean: {
      const auto to = y.values<std::uint8_t>();
      for (std::size_t i = 0; i < n; ++i) to[begin + i] = piece[i] != Number(0) ? 1 : 0;
      return;
    }
    case element_type::int8: return store_as<std::int8_t>(y, begin, n, piece);
    case element_type::uint8: return store_as<std::uint8_t>(y, begin, n, piece);
    case element_type::int16: return store_as<std::int16_t>(y, begin, n, piece);
    case element_type::int32: return store_as<std::int32_t>(y, begin, n, piece);
    default: return store_as<std::int64_t>(y, begin, n, piece);
  }
}

/// Calls task(begin, n) for pieces that together are `count` elements.
template <class Task>
void for_each_piece(std::size_t count, const work_sharing& share, const Task& task) noexcept {
  share.for_ranges((count + piece_elements - 1) / piece_elements, elements_per_thread / piece_elements,
                   [&](std::size_t begin, std::size_t end) {
                     for (std::size_t i = begin * piece_elements; i < std::min(count, end * piece_elements);
                          i += piece_elements) {
                       task(i, std::min(piece_elements, count - i));
                     }
                   });
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/elementwise.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Elements that are computed together: a whole number of vectors of any width.
inline constexpr std::size_t block_elements = 16;

/// y[i] = function(x[i]) for n elements; y may be x.
template <class From, class To, class Function>
void map_row(const From* x, To* y, std::size_t n, const Function& function) noexcept {
  std::array<To, block_elements> block{};
  std::size_t i = 0;
  for (; i + block_elements <= n; i += block_elements) {
    for (std::size_t j = 0; j < block_elements; ++j) block[j] = function(x[i + j]);
    std::memcpy(y + i, block.data(), sizeof(block));
  }
  for (; i < n; ++i) y[i] = function(x[i]);
}

/// y[i] = function(a[i], b[i]) for n elements. Of an operand that is single, the one element is taken each time. y may
/// be one that is not.
template <class From, class To, class Function>
void map_rows(const From* a, bool a_is_single, const From* b, bool b_is_single, To* y, std::size_t n,
              const Function& function) noexcept {
  std::array<From, block_elements> many_a{};
  std::array<From, block_elements> many_b{};
  if (a_is_single && n != 0) {
    many_a.fill(*a);
    a = many_a.data();
  }
  if (b_is_single && n != 0) {
    many_b.fill(*b);
    b = many_b.data();
  }
  const std::size_t a_step = a_is_single ? 0 : block_elements;
  const std::size_t b_step = b_is_single ? 0 : block_elements;
  std::array<To, block_elements> block{};
  std::size_t i = 0;
  for (; i + block_elements <= n; i += block_elements) {
    for (std::size_t j = 0; j < block_elements; ++j) block[j] = function(a[j], b[j]);
    std::memcpy(y + i, block.data(), sizeof(block));
    a += a_step;
    b += b_step;
  }
  for (std::size_t j = 0; i + j < n; ++j) y[i + j] = function(a[j], b[j]);
}

/// Two or three operands of broadcast shapes, row by row. Axes along which all of them run on, or all repeat, are one.
template <std::size_t Operands>
class broadcast_walk {
 public:
  /// A row: where it begins in the result and in each operand, counted in elements.
  struct row {
    std::size_t result = 0;
    std::array<std::size_t, Operands> from{};
  };

  /// False if the shapes do not go together, or not to `result`.
  [[nodiscard]] constexpr bool prepare(std::span<const std::int32_t> result,
                                       const std::array<std::span<const std::int32_t>, Operands>& shapes) noexcept {
    if (result.size() > max_rank) return false;
    count_ = 0;
    std::array<std::size_t, max_rank> extents{};
    std::array<std::array<std::size_t, Operands>, max_rank> steps{};
    std::array<std::size_t, Operands> inside{};
    inside.fill(1);
    for (std::size_t k = 0; k < result.size(); ++k) {  // from the innermost axis
      std::int32_t together = 1;
      std::array<std::size_t, Operands> step{};
      for (std::size_t o = 0; o < Operands; ++o) {
        const std::span<const std::int32_t> shape = shapes[o];
        if (shape.size() > result.size()) return false;
        const std::int32_t extent = k < shape.size() ? shape[shape.size() - 1 - k] : 1;
        if (extent == 1) continue;
        if (together != 1 && together != extent) return false;
        together = extent;
        step[o] = inside[o];
        inside[o] *= static_cast<std::size_t>(extent);
      }
      if (together != result[result.size() - 1 - k]) return false;
      if (together == 1) continue;
      const auto extent = static_cast<std::size_t>(together);
      if (count_ > 0) {
        bool continues = true;
        for (std::size_t o = 0; o < Operands; ++o) {
          continues = continues && step[o] == steps[count_ - 1][o] * extents[count_ - 1];
        }
        if (continues) {
          extents[count_ - 1] *= extent;
          continue;
        }
      }
      extents[count_] = extent;
      steps[count_++] = step;
    }
    if (count_ == 0) extents[count_++] = 1;
    extents_ = extents;
    steps_ = steps;
    return true;
  }

  /// Whether an operand has one element in all of a row.
  [[nodiscard]] constexpr bool is_single(std::size_t operand) const noexcept { return steps_[0][operand] == 0; }

  /// Calls task(row, elements) for rows that together are the result. Pieces of them are other threads' to compute.
  template <class Task>
  void run(const work_sharing& share, const Task& task) const noexcept {
    std::size_t rows = 1;
    for (std::size_t k = 1; k < count_; ++k) rows *= extents_[k];
    const std::size_t length = extents_[0];
    if (rows == 0 || length == 0) return;
    if (rows == 1) {
      share.for_ranges(length, elements_per_thread, [&](std::size_t begin, std::size_t end) {
        row at{begin, {}};
        for (std::size_t o = 0; o < Operands; ++o) at.from[o] = begin * steps_[0][o];
        task(at, end - begin);
      });
      return;
    }
    share.for_ranges(rows, elements_per_thread / length + 1, [&](std::size_t begin, std::size_t end) {
      std::array<std::size_t, max_rank> index{};
      row at{begin * length, {}};
      for (std::size_t k = 1, rest = begin; k < count_; ++k) {
        index[k] = rest % extents_[k];
        rest /= extents_[k];
        for (std::size_t o = 0; o < Operands; ++o) at.from[o] += index[k] * steps_[k][o];
      }
      for (std::size_t i = begin; i < end; ++i) {
        task(at, length);
        at.result += length;
        for (std::size_t k = 1; k < count_; ++k) {
          for (std::size_t o = 0; o < Operands; ++o) at.from[o] += steps_[k][o];
          if (++index[k] < extents_[k]) break;
          for (std::size_t o = 0; o < Operands; ++o) at.from[o] -= steps_[k][o] * extents_[k];
          index[k] = 0;
        }
      }
    });
  }

 private:
  std::array<std::size_t, max_rank> extents_{};  // innermost first
  std::array<std::array<std::size_t, Operands>, max_rank> steps_{};
  std::size_t count_ = 0;
};

/// An operation made from the op's options, or from nothing.
template <class Operation>
[[nodiscard]] constexpr Operation operation_from(const operation_options& options) noexcept {
  if constexpr (requires { Operation(options); }) {
    return Operation(options);
  } else {
    return Operation();
  }
}

/// A set of element types.
template <class... Type>
[[nodiscard]] constexpr std::uint32_t types_of(Type... type) noexcept {
  return ((std::uint32_t(1) << static_cast<unsigned>(type)) | ... | 0u);
}
[[nodiscard]] constexpr bool has_type(std::uint32_t types, element_type type) noexcept {
  return (types >> static_cast<unsigned>(type) & 1u) != 0;
}
inline constexpr std::uint32_t float_only = types_of(element_type::float32);
inline constexpr std::uint32_t wide_numbers = types_of(element_type::float32, element_type::int32, element_type::int64);
inline constexpr std::uint32_t all_numbers =
    wide_numbers | types_of(element_type::int8, element_type::uint8, element_type::int16);
inline constexpr std::uint32_t all_integers = all_numbers & ~float_only;
inline constexpr std::uint32_t signed_integers = all_integers & ~types_of(element_type::uint8);
inline constexpr std::uint32_t truth_values = types_of(element_type::boolean);

// What is compiled per operation: a row of floats, and a piece of all other types. Null where an op does not have them.

using unary_float_row = void (*)(const float* x, float* y, std::size_t n, const operation_options& options) noexcept;
using unary_integer_piece = void (*)(integer_piece& x, const operation_options& options) noexcept;
using binary_float_row = void (*)(const float* a, bool a_is_single, const float* b, bool b_is_single, std::byte* y,
                                  std::size_t n, const operation_options& options) noexcept;
using binary_integer_piece = void (*)(integer_piece& a, const integer_piece& b,
                                      const operation_options& options) noexcept;

[[nodiscard]] inline status operands_broadcast(const kernel_arguments& call, std::uint32_t types,
                                               bool result_is_truth) noexcept {
  if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
  const operand& a = call.inputs[0];
  const operand& b = call.inputs[1];
  const element_type result = result_is_truth ? element_type::boolean : a.type;
  if (a.type != b.type || !has_type(types, a.type) || call.outputs[0].type != result) return status::wrong_type;
  broadcast_walk<2> walk;
  return walk.prepare(call.outputs[0].shape, {a.shape, b.shape}) ? status::ready : status::wrong_shape;
}

inline void run_unary(const kernel_arguments& call, unary_float_row floats, unary_integer_piece integers) noexcept {
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.type == element_type::float32) {
    const auto* from = reinterpret_cast<const float*>(x.data.data());
    auto* to = reinterpret_cast<float*>(y.data.data());
    call.share.for_ranges(y.elements(), elements_per_thread, [&](std::size_t begin, std::size_t end) {
      floats(from + begin, to + begin, end - begin, call.options);
    });
    return;
  }
  for_each_piece(y.elements(), call.share, [&](std::size_t begin, std::size_t n) {
    integer_piece piece{};
    load(x, begin, n, piece);
    integers(piece, call.options);
    store(y, begin, n, piece);
  });
}

inline void run_binary(const kernel_arguments& call, binary_float_row floats, binary_integer_piece integers) noexcept {
  const operand& a = call.inputs[0];
  const operand& b = call.inputs[1];
  const result_operand& y = call.outputs[0];
  broadcast_walk<2> walk;
  (void)walk.prepare(y.shape, {a.shape, b.shape});
  const std::array<bool, 2> is_single{walk.is_single(0), walk.is_single(1)};
  const auto load_or_fill = [&](std::size_t which, std::size_t row, std::size_t begin, std::size_t n,
                                integer_piece& piece) {
    if (is_single[which]) {
      load(call.inputs[which], row, 1, piece);
      piece.fill(piece[0]);
    } else {
      load(call.inputs[which], row + begin, n, piece);
    }
  };
  walk.run(call.share, [&](const broadcast_walk<2>::row& row, std::size_t n) {
    if (a.type == element_type::float32) {
      floats(reinterpret_cast<const float*>(a.data.data()) + row.from[0], is_single[0],
             reinterpret_cast<const float*>(b.data.data()) + row.from[1], is_single[1],
             y.data.data() + row.result * bytes_of(y.type), n, call.options);
      return;
    }
    for (std::size_t begin = 0; begin < n; begin += piece_elements) {
      const std::size_t count = std::min(piece_elements, n - begin);
      integer_piece left{}, right{};
      load_or_fill(0, row.from[0], begin, count, left);
      load_or_fill(1, row.from[1], begin, count, right);
      integers(left, right, call.options);
      store(y, row.result + begin, count, left);
    }
  });
}

/// y = f(x), element by element, x and y of one of the types; Operation is called with float or, for all other types,
/// with int64: results wrap when they are stored. y may be x.
template <class Operation, std::uint32_t Types = float_only>
struct unary {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type || !has_type(Types, x.type)) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    unary_float_row floats = nullptr;
    unary_integer_piece integers = nullptr;
    if constexpr (has_type(Types, element_type::float32)) {
      floats = [](const float* x, float* y, std::size_t n, const operation_options& options) noexcept {
        map_row(x, y, n, operation_from<Operation>(options));
      };
    }
    if constexpr (Types != float_only) {
      integers = [](integer_piece& x, const operation_options& options) noexcept {
        const auto operation = operation_from<Operation>(options);
        for (std::int64_t& value : x) value = operation(value);
      };
    }
    run_unary(call, floats, integers);
  }
};

/// What binary asks besides: whether setup accepts a call, and whether the data are such that there is a result.
struct no_rules {
  static constexpr status accepts(const kernel_arguments&) noexcept { return status::ready; }
  static constexpr status check(const kernel_arguments&) noexcept { return status::ready; }
};

/// y = f(a, b), element by element, with broadcasting (spec: kernels, section 1), a and b of one of the types. y has it
/// too, or is truth values (Result is bool). Operation is called with float or, for all other types, with int64:
/// results wrap when they are stored. y may be a if it has its type and shape.
template <class Operation, std::uint32_t Types, class Rules = no_rules, class Result = float>
struct binary {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    constexpr bool is_truth = std::is_same_v<Result, bool>;
    if (const status fits = operands_broadcast(call, Types, is_truth); fits != status::ready) return fits;
    return Rules::accepts(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return Rules::check(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    binary_float_row floats = nullptr;
    binary_integer_piece integers = nullptr;
    if constexpr (has_type(Types, element_type::float32)) {
      floats = [](const float* a, bool a_is_single, const float* b, bool b_is_single, std::byte* y, std::size_t n,
                  const operation_options& options) noexcept {
        using result = std::conditional_t<std::is_same_v<Result, bool>, std::uint8_t, float>;
        map_rows(a, a_is_single, b, b_is_single, reinterpret_cast<result*>(y), n, operation_from<Operation>(options));
      };
    }
    if constexpr (Types != float_only) {
      integers = [](integer_piece& a, const integer_piece& b, const operation_options& options) noexcept {
        const auto operation = operation_from<Operation>(options);
        for (std::size_t i = 0; i < piece_elements; ++i) a[i] = operation(a[i], b[i]);
      };
    }
    run_binary(call, floats, integers);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/binary.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// An operation of int64, in the unsigned numbers, where it wraps.
template <class Operation>
[[nodiscard]] constexpr std::int64_t wrapped(std::int64_t a, std::int64_t b, const Operation& operation) noexcept {
  return static_cast<std::int64_t>(operation(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}

struct plus {
  constexpr float operator()(float a, float b) const noexcept { return a + b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct minus {
  constexpr float operator()(float a, float b) const noexcept { return a - b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct times {
  constexpr float operator()(float a, float b) const noexcept { return a * b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct divided {
  constexpr float operator()(float a, float b) const noexcept { return a / b; }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b == 0) return 0;
    if (b == -1) return minus()(0, a);  // the lowest number has no counterpart
    return a / b;
  }
};
/// The quotient rounded down.
struct floor_divided {
  float operator()(float a, float b) const noexcept { return elementary::floor(a / b); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t quotient = divided()(a, b);
    if (b == 0 || b == -1) return quotient;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
  }
};
/// What floor division leaves: it has the divisor's sign.
struct floor_remainder {
  float operator()(float a, float b) const noexcept {
    const float rest = elementary::fmod(a, b);
    return rest != 0.0f && (rest < 0.0f) != (b < 0.0f) ? rest + b : rest;
  }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b == 0 || b == -1) return 0;
    const std::int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
  }
};
struct larger {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    return a > b ? a : b;
  }
};
struct smaller {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    return a < b ? a : b;
  }
};
struct difference_squared {
  template <class T>
  constexpr T operator()(T a, T b) const noexcept {
    const T difference = minus()(a, b);
    return times()(difference, difference);
  }
};
/// Of integers: 0 where the exponent is negative (which check refuses).
struct power {
  float operator()(float a, float b) const noexcept { return elementary::pow(a, b); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    if (b < 0) return 0;
    std::int64_t result = 1;
    for (; b != 0; b /= 2) {
      if (b % 2 != 0) result = times()(result, a);
      a = times()(a, a);
    }
    return result;
  }
};
struct angle_of {
  float operator()(float a, float b) const noexcept { return elementary::atan2(a, b); }
};
struct exclusive_or {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a ^ b; }
};
/// By 0 to 63 bits; other amounts count as the nearest of these.
struct shifted_right {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t most = b > 63 ? 63 : b;
    return a >> (b < 0 ? 0 : most);
  }
};
struct both {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a != 0 && b != 0 ? 1 : 0; }
};
struct either {
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept { return a != 0 || b != 0 ? 1 : 0; }
};
/// x where it is not negative, else x * alpha.
struct prelu_function {
  constexpr float operator()(float x, float alpha) const noexcept { return x >= 0.0f ? x : x * alpha; }
};

/// An operation behind which the fused activation clamps.
template <class Operation>
struct activated {
  clamp_range limits;
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();

  explicit constexpr activated(const operation_options& options) noexcept : limits(clamp_of(options.activation)) {
    if (options.activation == fused_activation::none) return;
    low = static_cast<std::int64_t>(limits.low);
    if (options.activation != fused_activation::relu) high = static_cast<std::int64_t>(limits.high);
  }
  constexpr float operator()(float a, float b) const noexcept { return clamped(Operation()(a, b), limits); }
  constexpr std::int64_t operator()(std::int64_t a, std::int64_t b) const noexcept {
    const std::int64_t result = Operation()(a, b);
    const std::int64_t raised = result < low ? low : result;
    return raised > high ? high : raised;
  }
};

struct activation_is_a_clamp : no_rules {
  static constexpr status accepts(const kernel_arguments& call) noexcept {
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }
};
/// Whether no integer of the second operand is 0; or whether none is negative.
[[nodiscard]] inline status second_is_sound(const kernel_arguments& call, bool zero_only) noexcept {
  const operand& b = call.inputs[1];
  if (!is_index(b.type)) return status::ready;
  for (std::size_t i = 0; i < b.elements(); ++i) {
    const std::int64_t value = index_at(b, i);
    if (zero_only ? value == 0 : value < 0) return status::wrong_data;
  }
  return status::ready;
}
/// An integer divisor is not 0.
struct divisor_is_not_zero : no_rules {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, true);
  }
};
struct quotient_rules : activation_is_a_clamp {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, true);
  }
};
/// An integer exponent is not negative.
struct exponent_is_not_negative : no_rules {
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return second_is_sound(call, false);
  }
};

/// ADD and its like.
template <class Operation, class Rules = activation_is_a_clamp>
using arithmetic = binary<activated<Operation>, wide_numbers, Rules>;

// Comparisons. Integers are compared as they are stored, and so have one scale and zero point if they are quantized.

struct equal_to {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a == b;
  }
};
struct not_equal_to {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a != b;
  }
};
struct less_than {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a < b;
  }
};
struct at_most {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a <= b;
  }
};
struct greater_than {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a > b;
  }
};
struct at_least {
  template <class T>
  constexpr bool operator()(T a, T b) const noexcept {
    return a >= b;
  }
};

struct one_scale : no_rules {
  static constexpr status accepts(const kernel_arguments& call) noexcept {
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const bool is_one = std::equal(a.scale.begin(), a.scale.end(), b.scale.begin(), b.scale.end()) &&
                        std::equal(a.zero_point.begin(), a.zero_point.end(), b.zero_point.begin(), b.zero_point.end());
    return a.type == element_type::float32 || is_one ? status::ready : status::wrong_parameters;
  }
};
template <class Operation>
using comparison = binary<Operation, all_numbers | truth_values, one_scale, bool>;

/// y = a + b + …, of operands of one shape, in their order. float32 and int32; not clamped.
struct add_n {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.empty()) return status::wrong_operands;
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::float32 && y.type != element_type::int32) return status::wrong_type;
    for (const operand& x : call.inputs) {
      if (x.type != y.type) return status::wrong_type;
      if (!same_shape(x.shape, y.shape)) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::copy_n(call.inputs[0].data.begin(), y.elements() * bytes_of(y.type), y.data.begin());
    const operand sum{y.type, false, y.data, y.shape, {}, {}, 0, 0};
    for (std::size_t i = 1; i < call.inputs.size(); ++i) {
      const std::array<operand, 2> inputs{sum, call.inputs[i]};
      binary<plus, wide_numbers>::evaluate({inputs, call.outputs, call.options, {}, call.share}, {});
    }
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<broadcast_to>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<broadcast_to>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    return shape_is_as_said_if_known<tile>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<tile>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (!is_index_list(inputs[0])) return status::wrong_type;
    if (inputs[0].shape.size() != 1) return status::wrong_shape;
    for (std::size_t k = 0; k < inputs[0].elements(); ++k) {
      if (!result.push(index_at(inputs[0], k))) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    if (call.inputs[1].type != call.outputs[0].type || bytes_of(call.inputs[1].type) == 0) return status::wrong_type;
    if (!is_index_list(call.inputs[0])) return status::wrong_type;
    if (call.inputs[1].elements() != 1) return status::wrong_shape;
    return shape_is_as_said_if_known<fill>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<fill>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& value = call.inputs[1];
    const result_operand& y = call.outputs[0];
    fill_elements(bytes_of(value.type), value.data.data(), y.data.data(), y.elements(), call.share);
  }
};

struct zeros_like {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type) return status::wrong_type;
    return same_shape(call.inputs[0].shape, call.outputs[0].shape) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
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

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const auto rank = static_cast<std::int64_t>(inputs[0].shape.size());
    return IsRank || result.push(rank) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1 || !call.inputs[0].present()) return status::wrong_operands;
    if (!is_int32_or_int64(call.outputs[0].type)) return status::wrong_type;
    return call.outputs[0].is_complete() ? shape_is_as_said<shape_of>(call) : status::wrong_shape;
  }

  template <class = when_used>
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

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 2) return status::wrong_operands;
    if (inputs[0].shape.size() != 1 || inputs[1].shape.size() != 1) return status::wrong_shape;
    return result.push(std::max(inputs[0].shape[0], inputs[1].shape[0])) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (!is_int32_or_int64(type) || call.inputs[0].type != type || call.inputs[1].type != type) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<broadcast_args>(call); known != status::ready) return known;
    return call.inputs[0].is_constant && call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.outputs[0].elements(); ++k) {
      const std::int64_t a = extent_from_right(call.inputs[0], k);
      const std::int64_t b = extent_from_right(call.inputs[1], k);
      if (a != b && a != 1 && b != 1) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
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

// ---- aeq/kernel/cast.hpp
// CAST. (spec: kernels, section 4) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Elements as another type: floats toward zero and to the limits, NaN to the highest integer; integers wrap; to truth
/// values, whether it is not 0. y may be x if its elements are as large. Scales and zero points mean nothing to it.
struct cast {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (!x.present() || bytes_of(y.type) == 0) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    for_each_piece(y.elements(), call.share, [&](std::size_t begin, std::size_t n) {
      if (is_float(x.type)) {
        float_piece piece{};
        load(x, begin, n, piece);
        store(y, begin, n, piece);
      } else {
        integer_piece piece{};
        load(x, begin, n, piece);
        store(y, begin, n, piece);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/computation.hpp
// What the numbers of a call are, and so which of an op's kernels computes it. Freestanding.
//
// An op has several kernels: one for numbers as they are, and one per form of quantized numbers. Two roads lead to the
// same kernel: the interpreter looks at the operands of a call, the kernel table at a scheme. What they share is a
// computation; kernels are instantiated per computation and arithmetic (kernel/arithmetic.hpp), not per scheme.
// table/builtin_kernels.hpp has the list.

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

// ---- aeq/kernel/computation.hpp
namespace aeq::inline AEQ_ABI {

enum class computation : std::uint8_t {
  plain,      ///< numbers as they are: floats, indices, truth values, and whatever only moves
  integer8,   ///< int8 activations; weights int8, int4 or int2; sums in 32 bits
  unsigned8,  ///< uint8 activations and weights; sums in 32 bits
  integer16,  ///< int16 activations; weights int8, int4, int2 or int16; sums in 64 bits
  hybrid      ///< float32 activations that the kernel quantizes to 8 bits itself; weights int8, int4 or int2
};
inline constexpr std::size_t computation_count = 5;

/// Which input says what a call computes with: the first that the catalogue calls an activation, else input 0.
[[nodiscard]] constexpr std::size_t leading_input(op::code code, std::size_t inputs) noexcept {
  const op::operation_descriptor* what = op::find(code);
  const int position = what == nullptr ? 0 : what->position(op::role::activation);
  return position < 0 || static_cast<std::size_t>(position) >= inputs ? 0 : static_cast<std::size_t>(position);
}

/// The computation of a call, from the types and scales of its inputs. Integers without a scale are plain. An op that
/// has no kernel for the answer is computed by its plain one, if that takes the operands: data that move, say.
[[nodiscard]] constexpr computation computation_of(op::code code, std::span<const operand> inputs) noexcept {
  if (inputs.empty()) return computation::plain;
  const operand& leading = inputs[leading_input(code, inputs.size())];
  if (leading.type == element_type::float32) {
    for (const operand& other : inputs) {
      const bool is_weight = other.type == element_type::int8 || other.type == element_type::int4 ||
                             other.type == element_type::int2 || other.type == element_type::uint8;
      if (is_weight && !other.scale.empty()) return computation::hybrid;
    }
    return computation::plain;
  }
  if (leading.scale.empty()) return computation::plain;
  switch (leading.type) {
    case element_type::int8: return computation::integer8;
    case element_type::uint8: return computation::unsigned8;
    case element_type::int16: return computation::integer16;
    default: return computation::plain;
  }
}

/// The computation of ops under a scheme. Weight only computes in floats, after DEQUANTIZE.
[[nodiscard]] constexpr computation computation_of(const scheme_descriptor& s) noexcept {
  if (s.compute_precision == compute::floating) return computation::plain;
  if (s.execution_mode == execution::dynamic_range) return computation::hybrid;
  if (s.activation.bits == 16) return computation::integer16;
  return s.activation.kind == number_kind::unsigned_integer ? computation::unsigned8 : computation::integer8;
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/concatenation.hpp
// CONCATENATION and PACK: tensors one behind the other. Any element of whole bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Along `axis` of the options, which the inputs have (CONCATENATION) or which is new (PACK). All operands have the
/// same type, shape but for that axis, and scales.
template <bool IsNew>
struct joined {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
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
    if (at >= 0 && at + (filter - 1) * dilation < inputs) return {0, filter};  // most are
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

/// Whether the shapes of input 0, input 1 (the weight) and output go together, and what they are together.
[[nodiscard]] constexpr status check_conv_shapes(const kernel_arguments& call, geometry_function geometry,
                                                 conv_2d_geometry& g) noexcept {
  const std::span<const std::int32_t> x = call.inputs[0].shape;
  const std::span<const std::int32_t> y = call.outputs[0].shape;
  const status placed = geometry(x, call.inputs[1].shape, call.options, g);
  if (placed != status::ready) return placed;
  const bool fits = y.size() == 4 && y[0] == x[0] && y[1] == g.windows.rows.outputs &&
                    y[2] == g.windows.columns.outputs && static_cast<std::size_t>(y[3]) == g.output_channels;
  return fits ? status::ready : status::wrong_shape;
}

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
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
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
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &conv_2d_geometry_of);
  }

  template <class = when_used>
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
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    return detail::check_conv_float(call, &depthwise_geometry_of);
  }

  template <class = when_used>
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

// ---- aeq/kernel/conv_3d.hpp
// CONV_3D in float32. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Extents of a convolution over [batches, depth, height, width, channels]; windows in the order of these axes.
struct conv_3d_geometry {
  std::size_t batches = 0;
  std::size_t input_channels = 0;
  std::size_t output_channels = 0;
  window_axis axes[3]{};
};

/// From the shapes of input and weight [depth, height, width, I, O]; I is the number of the input's channels.
[[nodiscard]] constexpr status conv_3d_geometry_of(std::span<const std::int32_t> x, std::span<const std::int32_t> w,
                                                   const operation_options& o, conv_3d_geometry& g) noexcept {
  if (x.size() != 5 || w.size() != 5 || x[4] != w[3] || w[0] < 1 || w[1] < 1 || w[2] < 1) return status::wrong_shape;
  g.batches = static_cast<std::size_t>(x[0]);
  g.input_channels = static_cast<std::size_t>(x[4]);
  g.output_channels = static_cast<std::size_t>(w[4]);
  const bool placed = place_windows(o.padding, x[1], w[0], o.stride_depth, o.dilation_depth, g.axes[0]) &&
                      place_windows(o.padding, x[2], w[1], o.stride_height, o.dilation_height, g.axes[1]) &&
                      place_windows(o.padding, x[3], w[2], o.stride_width, o.dilation_width, g.axes[2]);
  return placed ? status::ready : status::wrong_options;
}

/// y[b, oz, oy, ox, n] = clamp(sum over kz, ky, kx, i of x[b, iz, iy, ix, i] * w[kz, ky, kx, i, n] + bias[n]), float32;
/// what lies outside of x is left out. Sums in the order of kz, ky, kx, i.
///
/// x: [B, D, H, W, I]; w: [KD, KH, KW, I, N]; bias: N elements, may be absent; y: [B, OD, OH, OW, N].
struct conv_3d_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() < 2 || call.inputs.size() > 3 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    const result_operand& y = call.outputs[0];
    for (const status s : {check_float(x), check_float(w), check_float(y)}) {
      if (s != status::ready) return s;
    }
    conv_3d_geometry g;
    const status placed = conv_3d_geometry_of(x.shape, w.shape, call.options, g);
    if (placed != status::ready) return placed;
    if (y.shape.size() != 5 || y.shape[0] != x.shape[0] || y.shape[4] != w.shape[4]) return status::wrong_shape;
    for (std::size_t i = 0; i < 3; ++i) {
      if (y.shape[i + 1] != g.axes[i].outputs) return status::wrong_shape;
    }
    const status bias = check_bias(call, 2, g.output_channels);
    if (bias != status::ready) return bias;
    return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    conv_3d_geometry g;
    if (conv_3d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const std::size_t channels = g.output_channels;
    if (channels == 0) return;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const auto height = static_cast<std::size_t>(g.axes[1].outputs),
               width = static_cast<std::size_t>(g.axes[2].outputs);
    const auto depth = static_cast<std::size_t>(g.axes[0].outputs);
    call.share.for_ranges(g.batches * depth * height, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t pixel = begin * width; pixel < end * width; ++pixel) {
        float* const to = y + pixel * channels;
        for (std::size_t n = 0; n < channels; ++n) to[n] = 0;
        const std::size_t row = pixel / width;
        sum_window(call, g, row / height / depth, static_cast<std::int64_t>(row / height % depth),
                   static_cast<std::int64_t>(row % height), static_cast<std::int64_t>(pixel % width), to);
        for (std::size_t n = 0; n < channels; ++n) {
          to[n] = clamped(bias != nullptr ? to[n] + bias[n] : to[n], limits);
        }
      }
    });
  }

 private:
  static void sum_window(const kernel_arguments& call, const conv_3d_geometry& g, std::size_t image, std::int64_t oz,
                         std::int64_t oy, std::int64_t ox, float* to) noexcept {
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    const window_axis &z = g.axes[0], &v = g.axes[1], &h = g.axes[2];
    const window_axis::taps zs = z.inside(oz), ys = v.inside(oy), xs = h.inside(ox);
    for (std::int64_t kz = zs.first; kz < zs.last; ++kz) {
      for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
        for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
          const auto iz = static_cast<std::size_t>(z.start(oz) + kz * z.dilation);
          const auto iy = static_cast<std::size_t>(v.start(oy) + ky * v.dilation);
          const auto ix = static_cast<std::size_t>(h.start(ox) + kx * h.dilation);
          const std::size_t at =
              ((image * static_cast<std::size_t>(z.inputs) + iz) * static_cast<std::size_t>(v.inputs) + iy) *
                  static_cast<std::size_t>(h.inputs) +
              ix;
          const auto tap = static_cast<std::size_t>((kz * v.filter + ky) * h.filter + kx);
          for (std::size_t i = 0; i < g.input_channels; ++i) {
            const float value = x[at * g.input_channels + i];
            const float* const by = w + (tap * g.input_channels + i) * g.output_channels;
            for (std::size_t n = 0; n < g.output_channels; ++n) to[n] += value * by[n];
          }
        }
      }
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/copy.hpp
// Ops whose output has the bytes of their first input: RESHAPE and its kin. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Copies the first input; of any type. The other inputs have been looked at when the output got its shape.
struct copy {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.empty() || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != y.type) return status::wrong_type;
    return x.elements() == y.elements() && x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = (y.elements() * static_cast<std::size_t>(bits_of(y.type)) + 7) / 8;
    std::copy_n(call.inputs[0].data.begin(), bytes, y.data.begin());
  }
};

/// BITCAST to a type of as many bits.
struct copy_as_bits {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    if (bits_of(call.inputs[0].type) != bits_of(call.outputs[0].type)) return status::wrong_type;
    operand same = call.inputs[0];
    same.type = call.outputs[0].type;
    return copy::setup({{&same, 1}, call.outputs, call.options, {}, call.share}, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    copy::evaluate(call, workspace);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/embedding_lookup.hpp
// EMBEDDING_LOOKUP. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[i, ...] = table[indices[i], ...], the bytes as they are; or, where the table is int8, int4 or int2 and y float32,
/// its integers times the scale of the table, of the row, or of the block.
///
/// indices: [n], int32; table: [R, ...], rows of whole bytes, zero points 0; y: [n, ...]. Check looks at the indices.
struct embedding_lookup {
  template <class = when_used>
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
    if (table.block_elements != 0) {
      if (scales_of_row(table) == 0 ||
          table.scale.size() != scales_of_row(table) * static_cast<std::size_t>(table.shape[0])) {
        return status::wrong_parameters;
      }
    } else if (table.scale.size() != 1 && !per_row) {
      return status::wrong_parameters;
    }
    const bool is_symmetric =
        std::all_of(table.zero_point.begin(), table.zero_point.end(), [](std::int32_t zero) { return zero == 0; });
    return is_symmetric ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const std::int32_t rows = call.inputs[1].shape[0];
    for (std::size_t i = 0; i < call.inputs[0].elements(); ++i) {
      const std::int32_t row = call.inputs[0].values<std::int32_t>()[i];
      if (row < 0 || row >= rows) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
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
      const std::size_t blocks = table.block_elements != 0 ? scales_of_row(table) : 1;
      const std::size_t run = elements / blocks;
      const float* const scales = table.scale.data() + (table.scale.size() == 1 ? 0 : row * blocks);
      const std::span<const std::uint8_t> packed(reinterpret_cast<const std::uint8_t*>(from.data()), from.size());
      float* const to = y.values<float>().data() + i * elements;
      for (std::size_t k = 0; k < elements; ++k) {
        const std::int8_t value = table.type == element_type::int8   ? static_cast<std::int8_t>(packed[k])
                                  : table.type == element_type::int4 ? unpack<4>(packed, k)
                                                                     : unpack<2>(packed, k);
        to[k] = static_cast<float>(value) * scales[k / run];
      }
    }
  }

 private:
  /// Of a table in blocks; 0 if a row is no whole number of them.
  [[nodiscard]] static std::size_t scales_of_row(const operand& table) noexcept {
    const auto block = static_cast<std::size_t>(table.block_elements < 0 ? 0 : table.block_elements);
    return table.shape.size() == 2 && block != 0 && row_elements(table) % block == 0 ? row_elements(table) / block : 0;
  }

  [[nodiscard]] static std::size_t row_elements(const operand& table) noexcept {
    std::size_t product = 1;
    for (const std::int32_t extent : table.shape.subspan(1)) product *= static_cast<std::size_t>(extent);
    return product;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/fixed_point.hpp
// Products with real numbers in integers, as quantized kernels compute them. (spec: kernels, section 1) Freestanding,
// constexpr. Nothing overflows: bits that do not fit are lost where LiteRT loses them.

namespace aeq::inline AEQ_ABI::kernel {

/// The nearest integer of a double, halves away from zero, saturated to 32 bits; 0 of NaN.
[[nodiscard]] constexpr std::int32_t rounded(double value) noexcept {
  constexpr double beyond = 2147483648.0;
  if (!(value > -beyond)) return value != value ? 0 : std::numeric_limits<std::int32_t>::min();
  if (!(value < beyond - 1.0)) return std::numeric_limits<std::int32_t>::max();
  const auto whole = static_cast<std::int32_t>(value);
  const double rest = value - static_cast<double>(whole);
  return whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
}

/// multiplier * 2^(shift - 31), a real number.
struct fixed_multiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;
};

/// The nearest such number to a finite one; 0 below 2^-32. Numbers from 2^31 on have shifts above 31, which no kernel
/// takes.
[[nodiscard]] constexpr fixed_multiplier quantize_multiplier(double value) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<std::int32_t>(bits >> 52u & 0x7ffu);
  if (exponent == 0) return {};  // 0, or far below 2^-32
  std::int32_t shift = exponent - 1022;
  // 53 bits of a fraction in [0.5, 1), of which the first 31 stay; a half goes up, away from zero.
  const std::uint64_t fraction = (bits & 0xfffffffffffffu) | (std::uint64_t(1) << 52u);
  std::uint64_t multiplier = (fraction + (std::uint64_t(1) << 21u)) >> 22u;
  if (multiplier == std::uint64_t(1) << 31u) {
    multiplier /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  const auto size = static_cast<std::int32_t>(multiplier);
  return {value < 0 ? -size : size, shift};
}

/// a * b / 2^31, rounded to nearest, halves up; the square of the lowest number saturates.
[[nodiscard]] constexpr std::int32_t high_product(std::int32_t a, std::int32_t b) noexcept {
  if (a == b && a == std::numeric_limits<std::int32_t>::min()) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b + (std::int64_t(1) << 30u)) >> 31u);
}

/// x / 2^exponent, rounded to nearest, halves away from zero. exponent: 0 to 31.
[[nodiscard]] constexpr std::int32_t divide_by_power(std::int32_t x, int exponent) noexcept {
  const auto mask = static_cast<std::int32_t>((std::uint32_t(1) << exponent) - 1);
  const std::int32_t rest = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (rest > threshold ? 1 : 0);
}

/// x * 2^exponent; shifted bits that leave 32 are lost.
[[nodiscard]] constexpr std::int32_t shifted_left(std::int32_t x, int exponent) noexcept {
  return exponent > 31 ? 0 : static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << exponent);
}

/// x times a real number, rounded twice.
[[nodiscard]] constexpr std::int32_t multiply(std::int32_t x, const fixed_multiplier& by) noexcept {
  const int left = by.shift > 0 ? by.shift : 0;
  const int right = by.shift > 0 ? 0 : -by.shift;
  return divide_by_power(high_product(shifted_left(x, left), by.multiplier), right);
}

/// The same of a wide sum, with the first 15 bits of the multiplier, and rounded once, halves up. |x| below 2^47;
/// by.shift: -31 to 7.
[[nodiscard]] constexpr std::int32_t multiply_wide(std::int64_t x, const fixed_multiplier& by) noexcept {
  const std::int64_t reduced = by.multiplier < 0x7fff0000 ? (by.multiplier + (1 << 15)) >> 16 : 0x7fff;
  const int total = 15 - by.shift;
  const std::uint64_t product = static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(reduced);
  return static_cast<std::int32_t>(static_cast<std::int64_t>(product + (std::uint64_t(1) << (total - 1))) >> total);
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/fully_connected.hpp
// FULLY_CONNECTED. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp((sum over k of x[b, k] * w[n, k]) + bias[n]), float32; sums in the order of k.
///
/// x: any shape of B * K elements; w: [N, K]; bias: N elements, may be absent; y: any shape of B * N elements.
struct fully_connected_float {
  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index(call.inputs[1].type)) {
      return status::wrong_type;
    }
    if (const status known = shape_is_as_said<gather_nd>(call); known != status::ready) return known;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    const auto indices = call.inputs[1].shape;
    const std::size_t rows = product_of(indices, 0, indices.size() - 1);
    for (std::size_t row = 0; row < rows; ++row) {
      std::size_t place = 0;
      if (!place_of(call.inputs[1], row, call.inputs[0].shape, place)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
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
  template <class = when_used>
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

  template <class = when_used>
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

// ---- aeq/kernel/hybrid/batch_matmul.hpp
// BATCH_MATMUL, dynamic range. (spec: kernels, section 2) Freestanding.

// ---- aeq/kernel/hybrid/quantized_input.hpp
// Dynamic range: activations are float32, weights int8, int4 or int2. The kernel quantizes the activations to 8 bits,
// multiplies integers, and scales the sums back to floats. What the ops have in common: which operands they take, and
// the activations as integers. (spec: kernels, sections 1 and 2) Freestanding.
//
// Weights have zero point 0, and one scale or one per output channel; bias and output are float32.

// ---- aeq/core/rounded_product.hpp
// Products that are rounded by themselves, on every processor. Freestanding.

namespace aeq::inline AEQ_ABI {

/// a * b, rounded to T whatever becomes of it. Where processors multiply and add at once, compilers join a product and
/// a sum, which then is rounded once; LiteRT's reference kernels round twice.
template <std::floating_point T>
[[nodiscard]] inline T rounded_product(T a, T b) noexcept {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__aarch64__) || defined(__riscv) || defined(__s390x__)
  volatile T product = a * b;
  return product;
#else
  return a * b;
#endif
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/kernel/integer/weighted.hpp
// What ops with integer weights have in common, whatever their loops: which operands they take, what setup leaves in
// the workspace, and the sums themselves. (spec: kernels, section 2) Freestanding.
//
//   activations   weights                    bias          sums                       output
//   int8          int8, int4, int2           int32         32 bits                    int8
//   uint8         uint8                      int32         32 bits                    uint8
//   int16         int8, int4, int2           int64, int32  64 bits, 32 with such bias int16
//   int16         int16 (FULLY_CONNECTED)    int64, int32  64 bits                    int16
//
// real = (integer - zero point) * scale. Activations have one scale; int16 has zero point 0. Weights have one scale or
// one per output channel, and zero point 0 where the op says nothing else; the bias has scale x * weight and zero point
// 0. Sums wrap: 32 bits hold 2^15 products with room for the bias.

// ---- aeq/kernel/integer/dots.hpp
// Sums of products of integers, one or four rows of weights at a time: the inner loops of all ops with a weight.
// Freestanding.
//
// Sums wrap, so the order of the products makes no difference: processors whose instructions multiply two pairs of 16
// bits at a time (Arm's DSP extension: Cortex-M4, M7, M33, M55) take 8-bit numbers by four, with the same bits.
// Constant expressions take the plain loops.

#if defined(__ARM_FEATURE_SIMD32) && __ARM_FEATURE_SIMD32
#include <arm_acle.h>
#endif

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

#if defined(__ARM_FEATURE_SIMD32) && __ARM_FEATURE_SIMD32
template <class Sum, class X, class W>
inline constexpr bool has_paired_products = std::is_same_v<X, std::int8_t>&& std::is_same_v<W, std::int8_t> &&
                                            sizeof(Sum) == 4;

/// Four neighbours.
[[nodiscard, gnu::always_inline]] inline std::uint32_t four_of(const std::int8_t* from) noexcept {
  std::uint32_t word = 0;
  __builtin_memcpy(&word, from, sizeof word);  // (std::memcpy is a call where compilers have no library)
  return word;
}
/// The even ones of four in 16 bits each, and the odd ones.
[[nodiscard, gnu::always_inline]] inline int16x2_t even_of(std::uint32_t four) noexcept {
  return __sxtb16(static_cast<int8x4_t>(four));
}
[[nodiscard, gnu::always_inline]] inline int16x2_t odd_of(std::uint32_t four) noexcept {
  int16x2_t odd;  // one instruction, which g++ 12 makes two of
  asm("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
  return odd;
}

/// sums[r] += sum over k of (x[k] - x_zero) * w[r * step + k].
template <std::size_t Rows>
#if !defined(__clang__)
[[gnu::optimize("O2", "no-schedule-insns")]]
#endif
[[gnu::noinline]] void
add_paired_dots(const std::int8_t* x, const std::int8_t* w, std::size_t step, std::size_t n, std::int32_t x_zero,
                std::uint32_t* sums) noexcept {
  const auto zero = static_cast<std::uint32_t>(x_zero) & 0xffffu;
  const auto zeros = static_cast<int16x2_t>(zero | zero << 16u);
  std::int32_t totals[Rows];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < Rows; ++r) totals[r] = static_cast<std::int32_t>(sums[r]);
  // Two pointers for four rows: there are registers for no more.
  const std::int8_t* second = w + 2 * step;
  const auto row = [&](std::size_t r) { return r < 2 ? w + r * step : second + (r - 2) * step; };
  const std::int8_t* const end = x + n;
  for (const std::int8_t* const last = x + n / 4 * 4; x != last; x += 4) {
    const std::uint32_t four = four_of(x);
    const int16x2_t even = __ssub16(even_of(four), zeros);
    const int16x2_t odd = __ssub16(odd_of(four), zeros);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      const std::uint32_t by = four_of(row(r));
      totals[r] = __smlad(even, even_of(by), totals[r]);
      totals[r] = __smlad(odd, odd_of(by), totals[r]);
    }
    w += 4;
    second += 4;
  }
  for (; x != end; ++x, ++w, ++second) {
    const std::int32_t value = *x - x_zero;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      totals[r] = static_cast<std::int32_t>(static_cast<std::uint32_t>(totals[r]) +
                                            static_cast<std::uint32_t>(value * *row(r)));
    }
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < Rows; ++r) sums[r] = static_cast<std::uint32_t>(totals[r]);
}
#else
template <class Sum, class X, class W>
inline constexpr bool has_paired_products = false;

template <std::size_t Rows>
void add_paired_dots(const std::int8_t*, const std::int8_t*, std::size_t, std::size_t, std::int32_t,
                     std::uint32_t*) noexcept;
#endif

}  // namespace detail

/// sums[r] += sum over k < n of (x[k] - x_zero) * (w[r * step + k] - w_zero), wrapped to Sum, which has no sign.
template <std::size_t Rows, class Sum, class X, class W>
constexpr void add_dots(const X* x, const W* w, std::size_t step, std::size_t n, std::int32_t x_zero,
                        std::int32_t w_zero, Sum* sums) noexcept {
  if constexpr (detail::has_paired_products<Sum, X, W>) {
    if (!std::is_constant_evaluated() && w_zero == 0) {
      return detail::add_paired_dots<Rows>(x, w, step, n, x_zero, sums);
    }
  }
  Sum totals[Rows]{};
  for (std::size_t k = 0; k < n; ++k) {
    const std::int32_t value = static_cast<std::int32_t>(x[k]) - x_zero;
#pragma GCC unroll 4
    for (std::size_t r = 0; r < Rows; ++r) {
      totals[r] += static_cast<Sum>(value * (static_cast<std::int32_t>(w[r * step + k]) - w_zero));
    }
  }
  for (std::size_t r = 0; r < Rows; ++r) sums[r] += totals[r];
}

/// One of them.
template <class Sum, class X, class W>
[[nodiscard]] constexpr Sum dot(const X* x, const W* w, std::size_t n, std::int32_t x_zero,
                                std::int32_t w_zero) noexcept {
  Sum total[1]{};
  add_dots<1>(x, w, 0, n, x_zero, w_zero, total);
  return total[0];
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/output_stage.hpp
// From a sum of integer products to an integer of the output: times a real number, plus the zero point, clamped.
// (spec: kernels, sections 1 and 2) Freestanding.

#include <utility>

// ---- aeq/kernel/real_product.hpp
// Sums times a double, rounded to an integer. (spec: kernels, section 2) Freestanding, constexpr.
//
// Where a processor has no unit for doubles the product costs hundreds of instructions. There it is computed in
// integers, to 31 bits of the factor and with a bound of the error; only where the bound leaves two integers to choose
// from do doubles decide.

namespace aeq::inline AEQ_ABI::kernel {

/// Whether the processor computes with doubles itself.
#if (defined(__arm__) && !(defined(__ARM_FP) && (__ARM_FP & 8))) || \
    (defined(__riscv) && !(defined(__riscv_flen) && __riscv_flen >= 64))
inline constexpr bool has_double_unit = false;
#else
inline constexpr bool has_double_unit = true;
#endif

/// rounded(x * factor) in integers, if that is certain; factor is not negative. False for factors from 1/2 on or far
/// below 2^-32, and in one case of many millions.
[[nodiscard]] constexpr bool round_in_integers(std::int32_t x, double factor, std::int32_t& result) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(factor);
  // factor = (first + rest) / 2^shift, first in [2^30, 2^31), rest in [0, 1)
  const auto first =
      static_cast<std::int32_t>(std::uint32_t(1) << 30u | (static_cast<std::uint32_t>(bits >> 22u) & 0x3fffffffu));
  const std::int32_t shift = 1053 - static_cast<std::int32_t>(bits >> 52u);
  if (shift < 32 || shift > 62) return false;
  // |x * first| <= 2^62. The rest adds less than |x| to its size; the rounding of the double's product, 2^-53 of it,
  // less than 2^10.
  const std::int64_t sum = static_cast<std::int64_t>(x) * first + (std::int64_t(1) << (shift - 1));
  const std::int64_t below = x < 0 ? static_cast<std::int64_t>(x) - 1024 : -1024;
  const std::int64_t above = x < 0 ? 1024 : static_cast<std::int64_t>(x) + 1024;
  const auto least = static_cast<std::int32_t>((sum + below) >> 32) >> (shift - 32);
  const auto most = static_cast<std::int32_t>((sum + above) >> 32) >> (shift - 32);
  result = least;
  return least == most;
}

/// The nearest integer of x * factor, halves away from zero, saturated to 32 bits. factor is not negative.
[[nodiscard]] constexpr std::int32_t rounded_real_product(std::int64_t x, double factor) noexcept {
  if constexpr (!has_double_unit) {
    const auto narrow = static_cast<std::int32_t>(x);
    std::int32_t result = 0;
    if (narrow == x && round_in_integers(narrow, factor, result)) return result;
  }
  return rounded(static_cast<double>(x) * factor);
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/output_stage.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// The limits of a quantized type of 8, 16 or 32 bits; {0, 0} of others.
[[nodiscard]] constexpr std::pair<std::int32_t, std::int32_t> limits_of(element_type type) noexcept {
  switch (type) {
    case element_type::int8: return {-128, 127};
    case element_type::uint8: return {0, 255};
    case element_type::int16: return {-32768, 32767};
    case element_type::int32:
      return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
    default: return {0, 0};
  }
}

/// The zero point of scale i.
template <class Operand>
[[nodiscard]] constexpr std::int32_t zero_point_of(const Operand& x, std::size_t i) noexcept {
  return x.zero_point.empty() ? 0 : x.zero_point[i];
}

/// Whether an operand is int8, uint8 or int16 with one scale above 0 and a zero point that its type has; int16 only
/// with zero point 0.
template <class Operand>
[[nodiscard]] constexpr bool is_quantized_tensorwise(const Operand& x) noexcept {
  if (x.type != element_type::int8 && x.type != element_type::uint8 && x.type != element_type::int16) return false;
  if (x.scale.size() != 1 || x.zero_point.size() > 1 || x.block_elements != 0) return false;
  if (!(x.scale[0] > 0.0f) || x.scale[0] > std::numeric_limits<float>::max()) return false;
  const std::int32_t zero = zero_point_of(x, 0);
  const auto [lowest, highest] = limits_of(x.type);
  return x.type == element_type::int16 ? zero == 0 : zero >= lowest && zero <= highest;
}

/// What integers an output may have.
struct integer_range {
  std::int32_t lowest = 0;
  std::int32_t highest = 0;

  [[nodiscard]] constexpr std::int32_t clamp(std::int64_t value) const noexcept {
    return static_cast<std::int32_t>(value < lowest ? lowest : value > highest ? highest : value);
  }
};

/// Those of an operand under a fused activation that is a clamp (is_clamp).
template <class Operand>
[[nodiscard]] constexpr integer_range integer_range_of(const Operand& y, fused_activation activation) noexcept {
  const auto [lowest, highest] = limits_of(y.type);
  integer_range result{lowest, highest};
  if (activation == fused_activation::none) return result;
  const auto at = [&](float real) -> std::int64_t {
    return std::int64_t(zero_point_of(y, 0)) + rounded(static_cast<double>(real / y.scale[0]));
  };
  const integer_range whole = result;
  const clamp_range limits = clamp_of(activation);
  result.lowest = whole.clamp(at(limits.low));
  if (activation != fused_activation::relu) result.highest = whole.clamp(at(limits.high));
  return result;
}

/// How sums are scaled.
enum class sum_scaling : std::uint8_t {
  fixed,  ///< 32-bit sums: multiply()
  wide,   ///< 64-bit sums: multiply_wide()
  real    ///< times a double, rounded to nearest, halves away from zero
};

/// What a kernel needs behind its sums. The scale factors, one or one per channel, lie in the workspace.
struct output_stage {
  sum_scaling scaling = sum_scaling::fixed;
  std::size_t step = 0;  ///< 1: a factor per channel
  const fixed_multiplier* fixed = nullptr;
  const double* real = nullptr;
  std::int32_t zero_point = 0;
  integer_range range{};

  /// sum: of 32 bits it has the lower half, wrapped.
  [[nodiscard]] constexpr std::int32_t operator()(std::int64_t sum, std::size_t channel) const noexcept {
    std::int32_t scaled = 0;
    switch (scaling) {
      case sum_scaling::fixed: scaled = multiply(static_cast<std::int32_t>(sum), fixed[channel * step]); break;
      case sum_scaling::wide: scaled = multiply_wide(sum, fixed[channel * step]); break;
      case sum_scaling::real: scaled = rounded_real_product(sum, real[channel * step]); break;
    }
    // Ranges of 16 bits at most, so that their distances from a zero point have 32.
    const std::int32_t lowest = range.lowest - zero_point, highest = range.highest - zero_point;
    return (scaled < lowest ? lowest : scaled > highest ? highest : scaled) + zero_point;
  }
};

/// Factors to scale sums of `x` times `w` to `y`, written to `fixed` or `real`, whichever is not empty: one, or one per
/// scale of w. False if one is none that a kernel can use.
///
/// in_float: the product of the two scales is rounded to float32 first.
[[nodiscard]] constexpr bool prepare_factors(float x, std::span<const float> w, float y, bool in_float, bool is_wide,
                                             std::span<fixed_multiplier> fixed, std::span<double> real) noexcept {
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double product =
        in_float ? static_cast<double>(x * w[i]) : static_cast<double>(x) * static_cast<double>(w[i]);
    const double factor = product / static_cast<double>(y);
    if (!(factor >= 0.0) || factor >= 2147483648.0) return false;
    if (!real.empty()) real[i] = factor;
    if (fixed.empty()) continue;
    fixed[i] = quantize_multiplier(factor);
    if (fixed[i].shift > (is_wide ? 7 : 30)) return false;
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/workspace.hpp
// A workspace, piece by piece. The same code that takes the pieces also counts their bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Bytes of n... elements of T, all multiplied; where that is no std::size_t the largest one, which no memory has.
template <class T, class... Count>
[[nodiscard]] constexpr std::size_t bytes_for(Count... n) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  std::size_t bytes = sizeof(T);
  ((bytes = n != 0 && bytes > most / n ? most : bytes * n), ...);
  return bytes;
}

/// Hands out arrays, one behind the other, each aligned for its type. Out of no memory at all it hands out nothing, and
/// counts.
class workspace_pieces {
 public:
  constexpr workspace_pieces() = default;
  /// memory: aligned for any scalar type.
  constexpr explicit workspace_pieces(std::span<std::byte> memory) noexcept : memory_(memory) {}

  /// n elements; none if fewer are left.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t n) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    const std::size_t begin = used_ > most - alignof(T) ? most : (used_ + alignof(T) - 1) / alignof(T) * alignof(T);
    const std::size_t bytes = bytes_for<T>(n);
    used_ = bytes > most - begin ? most : begin + bytes;
    if (used_ > memory_.size()) return {};
    return {reinterpret_cast<T*>(memory_.data() + begin), n};
  }

  /// Bytes of all pieces so far, whether there was memory for them or not; the largest number there is, if too many.
  [[nodiscard]] constexpr std::size_t used() const noexcept { return used_; }
  [[nodiscard]] constexpr bool is_short() const noexcept { return used_ > memory_.size(); }

 private:
  std::span<std::byte> memory_{};
  std::size_t used_ = 0;
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/weighted.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// Where an op has its operands.
struct weighted_form {
  std::size_t x = 0;
  std::size_t w = 1;
  std::size_t bias = 2;
  std::size_t channel_axis = 0;          ///< of the weight: output channels
  bool takes_weight_zero_point = false;  ///< of a weight with one scale; uint8 always may have one
  bool takes_wide_weight = false;        ///< int16
  bool real = false;                     ///< sums are scaled by a double
  bool tensorwise_in_float = false;      ///< the product of x's and the weight's one scale is rounded to float32

  [[nodiscard]] constexpr std::size_t channels(const kernel_arguments& call) const noexcept {
    return static_cast<std::size_t>(call.inputs[w].shape[channel_axis]);
  }
};

[[nodiscard]] constexpr bool is_packed(element_type type) noexcept {
  return type == element_type::int4 || type == element_type::int2;
}

/// The bias, if there is one.
[[nodiscard]] constexpr const operand* bias_operand(const kernel_arguments& call, const weighted_form& form) noexcept {
  return call.inputs.size() > form.bias && call.inputs[form.bias].present() ? &call.inputs[form.bias] : nullptr;
}

/// Whether sums of 16-bit activations are kept to 32 bits: as the bias has them; without one as the option says.
[[nodiscard]] constexpr bool has_narrow_sums(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs[form.x].type != element_type::int16) return true;
  if (call.inputs[form.w].type == element_type::int16) return false;
  const operand* bias = bias_operand(call, form);
  return (bias != nullptr ? bias->type : call.options.quantized_bias_type) == element_type::int32;
}

/// Types, scales and zero points, and that all data are there; not how shapes go together.
[[nodiscard]] constexpr status check_weighted(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.x || call.inputs.size() <= form.w || call.inputs.size() > 4 ||
      call.outputs.size() != 1) {
    return status::wrong_operands;
  }
  const operand& x = call.inputs[form.x];
  const operand& w = call.inputs[form.w];
  const result_operand& y = call.outputs[0];
  const operand* const bias = bias_operand(call, form);
  if (!x.present() || !w.present() || !y.present()) return status::wrong_operands;
  const bool is_signed_weight = w.type == element_type::int8 || is_packed(w.type);
  const bool is_wide_weight = w.type == element_type::int16 && form.takes_wide_weight;
  const bool go_together = x.type == element_type::uint8   ? w.type == element_type::uint8
                           : x.type == element_type::int16 ? is_signed_weight || is_wide_weight
                                                           : x.type == element_type::int8 && is_signed_weight;
  if (!go_together || y.type != x.type) return status::wrong_type;
  if (!x.is_complete() || !w.is_complete() || !y.is_complete()) return status::wrong_shape;
  if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
  if (form.channel_axis >= w.shape.size()) return status::wrong_shape;
  const std::size_t channels = form.channels(call);
  if (bias != nullptr) {
    if (bias->type != element_type::int32 && (bias->type != element_type::int64 || x.type != element_type::int16)) {
      return status::wrong_type;
    }
    if (bias->elements() != channels || !bias->is_complete()) return status::wrong_shape;
  }
  const bool is_channelwise =
      w.scale.size() == channels && w.channel_axis == static_cast<std::int32_t>(form.channel_axis);
  if (w.block_elements != 0 || (w.scale.size() != 1 && !is_channelwise)) return status::wrong_parameters;
  if (!w.zero_point.empty() && w.zero_point.size() != w.scale.size()) return status::wrong_parameters;
  const bool may_have_zero_point =
      w.scale.size() == 1 &&
      (w.type == element_type::uint8 || (form.takes_weight_zero_point && w.type == element_type::int8));
  for (const std::int32_t zero : w.zero_point) {
    if (zero == 0) continue;
    const auto [lowest, highest] = limits_of(w.type);
    if (!may_have_zero_point || zero < lowest || zero > highest) return status::wrong_parameters;
  }
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// The workspace of such an op. Where the weight is constant and has 8 or 16 bits, evaluate only reads it: the factors
/// may lie in flash, made by a setup before the program was built.
struct weighted_workspace {
  std::span<fixed_multiplier> fixed{};
  std::span<double> real{};
  std::span<std::int8_t> unpacked{};  ///< weights of less than 8 bits, one per byte; else none
  std::size_t bytes = 0;

  /// Its pieces; without memory their size, whatever the operands are.
  [[nodiscard]] static weighted_workspace of(const kernel_arguments& call, const weighted_form& form,
                                             std::span<std::byte> memory) noexcept {
    weighted_workspace result;
    if (call.inputs.size() <= form.w) return result;
    const operand& w = call.inputs[form.w];
    workspace_pieces pieces(memory);
    if (form.real) {
      result.real = pieces.take<double>(w.scale.size());
    } else {
      result.fixed = pieces.take<fixed_multiplier>(w.scale.size());
    }
    if (is_packed(w.type)) result.unpacked = pieces.take<std::int8_t>(w.elements());
    result.bytes = pieces.used();
    return result;
  }
};

/// Packed weights, one per byte.
inline void unpack_weights(const operand& w, std::span<std::int8_t> values) noexcept {
  const auto packed = w.values<std::uint8_t>();
  if (w.type == element_type::int4) return unpack_all<4>(packed, values);
  unpack_all<2>(packed, values);
}

/// Setup, after the checks: scale factors, and weights that are constant unpacked.
[[nodiscard]] inline status prepare_weighted(const kernel_arguments& call, const weighted_form& form,
                                             std::span<std::byte> memory) noexcept {
  const weighted_workspace workspace = weighted_workspace::of(call, form, memory);
  if (workspace.bytes > memory.size()) return status::small_workspace;
  const operand& w = call.inputs[form.w];
  if (w.is_constant && is_packed(w.type)) unpack_weights(w, workspace.unpacked);
  const bool is_wide = !has_narrow_sums(call, form);
  const bool in_float = form.tensorwise_in_float && w.scale.size() == 1;
  return prepare_factors(call.inputs[form.x].scale[0], w.scale, call.outputs[0].scale[0], in_float, is_wide,
                         workspace.fixed, workspace.real)
             ? status::ready
             : status::wrong_parameters;
}

/// A call that setup has found good, ready to be computed. X: type of the activations; W: of the weights, unpacked.
template <class X, class W>
struct weighted_call {
  const X* x = nullptr;
  const W* w = nullptr;
  X* y = nullptr;
  const std::int32_t* narrow_bias = nullptr;
  const std::int64_t* wide_bias = nullptr;
  std::int32_t x_zero = 0;
  std::int32_t w_zero = 0;
  output_stage stage{};

  /// Of 8 bits: int16 activations have sums of 64 bits, and those that are to have 32 take their lower half.
  using sum = std::conditional_t<sizeof(X) == 1, std::uint32_t, std::uint64_t>;

  weighted_call(const kernel_arguments& call, const weighted_form& form, std::span<std::byte> memory) noexcept {
    const weighted_workspace workspace = weighted_workspace::of(call, form, memory);
    const operand& weight = call.inputs[form.w];
    const result_operand& output = call.outputs[0];
    if (is_packed(weight.type) && !weight.is_constant) unpack_weights(weight, workspace.unpacked);
    x = call.inputs[form.x].template values<X>().data();
    w = is_packed(weight.type) ? reinterpret_cast<const W*>(workspace.unpacked.data())
                               : weight.template values<W>().data();
    y = output.template values<X>().data();
    if (const operand* bias = bias_operand(call, form)) {
      if (bias->type == element_type::int64) {
        wide_bias = bias->values<std::int64_t>().data();
      } else {
        narrow_bias = bias->values<std::int32_t>().data();
      }
    }
    x_zero = zero_point_of(call.inputs[form.x], 0);
    w_zero = weight.scale.size() == 1 ? zero_point_of(weight, 0) : 0;
    is_narrow_ = has_narrow_sums(call, form);
    stage.scaling = form.real ? sum_scaling::real : is_narrow_ ? sum_scaling::fixed : sum_scaling::wide;
    stage.step = weight.scale.size() == 1 ? 0 : 1;
    stage.fixed = workspace.fixed.data();
    stage.real = workspace.real.data();
    stage.zero_point = zero_point_of(output, 0);
    stage.range = integer_range_of(output, call.options.activation);
  }

  /// The output of a channel from the sum of its products.
  [[nodiscard]] X finish(sum products, std::size_t channel) const noexcept {
    if (narrow_bias != nullptr) products += static_cast<sum>(narrow_bias[channel]);
    if (wide_bias != nullptr) products += static_cast<sum>(wide_bias[channel]);
    const auto whole = static_cast<std::int64_t>(static_cast<std::make_signed_t<sum>>(products));
    return static_cast<X>(stage(is_narrow_ ? static_cast<std::int32_t>(whole) : whole, channel));
  }

 private:
  bool is_narrow_ = true;
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/hybrid/quantized_input.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// real = (integer - zero_point) * scale.
struct input_scale {
  float scale = 1;
  std::int32_t zero_point = 0;
};

namespace detail {

/// An integer of 8 bits from a float, which may be anything: rounded, and then shifted by the zero point.
[[nodiscard]] constexpr std::int8_t to_int8(float value, std::int32_t lowest, std::int32_t zero_point = 0) noexcept {
  const std::int64_t nearest = std::int64_t(rounded(static_cast<double>(value))) + zero_point;
  return static_cast<std::int8_t>(nearest < lowest ? lowest : nearest > 127 ? 127 : nearest);
}

}  // namespace detail

/// n floats, `step` apart, as integers in [-127, 127] around 0.
[[nodiscard]] inline input_scale quantize_symmetric(const float* x, std::size_t n, std::int8_t* q,
                                                    std::size_t step = 1) noexcept {
  float largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float size = absolute(x[i * step]);
    largest = largest < size ? size : largest;
  }
  if (largest == 0.0f) {
    for (std::size_t i = 0; i < n; ++i) q[i] = 0;
    return {};
  }
  const float inverse = 127.0f / largest;
  for (std::size_t i = 0; i < n; ++i) q[i] = detail::to_int8(x[i * step] * inverse, -127);
  return {largest / 127.0f, 0};
}

/// n floats, `step` apart, as integers in [-128, 127] with a zero point.
[[nodiscard]] inline input_scale quantize_asymmetric(const float* x, std::size_t n, std::int8_t* q,
                                                     std::size_t step = 1) noexcept {
  float lowest = 0, highest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float value = x[i * step];
    lowest = value < lowest ? value : lowest;
    highest = highest < value ? value : highest;
  }
  if (lowest == highest) {
    for (std::size_t i = 0; i < n; ++i) q[i] = 0;
    return {};
  }
  const float width = highest - lowest;
  const double scale = static_cast<double>(width) / 255.0;
  const double below = static_cast<double>(lowest) / scale;
  const double above = static_cast<double>(highest) / scale;
  // Of the two zero points that the ends of the range give, the one with the smaller error.
  const double zero = 128.0 + absolute(below) < 127.0 + absolute(above) ? -128.0 - below : 127.0 - above;
  const std::int32_t zero_point = zero <= -128.0 ? -128 : zero >= 127.0 ? 127 : rounded(zero);
  const auto narrow = static_cast<float>(scale);
  const float inverse = narrow == 0.0f ? 0.0f : 1.0f / narrow;
  for (std::size_t i = 0; i < n; ++i) q[i] = detail::to_int8(x[i * step] * inverse, -128, zero_point);
  return {narrow, zero_point};
}

/// Types, scales and zero points, and that all data are there; not how shapes go together. A weight in blocks has as
/// many scales as blocks, and only some ops take it.
[[nodiscard]] inline status check_hybrid(const kernel_arguments& call, const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.x || call.inputs.size() <= form.w || call.outputs.size() != 1) {
    return status::wrong_operands;
  }
  const operand& x = call.inputs[form.x];
  const operand& w = call.inputs[form.w];
  for (const status s : {check_float(x), check_float(call.outputs[0])}) {
    if (s != status::ready) return s;
  }
  if (w.type != element_type::int8 && !is_packed(w.type)) return status::wrong_type;
  if (!w.is_complete() || form.channel_axis >= w.shape.size()) return status::wrong_shape;
  const std::size_t channels = form.channels(call);
  if (const status bias = check_bias(call, form.bias, channels); bias != status::ready) return bias;
  const bool is_channelwise =
      w.scale.size() == channels && w.channel_axis == static_cast<std::int32_t>(form.channel_axis);
  if (w.block_elements == 0 && w.scale.size() != 1 && !is_channelwise) return status::wrong_parameters;
  for (const std::int32_t zero : w.zero_point) {
    if (zero != 0) return status::wrong_parameters;
  }
  return is_clamp(call.options.activation) ? status::ready : status::wrong_options;
}

/// Workspace of an op with such operands: weights of less than 8 bits, unpacked.
[[nodiscard]] inline std::size_t hybrid_workspace_bytes(const kernel_arguments& call,
                                                        const weighted_form& form) noexcept {
  if (call.inputs.size() <= form.w || !is_packed(call.inputs[form.w].type)) return 0;
  return call.inputs[form.w].elements();
}
[[nodiscard]] inline status prepare_hybrid(const kernel_arguments& call, const weighted_form& form,
                                           std::span<std::byte> workspace) noexcept {
  const operand& w = call.inputs[form.w];
  if (workspace.size() < hybrid_workspace_bytes(call, form)) return status::small_workspace;
  if (is_packed(w.type) && w.is_constant) {
    unpack_weights(w, {reinterpret_cast<std::int8_t*>(workspace.data()), w.elements()});
  }
  return status::ready;
}

/// The weights of a call that setup has found good, one per byte.
[[nodiscard]] inline const std::int8_t* hybrid_weights(const kernel_arguments& call, const weighted_form& form,
                                                       std::span<std::byte> workspace) noexcept {
  const operand& w = call.inputs[form.w];
  if (!is_packed(w.type)) return w.values<std::int8_t>().data();
  auto* const unpacked = reinterpret_cast<std::int8_t*>(workspace.data());
  if (!w.is_constant) unpack_weights(w, {unpacked, w.elements()});
  return unpacked;
}

/// Scratch memory: the activations as integers, in rows of their own scale.
struct quantized_input {
  std::span<std::int8_t> values{};
  std::span<input_scale> scales{};
  std::size_t bytes = 0;

  [[nodiscard]] static quantized_input of(std::size_t elements, std::size_t rows,
                                          std::span<std::byte> memory) noexcept {
    quantized_input result;
    workspace_pieces pieces(memory);
    result.scales = pieces.take<input_scale>(rows);
    result.values = pieces.take<std::int8_t>(elements);
    result.bytes = pieces.used();
    return result;
  }

  /// Quantizes rows that lie one after the other.
  void fill(const float* x, bool asymmetric, const work_sharing& share) const noexcept {
    if (scales.empty()) return;
    const std::size_t row = values.size() / scales.size();
    share.for_ranges(scales.size(), 16384 / (row + 1) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        std::int8_t* const to = values.data() + i * row;
        scales[i] = asymmetric ? quantize_asymmetric(x + i * row, row, to) : quantize_symmetric(x + i * row, row, to);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/hybrid/batch_matmul.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// y[..., m, n] = (scale[m] * b_scale[n]) * t, q being row m of a quantized around 0, or if the option
/// asymmetric_quantize_inputs says so with a zero point z;
///     t = trunc((sum over k of q[m, k] * b[k, n]) - z * (sum over k of b[k, n])), in float32 after the sums.
///
/// a: [..., M, K], with adj_x [..., K, M], float32; b: [..., K, N], with adj_y [..., N, K], int8, int4 or int2 with one
/// scale, or one per n; y: [..., M, N], float32. Axes before follow numpy's rules of broadcasting.
struct hybrid_batch_matmul {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form_of(call));
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return quantized(call, {}).bytes;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 2) return status::wrong_operands;
    if (call.inputs[1].shape.size() < 2) return status::wrong_shape;
    const weighted_form form = form_of(call);
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    if (call.inputs[1].block_elements != 0) return status::wrong_parameters;
    if (call.inputs[1].elements() == 0) return status::wrong_shape;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return batch_matmul_fits(call) ? prepare_hybrid(call, form, workspace) : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operand& left = call.inputs[0];
    const operand& right = call.inputs[1];
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    if (!batch_matmul_geometry_of(left.shape, right.shape, call.options, g) || product.elements() == 0) return;
    const quantized_input q = quantized(call, call.scratch);
    const float* const a = left.values<float>().data();
    const std::int8_t* const b = hybrid_weights(call, form_of(call), workspace);
    float* const y = product.values<float>().data();
    const bool asymmetric = call.options.asymmetric_quantize_inputs;
    const std::size_t step = call.options.adj_x ? g.rows : 1;
    for (std::size_t row = 0; row < q.scales.size(); ++row) {
      const std::size_t inside = row % g.rows * (call.options.adj_x ? 1 : g.depth);
      const float* const from = a + row / g.rows * g.rows * g.depth + inside;
      std::int8_t* const to = q.values.data() + row * g.depth;
      q.scales[row] =
          asymmetric ? quantize_asymmetric(from, g.depth, to, step) : quantize_symmetric(from, g.depth, to, step);
    }
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t scale_step = right.scale.size() == 1 ? 0 : 1;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(product.elements() / g.columns, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const std::size_t at = matrix_offset(left.shape, product.shape, row / g.rows) / g.depth + row % g.rows;
        const std::int8_t* const from = q.values.data() + at * g.depth;
        const std::int8_t* const by = b + matrix_offset(right.shape, product.shape, row / g.rows);
        const input_scale scale = q.scales[at];
        for (std::size_t n = 0; n < g.columns; ++n) {
          std::uint32_t products = 0, weights = 0;
          for (std::size_t k = 0; k < g.depth; ++k) {
            // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
            const auto weight = static_cast<std::int32_t>(by[n * b_column + k * b_step]);
            products += static_cast<std::uint32_t>(from[k] * weight);
            weights += static_cast<std::uint32_t>(weight);
          }
          const float shift = rounded_product(static_cast<float>(static_cast<std::int32_t>(weights)),
                                              static_cast<float>(scale.zero_point));
          const float total = truncated(static_cast<float>(static_cast<std::int32_t>(products)) - shift);
          y[row * g.columns + n] = 0.0f + rounded_product(scale.scale * right.scale[n * scale_step], total);
        }
      }
    });
  }

 private:
  /// Output channels are b's columns.
  [[nodiscard]] static constexpr weighted_form form_of(const kernel_arguments& call) noexcept {
    weighted_form form;
    const std::size_t rank = call.inputs.size() > 1 ? call.inputs[1].shape.size() : 0;
    if (rank >= 2) form.channel_axis = rank - (call.options.adj_y ? 2 : 1);
    return form;
  }

  [[nodiscard]] static quantized_input quantized(const kernel_arguments& call, std::span<std::byte> memory) noexcept {
    batch_matmul_geometry g;
    if (call.inputs.size() != 2 ||
        !batch_matmul_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) || g.depth == 0) {
      return {};
    }
    return quantized_input::of(call.inputs[0].elements(), call.inputs[0].elements() / g.depth, memory);
  }

  /// Toward zero, as by way of an int32, which sums of 32 bits less a zero point of 8 bits may leave.
  [[nodiscard]] static float truncated(float value) noexcept {
    constexpr float whole = 8388608.0f;  // from 2^23 on floats are integers
    if (!(value < whole && value > -whole)) return value;
    return static_cast<float>(static_cast<std::int32_t>(value));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/hybrid/convolution.hpp
// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV, dynamic range. (spec: kernels, section 2) Freestanding.
//
// Each image of x is quantized as a whole, to q with scale s and zero point z; sums are those of integer convolutions.
// Operands as hybrid/quantized_input.hpp has them, shapes as the float kernels of the same op. The ops differ in which
// zero point they choose and in the order of their products, which the last bits show.

// ---- aeq/kernel/integer/convolution_sums.hpp
// The sums of convolutions in integers: which products go into which output. What becomes of a sum is the caller's.
// (spec: kernels, section 2) Freestanding.

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

/// Windows [first, last) have a tap at a position.
struct reaching_windows {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
[[nodiscard]] constexpr reaching_windows windows_reaching(const window_axis& axis, std::int64_t position) noexcept {
  const std::int64_t at = position + axis.before;
  const std::int64_t first = at < axis.filter ? 0 : (at - axis.filter) / axis.stride + 1;
  return {first, std::min(at / axis.stride + 1, axis.outputs)};
}

/// y[b, oy, ox, n] = clamp(sum over iy, ix, i of x[b, iy, ix, i] * w[n, ky, kx, i] + bias[n]), float32, over all iy and
/// ix for which ky = oy + before - iy * stride and kx alike lie in the filter. Sums in the order of iy, ix, i.
///
/// inputs: shape of y, int32; w: [N, KH, KW, I]; x: [B, H, W, I]; bias: N elements, may be absent. y: [B, OH, OW, N].
struct transpose_conv_float {
  template <class = when_used>
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

  template <class = when_used>
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
        const reaching_windows ys = windows_reaching(rows, static_cast<std::int64_t>(row % height));
        for (std::size_t column = 0; column < width; ++column) {
          const reaching_windows xs = windows_reaching(columns, static_cast<std::int64_t>(column));
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
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/convolution_sums.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// CONV_2D: calls finish(image, output element, channel, sum) for all outputs, sum over ky, kx, i of
/// (x[b, iy, ix, group * I + i] - zero_of(b)) * (w[n, ky, kx, i] - w_zero), wrapped to Sum. Taps in the padding count
/// 0.
template <class Sum, class X, class W, class Zero, class Finish>
void conv_2d_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w, const Zero& zero_of,
                  std::int32_t w_zero, const Finish& finish) noexcept {
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const std::size_t group_outputs = g.output_channels / g.groups;
  const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
  const std::size_t channel_step = taps * g.depth;
  const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
  const bool is_contiguous = columns.dilation == 1 && g.groups == 1;  // a row of taps in x and in w
  detail::for_output_pixels(
      call, g, taps * g.depth * g.output_channels,
      [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
        const window_axis::taps ys = rows.inside(row);
        const window_axis::taps xs = columns.inside(column);
        const std::int32_t x_zero = zero_of(image);
        if (ys.first == ys.last || xs.first == xs.last) {
          for (std::size_t n = 0; n < g.output_channels; ++n) finish(image, pixel * g.output_channels + n, n, Sum(0));
          return;
        }
        const std::size_t run = (is_contiguous ? static_cast<std::size_t>(xs.last - xs.first) : 1) * g.depth;
        const std::size_t runs = is_contiguous ? 1 : static_cast<std::size_t>(xs.last - xs.first);
        const auto lines = static_cast<std::size_t>(ys.last - ys.first);
        // The first tap, and from a tap to the one below it.
        const auto iy = static_cast<std::size_t>(rows.start(row) + ys.first * rows.dilation);
        const auto ix = static_cast<std::size_t>(columns.start(column) + xs.first * columns.dilation);
        const X* const first_x = x + ((image * height + iy) * width + ix) * g.input_channels;
        const W* const first_w = w + static_cast<std::size_t>(ys.first * columns.filter + xs.first) * g.depth;
        const std::size_t x_line = static_cast<std::size_t>(rows.dilation) * width * g.input_channels;
        const std::size_t w_line = static_cast<std::size_t>(columns.filter) * g.depth;
        const std::size_t x_step = static_cast<std::size_t>(columns.dilation) * g.input_channels;
        std::size_t n = 0;
        for (std::size_t group = 0; group < g.groups; ++group) {
          const std::size_t end = n + group_outputs;
          while (n < end) {
            const std::size_t together = end - n < 4 ? 1 : 4;
            const X* from = first_x + group * g.depth;
            const W* by = first_w + n * channel_step;
            Sum sums[4]{};
            for (std::size_t line = 0; line < lines; ++line, from += x_line, by += w_line) {
              for (std::size_t k = 0; k < runs; ++k) {
                if (together == 4) {
                  add_dots<4>(from + k * x_step, by + k * g.depth, channel_step, run, x_zero, w_zero, sums);
                } else {
                  add_dots<1>(from + k * x_step, by + k * g.depth, channel_step, run, x_zero, w_zero, sums);
                }
              }
            }
            for (std::size_t r = 0; r < together; ++r, ++n) finish(image, pixel * g.output_channels + n, n, sums[r]);
          }
        }
      });
}

/// DEPTHWISE_CONV_2D, likewise: sum over ky, kx of (x[b, iy, ix, c] - zero) * (w[0, ky, kx, c * M + m] - w_zero).
template <class Sum, class X, class W, class Zero, class Finish>
void depthwise_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w,
                    const Zero& zero_of, std::int32_t w_zero, const Finish& finish) noexcept {
  if (g.output_channels == 0) return;
  constexpr std::size_t together = 32;  // channels whose sums are kept at a time
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const std::size_t multiplier = g.output_channels / g.input_channels;
  const auto taps = static_cast<std::size_t>(rows.filter * columns.filter);
  detail::for_output_pixels(
      call, g, taps * g.output_channels,
      [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
        const window_axis::taps ys = rows.inside(row);
        const window_axis::taps xs = columns.inside(column);
        const std::int32_t x_zero = zero_of(image);
        for (std::size_t first = 0; first < g.output_channels; first += together) {
          const std::size_t count = std::min(together, g.output_channels - first);
          std::array<Sum, together> sums{};
          for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
            for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
              const std::int64_t iy = rows.start(row) + ky * rows.dilation;
              const std::int64_t ix = columns.start(column) + kx * columns.dilation;
              const std::size_t at = (image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(iy)) *
                                         static_cast<std::size_t>(columns.inputs) +
                                     static_cast<std::size_t>(ix);
              const X* const from = x + at * g.input_channels;
              const W* const by = w + static_cast<std::size_t>(ky * columns.filter + kx) * g.output_channels + first;
              if (multiplier == 1) {
                for (std::size_t i = 0; i < count; ++i) {
                  sums[i] += static_cast<Sum>((static_cast<std::int32_t>(from[first + i]) - x_zero) *
                                              (static_cast<std::int32_t>(by[i]) - w_zero));
                }
              } else {
                for (std::size_t i = 0; i < count; ++i) {
                  sums[i] += static_cast<Sum>((static_cast<std::int32_t>(from[(first + i) / multiplier]) - x_zero) *
                                              (static_cast<std::int32_t>(by[i]) - w_zero));
                }
              }
            }
          }
          for (std::size_t i = 0; i < count; ++i) {
            finish(image, pixel * g.output_channels + first + i, first + i, sums[i]);
          }
        }
      });
}

/// TRANSPOSE_CONV: calls add(sum, image, channel, from, by) with the g.depth neighbours of x and of w that each tap
/// multiplies, for each output in the order of iy, ix; then finish(image, output element, channel, sum).
template <class Sum, class X, class W, class Add, class Finish>
void transpose_conv_sums(const kernel_arguments& call, const conv_2d_geometry& g, const X* x, const W* w,
                         const Add& add, const Finish& finish) noexcept {
  const window_axis& rows = g.windows.rows;
  const window_axis& columns = g.windows.columns;
  const auto height = static_cast<std::size_t>(rows.inputs), width = static_cast<std::size_t>(columns.inputs);
  const auto rows_in = static_cast<std::size_t>(rows.outputs), columns_in = static_cast<std::size_t>(columns.outputs);
  call.share.for_ranges(g.batches * height, 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::size_t image = row / height;
      const reaching_windows ys = windows_reaching(rows, static_cast<std::int64_t>(row % height));
      for (std::size_t column = 0; column < width; ++column) {
        const reaching_windows xs = windows_reaching(columns, static_cast<std::int64_t>(column));
        for (std::size_t n = 0; n < g.input_channels; ++n) {
          Sum sum = 0;
          for (std::int64_t iy = ys.first; iy < ys.last; ++iy) {
            for (std::int64_t ix = xs.first; ix < xs.last; ++ix) {
              const auto ky = static_cast<std::size_t>(static_cast<std::int64_t>(row % height) - rows.start(iy));
              const auto kx = static_cast<std::size_t>(static_cast<std::int64_t>(column) - columns.start(ix));
              const std::size_t at =
                  (image * rows_in + static_cast<std::size_t>(iy)) * columns_in + static_cast<std::size_t>(ix);
              const std::size_t tap =
                  (n * static_cast<std::size_t>(rows.filter) + ky) * static_cast<std::size_t>(columns.filter) + kx;
              add(sum, image, n, x + at * g.depth, w + tap * g.depth);
            }
          }
          finish(image, (row * width + column) * g.input_channels + n, n, sum);
        }
      }
    }
  });
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/hybrid/convolution.hpp
namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

[[nodiscard]] inline quantized_input quantized_images(const kernel_arguments& call, const weighted_form& form,
                                                      std::span<std::byte> memory) noexcept {
  if (call.inputs.size() <= form.x || call.inputs[form.x].shape.empty()) return {};
  const operand& x = call.inputs[form.x];
  return quantized_input::of(x.elements(), static_cast<std::size_t>(x.shape[0]), memory);
}

[[nodiscard]] inline status setup_hybrid_conv(const kernel_arguments& call, const weighted_form& form,
                                              geometry_function geometry, std::span<std::byte> workspace) noexcept {
  if (call.inputs.size() > 3) return status::wrong_operands;
  if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
  if (call.inputs[form.w].block_elements != 0) return status::wrong_parameters;
  conv_2d_geometry g;
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
  return prepare_hybrid(call, form, workspace);
}

}  // namespace detail

/// Weights with different scales: q with a zero point, y = clamp((sum * w_scale[n]) * s + bias[n]). With one scale, or
/// equal ones: q around 0, y = clamp(bias[n] + sum * (s * w_scale)).
struct hybrid_conv_2d {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_hybrid_conv(call, form, &conv_2d_geometry_of, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const std::span<const float> w_scale = call.inputs[1].scale;
    bool is_channelwise = false;
    for (const float scale : w_scale) is_channelwise = is_channelwise || scale != w_scale[0];
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[0].values<float>().data(), is_channelwise, call.share);
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    conv_2d_sums<std::uint32_t>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](std::size_t image) { return q.scales[image].zero_point; }, 0,
        [&](std::size_t image, std::size_t at, std::size_t n, std::uint32_t sum) {
          const auto products = static_cast<float>(static_cast<std::int32_t>(sum));
          const float add = bias != nullptr ? bias[n] : 0.0f;
          const float scale = q.scales[image].scale;
          y[at] = clamped(is_channelwise ? rounded_product(products * w_scale[n], scale) + add
                                         : add + rounded_product(products, scale * w_scale[0]),
                          limits);
        });
  }

 private:
  static constexpr weighted_form form{};
};

/// q with a zero point; y = clamp(sum * (w_scale[n] * s) + bias[n]).
struct hybrid_depthwise_conv_2d {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_hybrid_conv(call, form, &depthwise_geometry_of, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[0].values<float>().data(), true, call.share);
    const std::span<const float> w_scale = call.inputs[1].scale;
    const std::size_t step = w_scale.size() == 1 ? 0 : 1;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    depthwise_sums<std::uint32_t>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](std::size_t image) { return q.scales[image].zero_point; }, 0,
        [&](std::size_t image, std::size_t at, std::size_t n, std::uint32_t sum) {
          float value = rounded_product(static_cast<float>(static_cast<std::int32_t>(sum)),
                                        w_scale[n * step] * q.scales[image].scale);
          if (bias != nullptr) value += bias[n];
          y[at] = clamped(value, limits);
        });
  }

 private:
  static constexpr weighted_form form{.channel_axis = 3};
};

/// q with a zero point; y = clamp(sum over the products p = (q - z) * w of (p * w_scale[n]) * s, in floats and in the
/// order of iy, ix, i, + bias[n]).
struct hybrid_transpose_conv {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return detail::quantized_images(call, form, {}).bytes;
  }
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() > 4) return status::wrong_operands;
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    if (call.inputs[form.w].block_elements != 0) return status::wrong_parameters;
    conv_2d_geometry g;
    if (const status placed = geometry(call, g); placed != status::ready) return placed;
    return prepare_hybrid(call, form, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    conv_2d_geometry g;
    if (geometry(call, g) != status::ready) return;
    const quantized_input q = detail::quantized_images(call, form, call.scratch);
    q.fill(call.inputs[form.x].values<float>().data(), true, call.share);
    const std::span<const float> w_scale = call.inputs[form.w].scale;
    const std::size_t step = w_scale.size() == 1 ? 0 : 1;
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, form.bias);
    const clamp_range limits = clamp_of(call.options.activation);
    transpose_conv_sums<float>(
        call, g, q.values.data(), hybrid_weights(call, form, workspace),
        [&](float& sum, std::size_t image, std::size_t n, const std::int8_t* from, const std::int8_t* by) {
          const input_scale scale = q.scales[image];
          for (std::size_t i = 0; i < g.depth; ++i) {
            const std::int32_t product = (from[i] - scale.zero_point) * by[i];
            sum += rounded_product(static_cast<float>(product) * w_scale[n * step], scale.scale);
          }
        },
        [&](std::size_t, std::size_t at, std::size_t n, float sum) {
          y[at] = clamped(bias != nullptr ? sum + bias[n] : sum, limits);
        });
  }

 private:
  static constexpr weighted_form form{.x = 2, .w = 1, .bias = 3};

  [[nodiscard]] static status geometry(const kernel_arguments& call, conv_2d_geometry& g) noexcept {
    return transpose_conv_geometry_of(call.inputs[2].shape, call.inputs[1].shape, call.outputs[0].shape, call.options,
                                      g);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/hybrid/fully_connected.hpp
// FULLY_CONNECTED, dynamic range. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp(bias[n] + (sum over k of (q[b, k] - zero[b]) * w[n, k]) * (scale[b] * w_scale[n])), q being row b of
/// x quantized: around 0, or if the option asymmetric_quantize_inputs says so with a zero point.
///
/// Weights in blocks of the last axis: always with a zero point;
///     y[b, n] = clamp(bias[n] + (t - zero[b] * u) * scale[b]),
///     t = sum over blocks of (sum over k in the block of q[b, k] * w[n, k]) * w_scale[n, block],
///     u = sum over blocks of w_scale[n, block] * (sum over k in the block of w[n, k])
/// (LiteRT's reference kernel leaves t and u out; its other kernels compute like this, and ignore the activation.)
///
/// Operands as hybrid/quantized_input.hpp has them. x: any shape of B * K elements; w: [N, K]; bias: N elements, may be
/// absent; y: any shape of B * N elements. If all of x is 0, y is the bias.
struct hybrid_fully_connected {
  template <class = when_used>
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return hybrid_workspace_bytes(call, form);
  }
  template <class = when_used>
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.inputs.empty() ? 0 : quantized_input::of(call.inputs[0].elements(), rows_of(call), {}).bytes;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() > 3) return status::wrong_operands;
    if (const status fits = check_hybrid(call, form); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    if (w.shape.size() != 2) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || call.outputs[0].elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    if (w.block_elements != 0) {
      const auto block = static_cast<std::size_t>(w.block_elements);
      if (w.block_elements < 0 || depth % block != 0 || w.scale.size() != channels * (depth / block)) {
        return status::wrong_parameters;
      }
    }
    return prepare_hybrid(call, form, workspace);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operand& weight = call.inputs[1];
    const auto depth = static_cast<std::size_t>(weight.shape[1]);
    const auto channels = static_cast<std::size_t>(weight.shape[0]);
    const auto x = call.inputs[0].values<float>();
    const std::int8_t* const w = hybrid_weights(call, form, workspace);
    float* const y = call.outputs[0].values<float>().data();
    const float* const bias = bias_of(call, 2);
    const clamp_range limits = clamp_of(call.options.activation);
    const quantized_input q = quantized_input::of(call.inputs[0].elements(), rows_of(call), call.scratch);
    const bool is_blockwise = weight.block_elements != 0;
    const auto elements = static_cast<std::ptrdiff_t>(call.inputs[0].elements());
    const bool is_zero = std::all_of(x.begin(), x.begin() + elements, [](float value) { return value == 0.0f; });
    if (!is_zero) q.fill(x.data(), is_blockwise || call.options.asymmetric_quantize_inputs, call.share);
    const std::size_t step = weight.scale.size() == 1 ? 0 : 1;
    call.share.for_ranges(call.outputs[0].elements(), 65536 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t row = i / channels, n = i % channels;
        float sum = bias != nullptr ? bias[n] : 0.0f;
        if (!is_zero) {
          const input_scale scale = q.scales[row];
          const std::int8_t* const from = q.values.data() + row * depth;
          if (is_blockwise) {
            sum = rounded_product(blocks(weight, from, w + n * depth, n, depth, scale.zero_point), scale.scale) + sum;
          } else {
            const auto products =
                static_cast<std::int32_t>(dot<std::uint32_t>(from, w + n * depth, depth, scale.zero_point, 0));
            sum += rounded_product(static_cast<float>(products), scale.scale * weight.scale[n * step]);
          }
        }
        y[i] = clamped(sum, limits);
      }
    });
  }

 private:
  static constexpr weighted_form form{};

  [[nodiscard]] static constexpr std::size_t rows_of(const kernel_arguments& call) noexcept {
    if (call.inputs.size() < 2 || call.inputs[1].shape.size() != 2 || call.inputs[1].shape[1] < 1) return 0;
    return call.inputs[0].elements() / static_cast<std::size_t>(call.inputs[1].shape[1]);
  }

  /// t - zero * u of row n.
  [[nodiscard]] static float blocks(const operand& weight, const std::int8_t* q, const std::int8_t* w, std::size_t n,
                                    std::size_t depth, std::int32_t zero) noexcept {
    const auto block = static_cast<std::size_t>(weight.block_elements);
    const std::size_t count = depth / block;
    float products = 0, weights = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const float scale = weight.scale[n * count + i];
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < block; ++k) sum += w[i * block + k];
      const auto product = static_cast<std::int32_t>(dot<std::uint32_t>(q + i * block, w + i * block, block, 0, 0));
      products += rounded_product(static_cast<float>(product), scale);
      weights += rounded_product(static_cast<float>(sum), scale);
    }
    return products - rounded_product(static_cast<float>(zero), weights);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/batch_matmul.hpp
// BATCH_MATMUL in integers. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[..., m, n] = clamp(factor * (sum over k of (a[..., m, k] - a_zero) * (b[..., k, n] - b_zero)) + y_zero).
///
/// a: [..., M, K], with adj_x [..., K, M], of type X, int8 or int16; b: [..., K, N], with adj_y [..., N, K], int8, or
/// int16 as a is; y: [..., M, N], as a. All have one scale. Axes before follow numpy's rules of broadcasting. The
/// product of a's and b's scales is rounded to float32. Where y is int32 it has the sums of the integers themselves,
/// and no scale counts.
template <class X>
requires std::is_same_v<X, std::int8_t> || std::is_same_v<X, std::int16_t>
struct integer_batch_matmul {
  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return has_sums(call) ? 0 : weighted_workspace::of(call, form, {}).bytes;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    if (has_sums(call)) {
      const bool is_whole =
          call.inputs[0].is_complete() && call.inputs[1].is_complete() && call.outputs[0].is_complete();
      if (call.inputs[0].type != element_type::int8 || call.inputs[1].type != element_type::int8) {
        return status::wrong_type;
      }
      return is_whole && batch_matmul_fits(call) ? status::ready : status::wrong_shape;
    }
    if (const status fits = check_weighted(call, form); fits != status::ready) return fits;
    if (is_packed(call.inputs[1].type)) return status::wrong_type;
    if (call.inputs[1].scale.size() != 1) return status::wrong_parameters;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return batch_matmul_fits(call) ? prepare_weighted(call, form, workspace) : status::wrong_shape;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if constexpr (std::is_same_v<X, std::int16_t>) {
      if (call.inputs[1].type == element_type::int16) return run<std::int16_t>(call, workspace);
      run<std::int8_t>(call, workspace);
    } else {
      if (has_sums(call)) return run_sums(call);
      run<X>(call, workspace);
    }
  }

 private:
  static constexpr weighted_form form{
      .bias = 2, .takes_weight_zero_point = true, .takes_wide_weight = true, .tensorwise_in_float = true};

  [[nodiscard]] static constexpr bool has_sums(const kernel_arguments& call) noexcept {
    return call.outputs.size() == 1 && call.outputs[0].type == element_type::int32;
  }

  template <class W>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_call<X, W> of(call, form, workspace);
    using sum = typename weighted_call<X, W>::sum;
    for_products<sum>(call, of.x, of.w, of.x_zero, of.w_zero,
                      [&](std::size_t at, sum products) { of.y[at] = of.finish(products, 0); });
  }

  static void run_sums(const kernel_arguments& call) noexcept {
    std::int32_t* const y = call.outputs[0].values<std::int32_t>().data();
    const auto* const a = call.inputs[0].values<std::int8_t>().data();
    const auto* const b = call.inputs[1].values<std::int8_t>().data();
    for_products<std::uint32_t>(
        call, a, b, 0, 0, [&](std::size_t at, std::uint32_t products) { y[at] = static_cast<std::int32_t>(products); });
  }

  template <class Sum, class W, class Finish>
  static void for_products(const kernel_arguments& call, const X* a, const W* b, std::int32_t a_zero,
                           std::int32_t b_zero, const Finish& finish) noexcept {
    const result_operand& product = call.outputs[0];
    batch_matmul_geometry g;
    const std::span<const std::int32_t> left = call.inputs[0].shape;
    const std::span<const std::int32_t> right = call.inputs[1].shape;
    if (!batch_matmul_geometry_of(left, right, call.options, g) || product.elements() == 0) return;
    const std::size_t a_row = call.options.adj_x ? 1 : g.depth, a_step = call.options.adj_x ? g.rows : 1;
    const std::size_t b_column = call.options.adj_y ? g.depth : 1, b_step = call.options.adj_y ? 1 : g.columns;
    const std::size_t least = 32768 / (g.depth + 1) / (g.columns + 1) + 1;
    call.share.for_ranges(product.elements() / g.columns, least, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const X* const from = a + matrix_offset(left, product.shape, row / g.rows) + row % g.rows * a_row;
        const W* const by = b + matrix_offset(right, product.shape, row / g.rows);
        for (std::size_t n = 0; n < g.columns; ++n) {
          Sum total = 0;
          for (std::size_t k = 0; k < g.depth; ++k) {
            total += static_cast<Sum>((static_cast<std::int32_t>(from[k * a_step]) - a_zero) *
                                      (static_cast<std::int32_t>(by[n * b_column + k * b_step]) - b_zero));
          }
          finish(row * g.columns + n, total);
        }
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/convolution.hpp
// CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV in integers. (spec: kernels, section 2) Freestanding.
//
//   y = clamp(factor[n] * (sum of (x - x_zero) * (w - w_zero) + bias[n]) + y_zero)
//
// over the products that the float kernels of the same op add. Operands, types and sums as integer/weighted.hpp has
// them, X being the activations' type; only weights of uint8 may have a zero point. The factor is a fixed multiplier,
// of 15 bits where sums have 64.

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// What the three have in common. Of LiteRT's kernels those on uint8 round the product of the scales to float32.
template <class X>
struct integer_convolution {
  using weight = std::conditional_t<std::is_same_v<X, std::uint8_t>, std::uint8_t, std::int8_t>;
  using operands = weighted_call<X, weight>;
  using sum = typename operands::sum;

  static constexpr weighted_form conv_form{.tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
  static constexpr weighted_form depthwise_form{.channel_axis = 3,
                                                .tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
  static constexpr weighted_form transpose_form{
      .x = 2, .w = 1, .bias = 3, .tensorwise_in_float = std::is_same_v<X, std::uint8_t>};
};

[[nodiscard]] inline status setup_integer_conv(const kernel_arguments& call, const weighted_form& form,
                                               geometry_function geometry, std::span<std::byte> workspace) noexcept {
  if (call.inputs.size() > 3) return status::wrong_operands;
  if (const status fits = check_weighted(call, form); fits != status::ready) return fits;
  conv_2d_geometry g;
  if (const status placed = check_conv_shapes(call, geometry, g); placed != status::ready) return placed;
  return prepare_weighted(call, form, workspace);
}

}  // namespace detail

/// x: [B, H, W, groups * I]; w: [N, KH, KW, I], groups divide N, one scale or one per n; y: [B, OH, OW, N].
template <class X>
struct integer_conv_2d : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::conv_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_integer_conv(call, base::conv_form, &conv_2d_geometry_of, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::conv_form, workspace);
    conv_2d_geometry g;
    if (conv_2d_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    using sum = typename base::sum;
    conv_2d_sums<sum>(
        call, g, of.x, of.w, [&](std::size_t) { return of.x_zero; }, of.w_zero,
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }
};

/// x: [B, H, W, C]; w: [1, KH, KW, C * M], one scale or one per output channel; y: [B, OH, OW, C * M].
template <class X>
struct integer_depthwise_conv_2d : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::depthwise_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    return detail::setup_integer_conv(call, base::depthwise_form, &depthwise_geometry_of, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::depthwise_form, workspace);
    conv_2d_geometry g;
    if (depthwise_geometry_of(call.inputs[0].shape, call.inputs[1].shape, call.options, g) != status::ready) return;
    using sum = typename base::sum;
    depthwise_sums<sum>(
        call, g, of.x, of.w, [&](std::size_t) { return of.x_zero; }, of.w_zero,
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }
};

/// inputs: shape of y, int32; w: [N, KH, KW, I], one scale or one per n; x: [B, H, W, I]; bias: N elements, may be
/// absent. y: [B, OH, OW, N].
template <class X>
struct integer_transpose_conv : private detail::integer_convolution<X> {
  using base = detail::integer_convolution<X>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, base::transpose_form, {}).bytes;
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = check_weighted(call, base::transpose_form); fits != status::ready) return fits;
    conv_2d_geometry g;
    if (const status placed = geometry(call, g); placed != status::ready) return placed;
    return prepare_weighted(call, base::transpose_form, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const typename base::operands of(call, base::transpose_form, workspace);
    conv_2d_geometry g;
    if (geometry(call, g) != status::ready) return;
    using sum = typename base::sum;
    transpose_conv_sums<sum>(
        call, g, of.x, of.w,
        [&](sum& total, std::size_t, std::size_t, const X* from, const auto* by) {
          total += dot<sum>(from, by, g.depth, of.x_zero, of.w_zero);
        },
        [&](std::size_t, std::size_t at, std::size_t n, sum products) { of.y[at] = of.finish(products, n); });
  }

 private:
  [[nodiscard]] static status geometry(const kernel_arguments& call, conv_2d_geometry& g) noexcept {
    return transpose_conv_geometry_of(call.inputs[2].shape, call.inputs[1].shape, call.outputs[0].shape, call.options,
                                      g);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/fully_connected.hpp
// FULLY_CONNECTED in integers. (spec: kernels, section 2) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, n] = clamp(factor[n] * (sum over k of (x[b, k] - x_zero) * (w[n, k] - w_zero) + bias[n]) + y_zero).
///
/// Operands, types and sums as integer/weighted.hpp has them, X being the activations' type. x: any shape of B * K
/// elements; w: [N, K], one scale, which may have a zero point, or one per n; bias: N elements, may be absent; y: any
/// shape of B * N elements. Arithmetic::real_fully_connected says how sums are scaled; with int16 weights always by a
/// fixed multiplier.
template <class X, class Arithmetic>
struct integer_fully_connected {
  /// is_wide: the weight is int16.
  [[nodiscard]] static constexpr weighted_form form(bool is_wide) noexcept {
    weighted_form result;
    result.takes_weight_zero_point = result.takes_wide_weight = true;
    result.real = Arithmetic::real_fully_connected && !is_wide;
    result.tensorwise_in_float = !result.real;
    return result;
  }

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return weighted_workspace::of(call, form_of(call), {}).bytes;
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_form has = form_of(call);
    if (const status fits = check_weighted(call, has); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const operand& w = call.inputs[1];
    if (w.shape.size() != 2 || call.inputs.size() > 3) return status::wrong_shape;
    const auto depth = static_cast<std::size_t>(w.shape[1]);
    const auto channels = static_cast<std::size_t>(w.shape[0]);
    if (depth == 0 || x.elements() % depth != 0 || call.outputs[0].elements() != x.elements() / depth * channels) {
      return status::wrong_shape;
    }
    return prepare_weighted(call, has, workspace);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if constexpr (sizeof(X) == 2) {
      if (call.inputs[1].type == element_type::int16) return run<std::int16_t>(call, workspace);
      run<std::int8_t>(call, workspace);
    } else {
      run<X>(call, workspace);
    }
  }

 private:
  [[nodiscard]] static constexpr weighted_form form_of(const kernel_arguments& call) noexcept {
    return form(call.inputs.size() > 1 && call.inputs[1].type == element_type::int16);
  }

  template <class W>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const weighted_call<X, W> of(call, form_of(call), workspace);
    const auto depth = static_cast<std::size_t>(call.inputs[1].shape[1]);
    const auto channels = static_cast<std::size_t>(call.inputs[1].shape[0]);
    call.share.for_ranges(call.outputs[0].elements(), 65536 / depth + 1, [&](std::size_t begin, std::size_t end) {
      using sum = typename weighted_call<X, W>::sum;
      std::size_t n = begin % channels;
      const X* x = of.x + begin / channels * depth;
      for (std::size_t i = begin; i < end;) {
        sum sums[4]{};
        const std::size_t rows = channels - n < 4 || end - i < 4 ? 1 : 4;
        if (rows == 4) {
          add_dots<4>(x, of.w + n * depth, depth, depth, of.x_zero, of.w_zero, sums);
        } else {
          add_dots<1>(x, of.w + n * depth, depth, depth, of.x_zero, of.w_zero, sums);
        }
        for (std::size_t r = 0; r < rows; ++r, ++i, ++n) of.y[i] = of.finish(sums[r], n);
        if (n != channels) continue;
        n = 0;
        x += depth;
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/normalize.hpp
// Rows along the last axis: LOG_SOFTMAX, L2_NORMALIZATION, LOCAL_RESPONSE_NORMALIZATION. Freestanding, but for the C
// library's functions. (spec: kernels, sections 4 and 6)

namespace aeq::inline AEQ_ABI::kernel {

/// y row = Row::compute(x row), float32; x and y have one shape.
template <class Row>
struct rows_float {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || !same_shape(x.shape, y.shape)) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
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
    for (const float value : x) sum += elementary::exp(value - highest);
    const float logarithm = elementary::log(sum);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - highest - logarithm;
  }
};

/// x / root of the sum of squares, which is taken for 1e-6 if it is less. y may be x.
struct l2_normalization_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options&) noexcept {
    float sum = 0;
    for (const float value : x) sum += value * value;
    constexpr float least = 1e-6f;
    const float root = std::max(elementary::sqrt(sum), least);
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] / root;
  }
};

/// x * (bias + alpha * sum of the squares of the neighbours up to `radius` away)^-beta.
struct local_response_row {
  static void compute(std::span<const float> x, std::span<float> y, const operation_options& options) noexcept {
    const auto radius = static_cast<std::size_t>(std::max<std::int32_t>(options.radius, 0));
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t begin = i - std::min(i, radius);
      const std::size_t end = i + std::min(x.size() - i, radius + 1);
      float sum = 0;
      for (std::size_t k = begin; k < end; ++k) sum += x[k] * x[k];
      y[i] = x[i] * elementary::pow(options.bias + options.alpha * sum, -options.beta);
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/order.hpp
// Ops that look along an axis for order or sums so far: TOPK_V2, CUMSUM; RANGE, and WHERE. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// The k largest elements of each row of the last axis, descending, equal ones in the order of x, and their indices.
/// Inputs: x (float32, int8, uint8, int16, int32, int64), k (one int32). Outputs: values, indices (int32).
struct top_k {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 2); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& values = call.outputs[0];
    const result_operand& indices = call.outputs[1];
    if (x.type != values.type ||
        !(x.type == element_type::float32 || is_index(x.type) || x.type == element_type::uint8)) {
      return status::wrong_type;
    }
    if (indices.type != element_type::int32 || !is_index_list(call.inputs[1])) return status::wrong_type;
    if (call.inputs[1].elements() != 1 || x.shape.empty() || values.shape.size() != x.shape.size()) {
      return status::wrong_shape;
    }
    const std::size_t lead = x.shape.size() - 1;
    if (!same_shape(values.shape, indices.shape) || !same_shape(values.shape.first(lead), x.shape.first(lead)) ||
        values.shape[lead] > x.shape[lead]) {
      return status::wrong_shape;
    }
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return index_at(call.inputs[1], 0) == call.outputs[0].shape.back() ? status::ready : status::wrong_data;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    switch (call.inputs[0].type) {
      case element_type::float32: return run<float>(call);
      case element_type::int8: return run<std::int8_t>(call);
      case element_type::uint8: return run<std::uint8_t>(call);
      case element_type::int16: return run<std::int16_t>(call);
      case element_type::int32: return run<std::int32_t>(call);
      default: return run<std::int64_t>(call);
    }
  }

 private:
  /// A heap of the k best so far, the worst of them on top.
  template <class T>
  static void run(const kernel_arguments& call) noexcept {
    const auto x = call.inputs[0].values<T>();
    const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
    const auto k = static_cast<std::size_t>(call.outputs[0].shape.back());
    if (k == 0 || depth == 0) return;
    call.share.for_ranges(call.inputs[0].elements() / depth, 4096 / depth + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const auto from = x.subspan(row * depth, depth);
        std::int32_t* best = call.outputs[1].values<std::int32_t>().data() + row * k;
        const auto is_before = [&](std::int32_t a, std::int32_t b) {
          const T left = from[static_cast<std::size_t>(a)];
          const T right = from[static_cast<std::size_t>(b)];
          if (left != right && is_ordered(left) && is_ordered(right)) return left > right;
          if (is_ordered(left) != is_ordered(right)) return is_ordered(left);  // NaN is last
          return a < b;
        };
        for (std::size_t i = 0; i < depth; ++i) {
          const auto index = static_cast<std::int32_t>(i);
          if (i < k) {
            best[i] = index;
            std::push_heap(best, best + i + 1, is_before);
          } else if (is_before(index, best[0])) {
            std::pop_heap(best, best + k, is_before);
            best[k - 1] = index;
            std::push_heap(best, best + k, is_before);
          }
        }
        std::sort_heap(best, best + k, is_before);
        T* values = call.outputs[0].values<T>().data() + row * k;
        for (std::size_t i = 0; i < k; ++i) values[i] = from[static_cast<std::size_t>(best[i])];
      }
    });
  }
  template <class T>
  static constexpr bool is_ordered(T value) noexcept {
    return value == value;  // NOLINT(misc-redundant-expression): but for NaN
  }
};

/// Sums along an axis up to each element: with it, or, exclusive, without; from the other end if reversed. Inputs: x
/// (float32, int32, int64), axis.
struct cumulative_sum {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || !(x.type == element_type::float32 || is_int32_or_int64(x.type))) {
      return status::wrong_type;
    }
    if (!is_index_list(call.inputs[1])) return status::wrong_type;
    if (!same_shape(x.shape, call.outputs[0].shape) || call.inputs[1].elements() != 1) return status::wrong_shape;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    std::size_t axis = 0;
    return to_axis(index_at(call.inputs[1], 0), call.inputs[0].shape.size(), axis) ? status::ready : status::wrong_data;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs[0].type == element_type::float32) return run<float, float>(call);
    if (call.inputs[0].type == element_type::int32) return run<std::int32_t, std::uint32_t>(call);
    run<std::int64_t, std::uint64_t>(call);
  }

 private:
  template <class T, class Sum>
  static void run(const kernel_arguments& call) noexcept {
    const operand& x = call.inputs[0];
    std::size_t axis = 0;
    if (!to_axis(index_at(call.inputs[1], 0), x.shape.size(), axis)) return;
    const std::size_t length = extent_of(x.shape, axis);
    const std::size_t inner = product_of(x.shape, axis + 1, x.shape.size());
    const T* from = x.values<T>().data();
    T* to = call.outputs[0].values<T>().data();
    const std::size_t lines = product_of(x.shape, 0, axis) * inner;
    call.share.for_ranges(lines, 4096 / (length + 1) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t line = begin; line < end; ++line) {
        const std::size_t first = line / inner * length * inner + line % inner;
        Sum sum = 0;
        for (std::size_t i = 0; i < length; ++i) {
          const std::size_t at = first + (call.options.reverse ? length - 1 - i : i) * inner;
          const Sum value = static_cast<Sum>(from[at]);
          to[at] = static_cast<T>(call.options.exclusive ? sum : static_cast<Sum>(sum + value));
          sum += value;
        }
      }
    });
  }
};

/// start, start + delta, … as far as limit, which is left out. Inputs: start, limit, delta; float32, int32 or int64.
struct range_of {
  static constexpr std::uint32_t data_inputs = 7;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    for (const operand& x : inputs) {
      if (x.type != inputs[0].type || !(x.type == element_type::float32 || is_int32_or_int64(x.type))) {
        return status::wrong_type;
      }
      if (x.elements() != 1 || !x.is_complete()) return status::wrong_shape;
    }
    double count = 0;
    if (inputs[0].type == element_type::float32) {
      const float start = inputs[0].values<float>()[0];
      const float limit = inputs[1].values<float>()[0];
      const float delta = inputs[2].values<float>()[0];
      if (delta == 0.0f) return status::wrong_data;
      count = elementary::ceil(static_cast<double>(absolute((limit - start) / delta)));
      if ((delta > 0.0f) != (limit > start) && limit != start) return status::wrong_data;
    } else {
      constexpr std::int64_t limit_of_numbers = std::int64_t(1) << 52u;
      std::int64_t number[3] = {};
      for (std::size_t i = 0; i < 3; ++i) {
        number[i] = index_at(inputs[i], 0);
        if (number[i] > limit_of_numbers || number[i] < -limit_of_numbers) return status::wrong_data;
      }
      const std::int64_t way = number[1] - number[0];
      if (number[2] == 0 || (way != 0 && (way > 0) != (number[2] > 0))) return status::wrong_data;
      const std::int64_t step = std::max(number[2], -number[2]);
      const std::int64_t steps = (std::max(way, -way) + step - 1) / step;
      count = static_cast<double>(steps);
    }
    if (!(count <= 2147483647.0)) return status::wrong_data;
    return result.push(static_cast<std::int64_t>(count)) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    for (const operand& x : call.inputs) {
      if (x.type != call.outputs[0].type || x.elements() != 1) return status::wrong_type;
    }
    if (call.outputs[0].type != element_type::float32 && !is_int32_or_int64(call.outputs[0].type)) {
      return status::wrong_type;
    }
    return shape_is_as_said_if_known<range_of>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<range_of>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    if (y.type == element_type::float32) {
      float value = call.inputs[0].values<float>()[0];
      const float delta = call.inputs[2].values<float>()[0];
      for (std::size_t i = 0; i < y.elements(); ++i, value += delta) y.values<float>()[i] = value;
      return;
    }
    const std::int64_t start = index_at(call.inputs[0], 0);
    const std::int64_t delta = index_at(call.inputs[2], 0);
    for (std::size_t i = 0; i < y.elements(); ++i) put_index(y, i, start + static_cast<std::int64_t>(i) * delta);
  }
};

/// Whether an element is not 0.
[[nodiscard]] inline bool is_true(const operand& x, std::size_t i) noexcept {
  switch (x.type) {
    case element_type::float32: return x.values<float>()[i] != 0.0f;
    case element_type::boolean:
    case element_type::uint8: return x.values<std::uint8_t>()[i] != 0;
    default: return index_at(x, i) != 0;
  }
}

/// The indices of the elements that are not 0, in row-major order: int64 [how many, rank].
struct where_true {
  static constexpr std::uint32_t data_inputs = 1;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 1) return status::wrong_operands;
    const operand& x = inputs[0];
    if (!is_testable(x.type)) return status::wrong_type;
    if (!x.is_complete()) return status::wrong_shape;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < x.elements(); ++i) count += is_true(x, i) ? 1 : 0;
    return result.push(count) && result.push(static_cast<std::int64_t>(x.shape.size())) ? status::ready
                                                                                        : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (!is_testable(call.inputs[0].type) || call.outputs[0].type != element_type::int64) return status::wrong_type;
    return shape_is_as_said_if_known<where_true>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<where_true>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const auto y = call.outputs[0].values<std::int64_t>();
    const std::size_t rank = x.shape.size();
    std::size_t row = 0;
    for (std::size_t i = 0; i < x.elements(); ++i) {
      if (!is_true(x, i)) continue;
      for (std::size_t k = rank, rest = i; k-- > 0;) {
        y[row * rank + k] = static_cast<std::int64_t>(rest % extent_of(x.shape, k));
        rest /= extent_of(x.shape, k);
      }
      ++row;
    }
  }

 private:
  static constexpr bool is_testable(element_type type) noexcept {
    return type == element_type::float32 || type == element_type::boolean || type == element_type::uint8 ||
           is_index(type);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/pad.hpp
// PAD, PADV2, MIRROR_PAD and DILATE. Any element of whole bytes. Freestanding. (spec: kernels, section 6)

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

/// The rest is the third input (PADV2), or 0 (PAD): the output's zero point, if it is quantized. Inputs: x, paddings,
/// value.
template <bool HasValue>
struct pad_with {
  static constexpr std::size_t inputs = HasValue ? 3 : 2;
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> in, const operation_options&, extents& result) noexcept {
    return in.size() == inputs ? padded_shape(in, result) : status::wrong_operands;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, inputs, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (HasValue && (call.inputs[2].type != x.type || call.inputs[2].elements() != 1)) return status::wrong_type;
    if (call.outputs[0].zero_point.size() > 1) return status::wrong_parameters;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<pad_with>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<pad_with>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    const std::array<std::byte, 8> zero = zero_element(y);
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

/// DILATE: dilations[k] - 1 values between the elements of axis k. Inputs: x, dilations (a list), value.
struct dilate {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!is_index_list(inputs[1])) return status::wrong_type;
    const auto x = inputs[0].shape;
    if (inputs[1].elements() != x.size()) return status::wrong_shape;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const std::int64_t step = index_at(inputs[1], k);
      if (step < 1 || step > std::numeric_limits<std::int32_t>::max()) return status::wrong_data;
      if (!result.push(x[k] == 0 ? 0 : (x[k] - 1) * step + 1)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || x.type != call.inputs[2].type || bytes_of(x.type) == 0 ||
        !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (call.inputs[2].elements() != 1 || call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<dilate>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<dilate>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(x.type);
    fill_elements(bytes, call.inputs[2].data.data(), y.data.data(), y.elements(), call.share);
    const stride_list from = strides_of(x.shape);
    const stride_list to = strides_of(y.shape);
    strided_copy move;
    for (std::size_t k = 0; k < x.shape.size(); ++k) {
      move.axis(extent_of(x.shape, k), from[k], to[k] * static_cast<std::ptrdiff_t>(index_at(call.inputs[1], k)));
    }
    move.run(bytes, x.data.data(), y.data.data(), call.share);
  }
};

/// What stands before and behind is x in a mirror: with its edge (repeats_edge) or without. Inputs: x, paddings.
struct mirror_pad {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (call.outputs[0].shape.size() != x.shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<mirror_pad>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<mirror_pad>(call);
  }

  /// x goes to the middle; then, from the innermost axis outwards, what is there already is mirrored along the axis.
  template <class = when_used>
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
  [[nodiscard]] static float finish(float sum, float count) noexcept { return elementary::sqrt(sum / count); }
};

/// y[b, oy, ox, c] = clamp(Pool over the window's values of channel c), float32, in the order of the rows.
///
/// x: [B, H, W, C]; y: [B, OH, OW, C].
template <class Pool>
struct pool_2d_float {
  template <class = when_used>
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

  template <class = when_used>
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

// ---- aeq/kernel/quantize_op.hpp
// The ops QUANTIZE and DEQUANTIZE: between real numbers and integers with a scale. (spec: kernels, section 5)
// Freestanding, but for the C library's functions.

namespace aeq::inline AEQ_ABI::kernel {

/// How the elements of an operand share scales: `run` neighbours have one, and so on round `scales` of them.
struct scale_layout {
  std::size_t scales = 0;
  std::size_t run = 0;

  /// False if the operand is not quantized, or if scales and shape do not go together.
  template <class Operand>
  [[nodiscard]] constexpr bool of(const Operand& x) noexcept {
    scales = x.scale.size();
    if (scales == 0 || (!x.zero_point.empty() && x.zero_point.size() != scales)) return false;
    if (x.block_elements > 0) {
      run = static_cast<std::size_t>(x.block_elements);
      return !x.shape.empty() && extent_of(x.shape, x.shape.size() - 1) % run == 0 && x.elements() == scales * run;
    }
    if (scales == 1) {
      run = std::max<std::size_t>(x.elements(), 1);
      return true;
    }
    std::size_t axis = 0;
    if (!to_axis(x.channel_axis, x.shape.size(), axis) || extent_of(x.shape, axis) != scales) return false;
    run = product_of(x.shape, axis + 1, x.shape.size());
    return true;
  }

  /// Calls task(begin, n, scale's index) for all elements, run by run.
  template <class Task>
  void for_each_run(std::size_t elements, const work_sharing& share, const Task& task) const noexcept {
    if (elements == 0 || run == 0) return;
    if (run >= elements) {
      share.for_ranges(elements, elements_per_thread,
                       [&](std::size_t begin, std::size_t end) { task(begin, end - begin, std::size_t(0)); });
      return;
    }
    share.for_ranges(elements / run, elements_per_thread / run + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) task(i * run, run, i % scales);
    });
  }
};

/// clamp(round(x / scale) + zero point), float32 division, halves away from zero; NaN becomes the zero point. To 8 and
/// 16 bits in float, which holds all their integers.
struct quantize_function {
  float scale;
  float lowest, highest;  // of the rounded quotient
  std::int32_t zero_point;

  quantize_function(float s, std::int32_t zero, std::pair<std::int32_t, std::int32_t> limits) noexcept
      : scale(s),
        lowest(static_cast<float>(static_cast<std::int64_t>(limits.first) - zero)),
        highest(static_cast<float>(static_cast<std::int64_t>(limits.second) - zero)),
        zero_point(zero) {}

  std::int32_t operator()(float x) const noexcept {
    float quotient = x / scale;
    quotient = quotient < lowest ? lowest : quotient;
    quotient = quotient > highest ? highest : quotient;
    quotient = quotient == quotient ? quotient : 0.0f;  // NOLINT(misc-redundant-expression): but for NaN
    const auto whole = static_cast<std::int32_t>(quotient);
    const float rest = quotient - static_cast<float>(whole);
    return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0) + zero_point;
  }
};

/// x: float32, or integers of 8, 16 or 32 bits with one scale; y: int8, uint8, int16, int32 (from integers of 16 bits
/// too), with one scale, or with one per channel if x is float32. Integers: x's real value over y's scale in fixed
/// point, rounded as multiply() does.
struct quantize_op {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (limits_of(y.type).second == 0) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    scale_layout layout;
    if (!layout.of(y)) return status::wrong_parameters;
    for (std::size_t i = 0; i < layout.scales; ++i) {
      const std::int32_t zero = zero_point_of(y, i);
      const auto [lowest, highest] = limits_of(y.type);
      if (zero < lowest || zero > highest || !(y.scale[i] > 0.0f)) return status::wrong_parameters;
    }
    if (x.type == element_type::float32) {
      return y.type == element_type::int32 && zero_point_of(y, 0) != 0 ? status::wrong_parameters : status::ready;
    }
    if (limits_of(x.type).second == 0) return status::wrong_type;
    if (x.scale.size() != 1 || y.scale.size() != 1 || x.zero_point.size() > 1) return status::wrong_parameters;
    const double ratio = static_cast<double>(x.scale[0]) / static_cast<double>(y.scale[0]);
    return ratio > 0.0 && ratio < 2147483648.0 ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32) return requantize(call);
    scale_layout layout;
    (void)layout.of(y);
    const auto limits = limits_of(y.type);
    const float* from = reinterpret_cast<const float*>(x.data.data());
    layout.for_each_run(y.elements(), call.share, [&](std::size_t begin, std::size_t n, std::size_t i) {
      if (y.type == element_type::int32) {
        std::int32_t* to = reinterpret_cast<std::int32_t*>(y.data.data()) + begin;
        for (std::size_t k = 0; k < n; ++k) {
          const float quotient = elementary::round(from[begin + k] / y.scale[i]);
          to[k] = is_nan(quotient) ? 0 : to_integer<std::int32_t>(quotient);
        }
        return;
      }
      const quantize_function function(y.scale[i], zero_point_of(y, i), limits);
      const auto as = [&]<class T>(T* to) {
        map_row(from + begin, to + begin, n, [&](float value) { return static_cast<T>(function(value)); });
      };
      if (y.type == element_type::int8) {
        as(reinterpret_cast<std::int8_t*>(y.data.data()));
      } else if (y.type == element_type::uint8) {
        as(reinterpret_cast<std::uint8_t*>(y.data.data()));
      } else {
        as(reinterpret_cast<std::int16_t*>(y.data.data()));
      }
    });
  }

 private:
  static void requantize(const kernel_arguments& call) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const fixed_multiplier by = quantize_multiplier(static_cast<double>(x.scale[0]) / static_cast<double>(y.scale[0]));
    const std::int64_t zero_x = zero_point_of(x, 0);
    const std::int64_t zero_y = zero_point_of(y, 0);
    const auto [lowest, highest] = limits_of(y.type);
    for_each_piece(y.elements(), call.share, [&, low = lowest, high = highest](std::size_t begin, std::size_t n) {
      integer_piece piece{};
      load(x, begin, n, piece);
      for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t scaled = multiply(static_cast<std::int32_t>(piece[i] - zero_x), by) + zero_y;
        piece[i] = std::clamp<std::int64_t>(scaled, low, high);
      }
      store(y, begin, n, piece);
    });
  }
};

/// (x - zero point) * scale, float32. x: int8, uint8, int16, int32, int4 or int2 with one scale, one per channel, or
/// one per block; or float16, which has none.
struct dequantize_op {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::float32) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (x.type == element_type::float16) return status::ready;
    if (x.type == element_type::absent || x.type == element_type::float32 || x.type == element_type::int64 ||
        x.type == element_type::boolean) {
      return status::wrong_type;
    }
    scale_layout layout;
    return layout.of(x) ? status::ready : status::wrong_parameters;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const auto y = call.outputs[0].values<float>();
    const std::size_t elements = call.outputs[0].elements();
    if (x.type == element_type::float16) {
      for_each_piece(elements, call.share, [&](std::size_t begin, std::size_t n) {
        float_piece piece{};
        load(x, begin, n, piece);
        std::copy_n(piece.begin(), n, y.begin() + static_cast<std::ptrdiff_t>(begin));
      });
      return;
    }
    scale_layout layout;
    (void)layout.of(x);
    layout.for_each_run(elements, call.share, [&](std::size_t first, std::size_t count, std::size_t i) {
      const auto scale = static_cast<double>(x.scale[i]);
      const std::int32_t zero = zero_point_of(x, i);
      const auto as = [&]<class T>(const T* from) {
        const float factor = x.scale[i];
        map_row(from + first, y.data() + first, count,
                [&](T value) { return static_cast<float>(static_cast<std::int32_t>(value) - zero) * factor; });
      };
      if (x.type == element_type::int8) return as(reinterpret_cast<const std::int8_t*>(x.data.data()));
      if (x.type == element_type::uint8) return as(reinterpret_cast<const std::uint8_t*>(x.data.data()));
      if (x.type == element_type::int16) return as(reinterpret_cast<const std::int16_t*>(x.data.data()));
      for (std::size_t begin = first; begin < first + count; begin += piece_elements) {
        const std::size_t n = std::min(piece_elements, first + count - begin);
        integer_piece piece{};
        load(x, begin, n, piece);
        for (std::size_t k = 0; k < n; ++k)
          y[begin + k] = static_cast<float>(static_cast<double>(piece[k] - zero) * scale);
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/recurrent.hpp
// UNIDIRECTIONAL_SEQUENCE_LSTM, UNIDIRECTIONAL_SEQUENCE_RNN and RNN in float32. (spec: kernels, section 6)
// Freestanding, but for the C library's expf, tanhf and sqrtf.
//
// Product::add(w, rows, depth, x, y) does y[r] += sum over k of w[r, k] * x[k]. States are variable tensors: the caller
// hands them over as inputs, and again behind the op's own output, where the kernel may write.

namespace aeq::inline AEQ_ABI::kernel {

/// Sums in the order of k.
struct plain_product {
  static void add(const float* w, std::size_t rows, std::size_t depth, const float* x, float* y) noexcept {
    for (std::size_t r = 0; r < rows; ++r) {
      float sum = 0;
      for (std::size_t k = 0; k < depth; ++k) sum += w[r * depth + k] * x[k];
      y[r] += sum;
    }
  }
};

namespace detail {

[[nodiscard]] constexpr bool is_cell_activation(fused_activation activation) noexcept {
  return is_clamp(activation) || activation == fused_activation::tanh;
}
[[nodiscard]] inline float activated(float x, fused_activation activation) noexcept {
  return activation == fused_activation::tanh ? elementary::tanh(x) : clamped(x, clamp_of(activation));
}
[[nodiscard]] inline float sigmoid(float x) noexcept {
  return 1 / (1 + elementary::exp(-x));
}

/// Input `index` of a call, float32 of the shape; absent ones may be if `is_optional`.
[[nodiscard]] inline status check_shaped(const kernel_arguments& call, std::size_t index, std::size_t rows,
                                         std::size_t columns, bool is_optional) noexcept {
  if (!has_input(call, index)) return is_optional ? status::ready : status::wrong_operands;
  const operand& value = call.inputs[index];
  const status type = check_float(value);
  if (type != status::ready) return type;
  if (columns == 0) return value.elements() == rows ? status::ready : status::wrong_shape;
  const bool fits = value.shape.size() == 2 && static_cast<std::size_t>(value.shape[0]) == rows &&
                    static_cast<std::size_t>(value.shape[1]) == columns;
  return fits ? status::ready : status::wrong_shape;
}

/// Extents of sequences: step t of batch b is row `t * batches + b` if time comes first, else `b * steps + t`.
struct sequence {
  std::size_t batches = 0;
  std::size_t steps = 0;
  std::size_t inputs = 0;
  bool time_major = false;

  [[nodiscard]] constexpr std::size_t row(std::size_t batch, std::size_t step) const noexcept {
    return time_major ? step * batches + batch : batch * steps + step;
  }
};

[[nodiscard]] constexpr bool sequence_of(std::span<const std::int32_t> x, bool time_major, sequence& s) noexcept {
  if (x.size() != 3 || x[2] < 1) return false;
  s.time_major = time_major;
  s.batches = static_cast<std::size_t>(x[time_major ? 1 : 0]);
  s.steps = static_cast<std::size_t>(x[time_major ? 0 : 1]);
  s.inputs = static_cast<std::size_t>(x[2]);
  return true;
}

}  // namespace detail

/// For each step, with sigmoid s and the op's activation a, and for each gate q of i, f, g, o
///   q = W_q x + R_q h + P_q c + b_q            (P: none for g; o's meets the new c)
///   c = s(f) c + s(i) a(g), limited to cell_clip; h = s(o) a(c); h = P h + b limited to proj_clip, if there is a P
/// With coefficients of layer normalization, the sums get mean 0 and deviation 1 before coefficient and bias. Without
/// weights for i, s(i) is 1 - s(f).
///
/// Inputs: x [T, B, I] or [B, T, I] (time_major says); 4 W [N, I]; 4 R [N, M]; 3 P [N]; 4 b [N]; projection [M, N] and
/// its bias [M]; states h [B, M] and c [B, N]; 4 coefficients [N]; the last four may be missing. Outputs: [.., .., M],
/// then h and c. M is N without a projection.
template <class Product = plain_product>
struct sequence_lstm_float {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    if (call.inputs.size() < 20 || call.inputs[0].shape.size() != 3 || call.inputs[6].shape.size() != 2) return 0;
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return 0;
    return bytes_for<float>(s.batches, std::size_t(4), static_cast<std::size_t>(call.inputs[6].shape[0]));
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if ((call.inputs.size() != 20 && call.inputs.size() != 24) || call.outputs.size() != 3) {
      return status::wrong_operands;
    }
    for (const status s : {check_float(call.inputs[0]), check_float(call.inputs[r_weight + 1]),
                           check_float(call.outputs[0]), check_float(call.outputs[1]), check_float(call.outputs[2])}) {
      if (s != status::ready) return s;
    }
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return status::wrong_shape;
    if (call.inputs[r_weight + 1].shape.size() != 2) return status::wrong_shape;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    if (cells == 0 || width == 0) return status::wrong_shape;
    const bool has_input_gate = has_input(call, x_weight);
    const bool has_norm = has_input(call, norm + 1);
    for (std::size_t gate = 0; gate < 4; ++gate) {
      const bool is_absent = gate == 0 && !has_input_gate;
      if (is_absent && (has_input(call, r_weight) || has_input(call, bias))) return status::wrong_operands;
      for (const status part : {detail::check_shaped(call, x_weight + gate, cells, s.inputs, is_absent),
                                detail::check_shaped(call, r_weight + gate, cells, width, is_absent),
                                detail::check_shaped(call, bias + gate, cells, 0, is_absent),
                                detail::check_shaped(call, norm + gate, cells, 0, is_absent || !has_norm)}) {
        if (part != status::ready) return part;
      }
    }
    for (std::size_t gate = 0; gate < 3; ++gate) {
      const status part = detail::check_shaped(call, peephole + gate, cells, 0, true);
      if (part != status::ready) return part;
    }
    for (const status part : {detail::check_shaped(call, projection, width, cells, true),
                              detail::check_shaped(call, projection + 1, width, 0, true)}) {
      if (part != status::ready) return part;
    }
    if (!has_input(call, projection) && (width != cells || has_input(call, projection + 1))) return status::wrong_shape;
    if (call.outputs[0].elements() != s.batches * s.steps * width || call.outputs[1].elements() != s.batches * width ||
        call.outputs[2].elements() != s.batches * cells) {
      return status::wrong_shape;
    }
    return detail::is_cell_activation(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    const float* const x = call.inputs[0].values<float>().data();
    float* const y = call.outputs[0].values<float>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      float* const h = call.outputs[1].values<float>().data() + batch * width;
      float* const c = call.outputs[2].values<float>().data() + batch * cells;
      float* const gates = reinterpret_cast<float*>(call.scratch.data()) + batch * 4 * cells;
      for (std::size_t t = 0; t < s.steps; ++t) {
        step(call, x + s.row(batch, t) * s.inputs, s.inputs, cells, width, h, c, gates);
        float* const to = y + s.row(batch, t) * width;
        for (std::size_t i = 0; i < width; ++i) to[i] = h[i];
      }
    });
  }

 private:
  static constexpr std::size_t x_weight = 1, r_weight = 5, peephole = 9, bias = 12, projection = 16, norm = 20;

  [[nodiscard]] static const float* data(const kernel_arguments& call, std::size_t index) noexcept {
    return call.inputs[index].values<float>().data();
  }

  /// The sum of a gate, before its activation. `seen` is its number among the peepholes; 3: it has none.
  static void sum_gate(const kernel_arguments& call, std::size_t gate, std::size_t seen, const float* x,
                       std::size_t inputs, std::size_t cells, std::size_t width, const float* h, const float* c,
                       float* to) noexcept {
    const bool has_norm = has_input(call, norm + gate);
    const float* const b = data(call, bias + gate);
    for (std::size_t i = 0; i < cells; ++i) to[i] = has_norm ? 0 : b[i];
    Product::add(data(call, x_weight + gate), cells, inputs, x, to);
    Product::add(data(call, r_weight + gate), cells, width, h, to);
    if (seen < 3 && has_input(call, peephole + seen)) {
      const float* const p = data(call, peephole + seen);
      for (std::size_t i = 0; i < cells; ++i) to[i] += p[i] * c[i];
    }
    if (!has_norm) return;
    float mean = 0, variance = 0;
    for (std::size_t i = 0; i < cells; ++i) mean += to[i];
    mean /= static_cast<float>(cells);
    for (std::size_t i = 0; i < cells; ++i) variance += (to[i] - mean) * (to[i] - mean);
    variance /= static_cast<float>(cells);
    const float scale = 1 / elementary::sqrt(variance + 1e-8f);
    const float* const coefficient = data(call, norm + gate);
    for (std::size_t i = 0; i < cells; ++i) to[i] = (to[i] - mean) * scale * coefficient[i] + b[i];
  }

  static void limit(float* values, std::size_t count, float clip) noexcept {
    if (!(clip > 0)) return;
    for (std::size_t i = 0; i < count; ++i) values[i] = clamped(values[i], {-clip, clip});
  }

  static void step(const kernel_arguments& call, const float* x, std::size_t inputs, std::size_t cells,
                   std::size_t width, float* h, float* c, float* gates) noexcept {
    const fused_activation activation = call.options.activation;
    float* const i = gates;
    float* const f = gates + cells;
    float* const g = gates + 2 * cells;
    float* const o = gates + 3 * cells;
    const bool has_input_gate = has_input(call, x_weight);
    if (has_input_gate) sum_gate(call, 0, 0, x, inputs, cells, width, h, c, i);
    sum_gate(call, 1, 1, x, inputs, cells, width, h, c, f);
    sum_gate(call, 2, 3, x, inputs, cells, width, h, c, g);
    for (std::size_t k = 0; k < cells; ++k) {
      const float forget = detail::sigmoid(f[k]);
      const float input = has_input_gate ? detail::sigmoid(i[k]) : 1 - forget;
      c[k] = forget * c[k] + input * detail::activated(g[k], activation);
    }
    limit(c, cells, call.options.cell_clip);
    sum_gate(call, 3, 2, x, inputs, cells, width, h, c, o);
    for (std::size_t k = 0; k < cells; ++k) o[k] = detail::sigmoid(o[k]) * detail::activated(c[k], activation);
    if (!has_input(call, projection)) {
      for (std::size_t k = 0; k < cells; ++k) h[k] = o[k];
      return;
    }
    const float* const b = bias_of(call, projection + 1);
    for (std::size_t k = 0; k < width; ++k) h[k] = b != nullptr ? b[k] : 0;
    Product::add(data(call, projection), width, cells, o, h);
    limit(h, width, call.options.proj_clip);
  }
};

/// h = a(W x + R h + b), the output h, for each step; a sequence of one step if x has rank 2.
///
/// Inputs: x [T, B, I], [B, T, I] (time_major says) or [B, I]; W [N, I]; R [N, N]; b [N]; state h [B, N]. Outputs:
/// [.., N], then h.
template <class Product = plain_product>
struct sequence_rnn_float {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.inputs.size() == 5 ? bytes_for<float>(call.inputs[4].elements()) : 0;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 5 || call.outputs.size() != 2) return status::wrong_operands;
    for (const status s : {check_float(call.inputs[0]), check_float(call.outputs[0]), check_float(call.outputs[1])}) {
      if (s != status::ready) return s;
    }
    detail::sequence s;
    if (!place(call, s) || call.inputs[1].shape.size() != 2) return status::wrong_shape;
    const auto units = static_cast<std::size_t>(call.inputs[1].shape[0]);
    if (units == 0) return status::wrong_shape;
    for (const status part :
         {detail::check_shaped(call, 1, units, s.inputs, false), detail::check_shaped(call, 2, units, units, false),
          detail::check_shaped(call, 3, units, 0, false)}) {
      if (part != status::ready) return part;
    }
    if (call.outputs[0].elements() != s.batches * s.steps * units || call.inputs[4].elements() != s.batches * units ||
        call.outputs[1].elements() != s.batches * units) {
      return status::wrong_shape;
    }
    return detail::is_cell_activation(call.options.activation) ? status::ready : status::wrong_options;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    detail::sequence s;
    if (!place(call, s)) return;
    const auto units = static_cast<std::size_t>(call.inputs[1].shape[0]);
    const float* const x = call.inputs[0].values<float>().data();
    const float* const w = call.inputs[1].values<float>().data();
    const float* const r = call.inputs[2].values<float>().data();
    const float* const b = call.inputs[3].values<float>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      float* const h = call.outputs[1].values<float>().data() + batch * units;
      float* const sum = reinterpret_cast<float*>(call.scratch.data()) + batch * units;
      for (std::size_t t = 0; t < s.steps; ++t) {
        for (std::size_t i = 0; i < units; ++i) sum[i] = b[i];
        Product::add(w, units, s.inputs, x + s.row(batch, t) * s.inputs, sum);
        Product::add(r, units, units, h, sum);
        float* const to = call.outputs[0].values<float>().data() + s.row(batch, t) * units;
        for (std::size_t i = 0; i < units; ++i) to[i] = h[i] = detail::activated(sum[i], call.options.activation);
      }
    });
  }

 private:
  [[nodiscard]] static bool place(const kernel_arguments& call, detail::sequence& s) noexcept {
    const std::span<const std::int32_t> x = call.inputs[0].shape;
    if (x.size() != 2) return detail::sequence_of(x, call.options.time_major, s);
    s.batches = static_cast<std::size_t>(x[0]);
    s.steps = 1;
    s.inputs = static_cast<std::size_t>(x[1]);
    return x[1] > 0;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

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

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<resize_geometry>(call);
  }

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
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != element_type::float32) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
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
    const float low = std::clamp(elementary::floor(exact), 0.0f, last);
    const float high = std::clamp(elementary::ceil(exact), 0.0f, last);
    return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), exact - low};
  }
};

/// The nearest position; elements of whole bytes.
struct resize_nearest_neighbor : resize_geometry {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
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
    const float nearest = options.align_corners ? elementary::round(exact) : elementary::floor(exact);
    return static_cast<std::size_t>(std::clamp(nearest, 0.0f, static_cast<float>(size - 1)));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/scatter.hpp
// Ops that put or add elements at places that data name: SCATTER_ND, SEGMENT_SUM and its unsorted kin, ONE_HOT,
// MATRIX_DIAG, MATRIX_SET_DIAG. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// How two elements of a run become one.
enum class joining : std::uint8_t { sum, product, smaller, larger };

template <class T>
[[nodiscard]] constexpr T joined_value(joining how, T a, T b) noexcept {
  if constexpr (std::is_integral_v<T>) {
    using bits = std::make_unsigned_t<T>;
    if (how == joining::sum) return static_cast<T>(static_cast<bits>(a) + static_cast<bits>(b));
    if (how == joining::product) {
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    }
  } else {
    if (how == joining::sum) return a + b;
    if (how == joining::product) return a * b;
  }
  if (how == joining::smaller) return b < a ? b : a;
  return b > a ? b : a;
}
template <class T>
[[nodiscard]] constexpr T neutral_value(joining how) noexcept {
  switch (how) {
    case joining::sum: return T(0);
    case joining::product: return T(1);
    case joining::smaller: return std::numeric_limits<T>::max();
    default: return std::numeric_limits<T>::lowest();
  }
}

/// Joins a run of `n` elements into `target`.
template <class T>
void join_run(joining how, const std::byte* from, std::byte* target, std::size_t n) noexcept {
  const T* source = reinterpret_cast<const T*>(from);
  T* to = reinterpret_cast<T*>(target);
  for (std::size_t i = 0; i < n; ++i) to[i] = joined_value(how, to[i], source[i]);
}
[[nodiscard]] constexpr bool can_join(element_type type) noexcept {
  return type == element_type::float32 || type == element_type::int32 || type == element_type::int64;
}
inline void join_run(joining how, element_type type, const std::byte* from, std::byte* to, std::size_t n) noexcept {
  if (type == element_type::float32) return join_run<float>(how, from, to, n);
  if (type == element_type::int32) return join_run<std::int32_t>(how, from, to, n);
  join_run<std::int64_t>(how, from, to, n);
}

/// y = 0, but the runs that rows of indices name are sums of their updates, in order. Inputs: indices [..., depth],
/// updates [..., (the other axes)], shape (a list). float32, int32, int64.
struct scatter_nd {
  static constexpr std::uint32_t data_inputs = 4;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!is_index_list(inputs[2])) return status::wrong_type;
    if (inputs[2].shape.size() != 1) return status::wrong_shape;
    for (std::size_t k = 0; k < inputs[2].elements(); ++k) {
      if (!result.push(index_at(inputs[2], k))) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const auto indices = call.inputs[0].shape;
    const auto updates = call.inputs[1].shape;
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    if (call.inputs[1].type != call.outputs[0].type || !can_join(call.outputs[0].type)) return status::wrong_type;
    if (!is_index(call.inputs[0].type) || !is_index_list(call.inputs[2])) return status::wrong_type;
    if (indices.empty() || extent_of(indices, indices.size() - 1) > y.size()) return status::wrong_shape;
    const std::size_t depth = extent_of(indices, indices.size() - 1);
    const std::size_t rows = indices.size() - 1;
    if (updates.size() != rows + y.size() - depth || !same_shape(updates.first(rows), indices.first(rows)) ||
        !same_shape(updates.subspan(rows), y.subspan(depth))) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<scatter_nd>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    if (const status known = shape_is_as_said<scatter_nd>(call); known != status::ready) return known;
    for (std::size_t row = 0; row < rows_of(call); ++row) {
      std::size_t place = 0;
      if (!place_of(call.inputs[0], row, call.outputs[0].shape, place)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& indices = call.inputs[0];
    const result_operand& y = call.outputs[0];
    std::fill(y.data.begin(), y.data.end(), std::byte(0));
    const std::size_t depth = extent_of(indices.shape, indices.shape.size() - 1);
    const std::size_t run = product_of(y.shape, depth, y.shape.size());
    const std::size_t bytes = bytes_of(y.type);
    for (std::size_t row = 0; row < rows_of(call); ++row) {
      std::size_t place = 0;
      if (!place_of(indices, row, y.shape, place)) continue;
      join_run(joining::sum, y.type, call.inputs[1].data.data() + row * run * bytes,
               y.data.data() + place * run * bytes, run);
    }
  }

 private:
  static std::size_t rows_of(const kernel_arguments& call) noexcept {
    const auto indices = call.inputs[0].shape;
    return product_of(indices, 0, indices.size() - 1);
  }
};

/// y[s] joins the runs of x whose segment is s. SEGMENT_SUM: segments are a list that does not descend, for the first
/// axis of x, and there are as many as the last one says (from it on 0). UNSORTED_SEGMENT_…: segments have the first
/// axes of x, the third input says how many there are; runs of negative segments are left out, a segment without runs
/// is the joining's neutral element. float32, int32, int64.
template <joining How, bool IsSorted>
struct segment {
  static constexpr std::uint32_t data_inputs = IsSorted ? 2 : 4;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != (IsSorted ? 2 : 3)) return status::wrong_operands;
    const auto x = inputs[0].shape;
    const auto segments = inputs[1].shape;
    if (!is_index(inputs[1].type)) return status::wrong_type;
    if (segments.empty() || segments.size() > x.size() || (IsSorted && segments.size() != 1) ||
        !same_shape(segments, x.first(segments.size()))) {
      return status::wrong_shape;
    }
    std::int64_t count = 0;
    if (IsSorted) {
      const std::size_t runs = inputs[1].elements();
      if (runs != 0) count = index_at(inputs[1], runs - 1);
      if (count == std::numeric_limits<std::int64_t>::max()) return status::wrong_data;
      count += runs == 0 ? 0 : 1;
    } else {
      if (!is_index_list(inputs[2]) || inputs[2].elements() != 1) return status::wrong_type;
      count = index_at(inputs[2], 0);
    }
    if (!result.push(count)) return status::wrong_data;
    return result.push(x.subspan(segments.size())) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, IsSorted ? 2 : 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const operand& segments = call.inputs[1];
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    if (x.type != call.outputs[0].type || !can_join(x.type) || !is_index(segments.type)) return status::wrong_type;
    if (segments.shape.empty() || segments.shape.size() > x.shape.size() || y.empty() ||
        !same_shape(segments.shape, x.shape.first(segments.shape.size())) ||
        !same_shape(y.subspan(1), x.shape.subspan(segments.shape.size()))) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<segment>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    if (const status known = shape_is_as_said<segment>(call); known != status::ready) return known;
    const std::int64_t count = call.outputs[0].shape[0];
    std::int64_t before = 0;
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t s = index_at(call.inputs[1], i);
      if (s >= count || (IsSorted && s < before)) return status::wrong_data;
      before = s;
    }
    return status::ready;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t run = product_of(y.shape, 1, y.shape.size());
    const std::size_t bytes = bytes_of(x.type);
    if (x.type == element_type::float32) {
      std::fill_n(reinterpret_cast<float*>(y.data.data()), y.elements(), neutral_value<float>(How));
    } else if (x.type == element_type::int32) {
      std::fill_n(reinterpret_cast<std::int32_t*>(y.data.data()), y.elements(), neutral_value<std::int32_t>(How));
    } else {
      std::fill_n(reinterpret_cast<std::int64_t*>(y.data.data()), y.elements(), neutral_value<std::int64_t>(How));
    }
    for (std::size_t i = 0; i < call.inputs[1].elements(); ++i) {
      const std::int64_t s = index_at(call.inputs[1], i);
      if (s < 0 || s >= y.shape[0]) continue;
      join_run(How, x.type, x.data.data() + i * run * bytes, y.data.data() + static_cast<std::size_t>(s) * run * bytes,
               run);
    }
  }
};

/// y[..., k, ...] = on where indices[..., ...] is k, else off; `axis` of the options is the new axis, -1 the last one.
/// Inputs: indices, depth, on, off. Indices out of range are off everywhere. Any element of whole bytes.
struct one_hot {
  static constexpr std::uint32_t data_inputs = 2;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    if (inputs.size() != 4) return status::wrong_operands;
    if (!is_index_list(inputs[1]) || inputs[1].elements() != 1) return status::wrong_type;
    const auto x = inputs[0].shape;
    std::size_t axis = 0;
    if (!to_axis(options.axis, x.size() + 1, axis)) return status::wrong_options;
    if (!result.push(x.first(axis)) || !result.push(index_at(inputs[1], 0))) return status::wrong_data;
    return result.push(x.subspan(axis)) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 4, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    if (!is_index(call.inputs[0].type) || !is_index_list(call.inputs[1]) || call.inputs[2].type != type ||
        call.inputs[3].type != type || bytes_of(type) == 0) {
      return status::wrong_type;
    }
    if (call.inputs[1].elements() != 1 || call.inputs[2].elements() != 1 || call.inputs[3].elements() != 1) {
      return status::wrong_shape;
    }
    return shape_is_as_said_if_known<one_hot>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<one_hot>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& indices = call.inputs[0];
    const result_operand& y = call.outputs[0];
    const std::size_t bytes = bytes_of(y.type);
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t depth = extent_of(y.shape, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    fill_elements(bytes, call.inputs[3].data.data(), y.data.data(), y.elements(), call.share);
    for (std::size_t i = 0; i < indices.elements(); ++i) {
      const std::int64_t index = index_at(indices, i);
      if (index < 0 || index >= static_cast<std::int64_t>(depth)) continue;
      const std::size_t place = (i / inner * depth + static_cast<std::size_t>(index)) * inner + i % inner;
      std::copy_n(call.inputs[2].data.data(), bytes, y.data.data() + place * bytes);
    }
  }
};

/// Matrices [..., rows, columns] whose diagonal is the last axis of an input. MATRIX_DIAG: of x itself, 0 elsewhere,
/// and square. MATRIX_SET_DIAG: of the second input, x elsewhere. Any element of whole bytes.
template <bool HasRest>
struct matrix_diagonal {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != (HasRest ? 2 : 1)) return status::wrong_operands;
    const auto x = inputs[0].shape;
    if (x.size() < (HasRest ? 2 : 1) || !result.push(x)) return status::wrong_shape;
    if (!HasRest) return result.push(x.back()) ? status::ready : status::wrong_shape;
    const auto diagonal = inputs[1].shape;
    const std::size_t lead = x.size() - 2;
    if (diagonal.size() != lead + 1 || !same_shape(diagonal.first(lead), x.first(lead))) return status::wrong_shape;
    return diagonal[lead] == std::min(x[lead], x[lead + 1]) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, HasRest ? 2 : 1, 1); whole != status::ready) return whole;
    const element_type type = call.outputs[0].type;
    for (const operand& x : call.inputs) {
      if (x.type != type || bytes_of(type) == 0) return status::wrong_type;
    }
    return shape_is_as_said<matrix_diagonal>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& diagonal = call.inputs[HasRest ? 1 : 0];
    const result_operand& y = call.outputs[0];
    const std::size_t rank = y.shape.size();
    const std::ptrdiff_t columns = y.shape[rank - 1];
    const std::ptrdiff_t square = y.shape[rank - 2] * columns;
    if (!HasRest) {
      std::fill(y.data.begin(), y.data.end(), std::byte(0));
    } else if (y.data.data() != call.inputs[0].data.data()) {
      std::copy_n(call.inputs[0].data.begin(), y.elements() * bytes_of(y.type), y.data.begin());
    }
    const std::ptrdiff_t length = diagonal.shape.back();
    strided_copy move;
    move.axis(product_of(y.shape, 0, rank - 2), length, square);
    move.axis(static_cast<std::size_t>(length), 1, columns + 1);
    move.run(bytes_of(y.type), diagonal.data.data(), y.data.data(), call.share);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/select.hpp
// SELECT and SELECT_V2: one of two elements. Any element of whole bytes. Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y = a where the condition holds, else b. Inputs: condition (bool), a, b. Broadcasts: all three together; or a and b
/// have one shape, and the condition has it too, is a scalar, or a list of one element per index of the first axis.
template <bool Broadcasts>
struct select_with {
  static constexpr std::uint32_t data_inputs = 0;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options&, extents& result) noexcept {
    if (inputs.size() != 3) return status::wrong_operands;
    if (!Broadcasts) return result.push(inputs[1].shape) ? status::ready : status::wrong_shape;
    std::size_t rank = 0;
    for (const operand& x : inputs) rank = std::max(rank, x.shape.size());
    for (std::size_t k = rank; k > 0; --k) {
      std::int32_t together = 1;
      for (const operand& x : inputs) {
        const std::int32_t extent = k <= x.shape.size() ? x.shape[x.shape.size() - k] : 1;
        if (extent != 1 && together != 1 && extent != together) return status::wrong_shape;
        together = extent == 1 ? together : extent;
      }
      if (!result.push(together)) return status::wrong_shape;
    }
    return status::ready;
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& a = call.inputs[1];
    if (call.inputs[0].type != element_type::boolean || a.type != call.inputs[2].type ||
        a.type != call.outputs[0].type || bytes_of(a.type) == 0) {
      return status::wrong_type;
    }
    if (!Broadcasts && !same_shape(a.shape, call.inputs[2].shape)) return status::wrong_shape;
    broadcast_walk<3> walk;
    return prepare(call, walk) ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    broadcast_walk<3> walk;
    (void)prepare(call, walk);
    switch (bytes_of(call.outputs[0].type)) {
      case 1: return run<std::uint8_t>(call, walk);
      case 2: return run<std::uint16_t>(call, walk);
      case 4: return run<std::uint32_t>(call, walk);
      default: return run<std::uint64_t>(call, walk);
    }
  }

 private:
  static bool prepare(const kernel_arguments& call, broadcast_walk<3>& walk) noexcept {
    const auto y = std::span<const std::int32_t>(call.outputs[0].shape);
    std::span<const std::int32_t> condition = call.inputs[0].shape;
    std::array<std::int32_t, max_rank> column{};
    if (!Broadcasts && condition.size() == 1 && y.size() > 1) {
      if (condition[0] != y[0] && condition[0] != 1) return false;
      column.fill(1);
      column[0] = condition[0];
      condition = std::span<const std::int32_t>(column).first(y.size());
    } else if (!Broadcasts && call.inputs[0].elements() != 1 && !same_shape(condition, y)) {
      return false;
    }
    return walk.prepare(y, {condition, call.inputs[1].shape, call.inputs[2].shape});
  }

  template <class Element>
  static void run(const kernel_arguments& call, const broadcast_walk<3>& walk) noexcept {
    const auto* condition = reinterpret_cast<const std::uint8_t*>(call.inputs[0].data.data());
    const auto* a = reinterpret_cast<const Element*>(call.inputs[1].data.data());
    const auto* b = reinterpret_cast<const Element*>(call.inputs[2].data.data());
    auto* y = reinterpret_cast<Element*>(call.outputs[0].data.data());
    const std::size_t step_c = walk.is_single(0) ? 0 : 1;
    const std::size_t step_a = walk.is_single(1) ? 0 : 1;
    const std::size_t step_b = walk.is_single(2) ? 0 : 1;
    walk.run(call.share, [&](const broadcast_walk<3>::row& row, std::size_t n) {
      const std::uint8_t* row_c = condition + row.from[0];
      const Element* row_a = a + row.from[1];
      const Element* row_b = b + row.from[2];
      for (std::size_t i = 0; i < n; ++i) {
        y[row.result + i] = row_c[i * step_c] != 0 ? row_a[i * step_a] : row_b[i * step_b];
      }
    });
  }
};
using select = select_with<false>;
using select_v2 = select_with<true>;

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
      move.from_offset += strides[k] * static_cast<std::ptrdiff_t>(axes[k].begin);
      move.axis(static_cast<std::size_t>(axes[k].count), strides[k] * static_cast<std::ptrdiff_t>(axes[k].step), to[k]);
    }
    move.run(bytes_of(x.type), x.data.data(), call.outputs[0].data.data(), call.share);
  }
};

/// An op that takes a region of its first input; the other inputs, all lists of integers, say which.
/// Region::of(inputs, options, region, shape) looks at them.
template <class Region>
struct region_copy {
  static constexpr std::uint32_t data_inputs = Region::data_inputs;

  template <class = when_used>
  static status shape(std::span<const operand> inputs, const operation_options& options, extents& result) noexcept {
    slice_region region;
    if (inputs.size() != Region::inputs) return status::wrong_operands;
    return Region::of(inputs, options, region, result);
  }

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, Region::inputs, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    if (!std::all_of(call.inputs.begin() + 1, call.inputs.end(), is_index_list)) return status::wrong_type;
    return shape_is_as_said_if_known<region_copy>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<region_copy>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
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
  template <class = when_used>
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

  template <class = when_used>
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
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::float32 || y.type != element_type::float32) return status::wrong_type;
    if (x.shape.empty() || x.elements() != y.elements()) return status::wrong_shape;
    return x.is_complete() && y.is_complete() ? status::ready : status::wrong_shape;
  }

  template <class = when_used>
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
          to[i] = elementary::exp((from[i] - highest) * beta);
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    if (call.inputs[0].type != call.outputs[0].type || bytes_of(call.inputs[0].type) == 0) return status::wrong_type;
    return shape_is_as_said<space_depth>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 3, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0) return status::wrong_type;
    if (x.shape.size() != call.outputs[0].shape.size()) return status::wrong_shape;
    if (x.zero_point.size() > 1) return status::wrong_parameters;
    return shape_is_as_said_if_known<space_batch>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<space_batch>(call);
  }

  template <class = when_used>
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

  template <class = when_used>
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

  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const element_type type = call.inputs[0].type;
    if (type != call.outputs[0].type || bytes_of(type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (call.inputs[1].elements() != call.inputs[0].shape.size()) return status::wrong_shape;
    return shape_is_as_said_if_known<transpose>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<transpose>(call);
  }

  template <class = when_used>
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
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    if (x.type != call.outputs[0].type || bytes_of(x.type) == 0 || !is_index_list(call.inputs[1])) {
      return status::wrong_type;
    }
    if (!same_shape(x.shape, call.outputs[0].shape)) return status::wrong_shape;
    return call.inputs[1].is_constant ? check(call) : status::ready;
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    for (std::size_t k = 0; k < call.inputs[1].elements(); ++k) {
      std::size_t axis = 0;
      if (!to_axis(index_at(call.inputs[1], k), call.inputs[0].shape.size(), axis)) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
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
  template <class = when_used>
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

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    std::size_t along = 0;
    (void)to_axis(call.options.seq_dim, call.inputs[0].shape.size(), along);
    for (std::size_t b = 0; b < call.inputs[1].elements(); ++b) {
      const std::int64_t length = index_at(call.inputs[1], b);
      if (length < 0 || length > call.inputs[0].shape[along]) return status::wrong_data;
    }
    return status::ready;
  }

  template <class = when_used>
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
        move.to_offset = move.from_offset + strides[along] * static_cast<std::ptrdiff_t>(begin);
        move.from_offset += strides[along] * static_cast<std::ptrdiff_t>(is_turned ? length - 1 : begin);
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

// ---- aeq/kernel/unary.hpp
// Ops that take one element at a time. (spec: kernels, section 4) NaN stays NaN. Freestanding, but for the C library's
// functions of float.

namespace aeq::inline AEQ_ABI::kernel {

/// -x; the lowest number has no counterpart and stays.
[[nodiscard]] constexpr std::int64_t wrapped_negative(std::int64_t x) noexcept {
  return static_cast<std::int64_t>(std::uint64_t(0) - static_cast<std::uint64_t>(x));
}

// Functions of float.

/// max(lowest, min(x, highest)) that lets NaN pass.
template <int Lowest, int Highest>
struct clamp_between {
  constexpr float operator()(float x) const noexcept {
    const float raised = x < static_cast<float>(Lowest) ? static_cast<float>(Lowest) : x;
    return raised > static_cast<float>(Highest) ? static_cast<float>(Highest) : raised;
  }
};
struct relu_function {
  constexpr float operator()(float x) const noexcept { return x < 0.0f ? 0.0f : x; }
};
struct leaky_relu_function {
  float alpha;
  constexpr explicit leaky_relu_function(const operation_options& options) noexcept : alpha(options.alpha) {}
  constexpr float operator()(float x) const noexcept { return x > 0.0f ? x : x * alpha; }
};
struct elu_function {
  float operator()(float x) const noexcept { return x < 0.0f ? elementary::expm1(x) : x; }
};
/// 1 / (1 + e^-x), with the thresholds of the reference: 1 above 16.62, e^x below -9.
struct logistic_function {
  float operator()(float x) const noexcept {
    if (x > 16.619047164916992f) return 1.0f;
    if (x < -9.0f) return elementary::exp(x);
    return 1.0f / (1.0f + elementary::exp(-x));
  }
};
struct tanh_function {
  float operator()(float x) const noexcept { return elementary::tanh(x); }
};
/// x times the normal distribution's integral, or the approximation by tanh.
struct gelu_function {
  bool approximate;
  constexpr explicit gelu_function(const operation_options& options) noexcept : approximate(options.approximate) {}
  float operator()(float x) const noexcept {
    if (approximate) return 0.5f * x * (1.0f + elementary::tanh(0.79788456f * (x + ((0.044715f * x) * x) * x)));
    return 0.5f * x * elementary::erfc(x * -0.70710678f);
  }
};
struct hard_swish_function {
  constexpr float operator()(float x) const noexcept {
    const float raised = x + 3.0f < 0.0f ? 0.0f : x + 3.0f;
    return x * (raised > 6.0f ? 6.0f : raised) / 6.0f;
  }
};
struct exp_function {
  float operator()(float x) const noexcept { return elementary::exp(x); }
};
struct log_function {
  float operator()(float x) const noexcept { return elementary::log(x); }
};
struct sin_function {
  float operator()(float x) const noexcept { return elementary::sin(x); }
};
struct cos_function {
  float operator()(float x) const noexcept { return elementary::cos(x); }
};
struct sqrt_function {
  float operator()(float x) const noexcept { return elementary::sqrt(x); }
};
struct rsqrt_function {
  float operator()(float x) const noexcept { return 1.0f / elementary::sqrt(x); }
};

/// The nearest integer, halves to the even one. From 2^23 on every float is one.
struct round_function {
  float operator()(float x) const noexcept {
    constexpr float whole = 8388608.0f;
    const float size = absolute(x);
    const float rounded = elementary::copysign((size + whole) - whole, x);
    return size < whole ? rounded : x;
  }
};
struct floor_function {
  float operator()(float x) const noexcept {
    const float rounded = round_function()(x);
    return rounded > x ? rounded - 1.0f : rounded;
  }
};
struct ceil_function {
  float operator()(float x) const noexcept {
    const float rounded = round_function()(x);
    return elementary::copysign(rounded < x ? rounded + 1.0f : rounded, x);
  }
};

// Functions of several types.

struct square_function {
  constexpr float operator()(float x) const noexcept { return x * x; }
};
struct absolute_function {
  float operator()(float x) const noexcept { return absolute(x); }
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return x < 0 ? wrapped_negative(x) : x; }
};
struct negative_function {
  constexpr float operator()(float x) const noexcept { return -x; }
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return wrapped_negative(x); }
};
struct sign_function {
  template <class T>
  constexpr T operator()(T x) const noexcept {
    const T positive = x > T(0) ? T(1) : x;
    return x < T(0) ? T(-1) : positive;  // 0 and NaN are their own
  }
};
struct not_function {
  constexpr std::int64_t operator()(std::int64_t x) const noexcept { return x == 0 ? 1 : 0; }
};

/// (clip(x, nmin, nmax) - nmin) in whole steps, where nmin and nmax are min and max of the options moved so that 0 is a
/// step; there are 2^num_bits - 1 steps. (spec: kernels, section 4)
struct fake_quant_function {
  float scale, inverse, lowest, highest;
  explicit fake_quant_function(const operation_options& options) noexcept {
    const auto steps = static_cast<float>((1 << options.num_bits) - 1);
    scale = (options.max - options.min) / steps;
    inverse = 1.0f / scale;
    const float zero = 0.0f - options.min / scale;
    const float nudged = zero < 0.0f ? 0.0f : zero > steps ? steps : elementary::round(zero);
    lowest = (0.0f - nudged) * scale;
    highest = (steps - nudged) * scale;
  }
  float operator()(float x) const noexcept {
    const float raised = x < lowest ? lowest : x;
    const float clipped = raised > highest ? highest : raised;
    return rounded_product(elementary::round((clipped - lowest) * inverse), scale) + lowest;
  }
};
struct fake_quant : unary<fake_quant_function> {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const operation_options& options = call.options;
    const bool is_sound = options.num_bits >= 2 && options.num_bits <= 16 && !options.narrow_range &&
                          options.min <= 0.0f && options.max >= 0.0f && options.min < options.max;
    return is_sound ? unary<fake_quant_function>::setup(call, workspace) : status::wrong_options;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

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

// ---- aeq/table/builtin_kernels.hpp
// Our kernels on quantized numbers: one per op, computation and arithmetic. Freestanding.
//
// A new family: its kernels in kernel/, by the contract of kernel/kernel.hpp; an array of entries per computation here,
// like those of `matrix`; a line in builtin_kernels. The interpreter runs them from then on, and rows of built-in
// schemes have them. Where runtimes differ the kernel is a template over the arithmetic (kernel/arithmetic.hpp).
//
// The arrays are plain ones: of a std::array whose length is deduced g++ 12 makes writable data in some files and
// constant data in others, which costs a device RAM and which a linker for Windows refuses.
//
// An entry need not take all that its computation may bring: its setup says what it takes. Ops without an entry run
// their plain kernel, if that takes integers with scales (data that only move).

// ---- aeq/kernel/integer/recurrent.hpp
// UNIDIRECTIONAL_SEQUENCE_LSTM in integers. (spec: kernels, section 6) Freestanding, but for the C library's logf.

// ---- aeq/kernel/integer/elementwise.hpp
// How quantized ops on single elements run: setup prepares a function of integers, which the workspace holds, and
// evaluate calls it. What the functions are is in integer/binary.hpp, unary.hpp and tables.hpp. Freestanding.
//
// Operands are int8, uint8 or int16 with one scale; int16 has zero point 0. A function is an aggregate with
//
//   status prepare(const kernel_arguments&)      scales, zero points and options; operands are checked already
//   operator()(std::int32_t...) const            integers as they are stored to the integer that is stored

namespace aeq::inline AEQ_ABI::kernel {

/// The element type of quantized integers of a C++ type.
template <class X>
requires std::is_same_v<X, std::int8_t> || std::is_same_v<X, std::uint8_t> || std::is_same_v<X, std::int16_t>
inline constexpr element_type type_of_integers = std::is_same_v<X, std::int8_t>    ? element_type::int8
                                                 : std::is_same_v<X, std::uint8_t> ? element_type::uint8
                                                                                   : element_type::int16;

/// A function in the workspace, which has room for nothing else.
template <class Function>
[[nodiscard]] status keep(const Function& function, std::span<std::byte> workspace) noexcept {
  const auto place = workspace_pieces(workspace).take<Function>(1);
  if (place.empty()) return status::small_workspace;
  place[0] = function;
  return status::ready;
}
template <class Function>
[[nodiscard]] const Function& kept(std::span<std::byte> workspace) noexcept {
  return workspace_pieces(workspace).take<Function>(1)[0];
}

/// y = function(x), x of type X, y of type Y.
template <class Function, class X, class Y = X>
struct integer_unary {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(Function); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != type_of_integers<X> || y.type != type_of_integers<Y>) return status::wrong_type;
    if (x.elements() != y.elements() || !x.is_complete() || !y.is_complete()) return status::wrong_shape;
    if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
    Function function{};
    const status prepared = function.prepare(call);
    return prepared == status::ready ? keep(function, workspace) : prepared;
  }

  /// Whether no element stands for a negative number, where the function has no result for those.
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept requires(Function::refuses_negative) {
    const std::int32_t zero = zero_point_of(call.inputs[0], 0);
    const auto x = call.inputs[0].template values<X>().first(call.inputs[0].elements());
    const bool is_sound = std::all_of(x.begin(), x.end(), [&](X value) { return value >= zero; });
    return is_sound ? status::ready : status::wrong_data;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const Function& function = kept<Function>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    Y* const y = call.outputs[0].template values<Y>().data();
    call.share.for_ranges(call.outputs[0].elements(), elements_per_thread, [&](std::size_t begin, std::size_t end) {
      const Function own = function;  // which no store to y can change
      for (std::size_t i = begin; i < end; ++i) y[i] = static_cast<Y>(own(x[i]));
    });
  }
};

/// Any function of 8-bit integers, as a table of all its values: as fast as the fastest of them.
template <class Function, class X>
requires(sizeof(X) == 1) struct tabulated {
  static constexpr bool refuses_negative = Function::refuses_negative;
  std::array<X, 256> values{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    Function function{};
    const status prepared = function.prepare(call);
    if (prepared != status::ready) return prepared;
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    for (std::int32_t x = std::numeric_limits<X>::min(); x <= std::numeric_limits<X>::max(); ++x) {
      values[static_cast<std::uint8_t>(x)] = static_cast<X>(function(x));
    }
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return values[static_cast<std::uint8_t>(x)];
  }
};

/// The kernel of a function of X: by a table, if X has 8 bits.
template <class Function, class X>
using integer_function = integer_unary<
    std::conditional_t<sizeof(X) == 1, tabulated<Function, std::conditional_t<sizeof(X) == 1, X, char>>, Function>, X>;

/// y = function(a, b), element by element with broadcasting, a of type A, b of type B. y is truth values (Y is bool),
/// or of type Y.
template <class Function, class A, class B = A, class Y = A>
struct integer_binary {
  static constexpr bool is_truth = std::is_same_v<Y, bool>;

  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(Function); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
    const operand& a = call.inputs[0];
    const operand& b = call.inputs[1];
    const result_operand& y = call.outputs[0];
    if (a.type != type_of_integers<A> || b.type != type_of_integers<B>) return status::wrong_type;
    if (!is_quantized_tensorwise(a) || !is_quantized_tensorwise(b)) return status::wrong_parameters;
    if constexpr (is_truth) {
      if (y.type != element_type::boolean) return status::wrong_type;
    } else {
      if (y.type != type_of_integers<Y>) return status::wrong_type;
      if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
    }
    broadcast_walk<2> walk;
    if (!walk.prepare(y.shape, {a.shape, b.shape})) return status::wrong_shape;
    Function function{};
    const status prepared = function.prepare(call);
    return prepared == status::ready ? keep(function, workspace) : prepared;
  }

  /// Whether no divisor stands for zero.
  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept requires(Function::refuses_zero) {
    const std::int32_t zero = zero_point_of(call.inputs[1], 0);
    const auto b = call.inputs[1].template values<B>().first(call.inputs[1].elements());
    const bool is_sound = std::all_of(b.begin(), b.end(), [&](B value) { return value != zero; });
    return is_sound ? status::ready : status::wrong_data;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    using result = std::conditional_t<is_truth, std::uint8_t, Y>;
    const Function& function = kept<Function>(workspace);
    const A* const a = call.inputs[0].template values<A>().data();
    const B* const b = call.inputs[1].template values<B>().data();
    result* const y = call.outputs[0].template values<result>().data();
    broadcast_walk<2> walk;
    (void)walk.prepare(call.outputs[0].shape, {call.inputs[0].shape, call.inputs[1].shape});
    const std::size_t a_step = walk.is_single(0) ? 0 : 1;
    const std::size_t b_step = walk.is_single(1) ? 0 : 1;
    walk.run(call.share, [&](const broadcast_walk<2>::row& row, std::size_t n) {
      const A* const left = a + row.from[0];
      const B* const right = b + row.from[1];
      const Function own = function;  // which no store to y can change
      for (std::size_t i = 0; i < n; ++i) {
        y[row.result + i] = static_cast<result>(own(left[i * a_step], right[i * b_step]));
      }
    });
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/scale.hpp
// Scales as kernels' setups look at them. (spec: kernels, section 1) Freestanding, but for the C library's logf.

namespace aeq::inline AEQ_ABI::kernel {

/// The multiplier nearest to a factor; false if it is none that multiply() takes, which are those from 0 to 2^30.
[[nodiscard]] constexpr bool to_multiplier(double factor, fixed_multiplier& result) noexcept {
  if (!(factor >= 0.0) || factor >= 2147483648.0) return false;
  result = quantize_multiplier(factor);
  return result.shift <= 30;
}

/// The quotient of two scales, rounded to float32.
[[nodiscard]] constexpr double ratio_of(float x, float y) noexcept {
  return static_cast<double>(x / y);
}

/// The exponent of a scale that is a power of two, or nearly: whose logarithm is within 0.001 of an integer.
[[nodiscard]] inline bool exponent_of(float scale, std::int32_t& exponent) noexcept {
  const float logarithm = elementary::log(scale) * (1.0f / elementary::log(2.0f));
  const float whole = elementary::round(logarithm);
  exponent = static_cast<std::int32_t>(whole);
  return absolute(logarithm - whole) < 1e-3f;
}

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/short_functions.hpp
// The logistic function and tanh of 16-bit fixed-point numbers. (spec: kernels, section 1) Freestanding, constexpr.
//
// As fixed_point_functions.hpp, with half the bits: a number with I integer bits is value * 2^(I - 15), of an int16,
// and constants are rounded to 16 bits. Values stand in an int32.

namespace aeq::inline AEQ_ABI::kernel::fixed_point::short_numbers {

inline constexpr std::int32_t highest = 32767;
inline constexpr std::int32_t lowest = -32768;

[[nodiscard]] constexpr std::int32_t saturated(std::int32_t value) noexcept {
  return value < lowest ? lowest : value > highest ? highest : value;
}
/// value * 2^exponent, saturated; exponent: 0 to 15.
[[nodiscard]] constexpr std::int32_t enlarged(std::int32_t value, int exponent) noexcept {
  return saturated(value * (std::int32_t(1) << exponent));
}
/// A constant of 32 bits.
[[nodiscard]] constexpr std::int32_t constant(std::int32_t value) noexcept {
  return divide_by_power(value, 16);
}
/// a * b / 2^15, rounded to nearest, halves up; the square of the lowest number saturates.
[[nodiscard]] constexpr std::int32_t high_product(std::int32_t a, std::int32_t b) noexcept {
  const std::int32_t product = a * b;
  return saturated((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}
/// The sign turned; the lowest number stays.
[[nodiscard]] constexpr std::int32_t negated(std::int32_t a) noexcept {
  return a == lowest ? lowest : -a;
}

/// e^a for a <= 0 of `integer_bits` bits; the result has none.
[[nodiscard]] constexpr std::int32_t exponential(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return highest;
  const std::int32_t quarter = std::int32_t(1) << (13 - integer_bits);
  const std::int32_t part = (a & (quarter - 1)) - quarter;  // in [-1/4, 0)
  // Taylor's series about -1/8.
  const std::int32_t x = enlarged(part, integer_bits) + (1 << 12);
  const std::int32_t x2 = high_product(x, x);
  const std::int32_t x3 = high_product(x2, x);
  const std::int32_t x4 = high_product(x2, x2);
  constexpr std::int32_t third = constant(715827883);
  constexpr std::int32_t at_eighth = constant(1895147668);  // e^(-1/8)
  const std::int32_t tail = divide_by_power(high_product(divide_by_power(x4, 2) + x3, third) + x2, 1);
  std::int32_t result = saturated(at_eighth + high_product(at_eighth, x + tail));
  // The rest is whole quarters: e^(-1/4), e^(-1/2), e^-1, ... e^-16 for the bits set.
  constexpr std::array<std::int32_t, 7> powers{constant(1672461947), constant(1302514674), constant(790015084),
                                               constant(290630308),  constant(39332535),   constant(720401),
                                               constant(242)};
  const std::int32_t rest = part - a;
  int bit = 13 - integer_bits;  // of a quarter
  for (const std::int32_t power : powers) {
    if (bit >= 15) break;
    if ((rest & std::int32_t(1) << bit) != 0) result = high_product(result, power);
    ++bit;
  }
  if (integer_bits > 5 && a < -(std::int32_t(1) << (20 - integer_bits))) return 0;
  return result;
}

/// 1 / ((1 + a) / 2) with 2 integer bits, for a in [0, 1), by three steps of Newton's method.
[[nodiscard]] constexpr std::int32_t inverse_of_half(std::int32_t a) noexcept {
  const std::int32_t half = (a + highest + 1) / 2;
  constexpr std::int32_t one = 1 << 13;
  std::int32_t x = constant(1515870810) + high_product(half, constant(-1010580540));  // 48/17 and -32/17
  for (int step = 0; step < 3; ++step) x += enlarged(high_product(x, one - high_product(half, x)), 2);
  return x;
}

/// 1 / (1 + e^-a) without integer bits.
[[nodiscard]] constexpr std::int32_t logistic(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 1 << 14;
  const std::int32_t of_size = enlarged(inverse_of_half(exponential(a > 0 ? -a : a, integer_bits)), 1);
  return a > 0 ? of_size : highest - of_size;
}

/// tanh(a) without integer bits, as (1 - e^-2a) / (1 + e^-2a).
[[nodiscard]] constexpr std::int32_t hyperbolic_tangent(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 0;
  const std::int32_t decay = exponential(a > 0 ? -a : a, integer_bits + 1);
  const std::int32_t of_size = enlarged(inverse_of_half(decay) - (1 << 13), 2);
  return a > 0 ? of_size : negated(of_size);
}

}  // namespace aeq::inline AEQ_ABI::kernel::fixed_point::short_numbers

// ---- aeq/kernel/integer/recurrent.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// As sequence_lstm_float, with x, weights, h and y of int8, c and peepholes of int16, biases of int32: each gate has 3
/// integer bits and 12 behind the point, the scale of c is a power of two from 2^-15 to 2^-9, the activation is tanh.
/// Intermediate 4 has scale and zero point of s(o) a(c), before the projection if there is one; y has those of h. No
/// layer normalization.
template <class X>
requires std::is_same_v<X, std::int8_t>
struct sequence_lstm_integer {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(factors); }

  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    detail::sequence s;
    if (call.inputs.size() < 20 || call.inputs[6].shape.size() != 2 ||
        !detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) {
      return 0;
    }
    return s.batches * static_cast<std::size_t>(call.inputs[6].shape[0]) * gate_values * sizeof(std::int16_t);
  }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if ((call.inputs.size() != 20 && call.inputs.size() != 24) || call.outputs.size() != 3) {
      return status::wrong_operands;
    }
    if (call.intermediates.size() != 5) return status::wrong_operands;
    for (std::size_t i = norm; i < call.inputs.size(); ++i) {
      if (call.inputs[i].present()) return status::wrong_operands;
    }
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return status::wrong_shape;
    if (!has_input(call, r_weight + 1) || call.inputs[r_weight + 1].shape.size() != 2) return status::wrong_shape;
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    if (cells == 0 || width == 0) return status::wrong_shape;
    if (const status all = check_types(call, s.inputs, cells, width); all != status::ready) return all;
    if (call.outputs[0].elements() != s.batches * s.steps * width || call.outputs[1].elements() != s.batches * width ||
        call.outputs[2].elements() != s.batches * cells) {
      return status::wrong_shape;
    }
    if (call.options.activation != fused_activation::tanh) return status::wrong_options;
    factors by{};
    const status prepared = by.prepare(call);
    return prepared == status::ready ? keep(by, workspace) : prepared;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    detail::sequence s;
    if (!detail::sequence_of(call.inputs[0].shape, call.options.time_major, s)) return;
    const factors& by = kept<factors>(workspace);
    const auto cells = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[0]);
    const auto width = static_cast<std::size_t>(call.inputs[r_weight + 1].shape[1]);
    const std::int8_t* const x = call.inputs[0].values<std::int8_t>().data();
    std::int8_t* const y = call.outputs[0].values<std::int8_t>().data();
    call.share.for_each(s.batches, [&](std::size_t batch) {
      std::int8_t* const h = call.outputs[1].values<std::int8_t>().data() + batch * width;
      std::int16_t* const c = call.outputs[2].values<std::int16_t>().data() + batch * cells;
      auto* const gates = reinterpret_cast<std::int16_t*>(call.scratch.data()) + batch * cells * gate_values;
      for (std::size_t t = 0; t < s.steps; ++t) {
        step(call, by, x + s.row(batch, t) * s.inputs, s.inputs, cells, width, h, c, gates);
        std::copy_n(h, width, y + s.row(batch, t) * width);
      }
    });
  }

 private:
  static constexpr std::size_t x_weight = 1, r_weight = 5, peephole = 9, bias = 12, projection = 16, state = 18,
                               norm = 20;
  static constexpr std::size_t gate_values = 5;  ///< four gates, and what the projection reads

  struct factors {
    std::array<fixed_multiplier, 4> of_x{}, of_h{};
    std::array<fixed_multiplier, 3> of_c{};
    fixed_multiplier hidden{}, projected{};
    std::int32_t x_zero = 0, h_zero = 0, hidden_zero = 0;
    std::int32_t c_exponent = 0;
    std::int32_t cell_clip = 0, proj_clip = 0;  ///< 0: none

    [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
      const operand& h = call.inputs[state];
      const operand& c = call.inputs[state + 1];
      const operand& hid = call.intermediates[4];
      if (!is_quantized_tensorwise(hid)) return status::wrong_parameters;
      if (!exponent_of(c.scale[0], c_exponent) || c_exponent < -15 || c_exponent > -9) return status::wrong_parameters;
      constexpr float gate = 1.0f / 4096;
      const float x_scale = call.inputs[0].scale[0], h_scale = h.scale[0];
      x_zero = zero_point_of(call.inputs[0], 0);
      h_zero = zero_point_of(h, 0);
      hidden_zero = zero_point_of(hid, 0);
      bool fits = true;
      const auto scale_of = [&](std::size_t index) { return call.inputs[index].scale[0]; };
      const auto set = [&](double real, fixed_multiplier& to) { fits = fits && to_multiplier(real, to); };
      for (std::size_t q = 0; q < 4; ++q) {
        if (!has_input(call, x_weight + q)) continue;
        set(static_cast<double>(scale_of(x_weight + q) * x_scale / gate), of_x[q]);
        set(static_cast<double>(scale_of(r_weight + q) * h_scale / gate), of_h[q]);
      }
      const double c_scale = 1.0 / static_cast<double>(std::int32_t(1) << -c_exponent);
      for (std::size_t q = 0; q < 3; ++q) {
        if (!has_input(call, peephole + q)) continue;
        const double real = c_scale * static_cast<double>(scale_of(peephole + q)) / static_cast<double>(gate);
        set(static_cast<double>(static_cast<float>(real)), of_c[q]);
      }
      constexpr double share = 1.0 / 32768;
      set(static_cast<double>(static_cast<float>(share / static_cast<double>(hid.scale[0]) * share)), hidden);
      if (has_input(call, projection)) {
        set(static_cast<double>(scale_of(projection) * hid.scale[0] / h_scale), projected);
      }
      cell_clip = clip_of(call.options.cell_clip, c.scale[0], 32767);
      proj_clip = clip_of(call.options.proj_clip, h_scale, 127);
      return fits ? status::ready : status::wrong_parameters;
    }

    [[nodiscard]] static std::int32_t clip_of(float clip, float scale, std::int32_t most) noexcept {
      if (!(clip > 0.0f)) return 0;
      const float steps = clip / scale;
      return steps < static_cast<float>(most) ? static_cast<std::int32_t>(steps) : most;
    }
  };

  /// Input `index`: of a type, with one scale and zero point 0, and so many elements (rows x columns, if there are).
  [[nodiscard]] static status check_part(const kernel_arguments& call, std::size_t index, element_type type,
                                         std::size_t rows, std::size_t columns, bool is_optional) noexcept {
    if (!has_input(call, index)) return is_optional ? status::ready : status::wrong_operands;
    const operand& part = call.inputs[index];
    if (part.type != type) return status::wrong_type;
    if (type != element_type::int32 && (!is_quantized_tensorwise(part) || zero_point_of(part, 0) != 0)) {
      return status::wrong_parameters;
    }
    if (!part.is_complete()) return status::wrong_shape;
    if (columns == 0) return part.elements() == rows ? status::ready : status::wrong_shape;
    const bool fits = part.shape.size() == 2 && static_cast<std::size_t>(part.shape[0]) == rows &&
                      static_cast<std::size_t>(part.shape[1]) == columns;
    return fits ? status::ready : status::wrong_shape;
  }

  [[nodiscard]] static status check_types(const kernel_arguments& call, std::size_t inputs, std::size_t cells,
                                          std::size_t width) noexcept {
    constexpr element_type narrow = element_type::int8, wide = element_type::int16, sum = element_type::int32;
    const std::array<element_type, 3> results{narrow, narrow, wide};
    for (std::size_t i = 0; i < 3; ++i) {
      const result_operand& y = call.outputs[i];
      if (y.type != results[i]) return status::wrong_type;
      if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
      if (!y.is_complete()) return status::wrong_shape;
    }
    if (!has_input(call, state) || !has_input(call, state + 1)) return status::wrong_operands;
    if (call.inputs[0].type != narrow || call.inputs[state].type != narrow || call.inputs[state + 1].type != wide) {
      return status::wrong_type;
    }
    for (const std::size_t i : {std::size_t(0), state, state + 1}) {
      if (!is_quantized_tensorwise(call.inputs[i])) return status::wrong_parameters;
    }
    const bool has_input_gate = has_input(call, x_weight);
    for (std::size_t q = 0; q < 4; ++q) {
      const bool is_absent = q == 0 && !has_input_gate;
      if (is_absent && (has_input(call, r_weight) || has_input(call, bias) || has_input(call, peephole))) {
        return status::wrong_operands;
      }
      for (const status part : {check_part(call, x_weight + q, narrow, cells, inputs, is_absent),
                                check_part(call, r_weight + q, narrow, cells, width, is_absent),
                                check_part(call, bias + q, sum, cells, 0, is_absent)}) {
        if (part != status::ready) return part;
      }
    }
    const bool has_peephole = has_input(call, peephole + 2);
    for (std::size_t q = 0; q < 3; ++q) {
      const bool is_absent = !has_peephole || (q == 0 && !has_input_gate);
      if (is_absent && has_input(call, peephole + q)) return status::wrong_operands;
      const status part = check_part(call, peephole + q, wide, cells, 0, is_absent);
      if (part != status::ready) return part;
    }
    if (!has_input(call, projection)) {
      return width == cells && !has_input(call, projection + 1) ? status::ready : status::wrong_shape;
    }
    // LiteRT goes through peepholes by the width of h.
    if (has_peephole && width != cells) return status::wrong_shape;
    const status part = check_part(call, projection, narrow, width, cells, false);
    return part != status::ready ? part : check_part(call, projection + 1, sum, width, 0, true);
  }

  [[nodiscard]] static std::int32_t limited(std::int32_t value, std::int32_t lowest, std::int32_t highest) noexcept {
    return value < lowest ? lowest : value > highest ? highest : value;
  }
  [[nodiscard]] static std::int16_t to_int16(std::int64_t value) noexcept {
    return static_cast<std::int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value);
  }
  /// The sum of w[k] * (x[k] - zero), which wraps.
  [[nodiscard]] static std::int32_t dot(const std::int8_t* w, const std::int8_t* x, std::size_t n, std::int32_t zero,
                                        std::int32_t begin) noexcept {
    auto sum = static_cast<std::uint32_t>(begin);
    for (std::size_t k = 0; k < n; ++k) sum += static_cast<std::uint32_t>(w[k] * (x[k] - zero));
    return static_cast<std::int32_t>(sum);
  }

  /// The sum of a gate, before its activation. `seen` is its number among the peepholes; 3: it has none.
  static void sum_gate(const kernel_arguments& call, const factors& by, std::size_t q, std::size_t seen,
                       const std::int8_t* x, std::size_t inputs, std::size_t cells, std::size_t width,
                       const std::int8_t* h, const std::int16_t* c, std::int16_t* to) noexcept {
    const std::int8_t* const w = call.inputs[x_weight + q].values<std::int8_t>().data();
    const std::int8_t* const r = call.inputs[r_weight + q].values<std::int8_t>().data();
    const std::int32_t* const b = call.inputs[bias + q].values<std::int32_t>().data();
    const bool has_peephole = seen < 3 && has_input(call, peephole + seen);
    const std::int16_t* const p = has_peephole ? call.inputs[peephole + seen].values<std::int16_t>().data() : nullptr;
    for (std::size_t n = 0; n < cells; ++n) {
      // Each part is limited to 16 bits as it comes.
      std::int64_t sum = to_int16(multiply(dot(w + n * inputs, x, inputs, by.x_zero, b[n]), by.of_x[q]));
      sum = to_int16(sum + multiply(dot(r + n * width, h, width, by.h_zero, 0), by.of_h[q]));
      if (has_peephole) sum = to_int16(sum + multiply(p[n] * c[n], by.of_c[seen]));
      to[n] = static_cast<std::int16_t>(sum);
    }
  }

  static void step(const kernel_arguments& call, const factors& by, const std::int8_t* x, std::size_t inputs,
                   std::size_t cells, std::size_t width, std::int8_t* h, std::int16_t* c,
                   std::int16_t* gates) noexcept {
    using fixed_point::short_numbers::hyperbolic_tangent;
    using fixed_point::short_numbers::logistic;
    constexpr int gate_bits = 3;
    std::int16_t* const i = gates;
    std::int16_t* const f = gates + cells;
    std::int16_t* const g = gates + 2 * cells;
    std::int16_t* const o = gates + 3 * cells;
    const bool has_input_gate = has_input(call, x_weight);
    if (has_input_gate) sum_gate(call, by, 0, 0, x, inputs, cells, width, h, c, i);
    sum_gate(call, by, 1, 1, x, inputs, cells, width, h, c, f);
    sum_gate(call, by, 2, 3, x, inputs, cells, width, h, c, g);
    for (std::size_t k = 0; k < cells; ++k) {
      const std::int32_t forget = logistic(f[k], gate_bits);
      const std::int32_t input = has_input_gate ? logistic(i[k], gate_bits) : 32767 - forget;
      const std::int32_t kept_part = divide_by_power(forget * c[k], 15);
      const std::int32_t new_part = divide_by_power(input * hyperbolic_tangent(g[k], gate_bits), 30 + by.c_exponent);
      std::int32_t cell =
          to_int16(std::int64_t(static_cast<std::int16_t>(kept_part)) + static_cast<std::int16_t>(new_part));
      if (by.cell_clip > 0) cell = limited(cell, -by.cell_clip, by.cell_clip);
      c[k] = static_cast<std::int16_t>(cell);
    }
    sum_gate(call, by, 3, 2, x, inputs, cells, width, h, c, o);
    const bool has_projection = has_input(call, projection);
    auto* const hidden = has_projection ? reinterpret_cast<std::int8_t*>(gates + 4 * cells) : h;
    // LiteRT's projection takes the zero point with the other sign, here and below.
    const std::int32_t zero = has_projection ? -by.hidden_zero : by.hidden_zero;
    for (std::size_t k = 0; k < cells; ++k) {
      const std::int32_t product = logistic(o[k], gate_bits) * hyperbolic_tangent(c[k], 15 + by.c_exponent);
      const std::int64_t shifted = std::int64_t(multiply(product, by.hidden)) + zero;
      hidden[k] = static_cast<std::int8_t>(shifted < -128 ? -128 : shifted > 127 ? 127 : shifted);
    }
    if (!has_projection) return;
    const std::int8_t* const p = call.inputs[projection].values<std::int8_t>().data();
    const bool has_bias = has_input(call, projection + 1);
    for (std::size_t n = 0; n < width; ++n) {
      const std::int32_t begin = has_bias ? call.inputs[projection + 1].values<std::int32_t>()[n] : 0;
      const std::int32_t sum = multiply(dot(p + n * cells, hidden, cells, zero, begin), by.projected);
      const std::int64_t shifted = std::int64_t(sum) + by.h_zero;
      std::int32_t value = shifted < -128 ? -128 : shifted > 127 ? 127 : static_cast<std::int32_t>(shifted);
      if (by.proj_clip > 0) value = limited(value, -by.proj_clip, by.proj_clip);
      h[n] = static_cast<std::int8_t>(value);
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/table/builtin_elementwise.hpp
// Kernels of quantized ops on single elements, and on windows and rows of them. Freestanding.

// ---- aeq/kernel/integer/binary.hpp
// Functions of two quantized integers: ADD, SUB, MUL, DIV, SQUARED_DIFFERENCE, comparisons, PRELU. (spec: kernels,
// section 3) Freestanding, but for the C library's logf.
//
// a, b and y have scales of their own. X is the type of all three, if nothing else is said.

// ---- aeq/kernel/integer/fixed_point_functions.hpp
// Functions of fixed-point numbers: exponentials of negative ones, reciprocals, logarithms, the logistic function and
// tanh. (spec: kernels, section 1) Freestanding, constexpr.
//
// A number with I integer bits is value * 2^(I - 31), of an int32. The product of two has the integer bits of both.

namespace aeq::inline AEQ_ABI::kernel::fixed_point {

inline constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();

[[nodiscard]] constexpr std::int32_t saturated(std::int64_t value) noexcept {
  return static_cast<std::int32_t>(value < lowest ? lowest : value > highest ? highest : value);
}

/// value * 2^exponent, saturated or rounded; exponent: -31 to 31.
[[nodiscard]] constexpr std::int32_t rescaled(std::int32_t value, int exponent) noexcept {
  if (exponent <= 0) return divide_by_power(value, -exponent);
  return saturated(static_cast<std::int64_t>(value) * (std::int64_t(1) << exponent));
}

/// Sums that leave 32 bits wrap.
[[nodiscard]] constexpr std::int32_t plus(std::int32_t a, std::int32_t b) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

/// e^a for a <= 0 of `integer_bits` bits; the result has none.
[[nodiscard]] constexpr std::int32_t exponential(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return highest;
  const std::int32_t quarter = std::int32_t(1) << (29 - integer_bits);
  const std::int32_t part = (a & (quarter - 1)) - quarter;  // in [-1/4, 0)
  // Taylor's series about -1/8.
  const std::int32_t x = plus(rescaled(part, integer_bits), std::int32_t(1) << 28);
  const std::int32_t x2 = high_product(x, x);
  const std::int32_t x3 = high_product(x2, x);
  const std::int32_t x4 = high_product(x2, x2);
  constexpr std::int32_t third = 715827883;
  constexpr std::int32_t at_eighth = 1895147668;  // e^(-1/8)
  const std::int32_t tail = divide_by_power(plus(high_product(plus(divide_by_power(x4, 2), x3), third), x2), 1);
  std::int32_t result = plus(at_eighth, high_product(at_eighth, plus(x, tail)));
  // The rest is whole quarters: e^(-1/4), e^(-1/2), e^-1, ... e^-16 for the bits set.
  constexpr std::array<std::int32_t, 7> powers{1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const std::int32_t rest = part - a;
  int bit = 29 - integer_bits;  // of a quarter
  for (const std::int32_t power : powers) {
    if (bit >= 31) break;
    if ((rest & std::int32_t(1) << bit) != 0) result = high_product(result, power);
    ++bit;
  }
  if (integer_bits > 5 && a < -(std::int32_t(1) << (36 - integer_bits))) return 0;
  return result;
}

/// (a + b) / 2, halves away from zero.
[[nodiscard]] constexpr std::int32_t half_sum(std::int32_t a, std::int32_t b) noexcept {
  const std::int64_t sum = static_cast<std::int64_t>(a) + b;
  return static_cast<std::int32_t>((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/// 1 / ((1 + a) / 2) with 2 integer bits, for a in [0, 1), by three steps of Newton's method.
[[nodiscard]] constexpr std::int32_t inverse_of_half(std::int32_t a) noexcept {
  const std::int32_t half = half_sum(a, highest);
  constexpr std::int32_t one = std::int32_t(1) << 29;
  std::int32_t x = plus(1515870810, high_product(half, -1010580540));  // 48/17 and -32/17
  for (int step = 0; step < 3; ++step) {
    const std::int32_t error = plus(one, -high_product(half, x));
    x = plus(x, rescaled(high_product(x, error), 2));
  }
  return x;
}

/// 1 / (1 + a) for a in [0, 1), without integer bits.
[[nodiscard]] constexpr std::int32_t inverse_of_one_plus(std::int32_t a) noexcept {
  return rescaled(inverse_of_half(a), 1);
}

/// value * 2^(-31 - exponent).
struct reciprocal {
  std::int32_t value = 0;
  std::int32_t exponent = 0;
};
/// 1 / x for x > 0 of `integer_bits` bits.
[[nodiscard]] constexpr reciprocal reciprocal_of(std::int32_t x, int integer_bits) noexcept {
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(x));
  const std::uint32_t leading = static_cast<std::uint32_t>(x) << static_cast<unsigned>(zeros);
  return {inverse_of_one_plus(static_cast<std::int32_t>(leading - (std::uint32_t(1) << 31u))), integer_bits - zeros};
}

/// The logarithm of x >= 1 of `integer_bits` bits, with `result_bits` integer bits, which must be enough for it.
[[nodiscard]] constexpr std::int32_t logarithm(std::int32_t x, int integer_bits, int result_bits) noexcept {
  constexpr std::int32_t log_of_two = 1488522236;
  constexpr std::int32_t root_of_half = 1518500250;
  constexpr std::int32_t fourth_root_of_half = 1805811301;
  const int bits = result_bits + 1;  // of sums on the way
  const std::int32_t quarter = rescaled(std::int32_t(1) << 29, -bits);
  const auto power = [&](int n, std::int32_t more) {
    return saturated(static_cast<std::int64_t>(rescaled(n, 31 - bits)) + more);
  };
  // x = r * 2^(n + 1/4), where r is near the fourth root of 1/2: either x shifted, less a half power of two, or as it
  // is.
  const int zeros = std::countl_zero(static_cast<std::uint32_t>(x));
  const int room = std::countl_zero(static_cast<std::uint32_t>(high_product(x, root_of_half))) - 1;
  const std::int32_t lower = rescaled(high_product(rescaled(x, zeros - 1), root_of_half), 1);
  const std::int32_t upper = rescaled(x, room);
  const std::int32_t r = lower < upper ? lower : upper;
  const std::int32_t of_lower = power(integer_bits - zeros, quarter);
  const std::int32_t of_upper = power(integer_bits - room, -quarter);
  const std::int32_t exponent = of_lower > of_upper ? of_lower : of_upper;
  // A quotient of polynomials in the distance from that root.
  const std::int32_t middle = half_sum(r, fourth_root_of_half);
  const std::int32_t half = plus(r, -fourth_root_of_half);
  const std::int32_t q = plus(half, half);
  const std::int32_t square = high_product(q, q);
  const std::int32_t above = plus(high_product(q, r), high_product(high_product(q, square), 117049297));
  const std::int32_t sum = plus(plus(1057819769, q), high_product(127690142, square));
  const std::int32_t below = plus(high_product(middle, sum), high_product(638450708, q));
  const std::int32_t quotient = high_product(rescaled(above, -bits), inverse_of_one_plus(below));
  return rescaled(plus(high_product(exponent, log_of_two), quotient), bits - result_bits);
}

/// 1 / (1 + e^-a).
[[nodiscard]] constexpr std::int32_t logistic(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return std::int32_t(1) << 30;
  const std::int32_t of_size = inverse_of_one_plus(exponential(a > 0 ? -a : a, integer_bits));
  return a > 0 ? of_size : highest - of_size;
}

/// tanh(a), as (1 - e^-2a) / (1 + e^-2a).
[[nodiscard]] constexpr std::int32_t hyperbolic_tangent(std::int32_t a, int integer_bits) noexcept {
  if (a == 0) return 0;
  // Twice the number is the same bits with one integer bit more.
  const std::int32_t decay = exponential(a > 0 ? -a : a, integer_bits + 1);
  const std::int32_t of_size = rescaled(plus(inverse_of_half(decay), -(std::int32_t(1) << 29)), 2);
  return a > 0 ? of_size : -of_size;
}

/// 1 / sqrt(x) as multiplier * 2^(shift - 31).
[[nodiscard]] constexpr fixed_multiplier inverse_square_root(std::int32_t x) noexcept {
  if (x <= 1) return {highest, 0};
  std::int32_t shift = 11;
  while (x >= std::int32_t(1) << 29) {
    x /= 4;
    ++shift;
  }
  const int pairs = (std::countl_zero(static_cast<std::uint32_t>(x)) - 1) / 2 - 1;
  shift -= pairs;
  x = shifted_left(x, 2 * pairs);
  // Newton's method on 3 integer bits.
  const std::int32_t half = divide_by_power(x >> 1, 1);
  constexpr std::int32_t one_and_a_half = 3 * (std::int32_t(1) << 27);
  std::int32_t root = std::int32_t(1) << 28;
  for (int step = 0; step < 5; ++step) {
    const std::int32_t cube = rescaled(high_product(high_product(root, root), root), 6);
    root = rescaled(plus(high_product(one_and_a_half, root), -high_product(half, cube)), 3);
  }
  constexpr std::int32_t half_of_root_of_two = 1518500250;
  root = high_product(root, half_of_root_of_two);
  if (shift < 0) {
    root = shifted_left(root, -shift);
    shift = 0;
  }
  return {root, -shift};
}

}  // namespace aeq::inline AEQ_ABI::kernel::fixed_point

// ---- aeq/kernel/integer/binary.hpp
namespace aeq::inline AEQ_ABI::kernel {

/// a + b, or a - b. Both are brought to twice the larger of their scales, with bits to spare; 16-bit operands whose
/// scales are powers of two are shifted instead, if the option asks for it.
template <class X, bool IsDifference, bool InFloat>
struct scaled_sum {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = sizeof(X) == 1 ? 20 : 15;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier a{}, b{}, y{};  ///< shifted: only shift counts
  integer_range range{};
  bool is_shifted = false;

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    const float scale_a = call.inputs[0].scale[0], scale_b = call.inputs[1].scale[0];
    const float scale_y = call.outputs[0].scale[0];
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    if (sizeof(X) == 2 && call.options.pot_scale_int16) {
      std::int32_t of_y = 0;
      is_shifted = exponent_of(scale_a, a.shift) && exponent_of(scale_b, b.shift) && exponent_of(scale_y, of_y);
      if (is_shifted) {
        a.shift -= of_y;
        b.shift -= of_y;
        const bool fits = std::max(a.shift, b.shift) == 0 && std::min(a.shift, b.shift) >= -31;
        return fits ? status::ready : status::wrong_parameters;
      }
    }
    const float most = 2.0f * std::max(scale_a, scale_b);
    const float step = static_cast<float>(1 << spare_bits) * scale_y;
    const auto quotient = [](float of, float by) {
      return InFloat ? ratio_of(of, by) : static_cast<double>(of) / static_cast<double>(by);
    };
    // The sum's kernels take no factor from 1 on.
    if (!IsDifference && !(quotient(most, step) < 1.0)) return status::wrong_parameters;
    const bool fits = to_multiplier(quotient(scale_a, most), a) && to_multiplier(quotient(scale_b, most), b) &&
                      to_multiplier(quotient(most, step), y);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t left, std::int32_t right) const noexcept {
    if (is_shifted) {
      left = divide_by_power(left, -a.shift);
      right = divide_by_power(right, -b.shift);
      return range.clamp(IsDifference ? left - right : left + right);
    }
    left = multiply(shifted_left(left - a_zero, spare_bits), a);
    right = multiply(shifted_left(right - b_zero, spare_bits), b);
    return range.clamp(std::int64_t(multiply(IsDifference ? left - right : left + right, y)) + y_zero);
  }
};

/// a * b.
template <bool InFloat>
struct scaled_product {
  static constexpr bool refuses_zero = false;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier factor{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    const float scale_a = call.inputs[0].scale[0], scale_b = call.inputs[1].scale[0];
    const float scale_y = call.outputs[0].scale[0];
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    const double real =
        InFloat ? ratio_of(scale_a * scale_b, scale_y)
                : static_cast<double>(scale_a) * static_cast<double>(scale_b) / static_cast<double>(scale_y);
    return to_multiplier(real, factor) ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    return range.clamp(std::int64_t(multiply((a - a_zero) * (b - b_zero), factor)) + y_zero);
  }
};

/// a * b of int16, to int8 or uint8. LiteRT asks for no scales here and takes a step of y for 2^23 of the product,
/// which is so for operands in [-1, 1); with these scales this rounds as LiteRT does, with others as MUL of one type.
template <bool InFloat>
struct narrowed_product {
  static constexpr bool refuses_zero = false;
  scaled_product<InFloat> plain{};
  bool is_fraction = false;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const float of_product = call.inputs[0].scale[0] * call.inputs[1].scale[0];
    is_fraction = ratio_of(of_product, call.outputs[0].scale[0]) == 1.0 / (1 << 23);
    return plain.prepare(call);
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    if (!is_fraction) return plain(a, b);
    const std::int32_t product = a * b;  // at most 2^30
    const std::int32_t high = (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15);
    const std::int32_t limited = high > 32767 ? 32767 : high;
    return plain.range.clamp(std::int64_t(divide_by_power(limited, 8)) + plain.y_zero);
  }
};

/// a / b, by the reciprocal of b. Quotients far below a step of y are 0: for them the reference shifts by more bits
/// than there are, and answers anything.
struct scaled_quotient {
  static constexpr bool refuses_zero = true;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier factor{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    if (!is_clamp(call.options.activation)) return status::wrong_options;
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], call.options.activation);
    const float by = call.inputs[1].scale[0] * call.outputs[0].scale[0];
    return to_multiplier(ratio_of(call.inputs[0].scale[0], by), factor) ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t a, std::int32_t b) const noexcept {
    std::int32_t x = a - a_zero, by = b - b_zero;
    if (x == 0 || by == 0) return range.clamp(y_zero);
    if (by < 0) {
      x = -x;
      by = -by;
    }
    const fixed_point::reciprocal inverse = fixed_point::reciprocal_of(by, 31);
    const int spare = std::countl_zero(static_cast<std::uint32_t>(x < 0 ? ~x : x)) - 1;
    const std::int32_t quotient = high_product(shifted_left(x, spare), inverse.value);
    const std::int32_t shift = factor.shift - inverse.exponent - spare;
    const std::int32_t scaled =
        shift < -31 ? 0 : multiply(quotient, {factor.multiplier, std::min<std::int32_t>(shift, 30)});
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

/// (a - b)^2.
struct scaled_square {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = 7;
  std::int32_t a_zero = 0, b_zero = 0, y_zero = 0;
  fixed_multiplier a{}, b{}, y{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const auto scale_a = static_cast<double>(call.inputs[0].scale[0]);
    const auto scale_b = static_cast<double>(call.inputs[1].scale[0]);
    const auto step = static_cast<double>(static_cast<float>(1 << (2 * spare_bits)) * call.outputs[0].scale[0]);
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], fused_activation::none);
    const double most = 2.0 * std::max(scale_a, scale_b);
    const bool fits =
        to_multiplier(scale_a / most, a) && to_multiplier(scale_b / most, b) && to_multiplier(most * most / step, y);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t left, std::int32_t right) const noexcept {
    const std::int32_t difference =
        multiply(shifted_left(left - a_zero, spare_bits), a) - multiply(shifted_left(right - b_zero, spare_bits), b);
    return range.clamp(std::int64_t(multiply(difference * difference, y)) + y_zero);
  }
};

/// A comparison of real numbers, of which 8 bits behind the point count: what falls together there is equal.
template <class Comparison>
struct scaled_comparison {
  static constexpr bool refuses_zero = false;
  static constexpr int spare_bits = 8;
  std::int32_t a_zero = 0, b_zero = 0;
  fixed_multiplier a{}, b{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    a_zero = zero_point_of(call.inputs[0], 0);
    b_zero = zero_point_of(call.inputs[1], 0);
    const bool fits = to_multiplier(static_cast<double>(call.inputs[0].scale[0]), a) &&
                      to_multiplier(static_cast<double>(call.inputs[1].scale[0]), b);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr bool operator()(std::int32_t left, std::int32_t right) const noexcept {
    return Comparison()(multiply(shifted_left(left - a_zero, spare_bits), a),
                        multiply(shifted_left(right - b_zero, spare_bits), b));
  }
};

/// x where it is not negative, else x * alpha. 16-bit x has an alpha of 8 bits.
template <bool InFloat>
struct scaled_prelu {
  static constexpr bool refuses_zero = false;
  std::int32_t x_zero = 0, alpha_zero = 0, y_zero = 0;
  fixed_multiplier positive{}, negative{};
  integer_range range{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const float x = call.inputs[0].scale[0], alpha = call.inputs[1].scale[0], y = call.outputs[0].scale[0];
    x_zero = zero_point_of(call.inputs[0], 0);
    alpha_zero = zero_point_of(call.inputs[1], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], fused_activation::none);
    const auto wide_x = static_cast<double>(x), wide_y = static_cast<double>(y);
    const bool fits =
        to_multiplier(InFloat ? ratio_of(x, y) : wide_x / wide_y, positive) &&
        to_multiplier(InFloat ? ratio_of(x * alpha, y) : wide_x * static_cast<double>(alpha) / wide_y, negative);
    return fits ? status::ready : status::wrong_parameters;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x, std::int32_t alpha) const noexcept {
    x -= x_zero;
    const std::int32_t scaled = x >= 0 ? multiply(x, positive) : multiply(x * (alpha - alpha_zero), negative);
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

template <class X>
using integer_add = integer_binary<scaled_sum<X, false, false>, X>;
template <class X, class Arithmetic>
using integer_sub = integer_binary<scaled_sum<X, true, Arithmetic::difference_in_float>, X>;
template <class X, class Arithmetic>
using integer_mul_of_one_type = integer_binary<scaled_product<Arithmetic::products_in_float>, X>;
template <class X, class Y, class Arithmetic>
using integer_mul_narrowed = integer_binary<narrowed_product<Arithmetic::products_in_float>, X, X, Y>;

/// MUL: y has the type of a and b; of int16 it may have 8 bits.
template <class X, class Arithmetic>
struct integer_mul : integer_mul_of_one_type<X, Arithmetic> {};
template <class Arithmetic>
struct integer_mul<std::int16_t, Arithmetic> {
  using same = integer_mul_of_one_type<std::int16_t, Arithmetic>;
  using to_int8 = integer_mul_narrowed<std::int16_t, std::int8_t, Arithmetic>;
  using to_uint8 = integer_mul_narrowed<std::int16_t, std::uint8_t, Arithmetic>;

  static std::size_t workspace_bytes(const kernel_arguments& call) noexcept {
    return std::max(same::workspace_bytes(call), to_int8::workspace_bytes(call));
  }
  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const element_type y = call.outputs.empty() ? element_type::absent : call.outputs[0].type;
    if (y == element_type::int8) return to_int8::setup(call, workspace);
    return y == element_type::uint8 ? to_uint8::setup(call, workspace) : same::setup(call, workspace);
  }
  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    switch (call.outputs[0].type) {
      case element_type::int8: return to_int8::evaluate(call, workspace);
      case element_type::uint8: return to_uint8::evaluate(call, workspace);
      default: return same::evaluate(call, workspace);
    }
  }
};

template <class X>
using integer_div = integer_binary<scaled_quotient, X>;
template <class X>
using integer_squared_difference = integer_binary<scaled_square, X>;
template <class X, class Comparison>
using integer_comparison = integer_binary<scaled_comparison<Comparison>, X, X, bool>;
template <class X, class Arithmetic>
using integer_prelu =
    integer_binary<scaled_prelu<Arithmetic::products_in_float>, X, std::conditional_t<sizeof(X) == 2, std::int8_t, X>>;

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/sigmoid.hpp
// LOGISTIC and TANH in integers. (spec: kernels, section 4) Freestanding, but for the C library's logf in setup.

namespace aeq::inline AEQ_ABI::kernel {

/// 65536 / (1 + e^(-i / 24)); 44 of them are one higher than the nearest integer, as in LiteRT.
// clang-format off
inline constexpr std::array<std::uint16_t, 256> logistic_steps{
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794, 41432, 42064, 42688,
    43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443, 48964, 49475, 49975, 50464, 50942, 51409,
    51865, 52311, 52745, 53169, 53581, 53983, 54374, 54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433,
    57724, 58007, 58280, 58544, 58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110,
    61279, 61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990, 63090, 63186,
    63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030, 64090, 64148, 64204, 64257, 64308,
    64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652, 64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900,
    64926, 64950, 64974, 64997, 65019, 65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208,
    65221, 65234, 65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360, 65367,
    65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433, 65438, 65442, 65445, 65449,
    65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476, 65479, 65481, 65483, 65485, 65488, 65489, 65491,
    65493, 65495, 65497, 65498, 65500, 65501, 65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513,
    65514, 65515, 65516, 65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529, 65529, 65530, 65530,
    65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532, 65532, 65532, 65532, 65533, 65533, 65533,
    65533, 65533, 65533, 65533, 65533, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535};
// clang-format on

/// LOGISTIC or TANH of int16 to int16 of scale 2^-15: between entries of the table. 12 bits behind the point, times 3,
/// are 2 * 24 * 256 steps.
template <bool IsTanh>
struct sigmoid_by_steps {
  static constexpr bool refuses_negative = false;
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    const float scale = call.inputs[0].scale[0];
    if (call.outputs[0].scale[0] != 1.0f / 32768.0f) return status::wrong_parameters;
    std::int32_t exponent = 0;
    if (exponent_of(scale, exponent) && (exponent == -12 || (IsTanh && exponent == -11))) {
      multiplier = 3 << (exponent + 12);
      return status::ready;
    }
    double exact = static_cast<double>(scale) * 12288.0;
    while (exact <= 16383.5 && shift <= 30) {
      exact *= 2.0;
      ++shift;
    }
    if (exact > 2147483647.0) return status::wrong_parameters;
    multiplier = static_cast<std::int32_t>(exact);
    return status::ready;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int64_t half = shift > 0 ? std::int64_t(1) << (shift - 1) : 0;
    const std::int64_t x = (static_cast<std::int64_t>(value) * multiplier + half) >> shift;
    constexpr int bits = IsTanh ? 8 : 9;  // of x between two steps
    const std::int64_t size = x < 0 ? -x : x;
    const std::int64_t step = size >> bits;
    std::int32_t result = (IsTanh ? 0xffff : 0x7fff) << (IsTanh ? 8 : 10);
    if (step < 255) {
      const std::int32_t low = logistic_steps[static_cast<std::size_t>(step)];
      const std::int32_t high = logistic_steps[static_cast<std::size_t>(step) + 1];
      result = (low << bits) + static_cast<std::int32_t>(size & ((1 << bits) - 1)) * (high - low);
    }
    if constexpr (IsTanh) return (x >= 0 ? result - (1 << 23) + 128 : -result + (1 << 23) + 127) >> 8;
    return (x >= 0 ? result + 512 : (1 << 25) - result + 511) >> 10;
  }
};

/// The same of int8 to int8 with 4 integer bits and fixed-point exponentials, as tflite-micro computes them. y's scale
/// and zero point are those of the 8-bit specification.
template <bool IsTanh>
struct sigmoid_by_exponentials {
  static constexpr bool refuses_negative = false;
  std::int32_t x_zero = 0;
  fixed_multiplier factor{};
  std::int32_t radius = 0;  ///< from where on the result is the limit

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const bool is_as_specified = call.outputs[0].scale[0] == (IsTanh ? 1.0f / 128.0f : 1.0f / 256.0f) &&
                                 zero_point_of(call.outputs[0], 0) == (IsTanh ? 0 : -128);
    if (!is_as_specified) return status::wrong_parameters;
    x_zero = zero_point_of(call.inputs[0], 0);
    if (!to_multiplier(static_cast<double>(call.inputs[0].scale[0]) * 134217728.0, factor)) {
      return status::wrong_parameters;
    }
    constexpr std::int64_t most = std::int64_t(15) << 27u;
    radius = factor.shift < 0 ? fixed_point::highest : fixed_point::saturated(most >> factor.shift);
    return status::ready;
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int32_t x = value - x_zero;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const std::int32_t scaled = multiply(x, factor);
    const std::int32_t result = IsTanh ? divide_by_power(fixed_point::hyperbolic_tangent(scaled, 4), 24)
                                       : divide_by_power(fixed_point::logistic(scaled, 4), 23) - 128;
    return result > 127 ? 127 : result;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/tables.hpp
// Functions of one quantized integer by tables of float results: LOGISTIC and TANH of 8 bits, EXP, LOG, GELU, RSQRT of
// 16 bits. (spec: kernels, sections 1 and 4) Freestanding, but for the C library's functions in setup.

namespace aeq::inline AEQ_ABI::kernel {

/// A real function for a call: it may want its operands' scales, or its options.
template <class Real>
[[nodiscard]] Real real_function(const kernel_arguments& call) noexcept {
  if constexpr (requires { Real(call); }) {
    return Real(call);
  } else {
    return operation_from<Real>(call.options);
  }
}

/// The values of a function at all integers of 8 bits, in float32.
template <class Real, class X>
struct table_of_all {
  static constexpr bool refuses_negative = false;
  std::array<X, 256> values{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    const Real real = real_function<Real>(call);
    const float scale = call.inputs[0].scale[0];
    const float steps = 1.0f / call.outputs[0].scale[0];
    const std::int32_t x_zero = zero_point_of(call.inputs[0], 0);
    const auto y_zero = static_cast<float>(zero_point_of(call.outputs[0], 0));
    const integer_range range = integer_range_of(call.outputs[0], fused_activation::none);
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    for (std::int32_t x = std::numeric_limits<X>::min(); x <= std::numeric_limits<X>::max(); ++x) {
      const float scaled = elementary::round(real(scale * static_cast<float>(x - x_zero)) * steps);
      values[static_cast<std::uint8_t>(x)] = static_cast<X>(range.clamp(to_integer<std::int32_t>(scaled + y_zero)));
    }
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return values[static_cast<std::uint8_t>(x)];
  }
};

/// A function of int16 by its values at 513 of them, 128 apart, and lines between; values are moved so that the line is
/// wrong by as much at its middle as at its ends.
struct table_of_steps {
  static constexpr bool refuses_negative = false;
  std::array<std::int16_t, 513> values{};

  /// real: from T to T; x and y: real = (integer - zero point) * scale.
  template <class T, class Real>
  void fill(const Real& real, T x_scale, std::int32_t x_zero, T y_scale, std::int32_t y_zero) noexcept {
    constexpr std::int32_t lowest = -32768, highest = 32767;
    const auto real_of = [](T scale, std::int32_t steps) { return rounded_product(scale, static_cast<T>(steps)); };
    const T x_least = real_of(x_scale, lowest - x_zero), x_most = real_of(x_scale, highest - x_zero);
    const T y_least = real_of(y_scale, lowest - y_zero), y_most = real_of(y_scale, highest - y_zero);
    const T step = (x_most - x_least) / T(512);
    const T half = step / T(2);
    const T steps = T(65536) / (y_most - y_least);
    const auto stored = [](T value) {
      const T raised = value < T(lowest) ? T(lowest) : value;
      return static_cast<std::int16_t>(raised > T(highest) ? T(highest) : raised);
    };
    for (std::size_t i = 0; i < 512; ++i) {
      const T begin = x_least + rounded_product(static_cast<T>(i), step);
      const T here = elementary::round(real(begin) * steps);
      const T next = rounded_product(real(x_least + rounded_product(static_cast<T>(i + 1), step)), steps);
      const T on_line = elementary::round((next + here) / T(2));
      const T middle = elementary::round(real(begin + half) * steps);
      values[i] = stored(here - elementary::round((on_line - middle) / T(2)));
    }
    values[512] = stored(elementary::round(real(x_most) * steps));
  }

  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    const std::int32_t i = 256 + (x >> 7);
    const std::int32_t low = values[static_cast<std::size_t>(i)];
    const auto rise = static_cast<std::int16_t>(values[static_cast<std::size_t>(i) + 1] - low);
    return static_cast<std::int16_t>(low + ((rise * (x & 127) + 64) >> 7));
  }
};

/// The same, for an op.
template <class Real>
struct real_steps : table_of_steps {
  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    fill<float>(real_function<Real>(call), call.inputs[0].scale[0], zero_point_of(call.inputs[0], 0),
                call.outputs[0].scale[0], zero_point_of(call.outputs[0], 0));
    return status::ready;
  }
};

/// The kernel of a real function of X.
template <class Real, class X>
using integer_real_function =
    integer_unary<std::conditional_t<sizeof(X) == 1, table_of_all<Real, X>, real_steps<Real>>, X>;

// Functions that differ from those of floats.

struct plain_logistic {
  float operator()(float x) const noexcept { return 1.0f / (1.0f + elementary::exp(-x)); }
};
/// The logarithm; where there is none, the lowest number of the output.
struct log_with_floor {
  float least;
  explicit log_with_floor(const kernel_arguments& call) noexcept
      : least(call.outputs[0].scale[0] *
              static_cast<float>(limits_of(call.outputs[0].type).first - zero_point_of(call.outputs[0], 0))) {}
  float operator()(float x) const noexcept { return x > 0.0f ? elementary::log(x) : least; }
};
/// 1 / the root; where there is none, the highest number of the output.
struct inverse_root_with_ceiling {
  float most;
  explicit inverse_root_with_ceiling(const kernel_arguments& call) noexcept
      : most(call.outputs[0].scale[0] * static_cast<float>(limits_of(call.outputs[0].type).second)) {}
  float operator()(float x) const noexcept { return x > 0.0f ? 1.0f / elementary::sqrt(x) : most; }
};

/// LOGISTIC of 8 bits, whose output has scale 1 / 256.
template <class X>
struct logistic_table : table_of_all<plain_logistic, X> {
  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    if (call.outputs[0].scale[0] != 1.0f / 256.0f) return status::wrong_parameters;
    return table_of_all<plain_logistic, X>::prepare(call);
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/unary.hpp
// Functions of one quantized integer, in integers: RELU and its like, LEAKY_RELU, HARD_SWISH, ABS, NEG, SQRT, RSQRT.
// (spec: kernels, section 4) Freestanding, but for the C library's sqrtf.

namespace aeq::inline AEQ_ABI::kernel {

/// What these functions share: the zero points, and the limits of y.
struct between_zero_points {
  std::int32_t x_zero = 0, y_zero = 0;
  integer_range range{};

  constexpr void read(const kernel_arguments& call, fused_activation activation = fused_activation::none) noexcept {
    x_zero = zero_point_of(call.inputs[0], 0);
    y_zero = zero_point_of(call.outputs[0], 0);
    range = integer_range_of(call.outputs[0], activation);
  }
  [[nodiscard]] constexpr std::int32_t finish(std::int32_t scaled) const noexcept {
    return range.clamp(std::int64_t(scaled) + y_zero);
  }
};

/// x, clamped as an activation says.
template <fused_activation Activation>
struct scaled_clamp {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier factor{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call, Activation);
    return to_multiplier(ratio_of(call.inputs[0].scale[0], call.outputs[0].scale[0]), factor)
               ? status::ready
               : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    return at.finish(multiply(x - at.x_zero, factor));
  }
};

/// x, clamped to 0 and 1.
struct scaled_unit_clamp {
  static constexpr bool refuses_negative = false;
  scaled_clamp<fused_activation::relu> lower{};

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    const status prepared = lower.prepare(call);
    const std::int32_t steps = rounded(static_cast<double>(1.0f / call.outputs[0].scale[0]));
    lower.at.range.highest = lower.at.range.clamp(std::int64_t(lower.at.y_zero) + steps);
    return prepared;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return lower(x); }
};

/// x where it is not negative, else x * alpha of the options.
struct scaled_leaky_relu {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier positive{}, negative{};
  bool is_mirrored = false;  ///< alpha is negative

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float x = call.inputs[0].scale[0], y = call.outputs[0].scale[0];
    const float alpha = call.options.alpha;
    is_mirrored = alpha < 0.0f;
    const bool fits = to_multiplier(ratio_of(x, y), positive) &&
                      to_multiplier(ratio_of(x * (is_mirrored ? -alpha : alpha), y), negative);
    return fits ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    x -= at.x_zero;
    if (x >= 0) return at.finish(multiply(x, positive));
    const std::int32_t scaled = multiply(x, negative);
    return at.finish(is_mirrored ? -scaled : scaled);
  }
};

/// x * relu6(x + 3) / 6, of 8 bits, with 7 more behind the point.
struct scaled_hard_swish {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  std::int32_t to_y = 0;  ///< x to y, times 2^(15 - exponent)
  std::int32_t y_exponent = 0;
  std::int32_t to_gate = 0;  ///< x to a third of it with 15 bits behind the point
  std::int32_t gate_exponent = 0;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float fine = 1.0f / 128.0f * call.inputs[0].scale[0];
    fixed_multiplier y{}, gate{};
    if (!to_multiplier(ratio_of(fine, call.outputs[0].scale[0]), y) ||
        !to_multiplier(ratio_of(fine, 3.0f / 32768.0f), gate) || y.shift > 0 || gate.shift > 15) {
      return status::wrong_parameters;
    }
    to_y = reduced(y.multiplier);
    y_exponent = y.shift;
    to_gate = reduced(gate.multiplier);
    gate_exponent = gate.shift;
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t value) const noexcept {
    const std::int32_t x = (value - at.x_zero) * 128;
    const std::int32_t size = high_half(x, to_y);
    // The gate is doubled behind the product rather than before, which costs its lowest bit, but can't saturate sooner.
    std::int32_t gate = x;
    if (gate_exponent > 0) gate = shortened(gate * (1 << (gate_exponent - 1)));
    gate = high_half(gate, to_gate);
    if (gate_exponent > 0) gate = shortened(gate * 2);
    if (gate_exponent < 0) gate = divide_by_power(gate, -gate_exponent);
    gate = (gate + 32768) >> 1;
    return at.finish(divide_by_power(gate * size / 32768, -y_exponent));
  }

 private:
  /// The upper half of a multiplier, rounded.
  [[nodiscard]] static constexpr std::int32_t reduced(std::int32_t multiplier) noexcept {
    return multiplier >= 0x7fff0000 ? 0x7fff : (multiplier + (1 << 15)) >> 16;
  }
  [[nodiscard]] static constexpr std::int32_t shortened(std::int32_t value) noexcept {
    return std::clamp<std::int32_t>(value, -32768, 32767);
  }
  /// a * b / 2^15 of 16-bit numbers, rounded to nearest.
  [[nodiscard]] static constexpr std::int32_t high_half(std::int32_t a, std::int32_t b) noexcept {
    const std::int32_t product = a * b;
    return shortened((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
  }
};

/// |x|, or -x: Turn turns the sign of a number less its zero point.
template <class Turn>
struct scaled_sign {
  static constexpr bool refuses_negative = false;
  between_zero_points at{};
  fixed_multiplier factor{};
  bool is_scaled = false;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float x = call.inputs[0].scale[0], y = call.outputs[0].scale[0];
    is_scaled = x != y;
    return to_multiplier(ratio_of(x, y), factor) ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    x = Turn()(x - at.x_zero);
    return at.finish(is_scaled ? multiply(x, factor) : x);
  }
};

struct without_sign {
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return x < 0 ? -x : x; }
};
using scaled_absolute = scaled_sign<without_sign>;

/// LiteRT's NEG turns the sign of the stored integer, whatever its zero point and the scales are, and leaves the lowest
/// as it is; where the zero points are 0 and the scales equal this is the same for all others.
struct other_sign {
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept { return -x; }
};
using scaled_negation = scaled_sign<other_sign>;

/// The root of x, cut off rather than rounded.
struct scaled_root {
  static constexpr bool refuses_negative = true;
  between_zero_points at{};
  float x_scale = 1, y_scale = 1;

  [[nodiscard]] constexpr status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    x_scale = call.inputs[0].scale[0];
    y_scale = call.outputs[0].scale[0];
    return status::ready;
  }
  [[nodiscard]] std::int32_t operator()(std::int32_t x) const noexcept {
    if (x <= at.x_zero) return at.finish(0);
    const float root = elementary::sqrt(x_scale * static_cast<float>(x - at.x_zero)) / y_scale;
    return root < 65536.0f ? at.finish(static_cast<std::int32_t>(root)) : at.range.highest;
  }
};

/// 1 / the root of x, of int8; of 0 the highest number.
struct scaled_inverse_root {
  static constexpr bool refuses_negative = true;
  static constexpr int spare_bits = 20;
  between_zero_points at{};
  fixed_multiplier factor{};

  [[nodiscard]] status prepare(const kernel_arguments& call) noexcept {
    at.read(call);
    const float step = elementary::sqrt(call.inputs[0].scale[0]) * call.outputs[0].scale[0];
    return to_multiplier(1.0 / static_cast<double>(step), factor) ? status::ready : status::wrong_parameters;
  }
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t x) const noexcept {
    if (x <= at.x_zero) return at.range.highest;
    fixed_multiplier inverse = fixed_point::inverse_square_root(x - at.x_zero);
    inverse.shift += spare_bits;
    const std::int32_t shift = factor.shift - spare_bits;
    if (shift < -31) return at.finish(0);
    return at.finish(multiply(multiply(1, inverse), {factor.multiplier, shift}));
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

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

/// The kernels that a scheme brings, as data. Ours for all others are in table/builtin_kernels.hpp.
template <class Scheme>
inline constexpr auto kernels_of = detail::kernel_entries<kernel_list_of<Scheme>>::value;

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
  /// All null where the scheme brings none.
  static constexpr kernel_functions kernel = detail::kernel_for(Op::builtin, kernels_of<Scheme>);
};

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/builtin_elementwise.hpp
namespace aeq::inline AEQ_ABI::detail {

template <class Function, class X>
[[nodiscard]] constexpr kernel_entry function_entry(op::code code) {
  return {code, functions_of<kernel::integer_function<Function, X>>()};
}
template <class Real, class X>
[[nodiscard]] constexpr kernel_entry real_entry(op::code code) {
  return {code, functions_of<kernel::integer_real_function<Real, X>>()};
}
template <class Comparison, class X>
[[nodiscard]] constexpr kernel_entry comparison_entry(op::code code) {
  return {code, functions_of<kernel::integer_comparison<X, Comparison>>()};
}

template <class Arithmetic>
struct elementwise_kernels {
  /// Of all three types.
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::add, functions_of<kernel::integer_add<X>>()},
      kernel_entry{op::code::sub, functions_of<kernel::integer_sub<X, Arithmetic>>()},
      kernel_entry{op::code::mul, functions_of<kernel::integer_mul<X, Arithmetic>>()},
      kernel_entry{op::code::div, functions_of<kernel::integer_div<X>>()},
      kernel_entry{op::code::prelu, functions_of<kernel::integer_prelu<X, Arithmetic>>()},
      comparison_entry<kernel::equal_to, X>(op::code::equal),
      comparison_entry<kernel::not_equal_to, X>(op::code::not_equal),
      function_entry<kernel::scaled_clamp<fused_activation::relu>, X>(op::code::relu),
      function_entry<kernel::scaled_clamp<fused_activation::relu6>, X>(op::code::relu6),
      function_entry<kernel::scaled_leaky_relu, X>(op::code::leaky_relu),
      real_entry<kernel::gelu_function, X>(op::code::gelu),
  };
  /// Of int8 and uint8.
  template <class X>
  static constexpr kernel_entry of_bytes[]{
      comparison_entry<kernel::less_than, X>(op::code::less),
      comparison_entry<kernel::at_most, X>(op::code::less_equal),
      comparison_entry<kernel::greater_than, X>(op::code::greater),
      comparison_entry<kernel::at_least, X>(op::code::greater_equal),
      function_entry<kernel::scaled_clamp<fused_activation::relu_n1_to_1>, X>(op::code::relu_n1_to_1),
      function_entry<kernel::scaled_unit_clamp, X>(op::code::relu_0_to_1),
      function_entry<kernel::scaled_hard_swish, X>(op::code::hard_swish),
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_signed[]{
      function_entry<kernel::scaled_absolute, X>(op::code::abs),
      function_entry<kernel::scaled_negation, X>(op::code::neg),
      function_entry<kernel::scaled_root, X>(op::code::sqrt),
      real_entry<kernel::exp_function, X>(op::code::exp),
      real_entry<kernel::log_with_floor, X>(op::code::log),
  };
  /// Sigmoids of 8 bits by tables of real results.
  template <class X>
  static constexpr kernel_entry of_real_sigmoids[]{
      kernel_entry{op::code::logistic, functions_of<kernel::integer_unary<kernel::logistic_table<X>, X>>()},
      real_entry<kernel::tanh_function, X>(op::code::tanh),
  };
  /// The same in fixed point, of int8.
  template <class X>
  static constexpr kernel_entry of_fixed_sigmoids[]{
      function_entry<kernel::sigmoid_by_exponentials<false>, X>(op::code::logistic),
      function_entry<kernel::sigmoid_by_exponentials<true>, X>(op::code::tanh),
  };
  /// Of int8 alone, and of int16 alone.
  template <class X>
  static constexpr kernel_entry of_int8[]{
      kernel_entry{op::code::squared_difference, functions_of<kernel::integer_squared_difference<X>>()},
      function_entry<kernel::scaled_inverse_root, X>(op::code::rsqrt),
  };
  template <class X>
  static constexpr kernel_entry of_int16[]{
      function_entry<kernel::sigmoid_by_steps<false>, X>(op::code::logistic),
      function_entry<kernel::sigmoid_by_steps<true>, X>(op::code::tanh),
      real_entry<kernel::inverse_root_with_ceiling, X>(op::code::rsqrt),
  };
  [[nodiscard]] static constexpr std::span<const kernel_entry> of_int8_sigmoids() {
    if constexpr (Arithmetic::real_sigmoids) {
      return of_real_sigmoids<std::int8_t>;
    } else {
      return of_fixed_sigmoids<std::int8_t>;
    }
  }
};

}  // namespace aeq::inline AEQ_ABI::detail

// ---- aeq/table/builtin_windows.hpp
// Kernels of quantized ops on windows, rows and axes: pools, SOFTMAX, reductions, resizing. Freestanding.

// ---- aeq/kernel/integer/concatenation.hpp
// CONCATENATION of uint8, whose inputs may have scales of their own. (spec: kernels, section 6) Freestanding, but for
// the C library's roundf.

namespace aeq::inline AEQ_ABI::kernel {

/// As concatenation; inputs whose scale or zero point is not the output's are brought to it, in float32.
struct integer_concatenation {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, call.inputs.size(), 1); whole != status::ready) return whole;
    const result_operand& y = call.outputs[0];
    if (y.type != element_type::uint8) return status::wrong_type;
    if (!is_quantized_tensorwise(y)) return status::wrong_parameters;
    for (const operand& x : call.inputs) {
      if (x.type != element_type::uint8) return status::wrong_type;
      if (!is_quantized_tensorwise(x)) return status::wrong_parameters;
    }
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    return shape_is_as_said<concatenation>(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const result_operand& y = call.outputs[0];
    std::size_t axis = 0;
    (void)to_axis(call.options.axis, y.shape.size(), axis);
    const std::size_t outer = product_of(y.shape, 0, axis);
    const std::size_t inner = product_of(y.shape, axis + 1, y.shape.size());
    const std::size_t row = extent_of(y.shape, axis) * inner;
    std::uint8_t* to = y.values<std::uint8_t>().data();
    for (const operand& x : call.inputs) {
      const std::array<std::uint8_t, 256> table = table_of(x, y);
      const std::uint8_t* from = x.values<std::uint8_t>().data();
      const std::size_t count = extent_of(x.shape, axis) * inner;
      for (std::size_t i = 0; i < outer; ++i) {
        for (std::size_t k = 0; k < count; ++k) to[i * row + k] = table[from[i * count + k]];
      }
      to += count;
    }
  }

 private:
  [[nodiscard]] static std::array<std::uint8_t, 256> table_of(const operand& x, const result_operand& y) noexcept {
    std::array<std::uint8_t, 256> table{};
    const bool is_same = x.scale[0] == y.scale[0] && zero_point_of(x, 0) == zero_point_of(y, 0);
    const float ratio = x.scale[0] * (1.0f / y.scale[0]);
    const float bias = static_cast<float>(-zero_point_of(x, 0)) * ratio;
    const integer_range range = integer_range_of(y, fused_activation::none);
    for (std::size_t i = 0; i < table.size(); ++i) {
      const float scaled = elementary::round(rounded_product(static_cast<float>(i), ratio) + bias);
      const std::int32_t brought = range.clamp(std::int64_t(to_integer<std::int32_t>(scaled)) + zero_point_of(y, 0));
      table[i] = static_cast<std::uint8_t>(is_same ? static_cast<std::int32_t>(i) : brought);
    }
    return table;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/pool_2d.hpp
// AVERAGE_POOL_2D and MAX_POOL_2D in integers. (spec: kernels, section 6) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// y[b, oy, ox, c] = clamp(the greatest, or the mean, of the window's integers of channel c), without the padding;
/// means are rounded to nearest, halves away from zero.
///
/// x: [B, H, W, C]; y: [B, OH, OW, C]. Both of type X, with one scale and zero point.
template <class X, bool IsMean>
struct integer_pool_2d {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status whole = operands_are_whole(call, 1, 1); whole != status::ready) return whole;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    if (!is_quantized_tensorwise(x) || !is_quantized_tensorwise(y)) return status::wrong_parameters;
    const float difference = x.scale[0] - y.scale[0];
    if (difference > 1e-6f || difference < -1e-6f || zero_point_of(x, 0) != zero_point_of(y, 0)) {
      return status::wrong_parameters;
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
    const X* const x = input.template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    const integer_range range = integer_range_of(call.outputs[0], call.options.activation);
    const window_axis& rows = g.windows.rows;
    const window_axis& columns = g.windows.columns;
    const std::size_t channels = g.output_channels;
    const auto width = static_cast<std::size_t>(columns.inputs);
    detail::for_output_pixels(
        call, g, static_cast<std::size_t>(rows.filter * columns.filter) * channels,
        [&](std::size_t image, std::int64_t row, std::int64_t column, std::size_t pixel) {
          const window_axis::taps ys = rows.inside(row);
          const window_axis::taps xs = columns.inside(column);
          const auto count = static_cast<std::int32_t>((ys.last - ys.first) * (xs.last - xs.first));
          constexpr std::size_t together = 64;  // channels
          for (std::size_t first = 0; first < channels; first += together) {
            const std::size_t n = std::min(together, channels - first);
            std::array<std::int32_t, together> sums;
            sums.fill(IsMean ? 0 : std::numeric_limits<X>::min());
            for (std::int64_t ky = ys.first; ky < ys.last; ++ky) {
              const std::size_t line =
                  image * static_cast<std::size_t>(rows.inputs) + static_cast<std::size_t>(rows.start(row) + ky);
              for (std::int64_t kx = xs.first; kx < xs.last; ++kx) {
                const std::size_t at = line * width + static_cast<std::size_t>(columns.start(column) + kx);
                const X* const from = x + at * channels + first;
                for (std::size_t c = 0; c < n; ++c) sums[c] = join(sums[c], from[c]);
              }
            }
            X* const to = y + pixel * channels + first;
            for (std::size_t c = 0; c < n; ++c)
              to[c] = static_cast<X>(range.clamp(IsMean ? mean(sums[c], count) : sums[c]));
          }
        });
  }

 private:
  [[nodiscard]] static constexpr std::int32_t join(std::int32_t sum, std::int32_t x) noexcept {
    if constexpr (IsMean) return sum + x;
    return sum < x ? x : sum;
  }
  [[nodiscard]] static constexpr std::int32_t mean(std::int32_t sum, std::int32_t count) noexcept {
    if (count == 0) return 0;
    return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/reduce.hpp
// MEAN, SUM and REDUCE_PROD in integers. (spec: kernels, section 6) Freestanding, but for the C library's pow.

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// x and axes in, y out; x and y of type X, with one scale each.
template <class X>
[[nodiscard]] constexpr status check_reduction(const kernel_arguments& call) noexcept {
  if (const status whole = operands_are_whole(call, 2, 1); whole != status::ready) return whole;
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
  return is_quantized_tensorwise(x) && is_quantized_tensorwise(y) ? status::ready : status::wrong_parameters;
}

}  // namespace detail

/// Inputs: x, axes. y = factor * (sum of x's integers - their number * x_zero) + y_zero, where the factor of MEAN is
/// divided by the number. Sums have 32 bits, and wrap. x and y are of type X. LiteRT's SUM takes signed integers for
/// unsigned ones, which this does not.
template <class X, bool IsMean>
struct integer_reduction {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.outputs.empty() ? 0 : bytes_for<std::uint32_t>(call.outputs[0].elements());
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_reduction<X>(call); fits != status::ready) return fits;
    if (IsMean && call.inputs[0].elements() == 0) return status::wrong_shape;
    fixed_multiplier factor{};
    if (!to_multiplier(real_factor(call), factor)) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce_mean>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce_mean>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    reduced_axes which;
    if (which.read(x.shape, call.inputs[1]) != status::ready) return;
    const reduction_walk walk(x.shape, which);
    const std::span<std::uint32_t> sums(reinterpret_cast<std::uint32_t*>(call.scratch.data()), y.elements());
    std::fill(sums.begin(), sums.end(), 0u);
    if (x.elements() != 0) sum_of(walk, x.template values<X>().data(), sums.data(), 0);
    fixed_multiplier factor = quantize_multiplier(real_factor(call));
    const std::size_t n = walk.reduced;
    if constexpr (IsMean) {
      if (n == 0) return;
      // As many bits of 1 / n as there is room for.
      const int bits = std::min<int>(
          {63 - std::countl_zero(static_cast<std::uint64_t>(n)), 32, static_cast<int>(31 + factor.shift)});
      factor.multiplier = static_cast<std::int32_t>((static_cast<std::int64_t>(factor.multiplier) << bits) /
                                                    static_cast<std::int64_t>(n));
      factor.shift -= bits;
    }
    const std::uint32_t zeros = static_cast<std::uint32_t>(zero_point_of(x, 0)) * static_cast<std::uint32_t>(n);
    const integer_range range = integer_range_of(y, fused_activation::none);
    const std::int32_t y_zero = zero_point_of(y, 0);
    X* const to = y.template values<X>().data();
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const std::int32_t scaled = multiply(static_cast<std::int32_t>(sums[i] - zeros), factor);
      to[i] = static_cast<X>(range.clamp(std::int64_t(scaled) + y_zero));
    }
  }

 private:
  [[nodiscard]] static constexpr double real_factor(const kernel_arguments& call) noexcept {
    return static_cast<double>(call.inputs[0].scale[0]) / static_cast<double>(call.outputs[0].scale[0]);
  }

  /// Adds what axes from k on have; x and sums advance behind it. Rows of the innermost axis, if it stays, are added as
  /// rows.
  static void sum_of(const reduction_walk& walk, const X* x, std::uint32_t* sums, std::size_t k) noexcept {
    if (k == walk.count) {
      *sums += static_cast<std::uint32_t>(*x);
      return;
    }
    std::size_t inputs = 1, results = 1;
    for (std::size_t i = k + 1; i < walk.count; ++i) {
      inputs *= walk.axes[i].extent;
      if (!walk.axes[i].goes) results *= walk.axes[i].extent;
    }
    const reduction_walk::axis axis = walk.axes[k];
    if (k + 1 == walk.count && !axis.goes) {
      for (std::size_t i = 0; i < axis.extent; ++i) sums[i] += static_cast<std::uint32_t>(x[i]);
      return;
    }
    if (k + 1 == walk.count) {
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < axis.extent; ++i) sum += static_cast<std::uint32_t>(x[i]);
      *sums += sum;
      return;
    }
    for (std::size_t i = 0; i < axis.extent; ++i) {
      sum_of(walk, x + i * inputs, sums + (axis.goes ? 0 : i * results), k + 1);
    }
  }
};

/// Inputs: x, axes. y = the product of x's reals, of int8 or int16. So that it stays in 32 bits, each of the n factors
/// is multiplied by x_scale / y_scale^(1/n) as it comes; where that is 2^7 or more there is no such multiplier.
template <class X>
struct integer_reduce_prod {
  static std::size_t scratch_bytes(const kernel_arguments& call) noexcept {
    return call.outputs.empty() ? 0 : bytes_for<std::int32_t>(call.outputs[0].elements());
  }

  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_reduction<X>(call); fits != status::ready) return fits;
    if (call.inputs[0].elements() == 0 || call.outputs[0].elements() == 0) return status::wrong_shape;
    const fixed_multiplier factor = factor_of(call);
    if (factor.shift > 7 || factor.shift < -31) return status::wrong_parameters;
    return shape_is_as_said_if_known<reduce_prod>(call);
  }

  template <class = when_used>
  static status check(const kernel_arguments& call) noexcept {
    return shape_is_as_said<reduce_prod>(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    reduced_axes which;
    if (which.read(x.shape, call.inputs[1]) != status::ready) return;
    const reduction_walk walk(x.shape, which);
    const std::span<std::int32_t> products(reinterpret_cast<std::int32_t*>(call.scratch.data()), y.elements());
    const factors from{walk, factor_of(call), zero_point_of(x, 0)};
    from.take(x.template values<X>().data(), products.data(), 0, true);
    const integer_range range = integer_range_of(y, fused_activation::none);
    const std::int32_t y_zero = zero_point_of(y, 0);
    X* const to = y.template values<X>().data();
    for (std::size_t i = 0; i < products.size(); ++i) {
      to[i] = static_cast<X>(range.clamp(std::int64_t(multiply_wide(products[i], from.factor)) + y_zero));
    }
  }

 private:
  /// Setup knows the shapes, and so how many elements of x fall together.
  [[nodiscard]] static fixed_multiplier factor_of(const kernel_arguments& call) noexcept {
    const std::size_t together = call.inputs[0].elements() / call.outputs[0].elements();
    const double root =
        elementary::pow(static_cast<double>(call.outputs[0].scale[0]), 1.0 / static_cast<double>(together));
    return quantize_multiplier(static_cast<double>(call.inputs[0].scale[0]) / root);
  }

  struct factors {
    const reduction_walk& walk;
    fixed_multiplier factor;
    std::int32_t zero;

    /// Multiplies by what axes from k on have, in x's order; is_first: products has nothing yet.
    void take(const X* x, std::int32_t* products, std::size_t k, bool is_first) const noexcept {
      if (k == walk.count) {
        const std::int32_t value = *x - zero;
        *products = is_first ? value : multiply_wide(std::int64_t(*products) * value, factor);
        return;
      }
      std::size_t inputs = 1, results = 1;
      for (std::size_t i = k + 1; i < walk.count; ++i) {
        inputs *= walk.axes[i].extent;
        if (!walk.axes[i].goes) results *= walk.axes[i].extent;
      }
      const reduction_walk::axis axis = walk.axes[k];
      for (std::size_t i = 0; i < axis.extent; ++i) {
        take(x + i * inputs, products + (axis.goes ? 0 : i * results), k + 1, is_first && !(axis.goes && i > 0));
      }
    }
  };
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/resize.hpp
// RESIZE_BILINEAR in integers. (spec: kernels, section 6) Freestanding.

namespace aeq::inline AEQ_ABI::kernel {

/// Between the four nearest positions, which are known to 10 bits. x and y: int8 or int16, of one scale (not looked at:
/// integers are interpolated as they are).
template <class X>
struct integer_resize_bilinear : resize_geometry {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != type_of_integers<X>) return status::wrong_type;
    return setup_of_both(call);
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const X* const x = input.template values<X>().data();
    X* const y = output.template values<X>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    if (columns * channels == 0) return;
    const axis vertical(input.shape[1], output.shape[1], call.options);
    const axis horizontal(input.shape[2], output.shape[2], call.options);
    const std::size_t all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = vertical.at(row % rows);
        const X* const above = x + row / rows * image + v.low * width * channels;
        const X* const below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = horizontal.at(column);
          const std::size_t left = h.low * channels, right = h.high * channels;
          X* const to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            const std::int64_t sum = (above[left + c] * h.of_low + above[right + c] * h.of_high) * v.of_low +
                                     (below[left + c] * h.of_low + below[right + c] * h.of_high) * v.of_high;
            to[c] = static_cast<X>((sum + (sum > 0 ? half : -half)) / (2 * half));
          }
        }
      }
    });
  }

 private:
  static constexpr std::int64_t one = 1024;
  static constexpr std::int64_t half = one * one / 2;

  struct place {
    std::size_t low = 0;
    std::size_t high = 0;
    std::int64_t of_low = one;  ///< weights
    std::int64_t of_high = 0;
  };

  struct axis {
    std::int64_t size = 1;   ///< of x
    std::int64_t step = 0;   ///< positions of x per position of y
    std::int64_t start = 0;  ///< of the first position

    constexpr axis(std::int64_t from, std::int64_t to, const operation_options& options) noexcept : size(from) {
      const bool at_corners = options.align_corners && to > 1;
      const std::int64_t span = at_corners ? from - 1 : from, parts = at_corners ? to - 1 : to;
      step = (one * span + parts / 2) / parts;
      if (options.half_pixel_centers) start = step / 2 - one / 2;
    }

    [[nodiscard]] constexpr place at(std::size_t position) const noexcept {
      const std::int64_t exact = static_cast<std::int64_t>(position) * step + start;
      const std::int64_t low = std::clamp<std::int64_t>(exact / one, 0, size - 1);
      const std::int64_t high = std::clamp<std::int64_t>((exact + one - 1) / one, 0, size - 1);
      const std::int64_t rest = exact - low * one;
      return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), one - rest, rest};
    }
  };
};

/// The same of uint8, in float32, as the reference has it: a half is added, and what is behind the point cut off.
struct byte_resize_bilinear : resize_geometry {
  template <class = when_used>
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (!call.inputs.empty() && call.inputs[0].type != element_type::uint8) return status::wrong_type;
    return setup_of_both(call);
  }

  template <class = when_used>
  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const operand& input = call.inputs[0];
    const result_operand& output = call.outputs[0];
    const std::uint8_t* const x = input.values<std::uint8_t>().data();
    std::uint8_t* const y = output.values<std::uint8_t>().data();
    const std::size_t width = extent_of(input.shape, 2);
    const std::size_t channels = extent_of(input.shape, 3);
    const std::size_t image = extent_of(input.shape, 1) * width * channels;
    const std::size_t rows = extent_of(output.shape, 1);
    const std::size_t columns = extent_of(output.shape, 2);
    if (columns * channels == 0) return;
    const float row_ratio = ratio(input.shape[1], output.shape[1], call.options);
    const float column_ratio = ratio(input.shape[2], output.shape[2], call.options);
    const std::size_t all_rows = extent_of(output.shape, 0) * rows;
    call.share.for_ranges(all_rows, 8192 / (columns * channels) + 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const place v = at(row % rows, row_ratio, input.shape[1], call.options.half_pixel_centers);
        const std::uint8_t* const above = x + row / rows * image + v.low * width * channels;
        const std::uint8_t* const below = x + row / rows * image + v.high * width * channels;
        for (std::size_t column = 0; column < columns; ++column) {
          const place h = at(column, column_ratio, input.shape[2], call.options.half_pixel_centers);
          const std::size_t left = h.low * channels, right = h.high * channels;
          const auto part = [](std::uint8_t value, float by_row, float by_column) {
            return rounded_product(static_cast<float>(value) * by_row, by_column);
          };
          std::uint8_t* const to = y + (row * columns + column) * channels;
          for (std::size_t c = 0; c < channels; ++c) {
            const float sum = part(above[left + c], 1 - v.rest, 1 - h.rest) +
                              part(below[left + c], v.rest, 1 - h.rest) + part(above[right + c], 1 - v.rest, h.rest) +
                              part(below[right + c], v.rest, h.rest);
            to[c] = to_integer<std::uint8_t>(sum + 0.5f);
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
    const float exact = half_pixel ? rounded_product(p + 0.5f, scale) - 0.5f : rounded_product(p, scale);
    const float last = static_cast<float>(size - 1);
    const float low = std::clamp(elementary::floor(exact), 0.0f, last);
    const float high = std::clamp(elementary::ceil(exact), 0.0f, last);
    return {static_cast<std::size_t>(low), static_cast<std::size_t>(high), exact - low};
  }
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/kernel/integer/softmax.hpp
// SOFTMAX, LOG_SOFTMAX and L2_NORMALIZATION in integers, over the last axis. (spec: kernels, section 4) Freestanding,
// but for the C library's exp in setup.

namespace aeq::inline AEQ_ABI::kernel {

namespace detail {

/// Whether two scales differ by a thousandth at most.
[[nodiscard]] constexpr bool is_about(float scale, float wanted) noexcept {
  const float difference = scale < wanted ? wanted - scale : scale - wanted;
  return difference <= 0.001f * wanted;
}

/// One input, one output of its shape, which have a last axis.
[[nodiscard]] inline status check_rows(const kernel_arguments& call) noexcept {
  if (call.inputs.size() != 1 || call.outputs.size() != 1) return status::wrong_operands;
  const operand& x = call.inputs[0];
  const result_operand& y = call.outputs[0];
  if (x.shape.empty() || x.elements() != y.elements()) return status::wrong_shape;
  if (!x.is_complete() || !y.is_complete()) return status::wrong_shape;
  return is_quantized_tensorwise(x) ? status::ready : status::wrong_parameters;
}

/// Calls row(first element, elements) for all rows along the last axis.
template <class Row>
void for_rows(const kernel_arguments& call, std::size_t worth, const Row& row) noexcept {
  const auto depth = static_cast<std::size_t>(call.inputs[0].shape.back());
  if (depth == 0) return;
  call.share.for_ranges(call.inputs[0].elements() / depth, worth / depth + 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) row(i * depth, depth);
  });
}

/// Exponentials of 8-bit numbers less the greatest of a row, in fixed point.
struct row_exponentials {
  static constexpr int bits = 5;  ///< before the point, of differences
  fixed_multiplier factor{};      ///< of a difference of integers
  std::int32_t least = 0;         ///< differences below count for nothing

  /// step: what a difference of one integer is worth, more than 0.
  [[nodiscard]] constexpr status prepare(double step) noexcept {
    factor = quantize_multiplier(std::min(step * 67108864.0, 2147483647.0));
    if (factor.shift < 0) return status::wrong_parameters;
    least = -static_cast<std::int32_t>((std::int64_t(31) << 26u) >> factor.shift);
    return status::ready;
  }
  [[nodiscard]] constexpr std::int32_t scaled(std::int32_t difference) const noexcept {
    return high_product(shifted_left(difference, factor.shift), factor.multiplier);
  }
  /// Without integer bits.
  [[nodiscard]] constexpr std::int32_t operator()(std::int32_t difference) const noexcept {
    return fixed_point::exponential(scaled(difference), bits);
  }
  /// With 12 integer bits.
  template <class X>
  [[nodiscard]] constexpr std::int32_t sum(std::span<const X> row, std::int32_t most) const noexcept {
    std::int64_t total = 0;
    for (const X value : row) {
      const std::int32_t difference = value - most;
      if (difference >= least) total += divide_by_power((*this)(difference), 12);
    }
    return fixed_point::saturated(total);
  }
};

}  // namespace detail

/// Of 8 bits, by fixed-point exponentials. y: of X's type with scale 1 / 256 (within a thousandth), from its lowest
/// number on; or int16, which has the whole of its range.
template <class X>
requires(sizeof(X) == 1) struct integer_softmax_8 {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(detail::row_exponentials); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X>) return status::wrong_type;
    if (y.type != type_of_integers<X> && y.type != element_type::int16) return status::wrong_type;
    if (y.type != element_type::int16) {
      if (!is_quantized_tensorwise(y) || zero_point_of(y, 0) != std::numeric_limits<X>::min() ||
          !detail::is_about(y.scale[0], 1.0f / 256.0f)) {
        return status::wrong_parameters;
      }
    }
    const double beta = static_cast<double>(call.options.beta) * static_cast<double>(call.inputs[0].scale[0]);
    if (!(beta > 0.0)) return status::wrong_options;
    detail::row_exponentials power;
    const status prepared = power.prepare(beta);
    return prepared == status::ready ? keep(power, workspace) : prepared;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.outputs[0].type == element_type::int16) return run<std::int16_t>(call, workspace);
    run<X>(call, workspace);
  }

 private:
  template <class Y>
  static void run(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const auto power = kept<detail::row_exponentials>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    Y* const y = call.outputs[0].template values<Y>().data();
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): numbers
    constexpr std::int32_t lowest = std::numeric_limits<Y>::min(), highest = std::numeric_limits<Y>::max();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const X> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      const fixed_point::reciprocal inverse = fixed_point::reciprocal_of(power.sum(from, most), 12);
      const int shift = inverse.exponent + 31 - static_cast<int>(8 * sizeof(Y));
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t difference = from[i] - most;
        std::int32_t share = 0;
        if (difference >= power.least && shift <= 31) {
          share = divide_by_power(high_product(inverse.value, power(difference)), shift);
        }
        y[begin + i] = static_cast<Y>(std::clamp<std::int64_t>(std::int64_t(share) + lowest, lowest, highest));
      }
    });
  }
};

/// Of int16 to int16 of scale 1 / 32768 (within a thousandth), by two tables, which are made in Real.
template <class Real>
struct integer_softmax_16 {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(parameters); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const operand& x = call.inputs[0];
    const result_operand& y = call.outputs[0];
    if (x.type != element_type::int16 || y.type != element_type::int16) return status::wrong_type;
    if (!is_quantized_tensorwise(y) || !detail::is_about(y.scale[0], 1.0f / 32768.0f)) return status::wrong_parameters;
    const auto places = workspace_pieces(workspace).take<parameters>(1);
    if (places.empty()) return status::small_workspace;
    parameters& p = places[0];
    const double factor = static_cast<double>(x.scale[0] * call.options.beta) / (10.0 / 65535.0);
    if (!to_multiplier(factor, p.factor)) return status::wrong_parameters;
    p.exponential.template fill<Real>([](Real value) { return elementary::exp(value); }, Real(10) / Real(65535), 32767,
                                      Real(2) / Real(65535), 0);
    p.inverse.template fill<Real>([](Real value) { return Real(1) / (Real(1) + value); }, Real(1) / Real(65535), -32768,
                                  Real(2) / Real(65535), 0);
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const parameters& p = kept<parameters>(workspace);
    const std::int16_t* const x = call.inputs[0].template values<std::int16_t>().data();
    std::int16_t* const y = call.outputs[0].template values<std::int16_t>().data();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const std::int16_t> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      std::int64_t exact = 0;
      for (const std::int16_t value : from) exact += p.power(value - most);
      const std::int32_t total = fixed_point::saturated(exact);  // 32767 at least
      const int zeros = std::countl_zero(static_cast<std::uint32_t>(total));
      // The sum, shifted to [1, 2), less 1.5, with 16 bits behind the point.
      const std::int64_t leading = ((static_cast<std::int64_t>(total) << (zeros - 1)) + (1 << 13)) >> 14;
      const std::int32_t inverse = p.inverse(shortened(leading - 98304));
      const int shift = 31 - zeros;
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t share = (p.power(from[i] - most) * inverse + (1 << (shift - 1))) >> shift;
        y[begin + i] = static_cast<std::int16_t>(std::clamp<std::int32_t>(share, 0, 32767));
      }
    });
  }

 private:
  [[nodiscard]] static constexpr std::int32_t shortened(std::int64_t value) noexcept {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, -32768, 32767));
  }

  struct parameters {
    fixed_multiplier factor{};
    table_of_steps exponential{};  ///< of [-10, 0]
    table_of_steps inverse{};      ///< 1 / (1 + x) of [0, 1]

    [[nodiscard]] constexpr std::int32_t power(std::int32_t difference) const noexcept {
      return exponential(shortened(std::int64_t(multiply(difference, factor)) + 32767));
    }
  };
};

/// x less the logarithm of the sum of all e^x, of 8 bits. y: of X's type with scale 1 / 16, whose highest number is 0.
template <class X>
requires(sizeof(X) == 1) struct integer_log_softmax {
  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(parameters); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    const bool is_as_specified =
        is_quantized_tensorwise(y) && y.scale[0] == 1.0f / 16.0f && zero_point_of(y, 0) == highest;
    if (!is_as_specified) return status::wrong_parameters;
    parameters p{};
    const status prepared = p.power.prepare(static_cast<double>(call.inputs[0].scale[0]));
    if (prepared != status::ready) return prepared;
    const fixed_multiplier& factor = p.power.factor;
    const double inverse = static_cast<double>(std::int64_t(1) << (31 - factor.shift)) / factor.multiplier;
    p.inverse = quantize_multiplier(inverse);
    return p.inverse.shift <= 0 ? keep(p, workspace) : status::wrong_parameters;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    const parameters p = kept<parameters>(workspace);
    const X* const x = call.inputs[0].template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    detail::for_rows(call, 2048, [&](std::size_t begin, std::size_t depth) {
      const std::span<const X> from(x + begin, depth);
      const std::int32_t most = *std::max_element(from.begin(), from.end());
      const std::int32_t log_total = fixed_point::logarithm(p.power.sum(from, most), 12, bits);
      // Below this the result is less than 32 bits hold.
      const std::int32_t floor = std::max(p.power.least - 1, multiply(fixed_point::lowest + log_total, p.inverse));
      for (std::size_t i = 0; i < depth; ++i) {
        const std::int32_t difference = from[i] - most;
        std::int32_t value = lowest;
        if (difference > floor) {
          const std::int32_t share = fixed_point::plus(p.power.scaled(difference), -log_total);
          value = std::clamp(divide_by_power(share, 31 - bits - 4) + highest, lowest, highest);
        }
        y[begin + i] = static_cast<X>(value);
      }
    });
  }

 private:
  static constexpr int bits = detail::row_exponentials::bits;  ///< of logarithms too
  static constexpr std::int32_t lowest = std::numeric_limits<X>::min() + 0;
  static constexpr std::int32_t highest = std::numeric_limits<X>::max() + 0;

  struct parameters {
    detail::row_exponentials power{};
    fixed_multiplier inverse{};  ///< of power.factor
  };
};

/// x / root of the sum of squares, of 8 bits. y: of X's type with scale 1 / 128, and 0 in the middle of its range.
template <class X>
requires(sizeof(X) == 1) struct integer_l2_normalization {
  static status setup(const kernel_arguments& call, std::span<std::byte>) noexcept {
    if (const status fits = detail::check_rows(call); fits != status::ready) return fits;
    const result_operand& y = call.outputs[0];
    if (call.inputs[0].type != type_of_integers<X> || y.type != type_of_integers<X>) return status::wrong_type;
    const bool is_as_specified =
        is_quantized_tensorwise(y) && y.scale[0] == 1.0f / 128.0f && zero_point_of(y, 0) == middle;
    return is_as_specified ? status::ready : status::wrong_parameters;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte>) noexcept {
    const X* const x = call.inputs[0].template values<X>().data();
    X* const y = call.outputs[0].template values<X>().data();
    const std::int32_t zero = zero_point_of(call.inputs[0], 0);
    detail::for_rows(call, 8192, [&](std::size_t begin, std::size_t depth) {
      std::int64_t squares = 0;
      for (std::size_t i = begin; i < begin + depth; ++i) squares += (x[i] - zero) * (x[i] - zero);
      const fixed_multiplier inverse = fixed_point::inverse_square_root(fixed_point::saturated(squares));
      // Times 128 by the shift, where the reference does so: one rounding instead of two.
      const fixed_multiplier finer{inverse.multiplier, inverse.shift + 7};
      for (std::size_t i = begin; i < begin + depth; ++i) {
        const std::int32_t value = x[i] - zero;
        const std::int32_t scaled = (is_signed ? multiply(value, finer) : multiply(128 * value, inverse)) + middle;
        y[i] = static_cast<X>(
            std::clamp<std::int32_t>(scaled, std::numeric_limits<X>::min(), std::numeric_limits<X>::max()));
      }
    });
  }

 private:
  static constexpr bool is_signed = std::numeric_limits<X>::is_signed;
  static constexpr std::int32_t middle = std::numeric_limits<X>::min() + 128;
};

}  // namespace aeq::inline AEQ_ABI::kernel

// ---- aeq/table/builtin_windows.hpp
namespace aeq::inline AEQ_ABI::detail {

template <class Arithmetic>
struct window_kernels {
  /// Of all three types.
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::average_pool_2d, functions_of<kernel::integer_pool_2d<X, true>>()},
      kernel_entry{op::code::max_pool_2d, functions_of<kernel::integer_pool_2d<X, false>>()},
      kernel_entry{op::code::mean, functions_of<kernel::integer_reduction<X, true>>()},
      kernel_entry{op::code::sum, functions_of<kernel::integer_reduction<X, false>>()},
  };
  /// Of int8 and uint8.
  template <class X>
  static constexpr kernel_entry of_bytes[]{
      kernel_entry{op::code::softmax, functions_of<kernel::integer_softmax_8<X>>()},
      kernel_entry{op::code::log_softmax, functions_of<kernel::integer_log_softmax<X>>()},
      kernel_entry{op::code::l2_normalization, functions_of<kernel::integer_l2_normalization<X>>()},
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_signed[]{
      kernel_entry{op::code::resize_bilinear, functions_of<kernel::integer_resize_bilinear<X>>()},
      kernel_entry{op::code::reduce_prod, functions_of<kernel::integer_reduce_prod<X>>()},
  };
  /// Of int16; and of uint8.
  template <class X>
  requires std::is_same_v<X, std::int16_t>
  static constexpr kernel_entry of_int16[]{
      kernel_entry{op::code::softmax, functions_of<kernel::integer_softmax_16<typename Arithmetic::softmax_table>>()},
  };
  template <class X>
  requires std::is_same_v<X, std::uint8_t>
  static constexpr kernel_entry of_uint8[]{
      kernel_entry{op::code::concatenation, functions_of<kernel::integer_concatenation>()},
      kernel_entry{op::code::resize_bilinear, functions_of<kernel::byte_resize_bilinear>()},
  };
};

}  // namespace aeq::inline AEQ_ABI::detail

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
  kernel_functions kernel{};  ///< the scheme's own; all null where it brings none (see kernel_of)
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

// ---- aeq/table/builtin_kernels.hpp
namespace aeq::inline AEQ_ABI {

namespace detail {

/// Ops with a weight, or with two matrices.
template <class Arithmetic>
struct matrix_kernels {
  template <class X>
  static constexpr kernel_entry of_integers[]{
      kernel_entry{op::code::fully_connected, functions_of<kernel::integer_fully_connected<X, Arithmetic>>()},
      kernel_entry{op::code::conv_2d, functions_of<kernel::integer_conv_2d<X>>()},
      kernel_entry{op::code::depthwise_conv_2d, functions_of<kernel::integer_depthwise_conv_2d<X>>()},
      kernel_entry{op::code::transpose_conv, functions_of<kernel::integer_transpose_conv<X>>()},
  };
  /// Of int8 and int16.
  template <class X>
  static constexpr kernel_entry of_products[]{
      kernel_entry{op::code::batch_matmul, functions_of<kernel::integer_batch_matmul<X>>()},
  };
  /// Of int8 alone.
  template <class X>
  static constexpr kernel_entry of_int8[]{
      kernel_entry{op::code::unidirectional_sequence_lstm, functions_of<kernel::sequence_lstm_integer<X>>()},
  };
  static constexpr kernel_entry of_hybrids[]{
      kernel_entry{op::code::fully_connected, functions_of<kernel::hybrid_fully_connected>()},
      kernel_entry{op::code::conv_2d, functions_of<kernel::hybrid_conv_2d>()},
      kernel_entry{op::code::depthwise_conv_2d, functions_of<kernel::hybrid_depthwise_conv_2d>()},
      kernel_entry{op::code::transpose_conv, functions_of<kernel::hybrid_transpose_conv>()},
      kernel_entry{op::code::batch_matmul, functions_of<kernel::hybrid_batch_matmul>()},
  };
};

/// The first entry for an op.
[[nodiscard]] constexpr kernel_functions first_kernel(op::code code,
                                                      std::span<const std::span<const kernel_entry>> families) {
  for (const std::span<const kernel_entry> family : families) {
    if (const kernel_functions found = kernel_for(code, family); found.present()) return found;
  }
  return {};
}

}  // namespace detail

/// Our kernel for an op in a computation; none (not present) where there is none. As a template over the computation it
/// instantiates the kernels of this one only.
template <class Arithmetic, computation Computation>
[[nodiscard]] constexpr kernel_functions builtin_kernel(op::code code) {
  using matrix = detail::matrix_kernels<Arithmetic>;
  using elementwise = detail::elementwise_kernels<Arithmetic>;
  using windows = detail::window_kernels<Arithmetic>;
  if constexpr (Computation == computation::integer8) {
    constexpr std::array<std::span<const kernel_entry>, 11> families{matrix::template of_int8<std::int8_t>,
                                                                     matrix::template of_integers<std::int8_t>,
                                                                     matrix::template of_products<std::int8_t>,
                                                                     elementwise::template of_integers<std::int8_t>,
                                                                     elementwise::template of_bytes<std::int8_t>,
                                                                     elementwise::template of_signed<std::int8_t>,
                                                                     elementwise::of_int8_sigmoids(),
                                                                     elementwise::template of_int8<std::int8_t>,
                                                                     windows::template of_integers<std::int8_t>,
                                                                     windows::template of_bytes<std::int8_t>,
                                                                     windows::template of_signed<std::int8_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::unsigned8) {
    constexpr std::array<std::span<const kernel_entry>, 7> families{
        matrix::template of_integers<std::uint8_t>,   elementwise::template of_integers<std::uint8_t>,
        elementwise::template of_bytes<std::uint8_t>, elementwise::template of_real_sigmoids<std::uint8_t>,
        windows::template of_integers<std::uint8_t>,  windows::template of_bytes<std::uint8_t>,
        windows::template of_uint8<std::uint8_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::integer16) {
    constexpr std::array<std::span<const kernel_entry>, 8> families{
        matrix::template of_integers<std::int16_t>,      matrix::template of_products<std::int16_t>,
        elementwise::template of_integers<std::int16_t>, elementwise::template of_signed<std::int16_t>,
        elementwise::template of_int16<std::int16_t>,    windows::template of_integers<std::int16_t>,
        windows::template of_signed<std::int16_t>,       windows::template of_int16<std::int16_t>};
    return detail::first_kernel(code, families);
  } else if constexpr (Computation == computation::hybrid) {
    constexpr std::array<std::span<const kernel_entry>, 1> families{matrix::of_hybrids};
    return detail::first_kernel(code, families);
  } else {
    return {};
  }
}

/// The same for a computation that is known in a run only. plain has none: kernels on floats are the interpreter's.
template <class Arithmetic>
[[nodiscard]] constexpr kernel_functions builtin_kernel(op::code code, computation of) {
  switch (of) {
    case computation::integer8: return builtin_kernel<Arithmetic, computation::integer8>(code);
    case computation::unsigned8: return builtin_kernel<Arithmetic, computation::unsigned8>(code);
    case computation::integer16: return builtin_kernel<Arithmetic, computation::integer16>(code);
    case computation::hybrid: return builtin_kernel<Arithmetic, computation::hybrid>(code);
    case computation::plain: break;
  }
  return {};
}

/// The kernel of a row: what its scheme brings, else ours for the arithmetic that the scheme needs.
template <class Arithmetic>
[[nodiscard]] constexpr kernel_functions kernel_of(const table_row& row) {
  if (row.kernel.present()) return row.kernel;
  return builtin_kernel<Arithmetic>(row.key.operation, computation_of(*row.scheme));
}

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/kernel_table.hpp
// The kernel table: every (op, scheme) that the catalogue allows, sorted by key, in constant memory. Freestanding.

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
template <class Schemes = builtin_schemes>  // always that: only a source file that asks for the table makes its rows
[[nodiscard]] constexpr kernel_table_view builtin_table() {
  return kernel_table<Schemes>::view();
}
#else
[[nodiscard]] kernel_table_view builtin_table();
#endif

}  // namespace aeq::inline AEQ_ABI

// ---- aeq/table/own_kernels.hpp
// Which rows of a table have a kernel of their scheme's own for a call of an op. Freestanding.
//
// A model says the types, scales and zero points of its tensors, and no scheme's name. So a call belongs to every
// scheme whose formats its operands have: of the activation the type, and zero points of 0 if it is symmetric; of the
// weight the same, and where its scales lie. A kernel's setup may look closer (at the scales, say), and the next row is
// asked where it says no. Schemes of weight only belong to no call: their ops read floats, as all others do.

namespace aeq::inline AEQ_ABI {

/// What elements of a format are; absent for one that no tensor has.
[[nodiscard]] constexpr element_type element_of(const format_descriptor& format) noexcept {
  if (format.kind == number_kind::floating) {
    return format.bits == 32 ? element_type::float32 : format.bits == 16 ? element_type::float16 : element_type::absent;
  }
  if (format.kind == number_kind::unsigned_integer) {
    return format.bits == 8 ? element_type::uint8 : element_type::absent;
  }
  switch (format.bits) {
    case 2: return element_type::int2;
    case 4: return element_type::int4;
    case 8: return element_type::int8;
    case 16: return element_type::int16;
    default: return element_type::absent;
  }
}

/// Whether an operand has a format: its type, zero points, and how many scales. Where there is one channel its scale is
/// that of the tensor too.
[[nodiscard]] constexpr bool has_format(const operand& x, const format_descriptor& format) noexcept {
  if (!x.present() || x.type != element_of(format)) return false;
  if (!format.is_integer()) return x.scale.empty();
  if (x.scale.empty()) return false;
  const auto is_zero = [](std::int32_t zero) { return zero == 0; };
  if (format.is_symmetric() && !std::all_of(x.zero_point.begin(), x.zero_point.end(), is_zero)) return false;
  const granularity_descriptor& scales = format.granularity;
  if (scales.kind == granularity_kind::blockwise) return x.block_elements == scales.block_elements;
  if (x.block_elements != 0) return false;
  if (scales.kind == granularity_kind::tensorwise) return x.scale.size() == 1;
  const auto axis = static_cast<std::size_t>(x.channel_axis);
  return x.channel_axis >= 0 && axis < x.shape.size() && x.scale.size() == static_cast<std::size_t>(x.shape[axis]);
}

/// Whether a row brings a kernel for a call with these inputs.
[[nodiscard]] constexpr bool brings_kernel_for(const table_row& row, op::code code,
                                               std::span<const operand> inputs) noexcept {
  if (row.key.operation != code || !row.kernel.present() || inputs.empty()) return false;
  const scheme_descriptor& scheme = *row.scheme;
  if (scheme.execution_mode == execution::weight_only) return false;
  const std::size_t leading = leading_input(code, inputs.size());
  const bool leads_with_index = row.operation->input_role(leading) == op::role::index;
  if (!leads_with_index && !has_format(inputs[leading], scheme.activation)) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i == leading || row.operation->input_role(i) != op::role::weight) continue;
    // A matrix that is computed is an activation of a static scheme; the other schemes have no such op.
    const bool is_activation = !inputs[i].is_constant && scheme.execution_mode == execution::static_range;
    if (!has_format(inputs[i], is_activation ? scheme.activation : scheme.weight)) return false;
  }
  return true;
}

}  // namespace aeq::inline AEQ_ABI

#endif  // AEQ_SINGLE_KERNELS
