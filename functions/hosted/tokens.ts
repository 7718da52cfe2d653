import type { ApiTokens } from '../../schemas/api-tokens'
import { tokenCheck } from '../http/shown-tokens'
import { hostedSessionTokens, isSessionToken } from '../services/session-tokens'

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

/** Finds the workspace of an API token, or of a session token that one of them has signed. */
export const callersWorkspaceFinder = (tokens: ApiTokens): ((candidate: string) => string | undefined) => {
  const workspaceOf = workspaceFinder(tokens)
  const signers = Object.entries(tokens).map(([workspace, ofIt]) => ({
    workspace,
    verify: hostedSessionTokens(ofIt).verify,
  }))
  return (candidate) => {
    const found = workspaceOf(candidate)
    if (found !== undefined || !isSessionToken(candidate)) return found
    let signedFor: string | undefined
    for (const { workspace, verify } of signers) if (verify(candidate)) signedFor = workspace
    return signedFor
  }
}
