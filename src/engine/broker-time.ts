import type { Connection } from './connection.js'

/** The broker's time, in milliseconds since 1970, with their fractions. */
export async function readTime(connection: Pick<Connection, 'time'>): Promise<number> {
  const [seconds, micros] = await connection.time()
  return Number(seconds) * 1000 + Number(micros) / 1000
}
