// SPDX-License-Identifier: Apache-2.0
// Datasets: the definitions.
#pragma once

#include <aeq/calibrate/dataset.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <aeq/calibrate/array_names.hpp>
#include <aeq/calibrate/array_stream.hpp>
#include <aeq/calibrate/npy.hpp>
#include <aeq/calibrate/npz.hpp>
#include <aeq/calibrate/random.hpp>
#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/folder.hpp>
#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

namespace detail {

/// Samples of one signature that follow each other.
struct sample_group {
  std::size_t signature = 0;
  std::uint64_t count = 0;
};

/// Arrays that belong together: of an .npz file, or one or more .npy files.
struct array_set {
  std::string file;
  std::vector<std::string> names;
  std::function<array_stream(std::size_t)> open;
};

/// Memory for the data of a sample.
using sample_storage = std::vector<input_storage>;

/// The samples of a set of arrays, in one of the two layouts.
class array_samples {
 public:
  array_samples(array_set arrays, const std::vector<execute::signature>& signatures, const array_names& names)
      : arrays_(std::move(arrays)), signatures_(signatures) {
    for (std::size_t a = 0; a < arrays_.names.size(); ++a) place(a, names);
    if (groups_.empty()) fail("holds no arrays; accepted are " + names.accepted());
    for (group& g : groups_) finish(g);
  }

  [[nodiscard]] std::vector<sample_group> groups() const {
    std::vector<sample_group> all;
    for (const group& g : groups_) all.push_back({g.signature, g.count});
    return all;
  }

  /// Reads a sample of a group; of each group from the first on.
  void read(std::size_t number, std::uint64_t index, sample& into, sample_storage& storage) {
    group& g = groups_[number];
    const std::vector<execute::port>& inputs = signatures_[g.signature].inputs;
    into.signature = g.signature;
    into.inputs.resize(inputs.size());
    storage.resize(inputs.size());
    if (g.is_stacked && index == 0) {
      for (std::size_t i = 0; i < inputs.size(); ++i) g.open[i].emplace(arrays_.open(*g.stacked[i]));
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (g.is_stacked) {
        into.inputs[i] = g.open[i]->read(g.shapes[i], inputs[i], storage[i]);
        if (index + 1 == g.count) g.open[i].reset();
      } else {
        const std::size_t array = *g.next_sample->second[i];
        array_stream one = arrays_.open(array);
        into.inputs[i] = one.read(one.as_one_sample(inputs[i]), inputs[i], storage[i]);
      }
    }
    if (!g.is_stacked) ++g.next_sample;
  }

 private:
  using arrays_of_inputs = std::vector<std::optional<std::size_t>>;
  struct group {
    std::size_t signature = 0;
    bool is_stacked = true;
    std::uint64_t count = 0;
    arrays_of_inputs stacked;
    std::vector<std::vector<std::int32_t>> shapes;  ///< of a sample's inputs, where they are stacked
    std::vector<std::optional<array_stream>> open;
    std::map<std::uint64_t, arrays_of_inputs> samples;
    std::map<std::uint64_t, arrays_of_inputs>::const_iterator next_sample;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw error(error_code::bad_input, arrays_.file + ": " + what);
  }
  [[nodiscard]] std::string shown(std::size_t array) const {
    return "'" + io::escaped_utf8(arrays_.names[array].substr(0, 200)) + "'";
  }
  [[nodiscard]] std::string shown(const group& g, std::size_t input) const {
    const execute::signature& s = signatures_[g.signature];
    return "input '" + io::escaped_utf8(s.inputs[input].name) + "'" +
           (signatures_.size() > 1 ? " of signature '" + io::escaped_utf8(s.key) + "'" : std::string());
  }

  void place(std::size_t array, const array_names& names) {
    const array_target target = names.find(arrays_.names[array], arrays_.file);
    const std::size_t s = target.place.signature;
    auto g = std::find_if(groups_.begin(), groups_.end(), [&](const group& other) { return other.signature == s; });
    if (g == groups_.end()) {
      g = groups_.insert(g, group{});
      g->signature = s;
      g->is_stacked = !target.is_one_sample;
      g->stacked.resize(signatures_[s].inputs.size());
    }
    if (g->is_stacked == target.is_one_sample) {
      fail("array " + shown(array) +
           (target.is_one_sample ? " is one sample, other arrays hold several"
                                 : " holds several samples, other arrays one each") +
           "; either is accepted, both together are not");
    }
    arrays_of_inputs& into = target.is_one_sample ? g->samples[target.index] : g->stacked;
    into.resize(signatures_[s].inputs.size());
    std::optional<std::size_t>& slot = into[target.place.input];
    if (slot) fail("arrays " + shown(*slot) + " and " + shown(array) + " are for the same input");
    slot = array;
  }

  void want_all(const group& g, const arrays_of_inputs& arrays, const std::string& where) const {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (!arrays[i]) fail(where + "no array is for " + shown(g, i));
    }
  }

  void finish(group& g) {
    const std::vector<execute::port>& inputs = signatures_[g.signature].inputs;
    if (!g.is_stacked) {
      for (const auto& [index, arrays] : g.samples) want_all(g, arrays, "sample " + std::to_string(index) + ": ");
      g.count = g.samples.size();
      g.next_sample = g.samples.begin();
      return;
    }
    want_all(g, g.stacked, "");
    g.open.resize(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const array_stream array = arrays_.open(*g.stacked[i]);
      stacking found = array.as_stack(inputs[i]);
      if (found.count == 0) fail("array " + shown(*g.stacked[i]) + " holds no samples");
      if (i > 0 && found.count != g.count) {
        fail("arrays " + shown(*g.stacked[0]) + " and " + shown(*g.stacked[i]) + " hold " + std::to_string(g.count) +
             " and " + std::to_string(found.count) + " samples; as many of each are wanted");
      }
      g.count = found.count;
      g.shapes.push_back(std::move(found.shape));
    }
  }

  array_set arrays_;
  const std::vector<execute::signature>& signatures_;
  std::vector<group> groups_;
};

}  // namespace detail

struct dataset::inside {
  /// A file, or files that belong together.
  struct part {
    std::function<detail::array_set()> open;
    std::vector<detail::sample_group> groups;
  };

  std::string name;
  std::vector<execute::signature> signatures;
  detail::array_names names;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  ///< samples of a signature
  std::uint64_t all = 0;
  bool is_random = false;
  std::vector<part> parts;

  // Where we are.
  std::size_t part_number = 0;
  std::size_t group_number = 0;
  std::uint64_t index = 0;
  std::unique_ptr<detail::array_samples> opened;
  std::optional<random_numbers> numbers;
  sample current;
  detail::sample_storage storage;

  inside(const std::string& data, std::vector<execute::signature> described, dataset_options options)
      : name(data), signatures(std::move(described)), names(signatures) {
    if (options.samples != 0) most = options.samples;
    if (is_random_data(data)) {
      find_random(data);
    } else if (io::is_folder(data)) {
      find_folder(data);
    } else {
      find_file(data);
    }
    // Looks at each part once, so that what can't be read is said before any work is done.
    std::vector<std::uint64_t> left(signatures.size(), most);
    for (part& p : parts) {
      if (!is_random) p.groups = detail::array_samples(p.open(), signatures, names).groups();
      for (detail::sample_group& g : p.groups) {
        g.count = std::min(g.count, left[g.signature]);
        left[g.signature] -= g.count;
        all += g.count;
      }
    }
  }

  [[noreturn]] void fail(const std::string& what) const { throw error(error_code::bad_input, name + ": " + what); }

  /// The only input, for data that have no names.
  [[nodiscard]] const execute::port& only_input(const std::string& file) const {
    if (signatures.size() == 1 && signatures[0].inputs.size() == 1) return signatures[0].inputs[0];
    throw error(error_code::bad_input, file + ": holds one array without a name, and the model has more inputs than " +
                                           "one; an .npz file with arrays named " + names.accepted() + " is accepted");
  }

  void find_random(const std::string& data) {
    is_random = true;
    constexpr std::uint64_t usual = 4;
    std::uint64_t count = usual;
    if (const std::size_t colon = data.find(':'); colon != std::string::npos) {
      const char* const end = data.data() + data.size();
      const auto [last, problem] = std::from_chars(data.data() + colon + 1, end, count);
      if (problem != std::errc() || last != end || count == 0) {
        throw error(error_code::wrong_usage, data + ": random:N wants a number of samples, such as random:16");
      }
    }
    part made;
    for (std::size_t s = 0; s < signatures.size(); ++s) {
      for (const execute::port& in : signatures[s].inputs) detail::check_can_be_given(in, name);
      made.groups.push_back({s, count});
    }
    parts.push_back(std::move(made));
  }

  void find_file(const std::string& path) {
    const auto file = io::input_file::open(path);
    if (is_npz(file->bytes())) {
      parts.push_back({[file] { return npz_arrays(file); }, {}});
    } else {
      add_unnamed(path, file);
    }
  }

  /// A file without names in it: .npy, or raw.
  void add_unnamed(const std::string& path, const std::shared_ptr<const io::input_file>& known = nullptr) {
    const execute::port& in = only_input(path);
    parts.push_back({[path, known, &in] {
                       const auto file = known ? known : io::input_file::open(path);
                       const bool is_array = is_npy(file->bytes());
                       if (!is_array && !path.ends_with(".bin") && !path.ends_with(".raw")) {
                         throw error(error_code::bad_input,
                                     path +
                                         ": is neither .npz nor .npy; raw elements are accepted in a file whose name "
                                         "ends in .bin or .raw");
                       }
                       return detail::array_set{path, {"arr_0"}, [file, path, is_array, &in](std::size_t) {
                                                  return is_array ? detail::array_stream(file, path)
                                                                  : detail::array_stream(file, path, in);
                                                }};
                     },
                     {}});
  }

  void find_folder(const std::string& folder) {
    std::vector<std::string> archives;
    std::vector<std::string> arrays;
    std::vector<std::string> raw;
    for (std::string& path : io::files_in(folder)) {
      if (path.ends_with(".npz")) {
        archives.push_back(std::move(path));
      } else if (path.ends_with(".npy")) {
        arrays.push_back(std::move(path));
      } else if (path.ends_with(".bin") || path.ends_with(".raw")) {
        raw.push_back(std::move(path));
      }
    }
    const int kinds = int(!archives.empty()) + int(!arrays.empty()) + int(!raw.empty());
    if (kinds == 0) fail("is a folder without .npz, .npy, .bin or .raw files");
    if (kinds > 1) fail("is a folder with .npz, .npy or raw files side by side; one kind is wanted");
    for (const std::string& path : archives) {
      parts.push_back({[path] { return npz_arrays(io::input_file::open(path)); }, {}});
    }
    for (const std::string& path : raw) add_unnamed(path);
    if (arrays.empty()) return;
    const bool are_named =
        std::all_of(arrays.begin(), arrays.end(), [&](const std::string& p) { return names.knows_stacked(stem(p)); });
    const bool one_input = signatures.size() == 1 && signatures[0].inputs.size() == 1;
    if (one_input && !are_named) {
      for (const std::string& path : arrays) add_unnamed(path);
      return;
    }
    parts.push_back({[folder, arrays] {
                       detail::array_set set{folder, {}, {}};
                       for (const std::string& path : arrays) set.names.push_back(stem(path));
                       set.open = [arrays](std::size_t i) {
                         return detail::array_stream(io::input_file::open(arrays[i]), arrays[i]);
                       };
                       return set;
                     },
                     {}});
  }

  [[nodiscard]] static std::string stem(const std::string& path) {
    const std::string_view file = io::file_name_of(path);
    return std::string(file.substr(0, file.size() - 4));
  }

  [[nodiscard]] static detail::array_set npz_arrays(const std::shared_ptr<const io::input_file>& file) {
    const auto archive = std::make_shared<const npz_file>(file);
    detail::array_set set{file->name(), {}, {}};
    for (const npz_entry& e : archive->entries()) set.names.push_back(e.name);
    set.open = [archive](std::size_t i) { return detail::array_stream(*archive, archive->entries()[i]); };
    return set;
  }

  const sample* next() {
    for (;; ++part_number, group_number = 0) {
      if (part_number == parts.size()) return nullptr;
      const part& p = parts[part_number];
      for (; group_number < p.groups.size(); ++group_number, index = 0) {
        if (index == p.groups[group_number].count) continue;
        read(p);
        ++index;
        return &current;
      }
      opened.reset();
    }
  }

  void read(const part& p) {
    if (is_random) return make_random(p.groups[group_number].signature);
    if (!opened) opened = std::make_unique<detail::array_samples>(p.open(), signatures, names);
    opened->read(group_number, index, current, storage);
  }

  void make_random(std::size_t signature) {
    constexpr std::uint64_t seed = 666;
    const std::vector<execute::port>& inputs = signatures[signature].inputs;
    if (index == 0) numbers.emplace(seed);
    current.signature = signature;
    current.inputs.resize(inputs.size());
    storage.resize(inputs.size());
    std::vector<std::size_t> order(inputs.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return inputs[a].name < inputs[b].name; });
    for (const std::size_t i : order) {
      detail::input_storage& room = storage[i];
      room.shape = inputs[i].shape;
      for (std::int32_t& extent : room.shape) extent = extent < 0 ? 1 : extent;
      operand& made = current.inputs[i];
      made = {.type = inputs[i].type, .shape = room.shape};
      room.bytes.resize(made.elements() * static_cast<std::size_t>(bits_of(made.type)) / 8);
      const std::span<std::byte> bytes = std::as_writable_bytes(std::span(room.bytes));
      numbers->fill(made.type, bytes);
      made.data = bytes;
    }
  }
};

AEQ_INLINE dataset::dataset(const std::string& data, std::vector<execute::signature> signatures,
                            dataset_options options)
    : inside_(std::make_unique<inside>(data, std::move(signatures), options)) {}
AEQ_INLINE dataset::dataset(dataset&&) noexcept = default;
AEQ_INLINE dataset& dataset::operator=(dataset&&) noexcept = default;
AEQ_INLINE dataset::~dataset() = default;

AEQ_INLINE const sample* dataset::next() {
  return inside_->next();
}
AEQ_INLINE void dataset::rewind() {
  inside_->part_number = 0;
  inside_->group_number = 0;
  inside_->index = 0;
  inside_->opened.reset();
}
AEQ_INLINE std::uint64_t dataset::size() const {
  return inside_->all;
}
AEQ_INLINE const std::vector<execute::signature>& dataset::signatures() const {
  return inside_->signatures;
}
AEQ_INLINE bool dataset::is_random() const {
  return inside_->is_random;
}
AEQ_INLINE const std::string& dataset::name() const {
  return inside_->name;
}

AEQ_INLINE bool is_random_data(const std::string& data) {
  return data == "random" || data.starts_with("random:");
}

}  // namespace aeq::inline AEQ_ABI::calibrate
