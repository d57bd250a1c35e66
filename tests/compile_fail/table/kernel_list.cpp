// EXPECT: my_scheme.*aeq: kernel_list:
// SPDX-License-Identifier: Apache-2.0
// A kernel in place of the list of kernels.
#include <aeq/table/requirements.hpp>

struct my_kernel {
  using category = aeq::kernels_category;
  using operation = aeq::op::fully_connected;
  static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
  static void evaluate(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
#ifdef AEQ_TEST_FAIL
  using policies = aeq::type_list<my_kernel>;
#else
  using policies = aeq::type_list<aeq::kernels<my_kernel> >;
#endif
};

static_assert(aeq::verify<my_scheme>());
