# SPDX-License-Identifier: Apache-2.0
"""Float models of ops that no model of the corpora has, for compare_tensors.py.

LOCAL_RESPONSE_NORMALIZATION is left out: LiteRT's reference kernel leaves out the last neighbour of each window, which
its other kernels, and ours, do not.

usage: op_models.py FOLDER (gets models/*.tflite and calibration/*.npz)
"""
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "corpus"))
from flat import Model, Type, make, noise  # noqa: E402

MODELS = {}
IMAGE = [2, 7, 6, 4]
ROWS = [3, 5, 19]


def model(name, ranges=None):
    """The function gets a graph and answers its output."""

    def keep(function):
        MODELS[name] = function, ranges or {}
        return function

    return keep


def alone(name, kind, shapes, output, options=None, ranges=None, constants=(), version=1, type=Type.FLOAT32):
    """One op on inputs of these shapes, and on constants behind them."""

    def build(g):
        inputs = [g.input(f"x{i}", shape) for i, shape in enumerate(shapes)]
        inputs += [g.const(f"c{i}", np.asarray(value)) for i, value in enumerate(constants)]
        table = None if options is None else make(options[0], **options[1])
        return g.op(kind, inputs, ("y", output, type), table, version=version)

    MODELS[name] = build, ranges or {}


WIDE = {"x0": (-12.0, 12.0)}
ABOVE = {"x0": (0.01, 20.0)}
for kind, table, ranges in (
    ("EXP", "ExpOptions", WIDE), ("ELU", None, WIDE), ("LOG", None, ABOVE), ("SIN", None, WIDE), ("COS", "CosOptions", WIDE),
    ("LOG_SOFTMAX", "LogSoftmaxOptions", WIDE), ("LOGISTIC", None, {"x0": (-25.0, 25.0)}), ("TANH", None, WIDE),
    ("GELU", "GeluOptions", WIDE), ("L2_NORMALIZATION", "L2NormOptions", WIDE), ("SQUARE", "SquareOptions", WIDE),
    ("SQRT", None, ABOVE), ("RSQRT", None, ABOVE), ("FLOOR", None, WIDE), ("CEIL", None, WIDE), ("ROUND", None, WIDE),
    ("SIGN", "SignOptions", WIDE), ("ABS", "AbsOptions", WIDE), ("NEG", "NegOptions", WIDE), ("RELU6", None, WIDE),
    ("RELU_N1_TO_1", None, WIDE), ("RELU_0_TO_1", None, WIDE), ("HARD_SWISH", "HardSwishOptions", WIDE),
    ("ZEROS_LIKE", "ZerosLikeOptions", WIDE),
):  # fmt: skip
    alone("float_" + kind.lower(), kind, [ROWS], ROWS, table and (table, {}), ranges)
alone("float_gelu_by_tangent", "GELU", [ROWS], ROWS, ("GeluOptions", dict(approximate=True)), WIDE)
alone("float_softmax_wide", "SOFTMAX", [[4, 1000]], [4, 1000], ("SoftmaxOptions", dict(beta=0.7)), WIDE)
alone("float_leaky_relu", "LEAKY_RELU", [ROWS], ROWS, ("LeakyReluOptions", dict(alpha=0.1)), WIDE)
alone("float_prelu", "PRELU", [IMAGE], IMAGE, None, None, [noise("alpha", [1, 1, 4])])
for kind in ("POW", "ATAN2", "FLOOR_DIV", "FLOOR_MOD"):
    alone("float_" + kind.lower(), kind, [ROWS, ROWS], ROWS, None, {"x0": (0.1, 5.0), "x1": (0.5, 3.0)})
alone("float_add_n", "ADD_N", [ROWS, ROWS, ROWS], ROWS, ("AddNOptions", {}))
alone("float_cumsum", "CUMSUM", [ROWS], ROWS, ("CumsumOptions", dict(exclusive=True, reverse=True)), None, [np.int32(1)])
alone("float_reduce_prod", "REDUCE_PROD", [ROWS], [3, 19], ("ReducerOptions", {}), None, [np.int32([1])])
alone("float_reduce_max", "REDUCE_MAX", [ROWS], [3, 5], ("ReducerOptions", {}), None, [np.int32([2])])
alone("float_arg_max", "ARG_MAX", [ROWS], [3, 5], ("ArgMaxOptions", dict(outputType=Type.INT32)), None, [np.int32(2)],
      type=Type.INT32)
alone("float_tile", "TILE", [ROWS], [6, 5, 38], ("TileOptions", {}), None, [np.int32([2, 1, 2])])
alone("float_reverse", "REVERSE_V2", [ROWS], ROWS, ("ReverseV2Options", {}), None, [np.int32([1])])
alone("float_depth_to_space", "DEPTH_TO_SPACE", [IMAGE], [2, 14, 12, 1], ("DepthToSpaceOptions", dict(blockSize=2)))
alone("float_batch_to_space", "BATCH_TO_SPACE_ND", [[4, 3, 2, 4]], [1, 6, 4, 4], ("BatchToSpaceNDOptions", {}), None,
      [np.int32([2, 2]), np.zeros((2, 2), np.int32)])
alone("float_space_to_batch", "SPACE_TO_BATCH_ND", [[1, 6, 4, 4]], [4, 3, 2, 4], ("SpaceToBatchNDOptions", {}), None,
      [np.int32([2, 2]), np.zeros((2, 2), np.int32)])
alone("float_l2_pool", "L2_POOL_2D", [IMAGE], [2, 4, 3, 4],
      ("Pool2DOptions", dict(padding=0, strideW=2, strideH=2, filterWidth=3, filterHeight=2, fusedActivationFunction=1)))
for padding, extents in ((0, [2, 3, 3, 3, 6]), (1, [2, 2, 2, 2, 6])):
    alone(f"float_conv_3d_{padding}", "CONV_3D", [[2, 5, 6, 6, 4]], extents,
          ("Conv3DOptions", dict(padding=padding, strideD=2, strideW=2, strideH=2, fusedActivationFunction=1)), None,
          [noise("w", [2, 3, 3, 4, 6]), noise("b", [6])])


@model("float_conv_3d_dilated")
def conv_3d_dilated(g):
    x = g.input("x", [1, 7, 8, 9, 3])
    table = make("Conv3DOptions", padding=1, strideD=1, strideW=1, strideH=1, dilationDFactor=2, dilationWFactor=3,
                 dilationHFactor=2)
    return g.op("CONV_3D", [x, g.weight("w", [2, 3, 2, 3, 5])], ("y", [1, 5, 4, 6, 5]), table)


def lstm(name, peephole=False, projection=0, norm=False, coupled=False, **options):
    @model(name)
    def build(g):
        time_major = options.get("timeMajor", False)
        shape, batches, cells, depth = [2, 5, 6], 2, 9, 6
        if time_major:
            shape = [5, 2, 6]
        width = projection or cells
        x = g.input("x", shape)
        gates = [None if coupled and k == 0 else k for k in range(4)]
        each = lambda what, extents: [-1 if k is None else g.weight(f"{what}{k}", extents) for k in gates]  # noqa: E731
        inputs = [x] + each("wi", [cells, depth]) + each("wr", [cells, width])
        inputs += [g.weight(f"p{k}", [cells]) if peephole and (k or not coupled) else -1 for k in range(3)]
        inputs += each("b", [cells])
        inputs += [g.weight("pw", [width, cells]), g.weight("pb", [width])] if projection else [-1, -1]
        inputs += [g.tensor("h", [batches, width], isVariable=True), g.tensor("c", [batches, cells], isVariable=True)]
        inputs += each("n", [cells]) if norm else [-1] * 4
        table = make("UnidirectionalSequenceLSTMOptions", fusedActivationFunction=4, **options)
        return g.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, ("y", shape[:2] + [width]), table)


lstm("float_lstm")
lstm("float_lstm_time_major", timeMajor=True)
lstm("float_lstm_peephole", peephole=True)
lstm("float_lstm_projection", projection=4, projClip=0.8)
lstm("float_lstm_norm", norm=True)
lstm("float_lstm_coupled", coupled=True)
lstm("float_lstm_everything", peephole=True, projection=5, norm=True, coupled=True, cellClip=1.5, timeMajor=True)


@model("float_sequence_rnn")
def sequence_rnn(g):
    x = g.input("x", [2, 5, 6])
    inputs = [x, g.weight("w", [9, 6]), g.weight("r", [9, 9]), g.weight("b", [9]), g.tensor("h", [2, 9], isVariable=True)]
    table = make("SequenceRNNOptions", fusedActivationFunction=4)
    return g.op("UNIDIRECTIONAL_SEQUENCE_RNN", inputs, ("y", [2, 5, 9]), table)


@model("float_rnn")
def rnn(g):
    x = g.input("x", [2, 6])
    inputs = [x, g.weight("w", [9, 6]), g.weight("r", [9, 9]), g.weight("b", [9]), g.tensor("h", [2, 9], isVariable=True)]
    return g.op("RNN", inputs, ("y", [2, 9]), make("RNNOptions", fusedActivationFunction=1))


def main():
    folder = pathlib.Path(sys.argv[1])
    for part in ("models", "calibration"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, (build, ranges) in MODELS.items():
        m = Model(name)
        g = m.graph()
        g.output(build(g))
        m.signature(g)
        (folder / "models" / f"{name}.tflite").write_bytes(m.serialize())
        samples = {}
        for index in g.table.inputs:
            tensor = g.table.tensors[index]
            for i in range(2):
                limits = ranges.get(tensor.name, (-1.0, 1.0))
                samples[f"serving_default/{i}/{tensor.name}"] = noise(f"{name}/{tensor.name}/{i}", tensor.shape, *limits)
        np.savez(folder / "calibration" / f"{name}.npz", **samples)


if __name__ == "__main__":
    main()
