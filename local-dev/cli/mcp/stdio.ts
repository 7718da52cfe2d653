/** The tools over standard input and output: with the SDK, which no other command loads. */
import { type Readable, Writable } from 'node:stream'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpHost } from '../../../functions/mcp/host'
import { createMcpServer } from '../../../functions/mcp/server'

interface Ends {
  stdin: Readable
  print(line: string): void
  signal: AbortSignal
  onError(error: Error): void
}

/** Resolves when the input has ended, or the signal says so. */
export const serveTools = async (host: McpHost, { stdin, print, signal, onError }: Ends): Promise<void> => {
  const ended = new Promise<void>((resolve) => {
    stdin.once('end', resolve)
    stdin.once('close', resolve)
    signal.addEventListener('abort', () => resolve())
  })
  const serving = serveStdio(({ era }) => createMcpServer(host, { era, stays: true }), {
    transport: new StdioServerTransport(stdin, linesInto(print)),
    onerror: onError,
  })
  await ended
  await serving.close()
}

/** The SDK writes a message and its line end at once. */
const linesInto = (print: (line: string) => void): Writable =>
  new Writable({
    decodeStrings: false,
    write(text, _, done) {
      print(String(text).trimEnd())
      done()
    },
  })
