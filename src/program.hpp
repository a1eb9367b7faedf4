#pragma once

#include <larder/config/load.hpp>

#include <functional>
#include <string>

namespace larder {

/// Reads the configuration again, from where it first came.
using ReadAgain = std::function<config::Loaded()>;

/// The running program: everything that `config` asks for, wired together, until SIGTERM or SIGINT; at SIGHUP
/// it applies what `read_again` returns, if that has no error. Returns the exit code: 0 after an orderly
/// end, 1 if it could not start (with the reason on stderr), 2 for a wrong configuration, 3 after an end that
/// purges for Redis were lost by. `source` says where
/// `config` came from.
int run_program(const config::Config& config, const std::string& source, const ReadAgain& read_again);

}  // namespace larder
