// The ways through a sequence, there and back, for any cell whose step is given.
//
// T steps, N sequences, D inputs, H units, L rows of the weights. A range of the batch goes through the whole sequence
// by itself: in chunks of steps, whose products with the input are made together, as are those for the gradients.
#pragma once

#include <optional>
#include <vector>

#include "rows.h"

namespace {

// Steps of (., rows, width) that fit into `room` bytes.
template <typename T> int64_t chunk_length(int64_t steps, int64_t rows, int64_t width, int64_t room) {
  return std::clamp<int64_t>(room / (sizeof(T) * std::max<int64_t>(1, rows * width)), 1, std::max<int64_t>(1, steps));
}

double operations(const Tensor& x, const Tensor& W_ih, const Tensor& W_hh) {
  return 2. * x.size(0) * x.size(1) * (W_ih.numel() + W_hh.numel());
}

// x (T, N, D), W_ih (L, D), W_hh (L, H), h (N, H) the state before hs (T, N, H). step(some rows, t, what the input adds
// to their gates, what the state before adds) has to write hs.
template <typename T, typename Step>
void walk_forwards(const Tensor& x, const Tensor& h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& hs,
                   int64_t room, Step step) {
  const int64_t length = x.size(0), L = W_hh.size(0);
  const auto packed_ih = pack(W_ih), packed_hh = pack(W_hh);
  share(x.size(1), threads_for(x.size(1), operations(x, W_ih, W_hh)), [&](int64_t, Range some) {
    const auto chunk = chunk_length<T>(length, some.size(), L, room);
    const Tensor projected = at::empty({chunk, some.size(), L}, hs.options());
    const Tensor recurrent = at::empty({1, some.size(), L}, hs.options());
    const auto from_x = steps<T>(projected, some), from_h = steps<T>(recurrent, some);
    for (int64_t t = 0; t < length; ++t) {
      if (t % chunk == 0) {
        auto inputs = steps<T>(x);
        inputs.at += t * inputs.step;
        multiply(some, std::min(chunk, length - t), inputs, packed_ih, from_x, L);
      }
      multiply(some, before<T>(h, hs, t), packed_hh, from_h[0], L);
      step(some, t, from_x[t % chunk], from_h[0]);
    }
  });
}

// The gradients that are wanted: of x (T, N, D), W_ih, W_hh, and of each number in a row that a step makes (width).
struct Gradients {
  std::optional<Tensor> x, W_ih, W_hh;
  Tensor b;

  // Those that another thread adds to: the rows of x are each thread's own.
  Gradients another() const {
    auto zeros = [](const std::optional<Tensor>& v) { return v ? std::optional(at::zeros_like(*v)) : v; };
    return {x, zeros(W_ih), zeros(W_hh), at::zeros_like(b)};
  }
  void add(const Gradients& other) {
    if (W_ih) W_ih->add_(*other.W_ih);
    if (W_hh) W_hh->add_(*other.W_hh);
    b.add_(other.b);
  }
};

// Adds to dW (L, K) the sum of d_row^T v_row over some rows of `count` steps; v(t) are the rows (., K) of a step.
template <typename T, typename Of>
void add_gradient(Range some, int64_t count, Rows<T> d, Of v, const Tensor& dW) {
  const int64_t K = dW.size(1), all = count * some.size();
  const Tensor room = at::empty({all, kColumns<T>}, dW.options());
  for (int64_t j = 0; j < K; j += kColumns<T>) {
    const auto columns = std::min<int64_t>(kColumns<T>, K - j);
    auto* to = room.data_ptr<T>();
    for (int64_t t = 0; t < count; ++t) {
      const Rows<T> from = v(t);
      for (int64_t row = some.begin; row < some.end; ++row, to += kColumns<T>)
        std::fill(std::copy_n(from.at + row * from.stride + j, columns, to), to + kColumns<T>, T(0));
    }
    multiply_panel(d.at, int64_t(1), d.stride, dW.size(0), room.data_ptr<T>(), all, dW.data_ptr<T>() + j, K, columns,
                   true);
  }
}

// Adds to db (width) the sum of `count` rows of d.
template <typename T> void add_sum(int64_t count, Rows<T> d, const Tensor& db) {
  const int64_t width = db.size(0);
  auto* sum = db.data_ptr<T>();
  for (int64_t row = 0; row < count; ++row)
    for (int64_t j = 0; j < width; ++j) sum[j] += d.at[row * d.stride + j];
}

// dh (N, H), of the state after the last step, becomes the gradient of h, the state before hs. step(some rows, t, d) has
// to write, from dh, what is the gradient at the gates in the rows of d: for W_ih in their first L numbers, for W_hh in
// their last L. adds: to what the step leaves in dh, the gradient of W_hh h is added.
template <typename T, typename Step>
void walk_backwards(const Tensor& x, const Tensor& h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& hs,
                    const Tensor& dh, const Gradients& wanted, int64_t room, bool adds, Step step) {
  const int64_t length = x.size(0), L = W_hh.size(0), width = wanted.b.size(0);
  const auto packed_ih = wanted.x ? pack(W_ih.t()) : Tensor(), packed_hh = pack(W_hh.t());
  const auto threads = threads_for(x.size(1), 2 * operations(x, W_ih, W_hh));
  std::vector<Gradients> gradients{wanted};
  while (int64_t(gradients.size()) < threads) gradients.push_back(wanted.another());
  share(x.size(1), threads, [&](int64_t thread, Range some) {
    const auto chunk = chunk_length<T>(length, some.size(), width, room);
    const Tensor made = at::empty({chunk, some.size(), width}, hs.options());
    const auto d = steps<T>(made, some);
    const Steps<T> d_hh{d.at + width - L, d.step, d.stride};
    const auto& to = gradients[thread];
    for (int64_t t = length - 1; t >= 0; --t) {
      step(some, t, d[t % chunk]);
      multiply(some, d_hh[t % chunk], packed_hh, rows<T>(dh), dh.size(1), adds);
      if (t % chunk > 0) continue;
      const auto count = std::min(chunk, length - t);
      const Rows<T> all{made.data_ptr<T>(), width};
      add_sum(count * some.size(), all, to.b);
      if (to.W_ih) add_gradient(some, count, all, [&](int64_t i) { return steps<T>(x)[t + i]; }, *to.W_ih);
      if (to.W_hh)
        add_gradient(some, count, Rows<T>{all.at + width - L, width}, [&](int64_t i) { return before<T>(h, hs, t + i); },
                     *to.W_hh);
      if (to.x) {
        auto dx = steps<T>(*to.x);
        dx.at += t * dx.step;
        multiply(some, count, d, packed_ih, dx, x.size(2));
      }
    }
  });
  for (int64_t thread = 1; thread < threads; ++thread) gradients[0].add(gradients[thread]);
}

}  // namespace
