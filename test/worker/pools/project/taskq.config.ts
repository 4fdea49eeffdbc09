import type { Middleware } from 'taskq'
import { defineConfig } from 'taskq/config'

const signing: Middleware = {
  run: async ({ request }, next) => {
    const result = await next()
    return request.task === 'looksAround' ? { ...(result as object), signedIn: process.pid } : result
  },
}

// From the folder of the nearest package.json, which is the root of this repository.
export default defineConfig({ tasks: ['test/worker/pools/project/tasks.ts'], middleware: [signing] })
