#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the digit classifier of this example and converts it to .tflite.

    python train.py [OUTPUT_FOLDER]

Writes digits.tflite, digits_test.npz, digits_labels.npy and
digits_calibration.npz. The four files are part of the repository, so nobody
has to run this to build, test or use aeq; it is here so that everybody can see
where they come from. README.md names the packages it was run with.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its sums depend on the CPU

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

SEED = 2024
EPOCHS = 40
BATCH = 32
CALIBRATION_SAMPLES = 100


def load():
    """The 1797 images as float32 [n,8,8,1] in 0..1, split 80:20 by class."""
    digits = load_digits()
    images = (digits.images / 16.0).astype(np.float32)[..., np.newaxis]
    return train_test_split(
        images,
        digits.target.astype(np.int64),
        test_size=0.2,
        random_state=SEED,
        stratify=digits.target,
    )


def build():
    """One of each of the ops an embedded image model is usually made of."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="stem"),
            layers.DepthwiseConv2D(3, padding="same", activation="relu", name="depthwise"),
            layers.Conv2D(64, 1, activation="relu", name="pointwise"),
            layers.MaxPooling2D(2, name="max_pool"),
            layers.Conv2D(48, 3, padding="same", activation="relu", name="body"),
            layers.AveragePooling2D(2, name="average_pool"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, seed=SEED, name="dropout"),
            layers.Dense(128, activation="relu", name="hidden"),
            layers.Dense(10, activation="softmax", name="probabilities"),
        ],
        name="digits",
    )


def convert(model):
    """A batch of one and a named signature, as firmware would want it."""

    spec = tf.TensorSpec([1, 8, 8, 1], tf.float32, name="image")
    forward = tf.function(lambda image: model(image, training=False))
    # Frozen by hand: the converter keeps the weights of a Keras 3 model inside
    # a tf.Module as resource variables, and nothing would be left to quantize.
    frozen = convert_variables_to_constants_v2(forward.get_concrete_function(spec))

    class Exported(tf.Module):
        @tf.function(input_signature=[spec])
        def serve(self, image):
            return {"probabilities": frozen(image)[0]}

    module = Exported()
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.serve.get_concrete_function()], module
    )
    return converter.convert()


def accuracy(content, images, labels):
    interpreter = tf.lite.Interpreter(model_content=content)
    run = interpreter.get_signature_runner("serving_default")
    guesses = [run(image=image[np.newaxis])["probabilities"].argmax() for image in images]
    return float(np.mean(np.asarray(guesses) == labels))


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()

    train_images, test_images, train_labels, test_labels = load()
    model = build()
    steps = EPOCHS * -(-len(train_images) // BATCH)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(train_images, train_labels, batch_size=BATCH, epochs=EPOCHS, verbose=2)

    content = convert(model)
    (folder / "digits.tflite").write_bytes(content)
    np.savez_compressed(folder / "digits_test.npz", image=test_images)
    np.save(folder / "digits_labels.npy", test_labels)
    np.savez_compressed(
        folder / "digits_calibration.npz", image=train_images[:CALIBRATION_SAMPLES]
    )
    print(f"parameters {model.count_params()}, digits.tflite {len(content)} bytes")
    print(f"test accuracy {accuracy(content, test_images, test_labels):.4f} on {len(test_labels)}")


if __name__ == "__main__":
    main()
