// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/scheme/concepts.hpp>
#include <aeq/scheme/number_format.hpp>
#include <cstdint>

namespace {

using namespace aeq;

constexpr format_descriptor signed_bits(std::uint8_t bits, symmetry zero) {
  return {number_kind::signed_integer, bits, zero, tensorwise::descriptor};
}

static_assert(signed_bits(2, symmetric).lowest() == -2 && signed_bits(2, symmetric).highest() == 1);
static_assert(signed_bits(4, symmetric).lowest() == -8 && signed_bits(4, symmetric).highest() == 7);
static_assert(signed_bits(8, asymmetric).lowest() == -128 && signed_bits(8, asymmetric).highest() == 127);
static_assert(signed_bits(16, symmetric).lowest() == -32768 && signed_bits(16, symmetric).highest() == 32767);
static_assert(signed_bits(32, symmetric).highest() == INT32_MAX && signed_bits(32, symmetric).lowest() == INT32_MIN);

// Symmetric formats leave the smallest integer out from 8 bits on, asymmetric ones never.
static_assert(signed_bits(2, symmetric).lowest_quantized() == -2);
static_assert(signed_bits(4, symmetric).lowest_quantized() == -8);
static_assert(signed_bits(8, symmetric).lowest_quantized() == -127);
static_assert(signed_bits(16, symmetric).lowest_quantized() == -32767);
static_assert(signed_bits(8, asymmetric).lowest_quantized() == -128);
static_assert(signed_bits(16, asymmetric).lowest_quantized() == -32768);

constexpr format_descriptor byte = unsigned_integer<8, asymmetric, tensorwise>::descriptor;
static_assert(byte.lowest() == 0 && byte.highest() == 255 && byte.lowest_quantized() == 0 && byte.is_integer());
static_assert(!float32::descriptor.is_integer() && float16::descriptor.bits == 16);

static_assert(integer<8, symmetric, tensorwise>::descriptor == signed_bits(8, symmetric));
static_assert(integer<8, symmetric, tensorwise>::descriptor != integer<8, symmetric, channelwise>::descriptor);
static_assert(integer<4, symmetric, blockwise<32>>::descriptor != integer<4, symmetric, blockwise<64>>::descriptor);
static_assert(integer<8, symmetric, tensorwise>::descriptor != unsigned_integer<8, symmetric, tensorwise>::descriptor);
static_assert(blockwise<256>::descriptor.block_elements == 256 && channelwise::descriptor.block_elements == 0);

// number_format: any type that describes itself.
struct own_format {
  static constexpr format_descriptor descriptor{number_kind::signed_integer, 8, symmetric, tensorwise::descriptor};
};
struct no_format {
  static constexpr int descriptor[2]{};
};
static_assert(number_format<integer<8, symmetric, channelwise>> && number_format<float16> && number_format<own_format>);
static_assert(!number_format<int> && !number_format<no_format> && !number_format<channelwise>);

TEST_SUITE_BEGIN("scheme/number_format");

TEST_CASE("the limits of every width are those of two's complement") {
  for (std::uint8_t bits = 2; bits <= 32; ++bits) {
    const format_descriptor format = signed_bits(bits, asymmetric);
    CHECK(format.highest() == -(format.lowest() + 1));
    CHECK(format.highest() - format.lowest() == (std::int64_t(1) << bits) - 1);
  }
}

TEST_SUITE_END();

}  // namespace
