import { expect, test, vi } from 'vitest'
import { runs } from '../support/temp-project.js'
import { CliProject, type RunningProgram } from './cli-project.js'

const within = { timeout: 10_000, interval: 20 }
const say = (text: string) => `
import { defineTask } from 'taskq'
export const say = defineTask({ name: 'say' }, async () => ${JSON.stringify(text)})
`

/** The process ids of the workers that have started so far. */
const workerPids = (dev: RunningProgram): number[] =>
  [...dev.output().matchAll(/"pid":(\d+),"msg":"worker@\S+ starts"/g)].map(([, pid]) => Number(pid))

async function workers(dev: RunningProgram, count: number): Promise<number[]> {
  await vi.waitFor(() => expect(workerPids(dev), dev.output()).toHaveLength(count), within)
  return workerPids(dev)
}

test('dev starts a broker and a worker, and the worker anew when a file changes', async () => {
  const shop = new CliProject().write('src/tasks/say.ts', say('one'))
  const dev = shop.start(['dev', '--log-format', 'json'])
  await workers(dev, 1)
  expect(await shop.json(['call', 'say', '--wait'])).toMatchObject({ result: 'one' })

  shop.write('src/tasks/say.ts', say('two'))
  await dev.printed('src/tasks/say.ts changed')
  await workers(dev, 2)
  expect(await shop.json(['call', 'say', '--wait'])).toMatchObject({ result: 'two' })

  shop.write('src/tasks/say.ts', 'export const = 1')
  await dev.printed('the worker ended (1)')
  shop.write('src/tasks/say.ts', say('three'))
  await workers(dev, 3)

  shop.write('src/tasks/more/twice.ts', say('x').replaceAll('say', 'twice'))
  const pids = await workers(dev, 4)
  expect(await shop.json(['call', 'twice', '--wait'])).toMatchObject({ result: 'x' })

  dev.child.kill('SIGINT')
  expect(await dev.ended).toEqual({ code: 0, signal: null })
  expect(pids.filter(runs)).toEqual([])
})

test('dev enqueues what the schedule says, and runs it', async () => {
  const shop = new CliProject().write('src/tasks/say.ts', say('on time'))
  shop.write('taskq.config.ts', "export default { schedule: { often: { task: 'say', every: '500ms' } } }")
  const dev = shop.start(['dev', '--log-format', 'json'])
  await dev.printed('"msg":"beat leads: 1 schedule entry"')
  await dev.printed('"msg":"often is due"')
  await dev.printed('"msg":"say succeeded')
  const { schedules } = await shop.json<{ schedules: object[] }>(['schedule', 'list'])
  expect(schedules).toMatchObject([{ name: 'often', owner: 'code', last: { jobId: expect.stringMatching(/^often@/) } }])
  dev.child.kill('SIGINT')
  expect(await dev.ended).toEqual({ code: 0, signal: null })
})

test('what tasks write does not start the worker anew', async () => {
  const shop = new CliProject().write('src/tasks/say.ts', say('one'))
  const dev = shop.start(['dev', '--log-format', 'json'])
  await workers(dev, 1)
  shop
    .write('data/out.json', '{}')
    .write('data/out.csv', '1')
    .write('node_modules/x/index.js', '')
    .write('dist/a.js', '')
  shop.write('src/tasks/say.ts', say('two'))
  await workers(dev, 2)
  expect(dev.output().match(/changed: the worker starts anew/g)).toHaveLength(1)
})

test('no worker is left when dev is killed', async () => {
  const shop = new CliProject().write('src/tasks/say.ts', say('one'))
  const dev = shop.start(['dev', '--log-format', 'json'])
  const [pid = 0] = await workers(dev, 1)
  expect(runs(pid)).toBe(true)
  dev.child.kill('SIGKILL')
  await vi.waitFor(() => expect(runs(pid)).toBe(false), within)
})
