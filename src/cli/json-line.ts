import { safeText } from '../codec/safe-text.js'

/** A value as one line of JSON that no terminal takes for a command: for output that goes on and on. */
export const jsonLine = (value: unknown): string => `${safeText(JSON.stringify(value))}\n`
