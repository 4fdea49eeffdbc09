import { safeText } from '../../codec/safe-text.js'
import type { ActionReport } from '../../control/dashboard.js'
import type { SteerReport } from '../../control/steer.js'
import type { WorkerCommand } from '../../engine/worker-command.js'

/** Silence is no news of a worker's end: its event loop may only be busy. */
const NO_ANSWER = 'no answer (may be busy; it is not known to be down)'

/** What the workers said, a line each; then those that said nothing. */
export function presentSteering({ answers, silent }: SteerReport): string {
  const lines = [
    ...answers.map(({ worker, ok, text }) => ({ worker, text: ok ? text : `refused: ${text}` })),
    ...silent.map(({ name }) => ({ worker: name, text: NO_ANSWER })),
  ]
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
