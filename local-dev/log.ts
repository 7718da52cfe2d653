/** The log of the Node process: standard output, and a file where one is configured. */
import { isatty } from 'node:tty'
import {
  type DestinationStream,
  destination,
  type LoggerOptions,
  multistream,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino'
import { isColorSupported, prettyFactory } from 'pino-pretty'
import type { Log } from '../functions/services/log'
import type { Config } from '../schemas/config'

/**
 * Writes are synchronous: what was logged before `process.exit` is written, and nothing needs flushing. A
 * log that can no longer be written (disk full, reader of the pipe gone) never stops the server.
 *
 * @throws when `LOG_FILE` cannot be opened; the message names it.
 */
export function createLog(config: Pick<Config, 'logLevel' | 'logFormat' | 'logFile'>): Log {
  const output = standardOutput()
  const streams = [config.logFormat === 'json' ? output : prettyPrinted(output)]
  if (config.logFile !== undefined) streams.push(logFile(config.logFile))
  return pino(
    { ...options, level: config.logLevel },
    multistream(streams.map((stream) => ({ level: 'debug', stream }))),
  )
}

const options: LoggerOptions = {
  base: null,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }), log: (fields) => withoutSecrets(fields, DEEPEST) },
  // Already serialised, in `withoutSecrets`; a second time would lose the error's type.
  serializers: { err: (error) => error },
  hooks: { streamWrite: withoutSecretText },
}

/** While a log cannot be written, this much of it waits in memory; the rest is dropped. */
const MOST_WAITING_BYTES = 1024 * 1024

function standardOutput(): DestinationStream {
  const stream = destination({ fd: 1, sync: true, maxLength: MOST_WAITING_BYTES })
  stream.on('error', () => {})
  return stream
}

function prettyPrinted(output: DestinationStream): DestinationStream {
  const format = prettyFactory({
    colorize: isatty(1) && isColorSupported,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  })
  return { write: (line) => output.write(format(line)) }
}

function logFile(path: string): DestinationStream {
  const stream = openedToAppend(path)
  let complained = false
  stream.on('error', (error: Error) => {
    if (complained) return
    complained = true
    process.stderr.write(`LOG_FILE ${path} cannot be written: ${error.message}\n`)
  })
  return stream
}

function openedToAppend(path: string) {
  try {
    return destination({ dest: path, append: true, mkdir: true, sync: true, maxLength: MOST_WAITING_BYTES })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`LOG_FILE=${JSON.stringify(path)} cannot be opened: ${why}`, { cause })
  }
}

const REDACTED = '[redacted]'

const secretKey = /(token|authorization|cookie|password|secret)$|^env(vars)?$/i

/** Entities and errors are shallower. What is deeper is left out, which also ends circular fields. */
const DEEPEST = 6

/**
 * Nothing should log a secret in the first place; this is for the day something does. Pino's own redaction
 * (wildcards, three levels) adds 6 µs to a request's line, this and `withoutSecretText` together 0.8 µs.
 */
function withoutSecrets(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(fields)) {
    const shown = secretKey.test(key) ? REDACTED : valueWithoutSecrets(value, depth - 1)
    if (shown === value) continue
    copy ??= { ...fields }
    copy[key] = shown
  }
  return copy ?? fields
}

function valueWithoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value) return value
  if (depth === 0) return '[deeper]'
  if (value instanceof Error) return withoutSecrets({ ...stdSerializers.err(value) }, depth)
  if (Array.isArray(value)) return value.map((item) => valueWithoutSecrets(item, depth - 1))
  return withoutSecrets({ ...value }, depth)
}

/** Secrets within texts: `?token=` of a request's URL, the password of a database URL in an error's message. */
function withoutSecretText(line: string): string {
  return line
    .replace(/([?&]token=)[^&#\s"\\]*/g, `$1${REDACTED}`)
    .replace(/(:\/\/[^\s/:@"]*:)[^\s/"]*@/g, `$1${REDACTED}@`)
}
