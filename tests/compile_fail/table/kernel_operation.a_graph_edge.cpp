// EXPECT: my_kernel.*my_scheme.*aeq: kernel_operation:
// SPDX-License-Identifier: Apache-2.0
// An op that only stands for the inputs of a graph.
#include <aeq/table/requirements.hpp>

struct my_kernel {
#ifdef AEQ_TEST_FAIL
  using operation = aeq::op::graph_input;
#else
  using operation = aeq::op::add;
#endif
  static aeq::status setup(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
  static void evaluate(const aeq::kernel_arguments&, std::span<std::byte>) noexcept;
};

struct my_scheme {
  static constexpr std::string_view name = "my_scheme";
  using activation = aeq::integer<8, aeq::asymmetric, aeq::tensorwise>;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr auto compute_precision = aeq::compute::integer;
  static constexpr auto execution_mode = aeq::execution::static_range;
  using policies = aeq::type_list<aeq::kernels<my_kernel>>;
};

static_assert(aeq::verify<my_scheme>());
