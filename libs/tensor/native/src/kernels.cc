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

void linear(long n, long k, long o, const float* x, const Weight* weight, const float* bias, float* out) {
  gemm(n, o, k, rows_of(x, k), transposed(*weight, k), out, o, bias == nullptr ? FROM_ZERO : FROM_BIAS, bias);
}

void linear_grad(long n, long k, long o, const float* x, const Weight* weight, const float* dy, float* dx, float* dweight, float* dbias) {
  if (dx != nullptr) gemm(n, k, o, rows_of(dy, o), rows_of(*weight, k), dx, k, FROM_ZERO, nullptr);
  if (dweight != nullptr) gemm(o, k, n, transposed(dy, o), rows_of(x, k), dweight, k, FROM_ZERO, nullptr);
  if (dbias != nullptr) column_sums(n, o, dy, dbias);
}

void lora_linear(long n, long k, long o, long r, const float* x, const Weight* weight, const float* a, const float* b, const float* bias,
                 float scale, float* out, float* low) {
  gemm(n, r, k, rows_of(x, k), transposed(a, k), low, r, FROM_ZERO, nullptr);
  scale_by(n * r, low, scale);
  const Product products[] = {{rows_of(x, k), transposed(*weight, k), k}, {rows_of(low, r), transposed(b, r), r}};
  gemm_sum(n, o, products, 2, out, o, bias == nullptr ? FROM_ZERO : FROM_BIAS, bias);
}

void lora_linear_grad(long n, long k, long o, long r, const float* x, const Weight* weight, const float* a, const float* b, const float* low,
                      const float* dy, float scale, float* dx, float* da, float* db) {
  float* g = scratch(itool::SLOT_ROWS, (size_t)(n * r + o * r));
  gemm(n, r, o, rows_of(dy, o), rows_of(b, r), g, r, FROM_ZERO, nullptr);
  scale_by(n * r, g, scale);
  if (dx != nullptr) {
    const Product products[] = {{rows_of(dy, o), rows_of(*weight, k), o}, {rows_of(g, r), rows_of(a, k), r}};
    gemm_sum(n, k, products, 2, dx, k, FROM_ZERO, nullptr);
  }
  if (da == nullptr) return;
  gemm(r, k, n, transposed(g, r), rows_of(x, k), da, k, FROM_ZERO, nullptr);
  // As [r, O]: dy is then read along its rows.
  float* db_transposed = g + n * r;
  gemm(r, o, n, transposed(low, r), rows_of(dy, o), db_transposed, o, FROM_ZERO, nullptr);
  transpose(r, o, db_transposed, db);
}

// Rows of logits held at once: about 2 MB, at least four tiles high so that packing the weight pays.
inline long logit_rows(long n, long v) { return most(1, least(n, most(8 * TILE_M, 524288 / most(1, v)))); }

inline float largest_of(const float* x, long n, float at_least) {
  vf m = set1(at_least);
  each_vector(n, [&](long i, int part) {
    vf v = load_part(x + i, part);
    if (part < W) {
      alignas(64) float lanes_of[W];
      for (int j = 0; j < W; j++) lanes_of[j] = j < part ? x[i + j] : NOT_SEEN;
      v = load(lanes_of);
    }
    m = larger(m, v);
  });
  return hmax(m);
}
inline float exponential_of(float x) {
  alignas(64) float lanes_of[W];
  store(lanes_of, exponential(set1(x)));
  return lanes_of[0];
}
// Sum of exp(x - top), which takes the place of x when `keep`.
inline float sum_of_exponentials(float* x, long n, float top, bool keep) {
  vf sum = zero();
  each_vector(n, [&](long i, int part) {
    vf e = exponential(sub(load_part(x + i, part), set1(top)));
    if (keep) store_part(x + i, e, part);
    if (part < W) {
      alignas(64) float lanes_of[W];
      store(lanes_of, e);
      for (int j = part; j < W; j++) lanes_of[j] = 0.0f;
      e = load(lanes_of);
    }
    sum = add(sum, e);
  });
  return hsum(sum);
}
// y[0..n-1] += the numbers of w from `from` on
inline void add_run(const Weight& w, int64_t from, long n, float* y) {
  float run[256];
  for (long at = 0; at < n; at += 256) {
    const long part = least(256, n - at);
    read_run(w, from + at, part, run);
    each_vector(part, [&](long i, int lanes_used) { store_part(y + at + i, add(load_part(y + at + i, lanes_used), load_part(run + i, lanes_used)), lanes_used); });
  }
}

// A block of rows meets the vocabulary block by block with running maxima and sums (Milakov and Gimelshein 2018), so a weight is read once per
// block of rows, and the gradient of a row by its hidden state is collected on the way like the output of flash attention.
void token_log_probs(long n, long d, long v, const float* hidden, const Weight* weight, const int32_t* targets, float* out, float* dhidden) {
  constexpr long ROWS = 512, COLUMNS = 1024;
  float* logits = scratch(itool::SLOT_TILE, (size_t)(least(ROWS, n) * least(COLUMNS, v)));
  struct Row {
    float top, sum, chosen;
  };
  Row* rows = (Row*)scratch(itool::SLOT_ROWS, (size_t)(3 * ROWS));
  for (long from = 0; from < n; from += ROWS) {
    const long count = least(ROWS, n - from);
    float* gradient = dhidden == nullptr ? nullptr : dhidden + from * d;
    for (long r = 0; r < count; r++) rows[r] = {NOT_SEEN, 0.0f, 0.0f};
    for (long c0 = 0; c0 < v; c0 += COLUMNS) {
      const long columns = least(COLUMNS, v - c0);
      gemm(count, columns, d, rows_of(hidden + from * d, d), transposed(*weight, d, c0), logits, columns, FROM_ZERO, nullptr);
      row_blocks(count, columns, [&](long r0, long r1) {
        for (long r = r0; r < r1; r++) {
          Row& row = rows[r];
          float* l = logits + r * columns;
          const long target = targets[from + r] - c0;
          if (target >= 0 && target < columns) row.chosen = l[target];
          const float top = largest_of(l, columns, row.top);
          if (top > row.top) {
            const float by = row.top == NOT_SEEN ? 0.0f : exponential_of(row.top - top);
            row.sum *= by;
            row.top = top;
            if (gradient != nullptr && c0 > 0) scale_row(gradient + r * d, by, d);
          }
          row.sum += sum_of_exponentials(l, columns, row.top, gradient != nullptr);
        }
      });
      if (gradient != nullptr)
        gemm(count, d, columns, rows_of(logits, columns), rows_of(*weight, d, c0), gradient, d, c0 == 0 ? FROM_ZERO : FROM_C, nullptr);
    }
    row_blocks(count, d, [&](long r0, long r1) {
      for (long r = r0; r < r1; r++) {
        out[from + r] = rows[r].chosen - rows[r].top - logf(rows[r].sum);
        if (gradient == nullptr) continue;
        float* g = gradient + r * d;
        scale_row(g, -1.0f / rows[r].sum, d);
        add_run(*weight, (int64_t)targets[from + r] * d, d, g);
      }
    });
  }
}

void scale_rows(long n, long d, const float* x, const float* by, float* out) {
  row_blocks(n, d, [&](long from, long to) {
    for (long r = from; r < to; r++)
      each_vector(d, [&](long i, int part) { store_part(out + r * d + i, mul(load_part(x + r * d + i, part), set1(by[r])), part); });
  });
}

void token_log_probs_grad(long n, long d, long v, const float* hidden, const Weight* weight, const int32_t* targets, const float* dy,
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
    gemm(count, v, d, rows_of(gathered, d), transposed(*weight, d), logits, v, FROM_ZERO, nullptr);
    row_blocks(count, v, [&](long r0, long r1) {
      for (long r = r0; r < r1; r++) {
        float* row = logits + r * v;
        const float g = dy[index[r]];
        const float sum = sum_of_exponentials(row, v, largest_of(row, v, NOT_SEEN), true);
        scale_row(row, -g / sum, v);
        row[targets[index[r]]] += g;
      }
    });
    if (dhidden != nullptr) {
      gemm(count, d, v, rows_of(logits, v), rows_of(*weight, d), product, d, FROM_ZERO, nullptr);
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
    scale_rows,
    embed,
    embed_grad,
    adamw,
    sum_squares,
    sum,
    binary,
    binary_scalar,
    read_all,
    transpose,
    kv_write,
    kv_attend,
};
