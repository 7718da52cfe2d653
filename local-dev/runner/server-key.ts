import { createHash } from 'node:crypto'

/** Which server a runner was started for, and as whom: of a hosted one, the token says which workspace. */
export interface ServerKey {
  /** Its address, in one spelling: names of this machine are one. */
  server: string
  /** Two runners with the same one see the same sessions. */
  caller: string
}

const ownNames = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]'])

/** Throws `TypeError` if the URL cannot be one. The token cannot be read from it. */
export const serverKeyOf = (url: string, token: string | undefined): ServerKey => {
  const { protocol, hostname, port, pathname } = new URL(url)
  const host = ownNames.has(hostname) ? 'localhost' : hostname
  return {
    server: `${protocol}//${host}${port && `:${port}`}${pathname.replace(/\/+$/, '')}`,
    caller: createHash('sha256')
      .update(token ?? '')
      .digest('hex')
      .slice(0, 16),
  }
}
