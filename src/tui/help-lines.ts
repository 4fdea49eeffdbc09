import { bindingsAt, KEYMAP, type KeyBinding, type KeyGroup } from './keymap.js'
import { placeOf } from './place.js'
import type { DashboardState } from './state.js'

/** A key in the line at the bottom. */
export interface FooterKey {
  readonly key: string
  readonly title: string
  readonly dangerous: boolean
}

/** The keys that matter most here; where nothing may be changed, those that change something are left out. */
export function footerKeys(state: DashboardState): readonly FooterKey[] {
  return bindingsAt(placeOf(state)).flatMap(({ keys, label, acts, dangerous = false }) =>
    label === undefined || (acts && state.readOnly) ? [] : [{ key: nameOfKey(keys[0]), title: label, dangerous }],
  )
}

const GROUPS: readonly KeyGroup[] = ['Move', 'Views', 'Lists', 'Do', 'Screen']

/** All keys, those of here first: a line each, and one above each group. */
export function helpLines(state: DashboardState): readonly string[] {
  const here = bindingsAt(placeOf(state))
  const elsewhere = KEYMAP.filter((binding) => !here.includes(binding))
  return [
    ...GROUPS.flatMap((group) =>
      groupLines(
        group,
        here.filter((binding) => binding.group === group),
      ),
    ),
    ...groupLines('In other views', elsewhere),
  ]
}

const KEYS_WIDTH = 18

function groupLines(title: string, bindings: readonly KeyBinding[]): readonly string[] {
  if (bindings.length === 0) return []
  return [
    title,
    ...bindings.map((binding) => `  ${keysOf(binding).padEnd(KEYS_WIDTH)}${binding.title}${whereOf(binding)}`),
    '',
  ]
}

function keysOf({ keys }: KeyBinding): string {
  const isRange = keys.length > 2
  return isRange ? `${keys[0]}-${keys.at(-1)}` : keys.map(nameOfKey).join(', ')
}

function whereOf({ places }: KeyBinding): string {
  return places === undefined || places.length > 4
    ? ''
    : ` (${places.map((place) => PLACE_TITLES[place] ?? place).join(', ')})`
}

const PLACE_TITLES: Readonly<Record<string, string>> = { job: "a job's page", schedule: "a schedule's page" }

const KEY_NAMES: Readonly<Record<string, string>> = {
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  space: 'Space',
  backspace: 'Backspace',
  down: 'Down',
  up: 'Up',
  left: 'Left',
  right: 'Right',
  home: 'Home',
  end: 'End',
  pagedown: 'PageDown',
  pageup: 'PageUp',
}

function nameOfKey(key = ''): string {
  return KEY_NAMES[key] ?? key.replace(/^ctrl-(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`)
}
