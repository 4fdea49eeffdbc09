import { defineConfig } from 'taskq/config'

export default defineConfig({
  // Not set: a development broker that taskq starts for this folder by itself.
  broker: process.env.REDIS_URL,
  tasks: ['src/tasks/**/*.ts'],
})
