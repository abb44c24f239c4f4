// The calls that JavaScript sees: each unpacks its arguments, checks every size, and gives the stream one entry of the kernel table.
// All state belongs to an environment, so the addon may be loaded by any number of worker threads and test sandboxes.
#include <math.h>
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmath>
#include <string>
#include <vector>

#include "arguments.h"
#include "decoding-calls.h"
#include "kernels.h"
#include "memory-calls.h"
#include "pool.h"

namespace {

const itool::Kernels& table() { return itool::kernels(); }
using itool::Arguments;
using itool::Weight;

#define ITOOL_FUNCTION(name) napi_value name(napi_env env, napi_callback_info info)

// matmul(batch, m, n, k, a, transpose_a, b, transpose_b, out)
ITOOL_FUNCTION(matmul) {
  Arguments in(env, info, "BatchMatMul", 9);
  const long batch = in.size("batch"), m = in.size("m"), n = in.size("n"), k = in.size("k");
  const float* a = in.floats("a", (int64_t)batch * m * k);
  const bool ta = in.boolean();
  const float* b = in.floats("b", (int64_t)batch * k * n);
  const bool tb = in.boolean();
  float* out = in.floats("out", (int64_t)batch * m * n);
  return in.run([=] { table().matmul(batch, m, n, k, a, m * k, ta ? 1 : k, ta ? m : 1, b, k * n, tb ? 1 : n, tb ? k : 1, out); });
}
// linear(n, k, o, x, weight, bias?, out)
ITOOL_FUNCTION(linear) {
  Arguments in(env, info, "Linear", 7);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O");
  const float* x = in.floats("x", (int64_t)n * k);
  const Weight weight = in.weight("weight", (int64_t)o * k);
  const float* bias = in.optional_floats("bias", o);
  float* out = in.floats("out", (int64_t)n * o);
  return in.run([=] { table().linear(n, k, o, x, &weight, bias, out); });
}
// linearGrad(n, k, o, x, weight, dy, dx?, dweight?, dbias?)
ITOOL_FUNCTION(linear_grad) {
  Arguments in(env, info, "LinearGrad", 9);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O");
  const float* x = in.floats("x", (int64_t)n * k);
  const Weight weight = in.weight("weight", (int64_t)o * k);
  const float* dy = in.floats("dy", (int64_t)n * o);
  float *dx = in.optional_floats("dx", (int64_t)n * k), *dweight = in.optional_floats("dweight", (int64_t)o * k);
  float* dbias = in.optional_floats("dbias", o);
  in.require(dweight == nullptr || weight.storage == itool::FLOAT32, "a weight that is not stored as float32 has no gradient");
  return in.run([=] { table().linear_grad(n, k, o, x, &weight, dy, dx, dweight, dbias); });
}
// loraLinear(n, k, o, r, x, weight, a, b, bias?, scale, out, low)
ITOOL_FUNCTION(lora_linear) {
  Arguments in(env, info, "LoraLinear", 12);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O"), r = in.size("r");
  const float* x = in.floats("x", (int64_t)n * k);
  const Weight weight = in.weight("weight", (int64_t)o * k);
  const float *a = in.floats("lora_a", (int64_t)r * k), *b = in.floats("lora_b", (int64_t)o * r), *bias = in.optional_floats("bias", o);
  const double scale = in.number();
  float *out = in.floats("out", (int64_t)n * o), *low = in.floats("low", (int64_t)n * r);
  return in.run([=] { table().lora_linear(n, k, o, r, x, &weight, a, b, bias, (float)scale, out, low); });
}
// loraLinearGrad(n, k, o, r, x, weight, a, b, low, dy, scale, dx?, da?, db?)
ITOOL_FUNCTION(lora_linear_grad) {
  Arguments in(env, info, "LoraLinearGrad", 14);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O"), r = in.size("r");
  const float* x = in.floats("x", (int64_t)n * k);
  const Weight weight = in.weight("weight", (int64_t)o * k);
  const float *a = in.floats("lora_a", (int64_t)r * k), *b = in.floats("lora_b", (int64_t)o * r), *low = in.floats("low", (int64_t)n * r);
  const float* dy = in.floats("dy", (int64_t)n * o);
  const double scale = in.number();
  float *dx = in.optional_floats("dx", (int64_t)n * k), *da = in.optional_floats("da", (int64_t)r * k);
  float* db = in.optional_floats("db", (int64_t)o * r);
  in.require((da == nullptr) == (db == nullptr), "da and db go together");
  return in.run([=] { table().lora_linear_grad(n, k, o, r, x, &weight, a, b, low, dy, (float)scale, dx, da, db); });
}
// rmsNorm(n, d, x, weight, eps, out)
ITOOL_FUNCTION(rms_norm) {
  Arguments in(env, info, "RmsNorm", 6);
  const long n = in.size("N"), d = in.size("D");
  const float *x = in.floats("x", (int64_t)n * d), *weight = in.floats("weight", d);
  const double eps = in.number();
  float* out = in.floats("out", (int64_t)n * d);
  return in.run([=] { table().rms_norm(n, d, x, weight, (float)eps, out); });
}
// rmsNormGrad(n, d, x, weight, dy, eps, dx?, dweight?)
ITOOL_FUNCTION(rms_norm_grad) {
  Arguments in(env, info, "RmsNormGrad", 8);
  const long n = in.size("N"), d = in.size("D");
  const float *x = in.floats("x", (int64_t)n * d), *weight = in.floats("weight", d), *dy = in.floats("dy", (int64_t)n * d);
  const double eps = in.number();
  float *dx = in.optional_floats("dx", (int64_t)n * d), *dweight = in.optional_floats("dweight", d);
  return in.run([=] { table().rms_norm_grad(n, d, x, weight, dy, (float)eps, dx, dweight); });
}
// rope(n, heads, hd, rows, x, positions, cosine, sine, inverse, out): cosine and sine have `rows` positions
ITOOL_FUNCTION(rope) {
  Arguments in(env, info, "Rope", 10);
  const long n = in.size("N"), heads = in.size("H"), hd = in.size("hd"), rows = in.size("rows");
  in.require(hd % 2 == 0, "head size is odd");
  const float* x = in.floats("x", (int64_t)n * heads * hd);
  const int32_t* positions = in.ints("positions", n);
  const float *cosine = in.floats("cosine", (int64_t)rows * (hd / 2)), *sine = in.floats("sine", (int64_t)rows * (hd / 2));
  const bool inverse = in.boolean();
  float* out = in.floats("out", (int64_t)n * heads * hd);
  in.within("positions", positions, n, 0, rows);
  return in.run([=] { table().rope(n, heads, hd, x, positions, cosine, sine, inverse ? -1.0f : 1.0f, out); });
}
void check_heads(Arguments& in, long hq, long hkv, long hd) {
  in.require(hd > 0 && hkv > 0 && hq > 0 && hq % hkv == 0, "query heads are not a multiple of key/value heads");
}
void check_starts(Arguments& in, const int32_t* starts, long sequences, long n) {
  if (!in.ok()) return;
  in.require(starts[0] == 0 && starts[sequences] == n, "cu_seqlens does not run from 0 to N");
  for (long s = 0; s < sequences; s++) in.require(starts[s] <= starts[s + 1], "cu_seqlens decreases");
}
// attention(n, hq, hkv, hd, sequences, starts, q, k, v, scale, out)
ITOOL_FUNCTION(attention) {
  Arguments in(env, info, "Attention", 11);
  const long n = in.size("N"), hq = in.size("Hq"), hkv = in.size("Hkv"), hd = in.size("hd"), sequences = in.size("B");
  const int32_t* starts = in.ints("cu_seqlens", sequences + 1);
  const float *q = in.floats("q", (int64_t)n * hq * hd), *k = in.floats("k", (int64_t)n * hkv * hd), *v = in.floats("v", (int64_t)n * hkv * hd);
  const double scale = in.number();
  float* out = in.floats("out", (int64_t)n * hq * hd);
  check_heads(in, hq, hkv, hd);
  check_starts(in, starts, sequences, n);
  return in.run([=] { table().attention(sequences, starts, hq, hkv, hd, q, k, v, (float)scale, out); });
}
// attentionGrad(n, hq, hkv, hd, sequences, starts, q, k, v, out, dy, scale, dq, dk, dv)
ITOOL_FUNCTION(attention_grad) {
  Arguments in(env, info, "AttentionGrad", 15);
  const long n = in.size("N"), hq = in.size("Hq"), hkv = in.size("Hkv"), hd = in.size("hd"), sequences = in.size("B");
  const int32_t* starts = in.ints("cu_seqlens", sequences + 1);
  const float *q = in.floats("q", (int64_t)n * hq * hd), *k = in.floats("k", (int64_t)n * hkv * hd), *v = in.floats("v", (int64_t)n * hkv * hd);
  const float *out = in.floats("out", (int64_t)n * hq * hd), *dy = in.floats("dy", (int64_t)n * hq * hd);
  const double scale = in.number();
  float *dq = in.floats("dq", (int64_t)n * hq * hd), *dk = in.floats("dk", (int64_t)n * hkv * hd), *dv = in.floats("dv", (int64_t)n * hkv * hd);
  check_heads(in, hq, hkv, hd);
  check_starts(in, starts, sequences, n);
  return in.run([=] { table().attention_grad(sequences, starts, hq, hkv, hd, q, k, v, out, dy, (float)scale, dq, dk, dv); });
}
// swiGlu(n, gate, up, out)
ITOOL_FUNCTION(swiglu) {
  Arguments in(env, info, "SwiGlu", 4);
  const long n = in.size("size");
  const float *gate = in.floats("gate", n), *up = in.floats("up", n);
  float* out = in.floats("out", n);
  return in.run([=] { table().swiglu(n, gate, up, out); });
}
// swiGluGrad(n, gate, up, dy, dgate, dup)
ITOOL_FUNCTION(swiglu_grad) {
  Arguments in(env, info, "SwiGluGrad", 6);
  const long n = in.size("size");
  const float *gate = in.floats("gate", n), *up = in.floats("up", n), *dy = in.floats("dy", n);
  float *dgate = in.floats("dgate", n), *dup = in.floats("dup", n);
  return in.run([=] { table().swiglu_grad(n, gate, up, dy, dgate, dup); });
}
// tokenLogProbs(n, d, v, hidden, weight, targets, out, dhidden?)
ITOOL_FUNCTION(token_log_probs) {
  Arguments in(env, info, "TokenLogProbs", 8);
  const long n = in.size("N"), d = in.size("D"), v = in.size("V");
  const float* hidden = in.floats("hidden", (int64_t)n * d);
  const Weight weight = in.weight("weight", (int64_t)v * d);
  const int32_t* targets = in.ints("targets", n);
  float *out = in.floats("out", n), *dhidden = in.optional_floats("dhidden", (int64_t)n * d);
  in.within("targets", targets, n, 0, v);
  return in.run([=] { table().token_log_probs(n, d, v, hidden, &weight, targets, out, dhidden); });
}
// tokenLogProbsGrad(n, d, v, hidden, weight, targets, dy, dhidden?, dweight?)
ITOOL_FUNCTION(token_log_probs_grad) {
  Arguments in(env, info, "TokenLogProbsGrad", 9);
  const long n = in.size("N"), d = in.size("D"), v = in.size("V");
  const float* hidden = in.floats("hidden", (int64_t)n * d);
  const Weight weight = in.weight("weight", (int64_t)v * d);
  const int32_t* targets = in.ints("targets", n);
  const float* dy = in.floats("dy", n);
  float *dhidden = in.optional_floats("dhidden", (int64_t)n * d), *dweight = in.optional_floats("dweight", (int64_t)v * d);
  in.require(dweight == nullptr || weight.storage == itool::FLOAT32, "a weight that is not stored as float32 has no gradient");
  in.within("targets", targets, n, 0, v);
  return in.run([=] { table().token_log_probs_grad(n, d, v, hidden, &weight, targets, dy, dhidden, dweight); });
}
// scaleRows(n, d, x, by, out)
ITOOL_FUNCTION(scale_rows) {
  Arguments in(env, info, "ScaleRows", 5);
  const long n = in.size("N"), d = in.size("D");
  const float *x = in.floats("x", (int64_t)n * d), *by = in.floats("by", n);
  float* out = in.floats("out", (int64_t)n * d);
  return in.run([=] { table().scale_rows(n, d, x, by, out); });
}
// embed(n, d, vocab, ids, table, out)
ITOOL_FUNCTION(embed) {
  Arguments in(env, info, "Embed", 6);
  const long n = in.size("N"), d = in.size("D"), vocab = in.size("V");
  const int32_t* ids = in.ints("ids", n);
  const Weight weight = in.weight("table", (int64_t)vocab * d);
  float* out = in.floats("out", (int64_t)n * d);
  in.within("ids", ids, n, 0, vocab);
  return in.run([=] { table().embed(n, d, ids, &weight, out); });
}
// embedGrad(n, d, vocab, ids, dy, dtable)
ITOOL_FUNCTION(embed_grad) {
  Arguments in(env, info, "EmbedGrad", 6);
  const long n = in.size("N"), d = in.size("D"), vocab = in.size("V");
  const int32_t* ids = in.ints("ids", n);
  const float* dy = in.floats("dy", (int64_t)n * d);
  float* dtable = in.floats("dtable", (int64_t)vocab * d);
  in.within("ids", ids, n, 0, vocab);
  return in.run([=] {
    std::vector<int32_t> first((size_t)vocab + 1, 0), order((size_t)n);
    for (long i = 0; i < n; i++) first[(size_t)ids[i] + 1]++;
    for (long v = 0; v < vocab; v++) first[(size_t)v + 1] += first[(size_t)v];
    std::vector<int32_t> next(first.begin(), first.end() - 1);
    for (long i = 0; i < n; i++) order[(size_t)next[(size_t)ids[i]]++] = (int32_t)i;
    table().embed_grad(d, vocab, first.data(), order.data(), dy, dtable);
  });
}
// adamW(count, total, params[], grads[], offsets, sizes, m, v, learning_rate, beta1, beta2, eps, weight_decay, bias_corrections1[],
// bias_corrections2[], max_grad_norm, norm): `count` parameters, whose moments lie at their offsets in m and v of `total` numbers
ITOOL_FUNCTION(adamw) {
  Arguments in(env, info, "AdamW", 17);
  const long count = in.size("parameters"), total = in.size("size");
  const std::vector<napi_value> param_values = in.list("params", count), grad_values = in.list("grads", count);
  const int32_t *offsets = in.ints("offsets", count), *sizes = in.ints("sizes", count);
  float *m = in.floats("m", total), *v = in.floats("v", total);
  itool::AdamWSettings s;
  for (double* field : {&s.learning_rate, &s.beta1, &s.beta2, &s.eps, &s.weight_decay}) *field = in.number();
  const std::vector<double> corrections1 = in.numbers("bias_corrections1", count), corrections2 = in.numbers("bias_corrections2", count);
  const double max_grad_norm = in.number();
  float* norm = in.floats("norm", 1);
  std::vector<float*> params, grads;
  for (long i = 0; in.ok() && i < count; i++) {
    in.require(offsets[i] >= 0 && sizes[i] >= 0 && (int64_t)offsets[i] + sizes[i] <= total, "moments lie outside m and v");
    params.push_back(in.floats_of(param_values[(size_t)i], "param", sizes[i]));
    grads.push_back(in.floats_of(grad_values[(size_t)i], "grad", sizes[i]));
  }
  return in.run([=]() mutable {
    double squares = 0;
    for (long i = 0; i < count; i++) {
      float part;
      table().sum_squares(sizes[i], grads[(size_t)i], &part);
      squares += part;
    }
    norm[0] = (float)sqrt(squares);
    if (!std::isfinite(norm[0])) return;
    // As torch.nn.utils.clip_grad_norm_ does, the 1e-6 included.
    const double clip = max_grad_norm / ((double)norm[0] + 1e-6);
    s.grad_scale = clip < 1 ? clip : 1;
    for (long i = 0; i < count; i++) {
      s.bias_correction1 = corrections1[(size_t)i];
      s.bias_correction2 = corrections2[(size_t)i];
      table().adamw(sizes[i], params[(size_t)i], grads[(size_t)i], m + offsets[i], v + offsets[i], &s);
    }
  });
}
// sumSquares(n, x, out), sum(n, x, out): out is one number
ITOOL_FUNCTION(sum_squares) {
  Arguments in(env, info, "SumSquares", 3);
  const long n = in.size("size");
  const float* x = in.floats("x", n);
  float* out = in.floats("out", 1);
  return in.run([=] { table().sum_squares(n, x, out); });
}
ITOOL_FUNCTION(sum) {
  Arguments in(env, info, "Sum", 3);
  const long n = in.size("size");
  const float* x = in.floats("x", n);
  float* out = in.floats("out", 1);
  return in.run([=] { table().sum(n, x, out); });
}
// binary(op, n, a, b, out), op 0 add, 1 subtract, 2 multiply
ITOOL_FUNCTION(binary) {
  Arguments in(env, info, "binary", 5);
  const long op = in.size("op"), n = in.size("size");
  const float *a = in.floats("a", n), *b = in.floats("b", n);
  float* out = in.floats("out", n);
  in.require(op <= itool::BINARY_MUL, "unknown operation");
  return in.run([=] { table().binary((itool::Binary)op, n, a, b, out); });
}
// binaryScalar(op, n, a, b?, value, swapped, out): b is one number, or absent and value counts; swapped: b op a
ITOOL_FUNCTION(binary_scalar) {
  Arguments in(env, info, "binary", 7);
  const long op = in.size("op"), n = in.size("size");
  const float *a = in.floats("a", n), *b = in.optional_floats("b", 1);
  const float value = (float)in.number();
  const bool swapped = in.boolean();
  float* out = in.floats("out", n);
  in.require(op <= itool::BINARY_MUL, "unknown operation");
  return in.run([=] { table().binary_scalar((itool::Binary)op, n, a, b == nullptr ? &value : b, swapped, out); });
}
// transpose(rows, columns, x, out)
ITOOL_FUNCTION(transpose) {
  Arguments in(env, info, "Transpose", 4);
  const long rows = in.size("rows"), columns = in.size("columns");
  const float* x = in.floats("x", (int64_t)rows * columns);
  float* out = in.floats("out", (int64_t)rows * columns);
  return in.run([=] { table().transpose(rows, columns, x, out); });
}
// kvWrite(n, heads, hd, slots_in_all, k, v, slots, keys, values)
ITOOL_FUNCTION(kv_write) {
  Arguments in(env, info, "KvWrite", 9);
  const long n = in.size("N"), heads = in.size("H"), hd = in.size("hd"), all = in.size("slots");
  in.require(all % itool::KV_BLOCK == 0, "slots are not whole blocks of 16");
  const float *k = in.floats("k", (int64_t)n * heads * hd), *v = in.floats("v", (int64_t)n * heads * hd);
  const int32_t* slots = in.ints("slots", n);
  float *keys = in.floats("keys", (int64_t)all * heads * hd), *values = in.floats("values", (int64_t)all * heads * hd);
  in.within("slots", slots, n, 0, all);
  return in.run([=] { table().kv_write(n, heads, hd, k, v, slots, keys, values); });
}
// kvAttend(n, hq, hkv, hd, pages, page_size, sequences, max_pages, q, page_table, sequence, length, scale, keys, values, out)
ITOOL_FUNCTION(kv_attend) {
  Arguments in(env, info, "KvAttend", 16);
  const long n = in.size("N"), hq = in.size("Hq"), hkv = in.size("Hkv"), hd = in.size("hd");
  const long pages = in.size("pages"), page_size = in.size("page_size"), sequences = in.size("B"), max_pages = in.size("max_pages");
  in.require(page_size > 0 && page_size % itool::KV_BLOCK == 0, "page_size is not a multiple of 16");
  check_heads(in, hq, hkv, hd);
  const float* q = in.floats("q", (int64_t)n * hq * hd);
  const int32_t *pages_of = in.ints("page_table", (int64_t)sequences * max_pages), *sequence = in.ints("sequence", n), *length = in.ints("length", n);
  const double scale = in.number();
  const int64_t stored = (int64_t)pages * page_size * hkv * hd;
  const float *keys = in.floats("keys", stored), *values = in.floats("values", stored);
  float* out = in.floats("out", (int64_t)n * hq * hd);
  in.within("sequence", sequence, n, 0, sequences);
  in.within("length", length, n, 1, (int64_t)max_pages * page_size + 1);
  for (long i = 0; in.ok() && i < n; i++) {
    const int32_t* used = pages_of + (long)sequence[i] * max_pages;
    for (long p = 0; p * page_size < length[i]; p++)
      if (used[p] < 0 || used[p] >= pages) in.fail("row " + std::to_string(i) + " reads page " + std::to_string(used[p]));
  }
  return in.run([=] {
    table().kv_attend(n, hq, hkv, hd, q, pages_of, max_pages, page_size / itool::KV_BLOCK, sequence, length, (float)scale, keys, values, out);
  });
}
// setThreads(n) -> number in use; 0 = physical cores
ITOOL_FUNCTION(set_threads) {
  Arguments in(env, info, "setThreads", 1);
  const long n = in.size("threads");
  if (in.ok()) {
    in.environment().stream.drain();
    itool::set_thread_count((int)n);
  }
  napi_value count;
  napi_create_int32(env, itool::thread_count(), &count);
  return count;
}

}  // namespace

NAPI_MODULE_INIT() {
  itool::open_environment(env);
  itool::add_memory_calls(env, exports);
  itool::add_decoding_calls(env, exports);
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {
      {"matmul", matmul},
      {"linear", linear},
      {"linearGrad", linear_grad},
      {"loraLinear", lora_linear},
      {"loraLinearGrad", lora_linear_grad},
      {"rmsNorm", rms_norm},
      {"rmsNormGrad", rms_norm_grad},
      {"rope", rope},
      {"attention", attention},
      {"attentionGrad", attention_grad},
      {"swiGlu", swiglu},
      {"swiGluGrad", swiglu_grad},
      {"tokenLogProbs", token_log_probs},
      {"tokenLogProbsGrad", token_log_probs_grad},
      {"scaleRows", scale_rows},
      {"embed", embed},
      {"embedGrad", embed_grad},
      {"adamW", adamw},
      {"sumSquares", sum_squares},
      {"sum", sum},
      {"binary", binary},
      {"binaryScalar", binary_scalar},
      {"transpose", transpose},
      {"kvWrite", kv_write},
      {"kvAttend", kv_attend},
      {"setThreads", set_threads},
  };
  for (const auto& f : functions) {
    napi_value value;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.call, nullptr, &value);
    napi_set_named_property(env, exports, f.name, value);
  }
  napi_value isa;
  napi_create_string_utf8(env, table().isa, NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  return exports;
}
