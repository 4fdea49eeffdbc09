import { findScenario } from './scenarios/all.ts'
import type { Message } from './support/run-child.ts'
import type { ChildTask } from './support/scenario.ts'

/** One side of one round, in a process of its own. Started by the harness, which is told over IPC. */
const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask
const work = findScenario(task.scenario)?.child?.[task.side]
if (work === undefined) throw new Error(`no such work: ${task.scenario} (${task.side})`)

const send = (message: Message) => process.send?.(message)
await work(task, { ready: () => send({ kind: 'ready' }), measured: (measures) => send({ kind: 'measured', measures }) })
process.disconnect?.()
process.exit(0)
