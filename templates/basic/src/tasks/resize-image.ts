import { setTimeout as wait } from 'node:timers/promises'
import { defineTask } from 'taskq'

/** Makes one copy of an image for each width, and tells how far it is. */
export const resizeImage = defineTask({ name: 'resizeImage', queue: 'images' }, async (ctx, path: string, widths: number[]) => {
  const copies: string[] = []
  for (const [index, width] of widths.entries()) {
    // Stands for the real work. The signal ends it when the worker must stop.
    await wait(100, undefined, { signal: ctx.signal })
    copies.push(`${path}@${width}w`)
    await ctx.progress((index + 1) / widths.length)
  }
  return copies
})
