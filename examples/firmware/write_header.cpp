// SPDX-License-Identifier: Apache-2.0
// Writes models as C++ headers of constexpr data, for programs that call the kernels themselves:
//
//   write_header [--setup] NAME=MODEL.tflite... > models.hpp
//
// The factors that ops with a weight scale their sums by are written too, so that they lie in flash and the device
// calls no setup for these; with --setup they are not.
//
// Per model a namespace NAME: the constants' data, all tensors with their shapes, scales and places in one arena
// (device.hpp says how they look), and the calls in their order. The first subgraph is taken, with the shapes that the
// model says; ops that only rename bytes (RESHAPE) become one tensor in two shapes. Exit codes: 0 written, 1 a model
// can't be written (the line on stderr says why), 2 wrong usage.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <aeq/aeq.hpp>
#include <aeq/execute/options.hpp>
#include <aeq/execute/slot.hpp>

#include "plain_kernels.hpp"

namespace {

using aeq::element_type;
using slots = std::vector<aeq::execute::detail::slot>;

/// The type of an element in the header; "" where there is none.
[[nodiscard]] std::string cpp_type(element_type type) {
  switch (type) {
    case element_type::float32: return "float";
    case element_type::float16: return "std::uint16_t";
    case element_type::int2:
    case element_type::int4:
    case element_type::uint8:
    case element_type::boolean: return "std::uint8_t";
    case element_type::int8: return "std::int8_t";
    case element_type::int16: return "std::int16_t";
    case element_type::int32: return "std::int32_t";
    case element_type::int64: return "std::int64_t";
    case element_type::absent: break;
  }
  return "";
}

[[nodiscard]] std::string text_of(float value) {
  char text[40];
  if (aeq::is_nan(value)) return "std::numeric_limits<float>::quiet_NaN()";
  if (!aeq::is_finite(value))
    return value < 0 ? "-std::numeric_limits<float>::infinity()" : "std::numeric_limits<float>::infinity()";
  std::snprintf(text, sizeof text, "%af", static_cast<double>(value));
  return text;
}
template <class T>
[[nodiscard]] std::string text_of(T value) {
  if constexpr (sizeof(T) == 8) {
    if (value == std::numeric_limits<T>::min()) return "std::numeric_limits<std::int64_t>::min()";
    return std::to_string(value) + "LL";
  } else {
    if (static_cast<std::int64_t>(value) == std::numeric_limits<std::int32_t>::min()) return "-2147483647 - 1";
    return std::to_string(value);
  }
}

template <class T>
void write_array(const char* name, std::size_t number, const std::string& type, std::span<const T> values) {
  std::printf("alignas(8) inline constexpr std::array<%s, %zu> %s_%zu{", type.c_str(), values.size(), name, number);
  std::size_t column = 200;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string text = text_of(values[i]);
    column += text.size() + 2;
    std::fputs(column > 110 ? "\n    " : " ", stdout);
    if (column > 110) column = 4 + text.size();
    std::printf("%s%s", text.c_str(), i + 1 == values.size() ? "" : ",");
  }
  std::puts("};");
}

void write_data(std::size_t number, const aeq::operand& x) {
  const std::string type = cpp_type(x.type);
  const auto write = [&]<class T>(T) { write_array<T>("data", number, type, x.values<T>()); };
  switch (x.type) {
    case element_type::float32: return write(float());
    case element_type::float16: return write(std::uint16_t());
    case element_type::int8: return write(std::int8_t());
    case element_type::int16: return write(std::int16_t());
    case element_type::int32: return write(std::int32_t());
    case element_type::int64: return write(std::int64_t());
    default: return write(std::uint8_t());
  }
}

/// Options that are not the defaults, as designated initializers.
[[nodiscard]] std::string text_of(const aeq::operation_options& o, std::size_t number) {
  const aeq::operation_options none{};
  std::string text;
  const auto add = [&](const char* name, const std::string& value) {
    text += (text.empty() ? "." : ", .") + std::string(name) + " = " + value;
  };
  const auto field = [&](const char* name, auto value, auto usual) {
    if (value == usual) return;
    if constexpr (std::is_same_v<decltype(value), bool>) {
      add(name, value ? "true" : "false");
    } else if constexpr (std::is_same_v<decltype(value), float>) {
      add(name, text_of(value));
    } else if constexpr (std::is_enum_v<decltype(value)>) {
      const char* type = std::is_same_v<decltype(value), aeq::window_padding>     ? "window_padding"
                         : std::is_same_v<decltype(value), aeq::fused_activation> ? "fused_activation"
                                                                                  : "element_type";
      add(name, "static_cast<aeq::" + std::string(type) + ">(" + std::to_string(static_cast<int>(value)) + ")");
    } else {
      add(name, text_of(value));
    }
  };
  const auto list = [&](const char* name, std::span<const std::int32_t> values) {
    if (!values.empty()) add(name, std::string(name) + "_" + std::to_string(number));
  };
  field("padding", o.padding, none.padding);
  field("stride_height", o.stride_height, none.stride_height);
  field("stride_width", o.stride_width, none.stride_width);
  field("dilation_height", o.dilation_height, none.dilation_height);
  field("dilation_width", o.dilation_width, none.dilation_width);
  field("stride_depth", o.stride_depth, none.stride_depth);
  field("dilation_depth", o.dilation_depth, none.dilation_depth);
  field("filter_height", o.filter_height, none.filter_height);
  field("filter_width", o.filter_width, none.filter_width);
  field("activation", o.activation, none.activation);
  field("keep_num_dims", o.keep_num_dims, none.keep_num_dims);
  field("asymmetric_quantize_inputs", o.asymmetric_quantize_inputs, none.asymmetric_quantize_inputs);
  field("adj_x", o.adj_x, none.adj_x);
  field("adj_y", o.adj_y, none.adj_y);
  field("quantized_bias_type", o.quantized_bias_type, none.quantized_bias_type);
  field("pot_scale_int16", o.pot_scale_int16, none.pot_scale_int16);
  field("keep_dims", o.keep_dims, none.keep_dims);
  field("align_corners", o.align_corners, none.align_corners);
  field("half_pixel_centers", o.half_pixel_centers, none.half_pixel_centers);
  field("approximate", o.approximate, none.approximate);
  field("beta", o.beta, none.beta);
  field("axis", o.axis, none.axis);
  field("batch_dims", o.batch_dims, none.batch_dims);
  field("block_size", o.block_size, none.block_size);
  field("begin_mask", o.begin_mask, none.begin_mask);
  field("end_mask", o.end_mask, none.end_mask);
  field("ellipsis_mask", o.ellipsis_mask, none.ellipsis_mask);
  field("new_axis_mask", o.new_axis_mask, none.new_axis_mask);
  field("shrink_axis_mask", o.shrink_axis_mask, none.shrink_axis_mask);
  field("offset", o.offset, none.offset);
  field("repeats_edge", o.repeats_edge, none.repeats_edge);
  list("new_shape", o.new_shape);
  list("squeeze_dims", o.squeeze_dims);
  field("alpha", o.alpha, none.alpha);
  field("radius", o.radius, none.radius);
  field("bias", o.bias, none.bias);
  field("min", o.min, none.min);
  field("max", o.max, none.max);
  field("num_bits", o.num_bits, none.num_bits);
  field("narrow_range", o.narrow_range, none.narrow_range);
  field("seq_dim", o.seq_dim, none.seq_dim);
  field("batch_dim", o.batch_dim, none.batch_dim);
  field("exclusive", o.exclusive, none.exclusive);
  field("reverse", o.reverse, none.reverse);
  field("cell_clip", o.cell_clip, none.cell_clip);
  field("proj_clip", o.proj_clip, none.proj_clip);
  field("time_major", o.time_major, none.time_major);
  field("merge_outputs", o.merge_outputs, none.merge_outputs);
  field("rank", o.rank, none.rank);
  return text;
}

[[nodiscard]] bool only_renames(aeq::op::code code) {
  return code == aeq::op::code::reshape || code == aeq::op::code::squeeze || code == aeq::op::code::expand_dims;
}

/// Where tensors that are computed lie: the largest first, each at the lowest place that nobody needs meanwhile.
class arena {
 public:
  struct piece {
    std::size_t bytes = 0;
    int first = 0, last = 0;  ///< calls between which it is needed
    std::size_t offset = 0;
  };
  std::map<std::size_t, piece> pieces;  ///< by tensor

  [[nodiscard]] std::size_t place() {
    std::vector<piece*> order;
    for (auto& [tensor, p] : pieces) order.push_back(&p);
    std::stable_sort(order.begin(), order.end(), [](const piece* a, const piece* b) { return a->bytes > b->bytes; });
    std::vector<const piece*> placed;
    std::size_t size = 0;
    for (piece* p : order) {
      std::size_t at = 0;
      for (const piece* other : placed) {  // by offset
        if (other->last < p->first || p->last < other->first) continue;
        if (at + p->bytes <= other->offset) break;
        at = std::max(at, (other->offset + other->bytes + 7) / 8 * 8);
      }
      p->offset = at;
      size = std::max(size, at + p->bytes);
      placed.insert(std::find_if(placed.begin(), placed.end(), [&](const piece* o) { return o->offset > at; }), p);
    }
    return (size + 7) / 8 * 8;
  }
};

void write_indices(const char* name, std::size_t number, std::span<const std::int32_t> values) {
  write_array<std::int32_t>(name, number, "std::int16_t", values);
}

/// Whether evaluate only reads the op's workspace: factors, of ops whose weight is there and not packed.
[[nodiscard]] bool has_factors_only(aeq::op::code code, aeq::computation computes,
                                    std::span<const aeq::operand> inputs) {
  using enum aeq::op::code;
  if (code != conv_2d && code != depthwise_conv_2d && code != transpose_conv && code != fully_connected) return false;
  if (computes == aeq::computation::plain || computes == aeq::computation::hybrid) return false;
  return inputs[1].is_constant && !aeq::kernel::is_packed(inputs[1].type);
}

/// Those factors, as setup makes them.
void write_factors(std::size_t number, aeq::op::code code, const aeq::kernel_functions& kernel,
                   const aeq::kernel_arguments& call) {
  std::vector<double> memory(kernel.workspace_bytes(call) / sizeof(double) + 1);
  const std::span<std::byte> workspace = std::as_writable_bytes(std::span(memory));
  if (kernel.setup(call, workspace) != aeq::status::ready)
    throw std::runtime_error("a kernel does not take its operands");
  const std::size_t count = call.inputs[1].scale.size();
  if (code == aeq::op::code::fully_connected && call.inputs[1].type != element_type::int16) {
    std::printf("alignas(8) inline constexpr std::array<double, %zu> factors_%zu{", count, number);
    for (std::size_t i = 0; i < count; ++i) std::printf("%s%a,", i % 4 == 0 ? "\n    " : " ", memory[i]);
  } else {
    const auto* const factors = reinterpret_cast<const aeq::kernel::fixed_multiplier*>(workspace.data());
    std::printf("alignas(8) inline constexpr std::array<aeq::kernel::fixed_multiplier, %zu> factors_%zu{{", count,
                number);
    for (std::size_t i = 0; i < count; ++i) {
      std::printf("%s{%d, %d},", i % 6 == 0 ? "\n    " : " ", factors[i].multiplier, factors[i].shift);
    }
    std::printf("}");
  }
  std::puts("};");
}

void write_model(const std::string& name, const std::string& path, bool with_factors) {
  aeq::warnings notes;
  const aeq::model::model source = aeq::model::read(path, notes);
  const aeq::model::subgraph& graph = source.subgraphs.at(0);
  aeq::execute::detail::memory_account account(std::uint64_t(1) << 32u);
  aeq::execute::detail::buffer_store buffers(source, account);
  slots tensors = aeq::execute::detail::make_slots(source, 0, buffers, account);
  for (std::size_t i = 0; i < tensors.size(); ++i) tensors[i].extents = graph.tensors[i].shape;

  std::printf("namespace %s {\n\n", name.c_str());
  for (const auto& o : graph.operations) {  // what runtimes make of it, whatever the model says
    if (source.operator_codes.at(o.code).builtin != aeq::op::code::dequantize) continue;
    tensors[static_cast<std::size_t>(o.outputs.at(0))].type = element_type::float32;
  }
  // Tensors whose bytes are another's.
  std::vector<std::size_t> same(tensors.size());
  for (std::size_t i = 0; i < same.size(); ++i) same[i] = i;
  const auto code_of = [&](const aeq::model::operation& o) { return source.operator_codes.at(o.code).builtin; };
  for (const auto& o : graph.operations) {
    const auto from = static_cast<std::size_t>(o.inputs.at(0)), to = static_cast<std::size_t>(o.outputs.at(0));
    if (only_renames(code_of(o)) && !tensors[from].is_constant) same[to] = same[from];
  }
  arena memory;
  const auto uses = [&](std::int32_t tensor, int when, element_type as, std::span<const std::int32_t> extents) {
    const std::size_t t = same.at(static_cast<std::size_t>(tensor));
    if (tensors[t].is_constant) return;
    const auto bytes = aeq::execute::detail::size_of(as, extents);
    if (!bytes) throw std::runtime_error("a tensor's shape is not known");
    arena::piece& p = memory.pieces.try_emplace(t, arena::piece{0, when, when, 0}).first->second;
    p.bytes = std::max<std::size_t>(p.bytes, static_cast<std::size_t>(*bytes));
    p.first = tensors[t].is_variable ? -1 : std::min(p.first, when);
    p.last = tensors[t].is_variable ? 1 << 30 : std::max(p.last, when);
  };
  const auto used = [&](std::int32_t t, int when) {
    if (t >= 0) uses(t, when, tensors[static_cast<std::size_t>(t)].type, tensors[static_cast<std::size_t>(t)].extents);
  };
  for (const std::int32_t t : graph.inputs) used(t, -1);
  for (std::size_t i = 0; i < graph.operations.size(); ++i) {
    for (const std::int32_t t : graph.operations[i].inputs) used(t, static_cast<int>(i));
    for (const std::int32_t t : graph.operations[i].outputs) used(t, static_cast<int>(i));
  }
  for (const std::int32_t t : graph.outputs) used(t, static_cast<int>(graph.operations.size()));
  const std::size_t arena_bytes = memory.place();

  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& t = tensors[i];
    if (t.is_constant) write_data(i, t.view());
    write_array<std::int32_t>("shape", i, "std::int32_t", t.extents);
    write_array<float>("scale", i, "float", t.scale);
    const bool has_zero = std::any_of(t.zero_point.begin(), t.zero_point.end(), [](std::int32_t z) { return z != 0; });
    write_array<std::int32_t>("zero", i, "std::int32_t",
                              has_zero ? std::span<const std::int32_t>(t.zero_point) : std::span<const std::int32_t>());
  }
  std::printf("inline constexpr std::array<firmware::tensor, %zu> tensors{{\n", tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& t = tensors[i];
    const auto found = memory.pieces.find(same[i]);
    const std::size_t offset = found == memory.pieces.end() ? 0 : found->second.offset;
    const std::string n = std::to_string(i);
    std::printf(
        "    {static_cast<aeq::element_type>(%d), %s, %llu, %zu, shape_%zu, scale_%zu, zero_%zu, %d, %d},  // %s\n",
        static_cast<int>(t.type), t.is_constant ? ("data_" + n + ".data()").c_str() : "nullptr",
        static_cast<unsigned long long>(aeq::execute::detail::size_of(t.type, t.extents).value_or(0)), offset, i, i, i,
        t.channel_axis, t.block_elements, graph.tensors[i].name.value_or("").c_str());
  }
  std::puts("}};");

  std::size_t calls = 0, workspace = 0, scratch = 0;
  std::string rows;
  for (std::size_t i = 0; i < graph.operations.size(); ++i) {
    const auto& o = graph.operations[i];
    const aeq::op::code code = code_of(o);
    const auto from = static_cast<std::size_t>(o.inputs.at(0));
    if (only_renames(code) && !tensors[from].is_constant) continue;
    std::vector<aeq::operand> inputs;
    std::vector<aeq::result_operand> outputs;
    std::vector<std::int32_t> written = o.outputs;  // and states, which kernels write to
    for (const std::int32_t t : o.inputs) {
      if (t >= 0 && tensors[static_cast<std::size_t>(t)].is_variable) written.push_back(t);
    }
    std::vector<aeq::operand> intermediates;
    for (const std::int32_t t : o.inputs)
      inputs.push_back(t < 0 ? aeq::operand{} : tensors[static_cast<std::size_t>(t)].view());
    for (const std::int32_t t : o.intermediates) intermediates.push_back(tensors[static_cast<std::size_t>(t)].view());
    for (const std::int32_t t : written) {
      const auto& s = tensors[static_cast<std::size_t>(t)];
      outputs.push_back({s.type, false, {}, s.extents, s.scale, s.zero_point, s.channel_axis, s.block_elements});
    }
    aeq::execute::option_lists lists;
    const aeq::operation_options options = aeq::execute::options_of(o, lists);
    const aeq::computation computes = aeq::computation_of(code, inputs);
    aeq::kernel_functions kernel = aeq::builtin_kernel<aeq::arithmetic::litert>(code, computes);
    const bool is_plain = !kernel.present();
    if (is_plain) kernel = firmware::plain_kernel(code);
    if (!kernel.present())
      throw std::runtime_error(std::string(aeq::op::find(code) == nullptr ? "?" : aeq::op::find(code)->name) +
                               " has no kernel");
    const aeq::kernel_arguments arguments{inputs, outputs, options, {}, {}, intermediates};
    const std::size_t bytes = (kernel.workspace_bytes(arguments) + 7) / 8 * 8;
    const bool is_prepared = with_factors && has_factors_only(code, computes, inputs);
    if (is_prepared) {
      std::vector<std::byte> somewhere(std::size_t(1) << 20u);
      for (aeq::operand& x : inputs) {
        if (!x.is_constant && x.present()) x.data = somewhere;
      }
      for (aeq::result_operand& y : outputs) y.data = somewhere;
      write_factors(i, code, kernel, arguments);
    }
    scratch = std::max(scratch, kernel.scratch_bytes == nullptr ? 0 : (kernel.scratch_bytes(arguments) + 7) / 8 * 8);
    write_indices("inputs", i, o.inputs);
    write_indices("outputs", i, written);
    write_indices("intermediates", i, o.intermediates);
    if (!options.new_shape.empty()) write_array<std::int32_t>("new_shape", i, "std::int32_t", options.new_shape);
    if (!options.squeeze_dims.empty())
      write_array<std::int32_t>("squeeze_dims", i, "std::int32_t", options.squeeze_dims);
    const std::string n = std::to_string(i);
    rows += "    {static_cast<aeq::op::code>(" + std::to_string(static_cast<int>(code)) +
            "), static_cast<aeq::computation>(" +
            std::to_string(static_cast<int>(is_plain ? aeq::computation::plain : computes)) + "), inputs_" + n +
            ", outputs_" + n + ", intermediates_" + n + ", {" + text_of(options, i) + "}, " +
            std::to_string(workspace) + ", " + std::to_string(bytes) +
            (is_prepared ? ", factors_" + n + ".data()" : "") + "},  // " +
            std::string(aeq::op::find(code) == nullptr ? "?" : aeq::op::find(code)->name) + "\n";
    if (!is_prepared) workspace += bytes;
    ++calls;
  }
  std::printf("inline constexpr std::array<firmware::call, %zu> calls{{\n%s}};\n", calls, rows.c_str());
  const std::vector<std::int32_t> all_inputs(graph.inputs.begin(), graph.inputs.end());
  std::printf("inline constexpr std::array<std::int16_t, %zu> inputs{", graph.inputs.size());
  for (const std::int32_t t : graph.inputs) std::printf("%d,", t);
  std::printf("};\ninline constexpr std::array<std::int16_t, %zu> outputs{", graph.outputs.size());
  for (const std::int32_t t : graph.outputs) std::printf("%d,", t);
  std::printf("};\ninline constexpr std::size_t arena_bytes = %zu, workspace_bytes = %zu, scratch_bytes = %zu;\n",
              arena_bytes, workspace, scratch);
  std::printf("\n}  // namespace %s\n\n", name.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const bool with_factors = argc < 2 || std::string(argv[1]) != "--setup";
  if (argc < (with_factors ? 2 : 3)) {
    std::fputs("usage: write_header [--setup] NAME=MODEL.tflite... > models.hpp\n", stderr);
    return 2;
  }
  std::puts(
      "// Written by write_header: do not edit.\n#pragma once\n\n#include <array>\n#include <cstddef>\n#include "
      "<cstdint>\n"
      "#include <limits>\n\n#include \"device.hpp\"\n");
  for (int i = with_factors ? 1 : 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) return 2;
    try {
      write_model(argument.substr(0, equals), argument.substr(equals + 1), with_factors);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s: %s\n", argument.c_str() + equals + 1, problem.what());
      return 1;
    }
  }
}
