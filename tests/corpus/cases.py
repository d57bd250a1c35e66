# SPDX-License-Identifier: Apache-2.0
"""Which recipes are applied to which model, and what is known to be wrong."""

import fnmatch

import models_files
import models_graphs
import models_ops
import models_trained
from recipes import RECIPES

MODELS = models_ops.MODELS | models_graphs.MODELS | models_files.MODELS | models_trained.MODELS

WEIGHT_OPS = ("op_conv_2d*", "op_depthwise*", "op_transpose_conv*", "op_embedding*",
              "op_fully_connected", "op_batch_matmul*")

BASIC = ["dynamic_wi8c", "dynamic_wi4c", "dynamic_wi4b32", "weight_only_wi8c_sym",
         "weight_only_wi4c_asym", "weight_only_fp16"]
STATIC = ["static_wi8_ai8", "static_wi8_ai16"]
WEIGHTS = ["dynamic_wi*", "weight_only_*"]
SHARING = ["fc_a_weight_only8_fc_b_weight_only4", "fc_a_weight_only8_fc_b_dynamic8",
           "fc_a_dynamic8_fc_b_dynamic4b32", "fc_a_fp16_fc_b_dynamic8", "fc_a_dynamic8",
           "fc_b_dynamic8", "mixed_by_regex"]
SELECTION = ["no_quantize*", "mixed_*", "later_star_wipes_group", "same_*", "unsupported_*",
             "min_weight_elements_*", "fc_*", "legacy_*", "only_required_keys", "bad_*",
             "skip_checks_*", "conv_fp16_fc_dynamic4"]

# Recipes by model; every pattern that matches adds its recipes.
PLAN = {
    "op_*": ["dynamic_wi8c", *STATIC],
    "op_conv_2d*": WEIGHTS, "op_depthwise*": WEIGHTS, "op_transpose_conv*": WEIGHTS,
    "op_embedding*": WEIGHTS, "op_fully_connected": WEIGHTS, "op_batch_matmul*": WEIGHTS,
    "op_stablehlo_composite": BASIC, "composite_*": [*BASIC, STATIC[0]],
    "fc_chain": [*WEIGHTS, *SELECTION, *STATIC, "static_wi8_ai8_float_io"],
    "fc_wide": WEIGHTS, "fc_odd_sizes": WEIGHTS, "fc_special_rows": WEIGHTS,
    "fc_rounding": WEIGHTS,
    "cnn": [*BASIC, "dynamic_wi2c", "dynamic_wi4b64", "weight_only_wi8t_sym", *STATIC, "static_wi8_ai8_float_io", "conv_fp16_fc_dynamic4",
            "min_weight_elements_*", "bad_blockwise_conv", "skip_checks_conv_b32",
            "no_quantize_fc", "static_fc_only"],
    "attention": [*BASIC, "dynamic_wi2c", "dynamic_wi2b32", "dynamic_wi8t", *STATIC, "static_wi8_ai8_float_io", "same_op_replaced_in_place",
                  "unsupported_falls_back", "static_fc_only"],
    "shared_*": [*SHARING, "conv_fp16_fc_dynamic4"], "tied_embedding": SHARING,
    "equal_weights": SHARING, "weight_*": SHARING, "unused_in_shared_buffer": ["fc_a_dynamic8"],
    "names_*": ["mixed_by_regex", "fc_b_dynamic8"], "while_body": ["static_wi8_ai8"],
    "requantize_chain": ["static_wi8_ai8_float_io"], "output_consumed": ["static_fc_only"],
    "operator_codes": ["mixed_by_regex"],
}
NEITHER = "op_*"  # models with their own list; all others get BASIC and one static recipe
ONE_STATIC = ["static_wi8_ai8"]


def recipes_for(name, model):
    if model.read_only:
        return []
    wanted = [glob for pattern, globs in PLAN.items() if fnmatch.fnmatch(name, pattern)
              for glob in globs]
    if not fnmatch.fnmatch(name, NEITHER) and not name.startswith("composite_"):
        wanted += BASIC + ONE_STATIC
    return [r for r in RECIPES if any(fnmatch.fnmatch(r, glob) for glob in wanted)]


# (model glob, recipe glob, text of the error or None, quirk, what to do instead); the first match
# counts. Quirk None: only a remark, the peer's result is to be matched.
DEFECTS = [
    ("*", "*", 'can only concatenate str (not "bytes")', "Q12",
     "do it; names <name>_duplicated_<id>_dequant and <name>_duplicated_<id>_scales"),
    ("unused_in_shared_buffer", "*", "KeyError: 'unused'", "Q14",
     "leave the unused tensor alone; the weight gets a buffer of its own"),
    ("same_names_*", "*", "is not unique", "Q15", "accept; tensors are told apart by index"),
    ("names_missing", "*", "has no attribute 'decode'", "new",
     "a missing name is like an empty one"),
    ("*", "*", "is not divisible by block size", "Q31",
     "a clear error that names op, tensor and block size"),
    ("fc_dynamic_bias", "static*", "'ndim'", "Q31", "a clear error or leave the op float"),
    ("scalar_activation", "static*", None, "Q16", "an absent shape is []"),
    ("op_maximum_const", "static*", "Ranks of scales", "N13",
     "tensorwise parameters apply to a constant of any rank"),
    ("fc_nan_inf", "*", None, "N12", "an error that names the tensor"),
    ("fc_special_rows", "dynamic_wi?b32", None, "N7",
     "zero blocks as the peer; scales of tiny and huge blocks clamped to [2^-24, 65280]"),
    ("composite_decomposition_first", "*", None, "Q22",
     "find skipped decompositions first: body_fc stays float"),
    ("while_body", "static*", None, "Q7", "bodies' inputs and outputs stay float, or refuse"),
    ("if_branches", "static*", None, "Q7", "bodies' inputs and outputs stay float, or refuse"),
    ("split_unused_output", "static*", None, "Q6", "retype the unused output as well"),
    ("unused_things", "static*", None, "Q6", "retype the unused output as well"),
    ("dynamic_batch", "static*", None, "Q13", "inserted tensors keep shape_signature"),
    ("output_consumed", "static*", None, "Q1", "only the -1 consumer redirects graph outputs; Q2 too"),
    ("requantize_chain", "static_wi8_ai8", None, "Q1",
     "only the -1 consumer redirects graph outputs; Q2 too"),
    ("deprecated_codes", "*", None, "Q8",
     "the builtin is the larger of both fields; for static recipes use the twin's statistics"),
    ("blockwise_weight", "*", "cannot reshape", "new",
     "a weight with blockwise details is quantized already: only fc_b changes"),
    ("quantized_weight_int4", "weight_only_fp16", None, "new",
     "float_casting leaves weights alone that are quantized already"),
    ("quantized_weight_int8", "weight_only_fp16", None, "new",
     "float_casting leaves weights alone that are quantized already"),
    ("quantized_model_int8", "weight_only_fp16", None, "new",
     "float_casting leaves weights alone that are quantized already"),
    ("quantized_model_int8", "static*", None, None, "as the peer"),
    ("sparse_weight", "*", "cannot reshape", "new", "a clear error, or leave the op float"),
    ("sparse_full_weight", "*", None, "new",
     "sparsity is kept by the peer: drop it, or leave the op float"),
    ("*", "static*", "RuntimeError: tflite/kernels", "new",
     "with statistics at hand no interpreter is needed: quantize"),
    ("*", "static*", "unresolved custom op", "new",
     "with statistics at hand no interpreter is needed: quantize"),
    ("fc_const_input", "weight_only_fp16", "both quantized and unquantized", "new",
     "leave fc_b's constant float, or duplicate it for the weight"),
    ("fc_const_input", "dynamic*", None, None,
     "match: constant inputs get the weight's config, although LiteRT refuses the result"),
    ("buffer_zero_filled", "*", None, "new", "ignore buffer 0's data, as LiteRT does"),
    ("buffer_zero_is_weight", "*", None, "new",
     "LiteRT takes buffer 0 for no data, so the weight is not constant: leave the op alone"),
    ("op_batch_matmul_*const*", "static*", None, None,
     "match, but LiteRT reads one scale: with several its result is 0"),
    ("op_batch_matmul_adj_x", "static*", None, None,
     "match, but LiteRT reads one scale: with several its result is 0"),
    ("attention", "static_wi8_ai*", None, None,
     "match, but LiteRT reads one scale: with several its result is 0"),
    ("op_depthwise_conv_2d*", "dynamic_wi8t", None, None,
     "match, but LiteRT's hybrid kernel expects a scale per channel"),
    ("op_batch_matmul_const_left*", "dynamic*", None, None,
     "match, but LiteRT refuses an int8 left operand"),
    ("shared_weight_buffer_shapes", "*", None, "Q18",
     "parameters are made per tensor: fc_b gets 16 scales"),
    ("shared_conv_depthwise_tensor", "*", None, "Q18",
     "parameters are made per operator: the depthwise axis is 3"),
    ("fc_chain", "bad_granularity_star", None, "Q24", "reject when loading"),
    ("fc_chain", "bad_regex", None, "Q24", "reject when loading"),
    ("fc_chain", "bad_compute_precision", None, "Q24", "reject when loading"),
]
# Here the peer's calibration reads tensors that a delegate never wrote.
UNSTABLE = ("sparse_densify", "float16_weight", "dequantized_weight")
TWINS = {"deprecated_codes": "twin_builtin_codes"}


def verdict(model, recipe, case):
    error = case.get("error")
    text = error and f"{error['class']}: {error['message']}"
    result = {}
    for model_glob, recipe_glob, part, quirk, note in DEFECTS:
        if not fnmatch.fnmatch(model, model_glob) or not fnmatch.fnmatch(recipe, recipe_glob):
            continue
        if part is None or (text and part in text):
            result = {"note": note} if quirk is None else {"peer_defect": quirk, "note": note}
            break
    if result and model in TWINS:
        result["instead"] = f"expected/{TWINS[model]}/{recipe}.json.gz"
    return result


NOT_DIVISIBLE = ("fc_not_divisible", "fc_chain", "op_embedding_lookup", "op_embedding_lookup_3d")


def worth_keeping(model, recipe, case):
    """Leaves out what says nothing new."""
    if "not divisible" in str(case.get("error")):
        return model in NOT_DIVISIBLE
    if model.startswith("op_") and case["kind"] == "weights" and case["expected"]:
        return not case["expected"].startswith("dumps/") or recipe == "dynamic_wi8c"
    return True
