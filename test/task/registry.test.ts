import { beforeEach, describe, expect, test } from 'vitest'
import type { TaskDefinition } from '../../src/task/definition.js'
import { resolveTaskOptions } from '../../src/task/options.js'
import { findTask, forgetTasks, listTasks, registerTask } from '../../src/task/registry.js'

const definition = (name: string, source: string | undefined): TaskDefinition => ({
  ...resolveTaskOptions({}, name),
  source,
  run: () => undefined,
})

beforeEach(() => forgetTasks())

describe('the registry', () => {
  test('finds tasks by name and lists them in order', () => {
    for (const name of ['b', 'a', 'c']) registerTask(definition(name, `/app/${name}.ts:1`))
    expect(findTask('b')?.source).toBe('/app/b.ts:1')
    expect(findTask('z')).toBeUndefined()
    expect(listTasks().map((task) => task.name)).toEqual(['a', 'b', 'c'])
  })

  test('refuses a second task of the same name, naming both places', () => {
    registerTask(definition('emails.Send', '/app/emails.ts:4'))
    expect(() => registerTask(definition('emails.Send', '/app/old/emails.ts:9'))).toThrow(
      expect.objectContaining({
        code: 'TASKQ_TASK_NAME_TAKEN',
        message: 'two tasks are named "emails.Send": /app/emails.ts:4 and /app/old/emails.ts:9',
        data: { task: 'emails.Send' },
      }),
    )
    expect(findTask('emails.Send')?.source).toBe('/app/emails.ts:4')
  })

  test('lets the same place define its task again', () => {
    registerTask(definition('a', '/app/a.ts:1'))
    const again = definition('a', '/app/a.ts:1')
    registerTask(again)
    expect(findTask('a')).toBe(again)
  })

  test('forgets one task or all', () => {
    for (const name of ['a', 'b', 'c']) registerTask(definition(name, undefined))
    forgetTasks('b')
    expect(listTasks().map((task) => task.name)).toEqual(['a', 'c'])
    forgetTasks()
    expect(listTasks()).toEqual([])
  })

  test('is one for all copies of the package in a process', () => {
    registerTask(definition('a', undefined))
    const held = (globalThis as Record<symbol, unknown>)[Symbol.for('taskq.registry')]
    expect(held).toBeInstanceOf(Map)
    expect([...(held as Map<string, unknown>).keys()]).toEqual(['a'])
  })
})
