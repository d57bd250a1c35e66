# SPDX-License-Identifier: Apache-2.0
"""How many of the held-out digits a model classifies right in LiteRT: count_right.py DIGITS_FOLDER MODEL"""
import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

folder = pathlib.Path(sys.argv[1])
images = np.load(folder / "digits_test.npz")["image"]
labels = np.load(folder / "digits_labels.npy")
interpreter = Interpreter(model_path=sys.argv[2])
interpreter.allocate_tensors()
source = interpreter.get_input_details()[0]
result = interpreter.get_output_details()[0]
if source["dtype"] != np.float32:  # a static recipe makes integers of the model's inputs and outputs too
    scale, zero_point = source["quantization"]
    limits = np.iinfo(source["dtype"])
    images = np.clip(np.rint(images / scale) + zero_point, limits.min, limits.max).astype(source["dtype"])
right = 0
for i, label in enumerate(labels):
    interpreter.set_tensor(source["index"], images[i : i + 1])
    interpreter.invoke()
    right += int(interpreter.get_tensor(result["index"]).argmax() == label)
print(right)
