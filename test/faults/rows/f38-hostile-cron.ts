import { resolveConfig } from '../../../dist/config/resolve-config.js'
import { isTaskqError } from '../../../dist/index.js'
import { PROJECT } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'

const MB = 1 << 20
const LIMIT_MS = 50

/** Patterns that nobody means well. */
const PATTERNS = [
  'x'.repeat(MB),
  '1,'.repeat(MB / 2),
  `${'*/1,'.repeat(MB / 4)}* * * * *`,
  ' '.repeat(MB),
  `* * * * *${' '.repeat(MB)}!`,
  `${'0'.repeat(MB)} * * * *`,
  `0-${'9'.repeat(MB)} * * * *`,
  '(a+)+$'.repeat(1000),
  `${'1-59/1,'.repeat(30)}61 * * * *`,
  '0 0 31 2 *',
  '0 0 30 2 *',
  '0 0 31 4,6,9,11 *',
  '0 0 * * mon#6',
  '60 * * * *',
  '* 24 * * *',
  '-1 * * * *',
  '5-1/0 * * * *',
  '*/0 * * * *',
  '1e9 * * * *',
  '* * * * * * *',
  '* * *',
  '',
  '@often',
  '@daily; rm -rf /',
  '٣ * * * *',
  '1\u0000 * * * *',
  '\u001b[2J * * * *',
  '__proto__ * * * *',
  '0 0 0W * *',
  '0 0 L-99 * *',
]
const ZONES = [
  'Mars/Olympus',
  '../etc/passwd',
  'x'.repeat(MB),
  '',
  '\u0000',
  'Europe/Berlin; ls',
  '__proto__',
  '+99:99',
]
/** As much as fits into what a process is started with. */
const SHORT = 200

export const row: FaultRow = {
  id: 'F38',
  fault: 'hostile schedules: megabytes, days that do not exist, zones that are none',
  promise: 'each is refused by `taskq check` within 50 ms, with its name',
  repetitions: 20,
  quick: 1,
  async run(kit) {
    const entries = [
      ...PATTERNS.map((cron) => ({ task: 'work', cron })),
      ...ZONES.map((tz) => ({ task: 'work', cron: '0 0 * * *', tz })),
    ]
    // What is compiled at the first time is no part of it.
    for (const entry of entries) problemOf(entry)
    let accepted = 0
    let longestMs = 0
    let longestText = 0
    for (let turn = 0; turn < kit.repetitions; turn++) {
      for (const entry of entries) {
        // Of this process: other rows take the processor, too.
        const before = process.cpuUsage()
        const problem = problemOf(entry)
        longestMs = Math.max(longestMs, process.cpuUsage(before).user / 1000)
        if (problem === undefined || !problem.includes('hostile')) accepted++
        longestText = Math.max(longestText, problem?.length ?? 0)
      }
    }
    kit.measure('schedules', entries.length * kit.repetitions, { exactly: entries.length * kit.repetitions })
    kit.measure('accepted', accepted, { exactly: 0 })
    kit.measure('longest time of the processor', longestMs, { atMost: LIMIT_MS, unit: 'ms' })
    kit.measure('longest message', longestText, { atMost: 1000, unit: 'characters' })
    const short = entries.filter(({ cron, tz = '' }: { cron: string; tz?: string }) => cron.length + tz.length < SHORT)
    const schedule = Object.fromEntries(short.map((entry, at) => [`hostile-${at}`, entry]))
    const { code, stdout, stderr } = await kit.project({ schedule }).taskq(['check'])
    const told = stdout + stderr
    kit.measure('exit code of taskq check', code ?? 0, { exactly: 2 })
    kit.measure('schedules that taskq check names', short.filter((_, at) => told.includes(`hostile-${at}.`)).length, {
      exactly: short.length,
    })
    kit.measure('control characters in what it says', [...told].filter(isControl).length, { exactly: 0 })
  },
}

/** What the configuration says of it; undefined where it has nothing against it. */
function problemOf(entry: object): string | undefined {
  try {
    resolveConfig({ root: PROJECT, file: { path: 'row', value: { schedule: { hostile: entry } } }, env: {} })
    return undefined
  } catch (error) {
    if (!isTaskqError(error)) throw error
    return error.message
  }
}

const isControl = (character: string): boolean => character !== '\n' && character < ' '
