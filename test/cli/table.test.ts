import { describe, expect, test } from 'vitest'
import { presentTable } from '../../src/cli/presenters/table.js'
import { screenWidth } from '../../src/cli/screen-width.js'

const HEAD = ['ended', 'state', 'task', 'job', 'queue', 'attempts', 'error']
const ID = 'mwqu2ncn7YaA1XCvgXja'
const rows = [
  ['4 s ago', 'failed', 'mails.SendWelcome', ID, 'default', 1, 'Error: connect ETIMEDOUT 10.0.0.1'],
  ['1 min ago', 'dead', 'x'.repeat(10_240), ID, 'default', 12, 'no'],
] as const

describe('a table', () => {
  test('keeps to a screen: what is widest is cut, an id never', () => {
    for (const screen of [80, 100, 200]) {
      const lines = presentTable(HEAD, rows, screen).split('\n')
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(screen)
      for (const line of lines.slice(1)) expect(line).toContain(`${ID}  default`)
    }
    expect(presentTable(HEAD, rows, 80)).toMatch(/ mails\.S\S*… /)
  })

  test('cuts no column away where there is no room at all', () => {
    expect(presentTable(HEAD, rows, 20).split('\n')[0]).toMatch(/^ended +state +task +job +queue +attempts +error$/)
  })

  test('is whole in a pipe', () => {
    expect(presentTable(HEAD, rows)).toContain('  Error: connect ETIMEDOUT 10.0.0.1\n')
    expect(screenWidth({ isTTY: false, columns: 80 })).toBeUndefined()
    expect(screenWidth({ isTTY: true, columns: 80 })).toBe(80)
    expect(screenWidth({ isTTY: true, columns: 0 })).toBeUndefined()
  })
})
