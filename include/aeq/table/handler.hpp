// SPDX-License-Identifier: Apache-2.0
// Op handlers: what is instantiated per (op, scheme). Freestanding.
//
// A handler is thin: everything that a scheme_descriptor or the catalogue can say at run time stays out of it, and a
// scheme maps to the arithmetic it needs, so that rows of equal arithmetic share one instantiation.
#pragma once

#include <type_traits>

#include <aeq/op/concepts.hpp>

namespace aeq::inline AEQ_ABI {

using fit_float = scale_zero_point<float> (*)(range<float>, const format_descriptor&);
using fit_double = scale_zero_point<double> (*)(range<double>, const format_descriptor&);

/// From ranges to parameters, for statistics in float and in double.
struct fit_functions {
  fit_float narrow = nullptr;
  fit_double wide = nullptr;
};

/// The instantiation behind all schemes with one fit.
template <range_fit Fit>
struct shared_handler {
  static constexpr fit_functions fits{&Fit::template fit<float>, &Fit::template fit<double>};
};

/// The handler of an op under a scheme. Specialize it for a pair that needs code of its own.
template <operation_type Op, quantization_scheme Scheme>
requires supports<Op, Scheme>
struct op_handler : shared_handler<fit_of<Scheme>> {
};

}  // namespace aeq::inline AEQ_ABI
