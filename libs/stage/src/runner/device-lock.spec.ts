import fs, { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDeviceLock } from './device-lock.ts';

describe('withDeviceLock', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-lock-'));
    path = join(folder, 'device.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const silent = () => {};

  it('lets one work at a time and tells the other whom it waits for', async () => {
    const events: string[] = [];
    const lines: string[] = [];
    const work = (name: string) =>
      withDeviceLock(
        path,
        name,
        (line) => lines.push(line),
        async () => {
          events.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 50));
          events.push(`${name} out`);
        },
      );
    await Promise.all([work('p.a'), work('p.b')]);
    expect(events).toEqual(['p.a in', 'p.a out', 'p.b in', 'p.b out']);
    expect(lines).toEqual([`waiting for the device, held by p.a (process ${process.pid})`]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is free again after an error', async () => {
    await expect(withDeviceLock(path, 'a', silent, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ['of a process that is gone', { pid: 2 ** 22 + 1 }],
    ['of a process whose number was used again', { started: '1' }],
  ])('takes over the lock %s', async (_, change) => {
    let own = {};
    await withDeviceLock(path, 'first', silent, async () => {
      own = JSON.parse(readFileSync(path, 'utf8')) as object;
    });
    writeFileSync(path, JSON.stringify({ ...own, ...change }));
    expect(await withDeviceLock(path, 'second', silent, async () => 'worked')).toBe('worked');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over a lock that was cut off', async () => {
    writeFileSync(path, '{"pid": 1');
    expect(await withDeviceLock(path, 'second', silent, async () => 'worked')).toBe('worked');
  });

  it('names the disk that is full and leaves nothing behind', async () => {
    const write = jest.spyOn(fs, 'writeFileSync').mockImplementation((file) => {
      fs.closeSync(fs.openSync(file as string, 'w'));
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    await expect(withDeviceLock(path, 'a', silent, async () => 'worked')).rejects.toThrow(
      `artifact: no space left on the disk of ${folder}`,
    );
    write.mockRestore();
    expect(readdirSync(folder)).toEqual([]);
  });
});
