// Memory of tensors: one arena per environment of Node, handed out by the JavaScript thread. Because the commands of an environment run in the
// order in which they were given, a block that JavaScript releases may be given to the next tensor at once: whoever still reads it was
// queued earlier. So allocation costs no command, and the peak is that of a program without a queue.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kernels.h"

namespace itool {

// Best fit with coalescing in one reserved range of addresses; pages become real when they are first written and stay for reuse until trim().
class Arena {
 public:
  // 64-byte aligned, contents undefined; null when neither the reserved range nor `limit` has room.
  void* allocate(size_t bytes);
  void release(void* block, size_t bytes);
  // Gives the pages of free ranges back to the system. Only when no command is queued.
  void trim();
  // Gives the whole range back; nothing may be read or allocated afterwards.
  void close();

  size_t in_use() const { return in_use_; }
  size_t peak() const { return peak_; }
  void reset_peak() { peak_ = in_use_; }
  size_t limit = SIZE_MAX;  // bytes in use at most

 private:
  void insert(size_t offset, size_t size);
  void erase(std::map<size_t, size_t>::iterator range);

  char* base_ = nullptr;
  size_t reserved_ = 0;
  size_t in_use_ = 0, peak_ = 0;
  std::map<size_t, size_t> by_offset_;            // free ranges: offset -> size
  std::set<std::pair<size_t, size_t>> by_size_;  // the same: (size, offset)
};

// Bytes of `count` numbers (NF4: nf4.h).
size_t storage_bytes(Storage storage, size_t count);

struct Block {
  void* at = nullptr;
  size_t count = 0;  // numbers
  Storage storage = FLOAT32;
  uint32_t generation = 0;
  bool live = false;
};

// Blocks by number. A number names a block once: after release() it is refused.
class Blocks {
 public:
  // 0 when there is no memory.
  double allocate(Storage storage, size_t count);
  bool release(double handle);
  // Null for a number that names no live block.
  const Block* find(double handle) const;
  Arena arena;

 private:
  std::vector<Block> blocks_;
  std::vector<uint32_t> free_;
};

}  // namespace itool
