import { codesIn, type Page } from './page.js'

const NESTED = /^@Task\(\{ (\w+) \}\)$/
const CODE =
  /^(await |for await|throw new |throw this|return this|new |this\.|result\.|\(await |SendReceipt\.|getResult|getWorkflow|sendTask)/

/** What an answer of the guide tells to write, as statements of a task's code. Prose, settings and commands are left out. */
export function statementsIn(answer: string): string[] {
  const codes = codesIn(answer)
  return codes.flatMap((code, index) => {
    const before = answer.includes(`\`: \`${code}\``) ? (codes[index - 1] ?? '') : ''
    return statementOf(code, before) ?? []
  })
}

function statementOf(code: string, before: string): string | undefined {
  const outer = NESTED.exec(before)?.[1]
  const shown = code.startsWith('{') ? code : /^\w+$/.test(code) ? `{ ${code} }` : undefined
  if (outer !== undefined && shown !== undefined) return `Task({ ${outer}: ${shown} })`
  if (before === 'config: taskOptions' && shown !== undefined) return `defineConfig({ taskOptions: ${shown} })`
  if (code.startsWith('@Task(')) return code.slice(1)
  if (code.startsWith('applyAsync(')) return `await SendReceipt.${code}`
  if (/^(on|before|after)[A-Z]\w+$/.test(code)) return `void ('${code}' satisfies keyof FunctionHooks)`
  if (!CODE.test(code)) return undefined
  return code.replaceAll('(…)', '(blank)').replace(/^throw .*/, 'if (blank) { $& }')
}

/** A page that shows these statements within a task, each in a block of its own. */
export function probe(statements: readonly string[]): Pick<Page, 'path' | 'snippets'> {
  const blanks = [...new Set(statements.flatMap(namesLeftBlank))]
  const code = `// src/probe.ts
import { BaseTask, chain, chord, chunks, type FunctionHooks, getResult, getWorkflow, group, map, signature, starmap, Reject, Retry, RetryAfter, Ignore, Snooze, sendTask, Task } from 'taskq'
import { defineConfig } from 'taskq/config'
declare const ${['blank', 'args', ...blanks].map((name) => `${name}: never`).join(', ')}
@Task({ name: 'shop.sendReceipt' })
class SendReceipt extends BaseTask {
  async run(orderId: number, { copies = 1 }: { copies?: number } = {}) {
    return { orderId, copies }
  }
}
export class Probe extends BaseTask {
  async run() {
    const result = await SendReceipt.delay(1)
    const workflow = await group(SendReceipt.s(1)).delay()
${statements.map((one) => `    { ${one} }`).join('\n')}
  }
}
export const used = [chain, chord, chunks, map, signature, starmap, getWorkflow, defineConfig, getResult, sendTask, Reject, Retry, RetryAfter, Ignore, Snooze] as unknown as FunctionHooks[]
`
  return { path: 'a probe', snippets: [{ language: 'ts', path: 'src/probe.ts', code }] }
}

/** Names that stand for a value to be filled in: `{ countdown }`, `(name, args, options)`, `ID`. */
function namesLeftBlank(statement: string): string[] {
  const inBraces = [...statement.matchAll(/\{ ((?:\w+(?:, )?)+) \}/g)].flatMap(([, names = '']) => names.split(', '))
  const inCalls = [...statement.matchAll(/\(((?:[a-z]\w*(?:, )?)+)[,)]/g)].flatMap(([, names = '']) =>
    names.split(', '),
  )
  return [...inBraces, ...inCalls].filter((name) => /^[a-z]\w*$/.test(name) && !KNOWN.has(name))
}

const KNOWN: ReadonlySet<string> = new Set(['args', 'step', 'blank', 'await'])
