import { accessSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'

/** The folder of the nearest package.json, here or above; this folder where there is none. Symlinks are resolved. */
export function findProjectRoot(cwd: string): string {
  const start = realpathSync(resolve(cwd))
  return foldersUp(start).find((folder) => exists(join(folder, 'package.json'))) ?? start
}

/** A folder and all above it, nearest first; down from `top` where it is given. */
export function foldersUp(start: string, top?: string): string[] {
  const folders = [start]
  for (let folder = start; folder !== top && dirname(folder) !== folder; ) {
    folder = dirname(folder)
    folders.push(folder)
  }
  return folders
}

/** Whether a path lies in a folder. Compares names only: resolve symlinks first. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way)
}

/** Whether something is there that may be seen. */
export function exists(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}
