// SPDX-License-Identifier: Apache-2.0
// The engine that --engine names.
#pragma once

#include <string>
#include <utility>

#include <aeq/execute/interpreter.hpp>
#include <aeq/execute/litert.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/model.hpp>

#include "command_line.hpp"

namespace tool {

/// Throws error (wrong_usage) for an engine that does not exist: before anything else is done.
inline void check_engine(const engine_arguments& given) {
  if (given.engine == "builtin" || given.engine == "litert" || given.engine.starts_with("litert=")) return;
  throw aeq::error(aeq::error_code::wrong_usage,
                   "--engine " + given.engine + ": no such engine; builtin, litert and litert=PATH are");
}

/// Calls work(engine) with the engine of a name: "builtin", "litert" or "litert=PATH".
template <class Work>
void with_engine(const engine_arguments& given, aeq::model::model source, const Work& work) {
  using aeq::execute::litert_kernels;
  if (given.engine == "builtin") {
    aeq::execute::interpreter engine(std::move(source), {.threads = given.threads, .max_memory = given.max_memory});
    try {
      return work(engine);
    } catch (const aeq::error& problem) {
      const std::string text = problem.what();
      if (text.find("the built-in engine ") == std::string::npos || text.find("--engine") != std::string::npos) throw;
      throw aeq::error(problem.code(), text + "; LiteRT may (--engine litert=PATH)");
    }
  }
  check_engine(given);
  const std::string library = given.engine == "litert" ? aeq::execute::find_litert() : given.engine.substr(7);
  if (library.empty()) {
    throw aeq::error(aeq::error_code::wrong_usage,
                     "--engine litert: no Python package ai_edge_litert is found, which brings LiteRT; say where its "
                     "library is: --engine litert=PATH/libLiteRt.so");
  }
  const litert_kernels kernels = given.kernels == "reference" ? litert_kernels::reference
                                 : given.kernels == "builtin" ? litert_kernels::builtin
                                                              : litert_kernels::xnnpack;
  aeq::execute::litert_engine engine(std::move(source), library, {kernels, given.threads});
  work(engine);
}

}  // namespace tool
