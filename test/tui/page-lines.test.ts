import { expect, test } from 'vitest'
import type { JobDetail } from '../../src/control/dashboard.ts'
import { bounded } from '../../src/tui/bounded.ts'
import { jsonLines, textLines } from '../../src/tui/json-lines.ts'
import { pageLines } from '../../src/tui/page-lines.ts'
import { makeJobDetail, makeState } from './fixtures.ts'

const linesOf = (detail: JobDetail, columns = 80) =>
  pageLines(
    makeState({
      size: { columns, rows: 24 },
      pages: [{ kind: 'job', id: detail.id, detail, top: 0, seeks: undefined }],
    }),
  )

test('a list has no page', () => {
  expect(pageLines(makeState())).toEqual([])
})

test('the sections of a job that failed', () => {
  const sections = linesOf(makeJobDetail()).flatMap(({ section }) => section ?? [])
  expect(sections).toEqual(['arguments', 'attempts', 'error', 'traceback', 'logs', 'timeline'])
})

test('sections without anything are left out', () => {
  const { failure: _, ...rest } = makeJobDetail({ tries: [], logs: [], timeline: [], resultJson: '{"id":7}' })
  const sections = linesOf(rest).flatMap(({ section }) => section ?? [])
  expect(sections).toEqual(['arguments', 'result'])
})

test('causes follow the traceback', () => {
  const cause = { name: 'Error', message: 'ECONNREFUSED', stack: 'Error: ECONNREFUSED\n    at connect' }
  const texts = linesOf(makeJobDetail({ failure: { name: 'TypeError', message: 'fetch failed', cause } }))
  expect(texts.map(({ text }) => text.trim())).toContain('caused by Error: ECONNREFUSED')
})

test('the same page is made once, and again for another width', () => {
  const detail = makeJobDetail()
  expect(linesOf(detail)).toBe(linesOf(detail))
  expect(linesOf(detail, 60)).not.toBe(linesOf(detail))
})

test('a broken record says that it is', () => {
  const [line] = linesOf(makeJobDetail({ tries: 7 as never }))
  expect(line?.text).toMatch(/^! This page cannot be shown: /)
})

test('an entry that is gone is said to be', () => {
  const state = makeState({ pages: [{ kind: 'schedule', name: 'none', top: 0 }] })
  expect(pageLines(state)).toEqual([{ text: 'There is no such entry any more.', tone: 'faint' }])
})

test('JSON that fits is one line, as it was written', () => {
  expect(jsonLines('[1, 2]', 20)).toEqual(['[1, 2]'])
})

test('JSON that does not fit is indented; strings and long numbers stay as they are', () => {
  const json = String.raw`{"a":12345678901234567890,"b":"{\"not\": [json]}","c":[],"d":[1.0,{}]}`
  expect(jsonLines(json, 40)).toEqual([
    '{',
    '  "a": 12345678901234567890,',
    String.raw`  "b": "{\"not\": [json]}",`,
    '  "c": [],',
    '  "d": [',
    '    1.0,',
    '    {}',
    '  ]',
    '}',
  ])
  expect(JSON.parse(jsonLines(json, 40).join('\n'))).toEqual(JSON.parse(json))
})

test('JSON that was cut or is none is shown as far as it goes', () => {
  expect(jsonLines('{"a":"unfinished business', 10).join('')).toContain('unfinished')
  expect(jsonLines('}}}]]]not json at all', 10)).not.toEqual([])
})

test('a huge text is cut, and it is said by how much', () => {
  const lines = textLines('x'.repeat(60_000), 100)
  expect(lines.at(-1)).toBe('… and 27k characters more: e opens all of it')
  expect(lines.length).toBeLessThan(402)
  expect(jsonLines(`"${String.raw`\"`.repeat(30_000)}"`, 100).at(-1)).toBe(
    '… and 44k characters more: e opens all of it',
  )
})

test('by how much is not said of a text that may have been cut when it came', () => {
  const said = '… and more: e opens all of it'
  const { argsJson } = bounded({ argsJson: `"${'x'.repeat(1_000_000)}"` })
  expect(jsonLines(argsJson, 100).at(-1)).toBe(said)
  expect(textLines('x'.repeat(1_000_000), 100).at(-1)).toBe(said)
  expect(textLines('line\n'.repeat(1000), 100).at(-1)).toBe(said)
})
