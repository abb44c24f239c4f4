import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import { blobPath, hasBlob, openStore, putBytes, putFile, readBlob, type Store } from './store.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('store', () => {
  let base: string;
  let store: Store;
  beforeEach(() => {
    base = fs.mkdtempSync(join(tmpdir(), 'itool-store-'));
    store = openStore(join(base, 'store'));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    fs.rmSync(base, { recursive: true });
  });
  const damage = (sha256: string, text: string) => {
    fs.chmodSync(blobPath(store, sha256), 0o644);
    fs.writeFileSync(blobPath(store, sha256), text);
  };

  it('keeps bytes below their sha256', () => {
    expect(putBytes(store, Buffer.from('abc'))).toEqual({ sha256: ABC, size: 3 });
    expect(blobPath(store, ABC)).toBe(join(base, 'store', 'sha256', 'ba', ABC));
    expect(Buffer.from(readBlob(store, ABC)).toString()).toBe('abc');
    expect(fs.readdirSync(join(base, 'store', 'temp'))).toEqual([]);
  });

  it('copies files', () => {
    fs.writeFileSync(join(base, 'file'), 'abc');
    expect(putFile(store, join(base, 'file'))).toEqual({ sha256: ABC, size: 3 });
    expect(putFile(store, join(base, 'file'))).toEqual({ sha256: ABC, size: 3 });
    expect(hasBlob(store, { sha256: ABC, size: 3 })).toBe(true);
  });

  it('notices damage of the same length and makes the blob again', () => {
    putBytes(store, Buffer.from('abc'));
    expect(hasBlob(store, { sha256: ABC, size: 3 })).toBe(true);
    damage(ABC, 'abd');
    expect(() => readBlob(store, ABC)).toThrow(`blob is damaged: ${ABC}`);
    expect(hasBlob(store, { sha256: ABC, size: 3 })).toBe(false);
    expect(() => readBlob(store, ABC)).toThrow(`blob is not in the store: ${ABC}`);
    putBytes(store, Buffer.from('abc'));
    expect(Buffer.from(readBlob(store, ABC)).toString()).toBe('abc');
  });

  it('replaces a damaged blob when its bytes are put again', () => {
    putBytes(store, Buffer.from('abc'));
    damage(ABC, 'abd');
    putBytes(store, Buffer.from('abc'));
    expect(Buffer.from(readBlob(store, ABC)).toString()).toBe('abc');
  });

  it('reads a file again only after it has changed', () => {
    const file = join(base, 'file');
    fs.writeFileSync(file, 'abc');
    fs.utimesSync(file, 1_000_000, 1_000_000);
    putFile(store, file);
    const open = jest.spyOn(fs, 'openSync');
    putFile(store, file);
    expect(open.mock.calls.filter(([path]) => path === file)).toEqual([]);
    fs.writeFileSync(file, 'abd');
    expect(putFile(store, file).sha256).not.toBe(ABC);
  });

  it('says that the disk is full and leaves no part of a blob', () => {
    const write = jest.spyOn(fs, 'writeFileSync').mockImplementation((path) => {
      fs.closeSync(fs.openSync(path as string, 'w'));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    let thrown: unknown;
    try {
      putBytes(store, Buffer.from('abc'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ItoolError);
    expect(thrown).toMatchObject({ code: 'no_space', hint: expect.stringContaining('ITOOL_STORE') });
    write.mockRestore();
    expect(fs.readdirSync(join(base, 'store', 'temp'))).toEqual([]);
    expect(hasBlob(store, { sha256: ABC, size: 3 })).toBe(false);
  });
});
