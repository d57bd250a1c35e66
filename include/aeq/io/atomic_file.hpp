// SPDX-License-Identifier: Apache-2.0
// Writing files that appear whole or not at all: a nameless file in the target's folder (a named one where the system
// has no such thing), filled from any number of threads, given its name at the end.
//
// A process that is killed leaves nothing, but for two cases in which its file has a name beside the target's,
// TARGET.aeq-0.part: where there are no nameless files (some file systems, and all but Linux), and in the moment
// between giving the new file a name and replacing the old one, which the system can't do in one step. The next run
// that needs such a name takes the file of a dead one away; it knows it by the lock that nobody holds. On Windows such
// a file goes with the process that made it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

struct write_options {
  bool overwrite = false;  ///< replace an existing file
  bool sync = false;       ///< wait until the disk has it
};

/// Where an output goes: pieces at offsets, then commit. Without commit nothing remains.
class output_file {
 public:
  /// Starts writing `path`; "-" is standard output. Throws error (io) where the file exists and may not be replaced, or
  /// can't be created.
  output_file(std::string path, write_options options);
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file();

  /// Writes a piece; pieces may come from several threads and in any order. Throws error (io).
  void write_at(std::uint64_t offset, std::span<const std::uint8_t> bytes);

  /// Sets the length; what is not written reads as zero.
  void resize(std::uint64_t bytes);

  /// Gives the file its name. Throws error (io); the target is then as it was.
  void commit();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct parts;  ///< what the system has of it

  [[noreturn]] void fail(const char* what) const;
  void copy_to_stream();

  std::string path_;
  write_options options_;
  std::unique_ptr<parts> parts_;
};

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/atomic_file.ipp>
#endif
