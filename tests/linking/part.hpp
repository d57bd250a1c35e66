// SPDX-License-Identifier: Apache-2.0
// What the parts of a program under test know of each other: nothing of aeq, which each of them has in its own way.
#pragma once

#include <string>

namespace linking {

/// What a part says of itself.
struct report {
  std::string version;
  const void* writer = nullptr;  ///< the address of its aeq::model::write
  std::string bytes;             ///< the quantized model
};

/// Quantizes the model at `input` into the file `output`.
using part = report (*)(const std::string& input, const std::string& output);

report compiled(const std::string& input, const std::string& output);
report compiled_too(const std::string& input, const std::string& output);
report header_only(const std::string& input, const std::string& output);
report implementation(const std::string& input, const std::string& output);
report other_version(const std::string& input, const std::string& output);

/// value / scale, rounded, from a part without exceptions, RTTI and a hosted library; -1 if its kernel table is broken.
int freestanding(float value, float scale);

/// Runs two parts and checks that they make the same model and are, or are not, the same code and version. Returns
/// main's exit code. `words` are main's: the program, a model, a file to write.
int check(int count, char** words, part one, part other, bool same_code, bool same_version);

}  // namespace linking
