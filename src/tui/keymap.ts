import type { ListName } from './state.js'

/** Where keys act: in a list, on a job's or a schedule's page. */
export type Place = ListName | 'job' | 'schedule'

/** What keys do. */
export type Command =
  | 'down'
  | 'up'
  | 'first'
  | 'last'
  | 'page-down'
  | 'page-up'
  | 'half-down'
  | 'half-up'
  | 'left'
  | 'right'
  | 'next-view'
  | 'previous-view'
  | 'go-view'
  | 'enter'
  | 'back'
  | 'quit'
  | 'exit'
  | 'filter'
  | 'palette'
  | 'help'
  | 'freeze'
  | 'select'
  | 'select-all'
  | 'sort'
  | 'reverse'
  | 'copy'
  | 'open'
  | 'traceback'
  | ActionCommand

/** What changes something in the app. */
export type ActionCommand =
  | 'retry'
  | 'retry-all'
  | 'revoke'
  | 'promote'
  | 'delete'
  | 'pause'
  | 'rate-limit'
  | 'grow'
  | 'shrink'
  | 'concurrency'
  | 'shutdown'
  | 'run-now'

export type KeyGroup = 'Move' | 'Views' | 'Lists' | 'Do' | 'Screen'

/** What a key does, and where. */
export interface KeyBinding {
  readonly keys: readonly string[]
  readonly command: Command
  /** Undefined: everywhere. */
  readonly places: readonly Place[] | undefined
  readonly title: string
  readonly group: KeyGroup
  /** It changes something: off with `--read-only`. */
  readonly acts?: true
  /** It destroys, or does it to all: its key is uppercase, or it asks. */
  readonly dangerous?: true
  /** A word for the line at the bottom; without one it is in the help only. */
  readonly label?: string
  /** How its keys are told there. Default: the first of them. */
  readonly shown?: string
}

const CHOICES: readonly Place[] = ['queues', 'tasks', 'jobs', 'workers', 'slots', 'schedules', 'workflows']
const LISTS: readonly Place[] = [...CHOICES, 'parts', 'events']
const WORKFLOWS: readonly Place[] = ['workflows', 'parts']
const JOBS: readonly Place[] = ['jobs', 'job']
const RUNNING: readonly Place[] = ['jobs', 'job', 'slots']
const WORKERS: readonly Place[] = ['workers', 'slots']

type Extra = Pick<KeyBinding, 'acts' | 'dangerous' | 'label' | 'shown'>

function bind(
  group: KeyGroup,
  keys: string,
  command: Command,
  title: string,
  places?: readonly Place[],
  extra: Extra = {},
): KeyBinding {
  return Object.freeze({ keys: keys.split(' '), command, places, title, group, ...extra })
}

const acts = (label: string): Extra => ({ acts: true, label })
const destroys = (label: string): Extra => ({ acts: true, dangerous: true, label })

/** All keys. The help, the line at the bottom and the palette are made of it. */
export const KEYMAP: readonly KeyBinding[] = Object.freeze([
  bind('Do', 'r', 'retry', 'run dead jobs again', JOBS, acts('retry')),
  bind('Do', 'R', 'retry-all', 'run all dead jobs that match again', ['jobs'], destroys('retry all')),
  bind('Do', 'c', 'revoke', 'revoke: end jobs that are not done', RUNNING, { ...destroys('revoke') }),
  bind('Do', 'r', 'retry', 'run the failed jobs of workflows again', WORKFLOWS, acts('retry failed')),
  bind('Do', 'c', 'revoke', 'revoke workflows: nothing more of them runs', WORKFLOWS, destroys('revoke')),
  bind('Do', 'o', 'promote', 'run jobs that wait for their time now', JOBS, acts('promote')),
  bind('Do', 'D', 'delete', 'delete jobs with every trace', JOBS, destroys('delete')),
  bind('Do', 'p', 'pause', 'pause, or resume', ['queues', 'schedules', 'schedule'], acts('pause')),
  bind('Do', 'n', 'run-now', 'run the entry now', ['schedules', 'schedule'], acts('run now')),
  bind('Do', 'l', 'rate-limit', 'change the rate limit', ['tasks'], acts('rate limit')),
  bind('Do', '+', 'grow', 'one slot more', WORKERS, acts('grow')),
  bind('Do', '-', 'shrink', 'one slot less', WORKERS, acts('shrink')),
  bind('Do', 'C', 'concurrency', 'set the number of slots', WORKERS, destroys('slots')),
  bind('Do', 'K', 'shutdown', 'shut the worker down', WORKERS, destroys('shut down')),
  bind('Do', 'y', 'copy', 'copy the id or name', undefined, { label: 'copy' }),
  bind('Do', 'e', 'open', 'open as JSON in $PAGER', undefined, { label: 'open' }),
  bind('Do', 't', 'traceback', 'show the traceback', JOBS, { label: 'traceback' }),
  bind('Move', 'j down', 'down', 'down'),
  bind('Move', 'k up', 'up', 'up'),
  bind('Move', 'g home', 'first', 'to the top'),
  bind('Move', 'G end', 'last', 'to the end'),
  bind('Move', 'pagedown ctrl-f', 'page-down', 'a page down'),
  bind('Move', 'pageup ctrl-b', 'page-up', 'a page up'),
  bind('Move', 'ctrl-d', 'half-down', 'half a page down'),
  bind('Move', 'ctrl-u', 'half-up', 'half a page up'),
  bind('Move', 'h left', 'left', 'the state before', ['jobs']),
  bind('Move', 'l right', 'right', 'the next state', ['jobs'], { label: 'state', shown: 'h l' }),
  bind('Move', 'h left', 'left', 'the section before', ['job']),
  bind('Move', 'l right', 'right', 'the next section', ['job'], { label: 'section', shown: 'h l' }),
  bind('Move', 'enter', 'enter', 'go in', [...LISTS, 'job', 'schedule'], { label: 'in' }),
  bind('Move', 'esc backspace', 'back', 'go back; clear selection and filter', undefined, { label: 'back' }),
  bind('Views', 'tab', 'next-view', 'the next view'),
  bind('Views', 'shift-tab', 'previous-view', 'the view before'),
  bind('Views', '1 2 3 4 5 6 7', 'go-view', 'Queues, Tasks, Jobs, Workers, Schedules, Workflows, Events'),
  bind('Lists', '/', 'filter', 'show only what holds a text', LISTS, { label: 'filter' }),
  bind('Lists', 'x', 'select', 'select', CHOICES, { label: 'select' }),
  bind('Lists', 'A', 'select-all', 'select all, or none', CHOICES),
  bind('Lists', 's', 'sort', 'sort by the next column', CHOICES, { label: 'sort' }),
  bind('Lists', 'S', 'reverse', 'turn the order around', CHOICES),
  bind('Screen', ':', 'palette', 'type a command', undefined, { label: 'command' }),
  bind('Screen', 'space', 'freeze', 'hold the screen still, or go on', undefined, { label: 'freeze' }),
  bind('Screen', '?', 'help', 'show all keys', undefined, { label: 'help' }),
  bind('Screen', 'q', 'quit', 'back, and out', undefined, { label: 'quit' }),
  bind('Screen', 'ctrl-c', 'exit', 'out'),
])

/** What a key does here. */
export function bindingOf(place: Place, key: string): KeyBinding | undefined {
  return KEYMAP.find(({ keys, places }) => keys.includes(key) && isAt(places, place))
}

/** What can be done here, each command once. */
export function bindingsAt(place: Place): readonly KeyBinding[] {
  return KEYMAP.filter(({ places }) => isAt(places, place))
}

const isAt = (places: readonly Place[] | undefined, place: Place): boolean => places?.includes(place) ?? true
