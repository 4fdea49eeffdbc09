import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadRows, RAW_ROWS, ROWS } from './kit/all-rows.ts'
import { endWithProcess } from './kit/interrupts.ts'
import { type FaultRow, isProof, type RowResult, RUN_SECONDS } from './kit/row.ts'
import { runRow } from './kit/run-row.ts'
import { formatReport, formatResult } from './report.ts'

const HELP = `The fault matrix: what taskq does when things go wrong, on real redis-servers and real workers.

  npm run faults -- [--only F01,F05] [--raw] [--quick] [--jobs 3] [--seed N] [--json FILE] [--report FILE]
                    [--allow-skips]

  --only    these rows alone; no report is written then, unless --report says so
  --raw     only the proof that the kit can fail: the same faults over raw BullMQ, which must not survive them
  --quick   few repetitions of the rows that \`npm test\` runs
  --jobs    rows that run at the same time. Default 3: most of them wait
  --seed    decides what is left to chance. Default: another one each time
  --json    where the numbers go, too
  --report  where the report goes. Default docs/reliability-report.md, for a whole run
  --allow-skips  rows that cannot run on this machine (no strace, no prlimit) do not fail the run`

const REPORT = fileURLToPath(new URL('../../docs/reliability-report.md', import.meta.url))

/** What takes long begins first, so that no lane is left alone with it. */
const LONG = ['F24', 'F37', 'F25', 'F39', 'F23', 'F22', 'F36']

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    raw: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'string' },
    report: { type: 'string' },
    'allow-skips': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(HELP)
else {
  endWithProcess()
  // Not by itself: what a row left to itself would keep it alive.
  process.exit(await main())
}

async function main(): Promise<number> {
  const seed = wholeNumber('--seed', values.seed)
  const startedAt = performance.now()
  const rows = values.raw ? [] : await chosen(ROWS)
  const rawRows = values.quick ? [] : await chosen(RAW_ROWS)
  if (rows.length + rawRows.length === 0) throw new Error(`no row is called ${values.only}`)
  console.log(`seed ${seed}`)
  const results = await runAll(rows, seed)
  if (rawRows.length > 0) console.log('\nThe same faults over raw BullMQ, which must not survive them:')
  const raw = await runAll(rawRows, seed)
  const seconds = (performance.now() - startedAt) / 1000
  const report = { seed, seconds, cores: availableParallelism(), results, raw }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  const isWhole = values.only === undefined && !values.raw && !values.quick
  const reportFile = values.report ?? (isWhole ? REPORT : undefined)
  if (reportFile !== undefined) writeFileSync(reportFile, formatReport(report))
  return judge(results, raw, seconds)
}

async function chosen(folder: URL): Promise<FaultRow[]> {
  const wanted = values.only?.split(',')
  const rows = (await loadRows(folder)).filter(({ id }) => wanted?.includes(id) ?? true)
  return values.quick ? rows.filter(({ quick }) => quick !== undefined) : rows
}

/** Runs rows side by side, the longest first. */
async function runAll(rows: readonly FaultRow[], seed: number): Promise<RowResult[]> {
  const weight = ({ id, repetitions }: FaultRow) => (LONG.includes(id) ? Number.POSITIVE_INFINITY : repetitions)
  const left = rows.toSorted((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)))
  const results: RowResult[] = []
  const lane = async (): Promise<void> => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const result = await runRow(row, values.quick ? (row.quick ?? 1) : row.repetitions, seed)
      console.log(formatResult(result))
      results.push(result)
    }
  }
  await Promise.all(Array.from({ length: wholeNumber('--jobs', values.jobs) }, lane))
  return results.toSorted((a, b) => a.id.localeCompare(b.id))
}

function judge(results: readonly RowResult[], raw: readonly RowResult[], seconds: number): number {
  const failed = results.filter(({ outcome }) => outcome === 'failed')
  const skipped = results.filter(({ outcome }) => outcome === 'skipped')
  const survived = raw.filter((result) => !isProof(result))
  const passed = results.length - failed.length - skipped.length
  console.log(
    `\n${passed} rows passed, ${failed.length} failed, ${skipped.length} skipped, in ${Math.round(seconds)} s`,
  )
  if (seconds > RUN_SECONDS) console.log(`too long: the whole is to be done in ${RUN_SECONDS / 60} min`)
  if (raw.length > 0)
    console.log(`${raw.length - survived.length} of ${raw.length} rows break over raw BullMQ what they must break`)
  if (survived.length > 0)
    console.log(`prove nothing, for they break not that, or more than that: ${survived.map(({ id }) => id).join(', ')}`)
  const missing = values['allow-skips'] ? 0 : skipped.length
  if (missing > 0) console.log('a row that is skipped proves nothing: --allow-skips lets it pass')
  return failed.length + survived.length + missing > 0 ? 1 : 0
}

function wholeNumber(flag: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${flag}: expected a whole number from 1, got ${text}`)
  return number
}
