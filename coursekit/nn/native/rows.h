// Rows of numbers in memory, walked in vectors, and shared out among threads.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <vector>

#include "gemm.h"

namespace {

constexpr int64_t kBlock = 96;          // rows that take their steps together: with their states they fit the cache
constexpr double kWorthAThread = 4e6;   // operations in products, which take far longer than to start a thread

// Rows of one or more blocks of H units, which lie `stride` apart.
template <typename T> struct Rows { T* at; int64_t stride; };

// Any layout -> one in which the units of a row lie side by side; copied only where they do not.
Tensor in_rows(const Tensor& v) { return (v.stride(-1) == 1 ? v : v.contiguous()).resolve_neg(); }
template <typename T> Rows<T> rows(const Tensor& v) { return {v.data_ptr<T>(), v.stride(0)}; }  // of v (N, blocks * H)
template <typename T> Rows<T> step(const Tensor& v, int64_t t) {  // of v (k, N, blocks * H) or (k, N, blocks, H)
  return {v.data_ptr<T>() + t * v.stride(0), v.stride(1)};
}
template <typename T> Rows<T> same(const Tensor& b) { return {b.data_ptr<T>(), 0}; }  // b (blocks * H) for every row
template <typename T> Rows<T> before(const Tensor& first, const Tensor& states, int64_t t) {
  return t > 0 ? step<T>(states, t - 1) : rows<T>(first);  // states (k, N, H), and the one that precedes them
}

// Some of the N rows: from `begin` to before `end`.
struct Range { int64_t begin, end; };

// body(a function that reads, one that writes), for each vector of units in each of some rows. The two take the rows
// and which of their blocks is meant.
template <typename T, typename Body> void for_units(Range some, int64_t H, Body body) {
  for (int64_t row = some.begin; row < some.end; ++row)
    for (int64_t j = 0; j < H; j += Vec<T>::size()) {
      const auto count = std::min<int64_t>(Vec<T>::size(), H - j);
      auto place = [=](Rows<T> a, int64_t block) { return a.at + row * a.stride + block * H + j; };
      body([=](Rows<T> a, int64_t block = 0) { return Vec<T>::loadu(place(a, block), count); },
           [=](Vec<T> v, Rows<T> a, int64_t block = 0) { v.store(place(a, block), count); });
    }
}

// walk(a range of rows), for N rows in ranges of at most kBlock, on as many threads as PyTorch may use. No sequence of
// a batch depends on another one, so a range walks through all its steps on its own. On Linux a thread inherits from its
// parent how it treats denormal numbers. operations: of all products together.
template <typename Walk> void share(int64_t N, double operations, Walk walk) {
  const auto most = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), N));
  const auto threads = std::clamp<int64_t>(operations / kWorthAThread, 1, most);
  const auto ranges = threads * ((N + threads * kBlock - 1) / (threads * kBlock));
  auto part = [&](int64_t thread) {
    for (int64_t i = thread; i < ranges; i += threads) walk(Range{N * i / ranges, N * (i + 1) / ranges});
  };
  std::vector<std::thread> others;
  for (int64_t thread = 1; thread < threads; ++thread) try {
      others.emplace_back(part, thread);
    } catch (const std::system_error&) {  // the system grants no more of them
      part(thread);
    }
  part(0);
  for (auto& other : others) other.join();
}

}  // namespace
