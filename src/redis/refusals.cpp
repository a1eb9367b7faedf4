#include <larder/redis/refusals.hpp>

#include <algorithm>
#include <cctype>

namespace larder::redis {
namespace {

struct Sentence {
  std::string_view of;
  std::string_view text;
};

/// What is lost without a command.
constexpr Sentence losses[] = {
    {"SET", "nothing new is stored in Redis"},
    {"GETRANGE", "nothing that Redis holds is used"},
    {"GET", "each larder fetches for itself"},
    {"EVAL", "other larders wait for leases until they expire, and the hottest URLs are not counted"},
    {"XADD", "purges count in this larder alone and wait"},
    {"XREAD", "the purge log is not read, so that Redis is not used and purges count in this larder alone"},
    {"XINFO", "the purge log is not read, so that Redis is not used and purges count in this larder alone"},
    {"XRANGE", "the purge log is not read, so that Redis is not used and purges count in this larder alone"},
    {"DEL", "a full Redis takes no more purges"},
    {"WAIT", "how many replicas have a purge is not known"},
    {"ZREVRANGE", "the hottest URLs are not warmed"},
    {"CLUSTER", "the cluster's nodes are not known"},
    {"INFO", "a Redis that was started anew is noticed by its connections alone"},
};

/// What mends an error that begins so.
constexpr Sentence mends[] = {
    {"OOM", "It is full: raise its maxmemory, or let it evict what expires (maxmemory-policy volatile-ttl)."},
    {"MISCONF",
     "It cannot write its snapshot to disk, as its own log says, and takes no writes until it can."},
    {"READONLY", "It is a replica: store.redis.url must name its master, or sentinels (redis+sentinel://)."},
    {"NOREPLICAS", "It has fewer replicas than its min-replicas-to-write."},
    {"WRONGTYPE", "Something else uses that name: give larder a store.redis.key_prefix of its own."},
    {"ERR unknown command", "It must be Redis 6.2 or later, without rename-command."},
    {"ERR unknown subcommand", "It must be Redis 6.2 or later, without rename-command."},
    {"NOAUTH", "store.redis.password is missing."},
    {"WRONGPASS", "store.redis.username or its password is wrong."},
};

/// Commands of which a user needs one subcommand only, as in deploy/README.md, "ACL".
constexpr Sentence narrower[] = {{"xinfo", "xinfo|stream"}, {"cluster", "cluster|slots"}};

/// What larder's scripts run.
constexpr std::string_view in_scripts = "+get +set +del +zincrby +zremrangebyrank +pexpire";

constexpr std::size_t most_shown = 200;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

std::string_view word_of(std::string_view words) {
  return words.substr(0, words.find(' '));
}

/// Without the arguments that Redis repeats, which may be anybody's URLs.
std::string shown(std::string_view words) {
  words = words.substr(0, words.find(", with args beginning with"));
  std::string text(words.substr(0, most_shown));
  std::ranges::replace_if(
      text, [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  text.erase(text.find_last_not_of(" .") + 1);
  return text;
}

/// Whether a script may be run, but not the commands in it.
bool is_inside_script(std::string_view words) {
  return words.starts_with("ERR The user executing the script") ||
         words.starts_with("ERR ACL failure in script");
}

/// Whether what refuses it is a rule, which does not change from one command to the next.
bool is_by_acl(std::string_view words) {
  return words.starts_with("NOPERM") || is_inside_script(words) || words.starts_with("ERR unknown");
}

/// Redis names it in quotes, with its subcommand.
std::string refused_command(std::string_view command, std::string_view words) {
  const std::size_t begin = words.find('\'');
  const std::size_t end = begin == std::string_view::npos ? begin : words.find('\'', begin + 1);
  std::string name =
      lower(end == std::string_view::npos ? command : words.substr(begin + 1, end - begin - 1));
  for (const Sentence& each : narrower) {
    if (name == each.of) name = each.text;
  }
  return name;
}

}  // namespace

Refusals::Refusals(Log& log, std::string username, std::string key_prefix)
    : log_(log), username_(std::move(username)), key_prefix_(std::move(key_prefix)) {}

void Refusals::refused(std::string_view command, std::string_view words, SteadyTime now) {
  if (is_expected_error(words)) return;
  const std::scoped_lock lock(mutex_);
  const std::string_view word = word_of(words);
  Told* told = find(command, word);
  if (told != nullptr && !told->ended) {
    told->last = now;
    told->is_taken = false;
    return;
  }
  const Milliseconds at_once = is_by_acl(words) ? Milliseconds{0} : quiet;
  if (told != nullptr) {
    const bool is_relapse = now - *told->ended < relapse;
    *told = {std::string(command), std::string(word), now, is_relapse ? quiet : at_once};
  } else {
    if (told_.size() >= most_told) forget_ended(now);
    if (told_.size() >= most_told) return;
    told_.push_back({std::string(command), std::string(word), now, at_once});
  }
  told_count_.fetch_add(1, std::memory_order_relaxed);
  std::string loss;
  for (const Sentence& each : losses) {
    if (each.of == command) loss = std::string("; ").append(each.text);
  }
  log_.warn("redis refuses {}: {}{}.{}", command, shown(words), loss,
            mend_of(command, words, username_, key_prefix_));
}

void Refusals::taken(std::string_view command, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  for (Told& each : told_) each.is_taken = each.is_taken || each.command == command;
  const auto goes_on = [now](const Told& each) {
    return !each.ended && (!each.is_taken || now - each.last < each.quiet);
  };
  for (Told& each : told_) {
    if (each.ended || goes_on(each)) continue;
    each.ended = now;
    told_count_.fetch_sub(1, std::memory_order_relaxed);
    // It may be refused in another way too.
    const bool is_last = std::ranges::none_of(
        told_, [&](const Told& other) { return other.command == each.command && !other.ended; });
    if (is_last) log_.info("redis takes {} again", each.command);
  }
}

Refusals::Told* Refusals::find(std::string_view command, std::string_view word) {
  const auto found = std::ranges::find_if(
      told_, [&](const Told& each) { return each.command == command && each.word == word; });
  return found == told_.end() ? nullptr : &*found;
}

void Refusals::forget_ended(SteadyTime now) {
  std::erase_if(told_, [now](const Told& each) { return each.ended && now - *each.ended >= relapse; });
}

bool is_expected_error(std::string_view words) {
  for (const std::string_view beginning : {"MOVED ", "ASK ", "TRYAGAIN ", "CLUSTERDOWN ", "UNBLOCKED ",
                                           "ERR no such key", "ERR The ID specified in XADD"}) {
    if (words.starts_with(beginning)) return true;
  }
  return false;
}

std::string mend_of(std::string_view command, std::string_view words, std::string_view username,
                    std::string_view key_prefix) {
  if (words.starts_with("NOPERM") || is_inside_script(words)) {
    std::string line = " What allows it: ACL SETUSER ";
    line += username.empty() ? "default" : username;
    if (is_inside_script(words)) return line.append(" ").append(in_scripts);
    const bool is_key = words.find(" key") != std::string_view::npos;
    if (is_key) return line.append(" ~").append(key_prefix).append(":*");
    return line.append(" +").append(refused_command(command, words));
  }
  for (const Sentence& each : mends) {
    if (words.starts_with(each.of)) return std::string(" ").append(each.text);
  }
  return {};
}

}  // namespace larder::redis
