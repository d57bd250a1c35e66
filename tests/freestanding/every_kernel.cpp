// SPDX-License-Identifier: Apache-2.0
// Uses every kernel that there is, on quantized numbers in both arithmetics and on numbers as they are, as a program
// for a processor without an operating system: what it leaves undefined, firmware must have.
#include <aeq/aeq.hpp>

#include "plain_kernels.hpp"

static_assert(AEQ_FREESTANDING == 1);

namespace {

using firmware::op::code;

template <class Arithmetic>
[[nodiscard]] constexpr std::size_t count() {
  std::size_t kernels = 0;
  for (std::size_t i = 0; i < aeq::computation_count; ++i) {
    for (int c = 0; c < 256; ++c) {
      kernels += aeq::builtin_kernel<Arithmetic>(static_cast<code>(c), static_cast<aeq::computation>(i)).present();
    }
  }
  return kernels;
}

/// All of them in one array: their addresses are constants.
template <class Arithmetic>
[[nodiscard]] constexpr auto all() {
  std::array<aeq::kernel_functions, count<Arithmetic>()> kernels{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < aeq::computation_count; ++i) {
    for (int c = 0; c < 256; ++c) {
      const auto found = aeq::builtin_kernel<Arithmetic>(static_cast<code>(c), static_cast<aeq::computation>(i));
      if (found.present()) kernels[next++] = found;
    }
  }
  return kernels;
}

constexpr auto litert = all<aeq::arithmetic::litert>();
constexpr auto tflm = all<aeq::arithmetic::tflm>();
static_assert(litert.size() > 100 && tflm.size() == litert.size());

alignas(16) std::array<std::byte, 1024> workspace;

int run(const aeq::kernel_functions& kernel, const aeq::kernel_arguments& call) {
  if (kernel.workspace_bytes(call) > sizeof(workspace)) return 1;
  if (kernel.scratch_bytes != nullptr && kernel.scratch_bytes(call) > sizeof(workspace)) return 1;
  if (kernel.setup(call, workspace) != aeq::status::ready) return 1;
  if (kernel.check != nullptr && kernel.check(call) != aeq::status::ready) return 1;
  kernel.evaluate(call, workspace);
  return 0;
}

}  // namespace

// Which kernel, and on what, nobody knows here.
extern "C" int every_kernel(int list, unsigned index, const aeq::kernel_arguments* call);
extern "C" int every_kernel(int list, unsigned index, const aeq::kernel_arguments* call) {
  switch (list) {
    case 0: return index < litert.size() ? run(litert[index], *call) : -1;
    case 1: return index < tflm.size() ? run(tflm[index], *call) : -1;
    default: return index < firmware::plain_kernels.size() ? run(firmware::plain_kernels[index].functions, *call) : -1;
  }
}

namespace {

/// What models of 8-bit integers mostly consist of.
constexpr std::array quantized{code::add,           code::average_pool_2d,
                               code::batch_matmul,  code::conv_2d,
                               code::div,           code::depthwise_conv_2d,
                               code::equal,         code::fully_connected,
                               code::hard_swish,    code::leaky_relu,
                               code::less,          code::log_softmax,
                               code::max_pool_2d,   code::mean,
                               code::mul,           code::prelu,
                               code::relu,          code::relu6,
                               code::softmax,       code::squared_difference,
                               code::sub,           code::sum,
                               code::transpose_conv};
constexpr std::array moved{code::arg_max, code::concatenation, code::gather, code::maximum,       code::minimum,
                           code::pad,     code::reshape,       code::slice,  code::strided_slice, code::transpose};

template <class Arithmetic>
constexpr auto of_int8 = [] {
  std::array<aeq::kernel_functions, quantized.size()> kernels{};
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    kernels[i] = aeq::builtin_kernel<Arithmetic, aeq::computation::integer8>(quantized[i]);
  }
  return kernels;
}();
template <class Arithmetic>
constexpr bool are_there = [] {
  bool all = true;
  for (const aeq::kernel_functions& kernel : of_int8<Arithmetic>) all = all && kernel.present();
  return all;
}();
static_assert(are_there<aeq::arithmetic::litert> && are_there<aeq::arithmetic::tflm>);
constexpr auto moving = [] {
  std::array<aeq::kernel_functions, moved.size()> kernels{};
  for (std::size_t i = 0; i < kernels.size(); ++i) kernels[i] = firmware::plain_kernel(moved[i]);
  return kernels;
}();

}  // namespace

// These need no mathematical function of a C library.
extern "C" int int8_kernel(int list, unsigned index, const aeq::kernel_arguments* call);
extern "C" int int8_kernel(int list, unsigned index, const aeq::kernel_arguments* call) {
  switch (list) {
    case 0: return index < quantized.size() ? run(of_int8<aeq::arithmetic::litert>[index], *call) : -1;
    case 1: return index < quantized.size() ? run(of_int8<aeq::arithmetic::tflm>[index], *call) : -1;
    default: return index < moving.size() ? run(moving[index], *call) : -1;
  }
}

// The part that is no kernel: what a row of the table says, and numbers quantized one by one.
extern "C" int every_row(float value, float scale);
extern "C" int every_row(float value, float scale) {
  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes>();
  int rows = 0;
  for (const aeq::table_row& row : table.rows()) rows += table.find(row.key) == &row;
  const aeq::quantized_limits<float> limits(aeq::integer<8, aeq::symmetric, aeq::tensorwise>::descriptor);
  return rows + aeq::quantize_value(value, scale, 0.0f, limits);
}
