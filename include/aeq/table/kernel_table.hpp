// SPDX-License-Identifier: Apache-2.0
// The kernel table: every (op, scheme) that the catalogue allows, sorted by key, in constant memory. Freestanding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include <aeq/op/requirements.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/table/descriptor.hpp>

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
    const auto place = std::lower_bound(rows_.begin(), rows_.end(), key,
                                        [](const table_row& row, const table_key& wanted) { return row.key < wanted; });
    return place != rows_.end() && place->key == key ? &*place : nullptr;
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

template <class Op, class Scheme>
constexpr fit_functions handler_fits() {
  if constexpr (supports<Op, Scheme>) {
    return op_handler<Op, Scheme>::fits;
  } else {
    return {};
  }
}

template <class Scheme>
consteval std::size_t count_rows() {
  constexpr scheme_descriptor s = descriptor_of<Scheme>;
  std::size_t count = 0;
  for (const op::operation_descriptor& operation : op::catalogue) count += op::allows(operation, s) ? 1u : 0u;
  return count;
}

template <class Scheme, std::size_t... Index>
constexpr std::array<fit_functions, sizeof...(Index)> scheme_fits(std::index_sequence<Index...>) {
  return {handler_fits<op::operation<op::catalogue[Index].builtin>, Scheme>()...};
}

/// A type's identity without RTTI.
template <class>
inline constexpr char identity{};

/// Rows, recipes and listings know schemes by name. The same type twice is harmless.
template <class... Schemes>
concept distinct_names = [] {
  const std::array<std::string_view, sizeof...(Schemes)> names{name_of_scheme<Schemes>...};
  const std::array<const char*, sizeof...(Schemes)> types{&identity<Schemes>...};
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (names[i] == names[j] && types[i] != types[j]) return false;
    }
  }
  return true;
}();

template <class List>
struct table_storage;

template <class... Schemes>
struct table_storage<type_list<Schemes...>> {
  static constexpr std::array<scheme_descriptor, sizeof...(Schemes)> schemes{descriptor_of<Schemes>...};
  static constexpr std::size_t row_count = (count_rows<Schemes>() + ... + std::size_t(0));

  static constexpr std::array<table_row, row_count> rows = [] {
    using operations = std::make_index_sequence<op::catalogue.size()>;
    const std::array<std::array<fit_functions, op::catalogue.size()>, sizeof...(Schemes)> fits{
        scheme_fits<Schemes>(operations{})...};
    std::array<table_row, row_count> result{};
    std::size_t next = 0;
    for (std::size_t o = 0; o < op::catalogue.size(); ++o) {
      for (std::size_t s = 0; s < sizeof...(Schemes); ++s) {
        if (!op::allows(op::catalogue[o], schemes[s])) continue;
        result[next++] = {
            {op::catalogue[o].builtin, static_cast<std::uint16_t>(s)}, &op::catalogue[o], &schemes[s], fits[s][o]};
      }
    }
    return result;
  }();
};

}  // namespace detail

/// The table of the given schemes, or lists of schemes: `kernel_table<builtin_schemes, my_scheme>`. A type that is no
/// scheme is a compile error that names the broken requirement.
template <class... Schemes>
class kernel_table {
  template <class List>
  struct check;
  template <class... All>
  struct check<type_list<All...>> {
    static constexpr bool value = (verify_scheme<All>() && ...);
    static consteval void names() {
      static_assert(detail::distinct_names<All...>,
                    "aeq: distinct_names: two schemes of the table have one name; give each its own");
    }
  };

 public:
  using schemes = flat_list<Schemes...>;

  [[nodiscard]] static constexpr kernel_table_view view() {
    if constexpr (check<schemes>::value) {
      check<schemes>::names();
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
[[nodiscard]] constexpr kernel_table_view builtin_table() {
  return kernel_table<builtin_schemes>::view();
}
#elif AEQ_DEFINITIONS
[[nodiscard]] kernel_table_view builtin_table() {
  return kernel_table<builtin_schemes>::view();
}
#else
[[nodiscard]] kernel_table_view builtin_table();
#endif

}  // namespace aeq::inline AEQ_ABI
