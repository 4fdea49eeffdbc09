/**
 * The names of things in Redis. All keys of an app begin with its prefix in braces: one hash slot, so
 * that scripts that touch many keys work on a Cluster. `:` parts BullMQ's keys, `~` taskq's own, so
 * the two never meet.
 */
export interface Keys {
  /** BullMQ's prefix: `{taskq}`. */
  readonly prefix: string
  /** The set of all lanes that ever had a job. */
  readonly lanes: string
  /** The hash of tasks that workers know: name → where its jobs go. */
  readonly tasks: string
  /** The sorted set of workers, by the time of their last heartbeat. */
  readonly workers: string
  worker(id: string): string
  /** The hash of limits that were set while running: task → JSON. */
  readonly limits: string
  /** A lane's failed jobs that wait for their next run: a sorted set by the time they are due. */
  retrying(lane: string): string
  /** A lane's results that have a time of their own: a sorted set by when that is over. */
  kept(lane: string): string
  /** Stands while a lane's lost jobs are looked for again and again: see locks/careful-check.ts. */
  checked(lane: string): string
  /** The sorted set of what was revoked lately, by when. */
  readonly revokes: string
  /** The hash of what came of it: job id, or a name for many at once → JSON. */
  readonly revokeFacts: string
  /** Ids that were revoked before there was a job of them: a sorted set by until when that holds. */
  readonly revokedAhead: string
  /**
   * What a lane with limits divided by keys has beside the engine's own: `waiting`, `ring`, `held`… With `''`, what all
   * of their names begin with.
   */
  keyed(lane: string, part: string): string
  /** What tasks did in one minute, counted since 1970. */
  stats(minute: number): string
  /** What queues did in one stretch of 5 s, counted since 1970. */
  pulse(stretch: number): string
  /** The set of the names of all schedule entries. */
  readonly schedules: string
  /** A number that grows with every edit of an entry, so that beats notice. */
  readonly scheduleEdits: string
  /** A schedule entry's hash: what it is, and how far it has come. */
  schedule(name: string): string
  /** Which beat leads; gone when that one is. */
  readonly beat: string
  /** Which process looks for what somebody must be told of; gone when that one is. */
  readonly alerts: string
  /** What was told already. */
  readonly alertState: string
  /** A stream by which a process wakes its own reader of event streams. */
  nudges(id: string): string
  /** The channel on which workers are told what to do. */
  readonly control: string
  /** A stream of workers' answers to one command. */
  replies(commandId: string): string
  /** The channel on which workers tell what happens, while somebody watches. */
  readonly events: string
  /** Is there while somebody watches. */
  readonly watched: string
  /** Written where replicas must have all that was written before it. */
  readonly replicated: string
  /** Made once, with the app's first process: gone or another means that the broker lost its data. */
  readonly birth: string
  /** A large result. */
  result(jobId: string): string
  /** Which job stands for calls of one kind that have the same key: see same-jobs/. */
  claim(kind: string, key: string): string
  /** The sorted set of claims that hold as long as their jobs live, by the time when each is next looked at. */
  readonly claims: string
  /** The jobs that a job's runs enqueued: a sorted set by when. */
  children(jobId: string): string
  /** A workflow's record; its values and the nodes that are to be made jobs, each in a key of its own. */
  workflow(id: string, part?: 'values' | 'ready' | `draft:${string}`): string
  /** Workflows with work that goes on: a sorted set by when a sweep is to look at each. */
  readonly workflows: string
  /** All workflows that are known: a sorted set by when they were made. */
  readonly workflowList: string
  /** A job's hash. */
  job(lane: string, jobId: string): string
  /** One of a lane's own keys: `completed`, `delayed`, `events`… */
  lane(lane: string, part: string): string
}

/** Builds an app's key names from its configured prefix. */
export function keysOf(prefix: string): Keys {
  const root = `{${prefix}}`
  return Object.freeze({
    prefix: root,
    lanes: `${root}~lanes`,
    tasks: `${root}~tasks`,
    workers: `${root}~workers`,
    schedules: `${root}~schedules`,
    scheduleEdits: `${root}~schedule-edits`,
    schedule: (name: string) => `${root}~schedule:${name}`,
    beat: `${root}~beat`,
    alerts: `${root}~alerts`,
    alertState: `${root}~alert-state`,
    replicated: `${root}~replicated`,
    birth: `${root}~birth`,
    limits: `${root}~limits`,
    revokes: `${root}~revokes`,
    revokeFacts: `${root}~revoke-facts`,
    revokedAhead: `${root}~revoked-ahead`,
    control: `${root}~control`,
    events: `${root}~events`,
    watched: `${root}~watched`,
    replies: (commandId: string) => `${root}~replies:${commandId}`,
    retrying: (lane: string) => `${root}~retrying:${lane}`,
    kept: (lane: string) => `${root}~kept:${lane}`,
    checked: (lane: string) => `${root}~checked:${lane}`,
    keyed: (lane: string, part: string) => `${root}~keyed:${lane}:${part}`,
    stats: (minute: number) => `${root}~stats:${minute}`,
    pulse: (stretch: number) => `${root}~pulse:${stretch}`,
    worker: (id: string) => `${root}~worker:${id}`,
    nudges: (id: string) => `${root}~nudges:${id}`,
    claim: (kind: string, key: string) => `${root}~same:${kind}:${key}`,
    claims: `${root}~claims`,
    result: (jobId: string) => `${root}~result:${jobId}`,
    children: (jobId: string) => `${root}~children:${jobId}`,
    workflow: (id: string, part?: string) => `${root}~workflow:${id}${part === undefined ? '' : `:${part}`}`,
    workflows: `${root}~workflows`,
    workflowList: `${root}~workflow-list`,
    job: (lane: string, jobId: string) => `${root}:${lane}:${jobId}`,
    lane: (lane: string, part: string) => `${root}:${lane}:${part}`,
  })
}
