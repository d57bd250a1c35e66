// SPDX-License-Identifier: Apache-2.0
// From a policy's JSON to the policy.
#pragma once

#include <aeq/recipe/policy_json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <aeq/io/file.hpp>
#include <aeq/recipe/json_reader.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

inline constexpr std::array<std::string_view, 4> policy_config_keys{"activation_tensor_config", "weight_tensor_config",
                                                                    "explicit_dequantize", "compute_precision"};
inline constexpr std::array<std::string_view, 4> policy_tensor_keys{"num_bits", "symmetric", "granularity", "dtype"};

template <class Keys>
void refuse_other_keys(const json_node& node, const Keys& keys, const char* what) {
  for (const auto& member : node.object(what)) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    node.member(key).fail("this key is unknown; " + accepted(key, keys));
  }
}

/// Calls `read` for each element of a list, and for a lone value.
template <class Read>
void each(const json_node& node, const Read& read) {
  if (!node.value().is_array()) return read(node);
  for (std::size_t i = 0; i < node.value().get_array().size(); ++i) read(node.element(i));
}

[[nodiscard]] AEQ_INLINE tensor_family read_tensor_family(const json_node& node) {
  refuse_other_keys(node, policy_tensor_keys, "a tensor configuration");
  tensor_family family;
  family.num_bits = static_cast<int>(node.member("num_bits").integer(1, 64, "2, 4, 8 or 16 are accepted"));
  family.dtype = node.member("dtype").word(number_kind_spellings);
  each(node.member("symmetric"), [&](const json_node& one) { family.symmetric.push_back(one.boolean()); });
  each(node.member("granularity"),
       [&](const json_node& one) { family.granularity.push_back(one.word(granularity_spellings)); });
  return family;
}

[[nodiscard]] AEQ_INLINE policy_config read_policy_config(const json_node& node, std::string_view name) {
  refuse_other_keys(node, policy_config_keys, "a configuration");
  policy_config config;
  config.name = name;
  if (node.find("activation_tensor_config") != nullptr) {
    config.activation = read_tensor_family(node.member("activation_tensor_config"));
  }
  config.weight = read_tensor_family(node.member("weight_tensor_config"));
  config.explicit_dequantize = node.member("explicit_dequantize").boolean();
  config.compute_precision = node.member("compute_precision").word(compute_spellings);
  return config;
}

}  // namespace detail

AEQ_INLINE policy parse_policy(std::string_view text, const std::string& file) {
  const boost::json::value document = detail::parse_json(text, file);
  const detail::json_node root(document, file);
  static_cast<void>(root.object("a policy with configs and ops_per_config"));
  const detail::json_node configs = root.member("configs");
  const detail::json_node lists = root.member("ops_per_config");
  const auto& known = configs.object("configurations by name");
  policy result = policy::empty();
  for (const auto& member : lists.object("operations by name of configuration")) {
    const std::string_view name(member.key().data(), member.key().size());
    const detail::json_node list = lists.member(name);
    if (!known.contains(member.key())) {
      std::vector<std::string_view> names;
      for (const auto& config : known) names.emplace_back(config.key().data(), config.key().size());
      const std::string_view meant = nearest(name, names);
      list.fail("there is no such configuration in configs" +
                (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
    }
    std::vector<op::code> operations;
    for (std::size_t i = 0; i < list.array("operations").size(); ++i) {
      const detail::json_node one = list.element(i);
      const op::operation_descriptor* operation = op::find(one.string());
      if (operation == nullptr) {
        std::vector<std::string_view> names;
        for (const op::operation_descriptor& entry : op::catalogue) names.push_back(entry.name);
        const std::string_view meant = nearest(one.string(), names);
        one.refuse("is no operation of a recipe" +
                   (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
      }
      if (std::find(operations.begin(), operations.end(), operation->builtin) == operations.end()) {
        operations.push_back(operation->builtin);
      }
    }
    result.allow(detail::read_policy_config(configs.member(name), name), operations);
  }
  return result;
}

AEQ_INLINE policy load_policy(const std::string& path) {
  const std::shared_ptr<const io::input_file> file = io::input_file::open(path, {detail::json_bytes});
  const auto bytes = file->bytes();
  return parse_policy({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file->name());
}

}  // namespace aeq::inline AEQ_ABI::recipe
