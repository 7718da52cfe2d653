import { ApiTokens, defaultWorkspace } from '../../schemas/api-tokens'
import { type Config, configFrom } from '../../schemas/config'
import { parseJson } from '../../schemas/json-text'

/** The configuration and the tokens, or every reason why they cannot be used. */
export type HostedConfig = { config: Config; tokens: ApiTokens } | { problems: string[] }

/** Reads the variables and secrets of a Worker; `origin`: where it is reached, if SERVER_URL does not say. */
export const readHostedConfig = (bindings: Record<string, unknown>, origin: string): HostedConfig => {
  const read = configFrom({ ...bindings, SERVER_URL: bindings.SERVER_URL || origin }, (path) => path)
  if ('problems' in read) return read
  const { config } = read
  const several = ApiTokens.safeParse(parse(bindings.MAESTRO_API_TOKENS))
  const tokens = several.success ? ApiTokens.safeParse(withDefault(several.data, config.apiToken)) : several
  if (tokens.success) return { config, tokens: tokens.data }
  // A secret is never shown, not even where it is wrong.
  const reasons = tokens.error.issues.map(({ message }) => `MAESTRO_API_TOKENS (value not shown): ${message}`)
  return { problems: [...reasons, 'MAESTRO_API_TOKENS must be JSON like {"workspace": ["token"]}'] }
}

const parse = (text: unknown): unknown => {
  if (typeof text !== 'string' || text.trim() === '') return {}
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** MAESTRO_API_TOKEN alone is a token of the workspace `default`. */
const withDefault = (tokens: ApiTokens, token: string | undefined): ApiTokens => {
  const known = tokens[defaultWorkspace] ?? []
  if (token === undefined || known.includes(token)) return tokens
  return { ...tokens, [defaultWorkspace]: [...known, token] }
}
