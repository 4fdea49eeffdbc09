import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type EmbeddedBroker,
  ensureEmbeddedBroker,
  findEmbeddedBroker,
  stopEmbeddedBroker,
} from '../../dist/embedded/broker.js'
import { addJobs, drain, enginePid, hasEnded, noServer, raw, within } from '../support/embedded-jobs.js'
import { readBrokerJson, runs, tempProject } from '../support/temp-project.js'

const BROKER = new URL('../../dist/embedded/broker.js', import.meta.url).href
const windows = process.platform === 'win32'

for (const engine of ['js', 'server'] as const) {
  describe(`engine ${engine}`, () => {
    const it = (name: string, run: () => Promise<void>) =>
      test(name, async (context) => {
        if (engine === 'server') context.skip(noServer !== undefined, noServer)
        await run()
      })

    it('is started once by five processes at the same time', async () => {
      const root = tempProject()
      const script = `
        import { ensureEmbeddedBroker } from ${JSON.stringify(BROKER)}
        const options = { projectRoot: ${JSON.stringify(root)}, engine: '${engine}' }
        process.stdout.write(JSON.stringify(await ensureEmbeddedBroker(options)))`
      const found = await Promise.all(Array.from({ length: 5 }, () => jsonOf(script)))
      expect(new Set(found.map((broker) => broker.url)).size).toBe(1)
      expect(found.filter((broker) => !broker.reused)).toHaveLength(1)
      expect(await findEmbeddedBroker(root)).toMatchObject({ url: found[0]?.url, reused: true })
    })

    it('keeps its jobs over kill -9, and its port and password with them', async () => {
      const root = tempProject()
      const broker = await ensureEmbeddedBroker({ projectRoot: root, engine })
      await addJobs(broker, 50)
      const snapshot = join(root, '.taskq', 'broker.snapshot')
      if (engine === 'js')
        await vi.waitFor(() => expect(readFileSync(snapshot).includes('{"n":49}')).toBe(true), within)
      const pid = enginePid(root)
      process.kill(pid, 'SIGKILL')
      await hasEnded(pid)
      const again = await ensureEmbeddedBroker({ projectRoot: root, engine })
      expect(again).toMatchObject({ url: broker.url, reused: false })
      expect((await drain(again, 50)).size).toBe(50)
    })

    it('keeps its jobs over stop, also those of the last moment', async () => {
      const root = tempProject()
      const broker = await ensureEmbeddedBroker({ projectRoot: root, engine })
      const pid = enginePid(root)
      await addJobs(broker, 20)
      expect(await stopEmbeddedBroker(root)).toBe(true)
      await hasEnded(pid, broker.pid)
      expect(readBrokerJson(root)).toBeUndefined()
      expect(await stopEmbeddedBroker(root)).toBe(false)
      const again = await ensureEmbeddedBroker({ projectRoot: root, engine })
      expect((await drain(again, 20)).size).toBe(20)
    })

    it('keeps its jobs over SIGTERM', async () => {
      if (windows) return // There SIGTERM is a kill.
      const root = tempProject()
      const broker = await ensureEmbeddedBroker({ projectRoot: root, engine })
      const pid = enginePid(root)
      await addJobs(broker, 20)
      process.kill(broker.pid, 'SIGTERM')
      await hasEnded(pid, broker.pid)
      expect(readBrokerJson(root)).toBeUndefined()
      const again = await ensureEmbeddedBroker({ projectRoot: root, engine })
      expect((await drain(again, 20)).size).toBe(20)
    })

    it('ends when the last client has left, and not before', async () => {
      const root = tempProject()
      const broker = await ensureEmbeddedBroker({ projectRoot: root, engine, lingerMs: 300 })
      const pid = enginePid(root)
      const client = net.connect(Number(new URL(broker.url).port), '127.0.0.1')
      await once(client, 'connect')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      expect(runs(pid)).toBe(true)
      client.destroy()
      await hasEnded(pid, broker.pid)
      expect(readBrokerJson(root)).toBeUndefined()
      expect(existsSync(join(root, '.taskq', 'broker.lock'))).toBe(false)
    })

    it('demands the password and listens on loopback only', async () => {
      const root = tempProject()
      const { url } = await ensureEmbeddedBroker({ projectRoot: root, engine })
      const { port, password, hostname: host } = new URL(url)
      expect(host).toBe('127.0.0.1')
      expect(await raw(Number(port), 'KEYS *\r\nQUIT\r\n')).toContain('-NOAUTH')
      expect(await raw(Number(port), 'AUTH wrong\r\nQUIT\r\n')).toContain('-WRONGPASS')
      expect(await raw(Number(port), `AUTH ${password}\r\nPING\r\nQUIT\r\n`)).toContain('+PONG')
      const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
      for (const { address, internal, scopeid } of outside) {
        if (!internal && !scopeid) await expect(raw(Number(port), 'PING\r\n', address)).rejects.toThrow('ECONNREFUSED')
      }
    })

    it('hides the password from other users', async () => {
      if (windows) return // No modes there.
      const root = tempProject()
      const { url, pid } = await ensureEmbeddedBroker({ projectRoot: root, engine })
      expect(statSync(join(root, '.taskq')).mode & 0o777).toBe(0o700)
      expect(statSync(join(root, '.taskq', 'broker.json')).mode & 0o777).toBe(0o600)
      expect(readFileSync(join(root, '.taskq', '.gitignore'), 'utf8')).toBe('*\n')
      if (engine === 'server') expect(statSync(join(root, '.taskq', 'redis.conf')).mode & 0o777).toBe(0o600)
      if (process.platform !== 'linux') return
      const { password } = new URL(url)
      for (const one of [pid, enginePid(root)]) {
        expect(readFileSync(`/proc/${one}/cmdline`, 'utf8')).not.toContain(password)
        expect(readFileSync(`/proc/${one}/environ`, 'utf8')).not.toContain(password)
      }
    })

    it('works in a folder with spaces, quotes and other letters', async () => {
      const root = join(tempProject(), windows ? "it's größer 東京" : 'it\'s "größer" \\ 東京 $HOME')
      mkdirSync(root)
      onTestFinished(() => stopEmbeddedBroker(root).then(() => undefined))
      const broker = await ensureEmbeddedBroker({ projectRoot: root, engine })
      await addJobs(broker, 3)
      expect((await drain(broker, 3)).size).toBe(3)
    })

    it('leaves when its folder is removed', async () => {
      const root = tempProject()
      const { pid } = await ensureEmbeddedBroker({ projectRoot: root, engine, lingerMs: 300 })
      const engineProcess = enginePid(root)
      rmSync(join(root, '.taskq', 'broker.json'))
      await hasEnded(pid, engineProcess)
    })
  })
}

async function jsonOf(script: string): Promise<EmbeddedBroker> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  await once(child, 'close')
  return JSON.parse(text)
}
