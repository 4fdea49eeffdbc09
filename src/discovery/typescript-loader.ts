import { join } from 'node:path'
import type { Jiti } from 'jiti'
import { exists, foldersUp } from './project-root.js'

const loaders = new Map<string, Promise<Jiti>>()

/**
 * The loader for a project's TypeScript: legacy decorators, `paths` of its tsconfig.json, imports without
 * extension, ESM and CommonJS alike. One per project, so that a module two tasks import is loaded once.
 */
export function typescriptLoader(root: string): Promise<Jiti> {
  const known = loaders.get(root)
  if (known !== undefined) return known
  const loader = import('jiti').then(({ createJiti }) =>
    createJiti(join(root, 'taskq.config.ts'), {
      tsconfigPaths: true,
      jsx: true,
      fsCache: cacheFolder(root) ?? false,
      // A `require` in TypeScript would get a second, transformed copy.
      nativeModules: ['taskq'],
    }),
  )
  loaders.set(root, loader)
  // A broken tsconfig.json may be mended while the process lives.
  loader.catch(() => loaders.delete(root))
  return loader
}

// Never the machine's temp folder: whoever may write there could put code in front of the project's own.
function cacheFolder(root: string): string | undefined {
  const modules = foldersUp(root).map((folder) => join(folder, 'node_modules'))
  const nearest = modules.find(exists)
  return nearest === undefined ? undefined : join(nearest, '.cache', 'taskq')
}
