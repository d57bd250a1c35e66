// SPDX-License-Identifier: Apache-2.0
// Reading files, pipes and what is neither.
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

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

TEST_CASE("input file: empty files") {
  const scratch s;
  put(s.path("empty"), "");
  CHECK(input_file::open(s.path("empty"))->bytes().empty());
}

TEST_CASE("input file: what is no file") {
  const scratch s;
  CHECK(refusal(s.path("none")).starts_with(s.path("none") + ": can't be opened: "));
  CHECK(refusal(s.folder.string()) == s.folder.string() + ": is a folder; a file is wanted");
  CHECK_FALSE(refusal("").empty());
  put(s.path("a"), "x");
  CHECK_FALSE(refusal(s.path("a/b")).empty());
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

TEST_CASE("input file: a change while it is read is noticed") {
  const scratch s;
  put(s.path("a"), "content");
  const auto file = input_file::open(s.path("a"));
  file->check_unchanged();
  std::error_code held;
  fs::last_write_time(s.path("a"), fs::last_write_time(s.path("a")) + std::chrono::seconds(1), held);
#ifdef _WIN32
  CHECK(held);  // there nobody changes what is read
#else
  REQUIRE_FALSE(held);
  std::string said;
  try {
    file->check_unchanged();
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::io);
    said = e.what();
  }
  CHECK(said == s.path("a") + ": was changed while it was read; run again when nobody writes it");
#endif
  input_file::from_memory({1, 2, 3}, "made")->check_unchanged();
}

TEST_CASE("amounts for messages are rounded up where they are large") {
  CHECK(aeq::io::amount(0) == "0 bytes");
  CHECK(aeq::io::amount(1025) == "1025 bytes");
  CHECK(aeq::io::amount(2048) == "2 KiB");
  CHECK(aeq::io::amount(10'241) == "11 KiB");
  CHECK(aeq::io::amount(std::uint64_t(64) << 20) == "64 MiB");
  CHECK(aeq::io::amount((std::uint64_t(64) << 20) + 1) == "65 MiB");
}
