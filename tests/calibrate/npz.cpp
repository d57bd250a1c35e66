// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <aeq/calibrate/npz.hpp>
#include <aeq/io/error.hpp>

#include "support/arrays.hpp"
#include "support/scratch.hpp"

namespace {

using aeq::calibrate::npz_entry;
using aeq::calibrate::npz_file;
using aeq::calibrate::npz_stream;

npz_file opened(std::string bytes) {
  return npz_file(aeq::io::input_file::from_memory({bytes.begin(), bytes.end()}, "x.npz"));
}

std::string read_all(const npz_file& file, const npz_entry& entry, std::size_t step) {
  npz_stream stream = file.open(entry);
  std::string all;
  while (stream.left() > 0) {
    std::vector<std::uint8_t> piece(static_cast<std::size_t>(std::min<std::uint64_t>(step, stream.left())));
    stream.read(piece);
    all.append(piece.begin(), piece.end());
  }
  return all;
}

/// Opens and reads everything, and says what was refused.
std::string refusal(const std::string& bytes) {
  try {
    const npz_file file = opened(bytes);
    for (const npz_entry& e : file.entries()) (void)read_all(file, e, 1000);
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

/// Two arrays.
std::string archive(bool deflated, const aeq_test::scratch& work) {
  const std::string path = work.path(deflated ? "deflated.npz" : "stored.npz");
  aeq::calibrate::npz_writer writer(path, {.overwrite = true}, deflated);
  aeq_test::add(writer, "x", {2, 3}, aeq_test::counted(6));
  aeq_test::add(writer, "key/0001/y", {4000}, std::vector<std::int8_t>(4000, 7));
  writer.finish();
  return aeq_test::content(path);
}

std::size_t place_of(const std::string& bytes, const std::string& magic, std::size_t from = 0) {
  const std::size_t place = bytes.find(magic, from);
  REQUIRE(place != std::string::npos);
  return place;
}
const std::string central = "PK\x01\x02";
const std::string ending = "PK\x05\x06";

}  // namespace

TEST_SUITE("calibrate/npz") {
  TEST_CASE("what is written is read again, stored and deflated, in pieces of any size") {
    const aeq_test::scratch work;
    for (const bool deflated : {false, true}) {
      const std::string bytes = archive(deflated, work);
      CHECK(aeq::calibrate::is_npz({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
      const npz_file file = opened(bytes);
      REQUIRE(file.entries().size() == 2);
      CHECK(file.entries()[0].name == "x");
      CHECK(file.entries()[1].name == "key/0001/y");
      CHECK(file.entries()[1].deflated == deflated);
      for (const std::size_t step : {1u, 7u, 100'000u}) {
        CHECK(read_all(file, file.entries()[0], step) == aeq_test::npy<float>({2, 3}, aeq_test::counted(6)));
        CHECK(read_all(file, file.entries()[1], step) ==
              aeq_test::npy<std::int8_t>({4000}, std::vector<std::int8_t>(4000, 7)));
      }
    }
    CHECK(aeq_test::content(work.path("deflated.npz")).size() < 1000);
  }

  TEST_CASE("the same arrays make the same bytes") {
    const aeq_test::scratch work;
    CHECK(archive(true, work) == archive(true, work));
  }

  TEST_CASE("an archive without entries, and one with a great many") {
    const aeq_test::scratch work;
    aeq::calibrate::npz_writer none(work.path("none.npz"));
    none.finish();
    CHECK(opened(aeq_test::content(work.path("none.npz"))).entries().empty());
    aeq::calibrate::npz_writer many(work.path("many.npz"));
    constexpr std::size_t count = 70'000;  // more than 16 bits count
    for (std::size_t i = 0; i < count; ++i) aeq_test::add<std::uint8_t>(many, std::to_string(i), {}, {1});
    many.finish();
    const npz_file file = opened(aeq_test::content(work.path("many.npz")));
    REQUIRE(file.entries().size() == count);
    CHECK(file.entries().back().name == "69999");
    CHECK(read_all(file, file.entries().back(), 1000) == aeq_test::npy<std::uint8_t>({}, {1}));
  }

  TEST_CASE("sizes in fields of 64 bits are read") {
    const aeq_test::scratch work;
    std::string bytes = archive(false, work);
    // Moves the sizes and the place of the second entry into an extra field.
    const std::size_t at = place_of(bytes, central, place_of(bytes, central) + 1);
    const std::string sizes = bytes.substr(at + 20, 4);
    const std::string place = bytes.substr(at + 42, 4);
    std::string extra = std::string("\x01\0\x18\0", 4);
    for (const std::string& number : {sizes, sizes, place}) extra += number + std::string(4, '\0');
    bytes.replace(at + 20, 8, 8, '\xff');
    bytes.replace(at + 42, 4, 4, '\xff');
    bytes[at + 30] = static_cast<char>(extra.size());
    bytes.insert(at + 46 + std::strlen("key/0001/y.npy"), extra);
    const std::size_t end = place_of(bytes, ending);
    bytes[end + 12] = static_cast<char>(bytes[end + 12] + static_cast<char>(extra.size()));
    const npz_file file = opened(bytes);
    CHECK(read_all(file, file.entries()[1], 1000).size() == 4000 + 128);
    bytes[at + 30] = 20;  // the field is cut short
    CHECK(refusal(bytes) != "accepted");
  }

  TEST_CASE("cut off archives are refused, wherever the cut is") {
    const aeq_test::scratch work;
    const std::string bytes = archive(true, work);
    for (std::size_t length = 0; length < bytes.size(); length += 3) {
      CAPTURE(length);
      CHECK(refusal(bytes.substr(0, length)) != "accepted");
    }
    CHECK(refusal("") == "x.npz: is too short for an .npz archive");
    CHECK(refusal(std::string(1000, 'x')).find("no directory at its end") != std::string::npos);
    CHECK(refusal(bytes + std::string(5, 'x')) != "accepted");
  }

  TEST_CASE("damage is said") {
    const aeq_test::scratch work;
    const std::string good = archive(false, work);
    const auto damaged = [&](const std::function<void(std::string&)>& by) {
      std::string bytes = good;
      by(bytes);
      return refusal(bytes);
    };
    const std::size_t entry = place_of(good, central);
    const std::size_t end = place_of(good, ending);
    CHECK(damaged([](std::string& b) { b[170] ^= 1; }).find("'x': the array is damaged: its checksum is wrong") !=
          std::string::npos);
    CHECK(damaged([](std::string& b) { b[0] = 'x'; }).find("not where the directory says") != std::string::npos);
    CHECK(damaged([](std::string& b) { b[30] = 'z'; }).find("another name") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 8] = 1; }).find("is encrypted") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 10] = 12; }).find("compressed by method 12") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 20] ^= 1; }).find("contradict each other") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 45] = 1; }).find("does not lie before") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 46] = 'z'; }).find("another name") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[entry + 48] = 'z'; }).find("no .npy array") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[end + 10] = 3; }).find("ends after 2 of 3") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[end + 16] ^= 1; }) != "accepted");
    CHECK(damaged([&](std::string& b) { b[end + 19] = 1; }).find("does not lie within") != std::string::npos);
    CHECK(damaged([&](std::string& b) { b[end + 4] = 1; }).find("several parts") != std::string::npos);
    // Two entries at one place; a size that no deflated data unpack to.
    CHECK(damaged([&](std::string& b) {
            const std::size_t second = place_of(b, central, entry + 1);
            for (const std::size_t at : {42u, 43u, 44u, 45u}) b[second + at] = b[entry + at];
          }).find("lies over the next one") != std::string::npos);
    std::string bomb = archive(true, work);
    bomb[place_of(bomb, central) + 26] = 0x7f;
    CHECK(refusal(bomb).find("contradict each other") != std::string::npos);
  }

  TEST_CASE("more than there is can't be read") {
    const aeq_test::scratch work;
    const npz_file file = opened(archive(true, work));
    npz_stream stream = file.open(file.entries()[0]);
    std::vector<std::uint8_t> all(static_cast<std::size_t>(stream.left()) + 1);
    CHECK_THROWS_AS(stream.read(all), aeq::error);
  }

  TEST_CASE("the writer refuses what would be no archive") {
    const aeq_test::scratch work;
    aeq::calibrate::npz_writer writer(work.path("x.npz"));
    aeq_test::add<float>(writer, "x", {1}, {1});
    CHECK_THROWS_AS(aeq_test::add<float>(writer, "x", {1}, {1}), aeq::error);
    CHECK_THROWS_AS(aeq_test::add<float>(writer, "y", {2}, {1}), aeq::error);
    const auto names = work.names();  // nothing appears before finish; an unfinished file may have a name of its own
    CHECK(std::find(names.begin(), names.end(), "x.npz") == names.end());
  }

  TEST_CASE("NumPy reads what is written") {
    if (!aeq_test::has_numpy()) {
      std::printf("SKIPPED: %s has no numpy; name one that has in AEQ_PYTHON\n", aeq_test::python().c_str());
      std::fflush(stdout);
      return;
    }
    const aeq_test::scratch work;
    for (const bool deflated : {false, true}) {
      aeq::calibrate::npz_writer writer(work.path("x.npz"), {.overwrite = true}, deflated);
      aeq_test::add(writer, "serving_default/0000/f", {2, 3}, aeq_test::counted(6));
      aeq_test::add<std::int64_t>(writer, "scalar", {}, {-5});
      aeq_test::add<std::uint8_t>(writer, "\xc3\xa9", {1}, {200});
      aeq_test::add<std::int16_t>(writer, "none", {0, 2}, {});
      writer.finish();
      aeq_test::put(work.path("check.py"), R"(
import sys, numpy, zipfile
a = numpy.load(sys.argv[1])
assert sorted(a.files) == ['none', 'scalar', 'serving_default/0000/f', '\xe9'], a.files
f = a['serving_default/0000/f']
assert f.dtype == numpy.float32 and (f == numpy.arange(6).reshape(2, 3)).all()
assert a['scalar'].dtype == numpy.int64 and a['scalar'].shape == () and a['scalar'] == -5
assert a['\xe9'].dtype == numpy.uint8 and a['\xe9'][0] == 200
assert a['none'].shape == (0, 2) and a['none'].dtype == numpy.int16
assert zipfile.ZipFile(sys.argv[1]).testzip() is None
numpy.savez(sys.argv[2], *(numpy.arange(4, dtype=t) for t in ('>f4', 'i8', 'u1')), t=numpy.ones((2, 3), order='F'))
)");
      const std::string command =
          aeq_test::python() + " " + work.path("check.py") + " " + work.path("x.npz") + " " + work.path("theirs.npz");
      REQUIRE(std::system(command.c_str()) == 0);
      const npz_file theirs = opened(aeq_test::content(work.path("theirs.npz")));
      CHECK(theirs.entries().size() == 4);
      for (const npz_entry& e : theirs.entries()) CHECK(!read_all(theirs, e, 100).empty());
    }
  }
}
