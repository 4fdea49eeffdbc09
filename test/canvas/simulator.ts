import type { PlannedNode, Target, WorkflowNode, WorkflowPlan } from '../../src/canvas/workflow-plan.js'
import type { Observed } from './agreement.js'
import { itemsOf } from './interpreter.js'
import { probe } from './probe.js'

type NodeOf<K extends WorkflowNode['kind']> = Extract<WorkflowNode, { kind: K }>
type Slot = { readonly value: unknown } | { readonly failedBy: string }
interface Join {
  readonly slots: (Slot | undefined)[]
  isOver: boolean
}
interface Ready {
  readonly planned: PlannedNode
  readonly input: { readonly given: unknown } | undefined
}

/**
 * Walks a plan by the rules of the record, as the broker's script does, with probes for jobs.
 *
 * @param pick which of so many jobs ends next
 */
export function simulate(plan: WorkflowPlan, pick: (count: number) => number): Observed {
  const walk = new Walk(plan)
  for (const target of plan.start) walk.reach(target, undefined)
  while (walk.ready.length > 0) {
    const [next] = walk.ready.splice(pick(walk.ready.length), 1)
    if (next !== undefined) walk.end(next)
  }
  const { outcome, runs, done, failed } = walk
  if (outcome === undefined) throw new Error('it waits for ever')
  return { outcome, runs, done, failed }
}

class Walk {
  readonly ready: Ready[] = []
  readonly runs = new Map<string, (readonly unknown[])[]>()
  outcome: Observed['outcome'] | undefined
  done = 0
  failed = 0
  readonly #joins = new Map<string, Join>()
  readonly #fired = new Set<string>()
  readonly #begun = new Set<number>()

  constructor(private readonly plan: WorkflowPlan) {}

  end({ planned: { node, call }, input }: Ready): void {
    if (call === undefined || (node.kind !== 'task' && node.kind !== 'callback')) throw new Error('no job')
    const headers = call.options.headers ?? {}
    const label = String(headers.label)
    const isCounted = node.kind === 'task'
    const all = call.immutable || input === undefined ? call.args : [input.given, ...call.args]
    const runs: (readonly unknown[])[] = []
    this.runs.set(label, runs)
    const runOnce = (args: readonly unknown[]) => {
      runs.push(args)
      return probe(headers, args)
    }
    let value: unknown
    try {
      value = call.each === undefined ? runOnce(all) : itemsOf(all[0], call.each).map(runOnce)
    } catch {
      if (isCounted) this.failed++
      this.#fail(node.up, label)
      return
    }
    if (isCounted) this.done++
    this.reach(node.next, { given: value })
  }

  reach(target: Target, input: Ready['input']): void {
    if (target === '-') return
    if (target === 'e') {
      this.#finish({ value: input?.given })
      return
    }
    const [index = '', slot] = target.split('.')
    if (slot !== undefined) {
      this.#fill(index, Number(slot), { value: input?.given })
      return
    }
    const planned = this.#planned(index)
    const { node } = planned
    if (node.kind === 'fork') for (const each of node.targets) this.reach(each, input)
    else if (node.kind === 'pass') this.reach(node.next, { given: [] })
    else if (node.kind === 'task' || node.kind === 'callback') this.#begin(planned, input)
    else throw new Error(`a result went to the ${node.kind} ${index}`)
  }

  #begin(planned: PlannedNode, input: Ready['input']): void {
    if (this.#begun.has(planned.index)) throw new Error(`${planned.index} begins twice`)
    this.#begun.add(planned.index)
    this.ready.push({ planned, input })
  }

  #finish(outcome: Observed['outcome']): void {
    if (this.outcome !== undefined && 'value' in outcome) throw new Error('it ends twice')
    this.outcome ??= outcome
  }

  #fail(up: Target, failedBy: string): void {
    if (up === '-') return
    if (up === 'e') {
      this.#finish({ failedBy })
      return
    }
    const [index = '', slot] = up.split('.')
    if (slot === undefined) this.#guard(index, failedBy)
    else this.#fill(index, Number(slot), { failedBy })
  }

  #guard(index: string, failedBy: string): void {
    const { targets, up } = this.#planned(index).node as NodeOf<'guard'>
    if (!this.#fired.has(index)) {
      this.#fired.add(index)
      for (const target of targets) this.reach(target, { given: { workflow: 'w', message: failedBy } })
    }
    this.#fail(up, failedBy)
  }

  #fill(index: string, at: number, slot: Slot): void {
    const { node } = this.#planned(index)
    if (node.kind !== 'join') throw new Error(`a slot of the ${node.kind} ${index}`)
    const join = this.#joins.get(index) ?? { slots: new Array<undefined>(node.size), isOver: false }
    this.#joins.set(index, join)
    if (join.slots[at] !== undefined) throw new Error(`the slot ${index}.${at} is filled twice`)
    join.slots[at] = slot
    if (join.isOver) return
    if ('failedBy' in slot && !node.allowFailures) {
      join.isOver = true
      this.#fail(node.up, slot.failedBy)
    } else if (Array.from(join.slots).every((each) => each !== undefined)) {
      join.isOver = true
      this.reach(node.next, { given: join.slots.map((each) => write(each as Slot, node.allowFailures)) })
    }
  }

  #planned(index: string): PlannedNode {
    const planned = this.plan.nodes[Number(index)]
    if (planned === undefined) throw new Error(`there is no node ${index}`)
    return planned
  }
}

function write(slot: Slot, allowFailures: boolean): unknown {
  if ('failedBy' in slot) return { status: 'failed', error: { message: slot.failedBy } }
  return allowFailures ? { status: 'succeeded', value: slot.value } : slot.value
}
