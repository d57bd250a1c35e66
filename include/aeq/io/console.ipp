// SPDX-License-Identifier: Apache-2.0
// Arguments, standard streams and terminal: the definitions.
#pragma once

#include <aeq/io/console.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>

#include <aeq/io/system.hpp>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <shellapi.h>
#endif

namespace aeq::inline AEQ_ABI::io {

#if defined(_WIN32)

AEQ_INLINE void prepare_standard_streams() {
  for (std::FILE* stream : {stdin, stdout, stderr}) ::_setmode(::_fileno(stream), _O_BINARY);
  ::SetConsoleOutputCP(CP_UTF8);
}

AEQ_INLINE std::vector<std::string> utf8_arguments(int count, const char* const* words) {
  int wide_count = 0;
  wchar_t** wide_words = ::CommandLineToArgvW(::GetCommandLineW(), &wide_count);
  if (wide_words == nullptr) return {words, words + count};
  std::vector<std::string> result;
  for (int i = 0; i < wide_count; ++i) result.push_back(os::narrow(wide_words[i]));
  ::LocalFree(wide_words);
  return result;
}

AEQ_INLINE bool is_terminal_on_standard_error() {
  const HANDLE handle = ::GetStdHandle(STD_ERROR_HANDLE);
  DWORD mode = 0;
  return ::GetConsoleMode(handle, &mode) != 0 &&
         ::SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
}

AEQ_INLINE void when_input_gets_shorter(void (*)(int)) {}

AEQ_INLINE void say_and_exit(std::string_view text, int code) noexcept {
  DWORD written = 0;
  ::WriteFile(::GetStdHandle(STD_ERROR_HANDLE), text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
  ::ExitProcess(static_cast<UINT>(code));
}

#else

AEQ_INLINE void prepare_standard_streams() {
  std::signal(SIGXFSZ, SIG_IGN);
}

AEQ_INLINE std::vector<std::string> utf8_arguments(int count, const char* const* words) {
  return {words, words + count};
}

AEQ_INLINE bool is_terminal_on_standard_error() {
  return ::isatty(STDERR_FILENO) != 0;
}

AEQ_INLINE void when_input_gets_shorter(void (*handler)(int)) {
  std::signal(SIGBUS, handler);
}

AEQ_INLINE void say_and_exit(std::string_view text, int code) noexcept {
  // Threads may come here at once: the first has the word, and ends the others.
  static std::atomic_flag has_begun;
  while (has_begun.test_and_set()) ::pause();
  static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
  ::_exit(code);
}

#endif

}  // namespace aeq::inline AEQ_ABI::io
