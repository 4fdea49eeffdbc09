import type { TcpProxy } from './tcp-proxy.ts'

/** The engine's scripts are told apart by how many keys they have. */
const SCRIPT_KEYS = { fetch: 11, finish: 14 } as const

/** Loses the next reply to a worker's question for a job, or to what it tells of a job's end. */
export function loseNext(proxy: TcpProxy, script: keyof typeof SCRIPT_KEYS): void {
  const call = new RegExp(`evalsha\r\n\\$40\r\n[0-9a-f]{40}\r\n\\$2\r\n${SCRIPT_KEYS[script]}\r\n`, 'i')
  proxy.loseReplies((request) => {
    const fits = call.test(request)
    if (fits) proxy.loseReplies(undefined)
    return fits
  })
}
