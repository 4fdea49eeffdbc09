import type { Reporter, TestModule } from 'vitest/node'
import { chooseBroker } from './chosen-broker.js'

/** Says at the end which broker the tests ran on, and what was skipped and why. */
export class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const { kind, notRun } = chooseBroker()
    const lines = [`Broker: ${kind}`, `Not run: ${notRun}`]
    for (const [reason, names] of skippedByReason(modules)) {
      lines.push(`Skipped: ${names.length} (${reason})`, ...names.map((name) => `  - ${name}`))
    }
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}

function skippedByReason(modules: readonly TestModule[]): Map<string, string[]> {
  const byReason = new Map<string, string[]>()
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      const result = test.result()
      const reason = (result.state === 'skipped' && result.note) || 'no reason given'
      byReason.set(reason, [...(byReason.get(reason) ?? []), `${module.relativeModuleId}: ${test.fullName}`])
    }
  }
  return byReason
}
