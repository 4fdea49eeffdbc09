import type { JobState } from '../task/job-state.js'
import { STATE_SIGNS } from '../task/state-signs.js'
import type { WorkflowProgress, WorkflowTree } from '../task/workflow-result.js'

/** A line of a workflow's drawing. */
export interface TreeLine {
  /** Where it is in the tree: `0.2.1`; of the whole `''`. A line for parts that are not listed ends in `+`. */
  readonly key: string
  /** The branches that lead to it. */
  readonly stem: string
  /** Undefined for parts that are not listed. */
  readonly state: JobState | undefined
  /** The task's name, or how its parts belong together. */
  readonly label: string
  /** Of a part that is or becomes a job: its id. */
  readonly id?: string
  /** Of a group: how its members stand. Of a job: the workflow that took its place, or that it never ran. */
  readonly note?: string
  /** Why it failed. */
  readonly error?: string
}

interface Place {
  readonly key: string
  /** The branches of this line, and what its parts' lines begin with. */
  readonly stem: string
  readonly beneath: string
}

/** A workflow line by line, as it is drawn: what each is made of comes under it. */
export function treeLines(tree: WorkflowTree): readonly TreeLine[] {
  const lines: TreeLine[] = []
  addLines(tree, { key: '', stem: '', beneath: '' }, lines)
  return lines
}

/** A workflow as text. What stands in it came from outside: it is not safe for a terminal. */
export const drawTree = (tree: WorkflowTree): string => treeLines(tree).map(drawLine).join('\n')

/** A line of {@link drawTree}. */
export function drawLine({ stem, state, label, id, note, error }: TreeLine): string {
  const sign = state === undefined ? '' : `${STATE_SIGNS.get(state) ?? '?'} `
  return [`${stem}${sign}${label}`, state, note, id, error].filter((part) => part !== undefined).join('  ')
}

function addLines(tree: WorkflowTree, { key, stem, beneath }: Place, lines: TreeLine[]): void {
  const { state, id, error, parts = [], more = 0 } = tree
  lines.push({
    ...{ key, stem, state, label: labelOf(tree) },
    ...(tree.kind === 'task' && id !== undefined && { id }),
    ...noteOf(tree),
    ...(error !== undefined && { error }),
  })
  parts.forEach((part, index) => {
    const isLast = index === parts.length - 1 && more === 0
    const place = {
      key: key === '' ? String(index) : `${key}.${index}`,
      stem: beneath + (isLast ? '└─ ' : '├─ '),
      beneath: beneath + (isLast ? '   ' : '│  '),
    }
    addLines(part, place, lines)
  })
  if (more > 0) lines.push({ key: `${key}+`, stem: `${beneath}└─ `, state: undefined, label: `… ${count(more)} more` })
}

const ROLES = { link: 'then ', 'error-link': 'on error ' } as const

function labelOf(tree: WorkflowTree): string {
  const role = tree.role === undefined ? '' : ROLES[tree.role]
  return role + whatOf(tree)
}

function whatOf({ kind, task, parts = [], more = 0, progress }: WorkflowTree): string {
  if (kind === 'task') return task ?? 'task'
  if (kind !== 'group') return kind
  const members = parts.filter(({ role }) => role === undefined).length + more
  return `group of ${count(progress?.total ?? members)}`
}

const NEVER_RAN: ReadonlySet<JobState> = new Set<JobState>(['failed', 'revoked'])

function noteOf({ kind, state, error, progress, endsAs }: WorkflowTree): { readonly note?: string } {
  if (progress !== undefined) return { note: tell(progress) }
  if (endsAs !== undefined) return { note: `as ${endsAs}` }
  // What ran and failed has an error.
  return kind === 'task' && error === undefined && NEVER_RAN.has(state) ? { note: 'never ran' } : {}
}

/** How many of its members succeeded, and how many failed. */
function tell({ done, failed }: WorkflowProgress): string {
  return `${count(done)} succeeded${failed === 0 ? '' : `, ${count(failed)} failed`}`
}

const count = (number: number): string => number.toLocaleString('en-US')
