import type { CanvasData, GroupData, TaskData } from './canvas-data.js'

const LONGEST = 100
/** No more parts than this have room in a name. */
const MOST_NAMED = 50

/** What a workflow is called that was given no name: `Resize → (Thumbnail, Publish)`, `100 × Fetch → Merge`. */
export function describeCanvas(canvas: CanvasData): string {
  const text = describe(canvas, 0)
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}

function describe(canvas: CanvasData, depth: number): string {
  if (depth > MOST_NAMED) return '…'
  switch (canvas.kind) {
    case 'task':
      return nameOf(canvas)
    case 'chain':
      return row(canvas.parts, depth)
    case 'group':
      return side(canvas, depth)
    case 'chord':
      return row([canvas.header, canvas.body], depth)
  }
}

const nameOf = ({ task, each }: TaskData): string => (each === undefined ? task : `${each}(${task})`)

const row = (parts: readonly CanvasData[], depth: number): string =>
  parts
    .slice(0, MOST_NAMED)
    .map((part) => (part.kind === 'chain' ? `(${describe(part, depth + 1)})` : describe(part, depth + 1)))
    .join(' → ')

function side({ members }: GroupData, depth: number): string {
  const [first] = members
  if (first === undefined) return 'empty group'
  if (first.kind === 'task' && members.length > 1) {
    const name = nameOf(first)
    if (members.every((member) => member.kind === 'task' && nameOf(member) === name))
      return `${members.length} × ${name}`
  }
  return `(${members
    .slice(0, MOST_NAMED)
    .map((member) => describe(member, depth + 1))
    .join(', ')})`
}
