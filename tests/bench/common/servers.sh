# The servers that tests/bench/run compares: each with one worker on CPU 0, in front of an origin on CPU 1. Below /SIZE the origin's
# answers are cached by all, below /pass/SIZE by none. Needs $work, $larder and deploy/functions.sh.
# shellcheck shell=bash

declare -A port pid

# nginx's workers give up root, and then could not write to our private folder.
nginx_user=
if ((EUID == 0)); then nginx_user='user root;'; fi

declare -A bytes_of=([1k]=1024 [32k]=32768 [1m]=1048576)

# begin NAME CPU COMMAND...: starts a server, which is to listen on ${port[NAME]}, and waits for it.
begin() {
  local name=$1 cpu=$2
  shift 2
  start "$work/$name.log" taskset -c "$cpu" "$@"
  pid[$name]=${started[-1]}
  wait_for_port "${port[$name]}" "${pid[$name]}" "$work/$name.log"
}

# end NAME: stops one server.
end() {
  kill -TERM "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || true
}

# nginx_config NAME MAIN_PART HTTP_PART: writes NAME.conf; every path of it below a folder of its own.
nginx_config() {
  local folder=$work/$1
  mkdir -p "$folder"
  cat >"$work/$1.conf" <<CONF
$nginx_user
$2
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid $folder/pid;
error_log $folder/error.log warn;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path $folder/client;
  proxy_temp_path $folder/proxy;
  fastcgi_temp_path $folder/fastcgi;
  uwsgi_temp_path $folder/uwsgi;
  scgi_temp_path $folder/scgi;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=1000;
  keepalive_timeout 300s;
  keepalive_requests 1000000000;
$3
}
CONF
}

# The origin logs its responses, to show that hits were hits.
start_origin() {
  local size
  mkdir -p "$work/content"
  for size in "${!bytes_of[@]}"; do
    head -c "${bytes_of[$size]}" /dev/zero | tr '\0' x >"$work/content/$size"
  done
  nginx_config origin '' "
  server {
    listen 127.0.0.1:${port[origin]} backlog=4096;
    access_log $work/origin.access;
    default_type text/plain;
    root $work/content;
    etag off;
    location ~ ^/(pass/)?(?<size>1k|32k|1m)/ {
      add_header Cache-Control max-age=3600;
      rewrite ^ /\$size break;
    }
  }"
  begin origin 1 nginx -c "$work/origin.conf"
}

start_redis() {
  begin redis 1 redis-server --bind 127.0.0.1 --port "${port[redis]}" --save '' --dir "$work"
}

# start_larder NAME STORE [THREADS]: STORE is the text under `store:`. With more than one thread it runs on both CPUs.
start_larder() {
  local threads=${3:-1} cpus=0
  ((threads == 1)) || cpus=0,1
  cat >"$work/$1.yaml" <<CONF
listen: 127.0.0.1:${port[$1]}
threads: $threads
upstreams:
  origin:
    servers: ["http://127.0.0.1:${port[origin]}"]
store: $2
admin: {listen: "127.0.0.1:${port[admin]}"}
routes:
  - match: /pass/**
    cache: off
  - match: /**
    ttl: 1h
log: {level: warn, access: off}
CONF
  begin "$1" "$cpus" "$larder" --config "$work/$1.yaml"
}

# start_nginx MEGABYTES [KEYS_ZONE]: nginx keeps content in files, which the kernel keeps in memory. It trims them to their
# size every ten seconds only; a KEYS_ZONE bounds their number at once (2m hold some 16,000).
start_nginx() {
  nginx_config nginx '' "
  proxy_cache_path $work/nginx/cache keys_zone=bench:${2:-64m} max_size=$1m use_temp_path=off;
  proxy_http_version 1.1;
  proxy_set_header Connection '';
  upstream origin { server 127.0.0.1:${port[origin]}; keepalive 64; }
  server {
    listen 127.0.0.1:${port[nginx]} backlog=4096;
    location / { proxy_pass http://origin; proxy_cache bench; proxy_cache_lock on; }
    location /pass/ { proxy_pass http://origin; }
  }"
  begin nginx 0 nginx -c "$work/nginx.conf"
}

start_haproxy() {
  cat >"$work/haproxy.conf" <<CONF
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 300s
  timeout server 60s
  timeout connect 5s
cache bench
  total-max-size $1
  max-object-size 2000000
  max-age 3600
frontend bench
  bind 127.0.0.1:${port[haproxy]} backlog 4096
  use_backend pass if { path_beg /pass/ }
  default_backend cached
backend cached
  http-request cache-use bench
  http-response cache-store bench
  server origin 127.0.0.1:${port[origin]}
backend pass
  server origin 127.0.0.1:${port[origin]}
CONF
  begin haproxy 0 haproxy -db -f "$work/haproxy.conf"
}

start_varnish() {
  cat >"$work/varnish.vcl" <<CONF
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "${port[origin]}"; }
sub vcl_recv { if (req.url ~ "^/pass/") { return (pass); } }
CONF
  begin varnish 0 varnishd -F -j none -a "127.0.0.1:${port[varnish]}" -f "$work/varnish.vcl" -s "malloc,$1m" -n "$work/varnish" \
    -p timeout_idle=300
}

start_floor() {
  begin floor 0 "$work/floor" "${port[floor]}" "$1"
}
