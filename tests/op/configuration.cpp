// SPDX-License-Identifier: Apache-2.0
// The default policy against its table, written out independently of the catalogue: every op under every scheme.
#include <doctest/doctest.h>

#include <aeq/op/catalogue.hpp>
#include <aeq/op/configuration.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace aeq;

/// One configuration a line: name, activation, weight, compute, explicit dequantize, ops. Activation and weight: kind
/// and bits, then the symmetries (s, a), then the granularities (T, C, B). "*" is every op, "-X" is without X. The last
/// line is the algorithm float_casting, which has a check of its own.
constexpr const char* policy = R"(
dynamic_wi8_afp32           f32    i8:s:TC INTEGER no BATCH_MATMUL CONV_2D CONV_2D_TRANSPOSE DEPTHWISE_CONV_2D EMBEDDING_LOOKUP FULLY_CONNECTED
dynamic_wi4_afp32           f32    i4:s:TC INTEGER no FULLY_CONNECTED EMBEDDING_LOOKUP CONV_2D
dynamic_wi4_afp32_blockwise f32    i4:s:B  INTEGER no FULLY_CONNECTED EMBEDDING_LOOKUP
dynamic_wi2_afp32           f32    i2:s:TC INTEGER no FULLY_CONNECTED EMBEDDING_LOOKUP CONV_2D
dynamic_wi2_afp32_blockwise f32    i2:s:B  INTEGER no FULLY_CONNECTED
weightonly_wi8_afp32        f32    i8:sa:TC FLOAT yes BATCH_MATMUL CONV_2D CONV_2D_TRANSPOSE DEPTHWISE_CONV_2D EMBEDDING_LOOKUP FULLY_CONNECTED
weightonly_wi4_afp32        f32    i4:sa:TC FLOAT yes BATCH_MATMUL FULLY_CONNECTED EMBEDDING_LOOKUP CONV_2D
static_wi8_ai8              i8:sa:T i8:s:TC INTEGER no * -EMBEDDING_LOOKUP
static_wi8_ai16             i16:s:T i8:s:TC INTEGER no * -EMBEDDING_LOOKUP -SQUARED_DIFFERENCE -HARD_SWISH -SPACE_TO_DEPTH
static_wi4_ai8              i8:sa:T i4:s:TC INTEGER no FULLY_CONNECTED CONV_2D INPUT OUTPUT
static_wi4_ai16             i16:s:T i4:s:TC INTEGER no FULLY_CONNECTED CONV_2D INPUT OUTPUT
static_wi8_au8              u8:a:T  i8:s:TC INTEGER no INPUT OUTPUT
weightonly_wfp16_afp32      f32    f16 FLOAT yes FULLY_CONNECTED CONV_2D DEPTHWISE_CONV_2D CONV_2D_TRANSPOSE EMBEDDING_LOOKUP
)";

const std::set<std::string> weight_operations{"FULLY_CONNECTED",  "CONV_2D",           "BATCH_MATMUL",
                                              "EMBEDDING_LOOKUP", "DEPTHWISE_CONV_2D", "CONV_2D_TRANSPOSE"};

struct line {
  std::string name, activation, weight, compute, explicit_dequantize;
  std::set<std::string> operations;
};

std::vector<line> policy_lines() {
  std::vector<line> lines;
  std::istringstream text(policy);
  for (std::string row; std::getline(text, row);) {
    std::istringstream words(row);
    line next;
    if (!(words >> next.name >> next.activation >> next.weight >> next.compute >> next.explicit_dequantize)) continue;
    for (std::string word; words >> word;) {
      if (word == "*") {
        for (const auto& entry : op::catalogue) next.operations.emplace(entry.name);
      } else if (word.front() == '-') {
        CHECK(next.operations.erase(word.substr(1)) == 1);
      } else {
        CHECK(op::find(word) != nullptr);
        next.operations.insert(word);
      }
    }
    lines.push_back(next);
  }
  return lines;
}

bool matches(const std::string& wanted, const format_descriptor& format) {
  std::istringstream parts(wanted);
  std::string type, symmetries, granularities;
  std::getline(parts, type, ':');
  std::getline(parts, symmetries, ':');
  std::getline(parts, granularities, ':');
  const char kind = format.kind == number_kind::floating ? 'f' : format.kind == number_kind::signed_integer ? 'i' : 'u';
  if (type != kind + std::to_string(format.bits)) return false;
  if (kind == 'f') return true;
  const char granularity = "TCB"[static_cast<int>(format.granularity.kind)];
  return symmetries.find(format.is_symmetric() ? 's' : 'a') != std::string::npos &&
         granularities.find(granularity) != std::string::npos;
}

/// What the table says about one line, one op, one scheme.
bool line_allows(const line& l, const std::string& operation, const scheme_descriptor& s) {
  if (l.operations.count(operation) == 0) return false;
  const bool is_static = s.execution_mode == execution::static_range;
  const bool is_explicit = s.execution_mode == execution::weight_only;
  if ((l.compute == "INTEGER") != (s.compute_precision == compute::integer)) return false;
  if ((l.explicit_dequantize == "yes") != is_explicit) return false;
  if ((l.activation != "f32") != is_static) return false;
  if (!matches(l.activation, s.activation)) return false;
  const bool blocks = s.weight.granularity.kind == granularity_kind::blockwise;
  // Ops without a weight ignore the weight's format; blocks are for two ops only.
  if (weight_operations.count(operation) == 0) return !blocks;
  if (blocks && operation != "FULLY_CONNECTED" && operation != "EMBEDDING_LOOKUP") return false;
  return matches(l.weight, s.weight);
}

std::vector<scheme_descriptor> all_schemes() {
  const std::vector<granularity_descriptor> granularities{tensorwise::descriptor,     channelwise::descriptor,
                                                          blockwise<32>::descriptor,  blockwise<64>::descriptor,
                                                          blockwise<128>::descriptor, blockwise<256>::descriptor};
  std::vector<format_descriptor> activations{float32::descriptor, float16::descriptor};
  std::vector<format_descriptor> weights{float32::descriptor, float16::descriptor};
  for (const auto kind : {number_kind::signed_integer, number_kind::unsigned_integer}) {
    for (const int bits : {2, 4, 8, 16}) {
      for (const auto zero : {symmetric, asymmetric}) {
        for (const auto& granularity : granularities) {
          const format_descriptor format{kind, static_cast<std::uint8_t>(bits), zero, granularity};
          weights.push_back(format);
          if (granularity.kind != granularity_kind::blockwise) activations.push_back(format);
        }
      }
    }
  }
  std::vector<scheme_descriptor> schemes;
  for (const auto& activation : activations) {
    for (const auto& weight : weights) {
      for (const auto precision : {compute::integer, compute::floating}) {
        for (const auto mode : {execution::dynamic_range, execution::weight_only, execution::static_range}) {
          schemes.push_back({"", activation, weight, precision, mode});
        }
      }
    }
  }
  return schemes;
}

TEST_SUITE_BEGIN("op/configuration");

TEST_CASE("each configuration contains the schemes that the policy's table says") {
  const auto lines = policy_lines();
  CHECK(lines.size() == op::configurations.size());
  const auto schemes = all_schemes();
  for (std::size_t id = 0; id < op::configurations.size(); ++id) {
    const op::configuration& ours = op::configurations[id];
    CAPTURE(ours.name);
    const line* theirs = nullptr;
    for (const auto& l : lines) {
      if (l.name == ours.name) theirs = &l;
    }
    REQUIRE(theirs != nullptr);
    int wrong = 0;
    for (const auto& entry : op::catalogue) {
      const std::string operation(entry.name);
      const bool listed = entry.allowed.contains(static_cast<op::configuration_id>(id));
      CAPTURE(operation);
      // The table's "*" of static configurations and the catalogue's sets must name the same ops.
      CHECK(listed == (theirs->operations.count(operation) == 1));
      // Alone in a policy, a configuration allows exactly its cross product.
      op::operation_descriptor alone = entry;
      alone.allowed = listed ? op::configuration_set(static_cast<op::configuration_id>(id)) : op::configuration_set();
      for (const auto& s : schemes) {
        if (op::allows(alone, s) != line_allows(*theirs, operation, s)) ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("an op allows a scheme if and only if a line of the policy's table does") {
  const auto lines = policy_lines();
  const auto schemes = all_schemes();
  std::size_t allowed = 0;
  for (const auto& entry : op::catalogue) {
    const std::string operation(entry.name);
    CAPTURE(operation);
    int wrong = 0;
    for (const auto& s : schemes) {
      bool expected = false;
      for (const auto& l : lines) expected = expected || line_allows(l, operation, s);
      if (op::allows(entry, s) != expected) ++wrong;
      if (expected) ++allowed;
    }
    CHECK(wrong == 0);
  }
  CHECK(allowed > 0);
}

TEST_CASE("the ops with a weight are the six of the policy") {
  for (const auto& entry : op::catalogue) {
    CAPTURE(entry.name);
    CHECK(entry.has_weight() == (weight_operations.count(std::string(entry.name)) == 1));
  }
}

TEST_CASE("a set of configurations is a set") {
  using enum op::configuration_id;
  const op::configuration_set both = op::configuration_set(dynamic_wi8) | static_wi8_au8;
  CHECK(both.contains(dynamic_wi8));
  CHECK(both.contains(static_wi8_au8));
  CHECK_FALSE(both.contains(dynamic_wi4));
  CHECK_FALSE((both - dynamic_wi8).contains(dynamic_wi8));
  CHECK((both - dynamic_wi8).contains(static_wi8_au8));
  CHECK((both - dynamic_wi4).bits == both.bits);
  CHECK(op::configurations.size() <= 16);  // the bits of a set
}

TEST_SUITE_END();

}  // namespace
