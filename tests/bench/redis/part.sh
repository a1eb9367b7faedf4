# A part of tests/bench/run, which has what is used here.
# shellcheck shell=bash disable=SC2154

# nginx that asks memcached, by its srcache module.
start_srcache() {
  local modules=/usr/lib/nginx/modules
  begin memcached 1 memcached -u root -l 127.0.0.1 -p "${port[memcached]}" -m 64
  nginx_config srcache "load_module $modules/ndk_http_module.so;
load_module $modules/ngx_http_memc_module.so;
load_module $modules/ngx_http_srcache_filter_module.so;" "
  upstream memcached { server 127.0.0.1:${port[memcached]}; keepalive 64; }
  upstream origin { server 127.0.0.1:${port[origin]}; keepalive 64; }
  server {
    listen 127.0.0.1:${port[srcache]} backlog=4096;
    location /memc { internal; set \$memc_key \$query_string; set \$memc_exptime 3600; memc_pass memcached; }
    location / {
      srcache_fetch GET /memc \$uri;
      srcache_store PUT /memc \$uri;
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection '';
    }
  }"
  begin srcache 0 nginx -c "$work/srcache.conf"
}

start_express() {
  (cd "$here/redis/express" && npm ci --ignore-scripts --no-audit --no-fund --silent 2>/dev/null)
  begin express 0 env NODE_ENV=production node "$here/redis/express/server.js" "${port[express]}" "${port[redis]}"
}

measure_redis() {
  local names='larder-redis srcache express' name
  start_redis
  start_larder larder-redis "{memory: 0, redis: {url: \"redis://127.0.0.1:${port[redis]}/0\"}}"
  start_srcache
  start_express
  for name in $names; do load "$name" 1 2 /1k round 1000 >/dev/null; done
  rounds_of redis "$names" 64 /1k round 1000
  for name in $names memcached; do end "$name"; done
  end redis
  unset 'pid[redis]'
  printf '### Hits that ask a store on the network: 1k, 64 connections\n\n'
  table redis "$names"
}
