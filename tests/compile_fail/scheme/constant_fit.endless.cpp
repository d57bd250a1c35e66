// EXPECT: my_scheme.*aeq: constant_fit:
// SPDX-License-Identifier: Apache-2.0
// The loop does not end for a range of zeros.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    T scale = 1;
    while (scale * T(format.highest()) >= aeq::maximum(-values.lowest, values.highest)) scale /= 2;
    return {scale * 2, 0};
  }
#else
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    T scale = 1;
    const T bound = aeq::maximum(aeq::maximum(-values.lowest, values.highest), T(aeq::smallest_range));
    while (scale * T(format.highest()) >= bound) scale /= 2;
    while (scale * T(format.highest()) < bound) scale *= 2;
    return {scale, 0};
  }
#endif
};

static_assert(aeq::verify<my_scheme>());
