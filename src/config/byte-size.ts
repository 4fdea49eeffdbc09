export const MEBIBYTE = 1024 * 1024

const UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: MEBIBYTE, gb: 1024 * MEBIBYTE }

/** Reads `'200mb'`, `'1.5gb'` or a number of bytes; undefined for anything else. A kb is 1024 bytes. */
export function parseByteSize(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const [, amount = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,3})?)(b|kb|mb|gb)$/i.exec(value) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return factor === undefined ? undefined : Math.round(Number(amount) * factor)
}

/** Writes a size in the largest unit in which it is a whole number: `200mb`. */
export function formatByteSize(bytes: number): string {
  const [unit, factor] = Object.entries(UNITS).findLast(([, size]) => bytes >= size && bytes % size === 0) ?? ['b', 1]
  return `${bytes / factor}${unit}`
}
