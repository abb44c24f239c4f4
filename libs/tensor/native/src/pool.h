// Threads shared by every environment of the process, and scratch memory of the calling thread.
#pragma once
#include <stddef.h>

#include <chrono>

namespace itool {

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// How long an idle thread polls before it sleeps. Long enough to bridge the JavaScript between two kernels, short enough that several
// processes on few cores do not take each other's time.
constexpr auto SPIN = std::chrono::microseconds(25);

template <class Done>
bool spin_until(Done done) {
  auto end = std::chrono::steady_clock::now() + SPIN;
  do {
    for (int i = 0; i < 32; i++) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

// Runs fn(context, 0..count-1), each index once, on the calling thread and the workers. Which thread takes which index is not fixed, so
// tasks write disjoint outputs and no result may depend on it. A call made while another one runs (from a second JavaScript thread or from
// inside a task) does all its tasks on its own thread. What a task throws is thrown to the caller once all tasks have ended.
void parallel(long count, void (*fn)(void*, long), void* context);

// Number of threads used by parallel(), the caller included.
int thread_count();
// Takes effect at once; 0 chooses the number of physical cores that the process may use.
void set_thread_count(int count);

// Environments of Node (main thread, worker_threads, jest) that have the addon loaded; the workers end with the last one.
void retain_pool();
void release_pool();

// 64-byte aligned memory of the calling thread, kept for its next use. One slot holds one buffer; asking again for a slot may move it.
// Throws std::bad_alloc when there is no memory or one buffer would be above the limit.
void set_scratch_limit(size_t bytes);
enum Slot { SLOT_A, SLOT_B, SLOT_TILE, SLOT_KEYS, SLOT_SCORES, SLOT_ROWS, SLOT_MORE, SLOT_COUNT };
float* scratch(Slot slot, size_t floats);

}  // namespace itool
