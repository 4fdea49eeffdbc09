/**
 * The id of a slot's job, the same whoever enqueues it: `nightly-report@20261121T030000Z`, with milliseconds where
 * there are any.
 */
export function slotJobId(name: string, slotMs: number): string {
  const [seconds = '', rest = ''] = new Date(slotMs).toISOString().replaceAll(/[-:]/g, '').split('.')
  const ms = rest.slice(0, 3)
  return `${name}@${seconds}${ms === '000' ? '' : `.${ms}`}Z`
}
