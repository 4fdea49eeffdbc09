import { stripVTControlCharacters } from 'node:util'
import { didYouMean } from '../errors/nearest.js'
import { show } from '../errors/problems.js'

/** How oclif begins to tell of a value that is no number, or not one of those allowed: an error like any other. */
const WRONG_NUMBER = /^Parsing (--\S+) \n\tExpected (.*) but received: (.*)$/s

/** How oclif tells of a flag that was given without its value, or twice: as an error like any other too. */
const NO_VALUE = /^Flag (--\S+) expects (?:a value|one of these values: (.*))$/
const TWICE = /^Flag (--\S+) can only be specified once$/

/** How it tells of a value that is none of those allowed. */
const NO_OPTION = /^Expected (--\S+?)=(.*) to be one of: (.*)$/s

/** Whether somebody used the command line in a wrong way, which oclif tells in several. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof Error &&
  ('parse' in error || error.message.startsWith('Parsing --') || ('oclif' in error && isBare(error.message)))

const isBare = (message: string): boolean => NO_VALUE.test(message) || TWICE.test(message)

/** What oclif says of a wrong use, on one line and in taskq's words. */
export function tellUsage(message: string): string {
  const [said = ''] = stripVTControlCharacters(message)
    .replace(/\n*See more help with --help$/, '')
    .split('\n\n')
  const [, flag, expected = '', got] = WRONG_NUMBER.exec(said) ?? []
  if (flag !== undefined) return `${flag}: expected ${expected}, got ${show(got)}`
  if (isBare(said)) return tellBare(said)
  const [, option, chosen, options] = NO_OPTION.exec(said) ?? []
  if (options !== undefined) {
    return `${option}: expected one of ${options}, got ${show(chosen)}${didYouMean(chosen, options.split(', '))}`
  }
  const [first = '', ...more] = said.split('\n').map((line) => line.trim())
  if (more.length === 0) return first.replace(/^Nonexistent flag/, 'Unknown flag')
  if (first.startsWith('The following error')) return more.map(tellRule).join('; ')
  return `${first} ${more.map((line) => line.replace(/ {2,}(.*)/, ' ($1)')).join(', ')}`
}

const tellBare = (said: string): string =>
  said
    .replace(
      NO_VALUE,
      (_, flag, options) => `${flag}: expected ${options ? `one of ${options}` : 'a value'}, got nothing`,
    )
    .replace(TWICE, '$1 may stand there once only')

/** `--watch=true cannot also be provided when using --snapshot` → `--watch cannot stand beside --snapshot` */
const tellRule = (rule: string): string =>
  rule
    .replace(/^(--[\w-]+)=\S* cannot also be provided when using /, '$1 cannot stand beside ')
    .replace(/^All of the following must be provided when using (--[\w-]+): /, '$1 needs ')
