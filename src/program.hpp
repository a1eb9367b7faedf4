#pragma once

#include <larder/config/config.hpp>

#include <memory>
#include <string>
#include <vector>

namespace larder {

/// The running program: everything that `config` asks for, wired together, until SIGTERM or SIGINT. Returns
/// the exit code: 0 after an orderly end, 1 where it could not start (with the reason on stderr), 2 for a
/// wrong configuration.
int run_program(const config::Config& config);

}  // namespace larder
