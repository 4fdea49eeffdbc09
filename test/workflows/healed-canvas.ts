import type { CanvasData, GroupData, TaskData } from '../../src/canvas/canvas-data.js'

/** The canvas with none of its jobs failing. */
export const healed = (canvas: CanvasData): CanvasData => mapCanvas(canvas, withoutFailure, withoutFailure)

/**
 * The canvas with groups that let no failure be, and callbacks that do not fail: what has gone on without a member does
 * not wait for it any more, and callbacks are not run again.
 */
export const withoutChances = (canvas: CanvasData): CanvasData => mapCanvas(canvas, (task) => task, withoutFailure)

type OfTask = (task: TaskData) => TaskData

function withoutFailure(task: TaskData): TaskData {
  const { fails, ...headers } = task.options.headers ?? {}
  return { ...task, options: { ...task.options, headers } }
}

function mapCanvas(canvas: CanvasData, ofTask: OfTask, ofCallback: OfTask): CanvasData {
  const callback = (called: CanvasData) => mapCanvas(called, ofCallback, ofCallback)
  const part = (inner: CanvasData) => mapCanvas(inner, ofTask, ofCallback)
  const own = { links: canvas.links.map(callback), errorLinks: canvas.errorLinks.map(callback) }
  switch (canvas.kind) {
    case 'task':
      return { ...ofTask(canvas), ...own }
    case 'chain':
      return { ...canvas, ...own, parts: canvas.parts.map(part) }
    case 'group':
      return { ...canvas, ...own, members: canvas.members.map(part), allowFailures: false }
    case 'chord':
      return { ...canvas, ...own, header: part(canvas.header) as GroupData, body: part(canvas.body) }
  }
}
