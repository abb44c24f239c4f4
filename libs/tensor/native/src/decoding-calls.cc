// The N-API side of decoding.h.
#include "decoding-calls.h"

#include <string.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "decoding.h"
#include "pool.h"

namespace itool {

// The table for the instruction set that kernels() has chosen.
const DecodingKernels& decoding() {
#if defined(__x86_64__)
  if (strncmp(kernels().isa, "avx512", 6) == 0) return decoding_avx512;
  if (strcmp(kernels().isa, "avx2") == 0) return decoding_avx2;
#endif
  return decoding_portable;
}

namespace {

#define ITOOL_FUNCTION(name) napi_value name(napi_env env, napi_callback_info info)

napi_value as_number(napi_env env, double x) {
  napi_value v;
  napi_create_double(env, x, &v);
  return v;
}

// packedNumbers(n, k, narrow) -> float32 numbers of a block for packWeights
ITOOL_FUNCTION(packed_numbers) {
  Arguments in(env, info, "packedNumbers", 3);
  const long n = in.size("N"), k = in.size("K");
  const bool narrow = in.boolean();
  return in.ok() ? as_number(env, (double)decoding().packed_numbers(n, k, narrow)) : nullptr;
}
// packWeights(n, k, weight, narrow, packed_count, packed, packed_offset): weight [n,k] to packed[packed_offset..]
ITOOL_FUNCTION(pack_weights) {
  Arguments in(env, info, "PackWeights", 7);
  const long n = in.size("N"), k = in.size("K");
  const Weight weight = in.weight("weight", (int64_t)n * k);
  const bool narrow = in.boolean();
  const long count = in.size("packed");
  float* packed = in.floats("packed", count);
  const long offset = in.size("offset");
  in.require(weight.storage != NF4, "NF4 weights cannot be packed");
  if (in.ok()) in.require(offset + decoding().packed_numbers(n, k, narrow) <= count, "packed has no room");
  return in.run([=] { decoding().pack_weights(n, k, weight, narrow, packed + offset); });
}

// Blocks of a model by their handles, in order.
struct ModelBlocks {
  Arguments& in;
  const double* handles;
  size_t at = 0;
  const float* next(const char* name, long count) { return in.block_floats(handles[at++], name, count); }
  PackedMatrix packed(const char* name, long n, long k, bool narrow) {
    const float* weights = next(name, decoding().packed_numbers(n, k, narrow));
    const double bias = handles[at++];
    return {n, k, weights, bias == 0 ? nullptr : in.block_floats(bias, name, decoding().packed_numbers(n, 1, false))};
  }
};

// decodeStep(shape, eps, scale, handles, n, ids, positions, slots, sequence, sequences, max_pages, page_table, outputs, output_rows,
//            samples, sample_outputs, settings, seen_count, seen, seen_starts, wanted, wanted_outputs, wanted_logits, tokens, logprobs)
// shape: layers, hidden, intermediate, heads, kv_heads, head_dim, vocab, pages, page_size, narrow, rotations
// handles: embedding, final norm, head, cosine, sine, then per layer input norm, post norm, qkv, output, gate, up, down, keys, values; each
// of head to down is two: weights, and bias or 0
// settings of a sample: uniform, temperature, top_p, top_k, repetition_penalty. Waits for its result.
ITOOL_FUNCTION(decode_step) {
  Arguments in(env, info, "DecodeStep", 25);
  const int32_t* shape = in.ints("shape", 11);
  const double eps = in.number(), scale = in.number();
  if (!in.ok()) return nullptr;
  DecoderModel model;
  const long layers = shape[0], pages = shape[7], page_size = shape[8], rotations = shape[10];
  model.layers = layers;
  model.hidden = shape[1];
  model.intermediate = shape[2];
  model.heads = shape[3];
  model.kv_heads = shape[4];
  model.head_dim = shape[5];
  model.vocab = shape[6];
  model.narrow = shape[9] != 0;
  model.eps = (float)eps;
  model.scale = (float)scale;
  for (int i = 0; i < 9; i++) in.require(shape[i] > 0, "shape has a size that is not positive");
  in.require(rotations > 0 && page_size % KV_BLOCK == 0, "page_size is not a multiple of 16");
  in.require(in.ok() && model.heads % model.kv_heads == 0 && model.head_dim % 2 == 0, "heads do not fit");
  const double* handles = in.doubles("handles", 6 + 14 * layers);
  if (!in.ok()) return nullptr;
  model.page_blocks = page_size / KV_BLOCK;
  const long q = model.heads * model.head_dim, kv = model.kv_heads * model.head_dim, half = model.head_dim / 2;
  ModelBlocks from{in, handles};
  model.embedding = in.block_weight(handles[from.at++], "embedding", (int64_t)model.vocab * model.hidden);
  model.final_norm = from.next("final norm", model.hidden);
  model.head = from.packed("head", model.vocab, model.hidden, model.narrow);
  model.cosine = from.next("cosine", rotations * half);
  model.sine = from.next("sine", rotations * half);
  std::vector<DecoderLayer> list((size_t)layers);
  for (DecoderLayer& layer : list) {
    layer.input_norm = from.next("input norm", model.hidden);
    layer.post_norm = from.next("post norm", model.hidden);
    layer.qkv = from.packed("qkv", q + 2 * kv, model.hidden, model.narrow);
    layer.output = from.packed("output", model.hidden, q, model.narrow);
    layer.gate = from.packed("gate", model.intermediate, model.hidden, model.narrow);
    layer.up = from.packed("up", model.intermediate, model.hidden, model.narrow);
    layer.down = from.packed("down", model.hidden, model.intermediate, model.narrow);
    layer.keys = (float*)from.next("keys", pages * page_size * kv);
    layer.values = (float*)from.next("values", pages * page_size * kv);
  }

  DecoderRows rows;
  rows.n = in.size("N");
  rows.ids = in.ints("ids", rows.n);
  rows.positions = in.ints("positions", rows.n);
  rows.slots = in.ints("slots", rows.n);
  rows.sequence = in.ints("sequence", rows.n);
  const long sequences = in.size("B");
  rows.max_pages = in.size("max_pages");
  rows.page_table = in.ints("page_table", (int64_t)sequences * rows.max_pages);
  rows.outputs = in.size("outputs");
  rows.output_rows = in.ints("output_rows", rows.outputs);
  in.within("ids", rows.ids, rows.n, 0, model.vocab);
  in.within("positions", rows.positions, rows.n, 0, rotations < rows.max_pages * page_size ? rotations : rows.max_pages * page_size);
  in.within("slots", rows.slots, rows.n, 0, pages * page_size);
  in.within("sequence", rows.sequence, rows.n, 0, sequences);
  in.within("page_table", rows.page_table, sequences * rows.max_pages, 0, pages);
  in.within("output_rows", rows.output_rows, rows.outputs, 0, rows.n);

  const long samples = in.size("samples");
  const int32_t* sample_outputs = in.ints("sample_outputs", samples);
  in.within("sample_outputs", sample_outputs, samples, 0, rows.outputs);
  const double* settings = in.doubles("settings", 5 * samples);
  const long seen_count = in.size("seen_count");
  const int32_t* seen = in.ints("seen", seen_count);
  in.within("seen", seen, seen_count, 0, model.vocab);
  const int32_t* seen_starts = in.ints("seen_starts", samples + 1);
  in.within("seen_starts", seen_starts, samples + 1, 0, seen_count + 1);
  const long wanted = in.size("wanted");
  const int32_t* wanted_outputs = in.ints("wanted_outputs", wanted);
  in.within("wanted_outputs", wanted_outputs, wanted, 0, rows.outputs);
  float* wanted_logits = in.floats("wanted_logits", (int64_t)wanted * model.vocab);
  int32_t* tokens = in.written_ints("tokens", samples);
  double* logprobs = in.doubles("logprobs", samples);
  if (!in.ok() || rows.n == 0) return nullptr;

  const long vocab = model.vocab;
  return in.run([=, list = std::move(list)]() mutable {
    model.layer = list.data();
    float* logits = scratch(SLOT_TILE, (size_t)(rows.outputs * vocab));
    decoding().decode_step(model, rows, logits);
    for (long i = 0; i < wanted; i++) memcpy(wanted_logits + i * vocab, logits + wanted_outputs[i] * vocab, (size_t)vocab * sizeof(float));
    const auto draw = [&](long i) {
      const double* s = settings + 5 * i;
      const Draw one{s[0], s[1], s[2], s[4], (long)s[3], seen + seen_starts[i], seen_starts[i + 1] - seen_starts[i]};
      const Drawn drawn = decoding().draw_token(logits + sample_outputs[i] * vocab, vocab, one, scratch(SLOT_ROWS, (size_t)vocab));
      tokens[i] = drawn.token;
      logprobs[i] = drawn.logprob;
    };
    const auto call = [](void* context, long i) { (*(decltype(draw)*)context)(i); };
    if (samples * vocab < 16384)
      for (long i = 0; i < samples; i++) draw(i);
    else parallel(samples, call, (void*)&draw);
  });
}

// fmaRate(seconds) -> 1e9 operations per second of all threads
ITOOL_FUNCTION(fma_rate) {
  Arguments in(env, info, "fmaRate", 1);
  const double seconds = in.number();
  if (!in.ok()) return nullptr;
  in.environment().stream.drain();
  return as_number(env, decoding().fma_rate(seconds));
}

}  // namespace

void add_decoding_calls(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {
      {"packedNumbers", packed_numbers},
      {"packWeights", pack_weights},
      {"decodeStep", decode_step},
      {"fmaRate", fma_rate},
  };
  for (const auto& f : functions) {
    napi_value value;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.call, nullptr, &value);
    napi_set_named_property(env, exports, f.name, value);
  }
}

}  // namespace itool
