// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ranges>
#include <string>
#include <vector>

#include <aeq/calibrate/dataset.hpp>
#include <aeq/io/error.hpp>

#include "support/arrays.hpp"
#include "support/scratch.hpp"

namespace {

using aeq::element_type;
using aeq::calibrate::dataset;
using aeq::calibrate::npz_writer;
using aeq::calibrate::sample;
using aeq::execute::port;
using aeq::execute::signature;
using aeq_test::add;
using aeq_test::counted;

static_assert(aeq::calibrate::sample_range<dataset&>);
static_assert(aeq::calibrate::sample_range<const std::vector<sample>&>);

port in(const char* name, const char* tensor, element_type type, std::vector<std::int32_t> shape) {
  port made;
  made.name = name;
  made.tensor_name = tensor;
  made.type = type;
  made.shape = std::move(shape);
  return made;
}
signature call(const char* key, std::vector<port> inputs) {
  signature made;
  made.key = key;
  made.inputs = std::move(inputs);
  return made;
}

/// One input x of shape [1, 2, 2].
const std::vector<signature> one{call("main", {in("x", "model/x:0", element_type::float32, {1, 2, 2})})};
const std::vector<signature> two{call("main", {in("x", "model/x:0", element_type::float32, {1, 2}),
                                               in("ids", "model/ids:0", element_type::int32, {1, -1})})};
const std::vector<signature> several{
    call("encode", {in("x", "e/x", element_type::float32, {1, 2})}),
    call("decode", {in("x", "d/x", element_type::float32, {3}), in("y", "d/y", element_type::float32, {1})})};

struct read_sample {
  std::size_t signature;
  std::vector<std::vector<std::int32_t>> shapes;
  std::vector<std::vector<float>> floats;
};

std::vector<read_sample> all_of(dataset& data) {
  std::vector<read_sample> all;
  for (const sample& s : data) {
    read_sample& r = all.emplace_back();
    r.signature = s.signature;
    for (const aeq::operand& value : s.inputs) {
      r.shapes.emplace_back(value.shape.begin(), value.shape.end());
      r.floats.push_back(value.type == element_type::float32 ? aeq_test::values_of<float>(value.data)
                                                             : std::vector<float>());
    }
  }
  return all;
}

/// An archive with what `fill` adds.
std::string npz(const aeq_test::scratch& work, const std::function<void(npz_writer&)>& fill, bool deflated = true) {
  const std::string path = work.path("data.npz");
  npz_writer writer(path, {.overwrite = true}, deflated);
  fill(writer);
  writer.finish();
  return path;
}

/// Opens a dataset, reads it to its end, and says what was refused.
std::string refusal(const std::string& path, const std::vector<signature>& signatures) {
  try {
    dataset data(path, signatures);
    while (data.next() != nullptr) continue;
  } catch (const aeq::error& e) {
    CHECK(e.code() == aeq::error_code::bad_input);
    return e.what();
  }
  return "accepted";
}

bool has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return true;
  MESSAGE("\"" << part << "\" is not in: " << text);
  return false;
}

}  // namespace

TEST_SUITE("calibrate/dataset") {
  TEST_CASE("stacked arrays: with the input's shape, without its leading 1, and one sample") {
    const aeq_test::scratch work;
    for (const bool deflated : {false, true}) {
      using shapes = std::vector<std::vector<std::int32_t>>;
      for (const auto& shape : shapes{{3, 1, 2, 2}, {3, 2, 2}}) {
        const auto path = npz(
            work, [&](npz_writer& w) { add(w, "x", shape, counted(12)); }, deflated);
        dataset data(path, one);
        CHECK(data.size() == 3);
        for (int again = 0; again < 2; ++again) {
          const auto all = all_of(data);
          REQUIRE(all.size() == 3);
          for (std::size_t i = 0; i < 3; ++i) {
            CHECK(all[i].shapes[0] == std::vector<std::int32_t>{1, 2, 2});
            CHECK(all[i].floats[0] == counted(4, static_cast<float>(4 * i)));
          }
        }
        CHECK(dataset(path, one, {.samples = 2}).size() == 2);
        CHECK(dataset(path, one, {.samples = 9}).size() == 3);
      }
    }
    const auto path = npz(work, [](npz_writer& w) { add(w, "x", {1, 2, 2}, counted(4)); });
    CHECK(dataset(path, one).size() == 1);
  }

  TEST_CASE("an array has the name of its input or tensor, with or without signature, or its number") {
    const aeq_test::scratch work;
    for (const char* name :
         {"x", "model/x:0", "main/x", "main/model/x:0", "arr_0", "main/0/x", "main/0000/model/x:0", "0/x", "/0/x"}) {
      CAPTURE(name);
      std::vector<signature> signatures = one;
      if (name[0] == '/') signatures[0].key.clear();
      dataset data(npz(work, [&](npz_writer& w) { add(w, name, {1, 2, 2}, counted(4)); }), signatures);
      CHECK(data.size() == 1);
      CHECK(all_of(data)[0].floats[0] == counted(4));
    }
    const auto numbered = npz(work, [](npz_writer& w) {
      add<std::int32_t>(w, "arr_1", {2, 5}, counted<std::int32_t>(10));
      add(w, "arr_0", {2, 2}, counted(4));
    });
    dataset data(numbered, two);
    REQUIRE(data.size() == 2);
    const sample* s = data.next();
    REQUIRE(s != nullptr);
    CHECK(aeq_test::values_of<float>(s->inputs[0].data) == counted(2));
    CHECK(aeq_test::values_of<std::int32_t>(s->inputs[1].data) == counted<std::int32_t>(5));
    CHECK(std::ranges::equal(s->inputs[1].shape, std::vector<std::int32_t>{1, 5}));
  }

  TEST_CASE("an array per sample: samples in the order of their indices, signatures in that of the file") {
    const aeq_test::scratch work;
    const auto path = npz(work, [](npz_writer& w) {
      for (const char* index : {"0010", "0002"}) {
        add<float>(w, std::string("decode/") + index + "/y", {1}, {index[2] == '1' ? 10.0f : 2.0f});
        add(w, std::string("decode/") + index + "/x", {3}, counted(3));
      }
      add(w, "encode/x", {2, 2}, counted(4));
    });
    dataset data(path, several);
    CHECK(data.size() == 4);
    const auto all = all_of(data);
    REQUIRE(all.size() == 4);
    CHECK(all[0].signature == 1);
    CHECK(all[0].floats[1] == std::vector<float>{2});
    CHECK(all[1].floats[1] == std::vector<float>{10});
    CHECK(all[2].signature == 0);
    CHECK(all[3].floats[0] == counted(2, 2.0f));
    CHECK(dataset(path, several, {.samples = 1}).size() == 2);
  }

  TEST_CASE("an open extent that leads counts as 1, others as what they are") {
    const aeq_test::scratch work;
    const std::vector<signature> open{call("", {in("x", "x", element_type::float32, {-1, 2})})};
    // One after the other: each is the same file, which Windows replaces only when nobody reads it.
    {
      dataset stacked(npz(work, [](npz_writer& w) { add(w, "x", {3, 2}, counted(6)); }), open);
      CHECK(stacked.size() == 3);
    }
    {
      dataset batches(npz(work, [](npz_writer& w) { add(w, "x", {3, 4, 2}, counted(24)); }), open);
      REQUIRE(batches.size() == 3);
      CHECK(all_of(batches)[0].shapes[0] == std::vector<std::int32_t>{4, 2});
    }
    dataset single(npz(work, [](npz_writer& w) { add(w, "/0/x", {3, 2}, counted(6)); }), open);
    REQUIRE(single.size() == 1);
    CHECK(all_of(single)[0].shapes[0] == std::vector<std::int32_t>{3, 2});
  }

  TEST_CASE("floats become integers by the input's scale, as the Python tool's uniform_quantize makes them") {
    const aeq_test::scratch work;
    const std::vector<float> values{-1000, -1.3f, 0.25f, 0.75f, 1.25f, 1000};
    const auto path = npz(work, [&](npz_writer& w) { add(w, "x", {6}, values); });
    std::vector<signature> signatures{call("", {in("x", "x", element_type::int8, {6})})};
    aeq::execute::port& x = signatures[0].inputs[0];
    x.scale = {0.5f};
    const auto made = [&]<class Integer>(element_type type, std::int32_t zero_point, std::vector<Integer>) {
      x.type = type;
      x.zero_point = {zero_point};
      dataset data(path, signatures);
      return aeq_test::values_of<Integer>(data.next()->inputs[0].data);
    };
    using bytes = std::vector<std::int8_t>;
    using unsigned_bytes = std::vector<std::uint8_t>;
    using words = std::vector<std::int16_t>;
    CHECK(made(element_type::int8, 3, bytes{}) == bytes{-128, 0, 4, 4, 6, 127});
    CHECK(made(element_type::int8, 0, bytes{}) == bytes{-127, -3, 0, 2, 2, 127});
    CHECK(made(element_type::uint8, 3, unsigned_bytes{}) == unsigned_bytes{0, 0, 4, 4, 6, 255});
    CHECK(made(element_type::uint8, 0, unsigned_bytes{}) == unsigned_bytes{0, 0, 0, 2, 2, 255});
    CHECK(made(element_type::int16, 3, words{}) == words{-1997, 0, 4, 4, 6, 2003});
    CHECK(made(element_type::int16, 0, words{}) == words{-2000, -3, 0, 2, 2, 2000});
    signatures[0].inputs[0].scale.clear();
    CHECK(has(refusal(path, signatures), "array 'x': holds float32; input 'x' takes int16"));
    const auto integers = npz(work, [&](npz_writer& w) { add<std::int8_t>(w, "x", {6}, {1, 2, 3, 4, 5, 6}); });
    signatures[0].inputs[0].type = element_type::int8;
    dataset as_they_are(integers, signatures);
    CHECK(aeq_test::values_of<std::int8_t>(as_they_are.next()->inputs[0].data) ==
          std::vector<std::int8_t>{1, 2, 3, 4, 5, 6});
  }

  TEST_CASE("other orders of bytes are turned round, of elements refused") {
    const aeq_test::scratch work;
    std::string other = aeq_test::npy<float>({1, 2, 2}, {1, 2, 3, 4});
    const bool is_little = std::endian::native == std::endian::little;
    other.replace(other.find(is_little ? "<f4" : ">f4"), 3, is_little ? ">f4" : "<f4");
    for (std::size_t i = other.size() - 16; i < other.size(); i += 4) {
      std::reverse(other.begin() + static_cast<std::ptrdiff_t>(i), other.begin() + static_cast<std::ptrdiff_t>(i + 4));
    }
    aeq_test::put(work.path("other.npy"), other);
    dataset data(work.path("other.npy"), one);
    CHECK(all_of(data)[0].floats[0] == counted(4, 1.0f));
    std::string fortran = aeq_test::npy<float>({1, 2, 2}, counted(4));
    fortran.replace(fortran.find("False"), 5, "True ");
    aeq_test::put(work.path("fortran.npy"), fortran);
    CHECK(has(refusal(work.path("fortran.npy"), one), "numpy.ascontiguousarray"));
  }

  TEST_CASE("files of one array, and raw elements, are for the only input") {
    const aeq_test::scratch work;
    const std::string array = aeq_test::npy<float>({3, 2, 2}, counted(12));
    aeq_test::put(work.path("x.npy"), array);
    dataset of_array(work.path("x.npy"), one);
    CHECK(of_array.size() == 3);
    aeq_test::put(work.path("x.bin"), array.substr(array.size() - 48));
    dataset of_raw(work.path("x.bin"), one);
    REQUIRE(of_raw.size() == 3);
    CHECK(all_of(of_raw)[2].floats[0] == counted(4, 8.0f));
    CHECK(has(refusal(work.path("x.npy"), two), "the model has more inputs than one"));
    aeq_test::put(work.path("x.raw"), std::string(17, 'x'));
    CHECK(has(refusal(work.path("x.raw"), one), "17 bytes of raw elements; a multiple of 16"));
    aeq_test::put(work.path("x.txt"), std::string(16, 'x'));
    CHECK(has(refusal(work.path("x.txt"), one), "is neither .npz nor .npy"));
    aeq_test::put(work.path("short.npy"), array.substr(0, array.size() - 1));
    CHECK(has(refusal(work.path("short.npy"), one), "not as long as its type and shape say"));
  }

  TEST_CASE("folders: of archives, of arrays by name, of arrays without names") {
    const aeq_test::scratch work;
    const auto folder = [&](const std::string& name) {
      std::filesystem::create_directory(work.folder / name);
      return work.path(name);
    };
    const std::string archives = folder("archives");
    for (const char* name : {"b.npz", "a.npz", ".hidden.npz"}) {
      npz_writer writer(archives + "/" + name);
      add(writer, "x", {2, 2, 2}, counted(8, name[0] == 'a' ? 0.0f : 100.0f));
      writer.finish();
    }
    aeq_test::put(archives + "/README", "not data");
    dataset of_archives(archives, one);
    REQUIRE(of_archives.size() == 4);
    const auto all = all_of(of_archives);
    CHECK(all[0].floats[0] == counted(4));
    CHECK(all[3].floats[0] == counted(4, 104.0f));
    CHECK(dataset(archives, one, {.samples = 3}).size() == 3);

    const std::string named = folder("named");
    aeq_test::put(named + "/x.npy", aeq_test::npy<float>({2, 2}, counted(4)));
    aeq_test::put(named + "/ids.npy", aeq_test::npy<std::int32_t>({2, 3}, counted<std::int32_t>(6)));
    CHECK(dataset(named, two).size() == 2);

    const std::string unnamed = folder("unnamed");
    for (const char* name : {"cat1.npy", "cat2.npy"}) {
      aeq_test::put(unnamed + "/" + name, aeq_test::npy<float>({1, 2, 2}, counted(4)));
    }
    CHECK(dataset(unnamed, one).size() == 2);
    CHECK(has(refusal(unnamed, two), "array 'cat1' is for no input"));
    aeq_test::put(unnamed + "/x.npz", "");
    CHECK(has(refusal(unnamed, one), "side by side"));
    CHECK(has(refusal(folder("empty"), one), "is a folder without .npz"));
  }

  TEST_CASE("random numbers, the same each time") {
    dataset data("random:3", two);
    CHECK(data.is_random());
    CHECK(data.size() == 3);
    CHECK(dataset("random", several).size() == 8);
    const auto first = all_of(data);
    const auto again = all_of(data);
    REQUIRE(first.size() == 3);
    CHECK(first[2].floats == again[2].floats);
    CHECK(first[0].floats[0] != first[1].floats[0]);
    CHECK(first[0].shapes[1] == std::vector<std::int32_t>{1, 1});
    for (const char* wrong : {"random:", "random:0", "random:x", "random:3x"}) {
      try {
        dataset refused(wrong, two);
        FAIL("accepted");
      } catch (const aeq::error& e) {
        CHECK(e.code() == aeq::error_code::wrong_usage);
        CHECK(has(e.what(), "such as random:16"));
      }
    }
  }

  TEST_CASE("wrong names are told, and what would be accepted") {
    const aeq_test::scratch work;
    const auto with = [&](const std::string& name) {
      return npz(work, [&](npz_writer& w) { add(w, name, {1, 2, 2}, counted(4)); });
    };
    const std::vector<signature> images{call("main", {in("images", "t", element_type::float32, {1, 2, 2})})};
    const std::string wrong = refusal(with("image"), images);
    CHECK(has(wrong, "data.npz: array 'image' is for no input of the model"));
    CHECK(has(wrong, "'images'"));
    CHECK(has(wrong, "'images' is the nearest"));
    CHECK(has(refusal(with("arr_1"), one), "array 'arr_1' is for no input"));
    CHECK(has(refusal(with("x"), several), "could be for more than one input; accepted are 'encode/x', 'decode/x'"));
    CHECK(has(refusal(with("arr_0"), several), "is for no input"));
    CHECK(has(refusal(with("main/one/x"), one), "is for no input"));
  }

  TEST_CASE("wrong types, shapes and counts are told, and what would be accepted") {
    const aeq_test::scratch work;
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add<std::int8_t>(w, "x", {1, 2, 2}, {1, 2, 3, 4});
                          }),
                      one),
              "array 'x': holds int8; input 'x' takes float32"));
    const std::string shape = refusal(npz(work, [](npz_writer& w) { add(w, "x", {5, 2, 3}, counted(30)); }), one);
    CHECK(has(shape,
              "array 'x': has the shape [5, 2, 3]; input 'x' takes [1, 2, 2] for one sample, "
              "[samples, 1, 2, 2] or [samples, 2, 2] for several"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "main/0/x", {2, 2}, counted(4));
                          }),
                      one),
              "array 'main/0/x': has the shape [2, 2]; input 'x' takes [1, 2, 2]"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "x", {2, 2}, counted(4));
                            add<std::int32_t>(w, "ids", {3, 1}, {1, 2, 3});
                          }),
                      two),
              "arrays 'x' and 'ids' hold 2 and 3 samples"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "x", {2, 2}, counted(4));
                          }),
                      two),
              "no array is for input 'ids'"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "main/7/x", {1, 2}, counted(2));
                          }),
                      two),
              "sample 7: no array is for input 'ids'"));
    CHECK(has(refusal(npz(work, [](npz_writer& w) { add(w, "x", {0, 2, 2}, counted(0)); }), one), "holds no samples"));
    CHECK(has(refusal(npz(work, [](npz_writer&) {}), one), "holds no arrays"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "x", {1, 2, 2}, counted(4));
                            add(w, "main/0/x", {1, 2, 2}, counted(4));
                          }),
                      one),
              "either is accepted, both together are not"));
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "x", {1, 2, 2}, counted(4));
                            add(w, "main/x", {1, 2, 2}, counted(4));
                          }),
                      one),
              "are for the same input"));
    const std::vector<signature> text{call("", {in("x", "x", element_type::absent, {1})})};
    CHECK(has(refusal("random", text), "a type that no data can be given for"));
    const std::vector<signature> open{call("", {in("x", "x", element_type::float32, {1, -1})})};
    CHECK(has(refusal(npz(work,
                          [](npz_writer& w) {
                            add(w, "x", {2000000000, 1, 0}, counted(0));
                          }),
                      open),
              "has no elements"));
    CHECK_THROWS_AS(dataset(work.path("absent.npz"), one), aeq::error);
  }
}
