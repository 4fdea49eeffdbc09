import { styleText } from 'node:util'

/** Colours a text, or leaves it as it is. */
export type Paint = (style: 'red' | 'yellow' | 'green', text: string) => string

/** For standard output: no colour where it is no terminal, or where NO_COLOR is set. */
export const stdoutPaint: Paint = (style, text) => styleText(style, text, { stream: process.stdout })
