// SPDX-License-Identifier: Apache-2.0
// The only place that defines settings. Define one before the first aeq header to override it.
#pragma once

#include <cfloat>

#include <aeq/version.hpp>

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "aeq needs C++20: compile with -std=c++20 or newer"
#endif

#if !defined(__has_attribute)
#error "aeq needs g++ 12, clang 14, or a newer one"
#elif !__has_attribute(unavailable)
#error "aeq needs g++ 12, clang 14, or a newer one: its compile errors are said by the attribute unavailable"
#endif

#if defined(__FAST_MATH__)
#error "aeq computes to the last bit: compile without -ffast-math (it reorders and approximates float arithmetic)"
#endif

#if FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16 && FLT_EVAL_METHOD != 32
#error "aeq computes to the last bit: float arithmetic must be done as float. On 32-bit x86: -msse2 -mfpmath=sse"
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

// AEQ_PORTABLE_LOOPS: 1 leaves the vectorized variants of the host's hot loops out. Quantized bits are the same either
// way; sums of the interpreter's float ops may differ in their last bits, since some processors round products and sums
// at once.
#ifndef AEQ_PORTABLE_LOOPS
#define AEQ_PORTABLE_LOOPS 0
#endif

// AEQ_SEPARATE_COMPILATION: 1 makes the headers declare the host's functions without defining them, which spares every
// source file Boost, FlatBuffers and the quantizer's own insides. One source file of the program then defines them (in
// CMake and Meson, linking aeq::compiled does it). Default: 0, header-only. Where AEQ_FREESTANDING is 1 it has no
// effect: there is no host's part.
#if !defined(AEQ_SEPARATE_COMPILATION) || AEQ_FREESTANDING
#undef AEQ_SEPARATE_COMPILATION
#define AEQ_SEPARATE_COMPILATION 0
#endif

// AEQ_IMPLEMENTATION: defined, in one source file before <aeq/aeq.hpp>, makes it define what is not inline:
// Boost.JSON's functions, for who does not link its library, and with AEQ_SEPARATE_COMPILATION the host's functions.

// AEQ_LINKS_BOOST_JSON: 1 says that the program links Boost.JSON's library, so that AEQ_IMPLEMENTATION leaves it out.
#ifndef AEQ_LINKS_BOOST_JSON
#define AEQ_LINKS_BOOST_JSON 0
#endif

// Not settings: what the headers make of them.

// Whether this source file sees the definitions in the *.ipp files, and what stands before each of them.
#if !AEQ_SEPARATE_COMPILATION || defined(AEQ_IMPLEMENTATION)
#define AEQ_DEFINITIONS 1
#else
#define AEQ_DEFINITIONS 0
#endif
#if AEQ_SEPARATE_COMPILATION
#define AEQ_INLINE
#else
#define AEQ_INLINE inline
#endif

// The inline namespace aeq::AEQ_ABI, such as aeq::v0_1_0: versions, and settings that change code, differ in its name
// and so link together.
#define AEQ_JOIN_TOKENS(major, minor, patch, loops, mode) v##major##_##minor##_##patch##loops##mode
#define AEQ_JOIN(major, minor, patch, loops, mode) AEQ_JOIN_TOKENS(major, minor, patch, loops, mode)
#if AEQ_PORTABLE_LOOPS
#define AEQ_ABI_LOOPS _portable
#else
#define AEQ_ABI_LOOPS
#endif
#if AEQ_SEPARATE_COMPILATION
#define AEQ_ABI_MODE _compiled
#else
#define AEQ_ABI_MODE
#endif
#define AEQ_ABI AEQ_JOIN(AEQ_VERSION_MAJOR, AEQ_VERSION_MINOR, AEQ_VERSION_PATCH, AEQ_ABI_LOOPS, AEQ_ABI_MODE)
