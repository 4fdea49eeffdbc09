import { createRouter } from '../../config/create-router.js'
import { didYouMean } from '../../errors/nearest.js'
import { keyAt } from '../../schedule/declared-schedules.js'
import { isLimited } from '../../task/options/limit-options.js'
import { lostPriority } from './check-queues.js'
import type { CheckedProject } from './checked-project.js'
import { errorAt, type Finding, warningAt } from './finding.js'

/** Schedule entries that cannot work, or not as they are meant. What is wrong with one by itself is known before. */
export function checkSchedules({ config, names, tasks, schedules }: CheckedProject): Finding[] {
  const router = createRouter(config)
  return schedules.entries.flatMap(({ entry: { name, task, options }, place }) => {
    const where = keyAt(`schedule.${name}`, place)
    const definition = tasks.find((known) => known.name === task)
    if (definition === undefined && names.includes(task)) return []
    if (definition === undefined) {
      const fix = 'Correct its task, or see that a worker of another project has it.'
      return [warningAt(where, `no task of this project is named ${task}${didYouMean(task, names)}`, fix)]
    }
    const home = definition.queue ?? router.home(task).queue
    const { queue = home, priority } = options
    const isLost = priority !== undefined && config.queues[queue]?.priorities !== true
    return [
      ...(isLost ? [lostPriority(where, queue, priority)] : []),
      ...(isLimited(definition) && queue !== home ? [limitedElsewhere(where, task, home, queue)] : []),
    ]
  })
}

const limitedElsewhere = (where: string, task: string, home: string, queue: string): Finding =>
  errorAt(
    where,
    `${task} has limits, which hold in the queue ${home} alone, and is called into ${queue}`,
    'Leave queue out, or move the task there with its queue option or a route.',
  )
