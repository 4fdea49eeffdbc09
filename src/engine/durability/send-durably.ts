import type { Entry } from '../delivery.js'
import type { ReplicaAcks } from './replica-acks.js'

/** Sends a batch, and tells those who wait for its jobs only when the replicas have them. */
export async function sendDurably(
  acks: ReplicaAcks,
  entries: readonly Entry[],
  send: (entries: readonly Entry[]) => Promise<void>,
): Promise<void> {
  const told: (() => void)[] = []
  const held = entries.map(({ job, resolve, reject }): Entry => {
    return { job, resolve: (added) => told.push(() => resolve(added)), reject }
  })
  await acks.afterwards(() => send(held))
  for (const tell of told) tell()
}
