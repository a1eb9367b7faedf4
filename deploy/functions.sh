# Servers started by a script on 127.0.0.1: found a port, waited for, stopped by pid; the progress of a build. Sourced by
# deploy/demo, deploy/package, tests/deploy/package_test, .ci/run and tests/bench/run.
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

# what_of STEP: the room that one of ninja's steps compiles, or the program that it links.
what_of() {
  local output=${1##* }
  if [[ $1 == *' Re-'* ]]; then
    echo configuring
  elif [[ $output =~ /larder_([a-z0-9]+)\.dir/ || $output =~ /([a-z-]+)\.dir/ ]]; then
    echo "compiling ${BASH_REMATCH[1]}"
  else
    echo "linking ${output##*/}"
  fi
}

# show_progress LOG: writes what it reads into the log, and says what is built, how far it is and for how long it has been: on
# a terminal in one line, else every ten seconds.
show_progress() {
  local line began=$SECONDS said=$SECONDS text
  : >"$1"
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    text="step ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}: $(what_of "$line"), $((SECONDS - began)) s"
    if [[ -t 1 ]]; then
      printf '\r  %s\033[K' "$text"
    elif ((SECONDS - said >= 10)); then
      said=$SECONDS
      echo "  $text"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\033[K'; fi
  echo "  took $((SECONDS - began)) s"
}
