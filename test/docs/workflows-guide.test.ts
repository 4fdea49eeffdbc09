import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawTree } from '../../src/canvas/draw-tree.js'
import type { JobState } from '../../src/task/job-state.js'
import { CliProject, ROOT } from '../cli/cli-project.js'
import { brokerOfFile } from '../support/broker.js'
import { runProgram } from '../support/run-program.js'
import { Page } from './page.js'

const guide = new Page('docs/guides/workflows.md')
const broker = brokerOfFile()
const JITI = join(ROOT, 'node_modules/jiti/lib/jiti-cli.mjs')

test('its programs do what it says, with a worker beside them', async () => {
  const project = new CliProject(broker.url)
  project.write('tsconfig.json', JSON.stringify({ extends: join(ROOT, 'templates/basic/tsconfig.json') }))
  for (const { path, code } of guide.snippets) if (path !== undefined) project.write(path, code)
  project.write('src/shops.ts', SHOPS)
  const worker = project.start(['worker', '--queue', 'default,images', '--concurrency', '2'])
  await worker.printed('ready')
  const run = (file: string) => runProgram(process.execPath, [JITI, file], { cwd: project.root, env: project.env })

  const checkout = await run('src/checkout.ts')
  expect(checkout).toMatchObject({ code: 0, stderr: '' })
  expect(checkout.stdout).toMatch(/^reserved: mug\n✔ chain {2}succeeded/)
  expect(checkout.stdout.match(/✔ (?:ProcessPayment|SendReceipt|UpdateInventory) {2}succeeded/g)).toHaveLength(3)

  const album = await run('src/album.ts')
  expect(album).toMatchObject({ code: 0, stderr: '' })
  expect(album.stdout).toContain('5 of 5\n')
  expect(album.stdout).toContain(
    "{ album: 'cats', widths: [ 320, 640, 1280 ] }\n[ 320, 640, 1280 ]\n[ 320, 640, 1280 ]\n",
  )

  expect(await run('src/shops.ts')).toMatchObject({ code: 0, stdout: '[ 30, 30 ]\n' })
})

const SHOPS = `
import { ImportAll } from './tasks/catalogue.js'
console.log(await (await ImportAll.delay(['one', 'two'])).get())
`

test('its drawing is as taskq draws', () => {
  const task = (node: number, name: string, state: JobState) =>
    ({ kind: 'task', state, task: name, id: `w_7Jc0VkQe4mXTt1hYpZsA~${node}` }) as const
  const members = [task(1, 'Resize', 'succeeded'), task(2, 'Resize', 'active'), task(3, 'Resize', 'queued')]
  const group = { kind: 'group', state: 'active', parts: members, progress: { done: 1, failed: 0, total: 3 } } as const
  const chord = { kind: 'chord', state: 'active', parts: [group, task(4, 'PublishImage', 'blocked')] } as const
  const tree = { kind: 'chain', state: 'active', parts: [task(0, 'FetchImage', 'succeeded'), chord] } as const
  expect(guide.outputs).toContain(`${drawTree(tree)}\n`)
})
