import type { TextInput } from './state.js'

const MAX_LENGTH = 500

/** Text with the cursor at its end. */
export const inputOf = (text: string): TextInput => ({ text, at: text.length })

/** Puts text in at the cursor, as one line. */
export function insert({ text, at }: TextInput, more: string): TextInput {
  const line = more.replace(/[\r\n\t]+/g, ' ').replace(/\p{Cc}/gu, '')
  const room = line.slice(0, Math.max(0, MAX_LENGTH - text.length))
  return { text: text.slice(0, at) + room + text.slice(at), at: at + room.length }
}

/** What a key makes of the text; undefined where it is not for typing. */
export function edit(input: TextInput, key: string): TextInput | undefined {
  if (key === 'space') return insert(input, ' ')
  // Keys with names have more than one character; an emoji is one.
  if ([...key].length === 1) return insert(input, key)
  return EDITS[key]?.(input)
}

const EDITS: Readonly<Record<string, (input: TextInput) => TextInput>> = {
  left: ({ text, at }) => ({ text, at: before(text, at) }),
  right: ({ text, at }) => ({ text, at: after(text, at) }),
  home: ({ text }) => ({ text, at: 0 }),
  end: ({ text }) => inputOf(text),
  'ctrl-a': ({ text }) => ({ text, at: 0 }),
  'ctrl-e': ({ text }) => inputOf(text),
  backspace: ({ text, at }) => cut(text, before(text, at), at),
  delete: ({ text, at }) => cut(text, at, after(text, at)),
  'ctrl-u': ({ text, at }) => cut(text, 0, at),
  'ctrl-k': ({ text, at }) => cut(text, at, text.length),
  'ctrl-w': ({ text, at }) => cut(text, text.slice(0, at).replace(/\S*\s*$/, '').length, at),
}

const cut = (text: string, from: number, to: number): TextInput => ({
  text: text.slice(0, from) + text.slice(to),
  at: from,
})

/** Where the character before begins: one may be two units long. */
const before = (text: string, at: number): number => at - ([...text.slice(0, at)].at(-1)?.length ?? 0)
const after = (text: string, at: number): number => at + ([...text.slice(at)][0]?.length ?? 0)
