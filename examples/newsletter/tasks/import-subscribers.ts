import { readFile } from 'node:fs/promises'
import { BaseTask, Task } from 'taskq'
import { type RejectedRow, readSubscribers } from '../subscribers.ts'
import { SendNewsletter } from './send-newsletter.ts'

/** What became of the rows of a list. */
export interface ImportReport {
  /** The ids of the jobs that send the mails, one for each good row. */
  readonly jobs: readonly string[]
  readonly rejected: readonly RejectedRow[]
}

const BATCH = 100

/**
 * Reads a list of subscribers and enqueues one mail for each good row.
 *
 * It has no retries: a run that failed halfway has enqueued some mails already, and a second run would
 * enqueue them again. SendNewsletter may have retries, since each of its jobs is one mail.
 */
@Task({ queue: 'newsletters' })
export class ImportSubscribers extends BaseTask {
  async run(path: string, edition: string): Promise<ImportReport> {
    const { subscribers, rejected } = readSubscribers(await readFile(path, 'utf8'))
    for (const row of rejected) this.log.warn(row, 'row rejected')
    const jobs: string[] = []
    while (jobs.length < subscribers.length) {
      const batch = subscribers.slice(jobs.length, jobs.length + BATCH)
      const results = await Promise.all(batch.map((subscriber) => SendNewsletter.delay(subscriber, edition)))
      jobs.push(...results.map(({ id }) => id))
      await this.progress(jobs.length / subscribers.length)
    }
    return { jobs, rejected }
  }
}
