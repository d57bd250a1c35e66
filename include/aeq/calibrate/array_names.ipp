// SPDX-License-Identifier: Apache-2.0
// Which input an array of a dataset is for: the definitions.
#pragma once

#include <aeq/calibrate/array_names.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

#include <aeq/io/error.hpp>
#include <aeq/io/python_json.hpp>
#include <aeq/recipe/spelling.hpp>

namespace aeq::inline AEQ_ABI::calibrate::detail {

AEQ_INLINE void array_names::add(index& names, const std::string& name, const entry& made) {
  const auto [place, is_new] = names.emplace(name, made);
  entry& there = place->second;
  if (is_new || there.place == made.place || (made.is_tensor && !there.is_tensor)) return;
  if (there.is_tensor && !made.is_tensor) {
    there = made;
  } else {
    there.is_ambiguous = true;
  }
}

AEQ_INLINE array_names::array_names(const std::vector<execute::signature>& signatures) : signatures_(signatures) {
  inputs_.resize(signatures.size());
  for (std::size_t s = 0; s < signatures.size(); ++s) {
    for (std::size_t i = 0; i < signatures[s].inputs.size(); ++i) {
      const execute::port& in = signatures[s].inputs[i];
      for (const bool is_tensor : {false, true}) {
        const std::string& name = is_tensor ? in.tensor_name : in.name;
        add(stacked_, name, {{s, i}, is_tensor});
        add(stacked_, signatures[s].key + "/" + name, {{s, i}, is_tensor});
        add(inputs_[s], name, {{s, i}, is_tensor});
      }
    }
  }
}

/// arr_0, arr_1, ...: what numpy.savez calls arrays that are given without names.
AEQ_INLINE const array_names::entry* array_names::numbered(std::string_view name, entry& made) const {
  constexpr std::string_view prefix = "arr_";
  if (signatures_.size() != 1 || !name.starts_with(prefix)) return nullptr;
  const char* const end = name.data() + name.size();
  const auto [last, problem] = std::from_chars(name.data() + prefix.size(), end, made.place.input);
  if (problem != std::errc() || last != end || made.place.input >= signatures_[0].inputs.size()) return nullptr;
  return &made;
}

/// signature/index/input; where a model has one signature its key may be left out.
AEQ_INLINE bool array_names::find_sample(std::string_view name, array_target& found) const {
  const auto try_rest = [&](std::size_t s, std::string_view rest) {
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos) return false;
    const auto [last, problem] = std::from_chars(rest.data(), rest.data() + slash, found.index);
    if (problem != std::errc() || last != rest.data() + slash) return false;
    const auto in = inputs_[s].find(std::string(rest.substr(slash + 1)));
    if (in == inputs_[s].end() || in->second.is_ambiguous) return false;
    found.place = in->second.place;
    found.is_one_sample = true;
    return true;
  };
  for (std::size_t s = 0; s < signatures_.size(); ++s) {
    const std::string prefix = signatures_[s].key + "/";
    if (name.starts_with(prefix) && try_rest(s, name.substr(prefix.size()))) return true;
  }
  return signatures_.size() == 1 && try_rest(0, name);
}

AEQ_INLINE bool array_names::knows_stacked(const std::string& name) const {
  entry made;
  const auto place = stacked_.find(name);
  return place != stacked_.end() ? !place->second.is_ambiguous : numbered(name, made) != nullptr;
}

AEQ_INLINE std::string array_names::accepted() const {
  constexpr std::size_t shown = 8;
  std::string text;
  std::size_t count = 0;
  for (const execute::signature& s : signatures_) {
    for (const execute::port& in : s.inputs) {
      if (++count > shown) continue;
      text += count == 1 ? "'" : ", '";
      text += io::escaped_utf8((signatures_.size() > 1 ? s.key + "/" : std::string()) + in.name) + "'";
    }
  }
  if (count > shown) text += " and " + std::to_string(count - shown) + " more";
  return count == 0 ? "none" : text;
}

AEQ_INLINE array_target array_names::find(const std::string& name, const std::string& file) const {
  const std::string shown = file + ": array '" + io::escaped_utf8(name.substr(0, 200)) + "'";
  array_target found;
  if (const auto place = stacked_.find(name); place != stacked_.end()) {
    if (place->second.is_ambiguous) {
      throw error(error_code::bad_input, shown + " could be for more than one input; accepted are " + accepted());
    }
    found.place = place->second.place;
    return found;
  }
  if (find_sample(name, found)) return found;
  entry made;
  if (numbered(name, made) != nullptr) {
    found.place = made.place;
    return found;
  }
  std::vector<std::string_view> words;
  constexpr std::size_t most = 1000;  // comparing with more takes too long
  for (const auto& [word, of] : stacked_) {
    if (words.size() < most) words.push_back(word);
  }
  std::sort(words.begin(), words.end());  // so that of two that are as near the same one is named each time
  const std::string_view last = std::string_view(name).substr(name.rfind('/') + 1);
  std::string_view meant = recipe::nearest(name, words);
  if (meant.empty()) meant = recipe::nearest(last, words);
  std::string text = shown + " is for no input of the model; arrays named " + accepted() +
                     ", or SIGNATURE/INDEX/INPUT for each sample, are accepted";
  if (!meant.empty()) text += "; '" + io::escaped_utf8(meant) + "' is the nearest";
  throw error(error_code::bad_input, text);
}

}  // namespace aeq::inline AEQ_ABI::calibrate::detail
