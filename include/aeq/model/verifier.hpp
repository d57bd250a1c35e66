// SPDX-License-Identifier: Apache-2.0
// Nothing in a model file is believed before this has walked it: every table, vector and string that the schema knows
// lies inside the file. Fields that the schema does not know are reported on the way.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <aeq/config.hpp>
#include <aeq/io/warning.hpp>

namespace flatbuffers {
class Table;
}

namespace aeq::inline AEQ_ABI::model {

/// What FlatBuffers can address; the rest of a longer file holds external buffers only.
inline constexpr std::uint64_t flatbuffer_limit = (std::uint64_t(1) << 31) - 2;

/// How much a model file holds, each thing counted as often as something points at it.
struct file_content {
  std::uint64_t tensors = 0;
  std::uint64_t operations = 0;
  std::uint64_t buffers = 0;
  std::uint64_t small_tables = 0;  ///< signatures, their parts, operator codes, metadata
  std::uint64_t subgraphs = 0;
  std::uint64_t vector_bytes = 0;  ///< of vectors and strings, without the data of buffers
  std::uint64_t buffer_bytes = 0;  ///< data of buffers inside the flatbuffer
};

class verifier {
 public:
  verifier() = delete;

  /// Walks the model at the start of `bytes`. Throws error (bad_input) that names the table and field. `unknown` gets a
  /// warning per (table, field id) that the schema does not know, `content` what was met.
  static const flatbuffers::Table* verify(std::span<const std::uint8_t> bytes, const std::string& file,
                                          warnings& unknown, file_content& content);
};

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/verifier.ipp>
#endif
