/**
 * Makes text from outside safe for a terminal and for a log line: control characters, escape sequences,
 * bidirectional overrides and zero-width characters become visible escapes, line breaks become `⏎`.
 *
 * Node's `stripVTControlCharacters` is not enough: it leaves the bodies of DCS strings, C1 codes, BEL
 * and CR.
 *
 * @param maxLength longer text is cut, with an ellipsis. Default: no limit.
 */
export function safeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  return cutText(text, maxLength)
    .replace(/\r\n|\n|\r/g, '⏎')
    .replace(UNSAFE, escaped)
}

/** As {@link safeText}, but keeps line breaks and tabs: for stacks and other text of many lines. */
export function safeLines(text: string, maxLength?: number): string {
  return cutText(text, maxLength)
    .split('\n')
    .map((line) =>
      line
        .split('\t')
        .map((part) => safeText(part))
        .join('  '),
    )
    .join('\n')
}

/** Cuts text that is longer than that, with an ellipsis: what is cut away costs nothing. */
export const cutText = (text: string, maxLength = Number.POSITIVE_INFINITY): string =>
  text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text

/** Control characters; format characters, which hide or turn text around; line and paragraph separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

function escaped(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16)
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`
}
