// SPDX-License-Identifier: Apache-2.0
// Inside: all that this library asks of an operating system, as one small set of names with two definitions:
// system_posix.hpp and system_windows.hpp. Nothing here throws: a failure leaves its reason in last_message().
//
//     file               an open file of the system, closed with this; none after a failure
//     open_to_read       a file, or a folder, which can be told by kind_of
//     kind_of, state_of  what a path names, or what was opened; how large it is and when it was written
//     read_some          the next bytes of a stream; 0: the end, -1: a failure
//     write_all          all of them, to a stream
//     mapped_file        a file's content as memory
//     temporary_folder   where what has no name goes, and the variable of the environment that says so
//     unfinished_file    a file without a name, or under one of its own, that gets its name when it is whole
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io::os {

enum class file_kind : std::uint8_t {
  absent,
  folder,
  regular,
  other  ///< a pipe, a device, a socket
};

/// What tells that a file was written.
struct file_state {
  std::uint64_t bytes = 0;        ///< 0 for what has no size
  std::int64_t seconds = 0;       ///< of the last change,
  std::int64_t fine_seconds = 0;  ///< and the rest in units of the system
  friend bool operator==(const file_state&, const file_state&) = default;
};

/// What one call to the system takes at most: less than any of them can count.
inline constexpr std::size_t most_per_call = std::size_t(1) << 30;

/// How many names an unfinished file beside a target may have, and the one of a number (0: the first). Of a long name
/// only the beginning stays: systems end names at 255 units.
inline constexpr int most_names = 1000;
template <class String>
[[nodiscard]] String name_beside(const String& target, std::size_t name_begin, int number) {
  constexpr std::size_t longest = 200;
  String result = target.substr(0, name_begin) + target.substr(name_begin, longest);
  for (const char c : ".aeq-" + std::to_string(number) + ".part") {
    result += static_cast<typename String::value_type>(c);
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::io::os

#include <aeq/io/system_posix.hpp>
#include <aeq/io/system_windows.hpp>
