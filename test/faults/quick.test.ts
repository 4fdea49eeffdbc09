import { describe, expect, test } from 'vitest'
import { noRedis } from '../support/broker.js'
import { loadRows, ROWS } from './kit/all-rows.js'
import { runRow } from './kit/run-row.js'

const SEED = 20_261_122
/** Before the test's own, so that the row ends what it has started. */
const LIMIT_MS = 45_000
const rows = (await loadRows(ROWS)).filter(({ quick }) => quick !== undefined)

/** A part of `npm run faults`: the rows that are quick, with few repetitions. */
describe('after a fault', () => {
  test.for(rows)('$id: $promise', { timeout: 90_000 }, async (row, { skip }) => {
    skip(noRedis !== undefined, noRedis)
    const { outcome, measures, reason } = await runRow(row, row.quick ?? 1, SEED, LIMIT_MS)
    skip(outcome === 'skipped', reason)
    expect({ reason, missed: measures.filter(({ met }) => !met) }).toEqual({ reason: undefined, missed: [] })
    expect(outcome).toBe('passed')
  })
})
