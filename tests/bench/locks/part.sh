# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

# Two threads and ten hot keys: a lock that is held by another makes its std::mutex call futex, which strace sees (and, by its
# filter, nothing else).
measure_locks() {
  local traced=$larder larder=$work/traced child total before
  printf '#!/bin/sh\nexec strace -f --seccomp-bpf -qqq -e trace=futex -e signal=none -o %s %s "$@"\n' "$work/futex" "$traced" >"$larder"
  chmod +x "$larder"
  start_larder larder '{memory: 256MiB}' 2
  load larder 64 1 /1k round 10 >/dev/null
  before=$(grep -c 'futex(' "$work/futex" || true)
  total=$(load larder 64 10 /1k round 10)
  printf '### Locks: two threads, 64 connections, ten hot keys\n\n| hits | futex calls | in a million hits |\n|---|---|---|\n'
  awk -v calls="$(($(grep -c 'futex(' "$work/futex" || true) - before))" '{ printf "| %d | %d | %.1f |\n\n", $1, calls, calls * 1000000 / $1 }' <<<"$total"
  child=$(tail -n +2 <<<"$(family_of "${pid[larder]}")" | head -n 1)
  kill -TERM "$child"
  wait "${pid[larder]}" 2>/dev/null || true
}
