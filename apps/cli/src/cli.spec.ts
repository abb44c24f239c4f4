import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BIN = join(__dirname, '..', 'bin', 'itool.cjs');
const itool = (...args: string[]) =>
  spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', env: { ...process.env, ITOOL_BACKEND: 'cpu' } });

describe('itool', () => {
  it('shows its verbs', () => {
    const { status, stdout } = itool('--help');
    expect(status).toBe(0);
    for (const verb of ['run', 'plan', 'status', 'report', 'env', 'repair', 'eval', 'score'])
      expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  });

  it('shows the machine as JSON', () => {
    const { status, stdout } = itool('env', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      node: process.version,
      backend: 'cpu',
      nx: expect.stringMatching(/^24\./),
    });
  });

  it('ends with 2 for a wrong command line and 1 for anything else, without a stack', () => {
    const usage = itool('plann');
    expect(usage.status).toBe(2);
    expect(usage.stderr).toContain("unknown command 'plann'");
    expect(itool('run', '--skip-chache').status).toBe(2);
    expect(itool('run', 'itool', 'mine-1').stderr).toContain('"mine-1" is neither');
    const missing = itool('report', 'no-such-pipeline');
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/^error: cli: no such pipeline: "no-such-pipeline" \(valid: .*\)\n {2}hint: .*\n$/);
    const json = itool('report', 'no-such-pipeline', '--json');
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout).error.code).toBe('bad_config');
  });
});
