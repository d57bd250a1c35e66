// SPDX-License-Identifier: Apache-2.0
// From a recipe's JSON to its rules.
#pragma once

#include <aeq/recipe/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <aeq/io/file.hpp>
#include <aeq/recipe/json_reader.hpp>
#include <aeq/recipe/scope.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

inline constexpr std::array<std::string_view, 5> rule_keys{"regex", "operation", "algorithm_key", "op_config",
                                                           "scheme"};
inline constexpr std::array<std::string_view, 7> op_config_keys{
    "activation_tensor_config", "weight_tensor_config", "compute_precision", "explicit_dequantize", "skip_checks",
    "min_weight_elements",      "execution_mode"};
inline constexpr std::array<std::string_view, 7> tensor_config_keys{
    "num_bits", "symmetric", "granularity", "dtype", "algorithm_params", "block_size", "channel_wise"};

template <class Keys>
[[nodiscard]] bool is_one_of(std::string_view key, const Keys& keys) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

/// A member that must be there. A misspelt one is pointed at.
[[nodiscard]] AEQ_INLINE json_node required(const json_node& node, std::string_view key) {
  if (node.find(key) != nullptr) return node.member(key);
  std::string text = "\"" + std::string(key) + "\" is missing";
  for (const auto& member : node.value().get_object()) {
    const std::string_view other(member.key().data(), member.key().size());
    if (nearest(other, std::array{key}).empty()) continue;
    text += "; \"" + std::string(other) + "\" may be meant for it";
  }
  node.fail(text);
}

[[nodiscard]] AEQ_INLINE tensor_config read_tensor_config(const json_node& node) {
  tensor_config config;
  const auto& members = node.object("a tensor configuration with num_bits");
  config.num_bits = static_cast<int>(required(node, "num_bits").integer(1, 64, "2, 4, 8 or 16 are accepted"));
  if (node.find("symmetric") != nullptr) config.symmetric = node.member("symmetric").boolean();
  if (node.find("granularity") != nullptr) config.granularity = node.member("granularity").word(granularity_spellings);
  if (node.find("dtype") != nullptr) config.dtype = node.member("dtype").word(number_kind_spellings);
  if (node.find("channel_wise") != nullptr) {
    const json_node older = node.member("channel_wise");
    const granularity_descriptor meant = older.boolean() ? channelwise::descriptor : tensorwise::descriptor;
    if (node.find("granularity") != nullptr && config.granularity != meant) older.refuse("contradicts granularity");
    config.granularity = meant;
  }
  if (node.find("block_size") != nullptr) {
    const json_node older = node.member("block_size");
    constexpr const char* sizes = "0, 32, 64, 128 and 256 are accepted";
    const std::int64_t size = older.integer(0, 256, sizes);
    const granularity_descriptor meant{granularity_kind::blockwise, static_cast<std::uint16_t>(size)};
    if (size != 0 && spell(granularity_spellings, meant).empty())
      older.refuse(std::string("is no block size; ") + sizes);
    if (size != 0) config.granularity = meant;
  }
  boost::json::object params;
  if (node.find("algorithm_params") != nullptr) params = node.member("algorithm_params").object("parameters by name");
  for (const auto& member : members) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_one_of(key, tensor_config_keys)) continue;
    const std::string_view meant = nearest(key, tensor_config_keys);
    if (!meant.empty()) node.member(key).fail("this key is unknown; \"" + std::string(meant) + "\" is the nearest");
    params[member.key()] = member.value();  // where older files had parameters
  }
  if (!params.empty()) {
    config.algorithm_params = boost::json::serialize(params);
    if (boost::json::serialize(boost::json::parse(config.algorithm_params)) != config.algorithm_params) {
      node.fail("a number among the parameters of the algorithm has more digits than can be kept; write it shorter");
    }
  }
  return config;
}

/// Turns execution_mode into what it stands for.
AEQ_INLINE void read_execution_mode(const json_node& node, op_config& config) {
  const json_node older = node.member("execution_mode");
  const execution mode = older.word(execution_spellings);
  const compute precision = mode == execution::weight_only ? compute::floating : compute::integer;
  const bool dequantize = mode == execution::weight_only;
  if (node.find("compute_precision") != nullptr && config.compute_precision != precision) {
    older.refuse("contradicts compute_precision");
  }
  if (node.find("explicit_dequantize") != nullptr && config.explicit_dequantize != dequantize) {
    older.refuse("contradicts explicit_dequantize");
  }
  if (config.activation.has_value() != (mode == execution::static_range)) {
    older.refuse(config.activation ? "contradicts activation_tensor_config, which SRQ has"
                                   : "needs an activation_tensor_config");
  }
  config.compute_precision = precision;
  config.explicit_dequantize = dequantize;
}

[[nodiscard]] AEQ_INLINE std::uint64_t read_min_weight_elements(const json_node& node) {
  if (node.find("min_weight_elements") == nullptr) return 0;
  return static_cast<std::uint64_t>(
      node.member("min_weight_elements")
          .integer(0, std::numeric_limits<std::int64_t>::max(), "0 and more are accepted"));
}

[[nodiscard]] AEQ_INLINE op_config read_op_config(const json_node& node) {
  op_config config;
  for (const auto& member : node.object("an op configuration with weight_tensor_config")) {
    const std::string_view key(member.key().data(), member.key().size());
    if (is_one_of(key, op_config_keys)) continue;
    node.member(key).fail("this key is unknown; " + accepted(key, op_config_keys));
  }
  config.weight = read_tensor_config(required(node, "weight_tensor_config"));
  if (node.find("activation_tensor_config") != nullptr) {
    config.activation = read_tensor_config(node.member("activation_tensor_config"));
  }
  if (node.find("compute_precision") != nullptr) {
    config.compute_precision = node.member("compute_precision").word(compute_spellings);
  }
  if (node.find("explicit_dequantize") != nullptr) {
    config.explicit_dequantize = node.member("explicit_dequantize").boolean();
  }
  if (node.find("skip_checks") != nullptr) config.skip_checks = node.member("skip_checks").boolean();
  config.min_weight_elements = read_min_weight_elements(node);
  if (node.find("execution_mode") != nullptr) read_execution_mode(node, config);

  const bool integer_activation = config.activation && config.activation->dtype == number_kind::signed_integer;
  if (integer_activation && config.weight->dtype == number_kind::floating) {
    node.member("weight_tensor_config").member("dtype").refuse("does not go with integer activations; INT does");
  }
  if (integer_activation && config.weight->dtype == number_kind::signed_integer &&
      config.compute_precision != compute::integer) {
    node.fail(
        "integer activations and weights want \"compute_precision\": \"INTEGER\"; without "
        "activation_tensor_config FLOAT means weights only");
  }
  return config;
}

class rule_reader {
 public:
  explicit rule_reader(const load_options& options) : options_(options) {
    if (options.checks == nullptr) default_policy_.emplace();
  }

  [[nodiscard]] rule read(const json_node& node) const {
    rule r;
    r.place = node.place();
    if (!node.value().is_object())
      node.refuse("is no rule, which is an object with regex, operation and algorithm_key");
    r.regex = required(node, "regex").string();
    static_cast<void>(scope_pattern(r.regex, r.place));
    const op::operation_descriptor* operation = read_operation(required(node, "operation"), r);
    if (node.find("scheme") != nullptr) {
      if (node.find("algorithm_key") != nullptr) node.member("scheme").refuse("stands beside algorithm_key; keep one");
      read_scheme(node, node.member("scheme"), operation, r);
    } else {
      read_algorithm(node, operation, r);
    }
    for (const auto& member : node.value().get_object()) doubt_key(node, {member.key().data(), member.key().size()});
    return r;
  }

 private:
  [[nodiscard]] const policy& rules() const { return default_policy_ ? *default_policy_ : *options_.checks; }

  static const op::operation_descriptor* read_operation(const json_node& node, rule& r) {
    r.operation = node.string();
    if (r.operation == "*") return nullptr;
    const op::operation_descriptor* known = op::find(std::string_view(r.operation));
    if (known != nullptr || r.operation == custom_operation) return known;
    std::vector<std::string_view> names{"*"};
    for (const op::operation_descriptor& entry : op::catalogue) names.push_back(entry.name);
    const std::string_view meant = nearest(r.operation, names);
    node.refuse("is no operation of a recipe; " + (meant.empty()
                                                       ? "names such as CONV_2D, INPUT, OUTPUT and * are accepted"
                                                       : "\"" + std::string(meant) + "\" is the nearest"));
  }

  void read_algorithm(const json_node& node, const op::operation_descriptor* operation, rule& r) const {
    const json_node key = required(node, "algorithm_key");
    const std::string_view text = key.string();
    const auto known = std::find(algorithm_names.begin(), algorithm_names.end(), text);
    if (known == algorithm_names.end()) {
      if (is_one_of(text, unavailable_algorithms)) {
        key.fail("this version does not have " + std::string(text) +
                     "; it has min_max_uniform_quantize, float_casting and no_quantize",
                 error_code::not_quantizable);
      }
      if (scheme_named(text) != nullptr) return read_scheme(node, key, operation, r);
      std::vector<std::string_view> names(algorithm_names.begin(), algorithm_names.end());
      for (const scheme_descriptor& s : options_.table.schemes()) {
        if (!is_builtin(s)) names.push_back(s.name);
      }
      key.refuse("is unknown; " + accepted(text, names));
    }
    r.algorithm = static_cast<algorithm>(known - algorithm_names.begin());
    if (r.algorithm == algorithm::no_quantize) return;
    const json_node config = required(node, "op_config");
    r.config = read_op_config(config);
    if (r.operation == "*" || r.config.skip_checks) return;
    if (operation == nullptr) node.member("operation").refuse("can only be left alone: no_quantize");
    if (const auto reason = rules().allows(r.algorithm, *operation, r.config)) config.fail(*reason);
  }

  [[nodiscard]] const scheme_descriptor* scheme_named(std::string_view name) const {
    for (const scheme_descriptor& s : options_.table.schemes()) {
      if (s.name == name) return &s;
    }
    return nullptr;
  }

  void read_scheme(const json_node& node, const json_node& key, const op::operation_descriptor* operation,
                   rule& r) const {
    const std::string_view name = key.string();
    const scheme_descriptor* scheme = scheme_named(name);
    if (scheme == nullptr) {
      std::vector<std::string_view> names;
      for (const scheme_descriptor& s : options_.table.schemes()) names.push_back(s.name);
      const std::string_view meant = nearest(name, names);
      key.refuse("is no scheme of the kernel table" +
                 (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
    }
    r.algorithm = algorithm_of(*scheme);
    r.config = config_of(*scheme);
    if (!is_builtin(*scheme)) r.scheme = name;
    if (node.find("op_config") != nullptr) {
      const json_node config = node.member("op_config");
      for (const auto& member : config.object("min_weight_elements")) {
        if (member.key() == "min_weight_elements") continue;
        config.member({member.key().data(), member.key().size()})
            .fail("the scheme " + std::string(name) + " says this; only min_weight_elements is accepted beside it");
      }
      r.config.min_weight_elements = read_min_weight_elements(config);
    }
    if (r.operation == "*") return;
    if (operation == nullptr) node.member("operation").refuse("can only be left alone: no_quantize");
    if (options_.table.find(operation->builtin, name) == nullptr) {
      key.refuse("is no scheme that " + r.operation + " takes");
    }
    if (const auto reason = rules().allows(r.algorithm, *operation, r.config)) key.fail(*reason);
  }

  void doubt_key(const json_node& node, std::string_view key) const {
    if (options_.doubts == nullptr || is_one_of(key, rule_keys)) return;
    const std::string_view meant = nearest(key, rule_keys);
    options_.doubts->add(node.member(key).place(),
                         "this key is unknown and has no effect" +
                             (meant.empty() ? std::string() : "; \"" + std::string(meant) + "\" is the nearest"));
  }

  static constexpr std::string_view custom_operation = "CUSTOM_OP";

  const load_options& options_;
  std::optional<policy> default_policy_;
};

}  // namespace detail

AEQ_INLINE recipe parse(std::string_view text, const std::string& file, const load_options& options) {
  const boost::json::value document = detail::parse_json(text, file);
  const detail::json_node root(document, file);
  if (document.is_object()) {
    if (root.find("regex") != nullptr) root.fail("a recipe is a list of rules; put this one in [ and ]");
    root.fail(
        "this is a mapping for a .litertlm file, which has a recipe for each model type; for a .tflite file a list "
        "of rules is accepted");
  }
  if (!document.is_array()) root.refuse("is no recipe, which is a list of rules");
  if (document.get_array().empty()) root.fail("the recipe has no rules; at least one is wanted");
  recipe result;
  const detail::rule_reader reader(options);
  for (std::size_t i = 0; i < document.get_array().size(); ++i) result.add(reader.read(root.element(i)));
  return result;
}

AEQ_INLINE recipe load(const std::string& path, const load_options& options) {
  const std::shared_ptr<const io::input_file> file = io::input_file::open(path, {detail::json_bytes});
  const auto bytes = file->bytes();
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file->name(), options);
}

}  // namespace aeq::inline AEQ_ABI::recipe
