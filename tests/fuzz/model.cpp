// SPDX-License-Identifier: Apache-2.0
// Any bytes as a model: either a clear error, or a model that survives being written and read again unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>

#include <aeq/io/error.hpp>
#include <aeq/model/dump.hpp>
#include <aeq/model/reader.hpp>
#include <aeq/model/writer.hpp>

namespace {

/// The description without the part that tells of the file's layout.
std::string meaning(const aeq::model::model& m) {
  boost::json::object all = aeq::model::describe(m);
  all.erase("layout");
  return boost::json::serialize(all);
}

aeq::model::model read(std::vector<std::uint8_t> bytes, aeq::warnings& notes) {
  return aeq::model::read(aeq::io::input_file::from_memory(std::move(bytes), "fuzz.tflite"), notes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    aeq::warnings notes;
    const aeq::model::model first = read({data, data + size}, notes);
    const bool something_is_newer = !notes.empty();  // than the schema: left out, as the warning says
    const aeq::model::model second = read(aeq::model::to_bytes(first, 1), notes);
    if (meaning(first) != meaning(second) && !something_is_newer) {
      std::fputs("the model changed on its way through the writer\n", stderr);
      std::abort();
    }
  } catch (const aeq::error& e) {
    if (std::string(e.what()).empty()) std::abort();
  }
  return 0;
}
