import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { TaskqError } from '../errors/taskq-error.js'
import type { ScaffoldPlan } from './scaffold-plan.js'

/** Removes what was made, the last first. */
type Undo = (() => void)[]

/**
 * Puts files from the staging folder into a folder that exists, each only where there is none. When one
 * fails, those before it are removed again. package.json comes last, and is replaced in one step.
 */
export function placeFiles(plan: ScaffoldPlan, staging: string): void {
  const undo: Undo = []
  try {
    for (const { path } of plan.files) {
      const destination = join(plan.root, path)
      makeFolders(plan.root, dirname(destination), undo)
      placeFile(join(staging, path), destination)
      undo.push(() => rmSync(destination, { force: true }))
    }
    if (plan.packageJson !== undefined) replacePackage(plan.root, plan.packageJson)
  } catch (error) {
    for (const step of undo.toReversed()) step()
    throw error
  }
}

function makeFolders(root: string, folder: string, undo: Undo): void {
  if (folder === root || statSync(folder, { throwIfNoEntry: false }) !== undefined) return
  makeFolders(root, dirname(folder), undo)
  mkdirSync(folder)
  undo.push(() => rmdirSync(folder))
}

/** A link fails where a file exists, and makes the file appear whole. Some file systems have none. */
function placeFile(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    copyFileSync(from, to, constants.COPYFILE_EXCL)
  }
}

function replacePackage(root: string, change: { readonly before: string; readonly after: string }): void {
  const path = join(root, 'package.json')
  if (readFileSync(path, 'utf8') !== change.before) {
    throw new TaskqError('TASKQ_SCAFFOLD_FAILED', 'package.json was changed meanwhile; nothing was written', {
      hint: 'Run the command again.',
    })
  }
  const next = join(root, `.package.json.taskq-init-${process.pid}`)
  try {
    writeFileSync(next, change.after, { flag: 'wx', mode: statSync(path).mode })
    renameSync(next, path)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}
