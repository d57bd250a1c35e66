// EXPECT: my_kernel.*my_scheme.*aeq: kernel_evaluate:
// SPDX-License-Identifier: Apache-2.0
// The form that only its writer knows how to call.
#include <aeq/table/requirements.hpp>

struct my_kernel {
  using operation = aeq::op::fully_connected;
  static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
#ifdef AEQ_TEST_FAIL
  static void evaluate(std::span<const std::int8_t> input, std::span<std::int8_t> output) noexcept;
#else
  static void evaluate(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
#endif
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
