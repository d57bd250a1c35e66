// SPDX-License-Identifier: Apache-2.0
// Reading files, pipes and what is neither.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
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

TEST_CASE("input file: a change while it is read is noticed, another file of the name is none") {
  const scratch s;
  put(s.path("a"), "content");
  const auto file = input_file::open(s.path("a"));
  file->check_unchanged();
  put(s.path("b"), "another");
  fs::rename(s.path("b"), s.path("a"));
  file->check_unchanged();

  const auto again = input_file::open(s.path("a"));
  fs::last_write_time(s.path("a"), fs::last_write_time(s.path("a")) + std::chrono::seconds(1));
  std::string said;
  try {
    again->check_unchanged();
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::io);
    said = e.what();
  }
  CHECK(said == s.path("a") + ": was changed while it was read; run again when nobody writes it");
  input_file::from_memory({1, 2, 3}, "made")->check_unchanged();
}

TEST_CASE("input file: what is read into memory has a limit, what is mapped has none") {
  const scratch s;
  put(s.path("a"), std::string(100'000, 'x'));
  CHECK(input_file::open(s.path("a"), {10})->bytes().size() == 100'000);
  REQUIRE(::mkfifo(s.path("pipe").c_str(), 0600) == 0);
  const auto read_pipe = [&](aeq::io::read_limit limit) {
    std::thread writer([&] {
      std::signal(SIGPIPE, SIG_IGN);
      put(s.path("pipe"), std::string(100'000, 'x'));
    });
    std::string said;
    std::size_t size = 0;
    try {
      size = input_file::open(s.path("pipe"), limit)->bytes().size();
    } catch (const aeq::error& e) {
      CHECK(e.code() == aeq::error_code::bad_input);
      said = e.what();
    }
    writer.join();
    return said.empty() ? std::to_string(size) : said;
  };
  CHECK(read_pipe({100'000}) == "100000");
  CHECK(read_pipe({99'999, "less is accepted"}) == s.path("pipe") + ": is larger than 98 KiB; less is accepted");
  if (fs::exists("/dev/zero")) {
    CHECK_THROWS_WITH_AS(static_cast<void>(input_file::open("/dev/zero", {std::uint64_t(1) << 20})),
                         "/dev/zero: is larger than 1 MiB", aeq::error);
  }
}

TEST_CASE("amounts for messages are rounded up where they are large") {
  CHECK(aeq::io::amount(0) == "0 bytes");
  CHECK(aeq::io::amount(1025) == "1025 bytes");
  CHECK(aeq::io::amount(2048) == "2 KiB");
  CHECK(aeq::io::amount(10'241) == "11 KiB");
  CHECK(aeq::io::amount(std::uint64_t(64) << 20) == "64 MiB");
  CHECK(aeq::io::amount((std::uint64_t(64) << 20) + 1) == "65 MiB");
}
