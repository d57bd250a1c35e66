// SPDX-License-Identifier: Apache-2.0
// Expected texts are what Python's json.dumps, float.hex and bytes.decode give.
#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/python_json.hpp>
#include <limits>
#include <string>

namespace {

using boost::json::array;
using boost::json::object;

TEST_CASE("JSON has scalars of one list on one line, all else indented by one space") {
  const object document{
      {"a", 1}, {"b", array{1, 2, 3}}, {"c", object{{"d", nullptr}, {"e", array{}}}}, {"f", array{object{}}}};
  CHECK(aeq::io::json_lines(document) ==
        "{\n \"a\": 1,\n \"b\": [1, 2, 3],\n \"c\": {\n  \"d\": null,\n  \"e\": []\n },\n \"f\": [\n  {}\n ]\n}\n");
  CHECK(aeq::io::json_line(document) == R"({"a": 1, "b": [1, 2, 3], "c": {"d": null, "e": []}, "f": [{}]})");
  CHECK(aeq::io::json_lines(array{}) == "[]\n");
  CHECK(aeq::io::json_lines(true) == "true\n");
}

TEST_CASE("JSON text escapes what must be escaped and nothing more") {
  CHECK(aeq::io::json_line(boost::json::string("\"\\/\b\f\n\r\t\x01\x1f\x7fü\0", 14)) ==
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7fü\\u0000\"");
}

TEST_CASE("bytes that are no UTF-8 become escapes") {
  CHECK(aeq::io::escaped_utf8("ü€😀") == "ü€😀");
  CHECK(aeq::io::escaped_utf8("a\xff"
                              "b") == "a\\xffb");
  CHECK(aeq::io::escaped_utf8("\xe2\x82") == "\\xe2\\x82");
  CHECK(aeq::io::escaped_utf8("\xe2\x82"
                              "A") == "\\xe2\\x82A");
  CHECK(aeq::io::escaped_utf8("\xc0\x80") == "\\xc0\\x80");
  CHECK(aeq::io::escaped_utf8("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(aeq::io::escaped_utf8("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(aeq::io::escaped_utf8("\xe0\x9f\xbf\xf0\x8f\xbf\xbf") == "\\xe0\\x9f\\xbf\\xf0\\x8f\\xbf\\xbf");
}

TEST_CASE("floats in hexadecimal are exact and short") {
  CHECK(aeq::io::hex_float(1) == "0x1p+0");
  CHECK(aeq::io::hex_float(-1.5) == "-0x1.8p+0");
  CHECK(aeq::io::hex_float(0) == "0x0p+0");
  CHECK(aeq::io::hex_float(-0.0) == "-0x0p+0");
  CHECK(aeq::io::hex_float(0.1) == "0x1.999999999999ap-4");
  CHECK(aeq::io::hex_float(static_cast<double>(0.1f)) == "0x1.99999ap-4");
  CHECK(aeq::io::hex_float(static_cast<double>(std::numeric_limits<float>::denorm_min())) == "0x1p-149");
  CHECK(aeq::io::hex_float(std::numeric_limits<double>::denorm_min()) == "0x0.0000000000001p-1022");
  CHECK(aeq::io::hex_float(std::numeric_limits<double>::max()) == "0x1.fffffffffffffp+1023");
  CHECK(aeq::io::hex_float(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(aeq::io::hex_float(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("floats in decimal are the shortest that read back the same") {
  CHECK(aeq::io::python_float(1) == "1.0");
  CHECK(aeq::io::python_float(-0.0) == "-0.0");
  CHECK(aeq::io::python_float(0.1) == "0.1");
  CHECK(aeq::io::python_float(1e-4) == "0.0001");
  CHECK(aeq::io::python_float(1e-5) == "1e-05");
  CHECK(aeq::io::python_float(123456789012345680) == "1.2345678901234568e+17");
  CHECK(aeq::io::python_float(1e15) == "1000000000000000.0");
  CHECK(aeq::io::python_float(1e16) == "1e+16");
  CHECK(aeq::io::python_float(5e-324) == "5e-324");
  CHECK(aeq::io::python_float(std::numeric_limits<double>::quiet_NaN()) == "NaN");
  CHECK(aeq::io::python_float(-std::numeric_limits<double>::infinity()) == "-Infinity");
}

}  // namespace
