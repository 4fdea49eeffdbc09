import { expect, test } from 'vitest'
import type { DashboardState } from '../../src/tui/state.ts'
import { makeOverview, makeState, makeWorker, NOW, withCursor } from './fixtures.ts'
import { press } from './play.ts'
import { screen } from './terminal.ts'

process.env.TZ = 'UTC'

const at80 = (state: DashboardState) => screen(state, 80, 24)

test('Queues: what waits, runs and failed, the oldest, the limit, what stops it, and how it went', () => {
  expect(at80(withCursor(makeState(), 'queues', 'emails'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue         queued sched active retry  dead oldest out/s state       2 min
       default            3     0      4     0     0      –   9.4             ▃▄▅▇▇█
    ▶  emails          1.2k    56     10     7    12     3m   2.4 100/m* ● 3s ██▇▆▅▄
       reports          40k     0      0     0     0     2h     0 ‖ paused
       payments-of-…      0     0      0     0     0      –  <0.1 100/m
       video              2     0      0     0     0    90s     0 ! no worker
    (14 empty lines)
    Enter in  p pause  / filter  x select  s sort  y copy  e open  ? help  q quit"
  `)
})

test('Tasks: how often, how well, how fast', () => {
  expect(at80(withCursor(makeState({ view: 'tasks' }), 'tasks', 'reports.Daily'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues [2 Tasks] 3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    3 tasks, the last 15 minutes
       task             queue    per min failed retry   p50   p95   p99 wait95   wrk
       SendWelcomeEmail emails       146   1.4%    75 120ms 850ms  2.4s   3.1m     2
    ▶  reports.Daily    reports      0.7    30%     0  1.1m  3.2m    4m    8ms     1
       ResizeVideo      –              0      –     0     –     –     –      –     0
    (16 empty lines)
    Enter in  l rate limit  / filter  s sort  y copy  e open  ? help  q quit"
  `)
})

test('Jobs: places with counts, states with signs, how much was searched, what is selected', () => {
  const state = withCursor(makeState({ view: 'jobs' }), 'jobs', 'mi7k2x0dH2jK4lM6nP8q')
  const list = { ...state.lists.jobs, filter: 'mail', selected: new Set(['mi7k2x0fZ4aB6cD8eF0g']) }
  expect(at80({ ...state, lists: { ...state.lists, jobs: list } })).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks [3 Jobs] 4 Workers  5 Schedules  6 Workflows  7 Events
    [active 14] queued 41k  scheduled 56  retrying 7  succeeded 3.5M  dead 12
       job         task              queue     state       tries    age arguments o…
       …dE5fG7hJ9k SendWelcomeEmail  emails    ▸ active        1    65s 42% ["u_42"]
       …rS6tU8vW0x SendWelcomeEmail  emails    ○ queued        0    42s ["u_43",{"l…
       …bC3dE5fG7h reports.Daily     reports   ◷ scheduled     0  in 4m ["u_42"]
    ▶  …jK4lM6nP8q SendWelcomeEmail  emails    ↻ retrying      2  in 5s TypeError: …
       …sT5uV7wX9y SendWelcomeEmail  emails    ✔ succeeded     1     7s ["u_42"]
     ✓ …aB6cD8eF0g SendWelcomeEmail  emails    ✖ dead          4    14m TimeoutErro…
       …jK7lM9nP1q SendWelcomeEmail  emails    ⊘ revoked       0    60s ["u_42"]
    (11 empty lines)
                                               1 selected  /mail  searched 1k of 42k
    h l state  Enter in  Esc back  / filter  c revoke  x select  ? help  q quit"
  `)
})

test('Workers: slots, what runs, what it costs; a missed heartbeat is silence, not death', () => {
  expect(at80(withCursor(makeState({ view: 'workers' }), 'workers', 'mailer@web-1:4711'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs [4 Workers] 5 Schedules  6 Workflows  7 Events
    3 workers
       worker          queues     slots runs now          rss   cpu   lag heard
    ▶  mailer@web-1    emails,…   10/10 65s SendWelcom…  140M   37%  12ms 1s ago
       mailer@web-2    default     0/10 idle             1.5G  140% 480ms silent 12s
       old@web-3       default     0/10 idle                –     –     – stopping
    (16 empty lines)
    Enter in  + grow  - shrink  C slots  K shut down  / filter  ? help  q quit"
  `)
})

test('Schedules: when next, what came of the last, what holds it', () => {
  expect(at80(withCursor(makeState({ view: 'schedules' }), 'schedules', 'poll'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs  4 Workers [5 Schedules] 6 Workflows  7 Events
    5 schedule entries
       entry            when                   next last             runs state
       nightly-report   at 03:00 every day…  in 43s ✔ 11h succeeded   412
    ▶  poll             every 10 s            in 4s ▸ 16s active      99k held
       cleanup          every 1 h                 – –                   1 ‖ paused
       sunset           at sunset over 52.…   in 2h –                   0 ! changed…
       broken           its zone is unknow…       – –                   0 ! broken
    (14 empty lines)
    Enter in  n run now  p pause  / filter  x select  y copy  ? help  q quit"
  `)
})

test('Workflows: how far each is, how it stands, and why it failed', () => {
  expect(at80(withCursor(makeState({ view: 'workflows' }), 'workflows', 'w_u_order-42'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules [6 Workflows] 7 Events
    5 workflows
       workflow        state       progress        jobs failed  age  took why
       chain of Proce… ▸ running   ███░░░░░░░       1/3      0  42s
       album 4711      ▸ running   ████████░░    9k/10k      3   5m
    ▶  chain of Proce… ✖ failed    ███░░░░░░░       1/3      1  15m    2s SendRecei…
       nightly         ✔ succeeded ██████████     30/30      0  24h    6m
       import          ⊘ revoked   ███░░░░░░░      4/12      0   2d    1m wrong cus…
    (14 empty lines)
    Enter in  r retry failed  c revoke  / filter  x select  s sort  ? help  q quit"
  `)
})

test('Events: what happened, to whom, why', () => {
  expect(at80(withCursor(makeState({ view: 'events' }), 'events', '7'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows [7 Events]
    7 events, 12 left out
       time     event           task              job           run what
       14:03:00 · worker.online mailer@web-1
       14:03:01 ▸ started       SendWelcomeEmail  …dE5fG7hJ92
       14:03:02 ✔ succeeded     SendWelcomeEmail  …dE5fG7hJ93 132ms
       14:03:03 ↻ retried       SendWelcomeEmail  …dE5fG7hJ94   30s again in 4s: Ty…
       14:03:04 ✖ dead-lettered SendWelcomeEmail  …dE5fG7hJ95  12ms Error: no such …
       14:03:05 ⊘ revoked       SendWelcomeEmail  …dE5fG7hJ96       revoked by hand
    ▶  14:03:06 ▸ started       SendWelcomeEmail  …dE5fG7hJ97       attempt 3
    (12 empty lines)
    Enter in  Space freeze  / filter  y copy  e open  : command  ? help  q quit"
  `)
})

test('Workers of one name are told apart by their processes', () => {
  const workers = [makeWorker('shop@vm', { id: 'a', pid: 4711 }), makeWorker('shop@vm', { id: 'b', pid: 4712 })]
  for (const columns of [60, 80]) {
    const text = screen(makeState({ view: 'workers', overview: makeOverview({ workers }) }), columns, 24)
    expect(text).toMatch(/shop@vm +4711 .*\n.*shop@vm +4712/)
  }
})

test('Schedules: a result that is not kept is not unknown', () => {
  const last = { slot: new Date(NOW - 3000), jobId: 'x', state: 'unknown' as const }
  const schedules = [{ name: 'poll', paused: false, runs: 1, skipped: 0, last }]
  expect(at80(makeState({ view: 'schedules', schedules }))).toContain('– 3s not kept')
  expect(at80(press(makeState({ view: 'schedules', schedules }), 'enter').state)).toContain('last      not kept, slot')
})
