# SPDX-License-Identifier: Apache-2.0
"""Models with FAKE_QUANT operators, against what aeq makes of them without any data: both run in LiteRT.

usage: litert_trained.py AEQ CORPUS

The float model already rounds where the integers will: apart from biases, and the last bit of a product, both compute
the same. Prints how many steps of its scale each output is off at most, and fails beyond a limit.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

SAMPLES = 200
# Model, more arguments, and for each output how many steps of its scale it may be off; none: aeq refuses. Softmax makes
# some steps of one of its input; a float output that no integer comes near is the same.
CASES = [
    ("fake_quant_cnn", ["--strict-int"], [1, 6]),
    ("fake_quant_cnn", ["--input-type", "float32", "--output-type", "float32"], [1, 6]),
    ("fake_quant_around_floats", ["--input-type", "float32", "--output-type", "float32"], [1, 0]),
    ("fake_quant_sharing", ["--strict-int"], None),
    ("fake_quant_sharing", [], [1, 2]),  # the second adds a weight that is on no grid, to a tensor with two grids
]


def interpreter_of(path):
    made = Interpreter(model_path=str(path), num_threads=1, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    made.allocate_tensors()
    return made


def run(interpreter, values):
    """The outputs as floats, and the scale of each: of the integers that it comes from, 1 if there are none."""
    detail = interpreter.get_input_details()[0]
    scale, zero_point = detail["quantization"]
    if detail["dtype"] != np.float32:
        limits = np.iinfo(detail["dtype"])
        values = np.clip(np.floor(values / np.float32(scale) + 0.5) + zero_point, limits.min, limits.max)
    interpreter.set_tensor(detail["index"], values.astype(detail["dtype"]))
    interpreter.invoke()
    outputs = []
    for detail in interpreter.get_output_details():
        value = interpreter.get_tensor(detail["index"]).astype(np.float64)
        scale, zero_point = detail["quantization"]
        if scale:
            outputs.append(((value - zero_point) * scale, scale))
        else:
            source = detail["name"].removesuffix("_dequant")
            scales = [d["quantization"][0] for d in interpreter.get_tensor_details() if d["name"] == source]
            outputs.append((value, scales[0] if scales and scales[0] else 1.0))
    return outputs


def main():
    aeq, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    random = np.random.default_rng(5)
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments, limits in CASES:
            source = corpus / "models" / f"{name}.tflite"
            made = pathlib.Path(folder) / "made.tflite"
            told = subprocess.run([aeq, "quantize", source, "--recipe", "static_wi8_ai8", "-o", made, "--overwrite",
                                   *arguments], capture_output=True, text=True)
            what = " ".join([name, *arguments])
            if limits is None:
                failures += told.returncode != 4
                print(f"{what}: refused with {told.returncode}, as it should be" if told.returncode == 4
                      else f"{what}: exit code {told.returncode}, not 4")
                continue
            if told.returncode != 0:
                failures += 1
                print(f"{what}: {told.stderr}")
                continue
            before, after = interpreter_of(source), interpreter_of(made)
            shape = before.get_input_details()[0]["shape"]
            worst = [0.0] * len(limits)
            for _ in range(SAMPLES):
                values = random.uniform(-1.1, 1.1, shape).astype(np.float32)
                for i, ((wanted, _), (got, step)) in enumerate(zip(run(before, values), run(after, values))):
                    worst[i] = max(worst[i], float(np.abs(wanted - got).max() / step))
            failures += any(got > limit + 0.01 for got, limit in zip(worst, limits))
            print(f"{what}: outputs are off by {', '.join(f'{w:.2f}' for w in worst)} steps at most; {limits} allowed")
    print(f"{len(CASES)} cases, {failures} wrong")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
