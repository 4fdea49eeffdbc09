const QUIET_MS = 10_000
const MOST_KINDS = 100

/** Told when the broker said no, or was away. */
export type TroubleSink = (event: { readonly name: 'broker.trouble'; readonly message: string }) => void

interface Kind {
  /** The latest of its troubles. */
  message: string
  /** How many came since the last one that was told. */
  more: number
  readonly timer: NodeJS.Timeout
}

/** Reports broker trouble without flooding: one message of a kind at once, then one in ten seconds, with how many there were. */
export class TroubleLog {
  readonly #kinds = new Map<string, Kind>()

  constructor(private readonly onEvent: TroubleSink) {}

  report(error: Error): void {
    const message = error.message || (error as { code?: string }).code || error.name
    const name = kindOf(error, message)
    const kind = this.#kinds.get(name)
    if (kind !== undefined) {
      kind.message = message
      kind.more++
    } else if (this.#kinds.size < MOST_KINDS) {
      this.#kinds.set(name, { message, more: 0, timer: this.#tellLater(name) })
      this.onEvent({ name: 'broker.trouble', message })
    }
  }

  #tellLater(name: string): NodeJS.Timeout {
    return setInterval(() => {
      const kind = this.#kinds.get(name)
      if (kind === undefined) return
      const { message, more, timer } = kind
      if (more === 0) {
        clearInterval(timer)
        this.#kinds.delete(name)
        return
      }
      kind.more = 0
      const others = more > 1 ? ` (and ${more - 1} more like it in ${QUIET_MS / 1000}s)` : ''
      this.onEvent({ name: 'broker.trouble', message: message + others })
    }, QUIET_MS).unref()
  }
}

/** What a broker answered is one kind, whatever it answered to; all else is told apart by its words, without names and numbers. */
function kindOf({ cause }: Error, message: string): string {
  if (cause instanceof Error) return kindOf(cause, cause.message)
  return CODE.exec(message)?.[1] ?? message.replace(/\([^)]*\)|\b[\w-]*\d[\w.:-]*/g, '#').slice(0, 200)
}

/** The word that a broker's refusal begins with; behind a minus in what Redis 6 says of a script. */
const CODE = /(?:^|-)(?!ERR\b)([A-Z]{3,})\b/
