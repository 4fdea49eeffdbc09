import { expect, test } from 'vitest'
import { maskUrl, maskUrlsIn } from '../../src/config/mask-url.js'

test.each([
  ['redis://host:6379/0', 'redis://host:6379/0'],
  ['redis://user:pw@host/0', 'redis://user:***@host/0'],
  ['redis://:pw@host', 'redis://:***@host'],
  ['redis://pw@host', 'redis://***@host'],
  ['redis://pw:@host', 'redis://***@host'],
  ['redis://user:p@s:s/w#r?d@host', 'redis://user:***@host'],
  ['redis://host?password=pw', 'redis://host?***'],
  ['redis://user:pw@host#pw', 'redis://user:***@host?***'],
  ['cannot reach redis://user:pw@host now', 'cannot reach redis://user:***@host now'],
  ['user:pw@host', '***@host'],
  ['plain text', 'plain text'],
])('%s', (text, masked) => expect(maskUrl(text)).toBe(masked))

test.each([
  ['bad: redis://user:p@w@host/1', 'bad: redis://user:***@host/1'],
  ['bad: redis://host?password=pw', 'bad: redis://host?***'],
  [
    "Cannot find package '@scope/x' imported from file:///a/node_modules/@b/c.js",
    "Cannot find package '@scope/x' imported from file:///a/node_modules/@b/c.js",
  ],
])('in a message: %s', (text, masked) => expect(maskUrlsIn(text)).toBe(masked))
