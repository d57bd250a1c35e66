# SPDX-License-Identifier: Apache-2.0
"""One small, runnable model per operator of the catalogue, and variants."""

import numpy as np

from flat import Model, Op, Type, make, schema

SAME, VALID = schema.Padding.SAME, schema.Padding.VALID
MODELS = {}


def model(function):
    name = function.__name__

    def build():
        m = Model(name)
        m.about = (function.__doc__ or "").strip()
        function(m)
        return m

    MODELS[name] = build
    return function


def single(name, kind, inputs, constants, output, options=None, ranges=None, about=None,
           order=None, version=1):
    """A model of one operator; order: names of the operands, inputs first if absent."""

    def build():
        m = Model(name)
        m.about = about or f"{kind} alone"
        m.ranges = ranges or {}
        g = m.graph()
        ids = {}
        for key, spec in inputs.items():
            ids[key] = g.input(key, *spec)
        for key, value in constants.items():
            if isinstance(value, tuple):
                ids[key] = g.weight(key, list(value))
            else:
                ids[key] = g.const(key, value)
        outputs = output if isinstance(output[0], tuple) else [("y", output)]
        out = g.op(kind, [ids[k] if k else -1 for k in order or ids], outputs,
                   None if options is None else make(options[0], **options[1]), version=version)
        g.output(*(out if isinstance(out, list) else [out]))
        m.signature(g)
        return m

    MODELS[name] = build


def i32(*values):
    return np.asarray(values, np.int32)


V = [1, 4, 8]
IMG = [1, 6, 6, 4]
POOL = ("Pool2DOptions", dict(padding=SAME, strideW=2, strideH=2, filterWidth=2, filterHeight=2))
STRIDES = dict(padding=SAME, strideW=1, strideH=1)

for op, table in (("ADD", "AddOptions"), ("SUB", "SubOptions"), ("MUL", "MulOptions"),
                  ("SQUARED_DIFFERENCE", "SquaredDifferenceOptions"),
                  ("MAXIMUM", "MaximumMinimumOptions"), ("EQUAL", "EqualOptions"),
                  ("NOT_EQUAL", "NotEqualOptions")):
    out = [("y", V, Type.BOOL)] if "EQUAL" in op else V
    single(f"op_{op.lower()}", op, {"a": (V,), "b": (V,)}, {}, out, (table, {}))
    single(f"op_{op.lower()}_const", op, {"a": (V,)}, {"c": (8,)}, out, (table, {}),
           about=f"{op} with a constant right operand")
single("op_div", "DIV", {"a": (V,), "b": (V,)}, {}, V, ("DivOptions", {}), {"b": (0.5, 2)})
single("op_average_pool_2d", "AVERAGE_POOL_2D", {"x": (IMG,)}, {}, [1, 3, 3, 4], POOL)
single("op_max_pool_2d", "MAX_POOL_2D", {"x": (IMG,)}, {}, [1, 3, 3, 4], POOL)
single("op_concatenation", "CONCATENATION", {"a": (V,), "b": (V,)}, {}, [1, 4, 16],
       ("ConcatenationOptions", dict(axis=2)), {"a": (-3, 1), "b": (0, 2)})
single("op_conv_2d", "CONV_2D", {"x": (IMG,)}, {"w": (8, 3, 3, 4), "b": (8,)}, [1, 6, 6, 8],
       ("Conv2DOptions", STRIDES))
single("op_conv_2d_no_bias", "CONV_2D", {"x": (IMG,)}, {"w": (8, 1, 1, 4)}, [1, 6, 6, 8],
       ("Conv2DOptions", STRIDES), about="CONV_2D 1x1 with two inputs (LiteRT wants three)")
single("op_conv_2d_relu6", "CONV_2D", {"x": (IMG,)}, {"w": (5, 3, 3, 4), "b": (5,)}, [1, 3, 3, 5],
       ("Conv2DOptions", dict(padding=SAME, strideW=2, strideH=2, fusedActivationFunction=3)),
       about="CONV_2D with stride, fused RELU6, five channels")
single("op_conv_2d_grouped", "CONV_2D", {"x": (IMG,)}, {"w": (6, 3, 3, 2), "b": (6,)},
       [1, 6, 6, 6], ("Conv2DOptions", STRIDES), about="CONV_2D in two groups")
single("op_depthwise_conv_2d", "DEPTHWISE_CONV_2D", {"x": (IMG,)}, {"w": (1, 3, 3, 4), "b": (4,)},
       [1, 6, 6, 4], ("DepthwiseConv2DOptions", dict(STRIDES, depthMultiplier=1)))
single("op_depthwise_conv_2d_multiplier", "DEPTHWISE_CONV_2D", {"x": (IMG,)},
       {"w": (1, 3, 3, 8), "b": (8,)}, [1, 6, 6, 8],
       ("DepthwiseConv2DOptions", dict(STRIDES, depthMultiplier=2)),
       about="DEPTHWISE_CONV_2D, depth multiplier 2")
single("op_transpose_conv", "TRANSPOSE_CONV", {"x": ([1, 3, 3, 4],)},
       {"shape": i32(1, 6, 6, 8), "w": (8, 3, 3, 4), "b": (8,)}, [1, 6, 6, 8],
       ("TransposeConvOptions", dict(padding=SAME, strideW=2, strideH=2)),
       order=["shape", "w", "x", "b"])
single("op_transpose_conv_no_bias", "TRANSPOSE_CONV", {"x": ([1, 3, 3, 4],)},
       {"shape": i32(1, 6, 6, 8), "w": (8, 3, 3, 4)}, [1, 6, 6, 8],
       ("TransposeConvOptions", dict(padding=SAME, strideW=2, strideH=2)),
       order=["shape", "w", "x"], about="TRANSPOSE_CONV with three inputs")
single("op_embedding_lookup", "EMBEDDING_LOOKUP", {"ids": ([3], Type.INT32)}, {"table": (16, 64)},
       [3, 64], ranges={"ids": (0, 16)})
single("op_embedding_lookup_3d", "EMBEDDING_LOOKUP", {"ids": ([3], Type.INT32)},
       {"table": (8, 2, 32)}, [3, 2, 32], ranges={"ids": (0, 8)},
       about="EMBEDDING_LOOKUP with a table of rank 3")
single("op_fully_connected", "FULLY_CONNECTED", {"x": ([2, 64],)}, {"w": (16, 64), "b": (16,)},
       [2, 16], ("FullyConnectedOptions", {}))
single("op_batch_matmul", "BATCH_MATMUL", {"a": ([1, 2, 4, 8],), "b": ([1, 2, 8, 3],)}, {},
       [1, 2, 4, 3], ("BatchMatMulOptions", {}))
single("op_batch_matmul_const", "BATCH_MATMUL", {"a": ([2, 4, 8],)}, {"c": (2, 8, 3)}, [2, 4, 3],
       ("BatchMatMulOptions", {}), about="BATCH_MATMUL with a constant right operand")
single("op_batch_matmul_const_adj_y", "BATCH_MATMUL", {"a": ([2, 4, 8],)}, {"c": (2, 3, 8)},
       [2, 4, 3], ("BatchMatMulOptions", dict(adjY=True)),
       about="BATCH_MATMUL with a constant right operand and adj_y")
single("op_batch_matmul_const_rank2", "BATCH_MATMUL", {"a": ([4, 8],)}, {"c": (8, 3)}, [4, 3],
       ("BatchMatMulOptions", {}), about="BATCH_MATMUL of matrices")
single("op_batch_matmul_const_left", "BATCH_MATMUL", {"b": ([2, 8, 3],)}, {"c": (2, 4, 8)},
       [2, 4, 3], ("BatchMatMulOptions", {}), order=["c", "b"],
       about="BATCH_MATMUL with a constant left operand")
single("op_batch_matmul_const_left_adj_y", "BATCH_MATMUL", {"b": ([2, 3, 8],)}, {"c": (2, 4, 8)},
       [2, 4, 3], ("BatchMatMulOptions", dict(adjY=True)), order=["c", "b"],
       about="BATCH_MATMUL with a constant left operand and adj_y")
single("op_batch_matmul_adj_x", "BATCH_MATMUL", {"a": ([2, 8, 4],)}, {"c": (2, 8, 3)}, [2, 4, 3],
       ("BatchMatMulOptions", dict(adjX=True)), about="BATCH_MATMUL with adj_x")
for op in ("LOGISTIC", "RELU", "TANH", "SQRT", "RSQRT"):
    single(f"op_{op.lower()}", op, {"x": (V,)}, {}, V,
           ranges={"x": (0.1, 4)} if op.endswith("SQRT") else {"x": (-4, 4)})
single("op_gelu", "GELU", {"x": (V,)}, {}, V, ("GeluOptions", {}), {"x": (-4, 4)})
single("op_gelu_approximate", "GELU", {"x": (V,)}, {}, V, ("GeluOptions", dict(approximate=True)),
       {"x": (-4, 4)}, about="GELU, tanh form")
single("op_hard_swish", "HARD_SWISH", {"x": (V,)}, {}, V, ("HardSwishOptions", {}), {"x": (-5, 5)})
single("op_softmax", "SOFTMAX", {"x": (V,)}, {}, V, ("SoftmaxOptions", dict(beta=1.0)),
       {"x": (-3, 3)})
single("op_reshape", "RESHAPE", {"x": (V,)}, {"shape": i32(1, 32)}, [1, 32],
       ("ReshapeOptions", dict(newShape=[1, 32])))
single("op_reshape_no_shape", "RESHAPE", {"x": (V,)}, {}, [1, 32],
       ("ReshapeOptions", dict(newShape=[1, 32])), about="RESHAPE with one input")
single("op_transpose", "TRANSPOSE", {"x": (V,)}, {"perm": i32(0, 2, 1)}, [1, 8, 4],
       ("TransposeOptions", {}))
single("op_broadcast_to", "BROADCAST_TO", {"x": ([1, 1, 8],)}, {"shape": i32(1, 4, 8)}, V,
       ("BroadcastToOptions", {}), version=2)
single("op_pad", "PAD", {"x": (V,)}, {"pads": np.asarray([[0, 0], [1, 1], [0, 2]], np.int32)},
       [1, 6, 10], ("PadOptions", {}))
single("op_padv2", "PADV2", {"x": (V,)},
       {"pads": np.asarray([[0, 0], [1, 1], [0, 2]], np.int32), "value": np.float32(-2)},
       [1, 6, 10], ("PadV2Options", {}))
single("op_mirror_pad", "MIRROR_PAD", {"x": (V,)},
       {"pads": np.asarray([[0, 0], [1, 1], [0, 2]], np.int32)}, [1, 6, 10],
       ("MirrorPadOptions", dict(mode=0)))
single("op_resize_bilinear", "RESIZE_BILINEAR", {"x": (IMG,)}, {"size": i32(9, 5)}, [1, 9, 5, 4],
       ("ResizeBilinearOptions", dict(halfPixelCenters=True)))
single("op_resize_nearest_neighbor", "RESIZE_NEAREST_NEIGHBOR", {"x": (IMG,)},
       {"size": i32(9, 5)}, [1, 9, 5, 4], ("ResizeNearestNeighborOptions", {}))
single("op_space_to_depth", "SPACE_TO_DEPTH", {"x": (IMG,)}, {}, [1, 3, 3, 16],
       ("SpaceToDepthOptions", dict(blockSize=2)))
single("op_split", "SPLIT", {"x": (V,)}, {"axis": np.int32(2)}, [("y0", [1, 4, 4]), ("y1", [1, 4, 4])],
       ("SplitOptions", dict(numSplits=2)), order=["axis", "x"])
single("op_slice", "SLICE", {"x": (V,)}, {"begin": i32(0, 1, 2), "size": i32(1, 2, 5)}, [1, 2, 5],
       ("SliceOptions", {}))
single("op_strided_slice", "STRIDED_SLICE", {"x": (V,)},
       {"begin": i32(0, 0, 1), "end": i32(1, 4, 8), "strides": i32(1, 2, 3)}, [1, 2, 3],
       ("StridedSliceOptions", dict(beginMask=1)))
single("op_gather", "GATHER", {"x": (V,)}, {"ids": i32(3, 0)}, [1, 2, 8],
       ("GatherOptions", dict(axis=1)))
single("op_gather_const", "GATHER", {"ids": ([2], Type.INT32)}, {"c": (6, 8)}, [2, 8],
       ("GatherOptions", dict(axis=0)), {"ids": (0, 6)}, order=["c", "ids"],
       about="GATHER from a constant")
single("op_gather_nd", "GATHER_ND", {"x": (V,)},
       {"ids": np.asarray([[0, 1], [0, 3]], np.int32)}, [2, 8], ("GatherNdOptions", {}))
single("op_mean", "MEAN", {"x": (IMG,)}, {"axes": i32(1, 2)}, [1, 4],
       ("ReducerOptions", dict(keepDims=False)))
single("op_sum", "SUM", {"x": (IMG,)}, {"axes": i32(3)}, [1, 6, 6, 1],
       ("ReducerOptions", dict(keepDims=True)))
single("op_reduce_min", "REDUCE_MIN", {"x": (IMG,)}, {"axes": i32(3)}, [1, 6, 6, 1],
       ("ReducerOptions", dict(keepDims=True)))
single("op_pack", "PACK", {"a": ([4, 8],), "b": ([4, 8],)}, {}, [2, 4, 8],
       ("PackOptions", dict(valuesCount=2, axis=0)), {"a": (-2, 0.5)})
single("op_unpack", "UNPACK", {"x": ([2, 8],)}, {}, [("y0", [8]), ("y1", [8])],
       ("UnpackOptions", dict(num=2, axis=0)))
for op, table in (("SELECT", "SelectOptions"), ("SELECT_V2", "SelectV2Options")):
    single(f"op_{op.lower()}", op, {"cond": (V, Type.BOOL), "a": (V,), "b": (V,)}, {}, V,
           (table, {}), {"a": (-2, 0), "b": (0, 3)})
single("op_dynamic_update_slice", "DYNAMIC_UPDATE_SLICE", {"x": (V,), "u": ([1, 2, 8],)},
       {"start": i32(0, 1, 0)}, V, ("DynamicUpdateSliceOptions", {}))


def composite(name, called, about, skip_first=False, inner="FULLY_CONNECTED"):
    def build():
        m = Model(name)
        m.about = about
        graphs = [m.graph("decomposition"), m.graph("main")] if skip_first else \
            [m.graph("main"), m.graph("decomposition")][::-1]
        body, main = graphs
        bx = body.input("body_x", [1, 32])
        by = body.dense(bx, "body_fc", 8, 32)
        body.output(by)
        x = main.input("x", [1, 32])
        y = main.op("STABLEHLO_COMPOSITE", [x], ("y", [1, 8]),
                    make("StableHLOCompositeOptions", name=called,
                         decompositionSubgraphIndex=body.index, version=1,
                         compositeAttributes=empty_map()))
        z = main.dense(y, "after", 4, 8)
        main.output(z)
        m.signature(main)
        return m

    MODELS[name] = build


def empty_map():
    from flatbuffers import flexbuffers

    return np.frombuffer(bytes(flexbuffers.Dumps({})), np.uint8)


composite("op_stablehlo_composite", "odml.rms_norm",
          "STABLEHLO_COMPOSITE by a name the catalogue knows; FULLY_CONNECTED inside and after")
composite("composite_npu_call", "odml.npu_call", "composite named odml.npu_call")
composite("composite_other_name", "test.dense",
          "composite by an unknown name: its decomposition is left alone")
composite("composite_decomposition_first", "test.dense",
          "as before, but the decomposition is subgraph 0", skip_first=True)
