import { constants, Script } from 'node:vm'
import { TaskqError } from '../errors/taskq-error.js'

/**
 * Runs a script in which `await` may stand anywhere. Gives the value of its last statement; where it holds `await`, only
 * that of a single expression.
 *
 * @throws TaskqError `TASKQ_USAGE` where it cannot be read
 */
export async function evaluate(code: string): Promise<unknown> {
  const script = compile(code) ?? compile(`(async () => (\n${code}\n))()`) ?? compile(`(async () => {\n${code}\n})()`)
  if (script === undefined) throw new TaskqError('TASKQ_USAGE', `the code cannot be read: ${problemOf(code)}`)
  return script.runInThisContext()
}

function compile(code: string): Script | undefined {
  try {
    return new Script(code, {
      filename: 'taskq-shell.js',
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
  } catch {
    return undefined
  }
}

/** Of the form that allows all that may stand there. */
function problemOf(code: string): string {
  try {
    new Script(`(async () => {\n${code}\n})()`)
  } catch (error) {
    return (error as Error).message
  }
  return 'it is no script'
}
