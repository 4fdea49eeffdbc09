import { expect, test } from 'vitest'
import { renderSnapshot } from '../../src/tui/snapshot.ts'
import { makeOverview, SCHEDULES } from './fixtures.ts'
import { PLAIN } from './terminal.ts'

process.env.TZ = 'UTC'

test('all tables, one under the other', () => {
  const lines = renderSnapshot({ overview: makeOverview(), schedules: SCHEDULES }, 100, PLAIN)
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent     14:03:09

    Queues
       queue                queued sched active retry  dead  done oldest out/s state          2 min
       default                   3     0      4     0     0   12k      –   9.4                 ▁▁▂▃▄▅▇▇█
       emails                 1.2k    56     10     7    12  3.5M     3m   2.4 100/m* ● 3s    ▅▆▇███▇▆▅▄
       reports                 40k     0      0     0     0     0     2h     0 ‖ paused
       payments-of-the-eu        0     0      0     0     0     0      –  <0.1 100/m
       video                     2     0      0     0     0     0    90s     0 ! no worker

    Tasks
       task                 queue     per min failed retry   p50   p95   p99 wait95  done failures   wrk
       SendWelcomeEmail     emails        146   1.4%    75 120ms 850ms  2.4s   3.1m  2.2k       30     2
       reports.Daily        reports       0.7    30%     0  1.1m  3.2m    4m    8ms     7        3     1
       ResizeVideo          –               0      –     0     –     –     –      –     0        0     0

    Workers
       worker             pid queues     slots scale   runs now          rss   cpu   lag   up heard
       mailer@web-1      4711 emails,…   10/10 2-20    65s SendWelcom…  140M   37%  12ms   2h 1s ago
       mailer@web-2         9 default     0/10 –       idle             1.5G  140% 480ms   2h silent 12s
       old@web-3         4711 default     0/10 –       idle                –     –     –   2h stopping

    Schedules
       entry            when                task             next last             runs  skip state
       nightly-report   at 03:00 every day… reports.Daily  in 43s ✔ 11h succeeded   412     3
       poll             every 10 s          Poll            in 4s ▸ 16s active      99k     0 held
       cleanup          every 1 h           Cleanup             – –                   1     0 ‖ paused
       sunset           at sunset over 52.… Lights          in 2h –                   0     0 ! changed…
       broken           its zone is unknow… –                   – –                   0     0 ! broken
    "
  `)
})

test('an app where nothing runs yet', () => {
  const empty = makeOverview({ queues: [], tasks: [], workers: [], beat: undefined })
  expect(`\n${renderSnapshot({ overview: empty }, 80, PLAIN).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  0 workers

    Queues
       none

    Tasks
       none

    Workers
       none
    "
  `)
})
