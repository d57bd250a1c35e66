// SPDX-License-Identifier: Apache-2.0
// The .npz format of NumPy, a zip archive of .npy arrays, stored or deflated. The directory is read from the mapped
// file; an entry is unpacked when and as far as it is asked for, so that no array needs to be in memory whole.
//
// Every byte is untrusted: offsets and sizes are checked against the file, entries may not overlap, what an entry
// unpacks to is never more than its size in the directory, and its checksum must fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include <aeq/config.hpp>
#include <aeq/io/atomic_file.hpp>
#include <aeq/io/file.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

/// An entry as the directory has it.
struct npz_entry {
  std::string name;  ///< without ".npy"
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;  ///< unpacked
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< where the next entry, or the directory, begins
  std::uint32_t checksum = 0;
  bool deflated = false;
};

/// The content of an entry from its beginning to its end.
class npz_stream {
 public:
  npz_stream(npz_stream&&) noexcept;
  npz_stream& operator=(npz_stream&&) noexcept;
  ~npz_stream();

  /// Unpacks the next bytes. With the last ones the checksum is compared. Throws error (bad_input) for damaged data and
  /// for more bytes than there are.
  void read(std::span<std::uint8_t> into);

  /// Bytes that are not yet read.
  [[nodiscard]] std::uint64_t left() const;

 private:
  friend class npz_file;
  struct state;
  explicit npz_stream(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

class npz_file {
 public:
  /// Reads the directory. Throws error (bad_input) that says what is damaged, or what kind of archive would be
  /// accepted.
  explicit npz_file(std::shared_ptr<const io::input_file> file);

  /// In the order of the directory. Names are unique.
  [[nodiscard]] const std::vector<npz_entry>& entries() const { return entries_; }
  [[nodiscard]] const std::string& name() const { return file_->name(); }

  /// Starts unpacking an entry, which is one of `entries()`. Throws error (bad_input).
  [[nodiscard]] npz_stream open(const npz_entry& entry) const;

 private:
  std::shared_ptr<const io::input_file> file_;
  std::vector<npz_entry> entries_;
};

/// Whether bytes are the beginning of a zip archive.
[[nodiscard]] bool is_npz(std::span<const std::uint8_t> start) noexcept;

/// Writes an archive that NumPy reads, array by array. The same arrays make the same bytes: entries have no time.
class npz_writer {
 public:
  /// Starts writing `path`; "-" is standard output. `deflated` compresses, as numpy.savez_compressed does. Throws error
  /// (io).
  npz_writer(std::string path, io::write_options options = {}, bool deflated = false);

  /// Adds an array in C order under a name without ".npy". Throws error (io), and error (wrong_usage) for a name that
  /// is there already, a type that NumPy does not have, and data that are not as long as type and shape want.
  void add(const std::string& name, element_type type, std::span<const std::int32_t> shape,
           std::span<const std::byte> data);

  /// Writes the directory and gives the file its name; without it no file appears. Throws error (io).
  void finish();

 private:
  void append(std::span<const std::uint8_t> bytes);

  io::output_file file_;
  std::vector<npz_entry> entries_;
  std::unordered_set<std::string> names_;
  std::uint64_t size_ = 0;
  bool deflated_ = false;
};

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/npz.ipp>
#endif
