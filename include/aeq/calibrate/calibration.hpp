// SPDX-License-Identifier: Apache-2.0
// Calibration: an engine runs samples, and what its tensors hold is observed. Any engine and any range of samples will
// do. (spec: numerics, section 7.1)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include <aeq/calibrate/observations.hpp>
#include <aeq/calibrate/sample.hpp>
#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/recipe/plan.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// Tensors by name.
using tensor_names = std::unordered_set<std::string>;

/// The activations whose ranges a plan needs: inputs and outputs of ops with a static scheme, and inputs and outputs of
/// subgraphs where they have one.
[[nodiscard]] tensor_names needed_tensors(const model::model& m, const recipe::plan& plan);

/// Warns of signatures none of whose activations has been seen, though they are wanted (null: all that are floats and
/// have a name): no sample was for them.
void tell_unreached(const model::model& m, const tensor_names* wanted, const observations& seen, warnings& notes);

struct collect_options {
  const tensor_names* tensors = nullptr;  ///< null: all activations that have a name
  progress* tell = nullptr;               ///< counts samples; who calls says how many to expect
  warnings* notes = nullptr;              ///< gets inputs that hold infinities
};

/// What an engine shows of one sample after the other, by the names of tensors.
class collector {
 public:
  collector(const model::model& m, observations& into, const tensor_names* only);

  /// A sample begins: looks for NaN in its inputs. Throws error (bad_input) that names input and sample.
  void begin(const execute::signature& called, const sample& s, warnings* notes);
  void take(const execute::tensor_view& shown);
  void end();
  /// Number of the sample that has begun, from 0.
  [[nodiscard]] std::uint64_t number() const { return number_ - 1; }

 private:
  static constexpr std::size_t not_wanted = static_cast<std::size_t>(-1);
  static constexpr std::size_t not_shown = static_cast<std::size_t>(-2);
  [[nodiscard]] std::size_t place_of(std::size_t graph, std::size_t tensor);

  const model::model& model_;
  observations& into_;
  const tensor_names* only_;
  std::vector<std::vector<std::size_t>> places_;  ///< of each subgraph's tensors
  std::vector<std::uint64_t> last_;               ///< sample that filled a place last, from 1
  std::uint64_t number_ = 0;
  std::unordered_set<std::string> told_;
};

/// Runs the samples, in their order, and observes them. State of the model stays from sample to sample, and is reset
/// where another signature begins. Throws what the engine throws, with the number of the sample, and error (bad_input)
/// for a sample that holds NaN or fits no signature.
template <execute::inference_engine Engine, sample_range Samples>
void collect(Engine& engine, const model::model& m, Samples&& samples, observations& into,
             const collect_options& options = {}) {
  collector seen(m, into, options.tensors);
  const execute::tensor_visitor visitor = [&](const execute::tensor_view& shown) { seen.take(shown); };
  std::size_t last_signature = static_cast<std::size_t>(-1);
  for (const sample& s : samples) {
    const auto& signatures = engine.signatures();
    if (s.signature >= signatures.size()) {
      throw error(error_code::bad_input, m.file_name() + ": sample " + std::to_string(seen.number() + 1) +
                                             " is for signature " + std::to_string(s.signature) + " of " +
                                             std::to_string(signatures.size()));
    }
    if (s.signature != last_signature) engine.reset();
    last_signature = s.signature;
    seen.begin(signatures[s.signature], s, options.notes);
    try {
      engine.run(s.signature, s.inputs, visitor);
    } catch (const error& e) {
      throw error(e.code(), std::string(e.what()) + " (in sample " + std::to_string(seen.number()) + ")");
    }
    seen.end();
    if (options.tell != nullptr) options.tell->advance(1);
  }
  engine.reset();
  if (options.tell != nullptr) options.tell->finish();
}

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/calibration.ipp>
#endif
