#pragma once

#include "collapser.hpp"
#include "shared_fill.hpp"

#include <larder/store/leases.hpp>

#include <memory>
#include <string>

namespace larder::cache {

/// The lead of a shared fill: its holder fetches for all, and reports the outcome. If it is dropped without
/// a report, one of its followers takes a new lead. It holds the lease too, if instances share the fill.
class FillLeader {
 public:
  FillLeader(Collapser& collapser, std::string key, std::shared_ptr<SharedFill> fill)
      : collapser_(&collapser), key_(std::move(key)), fill_(std::move(fill)) {}
  ~FillLeader() {
    if (fill_ != nullptr) fill_->abandon();
    leave();
  }
  FillLeader(FillLeader&&) = default;
  FillLeader& operator=(FillLeader&&) = delete;

  const std::string& key() const { return key_; }
  const std::shared_ptr<SharedFill>& fill() const { return fill_; }

  void hold(std::unique_ptr<store::Lease> lease) { lease_ = std::move(lease); }

  /// The lease, to be let go of once others find what was fetched.
  std::shared_ptr<void> take_lease() { return std::move(lease_); }

  /// The response is for all; it is stored, or nearly.
  void finish(store::StoredResponsePtr whole, SharedFill::Source source) {
    if (fill_ == nullptr) return;
    fill_->finish(std::move(whole), source);
    leave();
  }

  /// There is no response for any of them.
  void fail(FillFailure failure) {
    if (fill_ == nullptr) return;
    fill_->fail(std::move(failure));
    leave();
  }

  /// The response is not for others, and neither will the next ones be.
  void set_hit_for_miss(Time now) {
    if (fill_ == nullptr) return;
    fill_->release();
    leave_as_hit_for_miss(now);
  }

  /// As leave(), and the next requests are to fetch for themselves.
  void leave_as_hit_for_miss(Time now) {
    if (fill_ == nullptr) return;
    collapser_->set_hit_for_miss(key_, now);
    if (lease_ != nullptr) lease_->set_hit_for_miss();
    leave();
  }

  /// The response is not for others.
  void release() {
    if (fill_ == nullptr) return;
    fill_->release();
    leave();
  }

  /// Takes no more followers; those there are remain.
  void leave() {
    if (fill_ == nullptr) return;
    collapser_->leave(key_, *fill_);
    fill_ = nullptr;
    lease_ = nullptr;
  }

 private:
  Collapser* collapser_;
  std::string key_;
  std::shared_ptr<SharedFill> fill_;
  std::shared_ptr<store::Lease> lease_;
};

}  // namespace larder::cache
