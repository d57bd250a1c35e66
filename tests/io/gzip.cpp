// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <zlib.h>

#include <aeq/io/error.hpp>
#include <aeq/io/gzip.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

std::vector<std::uint8_t> compressed(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<std::uint8_t> result(text.size() + 1000);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = result.data();
  stream.avail_out = static_cast<uInt>(result.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

std::string refusal(const std::vector<std::uint8_t>& bytes, std::uint64_t limit = 1'000'000) {
  try {
    (void)aeq::io::gunzip(bytes, "x.gz", limit);
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

TEST_CASE("gzip data is unpacked, whatever its size") {
  for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 300'000u}) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * i >> 3);
    CHECK(aeq::io::gunzip(compressed(text), "x.gz") == text);
  }
}

TEST_CASE("members of gzip data follow each other") {
  auto bytes = compressed("one ");
  const auto second = compressed("two");
  bytes.insert(bytes.end(), second.begin(), second.end());
  CHECK(aeq::io::gunzip(bytes, "x.gz") == "one two");
  bytes.insert(bytes.end(), 7, std::uint8_t(0));
  CHECK(aeq::io::gunzip(bytes, "x.gz") == "one two");
}

TEST_CASE("a small file that claims to hold a lot is refused") {
  const auto bomb = compressed(std::string(2'000'000, '0'));
  CHECK(bomb.size() < 10'000);
  CHECK(refusal(bomb) == "x.gz: holds more than 1000000 bytes when unpacked");
  CHECK(refusal(bomb, 2'000'000) == "accepted");
}

TEST_CASE("damaged gzip data is refused at every length") {
  const auto good = compressed("some text that is long enough to be more than one symbol");
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK(
        refusal({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).starts_with("x.gz: is no gzip file"));
  }
  auto wrong_sum = good;
  wrong_sum[good.size() - 6] ^= 1;
  CHECK(refusal(wrong_sum).starts_with("x.gz: is no gzip file, or is damaged"));
  CHECK(refusal({'t', 'e', 'x', 't'}).starts_with("x.gz: is no gzip file"));
}

}  // namespace
