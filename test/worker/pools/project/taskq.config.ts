import { defineConfig } from 'taskq/config'

// From the folder of the nearest package.json, which is the root of this repository.
export default defineConfig({ tasks: ['test/worker/pools/project/tasks.ts'] })
