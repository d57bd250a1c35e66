// SPDX-License-Identifier: Apache-2.0
// What the headers declare under AEQ_SEPARATE_COMPILATION, defined in one source file, for builds of one's own. CMake's
// and Meson's aeq::compiled is made of src/compiled/*.cpp, which build side by side and define the same.
#define AEQ_IMPLEMENTATION
#include <aeq/aeq.hpp>
