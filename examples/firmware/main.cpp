// SPDX-License-Identifier: Apache-2.0
// The digits model in 8-bit integers on a Cortex-M: kernels called one by one, by hand. No heap, no exceptions, no
// interpreter, and of a C library four functions (memcpy and its kin).
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "board/count.hpp"
#include "digits.hpp"   // the model, by write_header
#include "samples.hpp"  // held-out pictures, what they show, and what the host made of them, by samples.py

extern "C" std::uint32_t ld_stack_limit[];

namespace {

namespace kernel = aeq::kernel;
using aeq::fused_activation;
using aeq::window_padding;

/// Tensors of the model by name.
enum tensor_name : std::uint8_t {
  image = 0,
  hidden_bias = 1,
  body_bias = 2,
  pointwise_bias = 3,
  depthwise_bias = 4,
  classes_bias = 5,
  body_weight = 6,
  pointwise_weight = 7,
  depthwise_weight = 8,
  classes_weight = 9,
  hidden_weight = 10,
  stem_weight = 12,
  stem_bias = 13,
  stem = 14,
  depthwise = 15,
  pointwise = 16,
  max_pooled = 17,
  body = 18,
  mean_pooled = 19,
  flat = 20,
  hidden = 21,
  classes = 22,
  probabilities = 23
};

alignas(8) std::array<std::byte, digits::arena_bytes> arena;
alignas(8) std::array<std::byte, digits::workspace_bytes> workspace;

/// What a layer needs besides its operands.
struct layer_options : aeq::operation_options {
  constexpr explicit layer_options(window_padding how, fused_activation last = fused_activation::none) {
    padding = how;
    activation = last;
  }
  [[nodiscard]] constexpr layer_options pooled_by_two() const {
    layer_options result = *this;
    result.stride_height = result.stride_width = result.filter_height = result.filter_width = 2;
    return result;
  }
};

/// Factors in flash, where setup has nothing left to do.
template <class Factor, std::size_t Count>
[[nodiscard]] std::span<std::byte> ready(const std::array<Factor, Count>& factors) {
  return std::as_writable_bytes(std::span(const_cast<Factor*>(factors.data()), Count));  // which evaluate only reads
}

/// The network, as a list of calls: step(kernel, inputs, output, options) for each, and the factors of those with a
/// weight.
template <class Step>
void for_all_layers(Step&& step) {
  using conv = kernel::integer_conv_2d<std::int8_t>;
  using depthwise_conv = kernel::integer_depthwise_conv_2d<std::int8_t>;
  // LiteRT's arithmetic: what the host computes with. arithmetic::tflm is that of tflite-micro.
  using fully_connected = kernel::integer_fully_connected<std::int8_t, aeq::arithmetic::litert>;
  using max_pool = kernel::integer_pool_2d<std::int8_t, false>;
  using mean_pool = kernel::integer_pool_2d<std::int8_t, true>;
  using softmax = kernel::integer_softmax_8<std::int8_t>;
  constexpr layer_options same_relu(window_padding::same, fused_activation::relu);
  constexpr layer_options valid_relu(window_padding::valid, fused_activation::relu);
  constexpr layer_options plain(window_padding::valid);

  step(conv(), {image, stem_weight, stem_bias}, stem, same_relu, ready(digits::factors_0));
  step(depthwise_conv(), {stem, depthwise_weight, depthwise_bias}, depthwise, same_relu, ready(digits::factors_1));
  step(conv(), {depthwise, pointwise_weight, pointwise_bias}, pointwise, valid_relu, ready(digits::factors_2));
  step(max_pool(), {pointwise}, max_pooled, plain.pooled_by_two());
  step(conv(), {max_pooled, body_weight, body_bias}, body, same_relu, ready(digits::factors_4));
  step(mean_pool(), {body}, mean_pooled, plain.pooled_by_two());
  // flat: mean_pooled in one row
  step(fully_connected(), {flat, hidden_weight, hidden_bias}, hidden, same_relu, ready(digits::factors_7));
  step(fully_connected(), {hidden, classes_weight, classes_bias}, classes, plain, ready(digits::factors_8));
  step(softmax(), {classes}, probabilities, plain);
}

/// Calls act(call) with the arguments of a kernel.
template <class Act>
void with_arguments(std::initializer_list<tensor_name> from, tensor_name to, const layer_options& options,
                    const Act& act) {
  std::array<aeq::operand, 3> inputs;
  std::size_t count = 0;
  for (const tensor_name t : from) inputs[count++] = firmware::operand_of(digits::tensors[t], arena);
  const aeq::result_operand output = firmware::result_of(digits::tensors[to], arena);
  act(aeq::kernel_arguments{std::span(inputs).first(count), {&output, 1}, options, {}, {}, {}});
}

/// Runs setup of the kernels without factors. (Only SOFTMAX has a workspace; it takes all of the memory.)
struct set_up_step {
  bool good = true;

  template <class Kernel>
  void operator()(Kernel, std::initializer_list<tensor_name> from, tensor_name to, const layer_options& options) {
    with_arguments(from, to, options, [&](const aeq::kernel_arguments& call) {
      good = good && Kernel::setup(call, workspace) == aeq::status::ready;
    });
  }
  template <class Kernel>
  void operator()(Kernel, std::initializer_list<tensor_name>, tensor_name, const layer_options&, std::span<std::byte>) {
  }
};

struct evaluate_step {
  template <class Kernel>
  void operator()(Kernel, std::initializer_list<tensor_name> from, tensor_name to, const layer_options& options,
                  std::span<std::byte> memory = workspace) {
    with_arguments(from, to, options, [&](const aeq::kernel_arguments& call) { Kernel::evaluate(call, memory); });
  }
};

[[nodiscard]] bool set_up() {
  set_up_step step;
  for_all_layers(step);
  return step.good;
}

void infer() {
  for_all_layers(evaluate_step());
}

template <class T>
[[nodiscard]] std::span<T> values_of(tensor_name t) {
  return firmware::result_of(digits::tensors[t], arena).values<T>();
}

void say(std::size_t number) {
  std::array<char, 12> text{};
  std::size_t at = text.size() - 1;
  do {
    text[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  rt_puts(&text[at]);
}

/// Bytes of stack that `task` uses.
template <class Task>
[[nodiscard, gnu::noinline]] std::size_t stack_of(const Task& task) {
  constexpr std::uint32_t untouched = 0xa5a5a5a5u;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  auto* const top = reinterpret_cast<std::uint32_t*>(here - 128);
  for (volatile std::uint32_t* p = ld_stack_limit; p < top; p = p + 1) *p = untouched;
  task();
  const volatile std::uint32_t* lowest = ld_stack_limit;
  while (lowest < top && *lowest == untouched) lowest = lowest + 1;
  return static_cast<std::size_t>(top - lowest) * sizeof(std::uint32_t);
}

}  // namespace

int main() {
  if (!set_up()) {
    rt_puts("a kernel does not take its operands\n");
    return 1;
  }
  const firmware::tensor& input = digits::tensors[image];
  const aeq::quantized_limits<float> limits(aeq::integer<8, aeq::asymmetric, aeq::tensorwise>::descriptor);
  const auto zero = static_cast<float>(input.zero_point[0]);
  std::size_t equal = 0, right = 0, stack = 0;
  for (std::size_t i = 0; i < samples::images.size(); ++i) {
    const std::span<std::int8_t> pixels = values_of<std::int8_t>(image);
    for (std::size_t k = 0; k < pixels.size(); ++k) {
      pixels[k] = static_cast<std::int8_t>(aeq::quantize_value(samples::images[i][k], input.scale[0], zero, limits));
    }
    if (i == 0) {
      stack = stack_of([] {
        count_begin();
        infer();
        count_end();
      });
    } else {
      infer();
    }
    const std::span<const std::int8_t> output = values_of<std::int8_t>(probabilities);
    bool is_equal = true;
    std::size_t best = 0;
    for (std::size_t k = 0; k < output.size(); ++k) {
      is_equal = is_equal && output[k] == samples::of_host[i][k];
      if (output[k] > output[best]) best = k;
    }
    if (is_equal) ++equal;
    if (best == samples::labels[i]) ++right;
  }
  say(equal);
  rt_puts(" of ");
  say(samples::images.size());
  rt_puts(" outputs equal to the host's bit for bit, ");
  say(right);
  rt_puts(" pictures named right; stack ");
  say(stack);
  rt_puts(" bytes\n");
  return equal == samples::images.size() ? 0 : 1;
}
