import { expect, test } from 'vitest'
import { noRedis } from '../support/broker.js'
import { startReplicated } from '../support/topologies.js'
import { CliProject, TASKS } from './cli-project.js'

const REPLICA = 'broker: this is a replica: it takes no jobs → point broker to the master'

test.skipIf(noRedis !== undefined)(
  'a worker and Beat on a replica say so, and begin once it is the master',
  {
    timeout: 60_000,
  },
  async () => {
    const { replica } = await startReplicated()
    const shop = new CliProject(`redis://127.0.0.1:${replica.options.port}`).write('src/tasks/a.ts', TASKS)
    const [worker, stopped, beat] = [shop.start(['worker']), shop.start(['worker']), shop.start(['beat'])]
    await Promise.all([worker, stopped, beat].map((program) => program.printed(REPLICA)))
    stopped.child.kill('SIGTERM')
    await stopped.printed('shutting down')
    await replica.replicaof('NO', 'ONE')
    await worker.printed('is ready', 30_000)
    await stopped.ended
    expect(stopped.output()).not.toContain('is ready')
  },
)

test.skipIf(noRedis !== undefined)(
  'a worker says where durability asks for more replicas than there are',
  {
    timeout: 60_000,
  },
  async () => {
    const { url } = await startReplicated()
    const config = 'export default { durability: { replicas: 3 } }'
    const shop = new CliProject(url).write('src/tasks/a.ts', TASKS).write('taskq.config.mjs', config)
    const { stderr, stdout } = await shop.run(['worker', '--burst'])
    expect(stdout + stderr).toContain('broker: 1 of 3 that durability asks for: enqueues will fail → start replicas')
  },
)
