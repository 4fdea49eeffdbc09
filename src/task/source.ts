/**
 * Where the code that called `above` stands, as `file:line`, from the stack: outside this package,
 * node_modules and Node itself. Undefined when the stack does not tell.
 */
export function callerOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 20
  Error.captureStackTrace(holder, above)
  Error.stackTraceLimit = limit
  for (const line of (holder.stack ?? '').split('\n').slice(1)) {
    const place = PLACE.exec(line)?.[1]
    if (place !== undefined && !FOREIGN.test(place)) return place.replace(/^file:\/\//, '')
  }
  return undefined
}

const PLACE = /(?:\(|at )((?:file:\/\/|[A-Za-z]:[\\/]|\/)[^()]*:\d+):\d+\)?$/
const FOREIGN = /[\\/]node_modules[\\/]|^node:/
