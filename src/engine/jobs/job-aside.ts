/** The field of a job that says why a worker put it aside: how often it had been taken by then, and the reason. */
const ASIDE_FIELD = 'aside'
const MAX_REASON = 500

/** What is written into a job's hash when a worker puts it aside. */
export const asideFields = ({ taken }: { readonly taken: number }, reason: string) => ({
  [ASIDE_FIELD]: `${taken}:${reason.slice(0, MAX_REASON)}`,
})

/** Why a job waits that a worker has put aside; undefined for one that was taken since. */
export function asideReason(hash: Readonly<Record<string, string>>): string | undefined {
  const [, taken, reason] = /^(\d+):(.*)$/s.exec(hash[ASIDE_FIELD] ?? '') ?? []
  return taken === hash.ats ? reason : undefined
}
