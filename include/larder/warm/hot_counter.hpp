#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/store/warm_records.hpp>
#include <larder/warm/routes.hpp>

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace larder::warm {

class Frequent;

/// A layer that counts requests on routes that warm their hottest pages, if the answer could be kept,
/// and hands the counts to the records now and then. Of one worker; memory is bounded.
class HotCounter final : public pipeline::Handler {
 public:
  /// `inner` and `records` outlive the counter.
  HotCounter(pipeline::Handler& inner, RoutesPtr routes, store::WarmRecords& records);
  ~HotCounter() override;

  bool answer_now(pipeline::Request& request, pipeline::Response& response) override;
  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  /// Saves now and then until stop(). Both on the loop; the coroutine ends soon after.
  Task<> save_regularly();
  void stop();

  /// Hands over what was counted since the last time.
  Task<> save();

  /// Counts for these routes from now on, and hands over what was counted for the earlier ones. On the loop.
  Task<> adopt(RoutesPtr routes);

 private:
  /// What a route's clients requested.
  struct Counted {
    std::string route;
    std::vector<store::AskedFor> asked;
    std::size_t most = 0;
  };

  void count_by(RoutesPtr routes);
  std::vector<Counted> take();
  Task<> hand_over(std::vector<Counted> counted);
  void count(const pipeline::Request& request, const pipeline::Response& response);

  pipeline::Handler& inner_;
  RoutesPtr routes_;
  store::WarmRecords& records_;
  std::map<const policy::Route*, Frequent> counted_;
  std::string url_;                             // its memory is used again
  boost::asio::steady_timer* pause_ = nullptr;  // of save_regularly()
  bool stopping_ = false;
};

}  // namespace larder::warm
