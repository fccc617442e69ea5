// The steps of one chunk of time, for the RNN, the LSTM and the GRU: what `fast.py` of each cell walks over in Python.
//
// A step is one product and one pass over its rows, in which a vector of units goes through all gates while it is in
// registers. A batch goes in blocks of rows, which stay in the cache, each through all steps. k steps, N sequences, H
// units. Tensors are contiguous, but for the states before the chunk, the biases and the gradients from outside, which may have
// any layout. W is a weight as `pack` returns it. What has the same name in Python is the same.

#include <ATen/ATen.h>
#include <torch/library.h>

#include <initializer_list>
#include <vector>

#include "gemm.h"
#include "rows.h"

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

// Some of the rows of x (N, K) times W, in the same rows of out (N, L): written or added to it.
template <typename T> void multiply(Range some, Rows<T> x, const Tensor& W, Rows<T> out, int64_t L, bool add = false) {
  multiply(x.at + some.begin * x.stride, x.stride, some.end - some.begin, W, out.at + some.begin * out.stride,
           out.stride, L, add);
}

// Room for the products (N, L) of some rows with W.
template <typename T> struct Products : std::vector<T> {
  Products(Range some, int64_t L)
      : std::vector<T>((some.end - some.begin) * L), rows{this->data() - some.begin * L, L} {}
  Rows<T> rows;
};

double operations(const Tensor& W, int64_t N, int64_t k) { return 2. * W.numel() * N * k; }

// x (M, K), which W is the weight of, in one block -> out (M, L)
void project(Tensor x, const Tensor& out, const Tensor& W) {
  x = in_rows(x);
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "project", [&] {
    using T = scalar_t;
    share(x.size(0), operations(W, x.size(0), 1), [&](Range some) {
      multiply(some, rows<T>(x), W, rows<T>(out), out.size(1));
    });
  });
}

// x (k, N, H) is the projected input, without the bias b; h is the state before hs (k, N, H), which are written.
void rnn_forward(const Tensor& x, Tensor b, const Tensor& hs, Tensor h, const Tensor& W, bool relu) {
  const int64_t k = hs.size(0), N = hs.size(1), H = hs.size(2);
  h = in_rows(h), b = in_rows(b);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_forward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      Products<T> products(some, H);
      for (int64_t t = 0; t < k; ++t) {
        const auto x_t = step<T>(x, t), bias = same<T>(b), h_t = step<T>(hs, t);
        const auto p = products.rows;
        multiply(some, before<T>(h, hs, t), W, p, H);
        for_units<T>(some, H, [=](auto load, auto store) {
          const auto a = load(x_t) + load(p) + load(bias);
          store(relu ? at::vec::maximum(a, Vec<T>(0)) : tanh_of(a), h_t);
        });
      }
    });
  });
}

// dhs (k, N, H) are the gradients of h_t from outside; d becomes that of W_hh h; dh, of the state after the chunk,
// becomes that of the state before it.
void rnn_backward(Tensor dhs, const Tensor& d, const Tensor& dh, const Tensor& hs, const Tensor& W, bool relu) {
  const int64_t k = hs.size(0), N = hs.size(1), H = hs.size(2);
  dhs = in_rows(dhs);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_backward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      for (int64_t t = k - 1; t >= 0; --t) {
        const auto e_t = step<T>(dhs, t), d_t = step<T>(d, t), h_t = step<T>(hs, t), after = rows<T>(dh);
        for_units<T>(some, H, [=](auto load, auto store) {
          const Vec<T> h = load(h_t), one(1);
          store((load(e_t) + load(after)) * (relu ? h.gt(Vec<T>(0)) : one - h * h), d_t);
        });
        multiply(some, d_t, W, after, H);
      }
    });
  });
}

// x (k, N, 4H) is the projected input, without the bias b; gates become i, f, g, o; tanh_c, hs and cs are written. h
// and c are the states before them.
void lstm_forward(const Tensor& x, Tensor b, const Tensor& gates, const Tensor& tanh_c, const Tensor& hs,
                  const Tensor& cs, Tensor h, Tensor c, const Tensor& W) {
  const int64_t k = hs.size(0), N = hs.size(1), H = hs.size(2);
  h = in_rows(h), c = in_rows(c), b = in_rows(b);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "lstm_forward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      Products<T> products(some, 4 * H);
      for (int64_t t = 0; t < k; ++t) {
        const auto x_t = step<T>(x, t), bias = same<T>(b), a = step<T>(gates, t);
        const auto tanh_t = step<T>(tanh_c, t), c_prev = before<T>(c, cs, t);
        const auto c_t = step<T>(cs, t), h_t = step<T>(hs, t);
        const auto p = products.rows;
        multiply(some, before<T>(h, hs, t), W, p, 4 * H);
        for_units<T>(some, H, [=](auto load, auto store) {
          auto sum = [=](int block) { return load(x_t, block) + load(p, block) + load(bias, block); };
          const auto i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = tanh_of(sum(2)), o = sigmoid(sum(3));
          const auto next = f * load(c_prev) + i * g, squashed = tanh_of(next);
          store(i, a, 0), store(f, a, 1), store(g, a, 2), store(o, a, 3);
          store(next, c_t), store(squashed, tanh_t), store(o * squashed, h_t);
        });
      }
    });
  });
}

// d (k, N, 4H) becomes the gradient of W_hh h; dh and dc, of the states after the chunk, those of the states before it.
// dhs and dcs (k, N, H) are the gradients of h_t and c_t from outside, if there are any; c is the state before cs.
void lstm_backward(std::optional<Tensor> dhs, const std::optional<Tensor>& dcs, const Tensor& dh, const Tensor& dc,
                   const Tensor& d, const Tensor& gates, const Tensor& tanh_c, Tensor c, const Tensor& cs,
                   const Tensor& W) {
  const int64_t k = cs.size(0), N = cs.size(1), H = cs.size(2);
  const auto none = at::zeros({1, 1, H}, cs.options()).expand_as(cs);
  const auto from_h = dhs ? in_rows(*dhs) : none, from_c = dcs ? in_rows(*dcs) : none;
  c = in_rows(c);
  AT_DISPATCH_FLOATING_TYPES(cs.scalar_type(), "lstm_backward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      for (int64_t t = k - 1; t >= 0; --t) {
        const auto e_t = step<T>(from_h, t), u_t = step<T>(from_c, t), d_t = step<T>(d, t);
        const auto gates_t = step<T>(gates, t), tanh_t = step<T>(tanh_c, t), c_prev = before<T>(c, cs, t);
        const auto after = rows<T>(dh), dc_t = rows<T>(dc);
        for_units<T>(some, H, [=](auto load, auto store) {
          const Vec<T> one(1), i = load(gates_t, 0), f = load(gates_t, 1), g = load(gates_t, 2), o = load(gates_t, 3),
                       squashed = load(tanh_t), of_h = load(e_t) + load(after);
          const auto of_c = load(dc_t) + load(u_t) + of_h * o * (one - squashed * squashed);
          store(of_c * g * i * (one - i), d_t, 0), store(of_c * load(c_prev) * f * (one - f), d_t, 1);
          store(of_c * i * (one - g * g), d_t, 2), store(of_h * squashed * o * (one - o), d_t, 3);
          store(of_c * f, dc_t);
        });
        multiply(some, d_t, W, after, H);
      }
    });
  });
}

// x (k, N, 3H) is the projected input, without the biases b (3H) and b_hn (H); gates become r, z and hn = W_hn h_prev +
// b_hn; n and hs are written. h is the state before them.
void gru_forward(const Tensor& x, Tensor b, Tensor b_hn, const Tensor& gates, const Tensor& n, const Tensor& hs,
                 Tensor h, const Tensor& W) {
  const int64_t k = hs.size(0), N = hs.size(1), H = hs.size(2);
  h = in_rows(h), b = in_rows(b), b_hn = in_rows(b_hn);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "gru_forward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      Products<T> products(some, 3 * H);
      for (int64_t t = 0; t < k; ++t) {
        const auto x_t = step<T>(x, t), bias = same<T>(b), bias_hn = same<T>(b_hn);
        const auto gates_t = step<T>(gates, t), n_t = step<T>(n, t);
        const auto h_prev = before<T>(h, hs, t), h_t = step<T>(hs, t);
        const auto p = products.rows;
        multiply(some, h_prev, W, p, 3 * H);
        for_units<T>(some, H, [=](auto load, auto store) {
          auto from_x = [=](int block) { return load(x_t, block) + load(bias, block); };
          const auto r = sigmoid(from_x(0) + load(p, 0)), z = sigmoid(from_x(1) + load(p, 1));
          const auto hn = load(p, 2) + load(bias_hn), candidate = tanh_of(from_x(2) + r * hn);
          store(r, gates_t, 0), store(z, gates_t, 1), store(hn, gates_t, 2), store(candidate, n_t);
          store(candidate + z * (load(h_prev) - candidate), h_t);
        });
      }
    });
  });
}

// dhs (k, N, H) are the gradients of h_t from outside, e becomes all of them, of which to_n is the part for W_in x; d
// (k, N, 3H) becomes the gradient of W_hh h; dh, of the state after the chunk, becomes that of the state before it. h
// is the state before hs.
void gru_backward(Tensor dhs, const Tensor& e, const Tensor& to_n, const Tensor& dh, const Tensor& d,
                  const Tensor& gates, const Tensor& n, Tensor h, const Tensor& hs, const Tensor& W) {
  const int64_t k = e.size(0), N = e.size(1), H = e.size(2);
  h = in_rows(h), dhs = in_rows(dhs);
  AT_DISPATCH_FLOATING_TYPES(e.scalar_type(), "gru_backward", [&] {
    using T = scalar_t;
    share(N, operations(W, N, k), [&](Range some) {
      for (int64_t t = k - 1; t >= 0; --t) {
        const auto dhs_t = step<T>(dhs, t), e_t = step<T>(e, t), after = rows<T>(dh), d_t = step<T>(d, t);
        const auto gates_t = step<T>(gates, t), n_t = step<T>(n, t), to_n_t = step<T>(to_n, t);
        const auto h_prev = before<T>(h, hs, t);
        for_units<T>(some, H, [=](auto load, auto store) {
          const Vec<T> one(1), r = load(gates_t, 0), z = load(gates_t, 1), hn = load(gates_t, 2),
                       candidate = load(n_t), of_h = load(dhs_t) + load(after);
          const auto to_candidate = (one - z) * (one - candidate * candidate), of_hn = of_h * to_candidate * r;
          store(of_hn * hn * (one - r), d_t, 0), store(of_h * (load(h_prev) - candidate) * z * (one - z), d_t, 1);
          store(of_hn, d_t, 2), store(of_h, e_t), store(to_candidate, to_n_t), store(of_h * z, after);
        });
        multiply(some, d_t, W, after, H, true);
      }
    });
  });
}

}  // namespace

TORCH_LIBRARY(coursekit_native, library) {
  library.def("pack(Tensor W) -> Tensor", pack);
  library.def("project(Tensor x, Tensor(a!) out, Tensor W) -> ()", project);
  library.def("rnn_forward(Tensor x, Tensor b, Tensor(a!) hs, Tensor h, Tensor W, bool relu) -> ()", rnn_forward);
  library.def("rnn_backward(Tensor dhs, Tensor(a!) d, Tensor(b!) dh, Tensor hs, Tensor W, bool relu) -> ()",
              rnn_backward);
  library.def("lstm_forward(Tensor x, Tensor b, Tensor(a!) gates, Tensor(b!) tanh_c, Tensor(c!) hs, Tensor(d!) cs, "
              "Tensor h, Tensor c, Tensor W) -> ()", lstm_forward);
  library.def("lstm_backward(Tensor? dhs, Tensor? dcs, Tensor(a!) dh, Tensor(b!) dc, Tensor(c!) d, Tensor gates, "
              "Tensor tanh_c, Tensor c, Tensor cs, Tensor W) -> ()", lstm_backward);
  library.def("gru_forward(Tensor x, Tensor b, Tensor b_hn, Tensor(a!) gates, Tensor(b!) n, Tensor(c!) hs, Tensor h, "
              "Tensor W) -> ()", gru_forward);
  library.def("gru_backward(Tensor dhs, Tensor(a!) e, Tensor(b!) to_n, Tensor(c!) dh, Tensor(d!) d, Tensor gates, "
              "Tensor n, Tensor h, Tensor hs, Tensor W) -> ()", gru_backward);
}
