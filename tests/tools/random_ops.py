# SPDX-License-Identifier: Apache-2.0
"""Quantized ops with random shapes, options and parameters: `aeq run` against LiteRT's reference kernels, bit for bit.

usage: random_ops.py AEQ CASES_PER_KIND [KIND_GLOB]

A kind is an op in a number format; a case is a model of that one op, made from its number alone. Prints per kind how many
cases are equal and how many LiteRT does not run (they do not count, but half of a kind's must run), for each that differs
the number to make it again with, and "N of N cases". Exit code 1 if one differs, or aeq refuses what LiteRT runs.
"""
import fnmatch
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "corpus"))
from ai_edge_litert import interpreter as litert  # noqa: E402
from flat import Model, Type, make, quantization  # noqa: E402

SAME, VALID = 0, 1
TYPES = {"int8": Type.INT8, "uint8": Type.UINT8, "int16": Type.INT16, "int32": Type.INT32, "int64": Type.INT64,
         "float32": Type.FLOAT32, "bool": Type.BOOL, "int4": Type.INT4, "int2": Type.INT2}


class Case:
    """A model of one op, and values for its inputs."""

    def __init__(self, kind, number):
        self.random = np.random.default_rng([number, *kind.encode()])
        self.model = Model(f"{kind}/{number}")
        self.graph = self.model.graph()
        self.values = {}

    def pick(self, *choices):
        return choices[self.random.integers(len(choices))]

    def size(self, low, high):
        return int(self.random.integers(low, high + 1))

    def scale(self, low=1e-3, high=0.2, count=None):
        return np.exp(self.random.uniform(np.log(low), np.log(high), count)).astype(np.float32)

    def zero(self, kind):
        return 0 if kind == "int16" else self.size(np.iinfo(kind).min, np.iinfo(kind).max)

    def integers(self, kind, shape):
        bits = {"int4": 4, "int2": 2}.get(kind)
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if bits else (np.iinfo(kind).min, np.iinfo(kind).max)
        return self.random.integers(low, high + 1, shape).astype("int8" if bits else kind)

    def floats(self, shape):
        values = (self.random.normal(size=shape) * self.pick(0.1, 1, 30)).astype(np.float32)
        if self.size(0, 9) == 0:
            values[...] = self.pick(0.0, 0.75)
        return values

    def input(self, name, kind, shape, scale=None, zero=0):
        fields = {} if scale is None else {"quantization": quantization([float(scale)], [zero])}
        self.values[name] = self.floats(shape) if kind == "float32" else self.integers(kind, shape)
        return self.graph.input(name, shape, TYPES[kind], **fields)

    def constant(self, name, kind, values, scale, zero, axis=0):
        """Packed if its elements have less than 8 bits."""
        values = np.asarray(values)
        scales = np.atleast_1d(scale)
        parameters = quantization([float(s) for s in scales], [zero] * len(scales), axis)
        raw = values
        if kind in ("int4", "int2"):
            bits = int(kind[3:])
            fields = values.reshape(-1).astype(np.uint8) & ((1 << bits) - 1)
            per_byte = 8 // bits
            fields = np.concatenate([fields, np.zeros(-len(fields) % per_byte, np.uint8)]).reshape(-1, per_byte)
            raw = np.bitwise_or.reduce(fields << (np.arange(per_byte, dtype=np.uint8) * bits), axis=1).astype(np.uint8)
        return self.graph.const(name, raw, TYPES[kind], values.shape, quantization=parameters)

    def finish(self, op, inputs, kind, shape, options, version, scale=None, zero=0):
        fields = {} if scale is None else {"quantization": quantization([float(scale)], [zero])}
        self.graph.output(self.graph.op(op, inputs, self.graph.tensor("y", shape, TYPES[kind], **fields), options,
                                        version=version))


FORMATS = {  # name: activations, weights, bias
    "int8": ("int8", "int8", "int32"),
    "int8_int4": ("int8", "int4", "int32"),
    "int8_int2": ("int8", "int2", "int32"),
    "uint8": ("uint8", "uint8", "int32"),
    "int16": ("int16", "int8", "int64"),
    "int16_int4": ("int16", "int4", "int64"),
    "int16_bias32": ("int16", "int8", "int32"),
    "int16_int16": ("int16", "int16", "int64"),
    "hybrid": ("float32", "int8", "float32"),
    "hybrid_int4": ("float32", "int4", "float32"),
    "hybrid_int2": ("float32", "int2", "float32"),
}


def weighted(case, form, x_shape, w_shape, axis, products, channelwise=None):
    """Input, weight, bias, and the output's scale and zero point, of an op whose sums have so many products."""
    x_kind, w_kind, bias_kind = FORMATS[form]
    channels = w_shape[axis]
    if channelwise is None:
        channelwise = case.pick(True, False)
    count = channels if channelwise and x_kind != "uint8" else None
    w_scale = case.scale(count=count)
    w_zero = case.zero("uint8") if w_kind == "uint8" else 0
    values = case.integers(w_kind, w_shape)
    if form == "hybrid":
        values = np.maximum(values, -127)  # LiteRT's loops for x86 turn the sign of -128 and get -128
    w = case.constant("w", w_kind, values, w_scale, w_zero, axis)
    if x_kind == "float32":
        x = case.input("x", x_kind, x_shape)
        bias = case.graph.const("bias", case.floats([channels]))
        return x, w, bias, {}
    x_scale = case.scale(1e-4, 1e-3) if x_kind == "int16" else case.scale()
    x = case.input("x", x_kind, x_shape, x_scale, case.zero(x_kind))
    bias_scale = (np.float32(x_scale) * w_scale).astype(np.float32)
    size = {"int8": 127 * 127, "uint8": 127 * 127, "int4": 127 * 7, "int2": 127, "int16": 127 * 32767}[w_kind]
    size = size * (256 if x_kind == "int16" else 1) * int(np.sqrt(products) + 1)
    bias = case.constant("bias", bias_kind, case.random.integers(-size, size + 1, channels).astype(bias_kind),
                         bias_scale, 0)
    # So that most sums stay inside of the output's range, and some do not.
    y_scale = np.float32(np.max(bias_scale) * size / (16384 if x_kind == "int16" else 64) * case.scale(0.3, 3))
    return x, w, bias, {"scale": y_scale, "zero": case.zero(x_kind)}


def output_kind(form):
    return FORMATS[form][0]


def bias_type(form):
    return {"int16_bias32": {"quantizedBiasType": Type.INT32},
            "int16_int16": {"quantizedBiasType": Type.INT64}}.get(form, {})


def fully_connected(case, form):
    rows, depth, channels = case.size(1, 5), case.size(1, 70), case.size(1, 20)
    if form.endswith(("int4", "int2")):
        depth += -depth % 4
    x, w, bias, y = weighted(case, form, [rows, depth], [channels, depth], 0, depth)
    options = make("FullyConnectedOptions", fusedActivationFunction=case.pick(0, 0, 0, 1, 2, 3),
                   asymmetricQuantizeInputs=case.pick(True, False), **bias_type(form))
    inputs = [x, w] + ([bias] if case.size(0, 3) else [])
    if len(inputs) == 2 and form == "int16_bias32":
        inputs.append(bias)
    case.finish("FULLY_CONNECTED", inputs, output_kind(form), [rows, channels], options, 11, **y)


def blockwise(case, kind, shape, block):
    """A constant whose last axis is in blocks with a float16 scale each."""
    scales = case.graph.const("scales", case.scale(count=[shape[0], shape[1] // block]).astype(np.float16))
    w = case.constant("w", kind, case.integers(kind, shape), 1.0, 0)
    table = case.graph.table.tensors[w]
    table.quantization = quantization(details=make("BlockwiseQuantization", scales=scales, zeroPoints=-1,
                                                   blockSize=block))
    return w


def blockwise_fully_connected(case, form):
    """No activation: LiteRT's kernel forgets it. Its rows and columns are those that its kernel takes."""
    rows, block, channels = case.size(1, 5), case.pick(32, 64), 8 * case.size(1, 3)
    depth = block * case.size(1, 3)
    x = case.input("x", "float32", [rows, depth])
    w = blockwise(case, "int4", [channels, depth], block)
    bias = case.graph.const("bias", case.floats([channels]))
    options = make("FullyConnectedOptions", asymmetricQuantizeInputs=True)
    case.finish("FULLY_CONNECTED", [x, w, bias], "float32", [rows, channels], options, 10)


def window(case, extent, high=4):
    """Filter, stride, dilation and padding that fit an extent; and how many outputs there are."""
    size, stride, dilation, padding = case.size(1, high), case.size(1, 3), case.size(1, 2), case.pick(SAME, VALID)
    reach = (size - 1) * dilation + 1
    if reach > extent:
        size, dilation, reach = 1, 1, 1
    return size, stride, dilation, padding, reach


def outputs(extent, stride, reach, padding):
    return -(-extent // stride) if padding == SAME else (extent + stride - reach) // stride


def windows(case, height, width):
    rows = window(case, height)
    columns = window(case, width)
    padding = rows[3]
    sizes = outputs(height, rows[1], rows[4], padding), outputs(width, columns[1], columns[4], padding)
    return rows[0], columns[0], sizes, dict(padding=padding, strideH=rows[1], strideW=columns[1],
                                            dilationHFactor=rows[2], dilationWFactor=columns[2],
                                            fusedActivationFunction=case.pick(0, 0, 0, 1, 2, 3))


def conv_2d(case, form):
    batches, height, width = case.size(1, 2), case.size(1, 9), case.size(1, 9)
    groups = 1 if form.startswith("hybrid") else case.pick(1, 1, 2, 3)
    depth, channels = case.size(1, 12), groups * case.size(1, 6)
    kh, kw, sizes, fields = windows(case, height, width)
    x, w, bias, y = weighted(case, form, [batches, height, width, groups * depth], [channels, kh, kw, depth], 0,
                             kh * kw * depth)
    options = make("Conv2DOptions", **fields, **bias_type(form))
    case.finish("CONV_2D", [x, w, bias], output_kind(form), [batches, *sizes, channels], options, 8, **y)


def depthwise_conv_2d(case, form):
    batches, height, width = case.size(1, 2), case.size(1, 9), case.size(1, 9)
    channels, multiplier = case.size(1, 40), case.pick(1, 1, 2, 3)
    kh, kw, sizes, fields = windows(case, height, width)
    outs = channels * multiplier
    x, w, bias, y = weighted(case, form, [batches, height, width, channels], [1, kh, kw, outs], 3, kh * kw,
                             True if form == "hybrid" else None)
    options = make("DepthwiseConv2DOptions", depthMultiplier=multiplier, **fields)
    inputs = [x, w] + ([bias] if case.size(0, 3) else [])
    case.finish("DEPTHWISE_CONV_2D", inputs, output_kind(form), [batches, *sizes, outs], options, 6, **y)


def transpose_conv(case, form):
    batches, height, width = case.size(1, 2), case.size(1, 9), case.size(1, 9)  # of the output
    depth, channels = case.size(1, 8), case.size(1, 6)
    kh, sh, _, padding, _ = window(case, height)
    kw, sw, _, _, _ = window(case, width)
    ins = outputs(height, sh, kh, padding), outputs(width, sw, kw, padding)
    x, w, bias, y = weighted(case, form, [batches, *ins, depth], [channels, kh, kw, depth], 0, kh * kw * depth)
    shape = case.graph.ints("shape", [batches, height, width, channels])
    options = make("TransposeConvOptions", padding=padding, strideH=sh, strideW=sw,
                   fusedActivationFunction=case.pick(0, 0, 0, 1, 2, 3), **bias_type(form))
    inputs = [shape, w, x] + ([bias] if case.size(0, 3) else [])
    case.finish("TRANSPOSE_CONV", inputs, output_kind(form), [batches, height, width, channels], options, 5, **y)


def batch_matmul(case, form):
    a_kind, b_kind = {"int8": ("int8", "int8"), "int16": ("int16", "int16"), "int16_int8": ("int16", "int8"),
                      "hybrid": ("float32", "int8")}[form]
    rows, depth, columns = case.size(1, 8), case.size(1, 40), case.size(1, 8)
    adj_x, adj_y = case.pick(True, False), case.pick(True, False)
    # With dynamic range LiteRT's reference kernel takes the wrong scales where two of these are more than 1.
    batches = [case.size(1, 3) for _ in range(case.size(0, 1 if form == "hybrid" else 2))]
    a_batches = [n if case.size(0, 3) else 1 for n in batches]
    b_batches = [n if a != n or case.size(0, 3) else 1 for n, a in zip(batches, a_batches)]
    a_shape = a_batches + ([depth, rows] if adj_x else [rows, depth])
    b_shape = b_batches + ([columns, depth] if adj_y else [depth, columns])
    b_scale = case.scale()
    y = {}
    if form == "hybrid":
        a = case.input("x", a_kind, a_shape)
        b = case.constant("b", b_kind, case.integers(b_kind, b_shape), b_scale, 0)
    else:
        a_scale = case.scale()
        a = case.input("x", a_kind, a_shape, a_scale, case.zero(a_kind))
        b_zero = 0 if a_kind == "int16" else case.zero(b_kind)
        b = case.input("b", b_kind, b_shape, b_scale, b_zero)
        size = (128 if b_kind == "int8" else 32768) * (1 if a_kind == "int8" else 256) * np.sqrt(depth)
        y = {"scale": np.float32(a_scale * b_scale * size / 2 * case.scale(0.3, 3)), "zero": case.zero(a_kind)}
    options = make("BatchMatMulOptions", adjX=adj_x, adjY=adj_y, asymmetricQuantizeInputs=case.pick(True, False))
    case.finish("BATCH_MATMUL", [a, b], a_kind, batches + [rows, columns], options, 4, **y)


def quantize(case, form):
    x_kind, y_kind = form.split("_to_")
    shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
    scale = None if x_kind == "float32" else np.float32(1 if x_kind == "int32" else case.scale())
    x = case.input("x", x_kind, shape, scale, 0 if x_kind in ("float32", "int32") else case.zero(x_kind))
    if x_kind == "int32":
        case.values["x"] //= 1 << 20
    case.finish("QUANTIZE", [x], y_kind, shape, make("QuantizeOptions"), 3, scale=case.scale(0.01, 0.5),
                zero=0 if y_kind == "int32" else case.zero(y_kind))


def dequantize(case, form):
    shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
    x = case.input("x", form, shape, case.scale(), case.zero(form))
    case.finish("DEQUANTIZE", [x], "float32", shape, make("DequantizeOptions"), 3)


def embedding_lookup(case, form):
    rows, width, count = case.size(1, 9), 4 * case.size(1, 5), case.size(1, 6)
    case.values["x"] = case.random.integers(0, rows, [count]).astype(np.int32)
    x = case.graph.input("x", [count], Type.INT32)
    if form.endswith("_blockwise"):
        width = 32 * case.size(1, 3)
        table = blockwise(case, form[:4], [rows, width], 32)
    else:
        table = case.constant("table", form, case.integers(form, [rows, width]),
                              case.scale(count=case.pick(None, rows)), 0)
    case.finish("EMBEDDING_LOOKUP", [x, table], "float32", [count, width], None, 5)


def cast(case, form):
    x_kind, y_kind = form.split("_to_")
    shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
    x = case.input("x", x_kind, shape)
    case.finish("CAST", [x], y_kind, shape, make("CastOptions"), 3)


def parameters(case, form, scale, zero):
    """Input and output types of a form, and the output's scale and zero point, as the op fixes them if it does."""
    x_kind, _, y_kind = form.partition("_to_")
    y_kind = y_kind or x_kind
    low = np.iinfo(y_kind).min
    return x_kind, y_kind, {"scale": scale(y_kind) if scale else case.scale(),
                            "zero": low + zero if zero is not None and y_kind != "int16" else case.zero(y_kind)}


def unary(op, options=lambda case: None, scale=None, zero=None, is_positive=False, spread=(1e-3, 0.2), version=2):
    """An op on single elements, or on rows. scale: of the output, by its type; zero: its zero point above the lowest."""

    def build(case, form):
        x_kind, y_kind, y = parameters(case, form, scale, zero)
        shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
        x_scale = case.scale(*spread) / (256 if x_kind == "int16" else 1)
        x_zero = case.zero(x_kind)
        x = case.input("x", x_kind, shape, x_scale, x_zero)
        if is_positive:
            case.values["x"] = np.maximum(case.values["x"], np.array(x_zero, x_kind))
        if scale is None and y_kind == "int16":
            y["scale"] /= 256
        case.finish(op, [x], y_kind, shape, options(case), version, **y)

    return build


def binary(op, options=None, activations=False, y_kind=None, has_scale=True, version=2):
    """An op on two tensors, of which either may be broadcast."""

    def build(case, form):
        shape = [case.size(1, 6) for _ in range(case.size(1, 4))]
        shapes = []
        for _ in range(2):
            own = [n if case.size(0, 3) else 1 for n in shape]
            shapes.append(own[case.size(0, len(own) - 1):] if case.size(0, 3) == 0 else own)
        whole = list(np.broadcast_shapes(*shapes))
        scales = [case.scale() / (256 if form == "int16" else 1) for _ in shapes]
        inputs = [case.input(name, form, own, scale, case.zero(form))
                  for name, own, scale in zip("ab", shapes, scales)]
        fields = {"fusedActivationFunction": case.pick(0, 0, 1, 2, 3)} if activations else {}
        y = {"scale": case.scale() / (256 if form == "int16" else 1), "zero": case.zero(form)} if has_scale else {}
        case.finish(op, inputs, y_kind or form, whole, make(options, **fields) if options else None, version, **y)

    return build


def mul_narrowed(case, form):
    """MUL of int16 to 8 bits: of fractions, which LiteRT takes all operands for, and of one shape."""
    shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
    y_kind = form.partition("_to_")[2]
    inputs = [case.input(name, "int16", shape, np.float32(1 / 32768)) for name in "ab"]
    case.values["a"].reshape(-1)[0] = case.values["b"].reshape(-1)[0] = -32768
    options = make("MulOptions", fusedActivationFunction=case.pick(0, 0, 1, 2, 3))
    case.finish("MUL", inputs, y_kind, shape, options, 2, scale=np.float32(1 / 128), zero=case.zero(y_kind))


def neg(case, form):
    """Where LiteRT's kernel, which looks at no scales, is right: one scale, zero point 0, and not the lowest integer."""
    shape = [case.size(1, 7) for _ in range(case.size(1, 4))]
    scale = case.scale()
    x = case.input("x", form, shape, scale)
    case.values["x"] = np.maximum(case.values["x"], np.array(np.iinfo(form).min + 1, form))
    case.finish("NEG", [x], form, shape, make("NegOptions"), 1, scale=scale)


def prelu(case, form):
    shape = [case.size(1, 3), case.size(1, 4), case.size(1, 4), case.size(1, 6)]
    x = case.input("x", form, shape, case.scale(), case.zero(form))
    alpha = case.constant("alpha", form, case.integers(form, [1, 1, shape[3]]), case.scale(), case.zero(form))
    case.finish("PRELU", [x, alpha], form, shape, None, 1, scale=case.scale(), zero=case.zero(form))


def pool(op):
    def build(case, form):
        batches, height, width, depth = case.size(1, 2), case.size(1, 9), case.size(1, 9), case.size(1, 20)
        rows, columns = window(case, height), window(case, width)
        kh, kw = min(rows[0], height), min(columns[0], width)
        padding = rows[3]
        sizes = outputs(height, rows[1], kh, padding), outputs(width, columns[1], kw, padding)
        scale, zero = case.scale(), case.zero(form)
        x = case.input("x", form, [batches, height, width, depth], scale, zero)
        options = make("Pool2DOptions", padding=padding, strideH=rows[1], strideW=columns[1], filterHeight=kh,
                       filterWidth=kw, fusedActivationFunction=case.pick(0, 0, 1, 2, 3))
        case.finish(op, [x], form, [batches, *sizes, depth], options, 3, scale=scale, zero=zero)

    return build


def reduction(op):
    def build(case, form):
        shape = [case.size(1, 6) for _ in range(case.size(1, 4))]
        axes = sorted(int(a) for a in case.random.permutation(len(shape))[:case.size(1, len(shape))])
        keeps = case.pick(True, False)
        x = case.input("x", form, shape, case.scale(), case.zero(form))
        signed = [a - len(shape) if case.size(0, 2) == 0 else a for a in axes]
        left = [1 if i in axes else n for i, n in enumerate(shape) if keeps or i not in axes]
        case.finish(op, [x, case.graph.ints("axes", signed)], form, left, make("ReducerOptions", keepDims=keeps), 2,
                    scale=case.scale(), zero=case.zero(form))

    return build


def reduce_prod(case, form):
    """Few factors, and scales with which the products stay in the output's range."""
    shape = [case.size(1, 4) for _ in range(case.size(1, 3))]
    axes = sorted(int(a) for a in case.random.permutation(len(shape))[:case.size(1, len(shape))])
    keeps = case.pick(True, False)
    factors = int(np.prod([shape[a] for a in axes]))
    half = 64 if form == "int8" else 16384
    x_scale = case.scale(0.5, 3) / half
    x = case.input("x", form, shape, x_scale, case.zero(form))
    left = [1 if i in axes else n for i, n in enumerate(shape) if keeps or i not in axes]
    case.finish("REDUCE_PROD", [x, case.graph.ints("axes", axes)], form, left, make("ReducerOptions", keepDims=keeps), 2,
                scale=np.float32((x_scale * half) ** factors / half * case.scale(0.1, 3)), zero=case.zero(form))


def resize_bilinear(case, form):
    batches, height, width, depth = case.size(1, 2), case.size(1, 7), case.size(1, 7), case.size(1, 9)
    sizes = [case.size(1, 12), case.size(1, 12)]
    scale, zero = case.scale(), case.zero(form)
    x = case.input("x", form, [batches, height, width, depth], scale, zero)
    aligns = case.pick(True, False)
    options = make("ResizeBilinearOptions", alignCorners=aligns, halfPixelCenters=not aligns and case.pick(True, False))
    case.finish("RESIZE_BILINEAR", [x, case.graph.ints("size", sizes)], form, [batches, *sizes, depth], options, 3,
                scale=scale, zero=zero)


def concatenation(case, form):
    shape = [case.size(1, 5) for _ in range(case.size(1, 4))]
    axis = case.size(0, len(shape) - 1)
    inputs, total = [], 0
    for name in "abc"[:case.size(2, 3)]:
        own = list(shape)
        own[axis] = case.size(1, 5)
        total += own[axis]
        inputs.append(case.input(name, form, own, case.scale(), case.zero(form)))
    shape[axis] = total
    case.finish("CONCATENATION", inputs, form, shape, make("ConcatenationOptions", axis=axis), 1, scale=case.scale(),
                zero=case.zero(form))


def share_scale(y_kind):
    return np.float32(1 / 32768 if y_kind == "int16" else 1 / 256)


def sigmoid_scale(y_kind):
    return np.float32(1 / 32768 if y_kind == "int16" else 1 / 128)


def comparison(op, options):
    return binary(op, options, y_kind="bool", has_scale=False)


def sequence_lstm(case, form):
    """Gates of small sums, states of many steps; with peepholes or a projection, and without an input gate, at times."""
    batches, steps, inputs, cells = case.size(1, 3), case.size(1, 6), case.size(1, 20), case.size(1, 12)
    time_major, has_input_gate = case.pick(True, False), case.pick(True, True, False)
    extra = case.pick("", "", "peephole", "projection")
    width = case.size(1, 12) if extra == "projection" else cells
    x_scale, h_scale, c_exponent = case.scale(0.005, 0.03), case.scale(0.003, 0.01), case.size(-15, -9)
    x_zero, h_zero = case.zero("int8"), case.size(-40, 40)
    shape = [steps, batches, inputs] if time_major else [batches, steps, inputs]
    x = case.input("x", "int8", shape, x_scale, x_zero)
    gates = range(0 if has_input_gate else 1, 4)

    def weights(name, kind, shape, low, high):
        scales = {q: case.scale(low, high) for q in gates}
        values = {q: case.random.integers(-127, 128, shape) if kind == "int8" else case.integers(kind, shape) for q in gates}
        return scales, [case.constant(f"{name}{q}", kind, values[q].astype(kind), scales[q], 0) if q in gates else -1
                        for q in range(4)]

    w_scales, w = weights("w", "int8", [cells, inputs], 0.001, 0.02)
    _, r = weights("r", "int8", [cells, width], 0.001, 0.02)
    b = [case.constant(f"b{q}", "int32", case.random.integers(-20000, 20000, [cells]).astype(np.int32),
                       np.float32(w_scales[q] * x_scale), 0) if q in gates else -1 for q in range(4)]
    peepholes = [-1, -1, -1]
    if extra == "peephole":
        peepholes = [case.constant(f"p{q}", "int16", case.integers("int16", [cells]), case.scale(1e-5, 1e-4), 0)
                     if q or has_input_gate else -1 for q in range(3)]
    hidden_scale, hidden_zero = (h_scale, h_zero) if extra != "projection" else (case.scale(0.004, 0.01), case.size(-40, 40))
    projection = [-1, -1]
    if extra == "projection":
        p_scale = case.scale(0.001, 0.02)
        projection = [case.constant("p", "int8", case.random.integers(-127, 128, [width, cells]).astype(np.int8), p_scale, 0),
                      case.constant("p_bias", "int32", case.random.integers(-3000, 3000, [width]).astype(np.int32),
                                    np.float32(p_scale * hidden_scale), 0) if case.size(0, 1) else -1]

    def state(name, kind, shape, scale, zero=0):
        return case.graph.tensor(name, shape, TYPES[kind], isVariable=True, quantization=quantization([float(scale)], [zero]))

    h = state("h", "int8", [batches, width], h_scale, h_zero)
    c = state("c", "int16", [batches, cells], 2.0 ** c_exponent)
    on_the_way = [case.graph.tensor(f"gate{q}", [], Type.INT16, quantization=quantization([2.0 ** -12], [0])) for q in range(4)]
    on_the_way.append(case.graph.tensor("hidden", [], Type.INT8, quantization=quantization([float(hidden_scale)], [hidden_zero])))
    options = make("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=4, timeMajor=time_major,
                   cellClip=float(case.pick(0, 0, 1.5)), projClip=float(case.pick(0, 0, 0.2)))
    y = case.graph.tensor("y", shape[:2] + [width], Type.INT8, quantization=quantization([float(h_scale)], [h_zero]))
    case.graph.output(case.graph.op(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", [x, *w, *r, *peepholes, *b, *projection, h, c, -1, -1, -1, -1], y, options,
        version=1, intermediates=on_the_way))


KINDS = {
    "fully_connected": (fully_connected, ["int8", "int8_int4", "int8_int2", "uint8", "int16", "int16_int4",
                                          "int16_bias32", "int16_int16", "hybrid", "hybrid_int4", "hybrid_int2"]),
    "fully_connected_blockwise": (blockwise_fully_connected, ["int4"]),
    "conv_2d": (conv_2d, ["int8", "int8_int4", "uint8", "int16", "int16_bias32", "hybrid", "hybrid_int4"]),
    "depthwise_conv_2d": (depthwise_conv_2d, ["int8", "int8_int4", "uint8", "int16", "hybrid"]),
    "transpose_conv": (transpose_conv, ["int8", "uint8", "int16", "int16_bias32", "hybrid"]),
    "batch_matmul": (batch_matmul, ["int8", "int16", "int16_int8", "hybrid"]),
    "relu": (unary("RELU"), ["int8", "uint8", "int16"]),
    "relu6": (unary("RELU6"), ["int8", "uint8", "int16"]),
    "relu_n1_to_1": (unary("RELU_N1_TO_1", version=1), ["int8", "uint8"]),
    "relu_0_to_1": (unary("RELU_0_TO_1", version=1), ["int8", "uint8"]),
    "leaky_relu": (unary("LEAKY_RELU", lambda case: make("LeakyReluOptions", alpha=float(case.random.uniform(-1, 2)))),
                   ["int8", "uint8", "int16"]),
    "hard_swish": (unary("HARD_SWISH", version=1, spread=(0.01, 0.1)), ["int8", "uint8"]),
    "abs": (unary("ABS"), ["int8", "int16"]),
    "sqrt": (unary("SQRT", is_positive=True), ["int8", "int16"]),
    "rsqrt": (unary("RSQRT", is_positive=True), ["int8", "int16"]),
    "exp": (unary("EXP", spread=(0.005, 0.05)), ["int8", "int16"]),
    "log": (unary("LOG", is_positive=True), ["int8", "int16"]),
    "gelu": (unary("GELU", lambda case: make("GeluOptions", approximate=case.pick(True, False))),
             ["int8", "uint8"]),
    "logistic": (unary("LOGISTIC", scale=share_scale, zero=0), ["int8", "uint8", "int16"]),
    "tanh": (unary("TANH", scale=sigmoid_scale, zero=128), ["int8", "uint8", "int16"]),
    "softmax": (unary("SOFTMAX", lambda case: make("SoftmaxOptions", beta=float(case.pick(1.0, 0.5, 2.0))),
                      scale=share_scale, zero=0), ["int8", "uint8", "int16", "int8_to_int16"]),
    "log_softmax": (unary("LOG_SOFTMAX", scale=lambda kind: np.float32(1 / 16), zero=255), ["int8", "uint8"]),
    "l2_normalization": (unary("L2_NORMALIZATION", lambda case: make("L2NormOptions"), scale=sigmoid_scale, zero=128),
                         ["int8", "uint8"]),
    "add": (binary("ADD", "AddOptions", True), ["int8", "uint8", "int16"]),
    "sub": (binary("SUB", "SubOptions", True), ["int8", "uint8", "int16"]),
    "mul": (binary("MUL", "MulOptions", True), ["int8", "uint8", "int16"]),
    "mul_narrowed": (mul_narrowed, ["int16_to_int8", "int16_to_uint8"]),
    "neg": (neg, ["int8", "int16"]),
    "squared_difference": (binary("SQUARED_DIFFERENCE", "SquaredDifferenceOptions"), ["int8"]),
    "equal": (comparison("EQUAL", "EqualOptions"), ["int8", "uint8"]),
    "less": (comparison("LESS", "LessOptions"), ["int8", "uint8"]),
    "greater_equal": (comparison("GREATER_EQUAL", "GreaterEqualOptions"), ["int8", "uint8"]),
    "prelu": (prelu, ["int8", "uint8"]),
    "average_pool_2d": (pool("AVERAGE_POOL_2D"), ["int8", "uint8", "int16"]),
    "max_pool_2d": (pool("MAX_POOL_2D"), ["int8", "uint8", "int16"]),
    "mean": (reduction("MEAN"), ["int8", "uint8", "int16"]),
    "sum": (reduction("SUM"), ["uint8"]),
    "reduce_prod": (reduce_prod, ["int8", "int16"]),
    "resize_bilinear": (resize_bilinear, ["int8", "uint8", "int16"]),
    "concatenation": (concatenation, ["uint8"]),
    "quantize": (quantize, ["float32_to_int8", "float32_to_uint8", "float32_to_int16", "int8_to_int8", "int8_to_uint8",
                            "uint8_to_int8", "uint8_to_uint8", "int8_to_int16", "int16_to_int8", "int16_to_int16",
                            "int16_to_int32", "int32_to_int8", "int32_to_int16"]),
    "dequantize": (dequantize, ["int8", "uint8", "int16"]),
    "embedding_lookup": (embedding_lookup, ["int8", "int4", "int2", "int4_blockwise", "int2_blockwise"]),
    "sequence_lstm": (sequence_lstm, ["int8"]),
    "cast": (cast, ["float32_to_int8", "float32_to_int16", "float32_to_int32", "int8_to_float32", "int16_to_int8",
                    "int32_to_int16", "int32_to_float32"]),
}


def theirs(model, values, op):
    """LiteRT's answer; None if it does not run the model. Its reference kernel leaves weights in blocks out."""
    resolver = (litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if op == "fully_connected_blockwise"
                else litert.OpResolverType.BUILTIN_REF)
    try:
        interpreter = litert.Interpreter(model_path=str(model), num_threads=1,
                                         experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], values[detail["name"]])
        interpreter.invoke()
    except (RuntimeError, ValueError):
        return None
    return np.array(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))


def ours(aeq, model, values, folder):
    """Our answer, or what aeq says."""
    np.savez(folder / "in.npz", **{f"/0000/{name}": value for name, value in values.items()})
    done = subprocess.run([aeq, "run", model, "--inputs", folder / "in.npz", "-o", folder / "out.npz", "--overwrite"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip()
    with np.load(folder / "out.npz") as archive:
        return archive["/0000/y"]


def main():
    aeq, count = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    glob = sys.argv[3] if len(sys.argv) > 3 else "*"
    total = equal = 0
    is_good = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for op, (build, forms) in KINDS.items():
            for form in forms:
                kind = f"{op}/{form}"
                if not fnmatch.fnmatch(kind, glob):
                    continue
                ran = same = 0
                for number in range(count):
                    case = Case(kind, number)
                    build(case, form)
                    model = folder / "model.tflite"
                    model.write_bytes(case.model.serialize())
                    expected = theirs(model, case.values, op)
                    if expected is None:
                        continue
                    ran += 1
                    got = ours(aeq, model, case.values, folder)
                    if isinstance(got, str):
                        print(f"{kind} {number}: {got}")
                    elif (got.dtype, got.shape, got.tobytes()) != (expected.dtype, expected.shape, expected.tobytes()):
                        off = np.abs(got.astype(np.float64) - expected) if got.shape == expected.shape else np.array([0])
                        print(f"{kind} {number}: {got.dtype}{list(got.shape)} differs in {np.count_nonzero(off)} of "
                              f"{got.size}, by {off.max():.3g} at most")
                    else:
                        same += 1
                print(f"{kind}: {same} of {ran} equal" + (f", {count - ran} not run by LiteRT" if ran < count else ""))
                is_good = is_good and same == ran and 2 * ran >= count
                total, equal = total + ran, equal + same
    print(f"{equal} of {total} cases")
    return 0 if is_good and total else 1


if __name__ == "__main__":
    sys.exit(main())
