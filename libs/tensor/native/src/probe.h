// What the machine could do at most: chains of fused multiply-adds that nothing holds up.
#pragma once
#include <atomic>
#include <chrono>

#include "gemm.h"

namespace {

double fma_rate(double seconds) {
  constexpr int CHAINS = W == 16 ? 24 : 10, ROUNDS = 4096;
  std::atomic<long> rounds{0};
  std::atomic<float> sink{0};
  const auto start = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  parallel_for(itool::thread_count(), [&](long) {
    vf chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) chain[i] = set1((float)i);
    const vf a = set1(0.999f), b = set1(1e-3f);
    do {
      for (int k = 0; k < ROUNDS; k++)
#pragma GCC unroll 24
        for (int i = 0; i < CHAINS; i++) chain[i] = fma(chain[i], a, b);
      rounds.fetch_add(1);
    } while (elapsed() < seconds);
    float total = 0;
    for (int i = 0; i < CHAINS; i++) total += hsum(chain[i]);
    sink.store(total);
  });
  return (double)rounds.load() * ROUNDS * CHAINS * W * 2 / elapsed() / 1e9;
}

}  // namespace
