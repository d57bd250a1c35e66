#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the models that the benchmarks quantize and calibrate.

    make_models.py NAME OUT.tflite

    NAME             size     weights
    small           0.7 MB    inside the FlatBuffer
    transformer14    14 MB    inside the FlatBuffer
    bert430         437 MB    inside the FlatBuffer: BERT-base
    past2gb         2.3 GB    behind the FlatBuffer, found by Buffer.offset/size
    mobilenet_v2     14 MB    inside the FlatBuffer: MobileNetV2, images of 224 x 224
    resnet50        102 MB    inside the FlatBuffer: ResNet50, images of 224 x 224

The weights are random (normal, the same for every run); names, a signature and
the graph are what a converter would write: embedding, attention, feed-forward,
layer norms; convolutions with batch norms folded in. The weights are streamed, so
a model may be larger than the memory.

Needs: pip install ai-edge-litert flatbuffers numpy (the first for the classes of
the .tflite schema)
"""

import argparse
import collections
import os
import struct

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

CHUNK = 1 << 20  # random numbers in memory at a time
ALIGNMENT = 16
INLINE_BYTES = 1024  # smaller constants go through the FlatBuffer builder

Shape = collections.namedtuple("Shape", "layers width inner heads vocabulary sequence outside")
MODELS = {
    "small": Shape(2, 64, 256, 4, 1000, 16, False),
    "transformer14": Shape(4, 256, 1024, 4, 1500, 64, False),
    "bert430": Shape(12, 768, 3072, 12, 30522, 128, False),
    "past2gb": Shape(10, 2048, 8192, 16, 32000, 32, True),
}


class Graph:
    """A model of one subgraph; large weights are promised now, written later."""

    def __init__(self):
        self.tensors = []
        self.operators = []
        self.buffers = [schema.BufferT()]  # buffer 0: "no constant data"
        self.codes = {}
        self.promised = []  # (buffer index, number of floats, standard deviation)

    def tensor(self, name, shape, kind=schema.TensorType.FLOAT32, buffer=0):
        tensor = schema.TensorT()
        tensor.name = name
        tensor.shape = list(shape)
        tensor.type = kind
        tensor.buffer = buffer
        tensor.hasRank = True
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def buffer(self, content=None):
        buffer = schema.BufferT()
        if content is not None:
            buffer.data = np.frombuffer(content, np.uint8)
        self.buffers.append(buffer)
        return len(self.buffers) - 1

    def constant(self, name, values):
        values = np.asarray(values)
        kind = {"f": schema.TensorType.FLOAT32, "i": schema.TensorType.INT32}[values.dtype.kind]
        return self.tensor(name, values.shape, kind, self.buffer(values.tobytes()))

    def weight(self, name, shape, deviation=0.02):
        count = int(np.prod(shape))
        index = self.buffer()
        if count * 4 < INLINE_BYTES:
            self.buffers[index].data = random_floats(index, count, deviation).view(np.uint8)
        else:
            self.promised.append((index, count, deviation))
        return self.tensor(name, shape, buffer=index)

    def op(self, code, inputs, name, shape, options=None, outputs_type=schema.TensorType.FLOAT32):
        output = self.tensor(name, shape, outputs_type)
        operator = schema.OperatorT()
        number = getattr(schema.BuiltinOperator, code)
        operator.opcodeIndex = self.codes.setdefault(number, len(self.codes))
        operator.inputs = list(inputs)
        operator.outputs = [output]
        if options is not None:
            kind = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
            operator.builtinOptions = options
        self.operators.append(operator)
        return output

    def model(self, description, inputs, outputs, outside):
        graph = schema.SubGraphT()
        graph.name = "main"
        graph.tensors = self.tensors
        graph.operators = self.operators
        graph.inputs = list(inputs.values())
        graph.outputs = list(outputs.values())

        signature = schema.SignatureDefT()
        signature.signatureKey = "serving_default"
        signature.inputs = [tensor_map(*item) for item in inputs.items()]
        signature.outputs = [tensor_map(*item) for item in outputs.items()]

        model = schema.ModelT()
        model.version = 3
        model.description = description
        model.subgraphs = [graph]
        model.signatureDefs = [signature]
        model.operatorCodes = [operator_code(number) for number in self.codes]
        if outside:
            note = schema.MetadataT()
            note.name = "buffer_location"
            note.buffer = self.buffer(b"outside flatbuffers")
            model.metadata = [note]
        model.buffers = self.buffers
        return model


def operator_code(number):
    code = schema.OperatorCodeT()
    code.builtinCode = number
    code.deprecatedBuiltinCode = min(number, 127)
    code.version = 1
    return code


def tensor_map(name, tensor):
    entry = schema.TensorMapT()
    entry.name = name
    entry.tensorIndex = tensor
    return entry


def options(kind, **fields):
    table = getattr(schema, kind + "OptionsT")()
    for name, value in fields.items():
        if not hasattr(table, name):
            raise AttributeError(f"{kind}Options has no {name}")
        setattr(table, name, value)
    return table


# --------------------------------------------------------------------------
# The transformer
# --------------------------------------------------------------------------


class Transformer(Graph):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.rows = (shape.sequence, shape.width)
        self.epsilon = self.constant("epsilon", np.float32(1e-6))
        self.last_axis = self.constant("last_axis", np.array([-1], np.int32))
        head = shape.width // shape.heads
        self.split = (shape.sequence, shape.heads, head)
        self.by_head = (shape.heads, shape.sequence, head)
        self.split_shape = self.constant("split_shape", np.array(self.split, np.int32))
        self.rows_shape = self.constant("rows_shape", np.array(self.rows, np.int32))
        self.swap_heads = self.constant("swap_heads", np.array([1, 0, 2], np.int32))
        self.score_scale = self.constant("score_scale", np.float32(head**-0.5))

    def dense(self, source, name, outputs):
        inputs = self.tensors[source].shape[-1]
        weight = self.weight(name + "/kernel", (outputs, inputs))
        bias = self.weight(name + "/bias", (outputs,))
        shape = (self.shape.sequence, outputs)
        return self.op(
            "FULLY_CONNECTED", [source, weight, bias], name, shape, options("FullyConnected")
        )

    def add(self, left, right, name, shape=None):
        return self.op("ADD", [left, right], name, shape or self.rows, options("Add"))

    def mul(self, left, right, name, shape=None):
        return self.op("MUL", [left, right], name, shape or self.rows, options("Mul"))

    def mean(self, source, name):
        shape = (self.shape.sequence, 1)
        return self.op(
            "MEAN", [source, self.last_axis], name, shape, options("Reducer", keepDims=True)
        )

    def layer_norm(self, source, name):
        column = (self.shape.sequence, 1)
        mean = self.mean(source, name + "/mean")
        squares = self.op(
            "SQUARED_DIFFERENCE",
            [source, mean],
            name + "/squares",
            self.rows,
            options("SquaredDifference"),
        )
        variance = self.mean(squares, name + "/variance")
        variance = self.add(variance, self.epsilon, name + "/variance_epsilon", column)
        inverse = self.op("RSQRT", [variance], name + "/inverse", column)
        centred = self.op("SUB", [source, mean], name + "/centred", self.rows, options("Sub"))
        normal = self.mul(centred, inverse, name + "/normal")
        gamma = self.weight(name + "/gamma", self.rows[1:], deviation=1.0)
        beta = self.weight(name + "/beta", self.rows[1:])
        return self.add(self.mul(normal, gamma, name + "/scaled"), beta, name + "/output")

    def heads(self, source, name):
        split = self.op(
            "RESHAPE",
            [source, self.split_shape],
            name + "/split",
            self.split,
            options("Reshape", newShape=list(self.split)),
        )
        return self.op(
            "TRANSPOSE",
            [split, self.swap_heads],
            name + "/heads",
            self.by_head,
            options("Transpose"),
        )

    def attention(self, source, name):
        width = self.shape.width
        query, key, value = (
            self.heads(self.dense(source, f"{name}/{part}", width), f"{name}/{part}")
            for part in ("query", "key", "value")
        )
        square = (self.shape.heads, self.shape.sequence, self.shape.sequence)
        scores = self.op(
            "BATCH_MATMUL",
            [query, key],
            name + "/scores",
            square,
            options("BatchMatMul", adjY=True),
        )
        scores = self.mul(scores, self.score_scale, name + "/scaled_scores", square)
        shares = self.op(
            "SOFTMAX", [scores], name + "/shares", square, options("Softmax", beta=1.0)
        )
        context = self.op(
            "BATCH_MATMUL", [shares, value], name + "/context", self.by_head, options("BatchMatMul")
        )
        context = self.op(
            "TRANSPOSE",
            [context, self.swap_heads],
            name + "/context_rows",
            self.split,
            options("Transpose"),
        )
        context = self.op(
            "RESHAPE",
            [context, self.rows_shape],
            name + "/joined",
            self.rows,
            options("Reshape", newShape=list(self.rows)),
        )
        return self.dense(context, name + "/output", width)

    def feed_forward(self, source, name):
        inner = self.dense(source, name + "/inner", self.shape.inner)
        shape = (self.shape.sequence, self.shape.inner)
        inner = self.op("GELU", [inner], name + "/gelu", shape, options("Gelu"))
        return self.dense(inner, name + "/output", self.shape.width)

    def block(self, source, name):
        attention = self.attention(source, name + "/attention")
        source = self.add(source, attention, name + "/attention/residual")
        source = self.layer_norm(source, name + "/attention/layer_norm")
        forward = self.feed_forward(source, name + "/feed_forward")
        source = self.add(source, forward, name + "/feed_forward/residual")
        return self.layer_norm(source, name + "/feed_forward/layer_norm")

    def encoder(self):
        shape = self.shape
        ids = self.tensor("serving_default_ids:0", (shape.sequence,), schema.TensorType.INT32)
        table = self.weight("encoder/embedding/table", (shape.vocabulary, shape.width))
        state = self.op("EMBEDDING_LOOKUP", [ids, table], "encoder/embedding/lookup", self.rows)
        position = self.weight("encoder/embedding/position", self.rows)
        state = self.add(state, position, "encoder/embedding/sum")
        state = self.layer_norm(state, "encoder/embedding/layer_norm")
        for index in range(shape.layers):
            state = self.block(state, f"encoder/layer_{index}")
        pooled = self.dense(state, "encoder/pooler", shape.width)
        pooled = self.op("TANH", [pooled], "StatefulPartitionedCall:0", self.rows)
        return {"ids": ids}, {"hidden": pooled}


# --------------------------------------------------------------------------
# Convolutional networks
# --------------------------------------------------------------------------


class Images(Graph):
    """Layers on one image, [1, height, width, channels]."""

    size = 224
    relu = schema.ActivationFunctionType.RELU
    relu6 = schema.ActivationFunctionType.RELU6
    same = schema.Padding.SAME

    def image(self):
        return self.tensor("serving_default_image:0", (1, self.size, self.size, 3))

    def window(self, code, source, inputs, name, channels, stride, kind, **fields):
        _, height, width, _ = self.tensors[source].shape
        shape = (1, -(-height // stride), -(-width // stride), channels)
        fields = dict(padding=self.same, strideH=stride, strideW=stride, **fields)
        return self.op(code, inputs, name, shape, options(kind, **fields))

    def convolution(self, source, name, channels, filter=1, stride=1, activation=0, gain=1.0):
        depth = self.tensors[source].shape[-1]
        # keeps the variance: the filter's inputs add up, and a ReLU halves
        deviation = gain * (2.0 / (filter * filter * depth)) ** 0.5
        weight = self.weight(name + "/kernel", (channels, filter, filter, depth), deviation)
        inputs = [source, weight, self.weight(name + "/bias", (channels,))]
        fields = dict(dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=activation)
        return self.window("CONV_2D", source, inputs, name, channels, stride, "Conv2D", **fields)

    def depthwise(self, source, name, stride, activation):
        channels = self.tensors[source].shape[-1]
        weight = self.weight(name + "/kernel", (1, 3, 3, channels), (2.0 / 9) ** 0.5)
        inputs = [source, weight, self.weight(name + "/bias", (channels,))]
        fields = dict(dilationHFactor=1, dilationWFactor=1, depthMultiplier=1)
        fields["fusedActivationFunction"] = activation
        kind = "DepthwiseConv2D"
        return self.window("DEPTHWISE_CONV_2D", source, inputs, name, channels, stride, kind, **fields)

    def add(self, left, right, name, activation=0):
        shape = self.tensors[left].shape
        return self.op("ADD", [left, right], name, shape, options("Add", fusedActivationFunction=activation))

    def classes(self, source, count):
        channels = self.tensors[source].shape[-1]
        axes = self.constant("image_axes", np.array([1, 2], np.int32))
        pooled = self.op("MEAN", [source, axes], "pooled", (1, channels), options("Reducer"))
        weight = self.weight("classes/kernel", (count, channels), channels**-0.5)
        inputs = [pooled, weight, self.weight("classes/bias", (count,))]
        scores = self.op("FULLY_CONNECTED", inputs, "classes", (1, count), options("FullyConnected"))
        return self.op("SOFTMAX", [scores], "StatefulPartitionedCall:0", (1, count), options("Softmax", beta=1.0))

    def inverted_residual(self, source, name, channels, stride, expansion):
        depth = self.tensors[source].shape[-1]
        state = source
        if expansion != 1:
            state = self.convolution(state, name + "/expand", expansion * depth, activation=self.relu6)
        state = self.depthwise(state, name + "/depthwise", stride, self.relu6)
        state = self.convolution(state, name + "/project", channels)
        return self.add(source, state, name + "/sum") if stride == 1 and channels == depth else state

    def mobilenet_v2(self):
        image = self.image()
        state = self.convolution(image, "stem", 32, 3, 2, self.relu6)
        table = (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)
        number = 0
        for expansion, channels, repeats, stride in table:
            for i in range(repeats):
                state = self.inverted_residual(state, f"block_{number}", channels, 1 if i else stride, expansion)
                number += 1
        state = self.convolution(state, "head", 1280, activation=self.relu6)
        return {"image": image}, {"classes": self.classes(state, 1000)}

    def bottleneck(self, source, name, channels, stride):
        state = self.convolution(source, name + "/reduce", channels // 4, activation=self.relu)
        state = self.convolution(state, name + "/filter", channels // 4, 3, stride, self.relu)
        state = self.convolution(state, name + "/restore", channels, gain=0.3)  # sums stay bounded
        if self.tensors[source].shape[-1] != channels:
            source = self.convolution(source, name + "/shortcut", channels, 1, stride, gain=0.7)
        return self.add(state, source, name + "/sum", self.relu)

    def resnet50(self):
        image = self.image()
        state = self.convolution(image, "stem", 64, 7, 2, self.relu)
        fields = dict(filterHeight=3, filterWidth=3)
        state = self.window("MAX_POOL_2D", state, [state], "pool", 64, 2, "Pool2D", **fields)
        for stage, (channels, repeats) in enumerate(((256, 3), (512, 4), (1024, 6), (2048, 3))):
            for i in range(repeats):
                stride = 2 if i == 0 and stage > 0 else 1
                state = self.bottleneck(state, f"stage_{stage}/block_{i}", channels, stride)
        return {"image": image}, {"classes": self.classes(state, 1000)}


# --------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------


def random_floats(seed, count, deviation, generator=None):
    generator = generator or np.random.default_rng(seed)
    values = generator.standard_normal(count, np.float32)
    values *= np.float32(deviation)
    return values


def write_floats(file, seed, count, deviation):
    generator = np.random.default_rng(seed)
    while count:
        step = min(count, CHUNK)
        random_floats(seed, step, deviation, generator).tofile(file)
        count -= step


def pad(file, remainder=0):
    """Zeros until the position is `remainder` modulo the alignment."""
    file.write(bytes((remainder - file.tell()) % ALIGNMENT))


def field(buffer, slot):
    """Where in the file a Buffer table keeps the field with this vtable offset."""
    table = buffer._tab
    return table.Pos + table.Offset(slot)


def write(model, promised, outside, path):
    """Packs everything but the promised weights, appends those, patches them in.

    Offsets in a FlatBuffer are unsigned and look forward, so a vector may as
    well lie behind everything the builder wrote: that is how the weights get
    inside a FlatBuffer without being in memory at once.
    """
    for index, _, _ in promised:
        if outside:  # any value but the default, so that there is room to patch
            model.buffers[index].offset = model.buffers[index].size = 2
        else:
            model.buffers[index].data = np.zeros(0, np.uint8)
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    head = builder.Output()
    root = schema.Model.GetRootAs(head)

    unfinished = path + ".part"
    with open(unfinished, "wb") as file:
        file.write(head)
        for index, count, deviation in promised:
            buffer = root.Buffers(index)
            size = count * 4
            if outside:
                pad(file)
                struct.pack_into("<Q", head, field(buffer, 6), file.tell())
                struct.pack_into("<Q", head, field(buffer, 8), size)
            else:
                pad(file, ALIGNMENT - 4)  # a vector starts with its length
                place = field(buffer, 4)
                struct.pack_into("<I", head, place, file.tell() - place)
                file.write(struct.pack("<I", size))
            write_floats(file, index, count, deviation)
        if outside:
            file.write(bytes(ALIGNMENT))
        pad(file)
        if not outside and file.tell() >= 1 << 31:
            raise ValueError("a FlatBuffer must stay below 2 GiB")
        file.seek(0)
        file.write(head)
    os.replace(unfinished, path)


def main():
    parser = argparse.ArgumentParser(description="Writes a model with random weights.")
    parser.add_argument("name", choices=[*MODELS, "mobilenet_v2", "resnet50"])
    parser.add_argument("out", metavar="OUT.tflite")
    arguments = parser.parse_args()

    shape = MODELS.get(arguments.name)
    graph = Transformer(shape) if shape else Images()
    inputs, outputs = graph.encoder() if shape else getattr(graph, arguments.name)()
    outside = bool(shape and shape.outside)
    model = graph.model(f"{arguments.name}, random weights", inputs, outputs, outside)
    write(model, graph.promised, outside, arguments.out)
    print(f"{arguments.out}: {os.path.getsize(arguments.out)} bytes")


if __name__ == "__main__":
    main()
