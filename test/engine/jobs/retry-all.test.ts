import { expect, test } from 'vitest'
import { BrokerLink } from '../../../src/engine/connection/broker-link.js'
import { retryAll } from '../../../src/engine/jobs/retry-all.js'
import { brokerOfFile } from '../../support/broker.js'
import { type TestApp, testApp } from '../../support/test-app.js'

const broker = brokerOfFile()

/** Dead letters of the engine's making, as far as a walk reads them. */
async function bury(app: TestApp, ids: readonly string[], endedAt: number): Promise<void> {
  const pipeline = app.redis.pipeline()
  for (const [index, id] of ids.entries()) {
    pipeline.hset(app.keys.job('default', id), { name: 'send', timestamp: 1, data: '{"v":1,"args":[]}' })
    pipeline.zadd(app.keys.lane('default', 'failed'), endedAt + index, id)
  }
  await pipeline.sadd(app.keys.lanes, 'default').exec()
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`)

/** A link over which more jobs have failed whenever something is read. */
class BusyLink extends BrokerLink {
  beforeRead = async () => {}

  override async read<T>(work: Parameters<typeof BrokerLink.prototype.read<T>>[0]): Promise<T> {
    await this.beforeRead()
    return super.read(work)
  }
}

test('ends, though more fail all the time before the newest that there was', async () => {
  const app = testApp(broker)
  await bury(app, named('first', 300), 1_000_000)
  // By the clock of a worker that is an hour ahead.
  await bury(app, ['ahead'], 9_000_000)
  const link = new BusyLink(app.broker, 5000)
  app.onClose(() => link.close())
  let batches = 0
  link.beforeRead = () =>
    batches++ < 40 ? bury(app, named(`more${batches}-`, 250), 1_000_000 + batches * 1000) : Promise.resolve()
  const { jobEdits, jobs, workflows } = app.engine
  const tools = { link, keys: app.keys, jobEdits, jobs, workflows }
  const { searched } = await retryAll(tools, { place: 'dead', task: 'other' }, () => '', {})
  expect(searched).toBeGreaterThanOrEqual(301)
  expect(searched).toBeLessThanOrEqual(2 * (301 + 2 * 250))
  expect(batches).toBeLessThan(40)
})
