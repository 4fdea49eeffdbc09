import type { BaseTask } from '../../../dist/index.js'

declare class Part extends BaseTask {
  run(value: object): Promise<object>
}
declare class Count extends BaseTask {
  run(values: readonly object[]): Promise<number>
}

export declare const PartTask: typeof Part
export declare const CountTask: typeof Count
