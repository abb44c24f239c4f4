// Compiled once per instruction set (see install.cjs); fills one table of kernels.h.
#include "kernels.h"

#include "attention.h"
#include "gemm.h"
#include "rowwise.h"

namespace {

using itool::scratch;

void matmul(long batch, long m, long n, long k, const float* a, long a_batch, long a_row, long a_col, const float* b, long b_batch, long b_row,
            long b_col, float* c) {
  const auto one = [&](long i) {
    gemm(m, n, k, {a + i * a_batch, a_row, a_col}, {b + i * b_batch, b_row, b_col}, c + i * m * n, n, FROM_ZERO, nullptr);
  };
  // Inside a task of parallel() a product runs on one thread, so many small products share the threads and a few large ones each use all.
  if (batch >= 2 * itool::thread_count()) parallel_for(batch, one);
  else
    for (long i = 0; i < batch; i++) one(i);
}

void linear(long n, long k, long o, const float* x, const float* weight, const float* bias, float* out) {
  gemm(n, o, k, rows_of(x, k), transposed(weight, k), out, o, bias == nullptr ? FROM_ZERO : FROM_BIAS, bias);
}

void linear_grad(long n, long k, long o, const float* x, const float* weight, const float* dy, float* dx, float* dweight, float* dbias) {
  if (dx != nullptr) gemm(n, k, o, rows_of(dy, o), rows_of(weight, k), dx, k, FROM_ZERO, nullptr);
  if (dweight != nullptr) gemm(o, k, n, transposed(dy, o), rows_of(x, k), dweight, k, FROM_ZERO, nullptr);
  if (dbias != nullptr) column_sums(n, o, dy, dbias);
}

void lora_linear(long n, long k, long o, long r, const float* x, const float* weight, const float* a, const float* b, const float* bias,
                 float scale, float* out) {
  float* low = scratch(itool::SLOT_ROWS, (size_t)(n * r));
  gemm(n, r, k, rows_of(x, k), transposed(a, k), low, r, FROM_ZERO, nullptr);
  scale_by(n * r, low, scale);
  linear(n, k, o, x, weight, bias, out);
  gemm(n, o, r, rows_of(low, r), transposed(b, r), out, o, FROM_C, nullptr);
}

void lora_linear_grad(long n, long k, long o, long r, const float* x, const float* weight, const float* a, const float* b, const float* dy,
                      float scale, float* dx, float* da, float* db) {
  float* low = scratch(itool::SLOT_ROWS, (size_t)(2 * n * r));
  float* g = low + n * r;
  gemm(n, r, o, rows_of(dy, o), rows_of(b, r), g, r, FROM_ZERO, nullptr);
  scale_by(n * r, g, scale);
  if (dx != nullptr) {
    gemm(n, k, o, rows_of(dy, o), rows_of(weight, k), dx, k, FROM_ZERO, nullptr);
    gemm(n, k, r, rows_of(g, r), rows_of(a, k), dx, k, FROM_C, nullptr);
  }
  if (da == nullptr) return;
  gemm(r, k, n, transposed(g, r), rows_of(x, k), da, k, FROM_ZERO, nullptr);
  gemm(n, r, k, rows_of(x, k), transposed(a, k), low, r, FROM_ZERO, nullptr);
  scale_by(n * r, low, scale);
  gemm(o, r, n, transposed(dy, o), rows_of(low, r), db, r, FROM_ZERO, nullptr);
}

// Rows of logits held at once: about 2 MB, at least four tiles high so that packing the weight pays.
inline long logit_rows(long n, long v) { return most(1, least(n, most(8 * TILE_M, 524288 / most(1, v)))); }

struct RowStatistics {
  float top;
  float sum;  // of exp(logit - top)
};
inline RowStatistics row_statistics(const float* logits, long v) {
  vf m = set1(NOT_SEEN);
  each_vector(v, [&](long i, int part) {
    vf x = load_part(logits + i, part);
    if (part < W) {
      alignas(64) float lanes_of[W];
      for (int j = 0; j < W; j++) lanes_of[j] = j < part ? logits[i + j] : NOT_SEEN;
      x = load(lanes_of);
    }
    m = larger(m, x);
  });
  const float top = hmax(m);
  vf sum = zero();
  each_vector(v, [&](long i, int part) {
    vf e = exponential(sub(load_part(logits + i, part), set1(top)));
    if (part < W) {
      alignas(64) float lanes_of[W];
      store(lanes_of, e);
      for (int j = part; j < W; j++) lanes_of[j] = 0.0f;
      e = load(lanes_of);
    }
    sum = add(sum, e);
  });
  return {top, hsum(sum)};
}

void token_log_probs(long n, long d, long v, const float* hidden, const float* weight, const int32_t* targets, float* out) {
  const long rows = logit_rows(n, v);
  float* logits = scratch(itool::SLOT_TILE, (size_t)(rows * v));
  for (long from = 0; from < n; from += rows) {
    const long count = least(rows, n - from);
    gemm(count, v, d, rows_of(hidden + from * d, d), transposed(weight, d), logits, v, FROM_ZERO, nullptr);
    row_blocks(count, v, [&](long r0, long r1) {
      for (long r = r0; r < r1; r++) {
        const RowStatistics s = row_statistics(logits + r * v, v);
        out[from + r] = logits[r * v + targets[from + r]] - s.top - logf(s.sum);
      }
    });
  }
}

void token_log_probs_grad(long n, long d, long v, const float* hidden, const float* weight, const int32_t* targets, const float* dy,
                          float* dhidden, float* dweight) {
  const long rows = logit_rows(n, v);
  float* logits = scratch(itool::SLOT_TILE, (size_t)(rows * v));
  float* gathered = scratch(itool::SLOT_MORE, (size_t)(2 * rows * d));
  float* product = gathered + rows * d;
  int32_t* index = (int32_t*)scratch(itool::SLOT_ROWS, (size_t)rows);
  if (dweight != nullptr) memset(dweight, 0, (size_t)(v * d) * sizeof(float));
  if (dhidden != nullptr) memset(dhidden, 0, (size_t)(n * d) * sizeof(float));
  for (long next = 0; next < n;) {
    // Rows with dy 0 (masked tokens) have gradient 0: only the others are computed.
    long count = 0;
    for (; next < n && count < rows; next++)
      if (dy[next] != 0.0f) index[count++] = (int32_t)next;
    if (count == 0) break;
    for (long r = 0; r < count; r++) memcpy(gathered + r * d, hidden + (long)index[r] * d, (size_t)d * sizeof(float));
    gemm(count, v, d, rows_of(gathered, d), transposed(weight, d), logits, v, FROM_ZERO, nullptr);
    row_blocks(count, v, [&](long r0, long r1) {
      for (long r = r0; r < r1; r++) {
        float* row = logits + r * v;
        const RowStatistics s = row_statistics(row, v);
        const float g = dy[index[r]];
        const vf top = set1(s.top), by = set1(-g / s.sum);
        each_vector(v, [&](long i, int part) { store_part(row + i, mul(exponential(sub(load_part(row + i, part), top)), by), part); });
        row[targets[index[r]]] += g;
      }
    });
    if (dhidden != nullptr) {
      gemm(count, d, v, rows_of(logits, v), rows_of(weight, d), product, d, FROM_ZERO, nullptr);
      for (long r = 0; r < count; r++) memcpy(dhidden + (long)index[r] * d, product + r * d, (size_t)d * sizeof(float));
    }
    if (dweight != nullptr) gemm(v, d, count, transposed(logits, v), rows_of(gathered, d), dweight, d, FROM_C, nullptr);
  }
}

}  // namespace

#define ITOOL_STRING_(x) #x
#define ITOOL_STRING(x) ITOOL_STRING_(x)
#define ITOOL_JOIN_(a, b) a##b
#define ITOOL_JOIN(a, b) ITOOL_JOIN_(a, b)

extern const itool::Kernels itool::ITOOL_JOIN(kernels_, ITOOL_ISA_NAME) = {
    ITOOL_STRING(ITOOL_ISA_NAME),
    matmul,
    linear,
    linear_grad,
    lora_linear,
    lora_linear_grad,
    rms_norm,
    rms_norm_grad,
    rope,
    attention,
    attention_grad,
    swiglu,
    swiglu_grad,
    token_log_probs,
    token_log_probs_grad,
    embed,
    embed_grad,
    adamw,
    sum_squares,
    sum,
    binary,
    binary_scalar,
    transpose,
    kv_write,
    kv_attend,
};
