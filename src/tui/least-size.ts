import type { Size } from './state.js'

/** What the screen must have. On a smaller one nothing is shown, and keys only quit. */
export const LEAST_SIZE: Size = Object.freeze({ columns: 60, rows: 15 })

export const isTooSmall = ({ columns, rows }: Size): boolean => columns < LEAST_SIZE.columns || rows < LEAST_SIZE.rows
