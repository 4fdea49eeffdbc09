import { expect, test } from 'vitest'
import { keyLine } from '../../src/discovery/key-line.js'

const TEXT = `import { defineConfig } from 'taskq/config'
const queues = { mails: {} }
export default defineConfig({
  queues: {
    'e-mails': { concurrency: 5 },
    reports: {
      concurrency: 'many',
    },
  },
  worker: { concurrency: 'ten' },
  log,
})
`

test.each([
  ['worker.concurrency', 10],
  ['worker', 10],
  ['queues.reports.concurrency', 7],
  ['queues.e-mails.concurrency', 5],
  ['log', 11],
  // Where the rest stands cannot be told.
  ['log.level', 11],
  ['prefix', undefined],
  ['', undefined],
])('%s stands on line %s', (key, line) => expect(keyLine(TEXT, key)).toBe(line))
