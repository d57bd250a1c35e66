// EXPECT: my_scheme.*aeq: zero_point_in_range:
// SPDX-License-Identifier: Apache-2.0
// Without 0 in the range the zero point lies beyond the integers.
#include <aeq/table/requirements.hpp>

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
#ifdef AEQ_TEST_FAIL
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    if (format.is_symmetric()) return aeq::min_max_fit::fit(values, format);
    const T width = aeq::maximum(values.highest - values.lowest, T(aeq::smallest_range));
    const T scale = width / T(format.highest() - format.lowest());
    return {scale, static_cast<std::int32_t>(aeq::round_half_even(T(format.lowest()) - values.lowest / scale))};
  }
#else
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    return aeq::min_max_fit::fit(values, format);
  }
#endif
};

static_assert(aeq::verify<my_scheme>());
