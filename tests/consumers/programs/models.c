// SPDX-License-Identifier: Apache-2.0
// Writes one of the models that were built in to standard output: its argument is `float` or `int4`.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "digits_float.h"
#include "digits_int4.h"

int main(int count, char** words) {
  if (count != 2 || (uintptr_t)digits_float % 64 != 0 || (uintptr_t)digits_int4 % 16 != 0) return 1;
  if (strcmp(words[1], "float") == 0) return fwrite(digits_float, 1, digits_float_len, stdout) != digits_float_len;
  return fwrite(digits_int4, 1, sizeof digits_int4, stdout) != digits_int4_len;
}
