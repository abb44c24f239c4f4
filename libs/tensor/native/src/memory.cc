#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "nf4.h"

namespace itool {
namespace {

constexpr size_t GRAIN = 64;
constexpr size_t HUGE_PAGE = 2 << 20;

size_t rounded(size_t bytes) { return bytes == 0 ? GRAIN : (bytes + GRAIN - 1) / GRAIN * GRAIN; }

}  // namespace

void Arena::close() {
  if (base_ != nullptr) munmap(base_, reserved_);
  base_ = nullptr;
  limit = 0;
}

void Arena::insert(size_t offset, size_t size) {
  by_offset_[offset] = size;
  by_size_.insert({size, offset});
}
void Arena::erase(std::map<size_t, size_t>::iterator range) {
  by_size_.erase({range->second, range->first});
  by_offset_.erase(range);
}

void* Arena::allocate(size_t bytes) {
  if (bytes > SIZE_MAX - GRAIN) return nullptr;
  const size_t size = rounded(bytes);
  if (size > limit || in_use_ > limit - size) return nullptr;
  if (base_ == nullptr) {
    // Addresses cost nothing; where they are rationed, less does.
    const size_t physical = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    for (reserved_ = (4 * physical + HUGE_PAGE) / HUGE_PAGE * HUGE_PAGE; reserved_ >= 16 * HUGE_PAGE; reserved_ = reserved_ / 2 / HUGE_PAGE * HUGE_PAGE) {
      int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#if defined(MAP_NORESERVE)
      flags |= MAP_NORESERVE;
#endif
      void* at = mmap(nullptr, reserved_, PROT_READ | PROT_WRITE, flags, -1, 0);
      if (at == MAP_FAILED) continue;
      base_ = (char*)at;
#if defined(MADV_HUGEPAGE)
      madvise(base_, reserved_, MADV_HUGEPAGE);
#endif
      break;
    }
    if (base_ == nullptr) return nullptr;
    insert(0, reserved_);
  }
  const auto best = by_size_.lower_bound({size, 0});
  if (best == by_size_.end()) return nullptr;
  const size_t offset = best->second, whole = best->first;
  erase(by_offset_.find(offset));
  if (whole > size) insert(offset + size, whole - size);
  in_use_ += size;
  peak_ = std::max(peak_, in_use_);
  return base_ + offset;
}

void Arena::release(void* block, size_t bytes) {
  size_t offset = (size_t)((char*)block - base_), size = rounded(bytes);
  in_use_ -= size;
  auto after = by_offset_.lower_bound(offset);
  if (after != by_offset_.end() && after->first == offset + size) {
    size += after->second;
    const auto gone = after++;
    erase(gone);
  }
  if (after != by_offset_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == offset) {
      offset = before->first;
      size += before->second;
      erase(before);
    }
  }
  insert(offset, size);
}

void Arena::trim() {
  for (const auto& range : by_offset_) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t from = (range.first + page - 1) / page * page, to = (range.first + range.second) / page * page;
    if (from < to) madvise(base_ + from, to - from, MADV_DONTNEED);
  }
}

size_t storage_bytes(Storage storage, size_t count) {
  if (storage == FLOAT32) return 4 * count;
  if (storage == BFLOAT16) return 2 * count;
  return (size_t)nf4_bytes((int64_t)count);
}

// A handle is index + 1 below 2^24 and the generation of the entry above it: 48 bits, exact in a double.
constexpr uint64_t INDEX_BITS = 24;

double Blocks::allocate(Storage storage, size_t count) {
  if (count > SIZE_MAX / 8) return 0;
  void* at = arena.allocate(storage_bytes(storage, count));
  if (at == nullptr) return 0;
  uint32_t index;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    index = (uint32_t)blocks_.size();
    if (index + 1 >= 1u << INDEX_BITS) {
      arena.release(at, storage_bytes(storage, count));
      return 0;
    }
    blocks_.emplace_back();
  }
  Block& block = blocks_[index];
  block.at = at;
  block.count = count;
  block.storage = storage;
  block.live = true;
  block.generation = (block.generation + 1) & 0xffffffu;
  return (double)((uint64_t)block.generation << INDEX_BITS | (index + 1));
}

const Block* Blocks::find(double handle) const {
  if (!(handle >= 1 && handle < 281474976710656.0)) return nullptr;
  const uint64_t bits = (uint64_t)handle;
  const uint64_t index = (bits & ((1u << INDEX_BITS) - 1)) - 1;
  if ((double)bits != handle || index >= blocks_.size()) return nullptr;
  const Block& block = blocks_[index];
  return block.live && block.generation == bits >> INDEX_BITS ? &block : nullptr;
}

bool Blocks::release(double handle) {
  Block* block = const_cast<Block*>(find(handle));
  if (block == nullptr) return false;
  block->live = false;
  arena.release(block->at, storage_bytes(block->storage, block->count));
  free_.push_back((uint32_t)(((uint64_t)handle & ((1u << INDEX_BITS) - 1)) - 1));
  return true;
}

}  // namespace itool
