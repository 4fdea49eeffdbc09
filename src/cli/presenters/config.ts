import { safeText } from '../../codec/safe-text.js'
import type { ConfigEntry } from '../../config/describe-config.js'
import { presentTable } from './table.js'

/** Every setting with its value and its origin. */
export function presentConfig(file: string | undefined, entries: readonly ConfigEntry[]): string {
  const rows = entries.map(({ key, value, origin }) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
    origin,
  ])
  const source = file === undefined ? 'No configuration file: defaults and environment.' : `file  ${safeText(file)}`
  return `${source}\n\n${presentTable(['setting', 'value', 'from'], rows)}`
}
