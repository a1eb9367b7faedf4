# How tests/bench/run measures: wrk on CPU 1, and the CPU time that the server's processes used meanwhile.
# Needs servers.sh. Results are lines "CASE NAME REQUESTS RATE P50 P99 P999 BAD CPU REDIS ASKED" in $work/results: CPU in us per
# request, ASKED how often the origin was.
# shellcheck shell=bash

# Prints the pids of a process and its children.
family_of() {
  echo "$1"
  cat "/proc/$1/task/"*/children 2>/dev/null | tr ' ' '\n' | grep . || true
}

# CPU time in clock ticks so far of a process and its children (utime and stime).
cpu_ticks() {
  local one
  for one in $(family_of "$1"); do cat "/proc/$one/stat"; done | awk '{ sub(/^.*\) /, ""); sum += $12 + $13 } END { print sum + 0 }'
}

# Memory of a process and its children that is in RAM and theirs, in KiB.
resident_kib() {
  local one
  for one in $(family_of "$1"); do cat "/proc/$one/status"; done | awk '/^Rss(Anon|Shmem):/ { sum += $2 } END { print sum + 0 }'
}

origin_answers() {
  wc -l <"$work/origin.access"
}

# load NAME CONNECTIONS SECONDS PATH KIND...: prints load.lua's last line without its first word.
load() {
  local name=$1 connections=$2 seconds=$3 path=$4
  shift 4
  taskset -c 1 wrk -t 1 -c "$connections" -d "${seconds}s" -s "$here/common/load.lua" "http://127.0.0.1:${port[$name]}$path" -- "$@" \
    >"$work/wrk.log" 2>&1 || { cat "$work/wrk.log" >&2; fail "wrk failed on $name"; }
  sed -n 's/^total //p' "$work/wrk.log"
}

# measure CASE NAME CONNECTIONS SECONDS PATH KIND...: one round.
measure() {
  local case=$1 name=$2 ticks redis_ticks=0 answers total
  shift 2
  ticks=$(cpu_ticks "${pid[$name]}")
  [[ -z ${pid[redis]:-} ]] || redis_ticks=$(cpu_ticks "${pid[redis]}")
  answers=$(origin_answers)
  total=$(load "$name" "$@")
  ticks=$(($(cpu_ticks "${pid[$name]}") - ticks))
  [[ -z ${pid[redis]:-} ]] || redis_ticks=$(($(cpu_ticks "${pid[redis]}") - redis_ticks))
  answers=$(($(origin_answers) - answers))
  awk -v case="$case" -v name="$name" -v ticks="$ticks" -v redis="$redis_ticks" -v answers="$answers" \
    -v us="$((1000000 / $(getconf CLK_TCK)))" '{ n = $1 ? $1 : 1; print case, name, $0, ticks * us / n, redis * us / n, answers }' \
    <<<"$total" >>"$work/results"
}

# Prints "RATE P50 P99 P999 BAD CPU REDIS ASKED" of a case and a server: medians over the rounds, sums of what should be zero.
summary() {
  awk -v case="$1" -v name="$2" '
    function median(values, n,    i, j, swap) {
      for (i = 2; i <= n; ++i) for (j = i; j > 1 && values[j - 1] > values[j]; --j) { swap = values[j]; values[j] = values[j - 1]; values[j - 1] = swap }
      return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
    }
    $1 == case && $2 == name { ++n; rate[n] = $4; p50[n] = $5; p99[n] = $6; p999[n] = $7; bad += $8; cpu[n] = $9; redis[n] = $10; asked += $11 }
    END { print median(rate, n), median(p50, n), median(p99, n), median(p999, n), bad, median(cpu, n), median(redis, n), asked }' "$work/results"
}
