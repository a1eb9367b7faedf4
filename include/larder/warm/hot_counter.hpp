#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/policy/route.hpp>
#include <larder/store/warm_records.hpp>

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace larder::warm {

class Frequent;

/// A layer that counts what is asked for on routes that warm their hottest, where the answer could be kept,
/// and hands the counts to the records now and then. Of one worker; memory is bounded.
class HotCounter final : public pipeline::Handler {
 public:
  /// All of it outlives the counter.
  HotCounter(pipeline::Handler& inner, const std::vector<policy::Route>& routes, store::WarmRecords& records);
  ~HotCounter() override;

  bool answer_now(pipeline::Request& request, pipeline::Response& response) override;
  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  /// Saves now and then until stop(). Both on the loop; the coroutine ends soon after.
  Task<> save_regularly();
  void stop();

  /// Hands over what was counted since the last time.
  Task<> save();

 private:
  void count(const pipeline::Request& request, const pipeline::Response& response);

  pipeline::Handler& inner_;
  const std::vector<policy::Route>& routes_;
  store::WarmRecords& records_;
  std::map<const policy::Route*, Frequent> counted_;
  std::string url_;                             // its memory is used again
  boost::asio::steady_timer* pause_ = nullptr;  // of save_regularly()
  bool stopping_ = false;
};

/// Whether a route has its hottest counted.
bool counts_hottest(const std::vector<policy::Route>& routes);

}  // namespace larder::warm
