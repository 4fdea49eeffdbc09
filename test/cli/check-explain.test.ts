import { expect, test } from 'vitest'
import { CliProject, TASKS } from './cli-project.js'
import { runCommand } from './run-command.js'

test('taskq check --explain ends with 1 for a call that would be refused, and says why', async () => {
  const project = new CliProject('redis://127.0.0.1:1')
    .write('src/tasks/a.ts', TASKS)
    .write('taskq.config.ts', `export default { routes: [({ args }) => (args[0] ? 'bad queue!' : undefined)] }`)
  const fine = await runCommand(project, 'check', ['--explain', 'Add'])
  expect(fine).toMatchObject({ code: 0, stdout: expect.stringContaining('goes to the queue maths') })
  const refused = await runCommand(project, 'check', ['--explain', 'Add', '-a', '[1]'])
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('the call is refused: Add: routes[0]') })
  const json = await runCommand(project, 'check', ['--explain', 'Add', '-a', '[1]', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ refused: { code: 'TASKQ_ROUTE_INVALID' } })
})

test('taskq worker -P nonsense is wrong use of the command, and no fault of the configuration', async () => {
  const project = new CliProject('redis://127.0.0.1:1').write('src/tasks/a.ts', TASKS)
  const run = await runCommand(project, 'worker', ['-P', 'nonsense'])
  expect(run.code).toBe(2)
  expect(run.stderr).toMatch(/--pool: expected one of async, .*prefork.*, got "nonsense"/)
  expect(run.stderr).not.toContain('taskq.config.ts')
})
