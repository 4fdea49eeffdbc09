import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as taskq from '../../src/index.js'

const read = (folder: string): string => {
  const url = new URL(`../../docs/${folder}/`, import.meta.url)
  const pages = readdirSync(url).filter((name) => name.endsWith('.md'))
  return pages.map((name) => readFileSync(new URL(name, url), 'utf8')).join('\n')
}

test('whatever the package gives by name is told of', () => {
  const pages = read('reference') + read('guides')
  expect(Object.keys(taskq).filter((name) => !new RegExp(`\\b${name}\\b`).test(pages))).toEqual([])
})

test('what workflows are made and found with is in the reference', () => {
  const reference = read('reference')
  const names = ['chain', 'group', 'chord', 'map', 'starmap', 'chunks', 'signature', 'signatureOf', 'getWorkflow']
  expect(names.filter((name) => !(name in taskq && new RegExp(`\`${name}\\b`).test(reference)))).toEqual([])
})
