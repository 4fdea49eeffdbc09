import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isProof, type Measure, ROW_SECONDS, type RowResult, RUN_SECONDS } from './kit/row.ts'

/** What a whole run gave. */
export interface FaultsReport {
  readonly seed: number
  readonly seconds: number
  readonly cores: number
  readonly results: readonly RowResult[]
  /** The same faults over raw BullMQ. */
  readonly raw: readonly RowResult[]
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const

/** A row as it is told while the run goes on. */
export function formatResult({ id, fault, outcome, seconds, measures, reason }: RowResult): string {
  const head = `${MARKS[outcome]} ${id} ${fault} (${seconds.toFixed(1)} s${isSlow(seconds) ? ', too long' : ''})`
  const lines = measures.map((measure) => `    ${measure.met ? ' ' : '✗'} ${formatMeasure(measure)}`)
  return [head, ...lines, ...(reason === undefined ? [] : [`    ${reason.replaceAll('\n', '\n    ')}`])].join('\n')
}

/** The published page. */
export function formatReport({ seed, seconds, cores, results, raw }: FaultsReport): string {
  const passed = results.filter(({ outcome }) => outcome === 'passed').length
  const limit = seconds > RUN_SECONDS ? ` (longer than the ${RUN_SECONDS / 60} that it is to take)` : ''
  return `# Reliability report

Written by \`npm run faults\`; do not edit. It kills, cuts, freezes and fills what taskq works with, on real
redis-servers and real \`taskq worker\` processes, and counts what became of every job.

- ${passed} of ${results.length} rows passed, in ${Math.round(seconds / 60)} min${limit} on ${cores} cores, seed ${seed}
- ${versions()}
- Again: \`npm run faults -- --seed ${seed}\`, or one row: \`npm run faults -- --only F01\`

*Acked*: jobs whose enqueue was answered with yes. *Runs*: runs that began. *Lost*: acked jobs that neither ended nor
became dead letters. *Duplicates*: ends of jobs that had ended before. *Worst gap*: the longest time between two starts,
the fault and what the row waits for included. What is promised in words: [Guarantees](guides/guarantees.md).

| | Fault | Times | Acked | Runs | Lost | Duplicates | Worst gap | |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${results.map(formatRow).join('\n')}

## What each row measured

${results.map(formatDetails).join('\n\n')}

## The kit can fail

The same faults over raw BullMQ (a \`Queue\` and a \`Worker\` with default options) must break the same promises: a row that
cannot fail proves nothing. Each names the numbers that must be missed there, and may miss no other.

${raw.map(formatProof).join('\n\n')}
`
}

function formatRow({ id, fault, repetitions, tally, outcome }: RowResult): string {
  const { acked, runs, lost, duplicates, worstGapMs } = tally ?? {}
  const gap = worstGapMs === undefined ? undefined : `${(worstGapMs / 1000).toFixed(1)} s`
  const cells = [repetitions, acked, runs, lost, duplicates, gap].map((cell) => cell ?? '')
  return `| ${id} | ${fault} | ${cells.join(' | ')} | ${MARKS[outcome]} |`
}

function formatProof(result: RowResult): string {
  const told = (result.breaks ?? []).map((name) => `*${name}*`).join(', ')
  return `${formatDetails(result)}\n- ${isProof(result) ? 'broken, as it must be' : '**no proof**: not (only) this is broken'}: ${told}`
}

function formatDetails({ id, promise, measures, outcome, reason, seconds }: RowResult): string {
  const measured = measures.map((measure) => `- ${measure.met ? '' : '**not met** '}${formatMeasure(measure)}`)
  const why = reason === undefined ? [] : [`- ${outcome}: ${reason.split('\n', 1)[0]}`]
  const slow = isSlow(seconds) ? [`- took ${Math.round(seconds)} s, more than ${ROW_SECONDS}`] : []
  return [`**${id}** ${promise}.`, '', ...measured, ...why, ...slow].join('\n')
}

const isSlow = (seconds: number): boolean => seconds > ROW_SECONDS

function formatMeasure({ name, value, unit = '', atMost, atLeast, exactly }: Measure): string {
  const rounded = Number.isInteger(value) ? value : Number(value.toFixed(2))
  const bounds = [
    atMost === undefined ? '' : `≤ ${atMost}`,
    atLeast === undefined ? '' : `≥ ${atLeast}`,
    exactly === undefined ? '' : `= ${exactly}`,
  ]
  return `${name}: ${[rounded, unit].filter((part) => part !== '').join(' ')} (${bounds.filter(Boolean).join(', ')})`
}

function versions(): string {
  const redis = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1]
  return `taskq ${versionOf('../../')}, Node ${process.version}, Redis ${redis}, BullMQ ${versionOf('../../node_modules/bullmq/')}, ioredis ${versionOf('../../node_modules/ioredis/')}`
}

const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(new URL(`${folder}package.json`, import.meta.url), 'utf8')) as { version: string }).version
