import { safeText } from '../codec/safe-text.js'

/** Stands for all names that have no series of their own. */
const OTHER = 'other'
/** More names than that share a series: each one costs the monitoring memory for ever. */
const MOST = 1000
const LONGEST = 200

/** Which names may be values of a label. */
export class KnownLabels {
  readonly #labels = new Map<string, string>()
  readonly #open: boolean

  /** @param names the only ones; without them, the first thousand that come */
  constructor(names?: Iterable<string>) {
    this.#open = names === undefined
    for (const name of names ?? []) this.#labels.set(name, name)
  }

  /** The name, fit to be read by anybody, or `other` for one that is not to have a series. */
  labelOf(name: string): string {
    const known = this.#labels.get(name)
    if (known !== undefined) return known
    if (!this.#open || this.#labels.size >= MOST) return OTHER
    const label = safeText(name, LONGEST)
    this.#labels.set(name, label)
    return label
  }
}
