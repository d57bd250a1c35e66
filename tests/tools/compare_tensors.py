# SPDX-License-Identifier: Apache-2.0
"""Compares every tensor that `aeq run --all-tensors` computes with LiteRT's reference kernels.

usage: compare_tensors.py AEQ TESTS_CORPUS CONFORMANCE_FOLDER [MODEL_GLOB]

Runs the models of both corpora, and those that op_models.py makes, on their calibration data (two samples). An op that moves data must be exact; others may
differ by 1e-5 of the tensor's largest magnitude, and by ten times what their inputs differ (errors travel on). What a
loop or a called subgraph computes several times is compared as it was the last time, for LiteRT keeps no more.

Prints one line per op (how many tensors, the worst relative error of an op whose inputs were equal, and its model), what
aeq refuses and why, what fails, and "N of N models". Exit code 1 if one fails, and if aeq refuses a model that it should
not (REFUSED). A model that LiteRT does not run is left out of both numbers.
"""
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert import interpreter as litert

SAMPLES = 2
TOLERANCE = 1e-5
# What these put out was there before, bit for bit.
MOVES = {
    "RESHAPE", "TRANSPOSE", "SLICE", "STRIDED_SLICE", "CONCATENATION", "PACK", "UNPACK", "SPLIT", "SPLIT_V", "PAD",
    "PADV2", "MIRROR_PAD", "GATHER", "GATHER_ND", "EXPAND_DIMS", "SQUEEZE", "TILE", "BROADCAST_TO", "SHAPE", "RANK",
    "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND", "REVERSE_V2", "REVERSE_SEQUENCE",
    "SELECT", "SELECT_V2", "WHERE", "DYNAMIC_UPDATE_SLICE", "EMBEDDING_LOOKUP", "RESIZE_NEAREST_NEIGHBOR", "MAX_POOL_2D",
    "MAXIMUM", "MINIMUM", "REDUCE_MAX", "REDUCE_MIN", "RELU", "RELU6", "RELU_N1_TO_1", "NEG", "ABS", "ARG_MAX", "ARG_MIN",
    "ONE_HOT", "FILL", "ZEROS_LIKE", "RANGE", "SCATTER_ND", "TOPK_V2", "IDENTITY", "EQUAL", "NOT_EQUAL", "LESS",
    "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT",
}

CONTROL = {"IF", "WHILE", "CALL", "STABLEHLO_COMPOSITE"}
# What the built-in engine says it does not do.
REFUSED = ("can't run this: type of an operand", "is stored sparsely", "in an external buffer", "(custom op ",
           "has the type ", ": DENSIFY ", ": SVDF ")
# Rows of the largest floats and their opposites: the order of a sum decides whether it overflows on the way.
UNSTABLE = {"fc_special_rows.tflite"}


def samples_of(path):
    """{signature key or None: [{input name: array}]}, from entries `key/index/name`."""
    indexed = {}
    with np.load(path) as archive:
        for entry in archive.files:
            key, index, name = entry.split("/", 2)
            indexed.setdefault(key or None, {}).setdefault(int(index), {})[name] = archive[entry]
    return {key: [rows[i] for i in sorted(rows)][:SAMPLES] for key, rows in indexed.items()}


def feed(array, detail):
    """A float sample for an integer input is quantized as the input says."""
    scale, zero = detail["quantization"]
    if array.dtype.kind != "f" or not scale or detail["dtype"] == np.float32:
        return array
    limits = np.iinfo(detail["dtype"])
    return np.clip(np.round(array / np.float32(scale)) + zero, limits.min, limits.max).astype(detail["dtype"])


def theirs(path, key, sample, wanted):
    """The tensors {(subgraph, tensor): value} of `wanted` that LiteRT hands out."""
    interpreter = litert.Interpreter(
        model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    if key is None and not interpreter.get_signature_list():
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], feed(sample[detail["name"]], detail))
        interpreter.invoke()
    else:
        runner = interpreter.get_signature_runner(key)
        runner(**{name: feed(sample[name], detail) for name, detail in runner.get_input_details().items()})
    found = {}
    for subgraph, tensor in wanted:
        try:
            found[subgraph, tensor] = np.array(interpreter.get_tensor(tensor, subgraph))
        except ValueError:
            pass  # a tensor whose memory is given back
    return {place: value for place, value in found.items() if value.dtype != object}  # a variable's number


def last_values(archive, prefix):
    """{(subgraph, tensor): value as it was last} of the entries `prefix G:T:NAME#round`."""
    rounds, values = {}, {}
    for entry in archive:
        if not entry.startswith(prefix):
            continue
        parts = entry[len(prefix):].split(":", 2)
        if len(parts) < 3 or not (parts[0].isdigit() and parts[1].isdigit()):
            continue
        place = int(parts[0]), int(parts[1])
        _, _, number = parts[2].rpartition("#")
        number = int(number) if number.isdigit() and "#" in parts[2] else 1
        if number >= rounds.get(place, 0):
            rounds[place], values[place] = number, archive[entry]
    return values


def compare(name, graphs, ours, litert_values, worst):
    """What differs more than it may, in words."""
    problems, errors = [], {}

    def judge(place):
        if place not in ours or place not in litert_values:
            return None
        a, b = litert_values[place], ours[place]
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"{b.dtype}{list(b.shape)}, LiteRT has {a.dtype}{list(a.shape)}"
        errors[place] = relative(a, b)
        return None

    # Called subgraphs before those that call them, as far as the file has them in that order.
    for g in reversed(range(len(graphs))):
        for t in graphs[g]["inputs"]:
            judge((g, t))
        for op in graphs[g]["operators"]:
            before = max([errors.get((g, t), 0.0) for t in op["inputs"]], default=0.0)
            if op["op"] in CONTROL:
                before = max(errors.values(), default=0.0)
            for t in op["outputs"]:
                where = f"{name}: {op['op']} {op['index']} of subgraph {g}, tensor {t}"
                if problem := judge((g, t)):
                    problems.append(f"{where}: {problem}")
                if (g, t) not in errors:
                    continue
                error = errors[g, t]
                if before == 0.0:
                    count, most = worst.get(op["op"], (0, (0.0, name)))
                    worst[op["op"]] = count + 1, max(most, (error, name))
                limit = 0.0 if op["op"] in MOVES and before == 0.0 else TOLERANCE + 10 * before
                if not error <= limit:
                    problems.append(f"{where}: relative error {error:.3g}, inputs {before:.3g}")
    return problems


def relative(a, b):
    """The worst difference, as a share of the largest magnitude."""
    if a.dtype.kind not in "fc":
        return 0.0 if np.array_equal(a, b) else float("inf")
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return 0.0
    finite = np.isfinite(a) & np.isfinite(b)
    if (~same & ~finite).any():
        return float("inf")
    worst = float(np.abs(np.where(finite, a, 0).astype(np.float64) - np.where(finite, b, 0)).max())
    return worst / max(float(np.abs(np.where(finite, a, 0)).max()), 1e-30)


def main():
    aeq, ours, conformance, pattern = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]
    work = {}
    made = tempfile.TemporaryDirectory()
    subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name("op_models.py")), made.name], check=True)
    for root in (conformance, ours, pathlib.Path(made.name)):
        for model in sorted((root / "models").glob("**/*.tflite")) if root.exists() else []:
            data = root / "calibration" / model.relative_to(root / "models").with_suffix(".npz")
            if data.exists() and model.name not in UNSTABLE and fnmatch.fnmatch(model.stem, pattern):
                work[str(model.relative_to(root / "models"))] = (model, data)
    worst, failures, refused, good, left_out = {}, [], [], 0, []
    for name, (model, data) in work.items():
        graphs = json.loads(subprocess.run([aeq, "inspect", str(model), "--json"], capture_output=True,
                                           check=True).stdout)["subgraphs"]
        wanted = [(g, t) for g, graph in enumerate(graphs)
                  for t in {*graph["inputs"], *(t for op in graph["operators"] for t in op["outputs"])}]
        try:
            runs = [(key, i, theirs(model, key, row, wanted)) for key, rows in samples_of(data).items()
                    for i, row in enumerate(rows)]
        except (RuntimeError, ValueError) as error:
            left_out.append(f"{name}: {str(error).splitlines()[0][:120]}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            out = folder + "/out.npz"
            done = subprocess.run(
                [aeq, "run", str(model), "-i", str(data), "-n", str(SAMPLES), "--all-tensors", "-o", out],
                capture_output=True, text=True)
            if done.returncode != 0:
                said = done.stderr.strip().splitlines()[-1].replace(str(model), name)[:300]
                (refused if any(part in said for part in REFUSED) else failures).append(said)
                continue
            with np.load(out) as archive:
                mine = {entry: archive[entry] for entry in archive.files}
        problems = []
        for key, i, values in runs:
            problems += compare(name, graphs, last_values(mine, f"{key or ''}/{i:04d}/"), values, worst)
        if problems:
            failures += problems[:3]
        else:
            good += 1
    for op, (count, (error, name)) in sorted(worst.items()):
        print(f"{op:28} {count:5} tensors, {error:.3g}" + (f"  {name}" if error else ""))
    for line in left_out:
        print("left out, LiteRT does not run it:", line)
    for line in refused:
        print("refused:", line)
    for line in failures:
        print("FAILED:", line)
    count = len(work) - len(left_out) - len(refused)
    print(f"{good} of {count} models; {len(refused)} more that the built-in engine says it does not run")
    return 0 if work and good == count else 1


if __name__ == "__main__":
    sys.exit(main())
