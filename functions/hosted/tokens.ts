import type { ApiTokens } from '../../schemas/api-tokens'
import { tokenCheck } from '../http/access'

/** Finds the workspace of a token. It takes the same time for every token, right or wrong. */
export const workspaceFinder = (tokens: ApiTokens): ((candidate: string) => string | undefined) => {
  const checks = Object.entries(tokens).flatMap(([workspace, ofIt]) =>
    ofIt.map((token) => ({ workspace, isToken: tokenCheck(token) })),
  )
  return (candidate) => {
    let found: string | undefined
    for (const { workspace, isToken } of checks) if (isToken(candidate)) found = workspace
    return found
  }
}
