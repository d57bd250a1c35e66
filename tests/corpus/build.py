#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the test corpus in this folder.

    build.py models                          models/*.tflite, recipes/*.json
    build.py expected --oracle ORACLE.py     dumps/, statistics/, calibration/, expected/, manifest.json

Needs ai-edge-litert, flatbuffers and numpy; the second form also
ai-edge-quantizer 0.10.0 and the conformance corpus' oracle.py.
"""

import argparse
import contextlib
import fnmatch
import importlib.util
import io
import json
import logging
import os
import pathlib
import shutil
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

import cases as plan  # noqa: E402
from flat import noise  # noqa: E402
from recipes import RECIPES  # noqa: E402


def fresh(name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def build_models():
    folder = fresh("models")
    for name, build in plan.MODELS.items():
        (folder / f"{name}.tflite").write_bytes(build().serialize())
    folder = fresh("recipes")
    for name, recipe in RECIPES.items():
        (folder / f"{name}.json").write_text(json.dumps(recipe, indent=1) + "\n")


def load_oracle(path):
    spec = importlib.util.spec_from_file_location("oracle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def quiet():
    """Hides what the interpreter prints on its own."""
    sys.stderr.flush()
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def sample_for(details, seed, ranges):
    sample = {}
    for name, detail in details.items():
        dtype = np.dtype(detail["dtype"])
        shape = [max(int(n), 1) for n in detail["shape"]]
        low, high = ranges.get(name, (-1.0, 1.0) if dtype.kind == "f" else (0, 2))
        sample[name] = noise(f"{seed}/{name}", shape, low, high).astype(dtype)
    return sample


def samples_for(oracle, path, model):
    """Two samples per signature, None if there is none or LiteRT cannot tell."""
    interpreter = oracle.make_interpreter(path)
    signatures = interpreter.get_signature_list()
    result = {}
    for key in signatures:
        details = interpreter.get_signature_runner(key).get_input_details()
        result[key] = [sample_for(details, f"{model.seed}/{key}/{i}", model.ranges) for i in (0, 1)]
    return result


def try_run(oracle, path, samples=None):
    """None if LiteRT executes the file, else its complaint."""
    try:
        if samples:
            oracle.run(path, {k: rows[:1] for k, rows in samples.items()})
        else:
            interpreter = oracle.make_interpreter(path)
            interpreter.invoke()
        return None
    except Exception as error:  # any complaint is a result
        return str(error).strip().replace(str(path), path.name).splitlines()[0][:200]


def run_isolated(oracle, path, samples=None):
    """try_run in a process of its own: a broken model may take it down."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        answer = try_run(oracle, path, samples)
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    _, status = os.waitpid(pid, 0)
    if not text:
        return f"the process died ({'signal %d' % os.WTERMSIG(status) if os.WIFSIGNALED(status) else status})"
    return json.loads(text)


def expected(oracle_path, only):
    oracle = load_oracle(oracle_path)
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    dumps, calibration = fresh("dumps"), fresh("calibration")
    statistics, output = fresh("statistics"), fresh("expected")
    scratch = HERE / "scratch.tflite"
    models, cases = {}, []
    for name, build in plan.MODELS.items():
        if only and not fnmatch.fnmatch(name, only):
            continue
        model = build()
        path = HERE / "models" / f"{name}.tflite"
        entry = {"file": f"models/{name}.tflite", "about": model.about}
        try:
            oracle.write_text(dumps / f"{name}.json.gz", oracle.to_json(oracle.dump(path)))
            entry["dump"] = f"dumps/{name}.json.gz"
        except Exception as error:
            entry["dump"] = None
            entry["dump_error"] = f"{type(error).__name__}: {error}"
        if model.read_only:
            entry["read_only"] = True
        samples = None
        if model.runnable:
            with quiet():
                with contextlib.suppress(Exception):
                    samples = samples_for(oracle, path, model)
                complaint = run_isolated(oracle, path, samples)
        else:
            complaint = "not meant to run"
        entry["runs"] = complaint is None
        if complaint is not None and model.runnable:
            entry["run_error"] = complaint
        if model.table.signatureDefs and samples and complaint is None:
            oracle.save_samples(calibration / f"{name}.npz", samples)
            entry["calibration"] = f"calibration/{name}.npz"
        else:
            samples = None
        models[name] = entry
        collected = {}
        for recipe_name in plan.recipes_for(name, model):
            case = one_case(oracle, name, path, recipe_name, samples, complaint is None,
                            collected, output, scratch)
            case.update(plan.verdict(name, recipe_name, case))
            keep = plan.worth_keeping(name, recipe_name, case)
            if "error" in case and len(case["error"]["message"]) > 110:
                case["error"]["message"] = case["error"]["message"][:107] + "..."
            if keep:
                cases.append(case)
    scratch.unlink(missing_ok=True)
    prune(cases)
    for folder in (statistics, calibration):
        if not any(folder.iterdir()):
            folder.rmdir()
    manifest = {"format": "aeq-corpus/1", "reference": "ai-edge-quantizer 0.10.0",
                "models": models, "cases": cases}
    (HERE / "manifest.json").write_text(one_per_line(manifest))
    report(models, cases)


def made_up_statistics(path):
    """Statistics for every float tensor without data, for what the peer cannot calibrate."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(path.read_bytes())
    result = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            buffer = model.buffers[tensor.buffer]
            if tensor.type or buffer.data is not None or buffer.offset > 1 or tensor.name is None:
                continue
            name = tensor.name.decode()
            rank = 0 if tensor.shape is None else len(tensor.shape)
            top = noise(f"statistics/{name}", [1] * rank, 0.5, 4)
            result[name] = {"min": (-top * np.float32(0.75)).astype(np.float32), "max": top}
    return result


def plausible(qsvs, path, samples):
    """False if the peer has read tensors that a delegate never wrote."""
    from ai_edge_litert import interpreter as litert

    seen = {}
    for key, rows in samples.items():
        for row in rows:
            interpreter = litert.Interpreter(
                model_path=str(path), num_threads=1, experimental_preserve_all_tensors=True,
                experimental_op_resolver_type=(
                    litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES))
            runner = interpreter.get_signature_runner(key)
            runner(**row)
            subgraph = runner._subgraph_index
            for detail in interpreter.get_tensor_details(subgraph):
                with contextlib.suppress(ValueError):
                    value = interpreter.get_tensor(detail["index"], subgraph)
                    if value.size and value.dtype == np.float32:
                        low, high = seen.get(detail["name"], (np.inf, -np.inf))
                        seen[detail["name"]] = (min(low, value.min()), max(high, value.max()))
    for name, statistics in qsvs.items():
        low, high = seen.get(name, (None, None))
        if low is None or not np.isfinite([low, high]).all():
            continue
        margin = 1e-3 * max(abs(low), abs(high))
        if statistics["min"].min() < low - margin or statistics["max"].max() > high + margin:
            return False
        if high > low and statistics["min"].min() == statistics["max"].max():
            return False
    return True


def statistics_for(oracle, instance, path, samples):
    """(statistics, whether they are made up)."""
    if samples is not None and path.stem not in plan.UNSTABLE:
        try:
            qsvs = oracle.calibrate(instance, samples)
            if plausible(qsvs, path, samples):
                return qsvs, False
        except oracle.StageError:
            pass
    return made_up_statistics(path), True


def one_case(oracle, name, path, recipe_name, samples, runs, collected, output, scratch):
    recipe = RECIPES[recipe_name]
    case = {"model": name, "recipe": recipe_name,
            "kind": "static" if recipe_name.startswith("static") else "weights"}

    def attempt(made_up):
        with quiet(), contextlib.redirect_stdout(io.StringIO()):
            instance = oracle.make_quantizer(path, recipe)
            if instance.need_calibration:
                case["needs_calibration"] = True
            qsvs = None
            if instance.need_calibration:
                qsvs, made_up = statistics_for(oracle, instance, path,
                                               None if made_up else samples)
                text = oracle.encode_qsvs(qsvs)
                if text not in collected:
                    suffix = f"-{len(collected)}" if collected else ""
                    collected[text] = f"statistics/{name}{suffix}.qsv.json.gz"
                case["qsv"], case["text"] = collected[text], text
                if made_up:
                    case["made_up_statistics"] = True
                qsvs = oracle.decode_qsvs(text)
                # Calibration leaves traces in the instance.
                instance = oracle.make_quantizer(path, recipe)
            return oracle.quantize(instance, qsvs)

    try:
        try:
            produced = attempt(False)
        except oracle.StageError as error:
            if "not found in tensor_name_to_qsv" not in str(error):
                raise
            produced = attempt(True)
    except oracle.StageError as error:
        case["status"] = "error"
        case["error"] = oracle.error_record(error)["error"]
        case["expected"] = None
    else:
        scratch.write_bytes(produced)
        case["status"] = "ok"
        case["expected"] = f"expected/{name}/{recipe_name}.json.gz"
        result = oracle.dump(scratch)
        comparison = oracle.Comparison()
        comparison.compare(oracle.dump(path), result)
        if comparison.differences:
            (output / name).mkdir(exist_ok=True)
            oracle.write_text(HERE / case["expected"], oracle.to_json(result))
        else:
            case["expected"] = f"dumps/{name}.json.gz"
        if runs:
            with quiet():
                complaint = run_isolated(oracle, scratch, samples)
            if complaint is not None:
                case["output_error"] = complaint[:100]
    if "text" in case:
        oracle.write_text(HERE / case["qsv"], case.pop("text"))
    return case


def prune(cases):
    """Removes files that no kept case names."""
    kept = {case.get(key) for case in cases for key in ("expected", "qsv")}
    for folder in ("expected", "statistics"):
        for path in sorted((HERE / folder).rglob("*.gz")):
            if path.relative_to(HERE).as_posix() not in kept:
                path.unlink()
                if folder == "expected" and not any(path.parent.iterdir()):
                    path.parent.rmdir()


def one_per_line(manifest):
    def line(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    models = ",\n".join(f"{line(k)}:{line(v)}" for k, v in manifest["models"].items())
    cases = ",\n".join(map(line, manifest["cases"]))
    return (f'{{"format":{line(manifest["format"])},"reference":{line(manifest["reference"])},\n'
            f'"models":{{\n{models}\n}},\n"cases":[\n{cases}\n]}}\n')


def report(models, cases):
    counts = {}
    for case in cases:
        key = (case["kind"], case["status"], case.get("peer_defect", "-"))
        counts[key] = counts.get(key, 0) + 1
    for key in sorted(counts):
        print(*key, counts[key])
    print(len(models), "models,", sum(m["runs"] for m in models.values()), "run;",
          len(cases), "cases")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("models", "expected"))
    parser.add_argument("--oracle", type=pathlib.Path)
    parser.add_argument("--only", help="glob over model names (for trying things out)")
    args = parser.parse_args()
    if args.what == "models":
        build_models()
    elif not args.oracle:
        parser.error("expected needs --oracle")
    else:
        expected(args.oracle, args.only)


if __name__ == "__main__":
    main()
