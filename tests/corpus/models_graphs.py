# SPDX-License-Identifier: Apache-2.0
"""Graph patterns: sharing, consumers, subgraphs, names, odd weights."""

import numpy as np

from flat import Model, Type, make, noise, quantization, schema
from models_ops import empty_map, i32

MODELS = {}


def model(function):
    name = function.__name__

    def build():
        m = Model(name)
        m.about = " ".join(function.__doc__.split())
        if function(m, m.graph()) is not False and m.table.signatureDefs is None:
            from types import SimpleNamespace
            m.signature(SimpleNamespace(index=0, table=m.table.subgraphs[0]))
        return m

    MODELS[name] = build
    return function


# ---- FULLY_CONNECTED forms -------------------------------------------------


@model
def fc_no_bias(m, g):
    """FULLY_CONNECTED with two inputs."""
    x = g.input("x", [1, 64])
    g.output(g.dense(x, "fc_a", 16, 64, bias=False))


@model
def fc_bias_absent(m, g):
    """FULLY_CONNECTED with three inputs, the bias being -1."""
    x = g.input("x", [1, 64])
    g.output(g.fc(x, g.weight("w", [16, 64]), -1, "fc_a"))


@model
def fc_relu(m, g):
    """FULLY_CONNECTED with fused RELU and keep_num_dims."""
    x = g.input("x", [1, 4, 32])
    w, b = g.weight("w", [16, 32]), g.weight("b", [16])
    g.output(g.op("FULLY_CONNECTED", [x, w, b], ("fc_a", [1, 4, 16]),
                  make("FullyConnectedOptions", fusedActivationFunction=1, keepNumDims=True)))


@model
def fc_wide(m, g):
    """Depth 256: every block size applies; also 2-bit and odd channel counts."""
    x = g.input("x", [1, 256])
    g.output(g.dense(x, "fc_a", 5, 256))


@model
def fc_chain(m, g):
    """Three FULLY_CONNECTED in a row, fc_a, fc_b, fc_c, for recipes by scope."""
    x = g.input("x", [1, 64])
    a = g.dense(x, "fc_a", 32, 64, act=1)
    b = g.dense(a, "fc_b", 32, 32, act=1)
    g.output(g.dense(b, "fc_c", 5, 32))


@model
def fc_odd_sizes(m, g):
    """Weights whose element counts are odd: 15, 7, 1, 9, 3 (packing of 4 and 2 bits)."""
    x = g.input("x", [1, 5])
    a = g.dense(x, "fc_a", 3, 5)
    y = g.input("y", [1, 7])
    b = g.dense(y, "fc_b", 1, 7, bias=False)
    c = g.dense(b, "fc_c", 1, 1)
    d = g.dense(a, "fc_d", 3, 3)
    e = g.dense(d, "fc_e", 1, 3)
    g.output(c, e)


@model
def fc_special_rows(m, g):
    """Rows of zeros, negative zeros, one value, one sign, tiny, subnormal, huge, one outlier."""
    rows = np.zeros((12, 32), np.float32)
    rows[1] = np.float32(-0.0)
    rows[2] = 0.75
    rows[3] = -0.3
    rows[4] = noise("pos", [32], 0.1, 0.9)
    rows[5] = noise("neg", [32], -0.9, -0.1)
    rows[6] = noise("tiny", [32]) * np.float32(1e-9)
    rows[7] = noise("sub", [32]) * np.float32(1e-40)
    rows[8] = noise("huge", [32]) * np.float32(3e38)
    rows[9] = noise("n", [32])
    rows[9, 5] = 100
    rows[10] = (np.arange(32) - 16) * np.float32(0.5)  # halfway cases
    rows[11] = np.arange(32) % 2 - np.float32(0.5)
    x = g.input("x", [1, 32])
    g.output(g.fc(x, g.const("w", rows), g.weight("b", [12]), "fc_a"))


@model
def fc_rounding(m, g):
    """Weights at and next to rounding ties of 8, 4 and 2 bits with a scale of one."""
    rows = []
    for top in (127, 7, 1):
        steps = np.linspace(-top, top, 32)
        ties = np.floor(steps).astype(np.float32) + np.float32(0.5)
        ties = np.clip(ties, -top, top)
        rows += [ties, np.nextafter(ties, np.float32(0)), np.nextafter(ties, np.float32(999))]
        for row in rows[-3:]:
            row[0] = top
    w = np.clip(np.stack(rows), -127, 127).astype(np.float32)
    x = g.input("x", [1, 32])
    g.output(g.fc(x, g.const("w", w), None, "fc_a"))


@model
def fc_nan_inf(m, g):
    """Weights with a NaN and infinities, each in a FULLY_CONNECTED of its own."""
    x = g.input("x", [1, 32])
    for name, value in (("fc_a", np.nan), ("fc_b", np.inf), ("fc_c", -np.inf)):
        w = noise(name, [4, 32])
        w[1, 3] = value
        g.output(g.fc(x, g.const(f"{name}/w", w), None, name))


@model
def fc_not_divisible(m, g):
    """Depth 48: no block size divides it; 33 in a second one."""
    x = g.input("x", [1, 48])
    a = g.dense(x, "fc_a", 33, 48)
    g.output(g.dense(a, "fc_b", 4, 33))


@model
def fc_dynamic_weight(m, g):
    """FULLY_CONNECTED whose weight is a graph input; the bias is constant."""
    x, w = g.input("x", [1, 32]), g.input("w", [4, 32])
    g.output(g.fc(x, w, g.weight("b", [4]), "fc_a"))


@model
def fc_dynamic_bias(m, g):
    """FULLY_CONNECTED whose bias is computed."""
    x, b = g.input("x", [1, 32]), g.input("b0", [4])
    b = g.op("RELU", [b], ("b", [4]))
    g.output(g.fc(x, g.weight("w", [4, 32]), b, "fc_a"))


@model
def fc_const_input(m, g):
    """FULLY_CONNECTED of two constants, and one reading one constant twice."""
    c = g.weight("c", [4, 32])
    a = g.fc(c, g.weight("w", [8, 32]), None, "fc_a", rows=4)
    b = g.fc(c, c, None, "fc_b", rows=4)
    x = g.input("x", [4, 8])
    g.output(g.op("ADD", [x, a], ("sum", [4, 8]), make("AddOptions")), b)


@model
def fc_input_twice(m, g):
    """FULLY_CONNECTED with one activation as input and weight."""
    x = g.input("x", [4, 32])
    r = g.op("RELU", [x], ("r", [4, 32]))
    g.output(g.fc(r, r, None, "fc_a", rows=4))


@model
def fc_shuffled(m, g):
    """FULLY_CONNECTED with weights_format SHUFFLED4x16INT8 on float weights."""
    m.runnable = False
    x = g.input("x", [1, 32])
    g.output(g.fc(x, g.weight("w", [4, 32]), None, "fc_a", weightsFormat=1))


# ---- Sharing ---------------------------------------------------------------


@model
def shared_weight_tensor(m, g):
    """Two FULLY_CONNECTED, fc_a and fc_b, read one weight tensor."""
    x, y = g.input("x", [1, 64]), g.input("y", [1, 64])
    w = g.weight("w", [8, 64])
    g.output(g.fc(x, w, g.weight("ba", [8]), "fc_a"), g.fc(y, w, g.weight("bb", [8]), "fc_b"))


@model
def shared_weight_tensor_three(m, g):
    """fc_a, fc_b, fc_c and fc_d read one weight tensor."""
    x = g.input("x", [1, 64])
    w = g.weight("w", [8, 64])
    for name in ("fc_a", "fc_b", "fc_c", "fc_d"):
        g.output(g.fc(x, w, None, name))


@model
def shared_weight_buffer(m, g):
    """Two FULLY_CONNECTED, two weight tensors, one buffer."""
    x = g.input("x", [1, 64])
    w = g.weight("wa", [8, 64])
    buffer = g.table.tensors[w].buffer
    v = g.tensor("wb", [8, 64], buffer=buffer)
    g.output(g.fc(x, w, None, "fc_a"), g.fc(x, v, None, "fc_b"))


@model
def shared_weight_buffer_shapes(m, g):
    """One buffer under weight tensors of shapes [8, 64] and [16, 32]."""
    x, y = g.input("x", [1, 64]), g.input("y", [1, 32])
    w = g.weight("wa", [8, 64])
    v = g.tensor("wb", [16, 32], buffer=g.table.tensors[w].buffer)
    g.output(g.fc(x, w, None, "fc_a"), g.fc(y, v, None, "fc_b"))


@model
def equal_weights(m, g):
    """Two weight tensors with equal bytes in two buffers."""
    x = g.input("x", [1, 64])
    value = noise("equal", [8, 64])
    g.output(g.fc(x, g.const("wa", value), None, "fc_a"),
             g.fc(x, g.const("wb", value), None, "fc_b"))


@model
def shared_conv_fc_buffer(m, g):
    """CONV_2D 1x1 (conv) and FULLY_CONNECTED (fc_b) on one buffer."""
    x, y = g.input("x", [1, 3, 3, 64]), g.input("y", [1, 64])
    w = g.weight("w_conv", [8, 1, 1, 64])
    v = g.tensor("w_fc", [8, 64], buffer=g.table.tensors[w].buffer)
    c = g.op("CONV_2D", [x, w, g.weight("b", [8])], ("conv", [1, 3, 3, 8]),
             make("Conv2DOptions", strideW=1, strideH=1))
    g.output(c, g.fc(y, v, None, "fc_b"))


@model
def shared_conv_depthwise_tensor(m, g):
    """CONV_2D and DEPTHWISE_CONV_2D read one weight tensor [1, 2, 2, 4]; their channel axes differ."""
    x = g.input("x", [1, 5, 5, 4])
    w = g.weight("w", [1, 2, 2, 4])
    c = g.op("CONV_2D", [x, w, g.weight("b1", [1])], ("conv", [1, 5, 5, 1]),
             make("Conv2DOptions", strideW=1, strideH=1))
    d = g.op("DEPTHWISE_CONV_2D", [x, w, g.weight("b4", [4])], ("depthwise", [1, 5, 5, 4]),
             make("DepthwiseConv2DOptions", strideW=1, strideH=1, depthMultiplier=1))
    g.output(c, d)


@model
def tied_embedding(m, g):
    """EMBEDDING_LOOKUP and the last FULLY_CONNECTED (fc_b) read one table."""
    m.ranges = {"ids": (0, 16)}
    ids = g.input("ids", [2], Type.INT32)
    table = g.weight("table", [16, 64])
    e = g.op("EMBEDDING_LOOKUP", [ids, table], ("lookup", [2, 64]))
    a = g.dense(e, "fc_a", 64, 64, rows=2, act=1)
    g.output(g.fc(a, table, None, "fc_b", rows=2))


@model
def shared_bias_tensor(m, g):
    """Two FULLY_CONNECTED read one bias tensor."""
    x = g.input("x", [1, 32])
    b = g.weight("b", [8])
    g.output(g.fc(x, g.weight("wa", [8, 32]), b, "fc_a"),
             g.fc(x, g.weight("wb", [8, 32], -3, 3), b, "fc_b"))


@model
def shared_bias_buffer(m, g):
    """Two bias tensors of zeros in one buffer, as converters write them."""
    x = g.input("x", [1, 32])
    a = g.const("ba", np.zeros(8, np.float32))
    b = g.tensor("bb", [8], buffer=g.table.tensors[a].buffer)
    g.output(g.fc(x, g.weight("wa", [8, 32]), a, "fc_a"),
             g.fc(x, g.weight("wb", [8, 32], -3, 3), b, "fc_b"))


@model
def weight_is_output(m, g):
    """The weight of fc_a is a graph output too."""
    x, w = g.input("x", [1, 32]), g.weight("w", [8, 32])
    g.output(g.fc(x, w, None, "fc_a"), w)


@model
def weight_read_by_cos(m, g):
    """The weight of fc_a is read by COS too, an operator that is never quantized."""
    x, w = g.input("x", [1, 32]), g.weight("w", [8, 32])
    g.output(g.fc(x, w, None, "fc_a"), g.op("COS", [w], ("cos", [8, 32]), make("CosOptions")))


@model
def weight_read_by_cos_first(m, g):
    """As before, COS comes before fc_a and fc_b."""
    x, w = g.input("x", [1, 32]), g.weight("w", [8, 32])
    c = g.op("COS", [w], ("cos", [8, 32]), make("CosOptions"))
    g.output(c, g.fc(x, w, None, "fc_a"), g.fc(x, w, None, "fc_b"))


@model
def weight_read_by_add(m, g):
    """The weight of fc_a is a constant operand of ADD too."""
    x, y, w = g.input("x", [1, 32]), g.input("y", [8, 32]), g.weight("w", [8, 32])
    g.output(g.fc(x, w, None, "fc_a"), g.op("ADD", [y, w], ("sum", [8, 32]), make("AddOptions")))


@model
def weight_buffer_read_by_cos(m, g):
    """FULLY_CONNECTED and COS read two tensors of one buffer."""
    x, w = g.input("x", [1, 32]), g.weight("w", [8, 32])
    v = g.tensor("w_cos", [8, 32], buffer=g.table.tensors[w].buffer)
    g.output(g.fc(x, w, None, "fc_a"), g.op("COS", [v], ("cos", [8, 32]), make("CosOptions")))


@model
def unused_in_shared_buffer(m, g):
    """Three tensors on one buffer: fc_a's weight, one nobody reads, COS's."""
    x, w = g.input("x", [1, 32]), g.weight("w", [8, 32])
    g.tensor("unused", [8, 32], buffer=g.table.tensors[w].buffer)
    v = g.tensor("w_cos", [8, 32], buffer=g.table.tensors[w].buffer)
    g.output(g.fc(x, w, None, "fc_a"), g.op("COS", [v], ("cos", [8, 32]), make("CosOptions")))


# ---- Consumers and outputs -------------------------------------------------


@model
def add_same_twice(m, g):
    """ADD reads one tensor twice."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 8, 32)
    g.output(g.op("ADD", [a, a], ("sum", [1, 8]), make("AddOptions")))


@model
def output_consumed(m, g):
    """A graph output that the next operators read as well."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    b = g.dense(a, "fc_b", 8, 32)
    c = g.op("COS", [a], ("cos", [1, 32]), make("CosOptions"))
    g.output(a, b, c)


@model
def output_twice(m, g):
    """One tensor is two graph outputs."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 8, 32)
    g.output(a, a)
    m.signature(g, outputs={"first": a, "second": a})


@model
def input_is_output(m, g):
    """A graph input that is a graph output, beside fc_a."""
    x = g.input("x", [1, 32])
    g.output(x, g.dense(x, "fc_a", 8, 32))


@model
def const_output(m, g):
    """A constant is a graph output; no operator reads it."""
    x = g.input("x", [1, 32])
    g.output(g.dense(x, "fc_a", 8, 32), g.weight("constant", [4]))


@model
def no_operators(m, g):
    """A subgraph without operators: its input is its output."""
    g.output(g.input("x", [1, 4]))


@model
def split_unused_output(m, g):
    """Nobody reads the second output of SPLIT."""
    x = g.input("x", [1, 32])
    y0, _ = g.op("SPLIT", [g.const("axis", np.int32(1)), x], [("y0", [1, 16]), ("y1", [1, 16])],
                 make("SplitOptions", numSplits=2))
    g.output(g.dense(y0, "fc_a", 4, 16))


@model
def requantize_chain(m, g):
    """RELU, COS, TANH, CONCATENATION, SIN around one tensor: quantize, dequantize, requantize."""
    x = g.input("x", [1, 8])
    t = g.op("RELU", [x], ("t", [1, 8]))
    c = g.op("COS", [t], ("c", [1, 8]), make("CosOptions"))
    d = g.op("TANH", [t], ("d", [1, 8]))
    k = g.op("CONCATENATION", [t, d], ("k", [1, 16]), make("ConcatenationOptions", axis=1))
    s = g.op("SIN", [t], ("s", [1, 8]))
    g.output(t, c, k, s)


@model
def softmax_concat(m, g):
    """SOFTMAX and LOGISTIC feed CONCATENATION and ADD: fixed scales meet free ones."""
    x = g.input("x", [1, 8])
    s = g.op("SOFTMAX", [x], ("s", [1, 8]), make("SoftmaxOptions", beta=1.0))
    l = g.op("LOGISTIC", [x], ("l", [1, 8]))
    k = g.op("CONCATENATION", [s, l], ("k", [1, 16]), make("ConcatenationOptions", axis=1))
    a = g.op("ADD", [s, l], ("a", [1, 8]), make("AddOptions"))
    g.output(k, a)


@model
def unsupported_between(m, g):
    """Never-quantized operators between quantized ones; RELU6, MINIMUM, CAST."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    r = g.op("RELU6", [a], ("r6", [1, 32]))
    n = g.op("MINIMUM", [r, g.weight("cap", [32])], ("low", [1, 32]), make("MaximumMinimumOptions"))
    b = g.dense(n, "fc_b", 8, 32)
    c = g.op("CAST", [b], ("cast", [1, 8], Type.INT32),
             make("CastOptions", inDataType=0, outDataType=2))
    g.output(c)


# ---- Subgraphs and signatures ----------------------------------------------


@model
def two_signatures_one_graph(m, g):
    """Two signatures on one subgraph, with outputs named otherwise and in another order."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 8, 32)
    b = g.dense(x, "fc_b", 4, 32)
    g.output(a, b)
    m.signature(g, "first", {"in": x}, {"out_b": b, "out_a": a})
    m.signature(g, "second", {"x": x}, {"only": b})


@model
def two_signatures_two_graphs(m, g):
    """prefill and decode: two subgraphs that share a weight buffer."""
    buffer = None
    for name, rows in (("prefill", 4), ("decode", 1)):
        if buffer is not None:
            g = m.graph(name)
        x = g.input(f"{name}_x", [rows, 64])
        if buffer is None:
            g.table.name = name
            w = g.weight(f"{name}_w", [8, 64])
            buffer = g.table.tensors[w].buffer
        else:
            w = g.tensor(f"{name}_w", [8, 64], buffer=buffer)
        g.output(g.fc(x, w, g.weight(f"{name}_b", [8]), f"{name}_fc", rows=rows))
        m.signature(g, name, {"x": 0}, {"y": g.table.outputs[0]})


@model
def same_names_two_graphs(m, g):
    """Two subgraphs use the same tensor names."""
    for index in (0, 1):
        if index:
            g = m.graph("other")
        x = g.input("x", [1, 32])
        g.output(g.dense(x, "fc_a", 8, 32))
        m.signature(g, f"s{index}")


@model
def same_names_one_graph(m, g):
    """Two weights of one subgraph have the same name."""
    x = g.input("x", [1, 32])
    a = g.fc(x, g.weight("w", [32, 32]), None, "fc_a")
    g.output(g.fc(a, g.weight("w", [8, 32]), None, "fc_b"))


@model
def while_body(m, g):
    """WHILE with a FULLY_CONNECTED in its body and one after it."""
    i = g.const("zero", np.int32(0))
    x = g.input("x", [1, 32])
    _, r = g.op("WHILE", [i, x], [("i_out", [], Type.INT32), ("x_out", [1, 32])],
                make("WhileOptions", condSubgraphIndex=1, bodySubgraphIndex=2))
    g.output(g.dense(r, "fc_after", 8, 32))
    cond = m.graph("cond")
    ci = cond.input("cond_i", [], Type.INT32)
    cond.input("cond_x", [1, 32])
    cond.output(cond.op("LESS", [ci, cond.const("three", np.int32(3))],
                        ("go_on", [], Type.BOOL), make("LessOptions")))
    body = m.graph("body")
    bi = body.input("body_i", [], Type.INT32)
    bx = body.input("body_x", [1, 32])
    n = body.op("ADD", [bi, body.const("one", np.int32(1))], ("next_i", [], Type.INT32),
                make("AddOptions"))
    f = body.dense(bx, "fc_body", 32, 32, act=1)
    body.output(n, f)


@model
def if_branches(m, g):
    """IF with a FULLY_CONNECTED in either branch, sharing a weight buffer with a third before it."""
    c = g.input("cond", [], Type.BOOL)
    x = g.input("x", [1, 32])
    w = g.weight("w", [32, 32])
    a = g.fc(x, w, None, "fc_main")
    g.output(g.op("IF", [c, a], ("y", [1, 32]),
                  make("IfOptions", thenSubgraphIndex=1, elseSubgraphIndex=2)))
    for name in ("then", "else"):
        b = m.graph(name)
        bx = b.input(f"{name}_x", [1, 32])
        bw = b.tensor(f"{name}_w", [32, 32], buffer=g.table.tensors[w].buffer)
        b.output(b.fc(bx, bw, None, f"fc_{name}"))


@model
def call_once_variable(m, g):
    """CALL_ONCE initialises a resource variable; READ_VARIABLE feeds fc_a."""
    options = dict(container="c", sharedName="state")
    g.op("CALL_ONCE", [], [], make("CallOnceOptions", initSubgraphIndex=1))
    x = g.input("x", [1, 32])
    h = g.op("VAR_HANDLE", [], ("handle", [], Type.RESOURCE), make("VarHandleOptions", **options))
    s = g.op("READ_VARIABLE", [h], ("state", [1, 32]), make("ReadVariableOptions"))
    a = g.op("ADD", [x, s], ("sum", [1, 32]), make("AddOptions"))
    g.output(g.dense(a, "fc_a", 8, 32))
    i = m.graph("init")
    ih = i.op("VAR_HANDLE", [], ("init_handle", [], Type.RESOURCE),
              make("VarHandleOptions", **options))
    i.op("ASSIGN_VARIABLE", [ih, i.weight("init_value", [1, 32])], [],
         make("AssignVariableOptions"))


@model
def composite_nested(m, g):
    """A composite of an unknown name whose decomposition holds odml.rms_norm, and a FULLY_CONNECTED in each."""
    x = g.input("x", [1, 32])

    def call(graph, operand, name, index, out):
        return graph.op("STABLEHLO_COMPOSITE", [operand], (out, [1, 32]),
                        make("StableHLOCompositeOptions", name=name, version=1,
                             decompositionSubgraphIndex=index, compositeAttributes=empty_map()))

    g.output(g.dense(call(g, x, "test.outer", 1, "outer"), "fc_a", 8, 32))
    o = m.graph("outer")
    ox = o.dense(o.input("outer_x", [1, 32]), "fc_outer", 32, 32)
    o.output(call(o, ox, "odml.rms_norm", 2, "inner"))
    i = m.graph("inner")
    i.output(i.dense(i.input("inner_x", [1, 32]), "fc_inner", 32, 32))


# ---- Names -----------------------------------------------------------------


@model
def names_missing(m, g):
    """The weight and the output of fc_b have no name at all."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    b = g.fc(a, g.weight("w", [8, 32]), None, None)
    g.table.tensors[g.table.operators[1].inputs[1]].name = None
    g.output(b)
    m.signature(g, outputs={"y": b})


@model
def names_empty(m, g):
    """The output of the second FULLY_CONNECTED has an empty name; its scope is that of its inputs."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    b = g.fc(a, g.weight("w", [8, 32]), None, "")
    g.output(b)
    m.signature(g, outputs={"y": b})


@model
def names_odd(m, g):
    """Names with regex characters, spaces, slashes, umlauts, CJK and a line break."""
    x = g.input("x (in)", [1, 32])
    a = g.dense(x, "fc_a[0]/Größe+1", 32, 32)
    b = g.dense(a, "fc_b;fc_c $ 重み", 32, 32)
    g.output(g.dense(b, "fc_d\nline two", 8, 32))


@model
def names_long(m, g):
    """An output name of 12000 characters; the scope ends after 10000, before 'fc_b'."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    b = g.fc(a, g.weight("w", [8, 32]), None, "n" * 11996 + "fc_b")
    g.output(b)
    m.signature(g, outputs={"y": b})


@model
def names_taken(m, g):
    """Names that the quantizer would give to new tensors exist already."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    g.tensor("fc_a_dequant", [1])
    g.tensor("fc_b/w_dequant", [1])
    g.tensor("fc_b/w_scales", [1])
    g.tensor("x_quantized", [1])
    g.output(g.dense(a, "fc_b", 8, 32))


@model
def no_signature(m, g):
    """fc_chain in small, without signatures."""
    x = g.input("x", [1, 32])
    g.output(g.dense(x, "fc_a", 8, 32))
    return False


# ---- Tensors ---------------------------------------------------------------


@model
def quantized_weight_int8(m, g):
    """fc_a's weight is int8 already (channelwise), fc_b's is float."""
    x = g.input("x", [1, 32])
    w = g.const("fc_a/w", (noise("q", [32, 32]) * 127).astype(np.int8), quantization=quantization(
        [0.01 + 0.001 * i for i in range(32)], [0] * 32))
    a = g.fc(x, w, g.weight("fc_a/b", [32]), "fc_a")
    g.output(g.dense(a, "fc_b", 8, 32))


@model
def quantized_weight_int4(m, g):
    """As before with an int4 weight and one scale."""
    x = g.input("x", [1, 32])
    packed = (noise("q", [512]) * 127).astype(np.int8).view(np.uint8)
    w = g.const("fc_a/w", packed, Type.INT4, [32, 32], quantization=quantization([0.05], [0]))
    a = g.fc(x, w, None, "fc_a")
    g.output(g.dense(a, "fc_b", 8, 32))


@model
def quantized_model_int8(m, g):
    """FULLY_CONNECTED in int8 throughout, between QUANTIZE and DEQUANTIZE; fc_b is float."""
    q = quantization
    x = g.input("x", [1, 32])
    xq = g.op("QUANTIZE", [x], [g.tensor("xq", [1, 32], Type.INT8, quantization=q([1 / 64], [3]))],
              make("QuantizeOptions"))
    w = g.const("fc_a/w", (noise("q", [32, 32]) * 127).astype(np.int8),
                quantization=q([0.01], [0]))
    b = g.const("fc_a/b", (noise("b", [32]) * 500).astype(np.int32),
                quantization=q([0.01 / 64], [0]))
    out = g.tensor("fc_a", [1, 32], Type.INT8, quantization=q([0.05], [-4]))
    g.op("FULLY_CONNECTED", [xq, w, b], out, make("FullyConnectedOptions"))
    d = g.op("DEQUANTIZE", [out], ("d", [1, 32]), make("DequantizeOptions"))
    g.output(g.dense(d, "fc_b", 8, 32))


@model
def dequantized_weight(m, g):
    """int8 weight through DEQUANTIZE into fc_a (weight-only form)."""
    x = g.input("x", [1, 32])
    w = g.const("w", (noise("q", [8, 32]) * 127).astype(np.int8),
                quantization=quantization([0.01] * 8, [0] * 8))
    d = g.op("DEQUANTIZE", [w], ("w_float", [8, 32]), make("DequantizeOptions"), version=2)
    g.output(g.fc(x, d, None, "fc_a"))


@model
def float16_weight(m, g):
    """float16 weight through DEQUANTIZE into fc_a."""
    x = g.input("x", [1, 32])
    w = g.const("w", noise("h", [8, 32]).astype(np.float16))
    d = g.op("DEQUANTIZE", [w], ("w_float", [8, 32]), make("DequantizeOptions"), version=3)
    g.output(g.fc(x, d, None, "fc_a"))


@model
def float16_weight_direct(m, g):
    """FULLY_CONNECTED reads a float16 weight itself."""
    m.runnable = False
    x = g.input("x", [1, 32])
    g.output(g.fc(x, g.const("w", noise("h", [8, 32]).astype(np.float16)), None, "fc_a"))


@model
def scalars(m, g):
    """Scalar tensors: one with an absent shape vector, one with an empty one, has_rank set."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 8, 32)
    s = g.const("half", np.float32(0.5), shape=None)
    g.table.tensors[s].shape = None
    t = g.const("two", np.float32(2), hasRank=True)
    p = g.op("MUL", [a, s], ("p", [1, 8]), make("MulOptions"))
    g.output(g.op("ADD", [p, t], ("q", [1, 8]), make("AddOptions")))


@model
def scalar_activation(m, g):
    """An activation without shape vector is quantized, then read by COS."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 8, 32)
    t = g.tensor("total", None)
    g.op("SUM", [a, g.ints("axes", [0, 1])], t, make("ReducerOptions"))
    c = g.tensor("cos", None)
    g.op("COS", [t], c, make("CosOptions"))
    g.output(c)


@model
def dynamic_batch(m, g):
    """shape_signature with -1 on every activation."""
    x = g.input("x", [1, 32], shapeSignature=[-1, 32])
    a = g.tensor("fc_a", [1, 32], shapeSignature=[-1, 32])
    g.op("FULLY_CONNECTED", [x, g.weight("wa", [32, 32]), g.weight("ba", [32])], a,
         make("FullyConnectedOptions"))
    c = g.tensor("cos", [1, 32], shapeSignature=[-1, 32])
    g.op("COS", [a], c, make("CosOptions"))
    b = g.tensor("fc_b", [1, 8], shapeSignature=[-1, 8])
    g.op("FULLY_CONNECTED", [c, g.weight("wb", [8, 32]), g.weight("bb", [8])], b,
         make("FullyConnectedOptions"))
    g.output(b)


@model
def variable_svdf(m, g):
    """SVDF with a variable state tensor and mutating_variable_inputs, before fc_a."""
    x = g.input("x", [1, 8])
    s = g.tensor("state", [1, 32], isVariable=True)
    v = g.op("SVDF", [x, g.weight("feature", [8, 8]), g.weight("time", [8, 4]), -1, s],
             ("svdf", [1, 8]), make("SVDFOptions", rank=1, fusedActivationFunction=0),
             mutatingVariableInputs=[False, False, False, False, True])
    g.output(g.dense(v, "fc_a", 4, 8))


@model
def lstm_intermediates(m, g):
    """UNIDIRECTIONAL_SEQUENCE_LSTM with variable tensors and an intermediates list, then fc_a."""
    x = g.input("x", [1, 3, 4])
    w = [g.weight(f"wi{k}", [8, 4]) for k in range(4)]
    r = [g.weight(f"wr{k}", [8, 8]) for k in range(4)]
    b = [g.weight(f"b{k}", [8]) for k in range(4)]
    h = g.tensor("h", [1, 8], isVariable=True)
    c = g.tensor("c", [1, 8], isVariable=True)
    middle = [g.tensor(f"middle{k}", [1, 8]) for k in range(5)]
    y = g.op("UNIDIRECTIONAL_SEQUENCE_LSTM", [x] + w + r + [-1, -1, -1] + b + [-1, -1, h, c]
             + [-1, -1, -1, -1], ("lstm", [1, 3, 8]),
             make("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=4),
             intermediates=middle)
    k = g.op("RESHAPE", [y, g.ints("shape", [3, 8])], ("flat", [3, 8]),
             make("ReshapeOptions", newShape=[3, 8]))
    g.output(g.dense(k, "fc_a", 4, 8, rows=3))


def csr(dense):
    """Sparsity of a matrix: rows dense, columns compressed."""
    rows, columns = dense.shape
    segments, indices, values = [0], [], []
    for row in dense:
        for j in np.flatnonzero(row):
            indices.append(int(j))
            values.append(row[j])
        segments.append(len(indices))
    s = make("SparsityParameters", traversalOrder=[0, 1], dimMetadata=[
        make("DimensionMetadata", format=0, denseSize=rows),
        make("DimensionMetadata", format=1,
             arraySegmentsType=schema.SparseIndexVector.Uint16Vector,
             arraySegments=make("Uint16Vector", values=np.asarray(segments, np.uint16)),
             arrayIndicesType=schema.SparseIndexVector.Uint8Vector,
             arrayIndices=make("Uint8Vector", values=np.asarray(indices, np.uint8)))])
    return s, np.asarray(values, np.float32)


def sparse_matrix():
    w = noise("sparse", [8, 32])
    w[np.abs(w) < 0.7] = 0
    return w


@model
def sparse_densify(m, g):
    """A sparse constant through DENSIFY into fc_a; fc_b is dense."""
    x = g.input("x", [1, 32])
    s, values = csr(sparse_matrix())
    w = g.const("w", values, shape=[8, 32], sparsity=s)
    d = g.op("DENSIFY", [w], ("dense", [8, 32]), make("DensifyOptions"))
    a = g.fc(x, d, None, "fc_a")
    g.output(g.dense(a, "fc_b", 4, 8))


@model
def sparse_weight(m, g):
    """fc_a reads a sparse weight itself."""
    x = g.input("x", [1, 32])
    s, values = csr(sparse_matrix())
    g.output(g.fc(x, g.const("w", values, shape=[8, 32], sparsity=s), None, "fc_a"))


@model
def sparse_full_weight(m, g):
    """A sparse weight that stores every element: it can be taken for a dense one."""
    x = g.input("x", [1, 32])
    s, values = csr(noise("full", [8, 32], 0.1, 1))
    g.output(g.fc(x, g.const("w", values, shape=[8, 32], sparsity=s), None, "fc_a"))


@model
def zero_elements(m, g):
    """Tensors without elements: an unused constant, and an input that CONCATENATION adds."""
    x = g.input("x", [1, 32])
    e = g.tensor("nothing", [0, 32])
    g.tensor("unused_nothing", [0], Type.INT32)
    k = g.op("CONCATENATION", [x, e], ("joined", [1, 32]), make("ConcatenationOptions", axis=0))
    g.output(g.dense(k, "fc_a", 8, 32))


@model
def min_max_only(m, g):
    """Quantization tables with min and max only, and empty ones: not quantized."""
    q = quantization(low=[-1.0], high=[1.0])
    x = g.input("x", [1, 32], quantization=q)
    w = g.weight("w", [8, 32], quantization=quantization(low=[-0.5], high=[0.5]))
    y = g.tensor("fc_a", [1, 8], quantization=quantization())
    g.op("FULLY_CONNECTED", [x, w], y, make("FullyConnectedOptions"))
    g.output(y)


@model
def other_types(m, g):
    """Constants of many types beside fc_a: string, bool, int64, float64, complex64, uint16."""
    x = g.input("x", [1, 32])
    text = np.frombuffer(np.asarray([2, 16, 19, 21], np.int32).tobytes() + b"abcde", np.uint8)
    g.const("strings", text, Type.STRING, [2])
    g.const("bools", np.asarray([True, False, True]))
    g.const("int64s", np.asarray([1, -1], np.int64))
    g.const("doubles", np.asarray([0.1, 1e300]))
    g.const("complexes", np.asarray([1 + 2j], np.complex64))
    g.const("uint16s", np.asarray([1, 65535], np.uint16))
    g.output(g.dense(x, "fc_a", 8, 32))


# ---- Small networks --------------------------------------------------------


@model
def cnn(m, g):
    """A small convolutional network with all convolutions, pooling and softmax."""
    x = g.input("x", [1, 8, 8, 3])
    c = g.op("CONV_2D", [x, g.weight("conv/w", [8, 3, 3, 3]), g.weight("conv/b", [8])],
             ("conv", [1, 4, 4, 8]),
             make("Conv2DOptions", strideW=2, strideH=2, fusedActivationFunction=1))
    d = g.op("DEPTHWISE_CONV_2D", [c, g.weight("dw/w", [1, 3, 3, 8]), g.weight("dw/b", [8])],
             ("dw", [1, 4, 4, 8]),
             make("DepthwiseConv2DOptions", strideW=1, strideH=1, depthMultiplier=1))
    a = g.op("ADD", [c, d], ("residual", [1, 4, 4, 8]), make("AddOptions"))
    t = g.op("TRANSPOSE_CONV", [g.ints("shape", [1, 8, 8, 4]), g.weight("up/w", [4, 2, 2, 8]), a],
             ("up", [1, 8, 8, 4]), make("TransposeConvOptions", strideW=2, strideH=2))
    p = g.op("MAX_POOL_2D", [t], ("pool", [1, 4, 4, 4]),
             make("Pool2DOptions", strideW=2, strideH=2, filterWidth=2, filterHeight=2))
    f = g.op("RESHAPE", [p, g.ints("flat_shape", [1, 64])], ("flat", [1, 64]),
             make("ReshapeOptions", newShape=[1, 64]))
    y = g.dense(f, "fc_a", 10, 64)
    g.output(g.op("SOFTMAX", [y], ("probabilities", [1, 10]), make("SoftmaxOptions", beta=1.0)))


@model
def attention(m, g):
    """Embedding, normalisation, attention with BATCH_MATMUL, gate, output layer."""
    m.ranges = {"ids": (0, 16)}
    ids = g.input("ids", [4], Type.INT32)
    e = g.op("EMBEDDING_LOOKUP", [ids, g.weight("table", [16, 64])], ("embedded", [4, 64]))
    sq = g.op("MUL", [e, e], ("square", [4, 64]), make("MulOptions"))
    mean = g.op("MEAN", [sq, g.ints("axes", [1])], ("mean", [4, 1]),
                make("ReducerOptions", keepDims=True))
    inv = g.op("RSQRT", [mean], ("rsqrt", [4, 1]))
    n = g.op("MUL", [e, inv], ("normal", [4, 64]), make("MulOptions"))
    q, k, v = (g.dense(n, f"fc_{s}", 32, 64, rows=4, bias=False) for s in "qkv")
    q = g.op("MUL", [q, g.const("factor", np.float32(0.18))], ("scaled", [4, 32]), make("MulOptions"))
    s = g.op("BATCH_MATMUL", [q, k], ("scores", [4, 4]), make("BatchMatMulOptions", adjY=True))
    p = g.op("SOFTMAX", [s], ("weights", [4, 4]), make("SoftmaxOptions", beta=1.0))
    o = g.op("BATCH_MATMUL", [p, v], ("mixed", [4, 32]), make("BatchMatMulOptions"))
    u = g.op("GELU", [g.dense(o, "fc_up", 64, 32, rows=4)], ("gelu", [4, 64]), make("GeluOptions"))
    r = g.op("ADD", [u, e], ("residual", [4, 64]), make("AddOptions"))
    g.output(g.op("BATCH_MATMUL", [r, g.weight("head", [64, 16])], ("logits", [4, 16]),
                  make("BatchMatMulOptions")))
