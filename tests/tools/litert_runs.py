# SPDX-License-Identifier: Apache-2.0
"""Quantizes the weight cases of a conformance corpus and lets LiteRT load and run every output.

usage: litert_runs.py AEQ CONFORMANCE_FOLDER [ID_GLOB]

A weight case needs no calibration and no algorithm but min/max and float casting; those with `runs: true` are the ones
whose reference output LiteRT runs. Prints what fails, then "N of N". Exit code 1 if something fails; a case that aeq
refuses with a clear error (another test counts those) has no output to run: it is shown and left out of both numbers.
"""
import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

BASE = {"no_quantize", "min_max_uniform_quantize", "float_casting"}


def algorithms(recipe):
    """Every algorithm that a recipe file names."""
    if isinstance(recipe, list):
        return set().union(*map(algorithms, recipe)) if recipe else set()
    if not isinstance(recipe, dict):
        return set()
    own = {recipe["algorithm_key"]} if isinstance(recipe.get("algorithm_key"), str) else set()
    return own.union(*map(algorithms, recipe.values()))


def is_weight_case(root, case):
    if not case.get("runs") or case["status"] != "ok" or "calibration" in case or "@uncalibrated" in case["id"]:
        return False
    if not case["model"].endswith(".tflite"):
        return False
    return algorithms(json.loads((root / case["recipe"]).read_text())) <= BASE


def samples_of(root, model):
    """{signature key: {input name: array}}: the first sample of each signature, from entries `key/index/name`."""
    path = root / "calibration" / pathlib.Path(model).relative_to("models").with_suffix(".npz")
    first = {}
    if not path.exists():
        return first
    with np.load(path) as entries:
        indices = {}
        for name in entries.files:
            key, index, _ = name.split("/", 2)
            indices[key] = min(index, indices.get(key, index))
        for name in entries.files:
            key, index, tensor = name.split("/", 2)
            if index == indices[key]:
                first.setdefault(key, {})[tensor] = entries[name]
    return first


def feed(detail, value):
    """The sample in the input's type, rounded with its scale where it is an integer and the sample is not."""
    wanted = detail["dtype"]
    if value.dtype == wanted:
        return value
    scale, zero_point = detail.get("quantization", (0.0, 0))
    if np.issubdtype(wanted, np.integer) and np.issubdtype(value.dtype, np.floating) and scale:
        limits = np.iinfo(wanted)
        return np.clip(np.round(value / scale) + zero_point, limits.min, limits.max).astype(wanted)
    return value.astype(wanted)


def run(path, samples):
    """Loads a model and invokes every signature that has a sample, else the main subgraph on zeros."""
    keys = list(Interpreter(model_path=path).get_signature_list())
    ran = 0
    for key in keys:
        if key not in samples:
            continue
        interpreter = Interpreter(model_path=path, num_threads=1)  # a fresh one: no state of another signature
        runner = interpreter.get_signature_runner(key)
        details = runner.get_input_details()
        outputs = runner(**{name: feed(details[name], samples[key][name]) for name in details})
        for name, value in outputs.items():
            if not isinstance(value, (np.ndarray, np.generic)):  # a scalar comes as the latter
                raise RuntimeError(f"output {name} is no array")
        ran += 1
    if ran:
        return
    interpreter = Interpreter(model_path=path, num_threads=1)
    details = interpreter.get_input_details()
    sample = samples.get("", {})
    for detail in details:
        value = sample.get(detail["name"])
        if value is not None and list(value.shape) != list(detail["shape"]):
            interpreter.resize_tensor_input(detail["index"], value.shape)
    interpreter.allocate_tensors()
    for detail in details:
        value = sample.get(detail["name"])
        value = np.zeros(detail["shape"], detail["dtype"]) if value is None else feed(detail, value)
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    for detail in interpreter.get_output_details():
        interpreter.get_tensor(detail["index"])


class Refused(Exception):
    """aeq makes no output, and says why."""


def one(aeq, root, case, folder):
    """Nothing if the case is in order, else what is wrong."""
    out = os.path.join(folder, "out.tflite")
    made = subprocess.run(
        [aeq, "quantize", root / case["model"], "--recipe", root / case["recipe"], "-o", out, "--overwrite"],
        capture_output=True, text=True, timeout=120)
    if made.returncode in (3, 4) and made.stderr.strip():
        raise Refused(made.stderr.strip()[-200:])
    if made.returncode != 0:
        return f"aeq says {made.returncode}: {made.stderr.strip()[-200:]}"
    # In a child: a runtime that dies on a model is a finding, not the end of the test.
    child = os.fork()
    if child == 0:
        code = 0
        try:
            run(out, samples_of(root, case["model"]))
        except BaseException as problem:  # whatever it is, it is told and counted
            print(f"  {type(problem).__name__}: {str(problem)[:300]}", flush=True)
            code = 1
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"LiteRT died of signal {os.WTERMSIG(status)}"
    return None if os.WEXITSTATUS(status) == 0 else "LiteRT refuses it"


def main():
    aeq, root = sys.argv[1], pathlib.Path(sys.argv[2])
    pattern = sys.argv[3] if len(sys.argv) > 3 else "*"
    cases = json.loads((root / "manifest.json").read_text())["cases"]
    chosen = [c for c in cases if is_weight_case(root, c) and fnmatch.fnmatch(c["id"], pattern)]
    good = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in chosen:
            try:
                problem = one(aeq, root, case, folder)
            except Refused as why:
                refused += 1
                print(f"{case['id']}: no output: {why}", flush=True)
                continue
            if problem is None:
                good += 1
            else:
                print(f"{case['id']}: {problem}", flush=True)
    made = len(chosen) - refused
    print(f"LiteRT loads and runs {good} of {made} outputs ({refused} of {len(chosen)} cases refused)")
    sys.exit(0 if good > 0 and good == made else 1)


if __name__ == "__main__":
    main()
