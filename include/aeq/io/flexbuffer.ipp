// SPDX-License-Identifier: Apache-2.0
// FlexBuffers as JSON values: the definitions.
#pragma once

#include <aeq/io/flexbuffer.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <aeq/io/python_json.hpp>

namespace aeq::inline AEQ_ABI::io {

namespace detail {

class flexbuffer_reader {
 public:
  explicit flexbuffer_reader(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), size_(static_cast<std::int64_t>(bytes.size())), budget_(8 * size_ + 1024) {}

  /// None if the data is no FlexBuffer or its root is null.
  std::optional<boost::json::value> read() {
    if (size_ < 3) return std::nullopt;
    const std::int64_t width = bytes_.back();
    const reference root = packed(at(-(2 + width)), width, bytes_[bytes_.size() - 2]);
    boost::json::value result = value(root, 0);
    if (!good_ || result.is_null()) return std::nullopt;
    return result;
  }

 private:
  enum class type : std::uint8_t {
    null,
    int_,
    uint,
    float_,
    key,
    string,
    indirect_int,
    indirect_uint,
    indirect_float,
    map,
    vector,
    vector_int,
    vector_uint,
    vector_float,
    vector_key,
    vector_string,
    vector_int2,
    vector_float4 = 24,
    blob,
    boolean,
    vector_bool = 36
  };
  struct reference {
    std::int64_t position;
    std::int64_t parent_width;
    std::int64_t width;
    type kind;
  };
  /// Elements of equal type; `width` is not known to be one of 1, 2, 4, 8.
  struct typed_vector {
    std::int64_t position;
    std::int64_t width;
    std::int64_t size;
    type element;
  };

  static constexpr int depth_limit = 128;
  // Numbers beyond it behave alike, and their sums and products stay within 64 bits.
  static constexpr std::int64_t far_away = std::int64_t(1) << 48;

  template <class T = boost::json::value>
  T bad() {
    good_ = false;
    return T{};
  }
  /// Time and memory stay in proportion to the data, though its parts may be shared.
  bool spend(std::int64_t amount) {
    budget_ -= amount;
    if (budget_ < 0) good_ = false;
    return good_;
  }

  static std::int64_t clamped(std::int64_t number) { return std::clamp(number, -far_away, far_away); }
  [[nodiscard]] std::int64_t at(std::int64_t position) const {
    return clamped(position >= 0 ? position : size_ + position);
  }
  [[nodiscard]] std::span<const std::uint8_t> slice(std::int64_t first, std::int64_t last) const {
    const auto edge = [&](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size_ : i, 0, size_); };
    const std::int64_t from = edge(first);
    const std::int64_t to = std::max(from, edge(last));
    return bytes_.subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  }

  std::uint64_t number(std::span<const std::uint8_t> bytes) {
    if (bytes.empty() || bytes.size() > 8 || !std::has_single_bit(bytes.size())) return bad<std::uint64_t>();
    std::uint64_t result = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) result = result << 8 | bytes[i];
    return result;
  }
  std::int64_t signed_number(std::span<const std::uint8_t> bytes) {
    const std::uint64_t bits = number(bytes);
    if (!good_) return 0;
    const auto shift = static_cast<int>(64 - 8 * bytes.size());
    return static_cast<std::int64_t>(bits << shift) >> shift;
  }
  boost::json::value real(std::span<const std::uint8_t> bytes) {
    if (bytes.size() != 4 && bytes.size() != 8) return bad();
    const std::uint64_t bits = number(bytes);
    const double value = bytes.size() == 8
                             ? std::bit_cast<double>(bits)
                             : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return boost::json::value(hex_float(value));
  }
  /// A size or distance; beyond what a Python sequence can have it is an error only where a length is asked for.
  std::int64_t distance(std::span<const std::uint8_t> bytes) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(number(bytes), static_cast<std::uint64_t>(far_away)));
  }
  std::int64_t indirect(std::int64_t position, std::int64_t offset, std::int64_t width) {
    const std::int64_t back = distance(slice(position + offset, position + offset + width));
    return at(position + offset - back);
  }
  std::int64_t target(const reference& r) { return indirect(r.position, 0, r.parent_width); }
  std::int64_t stored_size(std::int64_t position, std::int64_t width) {
    const auto bytes = slice(position - width, position);
    if (bytes.size() == 8 && bytes[7] >= 0x80) return bad<std::int64_t>();
    return distance(bytes);
  }

  reference packed(std::int64_t position, std::int64_t parent_width, std::uint8_t packed_type) {
    const int kind = packed_type >> 2;
    if (kind > 26 && kind != 36) good_ = false;
    return {position, parent_width, std::int64_t(1) << (packed_type & 3), static_cast<type>(kind)};
  }

  boost::json::value value(const reference& r, int depth) {
    if (!good_ || depth > depth_limit || !spend(1)) return bad();
    const auto own = [&] { return slice(r.position, r.position + r.parent_width); };
    const auto elsewhere = [&] {
      const std::int64_t there = target(r);
      return slice(there, there + r.width);
    };
    switch (r.kind) {
      case type::null: return nullptr;
      case type::boolean: return number(own()) != 0;
      case type::int_: return signed_number(own());
      case type::indirect_int: return signed_number(elsewhere());
      case type::uint: return number(own());
      case type::indirect_uint: return number(elsewhere());
      case type::float_: return real(own());
      case type::indirect_float: return real(elsewhere());
      case type::string: {
        const std::string_view text = sized_text(r);
        return good_ && is_utf8(text) ? boost::json::value(text) : bad();
      }
      case type::key: return r.width == 1 ? boost::json::value(key(target(r))) : bad();
      case type::blob: {
        const std::string_view text = sized_text(r);
        return good_ ? boost::json::value(escaped_utf8(text)) : bad();
      }
      case type::map: return map(r, depth);
      case type::vector: return vector(r, depth);
      default: return typed(r);
    }
  }

  std::string_view view(std::span<const std::uint8_t> bytes) {
    if (!spend(static_cast<std::int64_t>(bytes.size()))) return {};
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string_view sized_text(const reference& r) {
    const std::int64_t there = target(r);
    const std::int64_t size = stored_size(there, r.width);
    return good_ ? view(slice(there, there + size)) : std::string_view();
  }
  /// The text up to the next zero byte: ASCII.
  std::string_view key(std::int64_t position) {
    if (!good_) return {};
    const auto rest = slice(position, far_away);
    const auto zero = std::find(rest.begin(), rest.end(), std::uint8_t(0));
    if (!spend(zero - rest.begin()) || zero == rest.end()) return bad<std::string_view>();
    const std::string_view text = view(slice(position, position + (zero - rest.begin())));
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
      return bad<std::string_view>();
    }
    return text;
  }

  /// An element of an untyped vector; none past its end or past the end of the data.
  std::optional<reference> element(std::int64_t position, std::int64_t width, std::int64_t size, std::int64_t index) {
    if (index >= size) return std::nullopt;
    std::int64_t where = position + size * width + index;
    if (where < 0) where += size_;
    if (where < 0 || where >= size_) return std::nullopt;
    return packed(at(position + index * width), width, bytes_[static_cast<std::size_t>(where)]);
  }

  boost::json::value vector(const reference& r, int depth) {
    const std::int64_t position = target(r);
    const std::int64_t size = stored_size(position, r.width);
    boost::json::array result;
    for (std::int64_t i = 0; good_; ++i) {
      const auto e = element(position, r.width, size, i);
      if (!e) break;
      result.push_back(value(*e, depth + 1));
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  boost::json::value map(const reference& r, int depth) {
    const std::int64_t position = target(r);
    const std::int64_t size = stored_size(position, r.width);
    const std::int64_t keys_width = distance(slice(position - 2 * r.width, position - r.width));
    const std::int64_t keys = indirect(position, -3 * r.width, r.width);
    const std::int64_t key_count = good_ ? stored_size(keys, keys_width) : 0;
    boost::json::object result;
    for (std::int64_t i = 0; good_ && i < key_count; ++i) {
      const auto e = element(position, r.width, size, i);
      if (!e || !good_) break;
      const std::string_view name = key(indirect(at(clamped(keys + i * keys_width)), 0, keys_width));
      boost::json::value content = value(*e, depth + 1);
      if (good_) result.insert_or_assign(name, std::move(content));
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  boost::json::value typed(const reference& r) {
    typed_vector v{target(r), r.width, 0, type::int_};
    const int kind = static_cast<int>(r.kind);
    if (kind >= static_cast<int>(type::vector_int2) && kind <= static_cast<int>(type::vector_float4)) {
      const int number_of_fixed = kind - static_cast<int>(type::vector_int2);
      v.element = static_cast<type>(number_of_fixed % 3 + 1);
      v.size = number_of_fixed / 3 + 2;
    } else {
      v.element = static_cast<type>(kind - static_cast<int>(type::vector_int) + 1);
      v.size = stored_size(v.position, v.width);
    }
    boost::json::array result;
    if (!good_ || v.size == 0) return good_ ? boost::json::value(std::move(result)) : bad();
    if (v.element == type::key || v.element == type::string) {  // old vectors of strings are read as keys
      for (std::int64_t i = 0; i < v.size && good_ && spend(1); ++i) {
        result.emplace_back(key(indirect(at(clamped(v.position + i * v.width)), 0, v.width)));
      }
      return good_ ? boost::json::value(std::move(result)) : bad();
    }
    const auto bytes = slice(v.position, clamped(v.position + v.size * v.width));
    // In 64 bits: a size that damage has made may be more than 32 hold.
    const auto total = static_cast<std::int64_t>(bytes.size());
    if (v.size < 0 || v.size > total || total % v.size != 0 || !spend(v.size)) return bad();
    const auto count = static_cast<std::size_t>(v.size), width = bytes.size() / count;
    for (std::size_t i = 0; i < count && good_; ++i) {
      const auto one = bytes.subspan(i * width, width);
      switch (v.element) {
        case type::int_: result.emplace_back(signed_number(one)); break;
        case type::uint: result.emplace_back(number(one)); break;
        case type::float_: result.push_back(real(one)); break;
        default: result.emplace_back(number(one) != 0); break;
      }
    }
    return good_ ? boost::json::value(std::move(result)) : bad();
  }

  std::span<const std::uint8_t> bytes_;
  std::int64_t size_;
  std::int64_t budget_;
  bool good_ = true;
};

}  // namespace detail

AEQ_INLINE std::optional<boost::json::value> decode_flexbuffer(std::span<const std::uint8_t> bytes) {
  return detail::flexbuffer_reader(bytes).read();
}

}  // namespace aeq::inline AEQ_ABI::io
