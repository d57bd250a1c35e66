#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times models in aeq's interpreter and in LiteRT, per sample, in turn, in one run.

    bench/compare_execution.py AEQ FOLDER [--runs N] [--threads N ...] MODEL...

Each float MODEL is also quantized with static_wi8_ai8, into FOLDER, with ranges of random numbers: what its outputs are
worth does not matter here. LiteRT, the package ai_edge_litert of the python that runs this script, computes with its
reference kernels (the first sample only once more: they are slow), with its optimized ones, and with XNNPACK, its default;
a sample of it is one call of invoke(). A sample of ours is what more samples add to a whole run of `aeq run`, so that
reading the input is counted, and reading the model is not. Milliseconds, the least of the runs.
"""
import argparse
import pathlib
import subprocess
import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

KINDS = {
    "reference": {"experimental_op_resolver_type": OpResolverType.BUILTIN_REF},
    "optimized": {"experimental_op_resolver_type": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES},
    "XNNPACK": {},
}


def run(*command):
    start = time.perf_counter()
    made = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{made.stderr[-2000:]}")
    return time.perf_counter() - start


def litert(model, kind, threads, samples):
    """A function that runs so many samples and says the milliseconds of one."""
    interpreter = Interpreter(str(model), num_threads=threads, **KINDS[kind])
    interpreter.allocate_tensors()
    generator = np.random.default_rng(1)
    for detail in interpreter.get_input_details():
        if detail["dtype"] == np.float32:
            value = generator.random(detail["shape"], np.float32)
        else:
            value = generator.integers(0, 100, detail["shape"]).astype(detail["dtype"])
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()

    def timed():
        start = time.perf_counter()
        for _ in range(samples):
            interpreter.invoke()
        return 1000 * (time.perf_counter() - start) / samples

    return timed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aeq")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    print(f"milliseconds per sample, the least of {arguments.runs} runs in turn, and how many times ours")
    print(f"{'model':<16}{'threads':>8}{'aeq':>10}" + "".join(f"{kind:>18}" for kind in KINDS))
    for model in arguments.models:
        quantized = arguments.folder / f"{model.stem}_int8.tflite"
        run(arguments.aeq, "quantize", model, "-r", "static_wi8_ai8", "--data", "random:1", "-o", quantized, "--overwrite")
        for path in (model, quantized):
            for threads in arguments.threads:
                more = 1 + arguments.samples
                theirs = {kind: litert(path, kind, threads, 1 if kind == "reference" else arguments.samples) for kind in KINDS}
                least = {}
                for _ in range(arguments.runs):
                    one, many = (
                        run(arguments.aeq, "run", path, "--inputs", f"random:{n}", "--threads", threads) for n in (1, more)
                    )
                    found = {"aeq": 1000 * (many - one) / arguments.samples}
                    found |= {kind: timed() for kind, timed in theirs.items()}
                    least = {name: min(value, least.get(name, value)) for name, value in found.items()}
                line = f"{path.stem:<16}{threads:>8}{least['aeq']:>10.2f}"
                line += "".join(f"{least[k]:>10.2f} {least[k] / least['aeq']:>6.2f}x" for k in KINDS)
                print(line, flush=True)


if __name__ == "__main__":
    main()
