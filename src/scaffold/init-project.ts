import { type GitOutcome, initRepository } from './git.js'
import { type InstallOutcome, installDependencies } from './install.js'
import { type InitOptions, planProject } from './plan-project.js'
import type { ScaffoldPlan } from './scaffold-plan.js'
import { writeProject } from './write-project.js'

/** What `taskq init` was told to do. */
export interface InitRequest extends InitOptions {
  readonly install: boolean
  readonly git: boolean
  /** Plans, and writes nothing. */
  readonly dryRun: boolean
}

/** What `taskq init` did. */
export interface InitOutcome {
  readonly plan: ScaffoldPlan
  /** False for a dry run. */
  readonly written: boolean
  /** Undefined when no install was wanted. */
  readonly install?: InstallOutcome
  /** Undefined when no repository was wanted. */
  readonly git?: GitOutcome
}

/** Told about each step as it begins, and about the end of the install. */
export interface InitProgress {
  step(name: 'write' | 'install' | 'git'): void
  installDone(ok: boolean): void
}

/**
 * Makes a project: plan, write, install, first commit. A failed install or commit is part of the outcome:
 * the project stays.
 *
 * @throws TaskqError what {@link planProject} and {@link writeProject} throw
 */
export async function initProject(request: InitRequest, progress: InitProgress): Promise<InitOutcome> {
  const plan = await planProject(request)
  if (request.dryRun) return { plan, written: false }
  progress.step('write')
  await writeProject(plan)
  const outcome: InitOutcome = { plan, written: true }
  if (request.install) {
    progress.step('install')
    const install = await installDependencies(request.packageManager, plan.root)
    progress.installDone(install.ok)
    Object.assign(outcome, { install })
  }
  if (request.git && plan.kind !== 'package') {
    progress.step('git')
    Object.assign(outcome, { git: await initRepository(plan.root) })
  }
  return outcome
}
