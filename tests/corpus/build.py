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
        result[key] = [sample_for(details, f"{path.stem}/{key}/{i}", model.ranges) for i in (0, 1)]
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
        entry["read_only"] = model.read_only
        samples = None
        if model.runnable:
            with quiet():
                with contextlib.suppress(Exception):
                    samples = samples_for(oracle, path, model)
                complaint = run_isolated(oracle, path, samples)
        else:
            complaint = "not meant to run"
        entry["runs"] = complaint is None
        if complaint is not None:
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
                            collected, statistics, output, scratch)
            if case:
                cases.append(case)
    scratch.unlink(missing_ok=True)
    for folder in (statistics, calibration):
        if not any(folder.iterdir()):
            folder.rmdir()
    manifest = {"format": "aeq-corpus/1", "reference": "ai-edge-quantizer 0.10.0",
                "models": models, "cases": cases}
    (HERE / "manifest.json").write_text(oracle.to_json(manifest))
    report(models, cases)


def one_case(oracle, name, path, recipe_name, samples, runs, collected, statistics, output, scratch):
    case = {"id": f"{name}/{recipe_name}", "model": name, "recipe": f"recipes/{recipe_name}.json",
            "kind": "static" if recipe_name.startswith("static") else "weights"}
    instance, qsvs = None, None
    try:
        with quiet():
            instance = oracle.make_quantizer(path, RECIPES[recipe_name])
            case["needs_calibration"] = bool(instance.need_calibration)
            if instance.need_calibration:
                if samples is None:
                    return None
                qsvs = oracle.calibrate(instance, samples)
        if qsvs is not None:
            text = oracle.encode_qsvs(qsvs)
            if text not in collected:
                suffix = f"-{len(collected)}" if collected else ""
                collected[text] = f"statistics/{name}{suffix}.qsv.json.gz"
                oracle.write_text(HERE / collected[text], text)
            case["qsv"] = collected[text]
            qsvs = oracle.decode_qsvs(text)
        with quiet(), contextlib.redirect_stdout(io.StringIO()):
            produced = oracle.quantize(instance, qsvs)
    except oracle.StageError as error:
        case.setdefault("needs_calibration", False)
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
        case["changed"] = bool(comparison.differences)
        if case["changed"]:
            (output / name).mkdir(exist_ok=True)
            oracle.write_text(HERE / case["expected"], oracle.to_json(result))
        else:
            case["expected"] = f"dumps/{name}.json.gz"
        if runs:
            with quiet():
                complaint = run_isolated(oracle, scratch, samples)
            case["output_runs"] = complaint is None
            if complaint is not None:
                case["output_error"] = complaint
    case.update(plan.verdict(name, recipe_name, case))
    return case


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
