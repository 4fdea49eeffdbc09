import { show } from '../errors/problems.js'

/** What came in the place of a signature, and what to do where it is plain what was meant. */
interface Stray {
  readonly got: string
  readonly hint?: string
}

/** Names what stands where a signature should. */
export function describeStray(value: unknown): Stray {
  if (typeof value === 'function') return ofTask(value.name, `the class ${value.name}`)
  if (Array.isArray(value))
    return { got: show(value), hint: 'Put a list of signatures into group([a.s(), b.s()]) or chain([a.s(), b.s()]).' }
  if (value instanceof Promise) return { got: 'a promise', hint: SENT_HINT }
  if (typeof value !== 'object' || value === null) return { got: show(value) }
  const { definition, kind, id, get } = value as { [Key in 'definition' | 'kind' | 'id' | 'get']?: unknown }
  if (isNamed(definition)) return ofTask('myTask', `the task ${definition.name}`)
  if (typeof id === 'string' && typeof get === 'function')
    return { got: `a handle of ${show(id)}, which is sent already`, hint: SENT_HINT }
  return { got: isKind(kind) ? `a ${kind === 'task' ? 'signature' : kind}` : show(value) }
}

const SENT_HINT =
  'delay() and applyAsync() send at once: put signatures together first, then send the whole: chain(a.s(1), b.s()).delay().'

const ofTask = (name: string, got: string): Stray => ({
  got,
  hint: `A signature is a task with its arguments, or those that are known: ${name || 'MyTask'}.s(…).`,
})

const isNamed = (value: unknown): value is { readonly name: string } =>
  typeof value === 'object' && value !== null && typeof (value as { name?: unknown }).name === 'string'

const isKind = (kind: unknown): kind is string =>
  kind === 'task' || kind === 'chain' || kind === 'group' || kind === 'chord'
