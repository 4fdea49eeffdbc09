import type { App } from '../app/app.js'
import type { LiveBatch, LiveEvent } from '../events/live-event.js'
import { jsonLine } from './json-line.js'
import { eventJson, presentDropped, presentEvent } from './presenters/events.js'
import { comes, stopWish } from './stop-wish.js'

/** Prints events until a signal ends it. A reader who goes ends it, too. */
export async function tailEvents(app: App, isWanted: (event: LiveEvent) => boolean, json: boolean): Promise<void> {
  const wish = stopWish()
  const dashboard = await app.dashboard()
  try {
    const watch = await dashboard.watch((batch) => print(batch, isWanted, json))
    await comes(wish)
    await watch.close()
  } finally {
    await dashboard.close()
  }
}

function print({ events, dropped }: LiveBatch, isWanted: (event: LiveEvent) => boolean, json: boolean): void {
  const lines = events.filter(isWanted).map((event) => (json ? jsonLine(eventJson(event)) : `${presentEvent(event)}\n`))
  if (dropped > 0) lines.push(json ? jsonLine({ dropped }) : `${presentDropped(dropped)}\n`)
  if (lines.length > 0) process.stdout.write(lines.join(''))
}
