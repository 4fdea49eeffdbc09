import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { InitRequest } from '../../scaffold/init-project.js'
import { resolveTaskqSpec } from '../../scaffold/own-package.js'
import { detectPackageManager, PACKAGE_MANAGERS, type PackageManager } from '../../scaffold/package-manager.js'
import { isSupportedNode, userNodeVersion } from '../../scaffold/user-node.js'

/** The command's flags, as they were given. */
export interface InitFlags {
  readonly dir?: string | undefined
  readonly name?: string | undefined
  readonly yes: boolean
  readonly json: boolean
  readonly install?: boolean | undefined
  readonly git: boolean
  readonly 'package-manager'?: string | undefined
  readonly taskq?: string | undefined
  readonly force: boolean
  readonly 'dry-run': boolean
}

/** A request with no question left, and the facts behind it that a screen tells. */
export interface ResolvedInit {
  readonly request: InitRequest
  /** The Node that the user has. */
  readonly userNode: string
  /** Whether the project depends on the checkout that taskq runs from. */
  readonly fromCheckout: boolean
}

interface Answers {
  readonly dir: string
  readonly packageManager: PackageManager
  readonly install: boolean
}

/** Turns flags into a request; asks what is open in a terminal. Undefined when the user cancels. */
export async function resolveInit(flags: InitFlags): Promise<ResolvedInit | undefined> {
  const cwd = process.cwd()
  const userAgent = process.env.npm_config_user_agent
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  const mayAsk = isTerminal && !isCi(process.env.CI) && !flags.yes && !flags.json && !flags['dry-run']
  const defaults: Answers = {
    dir: flags.dir ?? flags.name ?? (existsSync(join(cwd, 'package.json')) ? '.' : 'my-app'),
    packageManager: allowed(flags['package-manager']) ?? detectPackageManager(userAgent, cwd),
    install: flags.install ?? (isTerminal || flags.yes),
  }
  const answers = mayAsk ? await ask(flags, defaults) : defaults
  if (answers === undefined) return undefined
  const { spec, fromCheckout } = await resolveTaskqSpec(flags.taskq, cwd)
  const userNode = userNodeVersion(userAgent)
  const request: InitRequest = {
    ...answers,
    cwd,
    template: 'basic',
    ...(flags.name !== undefined && { name: flags.name }),
    taskq: spec,
    pinNode: !isSupportedNode(userNode),
    force: flags.force,
    git: flags.git,
    dryRun: flags['dry-run'],
  }
  return { request, userNode, fromCheckout }
}

/** Asks only for what no flag has said; an answer that is no answer cancels all. */
async function ask(flags: InitFlags, defaults: Answers): Promise<Answers | undefined> {
  const { confirm, isCancel, select, text } = await import('@clack/prompts')
  const dir =
    flags.dir ?? (await text({ message: 'Which folder?', placeholder: defaults.dir, defaultValue: defaults.dir }))
  if (isCancel(dir)) return undefined
  const packageManager =
    allowed(flags['package-manager']) ??
    (await select({
      message: 'Which package manager?',
      options: PACKAGE_MANAGERS.map((value) => ({ value, label: value })),
      initialValue: defaults.packageManager,
    }))
  if (isCancel(packageManager)) return undefined
  const install = flags.install ?? (await confirm({ message: 'Install the dependencies now?', initialValue: true }))
  if (isCancel(install)) return undefined
  return { dir, packageManager, install }
}

const allowed = (value: string | undefined): PackageManager | undefined =>
  PACKAGE_MANAGERS.find((manager) => manager === value)

const isCi = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== 'false'
