import type { RunContext } from '../../src/task/run-context.js'

/** A run's context for tests of tasks alone, with what was logged and reported in it. */
export interface FakeRun extends RunContext {
  readonly logged: unknown[][]
  readonly reported: unknown[]
}

/** Makes a {@link FakeRun} of the job `j1`. */
export function fakeRun(): FakeRun {
  const logged: unknown[][] = []
  const reported: unknown[] = []
  const line = (...fields: unknown[]) => void logged.push(fields)
  return {
    request: {
      id: 'j1',
      task: 'A',
      queue: 'default',
      attempt: 1,
      retries: 0,
      enqueuedAt: 0,
      headers: {},
      parent: undefined,
      root: 'j1',
    },
    log: { debug: line, info: line, warn: line, error: line },
    signal: new AbortController().signal,
    progress: async (value) => void reported.push(value),
    spawn: unable,
    replace: unable,
    addToChord: unable,
    logged,
    reported,
  }
}

const unable = () => Promise.reject(new Error('this run makes no workflows'))
