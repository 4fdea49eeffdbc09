import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test } from 'vitest'
import { startMetricsServer } from '../../src/web/metrics-server.js'
import { scrape } from './scrape.js'

// The parser that the configuration's .taskqrc is read with; it is not ours to import.
const ofCosmiconfig = createRequire(createRequire(import.meta.url).resolve('cosmiconfig'))
const yaml: { load(text: string): unknown } = ofCosmiconfig('js-yaml')

const read = (name: string) => readFileSync(new URL(`../../docs/monitoring/${name}`, import.meta.url), 'utf8')
const exposed = new Set<string>()

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly annotations: { readonly summary: string }
}

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

const rules = (yaml.load(read('alert-rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
  readonly title: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}
const panels = dashboard.panels.filter(({ type }) => type !== 'row')
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
const variables = dashboard.templating.list.map(({ definition = '' }) => definition)

/** The metrics that an expression asks for, those of a histogram by its own name. */
const metricsIn = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:taskq|process|nodejs)_\w+/g)].map(([name]) =>
    exposed.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ''),
  )

beforeAll(async () => {
  const server = await startMetricsServer({
    port: 0,
    // What there is to tell does not depend on a broker.
    engine: () => Promise.reject(new Error('there is none')),
    tasks: [],
    version: '0.0.0-test',
    view: () => ({ state: 'working', busy: 0, slots: 1 }),
  })
  for (const name of (await scrape(server.url)).names) exposed.add(name)
  await server.close()
})

describe('docs/monitoring', () => {
  test('README.md names every metric of taskq, and no other', () => {
    const documented = [...read('README.md').matchAll(/^\| `(taskq_\w+)` /gm)].map(([, name]) => name)
    expect(documented.sort()).toEqual([...exposed].filter((name) => name.startsWith('taskq_')).sort())
  })

  test('alert-rules.yml asks for metrics that there are, and says what is wrong', () => {
    expect(rules.length).toBeGreaterThan(5)
    for (const { alert, expr, annotations, for: lasts } of rules) {
      expect([alert, metricsIn(expr).filter((name) => !exposed.has(name))]).toEqual([alert, []])
      expect(metricsIn(expr), alert).not.toEqual([])
      expect(alert).toMatch(/^Taskq[A-Z]/)
      expect(lasts).toMatch(/^\d+m$/)
      expect(annotations.summary).not.toBe('')
    }
  })

  test('grafana-dashboard.json asks for metrics that there are, and for all of taskq', () => {
    for (const expression of [...queries, ...variables.filter((text) => text !== '')]) {
      expect([expression, metricsIn(expression).filter((name) => !exposed.has(name))]).toEqual([expression, []])
      expect(metricsIn(expression), expression).not.toEqual([])
    }
    const shown = new Set(queries.flatMap(metricsIn))
    expect([...exposed].filter((name) => name.startsWith('taskq_') && !shown.has(name))).toEqual([])
  })

  test('grafana-dashboard.json has panels with a title and an id of their own', () => {
    expect(dashboard.title).toBe('taskq')
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
    for (const { title, targets = [] } of panels) expect([title, targets.length > 0]).toEqual([title, true])
  })
})
