import type { WorkerCommand, WorkerReply } from './worker-command.js'

/** The layout of what travels on the control channel. One of another layout is not heard: its sender gets no answer. */
const VERSION = 1

/** A message to workers, as it travels: JSON. */
interface ControlMessage {
  readonly v: number
  /** Names the stream for the answers; without it, none is expected. */
  readonly id?: string
  /** The ids of the workers that are meant; without it, all are. */
  readonly targets?: readonly string[]
  /** Until when it is worth carrying out, in milliseconds since 1970, by the broker's clock; without it, always. */
  readonly until?: number
  readonly command: WorkerCommand
}

/** A message as a worker sees it. */
export interface ReceivedMessage {
  /** Undefined where no answer is expected. */
  readonly id: string | undefined
  /** By the broker's clock; undefined where it is never too late. */
  readonly until: number | undefined
  /** Not checked yet: it came over the wire. */
  readonly command: Readonly<Record<string, unknown>> & { readonly name: string }
}

/** A message to these workers that is answered under this id. */
export const encodeCommand = (
  command: WorkerCommand,
  to: Required<Pick<ControlMessage, 'id' | 'targets'>> & { readonly until: number | undefined },
): string => JSON.stringify({ v: VERSION, ...to, command })

/** A message to all workers that nobody answers. */
export const encodeNotice = (command: WorkerCommand): string =>
  JSON.stringify({ v: VERSION, command } satisfies ControlMessage)

/** Ids become part of a key. */
const ID = /^[\w-]{1,64}$/

/** Reads a message. Undefined where it is not for this worker, or cannot be read: nobody could be answered. */
export function decodeMessage(text: string, workerId: string): ReceivedMessage | undefined {
  const { v, id, targets, until, command } = parseRecord(text)
  if (v !== VERSION) return undefined
  if (targets !== undefined && !(Array.isArray(targets) && targets.includes(workerId))) return undefined
  if (id !== undefined && !(typeof id === 'string' && ID.test(id))) return undefined
  if (until !== undefined && typeof until !== 'number') return undefined
  if (!isRecord(command) || typeof command.name !== 'string') return undefined
  return { id, until, command: { ...command, name: command.name } }
}

/** Reads an answer; undefined for one that is none. */
export function decodeReply(text: string): WorkerReply | undefined {
  const { id, worker, ok, text: words, data } = parseRecord(text)
  if (typeof id !== 'string' || typeof worker !== 'string' || typeof ok !== 'boolean' || typeof words !== 'string') {
    return undefined
  }
  return { id, worker, ok, text: words, ...(data !== undefined && { data }) }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function parseRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
