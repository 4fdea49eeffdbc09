import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installCommand } from '../../src/scaffold/install.js'
import { resolveTaskqSpec } from '../../src/scaffold/own-package.js'
import { extendPackage } from '../../src/scaffold/package-json.js'
import { detectPackageManager } from '../../src/scaffold/package-manager.js'
import { render } from '../../src/scaffold/render.js'
import { isSupportedNode, userNodeVersion } from '../../src/scaffold/user-node.js'
import { scratch } from './scratch.js'

describe('the package manager', () => {
  test('is the one that runs this', () => {
    expect(detectPackageManager('pnpm/10.1.0 npm/? node/v24.1.0 linux x64', scratch({ 'yarn.lock': '' }))).toBe('pnpm')
  })

  test('else the one whose lockfile is here or above, else npm; never another program', () => {
    const dir = scratch({ 'bun.lock': '' })
    mkdirSync(join(dir, 'a/b'), { recursive: true })
    expect(detectPackageManager(undefined, join(dir, 'a/b'))).toBe('bun')
    expect(detectPackageManager('evil/1.0.0', scratch())).toBe('npm')
  })

  test('is started without a shell, and by cmd.exe with fixed words on Windows', () => {
    expect(installCommand('npm', 'linux')).toEqual({ program: 'npm', args: ['install'] })
    expect(installCommand('pnpm', 'win32')).toEqual({
      program: 'cmd.exe',
      args: ['/d', '/s', '/c', 'pnpm.cmd install'],
    })
  })
})

describe("the user's Node", () => {
  test.each([
    ['v20.20.2', false],
    ['v22.17.9', false],
    ['v22.18.0', true],
    ['v23.9.0', false],
    ['v24.0.0', true],
    ['v26.1.0', true],
  ] as const)('%s is supported: %s', (version, supported) => expect(isSupportedNode(version)).toBe(supported))

  test('is the one that the package manager runs on', () => {
    expect(userNodeVersion('npm/11.0.0 node/v20.1.0 linux x64', 'v24.0.0')).toBe('v20.1.0')
    expect(userNodeVersion(undefined, 'v24.0.0')).toBe('v24.0.0')
  })
})

describe('what a project depends on', () => {
  test.each([
    ['0.3.0', '0.3.0'],
    ['^1', '^1'],
    ['latest', 'latest'],
    ['./t.tgz', 'file:/w/t.tgz'],
    ['t.tgz', 'file:/w/t.tgz'],
    ['../taskq', 'file:/taskq'],
    ['/x/taskq', 'file:/x/taskq'],
    ['file:./t', 'file:/w/t'],
    ['https://example.com/t.tgz', 'https://example.com/t.tgz'],
  ])('%s becomes %s', async (given, spec) => {
    expect(await resolveTaskqSpec(given, '/w')).toEqual({ spec, fromCheckout: false })
  })
})

describe('render', () => {
  test('puts values in, escaped in JSON', () => {
    expect(render('a.md', '{{name}} {{name}}', { name: 'a"b' })).toBe('a"b a"b')
    expect(render('a.json', '"{{name}}"', { name: 'a"b' })).toBe('"a\\"b"')
  })

  test.each(['unknown', 'constructor'])('refuses {{%s}}, which has no value', (key) => {
    expect(() => render('a.md', `{{${key}}}`, { name: 'a' })).toThrow(`a.md has no value for {{${key}}}`)
  })
})

test('package.json keeps its line ends and its missing last line end', () => {
  const { text } = extendPackage('{\r\n    "name": "a"\r\n}', { scripts: { dev: 'taskq dev' } })
  expect(text).toBe('{\r\n    "name": "a",\r\n    "scripts": {\r\n        "dev": "taskq dev"\r\n    }\r\n}')
})
