import { TaskqError } from '../errors/taskq-error.js'

const PLACEHOLDER = /\{\{([a-z@/:-]+)\}\}/g

/**
 * Puts values in the place of `{{name}}`. In a `.json` file they are escaped as JSON text.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_FAILED` for a placeholder that has no value
 */
export function render(path: string, text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACEHOLDER, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined
    if (value === undefined) {
      throw new TaskqError('TASKQ_SCAFFOLD_FAILED', `the template ${path} has no value for {{${key}}}`)
    }
    return path.endsWith('.json') ? JSON.stringify(value).slice(1, -1) : value
  })
}
