/** What the metrics and the health of a worker are told by. */
export interface WorkerView {
  readonly state: 'starting' | 'working' | 'stopping' | 'stopped'
  /** Why it takes no jobs although it works, for people; undefined where it takes them, or would. */
  readonly trouble?: string | undefined
  /** Jobs that run now. */
  readonly busy: number
  /** Jobs that can run at once. */
  readonly slots: number
}
