import { scopeHere } from './scope.js'

/** What is known at once needs no other run's turn. */
const AT_ONCE_MS = 5

/** Waits for other jobs. Where a run of a worker does it, its slot is free for others meanwhile, those jobs among them. */
export async function whileWaiting<T>(wait: () => Promise<T>): Promise<T> {
  const slot = scopeHere()?.slot
  if (slot === undefined) return wait()
  let hasLeft = false
  const leaving = setTimeout(() => {
    hasLeft = true
    slot.leaveSlot()
  }, AT_ONCE_MS)
  try {
    return await wait()
  } finally {
    clearTimeout(leaving)
    if (hasLeft) await slot.regainSlot()
  }
}
