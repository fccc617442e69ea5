// The steps of one chunk of time, for the RNN, the LSTM and the GRU: what `fast.py` of each cell walks over in Python.
//
// A step is one matrix product by PyTorch and one pass over its rows, in which a vector of units goes through all gates
// while it is in registers. k steps, N sequences, H units. All tensors are contiguous, but for the states before the
// chunk and a bias, which a user may give in any layout. What has the same name in Python is the same there.

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/cpu/vec/vec.h>
#include <torch/library.h>

#include <algorithm>

namespace {

using at::Tensor;
template <typename T> using Vec = at::vec::Vectorized<T>;

template <typename T> Vec<T> sigmoid(Vec<T> a) { return Vec<T>(1) / (Vec<T>(1) + a.neg().exp()); }
Tensor plain(const Tensor& v) { return v.contiguous().resolve_neg(); }
template <typename T> T* step(const Tensor& v, int64_t t) { return v.data_ptr<T>() + t * v.stride(0); }

// body(a function that reads, one that writes), for each vector of units in each of N rows; both take an array of one
// step, the length of its rows, and which of the blocks of H units is meant.
template <typename T, typename Body> void for_units(int64_t N, int64_t H, Body body) {
  for (int64_t row = 0; row < N; ++row)
    for (int64_t j = 0; j < H; j += Vec<T>::size()) {
      const auto count = std::min<int64_t>(Vec<T>::size(), H - j);
      auto place = [=](T* a, int64_t blocks, int64_t block) { return a + (row * blocks + block) * H + j; };
      body([=](T* a, int64_t blocks = 1, int64_t block = 0) { return Vec<T>::loadu(place(a, blocks, block), count); },
           [=](Vec<T> v, T* a, int64_t blocks = 1, int64_t block = 0) { v.store(place(a, blocks, block), count); });
    }
}

// x (N, K) -> x W^T (N, L), with W as `gemm.prepared` makes it: W itself for oneDNN, W^T (K, L) for the BLAS.
class Product {
 public:
  Product(const Tensor& W, bool onednn, int64_t N) : W_(W), onednn_(onednn) {
    if (!onednn) out_ = at::empty({N, W.size(1)}, W.options());
  }
  const Tensor& operator()(const Tensor& x) {
    if (!onednn_) return at::mm_out(out_, x, W_);
    using Linear = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&, c10::string_view,
                          c10::List<std::optional<at::Scalar>>, std::optional<c10::string_view>);
    static const auto linear =
        c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Linear>();
    return out_ = linear.call(x, W_, std::nullopt, "none", c10::List<std::optional<at::Scalar>>(), "");
  }

 private:
  Tensor W_, out_;
  bool onednn_;
};

// hs (k, N, H) hold the projected input and become the states; h is the state before them.
void rnn_forward(const Tensor& hs, Tensor h, const Tensor& W, bool onednn, bool relu) {
  const int64_t N = hs.size(1), H = hs.size(2);
  h = plain(h);
  Product product(W, onednn, N);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_forward", [&] {
    for (int64_t t = 0; t < hs.size(0); h = hs.select(0, t++)) {
      auto *p = step<scalar_t>(product(h), 0), *h_t = step<scalar_t>(hs, t);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        const auto a = load(h_t) + load(p);
        store(relu ? at::vec::maximum(a, Vec<scalar_t>(0)) : a.tanh(), h_t);
      });
    }
  });
}

// d (k, N, H) holds the gradients of h_t from outside and becomes that of W_hh h; dh, of the state after the chunk,
// becomes that of the state before it.
void rnn_backward(const Tensor& d, const Tensor& dh, const Tensor& hs, const Tensor& W, bool onednn, bool relu) {
  const int64_t N = hs.size(1), H = hs.size(2);
  Product product(W, onednn, N);
  const Tensor* after = &dh;
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "rnn_backward", [&] {
    for (int64_t t = hs.size(0) - 1; t >= 0; --t) {
      auto *d_t = step<scalar_t>(d, t), *h_t = step<scalar_t>(hs, t), *dh_t = step<scalar_t>(*after, 0);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        const Vec<scalar_t> h = load(h_t), one(1);
        store((load(d_t) + load(dh_t)) * (relu ? h.gt(Vec<scalar_t>(0)) : one - h * h), d_t);
      });
      after = &product(d.select(0, t));
    }
  });
  dh.copy_(*after);
}

// gates (k, N, 4H) hold the projected input and become i, f, g, o; hs, cs and tanh_c are written.
void lstm_forward(const Tensor& gates, const Tensor& tanh_c, const Tensor& hs, const Tensor& cs, Tensor h, Tensor c,
                  const Tensor& W, bool onednn) {
  const int64_t N = hs.size(1), H = hs.size(2);
  h = plain(h), c = plain(c);
  Product product(W, onednn, N);
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "lstm_forward", [&] {
    for (int64_t t = 0; t < hs.size(0); h = hs.select(0, t), c = cs.select(0, t++)) {
      auto *p = step<scalar_t>(product(h), 0), *a = step<scalar_t>(gates, t), *tanh_t = step<scalar_t>(tanh_c, t);
      auto *c_prev = step<scalar_t>(c, 0), *c_t = step<scalar_t>(cs, t), *h_t = step<scalar_t>(hs, t);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        auto sum = [=](int block) { return load(a, 4, block) + load(p, 4, block); };
        const auto i = sigmoid(sum(0)), f = sigmoid(sum(1)), g = sum(2).tanh(), o = sigmoid(sum(3));
        const auto next = f * load(c_prev) + i * g, squashed = next.tanh();
        store(i, a, 4, 0), store(f, a, 4, 1), store(g, a, 4, 2), store(o, a, 4, 3);
        store(next, c_t), store(squashed, tanh_t), store(o * squashed, h_t);
      });
    }
  });
}

// d (k, N, 4H) becomes the gradient of W_hh h; dh and dc, of the states after the chunk, those of the states before it.
// e (k, N, H) holds the gradients of h_t from outside; dcs those of c_t, if there are any.
void lstm_backward(const Tensor& e, const std::optional<Tensor>& dcs, const Tensor& dh, const Tensor& dc,
                   const Tensor& d, const Tensor& gates, const Tensor& tanh_c, const Tensor& c_prev, const Tensor& W,
                   bool onednn) {
  const int64_t N = e.size(1), H = e.size(2);
  Product product(W, onednn, N);
  const Tensor* after = &dh;
  AT_DISPATCH_FLOATING_TYPES(e.scalar_type(), "lstm_backward", [&] {
    for (int64_t t = e.size(0) - 1; t >= 0; --t) {
      if (dcs) dc.add_(dcs->select(0, t));
      auto *e_t = step<scalar_t>(e, t), *dh_t = step<scalar_t>(*after, 0), *dc_t = step<scalar_t>(dc, 0);
      auto *d_t = step<scalar_t>(d, t), *gates_t = step<scalar_t>(gates, t);
      auto *tanh_t = step<scalar_t>(tanh_c, t), *before = step<scalar_t>(c_prev, t);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        const Vec<scalar_t> one(1), i = load(gates_t, 4, 0), f = load(gates_t, 4, 1), g = load(gates_t, 4, 2),
                            o = load(gates_t, 4, 3), squashed = load(tanh_t), of_h = load(e_t) + load(dh_t);
        const auto of_c = load(dc_t) + of_h * o * (one - squashed * squashed);
        store(of_c * g * i * (one - i), d_t, 4, 0), store(of_c * load(before) * f * (one - f), d_t, 4, 1);
        store(of_c * i * (one - g * g), d_t, 4, 2), store(of_h * squashed * o * (one - o), d_t, 4, 3);
        store(of_c * f, dc_t);
      });
      after = &product(d.select(0, t).flatten(1));
    }
  });
  dh.copy_(*after);
}

// gates (k, N, 3H) become r, z and hn = W_hn h_prev + b_hn; n and hs are written.
void gru_forward(const Tensor& from_x, const Tensor& b_hn, const Tensor& gates, const Tensor& n, const Tensor& hs,
                 Tensor h, const Tensor& W, bool onednn) {
  const int64_t N = hs.size(1), H = hs.size(2);
  h = plain(h);
  Product product(W, onednn, N);
  const auto b_rows = plain(b_hn.expand({N, H}));
  AT_DISPATCH_FLOATING_TYPES(hs.scalar_type(), "gru_forward", [&] {
    for (int64_t t = 0; t < hs.size(0); h = hs.select(0, t++)) {
      auto *p = step<scalar_t>(product(h), 0), *x = step<scalar_t>(from_x, t), *gates_t = step<scalar_t>(gates, t);
      auto *b = step<scalar_t>(b_rows, 0), *n_t = step<scalar_t>(n, t);
      auto *h_prev = step<scalar_t>(h, 0), *h_t = step<scalar_t>(hs, t);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        const auto r = sigmoid(load(x, 3, 0) + load(p, 3, 0)), z = sigmoid(load(x, 3, 1) + load(p, 3, 1));
        const auto hn = load(p, 3, 2) + load(b), candidate = (load(x, 3, 2) + r * hn).tanh();
        store(r, gates_t, 3, 0), store(z, gates_t, 3, 1), store(hn, gates_t, 3, 2), store(candidate, n_t);
        store(candidate + z * (load(h_prev) - candidate), h_t);
      });
    }
  });
}

// d (k, N, 3H) becomes the gradient of W_hh h; e (k, N, H) holds the gradients of h_t from outside and becomes all of
// them, of which to_n is the part for W_in x; dh, of the state after the chunk, becomes that of the state before it.
void gru_backward(const Tensor& e, const Tensor& to_n, const Tensor& dh, const Tensor& d, const Tensor& gates,
                  const Tensor& n, const Tensor& h_prev, const Tensor& W, bool onednn) {
  const int64_t N = e.size(1), H = e.size(2);
  Product product(W, onednn, N);
  AT_DISPATCH_FLOATING_TYPES(e.scalar_type(), "gru_backward", [&] {
    for (int64_t t = e.size(0) - 1; t >= 0; --t) {
      auto *e_t = step<scalar_t>(e, t), *dh_t = step<scalar_t>(dh, 0), *d_t = step<scalar_t>(d, t);
      auto *gates_t = step<scalar_t>(gates, t), *n_t = step<scalar_t>(n, t), *before = step<scalar_t>(h_prev, t);
      auto *to_n_t = step<scalar_t>(to_n, t);
      for_units<scalar_t>(N, H, [=](auto load, auto store) {
        const Vec<scalar_t> one(1), r = load(gates_t, 3, 0), z = load(gates_t, 3, 1), hn = load(gates_t, 3, 2),
                            candidate = load(n_t), of_h = load(e_t) + load(dh_t);
        const auto to_candidate = (one - z) * (one - candidate * candidate), of_hn = of_h * to_candidate * r;
        store(of_hn * hn * (one - r), d_t, 3, 0), store(of_h * (load(before) - candidate) * z * (one - z), d_t, 3, 1);
        store(of_hn, d_t, 3, 2), store(of_h, e_t), store(to_candidate, to_n_t), store(of_h * z, dh_t);
      });
      dh.add_(product(d.select(0, t).flatten(1)));
    }
  });
}

}  // namespace

TORCH_LIBRARY(coursekit_native, library) {
  library.def("rnn_forward(Tensor(a!) hs, Tensor h, Tensor W, bool onednn, bool relu) -> ()", rnn_forward);
  library.def("rnn_backward(Tensor(a!) d, Tensor(b!) dh, Tensor hs, Tensor W, bool onednn, bool relu) -> ()",
              rnn_backward);
  library.def("lstm_forward(Tensor(a!) gates, Tensor(b!) tanh_c, Tensor(c!) hs, Tensor(d!) cs, Tensor h, Tensor c, "
              "Tensor W, bool onednn) -> ()", lstm_forward);
  library.def("lstm_backward(Tensor e, Tensor? dcs, Tensor(a!) dh, Tensor(b!) dc, Tensor(c!) d, Tensor gates, "
              "Tensor tanh_c, Tensor c_prev, Tensor W, bool onednn) -> ()", lstm_backward);
  library.def("gru_forward(Tensor from_x, Tensor b_hn, Tensor(a!) gates, Tensor(b!) n, Tensor(c!) hs, Tensor h, "
              "Tensor W, bool onednn) -> ()", gru_forward);
  library.def("gru_backward(Tensor(a!) e, Tensor(b!) to_n, Tensor(c!) dh, Tensor(d!) d, Tensor gates, Tensor n, "
              "Tensor h_prev, Tensor W, bool onednn) -> ()", gru_backward);
}
