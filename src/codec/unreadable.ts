import { show } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'

/** What was written with a key that this process does not have. */
export const keyMissing = (setting: 'codec.encrypt.keys' | 'codec.sign.keys', keyId: string): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_KEY_MISSING', `the key ${show(keyId)} is not in ${setting} of this process's config`, {
    hint: 'Give every process the new key before the first one writes with it, and keep old keys as long as old jobs.',
    data: { keyId },
  })

/** What is to be encrypted, and cannot be. */
export const noKey = (task = 'the task'): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_KEY_MISSING', `${task} is to be encrypted, and codec.encrypt has no keys`, {
    hint: 'Set codec.encrypt.keys in the config, or take encrypt out of the codec option of the task.',
  })

/** What does not come from a process of this app as it is. */
export const refused = (why: string): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_REFUSED', why, {
    hint: 'Somebody who may write to the broker changed it, or enqueued it without the keys.',
  })

/** What nobody can make sense of. */
export const malformed = (what: string, cause?: unknown): TaskqError =>
  new TaskqError('TASKQ_PAYLOAD_MALFORMED', what, { cause })
