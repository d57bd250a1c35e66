// SPDX-License-Identifier: Apache-2.0
// Any bytes as a dataset: either a clear error, or samples that fit the inputs of a signature, the same each time, and
// as many as it says. The first byte chooses what the model's inputs are.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/npz.hpp>
#include <aeq/execute/engine.hpp>

#include "findings.hpp"

namespace {

using aeq::element_type;
using aeq_fuzz::finding;

aeq::execute::port input(const char* name, element_type type, std::vector<std::int32_t> shape, float scale = 0) {
  aeq::execute::port made;
  made.name = name;
  made.tensor_name = std::string("tensor/") + name;
  made.type = type;
  made.shape = std::move(shape);
  if (scale != 0) made.scale = {scale};
  return made;
}

aeq::execute::signature call(const char* key, std::vector<aeq::execute::port> inputs) {
  aeq::execute::signature made;
  made.key = key;
  made.inputs = std::move(inputs);
  return made;
}

std::vector<std::vector<aeq::execute::signature>> models() {
  return {{call("", {input("x", element_type::float32, {1, 4})})},
          {call("serving_default", {input("x", element_type::float32, {-1, -1})})},
          {call("a", {input("x", element_type::int8, {2}, 0.5f), input("y", element_type::int64, {})}),
           call("b", {input("x", element_type::boolean, {-1, 3})})},
          {call("serving_default", {input("image", element_type::float32, {1, 8, 8, 1})})}};
}

/// Reads all samples, and gives how many there were and a sum of their bytes.
std::pair<std::uint64_t, std::uint64_t> read(aeq::calibrate::dataset& data) {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  for (const aeq::calibrate::sample& s : data) {
    const auto& inputs = data.signatures()[s.signature].inputs;
    if (s.inputs.size() != inputs.size()) finding("a sample has other inputs than its signature");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const aeq::operand& value = s.inputs[i];
      if (value.type != inputs[i].type) finding("a value has another type than its input");
      if (!value.is_complete() || value.elements() == 0) finding("a value lacks elements");
      if (value.shape.size() != inputs[i].shape.size()) finding("a value has another rank than its input");
      for (std::size_t k = 0; k < value.shape.size(); ++k) {
        const std::int32_t wanted = inputs[i].shape[k];
        if (wanted >= 0 && value.shape[k] != wanted) finding("a value has another shape than its input");
      }
      for (const std::byte b : value.data) sum = sum * 31 + std::to_integer<std::uint64_t>(b);
    }
    ++count;
  }
  return {count, sum};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto all = models();
  static const int file = ::memfd_create("npz", 0);  // a file without a disk
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  const std::size_t bytes = size - 1;
  if (file < 0 || ::ftruncate(file, 0) != 0 || ::pwrite(file, data + 1, bytes, 0) != static_cast<ssize_t>(bytes)) {
    finding("no memory for a file");
  }
  aeq_fuzz::attempt({aeq::error_code::bad_input}, [&] {
    aeq::calibrate::dataset samples(path, all[data[0] % all.size()]);
    const auto first = read(samples);
    if (first.first != samples.size()) finding("there are more or fewer samples than it says");
    if (read(samples) != first) finding("what is read again is something else");
  });
  return 0;
}
