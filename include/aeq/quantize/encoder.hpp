// SPDX-License-Identifier: Apache-2.0
// Producers of a constant's new bytes: quantized, packed and cast while the file is written, piece by piece.
#pragma once

#include <cstdint>

#include <aeq/model/model.hpp>
#include <aeq/quantize/parameters.hpp>
#include <aeq/quantize/weight.hpp>
#include <aeq/quantize/weight_loops.hpp>

namespace aeq::inline AEQ_ABI::quantize {

namespace detail {

/// Throws error (not_quantizable) where a range is not one.
void refuse_if_not_finite(const weight& source, const run_range& r);

}  // namespace detail

/// Bytes that a constant takes in the format of its parameters.
[[nodiscard]] std::uint64_t encoded_bytes(const tensor_parameters& p);

/// Makes a buffer hold a constant in the format of its parameters: produced while it is written.
void encode_into(model::buffer& into, const parameters& p);

}  // namespace aeq::inline AEQ_ABI::quantize

#if AEQ_DEFINITIONS
#include <aeq/quantize/encoder.ipp>
#endif
