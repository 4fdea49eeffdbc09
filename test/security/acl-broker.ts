import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { freePort } from '../faults/kit/redis-server.js'

/** The users of docs/guides/security.md. */
export const ROLES = ['producer', 'worker', 'beat', 'monitor', 'operator'] as const
export type Role = (typeof ROLES)[number]

/** A real Redis with the users of the guide, each with its own name as its password. */
export interface AclBroker {
  readonly admin: Redis
  urlOf(role: Role): string
  /** What was refused to whom since it was last asked: `worker command zadd`. */
  refusals(): Promise<string[]>
}

/** The recipe, as the guide has it. */
export const recipe = (): string[] =>
  (/```acl\n([\s\S]*?)```/.exec(readFileSync('docs/guides/security.md', 'utf8'))?.[1] ?? '').trim().split('\n')

/** The commands that a role may use. */
export function commandsOf(role: Role): Set<string> {
  const line = recipe().find((text) => text.startsWith(`user ${role} `)) ?? ''
  return new Set([...line.matchAll(/ \+(\S+)/g)].map(([, command]) => String(command)))
}

export async function startAclBroker(): Promise<AclBroker> {
  const dir = mkdtempSync(join(tmpdir(), 'taskq-acl-'))
  const port = await freePort()
  const users = recipe().map((line) => line.replace('CHANGE-ME', (/^user (\S+)/.exec(line) ?? [])[1] ?? ''))
  writeFileSync(join(dir, 'users.acl'), ['user default on nopass ~* &* +@all', ...users, ''].join('\n'))
  const options = ['--bind', '127.0.0.1', '--save', '', '--dir', dir, '--aclfile', join(dir, 'users.acl')]
  const server = spawn('redis-server', ['--port', String(port), ...options], { stdio: 'ignore' })
  const admin = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null })
  admin.on('error', () => {})
  onTestFinished(async () => {
    admin.disconnect()
    const ended = once(server, 'exit')
    if (server.kill('SIGKILL')) await ended
    rmSync(dir, { recursive: true, force: true })
  })
  const died = once(server, 'exit').then(([code]) => {
    throw new Error(`redis-server refused the recipe: it ended with ${code}`)
  })
  died.catch(() => {})
  await Promise.race([admin.ping(), died])
  return {
    admin,
    urlOf: (role) => `redis://${role}:${role}@127.0.0.1:${port}`,
    refusals: async () => {
      const log = (await admin.acl('LOG')) as unknown as string[][]
      await admin.acl('LOG', 'RESET')
      return [...new Set(log.map(readEntry))].sort()
    },
  }
}

function readEntry(entry: readonly string[]): string {
  const field = (name: string) => entry[entry.indexOf(name) + 1]
  return `${field('username')} ${field('reason')} ${field('object')}`
}
