import { expect, test } from 'vitest'
import { formatProblem } from '../../src/errors/problems.js'
import { unknownTaskProblem } from '../../src/schedule/unknown-task.js'

test('tells the task that was most likely meant', () => {
  expect(formatProblem(unknownTaskProblem('nightly.task', 'reports.dayly', ['other', 'reports.daily']))).toBe(
    'nightly.task: expected a task of this project or of a worker, got "reports.dayly" (did you mean reports.daily?)',
  )
  expect(formatProblem(unknownTaskProblem('nightly.task', 'x', new Set(['reports.daily'])))).toBe(
    'nightly.task: expected a task of this project or of a worker, got "x"',
  )
})
