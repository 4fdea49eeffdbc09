import { safeLines } from '../../codec/safe-text.js'
import type { Finding } from '../../control/doctor.js'
import type { Paint } from '../paint.js'

const MARKS = { ok: ['ok  ', 'green'], warn: ['warn', 'yellow'], fail: ['FAIL', 'red'] } as const

/** The findings, one a line, each bad one with its cure. */
export function presentFindings(findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ title }) => title.length))
  const lines = findings.flatMap(({ status, title, detail, fix }) => {
    const [mark, colour] = MARKS[status]
    const [first = '', ...more] = safeLines(detail).split('\n')
    const line = `${paint(colour, mark)}  ${title.padEnd(width)}  ${first}`
    const below = ' '.repeat(width + 8)
    return [line, ...more.map((text) => below + text), ...(fix === undefined ? [] : [`${below}→ ${safeLines(fix)}`])]
  })
  return [...lines, '', verdict(findings)].join('\n')
}

function verdict(findings: readonly Finding[]): string {
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length
  if (count('fail') > 0) return `${count('fail')} to correct, ${count('warn')} to look at.`
  return count('warn') > 0 ? `Nothing is broken; ${count('warn')} to look at.` : 'All is well.'
}
