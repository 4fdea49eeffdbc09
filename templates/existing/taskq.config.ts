import { defineConfig } from 'taskq/config'

export default defineConfig({
  // Not set: a development broker that taskq starts for this folder by itself.
  broker: process.env.REDIS_URL,
  tasks: ['src/tasks/**/*.ts'],
  // A task that runs by itself. taskq dev enqueues it when it is due; in production, taskq beat does.
  // schedule: {
  //   'monday-welcome': { task: 'SendWelcomeEmail', args: ['u_42'], cron: '0 8 * * mon', tz: 'Europe/Berlin' },
  // },
})
