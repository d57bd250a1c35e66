// EXPECT: my_scheme.*aeq: weight_format:
// SPDX-License-Identifier: Apache-2.0
// A format of one's own whose descriptor is something else.
#include <aeq/table/requirements.hpp>

struct nibbles {
  static constexpr auto descriptor = aeq::symmetric;
};
struct described_nibbles {
  static constexpr aeq::format_descriptor descriptor{aeq::number_kind::signed_integer, 4, aeq::symmetric,
                                                     aeq::channelwise::descriptor};
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
#ifdef AEQ_TEST_FAIL
  using weight = nibbles;
#else
  using weight = described_nibbles;
#endif
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
};

static_assert(aeq::verify<my_scheme>());
