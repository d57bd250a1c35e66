# SPDX-License-Identifier: Apache-2.0
"""Our own recipes."""


def fmt(bits, granularity="CHANNELWISE", symmetric=True, dtype="INT"):
    return {"num_bits": bits, "symmetric": symmetric, "granularity": granularity, "dtype": dtype}


def rule(weights=None, regex=".*", operation="*", algorithm="min_max_uniform_quantize",
         activations=None, compute="INTEGER", explicit=False, **more):
    result = {"regex": regex, "operation": operation, "algorithm_key": algorithm}
    if weights is not None:
        config = {"weight_tensor_config": weights, "compute_precision": compute,
                  "explicit_dequantize": explicit, "skip_checks": False,
                  "min_weight_elements": 0}
        if activations is not None:
            config = {"activation_tensor_config": activations, **config}
        config.update(more)
        result["op_config"] = config
    return result


def dynamic(bits, granularity="CHANNELWISE", **more):
    return rule(fmt(bits, granularity), **more)


def weight_only(bits, granularity="CHANNELWISE", symmetric=True, **more):
    return rule(fmt(bits, granularity, symmetric), compute="FLOAT", explicit=True, **more)


def fp16(**more):
    return rule(fmt(16, "TENSORWISE", True, "FLOAT"), algorithm="float_casting", compute="FLOAT",
                explicit=True, **more)


def static(bits=8, weights=8, symmetric=None, **more):
    if symmetric is None:
        symmetric = bits == 16
    return rule(fmt(weights), activations=fmt(bits, "TENSORWISE", symmetric), **more)


def none(regex=".*", operation="*"):
    return rule(regex=regex, operation=operation, algorithm="no_quantize")


FC, EMB, CONV = "FULLY_CONNECTED", "EMBEDDING_LOOKUP", "CONV_2D"
RECIPES = {}

for _bits in (8, 4, 2):
    RECIPES[f"dynamic_wi{_bits}c"] = [dynamic(_bits)]
    RECIPES[f"dynamic_wi{_bits}t"] = [dynamic(_bits, "TENSORWISE")]
for _block in (32, 64, 128, 256):
    RECIPES[f"dynamic_wi4b{_block}"] = [dynamic(4, f"BLOCKWISE_{_block}")]
    RECIPES[f"dynamic_wi2b{_block}"] = [dynamic(2, f"BLOCKWISE_{_block}", operation=FC)]
RECIPES["dynamic_wi8b32"] = [dynamic(8, "BLOCKWISE_32")]
for _bits in (8, 4):
    for _name, _symmetric in (("sym", True), ("asym", False)):
        RECIPES[f"weight_only_wi{_bits}c_{_name}"] = [weight_only(_bits, symmetric=_symmetric)]
        RECIPES[f"weight_only_wi{_bits}t_{_name}"] = [
            weight_only(_bits, "TENSORWISE", _symmetric)]
RECIPES |= {
    "weight_only_fp16": [fp16()],
    "static_wi8_ai8": [static(8)],
    "static_wi8_ai16": [static(16)],
    "static_wi8_ai8_float_io": [static(8), none(operation="INPUT"), none(operation="OUTPUT")],
    "static_fc_only": [static(8, operation=FC)],
    # Selection.
    "no_quantize": [none()],
    "no_quantize_fc": [dynamic(8), none(operation=FC)],
    "mixed_by_regex": [dynamic(8), dynamic(4, regex="fc_b", operation=FC),
                       fp16(regex="fc_c", operation=FC)],
    "mixed_anchored": [dynamic(8, regex="^fc_a;$"), dynamic(4, regex="fc_b$"),
                       dynamic(2, regex="^fc_c", operation=FC)],
    "mixed_perl_regex": [dynamic(8, regex=r"fc_(?=b)"), dynamic(4, regex=r"\bfc_[^ab]\b"),
                         dynamic(2, regex=r"(?P<x>FC_A)|(?i:FC_A)")],
    "later_star_wipes_group": [dynamic(4, operation=FC), dynamic(8)],
    "same_regex_keeps_position": [dynamic(8, operation=FC), none("fc_b", FC),
                                  dynamic(4, operation=FC)],
    "same_op_replaced_in_place": [dynamic(8, operation=FC), weight_only(4, operation=EMB),
                                  dynamic(4, operation=FC)],
    "unsupported_falls_back": [dynamic(8), dynamic(4, "BLOCKWISE_32", regex="")],
    "unsupported_star_only": [rule(fmt(8, symmetric=False))],
    "conv_fp16_fc_dynamic4": [fp16(operation=CONV), fp16(operation="DEPTHWISE_CONV_2D"),
                              dynamic(4, operation=FC)],
    "fc_dynamic8_fc_a_weight_only4": [dynamic(8), weight_only(4, regex="fc_a", operation=FC)],
    "fc_a_weight_only8_fc_b_weight_only4": [weight_only(8, regex="fc_a", operation=FC),
                                            weight_only(4, regex="fc_b", operation=FC)],
    "fc_a_weight_only8_fc_b_dynamic8": [weight_only(8, regex="fc_a", operation=FC),
                                        dynamic(8, regex="fc_b", operation=FC)],
    "fc_a_dynamic8_fc_b_dynamic4b32": [dynamic(8, regex="fc_a", operation=FC),
                                       dynamic(4, "BLOCKWISE_32", regex="fc_b", operation=FC)],
    "fc_a_fp16_fc_b_dynamic8": [fp16(regex="fc_a", operation=FC),
                                dynamic(8, regex="fc_b", operation=FC)],
    "fc_a_dynamic8": [dynamic(8, regex="fc_a", operation=FC)],
    "fc_b_dynamic8": [dynamic(8, regex="fc_b", operation=FC)],
    "min_weight_elements_500": [dynamic(8, min_weight_elements=500)],
    "min_weight_elements_mixed": [dynamic(4, min_weight_elements=100),
                                  weight_only(8, regex="fc_b", operation=FC,
                                              min_weight_elements=1000000)],
    # Checks switched off.
    "skip_checks_wi3": [dynamic(3, skip_checks=True)],
    "skip_checks_wi6t": [dynamic(6, "TENSORWISE", skip_checks=True)],
    "skip_checks_wi8b32": [dynamic(8, "BLOCKWISE_32", operation=FC, skip_checks=True)],
    "skip_checks_wi8_asym": [rule(fmt(8, symmetric=False), operation=FC, skip_checks=True)],
    "skip_checks_wi16": [dynamic(16, operation=FC, skip_checks=True)],
    "skip_checks_conv_b32": [dynamic(4, "BLOCKWISE_32", operation=CONV, skip_checks=True)],
    "skip_checks_wo2": [weight_only(2, operation=FC, skip_checks=True)],
    # Spelling.
    "legacy_block_size": [{
        "regex": ".*", "operation": FC, "algorithm_key": "min_max_uniform_quantize",
        "op_config": {"weight_tensor_config": {"num_bits": 4, "block_size": 32},
                      "compute_precision": "INTEGER"}}],
    "legacy_block_size_0": [{
        "regex": ".*", "operation": FC, "algorithm_key": "min_max_uniform_quantize",
        "op_config": {"weight_tensor_config": {"num_bits": 8, "granularity": "CHANNELWISE",
                                               "block_size": 0},
                      "compute_precision": "INTEGER"}}],
    "only_required_keys": [{
        "regex": ".*", "operation": FC, "algorithm_key": "min_max_uniform_quantize",
        "comment": "unknown keys of a rule are allowed",
        "op_config": {"weight_tensor_config": {"num_bits": 8}, "compute_precision": "INTEGER"}}],
    # Refused.
    "bad_empty": [],
    "bad_algorithm": [dynamic(8, algorithm="min_max")],
    "bad_operation": [dynamic(8, operation="CONV")],
    "bad_regex": [dynamic(8, regex="fc_(")],
    "bad_num_bits_op": [dynamic(3, operation=FC)],
    "bad_float_explicit_false": [rule(fmt(8), compute="FLOAT", skip_checks=True)],
    "bad_compute_precision": [rule(fmt(8), compute="INT")],
    "bad_extra_key": [dynamic(8, execution_mode="DRQ")],
    "bad_block_size": [{
        "regex": ".*", "operation": FC, "algorithm_key": "min_max_uniform_quantize",
        "op_config": {"weight_tensor_config": {"num_bits": 4, "block_size": 48},
                      "compute_precision": "INTEGER"}}],
    "bad_blockwise_conv": [dynamic(4, "BLOCKWISE_32", operation=CONV)],
    "bad_missing_num_bits": [{
        "regex": ".*", "operation": FC, "algorithm_key": "min_max_uniform_quantize",
        "op_config": {"weight_tensor_config": {"symmetric": True}}}],
    "bad_granularity_star": [dynamic(8, "CHANNEL")],
    "bad_granularity_op": [dynamic(8, "CHANNEL", operation=FC)],
}
