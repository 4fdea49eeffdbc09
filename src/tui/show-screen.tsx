import { render } from 'ink'
import { Screen, type ScreenProps } from './screen.js'

/** A screen that is shown. */
export interface ShownScreen {
  /** Resolves when it has ended by itself: the process was told to. Rejects where it cannot go on. */
  readonly ended: Promise<unknown>
  /** Gives the terminal back as it was. */
  readonly close: () => Promise<void>
}

const MAX_FPS = 30

/** Shows the dashboard full screen, and leaves what was on the terminal as it was. */
export function showScreen({
  stdin,
  stdout,
  ...props
}: ScreenProps & { readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream }): ShownScreen {
  const screen = render(<Screen {...props} />, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: MAX_FPS,
    exitOnCtrlC: false,
    // Ink's own stand-in for the console needs one that Node made.
    patchConsole: false,
    // Whoever calls has seen that these are terminals; Ink would doubt it where CI is set.
    interactive: true,
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
