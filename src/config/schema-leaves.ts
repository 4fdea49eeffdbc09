import { z } from 'zod'
import { isQueueName } from '../task/names.js'
import { DURATION_FORM, type Duration, formatDuration, parseDuration } from '../time/duration.js'
import { isZone, ZONE_FORM } from '../time/zone.js'
import { formatByteSize, parseByteSize } from './byte-size.js'

const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

const DAY_MS = 86_400_000
/** No timer of a process is longer than this. */
export const LONGEST_WAIT_MS = DAY_MS
/** Nothing is kept longer than this. */
export const LONGEST_TTL_MS = 3650 * DAY_MS

/** A value that is either right, or not what was expected. */
export const leaf = <T>(isRight: (value: unknown) => boolean, expected: string) =>
  z.custom<T>(isRight, { error: expected })

/** A whole number in a range. */
export const count = (min: number, max: number) =>
  leaf<number>(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `a whole number from ${min} to ${max}`,
  )

/** A duration in a range of milliseconds. */
export const duration = (minMs: number, maxMs: number) =>
  leaf<Duration>(
    (value) => {
      const ms = parseDuration(value)
      return ms !== undefined && ms >= minMs && ms <= maxMs
    },
    `${DURATION_FORM}; from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`,
  )

/** A size of memory in a range of bytes. */
export const byteSize = (min: number, max: number) =>
  leaf<string | number>(
    (value) => {
      const bytes = parseByteSize(value)
      return bytes !== undefined && bytes >= min && bytes <= max
    },
    `a size such as '200mb' or '1gb', or a number of bytes; from ${formatByteSize(min)} to ${formatByteSize(max)}`,
  )

/** One of these words. */
export const oneOf = <T extends string>(words: readonly T[]) =>
  leaf<T>((value) => words.includes(value as T), `one of ${words.join(', ')}`)

/** A text that is not empty. */
export const text = (what: string) => leaf<string>((value) => typeof value === 'string' && value !== '', what)

export const queueName = leaf<string>(isQueueName, 'a queue name (letters, digits, ".", "_", "-"; at most 100)')

export const prefix = leaf<string>(
  (value) => typeof value === 'string' && PREFIX.test(value),
  'a name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit)',
)

export const zone = leaf<string>(isZone, ZONE_FORM)

/** A list with at least one entry. */
export const list = <T extends z.ZodType>(entry: T, what: string) =>
  z.array(entry, { error: what }).min(1, { error: what })
