/** What the metrics and the health of a worker are told by. */
export interface WorkerView {
  readonly state: 'starting' | 'working' | 'stopping' | 'stopped'
  /** Jobs that run now. */
  readonly busy: number
  /** Jobs that can run at once. */
  readonly slots: number
}
