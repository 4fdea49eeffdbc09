import type { WorkflowMove } from './workflow-record.js'

/** What a script answers of nodes that are to be made jobs; anything else where there is nothing to do. */
export type MoveReply = readonly [string, string, string, number, readonly string[], readonly string[]] | null | number

/** Reads it. */
export function parseMove(_reply: unknown): WorkflowMove | undefined {
  throw new Error('not there yet')
}
