import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test("'taskq/config' loads nothing until validateConfig is called", () => {
  const source = readFileSync(new URL('../../src/config/index.ts', import.meta.url), 'utf8')
  const loaded = [...source.matchAll(/^(import|export) (?!type ).*from '(.*)'/gm)].map((match) => match[2])
  expect(loaded).toEqual([])
})
