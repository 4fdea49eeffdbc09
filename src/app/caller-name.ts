import { hostname, userInfo } from 'node:os'

/** Who this process works for, as it is kept with what was done by hand: `ops@web-1`. */
export function callerName(): string {
  return `${userName()}@${hostname()}`
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user need not have a name.
    return String(process.getuid?.() ?? 'somebody')
  }
}
