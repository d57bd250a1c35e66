// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <aeq/execute/litert_library.hpp>

#include <utility>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include <aeq/io/error.hpp>

namespace aeq::inline AEQ_ABI::execute::litert {

// The system's loader: null where it has no such library or function.
#ifdef _WIN32
[[nodiscard]] AEQ_INLINE void* load_library(const std::string& path, std::string& why) {
  void* library = ::LoadLibraryA(path.c_str());
  if (library == nullptr) why = "error " + std::to_string(::GetLastError());
  return library;
}
[[nodiscard]] AEQ_INLINE void* find_function(void* library, const char* name) {
  return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(library), name));
}
#else
[[nodiscard]] AEQ_INLINE void* load_library(const std::string& path, std::string& why) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* said = ::dlerror();
    why = said != nullptr ? said : "no reason given";
  }
  return library;
}
[[nodiscard]] AEQ_INLINE void* find_function(void* library, const char* name) {
  return ::dlsym(library, name);
}
#endif

AEQ_INLINE functions open_library(const std::string& path) {
  constexpr const char* accepted = "; libLiteRt.so of the Python package ai_edge_litert 2.3 would be accepted";
  std::string why;
  // A name without a folder would be looked for in the system's places.
  void* library = load_library(path.find('/') == std::string::npos ? "./" + path : path, why);
  if (library == nullptr) throw error(error_code::io, path + ": can't be opened as a library: " + why + accepted);
  functions found;
  found.for_each([&](const char* name, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find_function(library, name));
    if (function == nullptr) {
      throw error(error_code::io, path + ": is no LiteRT, or another version of it: it has no " + name + accepted);
    }
  });
  return found;
}

AEQ_INLINE std::string words_of(status_code status) {
  constexpr std::pair<status_code, const char*> known[]{{1, "invalid argument"},     {2, "out of memory"},
                                                        {3, "runtime failure"},      {4, "missing input"},
                                                        {5, "unsupported"},          {6, "not found"},
                                                        {8, "wrong version"},        {500, "a file can't be read"},
                                                        {501, "invalid model"},      {502, "a library can't be loaded"},
                                                        {504, "compilation failed"}, {1000, "index out of range"}};
  for (const auto& [code, words] : known) {
    if (code == status) return words;
  }
  return "status " + std::to_string(status);
}

}  // namespace aeq::inline AEQ_ABI::execute::litert
