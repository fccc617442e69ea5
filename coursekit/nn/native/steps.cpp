// The RNN, the LSTM and the GRU over a sequence, there and back: what `fast.py` of each cell does in Python.
//
// A step is one product (`walks.h`) and one pass over its rows, in which a vector of units goes through all gates while
// it is in registers. T steps, N sequences, D inputs, H units. What is written is contiguous, but that gates may have
// one step that stands for all, where nobody reads them again; all else may have any layout. room: bytes that a chunk of
// steps may take. What has the same name in Python is the same.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <initializer_list>

#include "walks.h"

namespace {

template <typename T> Vec<T> sigmoid(Vec<T> a) { return Vec<T>(1) / (Vec<T>(1) + a.neg().exp()); }

template <typename T> Vec<T> horner(Vec<T> x, std::initializer_list<T> highest_first) {
  Vec<T> sum(0);
  for (T coefficient : highest_first) sum = at::vec::fmadd(sum, x, Vec<T>(coefficient));
  return sum;
}

// PyTorch's tanh, which takes several times as long as the sigmoid.
Vec<double> tanh_of(Vec<double> a) { return a.tanh(); }
// Eigen's quotient of polynomials: within 2.8e-7 of tanh, and 2.9e-7 of its size, everywhere. Beyond the bounds tanh is 1
// to within 2.3e-7. The factor x keeps small numbers exact and the sign of zero; `clamp` passes NaN on.
Vec<float> tanh_of(Vec<float> a) {
  const auto x = at::vec::clamp(a, Vec<float>(-7.998811721801758f), Vec<float>(7.998811721801758f)), y = x * x;
  const auto odd = x * horner<float>(y, {-2.76076847742355e-16f, 2.00018790482477e-13f, -8.60467152213735e-11f,
                                         5.12229709037114e-08f, 1.48572235717979e-05f, 6.37261928875436e-04f,
                                         4.89352455891786e-03f});
  return odd / horner<float>(y, {1.19825839466702e-06f, 1.18534705686654e-04f, 2.26843463243900e-03f,
                                 4.89352518554385e-03f});
}

// x (T, N, D); h (N, H) is the state before hs (T, N, H), which is written; b (H) the sum of the biases.
void rnn_forward(Tensor x, Tensor h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& b, const Tensor& hs,
                 bool relu, int64_t room) {
  x = in_rows(x), h = in_rows(h);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_forward", [&] {
    using T = scalar_t;
    walk_forwards<T>(x, h, W_ih, W_hh, hs, room, [&](Range some, int64_t t, Rows<T> from_x, Rows<T> from_h) {
      const auto bias = same<T>(b), h_t = steps<T>(hs)[t];
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        const auto a = load(from_x) + load(from_h) + load(bias);
        store(relu ? at::vec::maximum(a, Vec<T>(0)) : tanh_of(a), h_t);
      });
    });
  });
}

// dhs (T, N, H) are the gradients of h_t from outside. dh becomes the gradient of h, dx, dW_ih, dW_hh and db those of the
// others, where they are given: the last three are added to.
void rnn_backward(Tensor dhs, Tensor x, Tensor h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& hs,
                  const Tensor& dh, const std::optional<Tensor>& dx, const std::optional<Tensor>& dW_ih,
                  const std::optional<Tensor>& dW_hh, const Tensor& db, bool relu, int64_t room) {
  dhs = in_rows(dhs), x = in_rows(x), h = in_rows(h);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_backward", [&] {
    using T = scalar_t;
    const Gradients wanted{dx, dW_ih, dW_hh, db};
    walk_backwards<T>(x, h, W_ih, W_hh, hs, dh, wanted, room, false, [&](Range some, int64_t t, Rows<T> d) {
      const auto from_outside = steps<T>(dhs)[t], after = rows<T>(dh), h_t = steps<T>(hs)[t];
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        const Vec<T> h = load(h_t), one(1);
        store((load(from_outside) + load(after)) * (relu ? h.gt(Vec<T>(0)) : one - h * h), d);
      });
    });
  });
}

// As above; gates (T, N, 4H) become i, f, g, o; tanh_c, hs and cs (T, N, H) are written. h and c are the states before.
void lstm_forward(Tensor x, Tensor h, Tensor c, const Tensor& W_ih, const Tensor& W_hh, const Tensor& b,
                  const Tensor& gates, const Tensor& tanh_c, const Tensor& hs, const Tensor& cs, int64_t room) {
  x = in_rows(x), h = in_rows(h), c = in_rows(c);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "lstm_forward", [&] {
    using T = scalar_t;
    walk_forwards<T>(x, h, W_ih, W_hh, hs, room, [&](Range some, int64_t t, Rows<T> from_x, Rows<T> from_h) {
      const auto bias = same<T>(b), a = steps<T>(gates)[t], tanh_t = steps<T>(tanh_c)[t];
      const auto c_prev = before<T>(c, cs, t), c_t = steps<T>(cs)[t], h_t = steps<T>(hs)[t];
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        auto sum = [=](int block) { return load(from_x, block) + load(from_h, block) + load(bias, block); };
        const auto i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = tanh_of(sum(2)), o = sigmoid(sum(3));
        const auto next = f * load(c_prev) + i * g, squashed = tanh_of(next);
        store(i, a, 0), store(f, a, 1), store(g, a, 2), store(o, a, 3);
        store(next, c_t), store(squashed, tanh_t), store(o * squashed, h_t);
      });
    });
  });
}

// As above; dhs and dcs (T, N, H) are the gradients of h_t and c_t from outside, if there are any. dc becomes that of c.
void lstm_backward(const std::optional<Tensor>& dhs, const std::optional<Tensor>& dcs, Tensor x, Tensor h, Tensor c,
                   const Tensor& W_ih, const Tensor& W_hh, const Tensor& gates, const Tensor& tanh_c, const Tensor& hs,
                   const Tensor& cs, const Tensor& dh, const Tensor& dc, const std::optional<Tensor>& dx,
                   const std::optional<Tensor>& dW_ih, const std::optional<Tensor>& dW_hh, const Tensor& db,
                   int64_t room) {
  const auto none = at::zeros({1, 1, cs.size(2)}, cs.options()).expand_as(cs);
  const auto to_h = dhs ? in_rows(*dhs) : none, to_c = dcs ? in_rows(*dcs) : none;
  x = in_rows(x), h = in_rows(h), c = in_rows(c);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "lstm_backward", [&] {
    using T = scalar_t;
    const Gradients wanted{dx, dW_ih, dW_hh, db};
    walk_backwards<T>(x, h, W_ih, W_hh, hs, dh, wanted, room, false, [&](Range some, int64_t t, Rows<T> d) {
      const auto to_h_t = steps<T>(to_h)[t], to_c_t = steps<T>(to_c)[t], gates_t = steps<T>(gates)[t];
      const auto tanh_t = steps<T>(tanh_c)[t], c_prev = before<T>(c, cs, t), after = rows<T>(dh), dc_t = rows<T>(dc);
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        const Vec<T> one(1), i = load(gates_t, 0), f = load(gates_t, 1), g = load(gates_t, 2), o = load(gates_t, 3),
                     squashed = load(tanh_t), of_h = load(to_h_t) + load(after);
        const auto of_c = load(dc_t) + load(to_c_t) + of_h * o * (one - squashed * squashed);
        store(of_c * g * i * (one - i), d, 0), store(of_c * load(c_prev) * f * (one - f), d, 1);
        store(of_c * i * (one - g * g), d, 2), store(of_h * squashed * o * (one - o), d, 3);
        store(of_c * f, dc_t);
      });
    });
  });
}

// As above; b (3H) is without b_hn (H). gates (T, N, 3H) become r, z and hn = W_hn h_prev + b_hn; n (T, N, H) is written.
void gru_forward(Tensor x, Tensor h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& b, Tensor b_hn,
                 const Tensor& gates, const Tensor& n, const Tensor& hs, int64_t room) {
  x = in_rows(x), h = in_rows(h), b_hn = in_rows(b_hn);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "gru_forward", [&] {
    using T = scalar_t;
    walk_forwards<T>(x, h, W_ih, W_hh, hs, room, [&](Range some, int64_t t, Rows<T> from_x, Rows<T> from_h) {
      const auto bias = same<T>(b), bias_hn = same<T>(b_hn), gates_t = steps<T>(gates)[t], n_t = steps<T>(n)[t];
      const auto h_prev = before<T>(h, hs, t), h_t = steps<T>(hs)[t];
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        auto of_x = [=](int block) { return load(from_x, block) + load(bias, block); };
        const auto r = sigmoid(of_x(0) + load(from_h, 0)), z = sigmoid(of_x(1) + load(from_h, 1));
        const auto hn = load(from_h, 2) + load(bias_hn), candidate = tanh_of(of_x(2) + r * hn);
        store(r, gates_t, 0), store(z, gates_t, 1), store(hn, gates_t, 2), store(candidate, n_t);
        store(candidate + z * (load(h_prev) - candidate), h_t);
      });
    });
  });
}

// As above, but for the order of the blocks of W_ih and dW_ih, which is n, r, z; db (4H) has those of n, r, z and W_hn h.
void gru_backward(Tensor dhs, Tensor x, Tensor h, const Tensor& W_ih, const Tensor& W_hh, const Tensor& gates,
                  const Tensor& n, const Tensor& hs, const Tensor& dh, const std::optional<Tensor>& dx,
                  const std::optional<Tensor>& dW_ih, const std::optional<Tensor>& dW_hh, const Tensor& db,
                  int64_t room) {
  dhs = in_rows(dhs), x = in_rows(x), h = in_rows(h);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "gru_backward", [&] {
    using T = scalar_t;
    const Gradients wanted{dx, dW_ih, dW_hh, db};
    walk_backwards<T>(x, h, W_ih, W_hh, hs, dh, wanted, room, true, [&](Range some, int64_t t, Rows<T> d) {
      const auto from_outside = steps<T>(dhs)[t], after = rows<T>(dh), gates_t = steps<T>(gates)[t];
      const auto n_t = steps<T>(n)[t], h_prev = before<T>(h, hs, t);
      for_units<T>(some, hs.size(2), [=](auto load, auto store) {
        const Vec<T> one(1), r = load(gates_t, 0), z = load(gates_t, 1), hn = load(gates_t, 2), candidate = load(n_t),
                     of_h = load(from_outside) + load(after);
        const auto of_n = of_h * (one - z) * (one - candidate * candidate), of_hn = of_n * r;
        store(of_n, d, 0), store(of_hn * hn * (one - r), d, 1);
        store(of_h * (load(h_prev) - candidate) * z * (one - z), d, 2), store(of_hn, d, 3);
        store(of_h * z, after);
      });
    });
  });
}

}  // namespace

TORCH_LIBRARY(coursekit_native, library) {
  library.def("rnn_forward(Tensor x, Tensor h, Tensor W_ih, Tensor W_hh, Tensor b, Tensor(a!) hs, bool relu, int room) "
              "-> ()", rnn_forward);
  library.def("rnn_backward(Tensor dhs, Tensor x, Tensor h, Tensor W_ih, Tensor W_hh, Tensor hs, Tensor(a!) dh, "
              "Tensor(b!)? dx, Tensor(c!)? dW_ih, Tensor(d!)? dW_hh, Tensor(e!) db, bool relu, int room) -> ()",
              rnn_backward);
  library.def("lstm_forward(Tensor x, Tensor h, Tensor c, Tensor W_ih, Tensor W_hh, Tensor b, Tensor(a!) gates, "
              "Tensor(b!) tanh_c, Tensor(c!) hs, Tensor(d!) cs, int room) -> ()", lstm_forward);
  library.def("lstm_backward(Tensor? dhs, Tensor? dcs, Tensor x, Tensor h, Tensor c, Tensor W_ih, Tensor W_hh, "
              "Tensor gates, Tensor tanh_c, Tensor hs, Tensor cs, Tensor(a!) dh, Tensor(b!) dc, Tensor(c!)? dx, "
              "Tensor(d!)? dW_ih, Tensor(e!)? dW_hh, Tensor(f!) db, int room) -> ()", lstm_backward);
  library.def("gru_forward(Tensor x, Tensor h, Tensor W_ih, Tensor W_hh, Tensor b, Tensor b_hn, Tensor(a!) gates, "
              "Tensor(b!) n, Tensor(c!) hs, int room) -> ()", gru_forward);
  library.def("gru_backward(Tensor dhs, Tensor x, Tensor h, Tensor W_ih, Tensor W_hh, Tensor gates, Tensor n, Tensor hs, "
              "Tensor(a!) dh, Tensor(b!)? dx, Tensor(c!)? dW_ih, Tensor(d!)? dW_hh, Tensor(e!) db, int room) -> ()",
              gru_backward);
}
