// One step of a Llama decoder: embedding, layers, head. Rows are the next token of a sequence, or a chunk of its prompt; keys and values go
// to the paged memory before any row reads them.
#pragma once
#include <vector>

#include "attention.h"
#include "panels.h"
#include "rowwise.h"

namespace {

inline void rotate_in_place(long heads, long hd, float* x, const float* c, const float* s) {
  const long half = hd / 2;
  for (long h = 0; h < heads; h++, x += hd)
    each_vector(half, [&](long i, int part) {
      const vf x1 = load_part(x + i, part), x2 = load_part(x + half + i, part), ci = load_part(c + i, part), si = load_part(s + i, part);
      store_part(x + i, sub(mul(x1, ci), mul(x2, si)), part);
      store_part(x + half + i, add(mul(x2, ci), mul(x1, si)), part);
    });
}

inline void norm_row(long d, const float* x, const float* weight, float eps, float* out) {
  const vf rstd = set1(rstd_of(x, d, eps));
  each_vector(d, [&](long i, int part) { store_part(out + i, mul(mul(load_part(x + i, part), rstd), load_part(weight + i, part)), part); });
}

// Runs f over the tiles, on all threads when there is enough to do for them.
template <class F>
inline void each_tile(const Tiles& tiles, long k, F f) {
  if (tiles.m * k >= 32768) parallel_for(tiles.count, f);
  else
    for (long t = 0; t < tiles.count; t++) f(t);
}

// Neighbouring rows of one sequence, at most RUN_ROWS of them: they share the loads of keys and values.
struct Run {
  long first, count;
};
constexpr long RUN_ROWS = 4 * QUERY_ROWS;
constexpr long AHEAD = 3 * KB;  // positions between what is asked for and what is used

struct Step {
  const itool::DecoderModel& model;
  const itool::DecoderRows& rows;
  const Tiles tiles;
  std::vector<Run> runs;
  bool single;  // every run is one row
  long scores = 0;  // of one head
  float *x, *a, *qkv, *mixed, *inner;

  Step(const itool::DecoderModel& m, const itool::DecoderRows& r) : model(m), rows(r), tiles(r.n), single(true) {
    for (long i = 0; i < r.n; i++) {
      scores += r.positions[i] + 1;
      const bool joins = i > 0 && r.sequence[i] == r.sequence[i - 1] && r.positions[i] == r.positions[i - 1] + 1;
      if (joins) single = false;
      if (joins && runs.back().count < RUN_ROWS) runs.back().count++;
      else runs.push_back({i, 1});
    }
    const long n = r.n, q = m.heads * m.head_dim, all = q + 2 * m.kv_heads * m.head_dim;
    const long wide = most(m.hidden, q);
    x = itool::scratch(itool::SLOT_MORE, (size_t)(n * (m.hidden + wide + all + q + m.intermediate)));
    a = x + n * m.hidden;
    qkv = a + n * wide;
    mixed = qkv + n * all;
    inner = mixed + n * q;
  }

  // a = norm(x) in tiles
  void norm(const float* weight) {
    each_tile(tiles, model.hidden, [&](long t) {
      const long top = tiles.top(t), count = tiles.top(t + 1) - top, d = model.hidden;
      if (count == 1) return norm_row(d, x + top * d, weight, model.eps, a + top * d);
      float* normed = itool::scratch(itool::SLOT_ROWS, (size_t)(TILE_M * d));
      for (long r = 0; r < count; r++) norm_row(d, x + (top + r) * d, weight, model.eps, normed + r * d);
      pack_panel(rows_of(normed, d), 0, count, 0, d, a + top * d, count, false);
    });
  }

  void project_qkv(const itool::DecoderLayer& layer) {
    const long all = layer.qkv.n;
    multiply(tiles, a, layer.qkv, nullptr, model.narrow, [&](long top, long count, long first, long columns, const float* c, const float*) {
      for (long r = 0; r < count; r++) memcpy(qkv + (top + r) * all + first, c + r * MOST_COLUMNS, (size_t)columns * sizeof(float));
    });
  }

  // Rotates the row's queries of the head's group and its key, and stores key and value.
  void place(const itool::DecoderLayer& layer, long row, long h) {
    const long hd = model.head_dim, group = model.heads / model.kv_heads, half = hd / 2;
    float* at = qkv + row * layer.qkv.n;
    const float *c = model.cosine + rows.positions[row] * half, *s = model.sine + rows.positions[row] * half;
    float *key = at + (model.heads + h) * hd, *value = key + model.kv_heads * hd;
    rotate_in_place(group, hd, at + h * group * hd, c, s);
    rotate_in_place(1, hd, key, c, s);
    const long block = rows.slots[row] / KB, lane = rows.slots[row] % KB;
    float* keys = layer.keys + (block * model.kv_heads + h) * hd * KB + lane;
    for (long d = 0; d < hd; d++) keys[d * KB] = key[d];
    memcpy(layer.values + ((block * model.kv_heads + h) * KB + lane) * hd, value, (size_t)hd * sizeof(float));
  }

  void attend(const itool::DecoderLayer& layer, const Run& run, long h) {
    const long hd = model.head_dim, group = model.heads / model.kv_heads, stride = layer.qkv.n, q = model.heads * hd;
    const int32_t* pages = rows.page_table + (long)rows.sequence[run.first] * rows.max_pages;
    const auto block_at = [&](long j) {
      const long block = j / KB;
      return ((long)pages[block / model.page_blocks] * model.page_blocks + block % model.page_blocks) * model.kv_heads + h;
    };
    // Keys and values of a head are pieces of one or two kilobytes, too short for the processor to guess what comes next.
    const auto ahead = [&](const float* memory, long j, long width) {
      if (j >= width) return;
      const char* from = (const char*)(memory + block_at(j) * hd * KB);
      for (long byte = 0; byte < hd * KB * 4; byte += 64) __builtin_prefetch(from + byte, 0, 2);
    };
    // `count` queries that lie `apart`; query r sees `seen` + r*later positions.
    const auto some = [&](int count, const float* queries, long apart, long seen, long later, float* to, long to_stride) {
      const long last = seen + (count - 1) * later, width = padded(last);
      float* scores = itool::scratch(itool::SLOT_SCORES, (size_t)(QUERY_ROWS * width));
      for (long j = 0; j < width; j += KB) {
        ahead(layer.keys, j + AHEAD, width);
        SCORE_BLOCK[count](hd, queries, apart, layer.keys + block_at(j) * hd * KB, model.scale, scores + j, width);
        // The first values are on their way while the last keys are multiplied.
        if (j + AHEAD >= width) ahead(layer.values, j + AHEAD - width, width);
      }
      float sum[QUERY_ROWS];
      for (int r = 0; r < count; r++) sum[r] = softmax_row(scores + r * width, seen + r * later, width);
      for (long j = 0; j < last; j += KB) {
        ahead(layer.values, j + AHEAD, width);
        WEIGH[count](hd, least(KB, last - j), scores + j, width, layer.values + block_at(j) * KB * hd, hd, j > 0, to, to_stride);
      }
      for (int r = 0; r < count; r++) scale_row(to + r * to_stride, 1.0f / sum[r], hd);
    };
    const long seen = rows.positions[run.first] + 1;
    if (run.count == 1) {
      for (long g = 0; g < group; g += QUERY_ROWS)
        some((int)least(QUERY_ROWS, group - g), qkv + run.first * stride + (h * group + g) * hd, hd, seen, 0,
             mixed + run.first * q + (h * group + g) * hd, hd);
      return;
    }
    for (long head = h * group; head < (h + 1) * group; head++)
      for (long i = 0; i < run.count; i += QUERY_ROWS)
        some((int)least(QUERY_ROWS, run.count - i), qkv + (run.first + i) * stride + head * hd, stride, seen + i, 1,
             mixed + (run.first + i) * q + head * hd, q);
  }

  void attention(const itool::DecoderLayer& layer) {
    const long heads = model.kv_heads;
    const auto place_row = [&](long row) {
      for (long h = 0; h < heads; h++) place(layer, row, h);
    };
    const auto attend_run = [&](long task) {
      // Late chunks of a prompt read the most keys: they go first.
      const Run& run = runs[runs.size() - 1 - (size_t)(task / heads)];
      if (single) place(layer, run.first, task % heads);
      attend(layer, run, task % heads);
    };
    if (!single) tasks(rows.n, place_row);
    tasks((long)runs.size() * heads, attend_run);
  }
  // Waking others costs more than so few scores.
  template <class F>
  void tasks(long count, F f) {
    if (scores * model.heads * model.head_dim >= 40000) return parallel_for(count, f);
    for (long i = 0; i < count; i++) f(i);
  }

  // x += a b
  void add_product(const itool::PackedMatrix& b, const float* from) {
    const long d = model.hidden;
    multiply(tiles, from, b, nullptr, model.narrow, [&](long top, long count, long first, long columns, const float* c, const float*) {
      for (long r = 0; r < count; r++) {
        float* to = x + (top + r) * d + first;
        const float* product = c + r * MOST_COLUMNS;
        each_vector(columns, [&](long i, int part) { store_part(to + i, add(load_part(to + i, part), load_part(product + i, part)), part); });
      }
    });
  }

  void project_output(const itool::DecoderLayer& layer) {
    const long q = layer.output.k;
    each_tile(tiles, q, [&](long t) { pack_rows(tiles, t, q, mixed, q, a); });
    add_product(layer.output, a);
  }

  void feed_forward(const itool::DecoderLayer& layer) {
    const long f = model.intermediate;
    multiply(tiles, a, layer.gate, &layer.up, model.narrow, [&](long top, long count, long first, long columns, float* gate, const float* up) {
      for (long r = 0; r < count; r++)
        each_vector(columns, [&](long i, int part) {
          float* at = gate + r * MOST_COLUMNS + i;
          const vf g = load_part(at, part);
          store_part(at, mul(mul(g, sigmoid(g)), load_part(up + r * MOST_COLUMNS + i, part)), part);
        });
      float* to = inner + top * f + first * count;
      if (count == 1) memcpy(to, gate, (size_t)columns * sizeof(float));
      else pack_panel(rows_of(gate, MOST_COLUMNS), 0, count, 0, columns, to, count, false);
    });
    add_product(layer.down, inner);
  }

  void head(float* logits) {
    const long d = model.hidden, vocab = model.vocab;
    const Tiles outputs(rows.outputs);
    float* normed = itool::scratch(itool::SLOT_ROWS, (size_t)(rows.outputs * d));
    for (long i = 0; i < rows.outputs; i++) norm_row(d, x + rows.output_rows[i] * d, model.final_norm, model.eps, normed + i * d);
    float* packed = itool::scratch(itool::SLOT_KEYS, (size_t)(rows.outputs * d));
    for (long t = 0; t < outputs.count; t++) pack_rows(outputs, t, d, normed, d, packed);
    multiply(outputs, packed, model.head, nullptr, model.narrow, [&](long top, long count, long first, long columns, const float* c, const float*) {
      for (long r = 0; r < count; r++) memcpy(logits + (top + r) * vocab + first, c + r * MOST_COLUMNS, (size_t)columns * sizeof(float));
    });
  }
};

void decode_step(const itool::DecoderModel& model, const itool::DecoderRows& rows, float* logits) {
  Step step(model, rows);
  embed(rows.n, model.hidden, rows.ids, &model.embedding, step.x);
  for (long i = 0; i < model.layers; i++) {
    const itool::DecoderLayer& layer = model.layer[i];
    step.norm(layer.input_norm);
    step.project_qkv(layer);
    step.attention(layer);
    step.project_output(layer);
    step.norm(layer.post_norm);
    step.feed_forward(layer);
  }
  if (rows.outputs > 0) step.head(logits);
}

}  // namespace
