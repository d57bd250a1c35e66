// SPDX-License-Identifier: Apache-2.0
// How many images a classifier gets right: MODEL IMAGES LABELS [LITERT_LIBRARY]. The built-in engine runs the model;
// what it does not have is left to LiteRT, from the library that is named or else found in a Python environment.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <aeq/aeq.hpp>

namespace {

template <class T>
std::size_t greatest(std::span<const T> values) {
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

/// The class that an output names. Integers stand for floats in the same order.
std::size_t winner(const aeq::operand& output) {
  switch (output.type) {
    case aeq::element_type::float32: return greatest(output.values<float>());
    case aeq::element_type::int8: return greatest(output.values<std::int8_t>());
    case aeq::element_type::uint8: return greatest(output.values<std::uint8_t>());
    case aeq::element_type::int16: return greatest(output.values<std::int16_t>());
    default: throw aeq::error(aeq::error_code::bad_input, "the output is of another type than classes have");
  }
}

template <aeq::execute::inference_engine Engine>
std::string score(const Engine& constant, Engine& engine, const std::string& images, const std::string& labels) {
  const auto signatures = constant.signatures();
  aeq::calibrate::dataset pictures(images, {signatures.begin(), signatures.end()});
  aeq::execute::signature one_label;
  one_label.inputs.resize(1);
  one_label.inputs[0].name = "label";
  one_label.inputs[0].type = aeq::element_type::int64;  // without a shape: a number for each image
  aeq::calibrate::dataset truth(labels, {one_label});

  std::size_t right = 0;
  std::size_t all = 0;
  for (const aeq::calibrate::sample& picture : pictures) {
    const aeq::calibrate::sample* label = truth.next();
    if (label == nullptr) throw aeq::error(aeq::error_code::bad_input, labels + ": has fewer labels than images");
    engine.run(picture.signature, picture.inputs, {});
    right += winner(constant.output(0)) == static_cast<std::size_t>(label->inputs[0].values<std::int64_t>()[0]);
    ++all;
  }
  return std::to_string(right) + " of " + std::to_string(all);
}

}  // namespace

int main(int count, char** words) try {
  if (count != 4 && count != 5) {
    throw aeq::error(aeq::error_code::wrong_usage, "accuracy MODEL IMAGES LABELS [LITERT_LIBRARY]");
  }
  aeq::warnings notes;
  const aeq::model::model model = aeq::model::read(words[1], notes);
  try {
    aeq::execute::interpreter engine(model);
    std::cout << score(engine, engine, words[2], words[3]) << " right, by the built-in engine\n";
    return 0;
  } catch (const aeq::error& problem) {
    const std::string library = count == 5 ? words[4] : aeq::execute::find_litert();
    if (library.empty()) {
      std::cout << "not run: the built-in engine can't, and there is no LiteRT (pip install ai-edge-litert)\n";
      std::cerr << problem.what() << '\n';
      return static_cast<int>(problem.code());
    }
    aeq::execute::litert_engine engine(model, library);
    std::cout << score(engine, engine, words[2], words[3]) << " right, by LiteRT\n";
  }
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
