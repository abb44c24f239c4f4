// Seam of generation: one step of a whole Llama decoder over rows of any number of sequences, sampling, and the machine's own limit. Like
// kernels.h one table per instruction set, with the same rule: an element is one chain of operations in a fixed order, so a row gets the
// same bits alone, in a batch, in a chunk of a prompt, on any number of threads, and the same bits as the kernels of kernels.h give it.
#pragma once
#include <stdint.h>

#include "kernels.h"

namespace itool {

// Weights [n,k] in panels of columns (packed_numbers, pack_weights), float32 or, narrow, bfloat16. bias, if any, has zeros up to whole panels.
struct PackedMatrix {
  long n, k;
  const float *at, *bias;
};

struct DecoderLayer {
  const float *input_norm, *post_norm;
  PackedMatrix qkv, output, gate, up, down;
  float *keys, *values;  // key/value memory as in kernels.h
};

struct DecoderModel {
  long hidden, intermediate, heads, kv_heads, head_dim, vocab, page_blocks;
  float eps, scale;
  bool narrow;
  Weight embedding;
  const float *final_norm, *cosine, *sine;
  PackedMatrix head;
  long layers;
  const DecoderLayer* layer;
};

// Rows of one sequence lie together, in ascending positions.
struct DecoderRows {
  long n;
  const int32_t *ids, *positions, *slots, *sequence, *page_table;
  long max_pages;
  long outputs;
  const int32_t* output_rows;
};

struct Draw {
  double uniform, temperature, top_p, repetition_penalty;
  long top_k;
  const int32_t* seen;  // tokens that the penalty is for
  long seen_count;
};
struct Drawn {
  int32_t token;
  double logprob;
};

struct DecodingKernels {
  // Numbers of 32 bits that n*k weights take when packed.
  long (*packed_numbers)(long n, long k, bool narrow);
  void (*pack_weights)(long n, long k, Weight weight, bool narrow, float* packed);
  // logits [outputs, vocab]
  void (*decode_step)(const DecoderModel& model, const DecoderRows& rows, float* logits);
  // work [vocab]; token -1: the logits are not finite
  Drawn (*draw_token)(const float* logits, long vocab, const Draw& draw, float* work);
  // Fused multiply-adds of all threads for so many seconds, in 1e9 floating-point operations per second.
  double (*fma_rate)(double seconds);
};

const DecodingKernels& decoding();

#if defined(__x86_64__)
extern const DecodingKernels decoding_avx512;
extern const DecodingKernels decoding_avx2;
#endif
extern const DecodingKernels decoding_portable;

}  // namespace itool
