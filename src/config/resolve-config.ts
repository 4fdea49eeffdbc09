import { relative } from 'node:path'
import { formatProblem, type Problem } from '../errors/problems.js'
import { TaskqError } from '../errors/taskq-error.js'
import { deepFreeze } from './deep-freeze.js'
import { DEFAULTS, type SettingKey } from './defaults.js'
import { findProblems } from './find-problems.js'
import { ENVIRONMENT, type FlagValues, type Override, readOverrides } from './overrides.js'
import type { Origin, ResolvedConfig } from './resolved-config.js'
import { resolversFor, type Settings } from './resolvers.js'

/** A configuration file, and on which of its lines a key stands, where that can be told. */
interface ConfigFile {
  readonly path: string
  readonly value: unknown
  readonly lineOf?: (key: string) => number | undefined
}

/** Where a configuration comes from. */
export interface ConfigSources {
  /** The project's folder. */
  readonly root: string
  /** What the configuration file exports. */
  readonly file?: ConfigFile | undefined
  /** The environment. Default: empty. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What the command line says; a flag that was not given is undefined. */
  readonly flags?: { readonly [K in keyof FlagValues]?: FlagValues[K] | undefined }
  /** Whether people read the log. Default: whether standard output is a terminal. */
  readonly tty?: boolean
}

const KEYS = Object.keys(DEFAULTS) as SettingKey[]

/**
 * Makes the configuration of a process: a flag wins over the environment, that over the file, that over
 * the default. The result is complete and deep-frozen; nothing reads the environment after it.
 *
 * @throws TaskqError `TASKQ_CONFIG_INVALID`, naming every problem of every source at once;
 *   `data.problems` holds them. No secret is shown.
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const overrides = readOverrides(sources.env ?? {}, sources.flags ?? {})
  const written = sources.file === undefined ? {} : sources.file.value
  const problems = [...findProblems(written), ...overrideProblems(overrides)]
  if (problems.length > 0) throw invalid(sources, problems, whereTo(problems.map(({ key }) => key)) ?? fileOf(sources))
  const { settings, origins } = pick(flatten(written as object), overrides)
  const config = { root: sources.root, file: sources.file?.path, tasks: settings.tasks, origins }
  for (const resolve of resolversFor(sources.tty ?? process.stdout.isTTY === true))
    Object.assign(config, resolve(settings))
  return deepFreeze(config) as ResolvedConfig
}

function pick(fromFile: Partial<Settings>, overrides: ReadonlyMap<SettingKey, Override>) {
  const settings: Partial<Record<SettingKey, unknown>> = {}
  const origins: Partial<Record<SettingKey, Origin>> = {}
  for (const key of KEYS) {
    const override = overrides.get(key)
    const value = override?.value ?? fromFile[key]
    settings[key] = value ?? (key === 'tasks' ? undefined : DEFAULTS[key])
    origins[key] = override?.origin ?? (value === undefined ? 'default' : 'file')
  }
  return { settings: settings as Settings, origins: origins as Record<SettingKey, Origin> }
}

/** `{ worker: { lock: '1s' } }` → `{ 'worker.lock': '1s' }`, copied, so that freezing leaves the user's own alone. */
function flatten(written: object): Partial<Settings> {
  const flat: Partial<Record<SettingKey, unknown>> = {}
  for (const key of KEYS) {
    const [group, name] = key.split('.')
    const value = (written as Record<string, unknown>)[group ?? '']
    const own = name === undefined ? value : (value as Record<string, unknown> | undefined)?.[name]
    flat[key] = Array.isArray(own) ? [...own] : own
  }
  return flat
}

/** Checks each override as if it stood in a file, and reports it under the name it was given by. */
function overrideProblems(overrides: ReadonlyMap<SettingKey, Override>): Problem[] {
  return [...overrides.values()].flatMap(({ key, value, origin }) => {
    const [group = '', name] = key.split('.')
    const config = { [group]: name === undefined ? value : { [name]: value } }
    return findProblems(config).map((problem) => ({ ...problem, key: origin.replace(/^(env|flag) /, '') }))
  })
}

/** What has the problems, where it is not the file: keys are told as they were given. */
function whereTo(keys: readonly string[]): string | undefined {
  if (keys.every((key) => key.startsWith('--'))) return 'the command line'
  const variables = ENVIRONMENT.map(([name]) => name)
  return keys.every((key) => variables.includes(key)) ? 'the environment' : undefined
}

const fileOf = ({ file, root }: ConfigSources): string =>
  file === undefined ? 'the configuration' : relative(root, file.path) || file.path

function invalid({ file }: ConfigSources, problems: readonly Problem[], where: string): TaskqError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const lines = problems.map((problem) => {
    const line = file?.lineOf?.(problem.key)
    return `  ${line === undefined ? '' : `${where}:${line}: `}${formatProblem(problem)}`
  })
  return new TaskqError('TASKQ_CONFIG_INVALID', `${where} has ${count}:\n${lines.join('\n')}`, {
    hint: 'Correct them; taskq config then lists every setting.',
    data: { problems, ...(file !== undefined && { file: file.path }) },
  })
}
