// SPDX-License-Identifier: Apache-2.0
// Which input an array of a dataset is for: its name says it. Included by definitions only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>

namespace aeq::inline AEQ_ABI::calibrate::detail {

/// An input of a signature, by places.
struct input_place {
  std::size_t signature = 0;
  std::size_t input = 0;
  friend bool operator==(const input_place&, const input_place&) = default;
};

/// What an array is for.
struct array_target {
  input_place place;
  bool is_one_sample = false;  ///< else it holds samples one after the other
  std::uint64_t index = 0;     ///< of the sample
};

class array_names {
 public:
  /// The signatures must live as long as this.
  explicit array_names(const std::vector<execute::signature>& signatures);

  /// Throws error (bad_input) for a name that is no input's, or that of several; `file` is for the message.
  [[nodiscard]] array_target find(const std::string& name, const std::string& file) const;

  /// Whether `find` would find it, as an array that holds samples one after the other.
  [[nodiscard]] bool knows_stacked(const std::string& name) const;

  /// "'x' and 'y'", for messages: the names that are accepted.
  [[nodiscard]] std::string accepted() const;

 private:
  struct entry {
    input_place place;
    bool is_tensor = false;  ///< the name of a tensor, which counts for less than that of an input
    bool is_ambiguous = false;
  };
  using index = std::unordered_map<std::string, entry>;
  static void add(index& names, const std::string& name, const entry& made);
  [[nodiscard]] const entry* numbered(std::string_view name, entry& made) const;
  [[nodiscard]] bool find_sample(std::string_view name, array_target& found) const;

  const std::vector<execute::signature>& signatures_;
  index stacked_;
  std::vector<index> inputs_;  ///< of each signature
};

}  // namespace aeq::inline AEQ_ABI::calibrate::detail

#if AEQ_DEFINITIONS
#include <aeq/calibrate/array_names.ipp>
#endif
