// SPDX-License-Identifier: Apache-2.0
// Run this model: either a clear error, or values that are as large as their shapes say, and the same ones again after
// a reset, on more threads, and without a visitor.
//
// Input: a model. Its signatures get numbers that depend on the model's first bytes only.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include <aeq/execute/interpreter.hpp>
#include <aeq/model/writer.hpp>

#include "findings.hpp"
#include "mutation.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using aeq_fuzz::finding;
namespace am = aeq::model;

/// A value for an input: open extents are small, integers too, so that some are indices.
struct value {
  std::vector<std::int32_t> shape;
  std::vector<std::uint8_t> bytes;
  aeq::element_type type = aeq::element_type::absent;

  [[nodiscard]] aeq::operand view() const {
    return {type, false, std::as_bytes(std::span(bytes)), shape, {}, {}, 0, 0};
  }
};

constexpr std::size_t most_bytes = 1 << 16;

value value_for(const aeq::execute::port& port, std::minstd_rand& random) {
  value made{port.shape, {}, port.type};
  std::size_t elements = 1;
  for (std::int32_t& extent : made.shape) {
    if (extent < 0) extent = static_cast<std::int32_t>(random() % 4);
    elements = std::min(most_bytes, elements * static_cast<std::size_t>(extent));
  }
  const auto bits = static_cast<std::size_t>(aeq::bits_of(port.type));
  made.bytes.resize(std::min(most_bytes, (elements * bits + 7) / 8));
  const std::size_t width = std::max<std::size_t>(bits / 8, 1);
  for (std::size_t i = 0; i + width <= made.bytes.size(); i += width) {
    const auto any = static_cast<std::uint32_t>(random());
    if (port.type == aeq::element_type::float32) {
      constexpr float odd[]{
          0.0F, -0.0F, 1e30F, -1e-30F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
      const float number = any % 64 == 0 ? odd[any / 64 % 6] : static_cast<float>(any % 2001) / 250.0F - 4.0F;
      std::memcpy(&made.bytes[i], &number, sizeof number);
    } else if (port.type == aeq::element_type::boolean) {
      made.bytes[i] = any % 2;
    } else {
      const std::int64_t number =
          any % 16 == 0 ? static_cast<std::int64_t>(any) : static_cast<std::int64_t>(any % 5) - 1;
      std::memcpy(&made.bytes[i], &number, width);
    }
  }
  return made;
}

using values = std::vector<std::vector<std::byte>>;

void check(const aeq::operand& seen) {
  if (!seen.present()) finding("a value without a type");
  for (const std::int32_t extent : seen.shape) {
    if (extent < 0) finding("a value with a negative extent");
  }
  if (!seen.is_complete()) finding("a value with less data than its shape says");
  unsigned sum = 0;
  for (const std::byte b : seen.data) sum += static_cast<unsigned>(b);  // the sanitizer looks at each
  if (sum == 0xffffffffU) finding("not to be");
}

values run(aeq::execute::interpreter& engine, std::size_t signature, std::span<const value> inputs, bool looks) {
  std::vector<aeq::operand> views;
  for (const value& v : inputs) views.push_back(v.view());
  aeq::execute::tensor_visitor visitor;
  if (looks) visitor = [](const aeq::execute::tensor_view& seen) { check(*seen.value); };
  engine.run(signature, views, visitor);
  values outputs;
  for (std::size_t i = 0; i < engine.signatures()[signature].outputs.size(); ++i) {
    const aeq::operand out = engine.output(i);
    check(out);
    outputs.emplace_back(out.data.begin(), out.data.end());
  }
  return outputs;
}

void execute(std::span<const std::uint8_t> bytes) {
  aeq::warnings notes;
  const am::model source = aeq_fuzz::read({bytes.begin(), bytes.end()}, notes);
  const aeq::execute::interpreter_options limits{.threads = 1, .max_memory = 1 << 18, .max_operations = 2000};
  aeq::execute::interpreter engine(source, limits);
  aeq::execute::interpreter other(source, {.threads = 2, .max_memory = 1 << 18, .max_operations = 2000});
  std::minstd_rand random(bytes.empty() ? 1 : bytes[bytes.size() / 2] + 1U);
  const std::size_t count = std::min<std::size_t>(engine.signatures().size(), 4);
  for (std::size_t s = 0; s < count; ++s) {
    std::vector<value> inputs;
    for (const aeq::execute::port& port : engine.signatures()[s].inputs) inputs.push_back(value_for(port, random));
    engine.reset();
    other.reset();
    values first;
    if (!aeq_fuzz::attempt({aeq::error_code::bad_input}, [&] { first = run(engine, s, inputs, true); })) continue;
    if (engine.peak_memory() > limits.max_memory) finding("more memory than the limit");
    engine.reset();
    if (run(engine, s, inputs, false) != first) finding("another result after a reset");
    if (run(other, s, inputs, false) != first) finding("another result on two threads");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  aeq_fuzz::attempt({aeq::error_code::bad_input}, [&] { execute({data, size}); });
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, most);
  try {
    aeq::warnings notes;
    am::model m = aeq_fuzz::read({data, data + size}, notes);
    aeq_fuzz::mutation(m, seed).run();
    const std::vector<std::uint8_t> bytes = am::to_bytes(m, 1);
    if (bytes.size() > most) return LLVMFuzzerMutate(data, size, most);
    std::copy(bytes.begin(), bytes.end(), data);
    return bytes.size();
  } catch (const aeq::error&) {
    return LLVMFuzzerMutate(data, size, most);
  }
}
