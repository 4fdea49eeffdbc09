import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/errors/codes.js'

const page = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8')
const sections = page.split(/^### /m).slice(1)
const headings = sections.map((section) => section.slice(0, section.indexOf('\n')).trim())

describe('the table of codes and docs/reference/errors.md', () => {
  test('list the same codes in the same order', () => {
    expect(headings).toEqual(Object.keys(ERROR_CODES))
  })

  test.each(Object.entries(ERROR_CODES))(
    '%s: the page begins with the meaning and says when and what to do',
    (code, meaning) => {
      const section = sections[headings.indexOf(code)] ?? ''
      const body = section.slice(section.indexOf('\n')).trim()
      expect(body.startsWith(meaning)).toBe(true)
      expect(body).toMatch(/^\*\*When:\*\* \S/m)
      expect(body).toMatch(/^\*\*Do:\*\* \S/m)
    },
  )

  test('every code is TASKQ_<AREA>_<WHAT> or TASKQ_USAGE', () => {
    for (const code of headings) expect(code).toMatch(/^TASKQ_[A-Z]+(_[A-Z]+)*$/)
  })
})
