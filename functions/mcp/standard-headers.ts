import type { InboundModernRoute } from '@modelcontextprotocol/server'

/**
 * What is wrong with the headers that a request of 2026-07-28 repeats from its body, so that proxies need not read that;
 * undefined if they are as they should be. Those that say something else than the body have been refused before.
 */
export const wrongHeader = (headers: Headers, route: InboundModernRoute): string | undefined => {
  if (route.messageKind !== 'request') return undefined
  const { method, params } = route.message
  if (!headers.has('MCP-Protocol-Version')) return 'The header MCP-Protocol-Version is missing'
  if (!headers.has('Mcp-Method')) return `The header Mcp-Method is missing: the body says ${method}`
  const field = fields[method]
  const value = field === undefined ? undefined : params?.[field]
  if (typeof value !== 'string') return undefined
  const said = headers.get('Mcp-Name')
  if (said === null) return `The header Mcp-Name is missing: the body says ${value}`
  return decoded(said.trim()) === value ? undefined : `The header Mcp-Name says ${said}, the body ${value}`
}

/** What of the parameters stands in `Mcp-Name`. */
const fields: Readonly<Record<string, string | undefined>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/** What no header can hold comes as `=?base64?…?=`. */
const decoded = (text: string): string | undefined => {
  const [, encoded] = /^=\?base64\?(.*)\?=$/i.exec(text) ?? []
  if (encoded === undefined) return text
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)))
  } catch {
    return undefined
  }
}
