// SPDX-License-Identifier: Apache-2.0
// Warnings: collected, handed to whoever asked, never printed by the library.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

struct warning {
  std::string place;    ///< a file, a JSON pointer, an op or a tensor
  std::string message;  ///< what is wrong and what to do
};

class warnings {
 public:
  void add(std::string place, std::string message) { all_.push_back({std::move(place), std::move(message)}); }
  [[nodiscard]] const std::vector<warning>& all() const { return all_; }
  [[nodiscard]] bool empty() const { return all_.empty(); }

 private:
  std::vector<warning> all_;
};

}  // namespace aeq::inline AEQ_ABI
