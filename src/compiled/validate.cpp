// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. Two models beside each other, and reports of it.
#include <aeq/aeq.hpp>

#include <aeq/validate/comparison.ipp>
#include <aeq/validate/labels.ipp>
#include <aeq/validate/layers.ipp>
#include <aeq/validate/metrics.ipp>
#include <aeq/validate/report/html.ipp>
#include <aeq/validate/report/json.ipp>
#include <aeq/validate/report/model_explorer.ipp>
#include <aeq/validate/report/text.ipp>
#include <aeq/validate/sizes.ipp>
#include <aeq/validate/thresholds.ipp>
#include <aeq/validate/values.ipp>
