// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/io/error.hpp>
#include <aeq/model/reader.hpp>

#include "support/folder.hpp"
#include "support/shared.hpp"

namespace {

namespace fs = std::filesystem;

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
      aeq::calibrate::dataset samples(file.string(), aeq::execute::signatures_of(m));
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

TEST_SUITE("calibrate/corpus_data") {
  TEST_CASE("calibration data that NumPy wrote are read, for every model of our corpus") {
    const fs::path corpus = aeq_test::tests_folder() / "corpus";
    CHECK(read_calibration_data(corpus / "models", corpus / "calibration") > 30);
    const fs::path digits = aeq_test::tests_folder() / ".." / "examples" / "digits";
    aeq::warnings notes;
    const aeq::model::model m = aeq::model::read((digits / "digits.tflite").string(), notes);
    const aeq::calibrate::dataset stacked((digits / "digits_calibration.npz").string(), aeq::execute::signatures_of(m));
    CHECK(stacked.size() == 100);
  }

  TEST_CASE("calibration data that NumPy wrote are read, for every conformance model") {
    const auto conformance = aeq_test::shared_file_or_skip("conformance/models");
    if (!conformance) return;
    CHECK(read_calibration_data(*conformance, conformance->parent_path() / "calibration") > 50);
  }
}
