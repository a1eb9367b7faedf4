// A browser decides itself what a page may read. Pages of two origins that `cors` names share what larder stores, one of
// a third origin gets nothing, and the API never sees a preflight.

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import puppeteer from 'puppeteer-core'

import { freePort, startApi, startLarder, startPages } from './machines.mjs'

const [binary, chromium] = process.argv.slice(2)
setTimeout(() => { console.log('not done after 150 s'); process.exit(1) }, 150_000).unref()

const api = await startApi()
const shop = await startPages('127.0.0.1')
const partner = await startPages('localhost')
const stranger = await startPages('localhost')
const larder = await startLarder(binary, `upstreams:
  api: {servers: ["http://127.0.0.1:${api.port}"]}
  gone: {servers: ["http://127.0.0.1:${await freePort()}"]}
log: {access: on}
defaults:
  route:
    ttl: 1m
    upstream: api
    cors:
      origins: ["${shop.origin}", "${partner.origin}"]
      methods: [GET, POST]
      headers: [Content-Type, X-Shop]
      expose: [X-Cache]
routes:
  - {match: /gone, upstream: gone}
  - {match: /upload, max_content: 1}
  - {match: /closed, access: {deny: [127.0.0.0/8]}}
  - {match: /account/**, cors: {origins: ["${shop.origin}"], methods: [GET, POST], credentials: on, expose: [X-Cache]}}
  - match: /**
`)
const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'larder-chromium-'))
const browser = await puppeteer.launch({
  executablePath: chromium,
  userDataDir: profile,
  timeout: 60_000,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-proxy-server']
})

let failures = 0
function expect (what, found, expected) {
  const isRight = JSON.stringify(found) === JSON.stringify(expected)
  if (!isRight) ++failures
  console.log(`${isRight ? 'ok' : 'NOT OK'}: ${what}${isRight ? '' : `: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`}`)
}

async function open (pages) {
  const page = await browser.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(`${pages.origin}/`)
  return page
}

/// What a page can read of the answer: status, content and X-Cache, or 'blocked' where the browser shows it nothing.
function ask (page, target, options = {}) {
  return page.evaluate(async (url, options) => {
    try {
      const response = await fetch(url, options)
      const text = await response.text()
      return [response.status, text.trim(), response.headers.get('X-Cache')]
    } catch (error) {
      return 'blocked'
    }
  }, `${larder.url}${target}`, options)
}

const statusOf = answer => Array.isArray(answer) ? answer[0] : answer
const preflights = () => larder.log().split('\n').filter(line => line.includes('OPTIONS')).length

const atShop = await open(shop)
const atPartner = await open(partner)
const atStranger = await open(stranger)
const withField = { headers: { 'X-Shop': '1' } }
const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"name":"Teapot"}' }

expect('the first origin brings the response', await ask(atShop, '/products/7', withField), [200, '{"answer":1}', 'MISS'])
expect('the second origin gets the same one', await ask(atPartner, '/products/7', withField), [200, '{"answer":1}', 'HIT'])
expect('so does a request without a preflight', await ask(atPartner, '/products/7'), [200, '{"answer":1}', 'HIT'])
expect('a third origin reads nothing, preflight or not',
  [await ask(atStranger, '/products/7', withField), await ask(atStranger, '/products/7')], ['blocked', 'blocked'])
expect('nor does one that is allowed, if it sends cookies', await ask(atShop, '/products/7', { credentials: 'include' }), 'blocked')
expect('a field that is not named is not sent', await ask(atShop, '/products/7', { headers: { 'X-Other': '1' } }), 'blocked')
expect('a JSON POST passes', await ask(atShop, '/products', post), [201, '{"answer":1}', 'BYPASS'])
expect('and not from a third origin', await ask(atStranger, '/products', post), 'blocked')
await ask(atPartner, '/products')
expect('what was stored is a hit', await ask(atShop, '/products'), [200, '{"answer":1}', 'HIT'])
await ask(atPartner, '/products', post)
expect('until a POST purges it', await ask(atShop, '/products'), [200, '{"answer":2}', 'MISS'])
const withCookies = { credentials: 'include' }
await ask(atShop, '/account/login', { ...withCookies, method: 'POST' })
expect('a session is its own, where the route allows cookies', await ask(atShop, '/account', withCookies), [200, '{"answer":1}', 'BYPASS'])
expect('its cookie reaches the API', api.requests.at(-1).headers.cookie, 'sid=1')
expect('and no other origin reads it', await ask(atPartner, '/account', withCookies), 'blocked')
expect('larder\'s own 502 can be read', statusOf(await ask(atShop, '/gone')), 502)
expect('and its 413', statusOf(await ask(atShop, '/upload', { method: 'POST', body: 'text' })), 413)
expect('and its 403', statusOf(await ask(atShop, '/closed')), 403)
expect('but not by a third origin', [await ask(atStranger, '/gone'), await ask(atStranger, '/closed')], ['blocked', 'blocked'])

await browser.close()
fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
expect('larder ends well', await larder.stop(), 0)
expect('the browser has sent preflights', preflights() > 0, true)
expect('the API has seen none', api.requests.filter(one => one.method === 'OPTIONS').length, 0)
const shared = api.requests.filter(one => one.method === 'GET' && !one.headers.cookie)
expect('nor an Origin with what is shared', shared.filter(one => one.headers.origin).length, 0)
expect('and only the POSTs that the browser let through', api.requests.filter(one => one.method === 'POST').length, 3)
for (const server of [api, shop, partner, stranger]) server.stop()
console.log(`${preflights()} preflights, ${api.requests.length} requests of the API, ${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
