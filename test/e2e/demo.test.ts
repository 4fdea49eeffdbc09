import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { type ProgramRun, runProgram, userEnv } from '../support/run-program.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const broker = brokerOfFile()

/** Runs the demo as `npm run demo` does, on keys of the test's own. */
const demo = (prefix: string, env: NodeJS.ProcessEnv) =>
  runProgram(process.execPath, ['examples/newsletter/main.ts'], {
    cwd: ROOT,
    env: userEnv({ TASKQ_PREFIX: prefix, ...env }),
  })

/** The numbers of the table that it prints. */
function tableOf({ stdout }: ProgramRun): Record<string, string> {
  return Object.fromEntries([...stdout.matchAll(/^ {2}([a-z/]+) +(.+)$/gm)].map(([, name, value]) => [name, value]))
}

const RIGHT = { rows: '1000', accepted: '993', delivered: '993', retried: '51', rejected: '7', failed: '0' }

describe('the newsletter demo', { timeout: 70_000 }, () => {
  test('delivers or rejects every row, once, and tells which rows were bad', async () => {
    const run = await demo('demo-right', { REDIS_URL: broker.url })
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 })
    expect(tableOf(run)).toMatchObject({ ...RIGHT, duplicates: '0' })
    expect(run.stdout).toMatch(/^\d+ of 1000 rows sent · \d+ put off · \d+\/s$/m)
    expect(run.stdout.slice(run.stdout.indexOf('Rejected rows'))).toBe(REJECTED)
  })

  test('runs on the broker that it starts by itself', async () => {
    const run = await demo('demo-embedded', { TASKQ_EMBEDDED_ENGINE: 'js' })
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0 })
    expect(tableOf(run)).toMatchObject({ ...RIGHT, broker: expect.stringContaining('embedded broker') })
  })

  test.concurrent.each([
    ['drop', { delivered: '992', duplicates: '0' }, 'Wrong: 992 delivered + 7 rejected is not 1000 rows'],
    ['duplicate', { delivered: '993', duplicates: '1' }, 'Wrong: 1 mail(s) came twice'],
  ])('exits with 1 when the mail server does %s a mail', async (DEMO_SABOTAGE, numbers, fault) => {
    const run = await demo(`demo-${DEMO_SABOTAGE}`, { REDIS_URL: broker.url, DEMO_SABOTAGE })
    expect(run.code, run.stdout + run.stderr).toBe(1)
    expect(run.stderr.trim()).toBe(fault)
    expect(tableOf(run)).toMatchObject({ ...RIGHT, ...numbers })
  })
})

const REJECTED = `Rejected rows
  line 58    "aicha.noel.example.net" is no e-mail address
  line 203   bohdan.shevchenko3@example.net has no name
  line 347   expected 3 columns, got 2
  line 471   expected 3 columns, got 4
  line 618   a quote is opened and not closed
  line 742   Theo.beranger@Example.org is already in line 13
  line 906   a control character in "Amara\\u000bSingh"
`
