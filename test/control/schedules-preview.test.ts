import { expect, test } from 'vitest'
import { brokerOfFile } from '../support/broker.js'
import { rejection } from '../support/refusal.js'
import { testApp } from '../support/test-app.js'
import { entryIn, scheduleDesk, storeCode } from './schedule-desk.js'

const broker = brokerOfFile()
const times = (slots: readonly { slot: Date }[]) => slots.map(({ slot }) => slot.toISOString())

test('the next slots by the clock of the entry’s zone, and what that clock does', async () => {
  const berlin = entryIn('nightly', { task: 'x', cron: '30 2 * * *', tz: 'Europe/Berlin', jitter: '5m' })
  const desk = scheduleDesk(testApp(broker), [berlin])
  const shown = await desk.schedules.preview('nightly', { count: 3, from: '2027-03-27' })
  expect(shown).toEqual({
    name: 'nightly',
    task: 'x',
    when: 'at 02:30 every day, Europe/Berlin',
    tz: 'Europe/Berlin',
    paused: false,
    inCodeOnly: true,
    jitterMs: 300_000,
    slots: [
      { slot: new Date('2027-03-27T01:30Z'), local: '2027-03-27 02:30:00 +01:00' },
      {
        slot: new Date('2027-03-28T01:00Z'),
        local: '2027-03-28 03:00:00 +02:00',
        mark: 'clock goes forward: 02:30 does not exist',
      },
      { slot: new Date('2027-03-29T00:30Z'), local: '2027-03-29 02:30:00 +02:00' },
    ],
    now: expect.any(Date),
  })
})

test('ten from now on, where nothing else is asked for', async () => {
  const desk = scheduleDesk(testApp(broker), [], { timezone: 'Asia/Kolkata' })
  await storeCode(desk, [entryIn('often', { task: 'x', every: '1m' })], 0, { paused: true })
  const { slots, now, tz, paused, inCodeOnly } = await desk.schedules.preview('often')
  const first = Math.ceil(now.getTime() / 60_000) * 60_000
  expect(slots.map(({ slot }) => slot.getTime())).toEqual(Array.from({ length: 10 }, (_, n) => first + n * 60_000))
  expect(slots[0]?.local).toMatch(/ \+05:30$/)
  expect({ tz, paused, inCodeOnly }).toEqual({ tz: 'Asia/Kolkata', paused: true, inCodeOnly: false })
})

test('startAt, endAt and limit hold', async () => {
  const window = { startAt: '2099-01-01T00:30', endAt: '2099-01-01T03:00' }
  const desk = scheduleDesk(testApp(broker))
  await storeCode(desk, [entryIn('between', { task: 'x', cron: '@hourly', ...window })], 0)
  expect(times((await desk.schedules.preview('between')).slots)).toEqual([
    '2099-01-01T01:00:00.000Z',
    '2099-01-01T02:00:00.000Z',
    '2099-01-01T03:00:00.000Z',
  ])
  await storeCode(desk, [entryIn('limited', { task: 'x', cron: '0 0 1 1 *', limit: 6 })], 0, { runs: 2 })
  const limited = await desk.schedules.preview('limited')
  expect(limited).toMatchObject({ left: 4 })
  expect(limited.slots).toHaveLength(4)
  const from = new Date(Date.UTC(limited.now.getUTCFullYear() + 3, 5, 1))
  expect((await desk.schedules.preview('limited', { from })).slots).toHaveLength(1)
  await storeCode(desk, [entryIn('spent', { task: 'x', every: '1h', limit: 2 })], 0, { runs: 2 })
  expect(await desk.schedules.preview('spent')).toMatchObject({ left: 0, slots: [] })
})

test.each([
  [{ count: 0 }, 'count: expected a whole number from 1 to 1000, got 0'],
  [{ count: 1.5 }, 'count: expected a whole number from 1 to 1000, got 1.5'],
  [{ from: 'soon' }, /^from: expected an instant from 1970 to 2200: .*, got "soon"$/],
  [{ from: new Date(Number.NaN), count: 1001 }, /^from: .*got an invalid Date; count: /],
])('refuses %j', async (request, message) => {
  const desk = scheduleDesk(testApp(broker), [entryIn('nightly', { task: 'x', cron: '@daily' })])
  expect(await rejection(desk.schedules.preview('nightly', request))).toMatchObject({
    code: 'TASKQ_SCHEDULE_INVALID',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })
})

test('an unknown name is told with the nearest, of the code too', async () => {
  const desk = scheduleDesk(testApp(broker), [entryIn('nightly', { task: 'x', cron: '@daily' })])
  expect(await rejection(desk.schedules.preview('nightyl'))).toMatchObject({
    code: 'TASKQ_SCHEDULE_UNKNOWN',
    message: 'no schedule entry is named "nightyl" (did you mean nightly?)',
    hint: 'taskq schedule list shows all entries.',
  })
  const broken = scheduleDesk(testApp(broker), () => {
    throw new Error('two problems')
  })
  expect(await rejection(broken.schedules.preview('nightly'))).toMatchObject({
    code: 'TASKQ_SCHEDULE_UNKNOWN',
    hint: 'The entries of the code cannot be told: two problems',
  })
})

test('an entry that cannot be used is told', async () => {
  const app = testApp(broker)
  const desk = scheduleDesk(app)
  const entry = entryIn('wrong', { task: 'x', every: '1h' })
  await storeCode(
    desk,
    [{ ...entry, schedule: { kind: 'crontab', pattern: '@daily', tz: 'Nowhere', days: 'either' } }],
    0,
  )
  expect(await rejection(desk.schedules.preview('wrong'))).toMatchObject({
    code: 'TASKQ_SCHEDULE_INVALID',
    message: expect.stringMatching(/^"wrong" cannot be used here: .*Nowhere/),
  })
  await app.redis.hset(app.keys.schedule('wrong'), 'definition', '{"v":2}')
  for (const asked of [desk.schedules.preview('wrong'), desk.schedules.run('wrong')]) {
    expect(await rejection(asked)).toMatchObject({
      code: 'TASKQ_SCHEDULE_INVALID',
      message: '"wrong" cannot be used here: its layout, version 2, is of a later taskq',
    })
  }
})
