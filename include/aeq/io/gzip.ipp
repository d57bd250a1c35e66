// SPDX-License-Identifier: Apache-2.0
// Reading gzip-compressed files: the definitions.
#pragma once

#include <aeq/io/gzip.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>

#include <zlib.h>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

namespace aeq::inline AEQ_ABI::io {

AEQ_INLINE std::string gunzip(std::span<const std::uint8_t> bytes, const std::string& name, std::uint64_t limit_bytes) {
  z_stream stream{};
  constexpr int gzip_only = 16 + 15;
  if (inflateInit2(&stream, gzip_only) != Z_OK) throw error(error_code::io, name + ": zlib can't be started");
  const std::unique_ptr<z_stream, void (*)(z_stream*)> ends(&stream, [](z_stream* s) { inflateEnd(s); });

  constexpr std::size_t step = std::size_t(1) << 16;
  constexpr std::size_t piece = std::size_t(1) << 30;  // zlib counts in 32 bits
  std::string content;
  std::size_t taken = 0;
  for (;;) {
    const std::size_t offered = std::min(piece, bytes.size() - taken);
    stream.next_in = const_cast<Bytef*>(bytes.data() + taken);
    stream.avail_in = static_cast<uInt>(offered);
    const std::size_t size = content.size();
    content.resize(size + step);
    stream.next_out = reinterpret_cast<Bytef*>(content.data() + size);
    stream.avail_out = static_cast<uInt>(step);
    const int state = inflate(&stream, Z_NO_FLUSH);
    content.resize(size + step - stream.avail_out);
    taken += offered - stream.avail_in;
    if (content.size() > limit_bytes) {
      throw error(error_code::bad_input,
                  name + ": holds more than " + std::to_string(limit_bytes) + " bytes when unpacked");
    }
    if (state == Z_STREAM_END) {
      while (taken < bytes.size() && bytes[taken] == 0) ++taken;  // padding of a tape or block device
      if (taken == bytes.size()) return content;
      if (inflateReset(&stream) != Z_OK) throw error(error_code::io, name + ": zlib can't be started again");
      continue;
    }
    const bool stuck = content.size() == size && taken == bytes.size();
    if (state != Z_OK || stuck) {
      throw error(error_code::bad_input, name + ": is no gzip file, or is damaged or cut off" +
                                             (stream.msg != nullptr ? std::string(": ") + stream.msg : std::string()));
    }
  }
}

AEQ_INLINE std::string read_text(const std::string& path, std::uint64_t limit_bytes) {
  const auto file = input_file::open(path, {limit_bytes});
  if (path.ends_with(".gz")) return gunzip(file->bytes(), path, limit_bytes);
  if (file->bytes().size() > limit_bytes) {
    throw error(error_code::bad_input, path + ": is longer than " + std::to_string(limit_bytes) + " bytes");
  }
  return {file->bytes().begin(), file->bytes().end()};
}

}  // namespace aeq::inline AEQ_ABI::io
