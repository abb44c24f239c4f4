import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOfFolder, openCheckpoint } from '@itool/checkpoint';
import { flatBatch, forward, loadModel, parseLlamaConfig } from '@itool/nn';
import { useBackend, type WeightStorage } from '@itool/tensor';

/** Loads the model of a folder in a storage, uses it once and prints seconds. A process of its own, so that its memory can be watched. */
async function main([folder, storage]: string[]): Promise<void> {
  await useBackend('native');
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const began = performance.now();
  const config = parseLlamaConfig(JSON.parse(readFileSync(join(folder!, 'config.json'), 'utf8')));
  const model = loadModel({
    config,
    weights: openCheckpoint(filesOfFolder(folder!)),
    storage: storage as WeightStorage,
  });
  const loaded = (performance.now() - began) / 1000;
  const hidden = forward(model, flatBatch([[1, 2, 3]])).dataSync();
  const finite = hidden.every(Number.isFinite);
  process.stdout.write(`${JSON.stringify({ loaded, finite })}\n`);
  process.exit(0);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
