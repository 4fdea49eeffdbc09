import { lstat, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { splitByExistence } from './existing-files.js'
import { extendPackage, type PackageAdditions } from './package-json.js'
import type { ScaffoldPlan } from './scaffold-plan.js'
import { type Target, targetError } from './target.js'
import { readTemplate } from './template.js'

const SCRIPTS = { dev: 'taskq dev', worker: 'taskq worker' }
const DECORATORS = /"experimentalDecorators"\s*:\s*true/

/** Plans what `taskq init .` adds to a package that exists: the config, the tasks, a dependency, two scripts. */
export async function planAddition(
  target: Target,
  taskq: string,
  more: Partial<PackageAdditions>,
): Promise<ScaffoldPlan> {
  const before = await readPackage(target)
  const { text: after, kept } = extendPackage(before, { dependencies: { taskq }, scripts: SCRIPTS, ...more })
  const tasks = (await readTemplate('basic')).filter((file) => file.path.startsWith('src/tasks/'))
  const split = await splitByExistence(target, [...tasks, ...(await readTemplate('existing'))])
  const name = (JSON.parse(after) as { name?: unknown }).name
  return {
    kind: 'package',
    name: typeof name === 'string' ? name : basename(target.root),
    root: target.root,
    base: target.base,
    files: split.fresh,
    ...(after !== before && { packageJson: { before, after } }),
    kept: [...split.kept, ...kept],
    notes: await notesOn(target),
  }
}

async function readPackage(target: Target): Promise<string> {
  const path = join(target.root, 'package.json')
  if ((await lstat(path)).isFile()) return readFile(path, 'utf8')
  throw targetError('package.json', 'must be a plain file')
}

async function notesOn(target: Target): Promise<string[]> {
  const tsconfig = await readFile(join(target.root, 'tsconfig.json'), 'utf8').catch(() => undefined)
  if (tsconfig === undefined || DECORATORS.test(tsconfig)) return []
  return [
    'Set "experimentalDecorators" and "emitDecoratorMetadata" to true in tsconfig.json, unless what it extends does.',
  ]
}
