# SPDX-License-Identifier: Apache-2.0
"""Runs models of the tests' corpus by both engines of `aeq run`, with and without --all-tensors, and compares.

usage: litert_engine.py AEQ LIBRARY TESTS_CORPUS

With the reference kernels results agree to 1e-5 of a tensor's largest magnitude; LiteRT shows at least the tensors of
the main subgraph. Prints what fails, then "N of N models"; exit code 1 if one fails.
"""
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

# Branches, states, open shapes, no signature, outputs that are inputs or listed twice, and ops one by one.
MODELS = ["fc_chain", "no_signature", "if_branches", "call_once_variable", "dynamic_batch", "output_twice",
          "input_is_output", "const_output", "cnn", "attention", "composite_nested", "two_signatures", "op_conv_2d_grouped",
          "op_transpose_conv", "op_split", "op_gather_nd", "op_equal", "names_odd", "names_missing"]


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
        for problem in problems[:3]:
            print(f"FAILED: {name}: {problem}")
        good += not problems
    print(f"{good} of {wanted} models")
    return 0 if wanted and good == wanted else 1


if __name__ == "__main__":
    sys.exit(main())
