import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', '{docs,examples,templates}/**/*.md']
const pages = globSync(PAGES, { cwd: root, exclude: (path) => path.includes('node_modules') }).sort()

/** What a page links to on this disk, without what stands in code. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```.*?```|`[^`]*`/gs, '')
  const targets = [...text.matchAll(/\]\(<?([^)>\s]+)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^(?:[a-z]+:)?\/\/|^mailto:/.test(target))
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function isDead(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURIComponent(path))
  if (!existsSync(file)) return true
  return anchor !== undefined && statSync(file).isFile() && !anchorsOf(file).includes(anchor)
}

test('every relative link leads to a file, and to a heading where it names one', () => {
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter((target) => isDead(page, target))
      .map((target) => `${page}: ${target}`),
  )
  expect(dead).toEqual([])
})

test('the pages and their links are found', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', join('docs', 'guides', 'start.md')]))
  expect(linksOf('README.md')).toContain('docs/reference/tasks.md')
})
