// EXPECT: my_scheme.*aeq: policy_category:
// SPDX-License-Identifier: Apache-2.0
#include <aeq/table/requirements.hpp>

struct wide_fit {
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    return aeq::min_max_fit::fit(aeq::range<T>{values.lowest * 2, values.highest * 2}, format);
  }
};
struct wide_fit_policy : wide_fit {
  using category = aeq::fit_category;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  using policies = aeq::type_list<wide_fit>;
#else
  using policies = aeq::type_list<wide_fit_policy>;
#endif
};

static_assert(aeq::verify<my_scheme>());
