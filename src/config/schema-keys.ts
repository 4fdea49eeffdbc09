import { z } from 'zod'
import { CONFIG_SCHEMA } from './schema.js'

/** The keys that the object at a path may have; undefined where the schema has no object. */
export function knownKeysAt(path: readonly PropertyKey[]): string[] | undefined {
  let schema: unknown = CONFIG_SCHEMA
  for (const segment of path) schema = childOf(unwrap(schema), segment)
  const found = unwrap(schema)
  return found instanceof z.ZodObject ? Object.keys(found.shape) : undefined
}

/** The dotted name of every leaf: `worker.lock`, `queues.*.concurrency`, `broker.sentinels[].host`. */
export function leafKeys(schema: unknown = CONFIG_SCHEMA, path = ''): string[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, value]) => leafKeys(value, path === '' ? key : `${path}.${key}`))
  }
  if (inner instanceof z.ZodRecord) return leafKeys(inner.valueType, `${path}.*`)
  if (inner instanceof z.ZodArray && unwrap(inner.element) instanceof z.ZodObject)
    return leafKeys(inner.element, `${path}[]`)
  return [path]
}

function childOf(schema: unknown, segment: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(segment)]
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodArray) return schema.element
  if (schema instanceof z.ZodTuple) return schema.def.items[Number(segment)]
  return undefined
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap())
  if (schema instanceof z.ZodPipe) return unwrap(schema.def.out)
  return schema
}
