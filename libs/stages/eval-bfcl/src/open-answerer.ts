import { type Answerer, createEndpointAnswerer, createLocalAnswerer } from '@itool/answer';
import { createChatEndpoint } from '@itool/chat-endpoint';
import { readPolicy } from '@itool/policy';
import { ItoolError } from '@itool/record';
import type { StageInputs } from '@itool/stage';
import type { EndpointParams, Params } from './params.ts';

/** @throws ItoolError bad_config when the variable that is to hold the key is not set */
function apiKey({ api_key_env }: EndpointParams, env: NodeJS.ProcessEnv): string | undefined {
  if (api_key_env === undefined) return undefined;
  const key = env[api_key_env];
  if (key !== undefined && key !== '') return key;
  throw new ItoolError({
    code: 'bad_config',
    message: `eval-bfcl: environment variable for the API key is not set: ${api_key_env}`,
    hint: `Set it for this run: ${api_key_env}=... npx itool run`,
  });
}

/** The model that answers, and its name in result files. */
export function openAnswerer(
  params: Params,
  inputs: StageInputs,
  env: NodeJS.ProcessEnv,
): { answerer: Answerer; model: string } {
  const { endpoint, max_new_tokens } = params;
  if (endpoint === undefined) {
    const policy = inputs.stage('policy');
    const options = { max_new_tokens, storage: params.weight_storage };
    return { answerer: createLocalAnswerer(readPolicy(policy), options), model: policy.stage };
  }
  const { url, model, temperature, timeout_s, retries, concurrency } = endpoint;
  const client = createChatEndpoint({
    url,
    model,
    api_key: apiKey(endpoint, env),
    temperature,
    max_tokens: max_new_tokens,
    timeout_s,
    retries,
    fetch,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  return { answerer: createEndpointAnswerer(client, { concurrency }), model };
}
