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

/**
 * As {@link runPipeline}, where the commands may fail apart: an error that the broker gave to one of them stands in
 * the place of its reply. Throws when the pipeline was cut off.
 */
export async function settlePipeline(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await pipeline.exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error && error.name !== 'ReplyError') throw error
    return error ?? reply
  })
}
