// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/sample.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>

#include "support/model_builder.hpp"
#include "support/shared.hpp"

namespace {

namespace fs = std::filesystem;
using aeq::calibrate::describe_inputs;
using aeq::calibrate::signature_description;

/// Reads the calibration data of every model of a folder, and says how many there were.
int read_calibration_data(const fs::path& models, const fs::path& data) {
  int count = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(models)) {
    if (entry.path().extension() != ".tflite") continue;
    fs::path file = data / fs::relative(entry.path(), models);
    file.replace_extension(".npz");
    if (!fs::exists(file)) continue;
    CAPTURE(file.string());
    aeq::warnings notes;
    const aeq::model::model m = aeq::model::read(entry.path().string(), notes);
    try {
      aeq::calibrate::dataset samples(file.string(), describe_inputs(m));
      std::uint64_t read = 0;
      while (samples.next() != nullptr) ++read;
      CHECK(read == samples.size());
      CHECK(read > 0);
    } catch (const aeq::error& e) {
      FAIL_CHECK(e.what());
    }
    ++count;
  }
  return count;
}

}  // namespace

TEST_SUITE("calibrate/sample") {
  TEST_CASE("the inputs of a model are those of its signatures, else those of its first subgraph") {
    aeq_test::model_builder b;
    const std::int32_t x = b.activation("model/x:0", {1, 4});
    const std::int32_t q = b.activation("q", {1}, aeq::model::tensor_type::int8);
    const std::int32_t s = b.activation("s", {1}, aeq::model::tensor_type::string);
    b.graph().tensors[0].shape_signature = {-1, 4};
    b.graph().tensors[1].quantization.emplace();
    b.graph().tensors[1].quantization->scale = {0.5f};
    b.graph().tensors[1].quantization->zero_point = {-3};
    b.graph().inputs = {x, q, s};
    const std::vector<signature_description> none = describe_inputs(b.made);
    REQUIRE(none.size() == 1);
    CHECK(none[0].key.empty());
    REQUIRE(none[0].inputs.size() == 3);
    CHECK(none[0].inputs[0].name == "model/x:0");
    CHECK(none[0].inputs[0].shape == std::vector<std::int32_t>{-1, 4});
    CHECK(none[0].inputs[1].type == aeq::element_type::int8);
    CHECK(none[0].inputs[1].scale == 0.5f);
    CHECK(none[0].inputs[1].zero_point == -3);
    CHECK(none[0].inputs[2].type == aeq::element_type::absent);

    aeq::model::signature call;
    call.key = "serve";
    call.inputs = {{"image", static_cast<std::uint32_t>(x)}};
    b.made.signatures = {call};
    const std::vector<signature_description> named = describe_inputs(b.made);
    REQUIRE(named.size() == 1);
    CHECK(named[0].key == "serve");
    REQUIRE(named[0].inputs.size() == 1);
    CHECK(named[0].inputs[0].name == "image");
    CHECK(named[0].inputs[0].tensor == "model/x:0");
  }

  TEST_CASE("calibration data that NumPy wrote are read, for every model of our corpus") {
    const fs::path corpus = fs::path(AEQ_TESTS_FOLDER) / "corpus";
    CHECK(read_calibration_data(corpus / "models", corpus / "calibration") > 30);
    const fs::path digits = fs::path(AEQ_TESTS_FOLDER) / ".." / "examples" / "digits";
    aeq::warnings notes;
    const aeq::model::model m = aeq::model::read((digits / "digits.tflite").string(), notes);
    const aeq::calibrate::dataset stacked((digits / "digits_calibration.npz").string(), describe_inputs(m));
    CHECK(stacked.size() == 100);
  }

  TEST_CASE("calibration data that NumPy wrote are read, for every conformance model") {
    const auto conformance = aeq_test::shared_file_or_skip("conformance/models");
    if (!conformance) return;
    CHECK(read_calibration_data(*conformance, conformance->parent_path() / "calibration") > 50);
  }
}
