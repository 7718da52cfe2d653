// One connection to the server, on which one request follows the other, as cheaply as Node can.

import { Agent, request } from 'node:http'
import { parseTrusted } from '../../schemas/json-text'

/** The server is not there any more: what became of the request is not known. */
export class ConnectionLost extends Error {}

export interface Requests {
  /** The answer's body; throws `Gone` without an answer, and an `Error` if the answer is a refusal. */
  send<Body>(method: string, path: string, body?: object): Promise<Body>
  get<Body>(path: string): Promise<Body>
}

export const openRequests = (url: string): Requests => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  const send = <Body>(method: string, path: string, body?: object): Promise<Body> =>
    new Promise((resolve, reject) => {
      const gone = () => reject(new ConnectionLost(`${method} ${path} was not answered`))
      const sent = request(`${url}${path}`, { agent, method }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part) => parts.push(part))
        response.on('error', gone)
        response.on('end', () => {
          if (!response.complete) return gone()
          const text = Buffer.concat(parts).toString()
          if (response.statusCode !== undefined && response.statusCode < 300) resolve(parseTrusted(text))
          else reject(new Error(`${method} ${path} ${JSON.stringify(body)}: ${response.statusCode} ${text}`))
        })
      })
      sent.on('error', gone)
      sent.end(body && JSON.stringify(body))
    })

  return { send, get: (path) => send('GET', path) }
}
