import { STRICT_JSON } from '../../src/codec/codec-options.js'
import { createViewer, type Viewer } from '../../src/codec/viewer.js'

/** Reads strict JSON, and masks these fields beside those that always are. */
export const plainViewer = (redact: readonly string[] = []): Viewer => createViewer({ codec: STRICT_JSON, redact })
