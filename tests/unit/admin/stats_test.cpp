#include <larder/admin/stats.hpp>

#include <doctest/doctest.h>

using namespace larder;

namespace {

redis::Counters counters_from(std::uint64_t first) {
  redis::Counters counters{first,     first + 1, first + 2, first + 3, first + 4,
                           first + 5, first + 6, first + 7, first + 8, {}};
  counters.latencies.add(std::chrono::microseconds{100});
  return counters;
}

/// Every figure is different, so that none can be mistaken for another.
admin::Stats all_figures() {
  admin::Stats stats;
  stats.uptime = Milliseconds{12'999};
  stats.connections = 3;
  stats.responses = {16, 11, 12, 13, 14, 15, 17};
  stats.fills = {21, 22, 23, 24};
  stats.buffered = {31, 32};
  stats.memory = store::MemoryTier::Counts{41, 42, 43, 44};
  stats.redis = store::RedisTier::Counts{51, 52, 53, 54, 55, 56, 57, 58, 59};
  stats.redis_clients = {{"lane 0", {"redis:1", redis::Health::up, 61, counters_from(100)}},
                         {"purge log tail", {"redis:1", redis::Health::probing, 62, counters_from(200)}}};
  stats.purge_log = {{7, 71}, {72, 73}, true};
  warm::Report report;
  report.route = "/a";
  report.runs = 81;
  report.began = Time{Seconds{1'700'000'000}};
  report.last_run = {82, 83, 84, 85, 86, 87};
  stats.warm = {report};
  stats.log = {91, 92};
  return stats;
}

}  // namespace

TEST_CASE("every figure has its name and its place in the response to GET /stats") {
  const std::string expected =
      R"({"version":"1","uptime_seconds":12,"draining":false,"connections":3,)"
      R"("responses":{"hit":11,"miss":12,"stale":13,"revalidated":14,"bypass":15,"own":16,"failed":17},)"
      R"("fills":{"begun":21,"joined":22,"hit_for_miss":23,"refused":24},)"
      R"("buffered":{"held":31,"limit":32},)"
      R"("memory":{"entries":41,"bytes":42,"evictions":43,"refused":44},)"
      R"("redis":{"reads":51,"failed_reads":52,"bad_records":53,"writes":54,"failed_writes":55,)"
      R"("skipped_writes":56,"unadmitted_writes":57,"packed_writes":58,"full_writes":59,"nodes":[{"node":"redis:1",)"
      R"("state":"probing","in_flight":123,"latency_us":{"p50":128,"p99":128},"commands":300,)"
      R"("timeouts":302,"failures":304,"errors":306,"refused":308,"attempts":310,"connections":312,)"
      R"("bytes_sent":314,"bytes_received":316,"clients":2,"clients_up":1}],)"
      R"("clients":[{"node":"redis:1","state":"up","in_flight":61,"latency_us":{"p50":128,"p99":128},)"
      R"("commands":100,"timeouts":101,"failures":102,"errors":103,"refused":104,"attempts":105,)"
      R"("connections":106,"bytes_sent":107,"bytes_received":108,"name":"lane 0","up":true},)"
      R"({"node":"redis:1","state":"probing","in_flight":62,"latency_us":{"p50":128,"p99":128},)"
      R"("commands":200,"timeouts":201,"failures":202,"errors":203,"refused":204,"attempts":205,)"
      R"("connections":206,"bytes_sent":207,"bytes_received":208,"name":"purge log tail","up":false}]},)"
      R"("purge_log":{"position":"7-71","sequence":72,"waiting":73,"in_step":true},)"
      R"("warm":[{"route":"/a","running":false,"runs":81,"began":"2023-11-14T22:13:20Z","ended":null,)"
      R"("next":null,"pages":82,"fetched":83,"fresh":84,"rejected":85,"failed":86,"unstored":87}],)"
      R"("log":{"dropped":183,"dropped_access":91,"dropped_messages":92}})"
      "\n";
  CHECK(admin::to_json(all_figures(), "1") == expected);
}
