// The seam between JavaScript and arithmetic: one entry point per kernel, plain pointers and sizes, no N-API. Each instruction set fills one
// table. Formulas and shapes are those of libs/tensor/src/kernels.ts. All matrices are float32, row-major and contiguous.
//
// Batch invariance: every output element is one chain of operations in a fixed order (products in ascending k, keys in ascending position,
// tokens in ascending row), started and ended by the same thread. Blocking and threads decide who computes an element and when, never how.
#pragma once
#include <stdint.h>

namespace itool {

struct AdamWSettings {
  double learning_rate, beta1, beta2, eps, weight_decay, bias_correction1, bias_correction2, grad_scale;
};

// How the numbers of a frozen matrix are stored. NF4: half a byte per number and double-quantised scales, see nf4.h.
enum Storage { FLOAT32, BFLOAT16, NF4 };
struct Weight {
  Storage storage = FLOAT32;
  const void* at = nullptr;
  int64_t count = 0;
};

enum Binary { BINARY_ADD, BINARY_SUB, BINARY_MUL };

struct Kernels {
  const char* isa;

  // c[m,n] = a[m,k] b[k,n] where element (i,j) of a is a[i*a_row + j*a_col], likewise b; batch matrices lie a_batch, b_batch, m*n apart.
  void (*matmul)(long batch, long m, long n, long k, const float* a, long a_batch, long a_row, long a_col, const float* b, long b_batch,
                 long b_row, long b_col, float* c);
  // bias may be null
  void (*linear)(long n, long k, long o, const float* x, const Weight* weight, const float* bias, float* out);
  // dx, dweight, dbias may be null
  void (*linear_grad)(long n, long k, long o, const float* x, const Weight* weight, const float* dy, float* dx, float* dweight, float* dbias);
  // low [n, r]: scale * x a^T, kept for the gradient
  void (*lora_linear)(long n, long k, long o, long r, const float* x, const Weight* weight, const float* a, const float* b, const float* bias,
                      float scale, float* out, float* low);
  // dx may be null; da and db are both given or both null
  void (*lora_linear_grad)(long n, long k, long o, long r, const float* x, const Weight* weight, const float* a, const float* b,
                           const float* low, const float* dy, float scale, float* dx, float* da, float* db);
  void (*rms_norm)(long n, long d, const float* x, const float* weight, float eps, float* out);
  // dx, dweight may be null
  void (*rms_norm_grad)(long n, long d, const float* x, const float* weight, const float* dy, float eps, float* dx, float* dweight);
  // cosine and sine [positions, hd/2]; direction -1 negates the angle
  void (*rope)(long n, long heads, long hd, const float* x, const int32_t* positions, const float* cosine, const float* sine, float direction,
               float* out);
  // sequence s has tokens starts[s]..starts[s+1]-1
  void (*attention)(long sequences, const int32_t* starts, long hq, long hkv, long hd, const float* q, const float* k, const float* v,
                    float scale, float* out);
  void (*attention_grad)(long sequences, const int32_t* starts, long hq, long hkv, long hd, const float* q, const float* k, const float* v,
                         const float* out, const float* dy, float scale, float* dq, float* dk, float* dv);
  void (*swiglu)(long n, const float* gate, const float* up, float* out);
  void (*swiglu_grad)(long n, const float* gate, const float* up, const float* dy, float* dgate, float* dup);
  // dhidden [n, d] may be null: the derivative of out[i] by hidden[i]
  void (*token_log_probs)(long n, long d, long v, const float* hidden, const Weight* weight, const int32_t* targets, float* out, float* dhidden);
  // dhidden, dweight may be null
  void (*token_log_probs_grad)(long n, long d, long v, const float* hidden, const Weight* weight, const int32_t* targets, const float* dy,
                               float* dhidden, float* dweight);
  // out[i,:] = x[i,:] * by[i]
  void (*scale_rows)(long n, long d, const float* x, const float* by, float* out);
  void (*embed)(long n, long d, const int32_t* ids, const Weight* table, float* out);
  // order: the rows 0..n-1 sorted by id, rows of one id ascending; first[id]..first[id+1]-1 are those of one id
  void (*embed_grad)(long d, long vocab, const int32_t* first, const int32_t* order, const float* dy, float* dtable);
  void (*adamw)(long n, float* param, const float* grad, float* m, float* v, const AdamWSettings* settings);
  // one float32 each
  void (*sum_squares)(long n, const float* x, float* out);
  void (*sum)(long n, const float* x, float* out);

  void (*binary)(Binary op, long n, const float* a, const float* b, float* out);
  // b is one number; swapped: b op a
  void (*binary_scalar)(Binary op, long n, const float* a, const float* b, bool swapped, float* out);
  // all numbers of a matrix as float32
  void (*read_all)(const Weight* weight, float* out);
  void (*transpose)(long rows, long columns, const float* x, float* out);

  // Key/value memory in blocks of 16 slots (KV_BLOCK): keys [block][head][hd][16], values [block][head][16][hd].
  void (*kv_write)(long n, long heads, long hd, const float* k, const float* v, const int32_t* slots, float* keys, float* values);
  // page_blocks: blocks per page. Row i reads length[i] positions of sequence[i].
  void (*kv_attend)(long n, long hq, long hkv, long hd, const float* q, const int32_t* page_table, long max_pages, long page_blocks,
                    const int32_t* sequence, const int32_t* length, float scale, const float* keys, const float* values, float* out);
};

constexpr long KV_BLOCK = 16;

#if defined(__x86_64__)
extern const Kernels kernels_avx512bf16;
extern const Kernels kernels_avx512bf16_emulated;
extern const Kernels kernels_avx512;
extern const Kernels kernels_avx2;
#endif
extern const Kernels kernels_portable;

// The table in use (isa.cc).
const Kernels& kernels();

}  // namespace itool
