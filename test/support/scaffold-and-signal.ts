import { planProject } from '../../src/scaffold/plan-project.js'
import { writeProject } from '../../src/scaffold/write-project.js'

// Writes a project, and sends itself a signal when the last file is read to be written.
const [cwd = '', dir = '', signal = ''] = process.argv.slice(2)
const plan = await planProject({
  dir,
  cwd,
  template: 'basic',
  taskq: '^0.1.0',
  packageManager: 'npm',
  pinNode: false,
  force: false,
})
const files = plan.files.map((file, index) =>
  index < plan.files.length - 1
    ? file
    : {
        path: file.path,
        get contents() {
          process.kill(process.pid, signal)
          return file.contents
        },
      },
)
// Enough files after it that the signal is handled while writing goes on.
const more = Array.from({ length: 50 }, (_, index) => ({ path: `more/${index}.txt`, contents: '' }))
await writeProject({ ...plan, files: [...files, ...more] })
process.stderr.write('the project was written: no signal came\n')
