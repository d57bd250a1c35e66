// EXPECT: my_kernel.*my_scheme.*aeq: kernel_workspace:
// SPDX-License-Identifier: Apache-2.0
// A size that is no function.
#include <aeq/table/requirements.hpp>

struct my_kernel {
  using operation = aeq::op::fully_connected;
#ifdef AEQ_TEST_FAIL
  static constexpr std::size_t workspace_bytes = 64;
#else
  static std::size_t workspace_bytes(const aeq::kernel_arguments&) noexcept;
#endif
  static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
  static void evaluate(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::dynamic_range;
  using policies = aeq::type_list<aeq::kernels<my_kernel>>;
};

static_assert(aeq::verify<my_scheme>());
