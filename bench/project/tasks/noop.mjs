import { BaseTask, Task } from '../../../dist/index.js'

/**
 * What runs in the scenarios. `started`, set by whoever measures, hears of each run's first line, and when the job was
 * sent, or its slot was due, in µs.
 */
export const probe = { started: undefined, workMs: 0 }

class Noop extends BaseTask {
  async run() {}
}

class Timed extends BaseTask {
  async run({ sentAtUs }) {
    probe.started?.(sentAtUs)
  }
}

class Slot extends BaseTask {
  async run() {
    probe.started?.(this.request.schedule.slot.getTime() * 1000)
  }
}

class Slow extends BaseTask {
  async run() {
    await new Promise((resolve) => setTimeout(resolve, probe.workMs))
  }
}

/** Does nothing, in the queue `bench`, and the same in five queues. */
export const NoopTask = declare('bench.Noop', 'bench', Noop)
export const NOOP_TASKS = [0, 1, 2, 3, 4].map((n) => declare(`bench.Noop${n}`, `bench${n}`, class extends Noop {}))
export const TimedTask = declare('bench.Timed', 'timed', Timed)
export const SlotTask = declare('bench.Slot', 'slots', Slot)
export const SlowTask = declare('bench.Slow', 'slow', Slow)

function declare(name, queue, task) {
  Task({ name, queue })(task)
  return task
}
