// SPDX-License-Identifier: Apache-2.0
// Runs what write_header wrote, call by call. Which kernels a model needs is known when it is compiled: no others are
// linked.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "device.hpp"
#include "plain_kernels.hpp"

namespace firmware {

inline constexpr std::size_t most_operands = 24;  // of an LSTM

struct memory {
  std::span<std::byte> arena;
  std::span<std::byte> workspace;  ///< of all calls
  std::span<std::byte> scratch;
};

[[nodiscard]] constexpr aeq::kernel_functions kernel_of(const call& what) {
  aeq::kernel_functions found = aeq::builtin_kernel<aeq::arithmetic::litert>(what.operation, what.computes);
  if (!found.present()) found = plain_kernel(what.operation);
  if (what.prepared != nullptr) found = {nullptr, nullptr, found.evaluate, nullptr, nullptr};
  return found;
}

template <std::size_t Count>
[[nodiscard]] constexpr auto kernels_of(const std::array<call, Count>& calls) {
  std::array<aeq::kernel_functions, Count> kernels{};
  for (std::size_t i = 0; i < Count; ++i) kernels[i] = kernel_of(calls[i]);
  return kernels;
}

template <class Task>
void with_arguments(std::span<const tensor> tensors, const call& what, const memory& has, const Task& task) {
  std::array<aeq::operand, most_operands> inputs;
  std::array<aeq::operand, most_operands> intermediates;
  std::array<aeq::result_operand, 8> outputs;
  const auto at = [&](std::int16_t t) -> const tensor& { return tensors[static_cast<std::size_t>(t)]; };
  for (std::size_t i = 0; i < what.inputs.size(); ++i) {
    if (what.inputs[i] >= 0) inputs[i] = operand_of(at(what.inputs[i]), has.arena);
  }
  for (std::size_t i = 0; i < what.outputs.size(); ++i) outputs[i] = result_of(at(what.outputs[i]), has.arena);
  for (std::size_t i = 0; i < what.intermediates.size(); ++i) {
    intermediates[i] = operand_of(at(what.intermediates[i]), has.arena);
  }
  aeq::kernel_arguments arguments;
  arguments.inputs = std::span(inputs).first(what.inputs.size());
  arguments.outputs = std::span(outputs).first(what.outputs.size());
  arguments.intermediates = std::span(intermediates).first(what.intermediates.size());
  arguments.options = what.options;
  arguments.scratch = has.scratch;
  task(arguments, workspace_of(what, has.workspace));
}

/// False if a kernel does not take its operands.
[[nodiscard]] inline bool setup(std::span<const tensor> tensors, std::span<const call> calls,
                                std::span<const aeq::kernel_functions> kernels, const memory& has) {
  bool good = true;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (kernels[i].setup == nullptr) continue;
    with_arguments(tensors, calls[i], has, [&](const aeq::kernel_arguments& arguments, std::span<std::byte> workspace) {
      good = good && kernels[i].workspace_bytes(arguments) <= workspace.size() &&
             kernels[i].setup(arguments, workspace) == aeq::status::ready;
    });
  }
  return good;
}

inline void evaluate(std::span<const tensor> tensors, std::span<const call> calls,
                     std::span<const aeq::kernel_functions> kernels, const memory& has) {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    with_arguments(tensors, calls[i], has, [&](const aeq::kernel_arguments& arguments, std::span<std::byte> workspace) {
      kernels[i].evaluate(arguments, workspace);
    });
  }
}

}  // namespace firmware
