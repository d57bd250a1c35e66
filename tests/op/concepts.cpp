// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <aeq/op/concepts.hpp>
#include <aeq/op/requirements.hpp>
#include <aeq/scheme/builtin.hpp>
#include <cstddef>
#include <utility>

namespace {

using namespace aeq;

static_assert(operation_type<op::conv_2d> && operation_type<op::graph_input>);
static_assert(!operation_type<int> && !operation_type<static_wi8_ai8> && !operation_type<op::code>);

static_assert(supports<op::conv_2d, static_wi8_ai8> && supports<op::conv_2d, dynamic_wi2_afp32>);
static_assert(supports<op::fully_connected, dynamic_range_scheme<4, blockwise<32>>>);
static_assert(supports<op::embedding_lookup, weight_only_wfp16_afp32>);
static_assert(supports<op::add, static_wi4_ai8>);  // an op without a weight does not look at the weight
static_assert(supports<op::graph_output, static_wi8_au8>);
static_assert(verify_operation<op::conv_2d, static_wi8_ai8>());

static_assert(!supports<op::conv_2d, dynamic_range_scheme<4, blockwise<32>>>);
static_assert(!supports<op::embedding_lookup, dynamic_range_scheme<2, blockwise<32>>>);
static_assert(!supports<op::embedding_lookup, static_wi8_ai8> && !supports<op::add, dynamic_wi8_afp32>);
static_assert(!supports<op::hard_swish, static_wi8_ai16> && !supports<op::conv_2d, static_wi8_au8>);
static_assert(!supports<op::batch_matmul, dynamic_wi4_afp32> && supports<op::batch_matmul, weight_only_wi4_afp32>);
static_assert(!supports<op::batch_matmul, weight_only_wfp16_afp32>);
static_assert(!supports<int, static_wi8_ai8> && !supports<op::conv_2d, int>);

static_assert(argument_order<op::conv_2d, static_wi8_ai8> && argument_order<int, int>);
static_assert(!argument_order<static_wi8_ai8, op::conv_2d>);
struct no_descriptor_of_ours {
  static constexpr int descriptor = 0;
};
static_assert(!operation_type<no_descriptor_of_ours> && !operation_type<float32>);

// Every built-in scheme is taken by some op, and for every pair the relation is what the requirements say together.
template <class Scheme, std::size_t... Index>
consteval bool relation_is_sum_of_reasons(std::index_sequence<Index...>) {
  return ((supports<op::operation<op::catalogue[Index].builtin>, Scheme> ==
           (mode_of_operation<op::operation<op::catalogue[Index].builtin>, Scheme> &&
            activation_of_operation<op::operation<op::catalogue[Index].builtin>, Scheme> &&
            weight_bits_of_operation<op::operation<op::catalogue[Index].builtin>, Scheme> &&
            granularity_of_operation<op::operation<op::catalogue[Index].builtin>, Scheme>)) &&
          ...);
}
static_assert(relation_is_sum_of_reasons<static_wi8_ai8>(std::make_index_sequence<op::catalogue.size()>()));
static_assert(relation_is_sum_of_reasons<static_wi4_ai16>(std::make_index_sequence<op::catalogue.size()>()));
static_assert(relation_is_sum_of_reasons<dynamic_wi8_afp32>(std::make_index_sequence<op::catalogue.size()>()));
static_assert(relation_is_sum_of_reasons<weight_only_wfp16_afp32>(std::make_index_sequence<op::catalogue.size()>()));

template <class... Ops>
struct each_of {
  static_assert((operation_type<Ops> && ...));
  static_assert((argument_order<Ops, static_wi8_ai8> && ...));
};
template <class Sequence>
struct catalogue_types;
template <std::size_t... Index>
struct catalogue_types<std::index_sequence<Index...>> : each_of<op::operation<op::catalogue[Index].builtin>...> {};
template struct catalogue_types<std::make_index_sequence<op::catalogue.size()>>;

// One reason each, the others hold as far as they are asked.
static_assert(mode_of_operation<op::conv_2d, dynamic_wi8_afp32> && !mode_of_operation<op::add, dynamic_wi8_afp32>);
static_assert(!mode_of_operation<op::embedding_lookup, static_wi8_ai8>);
static_assert(mode_of_operation<op::hard_swish, static_wi8_ai16> &&
              !activation_of_operation<op::hard_swish, static_wi8_ai16>);
static_assert(activation_of_operation<op::depthwise_conv_2d, static_wi4_ai8> &&
              !weight_bits_of_operation<op::depthwise_conv_2d, static_wi4_ai8>);
static_assert(weight_bits_of_operation<op::conv_2d, dynamic_range_scheme<4, blockwise<32>>> &&
              !granularity_of_operation<op::conv_2d, dynamic_range_scheme<4, blockwise<32>>>);

TEST_SUITE_BEGIN("op/concepts");

TEST_CASE("a concept and the run-time check of the same pair agree") {
  CHECK(op::allows(op::conv_2d::descriptor, descriptor_of<static_wi8_ai8>) == supports<op::conv_2d, static_wi8_ai8>);
  CHECK(op::allows(op::add::descriptor, descriptor_of<dynamic_wi8_afp32>) == supports<op::add, dynamic_wi8_afp32>);
}

TEST_SUITE_END();

}  // namespace
