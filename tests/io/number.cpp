// SPDX-License-Identifier: Apache-2.0
// Floats from text.
#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include <aeq/io/number.hpp>
#include <aeq/io/python_json.hpp>

using aeq::io::parsed_decimal;
using aeq::io::parsed_hexadecimal;

TEST_CASE("number: decimals") {
  CHECK(parsed_decimal("1.5") == 1.5);
  CHECK(parsed_decimal("-2e-3") == -2e-3);
  CHECK(parsed_decimal("0") == 0.0);
  CHECK(parsed_decimal("0.000e5") == 0.0);
  CHECK(parsed_decimal("1e308") == 1e308);
  CHECK(parsed_decimal("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(parsed_decimal("0.1") == 0.1);
  CHECK(parsed_decimal("9007199254740993") == 9007199254740992.0);
  for (const char* text :
       {"", "x", "1x", "1.5 ", " 1", "+1", "1e", "1e999", "-1e999", "1e-999", "1,5", "--1", "0x10"}) {
    CAPTURE(text);
    CHECK_FALSE(parsed_decimal(text).has_value());
  }
}

TEST_CASE("number: hexadecimals") {
  CHECK(parsed_hexadecimal("1.8p+1") == 3.0);
  CHECK(parsed_hexadecimal("1.8p1") == 3.0);
  CHECK(parsed_hexadecimal("ff") == 255.0);
  CHECK(parsed_hexadecimal("FF.8") == 255.5);
  CHECK(parsed_hexadecimal("0p+0") == 0.0);
  CHECK(parsed_hexadecimal("1p-1074") == std::numeric_limits<double>::denorm_min());
  CHECK(parsed_hexadecimal("1.fffffffffffffp+1023") == std::numeric_limits<double>::max());
  CHECK(parsed_hexadecimal("1.00000000000008p+0") == 1.0);                               // a half: to even
  CHECK(parsed_hexadecimal("1.0000000000000800000000000001p+0") == 1.0000000000000002);  // more than a half
  CHECK(parsed_hexadecimal("123456789abcdef0123456789abcdefp-100") ==
        std::strtod("0x123456789abcdef0123456789abcdefp-100", nullptr));
  for (const char* text : {"", ".", "p1", "0x1", "1p", "1p+", "1p+-1", "-1", "1g", "1..0", "1p1x", "1p99999",
                           "1p-99999", "1p99999999999999999999", " 1"}) {
    CAPTURE(text);
    CHECK_FALSE(parsed_hexadecimal(text).has_value());
  }
}

TEST_CASE("number: what is written reads back the same") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!(value > 0) || value > std::numeric_limits<double>::max()) continue;
    CAPTURE(value);
    CHECK(parsed_decimal(aeq::io::python_float(value)) == value);
    CHECK(parsed_hexadecimal(aeq::io::hex_float(value).substr(2)) == value);
  }
}
