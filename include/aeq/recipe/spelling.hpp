// SPDX-License-Identifier: Apache-2.0
// The words of recipe and policy files, and the nearest word to a misspelt one. (spec: quantization, section 2.1)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <aeq/recipe/rule.hpp>

namespace aeq::inline AEQ_ABI::recipe {

template <class Value>
struct spelling {
  std::string_view name;
  Value value;
};

inline constexpr std::array<spelling<granularity_descriptor>, 6> granularity_spellings{{
    {"TENSORWISE", tensorwise::descriptor},
    {"CHANNELWISE", channelwise::descriptor},
    {"BLOCKWISE_32", blockwise<32>::descriptor},
    {"BLOCKWISE_64", blockwise<64>::descriptor},
    {"BLOCKWISE_128", blockwise<128>::descriptor},
    {"BLOCKWISE_256", blockwise<256>::descriptor},
}};

inline constexpr std::array<spelling<number_kind>, 3> number_kind_spellings{{
    {"INT", number_kind::signed_integer},
    {"UINT", number_kind::unsigned_integer},
    {"FLOAT", number_kind::floating},
}};

inline constexpr std::array<spelling<compute>, 2> compute_spellings{{
    {"INTEGER", compute::integer},
    {"FLOAT", compute::floating},
}};

/// Of older recipe files, in place of compute_precision and explicit_dequantize.
inline constexpr std::array<spelling<execution>, 3> execution_spellings{{
    {"DRQ", execution::dynamic_range},
    {"WEIGHT_ONLY", execution::weight_only},
    {"SRQ", execution::static_range},
}};

/// Algorithms of the format that this version does not have.
inline constexpr std::array<std::string_view, 7> unavailable_algorithms{"OCTAV",
                                                                        "MSE",
                                                                        "GPTQ",
                                                                        "HADAMARD_ROTATION",
                                                                        "DECOMPOSED_HADAMARD_ROTATION",
                                                                        "OSCAR",
                                                                        "dequantized_weight_recovery"};

/// Whether a scheme is built in: a configuration says all of it.
[[nodiscard]] bool is_builtin(const scheme_descriptor& scheme);

/// The word of a table for a value; empty if it has none.
template <class Table, class Value>
[[nodiscard]] constexpr std::string_view spell(const Table& table, const Value& value) {
  for (const auto& entry : table) {
    if (entry.value == value) return entry.name;
  }
  return {};
}

/// The words of a table.
template <class Table>
[[nodiscard]] std::vector<std::string_view> words(const Table& table) {
  std::vector<std::string_view> result;
  for (const auto& entry : table) result.push_back(entry.name);
  return result;
}

/// Insertions, removals and replacements that turn one text into the other; `free_ends` leaves out what stands before
/// and behind the best place for `a` within `b`. Letters of either case count as equal.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, bool free_ends = false);

/// The word nearest to `wanted`, if it is near enough to be what was meant: a third of the letters may differ. Empty if
/// none is.
template <class Words>
[[nodiscard]] std::string_view nearest(std::string_view wanted, const Words& words) {
  constexpr std::size_t longest = 64;
  std::string_view best;
  std::size_t smallest = std::numeric_limits<std::size_t>::max();
  if (wanted.size() > longest) return best;
  for (const std::string_view word : words) {
    const std::size_t distance = edit_distance(wanted, word);
    if (distance < smallest && 3 * distance <= std::max(wanted.size(), word.size())) {
      smallest = distance;
      best = word;
    }
  }
  return best;
}

/// "a, b and c are accepted", and the nearest of them.
template <class Words>
[[nodiscard]] std::string accepted(std::string_view wanted, const Words& words) {
  std::string text;
  std::size_t left = std::size(words);
  for (const std::string_view word : words) {
    text += word;
    if (--left > 0) text += left == 1 ? " and " : ", ";
  }
  text += std::size(words) == 1 ? " is accepted" : " are accepted";
  const std::string_view meant = nearest(wanted, words);
  if (!meant.empty()) text += "; \"" + std::string(meant) + "\" is the nearest";
  return text;
}

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/spelling.ipp>
#endif
