import type { CodecOptions } from '../codec/codec-options.js'
import { TaskqError } from '../errors/taskq-error.js'
import type { TaskDefinition } from '../task/definition.js'

/**
 * Refuses tasks that are to be encrypted where there is no key: their work would be done, and the result could not be
 * kept.
 *
 * @throws TaskqError `TASKQ_CONFIG_INVALID`
 */
export function requireKeys(
  { encryptKeys }: CodecOptions,
  tasks: readonly Pick<TaskDefinition, 'name' | 'codec'>[],
): void {
  const names = tasks.flatMap(({ name, codec }) => (codec.encrypt === true ? [name] : []))
  if (names.length === 0 || encryptKeys.length > 0) return
  throw new TaskqError('TASKQ_CONFIG_INVALID', `codec.encrypt: expected keys for ${names.join(', ')}, got nothing`, {
    hint: 'Set codec.encrypt.keys in the config, or take encrypt out of the codec option of these tasks.',
  })
}
