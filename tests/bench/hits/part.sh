# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

measure_hits() {
  local size connections names='floor larder nginx haproxy varnish' name
  proxies 256
  for size in 1k 32k 1m; do
    start_floor "${bytes_of[$size]}"
    for name in larder nginx haproxy varnish; do
      load "$name" 1 1 "/$size" round "${keys_of[$size]}" >/dev/null
      load "$name" 1 1 "/$size" round "${keys_of[$size]}" >/dev/null
    done
    for connections in 64 1 1000; do
      rounds_of "hits-$size-$connections" "$names" "$connections" "/$size" round "${keys_of[$size]}"
      echo "### Hits: $size, $connections connections"
      echo
      table "hits-$size-$connections" "$names"
    done
    end floor
  done
  stop_proxies
}
