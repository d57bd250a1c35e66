// SPDX-License-Identifier: Apache-2.0
// A model as an array in C: the definitions.
#pragma once

#include <aeq/deploy/c_array.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <aeq/io/error.hpp>
#include <aeq/io/file.hpp>
#include <aeq/io/parallel.hpp>
#include <aeq/io/sha256.hpp>
#include <aeq/model/enums.hpp>
#include <aeq/version.hpp>

namespace aeq::inline AEQ_ABI::deploy {

namespace detail {

// Both languages' keywords, of all their versions, as the text may be compiled as either.
inline constexpr std::array<std::string_view, 113> keywords{
    "_Alignas", "_Alignof", "_Atomic", "_BitInt", "_Bool", "_Complex", "_Decimal128", "_Decimal32", "_Decimal64",
    "_Generic", "_Imaginary", "_Noreturn", "_Static_assert", "_Thread_local", "alignas", "alignof", "and", "and_eq",
    "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t", "char8_t",
    "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr",
    "constinit", "continue", "contract_assert", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else",
    "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long",
    "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private",
    "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return", "short", "signed",
    "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw",
    "true", "try", "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unsigned", "using", "virtual",
    "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // No keywords, and yet no name for an array: a function, and macros of common compilers.
    "main", "linux", "unix"};

[[nodiscard]] constexpr bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Text of a model for the inside of a comment: ASCII, on one line, cut where it is long, and no end of the comment.
[[nodiscard]] AEQ_INLINE std::string comment_text(std::string_view text) {
  constexpr std::size_t longest = 200;
  std::string safe;
  char before = '\0';
  for (const char c : text.substr(0, longest)) {
    const auto byte = static_cast<std::uint8_t>(c);
    const bool is_plain = byte >= 0x20 && byte < 0x7f && !(c == '?' && before == '?');  // which begins a trigraph
    if ((c == '/' && before == '*') || (c == '*' && before == '/')) safe += ' ';
    if (is_plain) {
      safe += c;
    } else {
      safe += "\\x" + io::hex_text(std::array{byte});
    }
    before = c;
  }
  return text.size() > longest ? safe + "..." : safe;
}

/// "int8 [1, 28, 28], scale 0.5, zero point -128".
[[nodiscard]] AEQ_INLINE std::string format_text(const model::tensor& t) {
  std::string text = std::string(name_of(t.type)) + " [";
  const std::vector<std::int32_t>& sizes = t.shape_signature.empty() ? t.shape : t.shape_signature;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (i > 0) text += ", ";
    text += sizes[i] < 0 ? "?" : std::to_string(sizes[i]);
  }
  text += "]";
  if (t.quantization && t.quantization->scale.size() == 1) {
    std::array<char, 40> scale{};
    std::snprintf(scale.data(), scale.size(), "%.9g", static_cast<double>(t.quantization->scale.front()));
    const std::vector<std::int64_t>& points = t.quantization->zero_point;
    text +=
        std::string(", scale ") + scale.data() + ", zero point " + std::to_string(points.empty() ? 0 : points.front());
  }
  return text;
}

/// The lines of the comment that tell inputs or outputs: by the signatures' names, else by those of the tensors.
AEQ_INLINE void add_edges(std::string& text, const model::model& m, bool are_inputs) {
  const auto add = [&](const std::optional<std::string>& name, const model::tensor& t) {
    text += are_inputs ? " * Input:       " : " * Output:      ";
    text += comment_text(name.value_or("(no name)")) + ", " + comment_text(format_text(t)) + "\n";
  };
  for (const model::signature& s : m.signatures) {
    for (const model::tensor_map& edge : are_inputs ? s.inputs : s.outputs) {
      const bool has_key = m.signatures.size() > 1 && s.key;
      const std::string name = (has_key ? *s.key + "/" : std::string()) + edge.name.value_or("(no name)");
      add(name, m.subgraphs[s.subgraph].tensors[edge.tensor]);
    }
  }
  if (!m.signatures.empty() || m.subgraphs.empty()) return;
  const model::subgraph& main = m.subgraphs.front();
  for (const std::int32_t edge : are_inputs ? main.inputs : main.outputs) {
    const model::tensor& t = main.tensors[static_cast<std::size_t>(edge)];
    add(t.name, t);
  }
}

/// The comment at the top.
[[nodiscard]] AEQ_INLINE std::string c_array_comment(const model::model& m, const c_array_options& how,
                                                     const std::string& hash) {
  std::string text = "/* A .tflite model as an array. Written by aeq " AEQ_VERSION_STRING
                     " (aeq export --format c-array); do not edit.\n *\n";
  const auto add = [&text](std::string_view what, std::string_view value) {
    text += " * " + std::string(what) + comment_text(value) + "\n";
  };
  add("Model:       ", io::file_name_of(m.file->name()));
  add("Size:        ", std::to_string(m.file->bytes().size()) + " bytes");
  add("SHA-256:     ", hash);
  if (!how.recipe.empty()) add("Recipe:      ", how.recipe);
  if (m.description && !m.description->empty()) add("Description: ", *m.description);
  add_edges(text, m, true);
  add_edges(text, m, false);
  return text + " */\n";
}

/// The text around the numbers, and the file for each.
struct c_array_text {
  std::string declarations;  ///< of the header; empty if there is no such file
  std::string before;
  std::string after;
};

[[nodiscard]] AEQ_INLINE c_array_text c_array_around(const model::model& m, const c_array_options& how,
                                                     const std::string& hash) {
  const std::string comment = c_array_comment(m, how, hash);
  const std::string size = std::to_string(m.file->bytes().size());
  const std::string alignment = std::to_string(how.alignment);
  const std::string guard = "AEQ_C_ARRAY_OF_" + how.name;
  const std::string head = comment + "#ifndef " + guard + "\n#define " + guard + "\n\n#include <stddef.h>\n\n";
  const std::string tail = "\n#endif /* " + guard + " */\n";
  const std::string length = "static const size_t " + how.name + "_len = " + size + ";\n";
  const std::string aligned =
      "#if defined(__cplusplus) && (__cplusplus >= 201103L || defined(_MSC_VER))\n"
      "#define AEQ_C_ARRAY_ALIGNED alignas(" +
      alignment +
      ")\n"
      "#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L\n"
      "#define AEQ_C_ARRAY_ALIGNED _Alignas(" +
      alignment +
      ")\n"
      "#elif defined(_MSC_VER)\n"
      "#define AEQ_C_ARRAY_ALIGNED __declspec(align(" +
      alignment +
      "))\n"
      "#else\n"
      "#define AEQ_C_ARRAY_ALIGNED __attribute__((aligned(" +
      alignment +
      ")))\n"
      "#endif\n\n";
  const std::string array = "const unsigned char " + how.name + "[" + size + "] = {\n";
  const std::string end = "};\n\n#undef AEQ_C_ARRAY_ALIGNED\n";
  if (how.header.empty()) {
    return {"", head + aligned + length + "\nAEQ_C_ARRAY_ALIGNED static " + array, end + tail};
  }
  // A const array is seen by other source files in C++ because the header has declared it.
  const std::string declaration =
      "/* Aligned to " + alignment + " bytes. */\nextern const unsigned char " + how.name + "[" + size + "];\n";
  return {head + "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n" + declaration + length +
              "\n#ifdef __cplusplus\n}\n#endif\n" + tail,
          comment + "#include \"" + std::string(io::file_name_of(how.header)) + "\"\n\n" + aligned +
              "AEQ_C_ARRAY_ALIGNED " + array,
          end};
}

/// All bytes as text: "0x00,", "0x01,"...
inline constexpr std::size_t byte_text_size = 5;
using byte_texts = std::array<std::array<char, byte_text_size>, 256>;

[[nodiscard]] constexpr byte_texts make_byte_texts() noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  byte_texts texts{};
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = {'0', 'x', digits[i / 16], digits[i % 16], ','};
  return texts;
}

/// Writes bytes as lines of 16 from `offset` of the file on, and returns where they end. A byte always takes the same
/// room, so that every piece knows its place.
AEQ_INLINE std::uint64_t write_numbers(io::output_file& file, std::uint64_t offset, const io::input_file& from,
                                       unsigned threads) {
  static constexpr byte_texts texts = make_byte_texts();
  constexpr std::size_t bytes_per_line = 16;
  constexpr std::size_t line_size = bytes_per_line * byte_text_size + 1;
  constexpr std::size_t piece_bytes = std::size_t(1) << 18u;  // the text of one fits the caches
  const std::span<const std::uint8_t> bytes = from.bytes();
  const std::size_t pieces = (bytes.size() + piece_bytes - 1) / piece_bytes;
  parallel_for(pieces, threads, [&](std::size_t i) {
    const auto piece = bytes.subspan(i * piece_bytes, std::min(piece_bytes, bytes.size() - i * piece_bytes));
    std::vector<std::uint8_t> text((piece.size() + bytes_per_line - 1) / bytes_per_line +
                                   piece.size() * byte_text_size);
    auto at = text.begin();
    for (std::size_t b = 0; b < piece.size(); ++b) {
      at = std::copy_n(texts[piece[b]].begin(), byte_text_size, at);
      if (b % bytes_per_line == bytes_per_line - 1 || b + 1 == piece.size()) *at++ = '\n';
    }
    file.write_at(offset + std::uint64_t(i) * (piece_bytes / bytes_per_line) * line_size, text);
    from.let_go(piece);
  });
  return offset + std::uint64_t(bytes.size()) * byte_text_size + (bytes.size() + bytes_per_line - 1) / bytes_per_line;
}

[[nodiscard]] AEQ_INLINE std::string hash_of(const io::input_file& file) {
  constexpr std::size_t piece_bytes = std::size_t(1) << 20u;
  io::sha256 sum;
  for (auto rest = file.bytes(); !rest.empty();) {
    const auto piece = rest.first(std::min(piece_bytes, rest.size()));
    sum.update(piece);
    file.let_go(piece);
    rest = rest.subspan(piece.size());
  }
  return io::hex_text(sum.finish());
}

AEQ_INLINE void write_text(io::output_file& file, std::uint64_t offset, std::string_view text) {
  file.write_at(offset, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace detail

AEQ_INLINE std::string problem_of_name(std::string_view name) {
  if (name.empty()) return "is empty";
  if (!std::all_of(name.begin(), name.end(), detail::is_name_character)) {
    return "has characters that are no ASCII letters, digits or underscores";
  }
  if (detail::is_digit(name.front())) return "begins with a digit";
  if (std::find(detail::keywords.begin(), detail::keywords.end(), name) != detail::keywords.end()) {
    return "has a meaning of its own in C or C++";
  }
  if (name.front() == '_' || name.find("__") != std::string_view::npos) {
    return "belongs to the compiler, as an underscore in front and two of them in a row do";
  }
  return "";
}

AEQ_INLINE std::string array_name_of(std::string_view path) {
  std::string name;
  for (const char c : io::file_name_of(path)) {
    const char next = detail::is_name_character(c) ? c : '_';
    if (next != '_' || (!name.empty() && name.back() != '_')) name += next;
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) return "model";
  return problem_of_name(name).empty() ? name : "model_" + name;
}

AEQ_INLINE void write_c_array(const model::model& m, const std::string& output, const c_array_options& options) {
  if (!m.file) throw error(error_code::bad_input, "a model in memory has no bytes to export; write it, and read it");
  c_array_options how = options;
  if (how.name.empty()) how.name = array_name_of(m.file->name());
  if (const std::string problem = problem_of_name(how.name); !problem.empty()) {
    throw error(error_code::wrong_usage, "\"" + how.name + "\" can't be the name of an array: it " + problem);
  }
  if (!std::has_single_bit(how.alignment) || how.alignment < least_alignment || how.alignment > largest_alignment) {
    throw error(error_code::wrong_usage, "a model can't be aligned to " + std::to_string(how.alignment) +
                                             " bytes; powers of two from " + std::to_string(least_alignment) + " to " +
                                             std::to_string(largest_alignment) + " will do");
  }
  const std::string_view header_name = io::file_name_of(how.header);
  if (how.header == output || header_name.find_first_of("\"\\\n") != std::string_view::npos) {
    throw error(error_code::wrong_usage,
                how.header + ": the source file can't include this as its header; give it a name of its own");
  }

  // Both are opened first: what keeps one from being written keeps the other from changing.
  io::output_file file(output, how.write);
  std::optional<io::output_file> header;
  if (!how.header.empty()) header.emplace(how.header, how.write);
  const detail::c_array_text text = detail::c_array_around(m, how, detail::hash_of(*m.file));
  detail::write_text(file, 0, text.before);
  const std::uint64_t end = detail::write_numbers(file, text.before.size(), *m.file, how.threads);
  detail::write_text(file, end, text.after);
  if (header) detail::write_text(*header, 0, text.declarations);
  m.file->check_unchanged();
  if (header) header->commit();
  file.commit();
}

}  // namespace aeq::inline AEQ_ABI::deploy
