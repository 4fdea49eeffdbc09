// BullMQ's files that are imported by themselves: all of it, with its backends for other databases and the parsers of
// its schedules, is 4 MB more for each process. See docs/decisions/bullmq-modules.md.
declare module 'bullmq/dist/cjs/utils/create-backend.js' {
  export { createRedisBackend } from 'bullmq'
}

declare module 'bullmq/dist/cjs/classes/queue-keys.js' {
  export { QueueKeys } from 'bullmq'
}
