import { drawLine, treeLines } from '../../canvas/draw-tree.js'
import { safeText } from '../../codec/safe-text.js'
import type { WorkflowTree } from '../../task/workflow-result.js'

/** A line of a tree shows so much of a name or an error. */
const LONGEST = 300

/** A workflow's tree for a terminal. */
export const presentTree = (tree: WorkflowTree): readonly string[] =>
  treeLines(tree).map((line) => safeText(drawLine(line), line.stem.length + LONGEST))
