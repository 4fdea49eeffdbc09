import type { Headers } from '../task/enqueue-options.js'
import type { CanvasData, GroupData, TaskData } from './canvas-data.js'

/** The same canvas with arguments in front of those of the tasks that it begins with, but of immutable ones. */
export function withArguments(canvas: CanvasData, more: readonly unknown[]): CanvasData {
  return mapFirst(canvas, (task) => (task.immutable ? task : { ...task, args: [...more, ...task.args] }))
}

/** The same canvas with the tasks that it begins with changed. */
export function mapFirst(canvas: CanvasData, change: (task: TaskData) => TaskData): CanvasData {
  switch (canvas.kind) {
    case 'task':
      return change(canvas)
    case 'chain':
      return { ...canvas, parts: canvas.parts.map((part, at) => (at === 0 ? mapFirst(part, change) : part)) }
    case 'group':
      return { ...canvas, members: canvas.members.map((member) => mapFirst(member, change)) }
    case 'chord':
      return { ...canvas, header: mapFirst(canvas.header, change) as GroupData }
  }
}

/** The same canvas with all of its tasks changed, its callbacks not. */
export function mapTasks(canvas: CanvasData, change: (task: TaskData) => TaskData): CanvasData {
  return mapParts(canvas, change, (part) => mapTasks(part, change))
}

/** The same canvas with headers on all of its tasks, also those of callbacks. What a task has already, it keeps. */
export function stampTasks(canvas: CanvasData, headers: Headers | ((task: TaskData) => Headers)): CanvasData {
  const stamp = (part: CanvasData) => stampTasks(part, headers)
  const withCalled = { ...canvas, links: canvas.links.map(stamp), errorLinks: canvas.errorLinks.map(stamp) }
  const headersOf = (task: TaskData) => (typeof headers === 'function' ? headers(task) : headers)
  return mapParts(withCalled, (task) => stamped(task, headersOf(task)), stamp)
}

/** A task changed, or a canvas of others with each of these changed. */
function mapParts(
  canvas: CanvasData,
  change: (task: TaskData) => TaskData,
  each: (part: CanvasData) => CanvasData,
): CanvasData {
  switch (canvas.kind) {
    case 'task':
      return change(canvas)
    case 'chain':
      return { ...canvas, parts: canvas.parts.map(each) }
    case 'group':
      return { ...canvas, members: canvas.members.map(each) }
    case 'chord':
      return { ...canvas, header: each(canvas.header) as GroupData, body: each(canvas.body) }
  }
}

const stamped = (task: TaskData, headers: Headers): TaskData => ({
  ...task,
  options: { ...task.options, headers: { ...headers, ...task.options.headers } },
})
