import { readdirSync } from 'node:fs'
import type { FaultRow } from './row.ts'

/** Loads the rows of a folder, by their numbers. */
export async function loadRows(folder: URL): Promise<FaultRow[]> {
  const files = readdirSync(folder).filter((name) => /^f\d\d-.*\.ts$/.test(name))
  const modules = await Promise.all(
    files.sort().map((name) => import(new URL(name, folder).href) as Promise<{ readonly row: FaultRow }>),
  )
  return modules.map(({ row }, index) => {
    if (files[index]?.startsWith(`${row?.id.toLowerCase()}-`) !== true)
      throw new Error(`${files[index]} exports no row of its number`)
    return row
  })
}

export const ROWS = new URL('../rows/', import.meta.url)
/** The same faults over raw BullMQ. */
export const RAW_ROWS = new URL('../raw/', import.meta.url)
