import type { Engine } from '../engine/engine.js'
import { jobStateOf } from '../engine/jobs/job-state.js'
import {
  freshState,
  isSpent,
  type ScheduleOwner,
  type ScheduleRecord,
  type ScheduleRun,
  type ScheduleState,
} from '../engine/schedules/schedule-record.js'
import { isSameEntry } from '../schedule/compare-entries.js'
import { describeSchedule } from '../schedule/describe.js'
import { createEntryTimetable } from '../schedule/entry-timetable.js'
import type { ScheduleEntry } from '../schedule/schedule-entry.js'
import type { JobState } from '../task/job-state.js'
import type { SchedulesAccess } from './schedules-access.js'
import { toDate } from './schedules-instants.js'
import { type LeadingBeat, readLeader } from './schedules-leader.js'
import { type CodeReading, isEntry, readCode } from './schedules-lookup.js'

/** What is to be listed. */
export interface ListRequest {
  /**
   * Compare with the project's code, for which its task files are imported; list entries that are in the code alone,
   * too. Default true.
   */
  readonly drift?: boolean
}

/** All schedule entries, and who enqueues their slots. */
export interface ScheduleList {
  /** By name. */
  readonly schedules: readonly ScheduleReport[]
  /** The beat that leads; undefined when none runs: then no slot is enqueued. */
  readonly beat: LeadingBeat | undefined
  /** Why the code's entries cannot be told, where that is so. Then no entry has a `drift`. */
  readonly codeProblem: string | undefined
  /** The time by the broker's clock. */
  readonly now: Date
}

/** One schedule entry, and how far it has come. */
export interface ScheduleReport {
  readonly name: string
  /** Whose it is: the code's, or added while running; undefined where that cannot be read. */
  readonly owner?: ScheduleOwner
  readonly task?: string
  /** Its times, in words. */
  readonly when?: string
  readonly paused: boolean
  /** Undefined when there is none: it is paused, past its end, or its limit is reached. */
  readonly next?: Date
  readonly last?: LastRun
  /** Jobs of slots so far. */
  readonly runs: number
  /** Slots that did not run: they were missed, or the job before had not ended. */
  readonly skipped: number
  /** A slot that waits for the job before it. */
  readonly held?: Date
  readonly drift?: ScheduleDrift
  /** Why it cannot be used here. */
  readonly problem?: string
}

/** The latest job of an entry: of a slot, or of a run by hand. */
export interface LastRun {
  /** For a run by hand, the time of the call. */
  readonly slot: Date
  readonly jobId: string
  readonly state: JobState
}

/** How what is stored differs from the code; a beat with that code brings it in line when it begins to lead. */
export type ScheduleDrift = 'not applied yet' | 'changed in code' | 'no longer in code'

/** Lists every entry: those that are stored, and those that are in the code alone. */
export async function listSchedules(access: SchedulesAccess, { drift = true }: ListRequest): Promise<ScheduleList> {
  const { store, engine, nowMs } = access
  const [{ records }, beat, code] = await Promise.all([
    store.readAll(),
    readLeader(store),
    drift ? readCode(access) : NO_CODE,
  ])
  const lastRuns = await readLastRuns(engine, records)
  const stored = [...records].filter(([, record]) => isEntry(record))
  const reports = stored.map(([name, record]) => ({
    ...reportRecord(name, record, nowMs),
    ...lastRuns.get(name),
    ...(drift && code.problem === undefined && driftOf(record, code.entries.get(name))),
  }))
  const unstored = [...code.entries.values()].filter(({ name }) => !isEntry(records.get(name)))
  const unapplied = unstored.map((entry) => reportUnapplied(entry, records.get(entry.name)?.state, nowMs))
  return {
    schedules: [...reports, ...unapplied].sort((a, b) => (a.name < b.name ? -1 : 1)),
    beat,
    codeProblem: code.problem,
    now: new Date(nowMs),
  }
}

const NO_CODE: CodeReading = { entries: new Map(), problem: undefined }

function reportRecord(name: string, { definition, state, unreadable }: ScheduleRecord, nowMs: number): ScheduleReport {
  const known = reportState(state ?? freshState(nowMs))
  if (definition === undefined) return { name, ...known, ...(unreadable !== undefined && { problem: unreadable }) }
  const { entry, owner } = definition
  return { name, owner, ...known, ...reportTimes(entry, state ?? freshState(nowMs)) }
}

function reportUnapplied(entry: ScheduleEntry, kept: ScheduleState | undefined, nowMs: number): ScheduleReport {
  const state = freshState(nowMs, kept)
  const times = reportTimes(entry, state)
  return { name: entry.name, owner: 'code', ...reportState(state), ...times, drift: 'not applied yet' }
}

function reportState({ paused, runs, skipped, heldSlotMs }: ScheduleState) {
  const held = toDate(heldSlotMs)
  return { paused, runs, skipped, ...(held && { held }) }
}

function reportTimes(
  entry: ScheduleEntry,
  state: ScheduleState,
): Pick<ScheduleReport, 'task' | 'when' | 'next' | 'problem'> {
  const { task, schedule } = entry
  try {
    const next = nextSlot(entry, state)
    return { task, when: describeSchedule(schedule), ...(next && { next }) }
  } catch (error) {
    return { task, problem: (error as Error).message }
  }
}

function nextSlot(entry: ScheduleEntry, state: ScheduleState): Date | undefined {
  const timetable = createEntryTimetable(entry)
  if (toDate(state.cursorMs) === undefined) throw new RangeError('how far it had come is damaged')
  return state.paused || isSpent(entry, state) ? undefined : toDate(timetable.next(state.cursorMs))
}

function driftOf({ definition }: ScheduleRecord, inCode: ScheduleEntry | undefined): { drift?: ScheduleDrift } {
  if (inCode === undefined) return definition?.owner === 'code' ? { drift: 'no longer in code' } : {}
  const isSame = definition?.owner === 'code' && isSameEntry(definition.entry, inCode)
  return isSame ? {} : { drift: 'changed in code' }
}

/** Jobs that are asked for at a time. */
const CHUNK = 200

/** The state of each entry's latest job: its lane is known, so that asking costs the same however many jobs there are. */
async function readLastRuns(
  engine: Engine,
  records: ReadonlyMap<string, ScheduleRecord>,
): Promise<ReadonlyMap<string, { readonly last: LastRun }>> {
  const runs = [...records].flatMap(([name, { state }]) => {
    const latest = latestRun(state)
    return latest === undefined ? [] : [[name, latest] as const]
  })
  const read = new Map<string, { readonly last: LastRun }>()
  for (let start = 0; start < runs.length; start += CHUNK) {
    const chunk = runs.slice(start, start + CHUNK)
    const jobs = await Promise.all(chunk.map(([, { jobId, lane }]) => engine.jobs.find(jobId, lane)))
    chunk.forEach(([name, { slotMs, jobId }], index) => {
      const job = jobs[index]
      read.set(name, {
        last: { slot: new Date(slotMs), jobId, state: job === undefined ? 'unknown' : jobStateOf(job) },
      })
    })
  }
  return read
}

function latestRun({ last, lastByHand }: Partial<ScheduleState> = {}): ScheduleRun | undefined {
  const runs = [last, lastByHand].flatMap((run) => (run === undefined || toDate(run.slotMs) === undefined ? [] : [run]))
  return runs.sort((one, other) => other.enqueuedAtMs - one.enqueuedAtMs)[0]
}
