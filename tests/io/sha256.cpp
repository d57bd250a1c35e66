// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/io/sha256.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string digest(std::string_view text) {
  return aeq::io::sha256_text({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST_CASE("SHA-256 of the standard's examples") {
  CHECK(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(
      digest("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
             "nopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  CHECK(digest(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on the pieces that the data comes in") {
  std::vector<std::uint8_t> bytes(300);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto data = std::span<const std::uint8_t>(bytes).first(size);
    const std::string whole = aeq::io::sha256_text(data);
    for (const std::size_t piece : {1u, 3u, 63u, 64u, 65u, 130u}) {
      aeq::io::sha256 sum;
      for (std::size_t i = 0; i < size; i += piece) sum.update(data.subspan(i, std::min(piece, size - i)));
      REQUIRE(aeq::io::hex_text(sum.finish()) == whole);
    }
  }
}

}  // namespace
