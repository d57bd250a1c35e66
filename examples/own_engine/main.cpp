// SPDX-License-Identifier: Apache-2.0
// Calibration by an engine of one's own: MODEL DATA OUTPUT. Anything with these four members will do, such as a device
// on a cable. This one hands the work to the built-in engine, and looks for channels of convolutions that never fire.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/aeq.hpp>

namespace {

template <aeq::execute::inference_engine Engine>
class watched {
 public:
  watched(Engine engine, const aeq::model::model& model) : engine_(std::move(engine)), model_(model) {}

  [[nodiscard]] std::span<const aeq::execute::signature> signatures() const { return engine_.signatures(); }

  void run(std::size_t signature, std::span<const aeq::operand> inputs, const aeq::execute::tensor_visitor& visitor) {
    engine_.run(signature, inputs, [&](const aeq::execute::tensor_view& seen) {
      watch(seen);
      if (visitor) visitor(seen);
    });
  }

  [[nodiscard]] aeq::operand output(std::size_t index) const { return engine_.output(index); }
  void reset() { engine_.reset(); }

  void report() const {
    for (const auto& [tensor, fires] : channels_) {
      const auto silent = std::count(fires.begin(), fires.end(), false);
      std::cout << model_.subgraphs[0].tensors[tensor].name.value_or("") << ": " << silent << " of " << fires.size()
                << " channels were 0 in all samples\n";
    }
  }

 private:
  void watch(const aeq::execute::tensor_view& seen) {
    const aeq::operand& value = *seen.value;
    if (seen.subgraph != 0 || value.shape.size() != 4 || value.type != aeq::element_type::float32) return;
    std::vector<bool>& fires = channels_[seen.tensor];
    fires.resize(static_cast<std::size_t>(value.shape[3]));
    const auto values = value.values<float>();
    for (std::size_t i = 0; i < value.elements(); ++i) {
      if (values[i] != 0) fires[i % fires.size()] = true;
    }
  }

  Engine engine_;
  const aeq::model::model& model_;
  std::map<std::size_t, std::vector<bool>> channels_;
};
static_assert(aeq::execute::inference_engine<watched<aeq::execute::interpreter>>);

}  // namespace

int main(int count, char** words) try {
  if (count != 4) throw aeq::error(aeq::error_code::wrong_usage, "own_engine MODEL DATA OUTPUT");

  aeq::quantizer quantizer(words[1]);
  quantizer.load_recipe("static_wi8_ai8");
  watched engine(aeq::execute::interpreter(quantizer.source()), quantizer.source());
  const auto seen = quantizer.calibrate(engine, words[2]);
  engine.report();
  const std::uint64_t bytes = quantizer.save(words[3], {.file = {.overwrite = true}});
  std::cout << seen.samples() << " samples, " << bytes << " bytes\n";
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
