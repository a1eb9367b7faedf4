# Servers started by a script on 127.0.0.1: found a port, waited for, stopped by pid. Sourced by deploy/demo, .ci/run and
# tests/bench/run.
# shellcheck shell=bash

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Whether somebody listens on a port of this machine.
is_listening() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Prints a port that nobody listens on, below those the kernel gives to outgoing connections.
free_port() {
  local port attempt
  for attempt in {1..100}; do
    port=$((10000 + (RANDOM + attempt) % 20000))
    if ! is_listening "$port"; then
      echo "$port"
      return
    fi
  done
  fail 'found no free port'
}

# The pids of what start() began and stop_all() ends.
started=()

# start LOG COMMAND...: runs a server in the background; its pid is in $! too.
start() {
  local log=$1
  shift
  : >"$log"  # at once: who waits for a line in it must not find the one of the last time
  "$@" >>"$log" 2>&1 </dev/null &
  started+=("$!")
}

# wait_for_port PORT PID LOG: returns once the server listens; shows its log and fails if it ends, or after 20 s.
wait_for_port() {
  local deadline=$((SECONDS + 20))
  until is_listening "$1"; do
    if ! kill -0 "$2" 2>/dev/null || ((SECONDS >= deadline)); then
      cat "$3" >&2
      fail "nobody listens on port $1 (the log is above)"
    fi
    sleep 0.05
  done
}

# Ends what was started: by SIGTERM, and by SIGKILL what is still there 15 s later.
stop_all() {
  local pid deadline=$((SECONDS + 15))
  for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do
      if ((SECONDS >= deadline)); then kill -KILL "$pid" 2>/dev/null || true; fi
      sleep 0.05
    done
  done
  started=()
}
