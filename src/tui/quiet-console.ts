import { format } from 'node:util'

const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const

/** Catches what code that was loaded writes to the console: it would go across the screen. Returns how to end that. */
export function quietConsole(onText: (text: string) => void): () => void {
  // biome-ignore lint/suspicious/noConsole: it is what is to be kept quiet
  const given = Object.fromEntries(METHODS.map((method) => [method, console[method]]))
  const caught = (...values: readonly unknown[]): void => onText(format(...values))
  Object.assign(console, Object.fromEntries(METHODS.map((method) => [method, caught])))
  return () => Object.assign(console, given)
}
