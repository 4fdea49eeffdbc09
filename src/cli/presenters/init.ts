import { relative } from 'node:path'
import type { InitOutcome, InitProgress, InitRequest } from '../../scaffold/init-project.js'
import { wordsOf } from '../../scaffold/package-manager.js'
import type { ScaffoldPlan } from '../../scaffold/scaffold-plan.js'
import { formatDuration } from '../../time/duration.js'
import type { ResolvedInit } from '../prompts/init.js'

type Log = (line: string) => void

/** Says what goes on while it may take long. No spinner: one would take Ctrl-C away from the install. */
export function showProgress(request: InitRequest, log: Log): InitProgress {
  let startedAt = 0
  return {
    step: (name) => {
      startedAt = performance.now()
      if (name === 'install') log(`Installing: ${wordsOf(request.packageManager).install} …`)
    },
    installDone: (ok) => {
      if (ok) log(`Installed in ${formatDuration(performance.now() - startedAt)}`)
    },
  }
}

/** The summary for people: what was made, what was kept, what failed, what comes next. */
export function presentInit(outcome: InitOutcome, resolved: ResolvedInit): string {
  const { plan } = outcome
  if (!outcome.written) return [`Would write to ${plan.root}:`, ...tree(plan), ...keptLines(plan)].join('\n')
  const count = plan.files.length + (plan.packageJson === undefined ? 0 : 1)
  const done = plan.kind === 'package' ? `Added taskq to ${plan.name}` : `Made ${plan.name} in ${plan.root}`
  return [
    `${done} (${count} ${count === 1 ? 'file' : 'files'})`,
    ...keptLines(plan),
    ...remarks(outcome, resolved),
    '',
    'Next steps:',
    ...nextSteps(outcome, resolved.request).map((line) => `  ${line}`),
  ].join('\n')
}

/** What `--json` prints. */
export function initJson(outcome: InitOutcome, request: InitRequest) {
  const { plan } = outcome
  return {
    dir: plan.root,
    files: changedFiles(plan),
    packageManager: request.packageManager,
    installed: outcome.install?.ok ?? false,
    git: outcome.git === 'committed' || outcome.git === 'initialized',
    kept: plan.kept,
    notes: plan.notes,
    ...(!outcome.written && { dryRun: true }),
  }
}

function remarks(outcome: InitOutcome, { request, userNode, fromCheckout }: ResolvedInit): string[] {
  const { install, git, plan } = outcome
  const lines: string[] = []
  if (fromCheckout) lines.push(`It depends on the taskq checkout that runs this: ${request.taskq}`)
  if (request.pinNode) lines.push(`Your Node is ${userNode}: the project brings Node 24, which its scripts use.`)
  if (install !== undefined && !install.ok) {
    lines.push(`The install failed (${install.reason}); the project is complete without it. Its last lines:`)
    lines.push(...install.tail.map((line) => `  ${printable(line)}`))
  }
  if (git === 'initialized') lines.push('A git repository was made, but nothing committed: git does not know you yet.')
  if (git === 'failed') lines.push('git could not make a repository here.')
  return [...lines, ...plan.notes]
}

function nextSteps(outcome: InitOutcome, request: InitRequest): string[] {
  const { plan, install } = outcome
  const { run, exec, install: installCommand } = wordsOf(request.packageManager)
  const way = relative(request.cwd, plan.root)
  const steps = way === '' ? [] : [`cd ${/^[\w./\\-]+$/.test(way) ? way : JSON.stringify(way)}`]
  if (install?.ok !== true) steps.push(installCommand)
  const dev = plan.kept.includes('package.json scripts.dev') ? `${exec} taskq dev` : `${run} dev`
  const call = plan.kind === 'package' ? `${exec} taskq call SendWelcomeEmail -a '["u_42"]' --wait` : `${run} enqueue`
  return [...steps, `${dev}    # a broker and a worker; leave it running`, `${call}    # in a second terminal`]
}

function keptLines(plan: ScaffoldPlan): string[] {
  return plan.kept.length === 0 ? [] : ['Kept as it was:', ...plan.kept.map((what) => `  ${what}`)]
}

/** The files as a tree, folders first named, two spaces a level. */
function tree(plan: ScaffoldPlan): string[] {
  const lines: string[] = []
  let open: string[] = []
  for (const path of changedFiles(plan)) {
    const folders = path.split('/').slice(0, -1)
    const same = folders.findIndex((folder, index) => folder !== open[index])
    for (let depth = same === -1 ? folders.length : same; depth < folders.length; depth++) {
      lines.push(`${'  '.repeat(depth + 1)}${folders[depth]}/`)
    }
    const name = path.slice(path.lastIndexOf('/') + 1)
    const changed = plan.packageJson !== undefined && path === 'package.json' ? ' (changed)' : ''
    lines.push(`${'  '.repeat(folders.length + 1)}${name}${changed}`)
    open = folders
  }
  return lines
}

function changedFiles(plan: ScaffoldPlan): string[] {
  const changed = plan.packageJson === undefined ? [] : ['package.json']
  return [...changed, ...plan.files.map((file) => file.path)].sort()
}

/** Without control characters: an install script may print anything. */
const printable = (line: string): string => line.replace(/\p{Cc}/gu, ' ')
