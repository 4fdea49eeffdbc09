import { Command } from '@oclif/core/command'
import { safeLines } from '../codec/safe-text.js'

/** What all commands share: how errors are told, with which exit code, and how JSON is written. */
export abstract class BaseCommand extends Command {
  /** Says something that is no result: on standard error, also with `--json`. */
  override warn<T extends string | Error>(input: T): T {
    process.stderr.write(`Warning: ${safeLines(typeof input === 'string' ? input : input.message)}\n`)
    return input
  }

  /** Writes a line of the command's own output; nothing with `--json`. */
  override log(line = ''): void {
    if (!this.jsonEnabled()) process.stdout.write(`${line}\n`)
  }

  /** JSON that no terminal takes for a command: unsafe characters are escaped, the value stays the same. */
  override logJson(json: unknown): void {
    process.stdout.write(`${safeLines(JSON.stringify(json, null, 2))}\n`)
  }

  protected override async catch(error: Error): Promise<void> {
    // `this.exit(…)` is how a command ends early, not an error to tell.
    if ((error as { code?: string }).code === 'EEXIT') throw error
    const [{ describeError }, { errorJson, presentError }] = await Promise.all([
      import('./describe-error.js'),
      import('./presenters/error.js'),
    ])
    const command = `taskq ${(this.id ?? '').replaceAll(':', ' ')}`.trim()
    const flags = Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags, help: true })
    if (this.ctor.enableJsonFlag) flags.push('json')
    const described = describeError(error, { command, flags })
    process.exitCode = described.exitCode
    if (this.jsonEnabled()) this.logJson(errorJson(described))
    else process.stderr.write(`${presentError(described)}\n`)
  }
}
