import { targetError } from './target.js'

/** What `taskq init` adds to a package that exists. */
export interface PackageAdditions {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}

/** A package.json with additions, and the keys that were there before and stay as they were. */
export interface ExtendedPackage {
  readonly text: string
  readonly kept: readonly string[]
}

type Json = Record<string, unknown>

/**
 * Adds dependencies and scripts to a package.json. What has the same name stays as it is, and so do the
 * indentation, the line ends and the order of the sections; dependencies are sorted, as npm does.
 *
 * @throws TaskqError `TASKQ_SCAFFOLD_TARGET` when the text is no package.json
 */
export function extendPackage(text: string, additions: Partial<PackageAdditions>): ExtendedPackage {
  const json = parsePackage(text)
  const kept: string[] = []
  let changed = false
  for (const [section, wanted] of Object.entries(additions)) {
    const missing = Object.entries(wanted).filter(([key, value]) => {
      const holder = holderOf(json, section, key)
      if (holder !== undefined && (json[holder] as Json)[key] !== value) kept.push(`package.json ${holder}.${key}`)
      return holder === undefined
    })
    const next = { ...sectionOf(json, section), ...Object.fromEntries(missing) }
    if (missing.length === 0) continue
    json[section] = section === 'scripts' ? next : sorted(next)
    changed = true
  }
  return { text: changed ? format(json, text) : text, kept }
}

/** Where the key is already: a package may have a dependency as one of development. */
function holderOf(json: Json, section: string, key: string): string | undefined {
  const places = section.endsWith('ependencies') ? ['dependencies', 'devDependencies'] : [section]
  return places.find((place) => isRecord(json[place]) && Object.hasOwn(json[place] as Json, key))
}

function parsePackage(text: string): Json {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw targetError('package.json', `is no JSON: ${(error as Error).message}`, error)
  }
  if (isRecord(json)) return json
  throw targetError('package.json', 'must hold an object')
}

function sectionOf(json: Json, section: string): Json {
  const value = json[section] ?? {}
  if (isRecord(value)) return value
  throw targetError('package.json', `must have an object as ${section}`)
}

function format(json: Json, before: string): string {
  const indent = /^[{\s]*?\n([ \t]+)"/.exec(before)?.[1] ?? '  '
  const text = JSON.stringify(json, null, indent) + (/\n\s*$/.test(before) ? '\n' : '')
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text
}

const sorted = (record: Json): Json => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
