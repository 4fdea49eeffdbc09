// Enqueues jobs as a program of its own: `node enqueue.mjs '[{ "task": …, "args": […], "options": {…} }]'`. It prints a
// line of JSON for each, with the real times before and after, whatever this process takes for the time.
import { close, sendTask } from '../../../dist/index.js'

const now = () => performance.timeOrigin + performance.now()

await Promise.all(
  JSON.parse(process.argv[2]).map(async ({ task, args = [], options = {}, ...more }) => {
    const askedAt = now()
    const { id } = await sendTask(task, args, options)
    console.log(JSON.stringify({ id, task, askedAt, ackedAt: now(), ...more }))
  }),
)
await close()
