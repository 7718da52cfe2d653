/** What a handler may log through. Pino is one on Node; hosted, a few lines over `console` are another. */
export interface Log {
  debug: LogLine
  info: LogLine
  warn: LogLine
  error: LogLine
  /** A log whose every line also carries `bindings`: ids, never a secret. */
  child(bindings: Record<string, string>): Log
}

/** What happened in a few constant words; what it happened to as fields. An error goes under `err`. */
interface LogLine {
  (fields: object, message?: string): void
  (message: string): void
}
