// SPDX-License-Identifier: Apache-2.0
// Reading files, pipes and what is neither.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>

#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;
using aeq::io::input_file;
using aeq_test::put;
using aeq_test::scratch;

std::string text_of(const input_file& file) {
  return {file.bytes().begin(), file.bytes().end()};
}

std::string refusal(const std::string& path) {
  try {
    static_cast<void>(input_file::open(path));
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::io);
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("input file: content and name") {
  const scratch s;
  put(s.path("a"), std::string("one\0two", 7));
  const auto file = input_file::open(s.path("a"));
  CHECK(text_of(*file) == std::string("one\0two", 7));
  CHECK(file->name() == s.path("a"));
  const auto made = input_file::from_memory({1, 2, 3}, "made");
  CHECK(made->bytes().size() == 3);
  CHECK(made->name() == "made");
  made->let_go(made->bytes());  // nothing to let go of
}

TEST_CASE("input file: empty files and devices without content") {
  const scratch s;
  put(s.path("empty"), "");
  CHECK(input_file::open(s.path("empty"))->bytes().empty());
  CHECK(input_file::open("/dev/null")->bytes().empty());
}

TEST_CASE("input file: files that claim no size but have content") {
  if (!fs::exists("/proc/self/status")) return;
  CHECK(text_of(*input_file::open("/proc/self/status")).starts_with("Name:"));
}

TEST_CASE("input file: what is no file") {
  const scratch s;
  CHECK(refusal(s.path("none")).starts_with(s.path("none") + ": can't be opened: "));
  CHECK(refusal(s.folder.string()) == s.folder.string() + ": is a folder; a file is wanted");
  CHECK_FALSE(refusal("").empty());
  put(s.path("a"), "x");
  CHECK_FALSE(refusal(s.path("a/b")).empty());
  fs::create_symlink("loop", s.path("loop"));
  CHECK_FALSE(refusal(s.path("loop")).empty());
}

TEST_CASE("input file: a pipe is read to its end") {
  const scratch s;
  REQUIRE(::mkfifo(s.path("pipe").c_str(), 0600) == 0);
  std::string sent;
  for (int i = 0; sent.size() < 400'000; ++i) sent += std::to_string(i) + " ";
  std::thread writer([&] {
    std::ofstream out(s.path("pipe"), std::ios::binary);
    for (std::size_t at = 0; at < sent.size(); at += 70'001) out << sent.substr(at, 70'001) << std::flush;
  });
  const auto file = input_file::open(s.path("pipe"));
  writer.join();
  CHECK(text_of(*file) == sent);
}

TEST_CASE("input file: - is standard input") {
  const scratch s;
  put(s.path("a"), "from standard input");
  const int before = ::dup(STDIN_FILENO);
  const int file = ::open(s.path("a").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(file >= 0);
  REQUIRE(::dup2(file, STDIN_FILENO) == STDIN_FILENO);
  const auto got = input_file::open("-");
  if (before >= 0) ::dup2(before, STDIN_FILENO);
  if (before >= 0) ::close(before);
  ::close(file);
  CHECK(text_of(*got) == "from standard input");
  CHECK(got->name() == "standard input");
}

TEST_CASE("input file: content stays when the name goes or gets another file") {
  const scratch s;
  put(s.path("a"), "first");
  put(s.path("b"), "second");
  const auto file = input_file::open(s.path("a"));
  fs::rename(s.path("b"), s.path("a"));
  CHECK(text_of(*file) == "first");
  fs::remove(s.path("a"));
  CHECK(text_of(*file) == "first");
}

TEST_CASE("input file: parts that are let go come back when they are read") {
  const scratch s;
  constexpr std::size_t size = 40'000'000;
  {
    std::ofstream out(s.path("large"), std::ios::binary);
    std::vector<char> piece(1'000'000);
    for (std::size_t at = 0; at < size; at += piece.size()) {
      for (std::size_t i = 0; i < piece.size(); ++i) piece[i] = static_cast<char>((at + i) * 7 / 1000);
      out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    }
  }
  const auto file = input_file::open(s.path("large"));
  REQUIRE(file->bytes().size() == size);
  const auto wrong = [&] {
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; i += 997) count += file->bytes()[i] != static_cast<std::uint8_t>(i * 7 / 1000);
    return count;
  };
  CHECK(wrong() == 0);
  for (std::size_t at = 0; at < size; at += 500'000) file->let_go(file->bytes().subspan(at, 500'000));
  CHECK(wrong() == 0);
  file->let_go(file->bytes());
  file->let_go({});
  const std::uint8_t elsewhere[4] = {};
  file->let_go(elsewhere);
  CHECK(wrong() == 0);
}
