import type { JobDetail } from '../control/dashboard.js'
import type { WorkflowDetail } from '../control/workflows/workflow-view.js'

/** Something that was entered. Its text is `pageLines(state)`, of which the line `top` is the first on the screen. */
export type Page =
  /** `missing`: there is no such job any more. */
  | {
      readonly kind: 'job'
      readonly id: string
      readonly detail: JobDetail | 'missing' | undefined
      readonly top: number
      /** Where to scroll once the job is there. */
      readonly seeks: 'traceback' | undefined
    }
  /** By its id. Its slots are the list `slots`. */
  | { readonly kind: 'worker'; readonly id: string }
  /** Its parts are the list `parts`. `missing`: there is no such workflow any more. */
  | { readonly kind: 'workflow'; readonly id: string; readonly detail: WorkflowDetail | 'missing' | undefined }
  | { readonly kind: 'schedule'; readonly name: string; readonly top: number }
