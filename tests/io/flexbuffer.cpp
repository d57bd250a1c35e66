// SPDX-License-Identifier: Apache-2.0
// Written with FlatBuffers' own builder; what its Python package decodes from damaged data is written down.
#include <doctest/doctest.h>

#include <flatbuffers/flexbuffers.h>
#include <boost/json/value.hpp>

#include <aeq/io/flexbuffer.hpp>
#include <aeq/io/python_json.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

std::string decoded(std::span<const std::uint8_t> bytes) {
  const auto value = aeq::io::decode_flexbuffer(bytes);
  return value ? aeq::io::json_line(*value) : "none";
}

std::vector<std::uint8_t> everything() {
  flexbuffers::Builder builder;
  builder.Map([&] {
    builder.Int("a", -300);
    builder.UInt("b", ~std::uint64_t(0));
    builder.String("c", "tü");
    builder.Double("d", 0.5);
    builder.Map("e", [&] { builder.Bool("f", true); });
    builder.Vector("g", [&] {
      builder.Null();
      builder.IndirectInt(-7);
      builder.IndirectDouble(1e300);
      builder.Key("key");
      builder.Vector([] {});
    });
    const std::vector<std::int32_t> numbers{1, 2, 70000};
    builder.Add("h", numbers);
    const float fixed[] = {1.5f, -2.5f};
    builder.Key("i");
    builder.FixedTypedVector(fixed, 2);
    builder.TypedVector("j", [&] {
      builder.Bool(true);
      builder.Bool(false);
    });
    builder.TypedVector("k", [&] {
      builder.Key("x");
      builder.Key("yz");
    });
    builder.Key("l");
    const std::vector<std::uint8_t> blob{0xff, 'b'};
    builder.Blob(blob);
  });
  builder.Finish();
  return builder.GetBuffer();
}

TEST_CASE("a FlexBuffer of all types is decoded") {
  CHECK(decoded(everything()) ==
        R"({"a": -300, "b": 18446744073709551615, "c": "tü", "d": "0x1p-1", "e": {"f": true}, )"
        R"("g": [null, -7, "0x1.7e43c8800759cp+996", "key", []], "h": [1, 2, 70000], "i": ["0x1.8p+0", "-0x1.4p+1"], )"
        R"("j": [true, false], "k": ["x", "yz"], "l": "\\xffb"})");
}

TEST_CASE("what is no FlexBuffer is none") {
  CHECK(decoded({}) == "none");
  CHECK(decoded(std::vector<std::uint8_t>{1, 2}) == "none");
  CHECK(decoded(std::vector<std::uint8_t>(12, 0)) == "none");                  // a null
  CHECK(decoded(std::vector<std::uint8_t>{5, 27 << 2, 1}) == "none");          // no such type
  CHECK(decoded(std::vector<std::uint8_t>{1, 2, 3, 4, 1 << 2, 3}) == "none");  // no such width
  CHECK(decoded(std::vector<std::uint8_t>{5, 1 << 2, 1}) == "5");
  CHECK(decoded(std::vector<std::uint8_t>{1, 0xff, 0, 2, 5 << 2, 1}) == "none");  // a string that is no UTF-8
}

TEST_CASE("a vector that claims more than there is ends with the data") {
  CHECK(decoded(std::vector<std::uint8_t>{200, 1, 1, 10 << 2, 1}) == "[]");
}

TEST_CASE("a FlexBuffer that contains itself is none") {
  // The only element of the vector is the vector.
  CHECK(decoded(std::vector<std::uint8_t>{1, 0, 10 << 2, 2, 10 << 2, 1}) == "none");
}

TEST_CASE("damaged FlexBuffers are read or not, but nothing outside them") {
  const std::vector<std::uint8_t> good = everything();
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> bytes = good;
    for (auto change = random() % 4; change <= 4; ++change) {
      const std::size_t where = random() % 2 == 0 ? bytes.size() - 1 - random() % 8 : random() % bytes.size();
      bytes[where] = static_cast<std::uint8_t>(random());
    }
    bytes.resize(bytes.size() - random() % 4);
    bytes.shrink_to_fit();
    (void)aeq::io::decode_flexbuffer(bytes);
  }
}

}  // namespace
