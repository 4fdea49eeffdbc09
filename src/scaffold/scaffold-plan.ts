import type { ProjectFile } from './template.js'

/** What will be written where; nothing has been yet. */
export interface ScaffoldPlan {
  /** `new`: the folder does not exist. `folder`: it does. `package`: it holds a package that is added to. */
  readonly kind: 'new' | 'folder' | 'package'
  readonly name: string
  /** The project's folder, absolute. */
  readonly root: string
  /** The deepest folder on the way to `root` that exists. */
  readonly base: string
  /** New files, sorted by path. None of them exists. */
  readonly files: readonly ProjectFile[]
  /** A package.json that gets additions. */
  readonly packageJson?: { readonly before: string; readonly after: string }
  /** What was there already and stays: files, and keys of package.json. */
  readonly kept: readonly string[]
  /** What the user has to do by hand. */
  readonly notes: readonly string[]
}
