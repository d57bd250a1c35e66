# SPDX-License-Identifier: Apache-2.0
"""Prints the table of golden_metrics.hpp: what the Python tool's metrics give for values that follow from a formula.

usage: make_golden_metrics.py      (with ai-edge-quantizer 0.10 and NumPy)
"""
import numpy as np
from ai_edge_quantizer.utils import validation_utils as v

NAMES = [v.ValidationErrorMetric.MSE, v.ValidationErrorMetric.MEDIAN_DIFF_RATIO,
         v.ValidationErrorMetric.COSINE_SIMILARITY, v.ValidationErrorMetric.KL_DIVERGENCE, v.ValidationErrorMetric.SNR]
SIZES = [1, 2, 7, 8, 9, 100, 127, 128, 129, 136, 300, 1000, 4099, 100003]


def values(count):
    """(target, reference): float32, exact whoever computes them."""
    i = np.arange(count, dtype=np.int64)
    reference = ((i * 7919 + 13) % 1009 - 404).astype(np.float32) / np.float32(256)
    noise = ((i * 104729 + 7) % 257 - 128).astype(np.float32) / np.float32(8192)
    return (reference + noise).astype(np.float32), reference


for size in SIZES:
    target, reference = values(size)
    numbers = [float(v.get_validation_func(n)(target, reference)).hex() for n in NAMES]
    print("    {" + str(size) + ", {{" + ", ".join(numbers) + "}}},")
