// SPDX-License-Identifier: Apache-2.0
// The definitions of the room whose insides some tests look at, and those tests. (The linker takes the library's other
// rooms: of this one it misses nothing.)
#include "../../src/compiled/model.cpp"

#include "model/difference.cpp"
#include "model/dump.cpp"
#include "model/writer.cpp"
