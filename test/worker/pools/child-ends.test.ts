import { describe, expect, test } from 'vitest'
import { brokerOfFile } from '../../support/broker.js'
import { poolApp } from './pool-app.js'
import * as tasks from './project/tasks.js'

const broker = brokerOfFile()

describe.each(['process', 'thread'] as const)('a pool of kind %s', (pool) => {
  test("gives a job with acks: 'early' back that its child never began", async () => {
    const { worker, events } = await poolApp(broker, { pool }).start()
    await tasks.place.applyAsync([], { acks: 'early' })
    await events.waitFor('job.started')
    const stopped = worker.stop()
    void worker.stop()
    await stopped
    expect(events.of('job.given-back')).toHaveLength(1)
    expect(events.of('job.dead-lettered')).toEqual([])
  })
})
