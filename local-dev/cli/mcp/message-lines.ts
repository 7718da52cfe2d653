/** What comes in on standard input, line by line: what is no message is answered, as JSON-RPC has it, and not passed on. */
import { Transform } from 'node:stream'
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { isObject } from '../../../schemas/fields'

const lineEnd = 0x0a
/** A longer line is passed on as it comes: the SDK says that it is too long. */
const maxLineBytes = 10 * 1024 * 1024

/** Passes on whole lines that hold a message each; `print` gets a line for each of the others. */
export const messageLines = (print: (line: string) => void): Transform => {
  let pieces: Uint8Array[] = []
  let bytes = 0
  const taken = (): Buffer => {
    const line = Buffer.concat(pieces)
    pieces = []
    bytes = 0
    return line
  }
  const read = (line: Buffer): Buffer => {
    const refusal = refusalOf(line.toString('utf8').trim())
    if (refusal === undefined) return line
    if (refusal !== null) print(JSON.stringify(refusal))
    return Buffer.alloc(0)
  }
  return new Transform({
    transform(chunk: Buffer, _, done) {
      let rest = chunk
      for (let end = rest.indexOf(lineEnd); end >= 0; end = rest.indexOf(lineEnd)) {
        pieces.push(rest.subarray(0, end + 1))
        rest = rest.subarray(end + 1)
        this.push(read(taken()))
      }
      pieces.push(rest)
      bytes += rest.length
      if (bytes > maxLineBytes) this.push(taken())
      done()
    },
    flush(done) {
      // The last line may have no end.
      const line = read(taken())
      if (line.length > 0) this.push(Buffer.concat([line, Buffer.of(lineEnd)]))
      done()
    },
  })
}

const parseError = {
  ...{ jsonrpc: '2.0', id: null },
  error: {
    code: ProtocolErrorCode.ParseError,
    message: 'The line is not JSON: send one JSON-RPC message a line',
  },
}

/** Undefined for a message; null for a blank line, which nobody waits for. */
const refusalOf = (text: string): object | null | undefined => {
  if (text === '') return null
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return parseError
  }
  if (isJSONRPCRequest(message) || isJSONRPCNotification(message) || isJSONRPCResponse(message))
    return undefined
  const id = isObject(message) ? message.id : null
  return {
    jsonrpc: '2.0',
    id: typeof id === 'string' || typeof id === 'number' ? id : null,
    error: {
      code: ProtocolErrorCode.InvalidRequest,
      message:
        'The line is no JSON-RPC 2.0 message: it takes jsonrpc "2.0", a method, and an id where an answer is wanted',
    },
  }
}
