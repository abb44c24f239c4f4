// One call from JavaScript: reads and checks its arguments, then gives the stream a command. The first failure is thrown at once, with the
// kernel and its sizes; memory is not touched before everything is checked.
#pragma once
#include <node_api.h>
#include <stdint.h>
#include <string.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels.h"
#include "memory.h"
#include "stream.h"

namespace itool {

// What the addon keeps for one environment of Node (main thread, worker thread, test sandbox).
struct Environment {
  Blocks blocks;
  Stream stream;
  bool synchronous = false;  // ITOOL_SYNC=1: every call waits for its command
  napi_threadsafe_function settle = nullptr;
  int promises = 0;
};

// Arrays are blocks of native memory by handle; the command runs later. A call that is given a Float32Array instead is done when it
// returns: JavaScript may read or collect the array afterwards. Int32Arrays are always copied.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info, const char* kernel, size_t count) : env_(env) {
    size_t given = 32;
    napi_get_cb_info(env, info, &given, values_, nullptr, nullptr);
    napi_get_instance_data(env, (void**)&environment_);
    command_.kernel = kernel;
    if (given != count) fail("takes " + std::to_string(count) + " arguments, got " + std::to_string(given));
  }
  bool ok() const { return !failed_; }
  napi_env env() const { return env_; }
  Environment& environment() const { return *environment_; }

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
  napi_value value() { return values_[at_++]; }
  // A size: an integer from 0 to 2^31-1, remembered for messages.
  long size(const char* name) {
    const double v = number();
    if (!failed_ && !(v >= 0 && v <= 2147483647.0 && v == (double)(long)v)) {
      fail(std::string(name) + " is not a size");
      return 0;
    }
    command_.sizes.add(name, (long)v);
    return failed_ ? 0 : (long)v;
  }
  float* floats(const char* name, int64_t count) { return array(values_[at_++], name, count, false); }
  float* optional_floats(const char* name, int64_t count) { return array(values_[at_++], name, count, true); }
  // Of an argument that was taken with value().
  float* floats_of(napi_value value, const char* name, int64_t count) { return array(value, name, count, false); }
  // A matrix in any storage; the bytes stay as they are.
  Weight weight(const char* name, int64_t count) { return weight_of(values_[at_++], name, count); }
  Weight weight_of(napi_value value, const char* name, int64_t count) {
    const Block* block = failed_ ? nullptr : block_of(value);
    if (block == nullptr) return Weight{FLOAT32, array(value, name, count, false), count};
    return checked(name, *block, count) ? Weight{block->storage, block->at, count} : Weight{};
  }
  const int32_t* ints(const char* name, int64_t count) {
    napi_value value = values_[at_++];
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (failed_) return nullptr;
    bool is_array = false;
    napi_is_typedarray(env_, value, &is_array);
    if (!is_array || napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != napi_int32_array) {
      fail(std::string(name) + " is not an Int32Array");
      return nullptr;
    }
    if ((int64_t)length != count) {
      fail(std::string(name) + " has " + std::to_string(length) + " elements, not " + std::to_string(count));
      return nullptr;
    }
    return (const int32_t*)copy(data, 4 * length);
  }
  // JavaScript's own memory, for a call that waits for its command.
  double* doubles(const char* name, int64_t count) { return (double*)plain(name, count, napi_float64_array, "Float64Array"); }
  int32_t* written_ints(const char* name, int64_t count) { return (int32_t*)plain(name, count, napi_int32_array, "Int32Array"); }
  // Float32 numbers of a block by its handle.
  float* block_floats(double handle, const char* name, int64_t count) {
    const Block* block = failed_ ? nullptr : environment_->blocks.find(handle);
    if (block == nullptr || block->storage != FLOAT32) fail(std::string(name) + " is no live block of float32");
    return !failed_ && checked(name, *block, count) ? (float*)block->at : nullptr;
  }
  // Numbers of a block in any storage.
  Weight block_weight(double handle, const char* name, int64_t count) {
    const Block* block = failed_ ? nullptr : environment_->blocks.find(handle);
    if (block == nullptr) fail(std::string(name) + " is no live block");
    return !failed_ && checked(name, *block, count) ? Weight{block->storage, block->at, count} : Weight{};
  }
  // The elements of a JavaScript array.
  std::vector<napi_value> list(const char* name, int64_t count) {
    napi_value value = values_[at_++];
    std::vector<napi_value> elements;
    bool is_array = false;
    uint32_t length = 0;
    if (failed_) return elements;
    napi_is_array(env_, value, &is_array);
    if (is_array) napi_get_array_length(env_, value, &length);
    if (!is_array || (int64_t)length != count) {
      fail(std::string(name) + " is not an array of " + std::to_string(count) + " elements");
      return elements;
    }
    elements.resize(length);
    for (uint32_t i = 0; i < length; i++) napi_get_element(env_, value, i, &elements[i]);
    return elements;
  }
  std::vector<double> numbers(const char* name, int64_t count) {
    std::vector<double> numbers;
    for (napi_value value : list(name, count)) {
      double x = 0;
      if (napi_get_value_double(env_, value, &x) != napi_ok) fail(std::string(name) + " has an element that is not a number");
      numbers.push_back(x);
    }
    return numbers;
  }
  // Memory that lives as long as the command.
  char* copy(const void* from, size_t bytes) {
    command_.owned.emplace_back(new char[bytes + 1]);
    command_.owned_bytes += bytes;
    char* to = command_.owned.back().get();
    if (bytes > 0) memcpy(to, from, bytes);
    return to;
  }

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
    throw_error(std::string("native: ") + command_.kernel + ": " + text + command_.sizes.text());
  }
  void throw_error(const std::string& message) { napi_throw_error(env_, nullptr, message.c_str()); }

  // The call does not wait for its command, whatever arrays it was given.
  void later() { waits_ = false; }
  // Gives the command to the stream if every argument was right. Returns undefined, for the caller to return.
  template <class F>
  napi_value run(F f) {
    if (!failed_) {
      command_.run = std::move(f);
      environment_->stream.enqueue(std::move(command_));
      if (waits_ || environment_->synchronous) {
        const std::string error = environment_->stream.wait();
        if (!error.empty()) throw_error(error);
      }
    }
    napi_value undefined;
    napi_get_undefined(env_, &undefined);
    return undefined;
  }

 private:
  const Block* block_of(napi_value value) {
    napi_valuetype kind;
    double handle = 0;
    if (napi_typeof(env_, value, &kind) != napi_ok || kind != napi_number) return nullptr;
    napi_get_value_double(env_, value, &handle);
    return environment_->blocks.find(handle);
  }
  bool checked(const char* name, const Block& block, int64_t count) {
    if ((int64_t)block.count == count) return true;
    fail(std::string(name) + " has " + std::to_string(block.count) + " elements, not " + std::to_string(count));
    return false;
  }
  void* plain(const char* name, int64_t count, napi_typedarray_type wanted, const char* type_name) {
    napi_value value = values_[at_++];
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    if (failed_) return nullptr;
    bool is_array = false;
    napi_is_typedarray(env_, value, &is_array);
    if (!is_array || napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != wanted)
      fail(std::string(name) + " is not a " + type_name);
    else if ((int64_t)length != count)
      fail(std::string(name) + " has " + std::to_string(length) + " elements, not " + std::to_string(count));
    waits_ = true;
    return failed_ ? nullptr : data;
  }
  float* array(napi_value value, const char* name, int64_t count, bool optional) {
    if (failed_) return nullptr;
    napi_valuetype kind;
    napi_typeof(env_, value, &kind);
    if (optional && (kind == napi_undefined || kind == napi_null)) return nullptr;
    if (kind == napi_number) {
      const Block* block = block_of(value);
      if (block == nullptr) {
        fail(std::string(name) + " is no live block of memory");
        return nullptr;
      }
      if (!checked(name, *block, count)) return nullptr;
      if (block->storage != FLOAT32) {
        fail(std::string(name) + " is not stored as float32");
        return nullptr;
      }
      return (float*)block->at;
    }
    napi_typedarray_type type;
    size_t length = 0;
    void* data = nullptr;
    bool is_array = false;
    napi_is_typedarray(env_, value, &is_array);
    if (!is_array || napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok || type != napi_float32_array) {
      fail(std::string(name) + " is not a Float32Array");
      return nullptr;
    }
    if ((int64_t)length != count) {
      fail(std::string(name) + " has " + std::to_string(length) + " elements, not " + std::to_string(count));
      return nullptr;
    }
    waits_ = true;
    // A typed array of length 0 may have no memory; kernels never read it, but "absent" must stay apart from "empty".
    static float nothing[1];
    return length == 0 ? nothing : (float*)data;
  }

  napi_env env_;
  Environment* environment_ = nullptr;
  napi_value values_[32];
  size_t at_ = 0;
  bool failed_ = false, waits_ = false;
  Command command_;
};

}  // namespace itool
