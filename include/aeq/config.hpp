// SPDX-License-Identifier: Apache-2.0
// The only place that defines settings. Define one before the first aeq header to override it.
#pragma once

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "aeq needs C++20: compile with -std=c++20 or newer"
#endif

#if defined(__FAST_MATH__)
#error "aeq computes to the last bit: compile without -ffast-math (it reorders and approximates float arithmetic)"
#endif

// AEQ_FREESTANDING: 1 keeps everything that needs an operating system, a heap or exceptions out of <aeq/aeq.hpp>.
// Default: what the compiler says of itself (-ffreestanding).
#ifndef AEQ_FREESTANDING
#if defined(__STDC_HOSTED__) && __STDC_HOSTED__
#define AEQ_FREESTANDING 0
#else
#define AEQ_FREESTANDING 1
#endif
#endif

// AEQ_PORTABLE_LOOPS: 1 leaves the vectorized variants of the host's hot loops out. The bits are the same either way.
#ifndef AEQ_PORTABLE_LOOPS
#define AEQ_PORTABLE_LOOPS 0
#endif
