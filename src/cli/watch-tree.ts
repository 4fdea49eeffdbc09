import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join, relative } from 'node:path'

/** What makes a worker's code: what tasks write beside it must not restart them. */
const SOURCE = /\.[cm]?[jt]sx?$|^(?:package|tsconfig.*|\.taskqrc)\.json$|^\.taskqrc$|^\.env/
const DEBOUNCE_MS = 150

/** What to watch. */
export interface WatchOptions {
  /** Names of folders that are passed over, wherever they stand. */
  readonly ignore: ReadonlySet<string>
  /** Called with the changed file, from the root, when nothing has changed for 150 ms. */
  readonly onChange: (file: string) => void
  /** Called for a folder that cannot be watched. */
  readonly onUnwatched?: (folder: string, error: Error) => void
}

/**
 * Watches the sources in a folder and below it, one watcher a folder: Node's own recursive watching walks
 * into node_modules on Linux.
 *
 * @returns ends the watching
 */
export function watchTree(root: string, options: WatchOptions): () => void {
  const tree = new WatchedTree(root, options)
  tree.add(root, false)
  return () => tree.close()
}

class WatchedTree {
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly root: string,
    private readonly options: WatchOptions,
  ) {}

  /** Watches a folder and those in it. What is in a new folder has changed. */
  add(folder: string, isNew: boolean): void {
    const entries = this.#watchers.has(folder) ? undefined : entriesOf(folder)
    if (entries === undefined) return
    this.#watch(folder)
    for (const { name, isFolder } of entries) {
      if (isFolder) this.#enter(folder, name, isNew)
      else if (isNew && SOURCE.test(name)) this.#changed(join(folder, name))
    }
  }

  /** A folder that went meanwhile, or that the system will not watch, is passed over: the others are still seen. */
  #watch(folder: string): void {
    try {
      const watcher = watch(folder, (event, name) => this.#noticed(folder, event, name))
      this.#watchers.set(
        folder,
        watcher.on('error', () => this.#drop(folder)),
      )
    } catch (error) {
      this.options.onUnwatched?.(relative(this.root, folder) || '.', error as Error)
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const folder of this.#watchers.keys()) this.#drop(folder)
  }

  #noticed(folder: string, event: string, name: string | null): void {
    if (name === null) return
    if (SOURCE.test(name)) this.#changed(join(folder, name))
    else if (event === 'rename') this.#renamed(folder, name)
  }

  /** A folder came, or went. */
  #renamed(folder: string, name: string): void {
    const path = join(folder, name)
    if (entriesOf(path) === undefined) this.#drop(path)
    else this.#enter(folder, name, true)
  }

  #enter(folder: string, name: string, isNew: boolean): void {
    if (!this.options.ignore.has(name)) this.add(join(folder, name), isNew)
  }

  #changed(path: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.options.onChange(relative(this.root, path)), DEBOUNCE_MS)
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }
}

/** Undefined for what is no folder, or is gone already. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
    }))
  } catch {
    return undefined
  }
}
