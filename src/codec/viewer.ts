import { isTaskqError } from '../errors/taskq-error.js'
import { type Codec, createCodec } from './codec.js'
import type { CodecOptions } from './codec-options.js'
import { readableForm } from './readable-form.js'
import { createRedactor, type Redactor } from './redaction.js'

/** How whoever shows jobs reads what is stored of them, and what is masked of it. */
export interface Viewer {
  readonly codec: Codec
  readonly redact: Redactor
}

/** Makes a viewer of an app's config. */
export const createViewer = (config: { readonly codec: CodecOptions; readonly redact: readonly string[] }): Viewer => ({
  codec: createCodec(config.codec),
  redact: createRedactor(config.redact),
})

/** What may be shown of a value: as JSON has it, secrets masked. */
export const shownBy = ({ redact }: Pick<Viewer, 'redact'>, value: unknown): unknown => redact(readableForm(value))

/** Reported progress, as it may be shown; why it cannot be, where it cannot. */
export function shownProgress(viewer: Viewer, jobId: string, stored: unknown): unknown {
  try {
    return shownBy(viewer, viewer.codec.decodeProgress(jobId, stored))
  } catch (error) {
    return unreadableText(error)
  }
}

/** What is shown in place of what cannot be read. */
export const unreadableText = (error: unknown): string => (isTaskqError(error) ? `[${error.message}]` : '[unreadable]')
