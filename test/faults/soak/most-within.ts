/** The most of these times that lie within one stretch of so many milliseconds, wherever it begins. */
export function mostWithin(times: readonly number[], ms: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  let first = 0
  let most = 0
  for (const [at, time] of sorted.entries()) {
    while ((sorted[first] as number) <= time - ms) first++
    most = Math.max(most, at - first + 1)
  }
  return most
}
