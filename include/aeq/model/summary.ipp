// SPDX-License-Identifier: Apache-2.0
// A model as tables for people: the definitions.
#pragma once

#include <aeq/model/summary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/io/columns.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/model/tables.hpp>
#include <aeq/model/view.hpp>
#include <aeq/op/code.hpp>

namespace aeq::inline AEQ_ABI::model {

namespace detail {

using io::columns;
using io::shown;
using io::size_text;

[[nodiscard]] AEQ_INLINE std::string quoted_name(const std::optional<std::string>& name) {
  return name ? "'" + shown(*name) + "'" : "(no name)";
}

[[nodiscard]] AEQ_INLINE std::string number_text(float value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.6g", static_cast<double>(value));
  return text.data();
}

/// "1 tensor", "2 tensors".
[[nodiscard]] AEQ_INLINE std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// "1, 2, -"; long lists are cut. -1 stands for an operand that is left out.
[[nodiscard]] AEQ_INLINE std::string indices_text(std::span<const std::int32_t> values, std::size_t limit = 12) {
  std::string text;
  for (std::size_t i = 0; i < std::min(values.size(), limit); ++i) {
    if (i > 0) text += ", ";
    text += values[i] == -1 ? "-" : std::to_string(values[i]);
  }
  if (values.size() > limit) text += ", … (" + std::to_string(values.size()) + ")";
  return values.empty() ? "-" : text;
}

[[nodiscard]] AEQ_INLINE std::string shape_text(const tensor& t) {
  const std::vector<std::int32_t>& sizes = t.shape_signature.empty() ? t.shape : t.shape_signature;
  std::string text = "[";
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i == 12) return text + ", …]";
    text += (i > 0 ? ", " : "") + (sizes[i] < 0 ? std::string("?") : std::to_string(sizes[i]));
  }
  return text + "]";
}

class summarizer {
 public:
  explicit summarizer(const model& m) : model_(m) {}

  std::string text() {
    overview();
    weights();
    for (const signature& s : model_.signatures) of_signature(s);
    for (std::size_t i = 0; i < model_.subgraphs.size(); ++i) graph(i);
    metadata();
    return std::move(text_);
  }

 private:
  void line(const std::string& content) { text_ += content + "\n"; }

  void overview() {
    std::size_t tensors = 0;
    std::size_t operations = 0;
    for (const subgraph& g : model_.subgraphs) {
      tensors += g.tensors.size();
      operations += g.operations.size();
    }
    line(shown(model_.file_name(), 200) + (model_.file ? ": " + size_text(model_.file->bytes().size()) : ""));
    if (model_.description && !model_.description->empty()) line("description: " + shown(*model_.description, 200));
    line(counted(model_.subgraphs.size(), "subgraph") + ", " + counted(operations, "operator") + ", " +
         counted(tensors, "tensor") + ", " + counted(model_.buffers.size(), "buffer") + ", " +
         counted(model_.signatures.size(), "signature"));
  }

  /// Buffers that tensors share are counted once, for the first of them.
  void weights() {
    struct total {
      std::size_t tensors = 0;
      std::uint64_t elements = 0;
      std::uint64_t bytes = 0;
    };
    std::map<std::pair<std::string, std::string>, total> by_type;
    std::set<std::uint32_t> seen;
    for (const subgraph& g : model_.subgraphs) {
      for (const tensor& t : g.tensors) {
        if (!model_.is_constant(t) || !seen.insert(t.buffer).second) continue;
        total& sum = by_type[{std::string(name_of(t.type)), granularity(t)}];
        ++sum.tensors;
        sum.elements += element_count(t.shape);
        sum.bytes += model_.buffers[t.buffer].size;
      }
    }
    std::vector<std::pair<std::pair<std::string, std::string>, total>> rows(by_type.begin(), by_type.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    columns table({"constants", "quantization", ">tensors", ">elements", ">size"});
    for (const auto& [kind, sum] : rows) {
      table.add(
          {kind.first, kind.second, std::to_string(sum.tensors), std::to_string(sum.elements), size_text(sum.bytes)});
    }
    if (!table.empty()) text_ += "\n" + table.text("");
  }

  /// Which values share a scale.
  static std::string granularity(const tensor& t) {
    if (!t.quantization || !t.quantization->has_scale()) return "-";
    const quantization& q = *t.quantization;
    if (q.details.type == schema::blockwise_details) {
      if (q.details.table == nullptr) return "per block";
      return "per block of " +
             std::to_string(view<schema::blockwise_quantization>(q.details.table).get<"block_size">());
    }
    if (q.details.type != 0 && q.scale.empty()) {
      return q.details.type < schema::quantization_details.members.size()
                 ? std::string(schema::quantization_details.members[q.details.type].name)
                 : "details " + std::to_string(q.details.type);
    }
    if (q.scale.size() == 1) return "per tensor";
    return "per channel, axis " + std::to_string(q.quantized_dimension);
  }

  static std::string quantization_text(const tensor& t) {
    if (!t.quantization || !t.quantization->has_scale()) return "";
    const quantization& q = *t.quantization;
    std::string text = std::to_string(bits_of(t.type)) + " bits " + granularity(t);
    if (q.details.type == schema::blockwise_details && q.details.table != nullptr) {
      const view<schema::blockwise_quantization> blocks(q.details.table);
      text += ", scales in tensor " + std::to_string(blocks.get<"scales">());
      if (blocks.get<"zero_points">() >= 0)
        text += ", zero points in tensor " + std::to_string(blocks.get<"zero_points">());
      return text;
    }
    if (!q.scale.empty()) text += ", scale " + range_text(q.scale, number_text);
    if (!q.zero_point.empty()) {
      text += ", zero point " + range_text(q.zero_point, [](std::int64_t z) { return std::to_string(z); });
    }
    return text;
  }

  template <class T, class Function>
  static std::string range_text(const std::vector<T>& values, const Function& print) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return *least == *most || values.size() == 1 ? print(*least) : print(*least) + " … " + print(*most);
  }

  void of_signature(const signature& s) {
    line("\nsignature " + quoted_name(s.key) + ", subgraph " + std::to_string(s.subgraph));
    columns table({"", "name", ">tensor", "type", "shape"});
    const auto add = [&](const std::string& what, const std::vector<tensor_map>& maps) {
      for (const tensor_map& m : maps) {
        const tensor& t = model_.subgraphs[s.subgraph].tensors[m.tensor];
        table.add({what, quoted_name(m.name), std::to_string(m.tensor), std::string(name_of(t.type)), shape_text(t)});
      }
    };
    add("input", s.inputs);
    add("output", s.outputs);
    if (!table.empty()) text_ += table.text("  ");
  }

  [[nodiscard]] std::string operation_name(const operation& o) const {
    const operator_code& code = model_.operator_codes[o.code];
    std::string name(op::builtin_name(code.builtin));
    if (name.empty()) name = "operator " + std::to_string(static_cast<std::int32_t>(code.builtin));
    if (code.custom_code && !code.custom_code->empty()) name += ":" + shown(*code.custom_code);
    constexpr schema::table_descriptor composite = schema::builtin_options_2_members[21];
    static_assert(composite.name == "StableHLOCompositeOptions");
    if (o.options_2.table != nullptr && o.options_2.type == 21) {
      constexpr flatbuffers::voffset_t at = slot(field_id(composite, "name"));
      if (const auto* of = o.options_2.table->GetPointer<const flatbuffers::String*>(at); of != nullptr) {
        name += ":" + shown({of->c_str(), of->size()});
      }
    }
    return name;
  }

  void graph(std::size_t number) {
    const subgraph& g = model_.subgraphs[number];
    line("\nsubgraph " + std::to_string(number) + " " + quoted_name(g.name) + ": " +
         counted(g.operations.size(), "operator") + ", " + counted(g.tensors.size(), "tensor"));
    boundary(g);
    kinds(g);
    columns operations({">#", "operator", ">version", "inputs → outputs"});
    for (std::size_t i = 0; i < g.operations.size(); ++i) {
      const operation& o = g.operations[i];
      operations.add({std::to_string(i), operation_name(o), std::to_string(model_.operator_codes[o.code].version),
                      indices_text(o.inputs) + " → " + indices_text(o.outputs)});
    }
    if (!operations.empty()) text_ += "\n" + operations.text("  ");
    columns tensors({">#", "tensor", "type", "shape", ">data", "quantization"});
    for (std::size_t i = 0; i < g.tensors.size(); ++i) {
      const tensor& t = g.tensors[i];
      const std::string data = model_.is_constant(t) ? size_text(model_.buffers[t.buffer].size)
                               : t.is_variable       ? "variable"
                                                     : "";
      tensors.add({std::to_string(i), t.name ? shown(*t.name) : "(no name)", std::string(name_of(t.type)),
                   shape_text(t), data, quantization_text(t)});
    }
    if (!tensors.empty()) text_ += "\n" + tensors.text("  ");
  }

  void boundary(const subgraph& g) {
    columns table({"", ">tensor", "name", "type", "shape", "quantization"});
    const auto add = [&](const std::string& what, const std::vector<std::int32_t>& indices) {
      for (const std::int32_t index : indices) {
        const tensor& t = g.tensors[static_cast<std::size_t>(index)];
        table.add({what, std::to_string(index), quoted_name(t.name), std::string(name_of(t.type)), shape_text(t),
                   quantization_text(t)});
      }
    };
    add("input", g.inputs);
    add("output", g.outputs);
    if (!table.empty()) text_ += table.text("  ");
  }

  void kinds(const subgraph& g) {
    std::map<std::string, std::size_t> counts;
    for (const operation& o : g.operations) ++counts[operation_name(o)];
    std::vector<std::pair<std::string, std::size_t>> rows(counts.begin(), counts.end());
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    columns table({">count", "kind"});
    for (const auto& [kind, count] : rows) table.add({std::to_string(count), kind});
    if (!table.empty()) text_ += "\n" + table.text("  ");
  }

  void metadata() {
    columns table({"metadata", ">size"});
    for (const metadata_entry& e : model_.metadata) {
      table.add({quoted_name(e.name), size_text(model_.buffers[e.buffer].size)});
    }
    if (!table.empty()) text_ += "\n" + table.text("");
  }

  const model& model_;
  std::string text_;
};

}  // namespace detail

AEQ_INLINE std::string summary_text(const model& m) {
  return detail::summarizer(m).text();
}

}  // namespace aeq::inline AEQ_ABI::model
