// SPDX-License-Identifier: Apache-2.0
// A model as an array in C: text that a C compiler and a C++ compiler build into a program's read-only memory, where
// the runtime of a device reads it in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <aeq/config.hpp>
#include <aeq/io/atomic_file.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::deploy {

/// Bytes that an array of a model may be aligned to: powers of two. FlatBuffers lays the data of buffers out for the
/// least, so that an array at another address would make a runtime read numbers at odd addresses.
inline constexpr std::size_t least_alignment = 16;
inline constexpr std::size_t largest_alignment = 4096;

struct c_array_options {
  std::string name;  ///< of the array; its length is NAME_len. Empty: array_name_of() the model's file
  std::size_t alignment = least_alignment;  ///< bytes
  std::string header;  ///< a file for the declarations; empty: there is one file, a header that has the array, too
  std::string recipe;  ///< what the model was quantized by, for the comment; empty: the comment has no such line
  io::write_options write;
  unsigned threads = 0;  ///< 0: one per processor. The text does not depend on it
};

/// The name that a model's file gives its array, the one of `xxd -i`: letters, digits and underscores, so that
/// "dir/my-model.tflite" is my_model_tflite. What can't be a name gets "model_" in front. Never empty.
[[nodiscard]] std::string array_name_of(std::string_view path);

/// What keeps a word from being the name of an array in C and in C++ ("begins with a digit"); empty: nothing does.
[[nodiscard]] std::string problem_of_name(std::string_view name);

/// Writes the bytes of the file that `m` was read from: one header if no other file is named, else a source file, to be
/// compiled once, beside a header with the declarations
///
///   extern const unsigned char NAME[65904];
///   static const size_t NAME_len = 65904;
///
/// Either is C90 or later and C++98 or later, but for the alignment, which is that of C11 and C++11, or where a
/// compiler has neither, its own. A comment tells the model's file, size, SHA-256, description, inputs and outputs. The
/// same model and options give the same text. The model is never copied: pieces of it become text on all threads.
///
/// Both files appear whole or not at all. Throws error: wrong_usage for a name, an alignment or a header that can't be;
/// bad_input for a model that was not read from a file; io.
void write_c_array(const model::model& m, const std::string& output, const c_array_options& options = {});

}  // namespace aeq::inline AEQ_ABI::deploy

#if AEQ_DEFINITIONS
#include <aeq/deploy/c_array.ipp>
#endif
