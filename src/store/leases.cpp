#include <larder/policy/key.hpp>
#include <larder/store/leases.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <random>

namespace larder::store {
namespace {

/// In Redis, where larders of other versions read it.
constexpr std::string_view hit_for_miss = "apart";

constexpr std::string_view delete_own =
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0";
constexpr std::string_view replace_own =
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('SET',KEYS[1],ARGV[2],'PX',ARGV[3]) end "
    "return 0";

std::uint64_t chance() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::string hex_of(std::uint64_t number) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4) text[i] = digits[number & 15];
  return text;
}

}  // namespace

/// Alive while commands of leases may be sent: as long as its Leases.
class Leases::Keeper : public std::enable_shared_from_this<Keeper> {
 public:
  Keeper(redis::Redis& redis, const PurgeLog& log, Settings settings)
      : redis_(redis), log_(log), settings_(std::move(settings)), instance_(hex_of(chance())) {}

  const Settings& settings() const { return settings_; }
  redis::Redis& redis() { return redis_; }

  /// What others would store for us must be readable, or waiting for them is useless.
  bool is_usable() const { return redis_.is_up() && log_.is_in_step(); }

  /// `larder:lease:r:GET:http://...`
  std::string redis_name(std::string_view name) const {
    return settings_.key_prefix + ":lease" + policy::redis_name("", name);
  }

  std::string new_token() {
    return log_.mark().position.text() + '/' + instance_ + '-' + std::to_string(++tokens_);
  }

  static Task<Answer> look(std::shared_ptr<Keeper> self, std::string name) {
    redis::Command command("GET");
    command.key(name);
    const Result<redis::Value> reply = co_await self->redis_.execute(std::move(command));
    Answer answer;
    if (!reply || reply->is_error()) co_return answer;
    const std::string_view value = reply->text.view();
    answer.state = reply->is_nil() ? State::free : value == hit_for_miss ? State::hit_for_miss : State::held;
    const Result<Position> since = parse_position(value.substr(0, value.find('/')));
    if (since) answer.since = *since;
    co_return answer;
  }

 private:
  redis::Redis& redis_;
  const PurgeLog& log_;
  const Settings settings_;
  const std::string instance_;
  std::uint64_t tokens_ = 0;
};

namespace {

/// A command whose outcome changes nothing: at worst the lease expires.
Task<> send(std::shared_ptr<void> keeper, redis::Redis& redis, redis::Command command) {
  co_await redis.execute(std::move(command));
}

}  // namespace

class Leases::Held final : public Lease {
 public:
  Held(const std::shared_ptr<Keeper>& keeper, boost::asio::any_io_executor executor, std::string name,
       std::string token)
      : keeper_(keeper), executor_(std::move(executor)), name_(std::move(name)), token_(std::move(token)) {}

  ~Held() override {
    if (is_hit_for_miss_) return;
    redis::Command command("EVAL");
    command.arg(delete_own).arg(1).key(name_).arg(token_);
    start(std::move(command));
  }

  void set_hit_for_miss() override {
    const std::shared_ptr<Keeper> keeper = keeper_.lock();
    if (is_hit_for_miss_ || keeper == nullptr) return;
    is_hit_for_miss_ = true;
    redis::Command command("EVAL");
    command.arg(replace_own).arg(1).key(name_).arg(token_).arg(hit_for_miss);
    command.arg(std::int64_t{keeper->settings().hit_for_miss_lifetime.count()});
    start(std::move(command));
  }

 private:
  void start(redis::Command command) const {
    const std::shared_ptr<Keeper> keeper = keeper_.lock();
    if (keeper == nullptr || !keeper->redis().is_up()) return;
    boost::asio::co_spawn(executor_, send(keeper, keeper->redis(), std::move(command)),
                          boost::asio::detached);
  }

  std::weak_ptr<Keeper> keeper_;
  boost::asio::any_io_executor executor_;
  std::string name_;
  std::string token_;
  bool is_hit_for_miss_ = false;
};

Leases::Leases(redis::Redis& redis, const PurgeLog& log, Settings settings)
    : keeper_(std::make_shared<Keeper>(redis, log, std::move(settings))) {}

Leases::~Leases() = default;

const Leases::Settings& Leases::settings() const {
  return keeper_->settings();
}

Task<Leases::Answer> Leases::acquire(std::string_view name) {
  const std::shared_ptr<Keeper> keeper = keeper_;
  Answer answer;
  if (!keeper->is_usable()) co_return answer;
  std::string key = keeper->redis_name(name);
  std::string token = keeper->new_token();
  redis::Command command("SET");
  command.key(key).arg(token).arg("NX").arg("PX");
  command.arg(std::int64_t{keeper->settings().lifetime.count()});
  const Result<redis::Value> reply = co_await keeper->redis().execute(std::move(command));
  // If the answer is late the lease may be ours nevertheless: it expires.
  if (!reply || reply->is_error()) co_return answer;
  if (reply->is_nil()) {
    answer = co_await Keeper::look(keeper, std::move(key));
    co_return answer;
  }
  boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  answer.state = State::owned;
  answer.lease = std::make_unique<Held>(keeper, std::move(executor), std::move(key), std::move(token));
  co_return answer;
}

Task<> Leases::end_hit_for_miss(std::string_view name) {
  const std::shared_ptr<Keeper> keeper = keeper_;
  if (!keeper->is_usable()) co_return;
  redis::Command command("EVAL");
  command.arg(delete_own).arg(1).key(keeper->redis_name(name)).arg(hit_for_miss);
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, send(keeper, keeper->redis(), std::move(command)), boost::asio::detached);
}

Task<Leases::Answer> Leases::look(std::string_view name) {
  const std::shared_ptr<Keeper> keeper = keeper_;
  if (!keeper->is_usable()) co_return Answer{};
  co_return co_await Keeper::look(keeper, keeper->redis_name(name));
}

}  // namespace larder::store
