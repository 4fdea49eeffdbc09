import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { BaseTask, Task } from 'taskq'
import type { Subscriber } from '../subscribers.ts'

/** One pool of connections for all jobs of this process. It does not try again by itself: the task does. */
const transport = createTransport({
  url: process.env.SMTP_URL ?? 'smtp://127.0.0.1:25',
  pool: true,
  maxConnections: 10,
  maxMessages: Number.POSITIVE_INFINITY,
  maxRequeues: 0,
  idleTimeout: 1_000,
})

const GREETINGS: Readonly<Record<string, string>> = {
  ar: 'مرحبا',
  de: 'Guten Tag',
  el: 'Γεια σας',
  es: 'Hola',
  fr: 'Bonjour',
  ja: 'こんにちは',
  pl: 'Dzień dobry',
  tr: 'Merhaba',
  uk: 'Вітаємо',
}

/**
 * Sends one mail. A server that says "try again later" (4xx) makes it fail, and the retries do the rest.
 * At most 200 mails start in a second, however many workers there are.
 */
@Task({
  queue: 'emails',
  retries: 5,
  backoff: { type: 'exponential', delay: '200ms', max: '2s' },
  rateLimit: '200/s',
})
export class SendNewsletter extends BaseTask {
  async run({ email, name, language }: Subscriber, edition: string) {
    // A job runs at least once: a worker that dies between the server's "250 OK" and the note that the job is
    // done has its job run again. So the id is made of what is sent, not of this run: whoever receives the mail
    // can tell the second from a new one. Where that is not enough, note the id in your database before sending.
    const messageId = `<${createHash('sha256').update(`${edition} ${email}`).digest('hex').slice(0, 24)}@example.com>`
    await transport.sendMail({
      messageId,
      from: 'The Newsletter <newsletter@example.com>',
      to: { name, address: email },
      subject: 'What is new this month',
      headers: { 'X-Edition': edition },
      text: `${GREETINGS[language] ?? 'Hello'} ${name},\n\nthis month in the newsletter: nothing is sent twice.\n`,
      signal: this.signal,
    })
    return { messageId, attempt: this.request.attempt }
  }
}
