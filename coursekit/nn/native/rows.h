// Rows of numbers in memory, walked in vectors, and shared out among threads.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>

#include <algorithm>
#include <limits>

#include "gemm.h"

namespace {

constexpr int64_t kBlock = 96;         // rows that take their steps together: with their states they fit the cache
constexpr double kWorthAThread = 4e6;  // operations in products, which take far longer than to set off a thread

// Rows of one or more blocks of H units, which lie `stride` apart.
template <typename T> struct Rows { T* at; int64_t stride; };
// The same for each of several steps, which lie `step` apart.
template <typename T> struct Steps {
  T* at;
  int64_t step, stride;
  Rows<T> operator[](int64_t t) const { return {at + t * step, stride}; }
};
// Some of the N rows: from `begin` to before `end`.
struct Range {
  int64_t begin, end;
  int64_t size() const { return end - begin; }
};

// Any layout -> one in which the units of a row lie side by side; copied only where they do not.
Tensor in_rows(const Tensor& v) { return (v.stride(-1) == 1 ? v : v.contiguous()).resolve_neg(); }
template <typename T> Rows<T> rows(const Tensor& v) { return {v.data_ptr<T>(), v.stride(0)}; }  // of v (N, blocks * H)
template <typename T> Rows<T> same(const Tensor& b) { return {b.data_ptr<T>(), 0}; }  // b (blocks * H) for every row
// Of v (T, N, blocks * H), or of (T, some.size(), blocks * H), which has these rows alone.
template <typename T> Steps<T> steps(const Tensor& v) { return {v.data_ptr<T>(), v.stride(0), v.stride(1)}; }
template <typename T> Steps<T> steps(const Tensor& v, Range some) {
  return {v.data_ptr<T>() - some.begin * v.stride(1), v.stride(0), v.stride(1)};
}
template <typename T> Rows<T> before(const Tensor& first, const Tensor& states, int64_t t) {
  return t > 0 ? steps<T>(states)[t - 1] : rows<T>(first);  // states (T, N, H), and the one that precedes them
}

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

// Some rows of x times W as `pack` returns it, in the same rows of out (., L): written or added to it.
template <typename T> void multiply(Range some, Rows<T> x, const Tensor& W, Rows<T> out, int64_t L, bool add = false) {
  multiply(x.at + some.begin * x.stride, x.stride, some.size(), W, out.at + some.begin * out.stride, out.stride, L, add);
}

// The same for `count` steps: row by row through them where they are more than the rows, as a product likes it.
template <typename T>
void multiply(Range some, int64_t count, Steps<T> x, const Tensor& W, Steps<T> out, int64_t L) {
  if (count > some.size())
    for (int64_t row = some.begin; row < some.end; ++row)
      multiply(x.at + row * x.stride, x.step, count, W, out.at + row * out.stride, out.step, L);
  else
    for (int64_t t = 0; t < count; ++t) multiply(some, x[t], W, out[t], L);
}

// Does this thread flush denormal numbers to zero at the moment?
bool flushing() {
  const volatile double smallest = std::numeric_limits<double>::min();
  return smallest * 0.5 == 0.;
}

// For how many threads of those that PyTorch may use there is work in N rows.
int64_t threads_for(int64_t N, double operations) {
  const auto most = std::max<int64_t>(1, std::min<int64_t>(at::get_num_threads(), N));
  return std::clamp<int64_t>(operations / kWorthAThread, 1, most);
}

// walk(which thread, a range of rows), for N rows in ranges of at most kBlock. No sequence of a batch depends on another
// one, so a range walks through all its steps on its own. The threads are PyTorch's, which wait for work with their
// processors busy, so that other ones would find none free; its iterators hand them out.
template <typename Walk> void share(int64_t N, int64_t threads, Walk walk) {
  const auto ranges = threads * ((N + threads * kBlock - 1) / (threads * kBlock));
  auto part = [&](int64_t thread) {
    for (int64_t r = thread; r < ranges; r += threads) walk(thread, Range{N * r / ranges, N * (r + 1) / ranges});
  };
  if (threads == 1) return part(0);
  const bool flush = flushing();
  auto numbers = at::arange(threads, at::kLong);
  at::TensorIterator::nullary_op(numbers).for_each([&](char** at, const int64_t* strides, int64_t count) {
    const bool before = flushing();
    at::globalContext().setFlushDenormal(flush);
    for (int64_t i = 0; i < count; ++i) part(*reinterpret_cast<int64_t*>(at[0] + i * strides[0]));
    at::globalContext().setFlushDenormal(before);
  }, 1);
}

}  // namespace
