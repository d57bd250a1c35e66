# SPDX-License-Identifier: Apache-2.0
"""Writes tests/execute/golden: models of one op, values for their inputs, and what LiteRT's reference kernels answer.

usage: golden_ops.py FOLDER

The cases are some of random_ops.py, small enough to keep. Made with ai-edge-litert 2.3.0 on x86-64; another version may
answer otherwise, and random_ops.sh would show it.
"""
import json
import pathlib
import sys

import random_ops

# Of the LSTM: plain, with peepholes, with a projection, without an input gate.
CASES = {"sequence_lstm/int8": range(8), "reduce_prod/int8": range(3), "reduce_prod/int16": range(3),
         "neg/int8": range(1), "mul_narrowed/int16_to_int8": range(1), "mul_narrowed/int16_to_uint8": range(1)}


def record(value):
    return {"dtype": value.dtype.name, "shape": list(value.shape), "data": value.ravel().tolist()}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for kind, numbers in CASES.items():
        op, form = kind.split("/")
        for number in numbers:
            case = random_ops.Case(kind, number)
            random_ops.KINDS[op][0](case, form)
            name = f"{op}_{form}_{number}"
            model = folder / f"{name}.tflite"
            model.write_bytes(case.model.serialize())
            answer = random_ops.theirs(model, case.values, op)
            assert answer is not None, name
            entries.append({"name": name, "model": model.name, "inputs": [record(v) for v in case.values.values()],
                            "outputs": [record(answer)]})
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    (folder / "golden.json").write_text('{"cases":[\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
