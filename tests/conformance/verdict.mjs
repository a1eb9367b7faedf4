// The results of a run, compared with expected.json.

export const kindOf = test => test.kind ?? 'required'

/// Every test that applies to an intermediary cache, by id.
export function testsOf (suites) {
  const tests = new Map()
  for (const suite of suites) {
    for (const test of suite.tests) if (!test.browser_only) tests.set(test.id, test)
  }
  return tests
}

/// What the suite itself calls an outcome (its lib/display.mjs): `pass`, `fail`, or why a test that does not pass proves
/// nothing: what it depends on does not hold (`dependency`), or it never came to its question (`setup`, `retry`).
export function outcomeOf (tests, id, results) {
  const passes = other => outcomeOf(tests, other, results) === 'pass'
  if ((tests.get(id).depends_on ?? []).some(other => !passes(other))) return 'dependency'
  if (results[id] === true) return 'pass'
  if (results[id]?.[0] === 'Setup') return results[id][1] === 'retry' ? 'retry' : 'setup'
  return 'fail'
}

/// One line for each difference from expected.json, and the totals.
export function judge (tests, results, expected) {
  const complaints = []
  const totals = { required: [0, 0], optimal: [0, 0], check: [0, 0] }
  for (const [id, test] of tests) {
    const kind = kindOf(test)
    const passed = results[id] === true
    ++totals[kind][1]
    if (passed) ++totals[kind][0]
    const said = passed ? '' : `: ${results[id]?.[1] ?? 'not run'}`
    if (kind === 'check') {
      const answer = passed ? 'yes' : 'no'
      const known = expected.checks[id]?.answer
      if (known !== answer) complaints.push(`${id} (check) is now ${answer}, was ${known}${said}`)
    } else if (passed && id in expected.failures) {
      complaints.push(`${id} (${kind}) passes, though expected to fail`)
    } else if (!passed && !(id in expected.failures)) {
      complaints.push(`${id} (${kind}) fails${said}`)
    }
  }
  return { complaints, totals }
}

/// What is wrong with expected.json itself: names of no test, failures without a reason, required ones without
/// the words of an RFC that permit them.
export function faultsOf (tests, expected) {
  const faults = []
  for (const [id, entry] of Object.entries(expected.failures)) {
    const test = tests.get(id)
    if (!test) faults.push(`${id} names no test`)
    else if (!entry.reason) faults.push(`${id} is expected to fail for no reason`)
    else if (kindOf(test) === 'required' && !entry.rfc) faults.push(`${id} is required, and no RFC is quoted`)
  }
  for (const [id, entry] of Object.entries(expected.checks)) {
    if (!tests.has(id)) faults.push(`${id} names no test`)
    else if (!entry.why) faults.push(`${id} is answered without saying why`)
  }
  return faults
}
