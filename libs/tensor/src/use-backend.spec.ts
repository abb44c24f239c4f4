import * as tf from '@tensorflow/tfjs';
import { backendFingerprint } from './backend-fingerprint.ts';
import { embed } from './embed.ts';
import { type BackendRequest, useBackend } from './use-backend.ts';

describe('useBackend', () => {
  const environment = process.env['ITOOL_BACKEND'];
  afterEach(() => {
    if (environment === undefined) delete process.env['ITOOL_BACKEND'];
    else process.env['ITOOL_BACKEND'] = environment;
  });

  it('takes a backend by name and describes it', async () => {
    process.env['ITOOL_BACKEND'] = 'wasm';
    expect(await useBackend('cpu')).toEqual({ name: 'cpu', reason: 'asked for by name', skipped: [] });
    expect(backendFingerprint()).toEqual({ name: 'cpu', tfjs: '4.22.0' });
  });

  it('lets the environment replace auto', async () => {
    process.env['ITOOL_BACKEND'] = 'wasm';
    expect(await useBackend('auto')).toEqual({ name: 'wasm', reason: 'ITOOL_BACKEND=wasm', skipped: [] });
    expect(tf.getBackend()).toBe('wasm');
  });

  it('takes the first that loads otherwise and says what was skipped', async () => {
    delete process.env['ITOOL_BACKEND'];
    const chosen = await useBackend('auto');
    expect(['native', 'wasm']).toContain(chosen.name);
    expect(chosen.skipped.map(({ name }) => name)).toEqual(chosen.name === 'native' ? [] : ['native']);
    expect(chosen.reason.startsWith('auto')).toBe(true);
  });

  it('refuses unknown names', async () => {
    await expect(useBackend('cuda' as BackendRequest)).rejects.toThrow(
      'tensor: unknown backend: cuda (auto, native, wasm, cpu)',
    );
  });
});

it.each(['cpu', 'wasm'] as const)('embed refuses ids outside the table on %s', async (backend) => {
  await useBackend(backend);
  expect(() => embed(tf.tensor1d([0, -1], 'int32'), tf.ones([3, 2]))).toThrow(
    'tensor: ids[1] is out of range: -1 (0..2)',
  );
});

it.each(['cpu', 'wasm'] as const)('gather has a gradient on %s', async (backend) => {
  await useBackend(backend);
  const x = tf.tensor1d([1, 2, 3]);
  const dx = tf.grad((input) => tf.sum(tf.square(tf.gather(input, tf.tensor1d([2, 0, 2], 'int32')))))(x);
  expect([...dx.dataSync()]).toEqual([2, 0, 12]);
});
