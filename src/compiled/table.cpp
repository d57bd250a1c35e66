// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. The table of the built-in schemes.
#include <aeq/aeq.hpp>

#include <aeq/table/kernel_table.ipp>
