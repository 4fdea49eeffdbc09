/**
 * What all scripts know of workflows. A job's end and what its workflow makes of it are one step of the broker: whoever
 * embeds this calls, with the app's root (`{taskq}`) and a job's id, which may be of any job:
 *
 * - `settleNode(root, id, how, payload, most)`: the job has ended. `how`: `d` with its result as StoredValue in JSON, or
 *   `f` with its JobFailure in JSON. `most`: how many nodes the caller can make jobs of, now. Returns what `parseMove`
 *   reads, or false where nobody has anything to do.
 * - `reviveNode(root, id, lane)`: a job that failed runs again.
 *
 * Both do nothing for a job that is no part, or whose workflow is gone, and never raise an error.
 */
export const LEDGER = `
local function settleNode(root, id, how, payload, most) return false end
local function reviveNode(root, id, lane) end
`

/** Nodes that one script hands to whoever told it of an end. */
export const MOST_HANDED = 50
