// SPDX-License-Identifier: Apache-2.0
// Models that are read, written and read again mean the same; the layout of files inline and past 2 GB.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/difference.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/writer.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"
#include "support/scratch.hpp"
#include "support/shared.hpp"

namespace {

namespace am = aeq::model;
namespace fs = std::filesystem;
using byte_vector = std::vector<std::uint8_t>;

am::model read_bytes(byte_vector bytes) {
  aeq::warnings notes;
  return am::read(aeq::io::input_file::from_memory(std::move(bytes), "m.tflite"), notes);
}

std::vector<fs::path> models_under(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".tflite") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// What a model says after being written, against what it said; also that a second writing changes no byte.
void round_trip(const fs::path& path) {
  CAPTURE(path.string());
  aeq::warnings notes;
  const am::model first = am::read(path.string(), notes);
  const byte_vector written = am::to_bytes(first, 1);
  CHECK(written == am::to_bytes(first, 2));
  const am::model second = read_bytes(written);
  const std::vector<std::string> found = am::differences({am::describe(first), first}, {am::describe(second), second});
  CHECK(found == std::vector<std::string>{});
  CHECK(am::to_bytes(second, 2) == written);
}

/// A buffer whose bytes count up, made while writing or there already.
am::buffer counting(am::model& m, std::size_t size, std::uint8_t first, bool made_while_writing) {
  am::buffer b;
  b.present = true;
  b.size = size;
  if (made_while_writing) {
    b.produce = std::make_shared<const am::byte_producer>([first](std::uint64_t offset, std::span<std::uint8_t> into) {
      for (std::size_t i = 0; i < into.size(); ++i) into[i] = static_cast<std::uint8_t>(first + offset + i);
    });
    return b;
  }
  byte_vector bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  m.storage.push_back(std::make_shared<const byte_vector>(std::move(bytes)));
  b.data = *m.storage.back();
  return b;
}

/// A buffer that claims a size; only layouts can be made of it.
am::buffer claiming(std::uint64_t size) {
  am::buffer b;
  b.present = true;
  b.size = size;
  b.produce = std::make_shared<const am::byte_producer>([](std::uint64_t, std::span<std::uint8_t>) {});
  return b;
}

/// The file of a layout, in memory.
byte_vector file_of(am::detail::layout& l, const am::model& m) {
  am::detail::fill_places(l, m);
  byte_vector file(l.file_bytes, 0xee);
  std::memcpy(file.data(), l.metadata.GetBufferPointer(), l.metadata.GetSize());
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    if (!m.buffers[i].present) continue;
    if (!l.outside[i]) {
      const auto prefix = am::detail::length_prefix(m.buffers[i].size);
      std::memcpy(file.data() + l.content_at[i] - prefix.size(), prefix.data(), prefix.size());
    }
    const byte_vector content = aeq_test::bytes_of(m.buffers[i]);
    std::copy(content.begin(), content.end(), file.begin() + static_cast<std::ptrdiff_t>(l.content_at[i]));
  }
  return file;
}

am::model with_buffers(const std::vector<std::size_t>& sizes) {
  am::model m;
  m.subgraphs.emplace_back();
  std::uint8_t first = 1;
  for (const std::size_t size : sizes) {
    m.buffers.push_back(counting(m, size, first, first % 2 == 0));
    first = static_cast<std::uint8_t>(first + 1);
  }
  return m;
}

}  // namespace

TEST_CASE("round trip: every model of the corpus, written and read again, says the same") {
  const auto all = models_under(aeq_test::tests_folder() / "corpus" / "models");
  CHECK(all.size() > 150);
  for (const fs::path& path : all) {
    if (path.stem() == "option_tables_default") {  // its defaults name subgraph 0, which holds them
      aeq::warnings notes;
      CHECK_THROWS_WITH_AS(static_cast<void>(am::read(path.string(), notes)),
                           doctest::Contains("calls itself, directly or through others"), aeq::error);
      continue;
    }
    round_trip(path);
  }
}

TEST_CASE("round trip: every model of the conformance corpus") {
  const auto folder = aeq_test::shared_file_or_skip("conformance/models");
  if (!folder) return;
  const auto all = models_under(*folder);
  CHECK(!all.empty());
  for (const fs::path& path : all) round_trip(path);
}

TEST_CASE("the same bytes at any number of threads, in memory and in a file") {
  const am::model m = with_buffers({3'000'001, 17, 0, 1'500'000, 524'288, 524'289});
  const byte_vector bytes = am::to_bytes(m, 1);
  for (const unsigned threads : {2u, 3u, 16u}) CHECK(am::to_bytes(m, threads) == bytes);

  const aeq_test::scratch folder;
  for (const unsigned threads : {1u, 4u}) {
    const std::string path = folder.path(std::to_string(threads));
    am::save_options options;
    options.threads = threads;
    CHECK(am::write(m, path, options) == bytes.size());
    const auto file = aeq::io::input_file::open(path);
    CHECK(byte_vector(file->bytes().begin(), file->bytes().end()) == bytes);
  }

  const am::model again = read_bytes(bytes);
  REQUIRE(again.buffers.size() == m.buffers.size());
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    CAPTURE(i);
    CHECK(again.buffers[i].present == m.buffers[i].present);
    CHECK(aeq_test::bytes_of(again.buffers[i]) == aeq_test::bytes_of(m.buffers[i]));
  }
}

TEST_CASE("inline: every buffer's bytes lie at a multiple of 16") {
  const am::model m = with_buffers({1, 15, 16, 17, 1023, 1024, 5, 0, 64});
  am::detail::layout l = am::detail::lay_out(m, false);
  CHECK(l.fits);
  std::uint64_t end = l.metadata.GetSize();
  for (std::size_t i = 1; i < m.buffers.size(); ++i) {
    CHECK_FALSE(l.outside[i]);
    CHECK(l.content_at[i] % 16 == 0);
    CHECK(l.content_at[i] >= end + 4);
    end = l.content_at[i] + m.buffers[i].size;
  }
  CHECK(l.file_bytes >= end);
  CHECK(file_of(l, m).size() == l.file_bytes);
}

TEST_CASE("past 2 GB: large buffers lie behind the flatbuffer, at multiples of 16, and are found again") {
  const am::model m = with_buffers({10, 1023, 1024, 5001, 0, 1, 100'000, 2048});
  am::detail::layout l = am::detail::lay_out(m, true);
  CHECK(l.fits);
  CHECK(l.outside == std::vector<bool>{false, false, false, true, true, false, false, true, true});
  std::uint64_t inline_end = l.metadata.GetSize();
  for (std::size_t i = 1; i < m.buffers.size(); ++i) {
    if (!l.outside[i]) inline_end = std::max(inline_end, l.content_at[i] + m.buffers[i].size);
  }
  std::uint64_t end = inline_end;
  for (std::size_t i = 1; i < m.buffers.size(); ++i) {
    CHECK(l.content_at[i] % 16 == 0);
    if (!l.outside[i]) continue;
    CHECK(l.content_at[i] >= end);
    end = l.content_at[i] + m.buffers[i].size;
  }
  CHECK(l.file_bytes >= end);
  CHECK(l.file_bytes % 16 == 0);

  const am::model again = read_bytes(file_of(l, m));
  REQUIRE(again.buffers.size() == m.buffers.size());
  for (std::size_t i = 0; i < m.buffers.size(); ++i) {
    CAPTURE(i);
    CHECK(again.buffers[i].present == m.buffers[i].present);
    CHECK(aeq_test::bytes_of(again.buffers[i]) == aeq_test::bytes_of(m.buffers[i]));
  }
  // Written again, a file of this size has everything inline.
  const am::model inline_again = read_bytes(am::to_bytes(again, 1));
  CHECK(aeq_test::bytes_of(inline_again.buffers[7]) == aeq_test::bytes_of(m.buffers[7]));
}

TEST_CASE("external layout: models of the corpus say the same in it") {
  for (const char* name : {"cnn", "external_some", "two_signatures_two_graphs", "metadata_buffer_list"}) {
    CAPTURE(name);
    aeq::warnings notes;
    const am::model first =
        am::read((aeq_test::tests_folder() / "corpus" / "models" / (std::string(name) + ".tflite")).string(), notes);
    am::detail::layout l = am::detail::lay_out(first, true);
    const am::model second = read_bytes(file_of(l, first));
    CHECK(am::differences({am::describe(first), first}, {am::describe(second), second}) == std::vector<std::string>{});
  }
}

TEST_CASE("where a file passes 2 GB decides where its buffers go") {
  am::model m = with_buffers({100});
  m.buffers.push_back(claiming(1'000'000'000));
  m.buffers.push_back(claiming(1'000'000'000));
  CHECK(am::detail::lay_out(m).outside == std::vector<bool>(4, false));

  m.buffers.push_back(claiming(200'000'000));
  const am::detail::layout past = am::detail::lay_out(m);
  CHECK(past.fits);
  CHECK(past.outside == std::vector<bool>{false, false, true, true, true});
  CHECK(past.file_bytes > 2'200'000'000);

  // The last byte that fits: the flatbuffer's end below 2^31 - 2.
  am::model edge = with_buffers({});
  edge.buffers.push_back(claiming(1'000'000'000));
  const std::uint64_t rest = am::detail::lay_out(edge, false).content_at[1];
  for (const bool fits : {true, false}) {
    edge.buffers[1] = claiming(am::flatbuffer_limit - rest - (fits ? 15 : 0));
    CAPTURE(fits);
    CHECK(am::detail::lay_out(edge).outside[1] == !fits);
  }

  am::model far = with_buffers({});
  for (int i = 0; i < 5; ++i) far.buffers.push_back(claiming(std::uint64_t(3) << 30));
  const am::detail::layout five = am::detail::lay_out(far);
  CHECK(five.content_at[5] > (std::uint64_t(12) << 30));
  CHECK(five.file_bytes >= (std::uint64_t(15) << 30));
}

TEST_CASE("metadata past 2 GB is refused: no layout holds it") {
  am::model m = with_buffers({});
  const am::buffer small = claiming(1023);
  for (int i = 0; i < 2'200'000; ++i) m.buffers.push_back(small);
  CHECK_THROWS_WITH_AS(static_cast<void>(am::detail::lay_out(m)), doctest::Contains("its metadata alone passes 2 GB"),
                       aeq::error);
}
