import type { ActiveJob, LaneConsumer } from '../../src/engine/consumer.js'
import type { TestApp } from './test-app.js'

/** Takes the next job of a lane and never gives a sign of life again, as a worker that was killed. */
export async function takeAndVanish(app: TestApp, lane: string, lockMs = 50): Promise<ActiveJob> {
  const consumer = await consumerOf(app, lane, lockMs)
  const { job } = await consumer.pull(`lost:${Math.random()}`)
  if (job === undefined) throw new Error(`${lane} has no job that may start`)
  return job
}

/** A consumer without a worker; closed with its app. */
export async function consumerOf(app: TestApp, lane: string, lockMs = 10_000): Promise<LaneConsumer> {
  const side = await app.side()
  const consumer = side.consumer(lane, { lockMs, stallCheckMs: 20 }, () => {})
  app.onClose(() => consumer.close())
  await consumer.open()
  return consumer
}
