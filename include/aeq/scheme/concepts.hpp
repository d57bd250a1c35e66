// SPDX-License-Identifier: Apache-2.0
// What a type must be to serve as a number format or a scheme: one named concept per requirement. Freestanding.
// The sentences that a user reads when one of them fails are in scheme/requirements.hpp; what is asked of a fit is in
// scheme/fit_concepts.hpp.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/fit_concepts.hpp>
#include <aeq/scheme/scheme.hpp>

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
