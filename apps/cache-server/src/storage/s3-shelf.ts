import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Shelf } from './shelf.ts';

export type S3Place = {
  bucket: string;
  /** Begins the name of every object; empty or ended by a slash. */
  prefix: string;
  region: string;
  /** Of a server other than Amazon's. */
  endpoint?: string;
  access_key_id?: string;
  secret_access_key?: string;
  /** milliseconds for one answer of the storage */
  timeout_ms: number;
};

/**
 * A bucket of an S3-compatible storage that knows conditional create (`If-None-Match: *`): Amazon since 2024, Ceph, MinIO. A server that
 * ignores the condition lets a second writer replace an entry; `checkConditionalCreate` finds that out.
 *
 * Not covered: objects over 5 GB (the limit of one PUT).
 */
export function s3Shelf(place: S3Place): Shelf & { close: () => void } {
  const client = connect(place);
  const Bucket = place.bucket;
  const data = (id: string): string => `${place.prefix}data/${id}`;
  const document = (name: string): string => `${place.prefix}documents/${name}`;
  const remove = async (Key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
  };
  async function* list(Prefix: string) {
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
      yield* page.Contents ?? [];
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }
  return {
    describe: `bucket ${place.bucket}${place.prefix === '' ? '' : `/${place.prefix}`} at ${place.endpoint ?? place.region}`,
    writeData: async (id, body, size) => {
      // The client does not look at errors of a body: without this it waits for the rest until its timeout.
      const broken = new AbortController();
      body.on('error', () => broken.abort());
      if (body.destroyed) broken.abort();
      try {
        const put = await client.send(
          new PutObjectCommand({ Bucket, Key: data(id), Body: body, ContentLength: size }),
          {
            abortSignal: broken.signal,
          },
        );
        return put.ETag!;
      } catch (error) {
        await remove(data(id)).catch(() => {});
        throw body.errored ?? error;
      }
    },
    identityOf: async (id) =>
      (await client.send(new HeadObjectCommand({ Bucket, Key: data(id) })).catch(orNothing))?.ETag,
    readData: async (id, range) => {
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
      const got = await client.send(new GetObjectCommand({ Bucket, Key: data(id), Range }));
      return got.Body as Readable;
    },
    removeData: (id) => remove(data(id)),
    listData: async function* () {
      for await (const { Key, Size, LastModified } of list(data('')))
        yield { id: Key!.slice(data('').length), size: Size ?? 0, modified: LastModified?.getTime() ?? 0 };
    },
    createDocument: async (name, text) => {
      try {
        await client.send(new PutObjectCommand({ Bucket, Key: document(name), Body: text, IfNoneMatch: '*' }));
        return true;
      } catch (error) {
        // 409: another writer is at it in this moment, and one of the two will have made it.
        const status = (error as S3ServiceException).$metadata?.httpStatusCode;
        if (status === 412 || status === 409) return false;
        throw error;
      }
    },
    readDocument: async (name) => {
      const got = await client.send(new GetObjectCommand({ Bucket, Key: document(name) })).catch(orNothing);
      return got?.Body?.transformToString();
    },
    removeDocument: (name) => remove(document(name)),
    listDocuments: async function* (prefix) {
      for await (const { Key } of list(document(prefix))) yield Key!.slice(document('').length);
    },
    close: () => client.destroy(),
  };
}

/** @throws when the storage lets a second create replace the first */
export async function checkConditionalCreate(shelf: Shelf, probe: string): Promise<void> {
  const name = `probe/${probe}`;
  const results = [await shelf.createDocument(name, '1'), await shelf.createDocument(name, '2')];
  await shelf.removeDocument(name);
  if (results.join() !== 'true,false')
    throw new Error(
      `cache-server: storage does not refuse to replace: ${shelf.describe} ignores If-None-Match: entries would not be immutable. Use a storage with conditional create (Amazon S3, Ceph, MinIO).`,
    );
}

function connect({ region, endpoint, access_key_id, secret_access_key, timeout_ms }: S3Place): S3Client {
  return new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(access_key_id === undefined || secret_access_key === undefined
      ? {}
      : { credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key } }),
    // The server has digests of its own, and older servers of other makers refuse the checksums in trailers that are now the default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { connectionTimeout: timeout_ms, requestTimeout: timeout_ms, httpsAgent: { maxSockets: 128 } },
  });
}

function orNothing(error: S3ServiceException): undefined {
  if (error.$metadata?.httpStatusCode === 404) return undefined;
  throw error;
}
