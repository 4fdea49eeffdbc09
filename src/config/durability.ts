import { isPlainRecord } from '../schedule/plain-data.js'

/** What `durability` may be, for messages. */
export const DURABILITY_FORM = "'acknowledged', 'replicated', or { replicas: n } with n from 1 to 100"

/** Whether it is a way to say when an enqueue counts as done. */
export function isDurability(value: unknown): boolean {
  if (value === 'acknowledged' || value === 'replicated') return true
  if (!isPlainRecord(value) || Object.keys(value).join() !== 'replicas') return false
  const { replicas } = value
  return Number.isInteger(replicas) && Number(replicas) >= 1 && Number(replicas) <= 100
}
