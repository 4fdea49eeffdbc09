import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink'
import { memo, useEffect, useMemo, useSyncExternalStore } from 'react'
import { drawSafely } from './draw-safely.js'
import { keyEventOf } from './key-names.js'
import type { Store } from './store.js'
import { createTheme } from './theme.js'

/** Gives the terminal to another program until it ends. */
export type Suspend = (run: () => Promise<void>) => Promise<void>

export interface ScreenProps {
  readonly store: Store
  readonly onSuspendable: (suspend: Suspend) => void
  readonly onFault: (error: unknown) => void
  /** Ctrl-C works whatever the state says. */
  readonly quit: () => void
}

/** The screen: frames that others drew, and keys for others to read. */
export function Screen({ store, onSuspendable, onFault, quit }: ScreenProps) {
  const size = useWindowSize()
  const { suspendTerminal } = useApp()
  const state = useSyncExternalStore(store.subscribe, store.shown)
  const { theme, ascii, color } = state.look
  const drawn = useMemo(() => createTheme({ theme, ascii, color }), [theme, ascii, color])

  useEffect(() => onSuspendable(suspendTerminal), [onSuspendable, suspendTerminal])
  useEffect(() => {
    void store.dispatch({ kind: 'resize', size })
  }, [store, size])
  useInput((input, key) => {
    if (key.ctrl && input === 'c') return quit()
    const event = keyEventOf(input, key)
    if (event !== undefined) void store.dispatch(event)
  })
  usePaste((text) => void store.dispatch({ kind: 'paste', text }))

  const lines = drawSafely(state, size, drawn, onFault)
  // Without a width of its own: when the window shrinks, Ink fits the old frame in at once, before there is a new one.
  return (
    <Box flexDirection="column" height={size.rows}>
      {lines.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is known by where it is
        <Row key={row} line={line} />
      ))}
    </Box>
  )
}

/** Most rows stay as they are from frame to frame: those cost nothing. */
const Row = memo(function Row({ line }: { readonly line: string }) {
  return <Text wrap="truncate">{line === '' ? ' ' : line}</Text>
})
