import type { JobState } from '../../task/job-state.js'
import type { Theme } from '../theme.js'
import type { Tone } from '../theme-colors.js'

/** What a view is drawn with. */
export interface DrawContext {
  readonly theme: Theme
  /** The time that ages are counted to, by the broker's clock. */
  readonly atMs: number
}

/** A map, and no object: what a record says of its state may be any text. */
const TONES: ReadonlyMap<string, Tone> = new Map<JobState, Tone>([
  ['scheduled', 'scheduled'],
  ['queued', 'queued'],
  ['active', 'active'],
  ['retrying', 'retrying'],
  ['blocked', 'dim'],
  ['succeeded', 'succeeded'],
  ['failed', 'dead'],
  ['dead', 'dead'],
  ['revoked', 'dim'],
  ['expired', 'dim'],
])

/** A state with its sign: colour is never alone. */
export const signedState = (state: JobState, theme: Theme): string => `${glyphOfState(state, theme)} ${head(state)}`

/** The colour of a job's state. Never alone: its sign or name stands with it. */
export const toneOfState = (state: JobState): Tone => TONES.get(state) ?? 'dim'

/** A state's sign. */
export const glyphOfState = (state: JobState, { glyphs }: Theme): string => glyphs.states.get(state) ?? '?'

/** The tone of a number that is fine while it is 0. */
export const toneUnlessZero = (count: number, tone: Tone): Tone => (count > 0 ? tone : 'dim')

/** How long ago; undefined where it never was. */
export const since = (at: number | undefined, { atMs }: DrawContext): number | undefined =>
  typeof at === 'number' ? Math.max(0, atMs - at) : undefined

/** Names in one cell. A broken record's are none. */
export const listNames = (names: readonly string[] | undefined): string =>
  Array.isArray(names) ? names.slice(0, 50).map(head).join(',') : ''

/** What is looked at of a text that goes into a longer one: cutting comes before joining. */
export const head = (text: string): string => text.slice(0, 300)

/** The end of an id: its beginning is the time, which it shares with its neighbours. */
export function tailOf(id: string, width: number): string {
  return id.length <= width ? id : `…${id.slice(1 - width)}`
}
