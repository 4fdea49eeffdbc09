/** A child cannot do its work, and no job is to blame. */
export class ChildUnable extends Error {
  override readonly name = 'ChildUnable'
}
