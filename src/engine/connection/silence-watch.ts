import type { Socket } from 'node:net'
import type { Redis } from 'ioredis'
import { formatDuration } from '../../time/duration.js'

const TICK_MS = 1000
/** A server that says nothing for so long, though it was asked, is not there: a frozen or cut-off machine. */
const SILENCE_MS = 5000
/** The first answers of a connection come at once, or never. */
const HANDSHAKE_MS = 3000
/** Over a slow line, what is sent may take longer than that: each time in vain, the patience doubles up to this. */
const MOST_PATIENCE_MS = 30_000

/** The event of a connection that was ended by its watch; told is for how long nothing has come, over all tries. */
export const SILENT = 'silent'

/** What ioredis keeps of a connection. */
type Inside = Redis & { readonly stream?: Socket; readonly commandQueue?: { readonly length: number } }

/**
 * Ends a connection on which nothing at all comes back though something was asked, so that it is made anew: with TCP
 * alone, one to a machine that froze stays open for ever. It looks once a second, so a command costs nothing.
 *
 * With `handshake` it looks only until commands are taken: for connections that wait in the broker, or whose callers
 * have deadlines of their own.
 */
export class SilenceWatch {
  #timer: NodeJS.Timeout | undefined
  #lookedAt = 0
  #stream: Socket | undefined
  #bytes = 0
  #quietSince = 0
  /** Since when the broker takes connections and says nothing, as far as that is known. */
  #silentSince: number | undefined
  #patienceMs = SILENCE_MS
  /** Whether the end that is under way came of silence. */
  #isOurs = false
  /** When the try that is under way began, once the other side has taken the connection. */
  #takenAt: number | undefined

  constructor(
    private readonly redis: Redis,
    mode: 'always' | 'handshake',
  ) {
    redis.on('connecting', () => this.#awaitTaken())
    redis.on('connect', () => this.#begin())
    if (mode === 'handshake') redis.on('ready', () => this.#end())
    redis.on('close', () => {
      this.#end()
      this.#noteEnd()
    })
    redis.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#isOurs) return
      if (error.code === 'ETIMEDOUT' && this.#takenAt !== undefined) this.#tell(this.#takenAt)
      else this.#silentSince = undefined
    })
  }

  /** With TLS, a connection that was taken is none before both sides have spoken: a frozen one never speaks. */
  #awaitTaken(): void {
    const startedAt = performance.now()
    this.#takenAt = undefined
    // The socket is made after this event.
    setImmediate(() => {
      const { stream } = this.redis as Inside
      if (stream?.connecting) stream.once('connect', () => this.#noteTaken(stream, startedAt))
      else if (stream?.destroyed === false) this.#noteTaken(stream, startedAt)
    })
  }

  #noteTaken(stream: Socket, startedAt: number): void {
    if ((this.redis as Inside).stream === stream) this.#takenAt = startedAt
  }

  #begin(): void {
    this.#stream = (this.redis as Inside).stream
    // Not those with which TLS began: something between may have sent them, and the broker none.
    this.#bytes = this.#stream?.bytesRead ?? 0
    this.#takenAt = undefined
    this.#lookedAt = this.#quietSince = performance.now()
    this.#timer ??= setInterval(() => this.#look(), TICK_MS).unref()
  }

  #end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Ended by the other side, the broker is plainly away, or there: not silent. */
  #noteEnd(): void {
    if (!this.#isOurs) this.#silentSince = undefined
    this.#isOurs = false
  }

  #look(): void {
    const now = performance.now()
    const wasFrozen = now - this.#lookedAt > 2 * TICK_MS
    this.#lookedAt = now
    const bytes = this.#stream?.bytesRead ?? 0
    if (bytes !== this.#bytes) this.#hear(bytes, now)
    // What came while this process stood still is read after its timers ran.
    else if (wasFrozen || !this.#isAsked) this.#quietSince = now
    else if (now - this.#quietSince >= this.#longest) this.#drop()
  }

  #hear(bytes: number, now: number): void {
    this.#bytes = bytes
    this.#quietSince = now
    this.#silentSince = undefined
    if (this.redis.status === 'ready') this.#patienceMs = SILENCE_MS
  }

  get #isAsked(): boolean {
    return ((this.redis as Inside).commandQueue?.length ?? 0) > 0
  }

  get #longest(): number {
    return this.redis.status === 'ready' ? this.#patienceMs : HANDSHAKE_MS
  }

  #drop(): void {
    const silence = formatDuration(Math.round(this.#longest / 1000) * 1000)
    if (this.redis.status === 'ready') this.#patienceMs = Math.min(2 * this.#patienceMs, MOST_PATIENCE_MS)
    this.#stream?.destroy(new Error(`the broker was silent for ${silence}`))
    this.#tell(this.#quietSince)
  }

  #tell(since: number): void {
    this.#isOurs = true
    this.#silentSince ??= since
    this.redis.emit(SILENT, performance.now() - this.#silentSince)
  }
}
