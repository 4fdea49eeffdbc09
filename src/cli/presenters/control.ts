import { safeText } from '../../codec/safe-text.js'
import type { ActionReport } from '../../control/dashboard.js'
import type { SilentWorker, SteerReport } from '../../control/steer.js'
import { labelWorkers } from '../../control/worker-labels.js'
import type { WorkerCommand } from '../../engine/control/worker-command.js'
import { SILENT_AFTER_MS } from '../../engine/workers/worker-registry.js'
import { formatDuration } from '../../time/duration.js'

/** Silence is no news of a worker's end: its event loop may only be busy. */
const tellSilent = ({ heardMs }: SilentWorker): string => {
  const why =
    heardMs === undefined || heardMs <= SILENT_AFTER_MS ? 'may be busy' : `heard ${formatDuration(heardMs)} ago`
  return `no answer (${why}; it is not known to be down)`
}

/** What the workers said, a line each; then those that said nothing. */
export function presentSteering(report: SteerReport): string {
  const label = labelAsked(report)
  return presentLines([
    ...report.answers.map(({ id, ok, text }) => ({ worker: label(id), text: ok ? text : `refused: ${text}` })),
    ...report.silent.map((worker) => ({ worker: label(worker.id), text: tellSilent(worker) })),
  ])
}

/** Those that said nothing, a line each. */
export function presentSilent(report: SteerReport): string {
  const label = labelAsked(report)
  return presentLines(report.silent.map((worker) => ({ worker: label(worker.id), text: tellSilent(worker) })))
}

/** What the workers that were asked are called, by their ids. */
export function labelAsked({ answers, silent }: SteerReport): (id: string) => string {
  const labels = labelWorkers([...answers.map(({ worker, id, pid }) => ({ name: worker, id, pid })), ...silent])
  return (id) => labels.get(id) ?? id
}

function presentLines(lines: readonly { readonly worker: string; readonly text: string }[]): string {
  const width = Math.max(0, ...lines.map(({ worker }) => safeText(worker, LONGEST).length))
  return lines
    .map(({ worker, text }) => `${safeText(worker, LONGEST).padEnd(width)}  ${safeText(text, 500)}`)
    .join('\n')
}

/** Wider names would leave no room for what was said. */
const LONGEST = 120

/** What `--json` prints. */
export const steeringJson = ({ name, ...settings }: WorkerCommand, { answers, silent }: SteerReport) => ({
  command: { name, ...settings },
  workers: answers,
  silent,
})

/** What came of an action: one line, and one for each that it was not done for. */
export const presentAction = ({ text, refused }: ActionReport): string =>
  [safeText(text, 500), ...refused.map(({ what, why }) => `! ${safeText(what, LONGEST)}: ${safeText(why, 500)}`)].join(
    '\n',
  )
