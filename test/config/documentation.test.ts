import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DEFAULTS, type SettingKey } from '../../src/config/defaults.js'
import { ENVIRONMENT, FLAGS } from '../../src/config/overrides.js'
import { leafKeys } from '../../src/config/schema-keys.js'
import { ENTRY_KEYS } from '../../src/schedule/check-entry.js'

const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\s*\|$/g, '').trim()))
const code = (cell = ''): string => /^`(.*)`$/.exec(cell)?.[1] ?? ''
const settings = rows.filter((row) => row.length === 4)
const names = rows.filter((row) => row.length === 2).map(([name, sets]) => [code(name), code(sets)])
const source = new URL('../../src/', import.meta.url)

describe('docs/reference/configuration.md', () => {
  test('names every key of the schema, and no other', () => {
    expect(settings.map(([key]) => code(key)).sort()).toEqual(leafKeys().sort())
  })

  const documented = settings.map(([key, , fallback]) => [code(key), fallback ?? ''] as const)
  const fallbacks = documented.filter(([key]) => Object.hasOwn(DEFAULTS, key))

  test.each(fallbacks)('gives the default that the code has: %s', (key, shown) => {
    const value: unknown = DEFAULTS[key as SettingKey]
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    const wanted = value === undefined || key === 'tasks' ? '' : text
    expect(code(shown).replace(/^'|'$/g, '')).toBe(wanted)
  })

  test('names every key of a schedule entry, and no other', () => {
    const keys = rows.filter((row) => row.length === 3).flatMap(([cell = '']) => cell.match(/\w+/g) ?? [])
    expect(keys.sort()).toEqual([...ENTRY_KEYS].sort())
  })

  test('gives the default of tasks', () => {
    expect(DEFAULTS.tasks.filter((pattern) => page.includes(`\`${pattern}\``))).toEqual(DEFAULTS.tasks)
  })

  test('every default belongs to a key of the schema', () => {
    const known = new Set(leafKeys().map((key) => key.split(/\.\*|\[\]/)[0]))
    for (const key of Object.keys(DEFAULTS)) {
      expect(known.has(key) || leafKeys().some((leaf) => leaf.startsWith(`${key}.`)), key).toBe(true)
    }
  })

  test('names every variable and flag, and no other', () => {
    const wanted = [
      ...ENVIRONMENT.map(([name, key]) => [name, key]),
      ...FLAGS.map(([, name, key]) => [`--${name}`, key]),
    ]
    expect(names.filter(([, key]) => key !== '').sort()).toEqual(wanted.sort())
  })

  test('names every variable that the code reads beside the settings, and no other', () => {
    const files = globSync('**/*.ts', { cwd: source }).map((file) => readFileSync(new URL(file, source), 'utf8'))
    const read = files.flatMap((text) => [...text.matchAll(/\benv\.(TASKQ_\w+)/g)].map(([, name]) => name))
    expect(names.flatMap(([name, key]) => (key === '' ? [name] : [])).sort()).toEqual([...new Set(read)].sort())
  })
})
