/** The run that makes a workflow: when it runs again, it finds the workflow instead of making another. */
export interface RunOrigin {
  /** Its job, and the lane that this is in. */
  readonly job: string
  readonly lane: string
  /** Which of the workflows that the run makes: `'0'`, `'1'`…, or `'r'` for the one that takes its job's place. */
  readonly mark: string
  /** Whether the job ends with what the workflow comes to. */
  readonly owns: boolean
}
