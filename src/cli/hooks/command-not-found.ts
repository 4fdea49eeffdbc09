import type { Hook } from '@oclif/core/hooks'

/**
 * `taskq lst` → did you mean list? What stands behind a misspelt command may be its arguments: `taskq schedule pasue
 * nightly`. Ends with 2: the command line is wrong.
 */
const commandNotFound: Hook.CommandNotFound = async function ({ id, config }) {
  const [{ nearest }, { safeText }] = await Promise.all([
    import('../../errors/nearest.js'),
    import('../../codec/safe-text.js'),
  ])
  const known = config.commands.filter(({ hidden }) => !hidden).map((command) => command.id.replaceAll(':', ' '))
  const wanted = id.replaceAll(':', ' ')
  const [first = '', second = ''] = wanted.split(' ')
  const meant = nearest(`${first} ${second}`.trim(), known) ?? nearest(first, known)
  const question = meant === undefined ? '' : ` (did you mean ${config.bin} ${meant}?)`
  process.stderr.write(
    `Error: ${config.bin} has no command ${safeText(JSON.stringify(wanted), 100)}${question}\n  See ${config.bin} --help.\n  TASKQ_USAGE\n`,
  )
  this.exit(2)
}

export default commandNotFound
