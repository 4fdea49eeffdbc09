import { BaseTask, Task } from '../../../dist/index.js'

/** What hears of each run's first line; of an unlimited job, with the moment it was sent, in µs. */
export const probe = { limited: undefined, free: undefined }

class Limited extends BaseTask {
  async run() {
    probe.limited?.()
  }
}

class Free extends BaseTask {
  async run({ sentAtUs }) {
    probe.free?.(sentAtUs)
  }
}

/** Two tasks of one queue; one has a limit. */
export const LimitedTask = declare('bench.Limited', Limited, { rateLimit: '100/s' })
export const FreeTask = declare('bench.Free', Free, {})

function declare(name, task, options) {
  Task({ name, queue: 'limits', ...options })(task)
  return task
}
