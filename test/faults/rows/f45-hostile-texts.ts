import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Client } from '../../../dist/client/client.js'
import type { Kit } from '../kit/kit.ts'
import { PROJECT } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import type { Program } from '../kit/worker-process.ts'

const TASKQ = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** What terminals obey, and what hides or turns text. */
const SEQUENCES = [
  ...['\u001b[2J\u001b[H', '\u001b[31m', '\u001b[?1049l', '\u001b[?25l', '\u001b[?1000h', '\u001b[6n', '\u001bc'],
  ...['\u001b]0;owned\u0007', '\u001b]2;owned\u001b\\', '\u001b]52;c;b3duZWQ=\u0007', '\u001b]8;;http://evil\u001b\\x'],
  ...['\u001bP$q"p\u001b\\', '\u001b_x\u001b\\', '\u001b^x\u001b\\', '\u001bXx\u001b\\', '\u001b#8', '\u001b(0'],
  ...[
    '\u009b31m',
    '\u009d0;owned\u009c',
    '\u0090x\u009c',
    '\u0085',
    '\u0000',
    '\u0007',
    '\b\b\b',
    '\r',
    '\n',
    '\u007f',
    '\nFORGED ',
    '\r\nFORGED ',
    '\rFORGED ',
  ],
  ...[
    '\u202eevil\u202c',
    '\u2066x\u2069',
    '\u200f',
    '\u061c',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\u00ad',
    '\u200b',
    '\u000e',
  ],
]
/** Whatever of it may not be printed: control characters but line breaks, and what turns text around or hides it. */
const INTRUDER = /[^\P{Cc}\n]|\p{Bidi_Control}|[\u2028\u2029\ufeff\u00ad\u200b]/u

/** What stands behind a line break of theirs: where a line begins with it, somebody else has written that line. */
const FORGED = /^FORGED/m

const isHarmful = (text: string): boolean => INTRUDER.test(text) || FORGED.test(text)

/** The longest texts are of so many bytes of JSON. */
const LONG = 10_000_000
const LONG_ONE = 50

export const row: FaultRow = {
  id: 'F45',
  fault: 'escape sequences, bidirectional marks, line breaks and 10 MB lines in names, arguments, errors and logs',
  promise: 'no command, no log and no screen of the dashboard lets any of it reach the terminal',
  repetitions: 300,
  async run(kit) {
    if (!(await hasTmux())) kit.skip('needs tmux, which is the terminal of the dashboard')
    const redis = await kit.redis()
    const config = { broker: redis.url, payload: { max: 2 * LONG } }
    const project = kit.project({ ...config, log: { format: 'pretty' } })
    const client = await project.client()
    const flags = ['--concurrency', '5']
    const worker = await project.worker(flags).ready()
    const machine = await kit
      .project({ ...config, log: { format: 'json' } })
      .worker(flags)
      .ready()
    const live = project.start(['events'])
    await hearsEvents(client, live)
    const texts = Array.from({ length: kit.repetitions }, (_, n) => payload(kit, n))
    const jobs = await Promise.all(texts.map((text, n) => client.enqueue('shouts', [text, n % 2 === 0])))
    await Promise.all(jobs.map((job) => job.get({ timeout: '60s' }).catch(() => {})))
    const { producer } = await project.app.engine()
    // No client takes such a name: somebody else wrote it.
    const named = texts.slice(0, 50).map((task, n) => ({ id: `named${n}`, lane: 'default', task, delayMs: 3_600_000 }))
    await Promise.all(named.map((job) => producer.add({ ...job, data: '{"v":1,"args":[]}' })))
    const ids = [...jobs.slice(0, 20), ...jobs.slice(LONG_ONE, LONG_ONE + 1)].map(({ id }) => id)
    const commands = [
      ...[['status'], ['queue', 'list'], ['dead', 'list'], ['inspect', 'scheduled'], ['inspect', 'stats'], ['list']],
      ...[
        ['dashboard', '--snapshot'],
        ['inspect', 'query', ...ids],
        ['result', 'named1'],
        ['status', '--json'],
      ],
      ...[...ids.slice(0, 1), ...ids.slice(20)].flatMap((id) => [
        ['result', id, '--logs'],
        ['dead', 'show', id],
        ['result', id, '--json'],
      ]),
    ]
    let [intruders, crashes] = [0, 0]
    for (const args of commands) {
      const run = await project.taskq(args)
      if (isHarmful(run.stdout) || isHarmful(run.stderr)) intruders++
      if (/TypeError|RangeError|\n\s+at .*dist/.test(run.stderr)) crashes++
    }
    kit.measure('commands', commands.length, { atLeast: 16 })
    kit.measure('commands that let something through', intruders, { exactly: 0 })
    kit.measure('commands that fell over', crashes, { exactly: 0 })
    kit.measure('lines of a worker that let something through', intrudedLines(worker.lines), { exactly: 0 })
    kit.measure('lines of its log', worker.lines.length, { atLeast: kit.repetitions / 10 })
    kit.measure('lines of a log in JSON that let something through', intrudedLines(machine.lines), { exactly: 0 })
    kit.measure('lines of it that are not JSON', machine.lines.filter((line) => !isJson(line)).length, { exactly: 0 })
    kit.measure('lines of it', machine.lines.length, { atLeast: kit.repetitions / 10 })
    kit.measure('lines of taskq events that let something through', intrudedLines(live.lines), { exactly: 0 })
    kit.measure('lines of taskq events', live.lines.length, { atLeast: kit.repetitions / 10 })
    await inTerminal(kit, project.config)
  },
}

/** A text with some sequences, around words; one is of 10 MB. */
function payload({ random }: Kit, n: number): string {
  const parts = Array.from({ length: random.between(1, 5) }, () => `${random.pick(SEQUENCES)}word`)
  const text = `${n} ${parts.join(' ')}`
  return n === LONG_ONE ? text.repeat(Math.ceil(LONG / JSON.stringify(text).length)) : text
}

const intrudedLines = (lines: readonly string[]): number => lines.filter(isHarmful).length

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

const hasTmux = (): Promise<boolean> =>
  promisify(execFile)('tmux', ['-V']).then(
    () => true,
    () => false,
  )

/** Runs jobs until it tells of one. */
async function hearsEvents(client: Client, live: Program): Promise<void> {
  const heard = live.line(/./)
  const asking = setInterval(() => void client.enqueue('answers', []).catch(() => {}), 200)
  await heard.finally(() => clearInterval(asking))
}

/** The dashboard in a real terminal: its title, its clipboard and its modes stay as they were. */
async function inTerminal(kit: Kit, config: object): Promise<void> {
  const socket = join(kit.dir, 'tmux')
  const tmux = async (...args: string[]) =>
    (await promisify(execFile)('tmux', ['-S', socket, ...args], { env: kit.env })).stdout.trim()
  const env = Object.entries({ FAULTS_CONFIG: JSON.stringify(config), NO_COLOR: '1' })
  const flags = env.flatMap(([name, value]) => ['-e', `${name}=${value}`])
  const size = ['-x', '120', '-y', '40']
  await tmux(
    '-f',
    '/dev/null',
    'new-session',
    '-d',
    ...size,
    ...flags,
    '-c',
    PROJECT,
    process.execPath,
    TASKQ,
    'dashboard',
  )
  kit.onClose(() => tmux('kill-server'))
  const title = await tmux('display', '-p', '#{pane_title}')
  let shown = ''
  for (let left = 60; left > 0 && !/1 queue\n/.test(shown); left--) {
    await setTimeout(250)
    shown = `${await tmux('capture-pane', '-p')}\n`
  }
  for (const key of ['2', '3', '4', '5', '6', '7', '1', 'Enter']) {
    await tmux('send-keys', key)
    await setTimeout(400)
    shown += `${await tmux('capture-pane', '-p')}\n`
  }
  kit.measure('hostile names that the dashboard showed', shown.match(/named\d+ /g)?.length ?? 0, { atLeast: 10 })
  kit.measure('characters on the screens that should not be there', isHarmful(shown) ? 1 : 0, { exactly: 0 })
  const state = await tmux('display', '-p', '#{pane_title}|#{alternate_on}|#{mouse_any_flag}|#{pane_dead}')
  kit.measure('title and modes as they were', state === `${title}|1|0|0` ? 1 : 0, { exactly: 1 })
  kit.measure('texts put into the clipboard', (await tmux('list-buffers')).length, { exactly: 0 })
}
