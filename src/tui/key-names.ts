import type { DashboardEvent } from './dashboard-event.js'

/** A key as Ink tells it, as far as it is looked at. */
export interface PressedKey {
  readonly upArrow: boolean
  readonly downArrow: boolean
  readonly leftArrow: boolean
  readonly rightArrow: boolean
  readonly pageDown: boolean
  readonly pageUp: boolean
  readonly home: boolean
  readonly end: boolean
  readonly return: boolean
  readonly escape: boolean
  readonly tab: boolean
  readonly backspace: boolean
  readonly delete: boolean
  readonly ctrl: boolean
  readonly shift: boolean
  readonly meta: boolean
}

const NAMES: readonly (readonly [keyof PressedKey, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageDown', 'pagedown'],
  ['pageUp', 'pageup'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
]

/** What was pressed, in the words of the keymap; undefined where no key of ours has such a name. */
export function keyEventOf(input: string, key: PressedKey): DashboardEvent | undefined {
  const named = NAMES.find(([flag]) => key[flag])
  if (named !== undefined) return { kind: 'key', key: named[1] }
  if (key.tab) return { kind: 'key', key: key.shift ? 'shift-tab' : 'tab' }
  if (key.meta || input === '') return undefined
  if (key.ctrl) return { kind: 'key', key: `ctrl-${input}` }
  if ([...input].length > 1) return { kind: 'typed', text: input }
  return { kind: 'key', key: keyOfCharacter(input) }
}

/** What a terminal sends for Ctrl with a letter, for Backspace and for Esc. */
const CONTROLS: ReadonlyMap<string, string> = new Map([
  ...[...'abcdefghijklmnopqrstuvwxyz'].map(
    (letter, index) => [String.fromCharCode(index + 1), `ctrl-${letter}`] as const,
  ),
  ['\b', 'backspace'],
  ['\u007f', 'backspace'],
  ['\u001b', 'esc'],
])

/** The key that a character stands for. */
export function keyOfCharacter(character: string): string {
  if (character === ' ') return 'space'
  if (character === '\t') return 'tab'
  if (character === '\r' || character === '\n') return 'enter'
  return CONTROLS.get(character) ?? character
}
