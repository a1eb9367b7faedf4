# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

measure_misses() {
  local names='larder nginx haproxy varnish'
  proxies 256
  rounds_of misses "$names" 64 /1k fresh
  rounds_of pass "$names" 64 /pass/1k round 1000
  stop_proxies
  printf '### Misses, stored: 1k, 64 connections\n\n'
  table misses "$names"
  printf '### Passed through, not stored: 1k, 64 connections\n\n'
  table pass "$names"
}
