#include "stream.h"

#include <stdlib.h>
#include <time.h>

#include <exception>
#include <new>
#include <utility>

#include "pool.h"

namespace itool {
namespace {

double seconds_on(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

}  // namespace

std::string Sizes::text() const {
  std::string all;
  for (int i = 0; i < count; i++) all += (i == 0 ? "" : ", ") + std::string(list[i].name) + "=" + std::to_string(list[i].value);
  return all.empty() ? all : " [" + all + "]";
}

Stream::Stream() {
  const char* profiled = getenv("ITOOL_PROFILE");
  profiled_ = profiled != nullptr && profiled[0] == '1';
}

std::map<std::string, Stream::Cost> Stream::take_costs() {
  drain();
  return std::exchange(costs_, {});
}

void Stream::enqueue(Command&& command) {
  if (!thread_.joinable()) {
    ring_.resize(CAPACITY);
    thread_ = std::thread([this] { work(); });
  }
  const uint64_t at = given_.load();
  if (at - done_.load() >= CAPACITY) await(at - CAPACITY / 2);
  if (command.owned_bytes > 0) {
    if (bytes_.load() > 0 && bytes_.load() + command.owned_bytes > MOST_BYTES) await(at);
    bytes_.fetch_add(command.owned_bytes);
  }
  ring_[at % CAPACITY] = std::move(command);
  given_.store(at + 1);
  if (sleeps_.load()) {
    std::lock_guard<std::mutex> hold(lock_);
    wake_.notify_one();
  }
}

void Stream::await(uint64_t target) {
  if (spin_until([&] { return done_.load() >= target; })) return;
  std::unique_lock<std::mutex> hold(lock_);
  waiting_.fetch_add(1);
  finished_.wait(hold, [&] { return done_.load() >= target; });
  waiting_.fetch_sub(1);
}

std::string Stream::wait() {
  await(given_.load());
  if (!failed_) return std::string();
  failed_ = false;
  return std::move(error_);
}

void Stream::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> hold(lock_);
    stopping_.store(true);
    wake_.notify_one();
  }
  thread_.join();
}

void Stream::run(Command& command) {
  if (command.fence) {
    std::string error;
    if (failed_) error = std::move(error_);
    failed_ = false;
    command.fence(std::move(error));
    return;
  }
  if (failed_) return;
  try {
    const double from = profiled_ ? seconds_on(CLOCK_MONOTONIC) : 0, own = profiled_ ? seconds_on(CLOCK_THREAD_CPUTIME_ID) : 0;
    command.run();
    if (profiled_) {
      Cost& cost = costs_[command.kernel];
      cost.calls++;
      cost.seconds += seconds_on(CLOCK_MONOTONIC) - from;
      cost.own += seconds_on(CLOCK_THREAD_CPUTIME_ID) - own;
    }
  } catch (const std::bad_alloc&) {
    failed_ = true;
    error_ = std::string("native: ") + command.kernel + ": out of memory" + command.sizes.text();
  } catch (const std::exception& error) {
    failed_ = true;
    error_ = std::string("native: ") + command.kernel + ": " + error.what() + command.sizes.text();
  }
}

void Stream::work() {
  for (;;) {
    const uint64_t at = done_.load();
    if (stopping_.load()) return;
    if (at < given_.load()) {
      Command& command = ring_[at % CAPACITY];
      run(command);
      if (command.owned_bytes > 0) bytes_.fetch_sub(command.owned_bytes);
      command = Command();
      done_.store(at + 1);
      if (waiting_.load() > 0) {
        std::lock_guard<std::mutex> hold(lock_);
        finished_.notify_all();
      }
      continue;
    }
    if (spin_until([&] { return given_.load() > at || stopping_.load(); })) continue;
    std::unique_lock<std::mutex> hold(lock_);
    sleeps_.store(true);
    wake_.wait(hold, [&] { return given_.load() > at || stopping_.load(); });
    sleeps_.store(false);
  }
}

}  // namespace itool
