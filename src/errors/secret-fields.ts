/** The fields that are masked everywhere. Case, `-` and `_` make no difference: `API-Key` is `apiKey`. */
export const SECRET_FIELDS: readonly string[] = Object.freeze([
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'clientSecret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'authToken',
  'sessionToken',
  'authorization',
  'apiKey',
  'accessKey',
  'secretKey',
  'secretAccessKey',
  'privateKey',
  'credentials',
  'cookie',
  'setCookie',
  'creditCard',
  'cardNumber',
  'cvv',
  'cvc',
  'ssn',
])

/** Stands for what is masked. */
export const MASKED = '***'

/** Makes the test of whether a field is masked, by its name: those that always are, and these. */
export function secretFieldTest(names: readonly string[]): (name: string) => boolean {
  const masked = new Set([...SECRET_FIELDS, ...names].map(bare))
  return (name) => masked.has(bare(name))
}

const bare = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')
