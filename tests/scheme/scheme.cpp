// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/scheme.hpp>
#include <cstddef>
#include <set>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

using namespace aeq;

// The names of the published recipes.
static_assert(name_of_scheme<dynamic_wi8_afp32> == "dynamic_wi8_afp32");
static_assert(name_of_scheme<dynamic_wi4_afp32> == "dynamic_wi4_afp32");
static_assert(name_of_scheme<weight_only_wi8_afp32> == "weight_only_wi8_afp32");
static_assert(name_of_scheme<weight_only_wi4_afp32> == "weight_only_wi4_afp32");
static_assert(name_of_scheme<static_wi8_ai8> == "static_wi8_ai8");
static_assert(name_of_scheme<static_wi8_ai16> == "static_wi8_ai16");
// What does not go without saying is said.
static_assert(name_of_scheme<weight_only_wfp16_afp32> == "weight_only_wfp16_afp32");
static_assert(name_of_scheme<static_wi8_au8> == "static_wi8_au8");
static_assert(name_of_scheme<dynamic_range_scheme<8, tensorwise>> == "dynamic_wi8t_afp32");
static_assert(name_of_scheme<dynamic_range_scheme<4, blockwise<128>>> == "dynamic_wi4b128_afp32");
static_assert(name_of_scheme<weight_only_scheme<4, asymmetric, tensorwise>> == "weight_only_wi4t_asymmetric_afp32");
static_assert(name_of_scheme<static_range_scheme<ai8_symmetric, 4, channelwise>> == "static_wi4_ai8_symmetric");
static_assert(name_of_scheme<static_range_scheme<integer<16, asymmetric, tensorwise>, 8, channelwise>> ==
              "static_wi8_ai16_asymmetric");

struct named {
  static constexpr std::string_view name = "accelerator_wi8";
  using activation = float32;
  using weight = integer<8, symmetric, channelwise>;
  static constexpr auto compute_precision = compute::integer;
  static constexpr auto execution_mode = execution::dynamic_range;
};
static_assert(name_of_scheme<named> == "accelerator_wi8" && descriptor_of<named>.name == "accelerator_wi8");
static_assert(descriptor_of<named>.same_arithmetic(descriptor_of<dynamic_wi8_afp32>));
static_assert(!descriptor_of<dynamic_wi8_afp32>.same_arithmetic(descriptor_of<weight_only_wi8_afp32>));
static_assert(!descriptor_of<dynamic_wi8_afp32>.same_arithmetic(descriptor_of<dynamic_wi4_afp32>));

struct other_category {};
struct other_policy {
  using category = other_category;
};
using with_policies = scheme<float32, integer<8, symmetric, channelwise>, compute::integer, execution::dynamic_range,
                             other_policy, power_of_two_fit>;
static_assert(std::is_same_v<policy_of<with_policies, fit_category, min_max_fit>, power_of_two_fit>);
static_assert(std::is_same_v<policy_of<with_policies, other_category, void>, other_policy>);
static_assert(std::is_same_v<policy_of<named, fit_category, min_max_fit>, min_max_fit>);

template <class List>
struct names_of;
template <class... Schemes>
struct names_of<type_list<Schemes...>> {
  static std::vector<std::string_view> get() { return {name_of_scheme<Schemes>...}; }
};
template <class List>
struct descriptors_of;
template <class... Schemes>
struct descriptors_of<type_list<Schemes...>> {
  static std::vector<scheme_descriptor> get() { return {descriptor_of<Schemes>...}; }
};

TEST_SUITE_BEGIN("scheme/scheme");

TEST_CASE("derived names are unique over the built-in schemes, and not cut") {
  std::set<std::string_view> seen;
  for (const std::string_view name : names_of<flat_list<builtin_schemes>>::get()) {
    CAPTURE(name);
    CHECK(seen.insert(name).second);
    CHECK(name.size() < 64);
  }
  CHECK(seen.size() == builtin_schemes::size);
}

TEST_CASE("no two built-in schemes have the same arithmetic") {
  const auto all = descriptors_of<flat_list<builtin_schemes>>::get();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      CAPTURE(all[i].name);
      CHECK_FALSE(all[i].same_arithmetic(all[j]));
    }
  }
}

TEST_SUITE_END();

}  // namespace
