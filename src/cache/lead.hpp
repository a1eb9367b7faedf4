#pragma once

#include "collapser.hpp"
#include "shared_fill.hpp"

#include <larder/store/leases.hpp>

#include <memory>
#include <string>

namespace larder::cache {

/// The leading of a shared fill: whoever holds it fetches for all, and says what came of it. Dropped without
/// a word, its guests go their own ways. It holds the lease too, where instances share the fill.
class Lead {
 public:
  Lead(Collapser& collapser, std::string key, std::shared_ptr<SharedFill> fill)
      : collapser_(&collapser), key_(std::move(key)), fill_(std::move(fill)) {}
  ~Lead() { release(); }
  Lead(Lead&&) = default;
  Lead& operator=(Lead&&) = delete;

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

  /// There is no response for anybody.
  void fail(Trouble trouble) {
    if (fill_ == nullptr) return;
    fill_->fail(std::move(trouble));
    leave();
  }

  /// The response is not for others, and neither will the next ones be.
  void set_apart(Time now) {
    if (fill_ == nullptr) return;
    fill_->release();
    leave_apart(now);
  }

  /// As leave(), and the next requests are to fetch for themselves.
  void leave_apart(Time now) {
    if (fill_ == nullptr) return;
    collapser_->set_apart(key_, now);
    if (lease_ != nullptr) lease_->set_apart();
    leave();
  }

  /// The response is not for others.
  void release() {
    if (fill_ == nullptr) return;
    fill_->release();
    leave();
  }

  /// Takes no more guests; those there are remain.
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
