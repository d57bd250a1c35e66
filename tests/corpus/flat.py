# SPDX-License-Identifier: Apache-2.0
"""A small writer of .tflite files for tests.

`Model` holds what will become the file and is free in what it puts there:
odd, old and broken encodings included. Everything is deterministic.
"""

import zlib

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

Op = schema.BuiltinOperator
Type = schema.TensorType

NUMPY_TYPES = {
    "float32": Type.FLOAT32, "float16": Type.FLOAT16, "int32": Type.INT32,
    "uint8": Type.UINT8, "int64": Type.INT64, "bool": Type.BOOL,
    "int16": Type.INT16, "int8": Type.INT8, "float64": Type.FLOAT64,
    "uint32": Type.UINT32, "uint16": Type.UINT16, "uint64": Type.UINT64,
    "complex64": Type.COMPLEX64,
}


def noise(seed, shape, low=-1.0, high=1.0):
    """Float32 values in [low, high), the same with every numpy."""
    count = int(np.prod(shape, dtype=np.int64))
    state = np.uint64(zlib.crc32(str(seed).encode()))
    with np.errstate(over="ignore"):
        z = (np.arange(1, count + 1, dtype=np.uint64) + (state << np.uint64(20))) * np.uint64(
            0x9E3779B97F4A7C15
        )
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    unit = (z >> np.uint64(40)).astype(np.float64) / float(1 << 24)
    return (low + (high - low) * unit).astype(np.float32).reshape(shape)


def union_of(options):
    """(field group, discriminator) of an options table."""
    name = type(options).__name__[:-1]
    if hasattr(schema.BuiltinOptions, name):
        return 1, getattr(schema.BuiltinOptions, name)
    return 2, getattr(schema.BuiltinOptions2, name)


class AlignedBuffer(schema.BufferT):
    """Buffer whose data vector starts at a multiple of 16, as the format asks."""

    def Pack(self, builder):
        vector = None
        if self.data is not None:
            raw = bytes(self.data)
            builder.StartVector(1, len(raw), 16)
            builder.head -= len(raw)
            builder.Bytes[builder.head : builder.head + len(raw)] = raw
            vector = builder.EndVector()
        schema.BufferStart(builder)
        if vector is not None:
            schema.BufferAddData(builder, vector)
        schema.BufferAddOffset(builder, self.offset)
        schema.BufferAddSize(builder, self.size)
        return schema.BufferEnd(builder)


class Graph:
    def __init__(self, model, index, name):
        self.model = model
        self.index = index
        self.table = schema.SubGraphT()
        self.table.name = name
        self.table.tensors, self.table.operators = [], []
        self.table.inputs, self.table.outputs = [], []

    def tensor(self, name, shape, type=Type.FLOAT32, buffer=0, **fields):
        t = schema.TensorT()
        t.name, t.type, t.buffer = name, type, buffer
        t.shape = None if shape is None else list(shape)
        for key, value in fields.items():
            assert hasattr(t, key), key
            setattr(t, key, value)
        self.table.tensors.append(t)
        return len(self.table.tensors) - 1

    def input(self, name, shape, type=Type.FLOAT32, **fields):
        index = self.tensor(name, shape, type, **fields)
        self.table.inputs.append(index)
        return index

    def output(self, *indices):
        self.table.outputs.extend(indices)

    def const(self, name, value, type=None, shape=None, **fields):
        value = np.asarray(value)
        buffer = fields.pop("buffer", None)
        if buffer is None:
            buffer = self.model.buffer(value.tobytes())
        if type is None:
            type = NUMPY_TYPES[value.dtype.name]
        return self.tensor(
            name, value.shape if shape is None else shape, type, buffer, **fields
        )

    def weight(self, name, shape, low=-1.0, high=1.0, **fields):
        return self.const(name, noise(f"{self.model.seed}/{name}", shape, low, high), **fields)

    def ints(self, name, value):
        return self.const(name, np.asarray(value, np.int32))

    def op(self, kind, inputs, outputs, options=None, **fields):
        """outputs: indices, or (name, shape[, type]) to make a tensor."""
        indices = []
        for out in outputs if isinstance(outputs, list) else [outputs]:
            indices.append(self.tensor(*out) if isinstance(out, tuple) else out)
        o = schema.OperatorT()
        o.opcodeIndex = self.model.code(
            kind, fields.pop("version", 1), fields.pop("custom_code", None)
        )
        o.inputs, o.outputs = list(inputs), indices
        if options is not None:
            which, number = union_of(options)
            if which == 1:
                o.builtinOptionsType, o.builtinOptions = number, options
            else:
                o.builtinOptions2Type, o.builtinOptions2 = number, options
        for key, value in fields.items():
            assert hasattr(o, key), key
            setattr(o, key, value)
        self.table.operators.append(o)
        return indices[0] if len(indices) == 1 else indices

    # Frequent operators.

    def fc(self, x, w, b=None, out=None, units=None, rows=1, act=0, **options):
        """FULLY_CONNECTED; b: index, -1, or None for an operator of two inputs."""
        if units is None:
            units = self.table.tensors[w].shape[0]
        return self.op(
            "FULLY_CONNECTED", [x, w] + ([] if b is None else [b]), (out, [rows, units]),
            make("FullyConnectedOptions", fusedActivationFunction=act, **options),
        )

    def dense(self, x, name, units, depth, rows=1, bias=True, act=0):
        w = self.weight(f"{name}/w", [units, depth])
        b = self.weight(f"{name}/b", [units], -0.5, 0.5) if bias else None
        return self.fc(x, w, b, name, rows=rows, act=act)


class Model:
    def __init__(self, seed, description=None):
        self.seed = seed
        self.table = schema.ModelT()
        self.table.version = 3
        self.table.description = description
        self.table.operatorCodes, self.table.subgraphs = [], []
        self.table.buffers = [AlignedBuffer()]
        self.table.metadata = None
        self.table.signatureDefs = None
        self.codes = {}
        self.deprecated_codes_only = False
        self.external = []  # buffer indices to place behind the FlatBuffer
        self.external_options = []  # operators whose custom options go there
        self.trailing = b""
        # For the manifest and the calibration.
        self.about = ""
        self.ranges = {}  # input name -> (low, high) of calibration data
        self.read_only = False
        self.runnable = True

    def buffer(self, data=None):
        self.table.buffers.append(AlignedBuffer(data=data))
        return len(self.table.buffers) - 1

    def graph(self, name="main"):
        g = Graph(self, len(self.table.subgraphs), name)
        self.table.subgraphs.append(g.table)
        return g

    def code(self, kind, version=1, custom=None, fresh=False):
        key = (kind, version, custom)
        if key not in self.codes or fresh:
            c = schema.OperatorCodeT()
            number = getattr(Op, kind)
            c.deprecatedBuiltinCode = min(number, 127)
            c.builtinCode = 0 if self.deprecated_codes_only else number
            c.version, c.customCode = version, custom
            self.codes[key] = len(self.table.operatorCodes)
            self.table.operatorCodes.append(c)
        return self.codes[key]

    def signature(self, graph, key="serving_default", inputs=None, outputs=None):
        """Names default to those of the tensors."""

        def maps(given, indices):
            if given is None:
                given = {graph.table.tensors[i].name: i for i in indices}
            result = []
            for name, index in given.items():
                m = schema.TensorMapT()
                m.name, m.tensorIndex = name, index
                result.append(m)
            return result

        s = schema.SignatureDefT()
        s.signatureKey, s.subgraphIndex = key, graph.index
        s.inputs = maps(inputs, graph.table.inputs)
        s.outputs = maps(outputs, graph.table.outputs)
        self.table.signatureDefs = (self.table.signatureDefs or []) + [s]

    def metadata(self, name, data):
        m = schema.MetadataT()
        m.name, m.buffer = name, self.buffer(data) if data is not None else 0
        self.table.metadata = (self.table.metadata or []) + [m]

    def pack(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.table.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def serialize(self):
        if not self.external and not self.external_options:
            return self.pack() + self.trailing
        pieces = []
        for index in self.external:
            buffer = self.table.buffers[index]
            pieces.append((buffer, "offset", "size", buffer.data))
            buffer.data = None
        for op in self.external_options:
            pieces.append(
                (op, "largeCustomOptionsOffset", "largeCustomOptionsSize", bytes(op.customOptions))
            )
            op.customOptions = None
        for target, offset, size, data in pieces:
            setattr(target, offset, 2)  # any stored value: same length on the second pass
            setattr(target, size, len(data))
        head = len(self.pack())
        end = head + -head % 16
        for target, offset, _, data in pieces:
            setattr(target, offset, end)
            end += len(data) + -len(data) % 16
        content = self.pack()
        assert len(content) == head
        content += bytes(-len(content) % 16)
        for _, _, _, data in pieces:
            content += data + bytes(-len(data) % 16)
        return content + self.trailing


def make(table, **fields):
    """Object of an options (or any other) table with these fields set."""
    result = getattr(schema, table + "T")()
    for key, value in fields.items():
        assert hasattr(result, key), (table, key)
        setattr(result, key, value)
    return result


def quantization(scale=None, zero=None, axis=0, low=None, high=None, details=None):
    q = schema.QuantizationParametersT()
    q.scale, q.zeroPoint, q.quantizedDimension, q.min, q.max = scale, zero, axis, low, high
    if details is not None:
        q.details = details
        q.detailsType = getattr(schema.QuantizationDetails, type(details).__name__[:-1])
    return q
