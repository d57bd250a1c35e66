// SPDX-License-Identifier: Apache-2.0
// What is asked of a fit: that it can be called as the quantizer calls it, at compile time too, and that what it gives
// for some ranges is a scale and a zero point of the format. Freestanding.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/half.hpp>
#include <aeq/scheme/fit.hpp>
#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI {

/// A fit turns a range into a scale and a zero point, in float and in double: statistics come as either.
template <class Fit>
concept range_fit = requires(range<float> narrow, range<double> wide, const format_descriptor& format) {
  { Fit::fit(narrow, format) } -> std::same_as<scale_zero_point<float>>;
  { Fit::fit(wide, format) } -> std::same_as<scale_zero_point<double>>;
};

namespace detail {

/// A scheme's own static `fit`, wrapped so that it is a policy like any other.
template <class Scheme>
struct own_fit {
  using category = fit_category;
  template <std::floating_point T>
  requires requires(range<T> values, const format_descriptor& format) { Scheme::fit(values, format); }
  [[nodiscard]] static constexpr auto fit(range<T> values, const format_descriptor& format) {
    return Scheme::fit(values, format);
  }
};

/// Any member `fit`, callable as we call it or not: one with wrong parameters must fail usable_fit. Asking only whether
/// the right call works would take min_max_fit instead of it without a word.
template <class Scheme>
concept declares_fit = requires(range<float> values, const format_descriptor& format) {
  Scheme::fit(values, format);
}
|| requires(range<double> values, const format_descriptor& format) {
  Scheme::fit(values, format);
}
|| requires {
  &Scheme::fit;
}
|| requires {
  &Scheme::template fit<float>;
};

template <class Scheme>
struct fit_of_scheme {
  using type = policy_of<Scheme, fit_category, min_max_fit>;
};
template <class Scheme>
requires declares_fit<Scheme>
struct fit_of_scheme<Scheme> {
  using type = own_fit<Scheme>;
};

}  // namespace detail

/// The fit of a scheme: its own `fit`, else the one in its `policies`, else min_max_fit.
template <class Scheme>
using fit_of = typename detail::fit_of_scheme<Scheme>::type;

template <class Scheme>
concept usable_fit = range_fit<fit_of<Scheme>>;

namespace detail {

/// Ranges that every fit is tried on: around zero, on one side of it, small, large, and of zeros only.
template <class T>
inline constexpr std::array<range<T>, 8> probe_ranges{{{T(-1), T(1)},
                                                       {T(-0.5), T(2)},
                                                       {T(0), T(6)},
                                                       {T(-3), T(0)},
                                                       {T(0.25), T(4)},
                                                       {T(-1e-3), T(1e-3)},
                                                       {T(-1000), T(500)},
                                                       {T(0), T(0)}}};

struct fit_findings {
  bool positive_scale = true;
  bool zero_point_in_range = true;
};

/// Tried where the format is an integer one. Blocks keep their scale as float16, which is 0 for a range of zeros.
template <class Fit, class T>
constexpr void try_fit(const format_descriptor& format, fit_findings& found) {
  if (!format.is_integer()) return;
  const bool blocks = format.granularity.kind == granularity_kind::blockwise;
  for (const range<T>& probe : probe_ranges<T>) {
    const scale_zero_point<T> fitted = Fit::fit(probe, format);
    if (!blocks || probe.lowest != probe.highest) {
      const T stored =
          blocks ? static_cast<T>(float_from_float16(float16_bits(static_cast<float>(fitted.scale)))) : fitted.scale;
      found.positive_scale &= is_finite(stored) && stored > T(0);
    }
    const std::int64_t lowest = format.is_symmetric() ? 0 : format.lowest();
    const std::int64_t highest = format.is_symmetric() ? 0 : format.highest();
    found.zero_point_in_range &= fitted.zero_point >= lowest && fitted.zero_point <= highest;
  }
}

template <class Scheme>
[[nodiscard]] constexpr fit_findings try_fits() {
  fit_findings found;
  using fit = fit_of<Scheme>;
  try_fit<fit, float>(Scheme::weight::descriptor, found);
  try_fit<fit, double>(Scheme::weight::descriptor, found);
  try_fit<fit, float>(Scheme::activation::descriptor, found);
  try_fit<fit, double>(Scheme::activation::descriptor, found);
  return found;
}

/// Ours are tried by tests, so that the built-in schemes need not be tried in every source file.
template <class Scheme>
concept fit_of_ours = std::is_same_v<fit_of<Scheme>, min_max_fit> || std::is_same_v<fit_of<Scheme>, power_of_two_fit>;

}  // namespace detail

/// The fit works in constant expressions, which is how the next two requirements look at what it gives. One that does
/// not come to an end fails here too.
template <class Scheme>
concept constant_fit = detail::fit_of_ours<Scheme> || requires {
  typename std::bool_constant<detail::try_fits<Scheme>().positive_scale>;
};

/// Finite and above 0, also as the float16 that a blockwise scale is stored in: integers are values divided by it.
template <class Scheme>
concept positive_scale = detail::fit_of_ours<Scheme> || detail::try_fits<Scheme>()
.positive_scale;

/// 0 where the format is symmetric (the file stores no zero point then, and kernels leave it out), else an integer of
/// the format, so that 0 is exactly one of them.
template <class Scheme>
concept zero_point_in_range = detail::fit_of_ours<Scheme> || detail::try_fits<Scheme>()
.zero_point_in_range;

}  // namespace aeq::inline AEQ_ABI
