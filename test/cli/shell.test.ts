import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { CLI, CliProject, TASKS, UNSAFE } from './cli-project.js'
import { runCommand } from './run-command.js'

const broker = brokerOfFile()

test.each([
  ['1 + 1', '2\n'],
  ['await Promise.resolve("a")', "'a'\n"],
  ['const a = await Promise.resolve(1); a', ''],
  ['const b = 2; b + 1', '3\n'],
  ['undefined', ''],
  ['Object.keys(tasks).join()', "'Add,boom,hold'\n"],
  ['Add.s(1, 2).args', '[ 1, 2 ]\n'],
  ['[typeof app.close, typeof schedules.list, typeof control.poolGrow].join()', "'function,function,function'\n"],
  ['[sendTask, getResult, signature].every((one) => typeof one === "function")', 'true\n'],
  ['[chain, group, chord, map, starmap, chunks, getWorkflow].every((one) => typeof one === "function")', 'true\n'],
  ['({ text: "\\u001b[31m\\u202e" })', "{ text: '\\x1B[31m\\u202e' }\n"],
])('taskq shell -e %j prints %j', async (code, printed) => {
  const shop = new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
  expect(await runCommand(shop, 'shell', ['-e', code])).toEqual({ code: 0, stdout: printed, stderr: '' })
})

test.each([
  ['1 +', 2, 'Error: the code cannot be read: Unexpected'],
  ['throw new TypeError("no \\u001b[31mred")', 1, 'Error: TypeError: no \\u001b[31mred\n'],
  ['await Promise.reject(new Error("later"))', 1, 'Error: later\n'],
  ['await Add.delay(new Date(0), 1)', 2, 'TASKQ_PAYLOAD_NOT_JSON\n'],
])('taskq shell -e %j ends with %i', async (code, exit, said) => {
  const shop = new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
  const run = await runCommand(shop, 'shell', ['-e', code])
  expect(run).toMatchObject({ code: exit, stdout: '' })
  expect(run.stderr).toContain(said)
  expect(run.stderr).not.toMatch(UNSAFE)
})

test('a task file that cannot be imported is told, and the others are there', async () => {
  const shop = new CliProject(broker.url)
    .write('src/tasks/a.ts', TASKS)
    .write('src/tasks/broken.ts', `throw new Error('broken')`)
  const run = await runCommand(shop, 'shell', ['-e', 'typeof Add.delay'])
  expect(run).toMatchObject({ code: 0, stdout: "'function'\n" })
  expect(run.stderr).toMatch(
    /Warning: these files cannot be used:\n {2}src\/tasks\/broken\.ts\S* TASKQ_DISCOVERY_FAILED/,
  )
})

test('what it shows holds no password', async () => {
  const shop = new CliProject('redis://bob:c4nary%27S3cret@127.0.0.1:1').write('src/tasks/a.ts', TASKS)
  const run = await runCommand(shop, 'shell', ['-e', '[config, app]'])
  expect(run).toMatchObject({ code: 0, stderr: '' })
  expect(run.stdout).toMatch(/password: ['"]\*\*\*['"]/)
  expect(run.stdout).not.toContain('S3cret')
})

test('a script on standard input enqueues, waits and prints', async () => {
  const shop = new CliProject(broker.url).write('src/tasks/a.ts', TASKS)
  const worker = shop.start(['worker', '--log-format', 'json'])
  await worker.printed('is ready')
  const child = spawn(process.execPath, [CLI, 'shell'], { cwd: shop.root, env: shop.env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  child.stdin.end(`
    const result = await Add.delay(20, 22)
    console.log(await result.get(), result)
  `)
  const [code] = await once(child, 'close')
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^42 \{ id: '\S+', task: 'Add' \}\n$/) })
})
