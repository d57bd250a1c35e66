// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <aeq/deploy/c_array.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/sha256.hpp>

#include "support/model_builder.hpp"
#include "support/scratch.hpp"

namespace {

using namespace aeq::deploy;
using aeq_test::content;
using aeq_test::scratch;

std::vector<std::uint8_t> some_bytes(std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  std::uint32_t state = 1;
  for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24u);
  return bytes;
}

/// A model with an input and an output, as if read from a file of such bytes.
aeq::model::model model_of(const std::vector<std::uint8_t>& bytes, const std::string& file = "some.tflite") {
  aeq_test::model_builder builder;
  const std::int32_t in = builder.activation("in", {1, 4}, aeq::model::tensor_type::int8);
  const std::int32_t out = builder.activation("out", {1, 2});
  builder.graph().inputs = {in};
  builder.graph().outputs = {out};
  aeq::model::quantization q;
  q.scale = {0.25f};
  q.zero_point = {-3};
  builder.graph().tensors[static_cast<std::size_t>(in)].quantization = q;
  aeq::model::model m = builder.made;
  m.file = aeq::io::input_file::from_memory(bytes, file);
  return m;
}

/// The numbers between the braces of the array.
std::vector<std::uint8_t> numbers_of(const std::string& text) {
  std::vector<std::uint8_t> bytes;
  const std::size_t begin = text.find("] = {\n");
  const std::size_t end = text.find("};", begin);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  bool has_commas = true;
  for (std::size_t at = text.find("0x", begin); at < end; at = text.find("0x", at + 1)) {
    has_commas = has_commas && text.at(at + 4) == ',';
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(at, 4), nullptr, 16)));
  }
  CHECK(has_commas);
  return bytes;
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// The code of the error that writing ends with, and what it says.
void refuses(const aeq::model::model& m, const std::string& output, const c_array_options& how, aeq::error_code code,
             std::string_view part) {
  CAPTURE(part);
  try {
    write_c_array(m, output, how);
    FAIL_CHECK("no error");
  } catch (const aeq::error& e) {
    CHECK(e.code() == code);
    CHECK(std::string_view(e.what()).find(part) != std::string_view::npos);
  }
}

TEST_CASE("the name of an array is that of the model's file, made fit for C and C++") {
  CHECK(array_name_of("model.tflite") == "model_tflite");
  CHECK(array_name_of("some/folder/my-model v2.tflite") == "my_model_v2_tflite");
  CHECK(array_name_of("4bit.tflite") == "model_4bit_tflite");
  CHECK(array_name_of("__a__b--c__") == "a_b_c");
  CHECK(array_name_of("int") == "model_int");
  CHECK(array_name_of("xor") == "model_xor");
  CHECK(array_name_of("gr\xc3\xbc\xc3\x9f"
                      "e.tflite") == "gr_e_tflite");
  CHECK(array_name_of("") == "model");
  CHECK(array_name_of("folder/") == "model");
  CHECK(array_name_of("---") == "model");
}

TEST_CASE("what can't be the name of an array is told from what can") {
  for (const std::string_view name : {"a", "model", "Model_2", "a1_", "integer", "Int", "_model"}) {
    CAPTURE(name);
    CHECK(problem_of_name(name).empty() == (name != "_model"));
  }
  CHECK(problem_of_name("") == "is empty");
  CHECK(problem_of_name("2nd") == "begins with a digit");
  CHECK(problem_of_name("a-b").find("no ASCII letters") != std::string::npos);
  CHECK(problem_of_name("a b").find("no ASCII letters") != std::string::npos);
  CHECK(problem_of_name("m\xc3\xbc").find("no ASCII letters") != std::string::npos);
  CHECK(problem_of_name("a__b").find("the compiler") != std::string::npos);
  for (const std::string_view name : {"int", "class", "restrict", "co_await", "_Bool", "alignas", "main", "xor_eq"}) {
    CAPTURE(name);
    CHECK(problem_of_name(name) == "has a meaning of its own in C or C++");
  }
}

TEST_CASE("an array has the bytes of the file, of any size, on any number of threads") {
  const scratch folder;
  const std::size_t piece = std::size_t(1) << 18u;
  for (const std::size_t size : {std::size_t(1), std::size_t(15), std::size_t(16), std::size_t(17), std::size_t(1000),
                                 piece - 1, piece, piece + 1, 3 * piece + 5}) {
    CAPTURE(size);
    const std::vector<std::uint8_t> bytes = some_bytes(size);
    const aeq::model::model m = model_of(bytes);
    c_array_options how;
    how.threads = 1;
    write_c_array(m, folder.path("one.h"), how);
    how.threads = 4;
    write_c_array(m, folder.path("four.h"), how);
    const std::string text = content(folder.path("one.h"));
    CHECK(text == content(folder.path("four.h")));
    CHECK(numbers_of(text) == bytes);
    CHECK(text.find('\0') == std::string::npos);
    CHECK(text.find("static const unsigned char some_tflite[" + std::to_string(size) + "] = {\n0x") !=
          std::string::npos);
    CHECK(text.find("static const size_t some_tflite_len = " + std::to_string(size) + ";\n") != std::string::npos);
    CHECK(text.find("SHA-256:     " + aeq::io::sha256_text(bytes) + "\n") != std::string::npos);
    how.write.overwrite = true;
    how.header = folder.path("pair.h");
    write_c_array(m, folder.path("pair.c"), how);
    CHECK(numbers_of(content(folder.path("pair.c"))) == bytes);
    std::filesystem::remove(folder.path("one.h"));
    std::filesystem::remove(folder.path("four.h"));
  }
}

TEST_CASE("a source file includes the header that declares its array") {
  const scratch folder;
  c_array_options how;
  how.name = "net";
  how.alignment = 64;
  how.header = folder.path("declared.h");
  how.recipe = "my_recipe";
  write_c_array(model_of(some_bytes(100)), folder.path("defined.cpp"), how);
  CHECK(folder.names() == std::vector<std::string>{"declared.h", "defined.cpp"});
  const std::string header = content(folder.path("declared.h"));
  const std::string source = content(folder.path("defined.cpp"));
  CHECK(header.find("\nextern const unsigned char net[100];\nstatic const size_t net_len = 100;\n") !=
        std::string::npos);
  CHECK(header.find("0x") == std::string::npos);
  CHECK(source.find("#include \"declared.h\"\n") != std::string::npos);
  CHECK(source.find("alignas(64)") != std::string::npos);
  CHECK(source.find("net_len") == std::string::npos);
  for (const std::string& text : {header, source}) {
    CHECK(text.find(" * Model:       some.tflite\n * Size:        100 bytes\n") != std::string::npos);
    CHECK(text.find("\n * Recipe:      my_recipe\n") != std::string::npos);
    CHECK(text.find("\n * Input:       in, INT8 [1, 4], scale 0.25, zero point -3\n") != std::string::npos);
    CHECK(text.find("\n * Output:      out, FLOAT32 [1, 2]\n") != std::string::npos);
  }
}

TEST_CASE("inputs and outputs go by the names of signatures where there are any") {
  const scratch folder;
  aeq::model::model m = model_of(some_bytes(20));
  m.subgraphs[0].tensors[0].shape_signature = {-1, 4};
  m.signatures = {{"serve", 0, {{"image", 0}}, {{"label", 1}}}};
  write_c_array(m, folder.path("one.h"));
  CHECK(content(folder.path("one.h")).find(" * Input:       image, INT8 [?, 4], scale") != std::string::npos);
  m.signatures.push_back({"train", 0, {{"batch", 0}}, {}});
  write_c_array(m, folder.path("two.h"));
  const std::string two = content(folder.path("two.h"));
  CHECK(two.find(" * Input:       serve/image, INT8") != std::string::npos);
  CHECK(two.find(" * Input:       train/batch, INT8") != std::string::npos);
}

TEST_CASE("no text of a model ends the comment, begins another or leaves ASCII") {
  const scratch folder;
  aeq::model::model m = model_of(some_bytes(20), "a*/b.tflite");
  m.description = "x */ int y; /* z *//*/\n\x01\xff ?\?/" + std::string(300, 'd');
  m.subgraphs[0].tensors[0].name = "*/ #error /*";
  c_array_options how;
  how.recipe = "*/";
  write_c_array(m, folder.path("a.h"), how);
  const std::string text = content(folder.path("a.h"));
  const std::size_t first = text.find("*/");
  CHECK(text.substr(first, 12) == "*/\n#ifndef A");  // the end of our own
  CHECK(text.find("/*", 1) > first);
  CHECK(count_of(text, "*/") == 2);  // with the one behind #endif
  CHECK(text.find("\\x0a\\x01\\xff") != std::string::npos);
  CHECK(text.find("?\?/") == std::string::npos);
  CHECK(text.find(std::string(200, 'd')) == std::string::npos);
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST_CASE("what can't be written is refused, and leaves nothing") {
  const scratch folder;
  const aeq::model::model m = model_of(some_bytes(20));
  const std::string output = folder.path("a.c");
  using code = aeq::error_code;
  c_array_options how;
  how.name = "while";
  refuses(m, output, how, code::wrong_usage, "\"while\" can't be the name of an array: it has a meaning");
  how = {};
  for (const std::size_t alignment : {std::size_t(0), std::size_t(8), std::size_t(24), std::size_t(8192)}) {
    how.alignment = alignment;
    refuses(m, output, how, code::wrong_usage, "powers of two from 16 to 4096");
  }
  how = {};
  how.header = output;
  refuses(m, output, how, code::wrong_usage, "can't include this");
  how.header = folder.path("a\"b.h");
  refuses(m, output, how, code::wrong_usage, "can't include this");
  how.header = folder.path("no/such/folder.h");
  refuses(m, output, how, code::io, "can't be created");
  aeq::model::model made = m;
  made.file = nullptr;
  refuses(made, output, {}, code::bad_input, "has no bytes to export");
  CHECK(folder.names().empty());

  // A header that is there keeps the source file from being written, too.
  aeq_test::put(folder.path("a.h"), "mine");
  how.header = folder.path("a.h");
  refuses(m, output, how, code::io, "exists; allow overwriting");
  CHECK(folder.names() == std::vector<std::string>{"a.h"});
  CHECK(content(folder.path("a.h")) == "mine");
}

}  // namespace
