import { act } from './actions.js'
import { type Step, step } from './dashboard-event.js'
import { boxHeight, dialogTexts, type TextDialog } from './dialog-texts.js'
import { applyFilter } from './navigate.js'
import { say } from './notices.js'
import { matchesOf } from './palette.js'
import { readPrompt } from './prompts.js'
import { shownList } from './rows.js'
import { runTyped } from './run-palette.js'
import { type Distance, move, scrolled } from './scroll.js'
import type { DashboardState, Dialog, TextInput } from './state.js'
import { edit, inputOf, insert } from './text-input.js'

type DialogOf<Kind extends Dialog['kind']> = Extract<Dialog, { kind: Kind }>

/** What a key does while something lies over the view. */
export function pressInDialog(state: DashboardState, dialog: Dialog, key: string): Step {
  switch (dialog.kind) {
    case 'help':
    case 'report':
      return pressInText(state, dialog, key)
    case 'confirm':
      return pressInConfirm(state, dialog, key)
    case 'prompt':
      return pressInPrompt(state, dialog, key)
    case 'filter':
      return pressInFilter(state, dialog, key)
    case 'palette':
      return pressInPalette(state, dialog, key)
  }
}

/** Text that was pasted goes where text is typed, and nowhere else: it must not press keys. */
export function paste(state: DashboardState, text: string): Step {
  const { dialog } = state
  if (dialog === undefined || !('input' in dialog)) return step(say(state, 'pasted text is for / and : only'))
  return withInput(state, dialog, insert(dialog.input, text))
}

const closed = (state: DashboardState): DashboardState => ({ ...state, dialog: undefined })

const DISTANCES: Readonly<Record<string, (height: number) => Distance>> = {
  j: () => 1,
  down: () => 1,
  k: () => -1,
  up: () => -1,
  pagedown: (height) => height,
  space: (height) => height,
  pageup: (height) => -height,
  'ctrl-d': (height) => Math.ceil(height / 2),
  'ctrl-u': (height) => -Math.ceil(height / 2),
  g: () => 'first',
  home: () => 'first',
  G: () => 'last',
  end: () => 'last',
}

const CLOSING = new Set(['esc', 'q', 'enter', '?'])

function pressInText(state: DashboardState, dialog: TextDialog, key: string): Step {
  if (CLOSING.has(key)) return step(closed(state))
  const height = boxHeight(state.size)
  const distance = DISTANCES[key]?.(height)
  if (distance === undefined) return step(state)
  return step({
    ...state,
    dialog: { ...dialog, top: scrolled(dialog.top, distance, dialogTexts(dialog, state).length, height) },
  })
}

/** Only `y` does it: a key that was meant for the list must not. */
function pressInConfirm(state: DashboardState, { actions }: DialogOf<'confirm'>, key: string): Step {
  if (key === 'y') return act(closed(state), actions)
  const isNo = key === 'n' || key === 'esc' || key === 'q'
  return step(isNo ? say(closed(state), 'nothing was changed') : state)
}

function pressInPrompt(state: DashboardState, dialog: DialogOf<'prompt'>, key: string): Step {
  if (key === 'esc') return step(say(closed(state), 'nothing was changed'))
  if (key !== 'enter') return typeInto(state, dialog, key)
  const read = readPrompt(dialog.purpose, dialog.input.text)
  if ('problem' in read) return step({ ...state, dialog: { ...dialog, problem: read.problem } })
  return act(closed(state), [read])
}

function pressInFilter(state: DashboardState, dialog: DialogOf<'filter'>, key: string): Step {
  if (key === 'enter') return step(closed(state))
  if (key === 'up' || key === 'down') return step(move(state, key === 'up' ? -1 : 1))
  if (key !== 'esc') return typeInto(state, dialog, key)
  const name = shownList(state)
  return name === undefined ? step(closed(state)) : applyFilter(closed(state), name, dialog.before)
}

const TURNS: Readonly<Record<string, number>> = { down: 1, 'ctrl-n': 1, up: -1, 'ctrl-p': -1 }

function pressInPalette(state: DashboardState, dialog: DialogOf<'palette'>, key: string): Step {
  const { input, matches, chosen } = dialog
  const turn = TURNS[key]
  if (key === 'esc' || (key === 'backspace' && input.text === '')) return step(closed(state))
  if (key === 'enter') return enterPalette(state, dialog)
  if (key === 'tab') return withInput(state, dialog, inputOf(`${matches[chosen]?.command ?? input.text} `))
  if (turn === undefined) return typeInto(state, dialog, key)
  const next = Math.max(0, Math.min(matches.length - 1, chosen + turn))
  return step({ ...state, dialog: { ...dialog, chosen: next } })
}

/** What was chosen goes before what was typed; what was typed in full goes before the first offer. */
function enterPalette(state: DashboardState, dialog: DialogOf<'palette'>): Step {
  const { input, matches, chosen } = dialog
  if (input.text.trim() === '' && chosen === 0) return step(closed(state))
  const typed = runTyped(closed(state), input.text)
  const offered = matches[chosen]
  if (chosen === 0 && !('problem' in typed)) return typed
  const outcome = offered === undefined ? typed : runTyped(closed(state), offered.command)
  if (!('problem' in outcome)) return outcome
  return step({ ...state, dialog: { ...dialog, problem: outcome.problem } })
}

function typeInto(state: DashboardState, dialog: DialogOf<'prompt' | 'filter' | 'palette'>, key: string): Step {
  const input = edit(dialog.input, key)
  return input === undefined ? step(state) : withInput(state, dialog, input)
}

/** Takes the text over, and shows at once what comes of it. */
function withInput(state: DashboardState, dialog: DialogOf<'prompt' | 'filter' | 'palette'>, input: TextInput): Step {
  if (dialog.kind === 'prompt') return step({ ...state, dialog: { ...dialog, input, problem: undefined } })
  if (dialog.kind === 'palette') {
    const matches = matchesOf(state, input.text)
    return step({ ...state, dialog: { ...dialog, input, matches, chosen: 0, problem: undefined } })
  }
  const name = shownList(state)
  const typed = { ...state, dialog: { ...dialog, input } }
  return name === undefined ? step(typed) : applyFilter(typed, name, input.text)
}
