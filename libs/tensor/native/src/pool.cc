#include "pool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace itool {
namespace {

// The work of the moment is one 64-bit word [epoch:24 | count:20 | next:20]. A worker takes an index by compare-and-swap on the whole
// word, so an index can be taken only while its job is open; fn and context are read after that, and stay valid until the task is counted
// in `finished`.
constexpr int FIELD = 20;
constexpr uint64_t MASK = (1u << FIELD) - 1;

struct Pool {
  std::mutex jobs;  // one parallel() at a time
  std::mutex lock;
  std::condition_variable wake, done;
  std::atomic<uint64_t> word{0};
  std::atomic<long> finished{0};
  std::atomic<int> sleepers{0};
  std::atomic<bool> caller_sleeps{false};
  std::atomic<bool> stopping{false};
  void (*fn)(void*, long) = nullptr;
  void* context = nullptr;
  std::vector<std::thread> workers;
  std::atomic<int> wanted{0};
  int environments = 0;
  uint64_t epoch = 0;
};

// Never destroyed: a worker that waits on a destroyed condition variable would hang the exit of the process.
Pool& pool() {
  static Pool* p = new Pool;
  return *p;
}

bool take(Pool& p, uint64_t& count, long& index) {
  uint64_t w = p.word.load();
  for (;;) {
    count = (w >> FIELD) & MASK;
    uint64_t next = w & MASK;
    if (next >= count) return false;
    if (p.word.compare_exchange_weak(w, w + 1)) {
      index = (long)next;
      return true;
    }
  }
}

void work(Pool& p) {
  uint64_t count;
  long index;
  while (take(p, count, index)) {
    p.fn(p.context, index);
    if (p.finished.fetch_add(1) + 1 == (long)count && p.caller_sleeps.load()) {
      std::lock_guard<std::mutex> hold(p.lock);
      p.done.notify_all();
    }
  }
}

bool open(const Pool& p) {
  uint64_t w = p.word.load();
  return (w & MASK) < ((w >> FIELD) & MASK);
}

void worker() {
  Pool& p = pool();
  for (;;) {
    work(p);
    if (p.stopping.load()) return;
    if (spin_until([&] { return open(p) || p.stopping.load(); })) continue;
    std::unique_lock<std::mutex> hold(p.lock);
    p.sleepers.fetch_add(1);
    p.wake.wait(hold, [&] { return open(p) || p.stopping.load(); });
    p.sleepers.fetch_sub(1);
  }
}

// Caller holds p.jobs.
void stop_workers(Pool& p) {
  {
    std::lock_guard<std::mutex> hold(p.lock);
    p.stopping.store(true);
    p.wake.notify_all();
  }
  for (auto& t : p.workers) t.join();
  p.workers.clear();
  p.stopping.store(false);
}

int cores() {
  int logical = (int)std::thread::hardware_concurrency();
  if (logical < 1) logical = 1;
#if defined(__linux__)
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    std::set<std::string> physical;
    logical = CPU_COUNT(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
      if (!CPU_ISSET(cpu, &allowed)) continue;
      char path[96], siblings[128] = "";
      snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
      FILE* f = fopen(path, "r");
      if (!f) continue;
      if (fgets(siblings, sizeof siblings, f)) physical.insert(siblings);
      fclose(f);
    }
    if (!physical.empty() && (int)physical.size() < logical) logical = (int)physical.size();
  }
  // A container with a CPU quota is throttled when it runs more threads than its share.
  if (FILE* f = fopen("/sys/fs/cgroup/cpu.max", "r")) {
    double quota, period;
    if (fscanf(f, "%lf %lf", &quota, &period) == 2 && period > 0) {
      int share = (int)((quota + period - 1) / period);
      if (share >= 1 && share < logical) logical = share;
    }
    fclose(f);
  }
#endif
  return logical;
}

std::atomic<size_t> scratch_limit{SIZE_MAX};

struct Scratch {
  float* at[SLOT_COUNT] = {};
  size_t size[SLOT_COUNT] = {};
  ~Scratch() {
    for (float* p : at) free(p);
  }
};

}  // namespace

void set_scratch_limit(size_t bytes) { scratch_limit.store(bytes); }

float* scratch(Slot slot, size_t floats) {
  static thread_local Scratch mine;
  if (floats * sizeof(float) > scratch_limit.load(std::memory_order_relaxed)) throw std::bad_alloc();
  if (mine.size[slot] < floats) {
    free(mine.at[slot]);
    size_t bytes = ((floats + floats / 4) * sizeof(float) + 4095) & ~(size_t)4095;
    void* p = nullptr;
    if (posix_memalign(&p, 64, bytes) != 0) {
      mine.at[slot] = nullptr;
      mine.size[slot] = 0;
      throw std::bad_alloc();
    }
    mine.at[slot] = (float*)p;
    mine.size[slot] = bytes / sizeof(float);
  }
  return mine.at[slot];
}

int thread_count() {
  Pool& p = pool();
  if (p.wanted < 1) p.wanted = cores();  // the same number whoever asks first
  return p.wanted;
}

void set_thread_count(int count) {
  Pool& p = pool();
  std::lock_guard<std::mutex> one(p.jobs);
  int wanted = count < 1 ? cores() : count > 256 ? 256 : count;
  if (wanted != p.wanted) stop_workers(p);
  p.wanted = wanted;
}

void retain_pool() {
  Pool& p = pool();
  std::lock_guard<std::mutex> one(p.jobs);
  p.environments++;
}

void release_pool() {
  Pool& p = pool();
  std::lock_guard<std::mutex> one(p.jobs);
  if (--p.environments == 0) stop_workers(p);
}

void parallel(long count, void (*fn)(void*, long), void* context) {
  static thread_local bool inside = false;
  Pool& p = pool();
  if (count <= 1 || inside || thread_count() == 1 || !p.jobs.try_lock()) {
    for (long i = 0; i < count; i++) fn(context, i);
    return;
  }
  std::lock_guard<std::mutex> one(p.jobs, std::adopt_lock);
  try {
    while ((int)p.workers.size() < p.wanted - 1) p.workers.emplace_back([] {
      inside = true;
      worker();
    });
  } catch (const std::system_error&) {
    p.wanted = (int)p.workers.size() + 1;  // no more threads to be had: go on with those there are
  }
  inside = true;
  for (long from = 0; from < count; from += (long)MASK) {
    struct Part {
      void (*fn)(void*, long);
      void* context;
      long from;
      std::mutex lock;
      std::exception_ptr error;
    } part{fn, context, from, {}, {}};
    long n = count - from < (long)MASK ? count - from : (long)MASK;
    p.fn = [](void* c, long i) {
      auto* part = (Part*)c;
      try {
        part->fn(part->context, part->from + i);
      } catch (...) {
        std::lock_guard<std::mutex> hold(part->lock);
        if (!part->error) part->error = std::current_exception();
      }
    };
    p.context = &part;
    p.finished.store(0);
    p.epoch = (p.epoch + 1) & ((1u << 24) - 1);
    p.word.store(p.epoch << (2 * FIELD) | (uint64_t)n << FIELD);
    if (p.sleepers.load() > 0) {
      std::lock_guard<std::mutex> hold(p.lock);
      p.wake.notify_all();
    }
    work(p);
    if (!spin_until([&] { return p.finished.load() == n; })) {
      std::unique_lock<std::mutex> hold(p.lock);
      p.caller_sleeps.store(true);
      p.done.wait(hold, [&] { return p.finished.load() == n; });
      p.caller_sleeps.store(false);
    }
    if (part.error) {
      inside = false;
      std::rethrow_exception(part.error);
    }
  }
  inside = false;
}

}  // namespace itool
