// The suite's own runner and origin, with larder between them.

import fs from 'node:fs'
import { performance } from 'node:perf_hooks'

import fetch from 'node-fetch'
import { getResults, runTests } from 'http-cache-tests/client/runner.mjs'
import suites from 'http-cache-tests/tests/index.mjs'
import surrogate from 'http-cache-tests/tests/surrogate-control.mjs'

import { startLarder, startOrigin } from './machines.mjs'
import { faultsOf, judge, kindOf, outcomeOf, testsOf } from './verdict.mjs'

const [binary, ...wanted] = process.argv.slice(2)
const all = [...suites, surrogate]
const expected = JSON.parse(fs.readFileSync(new URL('expected.json', import.meta.url)))
const tests = testsOf(all)

function only (ids) {
  for (const id of ids) if (!tests.has(id)) throw new Error(`there is no test ${id}`)
  for (const id of ids) tests.get(id).dump = true
  return [{ tests: ids.map(id => tests.get(id)) }]
}

const origin = await startOrigin()
const larder = await startLarder(binary, origin.address().port)
const begin = performance.now()
await runTests(wanted.length > 0 ? only(wanted) : all, fetch, false, `http://127.0.0.1:${larder.port}`)
const seconds = ((performance.now() - begin) / 1000).toFixed(1)
const status = await larder.stop()
origin.closeAllConnections()
origin.close()
const results = getResults()

if (wanted.length > 0) {
  for (const id of wanted) console.log(`${id}: ${results[id] === true ? 'passes' : results[id].join(': ')}`)
  process.exit(0)
}

const { complaints, totals } = judge(tests, results, expected)
complaints.push(...faultsOf(tests, expected))
if (status !== 0) complaints.push(`larder ended with ${status}`)
for (const [id, { answer, why }] of Object.entries(expected.checks)) console.log(`check ${id}: ${answer}. ${why}`)
for (const [id, { reason }] of Object.entries(expected.failures)) console.log(`expected failure ${id}: ${reason}`)
for (const id of tests.keys()) {
  if (results[id] === true || kindOf(tests.get(id)) !== 'required') continue
  console.log(`required ${id} does not pass; the suite itself calls it ${outcomeOf(tests, id, results)}`)
}
for (const complaint of complaints) console.log(`NOT AS EXPECTED: ${complaint}`)
console.log(`required ${totals.required.join('/')}, optional ${totals.optimal.join('/')}, check ${totals.check.join('/')} yes`)
console.log(`${seconds} s`)
process.exit(complaints.length === 0 ? 0 : 1)
