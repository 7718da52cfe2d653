// The reference that clients are generated from, and the one that people read.

import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenApiDocument, Operation } from '../../functions/openapi/openapi-types'
import { parseTrusted } from '../../schemas/json-text'
import { type Api, client } from './http'
import { sharedTarget, type Target } from './target'

let target: Target
let api: Api
let document: OpenApiDocument
let operations: { name: string; path: string; operation: Operation }[]

beforeAll(async () => {
  target = await sharedTarget()
  api = client(target.url)
  document = await api.get<OpenApiDocument>('/openapi.json')
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
})
afterAll(() => target.stop())

const endpoints = `
GET /, GET /api/projects, POST /api/projects, GET /api/projects/{id}, PUT /api/projects/{id}, DELETE /api/projects/{id},
GET /api/tasks, POST /api/tasks, GET /api/tasks/{id}, PATCH /api/tasks/{id}, DELETE /api/tasks/{id},
GET /api/tasks/ready, GET /api/tasks/blocked, POST /api/tasks/claim-next, POST /api/tasks/{id}/claim,
POST /api/tasks/{id}/release, GET /api/tasks/{id}/children, POST /api/tasks/{id}/timeline,
GET /api/sessions, POST /api/sessions, POST /api/sessions/spawn, GET /api/sessions/{id},
PATCH /api/sessions/{id}, DELETE /api/sessions/{id}, POST /api/sessions/{id}/events,
POST /api/sessions/{id}/timeline, GET /api/sessions/{id}/events, GET /api/sessions/{id}/timeline,
POST /api/sessions/{id}/tasks/{taskId},
DELETE /api/sessions/{id}/tasks/{taskId}, GET /api/sessions/{id}/manifest,
POST /api/sessions/{id}/end, POST /api/sessions/{id}/stop, POST /api/sessions/{id}/heartbeat,
POST /api/sessions/{id}/token, GET /api/sessions/{id}/output, GET /api/sessions/{id}/diff,
GET /api/skills, GET /api/skills/role/{role}, GET /api/skills/{id}, POST /api/skills/{id}/reload,
GET /api/sessions/{id}/queue, GET /api/sessions/{id}/queue/top, GET /api/sessions/{id}/queue/items,
POST /api/sessions/{id}/queue/start, POST /api/sessions/{id}/queue/complete,
POST /api/sessions/{id}/queue/fail, POST /api/sessions/{id}/queue/skip, POST /api/sessions/{id}/queue/push,
GET /api/templates, POST /api/templates, GET /api/templates/{id}, PUT /api/templates/{id},
DELETE /api/templates/{id}, POST /api/templates/{id}/reset, GET /api/templates/role/{role},
GET /api/templates/default/{role}, GET /api/inbox, POST /api/sessions/{id}/requests, GET /api/requests/{id},
POST /api/requests/{id}/answer, POST /api/requests/{id}/withdraw, POST /api/requests/{id}/delivered,
POST /api/sessions/{id}/messages, GET /api/sessions/{id}/messages, PATCH /api/messages/{id},
POST /api/sessions/{id}/prompt, POST /api/sessions/{id}/interrupt, POST /api/sessions/{id}/restart, GET /api/agents, GET /api/runners, PUT /api/runners/{id},
GET /api/events, GET /health, GET /ws-status, GET /openapi.json, GET /docs`

const events = `
project:created project:updated project:deleted task:created task:updated task:deleted task:session_added
task:session_removed session:created session:updated session:spawn session:deleted session:task_added
session:task_removed queue:created queue:updated queue:item_started queue:item_completed queue:item_skipped
queue:item_failed template:created template:updated template:deleted
task:claimed task:released request:created request:updated message:created message:updated`

const words = (text: string, separator: RegExp) => text.trim().split(separator).sort()

describe('GET /openapi.json', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(await new Validator().validate(parseTrusted(JSON.stringify(document)))).toEqual({ valid: true })
  })

  test('has every endpoint', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(words(endpoints, /,\s+/))
  })

  test('has every event', () => {
    expect(Object.keys(document.webhooks).sort()).toEqual(words(events, /\s+/))
  })

  test('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('names every section once, and each that it uses', () => {
    const sections = document.tags.map(({ name }) => name)
    expect(new Set(sections).size).toBe(sections.length)
    const used = [
      ...operations.map(({ operation }) => operation),
      ...Object.values(document.webhooks).map(({ post }) => post),
    ]
    expect(new Set(used.flatMap(({ tags }) => tags))).toEqual(new Set(sections))
  })

  test('describes each parameter of a path', () => {
    for (const { name, path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
      const spelled = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      expect(
        inPath.map((parameter) => parameter.name),
        name,
      ).toEqual(spelled)
    }
  })

  test('says of each endpoint which errors it gives, with an example each', () => {
    for (const { name, operation } of operations) {
      const failures = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400)
      expect(
        failures.map(([status]) => status),
        name,
      ).toEqual(expect.arrayContaining(['401', '403', '500']))
      for (const [status, { content }] of failures) {
        const { schema, examples = {} } = content?.['application/json'] ?? {}
        expect(schema, name).toMatchObject({ properties: { code: { enum: Object.keys(examples) } } })
        for (const code of Object.keys(examples))
          expect(document.components.examples[code]?.value, `${name} ${status}`).toMatchObject({
            error: true,
            code,
          })
      }
    }
  })

  test('gives an example of every property, and each fits', () => {
    const ajv = formats.default(new Ajv2020({ strict: false })).addSchema(document, 'openapi')
    const wrong: string[] = []
    for (const [title, { properties = {} }] of Object.entries(document.components.schemas))
      for (const [name, property] of Object.entries(properties)) {
        const label = `${title}.${name}`
        const examples = typeof property === 'object' ? (property.examples ?? []) : []
        if (examples.length === 0) wrong.push(`${label} has no example`)
        const fits = ajv.getSchema(`openapi#/components/schemas/${title}/properties/${name}`)
        for (const example of examples)
          if (!fits?.(example)) wrong.push(`${label}: ${ajv.errorsText(fits?.errors)}`)
      }
    expect(wrong).toEqual([])
  })

  test('is the same every time', async () => {
    expect(await api.get('/openapi.json')).toEqual(document)
  })
})

describe('GET /', () => {
  test('is a page that leads to the reference, for whoever opens the address in a browser', async () => {
    const response = await fetch(`${target.url}/`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await response.text()
    expect(page).toMatch(/^<!doctype html>/)
    expect(page).toMatch(/<a href="\/?docs">/)
    const head = await fetch(`${target.url}/`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

describe('GET /docs', () => {
  let response: Response
  let page: string

  beforeAll(async () => {
    response = await fetch(`${target.url}/docs`)
    page = await response.text()
  })

  test('is a page', () => {
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toMatch(/^<!doctype html>/)
  })

  test('shows every endpoint, event, schema and error', () => {
    const shown = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const promised = [
      ...operations.map(({ operation }) => operation.operationId),
      ...Object.keys(document.webhooks),
      ...Object.keys(document.components.schemas).filter((title) => !/.Request$/.test(title)),
      ...Object.keys(document.components.examples),
    ]
    expect(promised.filter((id) => !shown.has(id))).toEqual([])
  })

  test('has no link that leads nowhere', () => {
    const shown = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const linked = [...page.matchAll(/href="#([\w:]+)"/g)].map(([, id]) => id)
    expect(linked.filter((id) => !shown.has(id))).toEqual([])
  })

  test('loads nothing from another host, and may not', () => {
    expect(page).not.toMatch(/<(?:img|iframe|object|embed|link[^>]+stylesheet)|\bsrc=|@import|url\(/i)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).not.toMatch(/https?:/)
  })
})
