import type { Dashboard } from '../control/dashboard.js'
import { openEarly } from './early-screen.js'
import { Effects } from './effects.js'
import { FaultLog } from './fault-log.js'
import { FrameSource } from './frame-source.js'
import { runPager } from './pager.js'
import { Painter } from './painter.js'
import { keepPolling, tellSeconds } from './polling.js'
import { quietConsole } from './quiet-console.js'
import type { Suspend } from './screen.js'
import { initialState, type Size, type ViewName } from './state.js'
import { Store } from './store.js'
import { THEME_NAMES } from './theme.js'
import { update } from './update.js'
import { keepWatching } from './watching.js'

/** How a dashboard is run. */
export interface DashboardOptions {
  /** Milliseconds from one look to the next. */
  readonly refreshMs: number
  /** Nothing can be changed from it. */
  readonly readOnly: boolean
  /** One of {@link THEME_NAMES}. Default: the first. */
  readonly theme?: string
  /** Draws with ASCII only. */
  readonly ascii: boolean
  readonly color: boolean
  /** The first view. Default `queues`. */
  readonly view?: ViewName
  /** Terminals to use. Default: the process's own. */
  readonly stdin?: NodeJS.ReadStream
  readonly stdout?: NodeJS.WriteStream
  readonly stderr?: NodeJS.WritableStream
  /** Milliseconds since 1970. Default: the clock. */
  readonly nowMs?: () => number
}

/** How long quitting waits for actions that have begun. */
const LAST_ACTIONS_MS = 3000

/**
 * Shows the dashboard full screen until somebody quits it. Both streams must be terminals. A broker that is lost does
 * not end it; the terminal is as it was afterwards, however it ends. Faults of its own are told on stderr at the end.
 */
export async function runDashboard(dashboard: Dashboard, options: DashboardOptions): Promise<void> {
  const { refreshMs, stdout = process.stdout, nowMs = Date.now } = options
  const faults = new FaultLog()
  const quitting = Promise.withResolvers<void>()
  const handOver: HandOver = { run: (program) => program() }
  const effects = new Effects({
    dashboard,
    nowMs,
    tell: (event) => void store.dispatch(event),
    write: (sequence) => stdout.write(sequence),
    openPager: (text) => handOver.run(() => runPager(text)),
    quit: quitting.resolve,
  })
  const parts = { update, perform: effects.perform, onFault: faults.add }
  const store = new Store(firstState(options, sizeOf(stdout), nowMs()), parts)
  // The first answer comes while Ink is still being loaded.
  const services = [keepPolling(store, refreshMs, nowMs), tellSeconds(store, nowMs), keepWatching(dashboard, store)]
  try {
    await show(store, options, faults, handOver, quitting)
  } finally {
    for (const service of services) service.stop()
    effects.close()
    store.close()
    await lastActions(effects)
    faults.write(options.stderr ?? process.stderr)
  }
}

/** How another program gets the terminal: known once the screen is open. */
interface HandOver {
  run: Suspend
}

/** Shows the screen until it is to end. */
async function show(
  store: Store,
  { stdin = process.stdin, stdout = process.stdout }: DashboardOptions,
  faults: FaultLog,
  handOver: HandOver,
  quitting: PromiseWithResolvers<void>,
): Promise<void> {
  const early = openEarly(stdin, stdout)
  const painter = new Painter(stdout, store, new FrameSource(faults.add))
  painter.start()
  const { openScreen } = await loadScreen().catch((error: unknown) => {
    painter.close()
    early.giveBack()
    throw error
  })
  const onSuspendable = (suspend: Suspend): void => {
    handOver.run = async (program) => {
      painter.rest()
      await suspend(program).finally(() => painter.start())
    }
  }
  const speak = quietConsole(faults.addText)
  const screen = openScreen({ store, stdin, stdout, onSuspendable, quit: quitting.resolve })
  early.handOver()
  painter.start()
  try {
    await Promise.race([quitting.promise, screen.ended])
  } finally {
    painter.close()
    await screen.close()
    // What is typed from now on is for whoever comes next, the shell: this process may take a while to end.
    stdin.pause()
    speak()
  }
}

function firstState({ readOnly, theme, ascii, color, view }: DashboardOptions, size: Size, nowMs: number) {
  const look = { theme: theme ?? THEME_NAMES[0] ?? '', themes: THEME_NAMES, ascii, color }
  return initialState({ readOnly, look, size, nowMs, ...(view !== undefined && { view }) })
}

/** Where a terminal does not tell its size, it is taken for the oldest one. */
const sizeOf = ({ columns, rows }: NodeJS.WriteStream): Size => ({ columns: columns || 80, rows: rows || 24 })

/** React chooses its build when it is loaded. What was set stays set for everybody else. */
async function loadScreen(): Promise<typeof import('./screen.js')> {
  const given = process.env.NODE_ENV
  process.env.NODE_ENV = given ?? 'production'
  try {
    return await import('./screen.js')
  } finally {
    if (given === undefined) delete process.env.NODE_ENV
  }
}

async function lastActions({ acting }: Effects): Promise<void> {
  if (acting.size === 0) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LAST_ACTIONS_MS)
  await Promise.race([promise, Promise.all(acting)])
  clearTimeout(timer)
}
