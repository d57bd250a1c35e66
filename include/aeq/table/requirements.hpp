// SPDX-License-Identifier: Apache-2.0
// Why a scheme has no place in a table, or a kernel none in a row: one sentence per requirement of table/concepts.hpp
// (scheme/requirements.hpp says how). And `verify`, which asks everything of a policy that can be asked. Freestanding.
#pragma once

#include <array>

#include <aeq/op/requirements.hpp>
#include <aeq/table/concepts.hpp>

namespace aeq::inline AEQ_ABI {

namespace broken {

#define AEQ_SOME_OPERATION                                                                                   \
  "aeq: some_operation: no op of the catalogue takes this combination of formats, so that nothing would be " \
  "quantized; take one that docs/operations.md lists"
template <class Scheme>
__attribute__((unavailable(AEQ_SOME_OPERATION))) consteval bool some_operation() {
  return false;
}

#define AEQ_DISTINCT_NAMES "aeq: distinct_names: two schemes of the table have one name; give each its own"
template <class... Schemes>
__attribute__((unavailable(AEQ_DISTINCT_NAMES))) consteval bool distinct_names() {
  return false;
}

#define AEQ_KERNEL_LIST \
  "aeq: kernel_list: a policy of aeq::kernels_category has no list of kernels; take aeq::kernels<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_KERNEL_LIST))) consteval bool kernel_list() {
  return false;
}

#define AEQ_KERNEL_OPERATION                                                                  \
  "aeq: kernel_operation: a kernel does not say which op it is for; write using operation = " \
  "aeq::op::fully_connected, or another op that runs"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_OPERATION))) consteval bool kernel_operation() {
  return false;
}

#define AEQ_KERNEL_WORKSPACE                                                                       \
  "aeq: kernel_workspace: workspace_bytes of a kernel has another form; write static std::size_t " \
  "workspace_bytes(const aeq::kernel_arguments&) noexcept, or leave it out"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_WORKSPACE))) consteval bool kernel_workspace() {
  return false;
}

#define AEQ_KERNEL_SETUP                                                                                       \
  "aeq: kernel_setup: setup of a kernel is missing or has another form; write static aeq::status setup(const " \
  "aeq::kernel_arguments&, std::span<std::byte>) noexcept"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_SETUP))) consteval bool kernel_setup() {
  return false;
}

#define AEQ_KERNEL_EVALUATE                                                                                      \
  "aeq: kernel_evaluate: evaluate of a kernel is missing or has another form; write static void evaluate(const " \
  "aeq::kernel_arguments&, std::span<std::byte>) noexcept"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_EVALUATE))) consteval bool kernel_evaluate() {
  return false;
}

#define AEQ_KERNEL_OF_SUPPORTED_OPERATION                                                                         \
  "aeq: kernel_of_supported_operation: the kernel's op does not take the scheme, so that the kernel would never " \
  "run; take a scheme that docs/operations.md lists for the op, or leave the kernel out"
template <class Kernel, class Scheme>
__attribute__((unavailable(AEQ_KERNEL_OF_SUPPORTED_OPERATION))) consteval bool kernel_of_supported_operation() {
  return false;
}

#define AEQ_ONE_KERNEL_PER_OPERATION \
  "aeq: one_kernel_per_operation: two kernels of the scheme are for one op, and one would never run; keep one"
template <class Scheme>
__attribute__((unavailable(AEQ_ONE_KERNEL_PER_OPERATION))) consteval bool one_kernel_per_operation() {
  return false;
}

}  // namespace broken

/// The requirements on schemes in a table and on their kernels, in the order of checking.
inline constexpr std::array table_requirements{
    requirement{"some_operation", AEQ_SOME_OPERATION},
    requirement{"distinct_names", AEQ_DISTINCT_NAMES},
    requirement{"kernel_list", AEQ_KERNEL_LIST},
    requirement{"kernel_operation", AEQ_KERNEL_OPERATION},
    requirement{"kernel_workspace", AEQ_KERNEL_WORKSPACE},
    requirement{"kernel_setup", AEQ_KERNEL_SETUP},
    requirement{"kernel_evaluate", AEQ_KERNEL_EVALUATE},
    requirement{"kernel_of_supported_operation", AEQ_KERNEL_OF_SUPPORTED_OPERATION},
    requirement{"one_kernel_per_operation", AEQ_ONE_KERNEL_PER_OPERATION}};

#undef AEQ_SOME_OPERATION
#undef AEQ_DISTINCT_NAMES
#undef AEQ_KERNEL_LIST
#undef AEQ_KERNEL_OPERATION
#undef AEQ_KERNEL_WORKSPACE
#undef AEQ_KERNEL_SETUP
#undef AEQ_KERNEL_EVALUATE
#undef AEQ_KERNEL_OF_SUPPORTED_OPERATION
#undef AEQ_ONE_KERNEL_PER_OPERATION

namespace detail {

template <class Scheme, class Kernel>
consteval bool verify_kernel() {
  bool all = true;
  if constexpr (!kernel_operation<Kernel>) {
    all = broken::kernel_operation<Kernel, Scheme>();
  } else if constexpr (!kernel_of_supported_operation<Kernel, Scheme>) {
    all = broken::kernel_of_supported_operation<Kernel, Scheme>();
  }
  if constexpr (!kernel_workspace<Kernel>) all = broken::kernel_workspace<Kernel, Scheme>();
  if constexpr (!kernel_setup<Kernel>) all = broken::kernel_setup<Kernel, Scheme>();
  if constexpr (!kernel_evaluate<Kernel>) all = broken::kernel_evaluate<Kernel, Scheme>();
  return all;
}

template <class Scheme, class... Kernels>
consteval bool verify_kernels(const type_list<Kernels...>*) {
  const bool all = all_true(verify_kernel<Scheme, Kernels>()...);
  if constexpr ((kernel_operation<Kernels> && ...)) {
    if constexpr (!one_kernel_per_operation<Scheme>) return broken::one_kernel_per_operation<Scheme>();
  }
  return all;
}

/// All that a table asks of a scheme by itself.
template <class Scheme>
consteval bool verify_policy() {
  if constexpr (!quantization_scheme<Scheme>) {
    return verify_scheme<Scheme>();
  } else {
    bool all = true;
    if constexpr (!some_operation<Scheme>) all = broken::some_operation<Scheme>();
    if constexpr (!kernel_list<Scheme>) {
      all = broken::kernel_list<Scheme>();
    } else if constexpr (some_operation<Scheme>) {
      all &= verify_kernels<Scheme>(kernels_pointer<Scheme>);
    }
    return all;
  }
}

}  // namespace detail

/// Asks everything of a policy: `static_assert(aeq::verify<my_scheme>());` behind the struct's closing brace. Compiles
/// where all is well; else the compiler prints one error per broken requirement, all of them at once. With ops also
/// whether each takes the scheme: `aeq::verify<my_scheme, aeq::op::conv_2d, aeq::op::fully_connected>()`.
template <class Scheme, class... Ops>
consteval bool verify() {
  if constexpr ((!argument_order<Ops, Scheme> || ...)) {
    static_cast<void>(detail::all_true(verify_operation<Ops, Scheme>()...));
  } else if constexpr (detail::verify_policy<Scheme>()) {
    static_cast<void>(detail::all_true(verify_operation<Ops, Scheme>()...));
  }
  return true;  // A false would add nothing but an error without a sentence.
}

}  // namespace aeq::inline AEQ_ABI
