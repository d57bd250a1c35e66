// SPDX-License-Identifier: Apache-2.0
// Input and output files where the system is Windows: names beyond ASCII, who else may have a file open.
#if defined(_WIN32)
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <aeq/io/atomic_file.hpp>
#include <aeq/io/console.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/system.hpp>

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

std::string text_of(const input_file& file) {
  return {file.bytes().begin(), file.bytes().end()};
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

void write(const std::string& path, std::string_view text) {
  output_file file(path, {true, true});
  file.write_at(0, bytes(text));
  file.commit();
}

}  // namespace

TEST_CASE("windows: names are UTF-8") {
  const scratch s;
  const std::string name =
      "gr\xc3\xb6\xc3\x9f"
      "e \xe9\x87\x8f.tflite";
  write(s.path("x") + name, "content");
  CHECK(fs::exists(s.folder / (L"x" + aeq::io::os::wide(name))));
  CHECK(text_of(*input_file::open(s.path("x") + name)) == "content");
  CHECK(aeq::io::os::narrow(aeq::io::os::wide(name)) == name);
  CHECK(aeq::io::os::wide("\xff").empty());
  CHECK_FALSE(refusal([&] { static_cast<void>(input_file::open(s.path("\xff"))); }).empty());
}

TEST_CASE("windows: a part of a path") {
  CHECK(aeq::io::file_name_of("a\\b/c\\d") == "d");
  CHECK(aeq::io::file_name_of("a\\b/d") == "d");
  CHECK(aeq::io::file_name_of("d") == "d");
}

TEST_CASE("windows: nobody writes to a mapped file, and nobody replaces it") {
  const scratch s;
  put(s.path("a"), "old");
  {
    const auto file = input_file::open(s.path("a"));
    CHECK_FALSE(std::ofstream(s.path("a"), std::ios::binary | std::ios::app).is_open());
    CHECK(refusal([&] { write(s.path("a"), "new"); }).starts_with(s.path("a") + ": can't be replaced: "));
    CHECK(text_of(*file) == "old");
  }
  CHECK(s.names() == std::vector<std::string>{"a"});
  write(s.path("a"), "new");
  CHECK(content(s.path("a")) == "new");
}

TEST_CASE("windows: an unfinished file goes with its handle") {
  const scratch s;
  aeq::io::os::file other;
  {
    output_file file(s.path("a"), {});
    file.write_at(0, bytes("half"));
    REQUIRE(s.names().size() == 1);
    CHECK(s.names()[0].ends_with(".part"));
  }
  CHECK(s.names().empty());
}

TEST_CASE("windows: - is standard input, and no byte of it is translated") {
  const scratch s;
  const std::string text("one\r\ntwo\x1athree\n", 16);
  put(s.path("a"), text);
  const aeq::io::os::file file = aeq::io::os::open_to_read(s.path("a"));
  const HANDLE before = ::GetStdHandle(STD_INPUT_HANDLE);
  ::SetStdHandle(STD_INPUT_HANDLE, file.handle());
  const auto got = input_file::open("-");
  ::SetStdHandle(STD_INPUT_HANDLE, before);
  CHECK(text_of(*got) == text);
}

TEST_CASE("windows: devices") {
  CHECK(aeq::io::os::kind_of(std::string("NUL")) == aeq::io::os::file_kind::other);
  CHECK_NOTHROW(write("NUL", "content"));
  CHECK(input_file::open("NUL")->bytes().empty());
}
#endif
