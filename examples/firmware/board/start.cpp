// SPDX-License-Identifier: Apache-2.0
// Minimal Cortex-M runtime for QEMU: vector table, memory init, FPU/MVE on, semihosting exit.
// Own code, no vendor headers. Works for Armv6-M .. Armv8.1-M; C++20; no libc needed.
#include <cstddef>
#include <cstdint>

extern "C" {
extern std::uint32_t ld_data_load[], ld_data_begin[], ld_data_end[];
extern std::uint32_t ld_bss_begin[], ld_bss_end[], ld_stack_top[], ld_stack_limit[];
using init_fn = void (*)();
extern init_fn ld_init_begin[], ld_init_end[];
int main();
[[noreturn]] void rt_reset();
[[noreturn]] void rt_fault();
}

// Semihosting trap: operation in r0, argument in r1, result in r0.
static inline std::uintptr_t semihost(std::uintptr_t op, std::uintptr_t arg) {
  register std::uintptr_t r0 asm("r0") = op;
  register std::uintptr_t r1 asm("r1") = arg;
  asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

extern "C" void rt_puts(const char* s) {
  semihost(0x04, reinterpret_cast<std::uintptr_t>(s));
}  // SYS_WRITE0

extern "C" [[noreturn]] void rt_exit(int code) {
  // SYS_EXIT_EXTENDED: {ADP_Stopped_ApplicationExit, status}: the emulator exits with that status.
  std::uintptr_t block[2] = {0x20026u, static_cast<std::uintptr_t>(code)};
  for (;;) semihost(0x20, reinterpret_cast<std::uintptr_t>(block));
}

extern "C" [[noreturn]] void rt_fault() {
  rt_puts("fault\n");
  rt_exit(125);
}

extern "C" [[noreturn]] void rt_reset() {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  *reinterpret_cast<volatile std::uint32_t*>(0xE000ED88u) |= 0xFu << 20;  // CPACR: CP10/CP11 full access
  asm volatile("dsb\n isb" ::: "memory");
#endif
  volatile std::uint32_t* d = ld_data_begin;
  for (const volatile std::uint32_t* s = ld_data_load; d != ld_data_end;) {
    *d = *s;
    d = d + 1;
    s = s + 1;
  }
  for (d = ld_bss_begin; d != ld_bss_end; d = d + 1) *d = 0;
  for (init_fn* f = ld_init_begin; f != ld_init_end; ++f) (*f)();
  rt_exit(main());
}

using handler = void (*)();
struct vectors {
  std::uint32_t* stack;
  handler h[15];
};
extern "C" __attribute__((section(".vectors"), used))
const vectors rt_vectors = {ld_stack_top,
                            {rt_reset, rt_fault, rt_fault, rt_fault, rt_fault, rt_fault, rt_fault, nullptr, nullptr,
                             nullptr, rt_fault, rt_fault, nullptr, rt_fault, rt_fault}};

// The four functions a freestanding compiler may call on its own.
extern "C" {
__attribute__((weak)) void* memcpy(void* __restrict d, const void* __restrict s, std::size_t n) {
  auto* p = static_cast<volatile unsigned char*>(d);
  auto* q = static_cast<const unsigned char*>(s);
  for (std::size_t i = 0; i < n; ++i) p[i] = q[i];
  return d;
}
__attribute__((weak)) void* memmove(void* d, const void* s, std::size_t n) {
  auto* p = static_cast<volatile unsigned char*>(d);
  auto* q = static_cast<const unsigned char*>(s);
  if (p < q)
    for (std::size_t i = 0; i < n; ++i) p[i] = q[i];
  else
    while (n--) p[n] = q[n];
  return d;
}
__attribute__((weak)) void* memset(void* d, int c, std::size_t n) {
  auto* p = static_cast<volatile unsigned char*>(d);
  for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<unsigned char>(c);
  return d;
}
__attribute__((weak)) int memcmp(const void* a, const void* b, std::size_t n) {
  auto* p = static_cast<const unsigned char*>(a);
  auto* q = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < n; ++i)
    if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
  return 0;
}
}
