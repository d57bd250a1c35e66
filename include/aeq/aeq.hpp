// SPDX-License-Identifier: Apache-2.0
// Everything: the freestanding part, and on a host the quantizer. The same include line serves both.
#pragma once

#include <aeq/kernels.hpp>

#if !AEQ_FREESTANDING
#include <aeq/model/difference.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/summary.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/save.hpp>
#endif
