// SPDX-License-Identifier: Apache-2.0
// The .npz format: the definitions.
#pragma once

#include <aeq/calibrate/npz.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <zlib.h>

#include <aeq/calibrate/npy.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

inline constexpr std::uint32_t zip_local = 0x04034b50;
inline constexpr std::uint32_t zip_central = 0x02014b50;
inline constexpr std::uint32_t zip_end = 0x06054b50;
inline constexpr std::uint32_t zip64_end = 0x06064b50;
inline constexpr std::uint32_t zip64_locator = 0x07064b50;
inline constexpr std::uint64_t zip_local_bytes = 30;
inline constexpr std::uint64_t zip_central_bytes = 46;
inline constexpr std::uint64_t zip_end_bytes = 22;
inline constexpr std::uint64_t zip64_end_bytes = 56;
inline constexpr std::uint64_t zip64_locator_bytes = 20;
inline constexpr std::uint32_t in_zip64 = 0xffffffffu;  ///< the number stands in a zip64 field
inline constexpr std::uint64_t deflate_most_ratio = 1032;

/// The bytes of an archive, read with checks.
class zip_bytes {
 public:
  zip_bytes(std::span<const std::uint8_t> bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name_ + ": " + what); }

  [[nodiscard]] bool holds(std::uint64_t at, std::uint64_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }
  void want(std::uint64_t at, std::uint64_t count) const {
    if (!holds(at, count)) fail("the .npz archive is damaged or cut off");
  }
  [[nodiscard]] std::uint64_t number(std::uint64_t at, unsigned count) const {
    want(at, count);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i) value |= std::uint64_t(bytes_[static_cast<std::size_t>(at) + i]) << (8 * i);
    return value;
  }
  [[nodiscard]] std::string_view text(std::uint64_t at, std::uint64_t count) const {
    want(at, count);
    return {reinterpret_cast<const char*>(bytes_.data()) + at, static_cast<std::size_t>(count)};
  }
  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }

 private:
  std::span<const std::uint8_t> bytes_;
  const std::string& name_;
};

struct zip_directory {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

[[nodiscard]] AEQ_INLINE zip_directory find_directory(const zip_bytes& file) {
  constexpr std::uint64_t longest_comment = 65535;
  const std::uint64_t size = file.size();
  if (size < zip_end_bytes) file.fail("is too short for an .npz archive");
  const std::uint64_t first = size - zip_end_bytes - std::min(longest_comment, size - zip_end_bytes);
  for (std::uint64_t at = size - zip_end_bytes;; --at) {
    if (file.number(at, 4) == zip_end && at + zip_end_bytes + file.number(at + 20, 2) == size) {
      zip_directory found{file.number(at + 16, 4), file.number(at + 12, 4), file.number(at + 10, 2)};
      std::uint64_t disks = file.number(at + 4, 2) | file.number(at + 6, 2);
      std::uint64_t last = at;  // the directory ends here or before
      if (at >= zip64_locator_bytes && file.number(at - zip64_locator_bytes, 4) == zip64_locator) {
        const std::uint64_t wide = file.number(at - zip64_locator_bytes + 8, 8);
        if (wide > at - zip64_locator_bytes || !file.holds(wide, zip64_end_bytes) ||
            file.number(wide, 4) != zip64_end) {
          file.fail("the .npz archive is damaged: its zip64 directory is not where it should be");
        }
        found = {file.number(wide + 48, 8), file.number(wide + 40, 8), file.number(wide + 32, 8)};
        disks = file.number(wide + 16, 4) | file.number(wide + 20, 4);
        last = wide;
      }
      if (disks != 0) file.fail("is one of several parts of a zip archive; a whole one is wanted");
      if (found.offset > last || found.bytes > last - found.offset) {
        file.fail("the .npz archive is damaged: its directory does not lie within it");
      }
      return found;
    }
    if (at == first) break;
  }
  file.fail("is no .npz archive, or is cut off: it has no directory at its end");
}

/// Takes the 64-bit numbers of an entry from its extra field.
AEQ_INLINE void read_zip64(const zip_bytes& file, std::uint64_t at, std::uint64_t end, npz_entry& entry) {
  while (end - at >= 4) {
    const std::uint64_t id = file.number(at, 2);
    const std::uint64_t bytes = file.number(at + 2, 2);
    at += 4;
    if (bytes > end - at) return;
    if (id == 1) {
      std::uint64_t from = at;
      for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.offset}) {
        if (*number != in_zip64) continue;
        if (at + bytes - from < 8) file.fail("the .npz archive is damaged: an entry lacks a size or place");
        *number = file.number(from, 8);
        from += 8;
      }
      return;
    }
    at += bytes;
  }
}

}  // namespace detail

AEQ_INLINE bool is_npz(std::span<const std::uint8_t> start) noexcept {
  if (start.size() < 4 || start[0] != 'P' || start[1] != 'K') return false;
  return (start[2] == 3 && start[3] == 4) || (start[2] == 5 && start[3] == 6);  // the latter: an empty one
}

AEQ_INLINE npz_file::npz_file(std::shared_ptr<const io::input_file> file) : file_(std::move(file)) {
  const detail::zip_bytes bytes(file_->bytes(), file_->name());
  const detail::zip_directory directory = detail::find_directory(bytes);
  const std::uint64_t directory_end = directory.offset + directory.bytes;
  std::unordered_set<std::string> names;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (directory_end - at < detail::zip_central_bytes || bytes.number(at, 4) != detail::zip_central) {
      bytes.fail("the .npz archive is damaged: its directory ends after " + std::to_string(i) + " of " +
                 std::to_string(directory.entries) + " entries");
    }
    const std::uint64_t name_bytes = bytes.number(at + 28, 2);
    const std::uint64_t extra_bytes = bytes.number(at + 30, 2);
    const std::uint64_t all = detail::zip_central_bytes + name_bytes + extra_bytes + bytes.number(at + 32, 2);
    if (all > directory_end - at) bytes.fail("the .npz archive is damaged: an entry reaches beyond the directory");
    const std::string full(bytes.text(at + detail::zip_central_bytes, name_bytes));
    const std::string shown = "entry '" + io::escaped_utf8(full.substr(0, 200)) + "'";
    npz_entry entry;
    entry.packed_bytes = bytes.number(at + 20, 4);
    entry.bytes = bytes.number(at + 24, 4);
    entry.offset = bytes.number(at + 42, 4);
    entry.checksum = static_cast<std::uint32_t>(bytes.number(at + 16, 4));
    const std::uint64_t flags = bytes.number(at + 8, 2);
    const std::uint64_t method = bytes.number(at + 10, 2);
    const std::uint64_t extra = at + detail::zip_central_bytes + name_bytes;
    detail::read_zip64(bytes, extra, extra + extra_bytes, entry);
    at += all;
    if (full.ends_with('/') && entry.bytes == 0) continue;  // a folder
    if (!full.ends_with(".npy")) bytes.fail(shown + " is no .npy array; an .npz archive holds nothing else");
    if ((flags & 1) != 0) bytes.fail(shown + " is encrypted; numpy.savez writes what is wanted");
    if (method != 0 && method != 8) {
      bytes.fail(shown + " is compressed by method " + std::to_string(method) +
                 "; stored and deflated entries, as numpy.savez and numpy.savez_compressed write them, can be read");
    }
    entry.deflated = method == 8;
    entry.name = full.substr(0, full.size() - 4);
    if (entry.offset > directory.offset || directory.offset - entry.offset < detail::zip_local_bytes ||
        entry.packed_bytes > directory.offset - entry.offset - detail::zip_local_bytes) {
      bytes.fail("the .npz archive is damaged: " + shown + " does not lie before the directory");
    }
    const bool plausible = entry.deflated ? entry.bytes / detail::deflate_most_ratio <= entry.packed_bytes
                                          : entry.bytes == entry.packed_bytes;
    if (!plausible) bytes.fail("the .npz archive is damaged: the sizes of " + shown + " contradict each other");
    if (!names.insert(entry.name).second) bytes.fail("has " + shown + " twice");
    entries_.push_back(std::move(entry));
  }
  // Entries that lie over each other make a small file hold more than it could.
  std::vector<npz_entry*> in_place;
  for (npz_entry& e : entries_) in_place.push_back(&e);
  std::sort(in_place.begin(), in_place.end(),
            [](const npz_entry* a, const npz_entry* b) { return a->offset < b->offset; });
  for (std::size_t i = 0; i < in_place.size(); ++i) {
    npz_entry& e = *in_place[i];
    e.end = i + 1 < in_place.size() ? in_place[i + 1]->offset : directory.offset;
    if (e.end - e.offset < detail::zip_local_bytes + e.packed_bytes) {
      bytes.fail("the .npz archive is damaged: entry '" + io::escaped_utf8(e.name.substr(0, 200)) +
                 ".npy' lies over the next one");
    }
  }
}

struct npz_stream::state {
  std::shared_ptr<const io::input_file> file;
  std::string name;
  std::span<const std::uint8_t> packed;  ///< what is not yet taken
  std::uint64_t left = 0;
  std::uint32_t checksum = 0;  ///< of what is read
  std::uint32_t wanted = 0;
  bool deflated = false;
  bool started = false;
  z_stream zlib{};

  state() = default;
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    if (started) inflateEnd(&zlib);
  }

  [[noreturn]] void fail(const std::string& what) const {
    file->check_unchanged();
    throw error(error_code::bad_input, name + ": " + what);
  }

  void read(std::span<std::uint8_t> into) {
    if (into.size() > left) fail("the array is cut off");
    if (deflated) {
      inflate_into(into);
    } else {
      std::copy_n(packed.begin(), into.size(), into.begin());
      take(into.size());
    }
    constexpr std::size_t piece = std::size_t(1) << 30;  // zlib counts in 32 bits
    for (std::size_t at = 0; at < into.size(); at += piece) {
      const auto count = static_cast<uInt>(std::min(piece, into.size() - at));
      checksum = static_cast<std::uint32_t>(crc32(checksum, into.data() + at, count));
    }
    left -= into.size();
    if (left == 0 && checksum != wanted) fail("the array is damaged: its checksum is wrong");
  }

 private:
  void take(std::size_t count) {
    file->let_go(packed.first(count));
    packed = packed.subspan(count);
  }

  void inflate_into(std::span<std::uint8_t> into) {
    constexpr std::size_t piece = std::size_t(1) << 20;
    while (!into.empty()) {
      const std::size_t offered = std::min(piece, packed.size());
      const std::size_t room = std::min(piece, into.size());
      zlib.next_in = const_cast<Bytef*>(packed.data());
      zlib.avail_in = static_cast<uInt>(offered);
      zlib.next_out = into.data();
      zlib.avail_out = static_cast<uInt>(room);
      const int result = inflate(&zlib, Z_NO_FLUSH);
      const std::size_t made = room - zlib.avail_out;
      const std::size_t taken = offered - zlib.avail_in;
      take(taken);
      into = into.subspan(made);
      if (into.empty()) return;
      if (result != Z_OK || (made == 0 && taken == 0)) {
        fail("the array is damaged or cut off" + (zlib.msg != nullptr ? std::string(": ") + zlib.msg : std::string()));
      }
    }
  }
};

AEQ_INLINE npz_stream::npz_stream(std::unique_ptr<state> made) : state_(std::move(made)) {}
AEQ_INLINE npz_stream::npz_stream(npz_stream&&) noexcept = default;
AEQ_INLINE npz_stream& npz_stream::operator=(npz_stream&&) noexcept = default;
AEQ_INLINE npz_stream::~npz_stream() = default;
AEQ_INLINE void npz_stream::read(std::span<std::uint8_t> into) {
  if (!into.empty()) state_->read(into);
}
AEQ_INLINE std::uint64_t npz_stream::left() const {
  return state_->left;
}

AEQ_INLINE npz_stream npz_file::open(const npz_entry& entry) const {
  const detail::zip_bytes bytes(file_->bytes(), file_->name());
  auto made = std::make_unique<npz_stream::state>();
  made->name = file_->name() + ": '" + io::escaped_utf8(entry.name.substr(0, 200)) + "'";
  made->file = file_;
  if (bytes.number(entry.offset, 4) != detail::zip_local) made->fail("the array is not where the directory says");
  const std::uint64_t name_bytes = bytes.number(entry.offset + 26, 2);
  const std::uint64_t begin = entry.offset + detail::zip_local_bytes + name_bytes + bytes.number(entry.offset + 28, 2);
  if (begin > entry.end || entry.packed_bytes > entry.end - begin) made->fail("the array lies over the next one");
  if (bytes.text(entry.offset + detail::zip_local_bytes, name_bytes) != entry.name + ".npy") {
    made->fail("the array has another name than in the directory");
  }
  made->packed = file_->bytes().subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.packed_bytes));
  made->left = entry.bytes;
  made->wanted = entry.checksum;
  made->deflated = entry.deflated;
  if (entry.deflated) {
    constexpr int raw = -15;
    if (inflateInit2(&made->zlib, raw) != Z_OK) throw error(error_code::io, made->name + ": zlib can't be started");
    made->started = true;
  }
  return npz_stream(std::move(made));
}

namespace detail {

/// Little-endian numbers, one behind the other.
class zip_record {
 public:
  zip_record& number(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
    return *this;
  }
  zip_record& text(std::string_view more) {
    for (const char c : more) bytes.push_back(static_cast<std::uint8_t>(c));
    return *this;
  }
  std::vector<std::uint8_t> bytes;
};

inline constexpr std::uint64_t zip_year_1980 = (1u << 5 | 1u) << 16;  ///< January 1st, 0:00: the format's zero

[[nodiscard]] inline std::uint64_t zip_flags(std::string_view name) {
  constexpr std::uint64_t names_are_utf8 = 1u << 11;
  return io::is_utf8(name) ? names_are_utf8 : 0;
}

[[nodiscard]] AEQ_INLINE std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> first,
                                                            std::span<const std::uint8_t> second) {
  z_stream stream{};
  constexpr int raw = -15;
  constexpr int usual_memory = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw error(error_code::io, "zlib can't be started");
  }
  const std::unique_ptr<z_stream, void (*)(z_stream*)> ends(&stream, [](z_stream* s) { deflateEnd(s); });
  constexpr std::size_t piece = std::size_t(1) << 20;
  std::vector<std::uint8_t> result;
  std::size_t size = 0;
  const auto feed = [&](std::span<const std::uint8_t> part, bool is_last) {
    do {
      const std::size_t offered = std::min(piece, part.size());
      stream.next_in = const_cast<Bytef*>(part.data());
      stream.avail_in = static_cast<uInt>(offered);
      part = part.subspan(offered);
      int state = Z_OK;
      do {
        result.resize(size + piece);
        stream.next_out = result.data() + size;
        stream.avail_out = static_cast<uInt>(piece);
        state = deflate(&stream, is_last && part.empty() ? Z_FINISH : Z_NO_FLUSH);
        size += piece - stream.avail_out;
      } while (stream.avail_out == 0 && state != Z_STREAM_END);
    } while (!part.empty());
  };
  feed(first, false);
  feed(second, true);
  result.resize(size);
  return result;
}

}  // namespace detail

AEQ_INLINE npz_writer::npz_writer(std::string path, io::write_options options, bool deflated)
    : file_(std::move(path), options), deflated_(deflated) {}

AEQ_INLINE void npz_writer::append(std::span<const std::uint8_t> bytes) {
  file_.write_at(size_, bytes);
  size_ += bytes.size();
}

AEQ_INLINE void npz_writer::add(const std::string& name, element_type type, std::span<const std::int32_t> shape,
                                std::span<const std::byte> data) {
  const auto wrong = [&](const std::string& what) {
    throw error(error_code::wrong_usage, file_.path() + ": array '" + io::escaped_utf8(name) + "' " + what);
  };
  const std::string header = npy_header_text(type, shape);
  const operand content{.type = type, .data = data, .shape = shape};
  if (std::uint64_t(data.size()) * 8 != std::uint64_t(content.elements()) * static_cast<std::uint64_t>(bits_of(type))) {
    wrong("is not as long as its type and shape say");
  }
  if (name.size() > 60'000) wrong("has too long a name");
  if (!names_.insert(name).second) wrong("is there twice");

  const std::span<const std::uint8_t> head(reinterpret_cast<const std::uint8_t*>(header.data()), header.size());
  const std::span<const std::uint8_t> body(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  npz_entry entry{.name = name, .offset = size_, .deflated = deflated_};
  entry.bytes = head.size() + body.size();
  uLong checksum = crc32(0, head.data(), static_cast<uInt>(head.size()));
  constexpr std::size_t piece = std::size_t(1) << 30;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    checksum = crc32(checksum, body.data() + at, static_cast<uInt>(std::min(piece, body.size() - at)));
  }
  entry.checksum = static_cast<std::uint32_t>(checksum);
  std::vector<std::uint8_t> packed;
  if (deflated_) packed = detail::deflated(head, body);
  entry.packed_bytes = deflated_ ? packed.size() : entry.bytes;

  const bool wide = std::max(entry.bytes, entry.packed_bytes) >= detail::in_zip64;
  detail::zip_record local;
  local.number(detail::zip_local, 4).number(wide ? 45 : 20, 2).number(detail::zip_flags(name), 2);
  local.number(deflated_ ? 8 : 0, 2).number(detail::zip_year_1980, 4).number(entry.checksum, 4);
  local.number(wide ? detail::in_zip64 : entry.packed_bytes, 4).number(wide ? detail::in_zip64 : entry.bytes, 4);
  local.number(name.size() + 4, 2).number(wide ? 20 : 0, 2).text(name).text(".npy");
  if (wide) local.number(1, 2).number(16, 2).number(entry.bytes, 8).number(entry.packed_bytes, 8);
  append(local.bytes);
  if (deflated_) {
    append(packed);
  } else {
    append(head);
    append(body);
  }
  entries_.push_back(std::move(entry));
}

AEQ_INLINE void npz_writer::finish() {
  const std::uint64_t directory = size_;
  for (const npz_entry& e : entries_) {
    detail::zip_record extra;
    const auto in_32_bits = [&](std::uint64_t value) {
      if (value < detail::in_zip64) return value;
      extra.number(value, 8);
      return std::uint64_t(detail::in_zip64);
    };
    const std::uint64_t bytes = in_32_bits(e.bytes);  // in the order that the field wants
    const std::uint64_t packed_bytes = in_32_bits(e.packed_bytes);
    const std::uint64_t offset = in_32_bits(e.offset);
    const std::uint64_t needs = extra.bytes.empty() ? 20 : 45;
    constexpr std::uint64_t made_on_unix = 3u << 8;
    constexpr std::uint64_t file_for_all = 0100644u << 16;
    detail::zip_record record;
    record.number(detail::zip_central, 4).number(made_on_unix | needs, 2).number(needs, 2);
    record.number(detail::zip_flags(e.name), 2).number(e.deflated ? 8 : 0, 2).number(detail::zip_year_1980, 4);
    record.number(e.checksum, 4).number(packed_bytes, 4).number(bytes, 4).number(e.name.size() + 4, 2);
    record.number(extra.bytes.empty() ? 0 : extra.bytes.size() + 4, 2).number(0, 2).number(0, 2).number(0, 2);
    record.number(file_for_all, 4).number(offset, 4).text(e.name).text(".npy");
    if (!extra.bytes.empty()) record.number(1, 2).number(extra.bytes.size(), 2);
    append(record.bytes);
    append(extra.bytes);
  }
  const std::uint64_t directory_bytes = size_ - directory;
  const bool wide = entries_.size() >= 0xffff || directory >= detail::in_zip64 || directory_bytes >= detail::in_zip64;
  detail::zip_record end;
  if (wide) {
    const std::uint64_t here = size_;
    end.number(detail::zip64_end, 4).number(detail::zip64_end_bytes - 12, 8).number(45, 2).number(45, 2);
    end.number(0, 4).number(0, 4).number(entries_.size(), 8).number(entries_.size(), 8);
    end.number(directory_bytes, 8).number(directory, 8);
    end.number(detail::zip64_locator, 4).number(0, 4).number(here, 8).number(1, 4);
  }
  const auto at_most = [](std::uint64_t value, std::uint64_t most) { return std::min(value, most); };
  end.number(detail::zip_end, 4).number(0, 2).number(0, 2);
  end.number(at_most(entries_.size(), 0xffff), 2).number(at_most(entries_.size(), 0xffff), 2);
  end.number(at_most(directory_bytes, detail::in_zip64), 4).number(at_most(directory, detail::in_zip64), 4);
  end.number(0, 2);
  append(end.bytes);
  file_.commit();
}

}  // namespace aeq::inline AEQ_ABI::calibrate
