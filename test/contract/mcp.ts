// An agent over MCP: the SDK's client, in both eras.
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect } from 'vitest'

/** Of the protocol: with a handshake, and without. */
export const eras = ['legacy', 'modern'] as const

export type Era = (typeof eras)[number]

export const modernVersion = '2026-07-28'

/** How the client finds out which one to speak. */
export const speaking = (era: Era): ClientOptions => ({
  versionNegotiation: { mode: era === 'modern' ? { pin: modernVersion } : 'legacy' },
})

interface Agent {
  era: Era
  /** After `/mcp`. */
  query?: string
  headers?: Record<string, string>
  options?: ClientOptions
}

/** A client that is connected over HTTP. Whoever asks for it closes it. */
export const connectMcp = async (
  url: string,
  { era, query = '', headers = {}, options = {} }: Agent,
): Promise<Client> => {
  const mcp = new Client({ name: 'test', version: '1' }, { ...speaking(era), ...options })
  await mcp.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`), { requestInit: { headers } }),
  )
  return mcp
}

/** What a tool answers, as JSON; whether it is an error stands beside it. */
export const callTool = async (
  mcp: Client,
  name: string,
  given: Record<string, unknown> = {},
): Promise<{ isError: boolean; body: unknown }> => {
  const { content, isError = false } = await mcp.callTool({ name, arguments: given })
  const [first] = Array.isArray(content) ? content : []
  if (first?.type !== 'text') throw new Error(`${name} answered no text`)
  return { isError, body: JSON.parse(first.text) }
}

/** The same for one that must succeed. */
export const tool = async (
  mcp: Client,
  name: string,
  given: Record<string, unknown> = {},
): Promise<unknown> => {
  const { isError, body } = await callTool(mcp, name, given)
  expect(isError, JSON.stringify(body)).toBe(false)
  return body
}
