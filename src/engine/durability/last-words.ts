/**
 * Numbers what is written into a record that nobody else writes. Where a number stands there that is older than the last
 * one which was confirmed, the broker has gone back in time: to a snapshot, to a log that was cut short, or to a replica
 * that lagged.
 */
export class LastWords {
  #said = 0
  #confirmed = 0

  /** A record's text, numbered. */
  say(record: object): { readonly text: string; readonly number: number } {
    const number = ++this.#said
    return { text: JSON.stringify({ beats: number, ...record }), number }
  }

  /** Told when it was confirmed; whether what stood there before is older than it can be. */
  confirm(number: number, before: string | null): boolean {
    const found = /^\{"beats":(\d+)/.exec(before ?? '')?.[1]
    const isOlder = found !== undefined && Number(found) < this.#confirmed
    this.#confirmed = Math.max(this.#confirmed, number)
    return isOlder
  }
}
