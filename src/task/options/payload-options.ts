import type { Duration } from '../../time/duration.js'
import { isStandardSchema, type StandardSchema } from '../schema.js'
import type { OptionReader } from './option-reader.js'

/** How a task's arguments and result travel. Each is off unless the config's `codec` switches it on. */
export interface TaskCodecOptions {
  /** Also `Date`, `BigInt`, `Map`, `Set`, `Buffer`, `Uint8Array` and `URL` travel. Default: `codec.types`. */
  readonly types?: boolean
  /** Compress what is large. Default: `codec.compress`. */
  readonly compress?: boolean
  /** Encrypt; needs keys in the config. Default: where the config has `codec.encrypt`. */
  readonly encrypt?: boolean
}

/** Maps the arguments of an older version to those of the next one. */
export type Migration = (args: readonly unknown[]) => readonly unknown[]

/** What a task's jobs carry, and what is kept of them. */
export interface PayloadOptions {
  /** Drop the job when it has succeeded: no result, no trace, less memory. Default false. */
  readonly ignoreResult?: boolean
  /** How long a result is kept. Default: `results.ttl` in the config, 24 h. */
  readonly resultTtl?: Duration
  /**
   * Checks a job's arguments, given as one array: when it is enqueued by a process that has the task's code, and again
   * before each run, where a job that does not pass is dead at once. A Standard Schema of any library (zod 4, valibot,
   * arktype), synchronous or not. Default: arguments are not checked.
   *
   * The schema **only checks**. `run` gets the arguments as they were sent: what the schema would make of them (its
   * transforms, defaults, stripped keys) is not used. So a job has the same arguments everywhere, and is not changed by
   * a schema that came after it.
   *
   * @example
   * @Task({ schema: z.tuple([z.email(), z.number().int()]) })
   * class SendMail extends BaseTask {
   *   async run(to: string, copies: number) { … }
   * }
   */
  readonly schema?: StandardSchema
  /**
   * The version of the task's arguments: raise it when they change. Jobs carry the version that they were enqueued
   * with. A job of a later version than the worker's waits for a worker that has it. Default 1.
   */
  readonly version?: number
  /**
   * How jobs of older versions are brought up to date before they run: `migrate: { 1: ([id]) => [{ id }] }` makes
   * arguments of version 2 of those of version 1. One for each version below `version` that jobs may still have; a job
   * for which one is missing is dead.
   */
  readonly migrate?: Readonly<Record<number, Migration>>
  /** How arguments and results travel, where it is not as the config says. */
  readonly codec?: TaskCodecOptions
}

/** {@link PayloadOptions}, checked. */
export interface ResolvedPayloadOptions {
  readonly ignoreResult: boolean
  readonly resultTtlMs: number | undefined
  readonly schema: StandardSchema | undefined
  readonly version: number
  readonly migrate: Readonly<Record<number, Migration>>
  readonly codec: TaskCodecOptions
}

export const PAYLOAD_KEYS = [
  'ignoreResult',
  'resultTtl',
  'schema',
  'version',
  'migrate',
  'codec',
] as const satisfies readonly (keyof PayloadOptions)[]

const CODEC_KEYS = ['types', 'compress', 'encrypt'] as const satisfies readonly (keyof TaskCodecOptions)[]
const MAX_VERSION = 1_000_000

export function readPayloadOptions(reader: OptionReader): ResolvedPayloadOptions {
  const version = reader.wholeNumber('version', 1, MAX_VERSION) ?? 1
  return {
    ignoreResult: reader.flag('ignoreResult') ?? false,
    resultTtlMs: reader.duration('resultTtl'),
    schema: reader.read('schema', 'a Standard Schema v1 (as zod 4, valibot and arktype make)', isStandardSchema),
    version,
    migrate: readMigrations(reader, version),
    codec: readCodec(reader),
  }
}

function readMigrations(reader: OptionReader, version: number): Readonly<Record<number, Migration>> {
  const given = reader.value('migrate')
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) {
    reader.refuse('migrate', 'an object such as { 1: (args) => [...] }')
    return {}
  }
  const inner = reader.inside('migrate', given)
  for (const [from, migration] of Object.entries(given)) {
    if (!/^[1-9]\d{0,5}$/.test(from) || Number(from) >= version)
      inner.refuse(from, `a version below version, which is ${version}`, from)
    else if (typeof migration !== 'function') inner.refuse(from, 'a function of the arguments')
  }
  return Object.freeze({ ...given }) as Readonly<Record<number, Migration>>
}

function readCodec(reader: OptionReader): TaskCodecOptions {
  const given = reader.value('codec')
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null) {
    reader.refuse('codec', 'an object such as { types: true }')
    return {}
  }
  const inner = reader.inside('codec', given)
  inner.refuseUnknown(CODEC_KEYS)
  const flags = CODEC_KEYS.map((key) => [key, inner.flag(key)] as const).filter(([, flag]) => flag !== undefined)
  return Object.freeze(Object.fromEntries(flags))
}
