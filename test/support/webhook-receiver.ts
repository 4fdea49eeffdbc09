import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { AlertMessage } from '../../src/control/alerts-message.js'

/** A message that came, or was tried. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly message: AlertMessage
}

/** A chat's webhook on loopback. */
export class WebhookReceiver {
  readonly received: Received[] = []
  /** How it answers. Default: 200. */
  answer: (response: ServerResponse) => void = (response) => response.end('ok')
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString())
      this.received.push({ path: request.url ?? '', headers: request.headers, message })
      this.answer(response)
    })
  })

  url = ''

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    this.url = `http://127.0.0.1:${port}/services/T0/s3cret-canary`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** Starts one; it is closed when the test ends. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const receiver = new WebhookReceiver()
  await receiver.start()
  onTestFinished(() => receiver.close())
  return receiver
}
