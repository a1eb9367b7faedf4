// What `larder check` accepts the schema accepts, and what it refuses for a key, a shape or a bound the schema refuses.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Ajv from 'ajv'
import { parse, stringify } from 'yaml'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const larder = process.argv[2]
const schema = JSON.parse(execFileSync(larder, ['schema']))
const isValid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
const directory = mkdtempSync(path.join(tmpdir(), 'larder-schema-'))

let failures = 0
let checks = 0

function isServed (yaml) {
  const file = path.join(directory, 'larder.yaml')
  writeFileSync(file, yaml)
  return spawnSync(larder, ['check', '--config', file]).status === 0
}

/** Both accept the text, or neither does. */
function expect (yaml, isGood, name) {
  ++checks
  const bySchema = isValid(parse(yaml))
  const byLarder = isServed(yaml)
  if (bySchema === isGood && byLarder === isGood) return
  ++failures
  console.log(`${name}: should be ${isGood ? 'taken' : 'refused'}; the schema ${bySchema ? 'takes' : 'refuses'} it, ` +
              `larder ${byLarder ? 'takes' : 'refuses'} it`)
  if (!bySchema) for (const { instancePath, message } of isValid.errors) console.log(`  ${instancePath}: ${message}`)
}

/** Every map of a configuration with an unknown key, except those whose keys are names. */
function spoil (whole, part, place) {
  if (part === null || typeof part !== 'object') return
  if (!Array.isArray(part) && !/^(\/sites|\/upstreams|.*\/warm\/headers|.*\/when\/\w+)$/.test(place)) {
    part.no_such_key = 1
    expect(stringify(whole), false, `${place || '/'} with a wrong key`)
    delete part.no_such_key
  }
  for (const [key, value] of Object.entries(part)) spoil(whole, value, `${place}/${key}`)
}

const examples = readdirSync(path.join(root, 'config/examples')).filter(name => name.endsWith('.yaml')).map(name => `config/examples/${name}`)
const files = ['config/larder.yaml', 'config/compose.yaml', 'deploy/demo.yaml', 'tests/unit/config/larder.example.yaml', ...examples]
for (const file of files) expect(readFileSync(path.join(root, file), 'utf8'), true, file)

const everything = readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'everything.yaml'), 'utf8')
expect(everything, true, 'everything.yaml')
const document = parse(everything)
spoil(document, document, '')

/** Replaces every value with values of every kind: what larder accepts the schema accepts. */
function vary (whole, part, place) {
  for (const [key, value] of Object.entries(part)) {
    for (const other of [0, 8080, true, 'x', '10s', '512B', ['a'], {}]) {
      part[key] = other
      ++checks
      if (isValid(whole) || !isServed(stringify(whole))) continue
      ++failures
      console.log(`${place}/${key}: ${JSON.stringify(other)}: larder takes it, the schema refuses it`)
    }
    part[key] = value
    if (value !== null && typeof value === 'object') vary(whole, value, `${place}/${key}`)
  }
}
vary(document, document, '')

const upstream = 'upstreams: {a: {servers: "http://h"}}\n'
for (const good of ['threads: auto', 'threads: 3', 'threads: "${THREADS:-4}"', 'listen: 8080', 'listen: ":8080"',
  'shutdown_grace: 0', 'shutdown_grace: 1h30m', 'store: {memory: 0}', 'log: {access: true}', 'log: {access: "ON"}',
  'routes: [{ttl: 1m}]', 'routes: [{ttl: {200: 1m}}]', 'routes: [{cookies: ignore}]', 'routes: [{purge: none}]',
  'admin: {}', 'limits: {connections: auto}', 'limits: {buffered: 1MiB}']) {
  expect(upstream + good, true, good)
}
for (const wrong of ['threads: many', 'threads: 257', 'threads: [1]', 'listen: []', 'listen: host', 'listen: {address: ":1", tls: {}}',
  'shutdown_grace: 10', 'shutdown_grace: soon', 'store: 5', 'store: {memory: lots}', 'store: {redis: {}}',
  'store: {redis: {url: "http://h"}}', 'log: {level: wran}', 'log: {access: maybe}', 'limits: {connections: 0}',
  'limits: {head: {fields: 20000}}', 'routes: {a: 1}', 'routes: [{match: api}]', 'routes: [{ttl: 60}]',
  'routes: [{ttl: {600: 1s}}]', 'routes: [{ttl: {1xx: 1s}}]', 'defaults: {route: {match: /a}}',
  'routes: [{include: a, ttl: 1s}]', 'routes: [{ttl: {}}]', 'routes: [{methods: [get]}]',
  'routes: [{methods: []}]', 'routes: [{match: []}]', 'routes: [{match: [a]}]', 'routes: [{host: []}]',
  'routes: [{host: "http://a"}]', 'routes: [{name: ""}]', 'routes: [{jitter: 51%}]',
  'routes: [{cookies: []}]', 'routes: [{cookies: {}}]',
  'routes: [{query: {ignore: [a], only: [b]}}]', 'routes: [{headers: [A, A]}]', 'routes: [{collapse: on}]',
  'routes: [{warm: {hottest: 10001}}]', 'purge_method: {allow: 10.0.0.0/8}', 'credentials: {add: x}', 'sites: [a]']) {
  expect(upstream + wrong, false, wrong)
}
const tls = parse(upstream + 'listen: {address: ":1", tls: {cert: c.pem, key: k.pem}}')
++checks
if (!isValid(tls)) { ++failures; console.log('listen.tls: the schema refuses it') }
tls.listen.tls.no_such_key = 1
++checks
if (isValid(tls)) { ++failures; console.log('listen.tls with a wrong key: the schema takes it') }
expect('upstreams: {}', false, 'no upstream')
expect('upstreams: {a: {servers: [ftp://h]}}', false, 'ftp')
expect('upstreams: {a: {servers: ["http://h/base"]}}', false, 'a path')

rmSync(directory, { recursive: true })
console.log(`${checks} checks, ${failures} failures`)
process.exit(failures === 0 ? 0 : 1)
