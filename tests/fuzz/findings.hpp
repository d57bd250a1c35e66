// SPDX-License-Identifier: Apache-2.0
// What all fuzz targets share: what counts as a finding, a model in memory, and a model as recipes see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/warning.hpp>
#include <aeq/model/model.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/recipe/resolve.hpp>

namespace aeq_fuzz {

[[noreturn]] inline void finding(std::string_view what) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Runs a step that may refuse its input with one of these codes; a refusal says why. Returns whether it was done.
template <class Step>
bool attempt(const std::vector<aeq::error_code>& may_be, const Step& step) {
  try {
    step();
    return true;
  } catch (const aeq::error& e) {
    const std::string_view said = e.what();
    if (said.empty()) finding("a refusal without a word");
    if (said.size() > 100'000) finding("a refusal that nobody can read");
    for (const aeq::error_code code : may_be) {
      if (e.code() == code) return false;
    }
    finding("a refusal that blames something else than its input: " + std::string(said.substr(0, 1000)));
  }
}

inline void check_warnings(const aeq::warnings& notes) {
  for (const aeq::warning& w : notes.all()) {
    if (w.place.empty() || w.message.empty()) finding("a warning without place or words");
  }
}

[[nodiscard]] inline aeq::model::model read(std::vector<std::uint8_t> bytes, aeq::warnings& notes) {
  return aeq::model::read(aeq::io::input_file::from_memory(std::move(bytes), "fuzz.tflite"), notes);
}

/// Two subgraphs of operations with all sorts of names.
struct view {
  struct operation_entry {
    aeq::op::code code;
    std::string scope;
  };
  std::vector<std::vector<operation_entry>> graphs{
      {{aeq::op::code::conv_2d, "model/block1/Conv2D;model/block1/bias;input;"},
       {aeq::op::code::fully_connected, "model/dense/MatMul;model/dense/Relu;"},
       {aeq::op::code::add, "a+b (c) [d] {e}*?.^$|\\;"},
       {aeq::op::code::embedding_lookup, std::string(3000, 'a') + ";"},
       {aeq::op::code::fully_connected, "\xc3\xa9t\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80;"},
       {aeq::op::code::custom, "custom;"}},
      {{aeq::op::code::fully_connected, std::string("line\nbreak\r\x00\xff;", 14)},
       {aeq::op::code::softmax, ""},
       {aeq::op::code::batch_matmul, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!;"}}};

  [[nodiscard]] std::size_t subgraph_count() const { return graphs.size(); }
  [[nodiscard]] std::size_t operation_count(std::size_t g) const { return graphs[g].size(); }
  [[nodiscard]] aeq::recipe::operation_facts operation(std::size_t g, std::size_t i) const {
    return {graphs[g][i].code, graphs[g][i].scope, "fuzz.tflite: subgraph " + std::to_string(g)};
  }
  [[nodiscard]] std::string input_scope(std::size_t g) const { return g == 0 ? "input;" : ""; }
  [[nodiscard]] std::string output_scope(std::size_t g) const { return g == 0 ? "labels;scores;" : "x;"; }
};

}  // namespace aeq_fuzz
