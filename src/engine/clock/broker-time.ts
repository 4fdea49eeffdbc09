import type { Connection } from '../connection/connection.js'

/** The broker's time, in milliseconds since 1970, with their fractions. */
export const readTime = async (connection: Pick<Connection, 'time'>): Promise<number> => toTime(await connection.time())

/** Reads an answer to the command TIME. */
export const toTime = ([seconds, micros]: readonly (string | number)[]): number =>
  Number(seconds) * 1000 + Number(micros) / 1000
