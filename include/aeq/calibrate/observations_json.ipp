// SPDX-License-Identifier: Apache-2.0
// Observations as files: the definitions.
#pragma once

#include <aeq/calibrate/observations_json.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <aeq/calibrate/statistics_json.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/gzip.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

class observations_reader {
 public:
  explicit observations_reader(const std::string& name) : reader_(name) {}

  saved_observations read(std::string_view text) {
    saved_observations result;
    std::vector<std::pair<std::string, observed>> entries;
    reader_.read(text, [&](std::string_view tensor, const boost::json::value& entry) {
      entries.emplace_back(std::string(tensor), read_entry(tensor, entry));
    });
    const boost::json::object& file = reader_.file();
    if (const boost::json::value* ranges = file.if_contains("ranges"); ranges != nullptr && is_ours()) {
      const std::string said = ranges->is_string() ? std::string(ranges->get_string()) : std::string();
      const std::optional<range_method> method = parse_range_method(said);
      if (!method) reader_.fail("/ranges: is no method; known are " + std::string(range_methods_text));
      result.seen.set_method(*method);
      result.says_method = true;
    }
    if (is_ours()) {
      if (const boost::json::value* n = file.if_contains("samples"))
        result.seen.set_samples(natural("", *n, "samples"));
    } else if (const boost::json::value* metadata = file.if_contains("metadata");
               metadata != nullptr && metadata->is_object()) {
      const boost::json::value* n = metadata->get_object().if_contains("num_samples_calibrated");
      if (n != nullptr && n->is_int64() && n->get_int64() >= 0) {
        result.seen.set_samples(static_cast<std::uint64_t>(n->get_int64()));
      }
    }
    for (auto& [tensor, what] : entries) result.seen.set(tensor, std::move(what));
    return result;
  }

 private:
  [[nodiscard]] bool is_ours() const { return reader_.file().contains("format"); }

  [[nodiscard]] std::uint64_t natural(std::string_view tensor, const boost::json::value& v, const char* key) const {
    if (v.is_uint64()) return v.get_uint64();
    if (v.is_int64() && v.get_int64() >= 0) return static_cast<std::uint64_t>(v.get_int64());
    const std::string what = std::string("\"") + key + "\" is no number of samples or values";
    if (tensor.empty()) reader_.fail(what);
    reader_.fail(tensor, what);
  }

  observed read_entry(std::string_view tensor, const boost::json::value& entry) {
    observed result;
    result.seen = true;
    result.range = *reader_.read_range(tensor, entry);
    const boost::json::object& all = entry.get_object();
    if (const boost::json::value* n = all.if_contains("samples")) result.samples = natural(tensor, *n, "samples");
    if (const boost::json::value* first = all.if_contains("first")) {
      const tensor_range r = *reader_.read_range(tensor, *first);
      result.first = {r.lowest, r.highest};
    }
    const boost::json::value* seen = all.if_contains("seen");
    const boost::json::value* counts = all.if_contains("histogram");
    if ((seen == nullptr) != (counts == nullptr))
      reader_.fail(tensor, "has one of \"seen\" and \"histogram\"; both are wanted");
    if (seen != nullptr) {
      result.range = *reader_.read_range(tensor, *seen);
      result.counts = read_histogram(tensor, *counts);
    }
    return result;
  }

  histogram read_histogram(std::string_view tensor, const boost::json::value& v) const {
    const boost::json::object* all = v.if_object();
    const auto wanted = [&](const char* key) -> const boost::json::value& {
      const boost::json::value* found = all == nullptr ? nullptr : all->if_contains(key);
      if (found == nullptr) reader_.fail(tensor, std::string("\"histogram\" has no \"") + key + "\"");
      return *found;
    };
    const boost::json::value& exponent = wanted("exponent");
    if (!exponent.is_int64() || exponent.get_int64() < histogram::least_exponent ||
        exponent.get_int64() > histogram::most_exponent) {
      reader_.fail(tensor, "\"histogram\": \"exponent\" is not from " + std::to_string(histogram::least_exponent) +
                               " to " + std::to_string(histogram::most_exponent));
    }
    const auto side = [&](const char* key) {
      const boost::json::array* bins = wanted(key).if_array();
      if (bins == nullptr || bins->size() > histogram::most_bins) {
        reader_.fail(tensor, std::string("\"histogram\": \"") + key + "\" is no list of at most " +
                                 std::to_string(histogram::most_bins) + " numbers");
      }
      std::vector<std::uint64_t> counts;
      for (const boost::json::value& n : *bins) counts.push_back(natural(tensor, n, key));
      return counts;
    };
    return {static_cast<int>(exponent.get_int64()), natural(tensor, wanted("zeros"), "zeros"), side("negative"),
            side("positive")};
  }

  statistics_reader reader_;
};

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const tensor_range& range) {
  return {{"min", json_of(range.lowest, range)}, {"max", json_of(range.highest, range)}};
}

[[nodiscard]] AEQ_INLINE boost::json::object json_of(const histogram& counts) {
  return {{"exponent", counts.exponent()},
          {"zeros", counts.zeros()},
          {"negative", boost::json::array(counts.negative().begin(), counts.negative().end())},
          {"positive", boost::json::array(counts.positive().begin(), counts.positive().end())}};
}

}  // namespace detail

AEQ_INLINE saved_observations parse_observations(std::string_view text, const std::string& name) {
  return detail::observations_reader(name).read(text);
}

AEQ_INLINE saved_observations load_observations(const std::string& path) {
  return parse_observations(io::read_text(path), path);
}

AEQ_INLINE std::string to_text(const observations& all) {
  const statistics ranges = all.ranges();
  boost::json::object tensors;
  for (const auto& [name, range] : ranges.entries()) {
    const observed& what = *all.find(name);
    boost::json::object entry = detail::json_of(range);
    entry["samples"] = what.samples;
    if (what.first) {
      tensor_range first = range;
      first.lowest = what.first->lowest;
      first.highest = what.first->highest;
      entry["first"] = detail::json_of(first);
    }
    if (what.counts != histogram()) {
      entry["seen"] = detail::json_of(what.range);
      entry["histogram"] = detail::json_of(what.counts);
    }
    tensors[name] = std::move(entry);
  }
  const boost::json::object file{
      {"format", "qsv/1"}, {"ranges", to_text(all.method())}, {"samples", all.samples()}, {"tensors", tensors}};
  return io::json_lines(file);
}

namespace detail {

/// Ranges of a file that does not say how they came, as those of a method.
AEQ_INLINE void adopt(saved_observations& saved, const range_method& method, const std::string& path) {
  if (method.wants_histogram()) {
    throw error(error_code::bad_input, path + ": holds ranges alone; " + to_text(method) +
                                           " can go on from what aeq calibrate --ranges " + to_text(method) + " wrote");
  }
  saved.seen.set_method(method);
}

}  // namespace detail

AEQ_INLINE observations resume_from(const std::string& path, const std::optional<range_method>& wanted) {
  saved_observations saved = load_observations(path);
  if (!saved.says_method) {
    detail::adopt(saved, wanted.value_or(range_method()), path);
  } else if (wanted && *wanted != saved.seen.method()) {
    throw error(error_code::bad_input, path + ": holds ranges of the method " + to_text(saved.seen.method()) +
                                           "; calibration by " + to_text(*wanted) + " can't go on from them");
  }
  return std::move(saved.seen);
}

AEQ_INLINE observations merge_saved(std::span<const std::string> paths) {
  std::vector<saved_observations> all;
  std::optional<range_method> method;
  for (const std::string& path : paths) {
    all.push_back(load_observations(path));
    if (all.back().says_method && !method) method = all.back().seen.method();
  }
  observations result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].says_method) detail::adopt(all[i], method.value_or(range_method()), paths[i]);
    if (i == 0) {
      result = std::move(all[i].seen);
    } else {
      result.merge(all[i].seen, i == 1 ? paths[0] : "what was merged before", paths[i]);
    }
  }
  return result;
}

}  // namespace aeq::inline AEQ_ABI::calibrate
