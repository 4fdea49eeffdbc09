import { onTestFinished } from 'vitest'
import { TcpProxy } from '../faults/kit/tcp-proxy.js'

/** Starts a proxy before a broker; closed when the test ends. */
export async function proxyTo(broker: { readonly port: number }): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(broker.port)
  onTestFinished(() => proxy.close())
  return proxy
}
