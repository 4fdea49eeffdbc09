import { planBeat } from '../../../dist/app/beat-request.js'
import { Beat } from '../../../dist/beat/beat.js'
import type { BeatEvent } from '../../../dist/events/beat-event.js'
import type { MisfireRule, ScheduleEntry } from '../../../dist/schedule/schedule-entry.js'
import type { Kit } from '../kit/kit.ts'
import type { Project } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'
import { VirtualClock } from '../kit/virtual-clock.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 2, 2)
/** Sixty slots are missed; the last of them is older than what counts as in time. */
const DOWN_MS = 60 * MINUTE + 45_000
const MOST = 7

/** What each rule makes of the missed slots. */
const OWED = { skip: 0, last: 1, all: MOST } as const

export const row: FaultRow = {
  id: 'F35',
  fault: 'no beat for an hour',
  promise: 'afterwards each schedule has what its rule says: nothing, the last slot, or all up to its bound',
  repetitions: 20,
  quick: 2,
  async run(kit) {
    const redis = await kit.redis()
    const project = kit.project(redis.url)
    const rules = Object.keys(OWED) as (keyof typeof OWED)[]
    const entries = rules.flatMap((run) =>
      Array.from({ length: kit.repetitions }, (_, at) => entryOf(`${run}-${at}`, { run, max: MOST, graceMs: 30_000 })),
    )
    const clock = new VirtualClock(START)
    const before = await startBeat(kit, project, entries, clock)
    await before.beat.stop()
    clock.advance(DOWN_MS)
    const { beat, events } = await startBeat(kit, project, entries, clock)
    // Each entry is told of: what was enqueued, and what was left out.
    const missed = () => new Set(events.filter(isOfSlots).map(({ schedule }) => schedule)).size
    await kit.ledger.until(() => missed() === entries.length || undefined, 20_000, 'what becomes of the missed slots')
    const owed = kit.repetitions * (OWED.last + OWED.all)
    await kit.ledger.until(() => enqueued(events).length >= owed || undefined, 20_000, 'the missed slots')
    // Then it goes on as if nothing had been.
    clock.advance(15_000)
    await kit.ledger.until(
      () => enqueued(events).length >= owed + entries.length || undefined,
      20_000,
      'the slots that come next',
    )
    await beat.stop()
    for (const { jobId } of enqueued(events)) kit.ledger.ack(jobId)
    const worker = await project.worker(['--concurrency', '20']).ready()
    await kit.ledger.settled()
    await worker.stop()
    measure(kit, rules)
  },
}

function measure(kit: Kit, rules: readonly (keyof typeof OWED)[]): void {
  const { acked, runs } = kit.tally()
  kit.measure('runs', runs, { exactly: acked })
  for (const rule of rules) {
    const counts = Array.from({ length: kit.repetitions }, (_, at) => {
      const starts = kit.ledger.starts().filter(({ id }) => id.startsWith(`${rule}-${at}@`))
      return starts.length
    })
    // And the one that came next.
    kit.measure(`least runs of a schedule with ${rule}`, Math.min(...counts), { exactly: OWED[rule] + 1 })
    kit.measure(`most runs of a schedule with ${rule}`, Math.max(...counts), { exactly: OWED[rule] + 1 })
  }
}

async function startBeat(kit: Kit, project: Project, entries: readonly ScheduleEntry[], clock: VirtualClock) {
  const [engine, client] = await Promise.all([project.app.engine(), project.client()])
  const events: BeatEvent[] = []
  const plan = planBeat(entries, engine, client, (event) => void events.push(event))
  const beat = new Beat(engine.openSchedules(), { ...plan, clock })
  kit.onClose(() => beat.stop())
  await beat.start()
  await kit.ledger.until(() => events.find(({ name }) => name === 'beat.leading'), 10_000, 'its lead')
  return { beat, events }
}

function entryOf(name: string, misfire: MisfireRule): ScheduleEntry {
  const schedule = { kind: 'interval', everyMs: MINUTE, anchorMs: 0 } as const
  return { name, task: 'work', args: [], options: {}, schedule, jitterMs: 0, misfire, overlap: 'allow' }
}

const enqueued = (events: readonly BeatEvent[]) => events.filter((event) => event.name === 'slot.enqueued')
const isOfSlots = (event: BeatEvent): event is BeatEvent & { readonly schedule: string } =>
  event.name === 'slot.enqueued' || event.name === 'slots.skipped'
