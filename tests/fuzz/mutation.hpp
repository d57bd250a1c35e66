// SPDX-License-Identifier: Apache-2.0
// A mutator that keeps a model a model: edits that a file's bytes would hardly ever make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <aeq/model/model.hpp>
#include <aeq/op/catalogue.hpp>

namespace aeq_fuzz {

namespace am = aeq::model;

class mutation {
 public:
  mutation(am::model& m, unsigned seed) : model_(m), random_(seed) {}

  void run() {
    for (std::size_t edits = 1 + any(4); edits > 0; --edits) edit();
  }

 private:
  std::size_t any(std::size_t count) { return count == 0 ? 0 : random_() % count; }
  template <class T>
  T& one_of(std::vector<T>& all) {
    return all[any(all.size())];
  }
  std::int32_t tensor_of(const am::subgraph& g) { return static_cast<std::int32_t>(any(g.tensors.size())); }

  void edit() {
    if (model_.subgraphs.empty()) return;
    am::subgraph& g = one_of(model_.subgraphs);
    if (g.tensors.empty()) return;
    if (any(2) == 0) {
      edit_tensor(one_of(g.tensors));
    } else if (g.operations.empty() || any(8) == 0) {
      std::vector<std::int32_t>& edge = any(2) == 0 ? g.inputs : g.outputs;
      if (!edge.empty() && any(2) == 0) {
        one_of(edge) = tensor_of(g);
      } else {
        edge.push_back(tensor_of(g));
      }
    } else {
      edit_operation(g);
    }
  }

  void edit_tensor(am::tensor& t) {
    switch (any(9)) {
      case 0: t.type = static_cast<am::tensor_type>(any(23)); break;
      case 1: t.type = am::tensor_type::float32; break;
      case 2: t.buffer = static_cast<std::uint32_t>(any(model_.buffers.size())); break;
      case 3:
        if (t.shape.size() > 1) std::swap(one_of(t.shape), one_of(t.shape));
        break;
      case 4:
        if (any(2) == 0) {
          t.shape.insert(t.shape.begin() + static_cast<std::ptrdiff_t>(any(t.shape.size() + 1)), 1);
        } else if (!t.shape.empty()) {
          one_of(t.shape) = static_cast<std::int32_t>(any(70));
        }
        break;
      case 5:
        t.shape_signature = t.shape;
        if (!t.shape.empty()) one_of(t.shape_signature) = -1;
        break;
      case 6:
        t.quantization = am::quantization{{}, {}, {0.5F}, {0}, 0, {}};
        if (any(2) == 0) t.quantization.reset();
        break;
      case 7: {
        am::subgraph& other = one_of(model_.subgraphs);
        if (!other.tensors.empty()) t.name = one_of(other.tensors).name;
        break;
      }
      default: t.is_variable = !t.is_variable;
    }
  }

  void edit_operation(am::subgraph& g) {
    am::operation& o = one_of(g.operations);
    switch (any(7)) {
      case 0:
        if (!o.inputs.empty()) one_of(o.inputs) = tensor_of(g);
        break;
      case 1: o.inputs.push_back(any(4) == 0 ? -1 : tensor_of(g)); break;
      case 2:
        if (!o.outputs.empty()) one_of(o.outputs) = tensor_of(g);
        break;
      case 3: g.operations.push_back(am::operation(o)); break;
      case 4: std::swap(o, one_of(g.operations)); break;
      case 5: one_of(model_.operator_codes).builtin = aeq::op::catalogue[any(aeq::op::catalogue.size())].builtin; break;
      default: o.code = static_cast<std::uint32_t>(any(model_.operator_codes.size()));
    }
  }

  am::model& model_;
  std::minstd_rand random_;
};

}  // namespace aeq_fuzz
