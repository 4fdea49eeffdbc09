import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// That a server nobody vouches for is refused: test/app/topologies.test.ts. What the embedded broker keeps: test/embedded.

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:tsx?|md|json|ya?ml)$/.test(file))
    .map((file) => `${folder}/${file}`)

test('no source, template or guide of ours switches the check of certificates off', () => {
  const off = /rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity/
  const files = [...filesOf('src'), ...filesOf('templates'), ...filesOf('docs/guides'), 'README.md']
  expect(files.filter((file) => off.test(readFileSync(file, 'utf8')))).toEqual([])
})

test('no program is started with a password in its arguments', () => {
  const argument = /'(?:--requirepass|--pass|-a|--password)'/
  expect(filesOf('src').filter((file) => argument.test(readFileSync(file, 'utf8')))).toEqual([])
})
