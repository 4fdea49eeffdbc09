import { wrapText } from './clean-text.js'

/** A line of a page's text. */
export interface PageLine {
  readonly text: string
  readonly tone: 'head' | 'text' | 'error' | 'faint'
  /** What begins here: `arguments`, `attempts`, `error`, `traceback`, `logs`, `result`, `timeline`. */
  readonly section?: string
}

const NAME_WIDTH = 10

/** A name and what is known, wrapped beside it. */
export function factLine(name: string, text: string, width: number): readonly PageLine[] {
  const lines = wrapText(text, width - NAME_WIDTH, 4)
  return lines.map((line, index) => ({ text: (index === 0 ? name : '').padEnd(NAME_WIDTH) + line, tone: 'text' }))
}
