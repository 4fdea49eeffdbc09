import { setTimeout } from 'node:timers/promises'
import { planWorker } from '../../dist/app/worker-request.js'
import { Client } from '../../dist/client/client.js'
import { resolveConfig } from '../../dist/config/resolve-config.js'
import { Engine } from '../../dist/engine/engine.js'
import { defineTask } from '../../dist/task/define-task.js'
import { bindEnqueuer } from '../../dist/task/enqueuer.js'
import { Worker } from '../../dist/worker/worker.js'

// A worker in a process of its own that runs parts of workflows, to be killed. Argument: the configuration, as JSON.
// Prints, a line each, the ids of jobs whose tasks have ended.
const config = resolveConfig({
  root: process.cwd(),
  file: { path: 'argument', value: JSON.parse(process.argv[2] ?? '{}') },
})
if (config.broker.kind !== 'redis') throw new Error('a broker is needed')
const ended = (id: string) => void process.stdout.write(`${id}\n`)
const step = defineTask({ name: 'step' }, async ({ request }, value: number) => {
  await setTimeout(5)
  ended(request.id)
  return value + 1
})
const sum = defineTask({ name: 'sum' }, ({ request }, all: readonly number[]) => {
  ended(request.id)
  return all.reduce((one, other) => one + other, 0)
})
const passOn = defineTask({ name: 'passOn' }, (context, value: number) => context.replace(step.s(value)))
const engine = new Engine({ broker: config.broker, prefix: config.prefix, timeoutMs: config.enqueueTimeoutMs })
const client = new Client(engine, config, () => {})
bindEnqueuer(() => client)
const tasks = [step, sum, passOn].map(({ definition }) => definition)
const options = planWorker(config, tasks, { onEvent: () => {}, onLog: () => {} }, '0.0.0-test')
const workflowDriver = async () => client.workflowDriver()
await new Worker(await engine.openWorkerSide(), { ...options, workflowDriver }).start()
process.stdout.write('ready\n')
