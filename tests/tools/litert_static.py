# SPDX-License-Identifier: Apache-2.0
"""Quantizes the static cases of a conformance corpus and compares what LiteRT makes of them with the float models.

usage: litert_static.py AEQ CONFORMANCE_FOLDER [--page PAGE] [--only ID_GLOB] [--all]

A static case has data to calibrate with and no algorithm but min/max and float casting; those with `runs: true` are the
ones whose reference output LiteRT runs. Three models are made of each: ours, calibrated by aeq with the case's data and
no other option; ours with the statistics that the Python tool took of the same data; and the Python tool's, with these.
All run on the same data, and the float outputs (or what integer outputs stand for) are compared with the float model's:
the signal-to-quantization-noise ratio of a model is that of its worst output, over all samples.

Prints each case in which a model of ours is not run, and each in which it is worse than the Python tool's; then a table
with a row for each recipe. With --page it compares the table with that between the marks of a page. Exit code 1 if an
output is not run, if ours with the Python tool's statistics is worse than its own, or if the page says something else.
"""
import argparse
import base64
import collections
import fnmatch
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import quantizer

import litert_runs
from apart import apart

# Decibels. What is less than this below the Python tool's counts as level with it: a float kernel that joins other ops
# because a tensor has another name moves the last digit.
LEVEL = 0.05
# An output that is the float model's bit for bit has no noise; it counts as this much.
MOST = 200.0


def static_cases(root, pattern):
    for case in json.loads((root / "manifest.json").read_text())["cases"]:
        if not case.get("runs") or case["status"] != "ok" or "qsv" not in case or "@uncalibrated" in case["id"]:
            continue
        if not case["model"].endswith(".tflite") or not fnmatch.fnmatch(case["id"], pattern):
            continue
        if litert_runs.algorithms(json.loads((root / case["recipe"]).read_text())) <= litert_runs.BASE:
            yield case


def samples_of(path):
    """{signature key: [{input name: array}]}, from entries `key/index/name`."""
    found = collections.defaultdict(dict)
    with np.load(path) as entries:
        for name in entries.files:
            key, index, tensor = name.split("/", 2)
            found[key].setdefault(int(index), {})[tensor] = entries[name]
    return {key: [rows[i] for i in sorted(rows)] for key, rows in found.items()}


def array_of(record):
    """An array of the stored statistics."""
    if not isinstance(record, dict):
        return record
    dtype = np.dtype(record["dtype"])
    if "base64" in record:
        flat = np.frombuffer(base64.b64decode(record["base64"]), dtype.newbyteorder("<")).astype(dtype)
    else:
        flat = np.array([float.fromhex(v) if isinstance(v, str) else v for v in record["values"]], dtype)
    return flat.reshape(record["shape"])


def reference_model(root, case, out):
    """The Python tool's model, from its statistics."""
    made = quantizer.Quantizer(str(root / case["model"]))
    made.load_quantization_recipe(json.loads((root / case["recipe"]).read_text()))
    tensors = json.loads(gzip.decompress((root / case["qsv"]).read_bytes()))["tensors"]
    known = {name: {key: array_of(value) for key, value in fields.items()} for name, fields in tensors.items()}
    pathlib.Path(out).write_bytes(made.quantize(known, enable_progress_report=False).quantized_model)


def meant(value, detail):
    """The floats that an output stands for; None where it is integers that stand for themselves."""
    value = np.asarray(value)
    scale, zero_point = detail["quantization"]
    if value.dtype.kind == "f":
        return value.astype(np.float64)
    return (value.astype(np.float64) - zero_point) * scale if scale else None


def run(path, samples):
    """{(signature key, output name): the values of all samples, one behind the other}"""
    outputs = collections.defaultdict(list)
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    for key, rows in samples.items():
        runner = interpreter.get_signature_runner(key)
        inputs, details = runner.get_input_details(), runner.get_output_details()
        for row in rows:
            interpreter.reset_all_variables()
            made = runner(**{name: litert_runs.feed(inputs[name], row[name]) for name in inputs})
            for name, value in made.items():
                value = meant(value, details[name])
                if value is not None:
                    outputs[key, name].append(value.ravel())
    return {name: np.concatenate(values) for name, values in outputs.items()}


def noise_ratio(wanted, got):
    """In decibels, of the worst output; None where no output says anything."""
    worst = None
    for name, signal in wanted.items():
        value = got[name]
        use = np.isfinite(signal)
        power = float(np.square(signal[use]).sum())
        if not power:
            continue
        noise = float(np.square(signal[use] - value[use]).sum())
        ratio = min(MOST, 10 * np.log10(power / noise)) if noise else MOST
        worst = ratio if worst is None else min(worst, ratio)
    return worst


class Trial:
    def __init__(self, aeq, root, library, folder):
        self.aeq, self.root, self.library, self.folder = aeq, root, library, folder
        self.floats = {}
        self.by_litert = 0

    def quantize(self, case, out, arguments):
        """What aeq says where it makes nothing."""
        done = subprocess.run([self.aeq, "quantize", self.root / case["model"], "--recipe", self.root / case["recipe"],
                               "-o", out, "--overwrite", *arguments], capture_output=True, text=True, timeout=300)
        return None if done.returncode == 0 else done.stderr.strip()[-300:]

    def float_outputs(self, case, samples):
        if case["model"] not in self.floats:
            self.floats = {case["model"]: apart(run, self.root / case["model"], samples)}
        return self.floats[case["model"]]

    def one(self, case):
        """The noise ratios of (ours, ours with their statistics, theirs), and what went wrong."""
        samples = samples_of(self.root / case["calibration"])
        wanted = self.float_outputs(case, samples)
        if isinstance(wanted, str):
            return None, [f"the float model: {wanted}"]
        data = ["--data", self.root / case["calibration"]]
        ratios, problems = [], []
        for which in ("own calibration", "its statistics", "Python tool"):
            out = os.path.join(self.folder, "out.tflite")
            if which == "Python tool":
                reference_model(self.root, case, out)
                problem = None
            elif which == "its statistics":
                problem = self.quantize(case, out, ["--stats", self.root / case["qsv"]])
            else:
                problem = self.quantize(case, out, data)
                if problem and "built-in engine" in problem:  # it has no kernel; LiteRT has
                    problem = self.quantize(case, out, [*data, "--engine", "litert=" + self.library])
                    self.by_litert += 1
            got = f"no output: {problem}" if problem else apart(run, out, samples)
            if isinstance(got, str):
                problems.append(f"{which}: {got}")
                ratios.append(None)
            else:
                ratios.append(noise_ratio(wanted, got))
        return ratios, problems


def shown(value):
    return "-" if value is None else "exact" if value >= MOST else f"{value:.1f}"


def is_near(a, b):
    """Whether two rows say the same but for one decibel: the last digits are up to the kernels of a processor."""
    split = lambda row: [cell.strip() for cell in row.split("|")]
    number = lambda cell: float(MOST if cell == "exact" else cell)
    try:
        return len(split(a)) == len(split(b)) and all(
            x == y or abs(number(x) - number(y)) <= 1 for x, y in zip(split(a), split(b)))
    except ValueError:
        return False


def table_of(rows):
    """rows: {recipe: [(ours, ours with their statistics, theirs)]}"""
    lines = ["| recipe | models | median: ours | ours, its statistics | Python tool | worst: ours | ours, its statistics | Python tool |",
             "|---|---|---|---|---|---|---|---|"]
    for recipe, ratios in sorted(rows.items(), key=lambda row: (-len(row[1]), row[0])):
        columns = list(zip(*ratios))
        cells = [shown(statistics.median(c)) for c in columns] + [shown(min(c)) for c in columns]
        lines.append(f"| `{recipe}` | {len(ratios)} | " + " | ".join(cells) + " |")
    return lines


def main():
    words = argparse.ArgumentParser()
    words.add_argument("aeq")
    words.add_argument("root", type=pathlib.Path)
    words.add_argument("--page", type=pathlib.Path)
    words.add_argument("--only", default="*")
    words.add_argument("--all", action="store_true", help="print the figures of each case")
    given = words.parse_args()
    import ai_edge_litert
    library = os.path.join(ai_edge_litert.__path__[0], "libLiteRt.so")
    cases = sorted(static_cases(given.root, given.only), key=lambda case: case["model"])
    rows = collections.defaultdict(list)
    ran = lower = level = lower_by_own = silent = 0
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(given.aeq, given.root, library, folder)
        for case in cases:
            ratios, problems = trial.one(case)
            for problem in problems:
                print(f"{case['id']}: {problem}", flush=True)
            if problems:
                continue
            ran += 1
            if None in ratios:
                silent += 1
                continue
            ours, same, theirs = ratios
            if given.all:
                print(f"{case['id']}: {shown(ours)} {shown(same)} {shown(theirs)}", flush=True)
            rows[pathlib.Path(case["recipe"]).stem].append(ratios)
            if same < theirs - LEVEL:
                lower += 1
                print(f"{case['id']}: {shown(same)} dB with the Python tool's statistics, its own {shown(theirs)}", flush=True)
            if ours < theirs - LEVEL:
                lower_by_own += 1
                print(f"{case['id']}: {shown(ours)} dB with ranges from least to greatest, the Python tool's {shown(theirs)}",
                      flush=True)
            else:
                level += 1
    lines = table_of(rows)
    print("\n".join(lines))
    print(f"LiteRT loads and runs {ran} of {len(cases)}; {silent} have no output to compare; {trial.by_litert} were calibrated by LiteRT")
    print(f"beside the Python tool's, by its statistics: {lower} lower; by own calibration: {lower_by_own} lower, {level} not")
    wrong = 0
    if given.page:
        text = given.page.read_text().split("<!-- noise: begin -->\n")[1].split("<!-- noise: end -->")[0]
        said = text.strip().splitlines()
        for a, b in zip(said, lines):
            if not is_near(a, b):
                wrong += 1
                print(f"{given.page} says {a}\nnow it is {b}")
        wrong += abs(len(said) - len(lines))
    sys.exit(0 if cases and ran == len(cases) and not lower and not wrong else 1)


if __name__ == "__main__":
    main()
