import { string } from '@oclif/core/flags'
import { AppCommand } from '../app-command.js'
import { jsonLine } from '../json-line.js'

const list = { multiple: true, multipleNonGreedy: true, delimiter: ',' } as const

/** `taskq events`: what happens, as it happens. */
export default class Events extends AppCommand {
  static override summary = 'Show what workers do while they do it, an event a line.'
  static override description =
    'From now on, until Ctrl-C. With --json each line is one JSON document. Where more happens than anybody could read, workers leave events out and say how many.'
  static override enableJsonFlag = true
  static override examples = [
    { description: 'Everything', command: '<%= config.bin %> events' },
    {
      description: 'Failures of one kind of task',
      command: `<%= config.bin %> events --task 'emails.*' --name job.dead-lettered`,
    },
    { description: 'For a program', command: '<%= config.bin %> events --json | jq .task' },
  ]

  static override flags = {
    task: string({ char: 't', description: 'only of these tasks; * stands for anything', ...list }),
    queue: string({ char: 'Q', description: 'only of these queues', ...list }),
    name: string({ description: 'only these events, such as job.succeeded', ...list }),
  }

  /** One line also for an error: who reads lines gets nothing else. */
  override logJson(json: unknown): void {
    process.stdout.write(jsonLine(json))
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Events)
    const [{ createEventFilter }, { tailEvents }] = await Promise.all([
      import('../event-filter.js'),
      import('../tail-events.js'),
    ])
    const isWanted = createEventFilter(flags)
    await tailEvents(await this.openApp(flags), isWanted, this.jsonEnabled())
  }
}
