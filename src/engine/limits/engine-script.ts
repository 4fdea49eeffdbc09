import type { Connection } from '../connection.js'

/** The text of one of the engine's own scripts, which BullMQ names with its version: `moveToActive:6.7.1`. */
export function engineScript(connection: Connection, wanted: string): string {
  const scripts = (connection as unknown as { scriptsSet: Record<string, { lua: string }> }).scriptsSet
  const found = Object.entries(scripts).find(([name]) => name.split(':')[0] === wanted)
  if (found === undefined) throw new Error(`the engine has no script ${wanted}`)
  return found[1].lua
}
