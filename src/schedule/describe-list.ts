/** `Monday`, `Monday and Friday`, `1, 15 and 20`; with another word between the last two: `1, 15 or 20`. */
export function joinWords(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** Numbers in order, in few words: `9 to 17`, `0, 7, 14 … 56` where all steps are the same, `1 to 5 and 20`. */
export function describeNumbers(values: readonly number[], name: (value: number) => string = String): string {
  const step = evenStep(values)
  if (step !== undefined && step > 1 && values.length > 5) {
    return `${values.slice(0, 3).map(name).join(', ')} … ${name(values.at(-1) as number)}`
  }
  return joinWords(runsOf(values).flatMap((run) => describeRun(run, name)))
}

/** The one distance between all neighbours; undefined when there is none. */
export function evenStep(values: readonly number[]): number | undefined {
  const [first, second] = values
  if (first === undefined || second === undefined) return undefined
  const step = second - first
  return values.every((value, index) => value === first + index * step) ? step : undefined
}

function runsOf(values: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const value of values) {
    const run = runs.at(-1)
    if (run?.at(-1) === value - 1) run.push(value)
    else runs.push([value])
  }
  return runs
}

function describeRun(run: readonly number[], name: (value: number) => string): string[] {
  if (run.length < 3) return run.map(name)
  return [`${name(run[0] as number)} to ${name(run.at(-1) as number)}`]
}
