import type { JobIdentity } from '../codec/codec.js'
import { shownBy, type Viewer } from '../codec/viewer.js'
import type { ArgsText } from '../engine/jobs/job-match.js'

const MAX_ARGS = 200
const MAX_ERROR = 300

/** A value as JSON with secrets masked. */
export function redactedJson(value: unknown, viewer: Viewer): string {
  try {
    return JSON.stringify(shownBy(viewer, value)) ?? 'undefined'
  } catch {
    return '[nested too deep to be shown]'
  }
}

/** The arguments in a job's envelope as JSON, secrets masked; where there are none to be read, why. */
export function redactedArgs(job: JobIdentity, data: string, viewer: Viewer): string {
  const decoded = viewer.codec.decodeEnvelope(job, data)
  switch (decoded.kind) {
    case 'envelope':
      return redactedJson(decoded.envelope.args, viewer)
    case 'later-version':
      return '[of a later taskq]'
    case 'missing-key':
      return `[not shown: the key ${decoded.keyId.slice(0, 64)} is not in this config]`
    case 'refused':
      return `[refused: ${decoded.error.message}]`
    case 'malformed':
      // What is no envelope has no fields to go by, and may be anything.
      return `[unreadable: ${sizeOf(Buffer.byteLength(data))}]`
  }
}

/** What a list shows of arguments. It is also what is searched. */
export const listedArgs =
  (viewer: Viewer): ArgsText =>
  (job) =>
    job.data === undefined ? `[too large for a list: ${sizeOf(job.dataBytes)}]` : redactedArgs(job, job.data, viewer)

/** Cuts arguments for a list. */
export const cutArgs = (text: string): string => cut(text, MAX_ARGS)

/** An error's name and message for a list. */
export const errorLine = ({ name, message }: { readonly name: string; readonly message: string }): string =>
  cut(`${name}: ${message}`, MAX_ERROR)

/** The engine stores 0 where nothing was reported. */
export const isReported = (progress: unknown): boolean => progress !== undefined && progress !== 0

const cut = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max - 1)}…` : text)

function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`
}
