/**
 * The line of a configuration file on which a key stands, `worker.concurrency`, as far as its text tells: each part is
 * looked for after the one before it. What is put together by code may stand elsewhere; then it is the line of the part
 * that was found last, or none.
 */
export function keyLine(text: string, key: string): number | undefined {
  let at: number | undefined
  for (const part of key.split(/[.[\]]+/)) {
    const pattern = new RegExp(`(?<![\\w$.])['"]?${part.replace(/[^\w-]/g, '.')}['"]?\\s*[:,}(]`, 'g')
    pattern.lastIndex = at ?? 0
    const found = part === '' ? null : pattern.exec(text)
    if (found === null) break
    at = found.index + 1
  }
  return at === undefined ? undefined : text.slice(0, at).split('\n').length
}
