#pragma once
#include <node_api.h>

namespace itool {

// Adds packedNumbers, packWeights, decodeStep and fmaRate to the addon.
void add_decoding_calls(napi_env env, napi_value exports);

}  // namespace itool
