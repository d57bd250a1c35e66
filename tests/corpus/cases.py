# SPDX-License-Identifier: Apache-2.0
"""Which recipes are applied to which model, and what is known to be wrong."""

import fnmatch

import models_ops
from recipes import RECIPES

MODELS = dict(models_ops.MODELS)

WEIGHT_OPS = ("op_conv_2d*", "op_depthwise*", "op_transpose_conv*", "op_embedding*",
              "op_fully_connected", "op_batch_matmul*")

PLAN = {
    "op_*": ["dynamic_wi8c", "static_wi8_ai8", "static_wi8_ai16"],
}
for _glob in WEIGHT_OPS:
    PLAN[_glob] = ["dynamic_wi*", "weight_only_*", "static_wi8_ai8", "static_wi8_ai16"]


def recipes_for(name, model):
    if model.read_only:
        return []
    wanted = [glob for pattern, globs in PLAN.items() if fnmatch.fnmatch(name, pattern)
              for glob in globs]
    return [r for r in RECIPES if any(fnmatch.fnmatch(r, glob) for glob in wanted)]


# (model glob, recipe glob, quirk, what to do instead)
DEFECTS = []


def verdict(model, recipe, case):
    for model_glob, recipe_glob, quirk, note in DEFECTS:
        if fnmatch.fnmatch(model, model_glob) and fnmatch.fnmatch(recipe, recipe_glob):
            return {"peer_defect": quirk, "note": note}
    return {}
