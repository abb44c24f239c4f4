import { ItoolError } from '@itool/record';
import type { ChatCompletion, ChatRequest } from './chat-message.ts';
import { readCompletion } from './read-completion.ts';

export type ChatEndpoint = { complete(request: ChatRequest): Promise<ChatCompletion> };

export type ChatEndpointOptions = {
  /** Base address, for example `http://localhost:8000/v1`. */
  url: string;
  /** Name of the model as the server knows it. */
  model: string;
  /** Sent as bearer token; never part of an error or a reply. */
  api_key?: string;
  temperature: number;
  max_tokens: number;
  /** Longest time for one answer, in seconds. */
  timeout_s: number;
  /** Further tries after a failure that may pass: no connection, time-out, status 408, 409, 425, 429 or 5xx. */
  retries: number;
  fetch: typeof globalThis.fetch;
  sleep: (ms: number) => Promise<void>;
};

/** The server refuses this one request (status 400, 413 or 422); other requests may pass. */
export class EndpointRefusal extends ItoolError {}

const PASSING = new Set([408, 409, 425, 429]);
const OF_THE_REQUEST = new Set([400, 413, 422]);
const LONGEST_WAIT_MS = 60_000;

/** What a server says about a failure, on one line. */
function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}

function waitMs(attempt: number, retry_after: string | null): number {
  const seconds = Number(retry_after ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 1000 * 2 ** attempt;
  return Math.min(wait, LONGEST_WAIT_MS);
}

/**
 * Client of an OpenAI-compatible server (`POST <url>/chat/completions`).
 *
 * @throws from `complete`: EndpointRefusal for a request that the server refuses; ItoolError `backend` when the server cannot be
 * reached, answers too late or something else than a completion, or refuses everything (wrong key, unknown model or address)
 */
export function createChatEndpoint(options: ChatEndpointOptions): ChatEndpoint {
  const { url, model, api_key, fetch, sleep } = options;
  const address = `${url.replace(/\/+$/, '')}/chat/completions`;
  const hide = (text: string): string =>
    api_key === undefined || api_key === '' ? text : text.replaceAll(api_key, '[api key]');
  const failure = (fact: string, hint: string, kind: typeof ItoolError = ItoolError): ItoolError =>
    new kind({ code: 'backend', message: hide(`endpoint: ${fact} (${address}, model ${model})`), hint });

  type Attempt =
    | { ok: true; completion: ChatCompletion }
    | { ok: false; error: ItoolError; passing: boolean; retry_after: string | null };

  const attempt = async (body: string): Promise<Attempt> => {
    const passing = (error: ItoolError, retry_after: string | null = null): Attempt => ({
      ok: false,
      error,
      passing: true,
      retry_after,
    });
    let response: Response;
    let text: string;
    try {
      response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(api_key === undefined ? {} : { authorization: `Bearer ${api_key}` }),
        },
        body,
        signal: AbortSignal.timeout(options.timeout_s * 1000),
      });
      text = await response.text();
    } catch (error) {
      const { name, message, cause } = error as Error;
      if (name === 'TimeoutError' || name === 'AbortError') {
        return passing(failure(`no answer within ${options.timeout_s} s`, 'Allow more time, or ask for fewer tokens.'));
      }
      const reason = cause instanceof Error ? cause.message : message;
      return passing(
        failure(`server cannot be reached: ${shorten(reason)}`, 'Is the server running, and the address right?'),
      );
    }
    if (response.ok) {
      const completion = readCompletion(text);
      if (typeof completion !== 'string') {
        return { ok: true, completion: { ...completion, text: hide(completion.text) } };
      }
      const error = failure(
        `${completion}: ${shorten(text)}`,
        'Is this an OpenAI-compatible chat interface? The address usually ends in /v1.',
      );
      return { ok: false, error, passing: false, retry_after: null };
    }
    const fact = `server answers ${response.status}: ${shorten(text)}`;
    if (PASSING.has(response.status) || response.status >= 500) {
      return passing(
        failure(fact, 'The server is busy or broken; run again later, what is done is kept.'),
        response.headers.get('retry-after'),
      );
    }
    if (OF_THE_REQUEST.has(response.status)) {
      return {
        ok: false,
        error: failure(fact, 'The server refuses this request.', EndpointRefusal),
        passing: false,
        retry_after: null,
      };
    }
    const hint =
      response.status === 401 || response.status === 403
        ? 'Is the API key set in the environment, and allowed to use this model?'
        : 'Check address and model name.';
    return { ok: false, error: failure(fact, hint), passing: false, retry_after: null };
  };

  return {
    complete: async ({ messages, tools }) => {
      const body = JSON.stringify({
        model,
        messages,
        temperature: options.temperature,
        max_tokens: options.max_tokens,
        ...(tools === undefined || tools.length === 0 ? {} : { tools }),
      });
      for (let tries = 0; ; tries++) {
        const result = await attempt(body);
        if (result.ok) return result.completion;
        if (!result.passing || tries >= options.retries) throw result.error;
        await sleep(waitMs(tries, result.retry_after));
      }
    },
  };
}
