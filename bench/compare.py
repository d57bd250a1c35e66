#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times `aeq quantize` and the Python tool on the same models, in turn, in one run.

    bench/compare.py AEQ FOLDER [--runs N] [--recipe NAME] [--bandwidth PROGRAM] MODEL...

FOLDER gets the outputs. Each MODEL is a file that bench/make_models.py wrote. The Python tool is the package
ai-edge-quantizer of the python that runs this script. Whole processes are timed, from start to exit: wall clock, and the
largest resident set that the system accounts. The first run of each is not counted. Where a bandwidth program is given
(bench/bandwidth.cpp) the share of it is what the model's bytes, read once, and the output's, written once, come to.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

PEER = """
import sys
from ai_edge_quantizer import quantizer, recipe
model, name, output = sys.argv[1:]
q = quantizer.Quantizer(model, getattr(recipe, name)())
open(output, "wb").write(q.quantize(enable_progress_report=False).quantized_model)
"""


def run(command):
    """Seconds and peak resident MiB of a process; fails if it does."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed with {process.returncode}: {' '.join(map(str, command))}")
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("aeq")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--recipe", default="dynamic_wi8_afp32")
    parser.add_argument("--bandwidth")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    bandwidth = None
    if arguments.bandwidth:
        bandwidth = float(subprocess.run([arguments.bandwidth], capture_output=True, text=True, check=True).stdout)
        print(f"memory read, all processors: {bandwidth / 1e9:.1f} GB/s")
    print(f"recipe {arguments.recipe}, median of {arguments.runs} runs in turn; seconds, MiB")
    print(f"{'model':<16}{'bytes':>15}{'aeq':>9}{'peer':>9}{'ratio':>8}{'aeq RSS':>9}{'peer RSS':>10}{'of RSS':>8}  share of bandwidth")
    for model in arguments.models:
        ours, theirs = arguments.folder / "ours.tflite", arguments.folder / "theirs.tflite"
        commands = (
            [arguments.aeq, "quantize", model, "--recipe", arguments.recipe, "-o", ours, "--overwrite"],
            [sys.executable, "-c", PEER, model, arguments.recipe, theirs],
        )
        counted = ([], [])
        for i in range(arguments.runs + 1):
            for command, results, output in zip(commands, counted, (ours, theirs)):
                output.unlink(missing_ok=True)
                result = run([str(word) for word in command])
                if i:
                    results.append(result)
        seconds = [statistics.median(r[0] for r in results) for results in counted]
        memory = [statistics.median(r[1] for r in results) for results in counted]
        equal = subprocess.run([arguments.aeq, "diff", ours, theirs], stdout=subprocess.DEVNULL).returncode == 0
        share = ""
        if bandwidth:
            moved = model.stat().st_size + ours.stat().st_size
            share = f"{moved / seconds[0] / bandwidth:.0%}"
        print(
            f"{model.stem:<16}{model.stat().st_size:>15,}{seconds[0]:>9.3f}{seconds[1]:>9.3f}{seconds[1] / seconds[0]:>7.1f}x"
            f"{memory[0]:>9.1f}{memory[1]:>10.1f}{memory[0] / memory[1]:>8.1%}  {share}{'' if equal else '  OUTPUTS DIFFER'}"
        )


if __name__ == "__main__":
    main()
