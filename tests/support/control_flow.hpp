// SPDX-License-Identifier: Apache-2.0
// Models with ops that call subgraphs or hold state, and running them on floats.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flatbuffers/flatbuffers.h>

#include <aeq/execute/interpreter.hpp>
#include <aeq/model/options.hpp>

#include "support/model_builder.hpp"

namespace aeq_test {

/// Gives the last op of a subgraph, the model's last one unless it is said, an option table of a type by name, with
/// these int32 fields.
inline void set_options(model_builder& b, std::string_view type,
                        const std::vector<std::pair<std::string_view, std::int32_t>>& fields,
                        std::size_t graph = static_cast<std::size_t>(-1)) {
  const auto find = [&](const aeq::model::schema::union_descriptor& members, aeq::model::union_view& into) {
    for (std::size_t i = 0; i < members.members.size(); ++i) {
      if (members.members[i].name != type) continue;
      const auto& known = members.members[i].fields;
      flatbuffers::FlatBufferBuilder options;
      const auto start = options.StartTable();
      for (const auto& [name, value] : fields) {
        for (std::size_t id = 0; id < known.size(); ++id) {
          if (known[id].name != name) continue;
          options.AddElement<std::int32_t>(static_cast<flatbuffers::voffset_t>(4 + 2 * id), value, -1);
        }
      }
      options.Finish(flatbuffers::Offset<flatbuffers::Table>(options.EndTable(start)));
      b.made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(
          options.GetBufferPointer(), options.GetBufferPointer() + options.GetSize()));
      into = {static_cast<std::uint8_t>(i), flatbuffers::GetRoot<flatbuffers::Table>(b.made.storage.back()->data())};
    }
  };
  aeq::model::operation& o = b.made.subgraphs[std::min(graph, b.made.subgraphs.size() - 1)].operations.back();
  find(aeq::model::schema::builtin_options, o.options);
  find(aeq::model::schema::builtin_options_2, o.options_2);
}

/// A value of a run.
struct array {
  aeq::element_type type = aeq::element_type::float32;
  std::vector<std::int32_t> shape;
  std::vector<std::byte> data;

  [[nodiscard]] aeq::operand view() const { return {type, false, data, shape, {}, {}, 0, 0}; }
  [[nodiscard]] std::vector<float> floats() const {
    const auto values = view().values<float>();
    return {values.begin(), values.end()};
  }
};

[[nodiscard]] inline array array_of(std::vector<std::int32_t> shape, const std::vector<float>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {aeq::element_type::float32, std::move(shape), {bytes.begin(), bytes.end()}};
}
[[nodiscard]] inline array boolean(bool value) {
  return {aeq::element_type::boolean, {}, {static_cast<std::byte>(value)}};
}
[[nodiscard]] inline array copy_of(const aeq::operand& value) {
  return {value.type, {value.shape.begin(), value.shape.end()}, {value.data.begin(), value.data.end()}};
}

/// Runs a signature; its outputs.
inline std::vector<array> run(aeq::execute::interpreter& engine, const std::vector<array>& inputs,
                              std::size_t signature = 0, const aeq::execute::tensor_visitor& visitor = {}) {
  std::vector<aeq::operand> views;
  for (const array& input : inputs) views.push_back(input.view());
  engine.run(signature, views, visitor);
  std::vector<array> outputs;
  for (std::size_t i = 0; i < engine.signatures()[signature].outputs.size(); ++i) {
    outputs.push_back(copy_of(engine.output(i)));
  }
  return outputs;
}

}  // namespace aeq_test
