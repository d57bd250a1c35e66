// SPDX-License-Identifier: Apache-2.0
// Writing files that appear whole or not at all: the definitions.
#pragma once

#include <aeq/io/atomic_file.hpp>

#include <cstddef>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/io/system.hpp>

namespace aeq::inline AEQ_ABI::io {

struct output_file::parts {
  os::unfinished_file content;
  os::file stream;  ///< where content goes that has no name
};

AEQ_INLINE output_file::output_file(std::string path, write_options options)
    : path_(std::move(path)), options_(options), parts_(std::make_unique<parts>()) {
  const os::file_kind there = path_ == "-" ? os::file_kind::absent : os::kind_of(path_);
  if (there == os::file_kind::folder) throw error(error_code::io, path_ + ": is a folder; name a file");
  if (there == os::file_kind::regular && !options_.overwrite) {
    throw error(error_code::io, path_ + ": exists; allow overwriting (--overwrite), or name another file");
  }
  if (path_ == "-") {
    parts_->stream = os::standard_output();
  } else if (there == os::file_kind::other) {  // a pipe or a device has no earlier content to protect
    parts_->stream = os::open_to_write(path_);
    if (!parts_->stream.is_open()) fail("can't be opened");
  }
  if (!parts_->stream.is_open()) {
    if (!parts_->content.create(path_)) fail("can't be created");
    return;
  }
  const os::temporary_folder folder;
  if (!parts_->content.create_nameless(folder.path)) {
    const std::string why = os::last_message();
    throw error(error_code::io, path_ + ": the folder for temporary files, " + folder.path + " (" + folder.variable +
                                    "), can't be written: " + why);
  }
}

AEQ_INLINE output_file::~output_file() = default;

AEQ_INLINE void output_file::write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  if (!parts_->content.write_at(offset, bytes)) fail("can't be written");
}

AEQ_INLINE void output_file::resize(std::uint64_t bytes) {
  if (!parts_->content.resize(bytes)) fail("can't be written");
}

AEQ_INLINE void output_file::commit() {
  if (parts_->stream.is_open()) {
    copy_to_stream();
    return;
  }
  if (options_.sync && !parts_->content.sync()) fail("can't be synced");
  if (!parts_->content.publish(options_.overwrite, options_.sync)) {
    fail(options_.overwrite ? "can't be replaced" : "can't be created");
  }
}

AEQ_INLINE void output_file::fail(const char* what) const {
  const std::string why = os::last_message_for_writing();
  throw error(error_code::io, (path_ == "-" ? "standard output" : path_) + ": " + what + ": " + why);
}

AEQ_INLINE void output_file::copy_to_stream() {
  std::vector<std::uint8_t> piece(std::size_t(1) << 20);
  for (std::uint64_t offset = 0;;) {
    const std::ptrdiff_t got = parts_->content.read_at(offset, piece);
    if (got == 0) return;
    if (got < 0 || !os::write_all(parts_->stream, std::span(piece).first(static_cast<std::size_t>(got)))) {
      fail("can't be written");
    }
    offset += static_cast<std::uint64_t>(got);
  }
}

}  // namespace aeq::inline AEQ_ABI::io
