import { parse } from 'csv-parse/sync'

/** One person on the list. */
export interface Subscriber {
  readonly email: string
  readonly name: string
  readonly language: string
}

/** A row that gets no mail, and why. */
export interface RejectedRow {
  /** Its line in the file, from 1. */
  readonly line: number
  readonly reason: string
}

const HEADER = 'email,name,language'
const COLUMNS = HEADER.split(',').length

/**
 * Reads a list of subscribers. A bad row is rejected, the others are kept.
 *
 * @throws Error when the first line is not the header: then it is another file
 */
export function readSubscribers(csv: string): { subscribers: Subscriber[]; rejected: RejectedRow[] } {
  const [header = '', ...lines] = csv.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (header !== HEADER) throw new Error(`expected the header ${HEADER}, got ${JSON.stringify(header.slice(0, 80))}`)
  const lineOf = new Map<string, number>()
  const subscribers: Subscriber[] = []
  const rejected: RejectedRow[] = []
  for (const [index, text] of lines.entries()) {
    if (text === '') continue
    const line = index + 2
    const row = readRow(text)
    const reason = typeof row === 'string' ? row : duplicateOf(row, lineOf.get(row.email.toLowerCase()))
    if (reason !== undefined) rejected.push({ line, reason })
    else if (typeof row !== 'string') {
      lineOf.set(row.email.toLowerCase(), line)
      subscribers.push(row)
    }
  }
  return { subscribers, rejected }
}

/** The subscriber in a row, or what is wrong with it. */
function readRow(text: string): Subscriber | string {
  const columns = splitColumns(text)
  if (typeof columns === 'string') return columns
  const [email = '', name = '', language = ''] = columns
  if (columns.length !== COLUMNS) return `expected ${COLUMNS} columns, got ${columns.length}`
  if (/\p{Cc}/u.test(text)) return `a control character in ${JSON.stringify(name)}`
  if (!/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(email)) return `${JSON.stringify(email)} is no e-mail address`
  if (name.trim() === '') return `${email} has no name`
  return { email, name, language }
}

/** One line at a time, so that a quote that is not closed costs its own row and not all rows after it. */
function splitColumns(line: string): string[] | string {
  try {
    return parse(line, { relax_column_count: true })[0] ?? []
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is opened and not closed' : message
  }
}

const duplicateOf = ({ email }: Subscriber, line: number | undefined): string | undefined =>
  line === undefined ? undefined : `${email} is already in line ${line}`
