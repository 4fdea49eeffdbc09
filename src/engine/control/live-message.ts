import type { LiveBatch, LiveEvent } from '../../events/live-event.js'

/** Reads a batch of events that came over the wire; undefined for what is none. What is no event is left out. */
export function decodeBatch(text: string): LiveBatch | undefined {
  try {
    const { events, dropped } = JSON.parse(text) as { events?: unknown; dropped?: unknown }
    if (!Array.isArray(events)) return undefined
    return { events: events.filter(isLiveEvent), dropped: typeof dropped === 'number' ? dropped : 0 }
  } catch {
    return undefined
  }
}

const TEXTS = ['id', 'task', 'queue', 'reason'] as const
const NUMBERS = ['attempt', 'runMs', 'delayMs'] as const

function isLiveEvent(value: unknown): value is LiveEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Record<string, unknown>
  return (
    typeof event.at === 'number' &&
    typeof event.worker === 'string' &&
    typeof event.name === 'string' &&
    TEXTS.every((key) => event[key] === undefined || typeof event[key] === 'string') &&
    NUMBERS.every((key) => event[key] === undefined || typeof event[key] === 'number') &&
    (event.failure === undefined || isFailure(event.failure))
  )
}

function isFailure(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, message, code } = value as Record<string, unknown>
  return typeof name === 'string' && typeof message === 'string' && (code === undefined || typeof code === 'string')
}
