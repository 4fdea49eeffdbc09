import type { ChainableCommander } from 'ioredis'

/**
 * Sends a pipeline and returns its replies. Throws the first error among them: by itself a pipeline that was
 * cut off does not fail, and replies that are missing would be read as nothing.
 */
export async function runPipeline(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
