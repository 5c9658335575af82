#include "toolkit/course/in_parallel.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::course {
namespace {

/// One job that runs.
struct Worker {
  std::size_t number;
  Fd answer;
  Process process;
};

Worker start(std::size_t number, const std::function<std::string(std::size_t)>& job) {
  Pipe pipe = make_pipe();
  Process process =
      Process::spawn({}, [&] { write_all(pipe.write, job(number), "the answer of a job"); });
  return {.number = number, .answer = std::move(pipe.read), .process = std::move(process)};
}

/// Reads what has come; false at its end.
bool read_some(const Fd& answer, std::string& text) {
  std::array<char, 65536> chunk{};
  const ssize_t got = check(::read(answer.get(), chunk.data(), chunk.size()), "read");
  text.append(chunk.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// Waits for the end of a job; what is wrong with it, or nothing.
std::string end(Worker& worker) {
  try {
    worker.process.await_exec();
    const ExitStatus ended = worker.process.wait();
    return ended.shell_code() == 0 ? "" : "a job died: " + std::to_string(ended.shell_code());
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

std::vector<std::string> in_parallel(std::size_t count, unsigned at_once,
                                     const std::function<std::string(std::size_t)>& job,
                                     const std::function<void(std::size_t)>& on_end) {
  std::vector<std::string> answers(count);
  std::vector<Worker> running;
  std::string fault;
  for (std::size_t next = 0; next < count || !running.empty();) {
    while (next < count && running.size() < std::max(1U, at_once)) {
      running.push_back(start(next++, job));
    }
    std::vector<pollfd> waits;
    for (const Worker& worker : running) {
      waits.push_back({.fd = worker.answer.get(), .events = POLLIN, .revents = 0});
    }
    if (::poll(waits.data(), waits.size(), -1) == -1) continue;  // EINTR
    std::vector<Worker> still;
    for (std::size_t i = 0; i < running.size(); ++i) {
      Worker& worker = running[i];
      if (waits[i].revents == 0 || read_some(worker.answer, answers[worker.number])) {
        still.push_back(std::move(worker));
      } else if (const std::string what = end(worker); fault.empty()) {
        fault = what;
      }
    }
    if (on_end && still.size() < running.size()) on_end(next - still.size());
    running = std::move(still);
  }
  if (!fault.empty()) throw std::runtime_error(fault);
  return answers;
}

}  // namespace toolkit::course
