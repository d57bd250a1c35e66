# SPDX-License-Identifier: Apache-2.0
"""Compares models with what aeq quantizes of them, by `aeq validate` and by the Python tool, on the same samples.

usage: validate_peer.py AEQ LIBRARY TESTS_CORPUS DIGITS

Both run LiteRT's own kernels, without XNNPACK, in which a tensor has one value whoever asks. The same tensors must be compared,
with the same metrics to 1e-6. Prints what fails, then "N of N models,
T tensors"; exit code 1 if one fails.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert import interpreter as tfl
from ai_edge_quantizer import model_validator
from ai_edge_quantizer.utils import tfl_interpreter_utils, validation_utils

METRICS = ["mse", "median_diff_ratio", "cosine_similarity", "kl_divergence", "snr"]
# (model, recipe); of the tests' corpus but for the first ones.
CASES = [("digits", "static_wi8_ai8"), ("digits", "static_wi8_ai16"), ("digits", "dynamic_wi8_afp32"),
         ("digits", "weight_only_wi8_afp32"), ("digits", "weight_only_wfp16_afp32"), ("digits", "dynamic_wi4_afp32"),
         ("fc_chain", "static_wi8_ai8"), ("cnn", "static_wi8_ai8_float_io"), ("attention", "static_wi8_ai8"),
         ("two_signatures_two_graphs", "static_wi8_ai8"), ("op_split", "static_wi8_ai8"),
         ("op_concatenation", "static_wi8_ai8"), ("tied_embedding", "dynamic_wi8_afp32")]
SAMPLES = 3


def plain_interpreter(tflite_model, use_xnnpack=True, num_threads=16, allocate_tensors=True, preserve_all_tensors=False):
    """As the Python tool's, on one thread."""
    content = tflite_model if isinstance(tflite_model, (bytes, bytearray)) else pathlib.Path(tflite_model).read_bytes()
    made = tfl.Interpreter(model_content=bytes(content), num_threads=1,
                           experimental_op_resolver_type=tfl.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                           experimental_preserve_all_tensors=True)
    if allocate_tensors:
        made.allocate_tensors()
    return made


def values(random, details):
    if details["dtype"] == np.float32:
        return random.standard_normal(details["shape"]).astype(np.float32)
    return random.integers(0, 4, details["shape"]).astype(details["dtype"])


def samples_of(model, folder):
    """{signature: [{input: array}]}, and the .npz file of the same."""
    interpreter = tfl.Interpreter(model_path=str(model))
    random = np.random.default_rng(7)
    data, arrays = {}, {}
    for key in interpreter.get_signature_list():
        inputs = interpreter.get_signature_runner(key).get_input_details()
        data[key] = []
        for i in range(SAMPLES):
            sample = {name: values(random, d) for name, d in inputs.items()}
            data[key].append(sample)
            arrays.update({f"{key}/{i}/{name}": value for name, value in sample.items()})
    path = pathlib.Path(folder) / "data.npz"
    np.savez(path, **arrays)
    return data, path


def ours(aeq, library, model, quantized, data):
    done = subprocess.run([aeq, "validate", str(model), str(quantized), "--data", str(data), "--metric", ",".join(METRICS),
                           "--engine", "litert=" + library, "--litert-kernels", "builtin", "--threads", "1", "--json"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    result = json.loads(done.stdout)
    return {s["key"]: {t["name"]: (t["group"], t["metrics"]) for t in s["tensors"]} for s in result["signatures"]}


def theirs(model, quantized, data):
    tfl_interpreter_utils.create_tfl_interpreter = plain_interpreter
    compared = model_validator.compare_model(model.read_bytes(), quantized.read_bytes(), data,
                                             [validation_utils.ValidationErrorMetric(m) for m in METRICS],
                                             use_xnnpack=False)
    result = {}
    for key in compared.available_signature_keys():
        one = compared.get_signature_comparison_result(key)
        groups = {"input": one.input_tensors, "output": one.output_tensors, "constant": one.constant_tensors,
                  "intermediate": one.intermediate_tensors}
        result[key] = {name: (group, values) for group, tensors in groups.items() for name, values in tensors.items()}
    return result


def is_near(metric, a, b):
    """Divergences are sums of numbers of both signs, in which one step of float32 is more than 1e-6 of the sum."""
    return a is not None and abs(a - b) <= 1e-6 * max(abs(a), abs(b), 1 if metric == "kl_divergence" else 0)


def differences(mine, other):
    problems = [f"signatures {sorted(mine)} and {sorted(other)}"] if sorted(mine) != sorted(other) else []
    for key in set(mine) & set(other):
        for name in sorted(set(mine[key]) ^ set(other[key])):
            problems.append(f"{key}/{name}: only {'aeq' if name in mine[key] else 'the Python tool'} compares it")
        for name in set(mine[key]) & set(other[key]):
            (group, values), (their_group, their_values) = mine[key][name], other[key][name]
            if group != their_group:
                problems.append(f"{key}/{name}: {group}, not {their_group}")
            problems += [f"{key}/{name}: {m} {values[m]}, not {their_values[m]}" for m in METRICS
                         if not is_near(m, values[m], their_values[m])]
    return problems


def main():
    aeq, library, corpus, digits = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    good = tensors = 0
    for name, recipe in CASES:
        model = digits / "digits.tflite" if name == "digits" else corpus / "models" / f"{name}.tflite"
        with tempfile.TemporaryDirectory() as folder:
            try:
                data, path = samples_of(model, folder)
                quantized = pathlib.Path(folder) / "quantized.tflite"
                needs_data = ["--data", str(path)] if recipe.startswith("static") else []
                subprocess.run([aeq, "quantize", str(model), "--recipe", recipe, "-o", str(quantized), *needs_data],
                               check=True, capture_output=True)
                mine = ours(aeq, library, model, quantized, path)
                problems = differences(mine, theirs(model, quantized, data))
                tensors += sum(map(len, mine.values()))
            except Exception as problem:  # whatever it is, it belongs to this model
                problems = [str(problem)]
        good += not problems
        for problem in problems[:5]:
            print(f"{name}, {recipe}: {problem}")
    print(f"{good} of {len(CASES)} models, {tensors} tensors")
    return 0 if good == len(CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
