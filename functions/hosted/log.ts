import type { Config } from '../../schemas/config'
import type { Log } from '../services/log'

const levels = ['error', 'warn', 'info', 'debug'] as const
type Level = (typeof levels)[number]

/** A log to the console, one object a line: what Cloudflare collects and can search by field. */
export const consoleLog = (level: Config['logLevel'], bindings: object = {}): Log => {
  const line = (of: Level) => {
    if (levels.indexOf(of) > levels.indexOf(level)) return () => undefined
    return (first: object | string, message?: string) => {
      const [fields, text] = typeof first === 'string' ? [{}, first] : [first, message]
      // biome-ignore lint/suspicious/noConsole: in a Worker the console is the log.
      console[of](JSON.stringify({ level: of, message: text, ...bindings, ...fields }, readable))
    }
  }
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (more) => consoleLog(level, { ...bindings, ...more }),
  }
}

/** Errors have no fields of their own that JSON would show. */
const readable = (_key: string, value: unknown) =>
  value instanceof Error ? { message: value.message, stack: value.stack } : value
