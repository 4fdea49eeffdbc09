import { defineConfig } from 'taskq/config'

export default defineConfig({
  // Not set: the development broker that taskq starts for this folder by itself.
  broker: process.env.REDIS_URL,
  prefix: 'shop-demo',
  // From the folder of the nearest package.json, which is the root of this repository.
  tasks: ['examples/shop/tasks/**/*.ts'],
  routes: [
    ['mail.*', { queue: 'emails' }],
    ['image.*', { queue: 'images' }],
    ['payment.*', { queue: 'payments' }],
  ],
  worker: { concurrency: 12 },
  schedule: {
    customers: { task: 'shop.Traffic', every: '1s', misfire: 'skip' },
    'nightly-report': { task: 'report.Daily', cron: '0 3 * * *', tz: 'Europe/Berlin' },
    'week-in-numbers': { task: 'report.Daily', cron: '0 8 * * mon', tz: 'Europe/Berlin' },
  },
})
