/**
 * The line on which a text stops being JSON. The parser itself often tells none, so lines are given to it
 * one more at a time until it complains of something else than that the text ends.
 */
export function jsonErrorLine(text: string): number {
  const lines = text.split('\n')
  for (let count = 1; count < lines.length; count++) {
    if (isWrong(lines.slice(0, count).join('\n'))) return count
  }
  return lines.length
}

function isWrong(start: string): boolean {
  try {
    JSON.parse(start)
    return false
  } catch (error) {
    const { message } = error as Error
    // A text of JSON may not go on in the next line.
    if (message.startsWith('Unterminated')) return true
    const position = /at position (\d+)/.exec(message)?.[1]
    if (position !== undefined) return Number(position) < start.trimEnd().length
    return !message.startsWith('Unexpected end')
  }
}
