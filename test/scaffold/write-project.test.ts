import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { writeProject } from '../../src/scaffold/write-project.js'
import { planIn, scratch, snapshot } from './scratch.js'

describe('writeProject', () => {
  test('makes a new folder, with the folders above it, and nothing else', async () => {
    const cwd = scratch()
    const plan = await planIn(cwd, 'apps/mail')
    const written = await writeProject(plan)
    expect(written).toEqual({ dir: join(cwd, 'apps/mail'), files: plan.files.map((file) => file.path) })
    for (const { path, contents } of plan.files) expect(readFileSync(join(plan.root, path), 'utf8')).toBe(contents)
    expect(readdirSync(cwd)).toEqual(['apps'])
  })

  test('fills a folder and leaves what it holds', async () => {
    const cwd = scratch({ 'my-app/LICENSE': 'mine' })
    const plan = await planIn(cwd, 'my-app')
    await writeProject(plan)
    expect(readFileSync(join(cwd, 'my-app/LICENSE'), 'utf8')).toBe('mine')
    expect(readdirSync(join(cwd, 'my-app'))).toContain('package.json')
    expect(readdirSync(cwd)).toEqual(['my-app'])
  })

  test('changes package.json of a package and lists it', async () => {
    const cwd = scratch({ 'package.json': '{ "name": "shop" }\n' })
    const written = await writeProject(await planIn(cwd, '.'))
    expect(written.files).toContain('package.json')
    expect(JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))).toMatchObject({
      name: 'shop',
      dependencies: { taskq: '^0.1.0' },
    })
    expect(readdirSync(cwd).sort()).toEqual(['package.json', 'src', 'taskq.config.ts'])
  })

  test('overwrites no file that appeared after the plan, and takes back what it wrote', async () => {
    const cwd = scratch({ 'package.json': '{ "name": "shop" }\n' })
    const plan = await planIn(cwd, '.')
    writeFileSync(join(cwd, 'taskq.config.ts'), 'mine')
    const before = snapshot(cwd)
    await expect(writeProject(plan)).rejects.toMatchObject({ code: 'TASKQ_SCAFFOLD_FAILED' })
    expect(snapshot(cwd)).toEqual(before)
  })

  test('follows no link that appeared after the plan', async () => {
    const outside = scratch()
    const cwd = scratch({ 'package.json': '{}' })
    const plan = await planIn(cwd, '.')
    symlinkSync(join(outside, 'x'), join(cwd, 'taskq.config.ts'))
    await expect(writeProject(plan)).rejects.toMatchObject({ code: 'TASKQ_SCAFFOLD_FAILED' })
    expect(snapshot(outside)).toEqual({})
  })

  test('keeps a package.json that changed after the plan', async () => {
    const cwd = scratch({ 'package.json': '{ "name": "shop" }\n' })
    const plan = await planIn(cwd, '.')
    writeFileSync(join(cwd, 'package.json'), '{ "name": "other" }\n')
    const before = snapshot(cwd)
    await expect(writeProject(plan)).rejects.toMatchObject({ code: 'TASKQ_SCAFFOLD_FAILED' })
    expect(snapshot(cwd)).toEqual(before)
  })

  test('replaces no folder that appeared after the plan', async () => {
    const cwd = scratch()
    const plan = await planIn(cwd, 'my-app')
    const other = scratch({ 'kept.txt': 'mine' })
    symlinkSync(other, join(cwd, 'my-app'))
    await expect(writeProject(plan)).rejects.toMatchObject({ code: 'TASKQ_SCAFFOLD_FAILED' })
    expect(readdirSync(cwd)).toEqual(['my-app'])
    expect(readdirSync(other)).toEqual(['kept.txt'])
  })
})

describe('a run that a signal ends in the middle of writing', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves nothing, and ends the process', async (signal) => {
    const cwd = scratch()
    expect(await endInTheMiddle(cwd, 'my-app', signal)).toBe(signal)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('SIGKILL leaves nothing in the target', async () => {
    const cwd = scratch({ 'shop/package.json': '{ "name": "shop" }\n' })
    const before = snapshot(join(cwd, 'shop'))
    expect(await endInTheMiddle(join(cwd, 'shop'), '.', 'SIGKILL')).toBe('SIGKILL')
    expect(snapshot(join(cwd, 'shop'))).toEqual(before)
  })
})

/** Writes a plan in a process of its own, which gets the signal when the last file is about to be written. */
async function endInTheMiddle(cwd: string, dir: string, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const script = fileURLToPath(new URL('../support/scaffold-and-signal.ts', import.meta.url))
  const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url))
  const child = spawn(process.execPath, [jiti, script, cwd, dir, signal], { stdio: ['ignore', 'inherit', 'inherit'] })
  const [, endedBy] = await once(child, 'close')
  return endedBy
}
