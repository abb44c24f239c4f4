import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { diskShelf } from './disk-shelf.ts';
import { makeEntries } from './entries.ts';
import { checkConditionalCreate, s3Shelf } from './s3-shelf.ts';
import type { Shelf } from './shelf.ts';

const folder = mkdtempSync(join(tmpdir(), 'itool-shelf-'));
const randomName = (): string => randomBytes(8).toString('hex');
const { ITOOL_S3_ENDPOINT: endpoint, ITOOL_S3_BUCKET: bucket, ITOOL_S3_KEY, ITOOL_S3_SECRET } = process.env;

const shelves: [string, () => Shelf & { close?: () => void }][] = [['a folder', () => diskShelf(folder, randomName)]];
if (endpoint !== undefined && bucket !== undefined) {
  shelves.push([
    'a bucket',
    () =>
      s3Shelf({
        ...{ endpoint, bucket, prefix: `test-${randomName()}/`, region: 'us-east-1', timeout_ms: 10_000 },
        ...{ access_key_id: ITOOL_S3_KEY, secret_access_key: ITOOL_S3_SECRET },
      }),
  ]);
} else {
  process.stderr.write(
    'skipped: the storage tests on S3: no server (ITOOL_S3_ENDPOINT, ITOOL_S3_BUCKET; or npm run soak -- cache-s3)\n',
  );
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(shelves)('%s', (_name, make) => {
  const shelf = make();
  afterAll(() => shelf.close?.());
  const read = async (body: Readable): Promise<string> => {
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part as Buffer);
    return Buffer.concat(parts).toString();
  };

  it('keeps data, and tells one object from another', async () => {
    const identity = await shelf.writeData(
      'trusted/a',
      Readable.from([Buffer.from('01234'), Buffer.from('56789')]),
      10,
    );
    expect(await shelf.identityOf('trusted/a')).toBe(identity);
    expect(await read(await shelf.readData('trusted/a'))).toBe('0123456789');
    expect(await read(await shelf.readData('trusted/a', { start: 3, end: 5 }))).toBe('345');
    const listed = [];
    for await (const { id, size } of shelf.listData()) listed.push([id, size]);
    expect(listed).toEqual([['trusted/a', 10]]);
    await shelf.removeData('trusted/a');
    expect(await shelf.identityOf('trusted/a')).toBeUndefined();
  });

  it('keeps nothing of a body that breaks off', async () => {
    const body = new Readable({ read() {} });
    body.on('error', () => {});
    body.push('half');
    setTimeout(() => body.destroy(new Error('broken off')), 20);
    await expect(shelf.writeData('trusted/b', body, 1000)).rejects.toThrow();
    expect(await shelf.identityOf('trusted/b')).toBeUndefined();
  });

  it('creates a document once, whoever comes first', async () => {
    await checkConditionalCreate(shelf, randomName());
    const created = await Promise.all(Array.from({ length: 8 }, (_, i) => shelf.createDocument('entries/d', `${i}`)));
    expect(created.filter(Boolean).length).toBe(1);
    expect(await shelf.readDocument('entries/d')).toBe(String(created.indexOf(true)));
    await shelf.removeDocument('entries/d');
    expect(await shelf.readDocument('entries/d')).toBeUndefined();
    await shelf.removeDocument('entries/d');
  });

  it('holds entries that never change', async () => {
    const entries = makeEntries(shelf, { now: () => 1, randomName });
    const about = { namespace: 'trusted', kind: 'cache' as const, key: '12', writer: 'ci' };
    const create = (text: string, expected_sha256?: string) =>
      entries.create({ ...about, size: text.length, expected_sha256 }, Readable.from([Buffer.from(text)]));
    expect(await create('wrong', 'f'.repeat(64))).toMatchObject({ ok: false, reason: 'digest' });
    expect(await create('first')).toMatchObject({ ok: true });
    expect(await create('other')).toEqual({ ok: false, reason: 'exists' });
    const opened = await entries.open(about, { start: 1, end: 2 });
    expect(opened.ok && (await read(await opened.body()))).toBe('ir');
    const entry = (await entries.find(about))!;
    await shelf.removeData(entry.data);
    await shelf.writeData(entry.data, Readable.from([Buffer.from('fIrst')]), 5);
    expect(await entries.open(about)).toMatchObject({ ok: false, altered: { key: '12' } });
    await entries.quarantine(entry, 'test');
    expect(await entries.open(about)).toEqual({ ok: false });
  });
});
