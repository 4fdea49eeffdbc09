import { nearest } from '../errors/nearest.js'
import { show } from '../errors/problems.js'
import { maskUrl } from './mask-url.js'

/** Says what kind of value came where a secret belongs, never the value. */
export function showSecret(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === '') return 'an empty text'
  if (typeof value === 'object' || typeof value === 'function') return show(value)
  return `a ${typeof value}`
}

/**
 * Shows a broker's URL that was refused, without its password. A text that is no URL at all may be the
 * password itself, pasted into the wrong place, and is not shown.
 */
export function showBrokerUrl(value: unknown): string {
  if (typeof value !== 'string' || value === '') return showSecret(value)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]
  if (scheme === undefined) return 'a text without redis:// in front'
  const meant = /^rediss?$/i.test(scheme) ? undefined : nearest(scheme, ['redis', 'rediss'])
  return `${show(maskUrl(value))}${meant === undefined ? '' : ` (did you mean ${meant}://?)`}`
}
