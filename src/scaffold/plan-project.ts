import { basename } from 'node:path'
import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { splitByExistence } from './existing-files.js'
import { readOwnPackage } from './own-package.js'
import { extendPackage } from './package-json.js'
import { type PackageManager, wordsOf } from './package-manager.js'
import { planAddition } from './plan-addition.js'
import { checkProjectName } from './project-name.js'
import { render } from './render.js'
import type { ScaffoldPlan } from './scaffold-plan.js'
import { inspectTarget, type Target } from './target.js'
import { type ProjectFile, readTemplate } from './template.js'

/** What the user wants. */
export interface InitOptions {
  /** `.`, a name, or a path to a new folder. */
  readonly dir: string
  /** The folder that `dir` is relative to. */
  readonly cwd: string
  readonly template: 'basic'
  /** The package's name. Default: the folder's. */
  readonly name?: string
  /** What the project depends on, as package.json says it: `^0.1.0`, `file:/path`. */
  readonly taskq: string
  readonly packageManager: PackageManager
  /** Gives the project a Node of its own, for users whose Node is too old. */
  readonly pinNode: boolean
  /** Writes into a folder that is not empty. Files that exist stay as they are. */
  readonly force: boolean
}

/** The Node that a project brings along when the user's is too old. */
const PINNED_NODE = { devDependencies: { node: '^24.0.0' }, allowScripts: { node: true } }
/** What a folder may hold and still count as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'LICENSE'])

/**
 * Plans a project: a new one, or additions to the package in `dir: '.'`. Reads the template and the
 * target, writes nothing.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_NAME` for a name or path that cannot be used,
 *   `TASKQ_SCAFFOLD_TARGET` for a folder that is not empty (naming what is in the way) or is a link
 */
export async function planProject(options: InitOptions): Promise<ScaffoldPlan> {
  const target = await inspectTarget(options.dir, options.cwd)
  const isPackage = target.entries.includes('package.json')
  if (isPackage && (options.dir === '.' || options.force)) {
    return planAddition(target, options.taskq, options.pinNode ? PINNED_NODE : {})
  }
  const name = checkProjectName(options.name ?? basename(target.root))
  if (!options.force) checkEmpty(target, options.dir, isPackage)
  const files = await projectFiles(name, options)
  const { fresh, kept } = await splitByExistence(target, files)
  return {
    kind: target.root === target.base ? 'folder' : 'new',
    name,
    root: target.root,
    base: target.base,
    files: fresh,
    kept,
    notes: [],
  }
}

function checkEmpty(target: Target, dir: string, isPackage: boolean): void {
  const clashes = target.entries.filter((entry) => !HARMLESS.has(entry)).sort()
  if (clashes.length === 0) return
  const shown = clashes.slice(0, 5).join(', ') + (clashes.length > 5 ? ` and ${clashes.length - 5} more` : '')
  throw new TaskqError('TASKQ_SCAFFOLD_TARGET', `${show(dir)} is not empty: it holds ${shown}`, {
    hint: isPackage
      ? 'To add taskq to that package, run `taskq init .` in its folder.'
      : 'Choose another folder, or add --force: files that exist stay as they are.',
    data: { clashes },
  })
}

async function projectFiles(name: string, options: InitOptions): Promise<ProjectFile[]> {
  const { ranges } = await readOwnPackage()
  const versions = Object.entries(ranges).map(([key, range]) => [`version:${key}`, range] as const)
  const values = { name, taskq: options.taskq, ...wordsOf(options.packageManager), ...Object.fromEntries(versions) }
  const files = await readTemplate(options.template)
  return files.map(({ path, contents }) => {
    const text = render(path, contents, values)
    const pinned = path === 'package.json' && options.pinNode
    return { path, contents: pinned ? extendPackage(text, PINNED_NODE).text : text }
  })
}
