import { execFile } from 'node:child_process'

/** What became of the repository. */
export type GitOutcome = 'committed' | 'initialized' | 'inside a repository' | 'git is missing' | 'failed'

const TIMEOUT_MS = 30_000

/**
 * Makes a project a git repository with a first commit. Does nothing inside a repository that exists;
 * never throws. A commit fails where git does not know the user: the repository stays.
 */
export async function initRepository(dir: string): Promise<GitOutcome> {
  const inside = await git(dir, 'rev-parse', '--is-inside-work-tree')
  if (inside === 'missing') return 'git is missing'
  if (inside === 'ok') return 'inside a repository'
  if ((await git(dir, 'init', '-b', 'main')) !== 'ok') return 'failed'
  if ((await git(dir, 'add', '--all')) !== 'ok') return 'initialized'
  return (await git(dir, 'commit', '--quiet', '-m', 'Initial commit')) === 'ok' ? 'committed' : 'initialized'
}

function git(dir: string, ...args: string[]): Promise<'ok' | 'failed' | 'missing'> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' }
  return new Promise((done) => {
    execFile('git', args, { cwd: dir, env: withoutRepository(env), timeout: TIMEOUT_MS }, (error) => {
      if (error === null) done('ok')
      else done((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'failed')
    })
  })
}

/** A git hook sets these for its own repository; here they would point to the wrong one. */
function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...rest } = env
  return rest
}
