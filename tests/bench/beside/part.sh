# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

# Two builds of larder in turn, with the same configuration: the cost of a change.
measure_beside() {
  local names='larder other' name case
  [[ -x ${OTHER:-} ]] || fail 'OTHER is to name the binary of another build'
  start_larder larder '{memory: 256MiB}'
  port[admin]=$(free_port)
  larder=$OTHER start_larder other '{memory: 256MiB}'
  for name in $names; do load "$name" 1 1 /1k round 1000 >/dev/null; done
  rounds_of beside-hits "$names" 64 /1k round 1000
  rounds_of beside-misses "$names" 64 /1k fresh
  rounds_of beside-pass "$names" 64 /pass/1k round 1000
  for name in $names; do end "$name"; done
  for case in hits misses pass; do
    printf '### Beside another build: %s, 1k, 64 connections\n\n' "$case"
    table "beside-$case" "$names"
  done
}
