import type { BaseTask } from '../../../dist/index.js'

declare class Limited extends BaseTask {
  run(): Promise<void>
}
declare class Free extends BaseTask {
  run(payload: { sentAtUs: number }): Promise<void>
}

export declare const probe: { limited: (() => void) | undefined; free: ((sentAtUs: number) => void) | undefined }
export declare const LimitedTask: typeof Limited
export declare const FreeTask: typeof Free
