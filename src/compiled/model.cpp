// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. .tflite models: reading, checking, writing, comparing, showing.
#include <aeq/aeq.hpp>

#include <aeq/model/consistency.ipp>
#include <aeq/model/difference.ipp>
#include <aeq/model/dump.ipp>
#include <aeq/model/editor.ipp>
#include <aeq/model/model.ipp>
#include <aeq/model/reader.ipp>
#include <aeq/model/summary.ipp>
#include <aeq/model/verifier.ipp>
#include <aeq/model/writer.ipp>
