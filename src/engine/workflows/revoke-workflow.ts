import type { Revocation } from '../../task/async-result.js'
import { partId } from '../../task/names.js'
import type { Engine } from '../engine.js'
import type { RevokeRequest } from '../revokes/revokes.js'

/** So many parts are ended side by side. */
const PARTS_AT_ONCE = 50

/**
 * Ends a workflow before it is done: nothing of it starts from now on, what waits is ended, and what runs is told.
 *
 * @returns `told` where some of its jobs run
 */
export async function revokeWorkflow(
  { workflows, revokes }: Pick<Engine, 'workflows' | 'revokes'>,
  id: string,
  request: RevokeRequest,
): Promise<Revocation> {
  if (!(await workflows.revoke(id, request.reason))) {
    return (await workflows.summary(id)) === undefined ? 'unknown' : 'too-late'
  }
  let isTold = false
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { parts, next }: Awaited<ReturnType<typeof workflows.openParts>> = await workflows.openParts(id, from)
    for (let at = 0; at < parts.length; at += PARTS_AT_ONCE) {
      const ends = await Promise.all(
        parts.slice(at, at + PARTS_AT_ONCE).map(({ index, lane }) => revokes.end(partId(id, index), request, lane)),
      )
      isTold ||= ends.includes('told')
    }
    from = next
  }
  return isTold ? 'told' : 'removed'
}
