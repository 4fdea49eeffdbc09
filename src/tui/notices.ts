import type { DashboardState, Notice } from './state.js'

const SECONDS: Record<Notice['tone'], number> = { info: 4, done: 6, refused: 10, error: 10 }

/** Says something in the line at the bottom. */
export function say(state: DashboardState, text: string, tone: Notice['tone'] = 'info'): DashboardState {
  return { ...state, notice: { tone, text, ticks: SECONDS[tone] } }
}
