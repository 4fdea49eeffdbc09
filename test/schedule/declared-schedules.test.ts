import { beforeEach, describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/errors/problems.js'
import { forgetDeclarations, listDeclarations } from '../../src/schedule/declarations.js'
import { declaredSchedules } from '../../src/schedule/declared-schedules.js'
import { Cron, Every } from '../../src/schedule/decorators.js'
import type { ScheduleEntry } from '../../src/schedule/schedule-entry.js'
import { BaseTask } from '../../src/task/base-task.js'
import { forgetTasks } from '../../src/task/registry.js'
import { Task } from '../../src/task/task.js'
import { refusal } from '../support/refusal.js'

const DEFAULTS = { timezone: 'Europe/Berlin' }

beforeEach(() => {
  forgetTasks()
  forgetDeclarations()
})

function entries(configured: readonly ScheduleEntry[] = []): readonly ScheduleEntry[] {
  const { entries: declared, problems } = declaredSchedules(DEFAULTS, configured)
  if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'))
  return declared.map(({ entry }) => entry)
}

/** The lines of all problems; of the place only the file's name is kept. */
function lines(configured: readonly ScheduleEntry[] = []): string[] {
  return declaredSchedules(DEFAULTS, configured).problems.map((problem) =>
    formatProblem(problem).replaceAll(/\/\S*\/(\w+[\w.-]*\.ts):\d+/g, '$1:N'),
  )
}

const HERE = 'declared-schedules.test.ts:N'

const makeClass = () =>
  class Report extends BaseTask {
    run() {}
  }
type ReportClass = ReturnType<typeof makeClass>

const tc39Context = (kind: string) => ({ kind, name: 'x', metadata: {}, addInitializer: () => undefined }) as never

// Each way in which a compiler calls a class decorator.
const WAYS = {
  legacy: (decorator: ReturnType<typeof Every>, target: ReportClass) => decorator(target),
  TC39: (decorator: ReturnType<typeof Every>, target: ReportClass) => decorator(target, tc39Context('class')),
}

describe.each(Object.entries(WAYS))('@Cron and @Every called as %s decorators', (_way, decorate) => {
  test('make entries of the class’s task, below and above @Task', () => {
    const target = makeClass()
    decorate(Cron('0 3 * * *', { args: [], misfire: 'skip' }), target)
    Task({ name: 'reports.Daily' })(target)
    decorate(Every('10s', { name: 'often', startAt: new Date(5000) }), target)
    expect(entries()).toMatchObject([
      {
        name: 'reports.Daily',
        task: 'reports.Daily',
        schedule: { kind: 'crontab', pattern: '0 3 * * *', tz: 'Europe/Berlin', days: 'either' },
        misfire: { run: 'skip' },
      },
      { name: 'often', task: 'reports.Daily', schedule: { kind: 'interval', everyMs: 10_000, anchorMs: 5000 } },
    ])
  })
})

describe('declarations', () => {
  test('work as written by a user', () => {
    @Cron('0 12 * * mon', { name: 'weekly', tz: 'Asia/Tokyo', args: ['week'] })
    @Task()
    @Cron('0 3 * * *', { args: ['day'] })
    class Send extends BaseTask {
      run(what: string) {
        return what
      }
    }
    expect(entries().map(({ name, task, args }) => [name, task, args])).toEqual([
      ['Send', 'Send', ['day']],
      ['weekly', 'Send', ['week']],
    ])
    expect(Send.name).toBe('Send')
    expect(listDeclarations()[0]?.source).toMatch(/declared-schedules\.test\.ts:\d+$/)
  })

  test('there may be none', () => expect(declaredSchedules(DEFAULTS)).toEqual({ entries: [], problems: [] }))

  test('are one list for all copies of the package in a process', () => {
    Every('1s')(makeClass())
    expect((globalThis as Record<symbol, unknown>)[Symbol.for('taskq.schedules')]).toHaveLength(1)
  })

  test('of a module that is loaded anew replace the earlier ones', () => {
    for (const interval of ['1s', '2s'] as const) {
      const target = makeClass()
      Every(interval)(target)
      Task({ name: `again` })(target)
    }
    expect(entries()).toMatchObject([{ name: 'again', schedule: { everyMs: 2000 } }])
  })

  test('made by a function of the user’s are as many as its calls', () => {
    const Nightly = (name: string) => Cron('0 3 * * *', { name })
    const target = makeClass()
    Task()(target)
    for (const name of ['a', 'b']) Nightly(name)(target)
    expect(entries().map(({ name }) => name)).toEqual(['a', 'b'])
  })
})

describe('what is refused', () => {
  test('everything that is wrong with any, at once, each with its place', () => {
    const target = makeClass()
    Task({ name: 'Report' })(target)
    Cron('0 3 * *', { tz: 'Europe/Berlni' })(target)
    Every('1ms', { name: 'often' })(target)
    expect(lines()).toEqual([
      `schedule.Report.tz (${HERE}): expected an IANA time zone such as 'Europe/Berlin' or 'UTC', got "Europe/Berlni" (did you mean Europe/Berlin?)`,
      expect.stringMatching(
        /^schedule\.Report\.cron \(declared-schedules\.test\.ts:N\): expected five fields .*got 4 fields/,
      ),
      expect.stringMatching(
        /^schedule\.often\.every \(declared-schedules\.test\.ts:N\): expected a duration .*got "1ms"$/,
      ),
    ])
  })

  test('and the entries that are right are there beside it, with their places', () => {
    const target = makeClass()
    Task({ name: 'Report' })(target)
    Cron('0 3 * *')(target)
    Every('1s', { name: 'often' })(target)
    const { entries: right, problems } = declaredSchedules(DEFAULTS)
    expect(problems.map(({ key }) => key.split(' ')[0])).toEqual(['schedule.Report.cron'])
    expect(right).toMatchObject([
      { entry: { name: 'often' }, place: expect.stringMatching(/declared-schedules\.test\.ts:\d+$/) },
    ])
  })

  test('two entries of one name, naming both places', () => {
    const target = makeClass()
    Task()(target)
    Cron('0 3 * * *')(target)
    Every('10s')(target)
    expect(lines()).toEqual([
      `schedule.Report (${HERE}): expected a name that no other entry has (give one: { name: '…' }), got the name of the entry at ${HERE}`,
    ])
    const [problem] = declaredSchedules(DEFAULTS).problems
    const lineOf = (text = '') => Number(/:(\d+)\)?$/.exec(text)?.[1])
    expect(lineOf(problem?.key)).toBe(lineOf(problem?.got) + 1)
  })

  test('two of one name on one line, too', () => {
    const target = makeClass()
    Task()(target)
    for (const interval of ['1s', '2s'] as const) Every(interval)(target)
    expect(lines()).toHaveLength(1)
  })

  test('the name of an entry in the configuration', () => {
    const target = makeClass()
    Task()(target)
    Every('10s')(target)
    const [entry] = entries()
    expect(lines([entry as ScheduleEntry])).toEqual([
      `schedule.Report (${HERE}): expected a name that no other entry has (give one: { name: '…' }), got the name of the entry in the configuration`,
    ])
  })

  test('a class without @Task', () => {
    Cron('0 3 * * *')(makeClass())
    expect(lines()).toEqual([`schedule.Report (${HERE}): expected @Task beside @Cron on Report, got none`])
  })

  test('a task’s name that cannot be an entry’s', () => {
    const target = makeClass()
    Task({ name: 'reports/Daily' })(target)
    Every('10s')(target)
    expect(lines()[0]).toMatch(
      /^schedule\.reports\/Daily \(.*\): expected a name of a schedule entry .*got "reports\/Daily"$/,
    )
  })

  test.each([5, null, 'tz', { name: 5 }, { name: Symbol('x') }, { nmae: 'x' }])('rules that are none: %o', (rules) => {
    const target = makeClass()
    Task()(target)
    Every('10s', rules as never)(target)
    expect(lines()).toHaveLength(1)
  })

  test('rules that throw when they are read, only when entries are made', () => {
    const target = makeClass()
    Task()(target)
    const rules = {
      get tz(): string {
        throw new Error('no')
      },
    }
    Every('10s', rules)(target)
    expect(lines()).toEqual([
      `schedule.Report.tz (${HERE}): expected an IANA time zone such as 'Europe/Berlin' or 'UTC', got Symbol(a value that cannot be read)`,
    ])
  })

  test.each([
    ['an object', () => Cron('@daily')({} as never)],
    ['nothing', () => Cron('@daily')(undefined as never)],
    ['a method (legacy)', () => Cron('@daily')(makeClass().prototype as never, 'run' as never)],
    ['a static method (legacy)', () => Cron('@daily')(makeClass(), 'run' as never)],
    ['a method (TC39)', () => Cron('@daily')((() => 1) as never, tc39Context('method'))],
  ])('what is no class: %s', (_what, call) => {
    expect(refusal(call)).toMatchObject({ code: 'TASKQ_TASK_INVALID', message: '@Cron was put on what is no class' })
    expect(listDeclarations()).toEqual([])
  })
})
