export { type RunTaskOptions, runTask, type TaskRun } from './run-task.js'
