// SPDX-License-Identifier: Apache-2.0
// The functions of LiteRT's C interface that we call, looked up in its shared library, with the types that they take.
// Their forms are those of LiteRT 2.1 to 2.3.
//
// Inside: litert.ipp includes it, other headers do not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include <aeq/config.hpp>

namespace aeq::inline AEQ_ABI::execute::litert {

// Objects that only the library knows.
using environment = struct environment_object*;
using compiled_model = struct compiled_model_object*;
using loaded_model = struct loaded_model_object*;
using options = struct options_object*;
using opaque_options = struct opaque_options_object*;
using buffer = struct buffer_object*;
using requirements = struct requirements_object*;

using status_code = int;  // 0: well
inline constexpr std::size_t max_rank = 8;

struct layout {
  unsigned int rank : 7;
  unsigned int has_strides : 1;
  std::int32_t dimensions[max_rank];
  std::uint32_t strides[max_rank];
};
struct ranked_type {
  int element_type;
  litert::layout layout;
};
struct environment_option {
  int tag;
  int pad;
  int value_type;
  int value_pad;
  std::int64_t value;
};
static_assert(sizeof(layout) == 68 && sizeof(ranked_type) == 72 && sizeof(environment_option) == 24);

inline constexpr int tag_of_least_severity = 25;
inline constexpr int type_of_integer = 2;
inline constexpr std::int64_t severity_silent = 4;
inline constexpr int on_processor = 1;  // bits of kinds of hardware

/// Every function, with null where it has not been looked up.
struct functions {
  status_code (*create_environment)(int, const environment_option*, environment*) = nullptr;
  void (*destroy_environment)(environment) = nullptr;
  status_code (*create_model)(environment, const void*, std::size_t, loaded_model*) = nullptr;
  void (*destroy_model)(loaded_model) = nullptr;
  status_code (*create_options)(options*) = nullptr;
  void (*destroy_options)(options) = nullptr;
  status_code (*set_hardware)(options, int) = nullptr;
  status_code (*create_opaque_options)(const char*, void*, void (*)(void*), opaque_options*) = nullptr;
  status_code (*add_opaque_options)(options, opaque_options) = nullptr;
  status_code (*compile)(environment, loaded_model, options, compiled_model*) = nullptr;
  void (*destroy_compiled)(compiled_model) = nullptr;
  status_code (*resize)(compiled_model, std::size_t, std::size_t, const int*, std::size_t) = nullptr;
  status_code (*input_layout)(compiled_model, std::size_t, std::size_t, layout*) = nullptr;
  status_code (*output_layouts)(compiled_model, std::size_t, std::size_t, layout*, bool) = nullptr;
  status_code (*input_requirements)(compiled_model, std::size_t, std::size_t, requirements*) = nullptr;
  status_code (*output_requirements)(compiled_model, std::size_t, std::size_t, requirements*) = nullptr;
  status_code (*required_bytes)(requirements, std::size_t*) = nullptr;
  status_code (*create_buffer)(const ranked_type*, void*, std::size_t, void (*)(void*), buffer*) = nullptr;
  void (*destroy_buffer)(buffer) = nullptr;
  status_code (*run)(compiled_model, std::size_t, std::size_t, buffer*, std::size_t, buffer*) = nullptr;
  status_code (*error_messages)(compiled_model, char**) = nullptr;

  /// Calls visit(name, function) with each function and what the library calls it.
  template <class Visit>
  void for_each(const Visit& visit) {
    visit("LiteRtCreateEnvironment", create_environment);
    visit("LiteRtDestroyEnvironment", destroy_environment);
    visit("LiteRtCreateModelFromBuffer", create_model);
    visit("LiteRtDestroyModel", destroy_model);
    visit("LiteRtCreateOptions", create_options);
    visit("LiteRtDestroyOptions", destroy_options);
    visit("LiteRtSetOptionsHardwareAccelerators", set_hardware);
    visit("LiteRtCreateOpaqueOptions", create_opaque_options);
    visit("LiteRtAddOpaqueOptions", add_opaque_options);
    visit("LiteRtCreateCompiledModel", compile);
    visit("LiteRtDestroyCompiledModel", destroy_compiled);
    visit("LiteRtCompiledModelResizeInputTensorNonStrict", resize);
    visit("LiteRtGetCompiledModelInputTensorLayout", input_layout);
    visit("LiteRtGetCompiledModelOutputTensorLayouts", output_layouts);
    visit("LiteRtGetCompiledModelInputBufferRequirements", input_requirements);
    visit("LiteRtGetCompiledModelOutputBufferRequirements", output_requirements);
    visit("LiteRtGetTensorBufferRequirementsBufferSize", required_bytes);
    visit("LiteRtCreateTensorBufferFromHostMemory", create_buffer);
    visit("LiteRtDestroyTensorBuffer", destroy_buffer);
    visit("LiteRtRunCompiledModel", run);
    visit("LiteRtCompiledModelGetErrorMessages", error_messages);
  }
};

/// Opens a library, which then stays open, and looks everything up. Throws aeq::error (io) that names the path and what
/// would be accepted.
[[nodiscard]] functions open_library(const std::string& path);

/// What a status means, in words.
[[nodiscard]] std::string words_of(status_code status);

/// An object that is destroyed by one of the functions.
template <class Object>
class owner {
 public:
  owner() = default;
  owner(Object object, void (*destroy)(Object)) : object_(object), destroy_(destroy) {}
  owner(const owner&) = delete;
  owner& operator=(const owner&) = delete;
  owner(owner&& other) noexcept : object_(other.object_), destroy_(other.destroy_) { other.object_ = nullptr; }
  owner& operator=(owner&& other) noexcept {
    clear();
    object_ = other.object_;
    destroy_ = other.destroy_;
    other.object_ = nullptr;
    return *this;
  }
  ~owner() { clear(); }

  void clear() {
    if (object_ != nullptr) destroy_(object_);
    object_ = nullptr;
  }
  [[nodiscard]] Object get() const { return object_; }

 private:
  Object object_ = nullptr;
  void (*destroy_)(Object) = nullptr;
};

}  // namespace aeq::inline AEQ_ABI::execute::litert

#if AEQ_DEFINITIONS
#include <aeq/execute/litert_library.ipp>
#endif
