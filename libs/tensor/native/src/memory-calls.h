// The calls about memory, fences and the life of an environment.
#pragma once
#include <node_api.h>

namespace itool {

void open_environment(napi_env env);
void add_memory_calls(napi_env env, napi_value exports);

}  // namespace itool
