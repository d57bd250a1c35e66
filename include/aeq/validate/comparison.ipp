// SPDX-License-Identifier: Apache-2.0
// Two models on the same samples: the definitions.
#pragma once

#include <aeq/validate/comparison.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <aeq/execute/signatures.hpp>
#include <aeq/execute/slot.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>
#include <aeq/validate/compared.hpp>
#include <aeq/validate/labels.hpp>
#include <aeq/validate/layers.hpp>

namespace aeq::inline AEQ_ABI::validate {

namespace detail {

[[nodiscard]] AEQ_INLINE std::string quoted(const std::string& name) {
  return "'" + io::escaped_utf8(name) + "'";
}

/// The port of the target that belongs to one of the reference: of the same name, else at the same place.
[[nodiscard]] AEQ_INLINE std::size_t counterpart(const std::vector<execute::port>& of, std::size_t place,
                                                 const std::vector<execute::port>& among) {
  for (std::size_t i = 0; i < among.size(); ++i) {
    if (among[i].name == of[place].name) return i;
  }
  return of.size() == among.size() ? place : nowhere;
}

}  // namespace detail

class comparison::inside {
 public:
  inside(const model::model& reference, const model::model& target, comparison_options options)
      : reference_(reference), target_(target), options_(std::move(options)) {
    std::vector<execute::signature> others = execute::signatures_of(target_);
    for (execute::signature& s : execute::signatures_of(reference_)) pair(std::move(s), others);
    if (!options_.outputs_only) find_layers();
  }

  [[nodiscard]] const model::model* layers() const { return layers_.layers.empty() ? nullptr : &layers_.made; }

  void take(const engine_view& reference, const engine_view& target, const engine_view* layers,
            const calibrate::sample& s) {
    if (s.signature >= signatures_.size()) {
      throw error(error_code::bad_input, reference_.file_name() + ": sample " + std::to_string(number_) +
                                             " is for signature " + std::to_string(s.signature) + " of " +
                                             std::to_string(signatures_.size()));
    }
    detail::compared_signature& called = signatures_[s.signature];
    for (detail::compared_tensor& t : called.tensors) t.reference.is_there = t.target.is_there = false;
    try {
      run_reference(reference, called, s);
      run_target(target, called, s);
      for (detail::compared_tensor& t : called.tensors) compare(t);
      if (layers != nullptr) {
        for (detail::compared_layer& l : called.layers) run_layer(*layers, called, l);
      }
      judge(called);
    } catch (const error& e) {
      throw error(e.code(), std::string(e.what()) + " (in sample " + std::to_string(number_) + ")");
    }
    ++called.samples;
    ++number_;
    if (options_.tell != nullptr) options_.tell->advance(1);
  }

  comparison_result finish() {
    if (options_.tell != nullptr) options_.tell->finish();
    if (number_ == 0) throw error(error_code::bad_input, "there was no sample to compare the models on");
    if (!options_.labels.empty() && options_.labels.size() != number_) {
      throw error(error_code::bad_input, "there are " + std::to_string(options_.labels.size()) + " labels for " +
                                             std::to_string(number_) + " samples; one per sample is accepted");
    }
    comparison_result result;
    result.reference = reference_.file_name();
    result.target = target_.file_name();
    if (reference_.file) result.reference_bytes = reference_.file->bytes().size();
    // What quantization made in memory still looks at the file that it came from.
    if (target_.file && target_.file != reference_.file) result.target_bytes = target_.file->bytes().size();
    result.metrics = options_.metrics;
    if (!options_.labels.empty()) result.labels = answers_;
    for (detail::compared_signature& s : signatures_) {
      if (s.samples == 0) continue;
      if (!options_.outputs_only) compare_constants(s);
      result.signatures.push_back(result_of(s));
    }
    return result;
  }

 private:
  // Before the first sample.

  void pair(execute::signature s, const std::vector<execute::signature>& others) {
    const auto found =
        std::find_if(others.begin(), others.end(), [&](const execute::signature& other) { return other.key == s.key; });
    const bool alone = execute::signatures_of(reference_).size() == 1 && others.size() == 1;
    if (found == others.end() && !alone) {
      throw error(error_code::bad_input, target_.file_name() + ": has no signature " + detail::quoted(s.key) +
                                             ", which " + reference_.file_name() +
                                             " has; a model can be compared with what quantization made of it");
    }
    detail::compared_signature both;
    both.target = alone ? others.front() : *found;
    both.target_number = alone ? 0 : static_cast<std::size_t>(found - others.begin());
    both.reference = std::move(s);
    both.input_of.assign(both.target.inputs.size(), detail::nowhere);
    for (std::size_t i = 0; i < both.target.inputs.size(); ++i) {
      both.input_of[i] = detail::counterpart(both.target.inputs, i, both.reference.inputs);
      if (both.input_of[i] == detail::nowhere) fail_port(both, "input", both.target.inputs[i], target_, reference_);
    }
    pair_all(both);
    signatures_.push_back(std::move(both));
  }

  [[noreturn]] static void fail_port(const detail::compared_signature& s, const char* what, const execute::port& p,
                                     const model::model& has, const model::model& lacks) {
    throw error(error_code::bad_input, lacks.file_name() + ": signature " + detail::quoted(s.reference.key) +
                                           " has no " + what + " " + detail::quoted(p.name) + ", which " +
                                           has.file_name() +
                                           " has; a model can be compared with what quantization made of it");
  }

  void pair_all(detail::compared_signature& both) {
    const model::subgraph& r = reference_.subgraphs[both.reference.subgraph];
    const model::subgraph& t = target_.subgraphs[both.target.subgraph];
    both.reference_places.assign(r.tensors.size(), detail::nowhere);
    both.target_places.assign(t.tensors.size(), detail::nowhere);
    const std::vector<tensor_pair> named = pair_tensors(r, t);
    for (std::size_t i = 0; i < both.reference.outputs.size(); ++i) {
      const std::size_t tensor = both.reference.outputs[i].tensor;
      std::size_t place = both.reference_places[tensor];
      if (place == detail::nowhere) {
        const std::size_t port = detail::counterpart(both.reference.outputs, i, both.target.outputs);
        if (port == detail::nowhere) fail_port(both, "output", both.reference.outputs[i], reference_, target_);
        tensor_pair pair{tensor, both.target.outputs[port].tensor};
        for (const tensor_pair& p : named) {
          if (p.reference == tensor && !options_.outputs_only) pair = p;
        }
        place = add(both, pair, tensor_group::output);
      }
      both.outputs.push_back(place);
    }
    if (options_.outputs_only) return;
    const auto is_input = [&](std::size_t tensor) {
      return std::any_of(both.reference.inputs.begin(), both.reference.inputs.end(),
                         [&](const execute::port& p) { return p.tensor == tensor; });
    };
    for (const tensor_pair& p : named) {
      if (both.reference_places[p.reference] != detail::nowhere) continue;
      add(both, p,
          is_input(p.reference)                            ? tensor_group::input
          : reference_.is_constant(r.tensors[p.reference]) ? tensor_group::constant
                                                           : tensor_group::intermediate);
    }
    std::stable_sort(both.tensors.begin() + static_cast<std::ptrdiff_t>(outputs_of(both)), both.tensors.end(),
                     [](const detail::compared_tensor& a, const detail::compared_tensor& b) {
                       return a.result.group < b.result.group;
                     });
    for (std::size_t i = 0; i < both.tensors.size(); ++i) {
      both.reference_places[both.tensors[i].pair.reference] = i;
      both.target_places[both.tensors[i].pair.target] = i;
    }
  }

  static std::size_t outputs_of(const detail::compared_signature& s) {
    return static_cast<std::size_t>(
        std::count_if(s.tensors.begin(), s.tensors.end(),
                      [](const detail::compared_tensor& t) { return t.result.group == tensor_group::output; }));
  }

  std::size_t add(detail::compared_signature& both, const tensor_pair& pair, tensor_group group) {
    const model::tensor& r = reference_.subgraphs[both.reference.subgraph].tensors[pair.reference];
    const model::tensor& t = target_.subgraphs[both.target.subgraph].tensors[pair.target];
    tensor_result result;
    result.name = r.name.value_or("");
    result.group = group;
    result.reference_type = std::string(model::name_of(r.type));
    result.target_type = std::string(model::name_of(t.type));
    result.lowest = std::numeric_limits<double>::infinity();
    result.highest = -result.lowest;
    const std::size_t place = both.tensors.size();
    both.tensors.push_back({pair, std::move(result), accumulation(options_.metrics), {}, {}, false});
    both.reference_places[pair.reference] = place;
    both.target_places[pair.target] = place;
    return place;
  }

  void find_layers() {
    std::vector<std::pair<std::size_t, std::size_t>> made;  // subgraphs
    for (const detail::compared_signature& s : signatures_) {
      const std::pair<std::size_t, std::size_t> graphs(s.reference.subgraph, s.target.subgraph);
      if (std::find(made.begin(), made.end(), graphs) != made.end()) continue;
      made.push_back(graphs);
      std::vector<tensor_pair> pairs;
      for (const detail::compared_tensor& t : s.tensors) pairs.push_back(t.pair);
      add_layers(target_, graphs.second, pairs, reference_, graphs.first, layers_);
    }
    for (detail::compared_signature& s : signatures_) {
      for (const layer& l : layers_.layers) {
        if (l.subgraph != s.target.subgraph || l.reference_subgraph != s.reference.subgraph) continue;
        detail::compared_layer here{&l, {}, {}, {}, {}, true};
        for (const tensor_pair& p : l.inputs) here.inputs.push_back(s.target_places[p.target]);
        for (const tensor_pair& p : l.outputs) here.outputs.push_back(s.target_places[p.target]);
        s.layers.push_back(std::move(here));
      }
    }
  }

  // A sample.

  void run_reference(const engine_view& engine, detail::compared_signature& called, const calibrate::sample& s) const {
    execute::tensor_visitor visitor;
    if (!options_.outputs_only) {
      visitor = [&](const execute::tensor_view& shown) {
        if (shown.subgraph != called.reference.subgraph || shown.value == nullptr) return;
        const std::size_t place = called.reference_places[shown.tensor];
        if (place != detail::nowhere) called.tensors[place].reference.set(*shown.value, true);
      };
    }
    engine.reset();
    engine.run(s.signature, s.inputs, visitor);
    for (std::size_t i = 0; i < called.outputs.size(); ++i) {
      detail::compared_tensor& t = called.tensors[called.outputs[i]];
      if (!t.reference.is_there) t.reference.set(engine.output(i), true);
    }
  }

  void run_target(const engine_view& engine, detail::compared_signature& called, const calibrate::sample& s) {
    std::vector<operand> inputs(called.target.inputs.size());
    stored_.resize(std::max(stored_.size(), inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const operand& given = s.inputs[called.input_of[i]];
      std::vector<float> floats;
      to_floats(given, floats);
      if (!convert(given, floats, called.target.inputs[i], stored_[i])) {
        throw error(error_code::bad_input,
                    target_.file_name() + ": input " + detail::quoted(called.target.inputs[i].name) + " takes " +
                        execute::described(called.target.inputs[i].type, called.target.inputs[i].shape) + ", which " +
                        execute::described(given.type, given.shape) + " can't be made into");
      }
      inputs[i] = stored_[i].view();
    }
    execute::tensor_visitor visitor;
    if (!options_.outputs_only) {
      visitor = [&](const execute::tensor_view& shown) {
        if (shown.subgraph != called.target.subgraph || shown.value == nullptr) return;
        const std::size_t place = called.target_places[shown.tensor];
        if (place != detail::nowhere) see_target(called.tensors[place], *shown.value);
      };
    }
    engine.reset();
    engine.run(called.target_number, inputs, visitor);
    for (std::size_t k = 0; k < called.target.outputs.size(); ++k) {
      const std::size_t place = called.target_places[called.target.outputs[k].tensor];
      if (place == detail::nowhere || called.tensors[place].target.is_there) continue;
      see_target(called.tensors[place], engine.output(k));
    }
  }

  static void see_target(detail::compared_tensor& t, const operand& value) {
    t.target.set(value, false);
    t.target.limits = count_limits(value);
    value_range range;
    if (range_of_type(value.type, value.scale, value.zero_point, range)) t.result.range = range;
    if (value.scale.size() < 2 || t.result.widest) return;
    for (std::size_t i = 0; i < value.scale.size(); ++i) {
      const auto zero_point = value.zero_point.size() == value.scale.size() ? value.zero_point.subspan(i, 1)
                                                                            : std::span<const std::int32_t>();
      if (!range_of_type(value.type, value.scale.subspan(i, 1), zero_point, range)) return;
      if (!t.result.widest) t.result.widest = range;
      t.result.widest->lowest = std::min(t.result.widest->lowest, range.lowest);
      t.result.widest->highest = std::max(t.result.widest->highest, range.highest);
    }
  }

  void compare(detail::compared_tensor& t) {
    if (!t.reference.is_there || !t.target.is_there) return;
    const std::vector<float>& r = t.reference.floats;
    if (r.size() != t.target.floats.size()) {
      t.target.is_there = false;
      if (!t.is_told && options_.notes != nullptr) {
        options_.notes->add("tensor " + detail::quoted(t.result.name),
                            "has " + std::to_string(r.size()) + " elements in one model and " +
                                std::to_string(t.target.floats.size()) + " in the other; it is not compared");
      }
      t.is_told = true;
      return;
    }
    t.errors.add(options_.metrics, t.target.floats, r);
    t.result.saturated.lowest += t.target.limits.lowest;
    t.result.saturated.highest += t.target.limits.highest;
    double lowest = t.result.lowest;
    double highest = t.result.highest;
    for (const float v : r) {
      lowest = std::min(lowest, static_cast<double>(v));
      highest = std::max(highest, static_cast<double>(v));
    }
    t.result.lowest = lowest;
    t.result.highest = highest;
    if (options_.histograms && !r.empty()) {
      t.result.values_seen.add(r,
                               std::max(std::fabs(static_cast<float>(lowest)), std::fabs(static_cast<float>(highest))));
    }
    if (!t.result.range || t.target.scale.size() != 1) return;
    const double half_step = 0.5 * static_cast<double>(t.target.scale[0]);
    const double from = t.result.range->lowest - half_step;
    const double to = t.result.range->highest + half_step;
    for (const float v : r) t.result.clipped += static_cast<double>(v) < from || static_cast<double>(v) > to ? 1 : 0;
  }

  void run_layer(const engine_view& engine, detail::compared_signature& called, detail::compared_layer& l) {
    if (!l.works) return;
    const execute::signature& alone = engine.signatures()[l.what->signature];
    std::vector<operand> inputs(alone.inputs.size());
    stored_.resize(std::max(stored_.size(), inputs.size()));
    try {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const detail::seen_value& value = called.tensors[l.inputs[i]].reference;
        if (!value.is_there || !convert(value.view(), value.floats, alone.inputs[i], stored_[i])) {
          throw error(error_code::bad_input, "its input " + detail::quoted(called.tensors[l.inputs[i]].result.name) +
                                                 " has no value that it takes");
        }
        inputs[i] = stored_[i].view();
      }
      engine.reset();
      engine.run(l.what->signature, inputs, {});
      for (std::size_t k = 0; k < l.outputs.size(); ++k) {
        const detail::compared_tensor& t = called.tensors[l.outputs[k]];
        if (!t.reference.is_there || !t.target.is_there) continue;
        to_floats(engine.output(k), floats_);
        if (floats_.size() != t.reference.floats.size()) {
          throw error(error_code::bad_input, "its output has another size when it runs alone");
        }
        l.own.add(floats_, t.reference.floats);
        l.inherited.add(t.target.floats, floats_);
      }
    } catch (const error& e) {
      l.works = false;
      if (options_.notes != nullptr) {
        options_.notes->add(l.what->op + " " + std::to_string(l.what->operation),
                            std::string("can't run alone, so that its own error is not known: ") + e.what());
      }
    }
  }

  void judge(detail::compared_signature& called) {
    if (options_.labels.empty() || called.outputs.empty()) return;
    const detail::compared_tensor& t = called.tensors[called.outputs[0]];
    if (number_ >= options_.labels.size()) {
      throw error(error_code::bad_input, "there are " + std::to_string(options_.labels.size()) +
                                             " labels, and more samples than that; one per sample is accepted");
    }
    const std::int64_t label = options_.labels[static_cast<std::size_t>(number_)];
    if (label < 0 || std::cmp_greater_equal(label, t.reference.floats.size())) {
      throw error(error_code::bad_input, "label " + std::to_string(label) + " is none of the " +
                                             std::to_string(t.reference.floats.size()) + " classes of output " +
                                             detail::quoted(called.reference.outputs[0].name));
    }
    const std::size_t r = place_of_largest(t.reference.floats);
    const std::size_t q = place_of_largest(t.target.floats);
    answers_.output = called.reference.outputs[0].name;
    ++answers_.samples;
    answers_.reference_right += std::cmp_equal(r, label) ? 1u : 0u;
    answers_.target_right += std::cmp_equal(q, label) ? 1u : 0u;
    answers_.agreed += r == q ? 1u : 0u;
  }

  // After the last sample.

  void compare_constants(detail::compared_signature& s) {
    execute::detail::memory_account account(std::numeric_limits<std::uint64_t>::max());
    execute::detail::buffer_store of_reference(reference_, account);
    execute::detail::buffer_store of_target(target_, account);
    const auto r = execute::detail::make_slots(reference_, s.reference.subgraph, of_reference, account);
    const auto t = execute::detail::make_slots(target_, s.target.subgraph, of_target, account);
    for (detail::compared_tensor& c : s.tensors) {
      const execute::detail::slot& a = r[c.pair.reference];
      const execute::detail::slot& b = t[c.pair.target];
      if (!a.is_constant || !b.is_constant || !a.problem.empty() || !b.problem.empty()) continue;
      c.reference.set(a.view(), false);
      see_target(c, b.view());
      compare(c);
      c.reference = {};
      c.target = {};
    }
  }

  signature_result result_of(detail::compared_signature& s) const {
    signature_result result;
    result.key = s.reference.key;
    result.samples = s.samples;
    for (detail::compared_tensor& t : s.tensors) {
      if (t.errors.samples() == 0) continue;
      t.result.samples = t.errors.samples();
      t.result.values = t.errors.values(options_.metrics);
      t.result.strength = t.errors.strength();
      if (t.result.strength.elements == 0) t.result.lowest = t.result.highest = 0;
      result.tensors.push_back(t.result);
    }
    for (const detail::compared_layer& l : s.layers) {
      layer_result& made = result.layers.emplace_back();
      made.op = l.what->op;
      made.operation = l.what->operation;
      made.tensor = s.tensors[l.outputs[0]].result.name;
      for (const std::size_t place : l.outputs) {
        const power& p = s.tensors[place].errors.strength();
        made.total.signal += p.signal;
        made.total.noise += p.noise;
        made.total.elements += p.elements;
      }
      if (!l.works || l.own.elements == 0) continue;
      made.own = l.own;
      made.inherited = l.inherited;
      made.inherited->signal = l.own.signal;
    }
    std::stable_sort(result.layers.begin(), result.layers.end(), [](const layer_result& a, const layer_result& b) {
      if (a.own.has_value() != b.own.has_value()) return a.own.has_value();
      return a.own && a.own->noise_share() > b.own->noise_share();
    });
    return result;
  }

  const model::model& reference_;
  const model::model& target_;
  comparison_options options_;
  std::vector<detail::compared_signature> signatures_;
  layer_model layers_;
  std::uint64_t number_ = 0;  ///< of samples so far
  top_1 answers_;
  std::vector<stored_value> stored_;
  std::vector<float> floats_;
};

AEQ_INLINE comparison::comparison(const model::model& reference, const model::model& target, comparison_options options)
    : inside_(std::make_unique<inside>(reference, target, std::move(options))) {}
AEQ_INLINE comparison::comparison(comparison&&) noexcept = default;
AEQ_INLINE comparison& comparison::operator=(comparison&&) noexcept = default;
AEQ_INLINE comparison::~comparison() = default;

AEQ_INLINE const model::model* comparison::layers() const {
  return inside_->layers();
}
AEQ_INLINE void comparison::take(const engine_view& reference, const engine_view& target, const engine_view* layers,
                                 const calibrate::sample& s) {
  inside_->take(reference, target, layers, s);
}
AEQ_INLINE comparison_result comparison::finish() {
  return inside_->finish();
}

}  // namespace aeq::inline AEQ_ABI::validate
