import { readFileSync, renameSync } from 'node:fs'
import v8 from 'node:v8'
import { writePrivately } from './private-file.js'

/** One key with its value, as the JavaScript engine gives and takes it. */
export interface SnapshotEntry<V = unknown> {
  readonly key: Uint8Array
  readonly value: V
  /** Milliseconds since 1970; left out where the key does not expire. */
  readonly expiresAt?: number | undefined
}

/** The data that is saved. */
export interface SnapshotSource {
  entriesSnapshot(): readonly SnapshotEntry[]
}

/** Saves now and then what changed since the last time. */
export interface SnapshotSaver {
  /** To be called at each change. */
  changed(): void
  /** Saves at once, if something changed. Blocks until the file is written. */
  save(): void
  /** Ends the saving, without a last save. */
  stop(): void
}

interface SnapshotFile {
  readonly format: 1
  readonly entries: readonly SnapshotEntry[]
}

const FORMAT = 1
// A save blocks the engine: at most a twentieth of its time goes there, however much there is to save.
const REST_FACTOR = 20

/**
 * Reads a snapshot. One that cannot be read is moved aside and never deleted.
 *
 * @param load takes one entry; throws when it is not one
 * @param log gets one line when the file was moved aside
 * @returns whether the entries were loaded
 */
export function loadSnapshot(
  file: string,
  load: (entries: readonly SnapshotEntry[]) => void,
  log: (line: string) => void,
): boolean {
  const bytes = readIfThere(file)
  if (bytes === undefined) return false
  try {
    load(entriesOf(v8.deserialize(bytes)))
    return true
  } catch (error) {
    const aside = file.replace(/(\.[^.]*)?$/, (suffix) => `${suffix}.corrupt-${Date.now()}`)
    renameSync(file, aside)
    log(`The saved jobs in ${file} cannot be read (${String(error)}). The file is now ${aside}; starting empty.`)
    return false
  }
}

/**
 * Saves `source` to `file` at most every `everyMs`, and less often where a save takes long.
 *
 * @param log gets one line when a save fails; the next change tries again
 */
export function startSaver(
  file: string,
  source: SnapshotSource,
  everyMs: number,
  log: (line: string) => void,
): SnapshotSaver {
  let dirty = false
  let timer: NodeJS.Timeout | undefined
  let restMs = everyMs
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (!dirty) return
    const began = performance.now()
    const content: SnapshotFile = { format: FORMAT, entries: source.entriesSnapshot() }
    // Taking the snapshot drops what has expired, which counts as a change.
    clearTimeout(timer)
    timer = undefined
    dirty = false
    writePrivately(file, v8.serialize(content))
    restMs = Math.max(everyMs, (performance.now() - began) * REST_FACTOR)
  }
  const trySave = () => {
    try {
      save()
    } catch (error) {
      log(`The jobs were not saved to ${file}: ${String(error)}`)
      changed()
    }
  }
  const changed = () => {
    dirty = true
    timer ??= setTimeout(trySave, restMs).unref()
  }
  return { changed, save, stop: () => clearTimeout(timer) }
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function entriesOf(value: unknown): readonly SnapshotEntry[] {
  const { format, entries } = value as Partial<SnapshotFile>
  if (format !== FORMAT || !Array.isArray(entries)) throw new Error(`expected format ${FORMAT}, got ${String(format)}`)
  return entries
}
