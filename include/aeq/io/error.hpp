// SPDX-License-Identifier: Apache-2.0
// The one exception of the public API: a code and a sentence that names the place and what would be accepted.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI {

/// What went wrong; the value is the tool's exit code.
enum class error_code : int {
  check_failed = 1,     ///< a comparison or threshold did not hold
  wrong_usage = 2,      ///< arguments that make no sense
  bad_input = 3,        ///< a model, recipe, policy or data file that can't be used
  not_quantizable = 4,  ///< the model can't be quantized as asked
  io = 5                ///< reading or writing failed
};

[[nodiscard]] constexpr std::string_view name_of(error_code code) noexcept {
  switch (code) {
    case error_code::check_failed: return "check failed";
    case error_code::wrong_usage: return "wrong usage";
    case error_code::bad_input: return "bad input";
    case error_code::not_quantizable: return "not quantizable";
    case error_code::io: return "input/output";
  }
  return "unknown";
}

class error : public std::runtime_error {
 public:
  error(error_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] error_code code() const noexcept { return code_; }

 private:
  error_code code_;
};

}  // namespace aeq::inline AEQ_ABI
