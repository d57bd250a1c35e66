// SPDX-License-Identifier: Apache-2.0
// Arrays in files for tests: .npy bytes, and .npz files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <aeq/calibrate/npy.hpp>
#include <aeq/calibrate/npz.hpp>

namespace aeq_test {

/// The element type of a C++ type.
template <class T>
inline constexpr aeq::element_type type_of = aeq::element_type::absent;
template <>
inline constexpr aeq::element_type type_of<float> = aeq::element_type::float32;
template <>
inline constexpr aeq::element_type type_of<std::int8_t> = aeq::element_type::int8;
template <>
inline constexpr aeq::element_type type_of<std::uint8_t> = aeq::element_type::uint8;
template <>
inline constexpr aeq::element_type type_of<std::int16_t> = aeq::element_type::int16;
template <>
inline constexpr aeq::element_type type_of<std::int32_t> = aeq::element_type::int32;
template <>
inline constexpr aeq::element_type type_of<std::int64_t> = aeq::element_type::int64;

template <class T>
[[nodiscard]] std::string npy(const std::vector<std::int32_t>& shape, const std::vector<T>& values) {
  std::string text = aeq::calibrate::npy_header_text(type_of<T>, shape);
  return text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <class T>
void add(aeq::calibrate::npz_writer& to, const std::string& name, const std::vector<std::int32_t>& shape,
         const std::vector<T>& values) {
  to.add(name, type_of<T>, shape, std::as_bytes(std::span(values)));
}

/// first, first + 1, ...
template <class T = float>
[[nodiscard]] std::vector<T> counted(std::size_t count, T first = T(0)) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(first + static_cast<T>(i));
  return values;
}

template <class T>
[[nodiscard]] std::vector<T> values_of(std::span<const std::byte> data) {
  const std::span<const T> values(reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T));
  return {values.begin(), values.end()};
}

/// The Python of the tests.
[[nodiscard]] inline std::string python() {
  const char* named = std::getenv("AEQ_PYTHON");
  return named != nullptr && *named != '\0' ? named : "python3";
}
/// Whether it has NumPy.
[[nodiscard]] inline bool has_numpy() {
  return std::system((python() + " -c 'import numpy' 2>/dev/null").c_str()) == 0;
}

}  // namespace aeq_test
