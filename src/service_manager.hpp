#pragma once

#include <larder/base/log.hpp>

#include <string>
#include <string_view>

namespace larder {

/// systemd, or whoever else started this process and wants to know how it is (sd_notify(3), Type=notify): one
/// datagram for each change, to the Unix socket that NOTIFY_SOCKET names. The protocol is stable and made to
/// be spoken without libsystemd, which would bring five libraries. For one thread.
class ServiceManager {
 public:
  /// `socket`: a path, or a name in the abstract namespace behind `@`; nullptr: nobody wants to know.
  ServiceManager(const char* socket, Log& log);

  void ready() const;      ///< requests are answered, by the configuration in force
  void reloading() const;  ///< until ready()
  void stopping() const;

 private:
  void tell(std::string_view state) const;

  std::string socket_;  ///< empty: nobody
  Log& log_;
};

}  // namespace larder
