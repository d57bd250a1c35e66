// SPDX-License-Identifier: Apache-2.0
// Any bytes as a model: either a clear error, or a model that can be shown, and that survives being written and read
// again unchanged.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>

#include <aeq/model/dump.hpp>
#include <aeq/model/summary.hpp>
#include <aeq/model/writer.hpp>

#include "findings.hpp"

namespace {

/// The description without the part that tells of the file's layout.
std::string meaning(const aeq::model::model& m) {
  boost::json::object all = aeq::model::describe(m);
  all.erase("layout");
  return boost::json::serialize(all);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aeq_fuzz::finding;
  aeq_fuzz::attempt({aeq::error_code::bad_input}, [&] {
    aeq::warnings notes;
    const aeq::model::model first = aeq_fuzz::read({data, data + size}, notes);
    aeq_fuzz::check_warnings(notes);
    const bool something_is_newer = !notes.empty();  // than the schema: left out, as the warning says
    if (aeq::model::summary_text(first).empty()) finding("nothing to show of a model");
    const std::string said = meaning(first);
    const std::vector<std::uint8_t> written = aeq::model::to_bytes(first, 1);
    const aeq::model::model second = aeq_fuzz::read(written, notes);
    if (said != meaning(second) && !something_is_newer) finding("the model changed on its way through the writer");
    if (aeq::model::to_bytes(second, 1) != written) finding("what was written once is written otherwise now");
  });
  return 0;
}
