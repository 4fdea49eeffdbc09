import { readFileSync } from 'node:fs'

/** One block of code of a page. */
export interface Snippet {
  readonly language: string
  readonly code: string
  /** The file that a first line such as `// src/tasks/mail.ts` names. */
  readonly path: string | undefined
}

/** A page of the documentation, as far as its code and its tables go. */
export class Page {
  readonly text: string
  readonly snippets: readonly Snippet[]

  /** @param path from the repository's root */
  constructor(readonly path: string) {
    this.text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
    this.snippets = [...this.text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
      language,
      code,
      path: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1],
    }))
  }

  /** What is to be typed into a terminal, a line each, without what follows a `#`. */
  get commandLines(): readonly string[] {
    const shells = this.snippets.filter(({ language }) => language === 'sh')
    return shells.flatMap(({ code }) => code.split('\n')).flatMap((line) => line.replace(/\s+# .*/, '').trim() || [])
  }

  /** The text between the blocks of code. */
  get prose(): string {
    return this.text.replace(/^```.*?^```$/gms, '')
  }

  /** What the page shows as printed: blocks without a language. */
  get outputs(): readonly string[] {
    return this.snippets.filter(({ language }) => language === '').map(({ code }) => code)
  }

  /** The cells of the rows of the table whose head begins so. */
  tableUnder(head: string): string[][] {
    const lines = this.text.split('\n')
    const start = lines.findIndex((line) => line.startsWith(`| ${head} |`))
    if (start < 0) throw new Error(`${this.path} has no table of ${head}`)
    const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
    return lines.slice(start + 2, end).map((line) => line.replace(/^\| | \|$/g, '').split(' | '))
  }
}

/** What stands in backticks in a text. */
export const codesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** The words of a command line, as a shell parts them; of quotes it knows the single ones. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''))
