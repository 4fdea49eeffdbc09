// Checked by the compiler alone (npm run check:types): each @ts-expect-error fails the check if its line compiles.
import type {
  Instant,
  LeadingBeat,
  MisfireOptions,
  OverlapRule,
  ScheduleList,
  ScheduleOptions,
  ScheduleOwner,
  ScheduleReport,
  ScheduleRules,
  SolarEvent,
  SolarOptions,
} from 'taskq'
import { BaseTask, Cron, Every, Task } from 'taskq'
import { defineConfig } from 'taskq/config'
import { expectTypeOf } from 'vitest'

@Task()
@Cron('0 3 * * *', { tz: 'Europe/Berlin', misfire: 'skip' })
@Every('10s', { name: 'ping-often', overlap: 'skip', jitter: '1s', startAt: new Date(0) })
export class Ping extends BaseTask {
  run(note?: string) {
    return note
  }
}

interface Report {
  kind: 'day' | 'week'
  to: string[]
}

@Cron('@weekly', { name: 'weekly', args: [{ kind: 'week', to: ['a@b.c'] }, 2] })
@Cron('@daily', { args: [{ kind: 'day', to: [] }], days: 'both', options: { queue: 'reports', countdown: '5m' } })
@Task({ name: 'reports.Send' })
export class SendReport extends BaseTask {
  async run(report: Report, copies = 1) {
    return { kind: report.kind, copies }
  }
}

const everyone: readonly string[] = ['a', 'b']

@Task()
@Every(60_000, { args: everyone })
export class Greet extends BaseTask {
  run(...names: string[]) {
    return names.length
  }
}

export function entriesOfAllKindsCompile() {
  const everything: ScheduleRules = {
    args: ['a', 1],
    options: { retries: 3 },
    tz: 'Asia/Tokyo',
    startAt: '2026-12-24T18:00',
    endAt: 1_800_000_000_000,
    limit: 10,
    jitter: '5m',
    misfire: { run: 'all', max: 100, grace: '1h' },
    overlap: 'cancel',
  }
  const sun: SolarOptions = { event: 'dusk_civil', latitude: 52.5, longitude: 13.4 }
  const schedule: Record<string, ScheduleOptions> = {
    crontab: { task: 'a', cron: '0 3 * * *', days: 'both', ...everything },
    interval: { task: 'a', every: '10s', ...everything },
    solar: { task: 'a', solar: sun },
    clocked: { task: 'a', at: new Date(), overlap: 'queue' },
  }
  expectTypeOf<Instant>().toEqualTypeOf<string | number | Date>()
  expectTypeOf<OverlapRule>().toEqualTypeOf<'allow' | 'skip' | 'queue' | 'cancel'>()
  expectTypeOf<MisfireOptions['run']>().toEqualTypeOf<'skip' | 'last' | 'all' | undefined>()
  expectTypeOf<'sunset'>().toExtend<SolarEvent>()
  return defineConfig({ timezone: 'Europe/Berlin', schedule })
}

export function wrongEntriesDoNotCompile() {
  defineConfig({
    schedule: {
      // @ts-expect-error an entry has one of cron, every, solar, at
      none: { task: 'a' },
      // @ts-expect-error and no two of them
      two: { task: 'a', cron: '@daily', every: '1h' },
      // @ts-expect-error a task has a name
      noTask: { cron: '@daily' },
      // @ts-expect-error ten seconds are '10s'
      duration: { task: 'a', every: '10 seconds' },
      // @ts-expect-error there is no such event
      event: { task: 'a', solar: { event: 'noon', latitude: 0, longitude: 0 } },
      // @ts-expect-error a place has a longitude
      place: { task: 'a', solar: { event: 'sunset', latitude: 0 } },
      // @ts-expect-error there is no such rule
      overlap: { task: 'a', cron: '@daily', overlap: 'wait' },
      // @ts-expect-error there is no such key
      key: { task: 'a', cron: '@daily', timezone: 'UTC' },
    },
  })
}

export function wrongDeclarationsDoNotCompile() {
  // @ts-expect-error a decorator's entry is of the class's task
  Cron('@daily', { task: 'a' })
  // @ts-expect-error a crontab is text
  Cron(5)
  // @ts-expect-error ten seconds are '10s'
  Every('10 seconds')
  // @ts-expect-error run needs a report
  Cron('@daily')(SendReport)
  // @ts-expect-error a number is no report
  Cron('@daily', { args: [1] })(SendReport)
  // @ts-expect-error there is no such kind
  Cron('@daily', { args: [{ kind: 'month', to: [] }] })(SendReport)
  // @ts-expect-error a number is no note
  Every('1h', { args: [5] })(Ping)
  // @ts-expect-error a class without run is no task
  Every('1h')(class Idle {})

  // @ts-expect-error text is no number of copies
  @Cron('@daily', { args: [{ kind: 'day', to: [] }, 'two'] })
  class Wrong extends SendReport {}
  return Wrong
}

expectTypeOf<ScheduleList['beat']>().toEqualTypeOf<LeadingBeat | undefined>()
expectTypeOf<LeadingBeat['since']>().toEqualTypeOf<Date>()
expectTypeOf<ScheduleReport['owner']>().toEqualTypeOf<ScheduleOwner | undefined>()
