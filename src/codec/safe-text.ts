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
  const cut = text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text
  return cut
    .replace(/\r\n|\n|\r/g, '⏎')
    .replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** As {@link safeText}, but keeps line breaks and tabs: for stacks and other text of many lines. */
export function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .split('\t')
        .map((part) => safeText(part))
        .join('  '),
    )
    .join('\n')
}

const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g
