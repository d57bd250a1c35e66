// SPDX-License-Identifier: Apache-2.0
// Static range quantization, calibrated with samples that no file holds: MODEL OUTPUT. They come from a camera (here a
// make-believe one), one after the other, and are gone when the next one comes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <span>
#include <utility>

#include <aeq/aeq.hpp>

namespace {

/// An input range: it can be gone through once, and holds one picture at a time.
class camera {
 public:
  explicit camera(int pictures) : left_(pictures) {}

  class iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = aeq::calibrate::sample;
    using iterator_concept = std::input_iterator_tag;

    explicit iterator(camera& of) : of_(&of) {}
    const aeq::calibrate::sample& operator*() const { return of_->now_; }
    iterator& operator++() {
      of_->take();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.is_at_end(); }

   private:
    [[nodiscard]] bool is_at_end() const { return of_->left_ < 0; }
    camera* of_;
  };
  iterator begin() {
    take();
    return iterator(*this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  /// A bright bar, which turns from picture to picture.
  void take() {
    --left_;
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8; ++x) {
        const int distance = std::abs((x - 4) * (left_ % 5 - 2) + (y - 4) * (left_ % 3 - 1));
        pixels_[static_cast<std::size_t>(8 * y + x)] = static_cast<float>(std::max(0, 4 - distance)) / 4;
      }
    }
    now_ = {0, {{.type = aeq::element_type::float32, .data = std::as_bytes(std::span(pixels_)), .shape = shape_}}};
  }

  int left_;
  std::array<std::int32_t, 4> shape_{1, 8, 8, 1};
  std::array<float, 64> pixels_{};
  aeq::calibrate::sample now_;
};
static_assert(aeq::calibrate::sample_range<camera>);

}  // namespace

int main(int count, char** words) try {
  if (count != 3) throw aeq::error(aeq::error_code::wrong_usage, "own_samples MODEL OUTPUT");

  aeq::quantizer quantizer(words[1]);
  quantizer.load_recipe("static_wi8_ai8");
  const aeq::calibrate::observations seen = quantizer.calibrate(camera(60));

  std::cout.precision(4);
  std::cout << seen.samples() << " pictures\n";
  const auto ranges = seen.ranges();
  for (std::size_t i = 0; i < 3 && i < ranges.size(); ++i) {
    const auto& [tensor, range] = ranges.entries()[i];
    std::cout << tensor << ": " << range.lowest << " to " << range.highest << '\n';
  }
  for (const aeq::warning& note : quantizer.notes().all()) std::cerr << note.place << ": " << note.message << '\n';

  const std::uint64_t bytes = quantizer.save(words[2], {.file = {.overwrite = true}});
  std::cout << quantizer.source().file->bytes().size() << " bytes before, " << bytes << " after\n";
} catch (const aeq::error& problem) {
  std::cerr << problem.what() << '\n';
  return static_cast<int>(problem.code());
}
