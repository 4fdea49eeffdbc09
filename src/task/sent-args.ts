/**
 * The arguments as they are sent: `run(a, undefined)` and `run(a)` are the same call, so an optional argument may be
 * passed on as it is.
 */
export function sentArgs(args: readonly unknown[]): readonly unknown[] {
  let length = args.length
  while (length > 0 && args[length - 1] === undefined) length--
  return length === args.length ? args : args.slice(0, length)
}
