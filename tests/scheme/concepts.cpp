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

// Every requirement holds for every built-in scheme, and each of our fits gives what is asked of a fit for all their
// formats. Tables do not ask the built-in schemes again.
template <class Fit, class Scheme>
struct with_fit : Scheme {
  using policies = Fit;
};
template <class Scheme>
constexpr bool fits_well() {
  const detail::fit_findings plain = detail::try_fits<with_fit<min_max_fit, Scheme>>();
  const detail::fit_findings powers = detail::try_fits<with_fit<power_of_two_fit, Scheme>>();
  return plain.positive_scale && plain.zero_point_in_range && powers.positive_scale && powers.zero_point_in_range;
}

template <class List>
struct each_of;
template <class... S>
struct each_of<type_list<S...>> {
  static_assert((scheme_type<S> && ...));
  static_assert((activation_format<S> && ...));
  static_assert((weight_format<S> && ...));
  static_assert((compute_member<S> && ...));
  static_assert((execution_member<S> && ...));
  static_assert((scheme_members<S> && ...));
  static_assert((name_text<S> && ...));
  static_assert((name_characters<S> && ...));
  static_assert((detail::usable_name(name_of_scheme<S>) && ...));
  static_assert((own_name<S> && ...));
  static_assert((policy_list<S> && ...));
  static_assert((policy_category<S> && ...));
  static_assert((known_category<S> && ...));
  static_assert((one_policy_per_category<S> && ...));
  static_assert((storable_bits<S> && ...));
  static_assert((activation_bits<S> && ...));
  static_assert((weight_bits<S> && ...));
  static_assert((signed_weight<S> && ...));
  static_assert((unsigned_activation<S> && ...));
  static_assert((known_block_size<S> && ...));
  static_assert((tensorwise_activation<S> && ...));
  static_assert((symmetric_wide_activation<S> && ...));
  static_assert((symmetric_blocks<S> && ...));
  static_assert((symmetric_integer_weight<S> && ...));
  static_assert((activation_fits_mode<S> && ...));
  static_assert((compute_fits_mode<S> && ...));
  static_assert((integer_weight<S> && ...));
  static_assert((usable_fit<S> && ...));
  static_assert((constant_fit<S> && ...));
  static_assert((positive_scale<S> && ...));
  static_assert((zero_point_in_range<S> && ...));
  static_assert((quantization_scheme<S> && ...));
  static_assert((verify_scheme<S>() && ...));
  static_assert((accumulator_fits<S, 4096> && ...));
  static_assert((fits_well<S>() && ...));
};
template struct each_of<flat_list<builtin_schemes>>;
static_assert(flat_list<builtin_schemes>::size == builtin_schemes::size && builtin_schemes::size > 30);

// scheme_type
static_assert(!scheme_type<int> && !scheme_type<float32> && !scheme_type<std::string_view>);

// The forms that a scheme of one's own may have: a struct, or one that derives from an alias and adds a name.
struct derived : scheme<float32, integer<4, symmetric, blockwise<32>>, compute::integer, execution::dynamic_range> {
  static constexpr std::string_view name = "derived";
};
static_assert(quantization_scheme<derived> && name_of_scheme<derived> == "derived");
struct with_one_policy : my_scheme {  // a list of one needs no type_list
  using policies = power_of_two_fit;
};
static_assert(quantization_scheme<with_one_policy>);

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

// Members that are there, but not as constants.
struct with_mode_of_the_day : my_scheme {
  [[maybe_unused]] static inline execution execution_mode = execution::dynamic_range;
};
struct with_the_wrong_enum : my_scheme {
  [[maybe_unused]] static constexpr auto compute_precision = execution::dynamic_range;
};
static_assert(execution_member<my_scheme> && !execution_member<with_mode_of_the_day> &&
              !execution_member<without_mode>);
static_assert(compute_member<my_scheme> && !compute_member<with_the_wrong_enum>);
static_assert(activation_format<my_scheme> && !activation_format<with_no_format> && !activation_format<int>);
struct format_of_the_day {
  static inline format_descriptor descriptor{};
};
struct format_with_a_number {
  static constexpr int descriptor = 8;
};
static_assert(number_format<float16> && !number_format<format_of_the_day> && !number_format<format_with_a_number>);

// Names
struct with_a_number : my_scheme {
  static constexpr int name = 8;
};
struct with_a_literal : my_scheme {
  static constexpr const char* name = "literal";
};
struct without_name {
  using activation = float32;
  using weight = integer<8, symmetric, channelwise>;
  static constexpr auto compute_precision = compute::integer;
  static constexpr auto execution_mode = execution::dynamic_range;
};
struct without_name_and_like : without_name {
  using weight = integer<4, symmetric, tensorwise>;
  static constexpr auto execution_mode = execution::weight_only;
};
static_assert(name_text<with_a_literal> && name_of_scheme<with_a_literal> == "literal");
static_assert(!name_text<with_a_number> && name_text<without_name>);
static_assert(detail::usable_name("a") && detail::usable_name("Acme-v1.2_b") && detail::usable_name("x9"));
static_assert(!detail::usable_name("") && !detail::usable_name("9x") && !detail::usable_name("_a"));
static_assert(!detail::usable_name("a b") && !detail::usable_name("a:b") && !detail::usable_name("a/b"));
static_assert(detail::usable_name("a234567890123456789012345678901234567890123456789012345678901234"));
static_assert(!detail::usable_name("a2345678901234567890123456789012345678901234567890123456789012345"));
static_assert(own_name<my_scheme> && own_name<dynamic_wi8_afp32> && !own_name<without_name>);
static_assert(!own_name<without_name_and_like>);  // weight_only_wi4t_afp32

// Policies
struct no_category {};
struct other_category {
  using category = no_category;
};
struct policies_as_object : my_scheme {
  [[maybe_unused]] static constexpr int policies = 0;
};
struct policy_misspelt : my_scheme {
  using policy = min_max_fit;
};
struct with_no_category : my_scheme {
  using policies = type_list<no_category>;
};
struct with_other_category : my_scheme {
  using policies = type_list<other_category>;
};
struct with_two_fits : my_scheme {
  using policies = type_list<min_max_fit, power_of_two_fit>;
};
static_assert(usable_policies<my_scheme> && !policy_list<policies_as_object> && !policy_list<policy_misspelt>);
static_assert(!policy_category<with_no_category> && policy_category<with_other_category>);
static_assert(!known_category<with_other_category> && known_category<with_two_fits>);
static_assert(!one_policy_per_category<with_two_fits> && !usable_policies<with_two_fits>);

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

// Numbers that no descriptor can say.
static_assert(!storable_bits<dynamic<even<0>>> && !storable_bits<dynamic<even<-4>>> &&
              !storable_bits<dynamic<even<264>>>);
static_assert(!known_block_size<dynamic<even<4, blockwise<-32>>>> &&
              !known_block_size<dynamic<even<4, blockwise<65568>>>>);

static_assert(weight_bits<dynamic<even<2>>> && weight_bits<weight_only<float16>>);
static_assert(!weight_bits<dynamic<even<16>>> && !weight_bits<weight_only<float32>>);
static_assert(signed_weight<dynamic<even<8>>> && signed_weight<weight_only<float16>>);
static_assert(!signed_weight<weight_only<unsigned_integer<8, asymmetric, channelwise>>>);
static_assert(unsigned_activation<static_of<au8>> && unsigned_activation<static_of<ai8>>);
static_assert(!unsigned_activation<static_of<unsigned_integer<8, symmetric, tensorwise>>>);
static_assert(!unsigned_activation<static_of<unsigned_integer<16, asymmetric, tensorwise>>>);

static_assert(tensorwise_activation<static_of<ai8>> && tensorwise_activation<dynamic<even<8>>>);
static_assert(!tensorwise_activation<static_of<uneven<8>>> && !quantization_scheme<static_of<uneven<8>>>);

static_assert(activation_bits<static_of<ai8>> && activation_bits<static_of<ai16>> && activation_bits<dynamic<even<4>>>);
static_assert(!activation_bits<static_of<even<4, tensorwise>>> && !activation_bits<dynamic<even<8>, float16>>);

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

// What a fit gives.
template <class Fit>
struct fitted : without_name {
  static constexpr std::string_view name = "fitted";
  using policies = Fit;
};
template <class Fit>
struct fitted_blocks : fitted<Fit> {
  using weight = integer<4, symmetric, blockwise<32>>;
};
template <class Fit>
struct fitted_activations : fitted<Fit> {
  using activation = ai8;
  static constexpr auto execution_mode = execution::static_range;
};
struct fit_policy {
  using category = fit_category;
};
struct not_constant : fit_policy {
  template <class T>
  static scale_zero_point<T> fit(range<T>, const format_descriptor&) {
    return {1, 0};
  }
};
struct endless : fit_policy {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor&) {
    T scale = 1;
    while (scale >= values.highest) scale /= 2;
    return {scale, 0};
  }
};
template <int Thousandths>
struct constant_scale : fit_policy {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T>, const format_descriptor&) {
    return {T(Thousandths) / 1000, 0};
  }
};
struct tiny_scale : fit_policy {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T>, const format_descriptor&) {
    return {T(1e-9), 0};
  }
};
template <int ZeroPoint>
struct constant_zero_point : fit_policy {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) {
    return {min_max_fit::fit(values, format).scale, ZeroPoint};
  }
};
struct zero_point_where_asymmetric : fit_policy {
  template <class T>
  static constexpr scale_zero_point<T> fit(range<T> values, const format_descriptor& format) {
    return {min_max_fit::fit(values, format).scale, format.is_symmetric() ? 0 : -128};
  }
};
static_assert(usable_fit<fitted<not_constant>> && !constant_fit<fitted<not_constant>>);
static_assert(usable_fit<fitted<endless>> && !constant_fit<fitted<endless>>);
static_assert(
    quantization_scheme<fitted<constant_scale<8>>>);  // a scale that no range moves is for fixed-point hardware
static_assert(constant_fit<fitted<constant_scale<0>>> && !positive_scale<fitted<constant_scale<0>>>);
static_assert(!positive_scale<fitted<constant_scale<-8>>> && !quantization_scheme<fitted<constant_scale<-8>>>);
static_assert(positive_scale<fitted<tiny_scale>> && !positive_scale<fitted_blocks<tiny_scale>>);  // stored as float16
static_assert(zero_point_in_range<fitted<constant_zero_point<0>>>);
static_assert(!zero_point_in_range<fitted<constant_zero_point<1>>>);
static_assert(zero_point_in_range<fitted_activations<zero_point_where_asymmetric>>);
static_assert(!zero_point_in_range<fitted_activations<constant_zero_point<-128>>>);  // of the weight
static_assert(!zero_point_in_range<fitted_activations<constant_zero_point<-129>>>);
static_assert(!quantization_scheme<fitted<constant_zero_point<1>>>);

TEST_SUITE_BEGIN("scheme/concepts");

TEST_CASE("a custom scheme's own fit is the one that is called") {
  CHECK(fit_of<own_fit>::fit(range<double>{-1, 1}, my_scheme::weight::descriptor).scale == 0.5);
}

TEST_SUITE_END();

}  // namespace
