// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/litert.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <aeq/execute/arena.hpp>
#include <aeq/execute/litert_library.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/parallel.hpp>
#include <aeq/model/consistency.hpp>
#include <aeq/model/editor.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::execute {

namespace litert {

/// A value in memory as the library wants it: aligned, with room behind it that vector loads may touch.
struct host_value {
  aligned_bytes memory;
  std::size_t bytes = 0;
  std::vector<std::int32_t> extents;
  owner<litert::buffer> handle;
};

/// The library's number for a type of elements.
[[nodiscard]] AEQ_INLINE int number_of(element_type type) {
  switch (type) {
    case element_type::float32: return 1;
    case element_type::int32: return 2;
    case element_type::uint8: return 3;
    case element_type::int64: return 4;
    case element_type::boolean: return 6;
    case element_type::int16: return 7;
    case element_type::int8: return 9;
    case element_type::float16: return 10;
    case element_type::int4: return 18;
    case element_type::int2: return 20;
    case element_type::absent: break;
  }
  return 0;
}

/// What is compiled: the model, or a copy of it whose signatures list more.
struct variant {
  std::vector<std::uint8_t> file;
  std::vector<std::vector<std::int32_t>> inputs;   ///< of each signature: tensors, in the order of the library
  std::vector<std::vector<std::int32_t>> outputs;  ///< likewise
  owner<loaded_model> model;
  owner<compiled_model> compiled;
};

/// Where a Python environment may keep packages.
[[nodiscard]] AEQ_INLINE std::vector<std::filesystem::path> package_folders() {
  std::vector<std::filesystem::path> folders;
  const auto add_versions = [&](const std::filesystem::path& lib) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(lib, ignored)) {
      if (!entry.path().filename().string().starts_with("python3")) continue;
      folders.push_back(entry.path() / "site-packages");
      folders.push_back(entry.path() / "dist-packages");
    }
  };
  if (const char* home = std::getenv("VIRTUAL_ENV"); home != nullptr) {
    add_versions(std::filesystem::path(home) / "lib");
    return folders;  // an environment that is active hides the others
  }
  if (const char* home = std::getenv("HOME"); home != nullptr) {
    add_versions(std::filesystem::path(home) / ".local" / "lib");
  }
  for (const char* lib : {"/usr/local/lib", "/usr/lib"}) add_versions(lib);
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace litert

AEQ_INLINE std::string find_litert() {
  std::error_code ignored;
  for (const std::filesystem::path& folder : litert::package_folders()) {
    for (const char* name : {"libLiteRt.so", "libLiteRt.dylib"}) {
      const std::filesystem::path library = folder / "ai_edge_litert" / name;
      if (std::filesystem::exists(library, ignored)) return library.string();
    }
  }
  return {};
}

class litert_engine::machine {
 public:
  machine(model::model source, const std::string& library, const litert_options& options)
      : model_(std::move(source)),
        library_(library),
        options_(options),
        signatures_((model::check_consistency(model_), signatures_of(model_))),
        call_(litert::open_library(library)) {
    const litert::environment_option quiet{litert::tag_of_least_severity, 0, litert::type_of_integer, 0,
                                           litert::severity_silent};
    litert::environment made = nullptr;
    expect(call_.create_environment(1, &quiet, &made), "can't be started");
    environment_ = {made, call_.destroy_environment};
    for (const model::subgraph& g : model_.subgraphs) {
      for (const model::tensor& t : g.tensors) has_state_ |= t.is_variable;
      for (const model::operation& o : g.operations) {
        for (const std::int32_t called : model::called_subgraphs(o))
          called_.push_back(static_cast<std::size_t>(called));
        has_state_ |= model_.builtin(o) == op::code::var_handle;
      }
    }
  }

  [[nodiscard]] std::span<const signature> signatures() const { return signatures_; }

  void run(std::size_t number, std::span<const operand> inputs, const tensor_visitor& visitor) {
    last_ = nullptr;
    if (number >= signatures_.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": has " + std::to_string(signatures_.size()) +
                                               " signatures, none of number " + std::to_string(number));
    }
    const signature& called = signatures_[number];
    check_inputs(model_, called, inputs);
    litert::variant& v = variant_for(static_cast<bool>(visitor));
    give_inputs(v, number, called, inputs);
    make_room_for_outputs(v, number);
    std::vector<litert::buffer> in, out;
    for (const litert::host_value& value : inputs_) in.push_back(value.handle.get());
    for (const litert::host_value& value : outputs_) out.push_back(value.handle.get());
    expect(v.compiled.get(), call_.run(v.compiled.get(), number, in.size(), in.data(), out.size(), out.data()),
           "can't run signature '" + called.key + "'");
    last_ = &called;
    ran_ = &v;
    if (visitor) visit(v, number, visitor);
  }

  [[nodiscard]] operand output(std::size_t index) const {
    if (last_ == nullptr || index >= last_->outputs.size()) {
      throw error(error_code::wrong_usage, model_.file_name() + ": there is no output " + std::to_string(index) +
                                               (last_ == nullptr ? ", for no run has ended well" : ""));
    }
    const auto number = static_cast<std::size_t>(last_ - signatures_.data());
    return *value_of(*ran_, number, static_cast<std::int32_t>(last_->outputs[index].tensor));
  }

  void reset() {
    if (!has_state_) return;
    for (litert::variant* v : {&plain_, &full_}) v->compiled.clear();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, model_.file_name() + ": LiteRT (" + library_ + ") " + what);
  }
  void expect(litert::status_code status, const std::string& what) const {
    if (status != 0) fail(what + ": " + litert::words_of(status));
  }
  /// With what the compiled model has to say of it.
  void expect(litert::compiled_model model, litert::status_code status, const std::string& what) const {
    if (status == 0) return;
    char* said = nullptr;
    std::string text;
    if (call_.error_messages(model, &said) == 0 && said != nullptr) {
      text = said;
      std::free(said);
      while (!text.empty() && text.back() == '\n') text.pop_back();
      std::replace(text.begin(), text.end(), '\n', ' ');
    }
    fail(what + ": " + litert::words_of(status) + (text.empty() ? "" : " (" + text + ")"));
  }

  /// The signatures of a copy list their subgraphs' inputs and outputs in order, so that the library's order is known.
  [[nodiscard]] model::model copy_for(litert::variant& v, bool all) const {
    model::model copy = model_;
    copy.signatures.clear();
    v.inputs.clear();
    v.outputs.clear();
    for (std::size_t i = 0; i < signatures_.size(); ++i) {
      const signature& s = signatures_[i];
      model::subgraph& g = copy.subgraphs[s.subgraph];
      const auto lists = [&](std::int32_t t) {
        return std::find(g.outputs.begin(), g.outputs.end(), t) != g.outputs.end();
      };
      const auto add = [&](std::int32_t t) {
        if (!lists(t)) g.outputs.push_back(t);
      };
      for (const port& p : s.outputs) add(static_cast<std::int32_t>(p.tensor));
      // Who calls a subgraph knows how many outputs it has.
      const bool is_called = std::find(called_.begin(), called_.end(), s.subgraph) != called_.end();
      if (all && !is_called) {
        for (const model::operation& o : g.operations) {
          for (const std::int32_t t : o.outputs) {
            if (t >= 0 && is_visible(g, static_cast<std::size_t>(t))) add(t);
          }
        }
      }
    }
    for (std::size_t i = 0; i < signatures_.size(); ++i) {
      model::subgraph& g = copy.subgraphs[signatures_[i].subgraph];
      if (std::find(called_.begin(), called_.end(), signatures_[i].subgraph) == called_.end()) tidy_outputs(g);
      model::signature made;
      made.key = "signature_" + std::to_string(i);
      made.subgraph = static_cast<std::uint32_t>(signatures_[i].subgraph);
      for (const std::int32_t t : g.inputs) made.inputs.push_back({"i" + std::to_string(t), std::uint32_t(t)});
      for (const std::int32_t t : g.outputs) made.outputs.push_back({"o" + std::to_string(t), std::uint32_t(t)});
      copy.signatures.push_back(std::move(made));
      v.inputs.push_back(g.inputs);
      v.outputs.push_back(g.outputs);
    }
    return copy;
  }

  /// Each output once, and none that is an input: memory for it would take the place of the input's.
  static void tidy_outputs(model::subgraph& g) {
    std::vector<std::int32_t> once;
    for (const std::int32_t t : g.outputs) {
      const bool is_input = std::find(g.inputs.begin(), g.inputs.end(), t) != g.inputs.end();
      if (!is_input && std::find(once.begin(), once.end(), t) == once.end()) once.push_back(t);
    }
    if (!once.empty()) g.outputs = std::move(once);
  }

  /// Whether the library can hand a tensor over: of a type that is data, and of a shape that is known.
  [[nodiscard]] static bool is_visible(const model::subgraph& g, std::size_t tensor) {
    const model::tensor& t = g.tensors[tensor];
    return element_type_of(t.type) != element_type::absent && t.type != model::tensor_type::resource &&
           t.shape.size() <= litert::max_rank;
  }

  litert::variant& variant_for(bool all) {
    litert::variant& v = all ? full_ : plain_;
    if (v.model.get() == nullptr) {
      v.file = model::to_bytes(copy_for(v, all), 0);
      litert::loaded_model loaded = nullptr;
      expect(call_.create_model(environment_.get(), v.file.data(), v.file.size(), &loaded), "refuses the model");
      v.model = {loaded, call_.destroy_model};
    }
    if (v.compiled.get() == nullptr) compile(v);
    return v;
  }

  void compile(litert::variant& v) {
    litert::options made = nullptr;
    expect(call_.create_options(&made), "has no options");
    const litert::owner<litert::options> options(made, call_.destroy_options);
    expect(call_.set_hardware(made, litert::on_processor), "has no kernels for the processor");
    constexpr const char* names[]{"delegate", "builtin", "reference"};
    add_options(made, "xnnpack",
                "kernel_mode = \"" + std::string(names[static_cast<std::size_t>(options_.kernels)]) +
                    "\"\nnum_threads = " + std::to_string(thread_count(options_.threads)) + "\n");
    add_options(made, "runtime_options_string", "error_reporter_mode = 2\n");  // keeps them for us
    litert::compiled_model compiled = nullptr;
    const litert::status_code status = call_.compile(environment_.get(), v.model.get(), made, &compiled);
    if (status != 0) fail("can't compile the model: " + litert::words_of(status));
    v.compiled = {compiled, call_.destroy_compiled};
  }

  void add_options(litert::options to, const char* kind, const std::string& text) const {
    auto* payload = static_cast<char*>(std::malloc(text.size() + 1));
    if (payload == nullptr) throw error(error_code::io, "out of memory");
    std::memcpy(payload, text.c_str(), text.size() + 1);
    litert::opaque_options made = nullptr;
    expect(call_.create_opaque_options(kind, payload, &std::free, &made), "takes no options");
    expect(call_.add_opaque_options(to, made), "takes no options");
  }

  [[nodiscard]] const model::subgraph& graph_of(std::size_t number) const {
    return model_.subgraphs[signatures_[number].subgraph];
  }

  /// Memory for a value, and the library's handle of it.
  void make_room(litert::host_value& value, element_type type, std::size_t bytes) const {
    constexpr std::size_t behind = 64;
    value.handle.clear();
    if (value.memory.size() < bytes + behind) value.memory = aligned_bytes(bytes + behind);
    value.bytes = bytes;
    litert::ranked_type ranked{};
    ranked.element_type = litert::number_of(type);
    if (value.extents.size() > litert::max_rank) fail("takes no values of more than 8 dimensions");
    ranked.layout.rank = static_cast<unsigned int>(value.extents.size()) & 0x7fu;
    std::copy(value.extents.begin(), value.extents.end(), ranked.layout.dimensions);
    litert::buffer made = nullptr;
    expect(call_.create_buffer(&ranked, value.memory.span().data(), bytes, nullptr, &made), "takes no memory");
    value.handle = {made, call_.destroy_buffer};
  }

  void give_inputs(litert::variant& v, std::size_t number, const signature& called, std::span<const operand> inputs) {
    const std::vector<std::int32_t>& wanted = v.inputs[number];
    inputs_.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const operand* given = nullptr;
      for (std::size_t k = 0; k < called.inputs.size(); ++k) {
        if (static_cast<std::int32_t>(called.inputs[k].tensor) == wanted[i]) given = &inputs[k];
      }
      if (given == nullptr) {
        fail("gets no value for " + model::label(graph_of(number), static_cast<std::size_t>(wanted[i])) +
             ", an input of its subgraph that signature '" + called.key + "' leaves out");
      }
      litert::layout now{};
      expect(v.compiled.get(), call_.input_layout(v.compiled.get(), number, i, &now), "has no such input");
      if (!std::equal(given->shape.begin(), given->shape.end(), now.dimensions, now.dimensions + now.rank)) {
        expect(v.compiled.get(), call_.resize(v.compiled.get(), number, i, given->shape.data(), given->shape.size()),
               "can't give input '" + std::to_string(i) + "' the shape " + described(given->type, given->shape));
      }
      litert::host_value& value = inputs_[i];
      value.extents.assign(given->shape.begin(), given->shape.end());
      const std::size_t bytes = (given->elements() * static_cast<std::size_t>(bits_of(given->type)) + 7) / 8;
      make_room(value, given->type, bytes);
      std::copy_n(given->data.begin(), bytes, value.memory.span().begin());
    }
  }

  void make_room_for_outputs(litert::variant& v, std::size_t number) {
    const std::vector<std::int32_t>& wanted = v.outputs[number];
    std::vector<litert::layout> layouts(wanted.size());
    expect(v.compiled.get(), call_.output_layouts(v.compiled.get(), number, layouts.size(), layouts.data(), true),
           "knows no shapes of outputs");
    outputs_.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const model::tensor& t = graph_of(number).tensors[static_cast<std::size_t>(wanted[i])];
      litert::host_value& value = outputs_[i];
      value.extents.assign(layouts[i].dimensions, layouts[i].dimensions + layouts[i].rank);
      const element_type type = element_type_of(t.type);
      std::size_t bytes = static_cast<std::size_t>(bits_of(type));
      for (const std::int32_t extent : value.extents) {
        if (extent < 0)
          fail("knows the shape of " + model::label(graph_of(number), static_cast<std::size_t>(wanted[i])) +
               " in a run only, and has no way to tell it");
        bytes *= static_cast<std::size_t>(extent);
      }
      make_room(value, type, (bytes + 7) / 8);
    }
  }

  /// A tensor's value in the run that was; null if the library does not show it.
  [[nodiscard]] const operand* value_of(const litert::variant& v, std::size_t number, std::int32_t tensor) const {
    const auto find = [&](const std::vector<std::int32_t>& list, const std::vector<litert::host_value>& values) {
      const auto found = std::find(list.begin(), list.end(), tensor);
      return found == list.end() ? nullptr : &values[static_cast<std::size_t>(found - list.begin())];
    };
    // The library leaves an output alone that is an input.
    const litert::host_value* value = find(v.inputs[number], inputs_);
    if (value == nullptr) value = find(v.outputs[number], outputs_);
    if (value == nullptr) return nullptr;
    const model::tensor& t = graph_of(number).tensors[static_cast<std::size_t>(tensor)];
    zero_points_.clear();
    view_ = {element_type_of(t.type), false, value->memory.span().first(value->bytes), value->extents, {}, {}, 0, 0};
    if (t.quantization) {
      view_.scale = t.quantization->scale;
      view_.channel_axis = t.quantization->quantized_dimension;
      for (const std::int64_t zero : t.quantization->zero_point) {
        zero_points_.push_back(static_cast<std::int32_t>(zero));
      }
      view_.zero_point = zero_points_;
    }
    return &view_;
  }

  void visit(const litert::variant& v, std::size_t number, const tensor_visitor& visitor) const {
    const std::size_t subgraph = signatures_[number].subgraph;
    const auto show = [&](std::int32_t t) {
      if (t < 0) return;
      if (const operand* value = value_of(v, number, t); value != nullptr) {
        visitor({subgraph, static_cast<std::size_t>(t), value});
      }
    };
    for (const std::int32_t t : graph_of(number).inputs) show(t);
    for (const model::operation& o : graph_of(number).operations) {
      for (const std::int32_t t : o.outputs) show(t);
    }
  }

  model::model model_;
  std::string library_;
  litert_options options_;
  std::vector<signature> signatures_;
  litert::functions call_;
  litert::owner<litert::environment> environment_;
  std::vector<std::size_t> called_;  ///< subgraphs that ops call
  bool has_state_ = false;
  litert::variant plain_;
  litert::variant full_;
  std::vector<litert::host_value> inputs_;
  std::vector<litert::host_value> outputs_;
  const signature* last_ = nullptr;
  const litert::variant* ran_ = nullptr;
  mutable std::vector<std::int32_t> zero_points_;
  mutable operand view_;
};

AEQ_INLINE litert_engine::litert_engine(model::model source, const std::string& library, const litert_options& options)
    : machine_(std::make_unique<machine>(std::move(source), library, options)) {}
AEQ_INLINE litert_engine::litert_engine(litert_engine&&) noexcept = default;
AEQ_INLINE litert_engine& litert_engine::operator=(litert_engine&&) noexcept = default;
AEQ_INLINE litert_engine::~litert_engine() = default;

AEQ_INLINE std::span<const signature> litert_engine::signatures() const {
  return machine_->signatures();
}
AEQ_INLINE void litert_engine::run(std::size_t signature, std::span<const operand> inputs,
                                   const tensor_visitor& visitor) {
  machine_->run(signature, inputs, visitor);
}
AEQ_INLINE operand litert_engine::output(std::size_t index) const {
  return machine_->output(index);
}
AEQ_INLINE void litert_engine::reset() {
  machine_->reset();
}

}  // namespace aeq::inline AEQ_ABI::execute
