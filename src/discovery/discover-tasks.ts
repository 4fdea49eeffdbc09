import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isTaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'
import { listTasks } from '../task/registry.js'
import type { DiscoveryFailure } from './discovery-failure.js'
import { findTaskFiles } from './find-task-files.js'
import { explainImport } from './import-failure.js'
import { importModule } from './import-module.js'
import { exists } from './project-root.js'

/** A task and the file that defines it. */
export interface DiscoveredTask {
  readonly definition: TaskDefinition
  /** Absolute. Where that cannot be told, the file whose import brought it. */
  readonly file: string
}

/** What discovery found. */
export interface Discovery {
  /** By name. */
  readonly tasks: readonly DiscoveredTask[]
  /** The files that matched, absolute and sorted, whether they could be imported or not. */
  readonly files: readonly string[]
  readonly failures: readonly DiscoveryFailure[]
}

/** Where to look. */
export interface DiscoveryOptions {
  /** The project's folder. */
  readonly root: string
  /** Globs from the root; undefined for the usual places. */
  readonly patterns?: readonly string[] | undefined
  /** How long the top-level await of one file may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/**
 * Imports every task file of a project, one after the other, and says which tasks they define. A file that
 * fails does not stop the others. Finding nothing is no failure.
 */
export async function discoverTasks(options: DiscoveryOptions): Promise<Discovery> {
  const root = realpathSync(options.root)
  const { files, failures } = await findTaskFiles(root, options.patterns)
  const imports: DiscoveryFailure[] = []
  const owners = new Map<string, string>()
  for (const file of files) {
    const before = new Set(listTasks())
    const failure = await importTaskFile(file, root, options.timeoutMs ?? 10_000)
    if (failure !== undefined) imports.push(failure)
    noteOwners(owners, before, file)
  }
  const tasks = listTasks().flatMap((definition) => {
    const file = owners.get(definition.name)
    return file === undefined ? [] : [{ definition, file }]
  })
  return { tasks, files, failures: [...failures, ...imports] }
}

function noteOwners(owners: Map<string, string>, before: ReadonlySet<TaskDefinition>, file: string): void {
  for (const definition of listTasks()) {
    const source = sourceFile(definition)
    if (!before.has(definition)) owners.set(definition.name, source ?? file)
    // Imported earlier in this process: its file does not run again.
    else if (source === file) owners.set(definition.name, file)
  }
}

async function importTaskFile(file: string, root: string, timeoutMs: number): Promise<DiscoveryFailure | undefined> {
  try {
    await importModule(file, { root, timeoutMs })
    return undefined
  } catch (error) {
    const failure = await explainImport(error, file, root)
    const by = failure.file === file ? '' : ` (imported by ${relative(root, file)})`
    return {
      file: failure.file,
      ...(failure.line !== undefined && { line: failure.line }),
      code: isTaskqError(error) ? error.code : 'TASKQ_DISCOVERY_FAILED',
      message: failure.message + by,
      ...(failure.hint !== undefined && { hint: failure.hint }),
      cause: failure.cause,
    }
  }
}

/** `…/emails.ts:12` → `…/emails.ts`, where there is such a file. */
function sourceFile({ source }: TaskDefinition): string | undefined {
  const path = source?.replace(/:\d+$/, '')
  if (path === undefined) return undefined
  if (exists(path)) return path
  // Node names ES modules by their URL, in which a space is %20.
  const decoded = path.includes('%') ? fileURLToPath(`file://${path}`) : path
  return exists(decoded) ? decoded : undefined
}
