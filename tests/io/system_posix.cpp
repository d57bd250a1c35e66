// SPDX-License-Identifier: Apache-2.0
// Input and output files where the system is of the POSIX family: devices, pipes, links, permissions, limits.
#if !defined(_WIN32)
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
#include <aeq/io/file.hpp>

#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;
using aeq::io::input_file;
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

std::string text_of(const input_file& file) {
  return {file.bytes().begin(), file.bytes().end()};
}

}  // namespace

TEST_CASE("input file: files that claim no size but have content") {
  if (!fs::exists("/proc/self/status")) return;
  CHECK(text_of(*input_file::open("/proc/self/status")).starts_with("Name:"));
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
  file->check_unchanged();
  fs::remove(s.path("a"));
  CHECK(text_of(*file) == "first");
}

TEST_CASE("input file: devices without content, and links that lead nowhere") {
  const scratch s;
  CHECK(input_file::open("/dev/null")->bytes().empty());
  fs::create_symlink("loop", s.path("loop"));
  CHECK_FALSE(refusal([&] { static_cast<void>(input_file::open(s.path("loop"))); }).empty());
}

TEST_CASE("atomic file: who may do what with it is the system's usual") {
  const scratch s;
  CHECK(write_all(s.path("a"), "x").empty());
  struct stat facts {};
  REQUIRE(::stat(s.path("a").c_str(), &facts) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((facts.st_mode & 0777u) == (0666u & ~mask));
  CHECK_FALSE(write_all("/proc/aeq_test", "x").empty());
}

TEST_CASE("atomic file: who has the old file open keeps the old file") {
  const scratch s;
  put(s.path("a"), "old");
  std::ifstream reader(s.path("a"), std::ios::binary);
  CHECK(write_all(s.path("a"), "new", {true, false}).empty());
  CHECK(std::string{std::istreambuf_iterator<char>(reader), {}} == "old");
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
#endif
