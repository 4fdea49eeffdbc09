import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import { FrameSource } from '../../src/tui/frame-source.ts'
import { Painter } from '../../src/tui/painter.ts'
import { Store } from '../../src/tui/store.ts'
import { update } from '../../src/tui/update.ts'
import { makeState } from './fixtures.ts'
import { play } from './play.ts'

/** A painter on a terminal that may be slow. */
function makePainter() {
  const stdout = Object.assign(new EventEmitter(), {
    writableNeedDrain: false,
    writes: [] as string[],
    write(text: string) {
      this.writes.push(text)
      return true
    },
  })
  const settled = play(makeState()).state
  const fail = (error: unknown): void => {
    throw error
  }
  const store = new Store(settled, { update, perform: async () => undefined, onFault: fail })
  const painter = new Painter(stdout as unknown as NodeJS.WriteStream, store, new FrameSource(fail))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: going to a row is a sequence
  const rows = () => [...(stdout.writes.at(-1) ?? '').matchAll(/\u001b\[(\d+);1H/g)].map(([, row]) => Number(row))
  const press = (key: string) => store.dispatch({ kind: 'key', key })
  return { stdout, store, painter, rows, press }
}

describe('painting', () => {
  test('begins with all rows, and goes on with those that have changed', async () => {
    const { stdout, painter, rows, press } = makePainter()
    painter.start()
    expect(rows()).toEqual(Array.from({ length: 24 }, (_, index) => index + 1))
    await press('j')
    await press('j')
    expect(rows()).toEqual([6, 7])
    await press('z')
    expect(stdout.writes).toHaveLength(3)
  })

  test('puts the cursor back, and cuts what is too long', () => {
    const { stdout, painter } = makePainter()
    painter.start()
    expect(stdout.writes[0]?.startsWith('\u001b[?2026h\u001b7\u001b[?7l')).toBe(true)
    expect(stdout.writes[0]?.endsWith('\u001b[?7h\u001b8\u001b[?2026l')).toBe(true)
  })

  test('leaves frames out while the terminal is behind', async () => {
    const { stdout, painter, rows, press } = makePainter()
    painter.start()
    stdout.writableNeedDrain = true
    await press('j')
    await press('j')
    await press('j')
    expect(stdout.writes).toHaveLength(1)
    stdout.writableNeedDrain = false
    stdout.emit('drain')
    expect(stdout.writes).toHaveLength(2)
    expect(rows()).toEqual([5, 8])
  })

  test('keeps off the screen while it is another program’s', async () => {
    const { stdout, painter, rows, press } = makePainter()
    painter.start()
    painter.rest()
    await press('j')
    expect(stdout.writes).toHaveLength(1)
    painter.start()
    expect(rows()).toHaveLength(24)
  })

  test('begins anew in a window of another size', async () => {
    const { store, painter, rows } = makePainter()
    painter.start()
    await store.dispatch({ kind: 'resize', size: { columns: 100, rows: 20 } })
    expect(rows()).toHaveLength(20)
  })
})
