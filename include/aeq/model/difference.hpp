// SPDX-License-Identifier: Apache-2.0
// What differs between two models, or between descriptions of models: one line each, by the rules and in the words of
// the conformance corpus' `oracle.py diff`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/io/json_forward.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

struct difference_options {
  bool ignore_names = false;  ///< of tensors and subgraphs
  std::int64_t ulps = 0;      ///< tolerance for floats, in steps of float32
  double max_delta = 0;       ///< tolerance for an element of a constant; only where both sides are models
};

/// How far two constants are apart.
struct constant_difference {
  std::uint64_t different = 0;  ///< elements; NaN differs from all
  std::uint64_t elements = 0;
  double worst = 0;  ///< the largest distance; NaN if there is one
};

/// A description, and the model it was made from if there is one.
class description {
 public:
  description(boost::json::value content, std::optional<model> made_from);

  [[nodiscard]] const boost::json::value& content() const { return *content_; }

  std::optional<model> source;

 private:
  std::shared_ptr<const boost::json::value> content_;  // of a type that is declared only
};

/// Reads what a file says about a model: a .tflite, or a description of one (.json, .json.gz).
[[nodiscard]] description load_description(const std::string& path, warnings& notes);

/// What differs, in the order of A's description; empty if the two mean the same. Constants of two models are compared
/// element by element where their digests differ.
[[nodiscard]] std::vector<std::string> differences(const description& a, const description& b,
                                                   const difference_options& options = {});

[[nodiscard]] std::vector<std::string> differences(const std::string& path_a, const std::string& path_b,
                                                   warnings& notes, const difference_options& options = {});

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/difference.ipp>
#endif
