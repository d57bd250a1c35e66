// SPDX-License-Identifier: Apache-2.0
// What the tool does with inputs as large as they get: aeq_limits AEQ [--large] [--times] [KIND]. What must be refused
// is refused, what must work works, in memory in proportion to the size, and ends (a time that grows with the square of
// the large sizes does not, within two minutes). With --times each case is also run at half its size, and the time must
// grow in proportion too: for machines that do nothing else. A table of what was measured goes to standard output; the
// last line is "ok" or the number of failures.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "large_models.hpp"
#include "support/scratch.hpp"

namespace {

using aeq_test::large_kind;

/// What a run took.
struct outcome {
  int code = -1;       ///< exit code; -1 where a signal ended it
  double seconds = 0;  ///< of processors
  double mib = 0;      ///< the largest resident set
  std::string words;   ///< standard error
};

outcome run(const std::vector<std::string>& words, const std::string& errors) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    const int told = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(told, STDERR_FILENO);
    const rlimit seconds{120, 120};  // a run that hangs ends by itself
    ::setrlimit(RLIMIT_CPU, &seconds);
    std::vector<char*> pointers;
    for (const std::string& w : words) pointers.push_back(const_cast<char*>(w.c_str()));
    pointers.push_back(nullptr);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  int state = 0;
  rusage used{};
  ::wait4(child, &state, 0, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return {WIFEXITED(state) ? WEXITSTATUS(state) : -1, seconds(used.ru_utime) + seconds(used.ru_stime),
          static_cast<double>(used.ru_maxrss) / 1024, aeq_test::content(errors)};
}

struct test_case {
  std::string_view command;  ///< words; M is the large model, R the large recipe or statistics, O the output
  std::string_view model;    ///< kind, or empty for a small model
  std::size_t n = 0;         ///< plain
  std::size_t large_n = 0;
  int code = 0;  ///< the exit code that is wanted
  std::string_view says = {};
  std::string_view recipe = {};  ///< kind; its size is n, and the model's is `model_n`
  std::size_t model_n = 0;
};

constexpr std::array cases{
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "operators", 20'000, 1'000'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "operators", 20'000, 1'000'000},
    test_case{"inspect M", "operators", 20'000, 1'000'000},
    test_case{"inspect M --json", "operators", 20'000, 500'000},
    test_case{"diff M M", "operators", 20'000, 200'000},
    test_case{"recipe check dynamic_wi8_afp32 --model M", "operators", 20'000, 500'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "constants", 20'000, 400'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "constants", 20'000, 400'000},
    test_case{"quantize M -r weight_only_wfp16_afp32 -o O", "constants", 20'000, 400'000},
    test_case{"quantize M -r dynamic_wi4b32_afp32 -o O", "blocks", 20'000, 400'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "sharing", 20'000, 400'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "readers", 40'000, 400'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "readers", 40'000, 400'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "repeated_input", 100'000, 2'000'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "repeated_input", 100'000, 2'000'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "codes", 20'000, 400'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "inputs", 40'000, 400'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "outputs", 80'000, 800'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "constant_outputs", 20'000, 400'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "long_name_many_times", 100'000, 1'000'000},
    test_case{"inspect M", "long_name_many_times", 100'000, 1'000'000},
    test_case{"recipe check dynamic_wi8_afp32 --model M", "long_name_many_times", 100'000, 1'000'000},
    test_case{"quantize M -r weight_only_wi8_afp32 -o O", "long_names", 100'000, 1'000'000},
    test_case{"inspect M", "long_names", 100'000, 1'000'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "signatures", 20'000, 100'000},
    test_case{"inspect M", "signatures", 20'000, 100'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "calls", 10'000, 100'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "composites", 10'000, 100'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "rank", 10'000, 1'000'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "overflow", 10'000, 100'000, 3,
              "the sizes multiply to more elements than can be counted"},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "edges", 100'000, 1'000'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "channels", 1'000'000, 100'000'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "columns", 400'000, 20'000'000},
    test_case{"quantize M -r dynamic_wi8_afp32 -o O", "aliases", 100'000, 4'000'000, 3,
              "in memory they would be many times as large as the file"},
    test_case{"quantize M -r R -o O", "operators", 2'000, 100'000, 0, {}, "rules", 1'000},
    test_case{"quantize M -r R -o O", "operators", 1'000, 20'000, 0, {}, "patterns", 1'000},
    test_case{"quantize M -r R -o O", "operators", 10'000, 100'000, 0, {}, "same_rule", 100},
    test_case{"quantize M -r R -o O", "operators", 10'000, 1'000'000, 3, "is nested deeper than 32 levels", "nested",
              100},
    test_case{"quantize M -r R -o O", "operators", 60'000'000, 60'000'000, 0, {}, "padded", 100},
    test_case{"quantize M -r R -o O", "operators", 200'000'000, 200'000'000, 3, "is larger than 64 MiB", "padded", 100},
    test_case{"quantize M -r R -o O", "operators", 100'000, 100'000, 0, {}, "long_pattern", 100},
    test_case{"quantize M -r R -o O", "operators", 1'000'000, 20'000'000, 3, "is longer than 100000 characters",
              "long_pattern", 100},
    test_case{"quantize M -r R -o O", "operators", 1'000'000, 20'000'000, 0, {}, "long_key", 100},
    test_case{"quantize M -r R -o O", "operators", 20'000, 400'000, 0, {}, "many_keys", 100},
    test_case{"quantize M -r static_wi8_ai8 --stats R -o O", "operators", 10'000, 200'000, 0, {}, "ranges", 0},
};

class checker {
 public:
  checker(std::string tool, bool large, bool times) : tool_(std::move(tool)), large_(large), times_(times) {}

  int failures = 0;

  void check(const test_case& c) {
    const std::size_t n = large_ ? c.large_n : c.n;
    const measured all = measure(c, n);
    print(c, n, all);
    if (all.result.code != c.code) {
      return fail("exit code " + std::to_string(all.result.code) + ", not " + std::to_string(c.code) + ": " +
                  all.result.words.substr(0, 300));
    }
    if (all.result.words.find(c.says) == std::string::npos)
      fail("does not say \"" + std::string(c.says) + "\" but: " + all.result.words.substr(0, 300));
    if (all.result.words.size() > 100'000) fail("says more than anybody reads");
    if (times_) check_time(c, n, all.result.seconds);
    // Metadata take many times the memory that they take in the file.
    constexpr double program_mib = 40;
    constexpr double times = 45;
    // What the system counts for a program begins with what the one that started it had.
    rusage own{};
    getrusage(RUSAGE_SELF, &own);
    const double floor_mib = std::max(program_mib, static_cast<double>(own.ru_maxrss) / 1024 + 1);
    if (all.result.mib > floor_mib + times * all.file_mib) fail("memory out of proportion to the input");
  }

 private:
  struct measured {
    outcome result;
    double file_mib = 0;
  };

  /// Twice the size takes twice the time, give or take; four times would be quadratic.
  void check_time(const test_case& c, std::size_t n, double seconds) {
    constexpr double noise_seconds = 0.3;
    const double half = measure(c, n / 2).result.seconds;
    std::printf("%-31s %21.2f s at half the size\n", "", half);
    if (seconds <= 3.0 * half + noise_seconds) return;
    if (measure(c, n).result.seconds > 3.0 * half + noise_seconds) fail("time grows faster than the size");
  }

  static void make(std::span<const large_kind> kinds, std::string_view name, std::size_t n, const std::string& path) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const large_kind& k) { return k.name == name; });
    if (kind == kinds.end()) {
      std::printf("no kind %.*s\n", static_cast<int>(name.size()), name.data());
      std::exit(2);
    }
    kind->make(n, path);
  }

  measured measure(const test_case& c, std::size_t n) {
    const aeq_test::scratch folder;
    const std::string model = folder.path("m.tflite");
    const std::string recipe = folder.path("r.json");
    const bool has_recipe = !c.recipe.empty();
    make(aeq_test::large_models(), c.model, has_recipe && c.model_n != 0 ? c.model_n : n, model);
    if (has_recipe) make(aeq_test::large_recipes(), c.recipe, n, recipe);
    std::vector<std::string> words{tool_};
    for (std::string_view rest = c.command; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string_view word = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      words.push_back(word == "M"   ? model
                      : word == "R" ? recipe
                      : word == "O" ? folder.path("o.tflite")
                                    : std::string(word));
    }
    const auto mib = [](const std::string& path) {
      std::error_code none;
      const auto size = std::filesystem::file_size(path, none);
      return none ? 0.0 : static_cast<double>(size) / (1 << 20);
    };
    measured m{run(words, folder.path("err")), mib(model)};
    if (has_recipe) m.file_mib += mib(recipe);
    return m;
  }

  static void print(const test_case& c, std::size_t n, const measured& all) {
    const std::string_view kind = c.recipe.empty() ? c.model : c.recipe;
    std::printf("%-21.*s %9zu %7.1f MiB %6.2f s %7.0f MiB  code %d  %.*s\n", static_cast<int>(kind.size()), kind.data(),
                n, all.file_mib, all.result.seconds, all.result.mib, all.result.code,
                static_cast<int>(c.command.size()), c.command.data());
    std::fflush(stdout);
  }

  void fail(const std::string& what) {
    std::printf("FAILED: %s\n", what.c_str());
    ++failures;
  }

  std::string tool_;
  bool large_;
  bool times_;
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  bool large = false;
  bool times = false;
  std::string_view kind;
  for (const std::string_view word : std::span(words, static_cast<std::size_t>(count)).subspan(2)) {
    if (word == "--large") {
      large = true;
    } else if (word == "--times") {
      times = true;
    } else {
      kind = word;
    }
  }
  checker check(words[1], large, times);
  std::printf("%-21s %9s %11s %8s %11s\n", "kind", "size", "input", "time", "memory");
  for (const test_case& c : cases) {
    if (kind.empty() || c.model == kind || c.recipe == kind) check.check(c);
  }
  std::printf(check.failures == 0 ? "ok\n" : "%d failure(s)\n", check.failures);
  return check.failures == 0 ? 0 : 1;
}
