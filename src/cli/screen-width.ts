/** How wide a line of standard output may be: in a terminal as it is; undefined in a pipe, where all is written. */
export function screenWidth({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout) {
  return isTTY && columns > 0 ? columns : undefined
}
