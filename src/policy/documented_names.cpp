// The lists of names that config/README.md documents, which a test holds against them, and that of
// overrides.
#include "documented_names.hpp"

#include <larder/policy/credentials.hpp>
#include <larder/policy/query_credentials.hpp>

namespace larder::policy {

const std::vector<std::string>& CredentialFields::documented_names() {
  // X-CSRF-Token and X-XSRF-TOKEN are not among them: every single-page application sends them with every
  // request.
  static const std::vector<std::string> names{
      // Keys and tokens as clients and SDKs send them.
      "Api-Key", "ApiKey", "Api-Token", "Api-Username", "X-Api-Key", "X-ApiKey", "X-Api-Token",
      "X-Api-Secret", "Access-Token", "X-Access-Token", "X-Refresh-Token", "X-Id-Token", "Id-Token",
      "Auth-Token", "X-Auth", "X-Auth-*", "X-Authorization", "Authentication", "X-Authentication-*",
      "X-Authenticated-*", "X-Serverless-Authorization", "X-Original-Authorization",
      "X-Forwarded-Authorization", "X-Token", "X-Token-*", "Token", "Jwt", "X-Jwt", "X-Jwt-*", "X-Session",
      "X-Session-Id", "X-Session-Key", "X-Session-Token", "Session-Id", "Session-Token", "X-Client-Secret",
      "X-Credential-*", "DPoP", "Signature", "Signature-Input", "Private-Token", "Job-Token", "Deploy-Token",
      "X-Gitlab-Token", "X-Vault-Token", "X-Consul-Token", "X-Nomad-Token", "X-Figma-Token",
      "X-Shopify-Access-Token", "X-Shopify-Storefront-Access-Token", "X-Plex-Token", "X-Emby-Token",
      "X-Emby-Authorization", "X-Redmine-API-Key", "X-Redmine-Switch-User", "X-RapidAPI-Key",
      "X-RapidAPI-User", "X-Parse-*", "X-Hasura-*", "X-IBM-Client-*", "X-Subject-Token", "X-Service-Token",
      "X-Storage-Token",
      // The identity, as gateways pass it to applications.
      "X-User", "X-User-Id", "X-User-Name", "X-User-Email", "X-User-Token", "X-User-Role", "X-User-Roles",
      "X-User-Groups", "X-User-Info", "X-User-Claims", "X-Userinfo", "X-Username", "X-Userid", "X-Email",
      "X-Account-Id", "X-Customer-Id", "X-Tenant-Id", "X-TenantId", "X-Org-Id", "X-Organization-Id",
      "X-Scope-OrgID", "Remote-User", "Remote-Name", "Remote-Email", "Remote-Group", "Remote-Groups",
      "Remote-Role", "X-Remote-User", "X-Remote-Name", "X-Remote-Email", "X-Remote-Group", "X-Remote-Groups",
      "X-Remote-Extra-*", "Impersonate-*", "X-Proxy-User",
      // Kong, APISIX, oauth2-proxy, Authelia, authentik, Pomerium, Vouch, Grafana, Tailscale,
      // mod_auth_openidc,
      // Shibboleth, SiteMinder, WebSEAL, IIS.
      "X-Consumer-*", "X-Anonymous-Consumer", "X-Forwarded-User", "X-Forwarded-User-*", "X-Forwarded-Email",
      "X-Forwarded-Groups", "X-Forwarded-Roles", "X-Forwarded-Name", "X-Forwarded-Preferred-Username",
      "X-Forwarded-Given-Name", "X-Forwarded-Family-Name", "X-Forwarded-Access-Token", "X-Forwarded-Id-Token",
      "X-Forwarded-Jwt", "X-Forwarded-Tenant*", "X-Authentik-*", "X-Pomerium-*", "X-Vouch-*", "X-WebAuth-*",
      "Tailscale-User-*", "X-Tailscale-*", "OIDC-*", "X-OIDC-*", "Shib-*", "Mellon-*", "SM-*", "IV-User",
      "IV-Groups", "IV-Creds", "OAM-Remote-User", "X-IIS-WindowsAuthToken", "MS-ASPNETCORE-WinAuthToken",
      // Cloud gateways: AWS, Google, Azure, Cloudflare.
      "X-Amz-Security-Token", "X-Amzn-Oidc-*", "X-Amzn-Mtls-*", "X-Goog-IAP-JWT-Assertion",
      "X-Goog-Authenticated-User-*", "X-Goog-Api-Key", "X-Goog-Iam-Authorization-Token",
      "X-Endpoint-API-UserInfo", "X-Apigateway-Api-Userinfo", "X-MS-Client-Principal*", "X-MS-Token-*",
      "X-ZUMO-Auth", "Ocp-Apim-Subscription-Key", "X-Functions-Key", "Cf-Access-*",
      // Certificates of clients (RFC 9440, Envoy, Traefik, nginx, Azure).
      "Client-Cert", "Client-Cert-*", "X-Client-Cert*", "X-Forwarded-Client-Cert*",
      "X-Forwarded-Tls-Client-Cert*", "Ssl-Client-*", "X-SSL-Client-*", "X-SSL-Cert", "X-ARR-ClientCert",
      "MS-ASPNETCORE-ClientCert"};
  return names;
}

const std::vector<std::string>& script_cookies() {
  static const std::vector<std::string> names{
      // Google Analytics, Tag Manager, Ads, Optimize.
      "_ga*", "_gid", "_gcl_*", "_dc_gtm_*", "__utm*", "__gads", "__gpi*", "__eoi", "AMP_TOKEN",
      // Meta, Microsoft Clarity and Ads, TikTok, Snapchat, Pinterest, Reddit, X, LinkedIn.
      "_fbp", "_fbc", "_clck", "_clsk", "_uetsid*", "_uetvid*", "_ttp", "_tt_enable_cookie", "_scid",
      "_scid_r", "_sctr", "_derived_epik", "_pin_unauth", "_rdt_uuid", "_twclid", "li_fat_id",
      // Hotjar, Contentsquare, FullStory, Crazy Egg.
      "_hj*", "_cs_c", "_cs_id", "_cs_s", "_cs_ex", "_cs_mk*", "fs_uid", "fs_lua", "_ceg.*", "_ce.*",
      // Matomo, Snowplow, Yandex Metrica, Baidu, CNZZ, StatCounter, Adobe Analytics, Mixpanel, Amplitude,
      // Heap.
      "_pk_*", "_sp_id.*", "_sp_ses.*", "_ym_*", "Hm_lvt_*", "Hm_lpvt_*", "CNZZDATA*", "sc_is_visitor_unique",
      "s_cc", "s_sq", "s_fid", "s_nr", "s_ppv", "s_ppvl", "AMCVS_*", "mp_*_mixpanel", "amplitude_id_*",
      "_hp2_*",
      // HubSpot, Marketo, Intercom, Drift, Zendesk, Criteo, Quantcast, AddThis, Chartbeat, Parse.ly,
      // Datadog.
      "__hstc", "__hssc", "__hssrc", "hubspotutk", "_mkto_trk", "intercom-id-*", "intercom-session-*",
      "intercom-device-id-*", "drift_aid", "drift_eid", "drift_campaign_refresh", "driftt_aid", "__zlcmid",
      "cto_bundle", "cto_bidid", "__qca", "__atuv*", "_chartbeat*", "_cb", "_cb_ls", "_cb_svref",
      "_parsely_*", "_dd_s",
      // Drupal.
      "has_js"};
  return names;
}

const std::vector<std::string>& query_credentials() {
  static const std::vector<std::string> names{
      // AWS, Google, Alibaba, Volcengine and Huawei in their latest forms, and those before; Tencent, Baidu.
      "X-*-Signature", "X-*-Credential", "X-*-Security-Token", "AWSAccessKeyId", "GoogleAccessId",
      "OSSAccessKeyId", "Security-Token", "q-signature", "Authorization", "temp_url_sig",
      // CloudFront, Akamai, Google Media CDN, Bunny, Wowza, Cloudinary, Brightcove, Kaltura, Twitch, YouTube.
      "Key-Pair-Id", "hdnts", "hdnea", "hdntl", "__token__", "__gda__", "Edge-Cache-Token", "bcdn_token",
      "wowzatokenhash", "__cld_token__", "fastly_token", "bcov_auth", "ks", "nauthsig", "lsig",
      // Alibaba, Huawei, Tencent, Wangsu, Volcengine, Upyun, Bilibili.
      "auth_key", "txSecret", "wsSecret", "hwSecret", "volcSecret", "_upt", "upsig",
      // Bearer tokens (RFC 6750), OAuth 1, GitLab, Plex; sessions.
      "access_token", "id_token", "jwt", "oauth_token", "oauth_signature", "private_token", "job_token",
      "feed_token", "rss_token", "static_object_token", "X-Plex-Token", "accesstoken", "authtoken",
      "auth_token", "refresh_token", "session_token", "reset_password_token", "confirmation_token",
      "_wpnonce", "SAMLResponse", "_vercel_share", "x-vercel-protection-bypass", "PHPSESSID", "JSESSIONID",
      "CFTOKEN"};
  return names;
}

const std::vector<std::string>& query_signatures() {
  static const std::vector<std::string> names{"sig",         "signature", "sign",  "token", "hmac",
                                              "hash",        "_hash",     "md5",   "mac",   "hm",
                                              "x-signature", "secure",    "verify"};
  return names;
}

const std::vector<std::string>& query_signature_companions() {
  static const std::vector<std::string> names{"se",
                                              "sv",
                                              "expires",
                                              "expire",
                                              "expiry",
                                              "expiration",
                                              "exp",
                                              "ex",
                                              "KeyName",
                                              "AccessKeyId",
                                              "URLPrefix",
                                              "Policy",
                                              "_expiration",
                                              "expires_at",
                                              "valid_until",
                                              "x-expires",
                                              "expirationTimestamp"};
  return names;
}

const std::vector<std::pair<std::string, std::string>>& query_signature_pairs() {
  // imgix; Instagram and Facebook; nginx's secure_link, Qiniu, Edgio, Tencent, LinkedIn; Twitch; OAuth 2.
  static const std::vector<std::pair<std::string, std::string>> names{
      {"s", "expires"}, {"oh", "oe"}, {"st", "e"},      {"token", "e"},   {"h", "e"},
      {"sign", "t"},    {"t", "e"},   {"sig", "token"}, {"code", "state"}};
  return names;
}

const std::vector<std::string>& override_fields() {
  static const std::vector<std::string> names{
      // Another URI.
      "X-Original-*", "X-Originally-*", "X-Rewrite-*", "X-Rewritten-*", "X-Override-URL", "X-Override-Path",
      "X-HTTP-*-Override", "X-HTTP-DestinationURL", "X-Request-Uri", "X-Request-Url", "X-Request-Path",
      "Request-Uri", "Request-Path", "X-Replaced-Path", "X-WAWS-*", "X-Unencoded-Url", "Unencoded-Url",
      "X-Script-Name", "X-Script-Url", "Script-Name", "Script-Url", "Path-Info", "X-Path-Info",
      "Orig-Path-Info", "Path-Translated", "Query-String", "X-Query-String", "X-Url", "X-Uri", "Original-Url",
      "Original-Uri", "Original-Path", "X-Base-Path", "X-Base-URL", "X-Base-Uri", "X-Base-Href", "Base-Url",
      "Base-Path", "X-Path-Base", "Path-Base", "X-Path-Prefix", "X-Url-Prefix", "X-App-Path", "X-Mount-Path",
      "X-Root-Path", "X-Proxy-URL", "X-Proxy-Path", "X-Proxy-Prefix", "X-Proxy-Host", "X-Proxy-Scheme",
      "X-Proxy-Proto", "X-Proxy-Port", "X-Proxy-User-Ip", "Http-Url", "Uri", "Url", "X-Envoy-*", "X-Accel-*",
      "X-Sendfile-Type", "X-Ingress-Path", "X-External-Path", "X-External-Url", "X-External-Host",
      "X-External-Proto", "X-Public-Url", "X-Context-Path", "Context-Path", "X-Ning-Request-Uri",
      "X-Myqee-System-*", "X-Teamsite-Preremap", "X-Cf-Url", "CF-Template-Path", "X-Amzn-Remapped-*",
      "X-Amz-Website-Redirect-Location", "X-WebObjects-*", "$WS*", "Translate",
      // What frameworks say to themselves: Next.js, Nuxt, SvelteKit, Astro, React Router.
      "X-Middleware-*", "X-Invoke-*", "X-Nextjs-*", "X-Prerender-Revalidate", "X-Prerender-Bypass-Mode",
      "X-OpenNext-*", "X-Matched-Path", "X-Now-*", "Next-Resume", "X-Nuxt-*", "X-Nitro-Prerender",
      "X-Sveltekit-*", "X-Astro-*", "X-React-Router-*", "X-Remix-*",
      // Another host.
      "X-Host", "X-Hostname", "X-Host-Name", "X-HTTP-Host", "X-Real-Host", "X-Backend-Host", "X-Gateway-Host",
      "X-Gateway-Url", "X-Gateway-Path", "X-Gateway-Proto", "X-Host-Override", "X-Server-Name",
      "X-Server-Host", "X-Server-Port", "Server-Name", "Server-Port*", "X-Orig-Host", "X-Orig-Url",
      "X-Orig-Uri", "X-Orig-Path", "X-Orig-Proto", "X-Orig-Client", "Disguised-Host", "X-MS-Original-*",
      "Original-Host", "Http-Host", "X-Virtual-Host", "X-Vhost", "X-Public-Host", "X-Request-Host",
      "X-Target-Host", "X-Upstream-Host", "X-Client-Host", "SP-Host",
      // Another method, scheme or port.
      "X-HTTP-Method", "X-Method-Override", "X-Method", "X-Request-Method", "Request-Method", "Real-Method",
      "X-Ajax-Real-Method", "X-URL-Scheme", "X-URL-Proto", "X-URL-Protocol", "X-Scheme", "X-Proto",
      "X-Protocol", "X-Port", "X-SSL", "X-SSL-*", "X-HTTPS", "X-HTTP-Scheme", "X-HTTP-Proto", "X-HTTP-Port",
      "X-Request-Scheme", "X-Request-Proto", "X-Is-SSL", "X-Is-Https", "X-Is-Secure", "X-Secure",
      "X-LB-Proto", "Https", "Ssl", "Ssl-Offloaded", "Https-From-Lb", "Front-End-Https", "SSL-Https",
      "X-ARR-SSL", "X-AppService-Proto", "X-Client-Proto", "X-Client-Scheme", "X-Client-Port",
      "X-Remote-Protocol", "X-Remote-Proto", "X-Orchestra-Scheme", "X-NFSN-Https", "X-Edge-Proto",
      "CloudFront-*", "X-CloudFront-*",
      // Another client.
      "Forwarded", "Forwarded-*", "X-Forwarded", "X-Forwarded-*", "X-Forward", "X-Forward-*", "X-Forwarder-*",
      "X-Forwarding-*", "X-ForwardedFor", "Z-Forwarded-For", "X-Sakura-Forwarded-For", "X-Real-*", "Real-Ip",
      "XXX-Real-Ip", "X-Client-IP", "X-ClientIP", "X-Client-Addr*", "Client-IP", "ClientIP", "Client-Address",
      "RLNClientIpAddr", "X-Cluster-Client-IP", "Cluster-Client-IP", "True-Client-IP", "X-True-*",
      "X-Remote-Addr", "X-Remote-IP", "X-Remote-Host", "X-Remote-Port", "Remote-Addr", "Remote-Host",
      "Remote-Ip", "X-Azc-Remote-Addr", "X-FB-User-Remote-Addr", "X-Kaltura-Remote-Addr", "X-Originating-*",
      "X-Source-IP", "Source-IP", "X-From-IP", "X-IP", "X-IP-Addr", "X-IP-Trail", "X-Host-IP", "X-User-IP",
      "X-Peer-IP", "X-Custom-IP-Authorization", "X-ProxyUser-Ip", "X-Sina-Proxyuser", "X-ProxyMesh-IP",
      "X-Cisco-Bbsm-Clientip", "X-WAP-Network-Client-IP", "WL-Proxy-*", "X-Coming-From", "Coming-From",
      "X-Bluecoat-Via", "X-Delegate-Remote-Host", "X-GeoIP-*", "Fastly-*", "CF-Connecting-*", "CF-Pseudo-*",
      "CF-IP*", "CF-Visitor", "CF-Worker", "X-Azure-*", "X-FD-*", "X-Appengine-*", "Fly-*",
      "DO-Connecting-IP", "X-Vercel-*", "X-NF-*", "X-Akamai-*", "Incap-*", "X-Sucuri-*", "X-Cdn-Src-Ip",
      "Cdn-Src-Ip", "Ali-Cdn-*"};
  return names;
}

const std::vector<std::string>& fields_of_one_request() {
  static const std::vector<std::string> names{
      // How much a client may still ask for.
      "RateLimit", "RateLimit-*", "X-RateLimit", "X-RateLimit-*", "X-Rate-Limit-*", "X-Retry-In",
      "X-Shopify-Shop-Api-Call-Limit",
      // Which request it was.
      "X-Request-Id", "X-RequestId", "Request-Id", "X-Correlation-Id", "X-CorrelationId", "Correlation-Id",
      "X-Transaction-Id", "X-Trace-Id", "X-Span-Id", "Trace-Id", "traceparent", "tracestate", "traceresponse",
      "baggage", "sentry-trace", "X-B3-*", "b3", "uber-trace-id", "X-Cloud-Trace-Context", "X-Datadog-*",
      "X-Amzn-RequestId", "X-Amzn-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Request-Id", "X-Amz-Id-2",
      "X-Amz-Apigw-Id", "X-Amz-Cf-Id", "X-MS-Request-Id", "X-MS-Client-Request-Id",
      "X-MS-Correlation-Request-Id", "X-Azure-Ref", "X-GUploader-UploadID", "CF-Ray", "X-Vercel-Id",
      "Fly-Request-Id", "X-Nf-Request-Id", "X-Kong-Request-Id", "X-GitHub-Request-Id", "X-Debug-Token",
      "X-Debug-Token-Link",
      // How long it took.
      "Server-Timing", "X-Runtime", "X-Response-Time", "X-Process-Time", "X-Execution-Time",
      "X-Kong-Proxy-Latency", "X-Kong-Upstream-Latency", "X-Kong-Response-Latency",
      "X-Envoy-Upstream-Service-Time",
      // What its client is to send the next time.
      "Authorization", "Authentication-Info", "X-Auth-Token", "X-Access-Token", "X-Refresh-Token",
      "X-Session-Token", "Refresh-Token", "X-New-Token", "X-Session-Id", "X-WP-Nonce", "X-Nonce",
      "CSRF-Token", "X-CSRF-Token", "X-XSRF-Token"};
  return names;
}

const std::vector<std::string>& origination_names() {
  static const std::vector<std::string> names{"Forwarded",
                                              "Forwarded-*",
                                              "X-Forwarded",
                                              "X-Forwarded-For",
                                              "X-Forwarded-Proto",
                                              "X-Forwarded-Protocol",
                                              "X-Forwarded-Scheme",
                                              "X-Forwarded-Ssl",
                                              "X-Forwarded-Host",
                                              "X-Forwarded-Client-IP",
                                              "X-Forward-*",
                                              "X-Original-For",
                                              "X-Original-Proto",
                                              "X-Original-Host",
                                              "X-Original-Forwarded-For",
                                              "X-Originating-*",
                                              "Z-Forwarded-For",
                                              "X-Real-*",
                                              "Real-Ip",
                                              "X-Client-IP",
                                              "X-ClientIP",
                                              "Client-IP",
                                              "X-Cluster-Client-IP",
                                              "Cluster-Client-IP",
                                              "True-Client-IP",
                                              "X-True-*",
                                              "X-Remote-Addr",
                                              "X-Remote-IP",
                                              "Remote-Addr",
                                              "X-ProxyUser-Ip",
                                              "X-Proxy-User-Ip",
                                              "WL-Proxy-*",
                                              "Fastly-Client-IP",
                                              "Fastly-SSL",
                                              "CF-Connecting-*",
                                              "CF-Visitor",
                                              "CloudFront-Forwarded-Proto",
                                              "CloudFront-Viewer-Address",
                                              "X-Azure-ClientIP",
                                              "X-Azure-SocketIP",
                                              "X-Appengine-User-IP",
                                              "Fly-Client-IP",
                                              "Fly-Forwarded-*",
                                              "DO-Connecting-IP",
                                              "X-Vercel-Forwarded-*",
                                              "X-Vercel-Proxied-For",
                                              "X-NF-Client-Connection-IP",
                                              "Incap-Client-IP",
                                              "X-Sucuri-ClientIP",
                                              "X-Cdn-Src-Ip",
                                              "Cdn-Src-Ip",
                                              "Ali-Cdn-Real-Ip",
                                              "X-Envoy-External-Address",
                                              "X-URL-Scheme",
                                              "X-Scheme",
                                              "X-Proto",
                                              "X-Client-Proto",
                                              "X-Client-Scheme",
                                              "Front-End-Https",
                                              "SSL-Https",
                                              "X-ARR-SSL",
                                              "X-HTTPS",
                                              "X-AppService-Proto",
                                              "X-SSL",
                                              "X-URL-Proto",
                                              "X-URL-Protocol",
                                              "X-Protocol",
                                              "X-HTTP-Scheme",
                                              "X-Is-SSL",
                                              "X-Is-Https",
                                              "X-Remote-Proto",
                                              "X-Remote-Protocol",
                                              "X-Orchestra-Scheme",
                                              "X-NFSN-Https",
                                              "Https-From-Lb",
                                              "Ssl-Offloaded",
                                              "X-ForwardedFor",
                                              "ClientIP",
                                              "Client-Address",
                                              "Remote-Ip",
                                              "X-GeoIP-*"};
  return names;
}

}  // namespace larder::policy
