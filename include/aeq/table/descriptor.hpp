// SPDX-License-Identifier: Apache-2.0
// A row of the kernel table, and its one derived name. Freestanding.
#pragma once

#include <aeq/core/text.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/table/handler.hpp>
#include <aeq/table/key.hpp>

namespace aeq::inline AEQ_ABI {

struct table_row {
  table_key key{};
  const op::operation_descriptor* operation = nullptr;
  const scheme_descriptor* scheme = nullptr;
  fit_functions fits{};
  kernel_functions kernel{};  ///< the scheme's own; all null where it brings none (see kernel_of)
};

/// "conv_2d:static_wi8_ai8": in listings, errors, logs, test titles and docs.
[[nodiscard]] constexpr short_text<112> name_of(const op::operation_descriptor& operation,
                                                const scheme_descriptor& scheme) {
  short_text<112> text;
  for (const char c : operation.name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    text.append({&lower, 1});
  }
  return text.append(":").append(scheme.name);
}

}  // namespace aeq::inline AEQ_ABI
