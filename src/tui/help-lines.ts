import { wrapText } from './clean-text.js'
import { bindingsAt, KEYMAP, type KeyBinding, type KeyGroup } from './keymap.js'
import { placeOf } from './place.js'
import type { DashboardState } from './state.js'

const GROUPS: readonly KeyGroup[] = ['Move', 'Views', 'Lists', 'Do', 'Screen']

/** All keys, those of here first, in lines of at most `width` cells: one above each group. */
export function helpLines(state: DashboardState, width: number): readonly string[] {
  const here = bindingsAt(placeOf(state))
  const elsewhere = KEYMAP.filter((binding) => !here.includes(binding))
  return [
    ...GROUPS.flatMap((group) =>
      groupLines(
        group,
        here.filter((binding) => binding.group === group),
        width,
      ),
    ),
    ...groupLines('In other views', elsewhere, width),
  ]
}

const KEYS_WIDTH = 18

function groupLines(title: string, bindings: readonly KeyBinding[], width: number): readonly string[] {
  if (bindings.length === 0) return []
  return [title, ...bindings.flatMap((binding) => bindingLines(binding, width)), '']
}

const MARGIN = 2

/** What a key does, and where, beside it. */
function bindingLines(binding: KeyBinding, width: number): readonly string[] {
  const beside = MARGIN + KEYS_WIDTH
  return wrapText(binding.title + whereOf(binding), Math.max(20, width - beside), 4).map((line, index) => {
    const keys = index === 0 ? keysOf(binding) : ''
    return ' '.repeat(MARGIN) + keys.padEnd(KEYS_WIDTH) + line
  })
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

const PLACE_TITLES: Readonly<Record<string, string>> = {
  job: "a job's page",
  schedule: "a schedule's page",
  parts: "a workflow's page",
}

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

/** A key as people read it. */
export function nameOfKey(key = ''): string {
  return KEY_NAMES[key] ?? key.replace(/^ctrl-(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`)
}
