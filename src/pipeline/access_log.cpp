#include <larder/base/clock.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/failure.hpp>

namespace larder::pipeline {

/// A record whose exchange goes on.
struct AccessLog::Open {
  AccessRecord record;
  SteadyTime begun;
  std::shared_ptr<boost::system::error_code> broken_off;  // what the client's own content did, if it did
  const Departure* departure = nullptr;
  bool was_waited_for = false;

  void write(AccessSink& sink) {
    record.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_now() - begun);
    sink.write(record);
  }
};

namespace {

constexpr std::size_t counted_by_piece = 16 * 1024;  // less is in the kernel at once
constexpr std::size_t piece_size = 256 * 1024;

/// Notes what a client's content breaks off with.
class UploadReader final : public BodyReader {
 public:
  UploadReader(std::unique_ptr<BodyReader> inner, std::shared_ptr<boost::system::error_code> broken_off)
      : inner_(std::move(inner)), broken_off_(std::move(broken_off)) {}

  Task<Result<std::string_view>> read() override {
    const Result<std::string_view> piece = co_await inner_->read();
    if (!piece) *broken_off_ = piece.error();
    co_return piece;
  }
  bool is_ready() const override { return inner_->is_ready(); }
  void give_up() override { inner_->give_up(); }

 private:
  std::unique_ptr<BodyReader> inner_;
  std::shared_ptr<boost::system::error_code> broken_off_;
};

/// Content that is there, piece by piece: so it can be told how far it came.
class BytesReader final : public BodyReader {
 public:
  explicit BytesReader(Bytes bytes) : bytes_(std::move(bytes)) {}

  Task<Result<std::string_view>> read() override {
    const std::string_view piece = bytes_.view().substr(from_, piece_size);
    from_ += piece.size();
    co_return piece;
  }
  bool is_ready() const override { return true; }

 private:
  Bytes bytes_;
  std::size_t from_ = 0;
};

/// A client that breaks its content off is not larder's error, nor the upstream's. The status is the one that
/// it is answered with, if it is still there.
void judge_upload(boost::system::error_code broken_off, AccessRecord& record) {
  const bool has_left =
      broken_off == Error::closed || broken_off == Error::reset || broken_off == Error::canceled;
  record.end = AccessRecord::End::aborted;
  record.status = has_left ? client_has_left : request_problem(broken_off).head.status;
}

/// What has become of the client until the answer is there. One that has left is not answered; one that has
/// ended no more than its own direction may take the answer yet.
void judge_departure(const Departure& departure, AccessRecord& record) {
  if (const std::optional<std::uint64_t>& told = departure.told_at_the_end()) {
    record.status = shutdown_problem().head.status;
    record.reason = policy::token_of(policy::Reason::shutdown);
    record.bytes = *told;
    if (*told == 0) record.end = AccessRecord::End::cut_short;
    return;
  }
  const Departure::Look look = departure.has_left() ? Departure::Look::gone : departure.look();
  if (look == Departure::Look::here) return;
  record.end = AccessRecord::End::aborted;
  if (look == Departure::Look::gone) record.status = client_has_left;
}

/// Whether the response goes nowhere.
bool is_unread(const AccessRecord& record, const Departure* departure) {
  return record.status == client_has_left || (departure != nullptr && departure->told_at_the_end());
}

}  // namespace

/// Counts the content that the connection takes: what was read before is on its way once more is asked for.
/// Writes the record at the end, well or not.
class AccessLog::Counting final : public BodyReader {
 public:
  Counting(std::unique_ptr<BodyReader> inner, Open open, AccessSink& sink)
      : inner_(std::move(inner)), open_(std::move(open)), sink_(sink) {}

  ~Counting() override {
    if (!is_written_) end(AccessRecord::End::aborted);
  }

  Task<Result<std::string_view>> read() override {
    open_.record.bytes += std::exchange(handed_over_, 0);
    const bool is_unsent = !std::exchange(is_begun_, true) && inner_->is_ready();
    const Result<std::string_view> piece = co_await inner_->read();
    if (is_written_) co_return piece;
    if (piece) {
      handed_over_ = piece->size();
      if (piece->empty()) end(open_.record.end);
    } else if (has_given_up_ || piece.error() == Error::client_left) {
      end(AccessRecord::End::aborted);
    } else {
      note_failure(piece.error(), is_unsent);
    }
    co_return piece;
  }

  bool is_ready() const override { return inner_->is_ready(); }
  void give_up() override {
    has_given_up_ = true;
    inner_->give_up();
  }
  std::uint64_t held_unstored() const override { return inner_->held_unstored(); }

 private:
  /// If the head has not left either, the client gets a problem instead.
  void note_failure(const boost::system::error_code& error, bool is_unsent) {
    const Response problem = origin_problem(error);
    if (!problem.reason.empty()) open_.record.reason = problem.reason;
    if (!is_unsent) return end(AccessRecord::End::cut_short);
    open_.record.status = problem.head.status;
    open_.record.bytes = problem.body.bytes().size();
    end(AccessRecord::End::whole);
  }

  void end(AccessRecord::End how) {
    is_written_ = true;
    if (how == AccessRecord::End::aborted && open_.departure != nullptr &&
        open_.departure->told_at_the_end()) {
      how = AccessRecord::End::cut_short;
      open_.record.reason = policy::token_of(policy::Reason::shutdown);
    }
    open_.record.end = how;
    open_.write(sink_);
  }

  std::unique_ptr<BodyReader> inner_;
  Open open_;
  AccessSink& sink_;
  std::uint64_t handed_over_ = 0;
  bool is_begun_ = false;
  bool has_given_up_ = false;
  bool is_written_ = false;
};

AccessLog::Open AccessLog::open(const Request& request, Time now) {
  Open open;
  open.begun = steady_now();
  AccessRecord& record = open.record;
  record.time = now;
  record.client_address = request.client_address;
  record.method = request.head.method;
  record.target = request.head.target;
  record.host = request.target.authority();
  record.version_minor = request.head.version_minor;
  record.request_id = request_id_of(request.head.fields.find("X-Request-Id").value_or(""));
  record.referer = request.head.fields.find("Referer").value_or("");
  record.user_agent = request.head.fields.find("User-Agent").value_or("");
  return open;
}

bool AccessLog::answer_now(Request& request, Response& response) {
  const SteadyTime begun = steady_now();
  const Time now = clock_.now();
  Telling told;
  request.telling = &told;
  const bool is_answered = inner_.answer_now(request, response);
  request.telling = nullptr;
  if (!is_answered) return false;
  Open open = AccessLog::open(request, now);
  open.begun = begun;
  open.record.told = std::move(told);
  open.departure = request.departure;
  write_when_done(std::move(open), request, response);
  return true;
}

Task<Result<Response>> AccessLog::handle(Request& request) {
  Open open = AccessLog::open(request, clock_.now());
  Telling told;
  request.telling = &told;
  if (request.body.is_streamed()) {
    const std::optional<std::uint64_t> length = request.body.length();
    open.broken_off = std::make_shared<boost::system::error_code>();
    request.body = Body(std::make_unique<UploadReader>(request.body.take_reader(), open.broken_off), length);
  }
  Result<Response> response = co_await inner_.handle(request);
  request.telling = nullptr;
  if (!response) response = origin_problem(response.error());
  open.record.client_address = request.client_address;  // as far as proxies are trusted
  open.record.told = std::move(told);
  open.departure = request.departure;
  open.was_waited_for = true;
  write_when_done(std::move(open), request, *response);
  co_return response;
}

/// Writes the record once the content has been handed over: now, if it is little and all there.
void AccessLog::write_when_done(Open open, const Request& request, Response& response) {
  AccessRecord& record = open.record;
  record.status = response.head.status;
  record.cache_result = word_of(response.cache_result);
  record.reason = response.reason;
  // What is answered at once, nobody can have left before.
  if (open.departure != nullptr && open.was_waited_for) judge_departure(*open.departure, record);
  if (open.broken_off && *open.broken_off) judge_upload(*open.broken_off, record);
  if (response.head.status == client_has_left) record.end = AccessRecord::End::aborted;
  if (is_unread(record, open.departure)) return open.write(sink_);
  const std::size_t size = response.body.is_streamed() ? 0 : response.body.bytes().size();
  const bool is_counted = response.body.is_streamed() || size > counted_by_piece;
  const bool is_bodiless = http::is_bodiless(response.head.status, request.head.method);
  if (is_bodiless || !is_counted) {
    record.bytes = is_bodiless ? 0 : size;
    return open.write(sink_);
  }
  const std::optional<std::uint64_t> length = response.body.length();
  std::unique_ptr<BodyReader> content = response.body.is_streamed()
                                            ? response.body.take_reader()
                                            : std::make_unique<BytesReader>(response.body.bytes());
  response.body = Body(std::make_unique<Counting>(std::move(content), std::move(open), sink_), length);
}

}  // namespace larder::pipeline
