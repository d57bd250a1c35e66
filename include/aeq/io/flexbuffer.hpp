// SPDX-License-Identifier: Apache-2.0
// FlexBuffers, the schema-less format of custom operators' options, as JSON values. Nothing says which options are in
// this format, so this decides it as FlatBuffers' Python package does: positions outside the data are cut off or
// counted from the end like slices of a Python list, and what then can't be read is no FlexBuffer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <aeq/config.hpp>
#include <aeq/io/json_forward.hpp>

namespace aeq::inline AEQ_ABI::io {

/// The content of a FlexBuffer: floats as hexadecimal text, maps in their order. None if the data is no FlexBuffer.
[[nodiscard]] std::optional<boost::json::value> decode_flexbuffer(std::span<const std::uint8_t> bytes);

}  // namespace aeq::inline AEQ_ABI::io

#if AEQ_DEFINITIONS
#include <aeq/io/flexbuffer.ipp>
#endif
