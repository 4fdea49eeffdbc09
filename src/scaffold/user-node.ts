/** Whether a Node of this version runs taskq: `^22.18 || >=24`. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major >= 24 || (major === 22 && minor >= 18)
}

/**
 * The Node that the user has, which may be older than the one that runs this: a package manager tells the
 * version it runs on, also where a project brings a newer Node of its own.
 *
 * @param userAgent npm_config_user_agent, such as `npm/11.0.0 node/v20.1.0 linux x64`
 */
export function userNodeVersion(userAgent: string | undefined, own: string = process.version): string {
  return /\bnode\/(v\d+\.\d+\.\d+)/.exec(userAgent ?? '')?.[1] ?? own
}
