/** A way to part time into stretches of one length, each with a hash of its own in the broker. */
export interface Stretches {
  readonly ms: number
  /** How long a stretch's counts are kept after they were last added to. */
  readonly keptSeconds: number
}

/** What tasks did, minute by minute, for two days. */
export const MINUTES: Stretches = Object.freeze({ ms: 60_000, keptSeconds: 48 * 3600 })
/** What queues did, for curves: five seconds by five seconds, for a quarter of an hour. */
export const PULSES: Stretches = Object.freeze({ ms: 5000, keptSeconds: 15 * 60 })

/** The number of the stretch that an instant lies in, in milliseconds since 1970. */
export const stretchOf = ({ ms }: Stretches, at: number): number => Math.floor(at / ms)
