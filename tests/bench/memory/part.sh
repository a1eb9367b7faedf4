# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

# Opens COUNT connections to a server, sends one request on each, prints by how many KiB it grew, and closes them.
growth_by_idle_connections() {
  local name=$1 count=$2 before i fds=() fd line
  before=$(resident_kib "${pid[$name]}")
  for ((i = 0; i < count; ++i)); do
    exec {fd}<>"/dev/tcp/127.0.0.1/${port[$name]}"
    printf 'GET /1k/1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' >&"$fd"
    IFS= read -r -t 5 line <&"$fd" || fail "$name does not answer"
    [[ $line == *' 200 '* ]] || fail "$name answers $line"
    fds+=("$fd")
  done
  echo "$(($(resident_kib "${pid[$name]}") - before))"
  for fd in "${fds[@]}"; do exec {fd}>&-; done
}

# nginx keeps content in files, and HAProxy takes all of its memory at the start.
measure_memory() {
  local name entries idle before after
  printf '### Memory: of a stored 1 KiB response all in, and of an idle connection that has asked once (RSS)\n\n'
  echo '| server | stored | bytes an entry | KiB a connection |'
  echo '|---|---|---|---|'
  for name in larder varnish; do
    if [[ $name == larder ]]; then start_larder larder '{memory: 1GiB}'; else "start_$name" 1024; fi
    load "$name" 16 1 /1k round 10 >/dev/null
    before=$(resident_kib "${pid[$name]}")
    measure memory "$name" 16 8 /1k fresh memory
    after=$(resident_kib "${pid[$name]}")
    entries=$(awk -v name="$name" '$1 == "memory" && $2 == name { print $11 }' "$work/results")
    idle=$(growth_by_idle_connections "$name" 1000)
    printf '| %s | %d | %d | %d |\n' "${title[$name]}" "$entries" "$(((after - before) * 1024 / entries))" "$((idle / 1000))"
    end "$name"
  done
  echo
}
