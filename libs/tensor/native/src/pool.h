// Threads shared by every environment of the process, and scratch memory of the calling thread.
#pragma once
#include <stddef.h>

namespace itool {

// Runs fn(context, 0..count-1), each index once, on the calling thread and the workers. Which thread takes which index is not fixed, so
// tasks write disjoint outputs and no result may depend on it. A call made while another one runs (from a second JavaScript thread or from
// inside a task) does all its tasks on its own thread.
void parallel(long count, void (*fn)(void*, long), void* context);

// Number of threads used by parallel(), the caller included.
int thread_count();
// Takes effect at once; 0 chooses the number of physical cores that the process may use.
void set_thread_count(int count);

// Environments of Node (main thread, worker_threads, jest) that have the addon loaded; the workers end with the last one.
void retain_pool();
void release_pool();

// 64-byte aligned memory of the calling thread, kept for its next use. One slot holds one buffer; asking again for a slot may move it.
enum Slot { SLOT_A, SLOT_B, SLOT_TILE, SLOT_KEYS, SLOT_SCORES, SLOT_ROWS, SLOT_MORE, SLOT_COUNT };
float* scratch(Slot slot, size_t floats);

}  // namespace itool
