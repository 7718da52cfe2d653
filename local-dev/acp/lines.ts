import { stripVTControlCharacters } from 'node:util'
import { createEnvelopeScan, type Envelope } from './envelope'

/**
 * A message that is larger is not read. Histories hold tool results of 30 MB and more, and a session whose history cannot
 * be read can never be loaded again.
 */
export const maxMessageBytes = 64 * 1024 * 1024
/** Of a line that is no message, more is not kept. */
const maxNoiseBytes = 8 * 1024

/** One line of what an agent writes. */
export type AgentLine =
  | { type: 'message'; message: Record<string, unknown> }
  /** No JSON object. */
  | { type: 'noise'; text: string }
  /** A message of so many bytes that was skipped; the envelope is what was seen of it. */
  | { type: 'skipped'; bytes: number; envelope: Envelope }

const lineEnd = 0x0a
const brace = 0x7b
/** Blanks, and the bytes of a byte order mark. */
const insignificant = new Set([0x20, 0x09, 0x0d, 0xef, 0xbb, 0xbf])

/** Makes messages of the bytes that an agent writes, which come in any pieces: JSON, one object a line. Never throws. */
export const createAgentLines = (maxBytes = maxMessageBytes) => {
  const decoder = new TextDecoder()
  let pieces: Uint8Array[] = []
  let bytes = 0
  /** Whether it begins as an object does; undefined: nothing has come but blanks. */
  let isObject: boolean | undefined
  let scan: ReturnType<typeof createEnvelopeScan> | undefined

  const append = (piece: Uint8Array) => {
    const held = bytes
    bytes += piece.length
    const first = isObject === undefined ? piece.find((byte) => !insignificant.has(byte)) : undefined
    if (first !== undefined) isObject = first === brace
    if (scan) scan.write(piece)
    else if (isObject) hold(piece)
    else if (held < maxNoiseBytes) pieces.push(piece.subarray(0, maxNoiseBytes - held))
  }

  const hold = (piece: Uint8Array) => {
    pieces.push(piece)
    if (bytes <= maxBytes) return
    scan = createEnvelopeScan()
    for (const each of pieces) scan.write(each)
    pieces = []
  }

  function* finish(): Generator<AgentLine> {
    const skipped = scan && { type: 'skipped' as const, bytes, envelope: scan.envelope }
    const text = decoder.decode(Buffer.concat(pieces))
    pieces = []
    bytes = 0
    isObject = undefined
    scan = undefined
    if (skipped) yield skipped
    else yield* lineOf(text)
  }

  return {
    /** The lines that this piece completes. */
    *write(piece: Uint8Array): Generator<AgentLine> {
      let from = 0
      for (let at = piece.indexOf(lineEnd); at >= 0; at = piece.indexOf(lineEnd, from)) {
        append(piece.subarray(from, at))
        yield* finish()
        from = at + 1
      }
      if (from < piece.length) append(piece.subarray(from))
    },
    /** A last line without an end. */
    *end(): Generator<AgentLine> {
      yield* finish()
    },
  }
}

function* lineOf(text: string): Generator<AgentLine> {
  const message = parseObject(text)
  if (message) yield { type: 'message', message }
  else if (text.trim() !== '') yield { type: 'noise', text: readable(text) }
}

const parseObject = (text: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A line as a person can read it: without colours and control characters, and not too long. */
export const readable = (text: string): string =>
  stripVTControlCharacters(text.slice(0, maxNoiseBytes))
    .replace(/[^\P{Cc}\t]/gu, '')
    .trim()
