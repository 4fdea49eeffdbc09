import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Listening, type ListenOptions, listen } from './listen.js'

/** What a page answers. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What is asked for by one path. */
export type Page = () => Promise<Reply>

/** Pages, served. */
export interface ServedPages extends Pick<Listening, 'close'> {
  /** `http://127.0.0.1:9100` */
  readonly url: string
}

/** Nobody but this machine can ask, for there is no password. */
export const DEFAULT_HOST = '127.0.0.1'

/**
 * Serves pages that can only be read.
 *
 * @throws TaskqError `TASKQ_METRICS_LISTEN`
 */
export async function servePages(place: ListenOptions, pages: ReadonlyMap<string, Page>): Promise<ServedPages> {
  const server = await listen(place, (request, response) => void answer(pages, request, response))
  const host = place.host.includes(':') ? `[${place.host}]` : place.host
  return { url: `http://${host}:${server.port}`, close: server.close }
}

const text = (status: number, body: string, headers = {}): Reply => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
  headers,
})

async function answer(pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse) {
  // Whoever asked may be gone: there is nobody to tell.
  response.on('error', () => {})
  send(request, response, await replyTo(pages, request).catch(() => text(500, 'this did not work')))
}

async function replyTo(pages: ReadonlyMap<string, Page>, { method, url = '' }: IncomingMessage): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD') return text(405, 'only GET and HEAD', { Allow: 'GET, HEAD' })
  const page = pages.get(url.split('?', 1)[0] ?? '')
  return page === undefined ? text(404, `not here; there are ${[...pages.keys()].join(', ')}`) : page()
}

function send({ method }: IncomingMessage, response: ServerResponse, { status, type, body, headers }: Reply): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    // What else was sent with it is not read.
    ...(status === 405 && { Connection: 'close' }),
    ...headers,
  })
  response.end(method === 'HEAD' ? undefined : body)
}
