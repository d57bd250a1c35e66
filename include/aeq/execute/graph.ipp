// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/graph.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <aeq/execute/options.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/kernel/pieces.hpp>
#include <aeq/model/consistency.hpp>
#include <aeq/model/options.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>
#include <aeq/table/own_kernels.hpp>

namespace aeq::inline AEQ_ABI::execute::detail {

inline constexpr std::uint8_t var_handle_options = 111;
inline constexpr model::schema::table_descriptor var_handle_table =
    model::schema::builtin_options_members[var_handle_options];
static_assert(var_handle_table.name == "VarHandleOptions");

[[nodiscard]] AEQ_INLINE control control_of(op::code code) {
  switch (code) {
    case op::code::call:
    case op::code::stablehlo_composite: return control::call;
    case op::code::call_once: return control::call_once;
    case op::code::if_: return control::if_;
    case op::code::while_: return control::while_;
    case op::code::var_handle: return control::variable;
    case op::code::read_variable: return control::read_variable;
    case op::code::assign_variable: return control::assign_variable;
    default: return control::none;
  }
}

/// Whether an op writes to those of its inputs that are variables.
[[nodiscard]] AEQ_INLINE bool has_state(op::code code) {
  switch (code) {
    case op::code::lstm:
    case op::code::unidirectional_sequence_lstm:
    case op::code::bidirectional_sequence_lstm:
    case op::code::rnn:
    case op::code::unidirectional_sequence_rnn:
    case op::code::bidirectional_sequence_rnn:
    case op::code::svdf: return true;
    default: return false;
  }
}

AEQ_INLINE graph::graph(const model::model& source, std::size_t number, environment& around)
    : model_(source),
      number_(number),
      around_(around),
      slots_(make_slots(source, number, around.buffers(), around.memory())),
      kept_(source.subgraphs[number].outputs) {
  for (const model::signature& s : source.signatures) {  // which may list other outputs than their subgraph
    if (s.subgraph != number) continue;
    for (const model::tensor_map& entry : s.outputs) kept_.push_back(static_cast<std::int32_t>(entry.tensor));
  }
  make_steps();
}

AEQ_INLINE std::string graph::place(const step& s) const {
  std::string text = model_.file_name() + ": " + std::string(op::builtin_name(s.code)) + " " + std::to_string(s.number);
  if (s.results > 0 && s.outputs[0] >= 0) {
    text += " (" + model::label(source(), static_cast<std::size_t>(s.outputs[0])) + ")";
  }
  return text;
}

AEQ_INLINE void graph::fail(const step& s, const std::string& sentence) const {
  throw error(error_code::bad_input, place(s) + ": " + sentence);
}

AEQ_INLINE void graph::fail(const step& s, status why) const {
  std::string types;
  const auto add = [&](std::int32_t tensor) {
    if (!types.empty() && !types.ends_with("> ")) types += ", ";
    if (tensor < 0) {
      types += "none";
      return;
    }
    const model::tensor& t = source().tensors[static_cast<std::size_t>(tensor)];
    const slot& seen = slots_[static_cast<std::size_t>(tensor)];
    types +=
        seen.type == element_type::absent ? std::string(model::name_of(t.type)) : described(seen.type, seen.extents);
  };
  for (const std::int32_t tensor : s.inputs) add(tensor);
  types += " -> ";
  for (std::size_t i = 0; i < s.results; ++i) add(s.outputs[i]);
  fail(s, "the built-in engine can't run this: " + std::string(name_of(why)) + " (" + types + ")");
}

/// Gives a tensor memory of its own, for the shape that it has now.
AEQ_INLINE void graph::own(std::size_t tensor, const step* s) {
  slot& at = slots_[tensor];
  const std::uint64_t bytes = bytes_of(tensor, s);
  at.own.reserve(around_.memory(), bytes,
                 [&] { return s != nullptr ? place(*s) : model_.file_name() + ": " + model::label(source(), tensor); });
  at.data = at.own.span().first(static_cast<std::size_t>(bytes));
}

AEQ_INLINE void graph::reset_variables() {
  for (slot& s : slots_) {
    if (s.is_variable) reset_variable(s);
  }
}

AEQ_INLINE void graph::make_steps() {
  const model::subgraph& from = source();
  steps_.resize(from.operations.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const model::operation& o = from.operations[i];
    step& s = steps_[i];
    s.number = i;
    s.code = model_.builtin(o);
    s.inputs = o.inputs;
    s.outputs = o.outputs;
    s.results = o.outputs.size();
    s.flow = control_of(s.code);
    if (std::find(s.outputs.begin(), s.outputs.end(), -1) != s.outputs.end()) {
      fail(s, "leaves an output out, which the built-in engine does not take");
    }
    if (s.flow == control::none) {
      s.what = find_operation(s.code);
      if (s.what == nullptr) {
        const model::operator_code& code = model_.operator_codes[o.code];
        fail(s, "the built-in engine does not have this op" +
                    (code.custom_code ? " (custom op '" + *code.custom_code + "')" : std::string()) +
                    "; try the other one, --engine litert=PATH");
      }
      s.options = options_of(o, s.option_values);
      // LiteRT makes the output of DEQUANTIZE float32, whatever type the file gives it, and so do we.
      for (std::size_t k = 0; s.code == op::code::dequantize && k < s.results; ++k) {
        slot& output = slots_[static_cast<std::size_t>(s.outputs[k])];
        if (!kernel::is_float(output.type)) output.type = element_type::float32;
      }
    } else {
      s.graphs = model::called_subgraphs(o);
      if (s.code == op::code::stablehlo_composite && s.graphs.empty() && o.options_2.table != nullptr) {
        s.graphs = {0};  // absent fields have their defaults
      }
      if (s.flow == control::variable) {
        std::string container, name;
        if (o.options.type == var_handle_options && o.options.table != nullptr) {
          const model::view<var_handle_table> options(o.options.table);
          container = options.get<"container">().value_or("");
          name = options.get<"shared_name">().value_or("");
        }
        s.variable = around_.variable(container, name);
      }
    }
    for (std::size_t k = 0; has_state(s.code) && k < s.inputs.size(); ++k) {
      const std::int32_t tensor = s.inputs[k];
      if (tensor >= 0 && slots_[static_cast<std::size_t>(tensor)].is_variable) s.outputs.push_back(tensor);
    }
  }
}

AEQ_INLINE void graph::forget_run() {
  for (slot& s : slots_) s.written = false;
  for (step& s : steps_) {
    // What was folded, or was no constant in the first place.
    for (std::size_t i = 0; i < s.results; ++i) {
      slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
      if (output.is_variable || model_.is_constant(source().tensors[static_cast<std::size_t>(s.outputs[i])])) continue;
      output.is_constant = output.has_shape = false;
      output.data = {};
      output.own.release();
    }
    s.is_folded = s.is_dynamic = s.is_alias = s.is_set_up = false;
    s.workspace.release();
  }
  arena_.release();
}

/// Why a tensor can't be read: it has no value, and gets none before the next step. Nothing if it can.
AEQ_INLINE std::string graph::unreadable(std::int32_t tensor) const {
  const auto t = static_cast<std::size_t>(tensor);
  const slot& s = slots_[t];
  const auto because = [&](const std::string& why) { return model::label(source(), t) + " " + why; };
  if (s.type == element_type::absent) {
    return because("has the type " + std::string(model::name_of(source().tensors[t].type)) +
                   ", which the built-in engine does not take");
  }
  if (!s.problem.empty()) return because(s.problem);
  if (s.is_constant || s.is_variable || s.written) return {};
  return because(source().tensors[t].external_buffer != 0
                     ? "has its data in an external buffer, which the built-in engine does not read"
                     : "has no value: it is no input, and no op before computes it");
}

/// Looks at the operands of a step whose predecessors are ready.
AEQ_INLINE void graph::begin(step& s) {
  around_.count(*this, s);
  for (const std::int32_t tensor : s.inputs) {
    if (tensor < 0) continue;
    if (const std::string why = unreadable(tensor); !why.empty()) fail(s, why);
  }
  for (std::size_t i = 0; i < s.results; ++i) {
    slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
    if (output.is_constant || output.is_variable || output.written) {
      fail(s, model::label(source(), static_cast<std::size_t>(s.outputs[i])) + " has a value already");
    }
    if (output.type == element_type::absent) fail(s, status::wrong_type);
    output.written = true;
  }
}

AEQ_INLINE void graph::prepare(std::span<const shape> inputs) {
  const model::subgraph& from = source();
  if (is_prepared_ && std::equal(inputs.begin(), inputs.end(), prepared_for_.begin(), prepared_for_.end())) return;
  is_prepared_ = false;
  forget_run();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    slot& s = slots_[static_cast<std::size_t>(from.inputs[i])];
    if (s.is_constant || s.is_variable) continue;
    s.extents = inputs[i];
    s.has_shape = s.written = true;
  }
  for (step& s : steps_) {
    begin(s);
    s.is_dynamic = !infer(s, false);
    if (!s.is_dynamic) fold(s);
  }
  for (const std::int32_t tensor : kept_) {
    if (const std::string why = unreadable(tensor); !why.empty()) {
      throw error(error_code::bad_input,
                  model_.file_name() + ": output of subgraph " + std::to_string(number_) + ": " + why);
    }
  }
  plan_memory();
  for (step& s : steps_) {
    if (s.is_dynamic || s.is_folded || s.is_alias || s.flow != control::none) continue;
    bind(s);
    setup(s);
  }
  prepared_for_.assign(inputs.begin(), inputs.end());
  is_prepared_ = true;
}

/// Shapes of the outputs of a step that is no kernel.
AEQ_INLINE bool graph::infer_control(const step& s, std::span<shape> results) {
  if (s.flow == control::variable) return true;  // scalars
  std::vector<shape> inputs;
  for (const std::int32_t tensor : s.inputs) {
    if (tensor < 0 || !slots_[static_cast<std::size_t>(tensor)].has_shape) return false;
    inputs.push_back(slots_[static_cast<std::size_t>(tensor)].extents);
  }
  const auto called = [&](std::size_t i, std::span<const shape> values, std::span<shape> into) {
    return around_.shapes_of_call(static_cast<std::size_t>(s.graphs[i]), values, into);
  };
  switch (s.flow) {
    case control::call: return s.graphs.size() == 1 && called(0, inputs, results);
    case control::if_: {
      if (s.graphs.size() != 2 || inputs.empty()) return false;
      const std::span<const shape> values = std::span<const shape>(inputs).subspan(1);
      std::vector<shape> others(results.size());
      return called(0, values, results) && called(1, values, others) && std::ranges::equal(results, others);
    }
    case control::while_: {  // if a round changes no shape, no number of rounds does
      std::vector<shape> condition(1);
      return s.graphs.size() == 2 && called(0, inputs, condition) && called(1, inputs, results) &&
             std::ranges::equal(results, inputs);
    }
    default: return false;
  }
}

/// Shapes of a step's outputs, if they are known now.
AEQ_INLINE bool graph::infer(step& s, bool is_running) {
  std::vector<shape> results(s.results);
  if (s.flow != control::none) {
    if (!infer_control(s, results)) return false;
  } else {
    std::vector<operand> inputs;
    for (std::size_t i = 0; i < s.inputs.size(); ++i) {
      operand input = view(s.inputs[i]);
      if (input.present()) {
        if (!is_running && !slots_[static_cast<std::size_t>(s.inputs[i])].has_shape) return false;
        const bool is_wanted = i < 32 && (s.what->shape_inputs >> i & 1u) != 0;
        if (is_wanted && !is_running && !input.is_constant) return false;
        if (!is_wanted) input.data = {};
      }
      inputs.push_back(input);
    }
    const status result = s.what->shapes(inputs, s.options, results);
    if (result != status::ready) fail(s, result);
  }
  for (std::size_t i = 0; i < s.results; ++i) {
    slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
    output.extents = std::move(results[i]);
    output.has_shape = !is_running;
    if (!size_of(output.type, output.extents)) fail(s, status::wrong_shape);
  }
  return true;
}

AEQ_INLINE std::uint64_t graph::bytes_of(std::size_t tensor, const step* s) const {
  const std::optional<std::uint64_t> bytes = size_of(slots_[tensor].type, slots_[tensor].extents);
  if (!bytes && s != nullptr) fail(*s, status::wrong_shape);
  return bytes.value_or(std::uint64_t(1) << 62u);
}

/// A step whose inputs are constant runs now; so does one that looks at shapes only.
AEQ_INLINE void graph::fold(step& s) {
  if (s.flow != control::none) return;
  const bool looks_at_shapes = s.code == op::code::shape || s.code == op::code::rank;
  const bool is_constant =
      !s.inputs.empty() && s.results == s.outputs.size() &&
      std::all_of(s.inputs.begin(), s.inputs.end(), [&](std::int32_t tensor) {
        return tensor < 0 || looks_at_shapes || slots_[static_cast<std::size_t>(tensor)].is_constant;
      });
  if (!is_constant) return;
  if (sharing_of(s) == storage::same_bytes && s.results == 1 && !looks_at_shapes) {
    slot& input = slots_[static_cast<std::size_t>(s.inputs[0])];
    slot& output = slots_[static_cast<std::size_t>(s.outputs[0])];
    const std::uint64_t bytes = bytes_of(static_cast<std::size_t>(s.outputs[0]), &s);
    if (input.data.size() < bytes) fail(s, status::wrong_shape);
    output.data = input.data.first(static_cast<std::size_t>(bytes));
  } else {
    for (const std::int32_t tensor : s.outputs) own(static_cast<std::size_t>(tensor), &s);
    bind(s);
    setup(s);
    evaluate(s);
    s.workspace.release();
  }
  for (const std::int32_t tensor : s.outputs) slots_[static_cast<std::size_t>(tensor)].is_constant = true;
  s.is_folded = true;
}

/// Lays all tensors of known size out in the arena.
AEQ_INLINE void graph::plan_memory() {
  const model::subgraph& from = source();
  const std::size_t end = steps_.size() + 1;
  constexpr auto none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> last_use(slots_.size(), 0);
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    for (const std::int32_t tensor : steps_[k].inputs) {
      if (tensor >= 0) last_use[static_cast<std::size_t>(tensor)] = k + 1;
    }
  }
  for (const std::int32_t tensor : kept_) last_use[static_cast<std::size_t>(tensor)] = end;

  std::vector<lifetime> storages;
  std::vector<std::size_t> storage_of(slots_.size(), none);
  const auto add = [&](std::size_t tensor, std::size_t first, const step* s) {
    storage_of[tensor] = storages.size();
    storages.push_back({bytes_of(tensor, s), first, std::max(first, last_use[tensor])});
  };
  for (const std::int32_t tensor : from.inputs) {
    const auto t = static_cast<std::size_t>(tensor);
    if (storage_of[t] == none && slots_[t].has_shape && !slots_[t].is_constant && !slots_[t].is_variable) {
      add(t, 0, nullptr);
    }
  }
  for (std::size_t k = 0; k < steps_.size(); ++k) {
    step& s = steps_[k];
    if (s.is_dynamic || s.is_folded) continue;
    const std::size_t now = k + 1;
    for (std::size_t i = 0; i < s.results; ++i) {
      const auto output = static_cast<std::size_t>(s.outputs[i]);
      const auto input = s.inputs.empty() || s.inputs[0] < 0 ? none : static_cast<std::size_t>(s.inputs[0]);
      const std::size_t shared = input == none ? none : storage_of[input];
      const storage sharing = sharing_of(s);
      const bool may_share =
          sharing != storage::own && s.results == 1 && shared != none && bytes_of(input, &s) == bytes_of(output, &s);
      if (may_share) {
        lifetime& life = storages[shared];
        const bool others_are_elsewhere = std::all_of(s.inputs.begin() + 1, s.inputs.end(), [&](std::int32_t other) {
          return other < 0 || other == s.inputs[0] || storage_of[static_cast<std::size_t>(other)] != shared;
        });
        const bool same = sharing == storage::same_bytes;
        if (same || (life.last <= now && others_are_elsewhere)) {
          storage_of[output] = shared;
          life.last = std::max({life.last, now, last_use[output]});
          s.is_alias = same;
          continue;
        }
      }
      add(output, now, &s);
    }
  }
  std::uint64_t sum = 0;
  for (const lifetime& life : storages) {
    sum += life.bytes + arena_alignment;
    if (sum >= std::uint64_t(1) << 62u)
      throw error(error_code::bad_input, model_.file_name() + ": tensors of 2^62 bytes");
  }
  const arena_plan plan = plan_arena(storages);
  arena_.reserve(around_.memory(), plan.bytes,
                 [&] { return model_.file_name() + ": the tensors of subgraph " + std::to_string(number_); });
  for (std::size_t t = 0; t < slots_.size(); ++t) {
    if (storage_of[t] == none) continue;
    slots_[t].data = arena_.span().subspan(static_cast<std::size_t>(plan.offsets[storage_of[t]]),
                                           static_cast<std::size_t>(bytes_of(t, nullptr)));
  }
}

/// Makes the kernel's views of the operands.
AEQ_INLINE void graph::bind(step& s) {
  s.input_views.clear();
  s.output_views.clear();
  s.intermediate_views.clear();
  for (const std::int32_t tensor : source().operations[s.number].intermediates) {
    s.intermediate_views.push_back(view(tensor));
    s.intermediate_views.back().data = {};
  }
  for (const std::int32_t tensor : s.inputs) s.input_views.push_back(view(tensor));
  for (const std::int32_t tensor : s.outputs) {
    const slot& o = slots_[static_cast<std::size_t>(tensor)];
    s.output_views.push_back(
        {o.type, false, o.data, o.extents, o.scale, o.zero_point, o.channel_axis, o.block_elements});
  }
}

AEQ_INLINE status graph::setup_with(step& s, const kernel_functions& kernel) {
  const kernel_arguments call{s.input_views, s.output_views, s.options, {}, around_.share(), s.intermediate_views};
  s.kernel = kernel;
  const std::size_t bytes = kernel.workspace_bytes(call);
  s.workspace.reserve(around_.memory(), bytes, [&] { return place(s); });
  s.scratch = kernel.scratch_bytes == nullptr ? 0 : kernel.scratch_bytes(call);
  return kernel.setup(call, s.workspace.span());
}

/// Finds the kernel of a step: the first of the rows that takes its operands, else ours.
AEQ_INLINE void graph::setup(step& s) {
  s.row = nullptr;
  for (const table_row& row : around_.kernels()) {
    if (!brings_kernel_for(row, s.code, s.input_views) || setup_with(s, row.kernel) != status::ready) continue;
    s.row = &row;
    return;
  }
  const status result = setup_with(s, kernel_for(*s.what, s.input_views));
  if (result != status::ready) fail(s, result);
}

/// What a step's output may share with its input. Kernels of rows are promised operands that lie apart, and they are
/// called.
AEQ_INLINE storage graph::sharing_of(const step& s) const {
  if (s.what == nullptr) return storage::own;
  const std::span<const table_row> rows = around_.kernels();
  const bool may_have_own = std::any_of(rows.begin(), rows.end(), [&](const table_row& row) {
    return row.key.operation == s.code && row.kernel.present();
  });
  return may_have_own ? storage::own : s.what->output;
}

AEQ_INLINE void graph::resize(std::size_t tensor, std::span<const std::int32_t> extents) {
  slots_[tensor].extents.assign(extents.begin(), extents.end());
  own(tensor, nullptr);
}

AEQ_INLINE void graph::prepare_step(step& s) {
  (void)infer(s, true);
  for (std::size_t i = 0; i < s.results; ++i) own(static_cast<std::size_t>(s.outputs[i]), &s);
  bind(s);
  // In a loop shapes are mostly those of the last round.
  std::vector<shape> shapes;
  for (const operand& o : s.input_views) shapes.emplace_back(o.shape.begin(), o.shape.end());
  for (const result_operand& o : s.output_views) shapes.emplace_back(o.shape.begin(), o.shape.end());
  if (s.is_set_up && shapes == s.set_up_for) return;
  s.is_set_up = false;
  setup(s);
  s.set_up_for = std::move(shapes);
  s.is_set_up = true;
}

AEQ_INLINE void graph::evaluate(step& s) {
  const kernel_arguments call{s.input_views,   s.output_views,      s.options, around_.scratch(s.scratch),
                              around_.share(), s.intermediate_views};
  if (s.kernel.check != nullptr) {
    const status result = s.kernel.check(call);
    if (result != status::ready) fail(s, result);
  }
  s.kernel.evaluate(call, s.workspace.span());
}

}  // namespace aeq::inline AEQ_ABI::execute::detail
