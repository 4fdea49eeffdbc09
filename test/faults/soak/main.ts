import { parseArgs } from 'node:util'
import { endWithProcess } from '../kit/interrupts.ts'
import { Kit } from '../kit/kit.ts'
import { formatResult } from '../report.ts'
import { soak } from './soak.ts'

const HELP = `A crash loop: workers work, and every 1 to 5 s something is killed, frozen or cut. Nothing may be lost.

  npm run soak -- [--minutes 30] [--seed N] [--fsync always] [--rate 4000] [--workers 4]

  --minutes  how long things are broken; what is on its way then is waited for
  --seed     decides what happens when. Default: another one each time
  --fsync    when Redis has what it was told on disk: always, everysec or no. Default always. A killed Redis loses
             nothing with any of them, for its machine lives on; a power cut may cost the last second with everysec
  --rate     jobs in a minute, workflows counted as one. Default 4,000
  --workers  how many; one of them is never killed, to see what it holds in the end. Default 4
  --leak     bytes that each run keeps for ever: a soak of 10 minutes and more must fail then`

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    fsync: { type: 'string', default: 'always' },
    rate: { type: 'string', default: '4000' },
    workers: { type: 'string', default: '4' },
    leak: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(HELP)
else {
  endWithProcess()
  process.exit(await main())
}

async function main(): Promise<number> {
  const seed = numberOf('seed', 0)
  const minutes = numberOf('minutes', 0.1)
  const kit = new Kit(1, seed)
  // How each worker ended is judged by what it was told, and when.
  kit.allow('deaths')
  const startedAt = performance.now()
  console.log(`seed ${seed}, ${minutes} minutes, appendfsync ${values.fsync}`)
  const failure = await soak(kit, {
    minutes,
    seed,
    tasksPerMinute: numberOf('rate', 1),
    workers: numberOf('workers', 2),
    appendfsync: fsync(),
    leakBytes: numberOf('leak', 0),
    tell: (line) => console.log(line),
  }).catch((error: Error) => error)
  await kit.close()
  const isMet = kit.measures.every(({ met }) => met)
  const result = {
    id: 'Soak',
    fault: `${minutes} minutes, seed ${seed}`,
    promise: 'nothing is lost',
    outcome: failure === undefined && isMet ? 'passed' : 'failed',
    repetitions: 1,
    seconds: (performance.now() - startedAt) / 1000,
    measures: kit.measures,
    ...(failure && { reason: failure.stack ?? failure.message }),
  } as const
  // How long it took is its user's choice: its head says what a row's does, but for that.
  const [, ...numbers] = formatResult(result).split('\n')
  console.log([`Soak of ${minutes} minutes, seed ${seed}: ${result.outcome}`, ...numbers].join('\n'))
  return result.outcome === 'passed' ? 0 : 1
}

function fsync(): 'always' | 'everysec' | 'no' {
  const { fsync } = values
  if (fsync === 'always' || fsync === 'everysec' || fsync === 'no') return fsync
  throw new Error(`--fsync: expected always, everysec or no, got ${fsync}`)
}

function numberOf(flag: 'minutes' | 'seed' | 'rate' | 'workers' | 'leak', least: number): number {
  const number = Number(values[flag])
  if (Number.isFinite(number) && number >= least) return number
  throw new Error(`--${flag}: expected a number from ${least}, got ${values[flag]}`)
}
