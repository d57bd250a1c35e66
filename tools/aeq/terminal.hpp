// SPDX-License-Identifier: Apache-2.0
// What the tool shows a person: warnings, colours and a progress bar. Only on a terminal, only on standard error.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include <aeq/io/console.hpp>
#include <aeq/io/progress.hpp>
#include <aeq/io/warning.hpp>

namespace tool {

inline bool is_terminal() {
  static const bool answer = aeq::io::is_terminal_on_standard_error();
  return answer;
}

inline std::string coloured(const char* code, const std::string& text) {
  return is_terminal() ? "\x1b[" + std::string(code) + "m" + text + "\x1b[0m" : text;
}

/// Text as long as a person reads it.
inline std::string shortened(const std::string& text) {
  constexpr std::size_t most = 1000;
  return text.size() <= most ? text : text.substr(0, most) + "... (" + std::to_string(text.size()) + " characters)";
}

/// Warnings from the one at `first` on, as many as a person reads. --json has all.
inline void print_warnings(const aeq::warnings& notes, std::size_t first = 0) {
  constexpr std::size_t most = 50;
  const std::size_t count = notes.all().size();
  for (std::size_t i = first; i < count; ++i) {
    if (i - first == most) {
      std::fprintf(stderr, "%s and %zu more\n", coloured("33", "warning:").c_str(), count - i);
      return;
    }
    const aeq::warning& w = notes.all()[i];
    std::fprintf(stderr, "%s %s: %s\n", coloured("33", "warning:").c_str(), shortened(w.place).c_str(),
                 shortened(w.message).c_str());
  }
}

/// "12 of 100 samples, 3.4 samples/s, 26 s left".
inline std::string sample_text(std::uint64_t done, std::uint64_t all, double per_second) {
  std::array<char, 200> text{};
  const double left = static_cast<double>(all > done ? all - done : 0) / per_second;
  std::snprintf(text.data(), text.size(), "%llu of %llu samples, %.1f samples/s, %.0f s left",
                static_cast<unsigned long long>(done), static_cast<unsigned long long>(all), per_second, left);
  return text.data();
}

/// Samples done, their speed and the time left, on one line that goes when it is done.
class sample_bar {
 public:
  ~sample_bar() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }

  aeq::progress::listener listener() {
    if (!is_terminal()) return {};
    return [this](std::uint64_t done, std::uint64_t all) { show(done, all); };
  }

 private:
  void show(std::uint64_t done, std::uint64_t all) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < 100ms || done == 0) return;
    last_ = now;
    shown_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r\x1b[K%s", sample_text(done, all, static_cast<double>(done) / seconds).c_str());
    std::fflush(stderr);
  }

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
  bool shown_ = false;
};

/// A bar that shows itself when work takes longer than a moment, and goes when it is done.
class progress_bar {
 public:
  ~progress_bar() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }

  aeq::progress::listener listener() {
    if (!is_terminal()) return {};
    return [this](std::uint64_t done, std::uint64_t all) { show(done, all); };
  }

 private:
  void show(std::uint64_t done, std::uint64_t all) {
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < 100ms || all == 0) return;
    last_ = now;
    shown_ = true;
    constexpr int width = 40;
    const double share = static_cast<double>(done) / static_cast<double>(all);
    const int filled = static_cast<int>(share * width);
    std::string bar(static_cast<std::size_t>(filled), '#');
    bar.resize(width, '.');
    constexpr double mib = 1024.0 * 1024.0;
    std::fprintf(stderr, "\r[%s] %3.0f %%  %.0f of %.0f MiB", bar.c_str(), share * 100.0,
                 static_cast<double>(done) / mib, static_cast<double>(all) / mib);
    std::fflush(stderr);
  }

  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  bool shown_ = false;
};

}  // namespace tool
