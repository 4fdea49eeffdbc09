/**
 * Tells whether a process has this number. False is certain; true is not: the process may be a zombie, or
 * another one with the number of a dead one. So it never proves that a broker lives.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
