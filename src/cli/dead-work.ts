import type { App } from '../app/app.js'
import { callerName } from '../app/caller-name.js'
import { createViewer } from '../codec/viewer.js'
import {
  type DeadReport,
  type DeadWork,
  dropDead,
  dropThose,
  retryDead,
  retryThose,
} from '../control/dead/dead-letters.js'
import { editAndRetry } from '../control/dead/edit-dead.js'
import { TaskqError } from '../errors/taskq-error.js'
import { isWorkflowId } from '../task/names.js'
import { parseArgs } from './call-flags.js'
import { choosesSome, type DeadFlags, toDeadFilter } from './dead-flags.js'
import { countOf, withProgress } from './progress-line.js'

/** The flags of a command that works on dead letters. */
interface WorkFlags extends DeadFlags {
  readonly id?: string[] | undefined
  readonly all: boolean
  readonly 'dry-run': boolean
  readonly yes: boolean
}

/** What such a command has for it. */
export interface DeadDesk {
  readonly openApp: () => Promise<App>
  /** Refuses where a question could not be asked. */
  readonly requireAnswerer: (yes: boolean) => Promise<void>
  /** Asks; does not return where the answer is no. */
  readonly confirm: (yes: boolean, question: string) => Promise<void>
}

/** Runs dead letters again. @throws TaskqError `TASKQ_USAGE` */
export async function runDeadRetry(
  flags: WorkFlags & { readonly args?: string | undefined },
  desk: DeadDesk,
): Promise<DeadReport> {
  const { id: ids, args: text, 'dry-run': dryRun } = flags
  const args = text === undefined ? undefined : parseArgs(text)
  refuseUnclear(flags)
  const work = { dryRun, by: callerName() }
  if (args !== undefined) return editOne(ids ?? [], args, work, desk)
  if (ids !== undefined) return retryThose(await (await desk.openApp()).engine(), ids, work)
  return askAndDo(flags, desk, 'Run', 'again', (engine, viewer, how) =>
    retryDead(engine, toDeadFilter(flags), viewer, { ...work, ...how }),
  )
}

/** Removes dead letters. @throws TaskqError `TASKQ_USAGE` */
export async function runDeadDrop(flags: WorkFlags, desk: DeadDesk): Promise<DeadReport> {
  const { id: ids } = flags
  refuseUnclear(flags)
  return askAndDo(flags, desk, 'Remove', 'for good', (engine, viewer, how) =>
    ids === undefined ? dropDead(engine, toDeadFilter(flags), viewer, how) : dropThose(engine, ids, how),
  )
}

type Open = Awaited<ReturnType<App['engine']>>
type Do = (engine: Open, viewer: ReturnType<typeof createViewer>, how: DeadWork) => Promise<DeadReport>

/** Says how many it would be, and asks. */
async function askAndDo(flags: WorkFlags, desk: DeadDesk, verb: string, end: string, work: Do): Promise<DeadReport> {
  const { yes, 'dry-run': dryRun } = flags
  if (!dryRun) await desk.requireAnswerer(yes)
  const app = await desk.openApp()
  const [engine, viewer] = [await app.engine(), createViewer(app.config)]
  const run = (isDry: boolean) =>
    withProgress((show) => {
      const words = ({ searched, done }: { readonly searched: number; readonly done: number }) =>
        `${countOf(searched)} looked at, ${countOf(done)} ${isDry ? 'match' : 'done'}`
      return work(engine, viewer, { dryRun: isDry, onProgress: (at) => show(() => words(at)) })
    })
  if (dryRun || yes) return run(dryRun)
  const planned = await run(true)
  if (planned.done === 0) return { ...planned, dryRun: false }
  const jobs = planned.done === 1 ? '1 dead letter' : `${planned.done.toLocaleString('en')} dead letters`
  await desk.confirm(false, `${verb} ${jobs} ${end}?`)
  return run(false)
}

/** Its task's schema is asked, so its code is loaded. */
async function editOne(
  ids: readonly string[],
  args: readonly unknown[],
  work: { readonly dryRun: boolean; readonly by: string },
  desk: DeadDesk,
): Promise<DeadReport> {
  const [id] = ids
  if (id === undefined || ids.length > 1) throw new TaskqError('TASKQ_USAGE', '--args needs one job: name it by its id')
  if (isWorkflowId(id))
    throw new TaskqError('TASKQ_USAGE', `--args is for one job, and ${id} is a workflow: name the job of it`)
  const app = await desk.openApp()
  await app.discover()
  return editAndRetry(await app.engine(), { id, args, ...work }, createViewer(app.config), app.config.payload)
}

function refuseUnclear(flags: WorkFlags): void {
  const { id, all } = flags
  const ways = [id !== undefined, choosesSome(flags), all].filter(Boolean).length
  if (ways === 1) return
  if (ways > 1) throw new TaskqError('TASKQ_USAGE', 'ids, --all and the flags that choose go one without the other')
  throw new TaskqError('TASKQ_USAGE', 'nothing says which jobs are meant: expected ids, a flag that chooses, or --all')
}
