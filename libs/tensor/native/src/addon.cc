// The N-API side: unpacks arguments, checks every size before memory is touched, calls one entry of the kernel table.
// Each function throws a JavaScript Error that names the kernel and the sizes. No state belongs to an environment, so the addon may be loaded
// by any number of worker threads and test sandboxes.
#include <node_api.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <string>
#include <vector>

#include "kernels.h"
#include "pool.h"

namespace {

using itool::Kernels;

// The best table that the processor runs; ITOOL_ISA=avx2|portable asks for a lesser one.
const Kernels& table() {
  static const Kernels* chosen = [] {
    const char* wanted = getenv("ITOOL_ISA");
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (avx512 && (!wanted || strcmp(wanted, "avx512") == 0)) return &itool::kernels_avx512;
    if (avx2 && (!wanted || strcmp(wanted, "portable") != 0)) return &itool::kernels_avx2;
#endif
    (void)wanted;
    return &itool::kernels_portable;
  }();
  return *chosen;
}

// The arguments of one call. The first failure is thrown; later reads then return harmless values, and ok() is false.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info, const char* kernel, size_t count) : env_(env), kernel_(kernel) {
    size_t given = 32;
    napi_get_cb_info(env, info, &given, values_, nullptr, nullptr);
    if (given != count) fail("takes " + std::to_string(count) + " arguments, got " + std::to_string(given));
  }
  bool ok() const { return !failed_; }

  double number() {
    double v = 0;
    if (!failed_ && napi_get_value_double(env_, values_[at_], &v) != napi_ok) fail("argument " + std::to_string(at_ + 1) + " is not a number");
    at_++;
    return v;
  }
  bool boolean() {
    bool v = false;
    if (!failed_ && napi_get_value_bool(env_, values_[at_], &v) != napi_ok) fail("argument " + std::to_string(at_ + 1) + " is not a boolean");
    at_++;
    return v;
  }
  // A size: an integer from 0 to 2^31-1, remembered for messages.
  long size(const char* name) {
    double v = number();
    if (!failed_ && !(v >= 0 && v <= 2147483647.0 && v == (double)(long)v)) {
      fail(std::string(name) + " is not a size");
      return 0;
    }
    if (!sizes_.empty()) sizes_ += ", ";
    sizes_ += std::string(name) + "=" + std::to_string((long)v);
    return failed_ ? 0 : (long)v;
  }
  float* floats(const char* name, int64_t count) { return (float*)array(name, count, napi_float32_array, "Float32Array", false); }
  float* optional_floats(const char* name, int64_t count) { return (float*)array(name, count, napi_float32_array, "Float32Array", true); }
  int32_t* ints(const char* name, int64_t count) { return (int32_t*)array(name, count, napi_int32_array, "Int32Array", false); }

  // Every value lies in [low, high).
  void within(const char* name, const int32_t* v, long count, int64_t low, int64_t high) {
    for (long i = 0; !failed_ && i < count; i++)
      if (v[i] < low || v[i] >= high)
        fail(std::string(name) + "[" + std::to_string(i) + "] is " + std::to_string(v[i]) + " (valid: " + std::to_string(low) + ".." +
             std::to_string(high - 1) + ")");
  }
  void require(bool condition, const char* text) {
    if (!failed_ && !condition) fail(text);
  }
  void fail(const std::string& text) {
    if (failed_) return;
    failed_ = true;
    std::string message = std::string("native: ") + kernel_ + ": " + text;
    if (!sizes_.empty()) message += " [" + sizes_ + "]";
    napi_throw_error(env_, nullptr, message.c_str());
  }

 private:
  void* array(const char* name, int64_t count, napi_typedarray_type wanted, const char* type_name, bool optional) {
    napi_value value = values_[at_++];
    if (failed_) return nullptr;
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (optional) {
      napi_valuetype kind;
      napi_typeof(env_, value, &kind);
      if (kind == napi_undefined || kind == napi_null) return nullptr;
    }
    bool is_array = false;
    napi_is_typedarray(env_, value, &is_array);
    if (!is_array || napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted) {
      fail(std::string(name) + " is not a " + type_name);
      return nullptr;
    }
    if ((int64_t)length != count) {
      fail(std::string(name) + " has " + std::to_string(length) + " elements, not " + std::to_string(count));
      return nullptr;
    }
    // A typed array of length 0 may have no memory; kernels never read it, but "absent" must stay apart from "empty".
    static float nothing[1];
    return length == 0 ? (void*)nothing : data;
  }

  napi_env env_;
  const char* kernel_;
  napi_value values_[32];
  size_t at_ = 0;
  bool failed_ = false;
  std::string sizes_;
};

napi_value nothing(napi_env env) {
  napi_value v;
  napi_get_undefined(env, &v);
  return v;
}
napi_value as_number(napi_env env, double x) {
  napi_value v;
  napi_create_double(env, x, &v);
  return v;
}

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
  if (in.ok()) table().matmul(batch, m, n, k, a, m * k, ta ? 1 : k, ta ? m : 1, b, k * n, tb ? 1 : n, tb ? k : 1, out);
  return nothing(env);
}
// linear(n, k, o, x, weight, bias?, out)
ITOOL_FUNCTION(linear) {
  Arguments in(env, info, "Linear", 7);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O");
  const float *x = in.floats("x", (int64_t)n * k), *weight = in.floats("weight", (int64_t)o * k), *bias = in.optional_floats("bias", o);
  float* out = in.floats("out", (int64_t)n * o);
  if (in.ok()) table().linear(n, k, o, x, weight, bias, out);
  return nothing(env);
}
// linearGrad(n, k, o, x, weight, dy, dx?, dweight?, dbias?)
ITOOL_FUNCTION(linear_grad) {
  Arguments in(env, info, "LinearGrad", 9);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O");
  const float *x = in.floats("x", (int64_t)n * k), *weight = in.floats("weight", (int64_t)o * k), *dy = in.floats("dy", (int64_t)n * o);
  float *dx = in.optional_floats("dx", (int64_t)n * k), *dweight = in.optional_floats("dweight", (int64_t)o * k);
  float* dbias = in.optional_floats("dbias", o);
  if (in.ok()) table().linear_grad(n, k, o, x, weight, dy, dx, dweight, dbias);
  return nothing(env);
}
// loraLinear(n, k, o, r, x, weight, a, b, bias?, scale, out)
ITOOL_FUNCTION(lora_linear) {
  Arguments in(env, info, "LoraLinear", 11);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O"), r = in.size("r");
  const float *x = in.floats("x", (int64_t)n * k), *weight = in.floats("weight", (int64_t)o * k);
  const float *a = in.floats("lora_a", (int64_t)r * k), *b = in.floats("lora_b", (int64_t)o * r), *bias = in.optional_floats("bias", o);
  const double scale = in.number();
  float* out = in.floats("out", (int64_t)n * o);
  if (in.ok()) table().lora_linear(n, k, o, r, x, weight, a, b, bias, (float)scale, out);
  return nothing(env);
}
// loraLinearGrad(n, k, o, r, x, weight, a, b, dy, scale, dx?, da?, db?)
ITOOL_FUNCTION(lora_linear_grad) {
  Arguments in(env, info, "LoraLinearGrad", 13);
  const long n = in.size("N"), k = in.size("K"), o = in.size("O"), r = in.size("r");
  const float *x = in.floats("x", (int64_t)n * k), *weight = in.floats("weight", (int64_t)o * k);
  const float *a = in.floats("lora_a", (int64_t)r * k), *b = in.floats("lora_b", (int64_t)o * r), *dy = in.floats("dy", (int64_t)n * o);
  const double scale = in.number();
  float *dx = in.optional_floats("dx", (int64_t)n * k), *da = in.optional_floats("da", (int64_t)r * k);
  float* db = in.optional_floats("db", (int64_t)o * r);
  in.require((da == nullptr) == (db == nullptr), "da and db go together");
  if (in.ok()) table().lora_linear_grad(n, k, o, r, x, weight, a, b, dy, (float)scale, dx, da, db);
  return nothing(env);
}
// rmsNorm(n, d, x, weight, eps, out)
ITOOL_FUNCTION(rms_norm) {
  Arguments in(env, info, "RmsNorm", 6);
  const long n = in.size("N"), d = in.size("D");
  const float *x = in.floats("x", (int64_t)n * d), *weight = in.floats("weight", d);
  const double eps = in.number();
  float* out = in.floats("out", (int64_t)n * d);
  if (in.ok()) table().rms_norm(n, d, x, weight, (float)eps, out);
  return nothing(env);
}
// rmsNormGrad(n, d, x, weight, dy, eps, dx?, dweight?)
ITOOL_FUNCTION(rms_norm_grad) {
  Arguments in(env, info, "RmsNormGrad", 8);
  const long n = in.size("N"), d = in.size("D");
  const float *x = in.floats("x", (int64_t)n * d), *weight = in.floats("weight", d), *dy = in.floats("dy", (int64_t)n * d);
  const double eps = in.number();
  float *dx = in.optional_floats("dx", (int64_t)n * d), *dweight = in.optional_floats("dweight", d);
  if (in.ok()) table().rms_norm_grad(n, d, x, weight, dy, (float)eps, dx, dweight);
  return nothing(env);
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
  if (in.ok()) table().rope(n, heads, hd, x, positions, cosine, sine, inverse ? -1.0f : 1.0f, out);
  return nothing(env);
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
  if (in.ok()) table().attention(sequences, starts, hq, hkv, hd, q, k, v, (float)scale, out);
  return nothing(env);
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
  if (in.ok()) table().attention_grad(sequences, starts, hq, hkv, hd, q, k, v, out, dy, (float)scale, dq, dk, dv);
  return nothing(env);
}
// swiGlu(n, gate, up, out)
ITOOL_FUNCTION(swiglu) {
  Arguments in(env, info, "SwiGlu", 4);
  const long n = in.size("size");
  const float *gate = in.floats("gate", n), *up = in.floats("up", n);
  float* out = in.floats("out", n);
  if (in.ok()) table().swiglu(n, gate, up, out);
  return nothing(env);
}
// swiGluGrad(n, gate, up, dy, dgate, dup)
ITOOL_FUNCTION(swiglu_grad) {
  Arguments in(env, info, "SwiGluGrad", 6);
  const long n = in.size("size");
  const float *gate = in.floats("gate", n), *up = in.floats("up", n), *dy = in.floats("dy", n);
  float *dgate = in.floats("dgate", n), *dup = in.floats("dup", n);
  if (in.ok()) table().swiglu_grad(n, gate, up, dy, dgate, dup);
  return nothing(env);
}
// tokenLogProbs(n, d, v, hidden, weight, targets, out)
ITOOL_FUNCTION(token_log_probs) {
  Arguments in(env, info, "TokenLogProbs", 7);
  const long n = in.size("N"), d = in.size("D"), v = in.size("V");
  const float *hidden = in.floats("hidden", (int64_t)n * d), *weight = in.floats("weight", (int64_t)v * d);
  const int32_t* targets = in.ints("targets", n);
  float* out = in.floats("out", n);
  in.within("targets", targets, n, 0, v);
  if (in.ok()) table().token_log_probs(n, d, v, hidden, weight, targets, out);
  return nothing(env);
}
// tokenLogProbsGrad(n, d, v, hidden, weight, targets, dy, dhidden?, dweight?)
ITOOL_FUNCTION(token_log_probs_grad) {
  Arguments in(env, info, "TokenLogProbsGrad", 9);
  const long n = in.size("N"), d = in.size("D"), v = in.size("V");
  const float *hidden = in.floats("hidden", (int64_t)n * d), *weight = in.floats("weight", (int64_t)v * d);
  const int32_t* targets = in.ints("targets", n);
  const float* dy = in.floats("dy", n);
  float *dhidden = in.optional_floats("dhidden", (int64_t)n * d), *dweight = in.optional_floats("dweight", (int64_t)v * d);
  in.within("targets", targets, n, 0, v);
  if (in.ok()) table().token_log_probs_grad(n, d, v, hidden, weight, targets, dy, dhidden, dweight);
  return nothing(env);
}
// embed(n, d, vocab, ids, table, out)
ITOOL_FUNCTION(embed) {
  Arguments in(env, info, "Embed", 6);
  const long n = in.size("N"), d = in.size("D"), vocab = in.size("V");
  const int32_t* ids = in.ints("ids", n);
  const float* weights = in.floats("table", (int64_t)vocab * d);
  float* out = in.floats("out", (int64_t)n * d);
  in.within("ids", ids, n, 0, vocab);
  if (in.ok()) table().embed(n, d, ids, weights, out);
  return nothing(env);
}
// embedGrad(n, d, vocab, ids, dy, dtable)
ITOOL_FUNCTION(embed_grad) {
  Arguments in(env, info, "EmbedGrad", 6);
  const long n = in.size("N"), d = in.size("D"), vocab = in.size("V");
  const int32_t* ids = in.ints("ids", n);
  const float* dy = in.floats("dy", (int64_t)n * d);
  float* dtable = in.floats("dtable", (int64_t)vocab * d);
  in.within("ids", ids, n, 0, vocab);
  if (!in.ok()) return nothing(env);
  std::vector<int32_t> first((size_t)vocab + 1, 0), order((size_t)n);
  for (long i = 0; i < n; i++) first[(size_t)ids[i] + 1]++;
  for (long v = 0; v < vocab; v++) first[(size_t)v + 1] += first[(size_t)v];
  std::vector<int32_t> next(first.begin(), first.end() - 1);
  for (long i = 0; i < n; i++) order[(size_t)next[(size_t)ids[i]]++] = (int32_t)i;
  table().embed_grad(d, vocab, first.data(), order.data(), dy, dtable);
  return nothing(env);
}
// adamW(n, param, grad, m, v, learning_rate, beta1, beta2, eps, weight_decay, bias_correction1, bias_correction2, grad_scale)
ITOOL_FUNCTION(adamw) {
  Arguments in(env, info, "AdamW", 13);
  const long n = in.size("size");
  float* param = in.floats("param", n);
  const float* grad = in.floats("grad", n);
  float *m = in.floats("m", n), *v = in.floats("v", n);
  itool::AdamWSettings s;
  for (double* field : {&s.learning_rate, &s.beta1, &s.beta2, &s.eps, &s.weight_decay, &s.bias_correction1, &s.bias_correction2, &s.grad_scale})
    *field = in.number();
  if (in.ok()) table().adamw(n, param, grad, m, v, &s);
  return nothing(env);
}
// sumSquares(n, x), sum(n, x) -> number
ITOOL_FUNCTION(sum_squares) {
  Arguments in(env, info, "SumSquares", 2);
  const long n = in.size("size");
  const float* x = in.floats("x", n);
  return as_number(env, in.ok() ? table().sum_squares(n, x) : 0);
}
ITOOL_FUNCTION(sum) {
  Arguments in(env, info, "Sum", 2);
  const long n = in.size("size");
  const float* x = in.floats("x", n);
  return as_number(env, in.ok() ? table().sum(n, x) : 0);
}
// binary(op, n, a, b, out), op 0 add, 1 subtract, 2 multiply; b a Float32Array of n, or a number
ITOOL_FUNCTION(binary) {
  Arguments in(env, info, "binary", 5);
  const long op = in.size("op"), n = in.size("size");
  const float *a = in.floats("a", n), *b = in.floats("b", n);
  float* out = in.floats("out", n);
  in.require(op <= itool::BINARY_MUL, "unknown operation");
  if (in.ok()) table().binary((itool::Binary)op, n, a, b, out);
  return nothing(env);
}
ITOOL_FUNCTION(binary_scalar) {
  Arguments in(env, info, "binary", 5);
  const long op = in.size("op"), n = in.size("size");
  const float* a = in.floats("a", n);
  const double b = in.number();
  float* out = in.floats("out", n);
  in.require(op <= itool::BINARY_MUL, "unknown operation");
  if (in.ok()) table().binary_scalar((itool::Binary)op, n, a, (float)b, out);
  return nothing(env);
}
// transpose(rows, columns, x, out)
ITOOL_FUNCTION(transpose) {
  Arguments in(env, info, "Transpose", 4);
  const long rows = in.size("rows"), columns = in.size("columns");
  const float* x = in.floats("x", (int64_t)rows * columns);
  float* out = in.floats("out", (int64_t)rows * columns);
  if (in.ok()) table().transpose(rows, columns, x, out);
  return nothing(env);
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
  if (in.ok()) table().kv_write(n, heads, hd, k, v, slots, keys, values);
  return nothing(env);
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
  if (in.ok())
    table().kv_attend(n, hq, hkv, hd, q, pages_of, max_pages, page_size / itool::KV_BLOCK, sequence, length, (float)scale, keys, values, out);
  return nothing(env);
}
// misalignment(x) -> bytes from the address of x down to a multiple of 64
ITOOL_FUNCTION(misalignment) {
  size_t given = 1, length = 0;
  napi_value value;
  napi_get_cb_info(env, info, &given, &value, nullptr, nullptr);
  napi_typedarray_type type;
  void* data = nullptr;
  if (given < 1 || napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok) {
    napi_throw_error(env, nullptr, "native: misalignment: takes a typed array");
    return nullptr;
  }
  return as_number(env, (double)((uintptr_t)data % 64));
}
// setThreads(n) -> number in use; 0 = physical cores
ITOOL_FUNCTION(set_threads) {
  Arguments in(env, info, "setThreads", 1);
  const long n = in.size("threads");
  if (in.ok()) itool::set_thread_count((int)n);
  return as_number(env, itool::thread_count());
}

}  // namespace

NAPI_MODULE_INIT() {
  itool::retain_pool();
  napi_add_env_cleanup_hook(env, [](void*) { itool::release_pool(); }, nullptr);
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
      {"misalignment", misalignment},
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
