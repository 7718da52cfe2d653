/** The tokens that a request shows, and whether one is right. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** Where a request can carry a token. A header that is absent is `undefined`. */
export interface ShownTokens {
  authorization?: string | undefined
  queryToken?: string | undefined
  /** `Sec-WebSocket-Protocol` of a WebSocket, in which a browser can send a token. */
  protocols?: string | undefined
  /** Where a browser cannot set headers: a WebSocket, and `/api/events`. */
  tokenInQueryAllowed: boolean
}

/** Digests have one length, as `timingSafeEqual` requires, and comparing them reveals nothing of the token's. */
export const tokenCheck = (token: string): ((candidate: string) => boolean) => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = digest(token)
  return (candidate) => timingSafeEqual(digest(candidate), expected)
}

const none: readonly string[] = []

/** What a request shows as its token. */
export const tokensOf = ({
  authorization = '',
  tokenInQueryAllowed,
  queryToken,
  protocols,
}: ShownTokens): readonly string[] => {
  if (authorization === '' && queryToken === undefined && protocols === undefined) return none
  const bearer = /^bearer +(.+)$/i.exec(authorization)?.[1]
  return [bearer, tokenInQueryAllowed ? queryToken : undefined, protocolToken(protocols)].filter(
    (token) => token !== undefined,
  )
}

/** The token in `maestro, bearer.{base64url token}`. */
const protocolToken = (protocols = ''): string | undefined => {
  const encoded = /(?:^|,)\s*bearer\.([\w-]+)\s*(?:,|$)/.exec(protocols)?.[1]
  if (encoded === undefined) return undefined
  try {
    return atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}
