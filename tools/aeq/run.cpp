// SPDX-License-Identifier: Apache-2.0
// aeq run: a model on data.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/npz.hpp>
#include <aeq/execute/engine.hpp>
#include <aeq/execute/signatures.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/scheme/packing.hpp>

#include "commands.hpp"
#include "engines.hpp"
#include "terminal.hpp"

namespace tool {

namespace {

/// A value in a type that NumPy has: packed integers become int8.
struct unpacked {
  std::vector<std::int8_t> bytes;
  aeq::element_type type;
  std::span<const std::byte> data;

  explicit unpacked(const aeq::operand& value) : type(value.type), data(value.data) {
    if (type != aeq::element_type::int4 && type != aeq::element_type::int2) return;
    bytes.resize(value.elements());
    const auto from = value.values<std::uint8_t>();
    if (type == aeq::element_type::int4) {
      aeq::unpack_all<4>(from, bytes);
    } else {
      aeq::unpack_all<2>(from, bytes);
    }
    type = aeq::element_type::int8;
    data = std::as_bytes(std::span(bytes));
  }
};

template <class T>
void widen(std::span<const T> values, double& least, double& greatest) {
  for (const T value : values) {
    least = std::min(least, static_cast<double>(value));
    greatest = std::max(greatest, static_cast<double>(value));
  }
}

/// "float32 [1, 10], 0.01 to 0.93": what a person wants to know of a value first.
std::string summary(const aeq::operand& value) {
  std::string text = aeq::execute::described(value.type, value.shape);
  const unpacked held(value);
  const aeq::operand plain{held.type, false, held.data, value.shape, {}, {}, 0, 0};
  double least = std::numeric_limits<double>::infinity();
  double greatest = -least;
  switch (plain.type) {
    case aeq::element_type::float32: widen(plain.values<float>(), least, greatest); break;
    case aeq::element_type::int8: widen(plain.values<std::int8_t>(), least, greatest); break;
    case aeq::element_type::boolean:
    case aeq::element_type::uint8: widen(plain.values<std::uint8_t>(), least, greatest); break;
    case aeq::element_type::int16: widen(plain.values<std::int16_t>(), least, greatest); break;
    case aeq::element_type::int32: widen(plain.values<std::int32_t>(), least, greatest); break;
    case aeq::element_type::int64: widen(plain.values<std::int64_t>(), least, greatest); break;
    default: break;
  }
  if (least > greatest) return text;
  char range[64];
  std::snprintf(range, sizeof range, ", %.6g to %.6g", least, greatest);
  return text + range;
}

/// Where results go: an archive, or for each a line on standard output.
class results {
 public:
  explicit results(const run_arguments& given) {
    if (!given.output.empty()) archive_.emplace(given.output, aeq::io::write_options{given.overwrite, false});
  }

  void add(const std::string& name, const aeq::operand& value) {
    if (!archive_) {
      std::printf("%s: %s\n", name.c_str(), summary(value).c_str());
      return;
    }
    const unpacked held(value);
    archive_->add(name, held.type, value.shape, held.data);
  }

  void finish() {
    if (archive_) archive_->finish();
  }

 private:
  std::optional<aeq::calibrate::npz_writer> archive_;
};

std::string number_of(std::size_t sample) {
  char text[24];
  std::snprintf(text, sizeof text, "%04zu", sample);
  return text;
}

/// The tensors of one sample, as `key/index/SUBGRAPH:TENSOR:NAME`; what a loop shows again has its round behind that.
class tensor_names {
 public:
  tensor_names(const aeq::model::model& m, std::string prefix) : model_(m), prefix_(std::move(prefix)) {}

  std::string next(std::size_t subgraph, std::size_t tensor) {
    const std::size_t times = ++seen_[{subgraph, tensor}];
    std::string name = prefix_ + std::to_string(subgraph) + ":" + std::to_string(tensor) + ":" +
                       model_.subgraphs[subgraph].tensors[tensor].name.value_or("");
    if (times > 1) name += "#" + std::to_string(times);
    return name;
  }

 private:
  const aeq::model::model& model_;
  std::string prefix_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> seen_;
};

/// The signature of a key; nothing where all are meant.
std::optional<std::size_t> signature_of(const run_arguments& given, std::span<const aeq::execute::signature> all) {
  if (!given.has_signature) return std::nullopt;
  std::string known;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].key == given.signature) return i;
    known += (i == 0 ? "'" : ", '") + all[i].key + "'";
  }
  throw aeq::error(aeq::error_code::wrong_usage,
                   given.model + ": has no signature '" + given.signature + "'; it has " + known);
}

template <class Engine>
void run_all(const run_arguments& given, const aeq::model::model& source, Engine& engine) {
  const auto signatures = static_cast<const Engine&>(engine).signatures();
  const std::optional<std::size_t> only = signature_of(given, signatures);
  aeq::calibrate::dataset data(given.inputs, {signatures.begin(), signatures.end()}, {given.samples});
  std::vector<std::size_t> counts(signatures.size(), 0);
  results out(given);
  for (const aeq::calibrate::sample& sample : data) {
    if (only && sample.signature != *only) continue;
    const aeq::execute::signature& called = signatures[sample.signature];
    const std::string prefix = called.key + "/" + number_of(counts[sample.signature]++) + "/";
    tensor_names names(source, prefix);
    aeq::execute::tensor_visitor visitor;
    if (given.all_tensors) {
      visitor = [&](const aeq::execute::tensor_view& seen) {
        out.add(names.next(seen.subgraph, seen.tensor), *seen.value);
      };
    }
    engine.reset();
    engine.run(sample.signature, sample.inputs, visitor);
    for (std::size_t i = 0; i < called.outputs.size(); ++i) {
      out.add(prefix + called.outputs[i].name, static_cast<const Engine&>(engine).output(i));
    }
  }
  std::size_t ran = 0;
  for (const std::size_t count : counts) ran += count;
  if (ran == 0) {
    throw aeq::error(aeq::error_code::bad_input,
                     given.inputs + ": has no sample" + (only ? " for signature '" + given.signature + "'" : ""));
  }
  out.finish();
}

}  // namespace

int run(const run_arguments& given) {
  aeq::warnings notes;
  const aeq::model::model source = aeq::model::read(given.model, notes);
  print_warnings(notes);
  with_engine(given.engine, source, [&](auto& engine) { run_all(given, source, engine); });
  return 0;
}

}  // namespace tool
