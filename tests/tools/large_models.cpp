// SPDX-License-Identifier: Apache-2.0
#include "large_models.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include <flatbuffers/flatbuffers.h>

#include <aeq/model/model.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/op/code.hpp>

namespace aeq_test {

namespace {

namespace am = aeq::model;
using aeq::op::code;
using indices = std::vector<std::int32_t>;

constexpr std::int32_t side = 16;  ///< of small square weights

/// Values that differ, all within -1 and 1.
std::vector<float> wave(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(static_cast<std::int32_t>(i * 2654435761u % 20011) - 10005) / 10005;
  }
  return values;
}

class maker {
 public:
  maker() { add_graph(); }

  am::subgraph& add_graph() {
    graph_ = made.subgraphs.size();
    return made.subgraphs.emplace_back();
  }
  am::subgraph& graph() { return made.subgraphs[graph_]; }

  std::uint32_t buffer(const std::vector<float>& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
    am::buffer b;
    b.present = true;
    b.data = *made.storage.back();
    b.size = b.data.size();
    made.buffers.push_back(std::move(b));
    return static_cast<std::uint32_t>(made.buffers.size() - 1);
  }

  std::int32_t tensor(std::string name, indices shape, std::uint32_t buffer = 0) {
    am::tensor t;
    t.name = std::move(name);
    t.shape = std::move(shape);
    t.buffer = buffer;
    graph().tensors.push_back(std::move(t));
    return static_cast<std::int32_t>(graph().tensors.size() - 1);
  }
  std::int32_t activation(std::string name) { return tensor(std::move(name), {1, side}); }

  am::operation& operation(code builtin, indices inputs, indices outputs) {
    am::operation o;
    while (o.code < made.operator_codes.size() && made.operator_codes[o.code].builtin != builtin) ++o.code;
    if (o.code == made.operator_codes.size()) made.operator_codes.push_back({builtin, std::nullopt, 1});
    o.inputs = std::move(inputs);
    o.outputs = std::move(outputs);
    graph().operations.push_back(std::move(o));
    return graph().operations.back();
  }

  void save(const std::string& path) const {
    am::save_options options;
    options.file.overwrite = true;
    am::write(made, path, options);
  }

  am::model made;

 private:
  std::size_t graph_ = 0;
};

std::string numbered(const char* name, std::size_t i) {
  return name + std::to_string(i);
}

/// A chain of FULLY_CONNECTED of `count` operators, each with a weight of `elements` by `elements`.
void chain(maker& m, std::size_t count, std::int32_t elements) {
  const auto size = static_cast<std::size_t>(elements);
  const std::vector<float> values = wave(size * size);
  std::int32_t last = m.tensor("input", {1, elements});
  m.graph().inputs = {last};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t weight = m.tensor(numbered("weight", i), {elements, elements}, m.buffer(values));
    const std::int32_t next = m.tensor(numbered("out", i), {1, elements});
    m.operation(code::fully_connected, {last, weight, -1}, {next});
    last = next;
  }
  m.graph().outputs = {last};
}

void weights(std::size_t n, const std::string& path) {
  maker m;
  chain(m, n, 512);  // 1 MiB each
  m.save(path);
}

void operators(std::size_t n, const std::string& path) {
  maker m;
  std::int32_t last = m.activation("input");
  m.graph().inputs = {last};
  const std::int32_t weight = m.tensor("weight", {side, side}, m.buffer(wave(side * side)));
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t next = m.activation(numbered("out", i));
    if (i % 2 == 0) {
      m.operation(code::fully_connected, {last, weight, -1}, {next});
    } else {
      m.operation(code::add, {last, last}, {next});
    }
    last = next;
  }
  m.graph().outputs = {last};
  m.save(path);
}

void constants(std::size_t n, const std::string& path) {
  maker m;
  chain(m, n, 4);
  m.save(path);
}

/// A weight on a buffer that all share, in n tensors with an operator each.
void sharing(std::size_t n, const std::string& path) {
  maker m;
  const std::uint32_t shared = m.buffer(wave(side * side));
  std::int32_t last = m.activation("input");
  m.graph().inputs = {last};
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t weight = m.tensor(numbered("weight", i), {side, side}, shared);
    const std::int32_t next = m.activation(numbered("out", i));
    m.operation(code::fully_connected, {last, weight, -1}, {next});
    last = next;
  }
  m.graph().outputs = {last};
  m.save(path);
}

/// One weight that n operators read, every second one in a way that leaves it float.
void readers(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.activation("input");
  m.graph().inputs = {input};
  const std::int32_t weight = m.tensor("weight", {side, side}, m.buffer(wave(side * side)));
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t out = m.activation(numbered("out", i));
    if (i % 2 == 0) {
      m.operation(code::fully_connected, {input, weight, -1}, {out});
    } else {
      m.operation(code::tanh, {weight}, {out});
    }
  }
  m.graph().outputs = {m.activation("end")};
  m.save(path);
}

/// One operator that reads the same weight n times.
void repeated_input(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.activation("input");
  const std::int32_t weight = m.tensor("weight", {side, side}, m.buffer(wave(side * side)));
  indices inputs(n, weight);
  inputs.front() = input;
  m.operation(code::fully_connected, std::move(inputs), {m.activation("out")});
  const std::int32_t bias_only = m.activation("out2");
  m.operation(code::fully_connected, {input, input, weight}, {bias_only});  // wants the weight as it is
  m.graph().outputs = {bias_only};
  m.save(path);
}

/// One operator with n constants.
void inputs(std::size_t n, const std::string& path) {
  maker m;
  indices all{m.activation("input")};
  for (std::size_t i = 1; i < n; ++i) all.push_back(m.tensor(numbered("w", i), {4, 4}, m.buffer(wave(16))));
  const std::int32_t out = m.activation("out");
  m.operation(code::fully_connected, std::move(all), {out});
  m.graph().outputs = {out};
  m.save(path);
}

/// A constant that n outputs of the graph name, and n signatures with it.
void outputs(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.activation("input");
  m.graph().inputs = {input};
  for (std::size_t i = 0; i < 8; ++i) {
    const std::int32_t weight = m.tensor(numbered("weight", i), {side, side}, m.buffer(wave(side * side)));
    m.operation(code::fully_connected, {input, weight, -1}, {m.activation(numbered("out", i))});
    for (std::size_t k = 0; k < n / 8; ++k) m.graph().outputs.push_back(weight);
    for (std::size_t k = 0; k < n / 8; ++k) {
      m.made.signatures.push_back(
          {numbered("signature", i * n + k), 0, {{"in", 0}}, {{"out", static_cast<std::uint32_t>(weight)}}});
    }
  }
  m.save(path);
}

/// n weights, all of them outputs of the graph.
void constant_outputs(std::size_t n, const std::string& path) {
  maker m;
  chain(m, n, 4);
  for (std::size_t i = 0; i < m.graph().tensors.size(); ++i) {
    if (m.graph().tensors[i].buffer != 0) m.graph().outputs.push_back(static_cast<std::int32_t>(i));
  }
  m.save(path);
}

/// A tensor with a name of n characters that an operator reads n times, and n outputs of the graph that are another
/// one.
void long_name_many_times(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.activation(std::string(n, 'i'));
  const std::int32_t out = m.activation(std::string(n, 'n'));
  m.operation(code::concatenation, indices(n, input), {out});
  m.graph().inputs = {input};
  m.graph().outputs = indices(n, out);
  m.save(path);
}

/// A chain of eight operators, every name of n characters.
void long_names(std::size_t n, const std::string& path) {
  maker m;
  chain(m, 8, side);
  for (am::tensor& t : m.graph().tensors) t.name = *t.name + std::string(n, 'n');
  m.graph().name = std::string(n, 'g');
  m.made.description = std::string(n, 'd');
  m.made.metadata.push_back({std::string(n, 'm'), 0});
  m.made.signatures.push_back({std::string(n, 's'), 0, {{std::string(n, 'i'), 0}}, {{std::string(n, 'o'), 2}}});
  m.save(path);
}

void signatures(std::size_t n, const std::string& path) {
  maker m;
  chain(m, 2, side);
  for (std::size_t i = 0; i < n; ++i) {
    m.made.signatures.push_back({numbered("signature", i), 0, {{"in", 0}}, {{"out", 2}}});
  }
  m.save(path);
}

const flatbuffers::Table* call_table(maker& m, std::int32_t target) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto start = builder.StartTable();
  builder.AddElement<std::int32_t>(4, target, -1);
  builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start)));
  m.made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(
      builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()));
  return flatbuffers::GetRoot<flatbuffers::Table>(m.made.storage.back()->data());
}

/// Each subgraph calls the next one: n deep.
void calls(std::size_t n, const std::string& path) {
  constexpr std::uint8_t call_once_options = 103;
  static_assert(am::schema::builtin_options_members[call_once_options].name == "CallOnceOptions");
  maker m;
  for (std::size_t g = 0; g < n; ++g) {
    if (g > 0) m.add_graph();
    const std::int32_t in = m.activation("in");
    const std::int32_t out = m.activation("out");
    m.graph().inputs = {in};
    m.graph().outputs = {out};
    m.operation(code::tanh, {in}, {out});
    if (g + 1 == n) continue;
    am::operation& call = m.operation(code::call_once, {}, {});
    call.options = {call_once_options, call_table(m, static_cast<std::int32_t>(g + 1))};
  }
  m.save(path);
}

/// A composite whose decomposition has a composite, and so on: n deep.
void composites(std::size_t n, const std::string& path) {
  constexpr std::uint8_t composite_options = 21;
  static_assert(am::schema::builtin_options_2_members[composite_options].name == "StableHLOCompositeOptions");
  maker m;
  for (std::size_t g = 0; g < n; ++g) {
    if (g > 0) m.add_graph();
    const std::int32_t in = m.activation("in");
    const std::int32_t out = m.activation("out");
    m.graph().inputs = {in};
    m.graph().outputs = {out};
    if (g + 1 == n) {
      m.operation(code::tanh, {in}, {out});
      continue;
    }
    flatbuffers::FlatBufferBuilder builder(64);
    const auto start = builder.StartTable();
    builder.AddElement<std::int32_t>(6, static_cast<std::int32_t>(g + 1), -1);
    builder.Finish(flatbuffers::Offset<flatbuffers::Table>(builder.EndTable(start)));
    m.made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(
        builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()));
    m.operation(code::stablehlo_composite, {in}, {out}).options_2 = {
        composite_options, flatbuffers::GetRoot<flatbuffers::Table>(m.made.storage.back()->data())};
  }
  m.save(path);
}

/// A weight whose shape has n sizes of 1 besides its own two.
void rank(std::size_t n, const std::string& path) {
  maker m;
  chain(m, 1, side);
  for (am::tensor& t : m.graph().tensors) t.shape.insert(t.shape.begin(), n, 1);
  m.save(path);
}

/// Sizes that multiply to more than 2^63, in n tensors of all sorts.
void overflow(std::size_t n, const std::string& path) {
  maker m;
  chain(m, 1, side);
  for (std::size_t i = 0; i < n; ++i) m.tensor(numbered("huge", i), indices(8, 0x7fffffff));
  m.save(path);
}

/// n outputs of a graph and n inputs are the same tensor.
void edges(std::size_t n, const std::string& path) {
  maker m;
  chain(m, 1, side);
  m.graph().inputs.assign(n, 0);
  m.graph().outputs.assign(n, 2);
  m.save(path);
}

/// A channel per value: n scales for n values.
void channels(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.tensor("input", {1, 1});
  const std::int32_t weight = m.tensor("weight", {static_cast<std::int32_t>(n), 1}, m.buffer(wave(n)));
  const std::int32_t out = m.tensor("out", {1, static_cast<std::int32_t>(n)});
  m.operation(code::fully_connected, {input, weight, -1}, {out});
  m.graph().inputs = {input};
  m.graph().outputs = {out};
  m.save(path);
}

/// A depthwise convolution of n channels in its last axis.
void columns(std::size_t n, const std::string& path) {
  maker m;
  const auto size = static_cast<std::int32_t>(n);
  const std::int32_t input = m.tensor("input", {1, 3, 3, size});
  const std::int32_t weight = m.tensor("weight", {1, 2, 2, size}, m.buffer(wave(4 * n)));
  const std::int32_t out = m.tensor("out", {1, 2, 2, size});
  m.operation(code::depthwise_conv_2d, {input, weight, -1}, {out});
  m.graph().inputs = {input};
  m.graph().outputs = {out};
  m.save(path);
}

/// n weights that take scales in blocks, all of one size.
void blocks(std::size_t n, const std::string& path) {
  maker m;
  const std::int32_t input = m.tensor("input", {1, 32});
  m.graph().inputs = {input};
  std::vector<float> values = wave(2 * 32);
  for (std::size_t i = 0; i < n; ++i) {
    values[0] = 1.0F + static_cast<float>(i % 1000) / 1000;
    values[32] = 1.0F + static_cast<float>(i / 1000) / 1000;
    const std::int32_t weight = m.tensor(numbered("weight", i), {2, 32}, m.buffer(values));
    m.operation(code::fully_connected, {input, weight, -1}, {m.tensor(numbered("out", i), {1, 2})});
  }
  m.graph().outputs = {m.activation("end")};
  m.save(path);
}

/// n weights, and n operator codes in front of the one that edits ask for.
void codes(std::size_t n, const std::string& path) {
  maker m;
  for (std::size_t i = 0; i < n; ++i) m.made.operator_codes.push_back({code::custom, numbered("custom", i), 1});
  m.made.operator_codes.push_back({code::fully_connected, std::nullopt, 1});
  const std::int32_t input = m.tensor("input", {1, 4});
  m.graph().inputs = {input};
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t weight = m.tensor(numbered("weight", i), {4, 4}, m.buffer(wave(16)));
    am::operation o;
    o.code = static_cast<std::uint32_t>(n);
    o.inputs = {input, weight, -1};
    o.outputs = {m.tensor(numbered("out", i), {1, 4})};
    m.graph().operations.push_back(std::move(o));
  }
  m.graph().outputs = {m.activation("end")};
  m.save(path);
}

/// A list of n tensors that are one table.
void aliases(std::size_t n, const std::string& path) {
  namespace schema = am::schema;
  using am::detail::field_id;
  using am::detail::slot;
  using table = flatbuffers::Offset<flatbuffers::Table>;
  flatbuffers::FlatBufferBuilder to;
  const auto shape = to.CreateVector(indices{1, side});
  const auto name = to.CreateString("again");
  auto start = to.StartTable();
  to.AddOffset(slot(field_id(schema::tensor, "shape")), shape);
  to.AddOffset(slot(field_id(schema::tensor, "name")), name);
  const table one(to.EndTable(start));
  const auto tensors = to.CreateVector(std::vector<table>(n, one));
  const auto none = to.CreateVector(std::vector<table>());
  start = to.StartTable();
  to.AddOffset(slot(field_id(schema::subgraph, "tensors")), tensors);
  to.AddOffset(slot(field_id(schema::subgraph, "operators")), none);
  const table graph(to.EndTable(start));
  const auto graphs = to.CreateVector(std::vector<table>{graph});
  start = to.StartTable();
  const table empty(to.EndTable(start));
  const auto buffers = to.CreateVector(std::vector<table>{empty});
  start = to.StartTable();
  to.AddElement<std::uint32_t>(slot(field_id(schema::model, "version")), 3, 0);
  to.AddOffset(slot(field_id(schema::model, "subgraphs")), graphs);
  to.AddOffset(slot(field_id(schema::model, "buffers")), buffers);
  to.Finish(table(to.EndTable(start)), "TFL3");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(to.GetBufferPointer()), static_cast<std::streamsize>(to.GetSize()));
}

// --- recipes ---

constexpr const char* dynamic = R"(, "algorithm_key": "min_max_uniform_quantize", "op_config": {"weight_tensor_config":
  {"num_bits": 8, "granularity": "CHANNELWISE"}, "compute_precision": "INTEGER"}})";

void rules(std::size_t n, const std::string& path) {
  std::ofstream to(path);
  for (std::size_t i = 0; i < n; ++i) {
    to << (i == 0 ? "[" : ",\n") << R"({"regex": "out)" << i << R"(;", "operation": "FULLY_CONNECTED")" << dynamic;
  }
  to << "]\n";
}

/// Expressions that are no plain texts.
void patterns(std::size_t n, const std::string& path) {
  std::ofstream to(path);
  for (std::size_t i = 0; i < n; ++i) {
    to << (i == 0 ? "[" : ",\n") << R"({"regex": "^out)" << i << R"([;/]", "operation": "FULLY_CONNECTED")" << dynamic;
  }
  to << "]\n";
}

/// Rules of one expression: each replaces the one before.
void same_rule(std::size_t n, const std::string& path) {
  std::ofstream to(path);
  for (std::size_t i = 0; i < n; ++i) {
    to << (i == 0 ? "[" : ",\n") << R"({"regex": ".*", "operation": "*")" << dynamic;
  }
  to << "]\n";
}

void nested(std::size_t n, const std::string& path) {
  std::ofstream(path) << R"([{"regex": )" << std::string(n, '[') << std::string(n, ']') << "}]\n";
}

/// n bytes of blanks around a rule.
void padded(std::size_t n, const std::string& path) {
  std::ofstream(path) << "[" << std::string(n, ' ') << R"({"regex": ".*", "operation": "*")" << dynamic << "]\n";
}

/// One expression of n characters.
void long_pattern(std::size_t n, const std::string& path) {
  std::ofstream(path) << R"([{"regex": ")" << std::string(n, 'r') << R"(", "operation": "*")" << dynamic << "]\n";
}

/// A key of n characters that nobody knows, beside those of a rule.
void long_key(std::size_t n, const std::string& path) {
  std::ofstream(path) << R"([{"regex": ".*", ")" << std::string(n, 'k') << R"(": 1, "operation": "*")" << dynamic
                      << "]\n";
}

void many_keys(std::size_t n, const std::string& path) {
  std::ofstream to(path);
  to << R"([{"regex": ".*")";
  for (std::size_t i = 0; i < n; ++i) to << ",\n\"key" << i << "\": 1";
  to << R"(, "operation": "*")" << dynamic << "]\n";
}

/// Statistics for the activations of `operators`.
void ranges(std::size_t n, const std::string& path) {
  std::ofstream to(path);
  to << R"({"input": {"min": [-1.0], "max": [1.5]})";
  for (std::size_t i = 0; i < n; ++i) {
    to << ",\n\"out" << i << R"(": {"min": [-)" << i % 100 << R"(.5], "max": [)" << i % 77 << ".25]}";
  }
  to << "}\n";
}

constexpr std::array models{
    large_kind{"weights", "n weights of 1 MiB", weights},
    large_kind{"operators", "n operators and tensors", operators},
    large_kind{"constants", "n weights with an operator each", constants},
    large_kind{"sharing", "n tensors on one buffer", sharing},
    large_kind{"readers", "one weight that n operators read", readers},
    large_kind{"repeated_input", "an operator that reads one weight n times", repeated_input},
    large_kind{"inputs", "an operator with n constants", inputs},
    large_kind{"outputs", "8 weights that are n outputs, n signatures", outputs},
    large_kind{"constant_outputs", "n weights that are outputs", constant_outputs},
    large_kind{"long_name_many_times", "n outputs, one tensor, name of n characters", long_name_many_times},
    large_kind{"long_names", "all names of n characters", long_names},
    large_kind{"signatures", "n signatures", signatures},
    large_kind{"calls", "subgraphs that call each other, n deep", calls},
    large_kind{"composites", "composites in composites, n deep", composites},
    large_kind{"rank", "a weight of n dimensions", rank},
    large_kind{"overflow", "n shapes that multiply to more than 2^63", overflow},
    large_kind{"edges", "n inputs and outputs that are one tensor", edges},
    large_kind{"channels", "n channels of one value", channels},
    large_kind{"columns", "n channels in the last axis", columns},
    large_kind{"blocks", "n weights of 2 blocks each", blocks},
    large_kind{"codes", "n operator codes, n weights", codes},
    large_kind{"aliases", "n tensors that are one table of the file", aliases},
};

constexpr std::array recipes{
    large_kind{"rules", "n rules, plain texts", rules},
    large_kind{"patterns", "n rules, expressions", patterns},
    large_kind{"same_rule", "n rules that replace each other", same_rule},
    large_kind{"nested", "lists nested n deep", nested},
    large_kind{"padded", "n blanks", padded},
    large_kind{"long_pattern", "an expression of n characters", long_pattern},
    large_kind{"long_key", "an unknown key of n characters", long_key},
    large_kind{"many_keys", "n unknown keys", many_keys},
    large_kind{"ranges", "statistics for a model of n operators", ranges},
};

}  // namespace

std::span<const large_kind> large_models() {
  return models;
}
std::span<const large_kind> large_recipes() {
  return recipes;
}

}  // namespace aeq_test
