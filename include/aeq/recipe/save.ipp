// SPDX-License-Identifier: Apache-2.0
// From a recipe to its JSON.
#pragma once

#include <aeq/recipe/save.hpp>

#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/python_json.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::recipe {

namespace detail {

[[nodiscard]] AEQ_INLINE boost::json::string text_value(std::string_view text) {
  return boost::json::string(text.data(), text.size());
}

[[nodiscard]] AEQ_INLINE boost::json::object to_json(const tensor_config& config) {
  boost::json::object object;
  object["num_bits"] = config.num_bits;
  object["symmetric"] = config.symmetric;
  object["granularity"] = text_value(spell(granularity_spellings, config.granularity));
  object["dtype"] = text_value(spell(number_kind_spellings, config.dtype));
  if (!config.algorithm_params.empty()) object["algorithm_params"] = boost::json::parse(config.algorithm_params);
  return object;
}

[[nodiscard]] AEQ_INLINE boost::json::object to_json(const op_config& config) {
  boost::json::object object;
  if (config.activation) object["activation_tensor_config"] = to_json(*config.activation);
  if (config.weight) object["weight_tensor_config"] = to_json(*config.weight);
  object["compute_precision"] = text_value(spell(compute_spellings, config.compute_precision));
  object["explicit_dequantize"] = config.explicit_dequantize;
  object["skip_checks"] = config.skip_checks;
  object["min_weight_elements"] = config.min_weight_elements;
  return object;
}

/// One member or element a line, indented by two spaces.
AEQ_INLINE void write_indented(const boost::json::value& value, std::string& indent, std::string& into) {
  const bool is_object = value.is_object();
  const bool is_empty = is_object ? value.get_object().empty() : !value.is_array() || value.get_array().empty();
  if (is_empty) {
    into += io::json_line(value);
    return;
  }
  indent += "  ";
  std::string_view before = "\n";
  const auto line = [&] {
    into.append(before) += indent;
    before = ",\n";
  };
  into += is_object ? '{' : '[';
  if (is_object) {
    for (const auto& member : value.get_object()) {
      line();
      into += io::json_line(boost::json::value(member.key())) + ": ";
      write_indented(member.value(), indent, into);
    }
  } else {
    for (const boost::json::value& element : value.get_array()) {
      line();
      write_indented(element, indent, into);
    }
  }
  indent.resize(indent.size() - 2);
  into += '\n' + indent;
  into += is_object ? '}' : ']';
}

}  // namespace detail

AEQ_INLINE boost::json::array to_json(const recipe& saved) {
  boost::json::array rules;
  for (const rule& r : saved.rules()) {
    boost::json::object object;
    object["regex"] = detail::text_value(r.regex);
    object["operation"] = detail::text_value(r.operation);
    if (r.scheme.empty()) {
      object["algorithm_key"] = detail::text_value(name_of(r.algorithm));
      object["op_config"] = detail::to_json(r.config);
    } else {
      object["scheme"] = detail::text_value(r.scheme);
      if (r.config.min_weight_elements > 0) {
        object["op_config"] = boost::json::object{{"min_weight_elements", r.config.min_weight_elements}};
      }
    }
    rules.push_back(std::move(object));
  }
  return rules;
}

AEQ_INLINE std::string to_text(const recipe& saved) {
  std::string text;
  std::string indent;
  detail::write_indented(to_json(saved), indent, text);
  return text += '\n';
}

AEQ_INLINE std::uint64_t save(const recipe& saved, const std::string& path, const io::write_options& options) {
  const std::string text = to_text(saved);
  io::output_file file(path, options);
  file.write_at(0, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.commit();
  return text.size();
}

}  // namespace aeq::inline AEQ_ABI::recipe
