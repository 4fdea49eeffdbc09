import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { SCENARIOS } from './scenarios/all.ts'
import { hasRedisServer, startRedis } from './support/redis-server.ts'
import { type Outcome, runRounds } from './support/rounds.ts'
import type { Scenario } from './support/scenario.ts'
import { formatTable } from './support/table.ts'

const HELP = `taskq and raw BullMQ side by side, on a private redis-server.

  npm run bench -- [--quick] [--rounds 5] [--only process,enqueue] [--json bench-results.json] [--strict]

  --quick    fewer jobs, 2 rounds: shows that it works, does not judge
  --rounds   counted rounds; one more is run first and dropped
  --only     scenarios whose name begins so: ${SCENARIOS.map((one) => one.name).join(', ')}
  --json     where the numbers go
  --strict   exit 1 when a target is missed`

interface Options {
  readonly scenarios: readonly Scenario[]
  readonly rounds: number
  readonly quick: boolean
  readonly json: string
  readonly strict: boolean
}

const options = readOptions()
if (!hasRedisServer()) refuse('the bench needs a redis-server on PATH (Debian: apt install redis-server)')
process.exitCode = await bench(options)

async function bench({ scenarios, rounds, quick, json, strict }: Options): Promise<number> {
  const redis = await startRedis()
  const stop = () => void redis.stop().finally(() => process.exit(130))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const startedAt = Date.now()
  const outcomes: Outcome[] = []
  const machine = `Node ${process.version}, Redis ${redis.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? '?'}`
  console.log(`${machine}; ${rounds} rounds${quick ? ', quick' : ''}\n`)
  try {
    for (const scenario of scenarios) {
      process.stderr.write(`${scenario.name} …\n`)
      outcomes.push(...(await runRounds(scenario, { redisUrl: redis.url, admin: redis.admin, quick }, rounds)))
    }
  } finally {
    await redis.stop()
  }
  const missed = outcomes.filter((outcome) => outcome.met === false)
  console.log(`${formatTable(outcomes)}\n`)
  console.log(`${summary(missed)}, in ${Math.round((Date.now() - startedAt) / 1000)} s`)
  const report = { at: new Date(startedAt).toISOString(), machine, rounds, quick, outcomes }
  writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`)
  return strict && missed.length > 0 ? 1 : 0
}

function summary(missed: readonly Outcome[]): string {
  if (missed.length === 0) return 'Every target met'
  return `${missed.length} missed: ${missed.map((one) => one.key).join(', ')}`
}

function readOptions(): Options {
  const { values } = parse()
  if (values.help) {
    console.log(HELP)
    process.exit(0)
  }
  const wanted = values.only?.split(',').filter(Boolean)
  const scenarios = SCENARIOS.filter(({ name }) => wanted?.some((start) => name.startsWith(start)) ?? true)
  if (scenarios.length === 0) refuse(`no scenario begins with ${values.only}`)
  const { quick = false, strict = false, json = 'bench-results.json' } = values
  const rounds = Number(values.rounds ?? (quick ? 2 : 5))
  if (!Number.isInteger(rounds) || rounds < 1) refuse(`--rounds: expected a whole number from 1, got ${values.rounds}`)
  return { scenarios, rounds, quick, json, strict }
}

function parse() {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({ options: { rounds: text, only: text, json: text, quick: flag, strict: flag, help: flag } })
  } catch (error) {
    return refuse((error as Error).message)
  }
}

function refuse(message: string): never {
  console.error(`${message}\n\n${HELP}`)
  process.exit(2)
}
