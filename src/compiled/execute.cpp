// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. The engines: the interpreter with its ops, and LiteRT.
#include <aeq/aeq.hpp>

#include <aeq/execute/arena.ipp>
#include <aeq/execute/families.ipp>
#include <aeq/execute/graph.ipp>
#include <aeq/execute/interpreter.ipp>
#include <aeq/execute/litert.ipp>
#include <aeq/execute/litert_library.ipp>
#include <aeq/execute/options.ipp>
#include <aeq/execute/signatures.ipp>
#include <aeq/execute/slot.ipp>
