// The command stream of one environment of Node: JavaScript gives commands, one native thread runs them in that order (each on the pool's
// threads). What a command throws is kept; commands after it are skipped, because they would read what it did not write, until a wait or a
// fence has reported it.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace itool {

// Sizes of a call by name, formatted only when an error has to tell them.
struct Sizes {
  static constexpr int MOST = 12;
  struct Size {
    const char* name;
    long value;
  } list[MOST];
  int count = 0;
  void add(const char* name, long value) {
    if (count < MOST) list[count++] = {name, value};
  }
  std::string text() const;  // " [N=2, K=3]", or nothing
};

struct Command {
  const char* kernel = "";
  Sizes sizes;
  std::function<void()> run;
  std::vector<std::unique_ptr<char[]>> owned;  // copies of the caller's arrays
  size_t owned_bytes = 0;
  // Runs even after an error, and is told of it (empty: none); the error counts as reported then.
  std::function<void(std::string)> fence;
};

class Stream {
 public:
  Stream();
  ~Stream() { stop(); }
  // Waits for room when too many commands, or too many bytes of copied arrays, are queued.
  void enqueue(Command&& command);
  // Until all commands given so far are done. The stored error, or nothing.
  std::string wait();
  // The same, leaving the error for the next wait or fence.
  void drain() { await(given_.load()); }
  // Ends the thread after the command that runs now.
  void stop();
  // Commands given and not yet done, and the bytes that they hold.
  // Per kernel since the last call: its number of commands, and the time they took on the clock and on the stream's own core, in seconds.
  // Only with ITOOL_PROFILE=1.
  struct Cost {
    long calls = 0;
    double seconds = 0, own = 0;
  };
  std::map<std::string, Cost> take_costs();
  size_t queued() const { return (size_t)(given_.load() - done_.load()); }

 private:
  static constexpr uint64_t CAPACITY = 4096;
  static constexpr size_t MOST_BYTES = 64u << 20;
  void work();
  void run(Command& command);
  void await(uint64_t target);

  std::vector<Command> ring_;
  std::atomic<uint64_t> given_{0}, done_{0};
  std::atomic<size_t> bytes_{0};
  std::atomic<bool> sleeps_{false}, stopping_{false};
  std::atomic<int> waiting_{0};
  std::mutex lock_;
  std::condition_variable wake_, finished_;
  std::thread thread_;
  // Only the stream's thread writes these, and wait() once the thread has nothing to do.
  bool failed_ = false;
  std::string error_;
  std::map<std::string, Cost> costs_;
  bool profiled_ = false;
};

}  // namespace itool
