import type { ChainableCommander } from 'ioredis'
import type { WorkflowPart } from '../../task/names.js'
import type { Connection } from '../connection/connection.js'
import type { Keys } from '../keys.js'
import { type LedgerCommands, ledgerCommands } from './ledger-commands.js'

/** A part that is a job now, and where that was put. */
export interface AddedPart {
  readonly part: WorkflowPart
  readonly lane: string
}

/** Teaches the connection what {@link ackParts} takes; before the pipeline is made. */
export function learnAck(connection: Connection): void {
  ledgerCommands(connection)
}

/**
 * Notes in their workflows that these jobs are there: one command for all. Behind the commands that add them: it looks
 * whether each is there.
 */
export function ackParts(pipeline: ChainableCommander, keys: Keys, parts: readonly AddedPart[]): void {
  const acks = new Map<string, (string | number)[]>()
  for (const { part, lane } of parts) {
    const ack = acks.get(part.workflow) ?? []
    ack.push(part.node, lane)
    acks.set(part.workflow, ack)
  }
  const [first] = acks.keys()
  if (first === undefined) return
  const told = [...acks].flatMap(([workflow, ack]) => [workflow, ack.length / 2, ...ack])
  const commands = pipeline as unknown as LedgerCommands
  void commands.taskqWorkflowAck(keys.workflow(first), keys.prefix, ...told)
}
