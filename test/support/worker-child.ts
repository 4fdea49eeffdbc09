import { planWorker } from '../../dist/app/worker-request.js'
import { resolveConfig } from '../../dist/config/resolve-config.js'
import { Engine } from '../../dist/engine/engine.js'
import { defineTask } from '../../dist/task/define-task.js'
import { Worker } from '../../dist/worker/worker.js'

// A worker in a process of its own, to be killed. Argument: the configuration, as JSON. Prints its events as lines.
const config = resolveConfig({
  root: process.cwd(),
  file: { path: 'argument', value: JSON.parse(process.argv[2] ?? '{}') },
})
if (config.broker.kind !== 'redis') throw new Error('a broker is needed')
const hangs = defineTask({ name: 'hangs' }, () => new Promise(() => {}))
const kills = defineTask({ name: 'kills' }, () => process.kill(process.pid, 'SIGKILL'))
const holds = defineTask(
  { name: 'holds', maxConcurrency: 2, concurrencyKey: (key: string) => key },
  () => new Promise(() => {}),
)
const chokes = defineTask({ name: 'chokes' }, (_, ms: number) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
})
const engine = new Engine({ broker: config.broker, prefix: config.prefix, timeoutMs: config.enqueueTimeoutMs })
const request = {
  lockThread: new URL('../../dist/engine/locks/keep-locks.js', import.meta.url),
  onEvent: (event: object) => void process.stdout.write(`${JSON.stringify(event)}\n`),
  onLog: () => {},
}
const options = planWorker(
  config,
  [hangs, kills, holds, chokes].map(({ definition }) => definition),
  request,
  '0.0.0-test',
)
await new Worker(await engine.openWorkerSide(), options).start()
