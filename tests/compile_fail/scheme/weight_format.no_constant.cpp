// EXPECT: my_scheme.*aeq: weight_format:
// SPDX-License-Identifier: Apache-2.0
// A descriptor that only the running program knows.
#include <aeq/table/requirements.hpp>

struct nibbles {
  static inline aeq::format_descriptor descriptor{aeq::number_kind::signed_integer, 4, aeq::symmetric,
                                                  aeq::channelwise::descriptor};
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = nibbles;
#else
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
