// SPDX-License-Identifier: Apache-2.0
// Writes docs/operations.md from the op catalogue and the built-in schemes. A test compares the two.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <aeq/kernels.hpp>

namespace {

namespace op = aeq::op;

void print(const std::string& line) {
  std::printf("%s\n", line.c_str());
}

std::string code(std::string_view text) {
  std::string quoted = "`";
  quoted += text;
  quoted += '`';
  return quoted;
}

/// Appends an item to a list in words.
void add(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

std::string inputs_of(const op::operation_descriptor& operation) {
  if (operation.is_virtual()) return "-";
  std::size_t listed = 0;
  for (std::size_t i = 0; i < op::listed_operands; ++i) {
    if (operation.inputs[i] != op::role::activation) listed = i + 1;
  }
  std::string text;
  for (std::size_t i = 0; i < listed; ++i) add(text, std::string(op::name_of(operation.inputs[i])));
  return text.empty() ? "activations" : text;
}

std::string channels_of(const op::operation_descriptor& operation) {
  switch (operation.channels) {
    case op::channel_axis::none: return "-";
    case op::channel_axis::first: return "0";
    case op::channel_axis::fourth: return "3";
    case op::channel_axis::matrix_columns: return "last; last but one with `adj_y`";
  }
  return "?";
}

std::string fixed_of(const op::operation_descriptor& operation) {
  if (operation.output != op::constraint::fixed_output) return "-";
  return "2^-" + std::to_string(operation.fixed.scale_shift) + ", " + std::to_string(operation.fixed.zero_point) +
         "; int16: 2^-15, 0";
}

std::string allowed_of(const op::operation_descriptor& operation) {
  std::string text;
  for (std::size_t i = 0; i < op::configurations.size(); ++i) {
    if (operation.allowed.contains(static_cast<op::configuration_id>(i))) add(text, code(op::configurations[i].name));
  }
  return text;
}

std::string_view name_of(aeq::execution mode) {
  switch (mode) {
    case aeq::execution::dynamic_range: return "dynamic range";
    case aeq::execution::weight_only: return "weight only";
    case aeq::execution::static_range: return "static range";
  }
  return "?";
}

std::string_view name_of(aeq::compute precision) {
  return precision == aeq::compute::integer ? "integer" : "float";
}

std::string width(aeq::number_kind kind, unsigned bits) {
  const std::string_view prefix = kind == aeq::number_kind::floating         ? "float"
                                  : kind == aeq::number_kind::signed_integer ? "int"
                                                                             : "uint";
  return std::string(prefix) + std::to_string(bits);
}

std::string family(const op::format_family& f, bool is_weight) {
  std::string text = width(f.kind, f.bits);
  if (f.kind == aeq::number_kind::floating) return text;
  std::string symmetries;
  if ((f.symmetries & op::allow_symmetric) != 0) add(symmetries, "symmetric");
  if ((f.symmetries & op::allow_asymmetric) != 0) add(symmetries, "asymmetric");
  text += "; " + symmetries;
  if (!is_weight) return text;
  std::string granularities;
  if ((f.granularities & op::allow_tensorwise) != 0) add(granularities, "tensorwise");
  if ((f.granularities & op::allow_channelwise) != 0) add(granularities, "channelwise");
  if ((f.granularities & op::allow_blockwise) != 0) add(granularities, "blockwise 32, 64, 128, 256");
  return text + "; " + granularities;
}

std::string format(const aeq::format_descriptor& f, bool is_weight) {
  std::string text = width(f.kind, f.bits);
  if (!f.is_integer()) return text;
  text += f.is_symmetric() ? " symmetric" : " asymmetric";
  if (!is_weight) return text;
  switch (f.granularity.kind) {
    case aeq::granularity_kind::tensorwise: return text + " tensorwise";
    case aeq::granularity_kind::channelwise: return text + " channelwise";
    case aeq::granularity_kind::blockwise: return text + " blocks of " + std::to_string(f.granularity.block_elements);
  }
  return text;
}

/// The ops that take a scheme: their names where they are few, else their number.
std::string takers_of(std::size_t scheme) {
  constexpr std::size_t named = 6;
  std::size_t count = 0;
  std::string names;
  for (const aeq::table_row& row : aeq::builtin_table().rows()) {
    if (row.key.scheme != scheme || row.operation->is_virtual()) continue;
    ++count;
    add(names, std::string(row.operation->name));
  }
  if (count == 0) return "`INPUT` and `OUTPUT` only";
  return count <= named ? names : std::to_string(count) + " operators";
}

void operations() {
  print("## Operations");
  print("");
  print(
      "The name is what a recipe says under `operation`. *Inputs* are roles in order; inputs beyond those listed are");
  print("activations. *Channel axis* is the axis of the weight that has a scale per index where the granularity is");
  print("channelwise. *Output* and *fixed output* (scale and zero point) matter to static range only.");
  print("");
  print("| operation | inputs | channel axis | output | fixed output | configurations |");
  print("|---|---|---|---|---|---|");
  for (const op::operation_descriptor& o : op::catalogue) {
    if (o.is_virtual()) continue;
    print("| " + code(o.name) + " | " + inputs_of(o) + " | " + channels_of(o) + " | " +
          std::string(op::name_of(o.output)) + " | " + fixed_of(o) + " | " + allowed_of(o) + " |");
  }
  print("");
  print("Two more stand for the edges of a subgraph: its inputs, and its outputs.");
  print("");
  print("| operation | configurations |");
  print("|---|---|");
  for (const op::operation_descriptor& o : op::catalogue) {
    if (o.is_virtual()) print("| " + code(o.name) + " | " + allowed_of(o) + " |");
  }
}

void configurations() {
  print("## Configurations");
  print("");
  print(
      "The families that the default policy knows. An operation without a weight does not look at the weight's "
      "format,");
  print("except that it takes no blocks.");
  print("");
  print("| configuration | mode | compute | activations | weights |");
  print("|---|---|---|---|---|");
  for (const op::configuration& c : op::configurations) {
    print("| " + code(c.name) + " | " + std::string(name_of(c.execution_mode)) + " | " +
          std::string(name_of(c.compute_precision)) + " | " + family(c.activation, false) + " | " +
          family(c.weight, true) + " |");
  }
}

void schemes() {
  const auto table = aeq::builtin_table();
  print("## Schemes");
  print("");
  print("The " + std::to_string(table.schemes().size()) + " built-in schemes. With the operations above they make " +
        std::to_string(table.rows().size()) + " rows of the kernel table.");
  print("");
  print("| scheme | mode | compute | activations | weights | taken by |");
  print("|---|---|---|---|---|---|");
  for (std::size_t i = 0; i < table.schemes().size(); ++i) {
    const aeq::scheme_descriptor& s = table.schemes()[i];
    print("| " + code(s.name) + " | " + std::string(name_of(s.execution_mode)) + " | " +
          std::string(name_of(s.compute_precision)) + " | " + format(s.activation, false) + " | " +
          format(s.weight, true) + " | " + takers_of(i) + " |");
  }
}

}  // namespace

int main() {
  print("<!-- Generated by tools/list_operations.cpp from include/aeq/op/catalogue.hpp; do not edit. -->");
  print("# Operations and schemes");
  print("");
  print("What the op catalogue and the kernel table say.");
  print("");
  operations();
  print("");
  configurations();
  print("");
  schemes();
  return 0;
}
