import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { chooseEngine, parseVersion } from '../../src/embedded/engine-choice.js'
import { tempProject } from '../support/temp-project.js'

test.each([
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', 'redis'],
  ['Redis server v=6.2.0 sha=0', 'redis'],
  ['Valkey server v=8.1.0 sha=00000000:0', 'valkey'],
  ['Redis server v=6.0.16 sha=0', undefined],
  ['Redis server v=5.0.14.1 sha=0', undefined],
  ['something else', undefined],
])('%s is %s', (line, engine) => {
  expect(parseVersion(line)).toBe(engine)
})

/** A folder with a program that prints this line. */
function programFolder(root: string, name: string, line: string): string {
  const folder = join(root, `${name} ${line.length}`)
  mkdirSync(folder)
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${line}'\n`)
  chmodSync(join(folder, name), 0o755)
  return folder
}

test.skipIf(process.platform === 'win32')('takes valkey first, passes by what is too old', async () => {
  const root = tempProject()
  const old = programFolder(root, 'redis-server', 'Redis server v=6.0.16 sha=0')
  const fine = programFolder(root, 'redis-server', 'Redis server v=7.2.4 sha=0000')
  const valkey = programFolder(root, 'valkey-server', 'Valkey server v=8.0.1')
  const choose = (...folders: string[]) => chooseEngine('auto', { PATH: folders.join(delimiter) })
  expect(await choose()).toEqual({ engine: 'js' })
  expect(await choose('relative')).toEqual({ engine: 'js' })
  expect(await choose(old)).toEqual({ engine: 'js' })
  expect(await choose(old, fine)).toEqual({ engine: 'redis', binary: join(fine, 'redis-server') })
  expect(await choose(fine, valkey)).toEqual({ engine: 'valkey', binary: join(valkey, 'valkey-server') })
  const env = { PATH: fine, TASKQ_EMBEDDED_ENGINE: 'js' }
  expect(await chooseEngine('auto', env)).toEqual({ engine: 'js' })
  expect(await chooseEngine('server', env)).toMatchObject({ engine: 'redis' })
})

test('says what is missing, and what the variable may be', async () => {
  await expect(chooseEngine('server', { PATH: '' })).rejects.toMatchObject({ code: 'TASKQ_EMBEDDED_START' })
  await expect(chooseEngine('auto', { TASKQ_EMBEDDED_ENGINE: 'redis' })).rejects.toMatchObject({
    code: 'TASKQ_BROKER_CONFIG',
    message: 'TASKQ_EMBEDDED_ENGINE: expected one of auto, server, js, got "redis"',
  })
})
