import * as z from 'zod'

/** The workspace of a token that names none. */
export const defaultWorkspace = 'default'

const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'a token must be ASCII without spaces, or no request can carry it')

const workspaceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'a workspace is named by at most 63 of a-z, 0-9, - and _')

/** Hosted: the tokens of every workspace, `{ "workspace": ["token", …] }`. */
export const ApiTokens = z.record(workspaceName, z.array(token)).refine((tokens) => {
  const all = Object.values(tokens).flat()
  return new Set(all).size === all.length
}, 'a token may be that of one workspace only')

export type ApiTokens = z.infer<typeof ApiTokens>
