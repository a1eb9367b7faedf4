# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

# ratio_of CASE NAME TITLE START...: START starts the server, with the memory that it may use. What it takes is how much it
# grew, and for nginx its files' blocks.
ratio_of() {
  local case=$1 name=$2 shown=$3 skew before taken=0
  shift 3
  for skew in 0.8 1.0; do
    "$@"
    before=$(resident_kib "${pid[$name]}")
    load "$name" 16 12 /1k zipf "$zipf_keys" "$skew" 1 >/dev/null
    measure "$case-$skew" "$name" 16 8 /1k zipf "$zipf_keys" "$skew" 2
    taken=$(($(resident_kib "${pid[$name]}") - before))
    [[ $name != nginx ]] || taken=$((taken + $(du -sk "$work/nginx/cache" | cut -f 1)))
    end "$name"
    rm -rf "$work/nginx/cache"
  done
  awk -v case="$case" -v shown="$shown" -v taken="$taken" 'index($1, case "-") == 1 { ratio[substr($1, length(case) + 2)] = 100 * (1 - $11 / $3) }
    END { printf "| %s | %.1f %% | %.1f %% | %.1f |\n", shown, ratio["0.8"], ratio["1.0"], taken / 1024 }' "$work/results"
}

# The working set is about eight times what fits. nginx keeps a file of 4 KiB for each, and trims them to their size too late to
# be compared by it: its keys_zone bounds their number, and 512k of it stand for 16 MiB of files. HAProxy takes its memory at the start.
measure_ratio() {
  local megabytes=16 zipf_keys=100000
  printf '### Hit ratio under Zipf traffic: %d keys of 1k, %d MiB for each\n\n' "$zipf_keys" "$megabytes"
  echo '| server | skew 0.8 | skew 1.0 | MiB grown by |'
  echo '|---|---|---|---|'
  ratio_of ratio larder "${title[larder]}" start_larder larder "{memory: ${megabytes}MiB}"
  ratio_of ratio-haproxy haproxy "${title[haproxy]}" start_haproxy "$megabytes"
  ratio_of ratio-varnish varnish "${title[varnish]}" start_varnish "$megabytes"
  ratio_of ratio-nginx nginx "${title[nginx]}" start_nginx 1024 512k
  ratio_of ratio-more nginx "${title[nginx]}, 16,000 entries" start_nginx 1024 2m
  echo
}
