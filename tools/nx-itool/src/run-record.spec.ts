import fs, { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostTasksExecutionContext } from '@nx/devkit';
import { postTasksExecution, preTasksExecution, type RunRecord } from './run-record.ts';

it('records the beginning of a run and then what happened to each task', async () => {
  const workspaceRoot = mkdtempSync(join(tmpdir(), 'itool-record-'));
  const common = { id: '7', workspaceRoot, nxJsonConfiguration: {}, argv: ['node', 'nx', 'run', 'p:run'] };
  const read = () => JSON.parse(readFileSync(join(workspaceRoot, '.itool/runs/7.json'), 'utf8')) as RunRecord;
  await preTasksExecution(undefined, common);
  expect(read()).toMatchObject({ id: '7', argv: common.argv, tasks: {} });
  expect(read().end).toBeUndefined();

  const task = { hash: '12', hashDetails: { command: '', nodes: { 'json:x': '34' } }, startTime: 100, endTime: 350 };
  const taskResults = { 'p.train:run': { status: 'success', code: 0, task } };
  await postTasksExecution(undefined, {
    ...common,
    startTime: 90,
    endTime: 400,
    taskResults,
  } as unknown as PostTasksExecutionContext);
  expect(read()).toMatchObject({ id: '7', start: 90, end: 400 });
  expect(read().tasks).toEqual({
    'p.train:run': {
      status: 'success',
      code: 0,
      hash: '12',
      inputs: { 'json:x': '34' },
      start: 100,
      end: 350,
      duration_ms: 250,
    },
  });
  expect(readdirSync(join(workspaceRoot, '.itool/runs'))).toEqual(['7.json']);
  rmSync(workspaceRoot, { recursive: true });
});

it('names the disk that is too full for the record', async () => {
  const workspaceRoot = mkdtempSync(join(tmpdir(), 'itool-record-'));
  const write = jest.spyOn(fs, 'writeFileSync').mockImplementation((path) => {
    fs.closeSync(fs.openSync(path as string, 'w'));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  const context = { id: '7', workspaceRoot, nxJsonConfiguration: {}, argv: [] };
  const folder = join(workspaceRoot, '.itool', 'runs');
  await expect((async () => preTasksExecution(undefined, context))()).rejects.toThrow(
    `nx-itool: no space left on the disk of ${folder}`,
  );
  write.mockRestore();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(workspaceRoot, { recursive: true });
});
