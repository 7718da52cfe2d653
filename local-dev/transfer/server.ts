import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { ServerUnreachable } from '../../functions/client/client'
import { TransferResult } from '../../schemas/transfer'
import type { TransferLocation } from './location'

/** A hosted workspace, which the token selects. */
export const openServer = (url: string, token: string | undefined): TransferLocation => {
  const request = async (query: string, body?: string): Promise<Response> =>
    fetch(`${url.replace(/\/$/, '')}/internal/documents${query}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    })
  /** A connection that was cut in the middle says nothing of the server, and to import a document twice changes nothing. */
  const ask = async (query = '', body?: string): Promise<Response> => {
    const response = await request(query, body)
      .catch((error) => (isCutOff(error) ? request(query, body) : Promise.reject(error)))
      .catch((cause) => {
        throw new ServerUnreachable(url, cause)
      })
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
    return response
  }
  return {
    async *lines() {
      const { body } = await ask()
      if (body) yield* createInterface({ input: Readable.fromWeb(body) })
    },
    async importBatch(lines, { overwrite, dryRun }) {
      const body = lines.map((line) => JSON.stringify(line)).join('\n')
      const query = `?overwrite=${overwrite ? 1 : 0}&dryRun=${dryRun ? 1 : 0}`
      return TransferResult.parse(await (await ask(query, body)).json())
    },
    close: async () => undefined,
  }
}

/** As Node's fetch says it of a connection that the server, or something before it, has closed. */
const isCutOff = ({ cause }: Error): boolean =>
  cause instanceof Error && 'code' in cause && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code))
