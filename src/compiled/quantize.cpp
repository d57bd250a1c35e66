// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. The algorithms and transformations that make the quantized graph.
#include <aeq/aeq.hpp>

#include <aeq/quantize/activations.ipp>
#include <aeq/quantize/algorithm/float_casting.ipp>
#include <aeq/quantize/algorithm/min_max_uniform_quantize.ipp>
#include <aeq/quantize/composite.ipp>
#include <aeq/quantize/constants.ipp>
#include <aeq/quantize/encoder.ipp>
#include <aeq/quantize/instruction.ipp>
#include <aeq/quantize/integers_only.ipp>
#include <aeq/quantize/materialize.ipp>
#include <aeq/quantize/model_view.ipp>
#include <aeq/quantize/parameters.ipp>
#include <aeq/quantize/pipeline.ipp>
#include <aeq/quantize/selection.ipp>
#include <aeq/quantize/sharing.ipp>
#include <aeq/quantize/static_range.ipp>
#include <aeq/quantize/transform.ipp>
#include <aeq/quantize/transform/add_dequantize.ipp>
#include <aeq/quantize/transform/add_quantize.ipp>
#include <aeq/quantize/transform/constant_data.ipp>
#include <aeq/quantize/transform/context.ipp>
#include <aeq/quantize/transform/duplicate.ipp>
#include <aeq/quantize/transform/quantize_tensor.ipp>
#include <aeq/quantize/transform/remove_fake_quant.ipp>
#include <aeq/quantize/weight.ipp>
