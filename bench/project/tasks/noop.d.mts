import type { BaseTask } from '../../../dist/index.js'

declare class PayloadTask extends BaseTask {
  run(payload: object): Promise<void>
}
declare class StampedTask extends BaseTask {
  run(payload: { sentAtUs: number }): Promise<void>
}

export declare const probe: { started: ((atUs: number) => void) | undefined; workMs: number }
export declare const NoopTask: typeof PayloadTask
export declare const NOOP_TASKS: readonly (typeof PayloadTask)[]
export declare const TimedTask: typeof StampedTask
export declare const SlotTask: typeof BaseTask
export declare const SlowTask: typeof PayloadTask
