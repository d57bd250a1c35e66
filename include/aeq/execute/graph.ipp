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
#include <aeq/model/consistency.hpp>
#include <aeq/model/options.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>

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

/// Bytes of a value; nothing if they are 2^62 or more.
[[nodiscard]] AEQ_INLINE std::optional<std::uint64_t> size_of(element_type type,
                                                              std::span<const std::int32_t> extents) {
  std::uint64_t elements = 1;
  for (const std::int32_t extent : extents) {
    if (extent < 0) return std::nullopt;
    if (extent != 0 && elements > (std::uint64_t(1) << 56u) / static_cast<std::uint64_t>(extent)) return std::nullopt;
    elements *= static_cast<std::uint64_t>(extent);
  }
  return (elements * static_cast<std::uint64_t>(bits_of(type)) + 7) / 8;
}

AEQ_INLINE void memory_account::change(std::uint64_t before, std::uint64_t after, const std::string& what) {
  if (after > before && after - before > limit_ - std::min(limit_, used_)) {
    throw error(error_code::bad_input, what + ": wants " + std::to_string(after) + " bytes, " + std::to_string(used_) +
                                           " are in use and the limit is " + std::to_string(limit_) +
                                           "; raise it if the model is meant to be so large");
  }
  used_ = used_ - std::min(before, used_) + after;
  peak_ = std::max(peak_, used_);
}

AEQ_INLINE graph::graph(const model::model& source, std::size_t number, environment& around)
    : model_(source), number_(number), around_(around) {
  make_slots();
  make_steps();
}

AEQ_INLINE std::string graph::place(const step& s) const {
  std::string text = model_.file_name() + ": " + std::string(op::builtin_name(s.code)) + " " + std::to_string(s.number);
  if (s.results > 0) text += " (" + model::label(source(), static_cast<std::size_t>(s.outputs[0])) + ")";
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

AEQ_INLINE void graph::own(slot& s, std::size_t bytes, const std::string& who) {
  if (s.own.size() < bytes) {
    around_.memory().change(s.own.size(), bytes, who);
    s.own = aligned_bytes();
    s.own = aligned_bytes(bytes);
  }
  s.data = s.own.span().first(bytes);
}

AEQ_INLINE void graph::make_slots() {
  const model::subgraph& from = source();
  slots_.resize(from.tensors.size());
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const model::tensor& t = from.tensors[i];
    slot& s = slots_[i];
    s.type = element_type_of(t.type);
    s.is_variable = t.is_variable;
    if (t.quantization) {
      s.scale = t.quantization->scale;
      s.channel_axis = t.quantization->quantized_dimension;
      for (const std::int64_t zero : t.quantization->zero_point) {
        s.zero_point.push_back(static_cast<std::int32_t>(zero));
      }
    }
    if (model_.is_constant(t)) {
      s.is_constant = s.has_shape = true;
      s.extents = t.shape;
      const model::buffer& b = model_.buffers[t.buffer];
      const std::size_t element = std::max<std::size_t>(static_cast<std::size_t>(bits_of(s.type)) / 8, 1);
      const bool aligned = reinterpret_cast<std::uintptr_t>(b.data.data()) % element == 0;
      if (b.produce == nullptr && aligned) {
        // Constants are never written to: kernels see them as const only.
        s.data = {reinterpret_cast<std::byte*>(const_cast<std::uint8_t*>(b.data.data())), b.data.size()};
      } else {
        own(s, b.size, model_.file_name() + ": " + model::label(from, i));
        const std::span<std::uint8_t> into(reinterpret_cast<std::uint8_t*>(s.data.data()), s.data.size());
        if (b.produce != nullptr) {
          (*b.produce)(0, into);
        } else {
          std::copy(b.data.begin(), b.data.end(), into.begin());
        }
      }
    } else if (t.is_variable) {
      s.has_shape = true;
      s.extents = t.shape;
      own(s, static_cast<std::size_t>(size_of(s.type, s.extents).value_or(std::uint64_t(1) << 62u)),
          model_.file_name() + ": " + model::label(from, i));
      std::fill(s.data.begin(), s.data.end(), std::byte(0));
    }
  }
}

AEQ_INLINE void graph::reset_variables() {
  for (slot& s : slots_) {
    if (s.is_variable) std::fill(s.data.begin(), s.data.end(), std::byte(0));
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
    if (s.flow == control::none) {
      s.what = find_operation(s.code);
      if (s.what == nullptr) {
        const model::operator_code& code = model_.operator_codes[o.code];
        fail(s, "the built-in engine does not have this op" +
                    (code.custom_code ? " (custom op '" + *code.custom_code + "')" : std::string()) +
                    "; try the other one, --engine litert=PATH");
      }
      s.options = options_of(o);
    } else {
      s.graphs = model::called_subgraphs(o);
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
    for (std::size_t k = 0; k < s.inputs.size(); ++k) {  // what the op updates
      const std::int32_t tensor = s.inputs[k];
      if (tensor >= 0 && slots_[static_cast<std::size_t>(tensor)].is_variable) s.outputs.push_back(tensor);
    }
  }
}

AEQ_INLINE operand graph::view(std::int32_t tensor) const {
  if (tensor < 0) return {};
  const slot& s = slots_[static_cast<std::size_t>(tensor)];
  return {s.type, s.is_constant, s.data, s.extents, s.scale, s.zero_point, s.channel_axis, s.block_elements};
}

AEQ_INLINE void graph::forget_run() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slot& s = slots_[i];
    s.written = false;
    if (model_.is_constant(source().tensors[i]) || s.is_variable) continue;
    s.is_constant = s.has_shape = false;
    s.data = {};
  }
  for (step& s : steps_) {
    s.is_folded = s.is_dynamic = s.is_alias = false;
    around_.memory().change(s.workspace.size(), 0, {});
    s.workspace = aligned_bytes();
  }
  around_.memory().change(arena_.size(), 0, {});
  arena_ = aligned_bytes();
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
    for (const std::int32_t tensor : s.inputs) {
      if (tensor < 0) continue;
      const slot& input = slots_[static_cast<std::size_t>(tensor)];
      if (!input.is_constant && !input.is_variable && !input.written) {
        fail(s, model::label(from, static_cast<std::size_t>(tensor)) + " has no value yet: no input, and no op before");
      }
      if (input.type == element_type::absent) {
        fail(s, "the built-in engine has no type " +
                    std::string(model::name_of(from.tensors[static_cast<std::size_t>(tensor)].type)) + " (" +
                    model::label(from, static_cast<std::size_t>(tensor)) + ")");
      }
    }
    for (std::size_t i = 0; i < s.results; ++i) {
      slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
      if (output.is_constant || output.is_variable || output.written) {
        fail(s, model::label(from, static_cast<std::size_t>(s.outputs[i])) + " has a value already");
      }
      output.written = true;
    }
    s.is_dynamic = !infer(s);
    if (!s.is_dynamic) fold(s);
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

/// Shapes of a step's outputs, if they are known now.
AEQ_INLINE bool graph::infer(step& s) {
  std::vector<shape> results(s.results);
  if (s.flow == control::variable) {
    results.assign(s.results, {});
  } else if (s.flow == control::call && s.graphs.size() == 1) {
    std::vector<shape> shapes;
    for (const std::int32_t tensor : s.inputs) {
      if (tensor < 0 || !slots_[static_cast<std::size_t>(tensor)].has_shape) return false;
      shapes.push_back(slots_[static_cast<std::size_t>(tensor)].extents);
    }
    if (!around_.shapes_of_call(static_cast<std::size_t>(s.graphs[0]), shapes, results)) return false;
  } else if (s.flow != control::none) {
    return false;
  } else {
    std::vector<operand> inputs;
    for (std::size_t i = 0; i < s.inputs.size(); ++i) {
      operand input = view(s.inputs[i]);
      if (input.present() && !slots_[static_cast<std::size_t>(s.inputs[i])].has_shape) return false;
      const bool is_wanted = i < 32 && (s.what->shape_inputs >> i & 1u) != 0;
      if (is_wanted && input.present() && !s.is_dynamic && !input.is_constant) return false;
      if (!is_wanted) input.data = {};
      if (is_wanted && !input.is_complete()) fail(s, status::wrong_shape);
      inputs.push_back(input);
    }
    const status result = s.what->shapes(inputs, s.options, results);
    if (result != status::ready) fail(s, result);
  }
  for (std::size_t i = 0; i < s.results; ++i) {
    slot& output = slots_[static_cast<std::size_t>(s.outputs[i])];
    output.extents = std::move(results[i]);
    output.has_shape = true;
    if (output.type == element_type::absent || !size_of(output.type, output.extents)) {
      fail(s, output.type == element_type::absent ? status::wrong_type : status::wrong_shape);
    }
  }
  return true;
}

AEQ_INLINE std::size_t graph::bytes_of(std::size_t tensor, const step* s) const {
  const std::optional<std::uint64_t> bytes = size_of(slots_[tensor].type, slots_[tensor].extents);
  if (!bytes && s != nullptr) fail(*s, status::wrong_shape);
  return static_cast<std::size_t>(bytes.value_or(std::uint64_t(1) << 62u));
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
  if (s.what->output == storage::same_bytes && s.results == 1 && !looks_at_shapes) {
    slot& input = slots_[static_cast<std::size_t>(s.inputs[0])];
    slot& output = slots_[static_cast<std::size_t>(s.outputs[0])];
    if (input.data.size() < bytes_of(static_cast<std::size_t>(s.outputs[0]), &s)) fail(s, status::wrong_shape);
    output.data = input.data;
  } else {
    for (const std::int32_t tensor : s.outputs) {
      const auto t = static_cast<std::size_t>(tensor);
      own(slots_[t], bytes_of(t, &s), place(s));
    }
    bind(s);
    setup(s);
    evaluate(s);
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
  for (const std::int32_t tensor : from.outputs) last_use[static_cast<std::size_t>(tensor)] = end;

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
      const bool may_share = s.what != nullptr && s.what->output != storage::own && s.results == 1 && shared != none &&
                             bytes_of(input, &s) == bytes_of(output, &s);
      if (may_share) {
        lifetime& life = storages[shared];
        const bool others_are_elsewhere = std::all_of(s.inputs.begin() + 1, s.inputs.end(), [&](std::int32_t other) {
          return other < 0 || other == s.inputs[0] || storage_of[static_cast<std::size_t>(other)] != shared;
        });
        const bool same = s.what->output == storage::same_bytes;
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
  around_.memory().change(0, plan.bytes, model_.file_name() + ": the tensors of subgraph " + std::to_string(number_));
  arena_ = aligned_bytes(plan.bytes);
  for (std::size_t t = 0; t < slots_.size(); ++t) {
    if (storage_of[t] != none)
      slots_[t].data = arena_.span().subspan(plan.offsets[storage_of[t]], bytes_of(t, nullptr));
  }
}

/// Makes the kernel's views of the operands.
AEQ_INLINE void graph::bind(step& s) {
  s.input_views.clear();
  s.output_views.clear();
  for (const std::int32_t tensor : s.inputs) s.input_views.push_back(view(tensor));
  for (const std::int32_t tensor : s.outputs) {
    const slot& o = slots_[static_cast<std::size_t>(tensor)];
    s.output_views.push_back(
        {o.type, false, o.data, o.extents, o.scale, o.zero_point, o.channel_axis, o.block_elements});
  }
}

AEQ_INLINE void graph::setup(step& s) {
  const kernel_arguments call{s.input_views, s.output_views, s.options, {}, around_.share()};
  const std::size_t bytes = s.what->kernel.workspace_bytes(call);
  if (bytes > s.workspace.size()) {
    around_.memory().change(s.workspace.size(), bytes, place(s));
    s.workspace = aligned_bytes(bytes);
  }
  s.scratch = s.what->kernel.scratch_bytes == nullptr ? 0 : s.what->kernel.scratch_bytes(call);
  const status result = s.what->kernel.setup(call, s.workspace.span());
  if (result != status::ready) fail(s, result);
}

AEQ_INLINE void graph::resize(std::size_t tensor, std::span<const std::int32_t> extents) {
  slot& s = slots_[tensor];
  s.extents.assign(extents.begin(), extents.end());
  own(s, bytes_of(tensor, nullptr), model_.file_name() + ": " + model::label(source(), tensor));
}

AEQ_INLINE void graph::prepare_step(step& s) {
  for (const std::int32_t tensor : s.inputs) {
    if (tensor >= 0) slots_[static_cast<std::size_t>(tensor)].has_shape = true;  // by now it is
  }
  (void)infer(s);
  for (std::size_t i = 0; i < s.results; ++i) {
    const auto t = static_cast<std::size_t>(s.outputs[i]);
    own(slots_[t], bytes_of(t, &s), place(s));
  }
  bind(s);
  setup(s);
}

AEQ_INLINE void graph::evaluate(step& s) {
  const kernel_arguments call{s.input_views, s.output_views, s.options, around_.scratch(s.scratch), around_.share()};
  if (s.what->kernel.check != nullptr) {
    const status result = s.what->kernel.check(call);
    if (result != status::ready) fail(s, result);
  }
  s.what->kernel.evaluate(call, s.workspace.span());
}

}  // namespace aeq::inline AEQ_ABI::execute::detail
