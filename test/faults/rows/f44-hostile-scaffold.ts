import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRow } from '../kit/row.ts'

/** A name of a project that is none, or leads somewhere else. */
const NAMES = [
  ...['..', '../..', '../out/..', '/', '.git', 'a;touch x', '$(id)', '`id`', '-rf', '--force', 'a b', 'A', 'é'],
  ...['node_modules', 'node_modules/x', 'con', 'x\ny', '\u001b[2J', 'a'.repeat(300), '%2e%2e', '~', 'full', 'link'],
  ...['link/sub', 'file', 'dangling', 'C:\\x', '..\\out', 'a|b', '&& id'],
]

export const row: FaultRow = {
  id: 'F44',
  fault: 'taskq init with hostile names, into folders that are not empty, through links',
  promise: 'it ends with 2, and no file is changed, here or elsewhere',
  repetitions: NAMES.length,
  quick: 3,
  async run(kit) {
    const [outside, inside] = [join(kit.dir, 'outside'), join(kit.dir, 'outside', 'cwd')]
    mkdirSync(join(inside, 'full'), { recursive: true })
    writeFileSync(join(inside, 'full', 'precious.txt'), 'mine')
    writeFileSync(join(inside, 'file'), 'mine')
    writeFileSync(join(outside, 'canary'), 'mine')
    mkdirSync(join(outside, 'elsewhere'))
    symlinkSync('../elsewhere', join(inside, 'link'))
    symlinkSync('../nowhere', join(inside, 'dangling'))
    const project = kit.project('redis://127.0.0.1:1')
    const before = hashOf(outside)
    const counts = { wrongExit: 0, changed: 0, slow: 0, loud: 0 }
    const names = NAMES.slice(0, kit.repetitions)
    await inTurns(names, 3, async (name) => {
      const run = await project.taskq(['init', '--no-git', '--package-manager', 'npm', '--', name], { cwd: inside })
      if (run.code !== 2) counts.wrongExit++
      if (run.ms > 10_000) counts.slow++
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
      if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(run.stdout + run.stderr)) counts.loud++
      if (hashOf(outside) !== before) counts.changed++
    })
    kit.measure('names tried', names.length, { exactly: kit.repetitions })
    kit.measure('names that were not refused with 2', counts.wrongExit, { exactly: 0 })
    kit.measure('times that a file was changed', counts.changed, { exactly: 0 })
    kit.measure('answers with control characters', counts.loud, { exactly: 0 })
    kit.measure('answers after more than 10 s', counts.slow, { exactly: 0 })
  },
}

/** All of a folder: the paths, what is in the files, where the links lead. */
function hashOf(folder: string): string {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const lines = entries.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    const content = entry.isFile() ? readFileSync(path, 'utf8') : entry.isSymbolicLink() ? readlinkSync(path) : ''
    return `${path}\0${content}`
  })
  return hash.update(lines.sort().join('\0\0')).digest('hex')
}

async function inTurns<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}
