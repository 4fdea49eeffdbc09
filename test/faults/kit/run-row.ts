import { Kit, Skipped } from './kit.ts'
import type { FaultRow, RowResult } from './row.ts'

/** A row that takes longer hangs. */
const LIMIT_MS = 180_000

/** Runs one row, whatever happens in it, and tells how it went. It is stopped after `limitMs`. */
export async function runRow(
  row: FaultRow,
  repetitions: number,
  seed: number,
  limitMs: number = LIMIT_MS,
): Promise<RowResult> {
  const { id, fault, promise, breaks } = row
  const startedAt = performance.now()
  const kit = new Kit(repetitions, seed)
  const stopped = await attempt(row, kit, limitMs)
  // What the kit itself adds is no proof of anything.
  const isEmpty = kit.measures.length === 0
  // Where nothing ran, nothing was broken.
  if (breaks !== undefined) kit.measure('runs that began', kit.ledger.starts().length, { atLeast: 1 })
  await kit.close()
  const { measures, tallied: tally } = kit
  const seconds = (performance.now() - startedAt) / 1000
  const known = {
    id,
    fault,
    promise,
    repetitions,
    seconds,
    measures,
    ...(tally && { tally }),
    ...(breaks && { breaks }),
  }
  if (stopped instanceof Skipped) return { ...known, outcome: 'skipped', reason: stopped.message }
  if (stopped !== undefined) return { ...known, outcome: 'failed', reason: stopped.stack ?? stopped.message }
  if (isEmpty) return { ...known, outcome: 'failed', reason: 'the row measured nothing' }
  return { ...known, outcome: measures.every(({ met }) => met) ? 'passed' : 'failed' }
}

/** Why the row ended before its end; undefined where it did not. */
async function attempt(row: FaultRow, kit: Kit, limitMs: number): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`not done after ${limitMs / 1000} s`)), limitMs)
  })
  const run = row.run(kit).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
  const stopped = await Promise.race([run, late])
  clearTimeout(timer)
  return stopped
}
