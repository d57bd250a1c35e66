// SPDX-License-Identifier: Apache-2.0
// Text for people: rows in aligned columns, names and sizes that fit in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::io {

/// A text from a file, fit for a terminal: no control characters, at most `limit` characters; the middle of a longer
/// one is cut out.
[[nodiscard]] std::string shown(std::string_view bytes, std::size_t limit = 48);

/// 1536 → "1.5 KiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// Rows of cells in aligned columns, two spaces apart.
class columns {
 public:
  /// Right-aligned columns are those whose title starts with '>'.
  explicit columns(std::vector<std::string> titles);
  void add(std::vector<std::string> cells);
  [[nodiscard]] std::string text(std::string_view indent) const;
  [[nodiscard]] bool empty() const { return ends_.size() <= right_.size(); }

 private:
  [[nodiscard]] std::string_view cell(std::size_t k) const;

  std::vector<bool> right_;
  std::string text_;               ///< of all cells, row by row: there may be millions
  std::vector<std::size_t> ends_;  ///< of each in it
};

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/columns.ipp>
#endif
