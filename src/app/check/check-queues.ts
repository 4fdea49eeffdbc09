import { createRouter } from '../../config/create-router.js'
import { nearest } from '../../errors/nearest.js'
import type { CheckedProject } from './checked-project.js'
import { type Finding, warningAt } from './finding.js'

/** Tasks whose queue looks like a slip of the pen, and priorities that count for nothing where they go. */
export function checkQueues({ config, tasks }: CheckedProject): Finding[] {
  const router = createRouter(config)
  const configured = [config.defaultQueue, ...Object.keys(config.queues)]
  return tasks.flatMap(({ name, queue: own, priority }) => {
    const routed = router.home(name)
    const queue = own ?? routed.queue
    const where = `task ${name}`
    const meant = configured.includes(queue) ? undefined : nearest(queue, configured)
    const wanted = priority ?? routed.priority
    const isLost = wanted !== undefined && config.queues[queue]?.priorities !== true
    return [
      ...(meant === undefined ? [] : [warningAt(where, `its queue ${queue} is nearly ${meant}, which the config has`)]),
      ...(isLost ? [lostPriority(where, queue, wanted)] : []),
    ]
  })
}

/** A priority that has no effect. */
export const lostPriority = (where: string, queue: string, priority: number): Finding =>
  warningAt(
    where,
    `the priority ${priority} has no effect in the queue ${queue}`,
    `Set queues.${queue}.priorities: true in the config, or leave the priority out.`,
  )
