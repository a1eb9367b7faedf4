#pragma once

#include <spdlog/logger.h>

namespace larder {

/// The log that main.cpp made; passed to what has something to log. Safe to use from any thread.
using Log = spdlog::logger;

}  // namespace larder
