import type { Outcome } from './rounds.ts'
import type { Spread } from './statistics.ts'

const HEAD = ['', 'taskq', 'raw BullMQ', 'ratio (min–max)', 'target', '']

/** The outcomes as a table for people. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(toRow)
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const format = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd : cell.padStart).call(cell, widths[column] ?? 0)).join('  ')
  const lines: string[] = [format(HEAD)]
  let scenario: string | undefined
  outcomes.forEach((outcome, index) => {
    if (outcome.scenario !== scenario) lines.push('', outcome.scenario)
    scenario = outcome.scenario
    lines.push(format(rows[index] ?? []).trimEnd())
  })
  return lines.join('\n')
}

function toRow({ title, unit, taskq, raw, ratio, target, met }: Outcome): string[] {
  return [
    `  ${title}, ${unit}`,
    number(taskq.median),
    number(raw.median),
    Number.isNaN(ratio.median) ? '' : `${fixed(ratio.median)} (${range(ratio)})`,
    target ?? '',
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ]
}

const number = (value: number): string =>
  Number.isNaN(value) ? '–' : value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1)
const fixed = (value: number): string => value.toFixed(2)
const range = ({ min, max }: Spread): string => `${fixed(min)}–${fixed(max)}`
