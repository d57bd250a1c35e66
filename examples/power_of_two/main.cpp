// SPDX-License-Identifier: Apache-2.0
// A scheme of one's own: int8 weights whose scales are powers of two, for hardware that shifts instead of multiplying.
// The recipe file chooses it by name. Arguments: MODEL RECIPE OUTPUT.
#include <cmath>
#include <concepts>
#include <iostream>
#include <map>
#include <string_view>

#include <aeq/aeq.hpp>

struct shift_wi8_afp32 {
  static constexpr std::string_view name = "shift_wi8_afp32";
  using activation = aeq::float32;
  using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise>;
  static constexpr aeq::compute compute_precision = aeq::compute::integer;
  static constexpr aeq::execution execution_mode = aeq::execution::dynamic_range;

  /// The smallest power of two that takes the range into the integers of the format.
  template <std::floating_point T>
  static constexpr aeq::scale_zero_point<T> fit(aeq::range<T> values, const aeq::format_descriptor& format) {
    T scale = T(0x1p-40);
    while (scale * T(format.highest()) < aeq::maximum(-values.lowest, values.highest)) scale *= T(2);
    return {scale, 0};
  }
};
static_assert(aeq::verify<shift_wi8_afp32>());
static_assert(shift_wi8_afp32::fit<float>({-1.0f, 0.5f}, shift_wi8_afp32::weight::descriptor).scale == 0x1p-6f);

namespace {

/// Prints which scales the int8 tensors of a model have, and returns whether all are powers of two.
bool has_powers_of_two_only(const aeq::model::model& model) {
  std::map<int, int> channels;  // by the exponent of their scale
  int others = 0;
  for (const aeq::model::subgraph& graph : model.subgraphs) {
    for (const aeq::model::tensor& tensor : graph.tensors) {
      if (tensor.type != aeq::model::tensor_type::int8 || !tensor.quantization) continue;
      for (const float scale : tensor.quantization->scale) {
        int exponent = 0;
        if (std::frexp(scale, &exponent) == 0.5f) {  // scale = 0.5 * 2^exponent
          ++channels[exponent - 1];
        } else {
          ++others;
        }
      }
    }
  }
  for (const auto& [exponent, count] : channels) std::cout << "2^" << exponent << ": " << count << " channels\n";
  std::cout << "other scales: " << others << '\n';
  return others == 0 && !channels.empty();
}

}  // namespace

int main(int count, char** words) try {
  if (count != 4) throw aeq::error(aeq::error_code::wrong_usage, "power_of_two MODEL RECIPE OUTPUT");

  aeq::quantizer quantizer(words[1], aeq::kernel_table<aeq::builtin_schemes, shift_wi8_afp32>());
  quantizer.load_recipe(words[2]);
  quantizer.save(words[3], {.file = {.overwrite = true}});

  aeq::warnings notes;
  return has_powers_of_two_only(aeq::model::read(words[3], notes)) ? 0 : 1;
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
