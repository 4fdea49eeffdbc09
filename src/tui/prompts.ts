import type { DashboardAction } from '../control/dashboard.js'
import { MAX_SLOTS } from '../engine/control/parse-command.js'
import { formatProblem, show } from '../errors/problems.js'
import { formatRate, parseRate, RATE_FORM } from '../time/rate.js'
import { type Step, step } from './dashboard-event.js'
import { sayGone } from './navigate.js'
import { rowAtCursor } from './rows.js'
import type { DashboardState, PromptPurpose } from './state.js'
import type { Target } from './targets.js'
import { inputOf } from './text-input.js'

/** Asks how often a task may start. */
export function askRateLimit(state: DashboardState): Step {
  const row = rowAtCursor(state, 'tasks')
  if (row === undefined) return sayGone(state)
  const purpose = { kind: 'rate-limit', task: row.task } as const
  return ask(
    state,
    `Rate limit of ${row.task}`,
    "such as 10/s or 100/m; empty: the code's own",
    purpose,
    limitOf(state, row.task),
  )
}

/** How often it may start now, as text; empty where it has no limit. */
function limitOf({ overview }: DashboardState, task: string): string {
  const limits = overview?.queues.flatMap((queue) => queue.limits) ?? []
  const limit = limits.find((each) => each.task === task)
  return limit?.window === undefined ? '' : formatRate(limit.window)
}

/** Asks how many jobs these workers may run at once. */
export function askConcurrency(state: DashboardState, ids: readonly string[], targets: readonly Target[]): Step {
  const now = new Set(state.overview?.workers.filter(({ id }) => ids.includes(id)).map((worker) => worker.concurrency))
  const whose = targets.length === 1 ? targets[0]?.name : `${targets.length} workers`
  const text = now.size === 1 ? String([...now][0]) : ''
  return ask(state, `Slots of ${whose}`, 'jobs at once', { kind: 'concurrency', ids }, text)
}

function ask(state: DashboardState, title: string, hint: string, purpose: PromptPurpose, text: string): Step {
  const input = inputOf(text)
  return step({
    ...state,
    notice: undefined,
    dialog: { kind: 'prompt', title, hint, input, problem: undefined, purpose },
  })
}

/** What was typed as an action, or why it is none. */
export function readPrompt(purpose: PromptPurpose, typed: string): DashboardAction | { readonly problem: string } {
  const text = typed.trim()
  if (purpose.kind === 'rate-limit') {
    const isRate = text === '' || parseRate(text) !== undefined
    if (!isRate) return wrong('rate limit', RATE_FORM, text)
    return { kind: 'rate-limit', task: purpose.task, rate: text === '' ? null : text }
  }
  const slots = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (slots < 1 || slots > MAX_SLOTS) return wrong('slots', `a whole number from 1 to ${MAX_SLOTS}`, text)
  return { kind: 'workers', command: { name: 'concurrency', slots }, ids: purpose.ids }
}

const wrong = (key: string, expected: string, text: string): { readonly problem: string } => ({
  problem: formatProblem({ key, expected, got: show(text) }),
})
