import * as tf from '@tensorflow/tfjs';
import { backendFingerprint } from './backend-fingerprint.ts';
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
