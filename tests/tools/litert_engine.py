# SPDX-License-Identifier: Apache-2.0
"""Runs models of the tests' corpus by both engines of `aeq run`, with and without --all-tensors, and compares; and the
ranges that `aeq calibrate` finds with both.

usage: litert_engine.py AEQ LIBRARY TESTS_CORPUS

With the reference kernels results agree to 1e-5 of a tensor's largest magnitude; LiteRT shows at least the tensors of
the main subgraph. Prints what fails, then "N of N models"; exit code 1 if one fails.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

# Branches, states, open shapes, no signature, outputs that are inputs or listed twice, and ops one by one.
MODELS = ["fc_chain", "no_signature", "if_branches", "call_once_variable", "dynamic_batch", "output_twice",
          "input_is_output", "const_output", "cnn", "attention", "composite_nested", "two_signatures", "op_conv_2d_grouped",
          "op_transpose_conv", "op_split", "op_gather_nd", "op_equal", "names_odd", "names_missing"]


def ranges_of(aeq, model, engine, out):
    """{tensor: (least, greatest)} of a calibration, or what aeq says."""
    done = subprocess.run([aeq, "calibrate", str(model), "--data", "random:3", "--engine", engine, "--litert-kernels",
                           "reference", "--threads", "1", "-o", out], capture_output=True, text=True)
    if done.returncode != 0:
        return f"{engine}: {done.stderr.strip()[-300:]}"
    numbers = lambda field: [float.fromhex(v) if isinstance(v, str) else float(v) for v in field["values"]]
    tensors = json.loads(pathlib.Path(out).read_text())["tensors"]
    return {name: (numbers(t["min"])[0], numbers(t["max"])[0]) for name, t in tensors.items() if "min" in t}


def compare_ranges(ours, theirs):
    """What is wrong with LiteRT's ranges, beside those of the built-in engine."""
    for said in (ours, theirs):
        if isinstance(said, str):
            return [said]
    problems = [f"range of {name}: LiteRT only" for name in theirs if name not in ours]
    for name, range_ in theirs.items():
        size = max(map(abs, range_), default=0)
        if any(abs(a - b) > 1e-5 * size for a, b in zip(range_, ours.get(name, range_))):
            problems.append(f"range of {name}: {range_}, built-in {ours[name]}")
    return problems + ([] if theirs or not ours else ["no range at all"])


def main():
    aeq, library, corpus = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    good, wanted = 0, 0
    for name in MODELS:
        model = corpus / "models" / f"{name}.tflite"
        if not model.exists():
            continue
        wanted += 1
        problems = []
        with tempfile.TemporaryDirectory() as folder:
            made = {}
            for engine in ("builtin", "litert=" + library):
                for all_tensors in (False, True):
                    out = f"{folder}/{len(made)}.npz"
                    done = subprocess.run(
                        [aeq, "run", str(model), "-i", "random:3", "--engine", engine, "--litert-kernels", "reference",
                         "--threads", "1", "-o", out] + ["--all-tensors"] * all_tensors, capture_output=True, text=True)
                    if done.returncode != 0:
                        problems.append(f"{engine}: {done.stderr.strip()[-300:]}")
                        break
                    with np.load(out) as archive:
                        made[engine == "builtin", all_tensors] = {key: archive[key] for key in archive.files}
            if not problems:
                for all_tensors in (False, True):
                    ours, theirs = made[True, all_tensors], made[False, all_tensors]
                    unknown = [key for key in theirs if key not in ours]
                    missing = [key for key in made[True, False] if key not in theirs]
                    if unknown or missing:
                        problems.append(f"names: {unknown[:3]} of LiteRT only, {missing[:3]} are missing")
                    if all_tensors and len(theirs) <= len(made[False, False]):
                        problems.append("no tensor but the outputs")
                    for key, value in theirs.items():
                        if key not in ours:
                            continue
                        mine = ours[key]
                        if mine.dtype != value.dtype or mine.shape != value.shape:
                            problems.append(f"{key}: {value.dtype}{value.shape}, built-in {mine.dtype}{mine.shape}")
                        elif not np.allclose(mine.astype(np.float64), value.astype(np.float64), rtol=0, equal_nan=True,
                                             atol=1e-5 * max(float(np.abs(value).max(initial=0)), 1e-30)):
                            problems.append(f"{key}: values differ")
            problems += compare_ranges(*(ranges_of(aeq, model, engine, f"{folder}/{i}.json")
                                         for i, engine in enumerate(("builtin", "litert=" + library))))
        for problem in problems[:3]:
            print(f"FAILED: {name}: {problem}")
        good += not problems
    print(f"{good} of {wanted} models")
    return 0 if wanted and good == wanted else 1


if __name__ == "__main__":
    sys.exit(main())
