# SPDX-License-Identifier: Apache-2.0
"""Runs the quantized models of a conformance corpus by `aeq run` and by LiteRT's reference kernels, and compares bits.

usage: quantized_models.py AEQ CONFORMANCE_FOLDER [--only ID_GLOB] [--every N] [--who ours|theirs] [--models FOLDER] [--json FILE] [--all]

Each case that changes its model is quantized by aeq and by the Python tool, both with the statistics of the corpus. Both
models run on samples of the case's data (three) and on random data (two); every output is compared, in type, shape and
bits. The models are kept in --models, and taken from there if they are there.

A model's scheme is read from what its ops compute with; mixed has several. A model is

equal      if every output is, in all bits
close      if every op whose tensor differs though what it reads does not is one on floats, within CLOSE of the tensor's
           largest magnitude: sums are added in another order. Where such floats become integers (QUANTIZE, and ops of
           dynamic range, which quantize what they read) these may be one unit apart; units tells by how much they are
differs    if it does otherwise

Prints for each that differs (--all: that is not equal) the first op that differs by itself, in how many elements and by how much: in units of
an integer output, else as a share of the largest magnitude. Then how many there are of each kind, and a table per scheme
and maker. A case that aeq makes no model of is counted, and no failure: other tests tell which it should.

Where LiteRT errs it gets a model that it does not err in; what has such ops is counted by itself:

weights in blocks   its reference kernel of FULLY_CONNECTED leaves them out, its other one forgets the activation. It gets the
                    other kernels, and the activation as an op behind
2-bit weights       CONV_2D reads them as floats, FULLY_CONNECTED those in blocks as if they had 4. It gets the same
                    integers in 8 bits, and in 4
8-bit weights       FULLY_CONNECTED reads them as if they had 4: LiteRT has no kernel, and they count as not run
in blocks
one scale of        its kernel for dynamic range reads one per channel. It gets that
DEPTHWISE_CONV_2D
SUM                 takes int8 and int16 for unsigned: such models differ
BATCH_MATMUL        of int8 or int16 takes one scale: where a constant has several aeq refuses the model
statistics of       the corpus marks them. Scales are such as 2^105 then, and multipliers beyond 2^31: aeq refuses the
unset memory        model, LiteRT shifts by more bits than there are
weights with        integer kernels take them for 0. Nobody has kernels for those; aeq refuses them
zero points

A model of KNOWN differs as it says there. Exit code 1 if another one differs, or aeq refuses one for another reason.
"""
import argparse
import collections
import copy
import fnmatch
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import flatbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

import compare_tensors
import litert_static
from apart import apart

SAMPLES, RANDOM = 3, 2
ZERO_POINTS = "weights with zero points"
CHANNELS = "BATCH_MATMUL with scales per channel"
UNSET = "statistics of unset memory"
SUMS = "SUM of signed integers"
# Models that may be refused, or differ.
MAY = {"refused": (ZERO_POINTS, CHANNELS, UNSET), "differs": (SUMS, UNSET)}
WIDE_BLOCKS = "8-bit weights in blocks"
CLOSE = 1e-5
INTEGERS = {"INT8": "int8", "INT16": "16x8", "UINT8": "uint8"}
# Units that an integer output of a case is off by. In these a float SUM is added in another order, by 3.4e-7 of its largest
# number, and int16 ops behind it round what comes of that.
KNOWN = {"aeq/toy_model_with_kv_cache_multi_signature/mix_only_activations_static16": 4}
SHOWN = {False: ("differs", "refused"), True: ("close", "differs", "refused")}
ACTIVATIONS = {1: schema.BuiltinOperator.RELU, 2: schema.BuiltinOperator.RELU_N1_TO_1, 3: schema.BuiltinOperator.RELU6}
WEIGHTS = ("INT8", "INT4", "INT2")


def cases_of(root, pattern):
    for case in json.loads((root / "manifest.json").read_text())["cases"]:
        if case["status"] != "ok" or not case.get("changed") or case.get("malformed_constants"):
            continue
        if case["model"].endswith(".tflite") and fnmatch.fnmatch(case["id"], pattern):
            yield case


def data_of(root, case):
    """{signature key or None: [{input name: array}]}: samples, and random ones of the same shapes and ranges."""
    path = root / "calibration" / pathlib.Path(case["model"]).relative_to("models").with_suffix(".npz")
    if not path.exists():
        return None
    random = np.random.default_rng(list(case["model"].encode()))
    found = {}
    for key, rows in litert_static.samples_of(path).items():
        rows = rows[:SAMPLES]
        low = {name: min(float(row[name].min(initial=0)) for row in rows) for name in rows[0]}
        high = {name: max(float(row[name].max(initial=0)) for row in rows) for name in rows[0]}
        drawn = [{name: random.uniform(1.25 * low[name], 1.25 * high[name], value.shape).astype(value.dtype)
                  if value.dtype.kind == "f" else random.permutation(value.ravel()).reshape(value.shape)
                  for name, value in rows[i % len(rows)].items()} for i in range(RANDOM)]
        found[key or None] = rows + drawn
    return found


def make(aeq, root, case, who, path):
    """The quantized model of a case; what is said where there is none."""
    if path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    if who == "theirs":
        if "qsv" in case:
            litert_static.reference_model(root, case, path)
        else:
            made = litert_static.quantizer.Quantizer(str(root / case["model"]))
            made.load_quantization_recipe(json.loads((root / case["recipe"]).read_text()))
            path.write_bytes(made.quantize(enable_progress_report=False).quantized_model)
        return None
    statistics = ["--stats", root / case["qsv"]] if "qsv" in case else []
    done = subprocess.run([aeq, "quantize", root / case["model"], "--recipe", root / case["recipe"], "-o", path, "--overwrite",
                           *statistics], capture_output=True, text=True, timeout=300)
    return None if done.returncode == 0 else done.stderr.strip()[-300:]


def has_blocks(tensor):
    return "block" in json.dumps(tensor["quantization"]).lower()


def forms_of(graphs):
    """The schemes that ops of a model compute in, as a set of names, and where LiteRT errs."""
    forms, errors = set(), set()
    for graph in graphs:
        tensors = graph["tensors"]
        for op in graph["operators"]:
            reads = [tensors[t] for t in op["inputs"] if t >= 0]
            writes = [tensors[t] for t in op["outputs"]]
            if op["op"] == "DEQUANTIZE" and reads[0]["constant"]:
                forms.add("float16" if reads[0]["type"] == "FLOAT16" else "weight only")
            elif op["op"] in ("QUANTIZE", "DEQUANTIZE"):
                forms |= {"ends: " + INTEGERS[t["type"]] for t in reads + writes if t["type"] in INTEGERS}
            elif any(t["type"] == "FLOAT32" for t in writes):
                weights = [t for t in reads if t["constant"] and t["quantization"] and t["type"] in WEIGHTS]
                if weights:
                    forms.add("dynamic range")
                if op["op"] == "FULLY_CONNECTED" and any(map(has_blocks, weights)):
                    errors.add("weights in blocks" if weights[0]["type"] != "INT8" else WIDE_BLOCKS)
                if op["op"] == "CONV_2D" and any(t["type"] == "INT2" for t in weights):
                    errors.add("2-bit weights")
                if op["op"] == "DEPTHWISE_CONV_2D" and any(len(t["quantization"]["scale"]) == 1 for t in weights):
                    errors.add("one scale of DEPTHWISE_CONV_2D")
            else:
                constants = [t for t in reads if t["constant"] and t["quantization"] and t["type"] in WEIGHTS]
                if any(any(t["quantization"].get("zero_point", []))
                       and (len(t["quantization"]["scale"]) > 1 or "CONV" in op["op"]) for t in constants):
                    errors.add(ZERO_POINTS)
                if op["op"] == "BATCH_MATMUL" and any(len(t["quantization"]["scale"]) > 1 for t in constants):
                    errors.add(CHANNELS)
                if op["op"] == "SUM" and reads[0]["type"] in ("INT8", "INT16") and reads[0]["quantization"]:
                    errors.add(SUMS)
                forms |= {INTEGERS[t["type"]] for t in reads + writes
                          if t["type"] in INTEGERS and t["quantization"] and not t["constant"]}
    if "int8" in forms and "uint8" not in forms:
        forms.discard("ends: uint8")
    main = {form for form in forms if not form.startswith("ends: ")} or {f.split(": ")[1] for f in forms}
    return main, errors


def scheme_of(forms):
    names = {"int8": "static int8", "16x8": "static 16x8", "uint8": "static uint8"}
    return names.get(*forms, *forms) if len(forms) == 1 else "mixed" if forms else "moves only"


def their_tensors(path, key, sample, wanted, is_blockwise):
    """(outputs {name: value}, tensors {(subgraph, tensor): value}), by the kernels that results are defined by."""
    resolver = litert.OpResolverType
    interpreter = litert.Interpreter(
        model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=(resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES if is_blockwise else resolver.BUILTIN_REF))
    interpreter.allocate_tensors()
    if key is None and not interpreter.get_signature_list():
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], compare_tensors.feed(sample[detail["name"]], detail))
        interpreter.invoke()
        outputs = {d["name"]: np.array(interpreter.get_tensor(d["index"])) for d in interpreter.get_output_details()}
    else:
        runner = interpreter.get_signature_runner(key)
        outputs = runner(**{name: compare_tensors.feed(sample[name], detail)
                            for name, detail in runner.get_input_details().items()})
        outputs = {name: np.array(value) for name, value in outputs.items()}
    tensors = {}
    for place in wanted:
        try:
            tensors[place] = np.array(interpreter.get_tensor(place[1], place[0]))
        except ValueError:
            pass  # its memory is given back
    return outputs, {place: value for place, value in tensors.items() if value.dtype != object}


def widen(model, tensor, bits):
    """The same integers, of 2 bits before, in more. A buffer of its own: others may read the one that it has."""
    if tensor.type != schema.TensorType.INT2:
        return  # two ops read it
    packed = np.asarray(model.buffers[tensor.buffer].data, np.uint8)
    fields = (packed[:, None] >> np.arange(0, 8, 2, dtype=np.uint8) & 3).ravel()[:int(np.prod(tensor.shape))]
    wide = np.where(fields > 1, fields - np.uint8(4), fields).astype(np.uint8)
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = wide if bits == 8 else wide[::2] & 15 | wide[1::2] << 4
    tensor.type = schema.TensorType.INT8 if bits == 8 else schema.TensorType.INT4
    tensor.buffer = len(model.buffers) - 1


def corrected(graphs, path, out):
    """Writes the model that LiteRT gets; tensors that it has keep their numbers. Whether it is another."""
    is_other = False
    content = path.read_bytes()
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    for buffer in model.buffers:  # of large models they lie behind the table
        if buffer.offset > 1:
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    for graph, named in zip(model.subgraphs, graphs):
        operators = []
        for op, known in zip(graph.operators, named["operators"]):
            operators.append(op)
            weight = named["tensors"][op.inputs[1]] if known["op"] in ("CONV_2D", "FULLY_CONNECTED") else None
            if weight and weight["type"] == "INT2" and (known["op"] == "CONV_2D" or has_blocks(weight)):
                widen(model, graph.tensors[op.inputs[1]], 8 if known["op"] == "CONV_2D" else 4)
                is_other = True
            if known["op"] == "DEPTHWISE_CONV_2D" and weight_of(named, known):
                parameters = graph.tensors[op.inputs[1]].quantization
                if len(parameters.scale) == 1:
                    channels = int(graph.tensors[op.inputs[1]].shape[3])
                    parameters.scale, parameters.zeroPoint = np.repeat(parameters.scale, channels), np.zeros(channels, np.int64)
                    parameters.quantizedDimension, is_other = 3, True
            activation = known.get("options", {}).get("fusedActivationFunction", 0)
            if known["op"] == "FULLY_CONNECTED" and activation in ACTIVATIONS and has_blocks(weight):
                code = schema.OperatorCodeT()
                code.builtinCode = code.deprecatedBuiltinCode = ACTIVATIONS[activation]
                code.version = 1
                model.operatorCodes.append(code)
                plain, clamp = copy.copy(graph.tensors[op.outputs[0]]), schema.OperatorT()
                plain.name += b".plain"
                graph.tensors.append(plain)
                clamp.opcodeIndex, clamp.inputs, clamp.outputs = len(model.operatorCodes) - 1, [len(graph.tensors) - 1], op.outputs
                op.outputs, op.builtinOptions.fusedActivationFunction, is_other = clamp.inputs, 0, True
                operators.append(clamp)
        graph.operators = operators
    if is_other:
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        out.write_bytes(builder.Output())
    return is_other


def inputs_as_fed(path, data):
    """The data in the types of a model's own inputs, so that both engines get the same bits."""
    interpreter = litert.Interpreter(model_path=str(path), num_threads=1,
                                     experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF)
    fed = {}
    for key, rows in data.items():
        if key is None and not interpreter.get_signature_list():
            details = {d["name"]: d for d in interpreter.get_input_details()}
        else:
            details = interpreter.get_signature_runner(key).get_input_details()
        fed[key] = [{name: compare_tensors.feed(row[name], detail) for name, detail in details.items()} for row in rows]
    return fed


def all_of_theirs(path, data, wanted, is_blockwise):
    fed = inputs_as_fed(path, data)
    return fed, {(key, i): their_tensors(path, key, row, wanted, is_blockwise)
                 for key, rows in fed.items() for i, row in enumerate(rows)}


def same(a, b):
    if a.dtype.kind == "f":  # a number that is none is one, whatever its bits
        return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def distance(a, b):
    """(elements that differ, by how much at most): in units of integers, else as a share of the largest magnitude."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return a.size, float("inf")
    if a.dtype.kind == "f":
        return int((~((a == b) | (np.isnan(a) & np.isnan(b)))).sum()), compare_tensors.relative(a, b)
    off = np.abs(a.astype(np.int64) - b.astype(np.int64))
    return int((off != 0).sum()), float(off.max(initial=0))


Origin = collections.namedtuple("Origin", "op is_float count size most")


def weight_of(graph, op):
    """The quantized constant that an op of dynamic range reads, if it is one."""
    reads = [graph["tensors"][t] for t in op["inputs"] if t >= 0]
    if op["op"] in ("DEQUANTIZE", "EMBEDDING_LOOKUP") or not any(t["type"] == "FLOAT32" for t in reads):
        return None
    return next((t for t in reads if t["constant"] and t["quantization"] and t["type"] in WEIGHTS), None)


def differences(graphs, ours, theirs, is_blockwise):
    """An origin for each op that differs and reads nothing that does."""
    wrong = {place for place in theirs if place in ours and not same(theirs[place], ours[place])}
    origins = []
    for g in reversed(range(len(graphs))):
        tensors = graphs[g]["tensors"]
        for op in graphs[g]["operators"]:
            if op["op"] in compare_tensors.CONTROL or any((g, t) in wrong for t in op["inputs"]):
                continue
            for t in op["outputs"]:
                if (g, t) in wrong:
                    reads = [tensors[i]["type"] for i in op["inputs"] if i >= 0][:2]
                    is_float = {"FLOAT32"} >= {*reads[:1], tensors[t]["type"]} and (is_blockwise or weight_of(graphs[g], op) is None)
                    name = f"{op['op'].split(':')[0]} ({', '.join(reads)} to {tensors[t]['type']})".lower()
                    count, most = distance(theirs[g, t], ours[g, t])
                    origins.append(Origin(name, is_float, count, ours[g, t].size, most))
    return origins


def quantized(x, rows, is_asymmetric):
    """What an op of dynamic range makes of an activation, a scale per row."""
    x = x.reshape(rows, -1).astype(np.float64)
    low, high = np.minimum(x.min(1, keepdims=True), 0), np.maximum(x.max(1, keepdims=True), 0)
    if is_asymmetric:
        scale = np.where(high > low, (high - low) / 255, 1)
        return np.clip(np.round(x / scale) - np.round(low / scale) - 128, -128, 127)
    scale = np.maximum(high, -low) / 127
    return np.clip(np.round(x / np.where(scale > 0, scale, 1)), -127, 127)


def units_apart(graphs, ours, theirs):
    """By how much integers differ at most that floats were turned into."""
    most = 0
    for g, graph in enumerate(graphs):
        for op in graph["operators"]:
            x, y = ((g, next((t for t in side if t >= 0), -1)) for side in (op["inputs"], op["outputs"]))
            if op["op"] == "QUANTIZE" and graph["tensors"][x[1]]["type"] == "FLOAT32":
                if y in ours and y in theirs:
                    most = max(most, distance(theirs[y], ours[y])[1])
            elif weight_of(graph, op) is not None:
                for t in op["inputs"]:
                    x = g, t
                    if x not in ours or x not in theirs or ours[x].dtype != np.float32 or not ours[x].size:
                        continue
                    rows = ours[x].shape[0] if "CONV" in op["op"] else ours[x].size // ours[x].shape[-1]
                    is_asymmetric = bool(op.get("options", {}).get("asymmetricQuantizeInputs"))
                    pair = [quantized(values[x], rows, is_asymmetric) for values in (ours, theirs)]
                    most = max(most, float(np.abs(pair[0] - pair[1]).max()))
    return most


def compare_model(aeq, path, data, folder):
    """A dictionary: scheme, outcome (equal, close, differs, refused, not run), and what there is to say."""
    graphs = json.loads(subprocess.run([aeq, "inspect", str(path), "--json"], capture_output=True, check=True).stdout)["subgraphs"]
    forms, errors = forms_of(graphs)
    scheme = ", ".join([scheme_of(forms), *sorted(errors)])
    if WIDE_BLOCKS in errors:
        return {"scheme": scheme, "outcome": "not run", "why": "LiteRT has no kernel"}
    is_blockwise = "weights in blocks" in errors
    fit = folder / "corrected.tflite"
    wanted = [(g, t) for g, graph in enumerate(graphs)
              for t in {*graph["inputs"], *(t for op in graph["operators"] for t in op["outputs"])}]
    told = apart(all_of_theirs, fit if errors and corrected(graphs, path, fit) else path, data, wanted, is_blockwise)
    if isinstance(told, str):
        return {"scheme": scheme, "outcome": "not run", "why": told}
    fed, theirs = told
    np.savez(folder / "in.npz", **{f"{key or ''}/{i:04d}/{name}": value for key, rows in fed.items()
                                   for i, row in enumerate(rows) for name, value in row.items()})
    done = subprocess.run([aeq, "run", path, "-i", folder / "in.npz", "--all-tensors", "-o", folder / "out.npz",
                           "--overwrite"], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        return {"scheme": scheme, "outcome": "refused", "why": done.stderr.strip()[-300:].replace(str(path), "")}
    with np.load(folder / "out.npz") as archive:
        mine = {name: archive[name] for name in archive.files}
    outcome, reasons, most = "equal", [], 0.0
    units = 0
    for (key, i), (outputs, tensors) in theirs.items():
        prefix = f"{key or ''}/{i:04d}/"
        wrong = [name for name, value in outputs.items() if prefix + name not in mine or not same(value, mine[prefix + name])]
        if not wrong:
            continue
        values = compare_tensors.last_values(mine, prefix)
        origins = differences(graphs, values, tensors, is_blockwise)
        sizes = [distance(outputs[n], mine[prefix + n])[1] if prefix + n in mine else float("inf") for n in wrong]
        most = max(most, *sizes)
        units = max(units, units_apart(graphs, values, tensors))
        is_close = bool(origins) and all(origin.is_float and origin.most <= CLOSE for origin in origins)
        outcome = "close" if is_close and outcome != "differs" else "differs"
        worst = next((o for o in origins if not (o.is_float and o.most <= CLOSE)), origins[0] if origins else None)
        reasons.append((wrong[0], i, worst))
    # What tells most stands first.
    reasons.sort(key=lambda reason: reason[2] is not None and reason[2].is_float and reason[2].most <= CLOSE)
    if units > 1:
        outcome = "differs"
    return {"scheme": scheme, "outcome": outcome, "why": reasons, "most": most, "units": units}


def shown(found):
    if found["outcome"] in ("refused", "not run"):
        return found["why"]
    name, i, origin = found["why"][0]
    text = f"output {name} of sample {i} off by {found['most']:.3g}, units {found['units']:g}"
    if origin is None:
        return text + ", no op differs by itself"
    return f"{text}; {origin.op}: {origin.count} of {origin.size}, by {origin.most:.3g}"


def main():
    words = argparse.ArgumentParser()
    words.add_argument("aeq")
    words.add_argument("root", type=pathlib.Path)
    words.add_argument("--only", default="*")
    words.add_argument("--every", type=int, default=1)
    words.add_argument("--who", choices=["ours", "theirs"], default=None)
    words.add_argument("--models", type=pathlib.Path)
    words.add_argument("--json", type=pathlib.Path)
    words.add_argument("--all", action="store_true", help="show what is close too")
    given = words.parse_args()
    aeq = os.path.realpath(given.aeq)
    rows = collections.defaultdict(collections.Counter)
    kinds, unmade = collections.Counter(), collections.Counter()
    results, known = {}, {}
    is_good, silent = True, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = given.models or folder / "models"
        for case in list(cases_of(given.root, given.only))[::given.every]:
            data = data_of(given.root, case)
            if data is None:
                silent += 1
                continue
            for who in [given.who] if given.who else ["ours", "theirs"]:
                path = store / who / (case["id"].replace("@", "_") + ".tflite")
                problem = make(aeq, given.root, case, who, path)
                if problem is not None:
                    unmade[problem.rsplit(": ", 1)[-1]] += 1
                    continue
                digest = case["model"], hashlib.sha256(path.read_bytes()).hexdigest()
                if digest not in known:
                    known[digest] = compare_model(aeq, path, data, folder)
                found = known[digest]
                if case.get("unstable_statistics"):
                    found = {**found, "scheme": f"{found['scheme']}, {UNSET}"}
                rows[found["scheme"], who][found["outcome"]] += 1
                results[f"{case['id']} {who}"] = found
                is_known = (
                    found["outcome"] == "differs"
                    and 0 < found["units"] <= KNOWN.get(case["id"], 0)
                    and all(origin is not None and origin.is_float and origin.most <= CLOSE for _, _, origin in found["why"])
                )
                if is_known:
                    pass
                elif found["outcome"] in MAY and not any(error in found["scheme"] for error in MAY[found["outcome"]]):
                    is_good = False
                if found["outcome"] in SHOWN[given.all]:
                    print(f"{case['id']}, {who}, {found['scheme']}: {found['outcome']}: {shown(found)}", flush=True)
                if found["outcome"] in ("close", "differs"):
                    origin = found["why"][0][2]
                    kinds[found["scheme"], found["outcome"], origin.op if origin else "-", found["units"]] += 1
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))
    for problem, count in unmade.most_common():
        print(f"no model of aeq's for {count} cases: {problem}")
    for (scheme, outcome, op, units), count in sorted(kinds.items()):
        print(f"{scheme}: {outcome}, {op}, units {units:g}: {count}")
    print("| scheme | made by | models | equal | close | differ | refused | LiteRT does not run |")
    print("|---|---|---|---|---|---|---|---|")
    for (scheme, who), counts in sorted(rows.items()):
        ran = counts["equal"] + counts["close"] + counts["differs"] + counts["refused"]
        print(f"| {scheme} | {who} | {ran} | {counts['equal']} | {counts['close']} | {counts['differs']} | "
              f"{counts['refused']} | {counts['not run']} |")
    total = sum(rows.values(), collections.Counter())
    ran = total["equal"] + total["close"] + total["differs"] + total["refused"]
    print(f"{total['equal']} of {ran} models equal, {total['close']} more close, {total['differs']} differ, "
          f"{total['refused']} refused; LiteRT does not run {total['not run']} more; {silent} cases have no data")
    return 0 if is_good and ran else 1


if __name__ == "__main__":
    sys.exit(main())
