import { safeText } from '../../codec/safe-text.js'

/** What is at hand. */
export const presentShellBanner = (things: readonly string[], tasks: readonly string[]): string =>
  [
    `at hand  ${things.join(', ')}`,
    `tasks    ${tasks.length === 0 ? 'none that can be written as they are: see tasks' : safeText(tasks.join(', '), 400)}`,
    'await result.get() waits for a job; .exit or Ctrl-D leaves.',
  ].join('\n')
