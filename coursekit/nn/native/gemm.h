// Matrix products x W^T of a few rows x with a weight that stays the same: step after step, chunk after chunk.
//
// A library arranges W for its kernel anew in every product. Here it is arranged once, in panels: kColumns columns of
// W^T, one row after the other, so that the kernel reads a panel from its beginning to its end. The kernel keeps kRows
// rows of a result, as wide as a panel, in the processor's registers, which is what makes a product fast; the scheme is
// that of Goto and van de Geijn (2008), "Anatomy of high-performance matrix multiplication".
#pragma once

#include <ATen/ATen.h>
#include <ATen/cpu/vec/vec.h>

#include <algorithm>
#include <utility>

namespace {

using at::Tensor;
template <typename T> using Vec = at::vec::Vectorized<T>;

// Of 16 registers (AVX2) the results take 12, of 32 (AVX-512) 16; a column of x and a row of the panel take the others.
template <typename T> constexpr int64_t kRows = sizeof(T) * Vec<T>::size() == 64 ? 8 : 6;
template <typename T> constexpr int64_t kColumns = 2 * Vec<T>::size();

// W (L, K) in any layout -> W^T as (panels, K, kColumns); behind its last column come zeros.
Tensor pack(const Tensor& given) {
  const Tensor W = given.resolve_neg();
  const int64_t L = W.size(0), K = W.size(1), from_row = W.stride(0), from_column = W.stride(1);
  return AT_DISPATCH_FLOATING_TYPES(W.scalar_type(), "pack", [&] {
    constexpr auto columns = kColumns<scalar_t>;
    const auto panels = (L + columns - 1) / columns;
    const auto packed = at::empty({panels, K, columns}, W.options());
    const auto* W_at = W.const_data_ptr<scalar_t>();
    auto* to = packed.data_ptr<scalar_t>();
    for (int64_t panel = 0; panel < panels; ++panel, W_at += columns * from_row) {
      const auto there = std::min<int64_t>(columns, L - panel * columns);
      for (int64_t k = 0; k < K; ++k, to += columns) {
        for (int64_t j = 0; j < there; ++j) to[j] = W_at[j * from_row + k * from_column];
        std::fill(to + there, to + columns, scalar_t(0));
      }
    }
    return packed;
  });
}

// Writes a vector, or adds it to what is there; no more than `count` numbers of it.
template <typename T> inline void put(Vec<T> sum, T* at, int64_t count, bool add) {
  if (count >= Vec<T>::size())
    (add ? sum + Vec<T>::loadu(at) : sum).store(at);
  else if (count > 0)
    (add ? sum + Vec<T>::loadu(at, count) : sum).store(at, count);
}

// Asks for the memory of a row of a result, which then arrives while the product is computed.
template <typename T> inline void fetch(const T* row) {
  __builtin_prefetch(row, 1), __builtin_prefetch(row + Vec<T>::size(), 1);
}

// The product of some rows of x, from one of which to the next it is `row` numbers, and `column` from one column to the
// next, with one panel: written to out, or added to it. The numbers of the rows are constants, written out one after the
// other, so that a compiler leaves no sum in memory.
template <typename T, int64_t... Row>
inline void multiply_tile(std::integer_sequence<int64_t, Row...>, const T* x, int64_t row, int64_t column,
                          const T* panel, int64_t K, T* out, int64_t out_stride, int64_t columns, bool add) {
  Vec<T> left[] = {Vec<T>(T(0) * Row)...}, right[] = {Vec<T>(T(0) * Row)...};
  if (add) (fetch(out + Row * out_stride), ...);
  for (int64_t k = 0; k < K; ++k, x += column, panel += kColumns<T>) {
    const auto W_left = Vec<T>::loadu(panel), W_right = Vec<T>::loadu(panel + Vec<T>::size());
    auto grow = [&](Vec<T> factor, Vec<T>& in_left, Vec<T>& in_right) {
      in_left = at::vec::fmadd(factor, W_left, in_left), in_right = at::vec::fmadd(factor, W_right, in_right);
    };
    (grow(Vec<T>(x[Row * row]), left[Row], right[Row]), ...);
  }
  (put(left[Row], out + Row * out_stride, columns, add), ...);
  (put(right[Row], out + Row * out_stride + Vec<T>::size(), columns - Vec<T>::size(), add), ...);
}

// The same for any number of rows. At most `columns` columns are written.
template <typename T, int64_t Count = kRows<T>>
void multiply_panel(const T* x, int64_t row, int64_t column, int64_t rows, const T* panel, int64_t K, T* out,
                    int64_t out_stride, int64_t columns, bool add) {
  for (; rows >= Count; rows -= Count, x += Count * row, out += Count * out_stride)
    multiply_tile<T>(std::make_integer_sequence<int64_t, Count>(), x, row, column, panel, K, out, out_stride, columns,
                     add);
  if constexpr (Count > 1)
    if (rows > 0) multiply_panel<T, Count - 1>(x, row, column, rows, panel, K, out, out_stride, columns, add);
}

// Some rows of x, `stride` apart, times W (L, K) as `pack` returns it, x W^T, in as many rows of out: written or added.
template <typename T>
void multiply(const T* x, int64_t stride, int64_t rows, const Tensor& W, T* out, int64_t out_stride, int64_t L,
              bool add = false) {
  const int64_t K = W.size(1);
  const T* panel = W.data_ptr<T>();
  for (int64_t j = 0; j < L; j += kColumns<T>, panel += K * kColumns<T>)
    multiply_panel(x, stride, int64_t(1), rows, panel, K, out + j, out_stride, L - j, add);
}

}  // namespace
