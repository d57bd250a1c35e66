// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <aeq/calibrate/fake_quant.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/fit.hpp>

#include "support/folder.hpp"

namespace {

using aeq::calibrate::fake_quant;

aeq::model::model corpus_model(const std::string& name) {
  aeq::warnings notes;
  return aeq::model::read(aeq_test::tests_folder().string() + "/corpus/models/" + name + ".tflite", notes);
}

aeq::scale_zero_point<float> int8_fit(const fake_quant& f) {
  const aeq::calibrate::tensor_range range = f.range();
  return aeq::min_max_fit::fit<float>({static_cast<float>(range.lowest), static_cast<float>(range.highest)},
                                      aeq::ai8::descriptor);
}

}  // namespace

TEST_SUITE("calibrate/fake_quant") {
  TEST_CASE("the grid has zero on a step, and as many steps as the bits and the narrow range say") {
    const aeq::calibrate::fake_quant_grid plain = fake_quant{-1, 1, 8, false}.grid();
    CHECK(plain.scale == 2.0f / 255);
    CHECK(plain.lowest == -127);  // 1 / scale is a little below 127.5 in float32
    CHECK(plain.highest == 128);
    const aeq::calibrate::fake_quant_grid narrow = fake_quant{-1, 1, 8, true}.grid();
    CHECK(narrow.scale == 2.0f / 254);
    CHECK(narrow.lowest == -127);
    CHECK(narrow.highest == 127);
    const aeq::calibrate::fake_quant_grid four = fake_quant{-0.7f, 0.7f, 4, true}.grid();
    CHECK(four.scale == (0.7f + 0.7f) / 14);
    CHECK(four.lowest == -7);
    CHECK(four.highest == 7);
    const aeq::calibrate::fake_quant_grid positive = fake_quant{1, 3, 8, false}.grid();
    CHECK(positive.lowest == 0);
    CHECK(positive.highest == 255);
    const aeq::calibrate::fake_quant_grid negative = fake_quant{-3, -1, 8, false}.grid();
    CHECK(negative.lowest == -255);
    CHECK(negative.highest == 0);
  }

  TEST_CASE("values are rounded to steps, halves away from zero, and kept within the range") {
    const aeq::calibrate::fake_quant_grid g = fake_quant{-1, 0.9921875f, 8, false}.grid();
    REQUIRE(g.scale == 0.0078125f);
    CHECK(g.step_of(0) == 0);
    CHECK(g.step_of(0.0078125f) == 1);
    CHECK(g.step_of(0.00390625f) == 1);
    CHECK(g.step_of(-0.00390625f) == -1);
    CHECK(g.step_of(0.0038f) == 0);
    CHECK(g.step_of(7) == 127);
    CHECK(g.step_of(-7) == -128);
    CHECK(g.step_of(std::numeric_limits<float>::infinity()) == 127);
  }

  TEST_CASE("a range of one value has no steps") {
    const aeq::calibrate::fake_quant_grid g = fake_quant{0, 0, 8, false}.grid();
    CHECK(g.scale == 0);
    CHECK(g.step_of(5) == 0);
  }

  TEST_CASE("an int8 activation gets the scale and the zero point that training had") {
    for (const fake_quant& f : {fake_quant{-1, 0.9921875f, 8, false}, fake_quant{0, 6, 8, false},
                                fake_quant{-0.3f, 5.1f, 8, false}, fake_quant{-4, 6, 8, false}}) {
      CAPTURE(f.min);
      CHECK(int8_fit(f).scale == f.grid().scale);
      CHECK(int8_fit(f).zero_point == -128 - f.grid().lowest);
    }
    const fake_quant beyond_zero{1, 3, 8, false};  // zero must be on the grid: 0 to 2
    CHECK(int8_fit(beyond_zero).scale == 2.0f / 255);
    CHECK(int8_fit(beyond_zero).zero_point == -128);
    const fake_quant narrow{-2.54f, 2.54f, 8, true};
    CHECK(int8_fit(narrow).scale == doctest::Approx(0.02).epsilon(1e-6));
    CHECK(int8_fit(narrow).zero_point == 0);  // -127 to 127 are the range, -128 is one step below
  }

  TEST_CASE("operators are read with their options, and others are none") {
    const aeq::model::model m = corpus_model("fake_quant_narrow");
    std::size_t narrow = 0, four_bits = 0, others = 0;
    for (std::size_t i = 0; i < m.subgraphs[0].operations.size(); ++i) {
      const auto f = aeq::calibrate::fake_quant_of(m, 0, i);
      if (!f) {
        ++others;
        continue;
      }
      narrow += f->narrow_range;
      four_bits += f->num_bits == 4;
    }
    CHECK(narrow == 3);
    CHECK(four_bits == 1);
    CHECK(others == 3);
  }

  TEST_CASE("ranges that a file notes are those of float activations, one value each") {
    const aeq::model::model m = corpus_model("noted_ranges");
    std::string found;
    for (const aeq::model::tensor& t : m.subgraphs[0].tensors) {
      if (const auto range = aeq::calibrate::noted_range(m, t)) {
        found += *t.name + " " + aeq::calibrate::describe(*range) + ";";
      }
    }
    CHECK(found == "x -1 to 1;fc -6 to 6;");
  }
}
