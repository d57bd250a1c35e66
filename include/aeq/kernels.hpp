// SPDX-License-Identifier: Apache-2.0
// The freestanding umbrella: number formats, schemes, the op catalogue, kernels and the kernel table. No heap, no
// exceptions, no RTTI, no iostreams, no static constructors.
#pragma once

#include <aeq/config.hpp>
#include <aeq/core/constexpr_math.hpp>
#include <aeq/core/half.hpp>
#include <aeq/core/status.hpp>
#include <aeq/core/text.hpp>
#include <aeq/core/type_list.hpp>
#include <aeq/kernel/activation.hpp>
#include <aeq/kernel/batch_matmul.hpp>
#include <aeq/kernel/bias.hpp>
#include <aeq/kernel/conv_2d.hpp>
#include <aeq/kernel/copy.hpp>
#include <aeq/kernel/elementwise.hpp>
#include <aeq/kernel/embedding_lookup.hpp>
#include <aeq/kernel/fully_connected.hpp>
#include <aeq/kernel/kernel.hpp>
#include <aeq/kernel/operand.hpp>
#include <aeq/kernel/options.hpp>
#include <aeq/kernel/pool_2d.hpp>
#include <aeq/kernel/quantize.hpp>
#include <aeq/kernel/softmax.hpp>
#include <aeq/kernel/transpose_conv.hpp>
#include <aeq/kernel/window.hpp>
#include <aeq/kernel/work_sharing.hpp>
#include <aeq/op/catalogue.hpp>
#include <aeq/op/concepts.hpp>
#include <aeq/op/requirements.hpp>
#include <aeq/scheme/accumulator.hpp>
#include <aeq/scheme/builtin.hpp>
#include <aeq/scheme/concepts.hpp>
#include <aeq/scheme/fit.hpp>
#include <aeq/scheme/fit_concepts.hpp>
#include <aeq/scheme/packing.hpp>
#include <aeq/scheme/requirements.hpp>
#include <aeq/scheme/scheme.hpp>
#include <aeq/table/handler.hpp>
#include <aeq/table/kernel_table.hpp>
#include <aeq/table/requirements.hpp>
#include <aeq/version.hpp>
