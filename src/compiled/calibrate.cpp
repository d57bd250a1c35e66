// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. Data, statistics, and the ranges that activations are seen to take.
#include <aeq/aeq.hpp>

#include <aeq/calibrate/array_names.ipp>
#include <aeq/calibrate/array_stream.ipp>
#include <aeq/calibrate/calibration.ipp>
#include <aeq/calibrate/dataset.ipp>
#include <aeq/calibrate/fake_quant.ipp>
#include <aeq/calibrate/histogram.ipp>
#include <aeq/calibrate/npy.ipp>
#include <aeq/calibrate/npz.ipp>
#include <aeq/calibrate/observations.ipp>
#include <aeq/calibrate/random.ipp>
#include <aeq/calibrate/statistics.ipp>
#include <aeq/calibrate/statistics_json.ipp>

// after those of statistics, whose reader they use
#include <aeq/calibrate/observations_json.ipp>
