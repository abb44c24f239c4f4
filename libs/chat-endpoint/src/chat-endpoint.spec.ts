import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ChatEndpointOptions, createChatEndpoint, EndpointRefusal, forEachLimited } from './index.ts';

type Answer = { status?: number; body: string; headers?: Record<string, string>; never?: boolean };

describe('chat endpoint', () => {
  let server: Server;
  let answers: Answer[] = [];
  const seen: { path: string; authorization: string | undefined; body: Record<string, unknown> }[] = [];
  const waits: number[] = [];
  beforeAll((done) => {
    server = createServer(async (request: IncomingMessage, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      seen.push({ path: request.url!, authorization: request.headers.authorization, body: JSON.parse(text) });
      const { status = 200, body, headers = {}, never } = answers.shift() ?? { status: 500, body: 'no more answers' };
      if (never) return;
      response.writeHead(status, headers).end(body);
    });
    server.listen(0, '127.0.0.1', done);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    waits.length = 0;
  });

  const endpoint = (...given: Answer[]) => {
    answers = given;
    return (more: Partial<ChatEndpointOptions> = {}) =>
      createChatEndpoint({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
        model: 'm',
        api_key: 'sk-secret',
        temperature: 0.001,
        max_tokens: 64,
        timeout_s: 5,
        retries: 2,
        fetch,
        sleep: async (ms) => {
          waits.push(ms);
        },
        ...more,
      }).complete({ messages: [{ role: 'user', content: 'hi' }] });
  };
  const completion = (message: object) =>
    JSON.stringify({ choices: [{ message }], usage: { prompt_tokens: 7, completion_tokens: 3 } });

  it('sends model, messages and key, and reads text and token counts', async () => {
    expect(await endpoint({ body: completion({ content: 'yes' }) })()).toEqual({
      text: 'yes',
      tool_calls: [],
      prompt_tokens: 7,
      completion_tokens: 3,
    });
    expect(seen).toEqual([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer sk-secret',
        body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], temperature: 0.001, max_tokens: 64 },
      },
    ]);
  });

  it('reads tool calls, with arguments as text', async () => {
    const tool_calls = [
      { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a": 1.0}' } },
      { id: 'c2', type: 'function', function: { name: 'g', arguments: { b: 2 } } },
      { id: 'c3', type: 'function', function: {} },
    ];
    const found = await endpoint({ body: completion({ content: null, tool_calls }) })();
    expect(found.text).toBe('');
    expect(found.tool_calls).toEqual([
      { id: 'c1', name: 'f', arguments: '{"a": 1.0}' },
      { id: 'c2', name: 'g', arguments: '{"b":2}' },
    ]);
  });

  it('tries again after failures that may pass, and waits as told', async () => {
    const busy = { status: 429, body: 'slow down', headers: { 'retry-after': '3' } };
    const run = endpoint(busy, { status: 503, body: 'busy' }, { body: completion({ content: 'ok' }) });
    expect((await run()).text).toBe('ok');
    expect(waits).toEqual([3000, 2000]);
  });

  it.each([
    [
      'gives up',
      [1, 2, 3].map(() => ({ status: 500, body: 'broken' })),
      'endpoint: server answers 500: broken (http',
      3,
    ],
    [
      'stops at a wrong key',
      [{ status: 401, body: 'bad key sk-secret' }],
      'server answers 401: bad key [api key] (',
      1,
    ],
    ['stops at an unknown address', [{ status: 404, body: 'no' }], 'server answers 404: no', 1],
    ['stops at what is no completion', [{ body: '<html>' }], 'answer is no JSON: <html>', 1],
    ['stops at an empty completion', [{ body: '{"choices": []}' }], 'answer has no choices[0].message', 1],
  ])('%s', async (_, given, message, requests) => {
    await expect(endpoint(...given)()).rejects.toThrow(message);
    expect(seen).toHaveLength(requests);
  });

  it('tells a refused request from a refused user', async () => {
    await expect(endpoint({ status: 400, body: 'context too long' })()).rejects.toBeInstanceOf(EndpointRefusal);
    await expect(endpoint({ status: 403, body: 'no' })()).rejects.not.toBeInstanceOf(EndpointRefusal);
  });

  it('names a server that answers too late or not at all', async () => {
    await expect(endpoint({ body: '', never: true })({ timeout_s: 0.05, retries: 0 })).rejects.toThrow(
      'endpoint: no answer within 0.05 s',
    );
    await expect(endpoint()({ url: 'http://127.0.0.1:9', retries: 1 })).rejects.toThrow('server cannot be reached');
    expect(waits).toEqual([1000]);
  });
});

describe('forEachLimited', () => {
  it('keeps to the limit and stops at a failure', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      if (item === 5) throw new Error('five');
      done.push(item);
    };
    await expect(forEachLimited([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, work)).rejects.toThrow('five');
    expect(most).toBe(3);
    expect(done).not.toContain(9);
  });
});
