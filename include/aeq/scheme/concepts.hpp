// SPDX-License-Identifier: Apache-2.0
// What a type must be to serve as a number format or a scheme: one named concept per requirement. Freestanding.
// The sentences that a user reads when one of them fails are in scheme/requirements.hpp.
#pragma once

#include <concepts>
#include <string_view>

#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI {

/// A type that describes itself: bits, kind, symmetry, granularity. Not asked: that it is one of ours; an accelerator's
/// own format may add members.
template <class Format>
concept number_format = requires {
  { Format::descriptor } -> std::convertible_to<format_descriptor>;
};

/// The four members every scheme has. Checked first: the others read them.
template <class Scheme>
concept scheme_members = requires {
  requires number_format<typename Scheme::activation>;
  requires number_format<typename Scheme::weight>;
  { Scheme::compute_precision } -> std::convertible_to<compute>;
  { Scheme::execution_mode } -> std::convertible_to<execution>;
};

/// A fit turns a range into a scale and a zero point, in float and in double: statistics come as either.
template <class Fit>
concept range_fit = requires(range<float> narrow, range<double> wide, const format_descriptor& format) {
  { Fit::fit(narrow, format) } -> std::same_as<scale_zero_point<float>>;
  { Fit::fit(wide, format) } -> std::same_as<scale_zero_point<double>>;
};

namespace detail {

[[nodiscard]] constexpr bool storable(const format_descriptor& f) {
  if (!f.is_integer()) return f.bits == 16 || f.bits == 32;
  return f.bits == 2 || f.bits == 4 || f.bits == 8 || f.bits == 16;
}

[[nodiscard]] constexpr bool known_block(const granularity_descriptor& g) {
  return g.kind != granularity_kind::blockwise || g.block_elements == 32 || g.block_elements == 64 ||
         g.block_elements == 128 || g.block_elements == 256;
}

}  // namespace detail

/// Integers of 2, 4, 8 or 16 bits, floats of 16 or 32: what the file format stores.
template <class Scheme>
concept storable_bits =
    detail::storable(Scheme::activation::descriptor) && detail::storable(Scheme::weight::descriptor);

/// Blocks of 32, 64, 128 or 256.
template <class Scheme>
concept known_block_size = detail::known_block(Scheme::weight::descriptor.granularity);

/// One scale per activation tensor: no kernel takes more.
template <class Scheme>
concept tensorwise_activation = Scheme::activation::descriptor.granularity.kind == granularity_kind::tensorwise;

/// 8 or 16 bits where activations are integers.
template <class Scheme>
concept activation_bits = !Scheme::activation::descriptor.is_integer() || Scheme::activation::descriptor.bits == 8 ||
                          Scheme::activation::descriptor.bits == 16;

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

/// A scheme that the quantizer, the interpreter and a recipe can work with.
template <class Scheme>
concept quantization_scheme = scheme_members<Scheme> && storable_bits<Scheme> && known_block_size<Scheme> &&
    tensorwise_activation<Scheme> && activation_bits<Scheme> && symmetric_wide_activation<Scheme> &&
    symmetric_blocks<Scheme> && symmetric_integer_weight<Scheme> && activation_fits_mode<Scheme> &&
    compute_fits_mode<Scheme> && integer_weight<Scheme> && usable_fit<Scheme>;

}  // namespace aeq::inline AEQ_ABI
