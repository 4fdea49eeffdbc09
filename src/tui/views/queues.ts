import type { QueueRow } from '../../control/dashboard.js'
import { lacksWorker } from '../../control/list-queues.js'
import { formatLimits } from '../../engine/limits/format-limits.js'
import { formatAge, formatCount, formatSpeed } from '../amounts.js'
import { sparkline } from '../sparkline.js'
import type { Cell, Column } from '../table.js'
import type { Theme } from '../theme.js'
import { type DrawContext, since, toneUnlessZero } from './draw-context.js'

/** The table of queues. */
export function queueColumns(context: DrawContext): readonly Column<QueueRow>[] {
  const { theme } = context
  return [
    { id: 'name', title: 'queue', width: 12, grow: 3, max: 40, rank: 0, cell: (row) => row.queue },
    count('queued', 'queued', 1, ({ queued }) => [formatCount(queued), toneUnlessZero(queued, 'queued')]),
    count('scheduled', 'sched', 4, ({ scheduled }) => [formatCount(scheduled), toneUnlessZero(scheduled, 'scheduled')]),
    count('active', 'active', 1, ({ active }) => [formatCount(active), toneUnlessZero(active, 'active')]),
    count('retrying', 'retry', 3, ({ retrying }) => [formatCount(retrying), toneUnlessZero(retrying, 'retrying')]),
    count('dead', 'dead', 2, ({ dead }) => [formatCount(dead), toneUnlessZero(dead, 'dead')]),
    count('succeeded', 'done', 8, ({ succeeded }) => [formatCount(succeeded), 'dim']),
    count('oldest', 'oldest', 3, ({ oldestQueuedAt }) => formatAge(since(oldestQueuedAt, context))),
    count('rate', 'out/s', 4, ({ outPerSecond }) => formatSpeed(outPerSecond)),
    { id: 'note', title: 'state', width: 11, grow: 1, max: 30, rank: 2, cell: (row) => noteOf(row, theme) },
    {
      id: 'ended',
      title: '2 min',
      width: 6,
      grow: 2,
      max: 24,
      rank: 6,
      cell: ({ ended }, width) => sparkline(ended, width, theme.glyphs),
    },
  ]
}

function count(id: string, title: string, rank: number, cell: (row: QueueRow) => Cell): Column<QueueRow> {
  return { id, title, width: Math.max(5, title.length), align: 'right', rank, cell }
}

/** What keeps its jobs from running, the worst first; else its limit. */
function noteOf(row: QueueRow, { glyphs }: Theme): Cell {
  if (row.paused) return [`${glyphs.paused} paused`, 'warn']
  if (lacksWorker(row)) return ['! no worker', 'bad']
  const limited = row.limits.filter(({ limitedForMs }) => limitedForMs > 0)
  const longest = Math.max(0, ...limited.map(({ limitedForMs }) => limitedForMs))
  const text = limitText(row, limited.length)
  return limited.length > 0 ? [`${text} ${glyphs.limited} ${formatAge(longest + 999)}`, 'warn'] : [text, 'dim']
}

/** A star marks a limit that was set while running. */
function limitText({ limits }: QueueRow, limited: number): string {
  const star = limits.some(({ overridden }) => overridden) ? '*' : ''
  const [only] = limits
  if (only === undefined) return ''
  if (limits.length === 1) return formatLimits(only) + star
  return limited > 0 ? `${limited} of ${limits.length}${star}` : `${limits.length} limits${star}`
}
