import { BaseTask, Task } from 'taskq'

/** Sends one welcome mail: at most 100 a minute over all workers, and up to 3 more tries when it fails. */
@Task({ queue: 'emails', retries: 3, rateLimit: '100/m' })
export class SendWelcomeEmail extends BaseTask {
  async run(userId: string) {
    // A retry has the same job id, so the mail keeps its id and can be told apart from a second mail.
    const messageId = `<${this.request.id}@example.com>`
    this.log.info({ userId, messageId }, 'sending the welcome mail')
    // Put the real sending here; pass this.signal to fetch, so that a stopping worker can abort it.
    return { messageId }
  }
}
