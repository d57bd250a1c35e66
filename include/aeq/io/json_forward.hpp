// SPDX-License-Identifier: Apache-2.0
// Names of Boost.JSON, for declarations that only pass its values. Who makes or looks at a value includes Boost.JSON.
#pragma once

namespace boost::json {

class array;
class object;
class value;

}  // namespace boost::json
