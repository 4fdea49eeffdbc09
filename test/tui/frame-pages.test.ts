import { expect, test } from 'vitest'
import type { Page } from '../../src/tui/page.ts'
import type { Dialog, LinkState } from '../../src/tui/state.ts'
import { makeJobDetail, makeState, makeWorkflowDetail, NOW, withCursor } from './fixtures.ts'
import { ASCII, COLORED, screen } from './terminal.ts'

process.env.TZ = 'UTC'

const page = (shown: Page) => makeState({ view: 'jobs', pages: [shown] })
const over = (dialog: Dialog) => makeState({ dialog })

test("a job's page tells all of it", () => {
  const detail = makeJobDetail({
    argsJson: '["u_42",{"password":"[masked]","ids":[1,12345678901234567890,[]],"long":"so that it does not fit"}]',
  })
  expect(screen(page({ kind: 'job', id: detail.id, detail, top: 0, seeks: undefined }), 80, 54)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks [3 Jobs] 4 Workers  5 Schedules  6 Workflows  7 Events
    Job mi7k2x0aB3dE5fG7hJ9k  SendWelcomeEmail  ✖ dead

     task      SendWelcomeEmail
     queue     emails (lane emails~SendWelcomeEmail)
     state     dead
     attempts  3
     enqueued  2026-11-20 14:02:27
     started   2026-11-20 14:03:04
     ended     2026-11-20 14:03:06, ran 2s
     worker    worker@web-1

     Arguments
       [
         "u_42",
         {
           "password": "[masked]",
           "ids": [
             1,
             12345678901234567890,
             []
           ],
           "long": "so that it does not fit"
         }
       ]

     Failed attempts
       #1  14:02:39  1s  worker@web-1  TypeError: fetch failed
       #2  14:02:49  1s  worker@web-1  TypeError: fetch failed
       #3  14:02:59  1s  worker@web-1  TypeError: fetch failed

     Error
       TypeError: fetch failed

     Traceback
       TypeError: fetch failed
           at SendWelcomeEmail.run (/app/src/tasks/emails.ts:9:11)

     Logs
       14:02:39 sending to u_42
       14:03:04 no answer

     Timeline
       14:02:27  +0ms     enqueued
       14:03:04  +37s     started
       14:03:06  +39s     dead
    (6 empty lines)
    Esc back  h l section  r retry  D delete  t traceback  y copy  ? help  q quit"
  `)
})

test("a job's page is scrolled by its first line", () => {
  const detail = makeJobDetail()
  expect(
    screen(page({ kind: 'job', id: detail.id, detail, top: 20, seeks: undefined }), 80, 15),
  ).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks [3 Jobs] 4 Workers  5 Schedules  6 Workflows  7 Events
    Job mi7k2x0aB3dE5fG7hJ9k  SendWelcomeEmail  ✖ dead

     Traceback
       TypeError: fetch failed
           at SendWelcomeEmail.run (/app/src/tasks/emails.ts:9:11)

     Logs
       14:02:39 sending to u_42
       14:03:04 no answer

     Timeline
                                                                         21–29 of 32
    Esc back  h l section  r retry  D delete  t traceback  y copy  ? help  q quit"
  `)
})

test('a job that is gone, and one that is being read, are told apart', () => {
  expect(screen(page({ kind: 'job', id: 'gone', detail: 'missing', top: 0, seeks: undefined }), 80, 15)).toContain(
    'no such job any more',
  )
  expect(screen(page({ kind: 'job', id: 'soon', detail: undefined, top: 0, seeks: undefined }), 80, 15)).toContain(
    'Reading…',
  )
})

test("a worker's page lists its slots, and what else is known where there is room", () => {
  const state = makeState({ view: 'workers', pages: [{ kind: 'worker', id: 'mailer@web-1:4711' }] })
  expect(screen(withCursor(state, 'slots', 'mi7k2x0bQ4rS6tU8vW0x'), 80, 24)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs [4 Workers] 5 Schedules  6 Workflows  7 Events
    Worker mailer@web-1
       task                         queue         job               attempt runs for
       SendWelcomeEmail             emails        …2x0aB3dE5fG7hJ9k       1      65s
    ▶  ResizeAvatar                 emails        …2x0bQ4rS6tU8vW0x       1       1s

       host      web-1, pid 4711, up 2h
       slots     10 of 10 in use, by itself between 2 and 20
       queues    emails,default
       tasks     SendWelcomeEmail
       runs      35k succeeded, 42 failed
       memory    140M
       cpu       37% of a core
       loop lag  12ms (99th percentile)
       version   taskq 0.1.0, node 24.21.0
       heard     1s ago
    (6 empty lines)
    Enter in  Esc back  c revoke  + grow  - shrink  C slots  ? help  q quit"
  `)
})

test("a workflow's page draws its tree, and what else is known where there is room", () => {
  const { id, ...detail } = makeWorkflowDetail()
  const pages = [{ kind: 'workflow' as const, id, detail: { id, ...detail } }]
  const state = makeState({ view: 'workflows', pages })
  expect(screen(withCursor(state, 'parts', '0.1'), 80, 24)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules [6 Workflows] 7 Events
    Workflow w_mi7k2x0bQ4rS6tU8vW0x  ▸ running  9k/10k, 3 failed  album 4711
       part                         state       job        why
       chord                        ▸ active
       ├─ group of 10,000           ▸ active               9,000 succeeded, 3 failed
       │  ├─ images.Resize          ✔ succeeded …tU8vW0x~0
    ▶  │  ├─ images.Resize          ✖ dead      …tU8vW0x~1 Error: no such image
       │  ├─ chain                  ▸ active
       │  │  ├─ images.Fetch        ✔ succeeded …tU8vW0x~2
       │  │  └─ images.Resize       ▸ active    …tU8vW0x~3
       │  ├─ images.Resize          ↻ retrying  …tU8vW0x~4 Error: busy
       │  └─ … 9,996 more
       ├─ images.Album              ◇ blocked   …W0x~10001
       ├─ then mail.Tell            ◇ blocked   …W0x~10002
       └─ on error mail.Complain    ◇ blocked   …W0x~10003

       made      2026-11-20 13:57:59
       made by   the run of job mi7k2x0aB3dE5fG7hJ9k
    (4 empty lines)
    Esc back  Enter in  r retry failed  c revoke  / filter  y copy  ? help  q quit"
  `)
  expect(screen(withCursor(state, 'parts', '0.2.1'), 120, 24)).toMatchInlineSnapshot(`
    "
    taskq  redis://localhost:6379  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent  beat web-1             14:03:09
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules [6 Workflows] 7 Events
    Workflow w_mi7k2x0bQ4rS6tU8vW0x  ▸ running  9k/10k, 3 failed  album 4711
       part                                   state       job             why
       chord                                  ▸ active
       ├─ group of 10,000                     ▸ active                    9,000 succeeded, 3 failed
       │  ├─ images.Resize                    ✔ succeeded …Q4rS6tU8vW0x~0
       │  ├─ images.Resize                    ✖ dead      …Q4rS6tU8vW0x~1 Error: no such image
       │  ├─ chain                            ▸ active
       │  │  ├─ images.Fetch                  ✔ succeeded …Q4rS6tU8vW0x~2
    ▶  │  │  └─ images.Resize                 ▸ active    …Q4rS6tU8vW0x~3
       │  ├─ images.Resize                    ↻ retrying  …Q4rS6tU8vW0x~4 Error: busy
       │  └─ … 9,996 more
       ├─ images.Album                        ◇ blocked   …6tU8vW0x~10001
       ├─ then mail.Tell                      ◇ blocked   …6tU8vW0x~10002
       └─ on error mail.Complain              ◇ blocked   …6tU8vW0x~10003

       made      2026-11-20 13:57:59
       made by   the run of job mi7k2x0aB3dE5fG7hJ9k
    (4 empty lines)
    Esc back  Enter in  r retry failed  c revoke  / filter  y copy  e open  : command  Space freeze  ? help  q quit"
  `)
  expect(screen(withCursor(state, 'parts', '0.1'), 80, 24, ASCII)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh~  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks  3 Jobs  4 Workers  5 Schedules [6 Workflows] 7 Events
    Workflow w_mi7k2x0bQ4rS6tU8vW0x  > running  9k/10k, 3 failed  album 4711
       part                         state       job        why
       chord                        > active
       |- group of 10,000           > active               9,000 succeeded, 3 failed
       |  |- images.Resize          + succeeded ~tU8vW0x~0
    >  |  |- images.Resize          x dead      ~tU8vW0x~1 Error: no such image
       |  |- chain                  > active
       |  |  |- images.Fetch        + succeeded ~tU8vW0x~2
       |  |  \`- images.Resize       > active    ~tU8vW0x~3
       |  |- images.Resize          ~ retrying  ~tU8vW0x~4 Error: busy
       |  \`- ~ 9,996 more
       |- images.Album              < blocked   ~W0x~10001
       |- then mail.Tell            < blocked   ~W0x~10002
       \`- on error mail.Complain    < blocked   ~W0x~10003

       made      2026-11-20 13:57:59
       made by   the run of job mi7k2x0aB3dE5fG7hJ9k
    (4 empty lines)
    Esc back  Enter in  r retry failed  c revoke  / filter  y copy  ? help  q quit"
  `)
})

test("a schedule entry's page", () => {
  expect(screen(page({ kind: 'schedule', name: 'nightly-report', top: 0 }), 80, 20)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
     1 Queues  2 Tasks [3 Jobs] 4 Workers  5 Schedules  6 Workflows  7 Events
    Schedule nightly-report

     entry     nightly-report
     task      reports.Daily
     when      at 03:00 every day, Europe/Berlin
     owner     the code
     next      2026-11-20 14:03:52
     last      succeeded, slot of 2026-11-20 03:00:00, job nightly-report:1
     runs      412
     skipped   3: missed, or the job before had not ended
    (7 empty lines)
    Esc back  Enter in  n run now  p pause  y copy  e open  ? help  q quit"
  `)
})

test('a lost broker is told with the time to the next try, over what was read before', () => {
  const link: LinkState = {
    kind: 'lost',
    sinceMs: NOW - 12_000,
    retryAtMs: NOW + 2600,
    problem: 'connect ECONNREFUSED',
  }
  const first = screen(makeState({ link }), 120, 20).split('\n')[1]
  expect(first).toMatchInlineSnapshot(`" ! broker lost for 12s, next try in 3s; all below is older"`)
})

test('before anything is read, nothing is said to be empty', () => {
  const state = makeState({ overview: undefined, link: { kind: 'connecting' } })
  expect(screen(state, 80, 15)).toMatchInlineSnapshot(`
    "
    taskq  connecting…                                                      14:03:09
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    (3 empty lines)
       Reading…
    (8 empty lines)
    / filter  : command  Space freeze  ? help  q quit"
  `)
})

test('a screen that rests, and one that may change nothing, say so', () => {
  const header = screen(makeState({ frozen: true, readOnly: true }), 80, 15).split('\n')[1]
  expect(header).toMatchInlineSnapshot(
    `"taskq  redis://loc…  in 12 out 12/s  2 workers, 1 silent     * FROZEN  READ ONLY"`,
  )
})

test('a confirmation lies over the frame', () => {
  const action = { kind: 'jobs', verb: 'delete', ids: ['1'] } as const
  const lines = ['Every trace of them goes, logs and results too.', '', 'mi7k2x0aB3dE5fG7hJ9k  SendWelcomeEmail']
  expect(
    screen(over({ kind: 'confirm', title: 'Delete 3 jobs?', lines, actions: [action] }), 80, 18),
  ).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue         queued sched active retry  dead oldest out/s state       2 min
       default            3     0      4     0     0      –   9.4             ▃▄▅▇▇█
       emails          1.2k    56     10     7    12     3m   2.4 100/m* ● 3s ██▇▆▅▄
       r╭─ Delete 3 jobs? ─────────────────────────────────────────────────────╮
       p│ Every trace of them goes, logs and results too.                      │
       v│                                                                      │
        │ mi7k2x0aB3dE5fG7hJ9k  SendWelcomeEmail                               │
        ╰─ y yes   n no ───────────────────────────────────────────────────────╯
    (6 empty lines)
    Enter in  p pause  / filter  x select  s sort  y copy  e open  ? help  q quit"
  `)
})

test('a prompt shows what may be typed, where the next character goes, and what is wrong', () => {
  const input = { text: '100/x', at: 4 }
  const dialog: Dialog = {
    ...{ kind: 'prompt', title: 'Rate limit of Charge', hint: '10/s, 100/m or 1000/h', input },
    ...{ problem: 'this is no rate', purpose: { kind: 'rate-limit', task: 'Charge' } },
  }
  expect(screen(over(dialog), 80, 15)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue         queued sched active retry  dead oldest out/s state       2 min
       d╭─ Rate limit of Charge ───────────────────────────────────────────────╮▅▇▇█
       e│ 10/s, 100/m or 1000/h                                                │▇▆▅▄
       r│                                                                      │
       p│ > 100/▏x                                                             │
       v│ this is no rate                                                      │
        ╰─ enter do it   esc leave it ─────────────────────────────────────────╯
    (4 empty lines)
    Enter in  p pause  / filter  x select  s sort  y copy  e open  ? help  q quit"
  `)
})

test('the palette offers what completes a command', () => {
  const matches = [
    { command: 'jobs dead', title: 'show dead jobs' },
    { command: 'jobs dead emails', title: 'dead jobs of this queue' },
  ]
  const dialog: Dialog = { kind: 'palette', input: { text: 'jobs d', at: 6 }, matches, chosen: 1, problem: undefined }
  expect(screen(over(dialog), 80, 15)).toMatchInlineSnapshot(`
    "
    taskq  redis://localh…  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue         queued sched active retry  dead oldest out/s state       2 min
       default            3     0      4     0     0      –   9.4             ▃▄▅▇▇█
       emails          1.2k    56     10     7    12     3m   2.4 100/m* ● 3s ██▇▆▅▄
       reports          40k     0      0     0     0     2h     0 ‖ paused
       payments-of-…      0     0      0     0     0      –  <0.1 100/m
       video              2     0      0     0     0    90s     0 ! no worker
    ╭─ Commands ───────────────────────────────────────────────────────────╮
    │   jobs dead                show dead jobs                            │
    │ ▶ jobs dead emails         dead jobs of this queue                   │
    ╰──────────────────────────────────────────────────────────────────────╯
    :jobs d▏
    Enter in  p pause  / filter  x select  s sort  y copy  e open  ? help  q quit"
  `)
})

test('a filter is typed in the line above the keys', () => {
  const lines = screen(over({ kind: 'filter', input: { text: 'mail', at: 4 }, before: '' }), 80, 15).split('\n')
  expect(lines.at(-2)).toBe('/mail▏')
})

test('the help is a box that scrolls', () => {
  const help = screen(over({ kind: 'help', top: 0 }), 80, 24)
  expect(help).toContain('╭─ Keys ─')
  expect(help).toContain('j k scroll   esc back')
  expect(screen(over({ kind: 'help', top: 5 }), 80, 24)).not.toBe(help)
})

test('a report lists for whom it was not done', () => {
  const refused = [{ what: 'mi7k2x0aB3dE5fG7hJ9k', why: 'it runs now' }]
  const dialog: Dialog = { kind: 'report', top: 0, report: { done: 1, refused, text: '1 job is deleted, 1 is not' } }
  expect(screen(over(dialog), 80, 15)).toContain('│ mi7k2x0aB3dE5fG7hJ9k: it runs now')
})

test('a notice stands above the keys, an action that runs before it', () => {
  const notice = { tone: 'done', text: '3 jobs run again', ticks: 3 } as const
  expect(screen(makeState({ notice }), 80, 15).split('\n').at(-2)).toBe('3 jobs run again')
  const running = screen(makeState({ notice, running: ['Deleting 3 jobs'] }), 80, 15)
  expect(running.split('\n').at(-2)).toBe('Deleting 3 jobs…')
})

test('without colour nothing but text is written, and the cursor and the selection have signs', () => {
  const state = withCursor(makeState(), 'queues', 'emails')
  const list = { ...state.lists.queues, selected: new Set(['video']) }
  const text = screen({ ...state, lists: { ...state.lists, queues: list } }, 80, 15)
  expect(text).not.toContain('\u001b')
  expect(text).toContain('\n▶  emails')
  expect(text).toContain('\n ✓ video')
})

test('with colour, states and the cursor are coloured', () => {
  const text = screen(withCursor(makeState({ view: 'jobs' }), 'jobs', 'mi7k2x0bQ4rS6tU8vW0x'), 80, 15, COLORED)
  expect(text).toContain('\u001b[94m▸ active')
  expect(text).toContain('\u001b[31m✖ dead')
  expect(text).toContain('\n\u001b[7m▶')
})

test('in ASCII, no other character is written', () => {
  const frame = screen(withCursor(makeState(), 'queues', 'emails'), 80, 15, ASCII)
  expect(frame).toMatch(/^[\n -~]*$/)
  expect(frame).toMatchInlineSnapshot(`
    "
    taskq  redis://localh~  0.4ms  in 12 out 12/s  failed 0.1/s  2 workers, 1 silent
    [1 Queues] 2 Tasks  3 Jobs  4 Workers  5 Schedules  6 Workflows  7 Events
    5 queues
       queue         queued sched active retry  dead oldest out/s state       2 min
       default            3     0      4     0     0      -   9.4             ::|###
    >  emails          1.2k    56     10     7    12     3m   2.4 100/m* o 3s ###||:
       reports          40k     0      0     0     0     2h     0 = paused
       payments-of-~      0     0      0     0     0      -  <0.1 100/m
       video              2     0      0     0     0    90s     0 ! no worker
    (5 empty lines)
    Enter in  p pause  / filter  x select  s sort  y copy  e open  ? help  q quit"
  `)
})

test('a terminal that is too small is told what is needed', () => {
  expect(screen(makeState(), 50, 6)).toMatchInlineSnapshot(`
    "
    The dashboard needs 60 × 15 cells; this terminal
    has 50 × 6.
    (3 empty lines)
    "
  `)
  expect(screen(makeState(), 50, 6, ASCII)).toContain('60 x 15 cells')
  expect(screen(makeState(), 3, 2).split('\n')).toHaveLength(3)
})
