#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times `aeq calibrate` and the Python tool's calibration on the same models and data, in turn, in one run.

    bench/compare_calibration.py AEQ FOLDER [--runs N] [--samples N] [--recipe NAME] [--ours-only] MODEL...

FOLDER gets the data (random, the same for every run) and the statistics. The Python tool is the package
ai-edge-quantizer of the python that runs this script, in its default mode and in its fastest one. Whole processes are
timed, from start to exit: wall clock, processor time of all threads (which says more where the machine has other work
too), and the largest resident set that the system accounts. The first run of each is not counted; of the others the
least is printed.
"""
import argparse
import multiprocessing
import os
import pathlib
import subprocess
import sys
import time

PEER = """
import sys
import numpy as np
from ai_edge_quantizer import calibrator, quantizer, recipe
model, name, data, mode = sys.argv[1:]
arrays = dict(np.load(data))
samples = [{key: arrays[key][i] for key in arrays} for i in range(len(next(iter(arrays.values()))))]
q = quantizer.Quantizer(model, getattr(recipe, name)())
ranges = q.calibrate({"serving_default": samples}, mode=getattr(calibrator.CalibrationMode, mode))
if not ranges:  # as with samples from a generator, which are gone before they are run
    sys.exit("the Python tool has calibrated nothing")
"""
MODES = ("CALIBRATION_PRESERVE_ALL_TENSORS", "CALIBRATION_PROFILER_BASED")


def run(command):
    """Seconds, processor seconds and peak resident MiB of a process; fails if it does."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed with {process.returncode}: {' '.join(map(str, command))}\n{words.decode()[-2000:]}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_data(model, samples, path):
    """Random inputs: images in [0, 1), numbers of words below 1000."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    generator = np.random.default_rng(1)
    runner = Interpreter(str(model)).get_signature_runner("serving_default")
    arrays = {}
    for name, detail in runner.get_input_details().items():
        shape = (samples, *detail["shape"])
        if detail["dtype"] == np.float32:
            arrays[name] = generator.random(shape, np.float32)
        else:
            arrays[name] = generator.integers(0, 1000, shape).astype(detail["dtype"])
    np.savez(path, **arrays)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aeq")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--recipe", default="static_wi8_ai8")
    parser.add_argument("--ours-only", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    print(f"{arguments.samples} samples, recipe {arguments.recipe}, the least of {arguments.runs} runs in turn;"
          " seconds, processor seconds, MiB")
    print(f"{'model':<14}{'aeq':>24}{'default mode':>24}{'fastest mode':>24}   speed        processor    memory")
    for model in arguments.models:
        data = arguments.folder / f"{model.stem}_{arguments.samples}.npz"
        if not data.exists():
            # Apart: the system counts what this process holds as the least that a process started by it has held.
            writer = multiprocessing.Process(target=write_data, args=(model, arguments.samples, data))
            writer.start()
            writer.join()
            if writer.exitcode:
                sys.exit(f"no data for {model}")
        output = arguments.folder / "statistics.json"
        commands = [
            [arguments.aeq, "calibrate", model, "--recipe", arguments.recipe, "--data", data, "-o", output, "--overwrite"]
        ]
        if not arguments.ours_only:
            commands += [[sys.executable, "-c", PEER, model, arguments.recipe, data, mode] for mode in MODES]
        counted = [[] for _ in commands]
        for i in range(arguments.runs + 1):
            for command, results in zip(commands, counted):
                result = run([str(word) for word in command])
                if i:
                    results.append(result)
        least = [[min(figures) for figures in zip(*results)] for results in counted]
        line = f"{model.stem:<14}"
        line += "".join(f"{seconds:>9.3f}{work:>9.3f}{memory:>6.0f}" for seconds, work, memory in least)
        if len(least) > 1:
            seconds, work, memory = zip(*least)
            line += f"   {seconds[1] / seconds[0]:.1f}x, {seconds[2] / seconds[0]:.1f}x"
            line += f"   {work[1] / work[0]:.1f}x, {work[2] / work[0]:.1f}x"
            line += f"   {memory[0] / memory[1]:.0%}, {memory[0] / memory[2]:.0%}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
