// SPDX-License-Identifier: Apache-2.0
// Small models made in memory, of one subgraph or more, and plans that quantize chosen operators of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <aeq/core/byte_order.hpp>
#include <aeq/model/editor.hpp>
#include <aeq/model/model.hpp>
#include <aeq/recipe/plan.hpp>
#include <aeq/table/kernel_table.hpp>

namespace aeq_test {

/// A model that grows by calls: of one subgraph, until another one is begun.
class model_builder {
 public:
  model_builder() { made.subgraphs.emplace_back(); }

  std::int32_t activation(std::string name, std::vector<std::int32_t> shape,
                          aeq::model::tensor_type type = aeq::model::tensor_type::float32) {
    aeq::model::tensor t;
    t.name = std::move(name);
    t.shape = std::move(shape);
    t.type = type;
    return add(std::move(t));
  }

  template <class T>
  std::int32_t constant(std::string name, std::vector<std::int32_t> shape, const std::vector<T>& values,
                        aeq::model::tensor_type type = aeq::model::tensor_type::float32) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) aeq::store_little(values[i], bytes.data() + i * sizeof(T));
    made.storage.push_back(std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
    aeq::model::buffer b;
    b.present = true;
    b.data = *made.storage.back();
    b.size = b.data.size();
    made.buffers.push_back(std::move(b));
    aeq::model::tensor t;
    t.name = std::move(name);
    t.shape = std::move(shape);
    t.type = type;
    t.buffer = static_cast<std::uint32_t>(made.buffers.size() - 1);
    return add(std::move(t));
  }

  void operation(aeq::op::code code, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs) {
    aeq::model::operation o;
    o.code = aeq::model::editor(made).code(code);
    o.inputs = std::move(inputs);
    o.outputs = std::move(outputs);
    graph().operations.push_back(std::move(o));
  }

  /// The subgraph that calls add to: the last one.
  [[nodiscard]] aeq::model::subgraph& graph() { return made.subgraphs.back(); }

  /// Begins another subgraph; returns its number.
  std::int32_t begin_graph() {
    made.subgraphs.emplace_back();
    return static_cast<std::int32_t>(made.subgraphs.size() - 1);
  }

  aeq::model::model made;

 private:
  std::int32_t add(aeq::model::tensor t) {
    graph().tensors.push_back(std::move(t));
    return static_cast<std::int32_t>(graph().tensors.size() - 1);
  }
};

/// A plan that gives every operator the scheme of a name where the table has a row for it.
[[nodiscard]] inline aeq::recipe::plan plan_for(const aeq::model::model& m, std::string_view scheme) {
  const aeq::kernel_table_view table = aeq::builtin_table();
  aeq::recipe::plan plan;
  for (const aeq::model::subgraph& g : m.subgraphs) {
    aeq::recipe::subgraph_plan& decisions = plan.subgraphs.emplace_back();
    for (const aeq::model::operation& o : g.operations) {
      aeq::recipe::decision d;
      d.operation = aeq::op::find(m.builtin(o));
      if (const aeq::table_row* row = table.find(m.builtin(o), scheme); row != nullptr) {
        d.quantize = true;
        d.algorithm = row->scheme->weight.is_integer() ? aeq::recipe::algorithm::min_max_uniform_quantize
                                                       : aeq::recipe::algorithm::float_casting;
        d.scheme_name = scheme;
        d.scheme = *row->scheme;
        d.fits = row->fits;
      }
      decisions.operations.push_back(std::move(d));
    }
  }
  return plan;
}

/// The bytes that a buffer will have in the file.
[[nodiscard]] inline std::vector<std::uint8_t> bytes_of(const aeq::model::buffer& b) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(b.size));
  if (b.produce) {
    (*b.produce)(0, bytes);
  } else {
    bytes.assign(b.data.begin(), b.data.end());
  }
  return bytes;
}

}  // namespace aeq_test
