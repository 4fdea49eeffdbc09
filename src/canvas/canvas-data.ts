import type { EnqueueOptions } from '../task/enqueue-options.js'

/** What every canvas may have: what is called when it has ended. */
interface Called {
  /** Called with its result. They are no part of what the workflow comes to. */
  readonly links: readonly CanvasData[]
  /** Called with what went wrong, once, where it fails. */
  readonly errorLinks: readonly CanvasData[]
}

/** One job: a task, with all of its arguments or the last of them. */
export interface TaskData extends Called {
  readonly kind: 'task'
  readonly task: string
  readonly args: readonly unknown[]
  readonly options: EnqueueOptions
  /** It takes no result of what comes before it. */
  readonly immutable: boolean
  /** Its one argument is a list: the task runs for each of it, one after the other, in the one job. */
  readonly each?: Each
}

/** `map`: every item is the task's one argument. `starmap`: every item is a list of its arguments. */
export type Each = 'map' | 'starmap'

/** One after the other, each with the result of the one before. */
export interface ChainData extends Called {
  readonly kind: 'chain'
  readonly parts: readonly CanvasData[]
}

/** Side by side. */
export interface GroupData extends Called {
  readonly kind: 'group'
  readonly members: readonly CanvasData[]
  /** Its result tells of each member how it ended, and it does not fail. */
  readonly allowFailures: boolean
}

/** A group, and what takes the list of its results. */
export interface ChordData extends Called {
  readonly kind: 'chord'
  readonly header: GroupData
  readonly body: CanvasData
}

/** What is to be done, as plain data: JSON where its arguments are. */
export type CanvasData = TaskData | ChainData | GroupData | ChordData
