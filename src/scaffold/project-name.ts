import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'

const NAME = /^[a-z0-9][a-z0-9._-]{0,100}$/
const NAME_FORM = 'small letters, digits, ".", "_", "-"; at most 101, starting with a letter or digit'
/** Names that mean something else to npm, or that the project itself depends on. */
const RESERVED = new Set([
  'node_modules',
  'favicon.ico',
  'package.json',
  'taskq',
  'jiti',
  'typescript',
  'vitest',
  'node',
])
/** Windows opens a device for these, whatever their ending. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

/**
 * Checks the name of a new project, which is also its folder's name.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_NAME` saying what a name may be
 */
export function checkProjectName(name: string): string {
  if (!isPlainName(name)) throw nameError(name, `expected ${NAME_FORM}`)
  if (RESERVED.has(name)) throw nameError(name, 'it is reserved')
  return name
}

/** Whether a folder of this name can be made anywhere, and means nothing to a shell or to Windows. */
export function isPlainName(name: string): boolean {
  return NAME.test(name) && !name.endsWith('.') && !WINDOWS_DEVICE.test(name)
}

function nameError(name: string, why: string): TaskqError {
  return new TaskqError('TASKQ_SCAFFOLD_NAME', `the project cannot be called ${show(name)}: ${why}`, {
    hint: 'Choose a name such as my-app; --name gives one that differs from the folder.',
    data: { name: name.slice(0, 200) },
  })
}
