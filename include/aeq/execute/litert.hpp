// SPDX-License-Identifier: Apache-2.0
// The second engine: LiteRT itself, from its shared library, which is opened when it is asked for. It runs what the
// built-in engine has no kernel for, and is the judge of what it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <aeq/execute/engine.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::execute {

/// Which kernels LiteRT runs on the processor.
enum class litert_kernels : std::uint8_t {
  xnnpack,   ///< those of its XNNPACK delegate, where it takes an op: what LiteRT does if nobody asks
  builtin,   ///< its own, optimized
  reference  ///< its own, plain: slow, and the ones that results are defined by
};

struct litert_options {
  litert_kernels kernels = litert_kernels::xnnpack;
  unsigned threads = 0;  ///< 0: one per processor
};

/// Where LiteRT's library is in a Python environment that has the package ai_edge_litert: $VIRTUAL_ENV, the user's
/// packages, the system's. Empty if there is none.
[[nodiscard]] std::string find_litert();

/// Models inference_engine. LiteRT gets a copy of the model with signatures of its own making, in memory whole.
///
/// Visitors see the tensors of the signature's own subgraph, after the run: inputs, then what ops have computed, but
/// for those whose shape is known in a run only. With a visitor LiteRT is to keep all of them, so that it joins fewer
/// ops than without one.
///
/// Throws aeq::error: io where the library can't be opened, or lacks a function; bad_input where LiteRT refuses the
/// model, with LiteRT's own words, and for values that do not fit. No limit of memory holds.
class litert_engine {
 public:
  /// `library`: path of libLiteRt.so (or .dylib) as the Python package ai_edge_litert 2.3 has it.
  litert_engine(model::model source, const std::string& library, const litert_options& options = {});
  litert_engine(litert_engine&&) noexcept;
  litert_engine& operator=(litert_engine&&) noexcept;
  ~litert_engine();

  [[nodiscard]] std::span<const signature> signatures() const;
  void run(std::size_t signature, std::span<const operand> inputs, const tensor_visitor& visitor = {});
  [[nodiscard]] operand output(std::size_t index) const;
  /// Variables as they were before the first run: the model is compiled anew, if it has any.
  void reset();

 private:
  class machine;
  std::unique_ptr<machine> machine_;
};

}  // namespace aeq::inline AEQ_ABI::execute

#if AEQ_DEFINITIONS
#include <aeq/execute/litert.ipp>
#endif
