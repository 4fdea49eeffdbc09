import { partId } from '../../task/names.js'
import type { BrokerLink } from '../connection/broker-link.js'
import type { Connection } from '../connection/connection.js'
import { settlePipeline } from '../connection/run-pipeline.js'
import type { Keys } from '../keys.js'
import { closeEnded } from './close-ended.js'
import { runMend } from './mend-script.js'
import { parseMove } from './move-reply.js'
import type { OpenPart, WorkflowMove } from './workflow-record.js'

/** Jobs that are looked at in one pipeline. */
const PARTS_AT_ONCE = 500

/** A workflow whose open parts are looked at. */
interface MendedWorkflow {
  readonly id: string
  openParts(id: string, from?: number): Promise<{ readonly parts: readonly OpenPart[]; readonly next?: number }>
}

/**
 * Looks for parts that were added and whose end their workflow does not know of: their jobs were removed, lost with a
 * broker's memory, or ended by a worker that knew nothing of workflows. Where nothing is open, it is closed.
 *
 * @returns what the ends of these let begin
 */
export async function mendParts(link: BrokerLink, keys: Keys, workflow: MendedWorkflow): Promise<WorkflowMove[]> {
  const moves: WorkflowMove[] = []
  let open = 0
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: Awaited<ReturnType<MendedWorkflow['openParts']>> = await workflow.openParts(workflow.id, from)
    for (let at = 0; at < page.parts.length; at += PARTS_AT_ONCE) {
      const parts = page.parts.slice(at, at + PARTS_AT_ONCE)
      moves.push(...(await link.read((redis) => mendSome(redis, keys, workflow.id, parts))))
    }
    open += page.parts.length
    from = page.next
  }
  if (open === 0) await link.read((redis) => closeEnded(redis, keys, workflow.id))
  return moves
}

async function mendSome(
  redis: Connection,
  keys: Keys,
  workflow: string,
  parts: readonly OpenPart[],
): Promise<WorkflowMove[]> {
  const doubtful = await doubtfulOf(redis, keys, workflow, parts)
  if (doubtful.length === 0) return []
  const moves: WorkflowMove[] = []
  for (const id of doubtful) {
    const move = parseMove(await runMend(redis, keys, workflow, id))
    if (move !== undefined) moves.push(move)
  }
  return moves
}

/** Those that are not where they were put, or have ended. The script looks again. */
async function doubtfulOf(redis: Connection, keys: Keys, workflow: string, parts: readonly OpenPart[]) {
  const added = parts.flatMap(({ index, lane }) => (lane === undefined ? [] : [{ id: partId(workflow, index), lane }]))
  const pipeline = redis.pipeline()
  for (const { id, lane } of added) pipeline.hmget(keys.job(lane, id), 'name', 'finishedOn')
  const replies = await settlePipeline(pipeline)
  return added.flatMap(({ id }, index) => {
    const reply = replies[index]
    const [name, finishedOn] = Array.isArray(reply) ? reply : []
    return typeof name === 'string' && finishedOn === null ? [] : [id]
  })
}
