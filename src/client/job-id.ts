import { customAlphabet } from 'nanoid'

/** Letters and digits only: a double click selects an id, and no shell minds it. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 12 of 62: 71 bits, so two ids of the same millisecond meet once in 10²¹. */
const randomPart = customAlphabet(ALPHABET, 12)

/**
 * A new job's id: the time in milliseconds in base 36, which sorts, and chance. It is made by the caller, so
 * that sending a job twice does not make two. It is short, since the broker keeps it in half a dozen places
 * for every job.
 */
export const newJobId = (): string => Date.now().toString(36) + randomPart()
