// SPDX-License-Identifier: Apache-2.0
// Datasets: samples from files, one in memory at a time.
//
// What is a dataset:
//   X.npz            stacked: arrays named after the inputs (or their tensors), `signature/input` where a model has
//   several
//                    signatures, `arr_0`, `arr_1`, ... for the inputs in order; shape [samples, input shape], or
//                    [samples, input shape without its leading 1]; an array of exactly the input's shape is one sample
//                    or an array per sample and input: `signature/index/input`, samples in the order of the indices
//   X.npy            a stacked array for the only input
//   X.bin, X.raw     elements of the only input, sample after sample, in the machine's byte order
//   a folder         of .npz files; or of .npy files, named after inputs or with data of the only input each; or of
//   .bin
//                    and .raw files; in the order of their names
//   random, random:N N samples of random numbers for each signature (4 if N is left out)
//
// An input takes data of its own type; one that is quantized takes float32 too, which its scale then turns into
// integers. An open extent that leads counts as 1 where samples are told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <aeq/calibrate/sample.hpp>
#include <aeq/config.hpp>
#include <aeq/execute/engine.hpp>

namespace aeq::inline AEQ_ABI::calibrate {

struct dataset_options {
  std::uint64_t samples = 0;  ///< take the first so many of each signature; 0: all
};

/// An input range of samples, signature by signature as the file has them. It can be gone through again.
class dataset {
 public:
  /// Looks at names, types and shapes of what `data` holds ("-": standard input), but for arrays per sample, which are
  /// looked at when it is their turn. Throws error (io, bad_input) that names the file, the array, and what would be
  /// accepted; error (wrong_usage) for random numbers of which there are none.
  dataset(const std::string& data, std::vector<execute::signature> signatures, dataset_options options = {});
  dataset(dataset&&) noexcept;
  dataset& operator=(dataset&&) noexcept;
  ~dataset();

  /// The next sample, which is valid until the next call; null at the end. Throws error (io, bad_input).
  [[nodiscard]] const sample* next();
  /// Makes `next` begin again.
  void rewind();

  /// How many samples there are in all.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] const std::vector<execute::signature>& signatures() const;
  [[nodiscard]] bool is_random() const;
  /// The path that it was opened by.
  [[nodiscard]] const std::string& name() const;

  class iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = sample;
    using iterator_concept = std::input_iterator_tag;

    explicit iterator(dataset& of) : of_(&of), at_(of.next()) {}
    [[nodiscard]] const sample& operator*() const { return *at_; }
    iterator& operator++() {
      at_ = of_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.at_ == nullptr; }

   private:
    dataset* of_;
    const sample* at_;
  };
  [[nodiscard]] iterator begin() {
    rewind();
    return iterator(*this);
  }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  struct inside;
  std::unique_ptr<inside> inside_;
};

/// Whether a name of data asks for random numbers: "random", "random:16".
[[nodiscard]] bool is_random_data(const std::string& data);

}  // namespace aeq::inline AEQ_ABI::calibrate

#if AEQ_DEFINITIONS
#include <aeq/calibrate/dataset.ipp>
#endif
