// Kernels that work element by element, row by row or column by column: norms, rotations, activations, embeddings, the optimizer step.
#pragma once
#include "gemm.h"
#include "kernels.h"

namespace {

constexpr long CHUNK = 16384;  // numbers per task of an elementwise kernel

template <class F>
inline void elementwise(long n, F f) {
  parallel_for(ceil_div(n, CHUNK), [&](long c) {
    const long end = least(n, (c + 1) * CHUNK);
    long i = c * CHUNK;
    for (; i + W <= end; i += W) f(i, W);
    if (i < end) f(i, (int)(end - i));
  });
}
// Calls f(first row, end row) for parts of about CHUNK numbers.
template <class F>
inline void row_blocks(long n, long d, F f) {
  const long step = most(1, CHUNK / most(1, d));
  parallel_for(ceil_div(n, step), [&](long b) { f(b * step, least(n, (b + 1) * step)); });
}

inline float rstd_of(const float* x, long d, float eps) {
  vf acc = zero();
  each_vector(d, [&](long i, int part) {
    vf a = load_part(x + i, part);
    acc = fma(a, a, acc);
  });
  return 1.0f / sqrtf(hsum(acc) / (float)d + eps);
}

void rms_norm(long n, long d, const float* x, const float* weight, float eps, float* out) {
  row_blocks(n, d, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float* xr = x + r * d;
      const vf rstd = set1(rstd_of(xr, d, eps));
      each_vector(d, [&](long i, int part) {
        store_part(out + r * d + i, mul(mul(load_part(xr + i, part), rstd), load_part(weight + i, part)), part);
      });
    }
  });
}

void rms_norm_grad(long n, long d, const float* x, const float* weight, const float* dy, float eps, float* dx, float* dweight) {
  float* rstds = itool::scratch(itool::SLOT_ROWS, (size_t)n);
  row_blocks(n, d, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float *xr = x + r * d, *yr = dy + r * d;
      const float rstd = rstd_of(xr, d, eps);
      rstds[r] = rstd;
      if (dx == nullptr) continue;
      vf acc = zero();
      each_vector(d, [&](long i, int part) { acc = fma(mul(load_part(yr + i, part), load_part(weight + i, part)), load_part(xr + i, part), acc); });
      const vf c = set1(rstd * rstd * rstd * hsum(acc) / (float)d), by = set1(rstd);
      each_vector(d, [&](long i, int part) {
        vf g = mul(mul(load_part(yr + i, part), load_part(weight + i, part)), by);
        store_part(dx + r * d + i, sub(g, mul(load_part(xr + i, part), c)), part);
      });
    }
  });
  if (dweight == nullptr) return;
  parallel_for(ceil_div(d, 4 * W), [&](long block) {
    const long from = block * 4 * W, count = least(4 * W, d - from);
    vf acc[4] = {zero(), zero(), zero(), zero()};
    for (long r = 0; r < n; r++) {
      const vf rstd = set1(rstds[r]);
      each_vector(count, [&](long i, int part) {
        acc[i / W] = fma(load_part(dy + r * d + from + i, part), mul(load_part(x + r * d + from + i, part), rstd), acc[i / W]);
      });
    }
    each_vector(count, [&](long i, int part) { store_part(dweight + from + i, acc[i / W], part); });
  });
}

// out[i] = sum over rows of x[row][i], rows ascending
void column_sums(long n, long d, const float* x, float* out) {
  parallel_for(ceil_div(d, 4 * W), [&](long block) {
    const long from = block * 4 * W, count = least(4 * W, d - from);
    vf acc[4] = {zero(), zero(), zero(), zero()};
    for (long r = 0; r < n; r++)
      each_vector(count, [&](long i, int part) { acc[i / W] = add(acc[i / W], load_part(x + r * d + from + i, part)); });
    each_vector(count, [&](long i, int part) { store_part(out + from + i, acc[i / W], part); });
  });
}

void rope(long n, long heads, long hd, const float* x, const int32_t* positions, const float* cosine, const float* sine, float direction,
          float* out) {
  const long half = hd / 2;
  row_blocks(n, heads * hd, [&](long from, long to) {
    for (long r = from; r < to; r++) {
      const float *c = cosine + positions[r] * half, *s = sine + positions[r] * half;
      for (long h = 0; h < heads; h++) {
        const float* a = x + (r * heads + h) * hd;
        float* o = out + (r * heads + h) * hd;
        each_vector(half, [&](long i, int part) {
          vf x1 = load_part(a + i, part), x2 = load_part(a + half + i, part);
          vf ci = load_part(c + i, part), si = mul(load_part(s + i, part), set1(direction));
          store_part(o + i, sub(mul(x1, ci), mul(x2, si)), part);
          store_part(o + half + i, add(mul(x2, ci), mul(x1, si)), part);
        });
      }
    }
  });
}

inline vf sigmoid(vf x) { return divide(set1(1.0f), add(set1(1.0f), exponential(sub(zero(), x)))); }

void swiglu(long n, const float* gate, const float* up, float* out) {
  elementwise(n, [&](long i, int part) {
    vf g = load_part(gate + i, part);
    store_part(out + i, mul(mul(g, sigmoid(g)), load_part(up + i, part)), part);
  });
}
void swiglu_grad(long n, const float* gate, const float* up, const float* dy, float* dgate, float* dup) {
  elementwise(n, [&](long i, int part) {
    const vf g = load_part(gate + i, part), y = load_part(dy + i, part), s = sigmoid(g), one = set1(1.0f);
    store_part(dgate + i, mul(mul(mul(y, load_part(up + i, part)), s), fma(g, sub(one, s), one)), part);
    store_part(dup + i, mul(y, mul(g, s)), part);
  });
}

void embed(long n, long d, const int32_t* ids, const Weight* table, float* out) {
  row_blocks(n, d, [&](long from, long to) {
    for (long r = from; r < to; r++) read_run(*table, (int64_t)ids[r] * d, d, out + r * d);
  });
}
void embed_grad(long d, long vocab, const int32_t* first, const int32_t* order, const float* dy, float* dtable) {
  row_blocks(vocab, d, [&](long from, long to) {
    for (long id = from; id < to; id++) {
      float* row = dtable + id * d;
      memset(row, 0, (size_t)d * sizeof(float));
      for (long t = first[id]; t < first[id + 1]; t++) {
        const float* g = dy + order[t] * d;
        each_vector(d, [&](long i, int part) { store_part(row + i, add(load_part(row + i, part), load_part(g + i, part)), part); });
      }
    }
  });
}

void adamw(long n, float* param, const float* grad, float* m, float* v, const itool::AdamWSettings* s) {
  const vf keep = set1((float)(1.0 - s->learning_rate * s->weight_decay)), by = set1((float)s->grad_scale);
  const vf b1 = set1((float)s->beta1), c1 = set1((float)(1.0 - s->beta1)), b2 = set1((float)s->beta2), c2 = set1((float)(1.0 - s->beta2));
  const vf step = set1((float)(s->learning_rate / s->bias_correction1)), root2 = set1((float)(1.0 / sqrt(s->bias_correction2)));
  const vf eps = set1((float)s->eps);
  elementwise(n, [&](long i, int part) {
    const vf g = mul(load_part(grad + i, part), by);
    const vf mi = fma(c1, g, mul(b1, load_part(m + i, part)));
    const vf vi_ = fma(mul(c2, g), g, mul(b2, load_part(v + i, part)));
    const vf change = divide(mul(step, mi), fma(root(vi_), root2, eps));
    store_part(m + i, mi, part);
    store_part(v + i, vi_, part);
    store_part(param + i, sub(mul(load_part(param + i, part), keep), change), part);
  });
}

// Blocks of fixed size, eight interleaved float64 sums in each, then the blocks in order.
template <class F>
inline double blocked_sum(long n, const float* x, F f) {
  const long block = 8192, blocks = ceil_div(n, block);
  double* partial = (double*)itool::scratch(itool::SLOT_ROWS, (size_t)(2 * blocks + 2));
  parallel_for(blocks, [&](long b) {
    double acc[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    const long end = least(n, (b + 1) * block);
    long i = b * block;
    for (; i + 8 <= end; i += 8)
      for (int j = 0; j < 8; j++) acc[j] += f((double)x[i + j]);
    for (int j = 0; i + j < end; j++) acc[j] += f((double)x[i + j]);
    partial[b] = ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]));
  });
  double total = 0;
  for (long b = 0; b < blocks; b++) total += partial[b];
  return total;
}
void sum_squares(long n, const float* x, float* out) {
  out[0] = (float)blocked_sum(n, x, [](double a) { return a * a; });
}
void sum(long n, const float* x, float* out) {
  out[0] = (float)blocked_sum(n, x, [](double a) { return a; });
}

void binary(itool::Binary op, long n, const float* a, const float* b, float* out) {
  elementwise(n, [&](long i, int part) {
    const vf x = load_part(a + i, part), y = load_part(b + i, part);
    store_part(out + i, op == itool::BINARY_ADD ? add(x, y) : op == itool::BINARY_SUB ? sub(x, y) : mul(x, y), part);
  });
}
inline void scale_by(long n, float* x, float by) {
  elementwise(n, [&](long i, int part) { store_part(x + i, mul(load_part(x + i, part), set1(by)), part); });
}
void binary_scalar(itool::Binary op, long n, const float* a, const float* b, bool swapped, float* out) {
  const vf y = set1(b[0]);
  elementwise(n, [&](long i, int part) {
    const vf x = load_part(a + i, part);
    const vf difference = swapped ? sub(y, x) : sub(x, y);
    store_part(out + i, op == itool::BINARY_ADD ? add(x, y) : op == itool::BINARY_SUB ? difference : mul(x, y), part);
  });
}

void read_all(const Weight* weight, float* out) {
  parallel_for(ceil_div(weight->count, CHUNK), [&](long c) {
    read_run(*weight, c * CHUNK, least(CHUNK, weight->count - c * CHUNK), out + c * CHUNK);
  });
}

void transpose(long rows, long columns, const float* x, float* out) {
  const long strip = 4 * W;
  parallel_for(ceil_div(columns, strip), [&](long s) {
    const long end = least(columns, (s + 1) * strip);
    for (long r = 0; r < rows; r += W)
      for (long c = s * strip; c < end; c += W) {
        const int keep = (int)least(W, rows - r);
        transpose_block(x + r * columns + c, columns, keep, (int)least(W, end - c), out + c * rows + r, rows, keep);
      }
  });
}

}  // namespace
