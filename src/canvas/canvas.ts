import type { WorkflowFailure } from '../errors/workflow-failed-error.js'
import type { AsyncResult } from '../task/async-result.js'
import type { EnqueueOptions, Headers } from '../task/enqueue-options.js'
import type { WorkflowOptions } from '../task/workflow-options.js'
import type { WorkflowResult } from '../task/workflow-result.js'
import type { Duration } from '../time/duration.js'
import type { CanvasData, ChainData, ChordData, GroupData, TaskData } from './canvas-data.js'

declare const RESULT: unique symbol
declare const MISSING: unique symbol
declare const TAKES: unique symbol

/**
 * What is to be done, not yet sent: frozen data with methods, that can be kept, passed on and sent many times. It has
 * no `then`, so that `await` and `Promise.all` leave it alone; `JSON.stringify` writes its {@link CanvasData}.
 *
 * @typeParam R what it comes to
 * @typeParam Missing the leading arguments that are still to come
 * @typeParam Takes what it can be given as the result of what comes before it
 */
export interface Canvas<R = unknown, Missing extends unknown[] = [], Takes = never> {
  readonly kind: CanvasData['kind']
  readonly links: readonly CanvasData[]
  readonly errorLinks: readonly CanvasData[]
  // Never there: without them, the compiler would take any two canvases for one type.
  readonly [RESULT]?: () => R
  readonly [MISSING]?: () => Missing
  readonly [TAKES]?: (value: Takes) => void
  /** Sends it, with the arguments that are still missing in front of its own. */
  delay(...missing: Missing): Promise<AsyncResult<R>>
  /** One after the other: this one, then `next` with its result. */
  pipe<Next extends AnyCanvas>(next: Next & Fits<R, Next>): Chain<ResultOf<Next>, Missing, Takes>
  /** The same with more options on every task in it. */
  set(options: EnqueueOptions): this
  /** The same, and when it has succeeded `callback` with its result: that is no part of what it comes to. */
  link<Callback extends AnyCanvas>(callback: Callback & Fits<R, Callback>): Canvas<R, Missing, Takes>
  /** The same, and where it fails `callback`, once, with a {@link WorkflowFailure} as its first argument unless immutable. */
  linkError<Callback extends AnyCanvas>(callback: Callback & Fits<WorkflowFailure, Callback>): Canvas<R, Missing, Takes>
  /** As {@link linkError}. One of a chord's body is called where its header fails, too. */
  onError<Callback extends AnyCanvas>(callback: Callback & Fits<WorkflowFailure, Callback>): Canvas<R, Missing, Takes>
  /** The same with more headers on every task in it, its callbacks included. */
  stamp(headers: Headers | ((task: TaskData) => Headers)): this
  /** The same with the arguments that are missing in front of its own. */
  clone(...missing: Missing): Canvas<R>
}

/** Any canvas. */
export type AnyCanvas = Canvas<unknown, unknown[]>

/** What a canvas comes to. */
export type ResultOf<C extends AnyCanvas> = C extends { readonly [RESULT]?: () => infer R } ? R : never
/** Which leading arguments of a canvas are still to come. */
export type MissingOf<C extends AnyCanvas> = C extends { readonly [MISSING]?: () => infer M extends unknown[] }
  ? M
  : never
/** What a canvas can be given as the result of what comes before it; of one of several, what all can. */
export type TakesOf<C extends AnyCanvas> = NonNullable<C[typeof TAKES]> extends (value: infer T) => void ? T : never

/** Nothing more where a result is all that the next canvas needs, and it can take it; else what does not fit. */
export type Fits<R, Next extends AnyCanvas> = [MissingOf<Next>] extends [[] | [unknown]]
  ? [R] extends [TakesOf<Next>]
    ? unknown
    : Misfit<R, TakesOf<Next>>
  : Misfit<R, MissingOf<Next>>

/** No canvas is this: the compiler shows it where one does not take the result of what comes before it. */
export interface Misfit<R, Takes> {
  readonly 'the result before it': R
  readonly 'what it takes': Takes
}

/** A canvas of several parts. Sending it makes a workflow. */
export interface Composed<R, Missing extends unknown[], Takes> extends Canvas<R, Missing, Takes> {
  delay(...missing: Missing): Promise<WorkflowResult<R>>
  /** Sends it with options of the whole. Arguments that are still missing do not compile. */
  applyAsync(this: Canvas<R>, options?: WorkflowOptions): Promise<WorkflowResult<R>>
  /** The same with more options on every task in it, but for those that would make a part another call's job. */
  set(options: OptionsOfParts): this
  clone(...missing: Missing): Composed<R, [], never>
  link<Callback extends AnyCanvas>(callback: Callback & Fits<R, Callback>): this
  linkError<Callback extends AnyCanvas>(callback: Callback & Fits<WorkflowFailure, Callback>): this
  onError<Callback extends AnyCanvas>(callback: Callback & Fits<WorkflowFailure, Callback>): this
}

type OptionsOfParts = Omit<
  EnqueueOptions,
  'taskId' | 'idempotencyKey' | 'idempotencyTtl' | 'unique' | 'throttle' | 'debounce' | 'keepLatest'
>

/** One after the other, each with the result of the one before. */
export interface Chain<R = unknown, Missing extends unknown[] = [], Takes = never>
  extends Composed<R, Missing, Takes>,
    ChainData {
  readonly kind: 'chain'
}

/** Side by side: comes to the list of its members' results, in their order. */
export interface Group<R = unknown, Missing extends unknown[] = [], Takes = never>
  extends Composed<R, Missing, Takes>,
    GroupData {
  readonly kind: 'group'
  /** The same with its members' beginnings apart: the first waits `start`, each next one `step` more, at most `stop`. */
  skew(options?: SkewOptions): this
}

/** How the members of a group begin one after the other. */
export interface SkewOptions {
  /** The first member's wait. Default: one second. */
  readonly start?: Duration
  /** No member waits longer. Default: as it comes. */
  readonly stop?: Duration
  /** How much longer each waits than the one before. Default: one second. */
  readonly step?: Duration
}

/** A group, and what takes the list of its results. */
export interface Chord<R = unknown, Missing extends unknown[] = [], Takes = never>
  extends Composed<R, Missing, Takes>,
    ChordData {
  readonly kind: 'chord'
}
