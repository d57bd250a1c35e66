// SPDX-License-Identifier: Apache-2.0
// Model files that are damaged or made to do harm: each is refused with words that name the place, or is a model that
// can be written and read again.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flatbuffers/flatbuffers.h>

#include <aeq/core/byte_order.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/model/writer.hpp>

#include "support/folder.hpp"
#include "support/model_builder.hpp"

namespace {

namespace am = aeq::model;
namespace schema = aeq::model::schema;
using byte_vector = std::vector<std::uint8_t>;

byte_vector bytes_of(const std::string& name) {
  const auto path = aeq_test::tests_folder() / "corpus" / "models" / (name + ".tflite");
  const auto file = aeq::io::input_file::open(path.string());
  return {file->bytes().begin(), file->bytes().end()};
}

am::model read_bytes(byte_vector bytes, aeq::warnings& notes) {
  return am::read(aeq::io::input_file::from_memory(std::move(bytes), "m.tflite"), notes);
}

am::model corpus_model(const std::string& name) {
  aeq::warnings notes;
  return read_bytes(bytes_of(name), notes);
}

/// Why a file is refused; "" if it is not.
std::string refusal(byte_vector bytes) {
  try {
    aeq::warnings notes;
    static_cast<void>(read_bytes(std::move(bytes), notes));
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return {};
}

/// Why a model of the corpus is refused after an edit.
std::string refusal(const std::string& name, const std::function<void(am::model&)>& edit) {
  am::model m = corpus_model(name);
  edit(m);
  return refusal(am::to_bytes(m, 1));
}

/// A refusal, or a model that survives. Anything else escapes or is counted in `lost`.
struct survival {
  int refused = 0;
  int read = 0;
  int lost = 0;

  void of(byte_vector bytes) {
    aeq::warnings notes;
    byte_vector written;
    try {
      const am::model m = read_bytes(std::move(bytes), notes);
      written = am::to_bytes(m, 1);
    } catch (const aeq::error& e) {
      const bool clear = e.code() == aeq::error_code::bad_input && std::string_view(e.what()).starts_with("m.tflite: ");
      if (!clear) MESSAGE(e.what());
      if (!clear) ++lost;
      ++refused;
      return;
    }
    ++read;
    try {
      static_cast<void>(read_bytes(std::move(written), notes));
    } catch (const aeq::error& e) {
      ++lost;
      MESSAGE("what was written can't be read: " << e.what());
    }
  }
};

const flatbuffers::Table* root_of(const byte_vector& bytes) {
  return flatbuffers::GetRoot<flatbuffers::Table>(bytes.data());
}

/// Writes a scalar field that the file stores.
template <class T>
void set(const flatbuffers::Table* table, const schema::table_descriptor& descriptor, std::string_view field, T value) {
  auto* place =
      const_cast<std::uint8_t*>(table->GetAddressOf(am::detail::slot(am::detail::field_id(descriptor, field))));
  REQUIRE(place != nullptr);
  flatbuffers::WriteScalar(place, value);
}

}  // namespace

TEST_CASE("hostile: a model cut off at any length is refused, or whole in what it needs") {
  survival all;
  for (const char* name : {"op_fully_connected", "two_signatures_two_graphs", "external_some", "quantization_details",
                           "sparse_weight", "custom_flexbuffer"}) {
    const byte_vector whole = bytes_of(name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      all.of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    }
  }
  CHECK(all.lost == 0);
  CHECK(all.refused > 3000);
}

TEST_CASE("hostile: a model with one bit turned is refused, or can be written and read again") {
  std::mt19937 random(20'240'229);
  survival all;
  for (const char* name : {"op_conv_2d", "cnn", "while_body", "external_buffers", "option_tables",
                           "quantization_details", "rare_fields", "sparse_weight", "newer_fields", "operator_codes"}) {
    const byte_vector whole = bytes_of(name);
    for (int i = 0; i < 600; ++i) {
      byte_vector bytes = whole;
      const std::size_t bit = random() % (8 * bytes.size());
      bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1u << (bit % 8)));
      all.of(std::move(bytes));
    }
    // Whole words with the numbers that break arithmetic, where the tables are.
    for (int i = 0; i < 300; ++i) {
      byte_vector bytes = whole;
      constexpr std::uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc};
      const std::size_t at = random() % (bytes.size() / 4) * 4;
      aeq::store_little(words[random() % std::size(words)], bytes.data() + at);
      all.of(std::move(bytes));
    }
  }
  CHECK(all.lost == 0);
  CHECK(all.refused > 1000);
  CHECK(all.read > 1000);
}

TEST_CASE("hostile: what is no model at all") {
  CHECK(refusal(byte_vector{}) == "m.tflite: 0 bytes are no model; a .tflite file is wanted");
  CHECK(refusal(byte_vector(7)) == "m.tflite: 7 bytes are no model; a .tflite file is wanted");
  CHECK(refusal(byte_vector(1000)) == "m.tflite: byte 4: the identifier TFL3 of a .tflite file is missing");
  byte_vector bytes = bytes_of("op_add");
  bytes[7] = '2';
  CHECK(refusal(bytes) == "m.tflite: byte 4: the identifier TFL3 of a .tflite file is missing");
  CHECK(refusal("op_add", [](am::model& m) { m.version = 4; }) ==
        "m.tflite: model.version: 4; version 3 is the one that is known");
  CHECK(refusal("op_add", [](am::model& m) { m.subgraphs.clear(); }) ==
        "m.tflite: subgraphs: a model has one at least");
}

TEST_CASE("hostile: tables that reach outside the file") {
  const std::string damaged =
      ": reaches outside the file, or is not laid out as the .tflite schema says; the file is damaged or cut off";
  const byte_vector whole = bytes_of("op_fully_connected");
  for (const std::uint32_t root :
       {0u, 1u, 4u, 9u, 0x7ffffffcu, 0xfffffffcu, 0xffffffffu, static_cast<std::uint32_t>(whole.size()) - 4u,
        static_cast<std::uint32_t>(whole.size())}) {
    byte_vector bytes = whole;
    aeq::store_little(root, bytes.data());
    CAPTURE(root);
    CHECK(refusal(bytes) == "m.tflite: model" + damaged);
  }
  const auto root_at = [&](const byte_vector& bytes) { return flatbuffers::ReadScalar<std::uint32_t>(bytes.data()); };
  for (const std::int32_t back : {0x7fffffff, -0x7fffffff - 1, -1, 3, 1 << 20}) {  // to the layout of the root
    byte_vector bytes = whole;
    aeq::store_little(back, bytes.data() + root_at(bytes));
    CAPTURE(back);
    CHECK(refusal(bytes) == "m.tflite: model" + damaged);
  }
  for (const std::uint16_t size :
       {std::uint16_t(0), std::uint16_t(2), std::uint16_t(3), std::uint16_t(0xffff), std::uint16_t(0xfffe)}) {
    byte_vector bytes = whole;  // a layout of this many bytes
    const std::uint32_t root = root_at(bytes);
    const auto back = aeq::load_little<std::int32_t>(bytes.data() + root);
    aeq::store_little(size, bytes.data() + (static_cast<std::int64_t>(root) - back));
    CAPTURE(size);
    CHECK(refusal(bytes).starts_with("m.tflite: model"));
  }
  byte_vector bytes = whole;
  const am::view<schema::model> root(root_of(bytes));
  const am::table_vector* graphs = root.get<"subgraphs">();
  const am::table_vector* tensors = am::view<schema::subgraph>(graphs->Get(0)).get<"tensors">();
  const auto* shape = am::view<schema::tensor>(tensors->Get(1)).get<"shape">();
  auto* length = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(shape));
  for (const std::uint32_t claimed :
       {0xffffffffu, 0x40000000u, 0x3fffffffu, static_cast<std::uint32_t>(whole.size())}) {
    flatbuffers::WriteScalar(length, claimed);
    CHECK(refusal(bytes) == "m.tflite: model.subgraphs[0].tensors[1].shape" + damaged);
  }
}

TEST_CASE("hostile: a layout of the largest size inside the file") {
  // A root table whose layout has 32765 slots, all of them naming the same byte: only the first ten mean something.
  const std::size_t slots = 32765;
  byte_vector bytes(16 + 4 + 2 * slots + 64);
  const std::uint32_t root = static_cast<std::uint32_t>((16 + 4 + 2 * slots + 3) / 4 * 4);
  aeq::store_little(root, bytes.data());
  std::memcpy(bytes.data() + 4, "TFL3", 4);
  const auto layout_size = static_cast<std::uint16_t>(4 + 2 * slots);
  const std::uint16_t table_size = 8;
  aeq::store_little(layout_size, bytes.data() + 16);
  aeq::store_little(table_size, bytes.data() + 18);
  const auto back = static_cast<std::int32_t>(root - 16);
  aeq::store_little(back, bytes.data() + root);
  CHECK(refusal(bytes) == "m.tflite: model.version: 0; version 3 is the one that is known");
  const std::uint16_t here = 4;
  aeq::store_little(here, bytes.data() + 20);  // the version
  for (std::size_t slot = 10; slot < slots; ++slot) aeq::store_little(here, bytes.data() + 20 + 2 * slot);
  const std::uint32_t three = 3;
  aeq::store_little(three, bytes.data() + root + 4);
  aeq::warnings notes;
  CHECK_THROWS_WITH_AS(read_bytes(bytes, notes), "m.tflite: subgraphs: a model has one at least", aeq::error);
  CHECK(notes.all().size() <= 40'000);
  CHECK(refusal(bytes) == "m.tflite: subgraphs: a model has one at least");
}

TEST_CASE("hostile: indices that name nothing") {
  const std::string fc = "op_fully_connected";
  const am::model m = corpus_model(fc);
  const std::string tensors = std::to_string(m.subgraphs[0].tensors.size());
  const std::string buffers = std::to_string(m.buffers.size());

  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].operations[0].inputs[1] = 1000; }) ==
        "m.tflite: subgraphs[0].operators[0].inputs: tensor 1000 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].operations[0].inputs[0] = -2; }) ==
        "m.tflite: subgraphs[0].operators[0].inputs: tensor -2 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) {
          x.subgraphs[0].operations[0].outputs[0] = std::numeric_limits<std::int32_t>::min();
        }) == "m.tflite: subgraphs[0].operators[0].outputs: tensor -2147483648 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) {
          x.subgraphs[0].operations[0].intermediates = {0, 99};
        }) == "m.tflite: subgraphs[0].operators[0].intermediates: tensor 99 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].inputs = {-1}; }) ==
        "m.tflite: subgraphs[0].inputs: tensor -1 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].outputs = {77}; }) ==
        "m.tflite: subgraphs[0].outputs: tensor 77 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].operations[0].code = 5; }) ==
        "m.tflite: subgraphs[0].operators[0]: operator code 5 does not exist; there are " +
            std::to_string(m.operator_codes.size()));
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].tensors[0].buffer = 0xffffffffu; }) ==
        "m.tflite: subgraphs[0].tensors[0]: buffer 4294967295 does not exist; there are " + buffers);
  CHECK(refusal(fc, [](am::model& x) { x.subgraphs[0].tensors[0].type = static_cast<am::tensor_type>(99); }) ==
        "m.tflite: subgraphs[0].tensors[0]: tensor type 99 is unknown; 0 to 22 are known");
  CHECK(refusal(fc, [](am::model& x) {
          x.metadata.push_back({"min_runtime_version", 1'000'000});
        }).find(": buffer 1000000 does not exist; there are " + buffers) != std::string::npos);
  CHECK(refusal(fc, [](am::model& x) {
          x.signatures = {{"serving_default", 3, {}, {}}};
        }) == "m.tflite: signature_defs[0]: subgraph 3 does not exist; there are 1");
  CHECK(refusal(fc, [](am::model& x) {
          x.signatures = {{"serving_default", 0, {{"x", 0xffffffffu}}, {}}};
        }) == "m.tflite: signature_defs[0].inputs: tensor 4294967295 does not exist; there are " + tensors);
  CHECK(refusal(fc, [](am::model& x) {
          x.operator_codes[0].builtin = static_cast<aeq::op::code>(-7);
        }).find("operator_codes[0]") != std::string::npos);
}

TEST_CASE("hostile: sizes that can't be") {
  const std::string fc = "op_fully_connected";
  const auto with_shape = [&](std::vector<std::int32_t> shape) {
    return refusal(fc, [&](am::model& x) {
      x.subgraphs[0].tensors[0].shape = shape;
      x.subgraphs[0].tensors[0].shape_signature.clear();
    });
  };
  CHECK(with_shape({1, -2}) == "m.tflite: subgraphs[0].tensors[0].shape: -2 is no size");
  CHECK(with_shape({std::numeric_limits<std::int32_t>::min()}) ==
        "m.tflite: subgraphs[0].tensors[0].shape: -2147483648 is no size");
  const std::string uncountable =
      "m.tflite: subgraphs[0].tensors[0].shape: the sizes multiply to more elements than can be counted";
  CHECK(with_shape({0x7fffffff, 0x7fffffff, 0x7fffffff}) == uncountable);
  CHECK(with_shape({65536, 65536, 65536, 65536}) == uncountable);  // 2^64
  CHECK(with_shape({65536, 65536, 65536, 65536, 1}) == uncountable);
  CHECK(with_shape({1 << 30, 1 << 30, 16}) == uncountable);    // 2^64, and 2^66 bytes
  CHECK(with_shape({0x7fffffff, 0x7fffffff}) == uncountable);  // counts, but not in bytes
  CHECK(with_shape({1 << 30, 1 << 28}).empty());               // an activation may be large

  CHECK(refusal(fc, [](am::model& x) {
          x.subgraphs[0].tensors[0].shape_signature = {1, 2, 3, 4, 5, 6, 7};
        }).find("subgraphs[0].tensors[0].shape_signature: has 7 sizes, the shape has ") != std::string::npos);

  std::size_t weight = 0;
  const am::model m = corpus_model(fc);
  while (!m.is_constant(m.subgraphs[0].tensors[weight])) ++weight;
  const std::string place = "m.tflite: subgraphs[0].tensors[" + std::to_string(weight) + "]";
  const std::string held = std::to_string(m.buffers[m.subgraphs[0].tensors[weight].buffer].size);
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].tensors[weight].shape = {1 << 30, 1 << 20};
        }) == place + ": its shape takes 4503599627370496 bytes, its buffer holds " + held);
  CHECK(refusal(fc, [&](am::model& x) { x.subgraphs[0].tensors[weight].shape[0] = -1; }) ==
        place + ".shape: -1 is no size of a tensor that has data");
  CHECK(refusal(fc, [&](am::model& x) { x.subgraphs[0].tensors[weight].is_variable = true; }) ==
        place + ": is a variable and has data; it can only be one of the two");
  CHECK(
      refusal(fc, [&](am::model& x) { x.subgraphs[0].operations[0].outputs[0] = static_cast<std::int32_t>(weight); }) ==
      "m.tflite: subgraphs[0].operators[0]: writes tensor '" + *m.subgraphs[0].tensors[weight].name +
          "', which has data in the file");
  const std::string written = "m.tflite: subgraphs[0].operators[0]: writes tensor '";
  CHECK(refusal(fc, [&](am::model& x) {
          const std::int32_t input = x.subgraphs[0].inputs[0];
          std::string name = "x";
          while (name.size() < 1000) name += "ü";  // the two bytes 200 and 201 are one character
          x.subgraphs[0].tensors[static_cast<std::size_t>(input)].name = name;
          x.subgraphs[0].operations[0].outputs = {input};
        }).starts_with(written + "xü"));
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].operations.push_back(x.subgraphs[0].operations[0]);
        }).ends_with("', which is an input or written by an operator before"));
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].operations[0].outputs = x.subgraphs[0].inputs;
        }).starts_with(written));
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].tensors[weight].quantization = am::quantization{{}, {}, {1.0f, 2.0f}, {0}, 0, {}};
        }) == place + ".quantization: 2 scales and 1 zero points; their numbers must be the same");
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].tensors[weight].quantization = am::quantization{{}, {}, {1.0f, 2.0f}, {0, 0}, -1, {}};
        }).starts_with(place + ".quantization: quantized dimension -1 does not exist; the rank is "));
  CHECK(refusal(fc, [&](am::model& x) {
          x.subgraphs[0].tensors[weight].quantization =
              am::quantization{{}, {}, std::vector<float>(1001), std::vector<std::int64_t>(1001), 0, {}};
        }).starts_with(place + ".quantization: 1001 scales for a dimension of "));
}

TEST_CASE("a weight of more than 2^28 elements is a weight like others") {
  am::model m = corpus_model("op_fully_connected");
  m.subgraphs[0].tensors[0].shape = {262144, 3072};  // the embedding of a language model
  m.subgraphs[0].tensors[0].shape_signature.clear();
  CHECK(refusal(am::to_bytes(m, 1)).empty());
}

TEST_CASE("hostile: subgraphs that call each other for ever, or call nothing") {
  CHECK(refusal(bytes_of("option_tables_default")).find(": calls itself, directly or through others") !=
        std::string::npos);

  const byte_vector whole = bytes_of("while_body");
  const auto with_calls = [&](std::int32_t condition, std::int32_t body) {
    byte_vector bytes = whole;
    const am::view<schema::model> root(root_of(bytes));
    const am::table_vector* operations = am::view<schema::subgraph>(root.get<"subgraphs">()->Get(0)).get<"operators">();
    for (std::uint32_t i = 0; i < operations->size(); ++i) {
      const am::view<schema::operation> o(operations->Get(i));
      const auto* options = o.get<"builtin_options">();
      if (options == nullptr) continue;
      const schema::table_descriptor& table = schema::builtin_options.members[o.get<"builtin_options_type">()];
      if (table.name != "WhileOptions") continue;
      set(options, table, "cond_subgraph_index", condition);
      set(options, table, "body_subgraph_index", body);
    }
    return refusal(std::move(bytes));
  };
  const std::string number = std::to_string(corpus_model("while_body").subgraphs.size());
  CHECK(with_calls(1, 2).empty());
  CHECK(with_calls(1, 0) == "m.tflite: subgraphs[0]: calls itself, directly or through others");
  CHECK(with_calls(0, 2) == "m.tflite: subgraphs[0]: calls itself, directly or through others");
  CHECK(with_calls(1, 3).ends_with(": subgraph 3 does not exist; there are " + number));
  CHECK(with_calls(-1, 2).ends_with(": subgraph -1 does not exist; there are " + number));
  CHECK(with_calls(0x7fffffff, 2).ends_with(": subgraph 2147483647 does not exist; there are " + number));
}

TEST_CASE("hostile: buffers that lie elsewhere") {
  const byte_vector whole = bytes_of("external_buffers");
  std::uint32_t chosen = 0;
  const auto with_place = [&](std::uint64_t offset, std::uint64_t size) {
    byte_vector bytes = whole;
    const am::table_vector* buffers = am::view<schema::model>(root_of(bytes)).get<"buffers">();
    for (chosen = 0; am::view<schema::buffer>(buffers->Get(chosen)).get<"offset">() <= 1; ++chosen) {
    }
    set(buffers->Get(chosen), schema::buffer, "offset", offset);
    set(buffers->Get(chosen), schema::buffer, "size", size);
    return refusal(std::move(bytes));
  };
  const auto outside = [&](std::uint64_t offset, std::uint64_t size) {
    return "m.tflite: buffers[" + std::to_string(chosen) + "]: bytes " + std::to_string(offset) + " to " +
           std::to_string(offset) + " + " + std::to_string(size) + " lie outside the file of " +
           std::to_string(whole.size()) + " bytes";
  };
  constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t length = whole.size();
  const std::pair<std::uint64_t, std::uint64_t> places[] = {{length, 1},
                                                            {length + 1, 0},
                                                            {length - 1, 2},
                                                            {2, length},
                                                            {largest, 1},
                                                            {largest, largest},
                                                            {2, largest},
                                                            {largest - 3, 8},
                                                            {1ull << 63, 1ull << 63},
                                                            {16, largest - 15},
                                                            {length - 8, largest},
                                                            {1ull << 32, 4},
                                                            {1ull << 31, 1ull << 31}};
  for (const auto& place : places) {
    CAPTURE(place.first);
    CAPTURE(place.second);
    const std::string said = with_place(place.first, place.second);
    CHECK(said == outside(place.first, place.second));
  }
  CHECK(with_place(length, 0).empty());  // nothing, at the end
}

TEST_CASE("hostile: options of a custom op that lie elsewhere") {
  byte_vector bytes = bytes_of("external_custom_options");
  const am::view<schema::model> root(root_of(bytes));
  const am::table_vector* operations = am::view<schema::subgraph>(root.get<"subgraphs">()->Get(0)).get<"operators">();
  bool found = false;
  for (std::uint32_t i = 0; i < operations->size() && !found; ++i) {
    const flatbuffers::Table* table = operations->Get(i);
    if (am::view<schema::operation>(table).get<"large_custom_options_offset">() <= 1) continue;
    set(table, schema::operation, "large_custom_options_size", std::uint64_t(1) << 62);
    found = true;
  }
  REQUIRE(found);
  CHECK(refusal(bytes).find("large_custom_options of an operator: bytes ") != std::string::npos);
}

TEST_CASE("hostile: tables that share one vector do not multiply in memory") {
  // 4000 tensors that all point at one shape of 10000 sizes: 40 MB of copies from a file of 150 kB.
  flatbuffers::FlatBufferBuilder to;
  using any = flatbuffers::Offset<flatbuffers::Table>;
  const auto slot = [](const schema::table_descriptor& d, std::string_view f) {
    return am::detail::slot(am::detail::field_id(d, f));
  };
  const auto shape = to.CreateVector(std::vector<std::int32_t>(10'000, 1));
  auto start = to.StartTable();
  to.AddOffset(slot(schema::tensor, "shape"), shape);
  const any tensor(to.EndTable(start));
  const auto tensors = to.CreateVector(std::vector<any>(4000, tensor));
  start = to.StartTable();
  to.AddOffset(slot(schema::subgraph, "tensors"), tensors);
  const any graph(to.EndTable(start));
  const auto graphs = to.CreateVector(std::vector<any>{graph});
  start = to.StartTable();
  to.AddElement<std::uint32_t>(slot(schema::model, "version"), 3, 0);
  to.AddOffset(slot(schema::model, "subgraphs"), graphs);
  to.Finish(any(to.EndTable(start)), "TFL3");
  CHECK(refusal({to.GetBufferPointer(), to.GetBufferPointer() + to.GetSize()}) ==
        "m.tflite: the tables point at the same data over and over; in memory they would be many times as large as the "
        "file");
}

TEST_CASE("fields of the newest schema are known; newer ones are told of, and left out of what is written") {
  aeq::warnings none;
  static_cast<void>(read_bytes(bytes_of("newer_fields"), none));
  CHECK(none.empty());

  flatbuffers::FlatBufferBuilder to;
  using any = flatbuffers::Offset<flatbuffers::Table>;
  const auto slot = [](const schema::table_descriptor& d, std::string_view f) {
    return am::detail::slot(am::detail::field_id(d, f));
  };
  auto start = to.StartTable();
  to.AddElement<std::int32_t>(am::detail::slot(40), 7, 0);  // a tensor's field of another year
  const any tensor(to.EndTable(start));
  const auto tensors = to.CreateVector(std::vector<any>{tensor, tensor});
  start = to.StartTable();
  const any options(to.EndTable(start));
  start = to.StartTable();
  to.AddElement<std::uint8_t>(slot(schema::operation, "builtin_options_type"), 250, 0);
  to.AddOffset(slot(schema::operation, "builtin_options"), options);
  const any operation(to.EndTable(start));
  const auto operations = to.CreateVector(std::vector<any>{operation});
  start = to.StartTable();
  const any code(to.EndTable(start));
  const auto codes = to.CreateVector(std::vector<any>{code});
  start = to.StartTable();
  to.AddOffset(slot(schema::subgraph, "tensors"), tensors);
  to.AddOffset(slot(schema::subgraph, "operators"), operations);
  const any graph(to.EndTable(start));
  const auto graphs = to.CreateVector(std::vector<any>{graph});
  start = to.StartTable();
  const any buffer(to.EndTable(start));
  const auto buffers = to.CreateVector(std::vector<any>{buffer});
  const auto text = to.CreateString("of the year 2040");
  start = to.StartTable();
  to.AddElement<std::uint32_t>(slot(schema::model, "version"), 3, 0);
  to.AddOffset(slot(schema::model, "subgraphs"), graphs);
  to.AddOffset(slot(schema::model, "operator_codes"), codes);
  to.AddOffset(slot(schema::model, "buffers"), buffers);
  to.AddOffset(am::detail::slot(schema::model.fields.size()), text);
  to.Finish(any(to.EndTable(start)), "TFL3");

  aeq::warnings notes;
  const am::model m = read_bytes({to.GetBufferPointer(), to.GetBufferPointer() + to.GetSize()}, notes);
  const std::string newer = ": newer than the schema that this version knows; it is left out of what is written";
  std::vector<std::string> said;
  for (const aeq::warning& w : notes.all()) {
    CHECK(w.place == "m.tflite");
    said.push_back(w.message);
  }
  CHECK(said == std::vector<std::string>{"table BuiltinOptions, field 250" + newer,
                                         "table Model, field " + std::to_string(schema::model.fields.size()) + newer,
                                         "table Tensor, field 40" + newer});
  aeq::warnings later;
  const am::model again = read_bytes(am::to_bytes(m, 1), later);
  CHECK(later.empty());
  CHECK(again.subgraphs[0].operations[0].options.type == 0);
}

TEST_CASE("a vector of 64-bit numbers at a place where the processor can't read them is refused, unless it is empty") {
  for (const std::int64_t length : {1, 0}) {
    CAPTURE(length);
    aeq_test::model_builder b;
    am::quantization q;
    q.scale = {1.0f, 1.0f};
    q.zero_point = {length, 0};
    b.graph().tensors[static_cast<std::size_t>(b.activation("x", {2}))].quantization = q;
    std::vector<std::uint8_t> bytes = am::to_bytes(b.made, 1);

    // Four bytes further the first number reads as a length, and the numbers begin in the middle of one.
    const am::view<schema::model> root(flatbuffers::GetRoot<flatbuffers::Table>(bytes.data()));
    const am::view<schema::subgraph> graph(root.get<"subgraphs">()->Get(0));
    const am::view<schema::tensor> tensor(graph.get<"tensors">()->Get(0));
    const flatbuffers::Table* table = tensor.get<"quantization">();
    const std::size_t id = am::detail::field_id(schema::quantization_parameters, "zero_point");
    auto* field = bytes.data() + (table->GetAddressOf(am::detail::slot(id)) - bytes.data());
    flatbuffers::WriteScalar(field, flatbuffers::ReadScalar<flatbuffers::uoffset_t>(field) + 4);
    aeq::warnings notes;
    if (length == 0) {
      const am::model m = read_bytes(bytes, notes);
      CHECK(m.subgraphs[0].tensors[0].quantization->zero_point.empty());
      CHECK(refusal(am::to_bytes(m, 1)).empty());
    } else {
      CHECK_THROWS_WITH_AS((void)read_bytes(bytes, notes), doctest::Contains("quantization.zero_point"), aeq::error);
    }
  }
}
