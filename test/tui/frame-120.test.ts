import { expect, test } from 'vitest'
import type { DashboardState } from '../../src/tui/state.ts'
import { makeState, withCursor } from './fixtures.ts'
import { screen } from './terminal.ts'

process.env.TZ = 'UTC'

const at120 = (state: DashboardState) => screen(state, 120, 40)

test('Queues: what waits, runs and failed, the oldest, the limit, what stops it, and how it went', () => {
  expect(at120(withCursor(makeState(), 'queues', 'emails'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue                          queued sched active retry  dead  done oldest out/s state             2 min
       default                             3     0      4     0     0   12k      –   9.4                   ▇▆▅▃▂▁▁ ▁▁▂▃▄▅▇▇█
    ▶  emails                           1.2k    56     10     7    12  3.5M     3m   2.4 100/m* ● 3s       ▁▁ ▁▁▂▃▅▆▇███▇▆▅▄
       reports                           40k     0      0     0     0     0     2h     0 ‖ paused
       payments-of-the-eu                  0     0      0     0     0     0      –  <0.1 100/m
       video                               2     0      0     0     0     0    90s     0 ! no worker
    (30 empty lines)
    Enter in  p pause  / filter  x select  s sort  y copy  e open  : command  Space freeze  ? help  q quit"
  `)
})

test('Tasks: how often, how well, how fast', () => {
  expect(at120(withCursor(makeState({ view: 'tasks' }), 'tasks', 'reports.Daily'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues [2 Tasks] 3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    3 tasks, the last 15 minutes
       task                                queue          per min failed retry   p50   p95   p99 wait95  done failures   wrk
       SendWelcomeEmail                    emails             146   1.4%    75 120ms 850ms  2.4s   3.1m  2.2k       30     2
    ▶  reports.Daily                       reports            0.7    30%     0  1.1m  3.2m    4m    8ms     7        3     1
       ResizeVideo                         –                    0      –     0     –     –     –      –     0        0     0
    (32 empty lines)
    Enter in  l rate limit  / filter  s sort  y copy  e open  x select  : command  Space freeze  ? help  q quit"
  `)
})

test('Jobs: places with counts, states with signs, how much was searched, what is selected', () => {
  const state = withCursor(makeState({ view: 'jobs' }), 'jobs', 'mi7k2x0dH2jK4lM6nP8q')
  const list = { ...state.lists.jobs, filter: 'mail', selected: new Set(['mi7k2x0fZ4aB6cD8eF0g']) }
  expect(at120({ ...state, lists: { ...state.lists, jobs: list } })).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks [3 Jobs] 4 Workers  5 Schedules  6 Workflows  7 Events
    [active 14] queued 41k  scheduled 56  retrying 7  succeeded 3.5M  dead 12
       job                  task                       queue        state       tries    age   run arguments or error
       mi7k2x0aB3dE5fG7hJ9k SendWelcomeEmail           emails       ▸ active        1    65s     – 42% ["u_42"]
       mi7k2x0bQ4rS6tU8vW0x SendWelcomeEmail           emails       ○ queued        0    42s     – ["u_43",{"locale":"de","…
       mi7k2x0cA1bC3dE5fG7h reports.Daily              reports      ◷ scheduled     0  in 4m     – ["u_42"]
    ▶  mi7k2x0dH2jK4lM6nP8q SendWelcomeEmail           emails       ↻ retrying      2  in 5s     – TypeError: fetch failed
       mi7k2x0eR3sT5uV7wX9y SendWelcomeEmail           emails       ✔ succeeded     1     7s  1.2s ["u_42"]
     ✓ mi7k2x0fZ4aB6cD8eF0g SendWelcomeEmail           emails       ✖ dead          4    14m    1s TimeoutError: the server…
       mi7k2x0gH5jK7lM9nP1q SendWelcomeEmail           emails       ⊘ revoked       0    60s     – ["u_42"]
    (27 empty lines)
                                                                                       1 selected  /mail  searched 1k of 42k
    h l state  Enter in  Esc back  / filter  c revoke  x select  y copy  e open  s sort  : command  ? help  q quit"
  `)
})

test('Workers: slots, what runs, what it costs; a missed heartbeat is silence, not death', () => {
  expect(at120(withCursor(makeState({ view: 'workers' }), 'workers', 'mailer@web-1:4711'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks  3 Jobs [4 Workers] 5 Schedules  6 Workflows  7 Events
    3 workers
       worker               pid queues       slots scale   runs now            done errors   rss   cpu   lag   up heard
    ▶  mailer@web-1        4711 emails,de…   10/10 2-20    65s SendWelcomeEm…   35k     42  140M   37%  12ms   2h 1s ago
       mailer@web-2           9 default       0/10 –       idle                   0      0  1.5G  140% 480ms   2h silent 12s
       old@web-3           4711 default       0/10 –       idle                   0      0     –     –     –   2h stopping
    (32 empty lines)
    Enter in  + grow  - shrink  C slots  K shut down  / filter  x select  y copy  e open  s sort  ? help  q quit"
  `)
})

test('Schedules: when next, what came of the last, what holds it', () => {
  expect(at120(withCursor(makeState({ view: 'schedules' }), 'schedules', 'poll'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks  3 Jobs  4 Workers [5 Schedules] 6 Workflows  7 Events
    5 schedule entries
       entry                  when                         task                next last             runs  skip state
       nightly-report         at 03:00 every day, Europe/… reports.Daily     in 43s ✔ 11h succeeded   412     3
    ▶  poll                   every 10 s                   Poll               in 4s ▸ 16s active      99k     0 held
       cleanup                every 1 h                    Cleanup                – –                   1     0 ‖ paused
       sunset                 at sunset over 52.52° N, 13… Lights             in 2h –                   0     0 ! changed i…
       broken                 its zone is unknown here     –                      – –                   0     0 ! broken
    (30 empty lines)
    Enter in  n run now  p pause  / filter  x select  y copy  e open  s sort  : command  Space freeze  ? help  q quit"
  `)
})

test('Workflows: how far each is, how it stands, and why it failed', () => {
  expect(at120(withCursor(makeState({ view: 'workflows' }), 'workflows', 'w_u_order-42'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules [6 Workflows] 7 Events
    5 workflows
       workflow                  state       progress               jobs failed  age  took id            why
       chain of ProcessPayment,… ▸ running   █████░░░░░░░░░░░░       1/3      0  42s       …B3dE5fG7hJ9k
       album 4711                ▸ running   ███████████████░░    9k/10k      3   5m       …Q4rS6tU8vW0x
    ▶  chain of ProcessPayment,… ✖ failed    █████░░░░░░░░░░░░       1/3      1  15m    2s w_u_order-42  SendReceipt: TypeE…
       nightly                   ✔ succeeded █████████████████     30/30      0  24h    6m …H2jK4lM6nP8q
       import                    ⊘ revoked   █████░░░░░░░░░░░░      4/12      0   2d    1m …R3sT5uV7wX9y wrong customer
    (30 empty lines)
    Enter in  r retry failed  c revoke  / filter  x select  s sort  y copy  e open  : command  ? help  q quit"
  `)
})

test('Events: what happened, to whom, why', () => {
  expect(at120(withCursor(makeState({ view: 'events' }), 'events', '7'))).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows [7 Events]
    7 events, 12 left out
       time     event           task                 job          queue         worker            run what
       14:03:00 · worker.online mailer@web-1                                    mailer@web-1
       14:03:01 ▸ started       SendWelcomeEmail     …3dE5fG7hJ92 emails        mailer@web-1
       14:03:02 ✔ succeeded     SendWelcomeEmail     …3dE5fG7hJ93 emails        mailer@web-1    132ms
       14:03:03 ↻ retried       SendWelcomeEmail     …3dE5fG7hJ94 emails        mailer@web-1      30s again in 4s: TypeErro…
       14:03:04 ✖ dead-lettered SendWelcomeEmail     …3dE5fG7hJ95 emails        mailer@web-1     12ms Error: no such user
       14:03:05 ⊘ revoked       SendWelcomeEmail     …3dE5fG7hJ96 emails        mailer@web-1          revoked by hand
    ▶  14:03:06 ▸ started       SendWelcomeEmail     …3dE5fG7hJ97 emails        mailer@web-1          attempt 3
    (28 empty lines)
    Enter in  Space freeze  / filter  y copy  e open  : command  ? help  q quit"
  `)
})
