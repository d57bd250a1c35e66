// SPDX-License-Identifier: Apache-2.0
// Output files appear whole or not at all.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <aeq/io/atomic_file.hpp>
#include <aeq/io/error.hpp>

#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;
using aeq::io::output_file;
using aeq_test::content;
using aeq_test::put;
using aeq_test::scratch;

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The message of a refusal, which must be about input and output; "" if there is none.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::io);
    return e.what();
  }
  return {};
}

std::string write_all(const std::string& path, std::string_view text, aeq::io::write_options options = {}) {
  return refusal([&] {
    output_file file(path, options);
    file.write_at(0, bytes(text));
    file.commit();
  });
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("atomic file: it appears with commit, and whole") {
  const scratch s;
  {
    output_file file(s.path("a"), {});
    CHECK(file.path() == s.path("a"));
    file.resize(10);
    file.write_at(5, bytes("world"));
    CHECK_FALSE(fs::exists(s.path("a")));
    file.write_at(0, bytes("hello"));
    CHECK_FALSE(fs::exists(s.path("a")));
    file.commit();
    CHECK(content(s.path("a")) == "helloworld");
  }
  CHECK(content(s.path("a")) == "helloworld");
  CHECK(s.names() == names{"a"});
}

TEST_CASE("atomic file: without commit nothing remains") {
  const scratch s;
  {
    output_file file(s.path("a"), {});
    file.write_at(0, bytes("text"));
  }
  CHECK(s.names().empty());
  put(s.path("a"), "old");
  {
    output_file file(s.path("a"), {true, false});
    file.write_at(0, bytes("something longer"));
  }
  CHECK(content(s.path("a")) == "old");
  CHECK(s.names() == names{"a"});
}

TEST_CASE("atomic file: an existing file is replaced only when told to") {
  const scratch s;
  put(s.path("a"), "old");
  const std::string said = write_all(s.path("a"), "new");
  CHECK(said.starts_with(s.path("a") + ": exists; "));
  CHECK(said.find("--overwrite") != std::string::npos);
  CHECK(content(s.path("a")) == "old");
  CHECK(write_all(s.path("a"), "new", {true, true}).empty());
  CHECK(content(s.path("a")) == "new");
  CHECK(write_all(s.path("b"), "fresh", {true, false}).empty());
  CHECK(content(s.path("b")) == "fresh");
  CHECK(s.names() == names{"a", "b"});
}

TEST_CASE("atomic file: a file that comes into being meanwhile is not replaced either") {
  const scratch s;
  {
    output_file file(s.path("a"), {});
    file.write_at(0, bytes("mine"));
    put(s.path("a"), "theirs");
    CHECK(refusal([&] { file.commit(); }).starts_with(s.path("a") + ": can't be created: "));
  }
  CHECK(content(s.path("a")) == "theirs");
  CHECK(s.names() == names{"a"});
}

TEST_CASE("atomic file: places where no file can be") {
  const scratch s;
  CHECK(write_all(s.path("none/a"), "x").starts_with(s.path("none/a") + ": can't be created: "));
  put(s.path("file"), "x");
  CHECK(write_all(s.path("file/a"), "x").starts_with(s.path("file/a") + ": can't be created: "));
  fs::create_directory(s.path("folder"));
  CHECK(write_all(s.path("folder"), "x") == s.path("folder") + ": is a folder; name a file");
  CHECK(write_all(s.path("folder"), "x", {true, false}) == s.path("folder") + ": is a folder; name a file");
  CHECK_FALSE(write_all("", "x").empty());
  CHECK_FALSE(write_all(s.path(std::string(300, 'n')), "x").empty());
  CHECK(s.names() == names{"file", "folder"});
}

TEST_CASE("atomic file: pieces from many threads") {
  const scratch s;
  constexpr std::size_t threads = 4;
  constexpr std::size_t piece = 10'000;
  output_file file(s.path("a"), {});
  file.resize(threads * 10 * piece);
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (std::size_t i = t; i < 10 * threads; i += threads) {
        file.write_at(i * piece, bytes(std::string(piece, static_cast<char>('A' + i))));
      }
    });
  }
  for (std::thread& one : pool) one.join();
  file.commit();
  std::string expected;
  for (std::size_t i = 0; i < 10 * threads; ++i) expected += std::string(piece, static_cast<char>('A' + i));
  CHECK(content(s.path("a")) == expected);
}
