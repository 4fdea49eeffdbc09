import { expect, test } from 'vitest'
import { taskGlob } from '../../src/task/task-glob.js'

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'axb', false],
  ['a.*', 'a.b.c', true],
  ['a.*', 'xa.b', false],
  ['*', '', true],
  ['**b', 'ab', true],
  ['a$b', 'a$b', true],
  ['[ab]', 'a', false],
])('%s: %s is %s', (pattern, task, matches) => {
  expect(taskGlob(pattern).test(task)).toBe(matches)
})
