/**
 * Loaded before the programs whose memory is judged, with --expose-gc: what is garbage is given back often, so that
 * what they hold is what they keep. By itself V8 lets garbage lie as long as there is room, for many minutes.
 */
const EVERY_MS = 5000

setInterval(() => globalThis.gc(), EVERY_MS).unref()
