/** The tools over standard input and output: with the SDK, which no other command loads. */
import { PassThrough, type Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { McpHost } from '../../../functions/mcp/host'
import { createMcpServer } from '../../../functions/mcp/server'
import { messageLines } from './message-lines'

interface Ends {
  stdin: Readable
  print(line: string): void
  signal: AbortSignal
  onError(error: Error): void
}

/** Once nothing has been asked of the server for so long, what was read has its answers; and no longer than that is waited. */
const quietMs = 50
const maxFinishMs = 5000

/** Resolves when the input has ended and what it asked for is answered, or when the signal says so. */
export const serveTools = async (host: McpHost, { stdin, print, signal, onError }: Ends): Promise<void> => {
  const ended = new Promise<void>((resolve) => {
    stdin.once('end', resolve)
    stdin.once('close', resolve)
    signal.addEventListener('abort', () => resolve())
  })
  // At the end of its input the SDK drops the answers that are not ready.
  const input = stdin.pipe(messageLines(print)).pipe(new PassThrough(), { end: false })
  const { counted, quietForMs } = counting(host)
  const serving = serveStdio(({ era }) => createMcpServer(counted, { era, stays: true }), {
    transport: new StdioServerTransport(input, linesInto(print)),
    onerror: onError,
  })
  await ended
  for (let waited = 0; waited < maxFinishMs && quietForMs() < quietMs && !signal.aborted; waited += 10)
    await sleep(10)
  await serving.close()
}

/** The same host, and for how long it has asked the server nothing. */
const counting = (host: McpHost) => {
  let open = 0
  let since = performance.now()
  const during = async <T>(work: Promise<T>): Promise<T> => {
    open++
    try {
      return await work
    } finally {
      open--
      since = performance.now()
    }
  }
  const counted: McpHost = {
    ...host,
    send: (...request) => during(host.send(...request)),
    role: () => during(host.role()),
  }
  return { counted, quietForMs: () => (open > 0 ? 0 : performance.now() - since) }
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
