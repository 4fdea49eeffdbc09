import type { TreeLine } from '../../canvas/draw-tree.js'

/** How a workflow stands. */
export type WorkflowState = 'running' | 'succeeded' | 'failed' | 'revoked'

/** A workflow in a list. */
export interface WorkflowRow {
  readonly id: string
  readonly name: string
  readonly state: WorkflowState
  /** Its jobs, callbacks not counted: those that succeeded, those that failed, all. */
  readonly done: number
  readonly failed: number
  readonly total: number
  readonly createdAt: number
  readonly finishedAt?: number
  /** The job that made it fail, and why, at most 300 characters; or why it was revoked. */
  readonly cause?: { readonly id: string; readonly task: string; readonly error: string }
  readonly reason?: string
}

/** The workflows that were made last, newest first. */
export interface WorkflowPage {
  readonly rows: readonly WorkflowRow[]
  /** How many there are. */
  readonly total: number
}

/** All of one workflow. */
export interface WorkflowDetail extends WorkflowRow {
  /** The job whose run made it, where one did. */
  readonly parent?: string
  /** Its parts as they are drawn; of large groups the first. */
  readonly lines: readonly TreeLine[]
}

/**
 * - `retry`: its failed jobs run again, and it goes on from there
 * - `revoke`: what has not run does not run, and what runs is told to end
 */
export type WorkflowVerb = 'retry' | 'revoke'
