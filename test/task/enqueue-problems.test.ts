import { describe, expect, test } from 'vitest'
import { formatProblem } from '../../src/errors/problems.js'
import { CALL_KEYS, enqueueOptionProblems } from '../../src/task/enqueue-problems.js'

describe('enqueueOptionProblems', () => {
  test.each([{}, { countdown: '5m', queue: 'emails', retries: 3 }, { countdown: 0 }, { countdown: undefined }])(
    'finds nothing wrong with %j',
    (options) => expect(enqueueOptionProblems(options)).toEqual([]),
  )

  test('finds everything that is wrong at once, under the key that holds the options', () => {
    const options = { countdwon: 1, countdown: '13 years', queue: 'a:b', retries: -1 }
    expect(enqueueOptionProblems(options, 'schedule.nightly.options').map(formatProblem)).toEqual([
      `schedule.nightly.options.countdwon: expected one of ${CALL_KEYS.join(', ')}, got an unknown key (did you mean countdown?)`,
      "schedule.nightly.options.countdown: expected a duration such as '500ms', '30s', '5m', '2h', '7d', or a number of milliseconds, at most 4380d, got \"13 years\"",
      'schedule.nightly.options.queue: expected a queue name (letters, digits, ".", "_", "-"; at most 100, starting with a letter or digit), got "a:b"',
      'schedule.nightly.options.retries: expected a whole number from 0 to 1000, got -1',
    ])
  })

  test.each([null, 5, 'countdown', [], () => ({})])('refuses what is no record: %j', (options) => {
    expect(enqueueOptionProblems(options)).toMatchObject([{ key: 'options' }])
    expect(enqueueOptionProblems(options, 'a.options').map(({ key }) => key)).toEqual(['a.options'])
  })
})
