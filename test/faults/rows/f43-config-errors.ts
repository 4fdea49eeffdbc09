import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Kit } from '../kit/kit.ts'
import { freePort } from '../kit/redis-server.ts'
import type { FaultRow } from '../kit/row.ts'

/** A configuration that cannot be used, and what is to be said of it. `BROKER` stands for a URL with a password. */
const MISTAKES: readonly { readonly text: string; readonly says: RegExp; readonly flags?: readonly string[] }[] = [
  {
    text: "export default {\n  broker: BROKER,\n  worker: { concurrency: 'ten' },\n}",
    says: /taskq\.config\.mjs:3: worker\.concurrency: expected a whole number from 1 to 10000, got "ten"/,
  },
  {
    text: "export default {\n  broker: BROKER,\n  log: {\n    level: 'loud',\n  },\n}",
    says: /taskq\.config\.mjs:4: log\.level: expected .*, got "loud"/,
  },
  {
    text: 'export default {\n  broker: BROKER,\n  borker: true,\n}',
    says: /taskq\.config\.mjs:3: borker: expected one of .*, got an unknown key/,
  },
  { text: 'export default {\n  broker: BROKER,\n  worker: {', says: /taskq\.config\.mjs:3: syntax error: / },
  {
    text: 'const broker = BROKER\nthrow new Error("no " + broker)',
    says: /taskq\.config\.mjs:2: Error: no redis:\/\/.*\*\*\*@/,
  },
  {
    text: "import 'no-such-package'\nexport default { broker: BROKER }",
    says: /taskq\.config\.mjs: .*Cannot find package 'no-such-package'/,
  },
  {
    text: 'export default { broker: BROKER }\nawait new Promise(() => {})',
    says: /taskq\.config\.mjs: it was not loaded within 1 s/,
  },
  { text: 'const broker = BROKER', says: /taskq\.config\.mjs: it exports nothing/ },
  {
    text: 'export default { broker: BROKER }',
    flags: ['--config', 'other.mjs'],
    says: /other\.mjs: there is no such file/,
  },
]

const COMMANDS = ['worker', 'beat']

const LIMIT_MS = 2000

export const row: FaultRow = {
  id: 'F43',
  fault: 'a configuration file with an error in it: syntax, a throw, a hang, a wrong type, a missing file',
  promise: 'every program ends with 2 within 2 s and says where it is wrong; nothing is started, no secret is shown',
  repetitions: MISTAKES.length * COMMANDS.length,
  async run(kit) {
    const secret = `s3cret-${kit.random.between(1e6, 1e9)}`
    const broker = await brokerThatCounts(kit)
    const seen = { right: 0, secrets: 0, longestMs: 0, wrong: '' }
    for (let n = 0; n < kit.repetitions; n++) {
      const command = COMMANDS[n % COMMANDS.length] ?? 'worker'
      const mistake = MISTAKES[Math.floor(n / COMMANDS.length) % MISTAKES.length]
      if (mistake === undefined) continue
      const url = `'redis://:${secret}@127.0.0.1:${broker.port}'`
      const run = await runIn(kit, `p${n}`, mistake.text.replaceAll('BROKER', url), [command, ...(mistake.flags ?? [])])
      seen.longestMs = Math.max(seen.longestMs, run.ms)
      if (run.text.includes(secret)) seen.secrets++
      if (run.code === 2 && mistake.says.test(run.text)) seen.right++
      else seen.wrong += `\n${command} ended with ${run.code}: ${run.text}`
    }
    kit.measure('programs that ended with 2 and said where', seen.right, { exactly: kit.repetitions })
    kit.measure('longest until one ended', seen.longestMs, { atMost: LIMIT_MS, unit: 'ms' })
    kit.measure('texts with the password in them', seen.secrets, { exactly: 0 })
    kit.measure('connections to the broker', broker.connections(), { exactly: 0 })
    if (seen.wrong !== '') throw new Error(seen.wrong)
  },
}

/** A server that nobody is to connect to. */
async function brokerThatCounts(kit: Kit): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const port = await freePort()
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  }).listen(port, '127.0.0.1')
  kit.onClose(() => new Promise((resolve) => server.close(resolve)))
  return { port, connections: () => connections }
}

/** A machine that is busy with other rows may be slow once; a program that is slow is slow each time. */
const TRIES = 3

/** Runs a command in a project of its own; again where that took long, and the quickest counts. */
async function runIn(kit: Kit, name: string, config: string, args: readonly string[]) {
  const cwd = join(kit.dir, name)
  mkdirSync(join(cwd, 'src/tasks'), { recursive: true })
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'shop', type: 'module' }))
  writeFileSync(join(cwd, 'taskq.config.mjs'), config)
  let ms = Number.POSITIVE_INFINITY
  for (let tries = 1; ; tries++) {
    const run = await kit.project({}).taskq(args, { cwd })
    ms = Math.min(ms, run.ms)
    if (ms <= LIMIT_MS || tries === TRIES) return { code: run.code, ms, text: run.stdout + run.stderr }
  }
}
