/** What `@Cron` or `@Every` was put on a class with, as it was written. */
export interface Declaration {
  readonly decorator: '@Cron' | '@Every'
  readonly target: object
  readonly times: { readonly cron: unknown } | { readonly every: unknown }
  readonly rules: unknown
  /**
   * `file:line` of the decorator, where that could be told; as the compiler left it. Babel, by which TypeScript is loaded
   * where nothing is compiled, moves the calls of decorators to the line of their class. To know better would take
   * source maps for all code of the process.
   */
  readonly source: string | undefined
}

/**
 * All declarations of this process.
 *
 * They hang on `globalThis`, not on the module: a loader may bring a second copy of this package into the process, and
 * both must see the same declarations.
 */
const DECLARATIONS = Symbol.for('taskq.schedules')

function declarations(): Declaration[] {
  const home = globalThis as { [DECLARATIONS]?: Declaration[] }
  home[DECLARATIONS] ??= []
  return home[DECLARATIONS]
}

/** Notes a declaration, and checks nothing: the class's `@Task` may come after it. */
export function noteDeclaration(declaration: Declaration): void {
  declarations().push(declaration)
}

/** All declarations of this process, in the order they were made. */
export const listDeclarations = (): readonly Declaration[] => declarations()

/** Forgets all declarations. For tests that declare schedules of their own. */
export function forgetDeclarations(): void {
  declarations().length = 0
}
