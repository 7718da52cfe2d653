// The faces of the API: a request by itself, the typed client, and the command line, all asked the same.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { createClient, MaestroError } from '../../functions/client/client'
import { path } from '../../functions/client/requests'
import { type Definition, paramNamesOf } from '../../functions/http/operation'
import { operationId } from '../../functions/openapi/operation-id'
import type { AppServices } from '../../functions/services/app-services'
import { command } from '../../local-dev/cli/api'
import { UsageError } from '../../local-dev/cli/exit'
import { processIo } from '../../local-dev/cli/io'
import { createHttpServer } from '../../local-dev/server/http-server'
import { isObject } from '../../schemas/fields'
import { app } from './example-world'

/** What is asked of an operation. */
export interface Input {
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  /** Undefined: none. */
  body?: unknown
}

interface Refusal {
  status: number
  code: string
  message: string
  details?: unknown
}

/** What came of it. A usage error of the command line has no refusal: nothing was asked. */
export type Outcome = { accepted: true; answer: unknown } | { accepted: false; refusal?: Refusal }

export type Face = (definition: Definition, input: Input) => Promise<Outcome>

/** Serves on a free loopback port. What the server does from time to time does not count on in the world's clock. */
export const serve = async (services: AppServices) => {
  const now = services.clock()
  const { server, closeSockets } = createHttpServer({ ...services, clock: () => now }, app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      closeSockets('at once')
      server.closeAllConnections()
      server.close()
    },
  }
}

const addressOf = ({ path: template }: Definition, { params }: Input): string =>
  template.replace(/:(\w+)/g, (_, name: string) => path`${params[name] ?? ''}`)

export const restFace =
  (url: string): Face =>
  async (definition, input) => {
    const search = new URLSearchParams(input.query)
    const address = `${url}${addressOf(definition, input)}${search.size > 0 ? `?${search}` : ''}`
    const response = await fetch(address, {
      method: definition.method,
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
    })
    const body: unknown = JSON.parse(await response.text())
    if (response.ok) return { accepted: true, answer: body }
    return { accepted: false, refusal: refusalIn(response.status, body) }
  }

const refusalIn = (status: number, body: unknown): Refusal => {
  const { code, message, details }: Record<string, unknown> = isObject(body) ? body : {}
  return { status, code: String(code), message: String(message), ...(details !== undefined && { details }) }
}

export const clientFace = (url: string): Face => {
  const client: Record<string, unknown> = { ...createClient({ url }) }
  return async (definition, input) => {
    const [group = '', verb = ''] = definition.name.split('.')
    const calls: unknown = group === 'server' ? client : client[group]
    const isList = definition.answers.schema instanceof z.ZodArray
    const isPage = isList && ('limit' in input.query || 'cursor' in input.query)
    const name = isPage ? (verb === 'list' ? 'page' : `${verb}Page`) : verb
    const call: unknown = isObject(calls) ? calls[name] : undefined
    if (typeof call !== 'function') throw new Error(`the client has no ${definition.name}`)
    return outcomeOf(async () => {
      const answer: unknown = await call(...argumentsOf(definition, input))
      return isPage && isObject(answer) ? answer.items : answer
    })
  }
}

const argumentsOf = ({ path: template, body, positional, query }: Definition, input: Input): unknown[] => [
  ...paramNamesOf(template).map((name) => input.params[name]),
  ...(body
    ? (positional ?? ['']).map((field) => (field === '' ? input.body : fieldOf(input.body, field)))
    : []),
  ...(query ? [input.query] : []),
]

const fieldOf = (body: unknown, field: string) => (isObject(body) ? body[field] : undefined)

export const commandFace =
  (url: string): Face =>
  async (definition, input) => {
    const parameters = Object.entries({ ...input.params, ...input.query })
    const words = [
      operationId(definition),
      ...parameters.map(([name, value]) => `--param=${name}=${value}`),
      ...(input.body === undefined ? [] : [`--body=${JSON.stringify(input.body)}`]),
      '--json',
    ]
    let printed = ''
    return outcomeOf(async () => {
      await command.run(words, {
        ...processIo(),
        env: { ...process.env, MAESTRO_SERVER_URL: url },
        print: (line) => {
          printed += line
        },
      })
      return JSON.parse(printed)
    })
  }

const outcomeOf = async (ask: () => Promise<unknown>): Promise<Outcome> => {
  try {
    return { accepted: true, answer: await ask() }
  } catch (error) {
    if (error instanceof UsageError) return { accepted: false }
    if (!(error instanceof MaestroError)) throw error
    const { status, code, message, details } = error
    return { accepted: false, refusal: { status, code, message, ...(details && { details }) } }
  }
}
