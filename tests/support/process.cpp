#include "support/process.hpp"

#include "support/wait.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace larder::test {

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Our environment with `added` before it: the first of two values of one name counts.
std::vector<std::string> environment_with(std::vector<std::string> added) {
  for (char** entry = environ; *entry != nullptr; ++entry) added.emplace_back(*entry);
  return added;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void open(int descriptor, const std::filesystem::path& path, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, 0600);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

}  // namespace

Process::Process(std::vector<std::string> argv, std::vector<std::string> environment) {
  // setpriv sets the signal and becomes the program: a test that crashes leaves nothing running.
  argv.insert(argv.begin(), {"setpriv", "--pdeathsig", "KILL", "--"});
  FileActions actions;
  actions.open(STDIN_FILENO, "/dev/null", O_RDONLY);
  actions.open(STDOUT_FILENO, files_.path() / "stdout", O_WRONLY | O_CREAT | O_APPEND);
  actions.open(STDERR_FILENO, files_.path() / "stderr", O_WRONLY | O_CREAT | O_APPEND);
  std::vector<std::string> variables = environment_with(std::move(environment));
  const int error = ::posix_spawnp(&pid_, argv[0].c_str(), actions.get(), nullptr, pointers_to(argv).data(),
                                   pointers_to(variables).data());
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start a process");
}

Process::~Process() {
  kill();
}

bool Process::is_running() {
  return !reap(false);
}

void Process::signal(int number) {
  if (is_running()) ::kill(pid_, number);
}

void Process::terminate() {
  signal(SIGTERM);
}

void Process::kill() {
  signal(SIGKILL);
  reap(true);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  eventually([this] { return reap(false); }, limit);
  return ended_;
}

std::string Process::output() const {
  return content_of(files_.path() / "stdout");
}

std::string Process::errors() const {
  return content_of(files_.path() / "stderr");
}

bool Process::reap(bool block) {
  if (ended_) return true;
  int status = 0;
  pid_t reaped = -1;
  do {
    reaped = ::waitpid(pid_, &status, block ? 0 : WNOHANG);
  } while (reaped == -1 && errno == EINTR);
  if (reaped != pid_) return false;
  ended_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

}  // namespace larder::test
