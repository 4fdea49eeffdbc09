import { defineTask } from '../../../../dist/index.js'
import { noteEnd, noteStart } from '../ledger.mjs'

/** Gives back what it got. */
export const echo = defineTask({ name: 'echo' }, (_, value) => value)

/** Returns so many bytes of text. */
export const returns = defineTask({ name: 'returns', retries: 3 }, (context, bytes) => {
  noteStart(context)
  const text = 'x'.repeat(bytes)
  noteEnd(context)
  return text
})

/** Has a text wherever a task can have one. */
export const shouts = defineTask({ name: 'shouts', retries: 0 }, async (context, text, fails) => {
  context.log.info({ text, [text.slice(0, 200)]: 1 }, text)
  await context.progress({ text })
  if (fails) throw Object.assign(new Error(text), { name: text.slice(0, 200), code: text.slice(0, 200) })
  return { text }
})
