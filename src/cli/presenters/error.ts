import { safeLines, safeText } from '../../codec/safe-text.js'
import type { JobFailure } from '../../errors/job-failure.js'
import type { DescribedError } from '../describe-error.js'

/** An error for people: what happened, what to do about it, its code. */
export function presentError({ message, hint, code, failure, stack }: DescribedError): string {
  const lines = [`Error: ${safeLines(message)}`]
  if (hint !== undefined) lines.push(indent(safeLines(hint)))
  if (failure !== undefined) lines.push(...presentFailure(failure))
  if (stack !== undefined && process.env.DEBUG) lines.push(indent(safeLines(stack)))
  if (code !== undefined) lines.push(`  ${code}`)
  return lines.join('\n')
}

/** What `--json` prints instead of a result. */
export function errorJson({ code, message, hint, failure }: DescribedError) {
  return { error: { code: code ?? 'UNEXPECTED', message, ...(hint && { hint }), ...(failure && { failure }) } }
}

/** Why a job failed: the stack as it was, and what caused it. */
export function presentFailure(failure: JobFailure): string[] {
  const lines = [indent(safeLines(failure.stack ?? `${failure.name}: ${failure.message}`))]
  if (failure.cause === undefined) return lines
  const { name, message } = failure.cause
  return [...lines, `  caused by ${safeText(name)}: ${safeText(message)}`, ...presentFailure(failure.cause).slice(1)]
}

const indent = (text: string): string => text.replace(/^/gm, '  ')
