// SPDX-License-Identifier: Apache-2.0
// The recipes that go by a name: those of the Python tool that this version can do, the ready ones of recipes/, and
// every scheme. (spec: quantization, sections 2.6 and 3.1)
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <aeq/recipe/json.hpp>
#include <aeq/recipe/recipe.hpp>
#include <aeq/scheme/builtin.hpp>

namespace aeq::inline AEQ_ABI::recipe {

/// A rule of a built-in recipe: a scheme for one operation or all. Without a scheme it is a no_quantize rule.
struct builtin_rule {
  std::string_view operation = "*";
  const scheme_descriptor* scheme = nullptr;
  std::uint64_t min_weight_elements = 0;
};

inline constexpr std::size_t most_builtin_rules = 3;

struct builtin_recipe {
  std::string_view name;
  std::string_view summary;
  std::array<builtin_rule, most_builtin_rules> rules{};
  std::size_t rule_count = 1;
};

/// A recipe of the Python tool that this version can't do.
struct unavailable_recipe {
  std::string_view name;
  std::string_view reason;
};

namespace detail {

template <class Scheme>
[[nodiscard]] constexpr builtin_recipe whole_model(std::string_view name, std::string_view summary,
                                                   std::uint64_t min_weight_elements = 0) {
  return {name, summary, {{{"*", &descriptor_of<Scheme>, min_weight_elements}}}, 1};
}

template <class Scheme>
[[nodiscard]] constexpr builtin_recipe float_edges(std::string_view name, std::string_view summary) {
  return {name, summary, {{{"*", &descriptor_of<Scheme>}, {"INPUT"}, {"OUTPUT"}}}, 3};
}

template <int Bits, int Elements>
using dynamic_blocks = dynamic_range_scheme<Bits, blockwise<Elements>>;

inline constexpr std::string_view with_rotation =
    "needs the algorithm DECOMPOSED_HADAMARD_ROTATION, which this version does not have";
inline constexpr std::string_view for_litertlm = "is a mapping of recipes for the parts of a .litertlm file";

}  // namespace detail

inline constexpr std::array builtin_recipes{
    detail::whole_model<dynamic_wi8_afp32>("dynamic_wi8_afp32",
                                           "int8 weights; int8 arithmetic, activations at run time"),
    detail::whole_model<dynamic_wi8_afp32>("dynamic_wi8c_afp32", "as dynamic_wi8_afp32"),
    detail::whole_model<dynamic_wi4_afp32>("dynamic_wi4_afp32",
                                           "int4 weights; integer arithmetic, activations at run time"),
    detail::whole_model<dynamic_wi4_afp32>("dynamic_wi4c_afp32", "as dynamic_wi4_afp32"),
    detail::whole_model<dynamic_wi2_afp32>("dynamic_wi2c_afp32",
                                           "int2 weights; integer arithmetic, activations at run time"),
    detail::whole_model<detail::dynamic_blocks<8, 32>>("dynamic_wi8b32_afp32",
                                                       "int8 weights in blocks of 32: no op takes them"),
    detail::whole_model<detail::dynamic_blocks<8, 64>>("dynamic_wi8b64_afp32",
                                                       "int8 weights in blocks of 64: no op takes them"),
    detail::whole_model<detail::dynamic_blocks<4, 32>>("dynamic_wi4b32_afp32", "int4 weights in blocks of 32"),
    detail::whole_model<detail::dynamic_blocks<4, 64>>("dynamic_wi4b64_afp32", "int4 weights in blocks of 64"),
    detail::whole_model<detail::dynamic_blocks<2, 32>>("dynamic_wi2b32_afp32",
                                                       "int2 weights in blocks of 32, fully connected only"),
    detail::whole_model<detail::dynamic_blocks<2, 64>>("dynamic_wi2b64_afp32",
                                                       "int2 weights in blocks of 64, fully connected only"),
    detail::whole_model<dynamic_wi8_afp32>("dynamic_legacy_wi8_afp32",
                                           "as dynamic_wi8_afp32, without weights of fewer than 1024 values", 1024),
    detail::whole_model<weight_only_wi8_afp32>("weight_only_wi8_afp32", "int8 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_wi4_afp32>("weight_only_wi4_afp32", "int4 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_wfp16_afp32>("weight_only_wfp16_afp32",
                                                 "float16 weights in the file, float arithmetic"),
    detail::whole_model<static_wi8_ai8>("static_wi8_ai8", "int8 weights and activations; needs calibration"),
    detail::whole_model<static_wi8_ai16>("static_wi8_ai16", "int8 weights, int16 activations; needs calibration"),
    detail::whole_model<static_wi8_ai16>("static_16x8", "as static_wi8_ai16, by TensorFlow's name for it"),
    detail::float_edges<static_wi8_ai8>("static_wi8_ai8_float_io",
                                        "as static_wi8_ai8, inputs and outputs float; needs calibration"),
    detail::float_edges<static_wi8_ai16>("static_wi8_ai16_float_io",
                                         "as static_wi8_ai16, inputs and outputs float; needs calibration"),
    detail::whole_model<static_wi8_ai8>("default_a8w8", "as static_wi8_ai8"),
    detail::whole_model<static_wi8_ai16>("default_a16w8", "as static_wi8_ai16"),
    detail::whole_model<dynamic_wi8_afp32>("default_af32w8int", "as dynamic_wi8_afp32"),
    detail::whole_model<weight_only_scheme<8, asymmetric, channelwise>>(
        "default_af32w8float", "asymmetric int8 weights in the file, float arithmetic"),
    detail::whole_model<weight_only_scheme<4, asymmetric, channelwise>>(
        "default_af32w4float", "asymmetric int4 weights in the file, float arithmetic"),
    builtin_recipe{"sample_advanced_usage",
                   "static int8, fully connected layers weight only int4, convolutions left float; needs calibration",
                   {{{"*", &descriptor_of<static_wi8_ai8>},
                     {"FULLY_CONNECTED", &descriptor_of<weight_only_wi4_afp32>},
                     {"CONV_2D"}}},
                   3},
};

inline constexpr std::array<unavailable_recipe, 10> unavailable_recipes{{
    {"dynamic_wi8c_hr_afp32", detail::with_rotation},
    {"dynamic_wi4c_hr_afp32", detail::with_rotation},
    {"dynamic_wi2c_hr_afp32", detail::with_rotation},
    {"dynamic_wi8_afp32_hadamard", detail::with_rotation},
    {"dynamic_wi4_afp32_hadamard", detail::with_rotation},
    {"dynamic_wi8_afp32_litertlm", detail::for_litertlm},
    {"gemma4_mixed48", detail::for_litertlm},
    {"gemma4_mixed48_hr", detail::for_litertlm},
    {"gemma4_mixed48_b32", detail::for_litertlm},
    {"gemma4_mixed48_b64", detail::for_litertlm},
}};

/// The built-in recipe with a name; null if there is none.
[[nodiscard]] constexpr const builtin_recipe* find_builtin(std::string_view name) {
  for (const builtin_recipe& known : builtin_recipes) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

/// The names of all built-in recipes.
[[nodiscard]] std::vector<std::string_view> builtin_names();

/// A built-in recipe as rules.
[[nodiscard]] recipe make(const builtin_recipe& known);

/// A recipe by name or by path: a built-in recipe, a scheme of the table (for all ops), else a JSON file; "-" is
/// standard input. Names may end as the Python tool's files do: _recipe, .json. Throws error.
[[nodiscard]] recipe open(std::string_view name_or_path, const load_options& options = {});

}  // namespace aeq::inline AEQ_ABI::recipe

#if AEQ_DEFINITIONS
#include <aeq/recipe/builtin.ipp>
#endif
