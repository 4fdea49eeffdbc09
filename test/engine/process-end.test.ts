import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { runProgram } from '../support/run-program.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()
const dist = new URL('../../dist/', import.meta.url).href

/** Runs a script that calls taskq and closes nothing; how long it lived after its last line, in milliseconds. */
async function lifeAfter(
  prefix: string,
  lines: string,
): Promise<{ printed: string; afterMs: number; code: number | null }> {
  const script = `
    import { configure, getResult, sendTask } from '${dist}index.js'
    configure({ broker: '${broker.url}', prefix: '${prefix}' })
    process.on('warning', () => {})
    ${lines}
    console.log(Date.now())`
  const args = ['--no-warnings', '--input-type=module', '-e', script]
  const { code, stdout, stderr } = await runProgram(process.execPath, args, { cwd: process.cwd(), timeoutMs: 15_000 })
  const endedAt = Date.now()
  const printed = stdout.trim().split('\n')
  expect(stderr).toBe('')
  return { printed: printed.slice(0, -1).join('\n'), afterMs: endedAt - Number(printed.at(-1)), code }
}

test('a process that enqueued ends by itself', async () => {
  const app = testApp(broker)
  const { printed, afterMs, code } = await lifeAfter(
    app.config.prefix,
    `const result = await sendTask('send', [1])
     console.log(result.id)`,
  )
  expect(code).toBe(0)
  expect(afterMs).toBeLessThan(2000)
  expect(await app.engine.jobs.find(printed)).toMatchObject({ task: 'send', data: '{"v":1,"args":[1]}' })
})

test('so does one that waited for a result', async () => {
  const app = testApp(broker)
  const waited = await lifeAfter(
    app.config.prefix,
    `const result = await sendTask('send', [1])
     await result.get({ timeout: 200 }).catch((error) => console.log(error.code))`,
  )
  expect(waited).toMatchObject({ printed: 'TASKQ_RESULT_TIMEOUT', code: 0 })
  expect(waited.afterMs).toBeLessThan(2000)
})
