import type { EnqueueOptions, Headers } from '../task/enqueue-options.js'
import { enqueue, startWorkflow } from '../task/enqueuer.js'
import type { WorkflowOptions } from '../task/workflow-options.js'
import type { AnyCanvas, SkewOptions } from './canvas.js'
import type { CanvasData, ChainData, GroupData, TaskData } from './canvas-data.js'
import { checkCanvas, checkRecord } from './check-canvas.js'
import { describeCanvas } from './describe-canvas.js'
import { skewed } from './skew.js'
import { mapTasks, stampTasks, withArguments } from './transform.js'

/** What all canvases can do. */
const METHODS = {
  delay(this: CanvasData, ...missing: unknown[]) {
    return send(missing.length === 0 ? this : withArguments(this, missing), {})
  },
  applyAsync(this: CanvasData, options: EnqueueOptions & WorkflowOptions = {}) {
    return send(this, options)
  },
  pipe(this: CanvasData, next: AnyCanvas) {
    return canvasOf(chained([this, inner(next, 'pipe')]), 'pipe')
  },
  set(this: CanvasData, more: EnqueueOptions) {
    checkRecord('set', more)
    return signatureOf(mapTasks(this, (task) => ({ ...task, options: { ...task.options, ...more } })))
  },
  link(this: CanvasData, callback: CanvasData) {
    return signatureOf({ ...this, links: [...this.links, inner(callback, 'link')] })
  },
  linkError: withErrorLink,
  onError: withErrorLink,
  stamp(this: CanvasData, headers: Headers | ((task: TaskData) => Headers)) {
    if (typeof headers !== 'function') checkRecord('stamp', headers)
    return signatureOf(stampTasks(this, headers))
  },
  clone(this: CanvasData, ...missing: unknown[]) {
    return signatureOf(withArguments(this, missing))
  },
  toString(this: CanvasData) {
    return describeCanvas(this)
  },
}

const GROUP_METHODS = {
  ...METHODS,
  skew(this: GroupData, options?: SkewOptions) {
    return signatureOf(skewed(this, options))
  },
}

function withErrorLink(this: CanvasData, callback: CanvasData) {
  return signatureOf({ ...this, errorLinks: [...this.errorLinks, inner(callback, 'onError')] })
}

/**
 * Looks like the `Object.prototype` of another realm, so that a canvas passes for the plain data that it is wherever
 * that is asked for: it can be an argument of a job.
 */
function prototypeOf(methods: object): object {
  // Consoles name what they show by it.
  function Canvas() {}
  const descriptors = Object.getOwnPropertyDescriptors({ ...methods, constructor: Canvas }) as PropertyDescriptorMap
  for (const descriptor of Object.values(descriptors)) descriptor.enumerable = false
  const all = { ...Object.getOwnPropertyDescriptors(Object.prototype), ...descriptors }
  Canvas.prototype = Object.freeze(Object.create(null, all))
  return Canvas.prototype
}

const PROTOTYPE = prototypeOf(METHODS)
const GROUP_PROTOTYPE = prototypeOf(GROUP_METHODS)

/**
 * A canvas of its data, as it comes out of `JSON.parse` or as an argument of a job.
 *
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID` where it is none
 */
export function signatureOf(data: CanvasData): AnyCanvas {
  return canvasOf(data, 'signatureOf')
}

/**
 * The same of what may be anything.
 *
 * @param place where it stands, for those who are told that it is none: `chain: part 2`
 * @throws TaskqError `TASKQ_WORKFLOW_INVALID` where it is none
 */
export function canvasOf(data: unknown, place: string): AnyCanvas {
  if (isCanvas(data)) return data as AnyCanvas
  checkCanvas(data, place)
  const canvas: object = Object.create(data.kind === 'group' ? GROUP_PROTOTYPE : PROTOTYPE)
  return Object.freeze(Object.assign(canvas, frozen(data))) as unknown as AnyCanvas
}

function isCanvas(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  const prototype: unknown = Object.getPrototypeOf(data)
  return prototype === PROTOTYPE || prototype === GROUP_PROTOTYPE
}

const inner = (data: unknown, place: string): CanvasData => canvasOf(data, place) as unknown as CanvasData
const all = (list: readonly unknown[], what: string): readonly CanvasData[] =>
  // Not `map`, which would leave out the holes of a list.
  Object.freeze(Array.from(list, (data, at) => inner(data, `${what} ${at + 1}`)))

function frozen(data: CanvasData): CanvasData {
  const called = { links: all(data.links, 'link'), errorLinks: all(data.errorLinks, 'onError') }
  switch (data.kind) {
    case 'task':
      return { ...data, args: Object.freeze([...data.args]), options: Object.freeze({ ...data.options }), ...called }
    case 'chain':
      return { ...data, parts: all(data.parts, 'chain: part'), ...called }
    case 'group':
      return { ...data, members: all(data.members, 'group: member'), ...called }
    case 'chord':
      return {
        ...data,
        header: inner(data.header, 'chord: header') as GroupData,
        body: inner(data.body, 'chord: body'),
        ...called,
      }
  }
}

/** A plain job, where it is no more than that. Else a workflow, whose id and name are those of the call. */
function send(canvas: CanvasData, options: EnqueueOptions & WorkflowOptions) {
  if (canvas.kind !== 'task') return startWorkflow(canvas, options)
  const isPlain = canvas.links.length === 0 && canvas.errorLinks.length === 0 && canvas.each === undefined
  if (isPlain) return enqueue(canvas.task, canvas.args, { ...canvas.options, ...options })
  const { taskId, name, ...own } = options
  const whole = { ...(taskId !== undefined && { taskId }), ...(name !== undefined && { name }) }
  return startWorkflow(inner({ ...canvas, options: { ...canvas.options, ...own } }, canvas.task), whole)
}

/** A chain of parts; those that are chains themselves, and have no callbacks, become parts of it. */
export function chained(parts: readonly unknown[]): CanvasData {
  const flat = all(parts, 'chain: part').flatMap((part) => (isBareChain(part) ? part.parts : [part]))
  return { kind: 'chain', parts: flat, links: [], errorLinks: [] }
}

const isBareChain = (part: CanvasData): part is ChainData =>
  part.kind === 'chain' && part.links.length + part.errorLinks.length === 0
