import type { PoolKind } from '../../task/options/time-options.js'
import type { Quarantine } from '../quarantine/quarantine.js'
import type { ChildPool } from './child-pool.js'
import type { PoolOptions } from './pool-options.js'
import type { LentChild, RunPools } from './run-pools.js'

type ChildKind = Exclude<PoolKind, 'async'>

/** A worker's pools. Nothing of them is loaded before a task needs it. */
export class Pools implements RunPools {
  readonly #pools = new Map<ChildKind, Promise<ChildPool>>()
  #quarantine: Promise<Quarantine> | undefined

  constructor(
    private readonly options: PoolOptions,
    private readonly slots: () => number,
  ) {}

  kindOf(pool: PoolKind | undefined): PoolKind {
    return pool ?? this.options.pool
  }

  async lend(kind: ChildKind): Promise<LentChild> {
    const pool = await this.#poolOf(kind)
    const child = await pool.take()
    return { child, leave: () => pool.release(child) }
  }

  /** Where jobs run that a worker died with. */
  quarantine(): Promise<Quarantine> {
    this.#quarantine ??= import('../quarantine/quarantine.js').then(
      ({ Quarantine }) => new Quarantine(this.options, this.slots),
    )
    return this.#quarantine
  }

  /** Ends children without work that are more than there are slots. */
  fit(): void {
    for (const pool of this.#pools.values()) void pool.then((open) => open.fit()).catch(() => {})
  }

  /** Ends all children. */
  async close(): Promise<void> {
    const all = [...this.#pools.values(), ...(this.#quarantine === undefined ? [] : [this.#quarantine])]
    await Promise.all(all.map(async (pool) => (await pool).close()))
  }

  #poolOf(kind: ChildKind): Promise<ChildPool> {
    const known = this.#pools.get(kind)
    if (known !== undefined) return known
    const pool = this.#open(kind)
    this.#pools.set(kind, pool)
    pool.catch(() => this.#pools.delete(kind))
    return pool
  }

  async #open(kind: ChildKind): Promise<ChildPool> {
    const { children, maxTasksPerChild, maxMemoryPerChild } = this.options
    if (children === undefined) throw new Error('this worker was not made of a configuration file')
    const [{ ChildPool }, start] = await Promise.all([import('./child-pool.js'), starterOf(kind)])
    const { entry, sources, env } = children
    const beginning = { sources, tellsMemory: Number.isFinite(maxMemoryPerChild) }
    const startIn: typeof start = (at, listener) => start(at, listener, env)
    return new ChildPool({ start: startIn, entry, beginning, maxTasksPerChild, maxMemoryPerChild, slots: this.slots })
  }
}

const starterOf = async (kind: ChildKind) =>
  kind === 'process'
    ? (await import('./process-child.js')).startProcess
    : (await import('./thread-child.js')).startThread
