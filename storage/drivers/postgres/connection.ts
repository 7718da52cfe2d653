import type { QueryResultRow } from 'pg'

const { Client } = await import('./library')

/** Runs one statement, and resolves with its rows. */
export type Query = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>

/** One connection to the database. */
export interface Connection {
  /** Statements run one after the other, each a transaction of its own. */
  query: Query
  /** Calls back, once, when the connection is lost or closed. */
  onEnd(callback: (reason: Error) => void): void
  /** Closes the connection, at once if a statement is running. Never throws. */
  end(): Promise<void>
}

/** A connection that is not made, or a query that is not answered, within this time has failed. */
const connectTimeoutMs = 10_000
export const queryTimeoutMs = 30_000

/** The options of every connection, ours and those of the pool. */
export const connectionOptions = (url: string) => ({
  connectionString: url,
  connectionTimeoutMillis: connectTimeoutMs,
  keepAlive: true,
  fallback_application_name: 'maestro-server',
})

/** The database's name in messages: without user and password. */
export const databaseName = (url: string): string => {
  const { host, port, database } = new Client(connectionOptions(url))
  return `${database} on ${host}:${port}`
}

/** Connects. The error says which database cannot be reached, and why. */
export const openConnection = async (url: string): Promise<Connection> => {
  const client = new Client(connectionOptions(url))
  let reason: Error | undefined
  // An error event without a listener would end the process.
  client.on('error', (error) => {
    reason ??= error
  })
  const end = () => client.end().catch(() => undefined)
  try {
    await client.connect()
  } catch (error) {
    void end()
    throw new Error(`The database ${databaseName(url)} cannot be reached: ${reasonOf(error)}`, {
      cause: error,
    })
  }

  const run = async (text: string, values?: readonly unknown[]) => {
    const timer = setTimeout(() => {
      reason = new Error(`the database has not answered for ${queryTimeoutMs / 1000} s`)
      void end()
    }, queryTimeoutMs)
    try {
      return await client.query(text, values && [...values])
    } catch (error) {
      throw reason ?? error
    } finally {
      clearTimeout(timer)
    }
  }

  let previous: Promise<unknown> = Promise.resolve()
  return {
    query(text, values) {
      const result = previous.then(() => run(text, values))
      previous = result.catch(() => undefined)
      return result.then(({ rows }) => rows)
    },
    onEnd: (callback) =>
      void client.once('end', () => callback(reason ?? new Error('the connection was closed'))),
    end,
  }
}

/** What went wrong, in words. Several attempts to connect fail with one error that has no message of its own. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join('; ')
  return error instanceof Error ? error.message : String(error)
}
