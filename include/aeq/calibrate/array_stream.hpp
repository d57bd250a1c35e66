// SPDX-License-Identifier: Apache-2.0
// An array of a dataset, read sample by sample into what an input of a model takes. Included by definitions only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <aeq/calibrate/npy.hpp>
#include <aeq/calibrate/npz.hpp>
#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/io/file.hpp>
#include <aeq/kernel/operand.hpp>

namespace aeq::inline AEQ_ABI::calibrate::detail {

/// How an array is cut into samples.
struct stacking {
  std::uint64_t count = 0;
  std::vector<std::int32_t> shape;  ///< of each
};

/// What an operand of a sample looks at.
struct input_storage {
  std::vector<std::uint8_t> bytes;
  std::vector<std::int32_t> shape;
};

/// Throws error (bad_input) for an input whose type no data can be given for; `name` is that of the data.
void check_can_be_given(const execute::port& input, const std::string& name);

class array_stream {
 public:
  /// An array of an .npz file.
  array_stream(const npz_file& archive, const npz_entry& entry);
  /// An .npy file; `path` is for messages.
  array_stream(std::shared_ptr<const io::input_file> file, const std::string& path);
  /// Raw elements of an input.
  array_stream(std::shared_ptr<const io::input_file> file, const std::string& path, const execute::port& input);

  /// How it is cut into samples for an input. Throws error (bad_input) that says which types and shapes the input
  /// takes.
  [[nodiscard]] stacking as_stack(const execute::port& input) const;
  /// Its shape, if it is one sample for an input. Throws error (bad_input).
  [[nodiscard]] std::vector<std::int32_t> as_one_sample(const execute::port& input) const;

  /// Reads the next elements, as many as `shape` has, into `storage`, and gives a view of them. Floats for an integer
  /// input are quantized by its scale. Throws error (bad_input).
  [[nodiscard]] operand read(const std::vector<std::int32_t>& shape, const execute::port& input, input_storage& into);

 private:
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail_shape(const execute::port& input, bool stacked) const;
  void check(const execute::port& input) const;
  [[nodiscard]] std::vector<std::int32_t> tail(std::size_t from) const;
  void read_bytes(std::span<std::uint8_t> into);

  std::string name_;  ///< "data.npz: array 'x'"
  npy_header header_;
  std::optional<npz_stream> packed_;
  std::shared_ptr<const io::input_file> file_;
  std::span<const std::uint8_t> left_;
  std::vector<std::uint8_t> raw_;  ///< floats that become integers
};

}  // namespace aeq::inline AEQ_ABI::calibrate::detail

#if AEQ_DEFINITIONS
#include <aeq/calibrate/array_stream.ipp>
#endif
