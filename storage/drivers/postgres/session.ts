import { Client, type QueryResultRow } from 'pg'

/** Runs one statement, and resolves with its rows. */
export type Query = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<Row[]>

/** One connection to the database. */
export interface Session {
  /** Statements run one after the other, each a transaction of its own. */
  query: Query
  /** Calls back, once, when the connection is lost or closed. */
  onEnd(callback: (reason: Error) => void): void
  /** Closes the connection, at once if a statement is running. Never throws. */
  end(): Promise<void>
}

/** A connection that is not made, or does not answer, within this time is given up, in milliseconds. */
const connectPatience = 10_000
export const answerPatience = 30_000

/** What every connection is made with. */
export const connectionTo = (url: string) => ({
  connectionString: url,
  connectionTimeoutMillis: connectPatience,
  keepAlive: true,
  fallback_application_name: 'maestro-server',
})

/** How the database is called in messages: without user and password. */
export const nameOf = (url: string): string => {
  const { host, port, database } = new Client(connectionTo(url))
  return `${database} on ${host}:${port}`
}

/** Connects. The error says which database cannot be reached, and why. */
export const openSession = async (url: string): Promise<Session> => {
  const client = new Client(connectionTo(url))
  let reason: Error | undefined
  // Nobody may be listening when it breaks: an error without a listener would end the process.
  client.on('error', (error) => {
    reason ??= error
  })
  const end = () => client.end().catch(() => undefined)
  try {
    await client.connect()
  } catch (error) {
    end()
    throw new Error(`The database ${nameOf(url)} cannot be reached: ${reasonOf(error)}`, { cause: error })
  }

  const run = async (text: string, values?: readonly unknown[]) => {
    const late = setTimeout(() => {
      reason = new Error(`the database has not answered for ${answerPatience / 1000} s`)
      end()
    }, answerPatience)
    try {
      return await client.query(text, values && [...values])
    } catch (error) {
      throw reason ?? error
    } finally {
      clearTimeout(late)
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  return {
    query(text, values) {
      const result = last.then(() => run(text, values))
      last = result.catch(() => undefined)
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
