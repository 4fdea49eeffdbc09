import { defineConfig } from 'taskq/config'

export default defineConfig({
  // Not set: the development broker that taskq starts for this folder by itself.
  broker: process.env.REDIS_URL,
  prefix: 'newsletter-demo',
  // From the folder of the nearest package.json, which is the root of this repository.
  tasks: ['examples/newsletter/tasks/**/*.ts'],
  queues: { newsletters: { concurrency: 1 } },
  worker: { concurrency: 10 },
  results: { ttl: '10m' },
})
