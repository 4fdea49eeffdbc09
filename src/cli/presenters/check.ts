import type { CheckReport } from '../../app/check/check-project.js'
import type { ExplainedRule, Explanation } from '../../app/check/explain-task.js'
import { safeLines, safeText } from '../../codec/safe-text.js'
import type { Paint } from '../paint.js'
import { presentTable } from './table.js'

const MARKS = { error: ['FAIL', 'red'], warning: ['warn', 'yellow'] } as const

/** What was found, one a line, each with its cure. */
export function presentCheck({ tasks, findings }: CheckReport, paint: Paint): string {
  const lines = findings.flatMap(({ level, where, message, fix }) => {
    const [mark, colour] = MARKS[level]
    const line = `${paint(colour, mark)}  ${safeText(where)}: ${safeLines(message)}`
    return fix === undefined ? [line] : [line, `      → ${safeLines(fix)}`]
  })
  const errors = findings.filter(({ level }) => level === 'error').length
  const count = `${tasks} ${tasks === 1 ? 'task' : 'tasks'}`
  const verdict =
    findings.length === 0
      ? `${count}: all is well.`
      : `${count}: ${errors} to correct, ${findings.length - errors} to look at.`
  return [...lines, ...(lines.length > 0 ? [''] : []), verdict].join('\n')
}

/** Where a call goes and why, and which options hold. */
export function presentExplanation(explained: Explanation): string {
  const { task, source, rules, options } = explained
  const first = [`${safeText(task)}${source === undefined ? '' : `  ${safeText(source)}`}`, ...endOf(explained)]
  const asked = rules.map((rule) => [rule.rule, saidBy(rule), rule.wins.join(' and ')])
  const set = options.map(({ option, value, from }) => [option, shown(value), from])
  return [
    ...first,
    '',
    presentTable(['asked', 'says', 'decides'], asked),
    ...(set.length === 0 ? [] : ['', presentTable(['option', 'value', 'from'], set)]),
  ].join('\n')
}

/** What becomes of the call. */
function endOf({ refused, queue = '', lane, priority, priorities }: Explanation): string[] {
  if (refused !== undefined) return [`the call is refused: ${safeLines(refused.message)}`, `  ${refused.code}`]
  return [
    `goes to the queue ${safeText(queue)}${lane === undefined || lane === queue ? '' : `, in its own lane ${safeText(lane)}`}`,
    priorities === true ? `with the priority ${priority}` : `in its order: the queue has no priorities`,
  ]
}

function saidBy({ queue, priority, note }: ExplainedRule): string {
  const said = [
    queue === undefined ? [] : `queue ${queue}`,
    priority === undefined ? [] : `priority ${priority}`,
  ].flat()
  return said.length > 0 ? said.join(', ') : (note ?? '-')
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
