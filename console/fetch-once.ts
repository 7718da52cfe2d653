import type { Fetch } from '../functions/client/requests'

declare global {
  /** What `early.ts` has asked for, by address, and as whom. */
  var askedEarly: { authorization: string | undefined; answers: Map<string, Promise<Response>> } | undefined
}

/** A `fetch` that gives what was asked for early to whoever asks for it first. */
export const fetchOnce: Fetch = (url, asked) => {
  const { answers, authorization } = globalThis.askedEarly ?? {}
  const early = answers?.get(url)
  answers?.delete(url)
  const isSame = asked.method === 'GET' && asked.headers.Authorization === authorization
  return early && isSame ? early : fetch(url, asked)
}
