// SPDX-License-Identifier: Apache-2.0
// Quantize this model by that recipe, as a whole: either a clear error, or a model that our own reader takes, that has
// all that the first one had, and whose integers times their scales are near the floats they were made from.
//
// Input: a byte that chooses the ranges of activations, for recipes that want some; a byte that, below 128, chooses a
// recipe by name, else a recipe's text follows, behind its length in two bytes, low one first. The rest is the model.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aeq/calibrate/statistics.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/quantize/model_view.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/json.hpp>
#include <aeq/recipe/resolve.hpp>
#include <aeq/scheme/packing.hpp>

#include "findings.hpp"
#include "mutation.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using aeq_fuzz::finding;
using aeq_fuzz::mutation;
namespace am = aeq::model;

struct input {
  std::uint8_t ranges = 0;
  std::string recipe;  ///< a name, or a JSON text
  bool has_text = false;
  std::span<const std::uint8_t> head;  ///< all that stands before the model
  std::span<const std::uint8_t> model;
};

std::optional<input> split(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 5) return std::nullopt;
  constexpr std::uint8_t text_follows = 128;
  const auto& names = aeq::recipe::builtin_recipes;
  const std::uint8_t choice = bytes[1];
  if (choice < text_follows) {
    return input{bytes[0], std::string(names[choice % names.size()].name), false, bytes.first(2), bytes.subspan(2)};
  }
  const std::size_t length = std::min<std::size_t>(bytes[2] + 256u * bytes[3], bytes.size() - 4);
  const auto text = bytes.subspan(4, length);
  return input{bytes[0], {text.begin(), text.end()}, true, bytes.first(4 + length), bytes.subspan(4 + length)};
}

/// Integers of a tensor, one by one.
std::vector<std::int8_t> integers_of(std::span<const std::uint8_t> bytes, am::tensor_type type, std::size_t count) {
  std::vector<std::int8_t> all(count);
  const auto packed = bytes.first(std::min(bytes.size(), aeq::packed_bytes(count, am::bits_of(type))));
  switch (am::bits_of(type)) {
    case 8: std::memcpy(all.data(), packed.data(), count); break;
    case 4: aeq::unpack_all<4>(packed, all); break;
    default: aeq::unpack_all<2>(packed, all); break;
  }
  return all;
}

/// Every value of a constant that became integers of its own scales lies within one step of them.
void check_values(const am::model& from, const am::tensor& before, const am::model& to, const am::tensor& after) {
  if (!from.is_constant(before) || before.type != am::tensor_type::float32 || before.sparsity != nullptr) return;
  const bool is_integer =
      after.type == am::tensor_type::int8 || after.type == am::tensor_type::int4 || after.type == am::tensor_type::int2;
  if (!is_integer || !after.quantization || after.quantization->scale.empty()) return;
  const am::quantization& q = *after.quantization;
  const std::size_t count = am::element_count(before.shape);
  if (to.buffers[after.buffer].size != aeq::packed_bytes(count, am::bits_of(after.type))) {
    finding("a quantized constant of another length than its shape says");
  }
  const auto integers = integers_of(to.buffers[after.buffer].data, after.type, count);
  std::size_t trail = 1;
  for (auto i = static_cast<std::size_t>(q.quantized_dimension) + 1; i < before.shape.size(); ++i) {
    trail *= static_cast<std::size_t>(before.shape[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t channel = q.scale.size() == 1 ? 0 : i / trail % q.scale.size();
    std::uint32_t bits = 0;
    std::memcpy(&bits, from.buffers[before.buffer].data.data() + 4 * i, sizeof bits);
    const double value = std::bit_cast<float>(bits);
    const double scale = q.scale[channel];
    const double made = scale * static_cast<double>(integers[i] - q.zero_point[channel]);
    if (!(scale > 0)) finding("a scale that is none");
    if (std::isfinite(scale) && !(std::abs(value - made) <= scale * 1.0001)) {
      finding("a value and what it became are further apart than a step");
    }
  }
}

/// Ranges for every tensor with a name: odd ones, wide ones and, where `choice` says so, none for some.
aeq::calibrate::statistics ranges_for(const am::model& m, std::uint8_t choice) {
  aeq::calibrate::statistics all;
  std::minstd_rand random(choice);
  for (const am::subgraph& g : m.subgraphs) {
    for (const am::tensor& t : g.tensors) {
      const auto any = static_cast<std::uint32_t>(random());
      if (!t.name || (choice % 16 == 1 && any % 8 == 0)) continue;
      const double width = std::ldexp(1.0 + any % 100, static_cast<int>(any / 100 % 12) - 8);
      const double lowest = any % 3 == 0 ? 0.0 : -width * (any % 7);
      double highest = any % 11 == 0 ? lowest : lowest + width * (1 + any % 5);
      if (choice % 16 == 2 && any % 8 == 0) highest = std::ldexp(highest, any % 2 == 0 ? 2000 : -2000);
      const bool wide = choice % 2 == 0;
      const auto kept = [&](double v) { return wide ? v : static_cast<double>(static_cast<float>(v)); };
      all.set(*t.name, {kept(lowest), kept(highest), wide, std::vector<std::int32_t>(t.shape.size(), 1)});
    }
  }
  return all;
}

void check_result(const am::model& from, const am::model& to, bool ranges_are_their_own) {
  if (to.subgraphs.size() != from.subgraphs.size()) finding("subgraphs came or went");
  if (to.signatures.size() != from.signatures.size()) finding("signatures came or went");
  for (std::size_t g = 0; g < from.subgraphs.size(); ++g) {
    const am::subgraph& before = from.subgraphs[g];
    const am::subgraph& after = to.subgraphs[g];
    if (after.inputs.size() != before.inputs.size()) finding("a subgraph has other inputs");
    if (after.outputs.size() != before.outputs.size()) finding("a subgraph has other outputs");
    if (after.tensors.size() < before.tensors.size()) finding("tensors went");
    // New operators lie between the old ones, which keep their order. FAKE_QUANT may go, and the operators around it
    // then hand each other what it had.
    const auto may_go = [&](const am::operation& o) { return from.builtin(o) == aeq::op::code::fake_quant; };
    const bool some_may_go = std::any_of(before.operations.begin(), before.operations.end(), may_go);
    // (By what they say: with its last operator FAKE_QUANT's code goes, and the codes behind it move up.)
    const auto same_code = [&](const am::operation& made, const am::operation& old) {
      const am::operator_code& a = to.operator_codes[made.code];
      const am::operator_code& b = from.operator_codes[old.code];
      return a.builtin == b.builtin && a.custom_code == b.custom_code && a.version == b.version;
    };
    std::size_t next = 0;
    const auto skip = [&] {
      while (next < before.operations.size() && may_go(before.operations[next])) ++next;
    };
    skip();
    for (const am::operation& o : after.operations) {
      if (next < before.operations.size() && same_code(o, before.operations[next]) &&
          (some_may_go || o.outputs == before.operations[next].outputs)) {
        ++next;
        skip();
      }
    }
    if (next != before.operations.size()) finding("operators went, or changed their outputs or their order");
    for (std::size_t t = 0; t < before.tensors.size(); ++t) {
      if (after.tensors[t].name != before.tensors[t].name) finding("a tensor has another name");
      if (after.tensors[t].shape != before.tensors[t].shape) finding("a tensor has another shape");
      if (ranges_are_their_own) check_values(from, before.tensors[t], to, after.tensors[t]);
    }
  }
}

void quantize(const input& given) {
  aeq::warnings notes;
  const am::model source = aeq_fuzz::read({given.model.begin(), given.model.end()}, notes);
  const aeq::recipe::recipe rules =
      given.has_text ? aeq::recipe::parse(given.recipe, "fuzz.json") : aeq::recipe::open(given.recipe);
  const aeq::recipe::plan plan = aeq::recipe::resolve(rules, aeq::recipe::policy(), aeq::builtin_table(),
                                                      aeq::quantize::recipe_view(source), notes);
  const aeq::calibrate::statistics ranges = ranges_for(source, given.ranges);
  aeq::quantize::pipeline_options options{1, nullptr, aeq::quantize::scale_time::while_writing, &ranges, &notes};
  const std::vector<std::uint8_t> bytes = am::to_bytes(aeq::quantize::quantize_model(source, plan, options), 1);
  options.when = aeq::quantize::scale_time::at_once;
  if (bytes != am::to_bytes(aeq::quantize::quantize_model(source, plan, options), 1)) {
    finding("the bytes depend on when the scales are found");
  }
  aeq_fuzz::check_warnings(notes);
  aeq::warnings odd;
  am::model made;
  if (!aeq_fuzz::attempt({}, [&] { made = aeq_fuzz::read(bytes, odd); })) return;
  if (!odd.empty()) finding("our own reader finds our own file odd");
  check_result(source, made, !plan.needs_calibration);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<input> given = split({data, size});
  if (!given) return 0;
  aeq_fuzz::attempt({aeq::error_code::bad_input, aeq::error_code::not_quantizable}, [&] { quantize(*given); });
  return 0;
}

/// Half of the time bytes change, half of the time parts of the model.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  const std::optional<input> given = split({data, size});
  if (!given || seed % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  try {
    aeq::warnings notes;
    am::model m = aeq_fuzz::read({given->model.begin(), given->model.end()}, notes);
    mutation(m, seed).run();
    std::vector<std::uint8_t> result(given->head.begin(), given->head.end());
    if (seed % 16 == 1) result[seed / 16 % 2] = static_cast<std::uint8_t>(seed / 32 % 256);  // other ranges or recipe
    const std::vector<std::uint8_t> bytes = am::to_bytes(m, 1);
    result.insert(result.end(), bytes.begin(), bytes.end());
    if (result.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::copy(result.begin(), result.end(), data);
    return result.size();
  } catch (const aeq::error&) {
    return LLVMFuzzerMutate(data, size, most);
  }
}
