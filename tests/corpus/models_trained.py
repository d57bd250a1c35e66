# SPDX-License-Identifier: Apache-2.0
"""Models that training has prepared for quantization: FAKE_QUANT operators, ranges noted on tensors.

The Python tool takes no notice of either, so these are read only: there are no cases to compare.
"""

from flat import Model, make, quantization

MODELS = {}


def model(function):
    name = function.__name__

    def build():
        m = Model(name)
        m.about = " ".join(function.__doc__.split())
        m.read_only = True
        g = m.graph()
        function(m, g)
        m.signature(g)
        return m

    MODELS[name] = build
    return function


def fake_quant(g, x, name, low, high, bits=8, narrow=False):
    shape = g.table.tensors[x].shape
    return g.op("FAKE_QUANT", [x], (name, shape),
                make("FakeQuantOptions", min=low, max=high, numBits=bits, narrowRange=narrow))


def trained_weight(g, name, shape, bound=1.0, **fields):
    """On steps of bound/128, of which -127 to 127 are used: int8 has them all."""
    w = g.weight(name, shape, -0.98 * bound, 0.98 * bound)
    return fake_quant(g, w, f"{name}_trained", -bound, bound * 127 / 128, **fields)


@model
def fake_quant_cnn(m, g):
    """Convolutions and layers as quantization-aware training leaves them: a FAKE_QUANT behind the
    input, every weight and every op but pooling, reshape and softmax. LiteRT runs it as it is."""
    x = fake_quant(g, g.input("x", [1, 8, 8, 3]), "x_trained", -1.0, 0.9921875)
    c = g.op("CONV_2D", [x, trained_weight(g, "conv/w", [8, 3, 3, 3], 0.5), g.weight("conv/b", [8])],
             ("conv", [1, 4, 4, 8]),
             make("Conv2DOptions", strideW=2, strideH=2, fusedActivationFunction=1))
    c = fake_quant(g, c, "conv_trained", 0.0, 3.984375)
    d = g.op("DEPTHWISE_CONV_2D", [c, trained_weight(g, "dw/w", [1, 3, 3, 8]), g.weight("dw/b", [8])],
             ("dw", [1, 4, 4, 8]),
             make("DepthwiseConv2DOptions", strideW=1, strideH=1, depthMultiplier=1))
    d = fake_quant(g, d, "dw_trained", -4.0, 6.0)
    p = g.op("MAX_POOL_2D", [d], ("pool", [1, 2, 2, 8]),
             make("Pool2DOptions", strideW=2, strideH=2, filterWidth=2, filterHeight=2))
    f = g.op("RESHAPE", [p, g.ints("flat_shape", [1, 32])], ("flat", [1, 32]),
             make("ReshapeOptions", newShape=[1, 32]))
    y = g.fc(f, trained_weight(g, "fc/w", [5, 32], 0.25), g.weight("fc/b", [5]), "fc")
    y = fake_quant(g, y, "logits", -6.0, 5.953125)
    g.output(y, g.op("SOFTMAX", [y], ("probabilities", [1, 5]), make("SoftmaxOptions", beta=1.0)))


@model
def fake_quant_narrow(m, g):
    """Weights of narrow ranges, 8 and 4 bits, and one whose zero lies off the middle, so that int8
    without a zero point has no integers for its steps."""
    x = fake_quant(g, g.input("x", [1, 16]), "x_trained", -1.0, 1.0)
    w = fake_quant(g, g.weight("a/w", [8, 16], -0.7, 0.7), "a/w_trained", -0.635, 0.635, narrow=True)
    a = fake_quant(g, g.fc(x, w, g.weight("a/b", [8]), "fc_a"), "a_trained", -3.0, 3.0)
    w = fake_quant(g, g.weight("b/w", [8, 8]), "b/w_trained", -0.7, 0.7, bits=4, narrow=True)
    b = fake_quant(g, g.fc(a, w, g.weight("b/b", [8]), "fc_b"), "b_trained", -2.54, 2.54, narrow=True)
    w = fake_quant(g, g.weight("c/w", [4, 8], -0.2, 0.9), "c/w_trained", -0.25, 1.0)
    g.output(fake_quant(g, g.fc(b, w, None, "fc_c"), "y", 1.0, 3.0))


@model
def fake_quant_around_floats(m, g):
    """COS and SIN, which stay float, with a FAKE_QUANT between them that stays, and others between
    them and layers; the first reads the graph's input beside a layer."""
    x = g.input("x", [1, 16])
    a = g.fc(fake_quant(g, x, "x_trained", -1.0, 1.0), trained_weight(g, "a/w", [16, 16], 0.25), None, "fc_a")
    c = g.op("COS", [fake_quant(g, a, "a_trained", -2.0, 2.0)], ("cos", [1, 16]))
    s = g.op("SIN", [fake_quant(g, c, "cos_trained", -1.0, 1.0)], ("sin", [1, 16]))
    b = g.fc(fake_quant(g, s, "sin_trained", -1.0, 1.0), trained_weight(g, "b/w", [4, 16], 0.25), None, "fc_b")
    g.output(fake_quant(g, b, "y", -2.0, 2.0), g.op("COS", [x], ("cos_of_x", [1, 16])))


@model
def fake_quant_sharing(m, g):
    """One activation with two FAKE_QUANTs of different ranges and two of the same; one weight behind
    two FAKE_QUANTs, which an ADD reads as it is too."""
    x = g.input("x", [1, 8])
    w = g.weight("w", [8, 8], -0.9, 0.9)
    w_a = fake_quant(g, w, "w_a", -1.0, 0.9921875)
    w_b = fake_quant(g, w, "w_b", -0.5, 0.49609375)
    a = g.fc(fake_quant(g, x, "x_a", -1.0, 1.0), w_a, None, "fc_a")
    b = g.fc(fake_quant(g, x, "x_b", -1.0, 1.0), w_b, None, "fc_b")
    wide = fake_quant(g, a, "a_wide", -3.7, 3.7)
    thin = fake_quant(g, a, "a_thin", -1.0, 1.0)
    total = g.op("ADD", [wide, fake_quant(g, b, "b_trained", -3.7, 3.7)], ("sum", [1, 8]), make("AddOptions"))
    g.output(fake_quant(g, total, "sum_trained", -7.1, 7.1))
    total = g.op("ADD", [thin, w], ("sum_of_w", [8, 8]), make("AddOptions"))
    g.output(fake_quant(g, total, "sum_of_w_trained", -2.0, 2.0))


@model
def noted_ranges(m, g):
    """quantization.min and .max on float activations, as older converters left them; the reshape's
    output has none, and the weight's are beside the point."""
    noted = lambda low, high: dict(quantization=quantization(low=[low], high=[high]))
    x = g.input("x", [1, 16], **noted(-1.0, 1.0))
    w = g.weight("w", [8, 16], -0.5, 0.5, **noted(-9.0, 9.0))
    y = g.tensor("fc", [1, 8], **noted(-6.0, 6.0))
    g.op("FULLY_CONNECTED", [x, w], y, make("FullyConnectedOptions"))
    g.output(g.op("RESHAPE", [y, g.ints("shape", [2, 4])], ("y", [2, 4]), make("ReshapeOptions", newShape=[2, 4])))
