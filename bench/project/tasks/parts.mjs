import { BaseTask, Task } from '../../../dist/index.js'

class Part extends BaseTask {
  async run(value) {
    return value
  }
}

class Count extends BaseTask {
  async run(values) {
    return values.length
  }
}

/** What workflows are made of: returns what it gets. */
export const PartTask = declare('bench.Part', Part)
/** A chord's body. */
export const CountTask = declare('bench.Count', Count)

function declare(name, task) {
  Task({ name, queue: 'bench' })(task)
  return task
}
