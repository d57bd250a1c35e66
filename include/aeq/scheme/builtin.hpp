// SPDX-License-Identifier: Apache-2.0
// The built-in schemes: every combination that the default policy allows (spec: quantization, section 4.3), under the
// names of the published recipes. Freestanding.
#pragma once

#include <aeq/core/type_list.hpp>
#include <aeq/scheme/scheme.hpp>

namespace aeq::inline AEQ_ABI {

template <int Bits, class Granularity>
using dynamic_range_scheme =
    scheme<float32, integer<Bits, symmetric, Granularity>, compute::integer, execution::dynamic_range>;

template <int Bits, symmetry Symmetry, class Granularity>
using weight_only_scheme =
    scheme<float32, integer<Bits, Symmetry, Granularity>, compute::floating, execution::weight_only>;

template <class Activation, int WeightBits, class Granularity>
using static_range_scheme =
    scheme<Activation, integer<WeightBits, symmetric, Granularity>, compute::integer, execution::static_range>;

using ai8 = integer<8, asymmetric, tensorwise>;
using ai8_symmetric = integer<8, symmetric, tensorwise>;
using ai16 = integer<16, symmetric, tensorwise>;
using au8 = unsigned_integer<8, asymmetric, tensorwise>;

using dynamic_wi8_afp32 = dynamic_range_scheme<8, channelwise>;
using dynamic_wi4_afp32 = dynamic_range_scheme<4, channelwise>;
using dynamic_wi2_afp32 = dynamic_range_scheme<2, channelwise>;
using weight_only_wi8_afp32 = weight_only_scheme<8, symmetric, channelwise>;
using weight_only_wi4_afp32 = weight_only_scheme<4, symmetric, channelwise>;
using weight_only_wfp16_afp32 = scheme<float32, float16, compute::floating, execution::weight_only>;
using static_wi8_ai8 = static_range_scheme<ai8, 8, channelwise>;
using static_wi8_ai16 = static_range_scheme<ai16, 8, channelwise>;
using static_wi4_ai8 = static_range_scheme<ai8, 4, channelwise>;
using static_wi4_ai16 = static_range_scheme<ai16, 4, channelwise>;
using static_wi8_au8 = static_range_scheme<au8, 8, channelwise>;

template <int Bits>
using dynamic_blockwise_schemes =
    type_list<dynamic_range_scheme<Bits, blockwise<32>>, dynamic_range_scheme<Bits, blockwise<64>>,
              dynamic_range_scheme<Bits, blockwise<128>>, dynamic_range_scheme<Bits, blockwise<256>>>;

template <int Bits>
using weight_only_schemes =
    type_list<weight_only_scheme<Bits, symmetric, channelwise>, weight_only_scheme<Bits, symmetric, tensorwise>,
              weight_only_scheme<Bits, asymmetric, channelwise>, weight_only_scheme<Bits, asymmetric, tensorwise>>;

template <int WeightBits>
using static_schemes =
    type_list<static_range_scheme<ai8, WeightBits, channelwise>, static_range_scheme<ai8, WeightBits, tensorwise>,
              static_range_scheme<ai8_symmetric, WeightBits, channelwise>,
              static_range_scheme<ai8_symmetric, WeightBits, tensorwise>,
              static_range_scheme<ai16, WeightBits, channelwise>, static_range_scheme<ai16, WeightBits, tensorwise>>;

/// A struct, so that compilers print its name instead of all of them.
struct builtin_schemes
    : flat_list<dynamic_wi8_afp32, dynamic_range_scheme<8, tensorwise>,                                //
                dynamic_wi4_afp32, dynamic_range_scheme<4, tensorwise>, dynamic_blockwise_schemes<4>,  //
                dynamic_wi2_afp32, dynamic_range_scheme<2, tensorwise>, dynamic_blockwise_schemes<2>,  //
                weight_only_schemes<8>, weight_only_schemes<4>, weight_only_wfp16_afp32,               //
                static_schemes<8>, static_schemes<4>,                                                  //
                static_wi8_au8, static_range_scheme<au8, 8, tensorwise>> {};

}  // namespace aeq::inline AEQ_ABI
