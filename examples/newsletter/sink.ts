import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

/** Breaks the sink on purpose, to show that the demo notices: it loses a mail, or gets one twice. */
export type Sabotage = 'drop' | 'duplicate'

const TIMES: Readonly<Record<Sabotage, number>> = { drop: 0, duplicate: 2 }

/** An SMTP server that keeps nothing but the record of what it took. */
export interface Sink {
  readonly url: string
  /** What was accepted of this edition: how often, by recipient. */
  readonly accepted: ReadonlyMap<string, number>
  /** How many first tries were answered with a 4xx. */
  readonly deferred: number
  /** Mails of earlier runs that were broken off: taken, and not counted. */
  readonly earlier: number
  /** When the first and the last mail came, in milliseconds of `performance.now()`. */
  readonly firstAt: number
  readonly lastAt: number
  close(): Promise<void>
}

/** Starts the sink on a free port of this machine. It counts the mails of one edition. */
export async function startSink(edition: string, sabotage?: Sabotage): Promise<Sink> {
  const accepted = new Map<string, number>()
  const tried = new Set<string>()
  const seen = { deferred: 0, earlier: 0, firstAt: 0, lastAt: 0 }

  const answer = (recipient: string, mail: string): Error | undefined => {
    if (/^X-Edition: (.*?)\r$/m.exec(mail)?.[1] !== edition) {
      seen.earlier++
      return undefined
    }
    if (isGreylisted(recipient) && !tried.has(recipient)) {
      tried.add(recipient)
      seen.deferred++
      return Object.assign(new Error('4.7.1 Greylisted, please try again later'), { responseCode: 451 })
    }
    // The first mail of all is the one that goes wrong.
    const times = seen.firstAt > 0 || sabotage === undefined ? 1 : TIMES[sabotage]
    if (times > 0) accepted.set(recipient, (accepted.get(recipient) ?? 0) + times)
    seen.lastAt = performance.now()
    seen.firstAt ||= seen.lastAt
    return undefined
  }

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, { envelope }, done) {
      text(stream).then((mail) => done(answer(envelope.rcptTo[0]?.address ?? '', mail)), done)
    },
  })
  server.on('error', () => {})
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    url: `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    accepted,
    get deferred() {
      return seen.deferred
    },
    get earlier() {
      return seen.earlier
    },
    get firstAt() {
      return seen.firstAt
    },
    get lastAt() {
      return seen.lastAt
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** One in twenty, and the same ones in every run. */
const isGreylisted = (address: string): boolean =>
  createHash('sha256').update(address).digest().readUInt32BE() % 20 === 0
