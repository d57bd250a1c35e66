// SPDX-License-Identifier: Apache-2.0
// The kernel table: every (op, scheme) that the catalogue allows, sorted by key, in constant memory. Freestanding.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <aeq/scheme/builtin.hpp>
#include <aeq/table/descriptor.hpp>
#include <aeq/table/requirements.hpp>

namespace aeq::inline AEQ_ABI {

/// A kernel table without its type: what the quantizer works with.
class kernel_table_view {
 public:
  constexpr kernel_table_view(std::span<const table_row> rows, std::span<const scheme_descriptor> schemes)
      : rows_(rows), schemes_(schemes) {}

  [[nodiscard]] constexpr std::span<const table_row> rows() const { return rows_; }
  [[nodiscard]] constexpr std::span<const scheme_descriptor> schemes() const { return schemes_; }

  /// The row of a key, null if the op does not take the scheme.
  [[nodiscard]] constexpr const table_row* find(table_key key) const {
    std::size_t low = 0;
    std::size_t high = rows_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (rows_[middle].key < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < rows_.size() && rows_[low].key == key ? &rows_[low] : nullptr;
  }

  /// The row of an op under the scheme with a name; null if there is none.
  [[nodiscard]] constexpr const table_row* find(op::code operation, std::string_view scheme) const {
    for (std::size_t i = 0; i < schemes_.size(); ++i) {
      if (schemes_[i].name == scheme) return find({operation, static_cast<std::uint16_t>(i)});
    }
    return nullptr;
  }

  /// The row of an op under the first scheme with the same formats, compute and mode. Custom schemes are found by name
  /// only: they come after the built-in ones, whose arithmetic they may share.
  [[nodiscard]] constexpr const table_row* find(op::code operation, const scheme_descriptor& like) const {
    for (std::size_t i = 0; i < schemes_.size(); ++i) {
      if (schemes_[i].same_arithmetic(like)) return find({operation, static_cast<std::uint16_t>(i)});
    }
    return nullptr;
  }

 private:
  std::span<const table_row> rows_;
  std::span<const scheme_descriptor> schemes_;
};

namespace detail {

template <class List>
struct table_storage;

template <class... Schemes>
struct table_storage<type_list<Schemes...>> {
  static constexpr std::size_t scheme_count = sizeof...(Schemes);
  static constexpr std::array<scheme_descriptor, scheme_count> schemes{descriptor_of<Schemes>...};
  static constexpr std::array<fit_functions, scheme_count> fits{shared_handler<fit_of<Schemes>>::fits...};
  static constexpr std::array<std::span<const kernel_entry>, scheme_count> kernels{
      std::span<const kernel_entry>(kernels_of<Schemes>)...};
  static constexpr std::array<op::matching_configurations, scheme_count> matching{
      op::configurations_of(descriptor_of<Schemes>)...};

  static constexpr std::size_t row_count = [] {
    std::size_t count = 0;
    for (const op::operation_descriptor& operation : op::catalogue) {
      for (const op::matching_configurations& of_scheme : matching) count += op::allows(operation, of_scheme) ? 1u : 0u;
    }
    return count;
  }();

  static constexpr std::array<table_row, row_count> rows = [] {
    std::array<table_row, row_count> result{};
    std::size_t next = 0;
    for (const op::operation_descriptor& operation : op::catalogue) {
      for (std::size_t s = 0; s < scheme_count; ++s) {
        if (!op::allows(operation, matching[s])) continue;
        result[next++] = {{operation.builtin, static_cast<std::uint16_t>(s)},
                          &operation,
                          &schemes[s],
                          fits[s],
                          kernel_for(operation.builtin, kernels[s])};
      }
    }
    return result;
  }();
};

template <class... Schemes>
consteval bool verify_list(const type_list<Schemes...>*) {
  return all_true(verify_policy<Schemes>()...);
}

/// Ours are verified by tests, once, and not in every source file.
template <class Item>
consteval bool verify_item() {
  if constexpr (std::is_same_v<Item, builtin_schemes>) {
    return true;
  } else if constexpr (is_list<Item>) {
    return verify_list(static_cast<const Item*>(nullptr));
  } else {
    return verify_policy<Item>();
  }
}

/// Built-in names are distinct, and no scheme of one's own has one (own_name).
template <class... Schemes>
consteval bool verify_names(const type_list<Schemes...>*) {
  if constexpr (!distinct_names<Schemes...>) return broken::distinct_names<Schemes...>();
  return true;
}

template <class Item>
using own_items = std::conditional_t<std::is_same_v<Item, builtin_schemes>, type_list<>, Item>;

template <class... Items>
consteval bool verify_table() {
  if constexpr (all_true(verify_item<Items>()...)) {
    return verify_names(static_cast<const flat_list<own_items<Items>...>*>(nullptr));
  } else {
    return false;
  }
}

}  // namespace detail

/// The table of the given schemes, or lists of schemes: `kernel_table<builtin_schemes, my_scheme>`. A type that is no
/// scheme is a compile error that names the broken requirement.
template <class... Schemes>
class kernel_table {
 public:
  using schemes = flat_list<Schemes...>;

  [[nodiscard]] static constexpr kernel_table_view view() {
    if constexpr (detail::verify_table<Schemes...>()) {
      using storage = detail::table_storage<schemes>;
      return {storage::rows, storage::schemes};
    } else {
      return {{}, {}};
    }
  }
  constexpr operator kernel_table_view() const { return view(); }
};

/// The table of the built-in schemes: a constant, unless AEQ_SEPARATE_COMPILATION is 1. Then only the source file that
/// defines it compiles its rows, which takes a second (g++ 12), and `kernel_table<builtin_schemes>::view()` is the
/// constant.
#if !AEQ_SEPARATE_COMPILATION
template <class Schemes = builtin_schemes>  // always that: only a source file that asks for the table makes its rows
[[nodiscard]] constexpr kernel_table_view builtin_table() {
  return kernel_table<Schemes>::view();
}
#else
[[nodiscard]] kernel_table_view builtin_table();
#endif

}  // namespace aeq::inline AEQ_ABI

#if AEQ_DEFINITIONS
#include <aeq/table/kernel_table.ipp>
#endif
