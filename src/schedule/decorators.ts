import { TaskqError } from '../errors/taskq-error.js'
import { callerOf } from '../task/source.js'
import type { Duration } from '../time/duration.js'
import { type Declaration, noteDeclaration } from './declarations.js'
import type { ScheduleRules } from './schedule-options.js'

/** The rules of an entry that a decorator declares. */
export interface DeclaredRules<Args extends readonly unknown[] = readonly unknown[]>
  extends Omit<ScheduleRules, 'args'> {
  /** The entry's name. Default: the task's. A second entry of a task needs one. */
  readonly name?: string
  /** What `run` gets. Needed where `run` needs any. */
  readonly args?: Args
}

/** A class whose `run` takes these arguments. */
type ClassThatRuns<Args extends readonly unknown[]> = new () => { run: (...args: WritableList<Args>) => unknown }
/** What is written in place is inferred as readonly, which `run` need not ask for. */
type WritableList<T extends readonly unknown[]> = { -readonly [K in keyof T]: Writable<T[K]> }
type Writable<T> = T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T

/**
 * Runs a task by a crontab: five fields, or six with seconds first. Goes above or below `@Task`, as often as needed.
 *
 * A wrong pattern or rule is refused when Beat starts, with all others, naming the entry and this place: the line of the
 * decorator; of its class in TypeScript that taskq compiles itself.
 *
 * @throws TaskqError `TASKQ_TASK_INVALID` for what is no class
 *
 * @example
 * @Task()
 * @Cron('0 3 * * *', { tz: 'Europe/Berlin' })
 * @Cron('0 12 * * mon', { name: 'weekly-report', args: [{ full: true }] })
 * class DailyReport extends BaseTask {
 *   async run(options: { full: boolean } = { full: false }) { … }
 * }
 */
export function Cron<const Args extends readonly unknown[] = []>(pattern: string, rules?: DeclaredRules<Args>) {
  const source = callerOf(Cron)
  return (target: ClassThatRuns<Args>, context?: ClassDecoratorContext): void =>
    declare({ decorator: '@Cron', target, times: { cron: pattern }, rules, source }, context)
}

/**
 * Runs a task again and again, always the same time apart; otherwise as {@link Cron}.
 *
 * @throws TaskqError `TASKQ_TASK_INVALID` for what is no class
 *
 * @example
 * @Task()
 * @Every('10s', { overlap: 'skip' })
 * class PollMailbox extends BaseTask {
 *   async run() { … }
 * }
 */
export function Every<const Args extends readonly unknown[] = []>(interval: Duration, rules?: DeclaredRules<Args>) {
  const source = callerOf(Every)
  return (target: ClassThatRuns<Args>, context?: ClassDecoratorContext): void =>
    declare({ decorator: '@Every', target, times: { every: interval }, rules, source }, context)
}

/** A compiler that puts it on a method passes the method's name, or a context of another kind, beside the target. */
function declare(declaration: Declaration, context: ClassDecoratorContext | undefined): void {
  const { decorator, target } = declaration
  if (typeof target !== 'function' || (context !== undefined && context.kind !== 'class')) {
    throw new TaskqError('TASKQ_TASK_INVALID', `${decorator} was put on what is no class`, {
      hint: `Put ${decorator} on a class that has @Task.`,
    })
  }
  noteDeclaration(declaration)
}
