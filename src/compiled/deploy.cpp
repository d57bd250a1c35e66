// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. Models as parts of programs.
#include <aeq/aeq.hpp>

#include <aeq/deploy/c_array.ipp>
