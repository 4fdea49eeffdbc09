import { render, useApp, useInput, usePaste, useWindowSize } from 'ink'
import { createElement, useEffect } from 'react'
import { keyEventOf } from './key-names.js'
import type { Store } from './store.js'

/** Gives the terminal to another program until it ends. */
export type Suspend = (run: () => Promise<void>) => Promise<void>

interface ScreenProps {
  readonly store: Store
  readonly onSuspendable: (suspend: Suspend) => void
  /** Ctrl-C works whatever the state says. */
  readonly quit: () => void
}

/** A terminal that is the dashboard's. */
export interface OpenScreen {
  /** Resolves when it has ended by itself: the process was told to. Rejects where it cannot go on. */
  readonly ended: Promise<unknown>
  /** Gives the terminal back as it was. */
  readonly close: () => Promise<void>
}

/** Takes the terminal: its other screen, its keys and its size. What is on the screen is painted by the painter. */
export function openScreen({
  stdin,
  stdout,
  ...props
}: ScreenProps & { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream }): OpenScreen {
  const screen = render(createElement(Screen, props), {
    stdin,
    stdout,
    alternateScreen: true,
    exitOnCtrlC: false,
    patchConsole: false,
    // Whoever calls has seen that these are terminals; Ink would doubt it where CI is set.
    interactive: true,
    isScreenReaderEnabled: false,
  })
  const ended = screen.waitUntilExit()
  return {
    ended,
    close: async () => {
      screen.unmount()
      await ended.catch(() => undefined)
    },
  }
}

function Screen({ store, onSuspendable, quit }: ScreenProps) {
  const size = useWindowSize()
  const { suspendTerminal } = useApp()
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
  return null
}
