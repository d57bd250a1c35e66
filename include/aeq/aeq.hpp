// SPDX-License-Identifier: Apache-2.0
// Everything: the freestanding part, and on a host the quantizer. The same include line serves both.
#pragma once

#include <aeq/kernels.hpp>

#if !AEQ_FREESTANDING
#include <aeq/calibrate/calibration.hpp>
#include <aeq/calibrate/dataset.hpp>
#include <aeq/calibrate/observations_json.hpp>
#include <aeq/deploy/c_array.hpp>
#include <aeq/execute/interpreter.hpp>
#include <aeq/execute/litert.hpp>
#include <aeq/io/console.hpp>
#include <aeq/model/difference.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/summary.hpp>
#include <aeq/model/writer.hpp>
#include <aeq/quantize/pipeline.hpp>
#include <aeq/quantizer.hpp>
#include <aeq/recipe/builtin.hpp>
#include <aeq/recipe/json.hpp>
#include <aeq/recipe/policy_json.hpp>
#include <aeq/recipe/save.hpp>
#include <aeq/recipe/typed.hpp>
#include <aeq/validate/comparison.hpp>
#include <aeq/validate/labels.hpp>
#include <aeq/validate/layers.hpp>
#include <aeq/validate/report/html.hpp>
#include <aeq/validate/report/json.hpp>
#include <aeq/validate/report/model_explorer.hpp>
#include <aeq/validate/report/text.hpp>
#include <aeq/validate/sizes.hpp>
#include <aeq/validate/thresholds.hpp>
#endif

#if !AEQ_FREESTANDING && defined(AEQ_IMPLEMENTATION) && !AEQ_LINKS_BOOST_JSON
#include <boost/json/src.hpp>
#endif
