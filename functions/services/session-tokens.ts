import { createHmac, timingSafeEqual } from 'node:crypto'
import type { SecretStore } from '../../storage/driver'
import type { SessionClaim } from '../../storage/rules/callers'

/** Signs what a session says of itself, and checks it: no token is kept anywhere. */
export interface SessionTokens {
  /** The token of a session's run. Resolves when the key that it is signed with is durable. */
  issue(claim: SessionClaim): Promise<string>
  /** What a token says; undefined if it was not signed here. */
  verify(token: string): SessionClaim | undefined
}

const form = /^mst_([A-Za-z0-9_-]{1,200})_(\d{1,16})_([A-Za-z0-9_-]{43})$/

/** Whether a text calls itself a session token. */
export const isSessionToken = (token: string): boolean => token.startsWith('mst_')

/** The session that a token calls itself the one of, whoever signed it; undefined if it is no session token. */
export const sessionNamedBy = (token: string): string | undefined => form.exec(token)?.[1]

/** HMAC-SHA256. */
const digest = (key: string | Uint8Array, text: string): Uint8Array =>
  createHmac('sha256', key).update(text).digest()

/** The key of a server whose host keeps a secret: with another API token, it is another one. */
const localKey = (secret: Uint8Array, apiToken: string): Uint8Array => digest(secret, apiToken)

/** The key of a hosted workspace, which nothing but its token is needed for. */
const hostedKey = (apiToken: string): Uint8Array => digest(apiToken, 'maestro-session')

/** `mst_{sessionId}_{run}_{signature}`, the signature being 43 characters of base64url. */
const signSession = (key: Uint8Array, { sessionId, run }: SessionClaim): string =>
  `mst_${sessionId}_${run}_${signatureOf(key, sessionId, String(run))}`

/** What a token says, and the index of the key that signed it. It takes the same time whichever it is, and if none is. */
const readSessionToken = (
  token: string,
  keys: readonly Uint8Array[],
): { claim: SessionClaim; signedBy: number } | undefined => {
  const [, sessionId = '', digits = '', signature = ''] = form.exec(token) ?? []
  if (sessionId === '') return undefined
  const given = encoder.encode(signature)
  let signedBy: number | undefined
  keys.forEach((key, index) => {
    if (timingSafeEqual(encoder.encode(signatureOf(key, sessionId, digits)), given)) signedBy = index
  })
  return signedBy === undefined ? undefined : { claim: { sessionId, run: Number(digits) }, signedBy }
}

const encoder = new TextEncoder()

const signatureOf = (key: Uint8Array, sessionId: string, run: string): string =>
  createHmac('sha256', key).update(`session:${sessionId}:${run}`).digest('base64url')

/** Tokens of a server whose host keeps a secret. The secret is made when the first token is asked for. */
export const localSessionTokens = async (
  store: SecretStore = secretInMemory(),
  apiToken = '',
): Promise<SessionTokens> => {
  const secret = await store.read()
  let key = secret && localKey(secret, apiToken)
  let creation: Promise<Uint8Array> | undefined
  return {
    async issue(claim) {
      creation ??= key ? Promise.resolve(key) : store.create().then((made) => localKey(made, apiToken))
      try {
        key = await creation
      } catch (error) {
        creation = undefined
        throw error
      }
      return signSession(key, claim)
    },
    verify: (token) => (key ? readSessionToken(token, [key])?.claim : undefined),
  }
}

/** Tokens of a hosted workspace: the first of its API tokens signs, each of them is taken. */
export const hostedSessionTokens = (apiTokens: readonly string[]): SessionTokens => {
  const keys = apiTokens.map(hostedKey)
  return {
    async issue(claim) {
      const [key] = keys
      if (!key) throw new Error('a workspace without an API token has no session tokens')
      return signSession(key, claim)
    },
    verify: (token) => readSessionToken(token, keys)?.claim,
  }
}

/** For what is kept in memory alone. */
const secretInMemory = (): SecretStore => {
  let secret: Uint8Array | undefined
  return {
    read: async () => secret,
    create: async () => {
      secret ??= crypto.getRandomValues(new Uint8Array(32))
      return secret
    },
  }
}
