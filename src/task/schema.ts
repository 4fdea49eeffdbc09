import { describeFailure } from '../errors/job-failure.js'
import { TaskqError } from '../errors/taskq-error.js'
import { stepTo } from '../errors/value-path.js'
import { sentArgs } from './sent-args.js'

/**
 * A schema of an array of arguments, of any library that keeps to Standard Schema v1 (https://standardschema.dev), such
 * as zod 4, valibot and arktype; as much of it as taskq uses.
 *
 * @typeParam Args the arguments that the schema lets pass
 */
export interface StandardSchema<Args extends readonly unknown[] = readonly unknown[]> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Args> | Promise<SchemaResult<Args>>
  }
}

type SchemaResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The arguments that a schema lets pass; `never`, which fits everything, where its type does not tell. */
export type SchemaArgs<S extends StandardSchema> =
  S extends StandardSchema<infer Args> ? (unknown[] extends Args ? never : [...Args]) : never

/** As much of a task as its arguments are checked by. */
export interface CheckedTask {
  readonly name: string
  readonly schema: StandardSchema | undefined
}

/** Whether a value is a {@link StandardSchema}. It may be a function, too: those of arktype are. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { '~standard': standard } = value as Partial<StandardSchema>
  return standard?.version === 1 && typeof standard.validate === 'function'
}

/**
 * Checks the arguments of a job by its task's schema. A promise only where the schema is asynchronous; where there is
 * none to wait for, it is undefined, or throws, at once.
 *
 * @throws TaskqError `TASKQ_PAYLOAD_INVALID`, naming all that is wrong; also where the schema itself throws
 */
export function checkArgs(task: CheckedTask, args: readonly unknown[]): Promise<void> | undefined {
  if (task.schema === undefined) return undefined
  const verdict = judge(task.schema, args)
  if (verdict instanceof Promise) return verdict.then((late) => refuse(task.name, late))
  refuse(task.name, verdict)
  return undefined
}

/**
 * What is wrong with arguments by a task's schema, each with its place, as in `args[0]: Invalid email address`; nothing
 * where the task has none. Never throws.
 */
export function argsProblems(
  task: CheckedTask,
  args: readonly unknown[],
): readonly string[] | Promise<readonly string[]> {
  if (task.schema === undefined) return []
  const verdict = judge(task.schema, args)
  return verdict instanceof Promise ? verdict.then(problemsIn) : problemsIn(verdict)
}

/** What a schema said of arguments: nothing where they fit. */
interface Verdict {
  readonly issues: readonly { readonly path: string; readonly message: string }[]
  /** What the schema threw, where it did. */
  readonly cause?: unknown
}

function judge(schema: StandardSchema, args: readonly unknown[]): Verdict | Promise<Verdict> {
  try {
    const result = schema['~standard'].validate(sentArgs(args))
    return 'then' in result ? Promise.resolve(result).then(verdictOf).catch(verdictOfThrown) : verdictOf(result)
  } catch (thrown) {
    return verdictOfThrown(thrown)
  }
}

function verdictOf(result: SchemaResult<unknown>): Verdict {
  const { issues } = result
  if (!issues && 'value' in result) return { issues: [] }
  if (!Array.isArray(issues) || issues.length === 0) return NO_REASON
  return { issues: Array.from(issues, ({ path = [], message }) => ({ path: pathOf(path), message: String(message) })) }
}

function verdictOfThrown(cause: unknown): Verdict {
  return { issues: [{ path: ROOT, message: `the schema failed: ${describeFailure(cause).message}` }], cause }
}

const ROOT = 'args'
const NO_REASON: Verdict = { issues: [{ path: ROOT, message: 'refused, and the schema does not say why' }] }

/** By Array.from: a library's list may be of an array class of its own, whose map makes another thing of it. */
const pathOf = (path: NonNullable<SchemaIssue['path']>): string =>
  ROOT + Array.from(path, (step) => stepTo(typeof step === 'object' ? step.key : step)).join('')

/** How many issues a message names: it may be one for each item of a long list. */
const MAX_NAMED = 20

function problemsIn({ issues }: Verdict): readonly string[] {
  const named = issues.slice(0, MAX_NAMED).map(({ path, message }) => `${path}: ${message}`)
  return issues.length > MAX_NAMED ? [...named, `and ${issues.length - MAX_NAMED} more`] : named
}

function refuse(task: string, verdict: Verdict): void {
  const { issues, cause } = verdict
  if (issues.length === 0) return
  throw new TaskqError('TASKQ_PAYLOAD_INVALID', `${task}: ${problemsIn(verdict).join('; ')}`, {
    hint: "Send what the task's schema lets pass.",
    data: { task, issues },
    cause,
  })
}
