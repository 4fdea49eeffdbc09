import type { Kit } from '../kit/kit.ts'
import type { CommandRun } from '../kit/project.ts'
import type { FaultRow } from '../kit/row.ts'

/** How a client comes to be refused. */
interface Case {
  readonly user: string
  /** Left out: the client says none. */
  readonly password?: string
}

export const row: FaultRow = {
  id: 'F10',
  fault: 'a wrong password, an unknown user, or a user without the permissions (ACL)',
  promise: 'workers end with 1 and enqueues fail within 5 s, naming the user and never the password',
  repetitions: 10,
  quick: 1,
  async run(kit) {
    const secret = `s3cret-${kit.random.between(1e6, 1e9)}`
    const redis = await kit.redis({
      password: secret,
      lines: [
        `user weak on >${secret} ~* &* +@connection +info`,
        `user blind on >${secret} ~other:* &* +@all`,
        `user default on >${secret} ~* &* +@all`,
      ],
    })
    const cases: Case[] = [
      { user: 'default', password: `wrong-${secret}` },
      { user: 'nobody', password: secret },
      { user: 'weak', password: secret },
      { user: 'blind', password: secret },
      { user: 'default' },
    ]
    const chosen = Array.from({ length: kit.repetitions }, (_, n) => cases[n % cases.length] ?? { user: 'default' })
    const seen: { workerMs: number; enqueueMs: number; texts: string[]; isRight: boolean }[] = []
    for (const one of chosen) seen.push(await refuse(kit, redis.port, one))
    kit.measure('refusals that are as they should be', seen.filter(({ isRight }) => isRight).length, {
      exactly: chosen.length,
    })
    kit.measure('longest until a worker ended', Math.max(...seen.map(({ workerMs }) => workerMs)), {
      atMost: 5000,
      unit: 'ms',
    })
    kit.measure('longest until an enqueue failed', Math.max(...seen.map(({ enqueueMs }) => enqueueMs)), {
      atMost: 5000,
      unit: 'ms',
    })
    const telling = seen.flatMap(({ texts }) => texts).filter((text) => text.includes(secret))
    kit.measure('texts with the password in them', telling.length, { exactly: 0 })
  },
}

async function refuse(kit: Kit, port: number, { user, password }: Case) {
  const login = password === undefined ? '' : `${user}:${encodeURIComponent(password)}@`
  const project = kit.project(`redis://${login}127.0.0.1:${port}`)
  const startedAt = performance.now()
  const failed = await (await project.client()).enqueue('work', []).then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  )
  const enqueueMs = performance.now() - startedAt
  const worker = await project.taskq(['worker', '--burst'])
  const isRight = isRefusal(worker, user) && failed?.code === 'TASKQ_BROKER_AUTH' && failed.message.includes(user)
  return { enqueueMs, workerMs: worker.ms, isRight, texts: [worker.stdout, worker.stderr, String(failed?.stack)] }
}

const isRefusal = ({ code, stderr }: CommandRun, user: string): boolean =>
  code === 1 && stderr.includes(`refused user "${user}"`) && stderr.includes('TASKQ_BROKER_AUTH')
