import { z } from 'zod'
import { action, JOB_SCHEMAS } from './job-schemas.js'
import { count, failure, instant, ms, state, text } from './schema-parts.js'
import {
  listedWorkflow,
  partResult,
  queriedWorkflow,
  tree,
  workflowResult,
  workflowsStatus,
} from './workflow-schemas.js'

// What every `--json` prints: nothing may be missing, and nothing may be there that no schema tells of.

/** What any command prints that fails. */
export const error = z.strictObject({
  error: z.strictObject({
    code: text,
    message: text,
    hint: text.optional(),
    failure: failure.optional(),
  }),
})

const bounds = z.strictObject({ min: count, max: count })
const processFacts = z.strictObject({ rssBytes: count, cpu: ms, loopLagMs: ms, node: text })
const percentiles = z.strictObject({ p50: ms, p95: ms, p99: ms }).nullable()
const broker = z.strictObject({ label: text, server: z.enum(['redis', 'valkey', 'other']), version: text, pingMs: ms })
const beat = z.strictObject({ host: text, pid: count, version: text, since: instant }).nullable()

const worker = z.strictObject({
  id: text,
  name: text,
  host: text,
  pid: count,
  version: text,
  queues: z.array(text),
  tasks: z.array(text),
  concurrency: count,
  startedAt: instant,
  active: count,
  succeeded: count,
  failed: count,
  beatAt: instant.optional(),
  heardAt: instant.optional(),
  stopping: z.boolean().optional(),
  slots: z.array(z.strictObject({ id: text, task: text, queue: text, attempt: count, startedAt: instant })).optional(),
  autoscale: bounds.optional(),
  process: processFacts.optional(),
})

const held = {
  queue: text,
  queued: count,
  blocked: count,
  scheduled: count,
  retrying: count,
  active: count,
  succeeded: count,
  dead: count,
  oldestQueuedAt: instant.nullable(),
  paused: z.boolean(),
  served: z.boolean(),
}

const keyedLimits = {
  maxConcurrency: count.optional(),
  keyed: z.array(z.enum(['rate', 'concurrency'])).optional(),
}
const limit = z.strictObject({
  ...{ task: text, rate: text.optional(), overridden: z.boolean(), limitedForMs: ms, queued: count },
  ...keyedLimits,
})
const queue = z.strictObject({ ...held, limits: z.array(limit), outPerSecond: ms, ended: z.array(count) })

const overview = z.strictObject({
  at: instant,
  broker,
  rates: z.strictObject({ in: ms.nullable(), out: ms, failed: ms, retried: ms }),
  queues: z.array(queue),
  tasks: z.array(
    z.strictObject({
      task: text,
      queue: text.nullable(),
      workers: count,
      succeeded: count,
      failed: count,
      retried: count,
      perMinute: ms,
      failurePercent: z.number().min(0).max(100).nullable(),
      runMs: percentiles,
      waitMs: percentiles,
    }),
  ),
  workers: z.array(worker),
  workflows: z.array(listedWorkflow),
  beat,
})

const status = z.strictObject({
  broker,
  beat,
  schedules: count,
  workers: z.array(worker),
  queues: z.array(z.strictObject(held)),
  workflows: workflowsStatus,
  unknownTasks: z.array(z.strictObject({ task: text, queue: text, jobs: count })),
})

/** One line of `taskq events --json`. */
export const event = z.union([
  z.strictObject({ dropped: count }),
  z.strictObject({
    at: instant,
    name: text,
    worker: text,
    id: text.optional(),
    task: text.optional(),
    queue: text.optional(),
    attempt: count.optional(),
    runMs: ms.optional(),
    delayMs: ms.optional(),
    failure: z.strictObject({ name: text, message: z.string(), code: z.string().optional() }).optional(),
    reason: z.string().optional(),
  }),
])

const reference = { worker: text, id: text, pid: count }
const answer = z.strictObject({ ...reference, ok: z.boolean(), text, data: z.unknown().optional() })
const silent = z.array(z.strictObject({ id: text, name: text, pid: count, heardMs: ms.optional() }))
const asked = z.strictObject({ workers: z.array(answer), silent })
const steering = (command: z.ZodType) => z.strictObject({ command, workers: z.array(answer), silent })
const slots = (name: string) => steering(z.strictObject({ name: z.literal(name), by: count }))
const queueCommand = (name: string) => steering(z.strictObject({ name: z.literal(name), queue: text }))

const queueChanges = z.strictObject({ queues: z.array(z.strictObject({ queue: text, changed: z.boolean() })) })

const job = {
  id: text,
  task: text,
  queue: text,
  state,
  workflow: text.optional(),
  error: failure.optional(),
  progress: z.unknown().optional(),
  sameAs: text.optional(),
  putAside: text.optional(),
  waitsFor: text.optional(),
  attempts: count,
  enqueuedAt: instant,
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
}

const discoveryFailure = z.strictObject({
  file: text,
  line: count.optional(),
  code: text,
  message: text,
  hint: text.optional(),
})

const finding = z.strictObject({
  id: text,
  title: text,
  status: z.enum(['ok', 'warn', 'fail']),
  detail: text,
  fix: text.optional(),
})

const schedule = z.strictObject({
  name: text,
  owner: z.enum(['code', 'runtime']).optional(),
  task: text.optional(),
  when: text.optional(),
  paused: z.boolean(),
  next: instant.optional(),
  last: z.strictObject({ slot: instant, jobId: text, state }).optional(),
  runs: count,
  skipped: count,
  held: instant.optional(),
  drift: z.enum(['not applied yet', 'changed in code', 'no longer in code']).optional(),
  problem: text.optional(),
})

const changed = z.strictObject({ schedules: z.array(z.strictObject({ name: text, changed: z.boolean() })) })

/** What each command prints with `--json` when it works; of `events`, each line. */
export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  call: z.union([
    z.strictObject({ id: text, deduplicated: z.literal(true).optional() }),
    z.strictObject({ id: text, state, result: z.json() }),
  ]),
  config: z.strictObject({
    root: text,
    file: text.nullable(),
    settings: z.array(z.strictObject({ key: text, value: z.json(), origin: text })),
  }),
  'control add-queue': queueCommand('add-queue'),
  'control autoscale': steering(
    z.strictObject({ name: z.literal('autoscale'), min: count.optional(), max: count.optional() }),
  ),
  'control cancel-queue': queueCommand('cancel-queue'),
  'control concurrency': steering(
    z.strictObject({ name: z.literal('concurrency'), slots: count, queue: text.optional() }),
  ),
  'control pool-grow': slots('pool-grow'),
  'control pool-shrink': slots('pool-shrink'),
  'control rate-limit': z.strictObject({ task: text, rate: text.nullable(), ...action }),
  'control max-concurrency': z.strictObject({ task: text, maxConcurrency: count.nullable(), ...action }),
  'control shutdown': steering(z.strictObject({ name: z.literal('shutdown') })),
  'control time-limit': z.strictObject({
    task: text,
    limits: z.strictObject({ softMs: ms.optional(), hardMs: ms.optional() }).nullable(),
    ...action,
  }),
  dashboard: overview,
  check: z.union([
    z.strictObject({
      ok: z.boolean(),
      tasks: count,
      findings: z.array(
        z.strictObject({ level: z.enum(['error', 'warning']), where: text, message: text, fix: text.optional() }),
      ),
    }),
    z.strictObject({
      task: text,
      source: text.optional(),
      queue: text.optional(),
      lane: text.optional(),
      priority: count.optional(),
      priorities: z.boolean().optional(),
      refused: z.strictObject({ code: text, message: text }).optional(),
      rules: z.array(
        z.strictObject({
          rule: text,
          queue: text.optional(),
          priority: count.optional(),
          note: text.optional(),
          wins: z.array(z.enum(['queue', 'priority'])),
        }),
      ),
      options: z.array(z.strictObject({ option: text, value: z.unknown(), from: text })),
    }),
  ]),
  ...JOB_SCHEMAS,
  doctor: z.strictObject({ ok: z.boolean(), findings: z.array(finding) }),
  events: event,
  init: z.strictObject({
    dir: text,
    files: z.array(text),
    packageManager: z.enum(['npm', 'pnpm', 'yarn', 'bun']),
    installed: z.boolean(),
    git: z.boolean(),
    kept: z.array(text),
    notes: z.array(text),
    dryRun: z.literal(true).optional(),
  }),
  'inspect active': z.strictObject({
    workers: z.array(
      z.strictObject({
        ...reference,
        jobs: z.array(
          z.strictObject({ id: text, task: text, queue: text, attempt: count, startedAt: instant, ageMs: ms }),
        ),
        more: count,
      }),
    ),
  }),
  'inspect conf': asked,
  'inspect ping': asked,
  'inspect query': z.strictObject({
    jobs: z.array(
      z.union([
        z.strictObject({ id: text, state: z.literal('unknown') }),
        z.strictObject({ ...job, worker: text.optional() }),
        queriedWorkflow,
      ]),
    ),
  }),
  'inspect registered': z.strictObject({
    workers: z.array(
      z.strictObject({
        ...reference,
        tasks: z.array(
          z.strictObject({
            task: text,
            queue: text.optional(),
            rateLimit: text.optional(),
            ...keyedLimits,
            overridden: z.boolean().optional(),
          }),
        ),
      }),
    ),
  }),
  'inspect reserved': z.strictObject({
    workers: z.array(z.strictObject({ ...reference, jobs: z.tuple([]) })),
    why: text,
  }),
  'inspect scheduled': z.strictObject({
    jobs: z.array(
      z.strictObject({
        id: text,
        task: text,
        queue: text,
        state,
        attempts: count,
        enqueuedAt: instant,
        dueAt: instant.optional(),
        dueInMs: ms.optional(),
        args: text,
        error: text.optional(),
      }),
    ),
    total: count,
    searched: count,
  }),
  'inspect stats': z.strictObject({
    workers: z.array(
      z.strictObject({
        ...reference,
        host: text,
        version: text,
        queues: z.array(text),
        tasks: count,
        concurrency: count,
        autoscale: bounds.optional(),
        active: count,
        succeeded: count,
        failed: count,
        startedAt: instant,
        uptimeMs: ms,
        heardMs: ms.optional(),
        stopping: z.boolean(),
        process: processFacts.optional(),
      }),
    ),
  }),
  list: z.strictObject({
    tasks: z.array(
      z.strictObject({
        name: text,
        queue: text,
        retries: count,
        rateLimit: text.optional(),
        file: text,
        line: count.optional(),
      }),
    ),
    failures: z.array(discoveryFailure),
  }),
  'queue list': z.strictObject({ queues: z.array(queue) }),
  'queue pause': queueChanges,
  'queue resume': queueChanges,
  result: z.union([
    z.strictObject({
      ...{ ...job, result: z.json().optional(), logs: z.array(z.string()).optional() },
      tree: tree.optional(),
    }),
    partResult,
    workflowResult,
  ]),
  'schedule add': z.strictObject({
    name: text,
    task: text,
    when: text,
    next: instant,
    replaced: z.boolean(),
    now: instant,
  }),
  'schedule backfill': z.strictObject({
    name: text,
    dryRun: z.boolean(),
    slots: z.array(z.strictObject({ slot: instant, jobId: text, enqueued: z.boolean(), reason: text.optional() })),
  }),
  'schedule list': z.strictObject({
    schedules: z.array(schedule),
    beat,
    codeProblem: text.optional(),
    now: instant,
  }),
  'schedule pause': changed,
  'schedule preview': z.strictObject({
    name: text,
    task: text,
    when: text,
    tz: text,
    paused: z.boolean(),
    inCodeOnly: z.boolean(),
    jitterMs: ms,
    left: count.optional(),
    slots: z.array(z.strictObject({ slot: instant, local: text, mark: text.optional() })),
    now: instant,
  }),
  'schedule remove': z.strictObject({ name: text, removed: z.literal(true) }),
  'schedule resume': changed,
  'schedule run': z.union([z.strictObject({ id: text }), z.strictObject({ id: text, state, result: z.json() })]),
  status,
}
