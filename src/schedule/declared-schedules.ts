import type { Problem } from '../errors/problems.js'
import { isTaskqError } from '../errors/taskq-error.js'
import { taskNameOf } from '../task/metadata.js'
import { checkScheduleEntry, type EntryDefaults } from './check-entry.js'
import { type Declaration, listDeclarations } from './declarations.js'
import { showName, showWritten } from './entry-fields.js'
import { copyPlain, isPlainRecord } from './plain-data.js'
import type { ScheduleEntry } from './schedule-entry.js'

/** An entry that a decorator declares. */
export interface DeclaredEntry {
  readonly entry: ScheduleEntry
  /** `file:line`, where that could be told. */
  readonly place: string | undefined
}

/** What the declarations of this process come to. */
export interface DeclaredSchedules {
  /** Those that are right in themselves, though the name of one may be taken. */
  readonly entries: readonly DeclaredEntry[]
  /** Everything that is wrong with any. */
  readonly problems: readonly Problem[]
}

/**
 * Makes entries of all declarations of this process, and says what is wrong with those that cannot be. Of a module that
 * was loaded anew, the later declarations hold.
 *
 * @param configured the entries of the configuration: a declaration cannot have the name of one
 */
export function declaredSchedules(
  defaults: EntryDefaults,
  configured: readonly ScheduleEntry[] = [],
): DeclaredSchedules {
  const entries: DeclaredEntry[] = []
  const problems: Problem[] = []
  const holders = new Map(configured.map(({ name }) => [name, 'in the configuration']))
  for (const declaration of withoutReplaced(listDeclarations().map(readDeclaration))) {
    const found: Problem[] = []
    const entry = checkDeclaration(declaration, defaults, found)
    if (entry !== undefined && found.length === 0) entries.push({ entry, place: declaration.source })
    const holder = holders.get(declaration.name)
    if (holder !== undefined) found.push(nameTaken(declaration, holder))
    holders.set(declaration.name, `at ${declaration.source ?? 'an unknown place'}`)
    problems.push(...found.map((problem) => ({ ...problem, key: keyAt(problem.key, declaration.source) })))
  }
  return { entries, problems }
}

interface ReadDeclaration extends Declaration {
  /** Undefined for a class without `@Task`. */
  readonly task: string | undefined
  /** The entry's. */
  readonly name: string
}

function readDeclaration(declaration: Declaration): ReadDeclaration {
  const task = taskOf(declaration.target)
  const rules = copyPlain(declaration.rules)
  const name = isPlainRecord(rules) ? rules.name : undefined
  return { ...declaration, rules, task, name: (name ?? task ?? classNameOf(declaration)) as string }
}

function taskOf(target: object): string | undefined {
  try {
    return taskNameOf(target)
  } catch (error) {
    if (isTaskqError(error, 'TASKQ_TASK_NOT_REGISTERED')) return undefined
    throw error
  }
}

const classNameOf = ({ target }: Declaration): string => (target as { name?: string }).name || 'a class'

/** Where the same line declares an entry of the same name on another class, it is the same module, loaded anew. */
function withoutReplaced(all: readonly ReadDeclaration[]): readonly ReadDeclaration[] {
  const keyOf = ({ source, name }: ReadDeclaration) => `${source} ${String(name)}`
  const latest = new Map(all.map((declaration) => [keyOf(declaration), declaration.target]))
  return all.filter((one) => one.source === undefined || latest.get(keyOf(one)) === one.target)
}

function checkDeclaration(
  declaration: ReadDeclaration,
  defaults: EntryDefaults,
  problems: Problem[],
): ScheduleEntry | undefined {
  const { decorator, name, task, times, rules = {} } = declaration
  const className = classNameOf(declaration)
  if (task === undefined) {
    problems.push({ key: keyOf(name), expected: `@Task beside ${decorator} on ${className}`, got: 'none' })
  }
  if (!isPlainRecord(rules)) {
    problems.push({ key: keyOf(name), expected: "rules such as { tz: 'Europe/Berlin' }", got: showWritten(rules) })
    return undefined
  }
  const { name: _ofEntry, ...rest } = rules
  const checked = checkScheduleEntry(name, { ...rest, task: task ?? className, ...times }, defaults, PATH)
  if ('entry' in checked) return checked.entry
  problems.push(...checked.problems)
  return undefined
}

const PATH = 'schedule'
const keyOf = (name: string): string => `${PATH}.${showName(name)}`

const nameTaken = ({ name }: ReadDeclaration, holder: string): Problem => ({
  key: keyOf(name),
  expected: "a name that no other entry has (give one: { name: '…' })",
  got: `the name of the entry ${holder}`,
})

/** A key in a message, with the place of the declaration that it belongs to. */
export const keyAt = (key: string, place: string | undefined): string =>
  place === undefined ? key : `${key} (${place})`
