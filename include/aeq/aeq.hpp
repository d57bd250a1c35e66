// SPDX-License-Identifier: Apache-2.0
// Everything: the freestanding part, and on a host the quantizer. The same include line serves both.
#pragma once

#include <aeq/kernels.hpp>

#if !AEQ_FREESTANDING
#include <aeq/quantizer.hpp>
#endif
