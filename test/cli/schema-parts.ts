import { z } from 'zod'

export const instant = z.iso.datetime()
export const count = z.int().min(0)
export const ms = z.number().min(0)
export const text = z.string().min(1)

const STATES = [
  'scheduled',
  'queued',
  'active',
  'retrying',
  'blocked',
  'succeeded',
  'failed',
  'dead',
  'revoked',
] as const
export const state = z.enum([...STATES, 'expired', 'unknown'])

export const failure = z.strictObject({
  name: text,
  message: z.string(),
  stack: z.string().optional(),
  code: z.string().optional(),
  get cause() {
    return failure.optional()
  },
  from: z.strictObject({ workflow: text, id: text, task: text }).optional(),
})
