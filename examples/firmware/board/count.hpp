// SPDX-License-Identifier: Apache-2.0
// Marks what count_instructions.cpp counts.
#pragma once

extern "C" {
[[gnu::noinline, gnu::used]] inline void count_begin() {
  asm volatile("" ::: "memory");
}
[[gnu::noinline, gnu::used]] inline void count_end() {
  asm volatile("" ::: "memory");
}
void rt_puts(const char* text);  ///< to the terminal, through the debugger
}
