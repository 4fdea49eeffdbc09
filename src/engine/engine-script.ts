import type { Connection } from './connection/connection.js'

/** A script as a connection has learnt it, and the name by which the connection knows it. */
interface LearntScript {
  readonly name: string
  readonly lua: string
  readonly numberOfKeys: number
}

/**
 * One of the engine's own scripts, or of those that were made of one. BullMQ names them with its version,
 * `moveToActive:6.7.1`; they are found with it and without.
 */
export function engineScript(connection: Connection, wanted: string): LearntScript {
  const { scriptsSet } = connection as unknown as { scriptsSet: Readonly<Record<string, Omit<LearntScript, 'name'>>> }
  const name = wanted in scriptsSet ? wanted : Object.keys(scriptsSet).find((full) => full.startsWith(`${wanted}:`))
  const script = name === undefined ? undefined : scriptsSet[name]
  if (name === undefined || script === undefined) throw new Error(`the engine has no script ${wanted}`)
  return { name, lua: script.lua, numberOfKeys: script.numberOfKeys }
}
