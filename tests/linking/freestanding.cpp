// SPDX-License-Identifier: Apache-2.0
// The freestanding part of a program under test, as firmware would have it.
#include <aeq/aeq.hpp>

static_assert(AEQ_FREESTANDING == 1);

namespace linking {

int freestanding(float value, float scale);

int freestanding(float value, float scale) {
  const aeq::kernel_table_view table = aeq::kernel_table<aeq::builtin_schemes>();
  for (const aeq::table_row& row : table.rows()) {
    if (table.find(row.key) != &row) return -1;
  }
  const aeq::quantized_limits<float> limits(aeq::integer<8, aeq::symmetric, aeq::tensorwise>::descriptor);
  return aeq::quantize_value(value, scale, 0.0f, limits);
}

}  // namespace linking
