// SPDX-License-Identifier: Apache-2.0
// What a command line asks of the system: its arguments, the standard streams, the terminal. The quantizer itself uses
// none of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// To be called first: the standard streams then carry bytes as they are and text in UTF-8, whatever the system does by
/// itself, and a limit on the size of files is an error like a full disk.
void prepare_standard_streams();

/// The arguments of main as UTF-8.
[[nodiscard]] std::vector<std::string> utf8_arguments(int count, const char* const* words);

/// Whether standard error is a terminal that understands escape sequences.
[[nodiscard]] bool is_terminal_on_standard_error();

/// Has `handler` called when somebody shortens a mapped file while it is read. It runs as a handler of a signal, which
/// may do little more than say_and_exit. On Windows it is never called: nobody can.
void when_input_gets_shorter(void (*handler)(int));

/// Writes to standard error and ends the program, at once.
[[noreturn]] void say_and_exit(std::string_view text, int code) noexcept;

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/console.ipp>
#endif
