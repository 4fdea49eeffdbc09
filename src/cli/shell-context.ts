import { getResult, getWorkflow, sendTask } from '../app/ambient.js'
import type { App } from '../app/app.js'
import { control } from '../app/control.js'
import { schedules } from '../app/schedules.js'
import { chain } from '../canvas/chain.js'
import { chord } from '../canvas/chord.js'
import { group } from '../canvas/group.js'
import { chunks, map, starmap } from '../canvas/map.js'
import { signature } from '../canvas/signature.js'
import type { TaskDefinition } from '../task/definition.js'
import type { EnqueueOptions } from '../task/enqueue-options.js'
import { enqueue } from '../task/enqueuer.js'

/** What the shell has at hand, by name. */
export interface ShellContext {
  /** Beside the tasks. */
  readonly things: Readonly<Record<string, unknown>>
  /** Tasks that can be written as they are: `Add`, `SendWelcomeEmail` of `emails.SendWelcomeEmail`. */
  readonly tasks: Readonly<Record<string, unknown>>
}

/** A task as the shell has it: what a task's class has, by the way of its name. */
const callerOf = (definition: TaskDefinition) => ({
  definition,
  delay: (...args: unknown[]) => enqueue(definition.name, args),
  applyAsync: (args: readonly unknown[] = [], options?: EnqueueOptions) => enqueue(definition.name, args, options),
  s: (...args: unknown[]) => signature(definition.name, args),
  si: (...args: unknown[]) => signature(definition.name, args, {}, true),
})

/** Gathers what the shell has at hand. A name that two tasks could have, or that is taken, is nobody's. */
export function createShellContext(app: App, definitions: readonly TaskDefinition[]): ShellContext {
  const all = Object.fromEntries(definitions.map((definition) => [definition.name, callerOf(definition)]))
  const workflows = { signature, chain, group, chord, map, starmap, chunks, getWorkflow }
  const things = { app, config: app.config, tasks: all, control, schedules, sendTask, getResult, ...workflows }
  const short = definitions.flatMap(({ name }) => {
    const identifier = identifierOf(name)
    const isFree = identifier !== undefined && !(identifier in things) && !(identifier in globalThis)
    return isFree ? [[identifier, all[name]] as const] : []
  })
  const isOnly = ([name]: readonly [string, unknown]) => short.filter(([other]) => other === name).length === 1
  return { things, tasks: Object.fromEntries(short.filter(isOnly)) }
}

/** The last part of a task's name, where it can be written in code. */
function identifierOf(name: string): string | undefined {
  const last = name.split(/[./-]/).at(-1) ?? ''
  return /^[A-Za-z_$][\w$]*$/.test(last) ? last : undefined
}
