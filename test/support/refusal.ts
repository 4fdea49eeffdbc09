/** What a call throws; an Error that says so when it throws nothing. */
export function refusal(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return new Error('nothing was thrown')
}

/** What a promise is rejected with; an Error that says so when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error('the promise was not rejected'),
    (error) => error,
  )
}
