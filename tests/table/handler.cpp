// SPDX-License-Identifier: Apache-2.0
// Kernels of one's own: from the struct that says them to the row that runs them.
#include <doctest/doctest.h>

#include <aeq/kernel/quantize.hpp>
#include <aeq/table/kernel_table.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace {

using namespace aeq;

/// Adds with saturation where all operands have one scale; prepares nothing but a counter of calls in its workspace.
struct plain_add {
  using operation = op::add;

  static std::size_t workspace_bytes(const kernel_arguments&) noexcept { return sizeof(std::int32_t); }

  static status setup(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    if (call.inputs.size() != 2 || call.outputs.size() != 1) return status::wrong_operands;
    if (call.options.activation != fused_activation::none) return status::wrong_options;
    const result_operand& result = call.outputs[0];
    for (const operand& input : call.inputs) {
      if (!input.present()) return status::wrong_operands;
      if (input.type != element_type::int8 || result.type != element_type::int8) return status::wrong_type;
      if (input.elements() != result.elements() || !input.is_complete()) return status::wrong_shape;
      if (input.scale.size() != 1 || input.scale[0] != result.scale[0]) return status::wrong_parameters;
    }
    if (workspace.size() < workspace_bytes(call)) return status::small_workspace;
    const std::int32_t calls = 0;
    std::memcpy(workspace.data(), &calls, sizeof calls);
    return status::ready;
  }

  static void evaluate(const kernel_arguments& call, std::span<std::byte> workspace) noexcept {
    std::int32_t calls = 0;
    std::memcpy(&calls, workspace.data(), sizeof calls);
    ++calls;
    std::memcpy(workspace.data(), &calls, sizeof calls);
    const auto a = call.inputs[0].values<std::int8_t>();
    const auto b = call.inputs[1].values<std::int8_t>();
    const auto sum = call.outputs[0].values<std::int8_t>();
    for (std::size_t i = 0; i < sum.size(); ++i) {
      const int exact = a[i] + b[i];
      sum[i] = static_cast<std::int8_t>(exact < -128 ? -128 : exact > 127 ? 127 : exact);
    }
  }
};

/// Without a workspace.
struct no_softmax {
  using operation = op::softmax;
  static status setup(const kernel_arguments&, std::span<std::byte>) noexcept { return status::wrong_operands; }
  static void evaluate(const kernel_arguments&, std::span<std::byte>) noexcept {}
};

struct with_kernels {
  static constexpr std::string_view name = "with_kernels";
  using activation = integer<8, symmetric, tensorwise>;
  using weight = integer<8, symmetric, channelwise>;
  static constexpr auto compute_precision = compute::integer;
  static constexpr auto execution_mode = execution::static_range;
  using policies = type_list<power_of_two_fit, kernels<plain_add, no_softmax>>;
};
static_assert(verify<with_kernels, op::add, op::softmax, op::conv_2d>());
static_assert(kernel_list<with_kernels> && usable_kernels<with_kernels> && one_kernel_per_operation<with_kernels>);
static_assert(kernel_operation<plain_add> && kernel_workspace<plain_add> && kernel_setup<plain_add>);
static_assert(kernel_evaluate<plain_add> && kernel_workspace<no_softmax>);
static_assert(kernel_of_supported_operation<plain_add, with_kernels>);
static_assert(!kernel_of_supported_operation<plain_add, dynamic_wi8_afp32>);
static_assert(kernels_of<with_kernels>.size() == 2 && kernels_of<static_wi8_ai8>.empty());

// The handler of a pair has what the table's row has.
static_assert(op_handler<op::add, with_kernels>::kernel.evaluate == &plain_add::evaluate);
static_assert(op_handler<op::softmax, with_kernels>::kernel.setup == &no_softmax::setup);
static_assert(!op_handler<op::conv_2d, with_kernels>::kernel.present());
static_assert(!op_handler<op::add, static_wi8_ai8>::kernel.present());

// What is no kernel.
struct without_operation {
  static status setup(const kernel_arguments&, std::span<std::byte>) noexcept;
  static void evaluate(const kernel_arguments&, std::span<std::byte>) noexcept;
};
struct of_a_graph_edge : without_operation {
  using operation = op::graph_output;
};
struct that_may_throw {
  using operation = op::add;
  static std::size_t workspace_bytes(const kernel_arguments&);
  static status setup(const kernel_arguments&, std::span<std::byte>);
  static void evaluate(const kernel_arguments&, std::span<std::byte>);
};
struct of_other_form {
  using operation = op::add;
  static int workspace_bytes(const kernel_arguments&) noexcept;
  static bool setup(const kernel_arguments&, std::span<std::byte>) noexcept;
  static status evaluate(const kernel_arguments&, std::span<std::byte>) noexcept;
};
struct per_object {
  std::size_t workspace_bytes(const kernel_arguments&) const noexcept;
  status setup(const kernel_arguments&, std::span<std::byte>) noexcept;
  void evaluate(const kernel_arguments&, std::span<std::byte>) noexcept;
};
struct overloaded {  // one of them is the right one
  static void evaluate(int) noexcept;
  static void evaluate(const kernel_arguments&, std::span<std::byte>) noexcept;
};
static_assert(!kernel_operation<without_operation> && !kernel_operation<of_a_graph_edge> && !kernel_operation<int>);
static_assert(!kernel_workspace<that_may_throw> && !kernel_setup<that_may_throw> && !kernel_evaluate<that_may_throw>);
static_assert(!kernel_workspace<of_other_form> && !kernel_setup<of_other_form> && !kernel_evaluate<of_other_form>);
static_assert(!kernel_workspace<per_object> && !kernel_setup<per_object> && !kernel_evaluate<per_object>);
static_assert(kernel_evaluate<overloaded> && !kernel_setup<overloaded>);

struct twice : with_kernels {
  using policies = type_list<kernels<plain_add, plain_add>>;
};
struct no_list {
  using category = kernels_category;
};
struct without_list : with_kernels {
  using policies = no_list;
};
static_assert(!one_kernel_per_operation<twice> && !usable_kernels<twice>);
static_assert(!kernel_list<without_list> && !usable_kernels<without_list>);

// some_operation, distinct_names
template <class List>
struct each_of;
template <class... S>
struct each_of<type_list<S...>> {
  static_assert((some_operation<S> && ...));
  static_assert((kernel_list<S> && ...));
  static_assert((usable_kernels<S> && ...));
  static_assert((one_kernel_per_operation<S> && ...));
  static_assert((verify<S>() && ...));
  static_assert(distinct_names<S...> && distinct_names<S..., S...>);
};
template struct each_of<flat_list<builtin_schemes>>;
static_assert(!some_operation<dynamic_range_scheme<8, blockwise<32>>>);
static_assert(!some_operation<weight_only_scheme<4, symmetric, blockwise<32>>>);
struct same_name : with_kernels {};
static_assert(distinct_names<with_kernels, with_kernels> && !distinct_names<with_kernels, same_name>);

template <class T>
std::span<const std::byte> bytes(const std::vector<T>& values) {
  return std::as_bytes(std::span<const T>(values));
}

TEST_SUITE_BEGIN("table/handler");

TEST_CASE("a row holds the scheme's own kernel for its op, and others none") {
  const kernel_table_view table = kernel_table<builtin_schemes, with_kernels>();
  std::size_t present = 0;
  for (const table_row& row : table.rows()) {
    CAPTURE(name_of(*row.operation, *row.scheme).view());
    if (!row.kernel.present()) continue;
    ++present;
    CHECK(row.scheme->name == "with_kernels");
    CHECK((row.kernel.setup != nullptr));
    CHECK((row.kernel.workspace_bytes != nullptr));
  }
  CHECK(present == 2);
  CHECK((table.find(op::code::add, "with_kernels")->kernel.evaluate == &plain_add::evaluate));
  CHECK_FALSE(table.find(op::code::mul, "with_kernels")->kernel.present());
  CHECK(table.find(op::code::softmax, "with_kernels")->kernel.workspace_bytes({}) == 0);
}

TEST_CASE("a kernel found in the table runs on operands, as often as wanted") {
  const table_row* row = kernel_table<with_kernels>::view().find(op::code::add, "with_kernels");
  REQUIRE(row != nullptr);
  const std::vector<std::int8_t> a{1, 100, -100, 5};
  const std::vector<std::int8_t> b{2, 100, -100, -7};
  std::vector<std::int8_t> sum(4);
  const std::array<std::int32_t, 2> shape{2, 2};
  const std::array<float, 1> scale{0.5f};
  const std::array<operand, 2> inputs{operand{element_type::int8, false, bytes(a), shape, scale},
                                      operand{element_type::int8, false, bytes(b), shape, scale}};
  const std::array<result_operand, 1> outputs{
      result_operand{element_type::int8, false, std::as_writable_bytes(std::span<std::int8_t>(sum)), shape, scale}};
  kernel_arguments call{inputs, outputs, {}};

  std::vector<std::byte> workspace(row->kernel.workspace_bytes(call));
  REQUIRE(row->kernel.setup(call, workspace) == status::ready);
  row->kernel.evaluate(call, workspace);
  row->kernel.evaluate(call, workspace);
  CHECK(sum == std::vector<std::int8_t>{3, 127, -128, -2});
  std::int32_t calls = 0;
  std::memcpy(&calls, workspace.data(), sizeof calls);
  CHECK(calls == 2);

  CHECK(row->kernel.setup(call, {}) == status::small_workspace);
  call.options.activation = fused_activation::relu;
  CHECK(row->kernel.setup(call, workspace) == status::wrong_options);
  call.options = {};
  call.inputs = std::span<const operand>(inputs).first(1);
  CHECK(row->kernel.setup(call, workspace) == status::wrong_operands);
}

TEST_SUITE_END();

}  // namespace
