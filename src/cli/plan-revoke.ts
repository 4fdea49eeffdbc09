import { toRevokeRequest } from '../app/revoke-options.js'
import type { RevokeFilter } from '../control/revoke-jobs.js'
import type { RevokeRequest } from '../engine/revokes/revokes.js'
import { formatProblem, show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { durationFlag } from './call-flags.js'

/** The flags of `taskq revoke`, as they were given. */
interface RevokeFlags {
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly header?: string[] | undefined
  readonly reason?: string | undefined
  readonly terminate: boolean
  readonly grace?: string | undefined
  readonly list: boolean
}

/** What the command is to do. */
export type RevokePlan =
  | { readonly kind: 'list' }
  | { readonly kind: 'some'; readonly ids: readonly string[]; readonly request: RevokeRequest }
  | { readonly kind: 'many'; readonly filter: RevokeFilter; readonly request: RevokeRequest }

/** Reads arguments and flags. @throws TaskqError `TASKQ_USAGE` */
export function planRevoke(ids: readonly string[], flags: RevokeFlags): RevokePlan {
  const { task, queue, header = [], reason, terminate, grace = '5s', list } = flags
  const isFiltered = task !== undefined || queue !== undefined || header.length > 0
  const ways = [list, isFiltered, ids.length > 0].filter(Boolean).length
  if (ways === 0)
    throw new TaskqError(
      'TASKQ_USAGE',
      'nothing says which jobs are meant: expected ids, --task, --queue, --header or --list',
    )
  if (ways > 1) throw new TaskqError('TASKQ_USAGE', 'ids, --list and the flags that choose go one without the other')
  if (list) return { kind: 'list' }
  const graceMs = durationFlag('--grace', grace)
  const request = toRevokeRequest({ ...(reason !== undefined && { reason }), ...(terminate && { terminate: graceMs }) })
  if (!isFiltered) return { kind: 'some', ids, request }
  const filter = {
    ...(task !== undefined && { task }),
    ...(queue !== undefined && { queue }),
    ...(header.length > 0 && { headers: Object.fromEntries(header.map(readHeader)) }),
  }
  return { kind: 'many', filter, request }
}

function readHeader(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new TaskqError('TASKQ_USAGE', formatProblem({ key: '--header', expected: 'NAME=VALUE', got: show(text) }))
}
