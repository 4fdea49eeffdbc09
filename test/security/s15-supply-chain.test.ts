import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
const { dependencies, scripts, allowScripts } = read('package.json')
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
}

test('a user gets these packages and no other: each new one is a decision', () => {
  expect(Object.keys(dependencies)).toEqual([
    ...['@clack/prompts', '@oclif/core', 'bullmq', 'cosmiconfig', 'get-east-asian-width', 'ink', 'ioredis', 'jiti'],
    ...['lua-redis-wasm', 'nanoid', 'pino', 'pino-pretty', 'prom-client', 'react', 'reflect-metadata', 'suncalc'],
    ...['tinyglobby', 'zod'],
  ])
})

test('the lockfile knows the bytes of every package', () => {
  const unknown = Object.entries(packages).filter(([path, { integrity, link, inBundle }]) => {
    return path !== '' && link !== true && inBundle !== true && integrity === undefined
  })
  expect(unknown.map(([path]) => path)).toEqual([])
})

test('no package runs code at its installation that is not named for it', () => {
  const names = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true)
  const unnamed = names.map(([path]) => path.replace(/.*node_modules\//, '')).filter((name) => !(name in allowScripts))
  expect(unnamed.filter((name) => name !== '')).toEqual([])
  for (const name of ['preinstall', 'install', 'postinstall']) expect(scripts).not.toHaveProperty(name)
})

test('what is published is what is meant to be: no test, no map, no environment, no source', () => {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const told = execFileSync(npm, ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' })
  const files = (JSON.parse(told) as { files: { path: string }[] }[])[0]?.files.map(({ path }) => path) ?? []
  expect([...new Set(files.map((path) => path.split('/')[0]))].sort()).toEqual([
    ...['LICENSE', 'README.md', 'bin', 'dist', 'oclif.manifest.json', 'package.json', 'templates'],
  ])
  const unwanted = files.filter((path) => /\.map$|\.test\.|\.env$|\.pem$|\.log$|^dist\/.*(?<!\.d)\.ts$/.test(path))
  expect(unwanted).toEqual(['templates/basic/test/tasks.test.ts'])
})
