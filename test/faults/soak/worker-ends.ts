import { hadAccident } from '../kit/invariants.ts'
import type { Exit } from '../kit/worker-process.ts'

/** How a worker of the soak ended, and what is known of its life. */
export interface WorkerEnd extends Pick<Exit, 'code' | 'signal'> {
  /** What the soak told it to do; undefined where it ended by itself. */
  readonly told?: 'SIGKILL' | 'SIGTERM'
  /** Whether a task ran in it. */
  readonly hasRun: boolean
  /** The one that is never killed. */
  readonly isElder: boolean
  readonly lines: readonly string[]
}

/**
 * Whether a worker ended as it was told to, was started where no broker could be found and said so, or ended as nobody
 * asked for.
 */
export function judgeEnd(end: WorkerEnd): 'asked for' | 'turned away' | 'surprise' {
  const { told, code, signal, isElder, lines } = end
  if (hadAccident(lines)) return 'surprise'
  if (told === 'SIGKILL' && signal === 'SIGKILL') return 'asked for'
  if (told === 'SIGTERM' && (code === 0 || (endedBySigterm(end) && !wasAtWork(end)))) return 'asked for'
  if (!isElder && code === 1 && !wasAtWork(end) && lines.some((line) => line.includes('TASKQ_BROKER_UNREACHABLE'))) {
    return 'turned away'
  }
  return 'surprise'
}

/** Before a worker works, it ends by SIGTERM as any program does: Node's default, or the same number. */
const endedBySigterm = ({ code, signal }: WorkerEnd): boolean => signal === 'SIGTERM' || code === 143

const wasAtWork = ({ hasRun, lines }: WorkerEnd): boolean =>
  hasRun || lines.some((line) => / is ready|shutting down/.test(line))
