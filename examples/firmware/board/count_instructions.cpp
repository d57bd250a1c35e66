// SPDX-License-Identifier: Apache-2.0
// Instruction counter for QEMU's TCG plugin interface (ABI version 1, QEMU 6.0 .. 8.x).
// The few prototypes used are declared here, so that no emulator headers are needed.
//   -plugin ./libicount.so,begin=0x154,end=0x158   counts what runs from `begin` until `end`
//   -plugin ./libicount.so                         counts everything
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
struct qemu_plugin_tb;
struct qemu_plugin_insn;
using plugin_id = std::uint64_t;
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_insn*, int op, void*, std::uint64_t);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn*, void (*)(unsigned, void*), int, void*);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn*, void (*)(unsigned, std::uint32_t, std::uint64_t, void*), int,
                                      int rw, void*);
bool qemu_plugin_mem_is_store(std::uint32_t);
void qemu_plugin_register_atexit_cb(plugin_id, void (*)(plugin_id, void*), void*);
void qemu_plugin_outs(const char*);
}

extern "C" {
__attribute__((visibility("default"))) int qemu_plugin_version = 1;
}

namespace {
struct counts {
  std::uint64_t insn, load, store;
};
counts now, mark;
std::uint64_t begin_at = ~0ull, end_at = ~0ull;
unsigned region;

void say(const char* what, counts a, counts b) {
  char line[160];
  std::snprintf(line, sizeof line, "%s insn=%llu load=%llu store=%llu\n", what,
                static_cast<unsigned long long>(a.insn - b.insn), static_cast<unsigned long long>(a.load - b.load),
                static_cast<unsigned long long>(a.store - b.store));
  std::fputs(line, stderr);
}
void on_begin(unsigned, void*) {
  mark = now;
}
void on_end(unsigned, void*) {
  char n[32];
  std::snprintf(n, sizeof n, "region%u", region++);
  say(n, now, mark);
}

void on_memory(unsigned, std::uint32_t info, std::uint64_t, void*) {
  ++(qemu_plugin_mem_is_store(info) ? now.store : now.load);
}

void on_translate(plugin_id, qemu_plugin_tb* tb) {
  for (std::size_t i = 0, n = qemu_plugin_tb_n_insns(tb); i < n; ++i) {
    auto* in = qemu_plugin_tb_get_insn(tb, i);
    const auto pc = qemu_plugin_insn_vaddr(in);
    if (pc == begin_at) qemu_plugin_register_vcpu_insn_exec_cb(in, on_begin, 0, nullptr);
    if (pc == end_at) qemu_plugin_register_vcpu_insn_exec_cb(in, on_end, 0, nullptr);
    qemu_plugin_register_vcpu_insn_exec_inline(in, 0, &now.insn, 1);
    qemu_plugin_register_vcpu_mem_cb(in, on_memory, 0, 3, nullptr);
  }
}
void on_exit(plugin_id, void*) {
  say("total", now, counts{});
}
}  // namespace

extern "C" __attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void*, int argc,
                                                                          char** argv) {
  for (int i = 0; i < argc; ++i) {
    if (!std::strncmp(argv[i], "begin=", 6)) begin_at = std::strtoull(argv[i] + 6, nullptr, 0) & ~1ull;
    if (!std::strncmp(argv[i], "end=", 4)) end_at = std::strtoull(argv[i] + 4, nullptr, 0) & ~1ull;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
  return 0;
}
