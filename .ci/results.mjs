// Reads what vitest wrote of its runs.
//
//   node .ci/results.mjs failed FILE         the test files that failed, one a line
//   node .ci/results.mjs summary FILE...     what failed, what passed when it was run again, and the counts
//
// The second run of FILE is FILE.again, where there was one: it stands for the files that it ran.
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [command, ...files] = process.argv.slice(2)
const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
const failedIn = ({ testResults }) => testResults.filter(({ status }) => status === 'failed')

if (command === 'failed') for (const { name } of failedIn(read(files[0]))) console.log(relative(process.cwd(), name))
else process.exitCode = summarize(files)

function summarize(results) {
  const counts = { passed: 0, failed: 0, skipped: 0, again: 0 }
  for (const file of results) add(counts, read(file), existsSync(`${file}.again`) ? read(`${file}.again`) : undefined)
  const { passed, failed, skipped, again } = counts
  if (skipped > 0) console.log(`${skipped} skipped: the reasons stand above`)
  if (again > 0) console.log(`${again} passed only when run again alone: named above, and to be looked at`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

function add(counts, first, second) {
  const latest = new Map(second?.testResults.map((result) => [result.name, result]))
  for (const one of first.testResults) {
    const result = latest.get(one.name) ?? one
    for (const test of failuresOf(one)) {
      const isMended = !failuresOf(result).some(({ fullName }) => fullName === test.fullName)
      if (isMended) counts.again++
      console.log(`${isMended ? 'AGAIN' : 'FAILED'} ${relative(process.cwd(), one.name)} > ${test.fullName}\n  ${test.why}`)
    }
    counts.failed += failuresOf(result).length
    for (const { status } of result.assertionResults) {
      if (status === 'passed') counts.passed++
      else if (status !== 'failed') counts.skipped++
    }
  }
  // A run that failed without a failed test: an error outside of them.
  if (!first.success && failedIn(first).length === 0) counts.failed++
}

// A file that could not be loaded has no tests, and failed all the same.
function failuresOf({ status, assertionResults, message }) {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [{ fullName: 'the file', why: firstLine(message) }]
  return failed.map(({ fullName, failureMessages }) => ({ fullName, why: firstLine(failureMessages[0]) }))
}

function firstLine(text = '') {
  return text.split('\n', 1)[0].slice(0, 300)
}
