// SPDX-License-Identifier: Apache-2.0
// Writing a .tflite file as a stream: the metadata is built first, with room for the place of every buffer; then each
// buffer goes straight to its place in the file, in pieces, on all processors; last, the metadata, whose late scales
// are known by then. Memory: the metadata and a few pieces.
//
// The buffers' vectors come after the metadata: FlatBuffers' offsets point forward. Below 2 GB everything is inline;
// beyond, large buffers lie after the flatbuffer and are found by offset and size (spec: tflite_schema, section 2.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/io/atomic_file.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/model/model.hpp>

namespace aeq::inline AEQ_ABI::model {

struct save_options {
  io::write_options file{};
  unsigned threads = 0;  ///< 0: one per processor
  aeq::progress* progress = nullptr;
};

/// The bytes of a model's file, for models that fit in memory.
[[nodiscard]] std::vector<std::uint8_t> to_bytes(const model& m, unsigned threads = 0);

/// Writes a model to `path` ("-": standard output). The file appears whole or not at all. Returns its size in bytes.
/// Throws error (io).
std::uint64_t write(const model& m, const std::string& path, const save_options& options = {});

}  // namespace aeq::inline AEQ_ABI::model

#if AEQ_DEFINITIONS
#include <aeq/model/writer.ipp>
#endif
