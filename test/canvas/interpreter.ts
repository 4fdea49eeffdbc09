import type { CanvasData, ChordData, GroupData, TaskData } from '../../src/canvas/canvas-data.js'
import { Blame, probe } from './probe.js'

/** What a workflow of probes comes to, and what runs on the way. */
export interface Interpretation {
  readonly outcome: Outcome
  /** The arguments of each run, by the label of the task; of `map` and `starmap` one list for each item. */
  readonly runs: ReadonlyMap<string, readonly (readonly unknown[])[]>
  /** How its jobs end that are no callbacks. */
  readonly done: number
  readonly failed: number
  readonly total: number
}

/** It succeeds; or it fails, because of one of these. */
export type Outcome = { readonly value: unknown } | { readonly blame: Blame }

/** Evaluates a canvas by what its words mean: knows nothing of plans and records. */
export function interpret(canvas: CanvasData): Interpretation {
  const evaluation = new Evaluation()
  const outcome = evaluation.run(canvas, NOTHING, true)
  const { runs, done, failed } = evaluation
  return { outcome, runs, done, failed, total: countTasks(canvas) }
}

type Input = { readonly given: unknown } | undefined
const NOTHING: Input = undefined

class Evaluation {
  readonly runs = new Map<string, (readonly unknown[])[]>()
  done = 0
  failed = 0

  /** A canvas, and then its callbacks. */
  run(canvas: CanvasData, input: Input, isCounted: boolean): Outcome {
    const outcome = this.#bare(canvas, input, isCounted)
    const [called, given] = 'value' in outcome ? [canvas.links, outcome.value] : [canvas.errorLinks, outcome.blame]
    for (const callback of called) this.run(callback, { given }, false)
    return outcome
  }

  #bare(canvas: CanvasData, input: Input, isCounted: boolean): Outcome {
    switch (canvas.kind) {
      case 'task':
        return this.#task(canvas, input, isCounted)
      case 'chain':
        return this.#row(canvas.parts, input, isCounted)
      case 'group':
        return this.#group(canvas, input, isCounted)
      case 'chord':
        return this.#row([(canvas as ChordData).header, canvas.body], input, isCounted)
    }
  }

  #row(parts: readonly CanvasData[], input: Input, isCounted: boolean): Outcome {
    let before = input
    let outcome: Outcome = { value: undefined }
    for (const [at, part] of parts.entries()) {
      outcome = this.run(part, before, isCounted)
      if ('blame' in outcome) {
        this.#headerFailed(parts, at, outcome.blame)
        return outcome
      }
      before = { given: outcome.value }
    }
    return outcome
  }

  /** The error callbacks of what takes a group's list hear of it, too; where that is a group again, of what takes its. */
  #headerFailed(parts: readonly CanvasData[], at: number, given: Blame): void {
    const next = parts[at + 1]
    if (parts[at]?.kind !== 'group' || next === undefined) return
    for (const callback of next.errorLinks) this.run(callback, { given }, false)
    this.#headerFailed(parts, at + 1, given)
  }

  /** All members run, also where one has failed. */
  #group({ members, allowFailures }: GroupData, input: Input, isCounted: boolean): Outcome {
    const outcomes = members.map((member) => this.run(member, input, isCounted))
    if (allowFailures) return { value: outcomes.map(settlement) }
    const labels = outcomes.flatMap((outcome) => ('blame' in outcome ? outcome.blame.labels : []))
    if (labels.length > 0) return { blame: new Blame(labels) }
    return { value: outcomes.map((outcome) => 'value' in outcome && outcome.value) }
  }

  #task({ args, immutable, options, each }: TaskData, input: Input, isCounted: boolean): Outcome {
    const headers = options.headers ?? {}
    const label = String(headers.label)
    const all = immutable || input === undefined ? args : [input.given, ...args]
    const runs: (readonly unknown[])[] = []
    if (this.runs.has(label)) throw new Error(`${label} runs twice`)
    this.runs.set(label, runs)
    const runOnce = (given: readonly unknown[]) => {
      runs.push(given)
      return probe(headers, given)
    }
    try {
      const value = each === undefined ? runOnce(all) : itemsOf(all[0], each).map(runOnce)
      if (isCounted) this.done++
      return { value }
    } catch {
      if (isCounted) this.failed++
      return { blame: new Blame([label]) }
    }
  }
}

const settlement = (outcome: Outcome): unknown =>
  'value' in outcome ? { status: 'succeeded', value: outcome.value } : outcome.blame

/** The arguments of each run of a `map` or `starmap`. */
export const itemsOf = (list: unknown, each: 'map' | 'starmap'): (readonly unknown[])[] =>
  (list as readonly unknown[]).map((item) => (each === 'map' ? [item] : (item as readonly unknown[])))

function countTasks(canvas: CanvasData): number {
  const sum = (parts: readonly CanvasData[]) => parts.reduce((total, part) => total + countTasks(part), 0)
  switch (canvas.kind) {
    case 'task':
      return 1
    case 'chain':
      return sum(canvas.parts)
    case 'group':
      return sum(canvas.members)
    case 'chord':
      return sum([canvas.header, canvas.body])
  }
}
