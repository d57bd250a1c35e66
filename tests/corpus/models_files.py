# SPDX-License-Identifier: Apache-2.0
"""File encodings and rare fields of the format."""

import inspect
import re

import numpy as np

from flat import AlignedBuffer, Graph, Model, Op, Type, make, noise, quantization, schema
from models_graphs import MODELS as _GRAPHS
from models_ops import i32

MODELS = {}


def model(function):
    name = function.__name__

    def build():
        m = Model(name)
        m.about = " ".join(function.__doc__.split())
        m.deprecated_codes_only = name.startswith("deprecated_")
        g = m.graph()
        if function(m, g) is not False and m.table.signatureDefs is None:
            m.signature(g)
        return m

    MODELS[name] = build
    return function


def small(m, g):
    """x → fc_a → fc_b → y, the content of most models here."""
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    g.output(g.dense(a, "fc_b", 8, 32))


def seeded(function):
    """Gives a model the same weights as its twin."""

    def wrapped(m, g):
        m.seed = "twin"
        return function(m, g)

    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    return wrapped


def twin_content(m, g):
    x = g.input("x", [1, 4, 4, 8])
    c = g.op("CONV_2D", [x, g.weight("conv/w", [8, 1, 1, 8]), g.weight("conv/b", [8])],
             ("conv", [1, 4, 4, 8]), make("Conv2DOptions", strideW=1, strideH=1))
    r = g.op("RESHAPE", [c, g.ints("shape", [4, 32])], ("flat", [4, 32]),
             make("ReshapeOptions", newShape=[4, 32]))
    g.output(g.dense(r, "fc_a", 8, 32, rows=4))


@model
@seeded
def twin_builtin_codes(m, g):
    """Twin of deprecated_codes, with builtin_code filled in."""
    twin_content(m, g)


@model
@seeded
def deprecated_codes(m, g):
    """Only deprecated_builtin_code is filled, as in old files."""
    twin_content(m, g)


@model
@seeded
def twin_inline(m, g):
    """Twin of external_buffers, everything inline."""
    small(m, g)


@model
@seeded
def external_buffers(m, g):
    """Every constant lies behind the FlatBuffer (Buffer.offset and size)."""
    small(m, g)
    m.external = [i for i, b in enumerate(m.table.buffers) if b.data is not None]
    m.metadata("buffer_location", b"outside flatbuffers")


@model
@seeded
def external_some(m, g):
    """Only the first weight lies behind the FlatBuffer."""
    small(m, g)
    m.external = [1]


def add_custom(m, g, data):
    m.runnable = False
    y = g.table.outputs.pop()
    g.output(g.op("CUSTOM", [y], ("custom", [1, 8]), custom_code="test.custom",
                  customOptions=np.frombuffer(data, np.uint8)))


def flex(value):
    from flatbuffers import flexbuffers

    return bytes(flexbuffers.Dumps(value))


@model
def custom_flexbuffer(m, g):
    """A custom operator with FlexBuffer options."""
    small(m, g)
    add_custom(m, g, flex({"a": 1, "b": [1, 2, 3], "c": "text", "d": 0.5, "e": {"f": True}}))


@model
def custom_no_flexbuffer(m, g):
    """A custom operator whose options are no FlexBuffer."""
    small(m, g)
    add_custom(m, g, b"\x01\x02\xfe\xff\x00 not a flexbuffer \xff\xff\xff\xff\x7f")


@model
def custom_no_options(m, g):
    """A custom operator without options."""
    small(m, g)
    add_custom(m, g, b"")


@model
def custom_two_codes(m, g):
    """Three custom operators, two custom codes, one of them in two versions."""
    small(m, g)
    m.runnable = False
    y = g.table.outputs.pop()
    for k, (code, version) in enumerate((("one", 1), ("two", 1), ("one", 2))):
        y = g.op("CUSTOM", [y], (f"custom{k}", [1, 8]), custom_code=code, version=version)
    g.output(y)


@model
def external_custom_options(m, g):
    """External buffers and custom options by offset (large_custom_options_offset and size)."""
    small(m, g)
    add_custom(m, g, flex({"payload": "p" * 100}))
    m.external = [i for i, b in enumerate(m.table.buffers) if b.data is not None]
    m.external_options = [g.table.operators[-1]]


@model
def operator_codes(m, g):
    """Unused, duplicate and differently versioned operator codes; operators that share one."""
    m.code("TANH")
    x = g.input("x", [1, 32])
    a = g.dense(x, "fc_a", 32, 32)
    first = m.codes[("FULLY_CONNECTED", 1, None)]
    m.code("FULLY_CONNECTED", fresh=True)
    b = g.dense(a, "fc_b", 32, 32)
    m.codes[("FULLY_CONNECTED", 1, None)] = first
    c = g.dense(b, "fc_c", 32, 32)
    w = g.weight("fc_d/w", [8, 32])
    d = g.op("FULLY_CONNECTED", [c, w], ("fc_d", [1, 8]), make("FullyConnectedOptions"), version=9)
    m.code("DEQUANTIZE", 3)
    m.code("QUANTIZE", 2)
    g.output(d)


@model
def no_options_table(m, g):
    """FULLY_CONNECTED without an options table."""
    x = g.input("x", [1, 32])
    w = g.weight("fc_a/w", [8, 32])
    g.output(g.op("FULLY_CONNECTED", [x, w], ("fc_a", [1, 8])))


@model
def described(m, g):
    """A description, a subgraph name, metadata of known and own names, one of them empty."""
    small(m, g)
    m.table.description = "a description — with an em dash"
    g.table.name = "the main graph"
    m.metadata("min_runtime_version", b"1.14.0".ljust(16, b"\0"))
    m.metadata("test.own_key", bytes(range(100)))
    m.metadata("test.empty", None)


@model
def undescribed(m, g):
    """Neither description nor subgraph name nor signature nor metadata; empty vectors absent."""
    small(m, g)
    g.table.name = None
    return False


@model
def metadata_buffer_list(m, g):
    """The legacy metadata_buffer list beside metadata."""
    m.buffer(None)
    small(m, g)
    m.metadata("min_runtime_version", b"1.5.0".ljust(16, b"\0"))
    m.table.metadataBuffer = [m.table.metadata[0].buffer]


@model
def unused_things(m, g):
    """Unused tensors, unused buffers with and without data, an operator whose result is unused."""
    m.buffer(b"nobody reads this")
    m.buffer(None)
    x = g.input("x", [1, 32])
    g.tensor("unused_activation", [7])
    g.weight("unused_constant", [4, 4])
    a = g.dense(x, "fc_a", 32, 32)
    g.dense(a, "fc_unused", 4, 32)
    g.output(g.dense(a, "fc_b", 8, 32))
    m.buffer(None)


@model
def empty_data_vector(m, g):
    """An unused tensor whose buffer has a data vector of length zero."""
    g.tensor("empty", [0], buffer=m.buffer(b""))
    small(m, g)


@model
def buffer_zero_filled(m, g):
    """Buffer 0 holds data; activations use it all the same."""
    m.table.buffers[0] = AlignedBuffer(data=noise("zero", [4]).tobytes())
    small(m, g)


@model
def buffer_zero_is_weight(m, g):
    """Buffer 0 holds the weight of fc_a; every activation has an empty buffer of its own."""
    m.table.buffers[0] = AlignedBuffer(data=noise("zero", [8, 32]).tobytes())
    x = g.input("x", [1, 32], buffer=m.buffer())
    w = g.tensor("fc_a/w", [8, 32], buffer=0)
    y = g.tensor("fc_a", [1, 8], buffer=m.buffer())
    g.op("FULLY_CONNECTED", [x, w], y, make("FullyConnectedOptions"))
    g.output(y)


@model
def own_empty_buffers(m, g):
    """Every activation has an empty buffer of its own, as old converters wrote."""
    small(m, g)
    for t in g.table.tensors:
        if t.buffer == 0:
            t.buffer = m.buffer()


@model
def trailing_bytes(m, g):
    """Bytes behind the end of the FlatBuffer that belong to nothing."""
    small(m, g)
    m.trailing = b"trailing bytes" * 3


@model
def quantization_details(m, g):
    """CustomQuantization, BlockwiseQuantization and MultiAxisQuantization on tensors beside fc_a."""
    m.runnable = False
    x = g.input("x", [1, 32])
    scales = g.const("scales", np.asarray([1, 2, 3, 4], np.float16), shape=[4, 1])
    zeros = g.const("zeros", np.zeros(4, np.int8), shape=[4, 1])
    custom = make("CustomQuantization", custom=np.arange(20, dtype=np.uint8))
    g.const("custom", np.arange(8, dtype=np.int8), quantization=quantization(details=custom))
    block = make("BlockwiseQuantization", scales=scales, zeroPoints=-1, blockSize=32)
    g.const("blockwise", np.zeros((4, 16), np.int8), Type.INT4, [4, 32],
            quantization=quantization(details=block))
    axes = make("MultiAxisQuantization", scales=scales, zeroPoints=zeros, blockSize=8,
                quantizedDimensions=[0, 1])
    g.const("multi_axis", np.zeros((4, 8), np.int8),
            quantization=quantization(details=axes, axis=1))
    w = g.weight("w", [8, 32])
    y = g.tensor("fc_a", [1, 8])
    g.op("FULLY_CONNECTED", [x, w], y, make("FullyConnectedOptions"))
    g.output(y)


@model
def blockwise_weight(m, g):
    """fc_a's weight is blockwise int4 already; fc_b's is float."""
    m.runnable = False
    x = g.input("x", [1, 64])
    w = g.const("fc_a/w", (noise("q", [1024]) * 127).astype(np.int8).view(np.uint8), Type.INT4,
                [32, 64])
    s = g.const("fc_a/w_scales", noise("s", [32, 2], 0.01, 0.02).astype(np.float16))
    g.table.tensors[w].quantization = quantization(
        details=make("BlockwiseQuantization", scales=s, zeroPoints=-1, blockSize=32))
    a = g.fc(x, w, None, "fc_a")
    g.output(g.dense(a, "fc_b", 8, 32))


@model
def rare_fields(m, g):
    """Fields seldom seen: has_rank, variant_tensors, external buffer tables, debug metadata indices, block map."""
    m.read_only, m.runnable = True, False
    small(m, g)
    g.table.debugMetadataIndex = 3
    g.table.operators[0].debugMetadataIndex = 5
    g.table.operators[1].debugMetadataIndex = 0
    g.tensor("variant", [], Type.VARIANT, hasRank=True, variantTensors=[
        make("VariantSubType", shape=[2, 3], type=Type.INT64, hasRank=True),
        make("VariantSubType", shape=[], type=Type.FLOAT32)])
    g.tensor("outside", [4, 4], externalBuffer=7)
    m.table.externalBufferGroups = [make("ExternalBufferGroup", name="weights.bin")]
    m.table.externalBuffers = [make("ExternalBuffer", id=7, group=0, offset=64, length=64,
                                    packing="plain")]
    g.tensor("blocked", [8, 32], sparsity=make(
        "SparsityParameters", traversalOrder=[0, 1, 2], blockMap=[1], dimMetadata=[
            make("DimensionMetadata", format=0, denseSize=8),
            make("DimensionMetadata", format=1,
                 arraySegmentsType=schema.SparseIndexVector.Int32Vector,
                 arraySegments=make("Int32Vector", values=[0, 1, 2, 2, 3, 3, 3, 3, 4]),
                 arrayIndicesType=schema.SparseIndexVector.Uint8Vector,
                 arrayIndices=make("Uint8Vector", values=[0, 1, 2, 3])),
            make("DimensionMetadata", format=0, denseSize=4)]),
        buffer=m.buffer(noise("blocks", [4, 4]).tobytes()))
    for number, name in enumerate(n for n in vars(Type) if n.isupper()):
        g.tensor(f"type_{name}", [number], getattr(Type, name))


@model
def newer_fields(m, g):
    """Fields that only the newest schema knows: FullyConnectedOptions.quant_spec, BlockwiseQuantization.block_shape."""
    m.read_only, m.runnable = True, False
    small(m, g)
    g.table.operators[0].builtinOptions.quantSpec = np.arange(5, dtype=np.uint8)
    details = make("BlockwiseQuantization", scales=2, zeroPoints=-1, blockSize=32,
                   blockShape=[1, 32])
    g.tensor("blocked", [4, 32], Type.INT4, quantization=quantization(details=details))


# Tables whose operator has another name.
OPERATOR_OF = {
    "Pool2DOptions": "AVERAGE_POOL_2D", "ReducerOptions": "MEAN",
    "MaximumMinimumOptions": "MAXIMUM", "SequenceRNNOptions": "UNIDIRECTIONAL_SEQUENCE_RNN",
    "L2NormOptions": "L2_NORMALIZATION", "RandomOptions": "RANDOM_UNIFORM",
    "Conv3DOptions": "CONV_3D",
}
TENSOR_TYPE_FIELDS = {"quantizedBiasType", "inDataType", "outDataType", "outputType", "outType",
                      "idxOutType", "keyDtype", "valueDtype"}
NOT_PUBLIC = {"quantSpec"}


def operator_for(table):
    if table in OPERATOR_OF:
        return OPERATOR_OF[table]
    plain = table.removesuffix("Options").upper()
    for name in vars(Op):
        if name.replace("_", "") == plain:
            return name
    raise KeyError(table)


def filled(table, number):
    """An options table with no field at its default."""
    cls = getattr(schema, table + "T")
    result = cls()
    source = inspect.getsource(cls.Pack)
    for place, field in enumerate(vars(result)):
        if field in NOT_PUBLIC:
            continue
        upper = field[0].upper() + field[1:]
        vector = re.search(r"builder\.Prepend(\w+)\(self\.%s\[" % field, source)
        if re.search(r"builder\.CreateString\(self\.%s\)" % field, source):
            value = f"{table}.{field}"
        elif vector:
            value = vector_value(field, vector[1])
        else:
            adder = inspect.getsource(getattr(schema, f"{table}Add{upper}"))
            kind, default = re.search(r"Prepend(\w+)Slot\(\d+, \w+, ([^)]+)\)", adder).groups()
            value = scalar_value(field, kind, default, number, place)
        setattr(result, field, value)
    return result


def vector_value(field, kind):
    if "ubgraph" in field or field == "calledComputations":
        return [1, 2]
    return {"Uint8": np.asarray([7, 0, 255, 8], np.uint8), "Bool": [True, False],
            "Float32": [0.25, -1.5], "Uint32": [1, 2], "Int32": [3, -1, 1 << 30],
            "Int64": [5, -1, 1 << 40]}[kind]


def scalar_value(field, kind, default, number, place):
    if kind == "Bool":
        return default != "True" and default != "1"
    if kind.startswith("Float"):
        return 0.5 + number + place / 8
    if "ubgraph" in field:
        return 1 + place % 2
    if field in TENSOR_TYPE_FIELDS:
        return Type.INT64
    if kind == "Int8":
        return 1
    if kind == "Uint32":
        return 1
    if kind == "Int32":
        return 1 if field == "reduceFunction" else 100 + 10 * number + place
    assert kind == "Int64", (field, kind)
    return (1 << 33) + number + place


@model
def option_tables(m, g):
    """Every option table of both unions, each with every field off its default; only to be read and written."""
    m.read_only, m.runnable = True, False
    x = g.input("x", [1])
    for unions in (schema.BuiltinOptions, schema.BuiltinOptions2):
        for table, number in sorted(vars(unions).items(), key=lambda item: str(item[1])):
            if not isinstance(number, int) or not number:
                continue
            x = g.op(operator_for(table), [x], (f"{table}_out", [1]), filled(table, number))
    g.output(x)
    for k in (1, 2):
        h = m.graph(f"empty_{k}")
        h.output(h.input(f"empty_{k}_x", [1]))


@model
def option_tables_default(m, g):
    """Every option table with every field at its default, stored as an empty table."""
    m.read_only, m.runnable = True, False
    x = g.input("x", [1])
    for unions in (schema.BuiltinOptions, schema.BuiltinOptions2):
        for table, number in sorted(vars(unions).items(), key=lambda item: str(item[1])):
            if isinstance(number, int) and number:
                x = g.op(operator_for(table), [x], (f"{table}_out", [1]), make(table))
    g.output(x)
