import type { ToChild } from './messages.js'

/** A worker's hold on a child: how they speak, and how it is ended. */
export interface ChildLink {
  /** What it is, for people: `process 4711`. */
  readonly label: string
  /** @throws where the message cannot be sent as it is; a child that is gone does not hear, and that is told by its end */
  send(message: ToChild): void
  /** Ends it at once, whatever it does. */
  kill(): void
}

/** Who hears of a child. */
export interface ChildListener {
  /** What came from it under taskq's mark, unchecked. */
  readonly onMessage: (message: unknown) => void
  /** Called once, when it is gone: how it ended, for people. */
  readonly onEnd: (how: string) => void
}

/** Makes a child that runs the module at `entry`, in this environment or the worker's own. */
export type StartChild = (entry: URL, listener: ChildListener, env?: NodeJS.ProcessEnv) => ChildLink
