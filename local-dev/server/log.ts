/** The log of the Node process: standard output or error, and a file where one is configured. */
import { dirname } from 'node:path'
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
import type { Log } from '../../functions/services/log'
import type { Config } from '../../schemas/config'
import { privateFile, privateFolderMode } from '../../storage/drivers/files/private-files'
import { makeDirectory } from '../lib/make-directory'
import { reasonOf } from '../lib/reason'

/** While a log cannot be written, this much of it waits in memory; the rest is dropped. */
const maxBufferedBytes = 1024 * 1024

const redacted = '[redacted]'

const secretKey = /(token|authorization|cookie|password|secret)$|^env(vars)?$/i

/** Entities and errors are shallower. What is deeper is left out, which also ends circular fields. */
const maxDepth = 6

/**
 * Writes are synchronous: what was logged before `process.exit` is written, and nothing needs flushing. A
 * log that can no longer be written (disk full, reader of the pipe gone) never stops the server. `fd`: standard output,
 * or standard error (2) where the output is somebody's data.
 *
 * @throws when `LOG_FILE` cannot be opened; the message names it.
 */
export const createLog = (config: Pick<Config, 'logLevel' | 'logFormat' | 'logFile'>, fd: 1 | 2 = 1): Log => {
  const output = standardStream(fd)
  const streams = [config.logFormat === 'json' ? output : prettyPrinted(output, fd)]
  if (config.logFile !== undefined) streams.push(logFile(config.logFile))
  return pino(
    { ...options, level: config.logLevel },
    multistream(streams.map((stream) => ({ level: 'debug', stream }))),
  )
}

const standardStream = (fd: number): DestinationStream => {
  const stream = destination({ fd, sync: true, maxLength: maxBufferedBytes })
  stream.on('error', () => {})
  return stream
}

const prettyPrinted = (output: DestinationStream, fd: number): DestinationStream => {
  const format = prettyFactory({
    colorize: isatty(fd) && isColorSupported,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  })
  return { write: (line) => output.write(format(line)) }
}

const logFile = (path: string): DestinationStream => {
  const stream = openForAppend(path)
  let hasWarned = false
  stream.on('error', (error: Error) => {
    if (hasWarned) return
    hasWarned = true
    process.stderr.write(`LOG_FILE ${path} cannot be written: ${error.message}\n`)
  })
  return stream
}

const openForAppend = (path: string) => {
  try {
    makeDirectory(dirname(path), privateFolderMode)
    return destination({ dest: path, append: true, sync: true, maxLength: maxBufferedBytes, ...privateFile })
  } catch (cause) {
    throw new Error(`LOG_FILE=${JSON.stringify(path)} cannot be opened: ${reasonOf(cause)}`, { cause })
  }
}

/**
 * Nothing should log a secret in the first place; this is for the day something does. Pino's own redaction
 * (wildcards, three levels) adds 6 µs to a request's line, this and `redactText` together 0.8 µs.
 */
const redactFields = (fields: Record<string, unknown>, depth: number): Record<string, unknown> => {
  let copy: Record<string, unknown> | undefined
  for (const [key, value] of Object.entries(fields)) {
    const shown = secretKey.test(key) ? redacted : redactValue(value, depth - 1)
    if (shown === value) continue
    copy ??= { ...fields }
    copy[key] = shown
  }
  return copy ?? fields
}

const redactValue = (value: unknown, depth: number): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value) return value
  if (depth === 0) return '[deeper]'
  if (value instanceof Error) return redactFields({ ...stdSerializers.err(value) }, depth)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth - 1))
  return redactFields({ ...value }, depth)
}

/** Secrets within texts: `?token=` of a request's URL, the password of a database URL in an error's message. */
const redactText = (line: string): string =>
  line
    .replace(/([?&]token=)[^&#\s"\\]*/g, `$1${redacted}`)
    .replace(/(:\/\/[^\s/:@"]*:)[^\s/"]*@/g, `$1${redacted}@`)

const options: LoggerOptions = {
  base: null,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }), log: (fields) => redactFields(fields, maxDepth) },
  // Already serialised, in `redactFields`; a second time would lose the error's type.
  serializers: { err: (error) => error },
  hooks: { streamWrite: redactText },
}
