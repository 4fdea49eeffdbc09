import { string } from '@oclif/core/flags'

/** Which workers are meant; the letter is Celery's. */
export const destinationFlag = string({
  char: 'd',
  multiple: true,
  multipleNonGreedy: true,
  delimiter: ',',
  description: 'these workers only, by name or id; again, or a comma list, for more. Default: all that live',
})
