# The part "unrest" of tests/bench/run: hits come at a constant rate, 10,000 a second over 64 connections (steady.cpp: an open
# loop, latencies from the moment at which a request was to be sent), while one of these goes on at a constant rate too:
#   purges       10,000 tags a second, each by a POST of its own to the admin API over 16 connections
#   purges, Redis  the same with a Redis, which holds the purge log
#   evictions    2,000 distinct cold objects of 1 KiB a second over 16 connections, into a memory tier of 16 MiB that is full
#   reloads      a SIGHUP a second, each with another configuration of 100 routes
# larder has CPU 0 for itself; the hits' load, the storms, the origin and Redis share CPU 1, the storms with a nice of 19, so
# that they do not make the load late: LATE says whether they did. Log level and all else are larder's defaults.
# Rounds are interleaved: each case comes once a round, of UNREST_SECONDS (5), ROUNDS times (3); medians are shown.
# shellcheck shell=bash disable=SC2154

hits_a_second=10000
purges_a_second=10000
cold_a_second=2000
unrest_seconds=${UNREST_SECONDS:-5}

# unrest_config NAME REDIS_LINE TTL: writes NAME.yaml; the 100 routes stand behind the one that is measured.
unrest_config() {
  local i
  {
    cat <<CONF
listen: 127.0.0.1:${port[$1]}
threads: 1
upstreams:
  origin: {servers: ["http://127.0.0.1:${port[origin]}"]}
store:
  memory: 16MiB
$2
admin: {listen: "127.0.0.1:${port[admin]}"}
routes:
  - {match: "/1k/**", ttl: $3}
CONF
    for ((i = 1; i < 100; ++i)); do
      echo "  - {match: \"/api/v$i/{kind}/**\", ttl: $3, tags: [\"kind:{kind}\"], query: {ignore: [\"utm_*\"]}, stale_while_revalidate: 30s}"
    done
  } >"$work/$1.yaml"
}

# steady ARGUMENT...: the load tool on CPU 1; prints its line without the first word.
steady() {
  taskset -c 1 "$work/steady" "$@" 2>"$work/steady.log" | sed -n 's/^total //p'
  [[ ! -s $work/steady.log ]] || fail "$(cat "$work/steady.log")"
}

# storm_of CASE ROUND NAME: what goes on meanwhile, from a second before to a second after what is measured; in a subshell, which
# steps out of the way. Prints a line of which the third word is the storm's rate.
storm_of() {
  local seconds=$((unrest_seconds + 2)) i
  taskset -p -c 1 "$BASHPID" >/dev/null
  renice -n 19 -p "$BASHPID" >/dev/null
  case $1 in
    calm*) ;;
    purges*) "$work/steady" "${port[admin]}" 16 "$purges_a_second" "$seconds" purge /purge "$1-$2" ;;
    evictions) "$work/steady" "${port[$3]}" 16 "$cold_a_second" "$seconds" fresh /1k "$1-$2" ;;
    reloads)
      for ((i = 0; i < seconds; ++i)); do
        cp "$work/other-$((i % 2)).yaml" "$work/$3.yaml"
        kill -HUP "${pid[$3]}"
        sleep 1
      done
      echo "total $seconds 1"
      ;;
  esac
}

# unrest_round CASE ROUND NAME: one line "CASE CPU STORM HITS RATE P50 P99 P999 MAX BAD LATE" in $work/unrest: CPU is larder's in
# percent of one, STORM what came of the storm's rate.
unrest_round() {
  local ticks line storm
  storm_of "$@" >"$work/storm" 2>&1 &
  storm=$!
  sleep 1
  ticks=$(cpu_ticks "${pid[$3]}")
  line=$(steady "${port[$3]}" 64 "$hits_a_second" "$unrest_seconds" round /1k 1000)
  ticks=$(($(cpu_ticks "${pid[$3]}") - ticks))
  wait "$storm" || fail "the storm \"$1\" failed: $(cat "$work/storm")"
  echo "$1 $((100 * ticks / unrest_seconds / $(getconf CLK_TCK))) $(awk '{ print $3 }' "$work/storm" | grep . || echo 0) $line" >>"$work/unrest"
}

measure_unrest() {
  local round case
  clang++-16 -std=c++20 -O2 "$here/unrest/steady.cpp" -o "$work/steady"
  : >"$work/unrest"
  start_redis
  unrest_config larder '' 2h
  cp "$work/larder.yaml" "$work/other-0.yaml"
  unrest_config larder '' 1h
  cp "$work/larder.yaml" "$work/other-1.yaml"
  unrest_config larder-redis "  redis: {url: \"redis://127.0.0.1:${port[redis]}/0\"}" 1h
  for ((round = 1; round <= rounds; ++round)); do
    begin larder 0 "$larder" --config "$work/larder.yaml"
    load larder 16 1 /1k round 1000 >/dev/null
    load larder 16 1 /1k fresh "full-$round" >/dev/null
    load larder 16 1 /1k round 1000 >/dev/null
    for case in calm evictions reloads purges; do unrest_round "$case" "$round" larder; done
    end larder
    begin larder-redis 0 "$larder" --config "$work/larder-redis.yaml"
    load larder-redis 16 2 /1k round 1000 >/dev/null
    for case in calm-redis purges-redis; do unrest_round "$case" "$round" larder-redis; done
    end larder-redis
  done
  end redis
  unset 'pid[redis]'
  unrest_table
}

unrest_table() {
  local case
  printf '### Hits of larder in unrest: 1k, %d a second over 64 connections\n\n' "$hits_a_second"
  echo '| | storm, a second | p50 us | p99 us | p99.9 us | slowest us | failed or no hit | larder, % of a CPU | late us (p99) |'
  echo '|---|---|---|---|---|---|---|---|---|'
  for case in calm purges evictions reloads calm-redis purges-redis; do
    awk -v case="$case" '
      function median(values, n,    i, j, swap) {
        for (i = 2; i <= n; ++i) for (j = i; j > 1 && values[j - 1] > values[j]; --j) { swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap }
        return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
      }
      $1 == case { ++n; cpu[n] = $2; storm[n] = $3; p50[n] = $6; p99[n] = $7; p999[n] = $8; most[n] = $9; bad += $10; late[n] = $11 }
      END { printf "| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", case, median(storm, n), median(p50, n), median(p99, n), median(p999, n), median(most, n), bad, median(cpu, n), median(late, n) }' "$work/unrest"
  done
  echo
}
