// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/calibrate/npy.hpp>
#include <aeq/io/error.hpp>

namespace {

using aeq::element_type;
using aeq::calibrate::npy_header;

/// A header of version 1.0 around a dictionary.
std::string header_of(const std::string& dictionary, char version = 1) {
  std::string text = "\x93NUMPY";
  text += version;
  text += '\0';
  text += static_cast<char>(dictionary.size() & 0xff);
  text += static_cast<char>(dictionary.size() >> 8);
  if (version != 1) text.append(2, '\0');
  return text + dictionary;
}

std::span<const std::uint8_t> bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

npy_header parsed(const std::string& text) {
  return aeq::calibrate::parse_npy(bytes(text), "a.npy");
}

std::string refusal(const std::string& text) {
  try {
    (void)parsed(text);
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

std::string with_type(const std::string& descr) {
  return header_of("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (2,), }\n");
}

}  // namespace

TEST_SUITE("calibrate/npy") {
  TEST_CASE("a header says type, order and shape, in each version of the format") {
    for (const char version : {'\1', '\2', '\3'}) {
      const npy_header h =
          parsed(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (24, 28, 28), }            \n", version));
      CHECK(h.type == element_type::float32);
      CHECK(h.type_name == "float32");
      CHECK(h.item_bytes == 4);
      CHECK(!h.big_endian);
      CHECK(!h.fortran_order);
      CHECK(h.shape == std::vector<std::uint64_t>{24, 28, 28});
      CHECK(h.data_bytes == 24 * 28 * 28 * 4);
    }
    const npy_header odd = parsed(header_of("{ \"shape\":(), 'fortran_order':True,\"descr\":\">i2\"}"));
    CHECK(odd.type == element_type::int16);
    CHECK(odd.big_endian);
    CHECK(odd.fortran_order);
    CHECK(odd.shape.empty());
    CHECK(odd.data_bytes == 2);
    CHECK(parsed(header_of("{'descr': '|u1', 'fortran_order': False, 'shape': (3L, 0L), }")).data_bytes == 0);
  }

  TEST_CASE("types that no tensor has are known by name, and what is no number is refused") {
    CHECK(parsed(with_type("<f8")).type == element_type::absent);
    CHECK(parsed(with_type("<f8")).type_name == "float64");
    CHECK(parsed(with_type("<u2")).type_name == "uint16");
    CHECK(parsed(with_type("|b1")).type == element_type::boolean);
    for (const char* descr : {"|O", "<U5", "<c8", "<M8[ns]", "<f3", "f4", "<f", "<f04", "<f4x", "xf4", "<f16"}) {
      CAPTURE(descr);
      CHECK(refusal(with_type(descr)).find("can be read") != std::string::npos);
    }
    CHECK(refusal(header_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }")) ==
          "a.npy: its elements are records; an array of numbers is wanted");
  }

  TEST_CASE("damaged headers are refused") {
    const std::string good = with_type("<f4");
    for (std::size_t length = 0; length < good.size(); ++length) {
      CAPTURE(length);
      CHECK(refusal(good.substr(0, length)) != "accepted");
    }
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4)).find("version 4.0") !=
          std::string::npos);
    CHECK(refusal(header_of("{'fortran_order': False, 'shape': (2,), }")).find("lacks 'descr'") != std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False}")).find("or 'shape'") != std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}")).find("True or False") !=
          std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}")).find("an extent") !=
          std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x")).find("goes on") !=
          std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'other': 1, 'shape': (2,)}"))
              .find("unknown key 'other'") != std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"))
              .find("more elements than any file holds") != std::string::npos);
    CHECK(refusal(header_of("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}")) !=
          "accepted");
    CHECK(refusal(std::string("\x93NUMPY\x02\0\xff\xff\xff\xff{", 13)).find("longer than 1 MiB") != std::string::npos);
  }

  TEST_CASE("what is written is read again, and elements begin at a multiple of 64 bytes") {
    using shapes = std::vector<std::vector<std::int32_t>>;
    for (const auto& shape : shapes{{}, {1}, {3}, {2, 3}, {1, 28, 28, 1}, {0, 5}}) {
      for (const element_type type :
           {element_type::float32, element_type::float16, element_type::int8, element_type::uint8, element_type::int16,
            element_type::int32, element_type::int64, element_type::boolean}) {
        const std::string text = aeq::calibrate::npy_header_text(type, shape);
        CHECK(text.size() % 64 == 0);
        const npy_header h = parsed(text);
        CHECK(h.type == type);
        CHECK(h.header_bytes == text.size());
        CHECK(h.shape == std::vector<std::uint64_t>(shape.begin(), shape.end()));
      }
    }
    CHECK_THROWS_AS((void)aeq::calibrate::npy_header_text(element_type::int4, {}), aeq::error);
    CHECK_THROWS_AS((void)aeq::calibrate::npy_header_text(element_type::absent, {}), aeq::error);
  }

  TEST_CASE("shapes as text") {
    CHECK(aeq::calibrate::shape_text(std::vector<std::int32_t>{-1, 28, 1}) == "[?, 28, 1]");
    CHECK(aeq::calibrate::shape_text(std::vector<std::uint64_t>{}) == "[]");
  }
}
