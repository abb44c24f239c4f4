#include "memory-calls.h"

#include <stdlib.h>

#include <string>

#include "arguments.h"
#include "nf4.h"
#include "pool.h"

namespace itool {
namespace {

#define ITOOL_FUNCTION(name) napi_value name(napi_env env, napi_callback_info info)

napi_value as_number(napi_env env, double x) {
  napi_value v;
  napi_create_double(env, x, &v);
  return v;
}

// A promise that the stream settles.
struct Promise {
  napi_deferred deferred;
  napi_ref kept = nullptr;  // the array that the command writes
  Environment* environment;
  std::string error;
};

// On the JavaScript thread; env is null while the environment goes down.
void settle(napi_env env, napi_value, void*, void* data) {
  Promise* promise = (Promise*)data;
  if (env != nullptr) {
    napi_handle_scope scope;
    napi_open_handle_scope(env, &scope);
    napi_value value;
    if (promise->error.empty()) {
      napi_get_undefined(env, &value);
      napi_resolve_deferred(env, promise->deferred, value);
    } else {
      napi_value text;
      napi_create_string_utf8(env, promise->error.c_str(), NAPI_AUTO_LENGTH, &text);
      napi_create_error(env, nullptr, text, &value);
      napi_reject_deferred(env, promise->deferred, value);
    }
    if (promise->kept != nullptr) napi_delete_reference(env, promise->kept);
    if (--promise->environment->promises == 0) napi_unref_threadsafe_function(env, promise->environment->settle);
    napi_close_handle_scope(env, scope);
  }
  delete promise;
}

napi_value promised(Arguments& in, napi_value kept) {
  Environment& environment = in.environment();
  Promise* promise = new Promise;
  promise->environment = &environment;
  napi_value result;
  napi_create_promise(in.env(), &promise->deferred, &result);
  if (kept != nullptr) napi_create_reference(in.env(), kept, 1, &promise->kept);
  if (environment.promises++ == 0) napi_ref_threadsafe_function(in.env(), environment.settle);
  Command fence;
  fence.kernel = "fence";
  fence.fence = [promise](std::string error) {
    promise->error = std::move(error);
    napi_call_threadsafe_function(promise->environment->settle, promise, napi_tsfn_nonblocking);
  };
  environment.stream.enqueue(std::move(fence));
  return result;
}

// allocate(count) -> handle of a block of `count` float32 with undefined contents
ITOOL_FUNCTION(allocate) {
  Arguments in(env, info, "allocate", 1);
  const long count = in.size("count");
  if (!in.ok()) return nullptr;
  const double handle = in.environment().blocks.allocate(FLOAT32, (size_t)count);
  if (handle == 0) {
    in.fail("out of memory: " + std::to_string(4 * count) + " bytes beside " + std::to_string(in.environment().blocks.arena.in_use()) + " in use");
    return nullptr;
  }
  return as_number(env, handle);
}
// store(storage, count, values) -> handle of a block with the values in storage 0 float32, 1 bf16, 2 NF4
ITOOL_FUNCTION(store) {
  Arguments in(env, info, "store", 3);
  const long storage = in.size("storage"), count = in.size("count");
  const float* values = in.floats("values", count);
  in.require(storage <= NF4, "unknown storage");
  if (!in.ok()) return nullptr;
  const double handle = in.environment().blocks.allocate((Storage)storage, (size_t)count);
  if (handle == 0) {
    in.fail("out of memory: " + std::to_string(storage_bytes((Storage)storage, (size_t)count)) + " bytes");
    return nullptr;
  }
  void* to = in.environment().blocks.find(handle)->at;
  in.run([=] {
    if (storage == FLOAT32) memcpy(to, values, 4 * (size_t)count);
    else if (storage == BFLOAT16) round_bf16(count, values, (uint16_t*)to);
    else quantise_nf4(count, values, to);
  });
  return as_number(env, handle);
}
// release(handle): the block may be given away again at once; commands given before still have it
ITOOL_FUNCTION(release) {
  Arguments in(env, info, "release", 1);
  const double handle = in.number();
  if (in.ok() && !in.environment().blocks.release(handle)) in.fail("no live block of memory");
  return nullptr;
}
// write(handle, count, values)
ITOOL_FUNCTION(write) {
  Arguments in(env, info, "write", 3);
  const double handle = in.number();
  const long count = in.size("count");
  const Block* block = in.environment().blocks.find(handle);
  in.require(block != nullptr && block->storage == FLOAT32 && (long)block->count == count, "no live block of this size");
  const float* values = in.floats("values", count);
  if (!in.ok()) return nullptr;
  float* to = (float*)block->at;
  const size_t bytes = 4 * (size_t)count;
  // A small array is copied and written in its turn. A large one would be copied twice: JavaScript waits instead.
  if (bytes <= 1 << 18) {
    const char* from = in.copy(values, bytes);
    in.later();
    return in.run([=] { memcpy(to, from, bytes); });
  }
  return in.run([=] {
    struct Part {
      float* to;
      const float* from;
      long count;
    } all{to, values, count};
    constexpr long STEP = 1 << 18;
    const auto part = [](void* data, long i) {
      const Part* p = (const Part*)data;
      const long left = p->count - i * STEP;
      memcpy(p->to + i * STEP, p->from + i * STEP, 4 * (size_t)(left < STEP ? left : STEP));
    };
    parallel((count + STEP - 1) / STEP, part, &all);
  });
}
// copy(from, from_count, from_offset, to, to_count, to_offset, count): numbers inside or between blocks; the ranges do not overlap
ITOOL_FUNCTION(copy) {
  Arguments in(env, info, "copy", 7);
  napi_value source = in.value();
  const long from_count = in.size("from_count"), from_offset = in.size("from_offset");
  napi_value target = in.value();
  const long to_count = in.size("to_count"), to_offset = in.size("to_offset"), count = in.size("count");
  const float* from = in.floats_of(source, "from", from_count);
  float* to = in.floats_of(target, "to", to_count);
  in.require(from_offset + count <= from_count && to_offset + count <= to_count, "the range lies outside the block");
  return in.run([=] { memmove(to + to_offset, from + from_offset, 4 * (size_t)count); });
}
// fill(x, count, value)
ITOOL_FUNCTION(fill) {
  Arguments in(env, info, "fill", 3);
  napi_value target = in.value();
  const long count = in.size("count");
  const float value = (float)in.number();
  float* x = in.floats_of(target, "x", count);
  return in.run([=] {
    for (long i = 0; i < count; i++) x[i] = value;
  });
}
// readSync(handle, count, out: Float32Array): waits; throws what a command before has thrown
ITOOL_FUNCTION(read_sync) {
  Arguments in(env, info, "read", 3);
  napi_value source = in.value();
  const long count = in.size("count");
  const Weight from = in.weight_of(source, "block", count);
  float* out = in.floats("out", count);
  return in.run([=] { kernels().read_all(&from, out); });
}
// read(handle, count, out: Float32Array) -> Promise, rejected with what a command before has thrown
ITOOL_FUNCTION(read) {
  Arguments in(env, info, "read", 3);
  napi_value source = in.value();
  const long count = in.size("count");
  const Weight from = in.weight_of(source, "block", count);
  napi_value target = in.value();
  float* out = in.floats_of(target, "out", count);
  if (!in.ok()) return nullptr;
  in.later();
  in.run([=] { kernels().read_all(&from, out); });
  return promised(in, target);
}
// fence() -> Promise that all commands given so far are done; rejected with the first error among them
ITOOL_FUNCTION(fence) {
  Arguments in(env, info, "fence", 0);
  return in.ok() ? promised(in, nullptr) : nullptr;
}
// sync(): waits for all commands given so far; throws the first error among them
ITOOL_FUNCTION(sync) {
  Arguments in(env, info, "sync", 0);
  if (!in.ok()) return nullptr;
  const std::string error = in.environment().stream.wait();
  if (!error.empty()) in.throw_error(error);
  return nullptr;
}
// memory(reset_peak) -> { in_use, peak, queued } in bytes, bytes and commands
ITOOL_FUNCTION(memory) {
  Arguments in(env, info, "memory", 1);
  const bool reset = in.boolean();
  if (!in.ok()) return nullptr;
  Environment& environment = in.environment();
  if (reset) environment.blocks.arena.reset_peak();
  napi_value result;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "in_use", as_number(env, (double)environment.blocks.arena.in_use()));
  napi_set_named_property(env, result, "peak", as_number(env, (double)environment.blocks.arena.peak()));
  napi_set_named_property(env, result, "queued", as_number(env, (double)environment.stream.queued()));
  return result;
}
// limitMemory(blocks, scratch): bytes that all blocks together and one scratch buffer may have; Infinity for no limit
ITOOL_FUNCTION(limit_memory) {
  Arguments in(env, info, "limitMemory", 2);
  const double blocks = in.number(), scratch = in.number();
  if (!in.ok()) return nullptr;
  const auto limit = [](double bytes) { return bytes < 1e18 ? (size_t)bytes : SIZE_MAX; };
  in.environment().blocks.arena.limit = limit(blocks);
  set_scratch_limit(limit(scratch));
  return nullptr;
}
// profile() -> { kernel: [calls, seconds, own_seconds] } since the last call; empty without ITOOL_PROFILE=1
ITOOL_FUNCTION(profile) {
  Arguments in(env, info, "profile", 0);
  if (!in.ok()) return nullptr;
  napi_value result;
  napi_create_object(env, &result);
  for (const auto& entry : in.environment().stream.take_costs()) {
    napi_value row;
    napi_create_array_with_length(env, 3, &row);
    napi_set_element(env, row, 0, as_number(env, (double)entry.second.calls));
    napi_set_element(env, row, 1, as_number(env, entry.second.seconds));
    napi_set_element(env, row, 2, as_number(env, entry.second.own));
    napi_set_named_property(env, result, entry.first.c_str(), row);
  }
  return result;
}
// trim(): waits, then gives unused memory back to the system
ITOOL_FUNCTION(trim) {
  Arguments in(env, info, "trim", 0);
  if (!in.ok()) return nullptr;
  in.environment().stream.drain();
  in.environment().blocks.arena.trim();
  return nullptr;
}

void close_environment(void* data) {
  Environment* environment = (Environment*)data;
  environment->stream.stop();
  napi_release_threadsafe_function(environment->settle, napi_tsfn_abort);
  release_pool();
  environment->blocks.arena.close();
  // The rest is never deleted: promises that are still queued for JavaScript refer to it.
}

}  // namespace

void open_environment(napi_env env) {
  Environment* environment = new Environment;
  const char* synchronous = getenv("ITOOL_SYNC");
  environment->synchronous = synchronous != nullptr && synchronous[0] == '1';
  napi_set_instance_data(env, environment, nullptr, nullptr);
  napi_value name;
  napi_create_string_utf8(env, "itool", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, nullptr, settle, &environment->settle);
  napi_unref_threadsafe_function(env, environment->settle);
  retain_pool();
  // Hooks run in reverse order: the stream's thread has ended when Node closes the function that it calls.
  napi_add_env_cleanup_hook(env, close_environment, environment);
}

void add_memory_calls(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback call;
  } functions[] = {
      {"allocate", allocate},
      {"store", store},
      {"release", release},
      {"write", write},
      {"copy", copy},
      {"fill", fill},
      {"readSync", read_sync},
      {"read", read},
      {"fence", fence},
      {"sync", sync},
      {"memory", memory},
      {"limitMemory", limit_memory},
      {"profile", profile},
      {"trim", trim},
  };
  for (const auto& f : functions) {
    napi_value value;
    napi_create_function(env, f.name, NAPI_AUTO_LENGTH, f.call, nullptr, &value);
    napi_set_named_property(env, exports, f.name, value);
  }
}

}  // namespace itool
