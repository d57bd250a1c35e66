// SPDX-License-Identifier: Apache-2.0
// Golden cases of the kernels on the target: models of one op as data, run by direct calls of their kernels, against
// what LiteRT's reference kernels answered.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "cases.hpp"
#include "runner.hpp"

extern "C" void rt_puts(const char* text);

namespace {

/// Answers that are defects of LiteRT's reference kernels, which ours must not repeat.
constexpr std::string_view defects[] = {"sum_int8_hw", "fc_hybrid_int4_blockwise32"};

/// Float sums, which LiteRT adds in another order, and functions of the C library: within 1e-6 of the value, and of 1.
constexpr std::string_view other_order[] = {
    "fc_float",
    "conv_float",
    "dwconv_float",
    "tconv_float",
    "bmm_float",
    "sum_float",
    "softmax_float",
    "avgpool_float",
    "mean_float",
    "dequant_int8_pc_then_fc",
    "dequant_float16_then_fc",
};

alignas(16) std::array<std::byte, 65536> arena;
alignas(16) std::array<std::byte, 65536> workspace;
alignas(16) std::array<std::byte, 65536> scratch;

enum class answer { equal, near, different, refused };

[[nodiscard]] answer compare(const aeq::operand& got, std::span<const std::uint8_t> expected) {
  if (got.data.size() != expected.size()) return answer::different;
  if (std::memcmp(got.data.data(), expected.data(), expected.size()) == 0) return answer::equal;
  if (got.type != aeq::element_type::float32) return answer::different;
  const auto values = got.values<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    float wanted = 0;
    std::memcpy(&wanted, expected.data() + i * sizeof wanted, sizeof wanted);
    const float size = wanted < 0 ? -wanted : wanted;
    const float error = values[i] < wanted ? wanted - values[i] : values[i] - wanted;
    if (!(error <= 1e-6f * (1 + size))) return answer::different;
  }
  return answer::near;
}

answer run(std::span<const firmware::tensor> tensors, std::span<const firmware::call> calls,
           std::span<const aeq::kernel_functions> kernels, std::span<const std::int16_t> inputs,
           std::span<const std::int16_t> outputs, std::span<const std::span<const std::uint8_t>> given,
           std::span<const std::span<const std::uint8_t>> expected) {
  // What the last case left must not help this one.
  arena.fill(std::byte(0x5a));
  workspace.fill(std::byte(0x5a));
  for (const firmware::tensor& t : tensors) {  // states begin with zeros, of int8 with zero points
    if (t.data != nullptr) continue;
    const auto zero = t.type == aeq::element_type::int8 && !t.zero_point.empty() ? t.zero_point[0] : 0;
    std::ranges::fill(firmware::bytes_of(t, arena), static_cast<std::byte>(zero));
  }
  const firmware::memory has{arena, workspace, scratch};
  if (!firmware::setup(tensors, calls, kernels, has)) return answer::refused;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const firmware::tensor& t = tensors[static_cast<std::size_t>(inputs[i])];
    if (t.bytes != given[i].size()) return answer::refused;
    std::memcpy(firmware::bytes_of(t, arena).data(), given[i].data(), given[i].size());
  }
  firmware::evaluate(tensors, calls, kernels, has);
  answer worst = answer::equal;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const firmware::tensor& t = tensors[static_cast<std::size_t>(outputs[i])];
    worst = std::max(worst, compare(firmware::operand_of(t, arena), expected[i]));
  }
  return worst;
}

void say(int number) {
  std::array<char, 12> digits{};
  std::size_t at = digits.size() - 1;
  do {
    digits[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  rt_puts(&digits[at]);
}

int equal = 0, near = 0, total = 0, erring = 0;

template <std::size_t Count>
[[nodiscard]] bool is_listed(const char* name, const std::string_view (&list)[Count]) {
  return std::ranges::find(list, std::string_view(name)) != std::end(list);
}

void count(const char* name, answer got) {
  ++total;
  if (is_listed(name, defects)) {
    if (got != answer::equal) {
      ++erring;
      return;
    }
  } else if (got == answer::equal) {
    ++equal;
    return;
  } else if (got == answer::near && is_listed(name, other_order)) {
    ++near;
    return;
  }
  rt_puts("FAILED: ");
  rt_puts(name);
  rt_puts(got == answer::refused ? " (a kernel does not take its operands)\n" : "\n");
}

}  // namespace

int main() {
#define AEQ_TEST_RUN(NAME)                                                                                \
  {                                                                                                       \
    static_assert(NAME::arena_bytes <= arena.size() && NAME::workspace_bytes <= workspace.size() &&       \
                  NAME::scratch_bytes <= scratch.size());                                                 \
    static constexpr auto kernels = firmware::kernels_of(NAME::calls);                                    \
    count(#NAME, run(NAME::tensors, NAME::calls, kernels, NAME::inputs, NAME::outputs, NAME::inputs_data, \
                     NAME::outputs_data));                                                                \
  }
  AEQ_TEST_CASES(AEQ_TEST_RUN)
  say(equal);
  rt_puts(" of ");
  say(total);
  rt_puts(" cases equal bit for bit");
  if (near != 0) {
    rt_puts(", ");
    say(near);
    rt_puts(" float ones within 1e-6");
  }
  if (erring != 0) {
    rt_puts(", ");
    say(erring);
    rt_puts(" where LiteRT errs");
  }
  rt_puts("\n");
  return equal + near + erring == total && total != 0 ? 0 : 1;
}
