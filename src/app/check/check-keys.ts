import { requireKeys } from '../require-keys.js'
import type { CheckedProject } from './checked-project.js'
import { errorAt, type Finding } from './finding.js'

/** Tasks that are to be encrypted where there is no key: no worker would start. */
export function checkKeys({ config, tasks }: CheckedProject): Finding[] {
  try {
    requireKeys(config.codec, tasks)
    return []
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string }
    return [errorAt('config', message, hint)]
  }
}
