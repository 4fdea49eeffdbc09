import { formatProblem, type Problem, show, unknownKeys } from '../../errors/problems.js'
import { DURATION_FORM, formatDuration, parseDuration } from '../../time/duration.js'
import { parseRate, RATE_FORM, type RateWindow } from '../../time/rate.js'

/** No timer is longer: one that is set for more ends at once. About 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Reads options that somebody wrote, one by one, and gathers all that is wrong with them. What is left out, and what is
 * wrong, reads as undefined.
 */
export class OptionReader {
  readonly #given: Readonly<Record<string, unknown>>

  /**
   * @param path the key that holds the options, where one does: `schedule.nightly.options`
   * @param problems where problems go; another reader's, to gather both
   */
  constructor(
    given: object,
    private readonly path = '',
    readonly problems: Problem[] = [],
  ) {
    this.#given = given as Readonly<Record<string, unknown>>
  }

  /** The value as it was written. */
  value(key: string): unknown {
    return this.#given[key]
  }

  /** The same for the options inside one. */
  inside(key: string, given: object): OptionReader {
    return new OptionReader(given, this.#pathOf(key), this.problems)
  }

  refuseUnknown(known: readonly string[]): void {
    this.problems.push(...unknownKeys(this.#given, known, this.path === '' ? '' : `${this.path}.`))
  }

  refuse(key: string, expected: string, got: string = show(this.#given[key])): undefined {
    this.problems.push({ key: this.#pathOf(key), expected, got })
    return undefined
  }

  /** A value that passes a test. */
  read<T>(key: string, expected: string, passes: (value: unknown) => value is T): T | undefined {
    const value = this.#given[key]
    if (value === undefined || passes(value)) return value as T | undefined
    return this.refuse(key, expected)
  }

  flag(key: string): boolean | undefined {
    return this.read(key, 'true or false', (value) => typeof value === 'boolean')
  }

  wholeNumber(key: string, least: number, most: number): number | undefined {
    const expected = `a whole number from ${least} to ${most}`
    const fits = (value: unknown): value is number =>
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    return this.read(key, expected, fits)
  }

  oneOf<const Word extends string>(key: string, words: readonly Word[]): Word | undefined {
    const expected = words.map((word) => `'${word}'`).join(' or ')
    return this.read(key, expected, (value): value is Word => (words as readonly unknown[]).includes(value))
  }

  /** A {@link Duration}, as milliseconds. */
  duration(key: string, leastMs = 0, mostMs = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#given[key]
    if (value === undefined) return undefined
    const ms = parseDuration(value)
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms
    const least = leastMs > 0 ? `, at least ${formatDuration(leastMs)}` : ''
    const most = mostMs < Number.MAX_SAFE_INTEGER ? `, at most ${formatDuration(mostMs)}` : ''
    return this.refuse(key, DURATION_FORM + least + most)
  }

  rate(key: string): RateWindow | undefined {
    const value = this.#given[key]
    if (value === undefined) return undefined
    return parseRate(value) ?? this.refuse(key, RATE_FORM)
  }

  /** All problems as one text. */
  get complaint(): string {
    return this.problems.map(formatProblem).join('; ')
  }

  #pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }
}
