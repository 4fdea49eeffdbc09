import { defineConfig } from 'taskq/config'

// The repository's own: the tasks of its examples, on the embedded broker.
export default defineConfig({ tasks: ['examples/*/tasks/**/*.ts'] })
