import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection/connection.js'
import { runPipeline } from '../connection/run-pipeline.js'

/**
 * A key that is made once, when an app's first process comes, and never written again. A broker in which it is gone, or
 * another, has lost what it held: it was started without its file, flushed, or replaced.
 */
export class BirthMark {
  #known: string | undefined

  constructor(private readonly key: string) {}

  /** Whether what was found there is not what was there before. Makes the mark where there is none. */
  async isAnother(redis: Connection, found: string | null): Promise<boolean> {
    const mark = found ?? (await this.#make(redis))
    const isAnother = this.#known !== undefined && this.#known !== mark
    this.#known = mark
    return isAnother
  }

  async #make(redis: Connection): Promise<string> {
    const [, mark] = await runPipeline(redis.pipeline().set(this.key, randomUUID(), 'NX').get(this.key))
    return String(mark)
  }
}
