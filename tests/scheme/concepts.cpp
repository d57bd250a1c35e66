// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/core/type_list.hpp>
#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/concepts.hpp>
#include <aeq/scheme/requirements.hpp>
#include <string_view>
#include <type_traits>

namespace {

using namespace aeq;

// A scheme as a user writes it.
struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = float32;
  using weight = integer<8, symmetric, channelwise>;
  static constexpr auto compute_precision = compute::integer;
  static constexpr auto execution_mode = execution::dynamic_range;
  using policies = type_list<power_of_two_fit>;
};
static_assert(quantization_scheme<my_scheme> && verify_scheme<my_scheme>());
static_assert(name_of_scheme<my_scheme> == "my_scheme");

template <class List>
struct all_are_schemes;
template <class... Schemes>
struct all_are_schemes<type_list<Schemes...>> : std::bool_constant<(quantization_scheme<Schemes> && ...)> {};
static_assert(all_are_schemes<builtin_schemes>::value);

// scheme_members
struct without_mode {
  using activation = float32;
  using weight = integer<8, symmetric, channelwise>;
  [[maybe_unused]] static constexpr auto compute_precision = compute::integer;
};
struct with_no_format {
  using activation = int;
  using weight = integer<8, symmetric, channelwise>;
  [[maybe_unused]] static constexpr auto compute_precision = compute::integer;
  [[maybe_unused]] static constexpr auto execution_mode = execution::dynamic_range;
};
static_assert(scheme_members<my_scheme> && !scheme_members<without_mode> && !scheme_members<with_no_format>);
static_assert(!quantization_scheme<int> && !quantization_scheme<float32> && !quantization_scheme<without_mode>);

template <class Weight, class Activation = float32>
using dynamic = scheme<Activation, Weight, compute::integer, execution::dynamic_range>;
template <class Activation, class Weight = integer<8, symmetric, channelwise>>
using static_of = scheme<Activation, Weight, compute::integer, execution::static_range>;
template <class Weight>
using weight_only = scheme<float32, Weight, compute::floating, execution::weight_only>;

template <int Bits, class Granularity = channelwise>
using even = integer<Bits, symmetric, Granularity>;
template <int Bits, class Granularity = channelwise>
using uneven = integer<Bits, asymmetric, Granularity>;

static_assert(storable_bits<dynamic<even<2>>> && storable_bits<weight_only<float16>>);
static_assert(!storable_bits<dynamic<even<3>>> && !storable_bits<static_of<even<6, tensorwise>>>);
static_assert(!storable_bits<dynamic<even<32>>> && !quantization_scheme<dynamic<even<3>>>);

static_assert(known_block_size<dynamic<even<4, blockwise<256>>>> && known_block_size<dynamic<even<4>>>);
static_assert(!known_block_size<dynamic<even<4, blockwise<48>>>> && !known_block_size<dynamic<even<4, blockwise<0>>>>);

static_assert(tensorwise_activation<static_of<ai8>> && tensorwise_activation<dynamic<even<8>>>);
static_assert(!tensorwise_activation<static_of<uneven<8>>> && !quantization_scheme<static_of<uneven<8>>>);

static_assert(activation_bits<static_of<ai8>> && activation_bits<static_of<ai16>> && activation_bits<dynamic<even<4>>>);
static_assert(!activation_bits<static_of<even<4, tensorwise>>>);

static_assert(symmetric_wide_activation<static_of<ai16>> && symmetric_wide_activation<static_of<ai8>>);
static_assert(!symmetric_wide_activation<static_of<uneven<16, tensorwise>>>);

static_assert(symmetric_blocks<dynamic<even<4, blockwise<32>>>> && symmetric_blocks<weight_only<uneven<4>>>);
static_assert(!symmetric_blocks<weight_only<uneven<4, blockwise<32>>>>);

static_assert(symmetric_integer_weight<weight_only<uneven<8>>> && symmetric_integer_weight<dynamic<even<8>>>);
static_assert(!symmetric_integer_weight<dynamic<uneven<8>>> && !quantization_scheme<dynamic<uneven<8>>>);

static_assert(activation_fits_mode<static_of<ai8>> && activation_fits_mode<dynamic<even<8>>>);
static_assert(!activation_fits_mode<static_of<float32>> && !activation_fits_mode<dynamic<even<8>, ai8>>);

static_assert(compute_fits_mode<weight_only<even<8>>> && compute_fits_mode<dynamic<even<8>>>);
static_assert(!compute_fits_mode<scheme<float32, even<8>, compute::integer, execution::weight_only>>);
static_assert(!compute_fits_mode<scheme<float32, even<8>, compute::floating, execution::dynamic_range>>);

static_assert(integer_weight<weight_only<float16>> && !integer_weight<dynamic<float16>>);

// The fit of a scheme: its own, else a policy, else min_max_fit.
struct own_fit : my_scheme {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T>, const format_descriptor&) {
    return {T(0.5), 0};
  }
};
struct fit_as_overloads : my_scheme {
  static scale_zero_point<float> fit(range<float>, const format_descriptor&) { return {}; }
  static scale_zero_point<double> fit(range<double>, const format_descriptor&) { return {}; }
};
struct fit_for_double_only : my_scheme {
  static scale_zero_point<double> fit(range<double>, const format_descriptor&) { return {}; }
};
struct fit_for_float_only : my_scheme {
  static scale_zero_point<float> fit(range<float>, const format_descriptor&) { return {}; }
};
struct fit_to_a_number : my_scheme {
  template <class T>
  static T fit(range<T>, const format_descriptor&) {
    return {};
  }
};
struct fit_without_format final : my_scheme {
  template <class T>
  static scale_zero_point<T> fit(range<T>) {
    return {};
  }
};
struct policy_without_fit {
  using category = fit_category;
};
static_assert(std::is_same_v<fit_of<static_wi8_ai8>, min_max_fit>);
static_assert(std::is_same_v<fit_of<my_scheme>, power_of_two_fit>);
static_assert(fit_of<own_fit>::fit(range<float>{-1, 1}, my_scheme::weight::descriptor).scale == 0.5f);
static_assert(usable_fit<my_scheme> && usable_fit<own_fit> && usable_fit<fit_as_overloads>);
static_assert(!usable_fit<fit_to_a_number>);
// A fit that cannot be called is a mistake, not a scheme without a fit.
static_assert(!usable_fit<fit_for_float_only> && !usable_fit<fit_for_double_only>);
static_assert(!usable_fit<fit_without_format>);
static_assert(!usable_fit<scheme<float32, even<8>, compute::integer, execution::dynamic_range, policy_without_fit>>);

TEST_SUITE_BEGIN("scheme/concepts");

TEST_CASE("a custom scheme's own fit is the one that is called") {
  CHECK(fit_of<own_fit>::fit(range<double>{-1, 1}, my_scheme::weight::descriptor).scale == 0.5);
}

TEST_SUITE_END();

}  // namespace
