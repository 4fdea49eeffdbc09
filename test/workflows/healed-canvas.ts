import type { CanvasData, GroupData, TaskData } from '../../src/canvas/canvas-data.js'

/** The canvas with none of its jobs failing. */
export const healed = (canvas: CanvasData): CanvasData => mapCanvas(canvas, withoutFailure, withoutFailure)

/**
 * The canvas with groups that let no failure be, and callbacks that do not fail: what has gone on without a member does
 * not wait for it any more, and callbacks are not run again.
 */
export const withoutChances = (canvas: CanvasData): CanvasData => mapCanvas(canvas, (task) => task, withoutFailure)

/** The canvas with each of its tasks changed. */
export const withTasks = (canvas: CanvasData, change: OfTask): CanvasData =>
  mapCanvas(canvas, change, change, (group) => group.allowFailures)

type OfTask = (task: TaskData) => TaskData
type LetsFail = (group: GroupData) => boolean

function withoutFailure(task: TaskData): TaskData {
  const { fails, ...headers } = task.options.headers ?? {}
  return { ...task, options: { ...task.options, headers } }
}

function mapCanvas(canvas: CanvasData, ofTask: OfTask, ofCallback: OfTask, lets: LetsFail = () => false): CanvasData {
  const callback = (called: CanvasData) => mapCanvas(called, ofCallback, ofCallback, lets)
  const part = (inner: CanvasData) => mapCanvas(inner, ofTask, ofCallback, lets)
  const own = { links: canvas.links.map(callback), errorLinks: canvas.errorLinks.map(callback) }
  switch (canvas.kind) {
    case 'task':
      return { ...ofTask(canvas), ...own }
    case 'chain':
      return { ...canvas, ...own, parts: canvas.parts.map(part) }
    case 'group':
      return { ...canvas, ...own, members: canvas.members.map(part), allowFailures: lets(canvas) }
    case 'chord':
      return { ...canvas, ...own, header: part(canvas.header) as GroupData, body: part(canvas.body) }
  }
}
