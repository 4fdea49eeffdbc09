/** Something that a check of a project found. */
export interface Finding {
  /** An error keeps something from working; a warning is allowed, and hardly meant. */
  readonly level: 'error' | 'warning'
  /** What it is about, as it is written: `taskOptions.reports.*`, `routes[2]`, `task reports.Daily`. */
  readonly where: string
  readonly message: string
  /** What to do about it. */
  readonly fix?: string
}

export const errorAt = (where: string, message: string, fix?: string): Finding => finding('error', where, message, fix)
export const warningAt = (where: string, message: string, fix?: string): Finding =>
  finding('warning', where, message, fix)

const finding = (level: Finding['level'], where: string, message: string, fix: string | undefined): Finding => ({
  level,
  where,
  message,
  ...(fix !== undefined && { fix }),
})
