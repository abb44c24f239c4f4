import { forwardCached, headDim, logits, type Model } from '@itool/nn';
import { createKvCache, type Decoder, embed, tf } from '@itool/tensor';
import { PAGE_SIZE } from './page-pool.ts';
import { sampleToken } from './sample-token.ts';

/** A decoder of the model's own operations and a paged cache; tokens are drawn in TypeScript. Works on every backend. */
export function plainDecoder(model: Model, pages: number): Decoder {
  const { config } = model;
  const cache = createKvCache({
    layers: config.num_hidden_layers,
    kv_heads: config.num_key_value_heads,
    head_dim: headDim(config),
    pages,
    page_size: PAGE_SIZE,
  });
  const vocab = config.vocab_size;
  return {
    step({ ids, positions, output_rows, ...plan }, samples, wanted) {
      const rowLogits = tf.tidy(() => {
        const hidden = forwardCached(model, { ids, positions }, cache, plan);
        return logits(model, embed(tf.tensor1d(output_rows, 'int32'), hidden));
      });
      const all = rowLogits.dataSync<'float32'>();
      rowLogits.dispose();
      const rowAt = (output: number) => all.subarray(output * vocab, (output + 1) * vocab);
      const tokens = new Int32Array(samples.length);
      const logprobs = new Float64Array(samples.length);
      for (const [i, sample] of samples.entries()) {
        const drawn = sampleToken(rowAt(sample.output), sample, sample.uniform, sample.seen);
        tokens[i] = drawn.token_id;
        logprobs[i] = drawn.logprob;
      }
      const chosen = new Float32Array(wanted.length * vocab);
      for (const [i, output] of wanted.entries()) chosen.set(rowAt(output), i * vocab);
      return { tokens, logprobs, logits: chosen };
    },
    copyPage: cache.copyPage,
    dispose: cache.dispose,
  };
}
