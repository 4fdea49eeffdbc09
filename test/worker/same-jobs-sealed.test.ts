import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createViewer } from '../../src/codec/viewer.js'
import { readJobDetail } from '../../src/control/jobs-detail.js'
import { defineTask } from '../../src/task/define-task.js'
import { brokerOfFile } from '../support/broker.js'
import { testApp } from '../support/test-app.js'

const broker = brokerOfFile()

const key = () => ({ id: 'k1', key: randomBytes(32).toString('base64') })

test.each(['debounce', 'keepLatest'] as const)(
  "the latest call's arguments can be read where payloads are encrypted and signed (%s)",
  async (rule) => {
    const options = rule === 'debounce' ? { debounce: 200 } : { keepLatest: true }
    const task = defineTask({ name: 'sealed', ...options }, (_, n: number) => n)
    const config = { codec: { encrypt: { keys: [key()] }, sign: { keys: [key()] } } }
    const app = testApp(broker, { tasks: [task], config })
    const first = await task.delay(1)
    expect(await task.delay(2)).toMatchObject({ id: first.id, deduplicated: true })
    const detail = await readJobDetail(app.engine, first.id, createViewer(app.config))
    expect(detail).toMatchObject({ args: '[2]', sameAs: 'sealed:*' })
    await app.worker()
    expect(await first.get()).toBe(2)
  },
)
