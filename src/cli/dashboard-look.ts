import { THEME_NAMES } from '../tui/theme.js'
import type { DashboardFlags } from './dashboard-flags.js'

/** How the dashboard is drawn: by its flags, else as the terminal is said to be. */
export function lookOf(flags: DashboardFlags, env: NodeJS.ProcessEnv, isTerminal: boolean) {
  return {
    theme: flags.theme ?? THEME_NAMES[0] ?? '',
    ascii: flags.ascii || (isTerminal && !speaksUnicode(env)),
    color: isTerminal && !flags['no-color'] && !env.NO_COLOR,
  }
}

/** Whether a terminal is said to know UTF-8; where nothing is said, it is taken to. */
function speaksUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  if (TERM === 'linux' || TERM === 'dumb') return false
  const said = LC_ALL || LC_CTYPE || LANG
  return said === undefined || said === '' || /utf-?8/i.test(said)
}
