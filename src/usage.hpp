#pragma once

#include <CLI/App.hpp>

#include <span>
#include <string>

namespace larder {

/// What to type where no configuration was found at any of `places`; `command` is empty for serving.
std::string no_configuration(std::span<const char* const> places, const std::string& command);

/// What to type where `larder purge` was told nothing to purge.
std::string nothing_to_purge();

/// What is wrong with arguments that the command line does not know, and what may have been meant.
std::string unknown_arguments(const CLI::App& app);

}  // namespace larder
