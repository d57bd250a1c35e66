# SPDX-License-Identifier: Apache-2.0
"""How many of the held-out digits a model classifies right in LiteRT: count_right.py DIGITS_FOLDER MODEL [FLOAT_MODEL]

With the float model also how many it classifies as that does, and the signal-to-quantization-noise ratio in decibels of
all probabilities: "358 359 45.7".
"""
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

folder = pathlib.Path(sys.argv[1])
labels = np.load(folder / "digits_labels.npy")


def probabilities(path):
    """What the model makes of each image, as floats."""
    images = np.load(folder / "digits_test.npz")["image"]
    interpreter = Interpreter(model_path=path)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]
    result = interpreter.get_output_details()[0]
    if source["dtype"] != np.float32:  # a static recipe makes integers of the model's inputs and outputs too
        scale, zero_point = source["quantization"]
        limits = np.iinfo(source["dtype"])
        images = np.clip(np.rint(images / scale) + zero_point, limits.min, limits.max).astype(source["dtype"])
    scale, zero_point = result["quantization"] if result["dtype"] != np.float32 else (1, 0)
    found = []
    for i in range(len(labels)):
        interpreter.set_tensor(source["index"], images[i : i + 1])
        interpreter.invoke()
        found.append((interpreter.get_tensor(result["index"])[0].astype(np.float64) - zero_point) * scale)
    return np.array(found)


made = probabilities(sys.argv[2])
right = int((made.argmax(1) == labels).sum())
if len(sys.argv) == 3:
    print(right)
else:
    wanted = probabilities(sys.argv[3])
    same = int((made.argmax(1) == wanted.argmax(1)).sum())
    noise = np.square(made - wanted).sum()
    print(right, same, f"{10 * np.log10(np.square(wanted).sum() / noise):.1f}")
