// SPDX-License-Identifier: Apache-2.0
// Why a type is no scheme: one sentence per requirement of scheme/concepts.hpp, and the functions that say them.
// Freestanding.
//
// broken::ID is a function that can't be called: its attribute makes every compiler that we know print one line with
// the template arguments (the scheme, the op, the numbers at stake) and the sentence. A static_assert prints its types
// in other lines, and a second error where its value is asserted once more. Doors that users touch call the checks
// before any constrained code, because a constraint that fails hides the sentence. A list macro could write this
// shorter, but compilers then bury the sentence in expansion notes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/concepts.hpp>

namespace aeq::inline AEQ_ABI {

/// A requirement's id, which is also the name of its concept, its function in `broken`, its test and its row in
/// docs/custom_policies.md, and its sentence.
struct requirement {
  std::string_view id;
  std::string_view sentence;
};

namespace broken {

#define AEQ_SCHEME_TYPE                                                                                        \
  "aeq: scheme_type: this is no scheme: it has none of the members activation, weight, compute_precision and " \
  "execution_mode; take an aeq::scheme<...> or a struct with these four"
template <class Scheme>
__attribute__((unavailable(AEQ_SCHEME_TYPE))) consteval bool scheme_type() {
  return false;
}

#define AEQ_ACTIVATION_FORMAT                                                                                     \
  "aeq: activation_format: the member activation is missing or is no number format with a constexpr descriptor; " \
  "write using activation = aeq::float32 or aeq::integer<8, aeq::asymmetric, aeq::tensorwise>"
template <class Scheme>
__attribute__((unavailable(AEQ_ACTIVATION_FORMAT))) consteval bool activation_format() {
  return false;
}

#define AEQ_WEIGHT_FORMAT                                                                                       \
  "aeq: weight_format: the member weight is missing or is no number format with a constexpr descriptor; write " \
  "using weight = aeq::integer<8, aeq::symmetric, aeq::channelwise> or a like one"
template <class Scheme>
__attribute__((unavailable(AEQ_WEIGHT_FORMAT))) consteval bool weight_format() {
  return false;
}

#define AEQ_COMPUTE_MEMBER                                                                                        \
  "aeq: compute_member: the member compute_precision is missing or is no constant of aeq::compute; write static " \
  "constexpr auto compute_precision = aeq::compute::integer or floating"
template <class Scheme>
__attribute__((unavailable(AEQ_COMPUTE_MEMBER))) consteval bool compute_member() {
  return false;
}

#define AEQ_EXECUTION_MEMBER                                                                                       \
  "aeq: execution_member: the member execution_mode is missing or is no constant of aeq::execution; write static " \
  "constexpr auto execution_mode = aeq::execution::dynamic_range, weight_only or static_range"
template <class Scheme>
__attribute__((unavailable(AEQ_EXECUTION_MEMBER))) consteval bool execution_member() {
  return false;
}

#define AEQ_NAME_TEXT \
  "aeq: name_text: the name is no constant text; write static constexpr std::string_view name = \"my_scheme\""
template <class Scheme>
__attribute__((unavailable(AEQ_NAME_TEXT))) consteval bool name_text() {
  return false;
}

#define AEQ_NAME_CHARACTERS                                                                                     \
  "aeq: name_characters: the name is empty, longer than 64 characters, or has one that recipes and file names " \
  "cannot have; begin with a letter and take letters, digits, underscores, dashes and dots"
template <class Scheme>
__attribute__((unavailable(AEQ_NAME_CHARACTERS))) consteval bool name_characters() {
  return false;
}

#define AEQ_OWN_NAME                                                                                        \
  "aeq: own_name: a built-in scheme has this name, and recipes would get that one; write static constexpr " \
  "std::string_view name with another text (without a name a scheme is called after its formats)"
template <class Scheme>
__attribute__((unavailable(AEQ_OWN_NAME))) consteval bool own_name() {
  return false;
}

#define AEQ_POLICY_LIST                                                                                            \
  "aeq: policy_list: policies is an object, or is called policy, and would be overlooked; write using policies = " \
  "aeq::type_list<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_POLICY_LIST))) consteval bool policy_list() {
  return false;
}

#define AEQ_POLICY_CATEGORY                                                                                        \
  "aeq: policy_category: a type in policies has no category and would never be looked up; write using category = " \
  "aeq::fit_category or aeq::kernels_category in it, or take aeq::power_of_two_fit or aeq::kernels<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_POLICY_CATEGORY))) consteval bool policy_category() {
  return false;
}

#define AEQ_KNOWN_CATEGORY                                                                         \
  "aeq: known_category: a policy has a category that nothing looks up; take aeq::fit_category or " \
  "aeq::kernels_category"
template <class Scheme>
__attribute__((unavailable(AEQ_KNOWN_CATEGORY))) consteval bool known_category() {
  return false;
}

#define AEQ_ONE_POLICY_PER_CATEGORY                                                                                  \
  "aeq: one_policy_per_category: two policies are of one category, or a fit policy stands beside a member fit, and " \
  "one of them would be overlooked; keep one"
template <class Scheme>
__attribute__((unavailable(AEQ_ONE_POLICY_PER_CATEGORY))) consteval bool one_policy_per_category() {
  return false;
}

#define AEQ_STORABLE_BITS \
  "aeq: storable_bits: a format has bits that no file stores; integers take 2, 4, 8 or 16 bits, floats 16 or 32"
template <class Scheme, int ActivationBits, int WeightBits>
__attribute__((unavailable(AEQ_STORABLE_BITS))) consteval bool storable_bits() {
  return false;
}

#define AEQ_ACTIVATION_BITS \
  "aeq: activation_bits: no kernel has activations of this width; take integer<8, ...>, integer<16, ...> or float32"
template <class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_ACTIVATION_BITS))) consteval bool activation_bits() {
  return false;
}

#define AEQ_WEIGHT_BITS                                                                                            \
  "aeq: weight_bits: no kernel has weights of this width; take integer<2, ...>, integer<4, ...>, integer<8, ...> " \
  "or float16"
template <class Scheme, int WeightBits>
__attribute__((unavailable(AEQ_WEIGHT_BITS))) consteval bool weight_bits() {
  return false;
}

#define AEQ_SIGNED_WEIGHT \
  "aeq: signed_weight: no kernel has unsigned weights; take integer<...> in place of unsigned_integer<...>"
template <class Scheme>
__attribute__((unavailable(AEQ_SIGNED_WEIGHT))) consteval bool signed_weight() {
  return false;
}

#define AEQ_UNSIGNED_ACTIVATION \
  "aeq: unsigned_activation: unsigned activations have 8 bits and a zero point; take aeq::au8, or a signed format"
template <class Scheme, int ActivationBits>
__attribute__((unavailable(AEQ_UNSIGNED_ACTIVATION))) consteval bool unsigned_activation() {
  return false;
}

#define AEQ_KNOWN_BLOCK_SIZE \
  "aeq: known_block_size: blocks of this size have no kernel; take blockwise<32>, <64>, <128> or <256>"
template <class Scheme, int BlockElements>
__attribute__((unavailable(AEQ_KNOWN_BLOCK_SIZE))) consteval bool known_block_size() {
  return false;
}

#define AEQ_TENSORWISE_ACTIVATION \
  "aeq: tensorwise_activation: activations have one scale per tensor; make the activation format tensorwise"
template <class Scheme>
__attribute__((unavailable(AEQ_TENSORWISE_ACTIVATION))) consteval bool tensorwise_activation() {
  return false;
}

#define AEQ_SYMMETRIC_WIDE_ACTIVATION \
  "aeq: symmetric_wide_activation: 16-bit activations have zero point 0; make the activation format symmetric"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_WIDE_ACTIVATION))) consteval bool symmetric_wide_activation() {
  return false;
}

#define AEQ_SYMMETRIC_BLOCKS \
  "aeq: symmetric_blocks: blockwise weights have no zero points; make the weight format symmetric"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_BLOCKS))) consteval bool symmetric_blocks() {
  return false;
}

#define AEQ_SYMMETRIC_INTEGER_WEIGHT                                                                                 \
  "aeq: symmetric_integer_weight: integer kernels do not subtract a weight's zero point; make the weight symmetric " \
  "or compute in floats"
template <class Scheme>
__attribute__((unavailable(AEQ_SYMMETRIC_INTEGER_WEIGHT))) consteval bool symmetric_integer_weight() {
  return false;
}

#define AEQ_ACTIVATION_FITS_MODE                                                                                   \
  "aeq: activation_fits_mode: execution::static_range needs integer activations, the other modes float32; change " \
  "the mode or the activation format"
template <class Scheme>
__attribute__((unavailable(AEQ_ACTIVATION_FITS_MODE))) consteval bool activation_fits_mode() {
  return false;
}

#define AEQ_COMPUTE_FITS_MODE                                                                         \
  "aeq: compute_fits_mode: execution::weight_only computes in compute::floating, the other modes in " \
  "compute::integer; change one of the two"
template <class Scheme>
__attribute__((unavailable(AEQ_COMPUTE_FITS_MODE))) consteval bool compute_fits_mode() {
  return false;
}

#define AEQ_INTEGER_WEIGHT                                                                                          \
  "aeq: integer_weight: compute::integer needs integer weights; take integer<...>, or execution::weight_only with " \
  "compute::floating"
template <class Scheme>
__attribute__((unavailable(AEQ_INTEGER_WEIGHT))) consteval bool integer_weight() {
  return false;
}

#define AEQ_USABLE_FIT                                                                                   \
  "aeq: usable_fit: fit cannot be called with a range<T> and a format_descriptor, or does not return a " \
  "scale_zero_point<T>, for both float and double; write it as a static template over T, as aeq::min_max_fit does"
template <class Scheme>
__attribute__((unavailable(AEQ_USABLE_FIT))) consteval bool usable_fit() {
  return false;
}

#define AEQ_CONSTANT_FIT                                                                                             \
  "aeq: constant_fit: fit cannot be evaluated at compile time, or does not end, for a range such as {-1, 1} or {0, " \
  "0}; declare it constexpr and take the functions of core/constexpr_math.hpp"
template <class Scheme>
__attribute__((unavailable(AEQ_CONSTANT_FIT))) consteval bool constant_fit() {
  return false;
}

#define AEQ_POSITIVE_SCALE                                                                                           \
  "aeq: positive_scale: fit gives a scale that is 0, negative or not finite for a range such as {-1, 1} or {0, 0}; " \
  "give at least aeq::smallest_range over the number of steps"
template <class Scheme>
__attribute__((unavailable(AEQ_POSITIVE_SCALE))) consteval bool positive_scale() {
  return false;
}

#define AEQ_ZERO_POINT_IN_RANGE                                                                                \
  "aeq: zero_point_in_range: fit gives a zero point outside the format, or one that is not 0 for a symmetric " \
  "format; clamp it to format.lowest() and format.highest(), and give 0 where format.is_symmetric()"
template <class Scheme>
__attribute__((unavailable(AEQ_ZERO_POINT_IN_RANGE))) consteval bool zero_point_in_range() {
  return false;
}

#define AEQ_ACCUMULATOR_FITS                                                                                \
  "aeq: accumulator_fits: a sum of Depth products can overflow the accumulator; take at most DeepestDepth " \
  "products, or narrower formats"
template <class Scheme, std::uint64_t Depth, std::uint64_t DeepestDepth>
__attribute__((unavailable(AEQ_ACCUMULATOR_FITS))) consteval bool accumulator_fits() {
  return false;
}

}  // namespace broken

/// The requirements on a scheme, in the order of checking.
inline constexpr std::array scheme_requirements{requirement{"scheme_type", AEQ_SCHEME_TYPE},
                                                requirement{"activation_format", AEQ_ACTIVATION_FORMAT},
                                                requirement{"weight_format", AEQ_WEIGHT_FORMAT},
                                                requirement{"compute_member", AEQ_COMPUTE_MEMBER},
                                                requirement{"execution_member", AEQ_EXECUTION_MEMBER},
                                                requirement{"name_text", AEQ_NAME_TEXT},
                                                requirement{"name_characters", AEQ_NAME_CHARACTERS},
                                                requirement{"own_name", AEQ_OWN_NAME},
                                                requirement{"policy_list", AEQ_POLICY_LIST},
                                                requirement{"policy_category", AEQ_POLICY_CATEGORY},
                                                requirement{"known_category", AEQ_KNOWN_CATEGORY},
                                                requirement{"one_policy_per_category", AEQ_ONE_POLICY_PER_CATEGORY},
                                                requirement{"storable_bits", AEQ_STORABLE_BITS},
                                                requirement{"activation_bits", AEQ_ACTIVATION_BITS},
                                                requirement{"weight_bits", AEQ_WEIGHT_BITS},
                                                requirement{"signed_weight", AEQ_SIGNED_WEIGHT},
                                                requirement{"unsigned_activation", AEQ_UNSIGNED_ACTIVATION},
                                                requirement{"known_block_size", AEQ_KNOWN_BLOCK_SIZE},
                                                requirement{"tensorwise_activation", AEQ_TENSORWISE_ACTIVATION},
                                                requirement{"symmetric_wide_activation", AEQ_SYMMETRIC_WIDE_ACTIVATION},
                                                requirement{"symmetric_blocks", AEQ_SYMMETRIC_BLOCKS},
                                                requirement{"symmetric_integer_weight", AEQ_SYMMETRIC_INTEGER_WEIGHT},
                                                requirement{"activation_fits_mode", AEQ_ACTIVATION_FITS_MODE},
                                                requirement{"compute_fits_mode", AEQ_COMPUTE_FITS_MODE},
                                                requirement{"integer_weight", AEQ_INTEGER_WEIGHT},
                                                requirement{"usable_fit", AEQ_USABLE_FIT},
                                                requirement{"constant_fit", AEQ_CONSTANT_FIT},
                                                requirement{"positive_scale", AEQ_POSITIVE_SCALE},
                                                requirement{"zero_point_in_range", AEQ_ZERO_POINT_IN_RANGE},
                                                requirement{"accumulator_fits", AEQ_ACCUMULATOR_FITS}};

#undef AEQ_SCHEME_TYPE
#undef AEQ_ACTIVATION_FORMAT
#undef AEQ_WEIGHT_FORMAT
#undef AEQ_COMPUTE_MEMBER
#undef AEQ_EXECUTION_MEMBER
#undef AEQ_NAME_TEXT
#undef AEQ_NAME_CHARACTERS
#undef AEQ_OWN_NAME
#undef AEQ_POLICY_LIST
#undef AEQ_POLICY_CATEGORY
#undef AEQ_KNOWN_CATEGORY
#undef AEQ_ONE_POLICY_PER_CATEGORY
#undef AEQ_STORABLE_BITS
#undef AEQ_ACTIVATION_BITS
#undef AEQ_WEIGHT_BITS
#undef AEQ_SIGNED_WEIGHT
#undef AEQ_UNSIGNED_ACTIVATION
#undef AEQ_KNOWN_BLOCK_SIZE
#undef AEQ_TENSORWISE_ACTIVATION
#undef AEQ_SYMMETRIC_WIDE_ACTIVATION
#undef AEQ_SYMMETRIC_BLOCKS
#undef AEQ_SYMMETRIC_INTEGER_WEIGHT
#undef AEQ_ACTIVATION_FITS_MODE
#undef AEQ_COMPUTE_FITS_MODE
#undef AEQ_INTEGER_WEIGHT
#undef AEQ_USABLE_FIT
#undef AEQ_CONSTANT_FIT
#undef AEQ_POSITIVE_SCALE
#undef AEQ_ZERO_POINT_IN_RANGE
#undef AEQ_ACCUMULATOR_FITS

namespace detail {

/// All of them, each asked: && would leave the errors behind the first to the compiler's mood.
template <class... Bools>
consteval bool all_true(Bools... each) {
  return (each && ...);
}

template <class Scheme>
consteval bool verify_members() {
  bool all = true;
  if constexpr (!activation_format<Scheme>) all = broken::activation_format<Scheme>();
  if constexpr (!weight_format<Scheme>) all = broken::weight_format<Scheme>();
  if constexpr (!compute_member<Scheme>) all = broken::compute_member<Scheme>();
  if constexpr (!execution_member<Scheme>) all = broken::execution_member<Scheme>();
  return all;
}

template <class Scheme>
consteval bool verify_name() {
  if constexpr (!name_text<Scheme>) {
    return broken::name_text<Scheme>();
  } else if constexpr (!name_characters<Scheme>) {
    return broken::name_characters<Scheme>();
  } else if constexpr (scheme_members<Scheme>) {
    if constexpr (!own_name<Scheme>) return broken::own_name<Scheme>();
  }
  return true;
}

template <class Scheme>
consteval bool verify_policies() {
  if constexpr (!policy_list<Scheme>) {
    return broken::policy_list<Scheme>();
  } else if constexpr (!policy_category<Scheme>) {
    return broken::policy_category<Scheme>();
  } else if constexpr (!known_category<Scheme>) {
    return broken::known_category<Scheme>();
  } else if constexpr (!one_policy_per_category<Scheme>) {
    return broken::one_policy_per_category<Scheme>();
  }
  return true;
}

/// Each of the two formats by itself. A width that no file stores is not also one that no kernel has.
template <class Scheme>
consteval bool verify_formats() {
  constexpr int activation = Scheme::activation::descriptor.bits;
  constexpr int weight = Scheme::weight::descriptor.bits;
  constexpr int block = Scheme::weight::descriptor.granularity.block_elements;
  bool all = true;
  if constexpr (!storable_bits<Scheme>) {
    all = broken::storable_bits<Scheme, activation, weight>();
  } else {
    if constexpr (!activation_bits<Scheme>) all = broken::activation_bits<Scheme, activation>();
    if constexpr (!weight_bits<Scheme>) all = broken::weight_bits<Scheme, weight>();
  }
  if constexpr (!signed_weight<Scheme>) all = broken::signed_weight<Scheme>();
  if constexpr (!unsigned_activation<Scheme>) all = broken::unsigned_activation<Scheme, activation>();
  if constexpr (!known_block_size<Scheme>) all = broken::known_block_size<Scheme, block>();
  if constexpr (!tensorwise_activation<Scheme>) all = broken::tensorwise_activation<Scheme>();
  if constexpr (!symmetric_wide_activation<Scheme>) all = broken::symmetric_wide_activation<Scheme>();
  if constexpr (!symmetric_blocks<Scheme>) all = broken::symmetric_blocks<Scheme>();
  return all;
}

/// The four axes together.
template <class Scheme>
consteval bool verify_combination() {
  bool all = true;
  if constexpr (!symmetric_integer_weight<Scheme>) all = broken::symmetric_integer_weight<Scheme>();
  if constexpr (!activation_fits_mode<Scheme>) all = broken::activation_fits_mode<Scheme>();
  if constexpr (!compute_fits_mode<Scheme>) all = broken::compute_fits_mode<Scheme>();
  if constexpr (!integer_weight<Scheme>) all = broken::integer_weight<Scheme>();
  return all;
}

template <class Scheme>
consteval bool verify_fit() {
  bool all = true;
  if constexpr (!usable_fit<Scheme>) {
    all = broken::usable_fit<Scheme>();
  } else if constexpr (storable_bits<Scheme>) {
    if constexpr (!constant_fit<Scheme>) {
      all = broken::constant_fit<Scheme>();
    } else {
      if constexpr (!positive_scale<Scheme>) all = broken::positive_scale<Scheme>();
      if constexpr (!zero_point_in_range<Scheme>) all = broken::zero_point_in_range<Scheme>();
    }
  }
  return all;
}

}  // namespace detail

/// Whether `Scheme` is a scheme. Where it is not, it fails to compile, with one error per requirement that is broken.
template <class Scheme>
consteval bool verify_scheme() {
  if constexpr (!scheme_type<Scheme>) {
    return broken::scheme_type<Scheme>();
  } else {
    bool all = detail::verify_members<Scheme>();
    all &= detail::verify_name<Scheme>();
    all &= detail::verify_policies<Scheme>();
    if constexpr (scheme_members<Scheme>) {
      all &= detail::verify_formats<Scheme>();
      all &= detail::verify_combination<Scheme>();
      if constexpr (usable_policies<Scheme>) all &= detail::verify_fit<Scheme>();
    }
    return all;
  }
}

/// Asks whether a sum of `Depth` products of the scheme fits its accumulator; compiles only where no sum can overflow.
template <class Scheme, std::uint64_t Depth>
consteval bool verify_accumulator() {
  if constexpr (!quantization_scheme<Scheme>) {
    verify_scheme<Scheme>();
  } else if constexpr (!accumulator_fits<Scheme, Depth>) {
    broken::accumulator_fits<Scheme, Depth, deepest_product(descriptor_of<Scheme>)>();
  }
  return true;  // A false would add nothing but an error without a sentence.
}

}  // namespace aeq::inline AEQ_ABI
