// SPDX-License-Identifier: Apache-2.0
// A part of aeq::compiled. Files, folders, text formats: what the other rooms read and write with.
#include <aeq/aeq.hpp>

#include <aeq/io/atomic_file.ipp>
#include <aeq/io/columns.ipp>
#include <aeq/io/console.ipp>
#include <aeq/io/file.ipp>
#include <aeq/io/flexbuffer.ipp>
#include <aeq/io/folder.ipp>
#include <aeq/io/gzip.ipp>
#include <aeq/io/number.ipp>
#include <aeq/io/python_json.ipp>
#include <aeq/io/sha256.ipp>
