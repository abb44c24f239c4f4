import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readLedger } from '@itool/ledger';
import { type MadeWorkspace, madeWorkspace } from '../../testdata/made-workspace.ts';
import { emitRun } from './emit-run.ts';
import { checkEvent, FACETS, type RunEvent } from './event-schema.ts';

type Received = { authorization: string | undefined; event: RunEvent };

describe('OpenLineage', () => {
  let made: MadeWorkspace;
  beforeEach(() => {
    made = madeWorkspace();
    const rows = made.table({ row_id: 'utf8' }, [{ row_id: 'a' }, { row_id: 'b' }]);
    made.make({
      ingest: { kind: 'ingest', outputs: { rows } },
      split: { kind: 'split', params: { seed: 7 }, inputs: { rows: ['ingest'] }, outputs: { sides: rows } },
      train: { kind: 'sft', outputs: {} },
    });
    made.run('1', { ingest: 'local-cache', split: 'success', train: 'failure' });
  });
  afterEach(() => made.remove());

  const entry = () => readLedger(made.root).entries[0]!;
  const toFile = async (): Promise<RunEvent[]> => {
    await emitRun(made.root, entry(), {
      ITOOL_OPENLINEAGE: 'events.jsonl',
      ITOOL_REPOSITORY_URL: 'https://example.org/itool',
    });
    const lines = readFileSync(join(made.root, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as RunEvent);
  };

  it('tells begin and end of the run and of every stage', async () => {
    const events = await toFile();
    expect(events.map(({ eventType, job }) => `${eventType} ${job.name}`)).toEqual([
      'START p',
      'START p.ingest',
      'COMPLETE p.ingest',
      'START p.split',
      'COMPLETE p.split',
      'START p.train',
      'FAIL p.train',
      'FAIL p',
    ]);
    expect(events.flatMap(checkEvent)).toEqual([]);
    expect(new Set(events.map(({ run }) => run.runId)).size).toBe(4);
  });

  it('describes a stage by facets', async () => {
    const event = (await toFile()).find(({ eventType, job }) => eventType === 'COMPLETE' && job.name === 'p.split')!;
    expect(event.eventTime).toBe(new Date(1009).toISOString());
    expect(event.run.facets).toMatchObject({
      executionParameters: { parameters: [{ key: 'seed', value: '7' }] },
      parent: { job: { namespace: 'itool', name: 'p' } },
      itool: { status: 'success', nxHash: '1', ledgerEntry: entry().hash },
    });
    expect(event.job.facets).toMatchObject({
      sourceCodeLocation: { type: 'git', url: 'https://example.org/itool/tree/c1/libs/stages/split', version: 'c1' },
    });
    expect(event.inputs).toMatchObject([
      { name: 'p.ingest/rows', facets: { version: { datasetVersion: expect.stringMatching(/^[0-9a-f]{64}$/) } } },
    ]);
    expect(event.outputs).toMatchObject([
      {
        name: 'p.split/sides',
        facets: {
          schema: { fields: [{ name: 'row_id', type: 'utf8' }] },
          columnLineage: {
            fields: { row_id: { inputFields: [{ namespace: 'itool', name: 'p.ingest/rows', field: 'row_id' }] } },
          },
        },
        outputFacets: { outputStatistics: { rowCount: 2, fileCount: 1 } },
      },
    ]);
  });

  it('refuses facets that are not what the specification says, each by its own schema', async () => {
    const event = (await toFile()).find(({ eventType, job }) => eventType === 'COMPLETE' && job.name === 'p.split')!;
    const places: [string, Record<string, object> | undefined, string][] = [
      ['run', event.run.facets as Record<string, object>, 'run.facets'],
      ['job', event.job.facets as Record<string, object>, 'job.facets'],
      ['dataset', event.outputs![0]!.facets as Record<string, object>, 'outputs.0.facets'],
      ['output', event.outputs![0]!.outputFacets as Record<string, object>, 'outputs.0.outputFacets'],
    ];
    const tried: string[] = [];
    for (const [place, facets, path] of places) {
      for (const name of Object.keys(facets!)) {
        tried.push(`${place}.${name}`);
        const whole = facets![name] as Record<string, unknown>;
        const { _producer: _, ...without } = whole;
        facets![name] = without;
        expect(checkEvent(event)).toEqual([expect.stringContaining(`${path}.${name}._producer`)]);
        facets![name] = { ...whole, surplus: 1 };
        expect(checkEvent(event)).toEqual([expect.stringContaining(`${path}.${name}: Unrecognized key`)]);
        facets![name] = whole;
      }
      facets!['unheard'] = { _producer: 'https://a.b', _schemaURL: 'https://a.b' };
      expect(checkEvent(event)).toEqual([expect.stringContaining(`${path}: Unrecognized key: "unheard"`)]);
      delete facets!['unheard'];
    }
    expect(checkEvent(event)).toEqual([]);
    const known = Object.entries(FACETS).flatMap(([place, names]) =>
      Object.keys(names).map((name) => `${place}.${name}`),
    );
    // This one belongs to stages that have failed.
    expect([...tried, 'run.errorMessage'].sort()).toEqual(known.sort());
    expect(checkEvent({ ...event, run: { facets: {} } })).toEqual([expect.stringContaining('run.runId')]);
  });

  describe('over HTTP', () => {
    let server: Server;
    let received: Received[];
    let status: number;
    const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
    beforeEach(async () => {
      received = [];
      status = 201;
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () => {
          if (status === 201) received.push({ authorization: request.headers.authorization, event: JSON.parse(body) });
          response.writeHead(status).end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it('sends every event, and later those that were not taken', async () => {
      const env = { ITOOL_OPENLINEAGE: address(), ITOOL_OPENLINEAGE_TOKEN: 'secret' };
      status = 503;
      await expect(emitRun(made.root, entry(), env)).rejects.toThrow('HTTP 503: 8 of 8 wait for the next run');
      status = 201;
      expect(await emitRun(made.root, entry(), env)).toBe(16);
      expect(received.map(({ event }) => event.job.name).slice(0, 3)).toEqual(['p', 'p.ingest', 'p.ingest']);
      expect(new Set(received.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']));
      expect(await emitRun(made.root, entry(), env)).toBe(8);
    });
  });
});
