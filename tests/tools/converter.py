# SPDX-License-Identifier: Apache-2.0
"""What aeq makes of the models that the TensorFlow Lite converter has quantized, beside what the converter made.

usage: converter.py AEQ CONVERTER_FOLDER [PAGE]

The folder has, for each model, the float model, the converter's outputs and the samples that it was calibrated with.
aeq calibrates with the same samples: the ranges are the least and greatest value of each tensor over all of them, which
is how the converter calibrates. LiteRT must run what comes out. Prints the tables of docs/converter.md. With PAGE it compares them with
those that stand there between the marks, and exits with 1 if they differ.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

MODES = [
    ("int8_fallback", ["--input-type", "float32", "--output-type", "float32"]),
    ("int8_only_io_int8", ["--strict-int", "--input-type", "int8", "--output-type", "int8"]),
    ("int8_only_io_uint8", ["--strict-int", "--input-type", "uint8", "--output-type", "uint8"]),
]
TYPES = {number: name for name, number in vars(schema.TensorType).items() if not name.startswith("_")}
OPERATORS = {number: name for name, number in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def interpreter_of(path):
    made = Interpreter(model_path=str(path), num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    made.allocate_tensors()
    return made


class Model:
    def __init__(self, path):
        table = schema.ModelT.InitFromPackedBuf(path.read_bytes())
        self.buffers = table.buffers
        self.graph = table.subgraphs[0]
        self.codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in table.operatorCodes]

    def tensor(self, index):
        return self.graph.tensors[index]

    def operators(self):
        return [(OPERATORS[self.codes[o.opcodeIndex]], o) for o in self.graph.operators]

    def data(self, index):
        data = self.buffers[self.tensor(index).buffer].data
        return None if data is None or len(data) == 0 else bytes(data)

    def edges(self):
        return tuple("/".join(TYPES[self.tensor(t).type].lower() for t in side)
                     for side in (self.graph.inputs, self.graph.outputs))

    def parameters(self, index):
        q = self.tensor(index).quantization
        if q is None or q.scale is None:
            return None
        points = np.asarray(q.zeroPoint, np.int64)
        return np.asarray(q.scale, np.float64), points if points.size else np.zeros(1, np.int64)


def distance(ours, theirs):
    """"equal", or how far apart the scales and zero points are."""
    if ours is None or theirs is None:
        return "-" if ours is theirs else "only one has scales"
    (a, x), (b, y) = ours, theirs
    if a.size != b.size:
        return f"{a.size} scales, not {b.size}"
    apart = np.abs(a / b - 1).max()
    points = int(np.abs(x - y).max()) if x.size == y.size else int(np.abs(x[:1] - y[:1]).max())
    text = "equal" if np.array_equal(a, b) else f"{apart:.0e}"
    return text if points == 0 else f"{text}, zero point {points} apart"


def operands(ours, theirs, mine, other, which):
    """Inputs and outputs of two operators of one kind, pair by pair: activations, weights or biases."""
    result = []
    pairs = list(zip(mine.inputs, other.inputs)) + list(zip(mine.outputs, other.outputs))
    for a, b in pairs:
        kind = "activation" if ours.data(a) is None else {"INT8": "weight", "INT32": "bias"}.get(TYPES[ours.tensor(a).type])
        if kind == which and ours.parameters(a) is not None:
            result.append((a, b))
    return result


def rows_of(ours, theirs):
    rows = []
    for (kind, mine), (_, other) in zip(ours.operators(), theirs.operators()):
        cells = []
        for which in ("activation", "weight", "bias"):
            found = operands(ours, theirs, mine, other, which)
            cells.append("; ".join(distance(ours.parameters(a), theirs.parameters(b)) for a, b in found) or "-")
        integers = []
        for which in ("weight", "bias"):
            for a, b in operands(ours, theirs, mine, other, which):
                dtype = np.int8 if which == "weight" else np.int32
                x = np.frombuffer(ours.data(a), dtype).astype(np.int64)
                y = np.frombuffer(theirs.data(b), dtype).astype(np.int64)
                off = np.abs(x - y)
                integers.append("equal" if not off.any() else f"{int((off > 0).sum())} of {x.size} off, by {off.max()} at most")
        rows.append((f"`{kind}`", *cells, "; ".join(integers) or "-"))
    return rows


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def main():
    aeq, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    overview, details, seen = [], [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for model in sorted(p.parent for p in folder.glob("*/float.tflite")):
            for mode, arguments in MODES:
                made = pathlib.Path(scratch) / f"{model.name}_{mode}.tflite"
                subprocess.run([aeq, "quantize", model / "float.tflite", "--recipe", "static_wi8_ai8", "--data",
                                model / "rep.npz", "-o", made, *arguments], check=True, capture_output=True)
                interpreter_of(made).invoke()
                ours, theirs = Model(made), Model(model / f"{mode}.tflite")
                same = [kind for kind, _ in ours.operators()] == [kind for kind, _ in theirs.operators()]
                rows = rows_of(ours, theirs) if same else []
                overview.append((f"{model.name}", f"`{mode}`", " to ".join(ours.edges()), " to ".join(theirs.edges()),
                                 "the same" if same else "others"))
                # Between the edges the modes are the same.
                between = [row for row in rows if row[0] not in ("`QUANTIZE`", "`DEQUANTIZE`")]
                if between != seen.setdefault(model.name, between):
                    sys.exit(f"{model.name}: {mode} is not like the modes before it between the edges")
                if mode == "int8_only_io_uint8":
                    details += ["", f"`{model.name}`, `{mode}`:", ""]
                    details += table(("op", "activations: inputs; outputs", "weight", "bias", "integers of weight; bias"), rows)
    lines = table(("model", "mode", "aeq: inputs to outputs", "converter", "operators, in order"), overview) + details
    if len(sys.argv) < 4:
        print("\n".join(lines))
        return
    page = pathlib.Path(sys.argv[3]).read_text()
    shown = page.split("<!-- converter: begin -->\n")[1].split("<!-- converter: end -->")[0].strip().splitlines()
    # The last bits of float32 are up to the order in which kernels add; the page need not follow them.
    settled = lambda line: re.sub(r"\b\de-0[789]\b", "equal", line)
    wrong = [(a, b) for a, b in zip(shown, lines) if settled(a) != settled(b)]
    for a, b in wrong:
        print(f"{sys.argv[3]} says {a}\nnow it is {b}")
    if len(shown) != len(lines):
        print(f"{sys.argv[3]} has {len(shown)} lines, {len(lines)} are made")
    print(f"{len(overview)} models compared, {len(wrong)} lines differ")
    sys.exit(1 if wrong or len(shown) != len(lines) else 0)


if __name__ == "__main__":
    main()
