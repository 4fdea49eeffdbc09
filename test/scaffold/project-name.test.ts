import { describe, expect, test } from 'vitest'
import { checkProjectName } from '../../src/scaffold/project-name.js'

describe('checkProjectName', () => {
  test.each(['a', 'my-app', 'my.app', 'my_app2', '0app', 'a'.repeat(101)])('takes %s', (name) => {
    expect(checkProjectName(name)).toBe(name)
  })

  test.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '/etc',
    '-rf',
    '.hidden',
    '_x',
    'My-App',
    'a b',
    'a;touch x',
    '$(id)',
    '`id`',
    'a\0b',
    'a\nb',
    'ä',
    'a'.repeat(102),
    'a'.repeat(300),
    'app.',
    '{{name}}',
    '@scope/app',
  ])('refuses %j', (name) => {
    expect(() => checkProjectName(name)).toThrow(expect.objectContaining({ code: 'TASKQ_SCAFFOLD_NAME' }))
  })

  test.each(['node_modules', 'favicon.ico', 'taskq', 'vitest', 'con', 'nul.txt', 'com1', 'lpt9'])(
    'refuses the reserved %s',
    (name) => {
      expect(() => checkProjectName(name)).toThrow(expect.objectContaining({ code: 'TASKQ_SCAFFOLD_NAME' }))
    },
  )

  test('a refusal shows a long name shortened and says what is allowed', () => {
    expect(() => checkProjectName('X'.repeat(300))).toThrow(/"X{60}…": expected small letters/)
  })
})
