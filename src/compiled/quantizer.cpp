// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. The facade.
#include <aeq/aeq.hpp>

#include <aeq/quantizer.ipp>
