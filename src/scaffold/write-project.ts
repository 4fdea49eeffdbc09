import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isTaskqError, TaskqError } from '../errors/taskq-error.js'
import { removeOnSignal } from './interruption.js'
import { placeFiles } from './place-files.js'
import type { ScaffoldPlan } from './scaffold-plan.js'

/** What was written. */
export interface WrittenProject {
  /** The project's folder, absolute. */
  readonly dir: string
  /** The paths of the files that are new or changed, in the project. */
  readonly files: readonly string[]
}

/**
 * Writes a plan: all files into a temporary folder beside the target, which are then moved to their place.
 * An interrupted or failed run leaves nothing in the target; a file that appeared meanwhile is never
 * overwritten.
 *
 * All writes are synchronous, so that a signal finds none of them half done.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_FAILED` when nothing was written
 */
export async function writeProject(plan: ScaffoldPlan): Promise<WrittenProject> {
  const staging = makeStaging(plan)
  const guard = removeOnSignal(staging)
  try {
    const folder = plan.kind === 'new' ? join(staging, relative(plan.base, plan.root)) : staging
    await writeFiles(plan, folder)
    if (plan.kind === 'new') placeFolder(plan, staging)
    else placeFiles(plan, staging)
  } catch (error) {
    throw writeError(plan, error)
  } finally {
    rmSync(staging, { recursive: true, force: true })
    guard.release()
  }
  const changed = plan.packageJson === undefined ? [] : ['package.json']
  return { dir: plan.root, files: [...changed, ...plan.files.map((file) => file.path)] }
}

/** Beside the target, so that a move is one step; elsewhere when that folder cannot be written to. */
function makeStaging(plan: ScaffoldPlan): string {
  const beside = plan.kind === 'new' ? plan.base : dirname(plan.root)
  try {
    return mkdtempSync(join(beside, '.taskq-init-'))
  } catch (error) {
    if (plan.kind === 'new') throw writeError(plan, error)
    return mkdtempSync(join(tmpdir(), 'taskq-init-'))
  }
}

async function writeFiles(plan: ScaffoldPlan, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const { path, contents } of plan.files) {
    await nextTurn()
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, contents, { flag: 'wx' })
  }
}

/** The whole new folder appears at once, with the folders above it that were missing. */
function placeFolder(plan: ScaffoldPlan, staging: string): void {
  const way = relative(plan.base, plan.root)
  const [first = way] = way.split(sep)
  renameSync(join(staging, first), join(plan.base, first))
}

function writeError(plan: ScaffoldPlan, cause: unknown): TaskqError {
  if (isTaskqError(cause)) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TaskqError('TASKQ_SCAFFOLD_FAILED', `nothing was written to ${plan.root}: ${reason}`, {
    hint: 'Correct this and run the command again.',
    cause,
  })
}
