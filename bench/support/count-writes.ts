import { Redis } from 'ioredis'

/** Taking and keeping the lease; nothing else that a beat does. */
const LEASE_COMMANDS: ReadonlySet<string> = new Set(['set', 'pexpire'])

/** Counts the commands that write while some work is done, also those within scripts; without the lease's. */
export async function countWrites(redisUrl: string, work: () => Promise<void>): Promise<number> {
  const redis = new Redis(redisUrl)
  const writing = await writingCommands(redis)
  const before = await callsOf(redis, writing)
  await work()
  const after = await callsOf(redis, writing)
  redis.disconnect()
  return after - before
}

async function writingCommands(redis: Redis): Promise<ReadonlySet<string>> {
  const commands = (await redis.call('COMMAND')) as [name: string, arity: number, flags: string[]][]
  const writing = commands.filter(([name, , flags]) => flags.includes('write') && !LEASE_COMMANDS.has(name))
  return new Set(writing.map(([name]) => name))
}

async function callsOf(redis: Redis, names: ReadonlySet<string>): Promise<number> {
  const lines = (await redis.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)
  return [...lines].reduce((sum, [, name = '', calls]) => sum + (names.has(name) ? Number(calls) : 0), 0)
}
