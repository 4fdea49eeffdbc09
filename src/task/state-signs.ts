import type { JobState } from './job-state.js'

/** The sign that stands with a job's state, one cell wide: no screen tells it by colour alone. */
export const STATE_SIGNS: ReadonlyMap<JobState, string> = new Map<JobState, string>([
  ['scheduled', '◷'],
  ['queued', '○'],
  ['active', '▸'],
  ['retrying', '↻'],
  ['blocked', '◇'],
  ['succeeded', '✔'],
  ['failed', '✖'],
  ['dead', '✖'],
  ['revoked', '⊘'],
  ['expired', '∅'],
])
