// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <aeq/calibrate/random.hpp>

#include "support/arrays.hpp"
#include "support/golden.hpp"
#include "support/shared.hpp"

namespace {

template <class T>
std::vector<T> filled(std::uint64_t seed, std::size_t count) {
  std::vector<T> values(count);
  aeq::calibrate::random_numbers(seed).fill(aeq_test::type_of<T>, std::as_writable_bytes(std::span(values)));
  return values;
}

}  // namespace

TEST_SUITE("calibrate/random") {
  TEST_CASE("numbers are those of NumPy, by the golden file") {
    const auto path = aeq_test::shared_file_or_skip("spec/golden_numerics.json");
    if (!path) return;
    int found = 0;
    for (const aeq_test::golden_vector& v : aeq_test::read_golden(*path)) {
      if (v.kind != "rng") continue;
      ++found;
      CAPTURE(v.id);
      const auto seed = aeq_test::number_of<std::uint64_t>(v.input.at("seed"));
      const auto expected = [&](const char* name) { return v.expect.at(name); };
      const auto normal = aeq_test::numbers_of<float>(expected("normal_f32"));
      CHECK(filled<float>(seed, normal.size()) == normal);
      aeq::calibrate::random_numbers numbers(seed);
      for (const float f : aeq_test::numbers_of<float>(expected("uniform01_f32"))) {
        CHECK(static_cast<float>(numbers.uniform()) == f);
      }
      const auto bytes = aeq_test::numbers_of<std::int8_t>(expected("int8_full"));
      CHECK(filled<std::int8_t>(seed, bytes.size()) == bytes);
    }
    CHECK(found == 2);
  }

  TEST_CASE("the first numbers of seed 666") {  // from numpy.random.default_rng(666)
    const std::vector<float> f = filled<float>(666, 3);
    CHECK(f[0] == 0x1.ae5030p-5f);
    CHECK(f[1] == 0x1.a25a5ep-2f);
    CHECK(f[2] == -0x1.882d76p-3f);
  }

  TEST_CASE("every type is filled, and places to look up are small") {
    for (const std::int32_t i : filled<std::int32_t>(1, 100)) CHECK((i == 0 || i == 1));
    std::vector<std::byte> truths(100);
    aeq::calibrate::random_numbers(1).fill(aeq::element_type::boolean, truths);
    int ones = 0;
    for (const std::byte b : truths) ones += b == std::byte(1) ? 1 : 0;
    CHECK(ones > 20);
    CHECK(ones < 80);
    CHECK(filled<std::int64_t>(1, 3).size() == 3);
    CHECK(filled<std::int16_t>(1, 3) != std::vector<std::int16_t>(3));
  }
}
