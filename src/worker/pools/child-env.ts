/** What Node, the system and taskq itself need: a child loads the project, and its tasks may enqueue. */
const ALWAYS = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_*',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'NODE_*',
  'NO_COLOR',
]
const OURS = ['TASKQ_*', 'REDIS_URL']

/** The part of an environment that a child gets: what it needs in any case, and these. `S3_*` stands for all that begin so. */
export function childEnv(names: readonly string[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const allowed = [...ALWAYS, ...OURS, ...names].map((name) => name.toLowerCase())
  const isAllowed = (name: string): boolean =>
    allowed.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one))
  return Object.fromEntries(Object.entries(env).filter(([name]) => isAllowed(name.toLowerCase())))
}
