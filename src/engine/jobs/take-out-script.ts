import { ROWS } from '../limits/row-script.js'

/**
 * The part of scripts that takes a job out of wherever it waits: for a worker, for its time, or for other jobs. It tells
 * from which state, or nothing where the job does not wait.
 *
 * `places` are the lane's keys `delayed`, `retrying`, `prioritized`, `rows`, `meta` and `wait`. The list is the only
 * place that is looked through: from its newest job on where `side` is 1, from its oldest where it is -1.
 */
export const TAKE_OUT = `
${ROWS}
local function takeOut(places, job, id, side)
  local call = redis.call
  if call('ZREM', places.delayed, id) == 1 then
    call('ZREM', places.retrying, id)
    return 'delayed'
  end
  if call('ZREM', places.prioritized, id) == 1 then return 'prioritized' end
  if leaveRow(places.rows, places.meta, job, id) then return 'waiting' end
  if call('ZREM', string.sub(places.wait, 1, -5) .. 'waiting-children', id) == 1 then return 'waiting-children' end
  if call('LREM', places.wait, side, id) == 1 then return 'waiting' end
end
`
