import { nearest } from '../errors/nearest.js'
import { type Problem, show } from '../errors/problems.js'

/** What is wrong with an entry whose task nobody knows. `known`: the tasks' names. */
export function unknownTaskProblem(key: string, task: string, known: Iterable<string>): Problem {
  const meant = nearest(task, known)
  return {
    key,
    expected: 'a task of this project or of a worker',
    got: show(task),
    ...(meant !== undefined && { nearest: meant }),
  }
}
