import type { Target, WorkflowNode } from '../../canvas/workflow-plan.js'

/** Whether a node becomes a job. */
type IsTask = (index: number) => boolean

/** Whether a node, as it is planned, becomes a job. */
export const becomesJob = ({ kind }: WorkflowNode): boolean => kind === 'task' || kind === 'callback'

/** A node as it is written into a record. */
export function nodeText(node: WorkflowNode, isTask: IsTask): string {
  switch (node.kind) {
    case 'task':
      return `t|${node.next}|${node.up}|${node.task}`
    case 'callback':
      return `c|${node.next}|${node.up}|${node.task}`
    case 'join':
      return `j|${node.next}|${node.up}|${node.size}|${node.allowFailures ? 1 : 0}`
    case 'fork':
      return `f|${targetsText(node.targets, isTask)}`
    case 'pass':
      return `p|${node.next}|${node.up}`
    case 'guard':
      return `g|${targetsText(node.targets, isTask)}|${node.up}`
  }
}

/** Shorter rows are told one by one. */
const SHORTEST_ROW = 3

/**
 * Targets as text. Nodes that become jobs and whose numbers are evenly apart are one entry, `*first-last/step`: the
 * broker's scripts let them begin at once, however many they are.
 */
export function targetsText(targets: readonly Target[], isTask: IsTask): string {
  const parts: string[] = []
  for (let at = 0; at < targets.length; ) {
    const count = rowFrom(targets, at, isTask)
    if (count >= SHORTEST_ROW) {
      const [first, second, last] = [targets[at], targets[at + 1], targets[at + count - 1]]
      parts.push(`*${first}-${last}/${Number(second) - Number(first)}`)
      at += count
    } else {
      parts.push(targets[at] as Target)
      at++
    }
  }
  return parts.join(',')
}

/** How many targets, from one on, are a row. */
function rowFrom(targets: readonly Target[], at: number, isTask: IsTask): number {
  const first = taskNumber(targets[at], isTask)
  const second = taskNumber(targets[at + 1], isTask)
  if (first === undefined || second === undefined || second <= first) return 1
  let count = 2
  while (taskNumber(targets[at + count], isTask) === first + count * (second - first)) count++
  return count
}

function taskNumber(target: Target | undefined, isTask: IsTask): number | undefined {
  if (target === undefined || !/^\d+$/.test(target)) return undefined
  return isTask(Number(target)) ? Number(target) : undefined
}

/** Reads a node; undefined for what is none. */
export function parseNode(text: string | null | undefined): WorkflowNode | undefined {
  const [kind, first = '', second = '', ...rest] = (text ?? '').split('|')
  const [next, up] = [first, second] as [Target, Target]
  switch (kind) {
    case 't':
      return { kind: 'task', next, up, task: rest.join('|') }
    case 'c':
      return { kind: 'callback', next, up, task: rest.join('|') }
    case 'j':
      return { kind: 'join', next, up, size: numberIn(rest[0]), allowFailures: rest[1] === '1' }
    case 'f':
      return { kind: 'fork', targets: parseTargets(first) }
    case 'p':
      return { kind: 'pass', next, up }
    case 'g':
      return { kind: 'guard', targets: parseTargets(first), up }
    default:
      return undefined
  }
}

const ROW = /^\*(\d{1,6})-(\d{1,6})\/(\d{1,6})$/

function parseTargets(text: string): Target[] {
  return text.split(',').flatMap((part) => {
    const [, first, last, step] = ROW.exec(part) ?? []
    if (first === undefined) return part === '' ? [] : [part as Target]
    const row: Target[] = []
    for (let at = Number(first); at <= Number(last); at += Math.max(1, Number(step))) row.push(`${at}`)
    return row
  })
}

/** A whole number that was stored; 0 for anything else. */
export function numberIn(text: string | null | undefined): number {
  const number = Number(text ?? 0)
  return Number.isSafeInteger(number) && number >= 0 ? number : 0
}
