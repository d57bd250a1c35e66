// SPDX-License-Identifier: Apache-2.0
// One of the models of bench/firmware.sh on a Cortex-M, which -DAEQ_BENCH_MODEL names: is every output the host's, and
// how much stack does an inference take? What it costs else is counted from outside.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "board/count.hpp"
#include "models.hpp"
#include "runner.hpp"
#include "samples.hpp"

namespace {

namespace model = AEQ_BENCH_MODEL;

alignas(8) std::array<std::byte, model::arena_bytes> arena;
alignas(8) std::array<std::byte, model::workspace_bytes> workspace;

}  // namespace

int main() {
  static constexpr auto kernels = firmware::kernels_of(model::calls);
  const firmware::memory has{arena, workspace, {}};
  if (!firmware::setup(model::tensors, model::calls, kernels, has)) {
    rt_puts("a kernel does not take its operands\n");
    return 1;
  }
  for (std::size_t i = 0; i < samples::inputs.size(); ++i) {
    const std::span<std::byte> input = firmware::bytes_of(model::tensors[model::inputs[0]], arena);
    static_assert(samples::inputs[0].size() == model::tensors[model::inputs[0]].bytes);
    std::memcpy(input.data(), samples::inputs[i].data(), input.size());
    if (i == 0) count_begin();
    firmware::evaluate(model::tensors, model::calls, kernels, has);
    if (i == 0) count_end();
    const std::span<const std::byte> output = firmware::bytes_of(model::tensors[model::outputs[0]], arena);
    for (std::size_t k = 0; k < output.size(); ++k) {
      if (output[k] == static_cast<std::byte>(samples::of_host[i][k])) continue;
      rt_puts("an output is not the host's\n");
      return 1;
    }
  }
  rt_puts("every output is the host's bit for bit\n");
  return 0;
}
