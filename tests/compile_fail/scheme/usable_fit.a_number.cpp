// EXPECT: my_scheme.*aeq: usable_fit:
// SPDX-License-Identifier: Apache-2.0
// The zero point is missing in the result.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  template <std::floating_point T>
  static constexpr T fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    return aeq::min_max_fit::fit(values, format).scale;
  }
#else
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    return aeq::min_max_fit::fit(values, format);
  }
#endif
};

static_assert(aeq::verify<my_scheme>());
