// SPDX-License-Identifier: Apache-2.0
// Output files appear whole or not at all.
#include <doctest/doctest.h>

#include <csignal>
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

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

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
  struct stat facts {};
  REQUIRE(::stat(s.path("a").c_str(), &facts) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((facts.st_mode & 0777u) == (0666u & ~mask));
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

TEST_CASE("atomic file: who has the old file open keeps the old file") {
  const scratch s;
  put(s.path("a"), "old");
  std::ifstream reader(s.path("a"), std::ios::binary);
  CHECK(write_all(s.path("a"), "new", {true, false}).empty());
  CHECK(std::string{std::istreambuf_iterator<char>(reader), {}} == "old");
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
  CHECK_FALSE(write_all("/proc/aeq_test", "x").empty());
  CHECK(s.names() == names{"file", "folder"});
}

TEST_CASE("atomic file: a folder that may not be written") {
  if (::geteuid() == 0) {
    MESSAGE("root may write anywhere: nothing to see");
    return;
  }
  const scratch s;
  fs::permissions(s.folder, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK(write_all(s.path("a"), "x").starts_with(s.path("a") + ": can't be created: "));
}

TEST_CASE("atomic file: devices and pipes get the content with commit") {
  const scratch s;
  CHECK(write_all("/dev/null", "x").empty());
  CHECK(write_all("/dev/null", "x", {true, false}).empty());
  struct stat facts {};
  REQUIRE(::stat("/dev/null", &facts) == 0);
  CHECK(S_ISCHR(facts.st_mode));
  if (fs::exists("/dev/full")) CHECK(write_all("/dev/full", "x").starts_with("/dev/full: can't be written: "));

  REQUIRE(::mkfifo(s.path("pipe").c_str(), 0600) == 0);
  const std::string text(300'000, 'p');
  std::string got;
  std::thread reader([&] { got = content(s.path("pipe")); });
  CHECK(write_all(s.path("pipe"), text).empty());
  reader.join();
  CHECK(got == text);
  CHECK(s.names() == names{"pipe"});
}

TEST_CASE("atomic file: a link is replaced or followed, never written through") {
  const scratch s;
  put(s.path("target"), "old");
  fs::create_symlink("target", s.path("link"));
  CHECK_FALSE(write_all(s.path("link"), "new").empty());
  CHECK(write_all(s.path("link"), "new", {true, false}).empty());
  CHECK(content(s.path("link")) == "new");
  CHECK(content(s.path("target")) == "old");

  fs::create_symlink("nothing", s.path("dangling"));
  CHECK_FALSE(write_all(s.path("dangling"), "new").empty());
  CHECK(write_all(s.path("dangling"), "new", {true, false}).empty());
  CHECK(content(s.path("dangling")) == "new");
  CHECK_FALSE(fs::exists(s.path("nothing")));
}

TEST_CASE("atomic file: no room left") {
  const scratch s;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string said = write_all(s.path("a"), std::string(10'000, 'x'));
  const std::string resized = refusal([&] {
    output_file file(s.path("b"), {});
    file.resize(10'000);
  });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, old_handler);
  CHECK(said.starts_with(s.path("a") + ": can't be written: "));
  CHECK(resized.starts_with(s.path("b") + ": can't be written: "));
  CHECK(s.names().empty());
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

TEST_CASE("atomic file: what a dead process left behind goes, what a living one writes stays") {
  const scratch s;
  put(s.path("a"), "old");
  put(s.path("a.aeq-0.part"), "half of a file");  // nobody holds its lock
  CHECK(write_all(s.path("a"), "new", {true, false}).empty());
  CHECK(content(s.path("a")) == "new");
  CHECK(s.names() == names{"a"});

  put(s.path("a.aeq-0.part"), "somebody is at it");
  const int file = ::open(s.path("a.aeq-0.part").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(::flock(file, LOCK_EX | LOCK_NB) == 0);
  CHECK(write_all(s.path("a"), "newer", {true, false}).empty());
  ::close(file);
  CHECK(content(s.path("a")) == "newer");
  CHECK(s.names() == names{"a", "a.aeq-0.part"});

  fs::remove(s.path("a.aeq-0.part"));
  fs::create_symlink("a", s.path("a.aeq-0.part"));  // neither a link nor a folder is ours
  fs::create_directory(s.path("a.aeq-1.part"));
  CHECK(write_all(s.path("a"), "newest", {true, false}).empty());
  CHECK(content(s.path("a")) == "newest");
  CHECK(s.names() == names{"a", "a.aeq-0.part", "a.aeq-1.part"});
}

TEST_CASE("atomic file: the longest names that the system takes") {
  const scratch s;
  const std::string name(255, 'n');
  CHECK(write_all(s.path(name), "one").empty());
  CHECK(write_all(s.path(name), "two", {true, false}).empty());
  CHECK(content(s.path(name)) == "two");
  CHECK(s.names() == names{name});
}
